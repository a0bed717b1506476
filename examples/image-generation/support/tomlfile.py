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
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise Fault(f"{path.name} is missing; git checkout -- {path.name} brings it back") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Fault(f"{path.name} is damaged: {error}; mend that line, or git checkout -- {path.name}") from None


def line(path: Path, key: str, section: str = "", number: int = 0, text: str = "") -> int:
    """The line, from 1, where a key stands, or where its list holds a text.

    The key is one of the file's head, of [section], or of the entry [[section]] with this number, from 0. Where it is
    not written, the line is that of its section.
    """
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    heads = {n: found[1] for n, row in enumerate(lines) if (found := HEAD.match(row))}
    own = [n for n, name in heads.items() if name == section]
    first = own[number] if number < len(own) else 0
    last = min((n for n in heads if n > first), default=len(lines))
    at = next((n for n in range(first, last) if re.match(rf'\s*"?{re.escape(key)}"?\s*=', lines[n])), first)
    start = text.splitlines()[0][:20] if text.strip() else ""
    return 1 + next((n for n in range(at, last) if start and start in lines[n]), at)
