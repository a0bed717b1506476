"""What a person should look at before believing a score, whatever the target: odd cells, dates and columns."""

import datetime
import difflib
import math
import re
from collections import Counter

from ..columns.aggregates import Profile
from ..columns.dates import fits, one
from ..columns.meaning import as_numbers, is_missing, to_number
from ..columns.profiles import plainly
from ..columns.relation import Table
from ..findings import Column, Suspect
from ..words import people
from ..words.marks import MIXED, MONEY, TOLD

NEARLY = 0.99  # of the known cells with one value: nearly constant
MOST_KINDS = 200  # different values of a column in which several may be one that is written differently
SELDOM, USUAL, ALIKE = 2, 20, 0.8  # how often a slip of the hand stands, what it is of, and how alike they are
THREE = re.compile(r"[1-9]\d{0,2}\.\d{3}")
ROMAN = re.compile("[IVXivx]+")
LONGEST_SHORT = 3  # letters of what may be short for another value
MOST_DATES = 20_000  # different cells of dates that are looked through for what is none
RARE, FEW_PLAIN = 0.02, 3  # share and number of cells without a % that are more than slips
FEWEST_ROWS = 50  # below this, nearly all is too few to speak of


def of_columns(table: Table, columns: list[Column], profiles: list[Profile]) -> list[Suspect]:
    """What single columns show, and the file as a whole."""
    detail = "stands twice in the header, or but for case"
    found = [Suspect("duplicate-names", name, detail) for name in table.duplicate_names]
    for column, profile in zip(columns, profiles, strict=True):
        if "personal" in column.detail:
            continue  # whose cells nothing shows
        if column.role == "identifier":
            found.append(Suspect("identifier", column.name, column.why.removeprefix("identifier").strip("; ,")))
        elif column.role in ("constant", "empty"):
            found.append(Suspect("constant", column.name, column.why))
        elif table.rows >= FEWEST_ROWS:
            value, count = max(profile.counts.items(), key=lambda item: item[1], default=("", 0))
            if profile.distinct > 1 and count >= NEARLY * profile.known:
                detail = f'"{value}" in {count / profile.known:.1%} of the known cells'
                found.append(Suspect("nearly-constant", column.name, detail))
        found += _as_text(column, profile, table.dialect.get("delimiter") == ";")
        for look in (_sentinels, _dates, _lost, _spellings, _several):
            found += look(column, profile)
    if table.ragged:
        lines = ", ".join(map(str, table.ragged[:3]))
        detail = f"{len(table.ragged)} row(s) with more or fewer cells are cut or filled up, first in line {lines}"
        found.append(Suspect("ragged", None, detail))
    return found


def _as_text(column: Column, profile: Profile, european: bool) -> list[Suspect]:
    """Numbers that are written with marks, units or commas, or may be thousands in a European file: 1.234."""
    cells = [cell for cell in profile.cells if not is_missing(cell, column.parse)]
    plain = column.role == "number" and not column.parse
    if european and plain and len(cells) >= USUAL and all(map(THREE.fullmatch, cells)):
        detail = f'each has three decimals, as "{cells[0]}", which is read as {float(cells[0]):g} and not as thousands'
        return [Suspect("numbers-as-text", column.name, detail)]
    if not profile.look.examples or not column.parse.keys() & {"strip", "thousands", "decimal", "replace", "zeros"}:
        return []
    examples = ", ".join(f'"{cell}"' for cell in profile.look.examples[:2])
    if column.parse.get("decimal") == MIXED:
        detail = f"numbers in two styles, such as {examples} and with points; one that could be of both is missing"
        return [Suspect("numbers-as-text", column.name, detail)]
    strip = column.parse.get("strip", ())
    money = [mark for mark in strip if mark in MONEY]
    percent = sum(count for cell, count in profile.cells.items() if "%" in cell) if "%" in strip else 0
    several = f"; amounts in {' and '.join(money)} count alike" if len(money) > 1 else ""
    if 0 < percent <= (1 - RARE) * profile.known and profile.low is not None and profile.known - percent >= FEW_PLAIN:
        several = "; those with and without % count alike"
    return [Suspect("numbers-as-text", column.name, f"numbers such as {examples} are read as numbers{several}")]


def _lost(column: Column, profile: Profile) -> list[Suspect]:
    """Cells of a column of numbers or dates that hold none, and mean nothing else that is known."""
    known, lost = [cell for cell in profile.cells if not is_missing(cell, column.parse)], []
    if column.role == "number" or (column.role == "category" and profile.look.kind == "number"):
        values = zip(known, as_numbers(known, column.parse).tolist(), strict=True)
        lost = [cell for cell, value in values if value != value and to_number(cell, {}) not in profile.far]
    elif column.role == "date" and len(profile.cells) <= MOST_DATES:
        lost = [cell for cell in known if not any(fits(cell, form) for form in profile.look.forms)]
    if not lost:
        return []
    lost.sort(key=lambda cell: -profile.cells[cell])
    shown = ", ".join(f'"{cell[:20]}" {profile.cells[cell]}×' for cell in lost[:4]) + (" …" if len(lost) > 4 else "")
    count, of_all = (sum(profile.cells[cell] for cell in some) for some in (lost, known))
    what = "date" if column.role == "date" else "number"
    how = "a value like others" if column.role == "category" else "read as missing"
    return [Suspect("lost", column.name, f"{count:,} of {of_all:,} cells hold no {what} ({how}): {shown}")]


def _several(column: Column, profile: Profile) -> list[Suspect]:
    """Cells that hold some of a few values, as boxes that were ticked: each combination would be a value of its own."""
    for mark in ";|," if column.role == "category" else "":
        cells = [[part.strip() for part in cell.strip("[]").split(mark)] for cell in profile.cells if cell]
        values = {part for cell in cells for part in cell if part}
        if len(set(map(len, cells))) > 1 and 2 * len(values) <= len(cells):
            such = next(cell for cell in profile.cells if mark in cell)
            detail = f'some of {len(values)} values each, such as "{such}"; a combination counts as a value of its own'
            return [Suspect("several-values", column.name, detail)]
    return []


def _spellings(column: Column, profile: Profile) -> list[Suspect]:
    """Kinds that differ in case or spaces only, which count as one, and those that may be short for another."""
    if column.role != "category" or profile.look.kind != "words" or profile.distinct > MOST_KINDS:
        return []
    together: dict[str, dict[str, int]] = {}
    for value, count in profile.cells.items():
        if not is_missing(value, column.parse):
            together.setdefault(plainly(value), {})[value] = count
    several = [values for values in together.values() if len(values) > 1]
    found = []
    if several:
        shown = "; ".join(", ".join(f'"{v}" {n}×' for v, n in list(values.items())[:4]) for values in several[:3])
        found.append(Suspect("spellings", column.name, f"{shown}: one value each, as only case or spaces differ"))
    if short := _short_forms(profile.counts):
        shown = ", ".join(f'"{a}" {profile.counts[a]}× for "{b}"' for a, b in list(short.items())[:4])
        found.append(Suspect("short-forms", column.name, f"{shown}? Values of their own, unless you write them alike"))
    return found


def _short_forms(counts: dict[str, int]) -> dict[str, str]:
    """Values that begin exactly one other one, or are made of the initials of its words: M, NY; or seldom: a slip."""
    found = {}
    usual = [value for value, count in counts.items() if count >= USUAL and value.isalpha()]
    for value, count in counts.items():
        if count <= SELDOM and value.isalpha() and (alike := difflib.get_close_matches(value, usual, 1, ALIKE)):
            found[value] = alike[0]
            continue
        short = plainly(value).strip(".")
        if not 0 < len(short) <= LONGEST_SHORT or not short.isalpha() or all(map(ROMAN.fullmatch, counts)):
            continue
        others = {o: re.findall(r"[^\W\d_]+", plainly(o)) for o in counts if len(plainly(o)) > max(len(short) + 1, 2)}
        said = {o: ("".join(words), "".join(word[0] for word in words)) for o, words in others.items()}
        longer = [o for o, (whole, initials) in said.items() if whole.startswith(short) or initials == short]
        if len(longer) == 1:
            found[value] = longer[0]
    return found


def _sentinels(column: Column, profile: Profile) -> list[Suspect]:
    """Words and numbers that stand for "not known"; profile.cells has counted them."""
    if column.role in ("text", "constant", "empty"):
        return []
    found = []
    numbers = as_numbers(list(profile.cells), {}).tolist() if profile.far else []
    for value in profile.far:
        count = sum(profile.cells[cell] for cell, n in zip(profile.cells, numbers, strict=True) if n == value)
        found.append(Suspect("sentinel", column.name, f"{value:g} {count}×, far from all else (read as missing)"))
    read = {word for word in column.parse.get("missing", ()) if as_numbers([word], {})[0] not in profile.far}
    words = {c: count for c, count in profile.cells.items() if c and (c.lower() in TOLD or c in read)}
    if words:
        shown = ", ".join(f'"{word}" {count}×' for word, count in list(words.items())[:4])
        known = column.role != "number"  # of numbers, no word is one
        kept = known and any(not is_missing(word, column.parse) and word not in read for word in words)
        how = "a value like others" if kept else "read as missing"
        found.insert(0, Suspect("sentinel", column.name, f"{shown} ({how})"))
    return found


def _dates(column: Column, profile: Profile) -> list[Suspect]:
    """Dates in several forms, of unclear form, or in the future."""
    if column.role != "date":
        return []
    found, forms = [], profile.look.forms
    if len(forms) > 1:
        example = [next((cell for cell in profile.cells if fits(cell, form)), "") for form in forms[:3]]
        detail = "several forms: " + ", ".join(f'"{cell}"' for cell in example)
        found.append(Suspect("mixed-dates", column.name, detail))
    elif profile.look.ambiguous:
        found.append(Suspect("mixed-dates", column.name, f"day or month first? Read as {forms[0]}"))
    now = datetime.datetime.now()
    try:
        last = datetime.datetime.fromisoformat(column.detail.get("last", ""))
    except ValueError:
        return found
    if last > now + datetime.timedelta(days=1):
        form = forms[0]
        late = sum(n for cell, n in profile.cells.items() if fits(cell, form) and one(cell, form) > now)
        detail = f"{late or 'some'} in the future, the last is {column.detail['last']}"
        found.append(Suspect("future-dates", column.name, detail))
    return found


CHANCE = 1000  # times as many rows could be told apart by the values of all columns, or rows are equal by chance


def of_rows(table: Table, columns: list[Column]) -> list[Suspect]:
    """Duplicates and near duplicates."""
    found = []
    if table.repeated:
        share = f"{table.repeated / table.compared:.1%}"
        detail = f"{table.repeated} row(s) repeat an earlier one ({share})"
        if table.compared < table.rows:
            detail = f"about {share} of the rows repeat another (from {table.compared:,} rows)"
        found.append(Suspect("duplicates", None, detail))
    return found + _near_duplicates(table, columns)


def _near_duplicates(table: Table, columns: list[Column]) -> list[Suspect]:
    """Rows that are equal but for case, spaces, punctuation, rounding and what identifies them."""
    used = [i for i, column in enumerate(columns) if column.role not in ("identifier", "constant", "empty")]
    prose = any(columns[i].role == "text" for i in used)
    told_apart = sum(math.log(max(1, columns[i].distinct)) for i in used)
    if not prose and (len(used) < 3 or told_apart < math.log(CHANCE * max(table.rows, 1))):
        return []
    alike = dict.fromkeys(range(len(table.sample)), ())  # rows that agree with another in all columns looked at so far
    for i in sorted(used, key=lambda i: -columns[i].distinct):
        folded = _folded(table.columns[i], columns[i])
        alike = {n: (*key, folded[n]) for n, key in alike.items()}
        often = Counter(alike.values())
        alike = {n: key for n, key in alike.items() if often[key] > 1}
        if not alike:
            return []
    near = len({tuple(table.sample[n]) for n in alike}) - len({*alike.values()})
    if not near:
        return []
    named = [column.name for column in columns if column.role == "identifier" and "personal" not in column.detail]
    how = " or by ".join(["in writing", *named[:1]])
    detail = f"{near} of {len(table.sample):,} rows looked at differ from another {how} only"
    return [Suspect("near-duplicates", None, detail)]


def _folded(cells: list[str], column: Column) -> list[str]:
    """Cells as they are compared: numbers rounded to four digits, words without case and marks."""
    if column.role == "number":
        numbers = as_numbers(cells, column.parse).tolist()
        return [f"{n:.4g}" if n == n else cell for n, cell in zip(numbers, cells, strict=True)]
    if column.role not in ("text", "category"):
        return cells
    plain = {cell: re.sub(r"\W+", " ", cell.lower()).strip() for cell in set(cells)}
    return [plain[cell] for cell in cells]


MOST_TEXTS, LONGEST = 2000, 20_000  # texts, and characters of each, that are searched for addresses and numbers


def of_people(table: Table, columns: list[Column], target: str | None) -> list[Suspect]:
    """Mark the columns of personal data, unless nothing else would be left to learn from, and say so."""
    kinds = {}
    for i, column in enumerate(columns):
        if column.role not in ("empty", "constant") and column.name != target:
            like = "number" if "min" in column.detail else column.role
            if kind := people.kind_of(column.name, like, list(table.known[i])):
                kinds[column.name] = kind
    rest = [c for c in columns if c.use and c.role != "picture" and c.name not in kinds]
    found = []
    for column in columns:
        if kind := kinds.get(column.name):
            column.detail["personal"] = kind
            if len(rest) > 1 or column.role == "identifier":  # beside the target
                column.detail = {"personal": kind}  # no value of it is shown
                column.role, column.use, column.why, column.parse = "identifier", False, f"personal: {kind}", {}
                how = "not used, and a project's copy holds numbers instead"
            else:
                how = "used, as nothing else is there to learn from; ask who agreed before you publish anything"
            found.append(Suspect("personal", column.name, f"{kind}: {how}"))
    for i, column in enumerate(columns):
        if column.role == "text" and "personal" not in column.detail:  # addresses or numbers may stand within
            if said := suspected(list(table.known[i])[:MOST_TEXTS], "text", column.name):
                column.detail.pop("example", None)
                found += said
    return found


def suspected(texts: list[str], unit: str, column: str | None = None) -> list[Suspect]:
    """A suspicion about some texts, or none."""
    if not (held := people.in_texts([text[:LONGEST] for text in texts])):
        return []
    shown = ", ".join(f"{kind} in {count:,}" for kind, count in held.items())
    detail = f"{shown} of {len(texts):,} {unit}s; mask them before you publish data, examples or a demo"
    return [Suspect("personal", column, detail)]
