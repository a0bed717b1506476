"""How the cells of a column are written: numbers with marks and thousands, dates in one form or several, lists.

The rules found here (`parse`) are those that a project's cells.py and dates.py follow.
"""

import datetime
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from .delimited import is_missing, number
from .tables import PICTURE_ENDINGS

MOSTLY = 0.9  # a column of so many numbers (dates, lists …) is one of them; the rest counts as missing
LOOKED_AT = 2000  # different cells that decide

ISO = "iso"  # 2024-01-31, with or without a time and a time zone
DAYS = (
    *("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y", "%m/%d/%Y", "%d/%m/%y"),
    *("%m/%d/%y", "%d-%m-%Y", "%m-%d-%Y", "%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%d-%b-%y", "%b %d, %Y", "%B %d, %Y"),
    *("%Y-%m", "%Y/%m", "%m/%Y", "%b %Y", "%B %Y"),
)
CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
FORMS = (ISO, *(day + clock for day in DAYS for clock in CLOCKS))
EPOCHS = {"epoch": (3e8, 4e9), "epoch-ms": (3e11, 4e12)}  # seconds and milliseconds since 1970, from 1979 to 2096

MONEY = "$€£¥₹₽₩%‰°#"
CODES = {"usd", "eur", "gbp", "chf", "jpy", "inr", "rs", "rs.", "us$", "ca$", "a$", "r$", "kr", "~", "<", ">", "ca."}
_NUMBER = re.compile(
    r"([^\d+\-.,()]*)([+\-]?)([^\d+\-.,()]*)(\.?\d[\d.,'’ \u00a0\u202f]*?)((?:[eE][+\-]?\d+)?)(\s*[^\d]*)"
)
_SPACES = " \u00a0\u202f"


@dataclass
class Look:
    """What a column's cells look like."""

    kind: str  # number date list picture words empty
    parse: dict[str, Any] = field(default_factory=dict)
    forms: list[str] = field(default_factory=list)  # of dates, the most usual first
    examples: list[str] = field(default_factory=list)  # cells that need the rules
    ambiguous: bool = False  # days and months could change places


def look(name: str, cells: Sequence[str]) -> Look:
    """What the cells of a column (a sample, without missing ones) are."""
    if not cells:
        return Look("empty")
    counts = Counter(cells)
    different = list(counts)[:LOOKED_AT]
    codes = sum(c.isdigit() and c.startswith("0") and len(c) > 1 for c in different)
    if codes > 0.05 * len(different) and sum(map(str.isdigit, different)) > MOSTLY * len(different):
        return Look("words")  # 00501 is a code
    if found := _numbers(counts, different):
        return _epoch(name, different, found)
    if found := _dates(different, list(cells[:LOOKED_AT])):
        return found
    if _share(different, lambda cell: _is_list(cell)) >= MOSTLY:
        return Look("list")
    if _share(different, lambda cell: cell.lower().endswith(PICTURE_ENDINGS)) >= MOSTLY:
        return Look("picture")
    return Look("words")


def _share(cells: Sequence[str], test: Any) -> float:
    return sum(map(bool, map(test, cells))) / max(len(cells), 1)


# Numbers


def _numbers(counts: Counter[str], different: list[str]) -> Look | None:
    """The rules by which most cells are numbers, {} where plain ones do."""
    total = sum(counts[cell] for cell in different)
    odd = [cell for cell in different if number(cell) is None]
    plain = 1 - sum(counts[cell] for cell in odd) / total
    if not odd:
        return Look("number")
    rules, examples = _marks(odd, different)
    if rules:
        left = [cell for cell in different if to_number(cell, rules) is None]
        share = 1 - sum(counts[cell] for cell in left) / total
        if share > plain and _enough(share, left, counts, total):
            return Look("number", rules | _words(left, counts), examples=examples)
    if _enough(plain, odd, counts, total):
        return Look("number", _words(odd, counts))
    return None


def _enough(share: float, left: list[str], counts: Counter[str], total: int) -> bool:
    """Whether a column is one of numbers: nearly all cells, or all but one or two words that stand for "not known"."""
    if share >= MOSTLY:
        return True
    return len(left) <= 2 and share >= 0.5 and all(_means_unknown(cell) for cell in left)


def _means_unknown(cell: str) -> bool:
    return cell.lower().strip(" .") in UNKNOWN or not any(map(str.isalnum, cell))


UNKNOWN = {"unknown", "missing", "not available", "not known", "undefined", "tbd", "n.a", "nil", "no data", "-"} | {
    "--", "---", "*", "x", "\\n", "#value!", "#ref!", "#div/0!", "unk", "not applicable", "nd", "n.d", "k.a",
}  # fmt: skip


def _words(left: list[str], counts: Counter[str]) -> dict[str, Any]:
    """Cells that mean "not known" besides the usual ones."""
    found = [cell for cell in left if _means_unknown(cell)]
    return {"missing": found[:10]} if found else {}


def _marks(odd: list[str], different: list[str]) -> tuple[dict[str, Any], list[str]]:
    """The rules (strip, decimal, thousands) under which the odd cells are numbers; the cells that need them."""
    marks: Counter[str] = Counter()
    bodies, examples = [], []
    for cell in odd:
        if not (match := _NUMBER.fullmatch(cell)):
            continue
        around = [part.strip() for part in (match[1], match[3], match[6]) if part.strip()]
        if any(
            not _is_mark(part, before=i < 2) for i, part in enumerate((match[1], match[3], match[6])) if part.strip()
        ):
            continue
        marks.update(around)
        bodies.append(match[4])
        examples.append(cell)
    if not bodies or len(bodies) < 0.5 * len([cell for cell in odd if not _means_unknown(cell)]):
        return {}, []
    words = [mark for mark in marks if mark.lower() not in CODES and any(map(str.isalpha, mark))]
    if len(words) > 1 or (words and marks[words[0]] < 0.8 * len(bodies)):
        return {}, []  # different units, or codes such as 12a and 12b
    plain = [cell.lstrip("+-") for cell in different if number(cell) is not None]
    rules = _separators(bodies, plain)
    if rules is None:
        return {}, []
    if marks:
        strip = sorted(marks, key=lambda mark: (-len(mark), mark))
        rules["strip"] = strip[0] if len(strip) == 1 else strip
    return rules, examples[:3]


def _is_mark(part: str, before: bool) -> bool:
    """Whether what stands beside a number is a currency, a percent sign or a unit, instead of a part of a code."""
    text = part.strip()
    if all(letter in MONEY for letter in text) or text.lower() in CODES:
        return True
    if before or len(text) > 10 or text.lower() in {"k", "m", "b", "mn", "bn", "mio", "mrd", "th", "st", "nd", "rd"}:
        return False  # 12k is twelve thousand
    return len(text) > 1 or part != text or text in "gmlhsWVA°"


def _separators(bodies: list[str], plain: list[str]) -> dict[str, Any] | None:
    """Decimal and thousands separators that all bodies agree with; None where there are none."""
    texts = [body.strip() for body in bodies]
    for decimal, thousands in (
        (".", ""),
        (".", ","),
        (",", ""),
        (",", "."),
        (".", "'"),
        (".", "’"),
        (".", " "),
        (",", " "),
    ):
        pattern = _pattern(decimal, thousands)
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


def _pattern(decimal: str, thousands: str) -> re.Pattern[str]:
    d = re.escape(decimal)
    if not thousands:
        return re.compile(rf"\d*(?:{d}\d*)?")
    t = f"[{_SPACES}]" if thousands == " " else re.escape(thousands)
    return re.compile(rf"(?:\d{{1,3}}(?:{t}\d{{3}})+|\d+)(?:{d}\d*)?")


def to_number(cell: str, parse: dict[str, Any]) -> float | None:
    """A cell as a number under the rules of its column; None if it is none, or stands for "not known"."""
    if is_missing(cell) or cell in parse.get("missing", ()):
        return None
    marks = parse.get("strip", ())
    for mark in [marks] if isinstance(marks, str) else marks:
        cell = cell.replace(mark, "")
    if thousands := parse.get("thousands"):
        cell = cell.replace(thousands, "")
        for space in _SPACES:
            cell = cell.replace(space, "")
    if (decimal := parse.get("decimal", ".")) != ".":
        cell = cell.replace(decimal, ".")
    return number(cell.strip())


def _epoch(name: str, different: list[str], found: Look) -> Look:
    """A date where the numbers are seconds since 1970, or 20240131, and the name says that it is a time."""
    words = set(re.findall(r"[a-z]+", name.lower()))
    if found.parse or not words & {"time", "timestamp", "date", "epoch", "ts", "datetime", "unix", "day", "created"}:
        if not any(word.endswith(("time", "date", "_at", "stamp")) for word in words):
            return found
    values = [float(cell) for cell in different if number(cell) is not None]
    for form, (low, high) in EPOCHS.items():
        if all(low < value < high for value in values):
            return Look("date", {"format": form}, [form])
    if all(len(cell) == 8 and cell.isdigit() and fits(cell, "%Y%m%d") for cell in different):
        return Look("date", {"format": "%Y%m%d"}, ["%Y%m%d"])
    return found


# Dates


def _dates(different: list[str], in_order: list[str]) -> Look | None:
    """The forms by which most cells are dates; several where they are mixed."""
    some = different[:: max(1, len(different) // 300)]
    if any(len(cell) > 45 for cell in some[:20]) or not any(any(map(str.isdigit, cell)) for cell in some):
        return None
    if sum(any(mark in cell for mark in "-/.: ,") for cell in some) < MOSTLY * len(some):
        return None
    forms, left = [], some
    while left and len(forms) < 5:
        few = left[:8]
        likely = [form for form in FORMS if any(fits(cell, form) for cell in few)]
        if not likely:
            break
        found = max(likely, key=lambda form: sum(fits(cell, form) for cell in left))
        forms.append(found)
        left = [cell for cell in left if not fits(cell, found)]
    if not forms or len(left) > (1 - MOSTLY) * len(some):
        return None
    order = {form: sum(fits(cell, form) for cell in some) for form in forms}
    forms = [form for form in forms if order[form] > 0.005 * len(some)]
    other = _swapped(forms[0])
    ambiguous = False
    if other and order[forms[0]] == len(some) and all(fits(cell, other) for cell in some):
        ambiguous = True
        if _disorder(in_order, other) < _disorder(in_order, forms[0]):
            forms[0] = other  # the rows are in that order
    parse = {"format": forms[0]} | ({"formats": forms} if len(forms) > 1 else {})
    return Look("date", parse, forms, ambiguous=ambiguous)


def _swapped(form: str) -> str:
    """The form with day and month exchanged, where both are numbers."""
    for day, month in (("%d/%m", "%m/%d"), ("%d-%m", "%m-%d")):
        for a, b in ((day, month), (month, day)):
            if form.startswith(a):
                return form.replace(a, b, 1) if form.replace(a, b, 1) in FORMS else ""
    return ""


def _disorder(cells: list[str], form: str) -> int:
    """How often a date comes before the one above it."""
    days = [one(cell, form) for cell in cells[:500] if fits(cell, form)]
    return sum(b < a for a, b in zip(days, days[1:], strict=False))  # noqa: RUF007


def one(cell: str, form: str) -> datetime.datetime:
    """A cell of one form, without time zone; raises ValueError where it has another."""
    if form in EPOCHS:
        value = float(cell) / (1000 if form == "epoch-ms" else 1)
        return datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=value)
    if form != ISO:
        return datetime.datetime.strptime(cell, form)
    if not 6 < len(cell) < 40 or cell.count("-") < 2:
        raise ValueError("no ISO date with a day")
    found = datetime.datetime.fromisoformat(cell.replace("Z", "+00:00"))
    return found.astimezone(datetime.timezone.utc).replace(tzinfo=None) if found.tzinfo else found


def fits(cell: str, form: str) -> bool:
    """Whether a cell is a date of a form."""
    try:
        one(cell, form)
    except (ValueError, OverflowError):
        return False
    return True


# Lists


def _is_list(cell: str) -> bool:
    """[1.5, 2], or three and more numbers between spaces, commas, semicolons or bars."""
    inside = cell.strip().strip("[](){}").strip()
    bracketed = cell[:1] in "[({" and cell[-1:] in "])}"
    parts = re.split(r"\s*[,;|]\s*|\s+", inside)
    if len(parts) < (1 if bracketed else 3):
        return False
    return all(number(part) is not None or is_missing(part) for part in parts[:2000])
