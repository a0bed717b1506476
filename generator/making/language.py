"""Languages: English is what the templates hold; each other one is a folder of translations, templates/lang/<code>/."""

from pathlib import Path
from typing import Any

from ..errors import Misuse, nearest
from ..parts import Part, read_toml

ENGLISH = "en"

# What `hackgen new` asks; templates/lang/<code>/prompts.toml has the same keys.
PROMPTS = {
    "language": "English",
    "keys": "(arrows, Enter; Esc: back)",
    "keys_several": "(Space picks, Enter goes on; Esc: back)",
    "keys_text": "(Esc: back)",
    "data": "Your own data: a file or folder, or just Enter for the sample:",
    "suggested": "{task}",
    "suggested_target": "{task}, predicting {target}",
    "other_target": "another column to predict",
    "target": "Which column should be predicted?",
    "column": "{role}, {distinct} different values",
    "task": "What should it learn?",
    "framework": "With which framework?",
    "models": "Which models?",
    "models_none": "Pick at least one.",
    "last": "That is all that is needed.",
    "make": "make it, in the folder {folder}",
    "rename": "under another name",
    "more": "more options first: title, author, event, language, extras",
    "name": "Name of the project (its folder)?",
    "backend": "What should Keras compute with?",
    "title": "Title",
    "author": "Author or team",
    "event": "Course or hackathon (may stay empty)",
    "lang": "Language of README and the other texts",
    "extras": "Which extras?",
    "hours": "How many hours has the event?",
    "team": "Names of the team, with commas (may stay empty)",
    "start": "When does it start, such as 2026-11-22 18:00? (empty: the plan counts hours)",
    "rubric": "By which criteria are you judged?",
}


def languages(root: Path) -> list[str]:
    """The codes of all languages, English first."""
    return [ENGLISH, *sorted(folder.name for folder in (root / "lang").glob("*") if folder.is_dir())]


def known(code: str | None, root: Path) -> str:
    """The code of a language that there is; nothing said is English."""
    if code and code not in languages(root):
        raise Misuse(f'no language "{code}"{nearest(code, languages(root))}')
    return code or ENGLISH


def translation(folder: Path, root: Path, code: str) -> Path:
    """Where the translation of a layer (or of a part's card) lies, if there is one."""
    return root / "lang" / code / folder.relative_to(root)


def laid(layers: list[Path], root: Path, code: str) -> list[Path]:
    """The layers, the translation of each directly over it: what replaces a file replaces its translation too."""
    if code == ENGLISH:
        return layers
    return [folder for layer in layers for folder in (layer, translation(layer, root, code))]


def said(part: Part, root: Path, code: str) -> dict[str, Any]:
    """A part's title, summary, sample and phrases as people read them; names and metrics stay English."""
    own = {"title": part.title, "summary": part.summary, "sample": part.card.get("sample", "")}
    own |= {"explains": part.card.get("explains", {})}
    card = translation(part.folder, root, code) / "part.toml"
    return own | (read_toml(card) if code != ENGLISH and card.is_file() else {})


def prompts(root: Path, code: str) -> dict[str, str]:
    """The questions in a language."""
    asked = root / "lang" / code / "prompts.toml"
    return PROMPTS | read_toml(asked) if asked.is_file() else PROMPTS
