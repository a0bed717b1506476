"""The texts in a project that people edit: read with the line of a mistake, and refreshed only between two marks."""

import os
import re
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..errors import Problem
from ..parts import tomllib

HOUR = 3600  # seconds
HEAD = re.compile(r"\s*\[\[?\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")  # of a section, [name] or [[name]]


def text_of(path: Path) -> str:
    """The text of a file, with or without a mark of UTF-8; a missing or other one is a `Problem`."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise Problem(f"{path.name} is missing; git checkout -- {path.name} brings it back") from None
    except UnicodeDecodeError as error:
        number = path.read_bytes()[: error.start].count(b"\n") + 1
        raise Problem(f"{path.name}, line {number}: this is not UTF-8; save the file as UTF-8") from None


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of a file that people edit; a `Problem` names the line where it is damaged."""
    content = text_of(path)
    try:
        return tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        why = str(error).replace("at end of document", f"at line {content.count(chr(10)) + 1}, the end")
        raise Problem(f"{path.name} is damaged: {why}; mend that line, or git checkout -- {path.name}") from None


def line(path: Path, key: str, section: str = "", number: int = 0, text: str = "") -> int:
    """The line, from 1, where a key stands, or where its list holds a text.

    The key is one of the file's head, of [section], or of the entry [[section]] with this number, from 0. Where it is
    not written, the line is that of its section.
    """
    lines = text_of(path).splitlines()
    heads = {n: found[1] for n, row in enumerate(lines) if (found := HEAD.match(row))}
    own = [n for n, name in heads.items() if name == section]
    first = own[number] if number < len(own) else 0
    last = min((n for n in heads if n > first), default=len(lines))
    at = next((n for n in range(first, last) if re.match(rf'\s*"?{re.escape(key)}"?\s*=', lines[n])), first)
    start = text.splitlines()[0][:20] if text.strip() else ""
    return 1 + next((n for n in range(at, last) if start and start in lines[n]), at)


def section(path: Path, name: str) -> str:
    """What stands now between the two marks of a name, `<!-- name … -->` and `<!-- end of name -->`."""
    return _parts(path, name)[1]


def refresh(path: Path, name: str, content: str) -> bool:
    """Put `content` between the two marks of a name; False where it stands there already."""
    before, old, after = _parts(path, name)
    if old == content.strip():
        return False
    write(path, f"{before}\n\n{content.strip()}\n\n{after}")
    return True


def _parts(path: Path, name: str) -> tuple[str, str, str]:
    """What stands up to the first mark, between the marks, and from the second one on; lost marks are a `Problem`.

    Marks are comments of HTML, or of YAML at the head of a card; the first may say who refreshes the region.
    """
    text, mark = text_of(path), r"^(?:<!--|#) {}\b.*$"
    start = re.search(mark.format(re.escape(name)), text, re.MULTILINE)
    end = start and re.compile(mark.format(f"end of (?:the )?{re.escape(name)}"), re.MULTILINE).search(
        text, start.end()
    )
    if not end:
        lines = f"<!-- {name} --> <!-- end of {name} -->"
        raise Problem(f"{path.name} has lost its marks; put these two lines where the region belongs: {lines}")
    return text[: start.end()], text[start.end() : end.start()].strip(), text[end.start() :]


def write(path: Path, content: bytes | str) -> None:
    """Replace a file in one step: whoever reads it sees the old content or the new one, never a part."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("wb") as file:
            file.write(content.encode("utf-8") if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except OSError as error:
        raise Problem(f"cannot write {path}: {error.strerror}; what was there before is kept") from error
    finally:
        draft.unlink(missing_ok=True)
        for left in path.parent.glob(f"{path.name}.[0-9]*.tmp"):  # by a kill; a young one may be written right now
            with suppress(OSError):
                if time.time() - left.stat().st_mtime > HOUR:
                    left.unlink()
