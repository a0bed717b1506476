"""`hackgen assignment mark`: a part marked in a project of any kind, and entered in its card."""

import re
from collections.abc import Iterator
from pathlib import Path

from ..errors import Problem
from ..making.choice import title_from
from ..text import toml
from . import markers
from .assignment import CARD, code_parts, listed, text_of
from .new import AI_USE, DEADLINE, card_text


def mark(folder: Path, file: str, where: str, points: int, name: str | None, hint: str) -> Iterator[str]:
    """Put markers in a file and a [[part]] in the card, which is begun where there is none; says what was done."""
    if not (folder / file).is_file() or not file.endswith(".py"):
        raise Problem(f"{folder / file} is no Python file; name one of {folder}")
    if name is None:
        words = where.rpartition(".")[2].lower().strip("_")
        name = words if re.fullmatch(markers.ID, words) else Path(file).stem.lower()
    if taken := [part for part in code_parts(folder) if part.id == name]:
        raise Problem(f"part {name} is in {taken[0].path}:{taken[0].first} already; name this one with --id")
    marked = markers.mark(text_of(folder, file), file, where, name, points, hint)
    card = folder / CARD
    if card.is_file():
        text = card.read_text(encoding="utf-8")
    else:
        word = re.sub(r"[^a-z0-9_-]+", "-", folder.resolve().name.lower()).strip("-") or "assignment"
        head = {"name": word, "title": title_from(str(folder)), "deadline": DEADLINE, "ai_use": AI_USE}
        text = card_text(head, sorted({*listed(folder), "ASSIGNMENT.md"}), [])
    if not re.search(rf"^id = {re.escape(toml(name))}$", text, re.M):
        text = f"{text.rstrip()}\n\n[[part]]\nid = {toml(name)}\ngoal = {toml(hint)}\n"
        card.write_bytes(text.encode())
    (folder / file).write_bytes(marked.encode())
    yield f"{file}: {where} is part {name} with {points} points"
    yield f"next: write its tests in {CARD}, [[part.test]] with name, run and points; hackgen assignment lint {folder}"
