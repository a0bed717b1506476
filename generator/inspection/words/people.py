"""Personal data, by the name of a column and by what its cells look like: names, e-mail, phone, address, accounts."""

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

from ...parts import read_toml
from .names import LETTER, words_of

HALF, SOME, MOST = 0.5, 0.25, 0.8  # shares of the different cells that decide
LOOKED_AT = 500  # different cells
LONGEST = 200  # characters of such a cell
LEAST_DIGITS = 6  # of an account's number
_TABLES = read_toml(Path(__file__).with_suffix(".toml"))
NAMES, MAIL, PHONE, ADDRESS, ACCOUNT, IDENTITY, NETWORK = KINDS = _TABLES["called"]  # as reports call them
STAND_IN = re.compile(rf"\[({'|'.join(KINDS)}) \d+\]")  # what a project's copy holds instead
OF = SimpleNamespace(**{name: set(words.split()) for name, words in _TABLES["columns"].items()})  # words in names
OF_KIND = {kind: set(words.split()) for kind, words in _TABLES["kinds"].items()}
NUMBER = re.compile(r"(number|nummer|nr|no|num|id|adresse|address)$")  # behind what is numbered: telefonnummer
DIGITS = re.compile(r"\D")
PATTERNS = {kind: "|".join(several) for kind, several in _TABLES["patterns"].items()}
WITH_NAME = {NETWORK: PATTERNS[NETWORK]} | _TABLES["with_name"]
IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{8,30}")
IN_TEXT = {kind: re.compile(pattern) for kind, pattern in _TABLES["in_text"].items()}


def bare(word: str) -> str:
    """A word in lower case without accents."""
    parts = unicodedata.normalize("NFKD", word.lower())
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


GIVEN = {bare(name) for names in _TABLES["given"].values() for name in names.split()}
WITHOUT_SPACES = tuple(_TABLES["without_spaces"])
FAR_EAST, TITLES = _TABLES["far_east"], re.compile(_TABLES["titles"], re.IGNORECASE)
NAMED = re.compile(rf"({LETTER}['’.-]?){{1,30}}(,? ({LETTER}['’.-]?){{1,30}}){{1,5}}")  # two to six words


def kind_of(name: str, role: str, cells: Sequence[str]) -> str:
    """Which kind of personal data a column holds, "" for none.

    role   number, date, text … as the cells look
    cells  different ones, as they are written
    """
    cells = list(cells)[:LOOKED_AT]
    if not cells or role in ("date", "picture"):
        return ""
    if all(map(STAND_IN.fullmatch, cells)):
        return STAND_IN.fullmatch(cells[0])[1]
    words = words_of(name)
    written = {*words, *(NUMBER.sub("", word) for word in words)} - {""}
    for kind, known in OF_KIND.items():
        named = written & known or any(word in "".join(words) for word in known if not word.isascii())
        named = named or (kind == MAIL and words[:2] == ["e", "mail"])
        named = named or (kind == IDENTITY and all(set(words) & some for some in (OF.numbered, OF.number)))
        fits = share(cells, WITH_NAME[kind]) if named else 0.0
        if fits >= HALF and (kind != ACCOUNT or share(cells, r"(\D*\d){6}.*") >= HALF) and not counted(cells):
            return kind
    for kind, pattern in PATTERNS.items():
        if share(cells, pattern) >= HALF:
            return kind
    if sum(map(is_account, cells)) >= HALF * len(cells):
        return ACCOUNT
    return NAMES if role not in ("number", "list") and are_names(words, cells) else ""


def share(cells: Sequence[str], pattern: str) -> float:
    """The share of the cells that are of a pattern as a whole."""
    compiled = re.compile(pattern, re.IGNORECASE)
    return sum(len(cell) <= LONGEST and bool(compiled.fullmatch(cell.strip())) for cell in cells) / len(cells)


def counted(cells: Sequence[str]) -> bool:
    """Whether numbers count something instead of naming it: calls, balances, small or broken numbers."""
    plain = [cell for cell in cells if re.fullmatch(r"-?\d+(\.\d+)?", cell)]
    long = sum(len(DIGITS.sub("", cell)) >= LEAST_DIGITS and "." not in cell for cell in plain)
    return len(plain) > HALF * len(cells) and long < MOST * len(plain)


def is_account(cell: str) -> bool:
    """Whether a cell is an IBAN, or a card's number by its check digit."""
    plain = re.sub(r"[ -]", "", cell.upper())
    if IBAN.fullmatch(plain):
        return int("".join(str(int(letter, 36)) for letter in plain[4:] + plain[:4])) % 97 == 1
    if not re.fullmatch(r"\d{13,19}", plain) or plain == cell.strip():
        return False  # a long number without groups may be any
    doubled = [int(digit) * (2 if i % 2 else 1) for i, digit in enumerate(reversed(plain))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def are_names(words: list[str], cells: Sequence[str]) -> bool:
    """Whether cells are names of people: the column says so, or enough begin (or go on) with a usual given name."""
    last, together = set(words[-1:]), "".join(words)
    if together in OF.handles and len(cells) >= 3:
        return True
    letters = sum(bool(re.search(r"[^\W\d_]", cell)) and not re.search(r"\d", cell) for cell in cells) / len(cells)
    if letters < MOST or len(cells) < 3:
        return False
    all_of_people = len(words) > 1 and set(words) <= OF.names | OF.before_name | OF.people  # name.first, as JSON has it
    spoken = {part for word in words for part in re.sub(r"(.)(name)$", r"\1 \2", word).split()} - OF.between
    of_one = bool(spoken & OF.names and spoken & OF.people) and spoken <= OF.names | OF.people  # kundenname, …
    if last & OF.whole_names or together in OF.whole_names or together.endswith(WITHOUT_SPACES):
        return True
    if of_one or all_of_people or (last & OF.names and set(words[-2:-1]) & (OF.before_name | OF.people)):
        return True
    if share(cells, FAR_EAST) >= MOST and len(cells) >= 5:
        return True
    hinted = bool(last & (OF.names | OF.people) or set(words) & OF.people)
    given = sum(begins_with_a_name(cell, anywhere=hinted) for cell in cells) / len(cells)
    titled = sum(bool(TITLES.search(cell)) for cell in cells) / len(cells)
    whole = share(cells, NAMED.pattern)
    if whole < HALF:  # single words, as in a column of first names
        return given >= (HALF if hinted else MOST) and len(cells) >= 5
    return given >= (SOME if hinted else HALF) or (titled >= HALF and whole >= HALF)


def begins_with_a_name(cell: str, anywhere: bool = False) -> bool:
    """Whether the first word of a cell, or the first after a comma, is a usual given name; titles count for nothing."""
    plain = TITLES.sub("", cell.rpartition(",")[2].strip() or cell)
    first = [word[0] for word in re.finditer(rf"({LETTER})+", plain)][: None if anywhere else 1]
    return any(bare(word) in GIVEN and not word[0].islower() for word in first)


def in_texts(texts: Sequence[str]) -> dict[str, int]:
    """How many of some texts hold e-mail addresses, phone numbers or IBANs."""
    found = {MAIL: 0, PHONE: 0, ACCOUNT: 0}
    for text in texts:
        for kind in found:
            held = IN_TEXT[kind].search(text)
            found[kind] += bool(held and (kind != ACCOUNT or is_account(held[0])))
    return {kind: count for kind, count in found.items() if count}
