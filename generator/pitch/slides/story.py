"""What the team tells: deck.toml, every mistake named by its line, every number filled in from the published report."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ...errors import Problem, nearest
from .. import pages, results, runs
from ..project import Project
from .layout import READABLE, WHITE, contrast, length, shorten

FILE = "deck.toml"
PICTURES = (".png", ".jpg", ".jpeg")
TAKEN = {"demo": "demo/page.png", "limits": "published/figures/*mistakes*.png"}  # where a section names no picture
NO_PICTURE = "none"
ACCENT = "#1F4FD8"
LEAST_LENGTH = 25  # of the sentence on a mistake, in letters
PROMPTS = ("Write:", "请写：")  # how a text begins that the team has still to write, in each language

TEXT, TEXTS, SECONDS = "a text", "a list of texts", "a number of seconds"
KINDS = {TEXT: str, TEXTS: [str], SECONDS: lambda value: runs.fits(value, float) and 0 <= value <= 3600}
EMPTY: dict[str, Any] = {TEXT: "", TEXTS: [], SECONDS: 45}
HEAD = {"title": TEXT, "tagline": TEXT, "event": TEXT, "accent": TEXT, "other_scores": TEXTS}
SLIDE = {"title": TEXT, "points": TEXTS, "picture": TEXT, "notes": TEXT}
SECTIONS = {
    "problem": SLIDE,
    "user": {"points": TEXTS},
    "demo": SLIDE | {"seconds": SECONDS},
    "data": {"points": TEXTS},
    "approach": {"title": TEXT, "steps": TEXTS, "points": TEXTS, "notes": TEXT},
    "result": {"title": TEXT, "notes": TEXT},
    "comparison": {"title": TEXT, "notes": TEXT},
    "limits": SLIDE,
    "next": SLIDE,
    "team": {"names": TEXTS},
}
Story = dict[str, Any]  # the keys of HEAD, and of each section that there is a dict with all its keys


def read(project: Project) -> Story:
    """The checked deck.toml, each key that is left out filled with its default; a mistake is a `Problem`."""
    table = pages.read_toml(project.page(FILE, "slides"))
    sections = {name: value for name, value in table.items() if isinstance(value, dict)}
    told = _checked(project, {name: value for name, value in table.items() if name not in sections}, HEAD, "")
    for name, section in sections.items():
        if name not in SECTIONS:
            raise fault(project, name, "", f"there is no section [{name}]{nearest(name, list(SECTIONS))}")
        told[name] = _checked(project, section, SECTIONS[name], name)
    told["accent"] = told["accent"] or ACCENT
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", told["accent"]):
        raise fault(project, "", "accent", f'"{told["accent"]}" is no colour such as "{ACCENT}"')
    if (ratio := contrast(told["accent"], WHITE)) < READABLE:
        why = f"on white {told['accent']} has a contrast of {ratio:.1f}, below {READABLE}; take a darker one"
        raise fault(project, "", "accent", why)
    for name, section in sections.items():
        picture = section.get("picture") or NO_PICTURE
        path = (project.root / picture).resolve()
        if picture != NO_PICTURE and not (path.is_relative_to(project.root) and path.suffix.lower() in PICTURES):
            raise fault(project, name, "picture", f'"{picture}" must be a .png or .jpg inside the project')
        if picture != NO_PICTURE and not path.is_file():
            raise fault(project, name, "picture", f'"{picture}" does not exist; name another one, or ""')
    return told


def _checked(project: Project, table: dict[str, Any], keys: dict[str, str], section: str) -> dict[str, Any]:
    """A section whose keys are known and hold what they should."""
    for name, value in table.items():
        if name not in keys:
            raise fault(project, section, name, f'there is no key "{name}" here{nearest(name, list(keys))}')
        if not runs.fits(value, KINDS[keys[name]]):
            raise fault(project, section, name, f"{name} must be {keys[name]}")
    return {name: EMPTY[kind] for name, kind in keys.items()} | table


def picture(project: Project, told: Story, section: str) -> Path | None:
    """The picture of a section, if it has one: the one that is named, else the page of the demo, or the mistakes."""
    name = told.get(section, {}).get("picture", NO_PICTURE)
    if not name:
        return next(iter(sorted(project.root.glob(TAKEN[section]))), None) if section in TAKEN else None
    return project.root / name if name != NO_PICTURE else None


def texts(told: Story) -> list[tuple[str, str, str]]:
    """Every text of the story with its section and key."""
    tables = [("", {name: told[name] for name in ("title", "tagline", "event")})]
    tables += [(name, told[name]) for name in SECTIONS if name in told]
    found = []
    for section, table in tables:
        for name, value in table.items():
            several = value if isinstance(value, list) else [value]
            found += [(section, name, text) for text in several if isinstance(text, str) and name != "picture"]
    return found


def is_prompt(text: str) -> bool:
    """Whether a text is still what the scaffold asks the team to write."""
    return text.strip().startswith(PROMPTS)


def unwritten(project: Project, told: Story) -> list[tuple[int, str]]:
    """The prompts that the team has not answered yet: (line, key), in the order of the file."""
    place = project.root / FILE
    prompts = [(section, name, text) for section, name, text in texts(told) if is_prompt(text)]
    lines = [(pages.line(place, name, section, text=text), f"{section}.{name}") for section, name, text in prompts]
    return sorted({(line, key.strip(".")) for line, key in lines})


def fault(project: Project, section: str, name: str, wrong: str, text: str = "") -> Problem:
    """A `Problem` that names the line of a key."""
    place = f"[{section}] {name}".strip() if section else name
    return Problem(f"{FILE}, line {pages.line(project.root / FILE, name, section, text=text)}, {place}: {wrong}")


def mistakes(project: Project) -> list[str]:
    """The mistakes of the model that README explains, a sentence or more each; those still to be written are none."""
    try:
        lines = pages.section(project.root / "README.md", "mistakes").splitlines()
    except Problem:
        return []
    told = [found[1] for found in map(re.compile(r"\s*(?:\d+[.)]|[-*])\s+(.+)").match, lines) if found]
    return [text for text in told if project.say("cards.mark") not in text and length(text) >= LEAST_LENGTH]


# The numbers: none is typed by hand


def facts(sheet: dict[str, Any], told: Story) -> dict[str, str]:
    """What a text in deck.toml may name in braces, such as {score}, as it is shown."""
    low, high = sheet["ci95"] or (None, None)
    known = {name: results.number(value) for name, value in sheet["other_metrics"].items() if runs.fits(value, float)}
    known |= {"title": told["title"], "event": told["event"], "model": sheet["model"], "metric": sheet["metric"]}
    known |= {"score": results.number(sheet["score"]), "valid_score": results.number(sheet["valid_score"])}
    known |= {"low": results.number(low), "high": results.number(high), "data": shorten(sheet["data"]["name"])}
    for rival in ("baseline", "reference"):
        known |= {rival: shorten(sheet[rival]["name"]), f"{rival}_score": results.number(sheet[rival]["score"])}
    known |= {name: f"{sheet[name]:,}" for name in ("n_test", "parameters")}
    return known | {"rows": f"{sheet['data']['rows']:,}", "seconds": results.seconds(sheet["train_seconds"])}


def filled(project: Project, told: Story, known: dict[str, str]) -> Story:
    """The story with every {blank} filled; an unknown blank is a `Problem` that names its line."""

    def fill(section: str, name: str, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: fill(name, key, item) for key, item in value.items()}
        if isinstance(value, list):
            return [fill(section, name, item) for item in value]
        if not isinstance(value, str) or name in ("picture", "accent"):
            return value
        try:
            return value.strip().format_map(known)
        except KeyError as error:
            blank = str(error).strip("'")
            wrong = f"nothing is called {{{blank}}}{nearest(blank, list(known))}"
        except (ValueError, IndexError, AttributeError):
            wrong = "write {name} for a number, and {{ }} for braces themselves"
        raise fault(project, section, name, wrong, value)

    return {name: fill("", name, value) for name, value in told.items()}


def refuse_other_scores(project: Project, told: Story, sheet: dict[str, Any]) -> None:
    """A `Problem` where a text gives a number for the score, or another metric, that is not in the report."""
    names = [*sheet["other_metrics"], *project.say("slides.score_names").split(",")]
    for section, name, text in texts(told):
        typed = "" if is_prompt(text) else re.sub(r"\{\w*\}", "□", text)
        if other := next(strangers(typed, sheet, names, told["other_scores"]), None):
            said = f"{sheet['metric']} {results.number(sheet['score'])}"
            why = f'"{other}" is not in published/report.json ({said}); write {{score}} and it is filled in'
            raise fault(project, section, name, f"{why}, or name it under other_scores if it is somebody else's", text)


NUMBER = re.compile(r"(?<![A-Za-z0-9_.,/-])\d+(?:[.,]\d+)?(?:\s?[%％])?(?![A-Za-z0-9_/]|[.,]\d)")  # Han may adjoin
SENTENCE = re.compile(r"(?<=[!?;。！？；\n])|(?<=\.)\s")
INTERVAL = re.compile(r"\s*-?(?:interval|confidence|CI\b|的?置信|区间)", re.IGNORECASE)  # 95 % of it is no score
NEAR = 14  # characters between a metric's name and a whole number that is taken for its value: "RMSE is now 54"
UNNAMED = ("seed", "split_seed")  # whole numbers of a report that are nobody's score


def strangers(text: str, sheet: dict[str, Any], names: Iterable[str] = (), cited: Iterable[str] = ()) -> Iterator[str]:
    """The numbers that a text gives for the report's metric, or for what is called one of `names`, and are not in it.

    cited  scores of others, as they are typed, which a text may name too
    """
    text = text.replace(sheet["data"]["name"], "□")  # "Python 3.11" is no score
    true = [*values({key: value for key, value in sheet.items() if key not in UNNAMED})]
    true += [abs(sheet["score"] - sheet[rival]["score"]) for rival in ("baseline", "reference") if rival in sheet]
    known = {plain(number) for quoted in cited for number in NUMBER.findall(quoted)}
    spelled = [re.escape(name.strip().replace("_", " ")) for name in (sheet["metric"], *names)]
    metrics = re.compile(rf"(?<!\w)(?:{'|'.join(spelled)})(?!\w)", re.IGNORECASE | re.ASCII)
    for sentence in SENTENCE.split(text):
        for number in claims(sentence, metrics):
            if plain(number) not in known and not any(shows(number, value) for value in true):
                yield number.strip()


def claims(sentence: str, metrics: re.Pattern[str]) -> Iterator[str]:
    """The numbers of a sentence that are said of a metric it names: fractions and per cents, whole ones close by."""
    places = [found.span() for found in metrics.finditer(sentence)]
    for found in NUMBER.finditer(sentence) if places else ():
        number = found.group()
        if plain(number) == "95%" and INTERVAL.match(sentence, found.end()):
            continue
        close = any(0 <= found.start() - end <= NEAR or 0 <= start - found.end() <= 2 for start, end in places)
        if not number.strip().isdigit() or close:
            yield number


def plain(number: str) -> str:
    return re.sub(r"\s", "", number).replace(",", ".").replace("％", "%")


def shows(number: str, value: float) -> bool:
    """Whether a typed number is a value, as exact as it is typed or as pages show it; a share may be in per cent."""
    typed = plain(number).rstrip("%")
    readings = {typed} | ({typed.replace(".", "")} if re.fullmatch(r"\d+,\d{3}", number) else set())
    return number == results.number(value) or any(
        abs(abs(said) - float(reading)) <= 0.501 * 10.0 ** -len(reading.partition(".")[2])
        for reading in readings
        for said in (value, 100 * value)
    )


def values(content: Any) -> Iterator[float]:
    """Every number in a report, at any depth."""
    if isinstance(content, dict | list):
        for item in content.values() if isinstance(content, dict) else content:
            yield from values(item)
    elif isinstance(content, int | float) and not isinstance(content, bool):
        yield float(content)
