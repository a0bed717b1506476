"""Languages: English is what the templates hold; each other one is a folder of translations, templates/lang/<code>/."""

from pathlib import Path
from typing import Any

from ..errors import Misuse, nearest
from ..parts import Part, read_toml

ENGLISH = "en"


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
    own, asked = Path(__file__).with_name("prompts.toml"), root / "lang" / code / "prompts.toml"
    return read_toml(own) | (read_toml(asked) if asked.is_file() else {})
