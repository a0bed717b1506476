"""Text that a person typed: what is accepted, and how each format quotes it so that it reads back equal."""

import os
import re
import shlex
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from .errors import Misuse

LONGEST = 1000

# Unicode's Cc, Zl, Zp and Cs: nothing of these belongs on one line of text.
_NOT_ONE_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")

# Written as escapes: what a parser rejects raw, and what a reader cannot see (direction, zero widths, tags).
# A fixed list instead of `unicodedata`, whose answers differ between versions of Python: same answers, same bytes.
_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(chr(plane << 16 | end) for plane in range(17) for end in (0xFFFE, 0xFFFF))
_UNSEEN = (
    "\x00-\x1f\x7f-\xa0\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb\U000e0000-\U000e007f"
)
ESCAPED = re.compile(f"[{_UNSEEN}{_NONCHARACTERS}]")
_ENTITY = re.compile(f"[{_UNSEEN}]")  # Markdown turns entities of noncharacters into U+FFFD, but takes them raw

# Names that Windows gives to devices, whatever follows a point; no file or folder can be called so there.
DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])\s*(\.|\Z)", re.IGNORECASE)


def one_line(text: str, what: str) -> str:
    """The text itself, or a `Misuse` that names what cannot stand on one line of text."""
    found = _NOT_ONE_LINE.search(text)
    if found:
        raise Misuse(f"{what} must be one line of text; it holds the character U+{ord(found.group()):04X}")
    if len(text) > LONGEST:
        raise Misuse(f"{what} must be at most {LONGEST} characters; it has {len(text)}")
    return text


def of_file(name: str) -> str:
    """A file's name as text: bytes that are no UTF-8 become U+FFFD, which a project reads there too."""
    return os.fsencode(name).decode("utf-8", "replace")


def leads_out(file: Path, folder: Path) -> bool:
    """Whether a file of a folder is a link to somewhere else: what is copied must lie in what was named."""
    return file.is_symlink() and not file.resolve().is_relative_to(folder.resolve())


def acceptable(text: str) -> str:
    """A default that nobody typed: itself where it is one line of text, else nothing."""
    return "" if _NOT_ONE_LINE.search(text) or len(text) > LONGEST else text


def printable(text: str) -> str:
    """A message as one line that no terminal misreads, whatever names it quotes."""
    return re.sub("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]", lambda m: ascii(m.group())[1:-1], text)


def some(names: Iterable[str], most: int = 5) -> str:
    """The first few of some names, each once, and how many more there are."""
    different = list(dict.fromkeys(names))
    more = len(different) - most
    return ", ".join(different[:most]) + (f" (+{more})" if more > 0 else "")


def _backslash_u(match: re.Match[str]) -> str:
    if match.group() == "\n":
        return "\\n"
    code = ord(match.group())
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _quoted(text: str, quote: str = '"') -> str:
    return quote + ESCAPED.sub(_backslash_u, text.replace("\\", "\\\\").replace(quote, "\\" + quote)) + quote


def _literal(value: Any, string: Callable[[str], str], true: str = "true", false: str = "false") -> str:
    if isinstance(value, str):
        return string(value)
    if isinstance(value, bool):
        return true if value else false
    if isinstance(value, (int, float)):
        return repr(value)
    return "[" + ", ".join(_literal(item, string, true, false) for item in value) + "]"


def toml(value: Any) -> str:
    if isinstance(value, dict):
        keys = (key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _quoted(key) for key in value)
        pairs = (f"{key} = {toml(inner)}" for key, inner in zip(keys, value.values(), strict=True))
        return "{ " + ", ".join(pairs) + " }"
    return _literal(value, _quoted)


def python(value: Any) -> str:
    """A literal that `ruff format` leaves alone: double quotes, unless single ones need fewer escapes."""
    return _literal(value, lambda t: _quoted(t, "'" if t.count('"') > t.count("'") else '"'), "True", "False")


def markdown(text: str) -> str:
    """Text that a heading, a paragraph, a list item and a table's cell all show as it was typed."""
    core = text.strip()
    if not core:
        return "".join(f"&#{ord(character)};" for character in text)
    before, _, after = text.partition(core)
    escaped = re.sub(r"[\\`*_\[\]<>&|~#$]", r"\\\g<0>", core)
    # These mean something only where a line begins: a list, a rule, an underline, an ordered list.
    escaped = re.sub(r"\A(?:([-+=:])|([0-9]{1,9})([.)]))", lambda m: f"{m[2] or ''}\\{m[1] or m[3]}", escaped)
    escaped = _ENTITY.sub(lambda m: f"&#{ord(m.group())};", escaped)
    return "".join(f"&#{ord(c)};" for c in before) + escaped + "".join(f"&#{ord(c)};" for c in after)


FILTERS = {"toml": toml, "yaml": toml, "python": python, "markdown": markdown}  # strings of YAML are quoted as TOML's


def quoted(word: str) -> str:
    """A word as the shell at hand reads it back."""
    if os.name == "nt":
        return f'"{word}"' if not word or re.search(r"[^\w.:/\\-]", word) else word
    return shlex.quote(word)
