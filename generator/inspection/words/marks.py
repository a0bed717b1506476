"""How numbers are written: currency, percent, unit, words that multiply, thousands and decimal comma."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ...parts import read_toml

MOSTLY = 0.9  # a column of so many numbers (dates, lists …) is one of them; the rest counts as missing
_TABLES = read_toml(Path(__file__).with_suffix(".toml"))
MONEY = _TABLES["money"]
CODES, WITH_POINTS, NO, YES = (set(_TABLES[name].split()) for name in ("codes", "with_points", "no", "yes"))
UNKNOWN, TOLD, NOTHING = (set(_TABLES[name]) for name in ("unknown", "told", "nothing"))
UNITS: list[dict[str, int]] = list(_TABLES["units"].values())
OF_WORDS = {word: int(zeros) for zeros, words in _TABLES["zeros"].items() for word in words.split()}
OF_LETTERS = "k", "m", "b"  # which may be units or parts of codes as well
FEWEST_SCALED = 10  # different numbers with such a letter from which on it is no code, if nothing else says so
LONGEST = 60  # characters of a cell that may be a number with words around it: trying takes the square of them
ODD_MARK = 0.01  # of the cells: a mark that fewer have is a slip, and they are no numbers
MIXED = ".,"  # the decimal sign of a column that has both
STYLES = {  # whole numbers are of neither
    ".": re.compile(r"[+-]?(\d{1,3}(,\d{3})+\.\d+|[1-9]\d{0,2}(,\d{3})+|\d*\.\d+([eE][+-]?\d+)?)"),
    ",": re.compile(r"[+-]?(\d{1,3}(\.\d{3})+,\d+|[1-9]\d{0,2}(\.\d{3})+|\d*,\d+)"),
}
SEPARATORS: list[list[str]] = _TABLES["separators"]
FEWEST_MIXED = 3  # different cells of each style
SIGNED, COMPASS, MEASURED = (_TABLES[name] for name in ("signed", "compass", "measured"))  # and as Python has them
_PLACE = re.compile(r"\s*\d{1,3}[.,]\d+\s*°?\s*([NESW])\s*")
_NUMBER = re.compile(
    r"((?:[^\d+\-.,()]|\.(?=\D))*)([+\-]?)([^\d+\-.,()]*)"  # what stands before, the sign, what stands after it
    r"(\.?\d[\d.,'’ \u00a0\u202f]*?)((?:[eE][+\-]?\d+)?)(\s*[^\d]*|\s?/\s?\d+)"  # the number, what stands behind
)
SIGNS = dict(zip("．，－＋％／：￥٫٬٪", ".,-+%/:¥.,%", strict=True))
_SPACES = " \u00a0\u202f"


def rules(odd: list[str], plain: list[str], known: int) -> tuple[dict[str, Any], list[str]]:
    """The rules (strip, decimal, thousands, zeros) under which odd cells are numbers, and some that need them.

    plain  cells of the column that are numbers as they are
    known  how many of the odd ones do not stand for "not known"
    """
    odd = [cell for cell in odd if len(cell) <= LONGEST and any(map(str.isdecimal, cell))]
    matches = [match for cell in odd if (match := _NUMBER.fullmatch(cell))]
    marks: Counter[str] = Counter()
    bodies, examples, scaled, ahead = [], [], _scales(matches), _ahead(matches)
    for match in matches:
        word, rest = _behind(match[6])
        around = [(match[1], True), (match[3], True), (rest if word in scaled else match[6], False)]
        around = [(part, before) for part, before in around if part.strip()]
        if not all(_is_mark(part, before) or (before and part.strip() == ahead) for part, before in around):
            continue
        marks.update(part.strip() for part, _ in around)
        bodies.append(match[4])
        examples.append(match[0])
    if not bodies or len(bodies) < 0.5 * known:
        return {}, []
    marks = Counter({mark: count for mark, count in marks.items() if count >= ODD_MARK * len(bodies)})
    words = [mark for mark in marks if mark.lower() not in CODES | {ahead.lower()}]
    words = [mark for mark in words if any(map(str.isalpha, mark)) or mark[0] in "+/"]
    if units := next((units for units in UNITS if len(words) > 1 and {*map(str.lower, words)} <= units.keys()), {}):
        scaled = {mark: units[mark.lower()] for mark in sorted(words, key=len, reverse=True)}  # 500 g and 2 kg
        words = [marks.pop(mark) for mark in words][:0]
    letter = [mark for mark in words if len(mark) == 1 and mark.isalpha()]  # 2A beside 75 is a code, like 12a and 12b
    if len(words) > 1 or (words and marks[words[0]] < 0.8 * (len(bodies) + len(plain) * len(letter))):
        return {}, []  # different units, or codes
    plain = [cell.lstrip("+-") for cell in plain]
    found = {"thousands": "."} if _points_are_thousands(bodies, marks) else _separators(bodies, plain)
    if found is None:
        return {}, []
    if marks:
        found["strip"] = sorted(marks, key=lambda mark: (-len(mark), mark))
    if scaled:
        found["zeros"] = scaled
    return found, examples[:3]


def replaced(cell: str, patterns: dict[str, str]) -> str:
    """A cell with what stands for these patterns."""
    for pattern, plain in patterns.items() if len(cell) <= LONGEST else ():
        cell = re.sub(pattern, plain, cell)
    return cell


def into_ascii(cells: Iterable[str]) -> dict[str, str]:
    """Digits and signs of another script in some cells, ４８．５ or ٤٨٫٥, and what Python has for them."""
    found = {letter for cell in cells for letter in cell if not letter.isascii()}
    zeros = {ord(letter) - unicodedata.decimal(letter) for letter in found if letter.isdecimal()}
    digits = {chr(zero + digit): str(digit) for zero in zeros for digit in range(10)}
    return digits | {wide: SIGNS[wide] for wide in sorted(found & SIGNS.keys())} if digits else {}


def are_places(cells: list[str]) -> bool:
    """Whether cells are degrees north and south, or east and west; all west may be watts, all south seconds."""
    ends = [match[1] for cell in cells if (match := _PLACE.fullmatch(cell))]
    sides = set(ends)
    return len(ends) >= MOSTLY * len(cells) and ({"N"} <= sides <= {*"NS"} or {"E"} <= sides <= {*"EW"})


def _ahead(matches: list[re.Match[str]]) -> str:
    """The words that stand before nearly all numbers, as in `Rent from 1.800 €`; "" where they may be part of codes."""
    common = Counter(match[1].strip() for match in matches if match[1][-1:].isspace()).most_common(1)
    if not common or common[0][1] < MOSTLY * len(matches) or len(common[0][0]) < 2 or not common[0][0][0].isalpha():
        return ""
    measured = sum(any(mark in match[4] for mark in ".,'") or bool(match[6].strip()) for match in matches)
    return common[0][0] if measured >= 0.5 * len(matches) else ""


def _scales(matches: list[re.Match[str]]) -> dict[str, int]:
    """How many zeros the words behind numbers stand for, the longest word first; {} where they are units or codes."""
    found = [(match, *behind) for match in matches if (behind := _behind(match[6]))[0]]
    words = {word for _, word, _ in found}
    if all(word.lower() in OF_LETTERS for word in words):  # 3m may be metres, 12B and 12C flats, 5K, 10K and 21K races
        priced = any(set(match[1] + match[3] + rest) & set(MONEY) for match, _, rest in found)
        several = len({match[4] for match, _, _ in found}) >= FEWEST_SCALED
        if not priced and (words in ({"m"}, {"b"}) or not (several or any("." in match[4] for match, _, _ in found))):
            return {}
    return {word: OF_WORDS[word.lower().rstrip(".")] for word in sorted(words, key=lambda word: (-len(word), word))}


def _behind(part: str) -> tuple[str, str]:
    """What stands behind a number: the word that multiplies it ("" if none does), and the rest, such as M and €."""
    match = re.fullmatch(r"([^\W\d_]+\.?)\s*(.*)", part.strip())
    if match and match[1].lower().rstrip(".") in OF_WORDS and (not match[2] or _is_mark(match[2], before=False)):
        return match[1], match[2]
    return "", part


def _is_mark(part: str, before: bool) -> bool:
    """Whether what stands beside a number is a currency, a percent sign or a unit, instead of a part of a code."""
    text = part.strip()
    if all(letter in MONEY for letter in text) or text.lower() in CODES:
        return True
    if not before and (text == "+" or re.fullmatch(r"/\s?(5|10|20|100)", text)):
        return True  # 10,000+ and 4.1/5
    if before or len(text) > 10 or any(map(str.isdecimal, text)):
        return False
    if text != "m" and text.lower() in {*OF_WORDS, "th", "st", "nd", "rd"}:
        return False  # 12k is twelve thousand
    return len(text) > 1 or part != text or text in "gmlhsxWVA°" or text > "\u2e7f"  # 25歳


def _points_are_thousands(bodies: list[str], marks: Counter[str]) -> bool:
    """Whether 1.800 is eighteen hundred: where money is written so, or where all without a point are below 1,000."""
    pointed = [body for body in bodies if "." in body]
    if not pointed or any("," in body for body in bodies):
        return False
    if not all(re.fullmatch(r"[1-9]\d{0,2}(\.\d{3})+", body.strip()) for body in pointed):
        return False
    if any(body.count(".") > 1 for body in pointed) or {mark.lower() for mark in marks} & WITH_POINTS:
        return True
    others = [float(body) for body in bodies if body.strip().isdecimal()]
    return bool(others) and 100 <= min(others) and max(others) < 1000


def _separators(bodies: list[str], plain: list[str]) -> dict[str, Any] | None:
    """Decimal and thousands separators that all bodies agree with; None where there are none."""
    texts = [body.strip() for body in bodies]
    for decimal, thousands in SEPARATORS:
        d, t = re.escape(decimal), f"[{_SPACES}]" if thousands == " " else re.escape(thousands)
        grouped = rf"\d{{1,3}}(?:{t}\d{{3}})+|\d{{1,2}}(?:{t}\d\d)+{t}\d{{3}}|\d+"  # 12,34,567 in India
        pattern = re.compile(rf"(?:{grouped})(?:{d}\d*)?" if thousands else rf"\d*(?:{d}\d*)?")
        if sum(bool(pattern.fullmatch(text)) for text in texts) < 0.98 * len(texts):
            continue
        if thousands == "," and all(text.startswith("0,") for text in texts if "," in text):
            continue  # 0,125 is a fraction
        if decimal == "," and any("." in cell for cell in plain):
            continue  # the others have decimal points
        if thousands == " " and all(sum(text.count(s) for s in _SPACES) > 1 for text in texts):
            return None  # 100 200 300 is a list
        rules = {"decimal": decimal} if decimal != "." else {}
        return rules | ({"thousands": thousands} if thousands else {})
    return None


def mixed(cells: list[str]) -> dict[str, Any]:
    """The rule for numbers in two styles in one column, 1.234,50 and 1234.50: {} where there is but one.

    A cell that could be of both, as 1.234, is no number then.
    """
    found = [{style for style, pattern in STYLES.items() if pattern.fullmatch(cell)} for cell in cells]
    clear = Counter(next(iter(styles)) for styles in found if len(styles) == 1)
    return {"decimal": MIXED} if min(clear.get(style, 0) for style in STYLES) >= FEWEST_MIXED else {}
