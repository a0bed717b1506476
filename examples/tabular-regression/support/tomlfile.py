"""TOML files that people edit: read with one line about damage, and the line found where a mistake stands."""

import re
import sys
from pathlib import Path
from typing import Any

from cli import Fault

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

HEAD = re.compile(r"\s*\[\[?\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")  # of a section, [name] or [[name]]


def read(path: Path) -> dict[str, Any]:
    """The contents; a `Fault` where the file is missing or damaged, which names the line."""
    content = content_of(path)
    try:
        return tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        last = f"at line {content.count(chr(10)) + 1}, the end"
        why = str(error).replace("at end of document", last)
        raise Fault(f"{path.name} is damaged: {why}; mend that line, or git checkout -- {path.name}") from None


def content_of(path: Path) -> str:
    """The text of a file that people edit, with or without a mark of UTF-8; a missing or other one is a `Fault`."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise Fault(f"{path.name} is missing; git checkout -- {path.name} brings it back") from None
    except UnicodeDecodeError as error:
        number = path.read_bytes()[: error.start].count(b"\n") + 1
        raise Fault(f"{path.name}, line {number}: this is not UTF-8; save the file as UTF-8") from None


def line(path: Path, key: str, section: str = "", number: int = 0, text: str = "") -> int:
    """The line, from 1, where a key stands, or where its list holds a text.

    The key is one of the file's head, of [section], or of the entry [[section]] with this number, from 0. Where it is
    not written, the line is that of its section.
    """
    lines = content_of(path).splitlines()
    heads = {n: found[1] for n, row in enumerate(lines) if (found := HEAD.match(row))}
    own = [n for n, name in heads.items() if name == section]
    first = own[number] if number < len(own) else 0
    last = min((n for n in heads if n > first), default=len(lines))
    at = next((n for n in range(first, last) if re.match(rf'\s*"?{re.escape(key)}"?\s*=', lines[n])), first)
    start = text.splitlines()[0][:20] if text.strip() else ""
    return 1 + next((n for n in range(at, last) if start and start in lines[n]), at)
