"""What the team tells: deck.toml read and checked, every mistake named by its line."""

import difflib
import re
from pathlib import Path
from typing import Any

import runs
from cli import Fault
from deck.look import READABLE, WHITE, contrast
from support import tomlfile
from support.wording import words

STORY = runs.ROOT / "deck.toml"
PICTURES = {".png", ".jpg", ".jpeg"}
TAKEN = "demo/page.png"  # the picture of the section "demo" where none is named: of the page, if one was taken
NO_PICTURE = "none"
TEXT, TEXTS, SECONDS = "a text", "a list of texts", "a number of seconds"
HEAD = {"title": TEXT, "tagline": TEXT, "event": TEXT, "accent": TEXT, "other_scores": TEXTS}
SECTIONS = {
    "problem": {"title": TEXT, "points": TEXTS, "picture": TEXT, "notes": TEXT},
    "user": {"points": TEXTS},
    "demo": {"title": TEXT, "points": TEXTS, "picture": TEXT, "seconds": SECONDS, "notes": TEXT},
    "data": {"points": TEXTS},
    "approach": {"title": TEXT, "steps": TEXTS, "points": TEXTS, "notes": TEXT},
    "result": {"title": TEXT, "notes": TEXT},
    "comparison": {"title": TEXT, "notes": TEXT},
    "limits": {"title": TEXT, "points": TEXTS, "picture": TEXT, "notes": TEXT},
    "next": {"title": TEXT, "points": TEXTS, "notes": TEXT},
    "team": {"names": TEXTS},
}
EMPTY: dict[str, Any] = {TEXT: "", TEXTS: [], SECONDS: 45}
Story = dict[str, Any]  # the keys of HEAD, and of each section that there is a dict with all its keys


def read() -> Story:
    """The checked deck.toml, each key that is left out filled with its default; mistakes are a `Fault`."""
    table = tomlfile.read(STORY)
    sections = {name: value for name, value in table.items() if isinstance(value, dict)}
    story = checked({name: value for name, value in table.items() if name not in sections}, HEAD, "")
    for name, section in sections.items():
        if name not in SECTIONS:
            raise fault(name, "", f"there is no section [{name}]{nearest(name, SECTIONS)}")
        story[name] = checked(section, SECTIONS[name], name)
    check_look(story)
    return story


def checked(table: dict[str, Any], keys: dict[str, str], section: str) -> dict[str, Any]:
    """A section whose keys are known and hold what they should."""
    for name, value in table.items():
        if name not in keys:
            raise fault(section, name, f'there is no key "{name}" here{nearest(name, keys)}')
        if not fits(value, keys[name]):
            raise fault(section, name, f"{name} must be {keys[name]}")
    return {name: EMPTY[kind] for name, kind in keys.items()} | table


def fits(value: Any, kind: str) -> bool:
    """Whether a value is of a kind."""
    if kind == TEXTS:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    if kind == TEXT:
        return isinstance(value, str)
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 3600


def check_look(story: Story) -> None:
    """Refuse a colour that cannot be read on white, and pictures that are not in the project."""
    story["accent"] = story["accent"] or "#1F4FD8"
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", story["accent"]):
        raise fault("", "accent", f'"{story["accent"]}" is no colour such as "#1F4FD8"')
    if (ratio := contrast(story["accent"], WHITE)) < READABLE:
        raise fault(
            "",
            "accent",
            f"on white {story['accent']} has a contrast of {ratio:.1f}, below {READABLE}; take a darker one",
        )
    for name in SECTIONS:
        picture = story.get(name, {}).get("picture")
        if picture and picture != NO_PICTURE:
            path = (runs.ROOT / picture).resolve()
            if not path.is_relative_to(runs.ROOT) or path.suffix.lower() not in PICTURES:
                raise fault(name, "picture", f'"{picture}" must be a .png or .jpg inside the project')
            if not path.is_file():
                raise fault(name, "picture", f'"{picture}" does not exist; name another one, or ""')


def unwritten(story: Story) -> list[tuple[int, str]]:
    """The prompts that the team has not answered yet: (line, key), in the order of the file."""
    open_prompts = []
    for section, name, value in texts(story):
        if is_prompt(value):
            place = tomlfile.line(STORY, name, section, text=value)
            open_prompts.append((place, f"{section}.{name}" if section else name))
    return sorted(set(open_prompts))


def is_prompt(text: str) -> bool:
    """Whether a text is still what the scaffold asks the team to write."""
    return text.strip().startswith(words("deck_prompt"))


def texts(story: Story) -> list[tuple[str, str, str]]:
    """Every text of the story with its section and key."""
    tables = [("", {name: story[name] for name in ("title", "tagline", "event")})]
    tables += [(name, story[name]) for name in SECTIONS if name in story]
    found = []
    for section, table in tables:
        for name, value in table.items():
            values = value if isinstance(value, list) else [value]
            found += [(section, name, text) for text in values if isinstance(text, str) and name != "picture"]
    return found


def fault(section: str, name: str, wrong: str, text: str = "") -> Fault:
    """A `Fault` that names the line of a key."""
    place = f"[{section}] {name}".strip() if section else name
    return Fault(f"{STORY.name}, line {tomlfile.line(STORY, name, section, text=text)}, {place}: {wrong}")


def nearest(name: str, known: dict[str, Any]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    return f"; did you mean {near[0]}?" if near else f"; there is: {', '.join(known)}"


def picture(story: Story, section: str) -> Path | None:
    """The picture of a section, if it has one; that of the demo is the page's, where there is one."""
    name = story.get(section, {}).get("picture")
    if section == "demo" and name == "" and (runs.ROOT / TAKEN).is_file():
        name = TAKEN
    return (runs.ROOT / name) if name and name != NO_PICTURE else None
