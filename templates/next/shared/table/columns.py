"""Columns of a table: cells by their roles, and the numbers and codes that a model takes.

A column's entry in data/schema.toml says its role and how it is written: `decimal` and `thousands` signs, `strip` (what
stands around numbers, such as "%"), `zeros` ({ K = 3 } where 12K is 12,000), `formats` of dates (as pandas.to_datetime
takes them, or iso, epoch, epoch-ms …), `missing` (what means "not known" besides the usual words), `unknown` (instead).
"""

import re
import sys
from collections import Counter

import numpy as np
import pandas as pd

MISSING = ["", "?", "na", "n/a", "#n/a", "<na>", "nan", "null", "none", "inf", "-inf"]  # in lower case
STYLES = [{"decimal": ".", "thousands": ","}, {"decimal": ",", "thousands": "."}]  # in which numbers are written
STYLED = {"decimal", "thousands", "strip", "zeros"}  # entries without which numbers are written as Python does
LARGEST = 1e100  # a number that can be squared
MOSTLY = 0.9  # of a column's cells must be numbers, or dates, to make it one of these where nobody named its role
LONG = 4  # words; free texts have more, on average
FEWEST = 2  # rows; a value or word that fewer of train hold can teach nothing about other rows
MOST_VALUES, MOST_WORDS = 1000, 50  # of a category and of texts, the most frequent ones
HEAVY = 8.0  # deviations from the mean beyond which a column is read on a logarithmic scale
FARTHEST = 10.0  # deviations that a number may be off: one slip in a new row cannot drown the others
EAST = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"  # scripts without spaces: a word a letter
WORD = re.compile(rf"[{EAST}]|[^\W{EAST}]+")


def typed(frame: pd.DataFrame, columns: dict[str, dict]) -> pd.DataFrame:
    """The named columns by their roles: floats, times or texts. What cannot be read is missing, and that is said."""
    found = {}
    for name, about in columns.items():
        cells, plain = frame[name], None
        if about["role"] == "number" and not about.keys() & STYLED:
            plain = sane(pd.to_numeric(cells, errors="coerce"), about)
            cells = cells[plain.isna()]
        codes, different = pd.factorize(cells, use_na_sentinel=False)  # cells repeat, and each is read once
        known = known_cells(pd.Series(different, dtype=object), about)
        values = READ[about["role"]](known, about)
        if (unread := known.notna() & values.isna()).any():
            count = np.bincount(codes, minlength=len(known))
            all_known = count[known.notna()].sum() + len(frame) - len(cells)
            what = f"{count[unread].sum()} of {all_known} cells hold no {about['role']}"
            print(f"note: {name}: {what}, such as {known[unread].iloc[0]!r}; they count as missing", file=sys.stderr)
        values = values.take(codes).set_axis(cells.index)
        found[name] = values if plain is None else plain.fillna(values)
    return pd.DataFrame(found, index=frame.index)


def known_cells(cells: pd.Series, about: dict) -> pd.Series:
    """Cells without blanks around them; None where they mean "not known"."""
    cells = cells.astype(object).str.strip()
    unknown = {str(word).lower() for word in (*about.get("unknown", MISSING), *about.get("missing", ()))}
    return cells.mask(cells.str.lower().isin(unknown | {""}), None)


def read_numbers(cells: pd.Series, about: dict) -> pd.Series:
    """Cells as floats; a sign between thousands counts only before groups of three digits."""
    decimal, thousands = about.get("decimal", "."), about.get("thousands", "")
    for mark in about.get("strip", ()):
        cells = cells.str.replace(mark, "", regex=False).str.strip()
    for word, zeros in about.get("zeros", {}).items():
        cells = cells.str.replace(rf"\s*{re.escape(word)}$", f"e{zeros}", regex=True)
    if thousands:
        group = rf"[{re.escape(thousands)} \u00a0\u202f]"
        grouped = cells.str.fullmatch(rf"[+-]?\d{{1,3}}({group}\d{{3}})+(\D.*)?", na=False)
        cells = cells.mask(grouped, cells.str.replace(rf"(?<=\d){group}(?=\d{{3}})", "", regex=True))
    if decimal != ".":
        cells = cells.mask(cells.str.contains(".", regex=False, na=False))
        cells = cells.str.replace(decimal, ".", regex=False)
    return sane(pd.to_numeric(cells, errors="coerce"), about)


def sane(values: pd.Series, about: dict) -> pd.Series:
    """Floats, without those that mean "not known" or are too large; -999 may be written -999.0."""
    sentinels = pd.to_numeric(pd.Series(about.get("missing", []), dtype=object), errors="coerce").dropna()
    values = values.astype(float)
    return values.mask(values.isin(sentinels) | (values.abs() >= LARGEST))


def read_dates(cells: pd.Series, about: dict) -> pd.Series:
    """Cells as times, those with a zone in UTC; of a span such as 01:00 - 02:00 its beginning."""
    cells = cells.str.partition(" - ")[0] if len(cells) else cells
    times = pd.Series(pd.NaT, cells.index, dtype="datetime64[s]")
    for form in [*about.get("formats", ()), "iso"]:
        rest = cells[times.isna() & cells.notna()]
        if form.startswith("epoch"):
            unit = form.removeprefix("epoch-") if "-" in form else "s"
            read = pd.to_datetime(pd.to_numeric(rest, errors="coerce"), unit=unit, errors="coerce")
        else:
            plain = rest.mask(rest.str.fullmatch(r"[-+]?[\d.]+")) if form == "iso" else rest  # 2020 may be a number
            how = "ISO8601" if form == "iso" else form
            read = pd.to_datetime(plain, format=how, errors="coerce", utc=True).dt.tz_localize(None)
        times.loc[rest.index] = read.astype("datetime64[s]")
    return times


def read_values(cells: pd.Series, about: dict) -> pd.Series:
    """Cells as they are compared: one space for several, and the 3.0 that programs make of 3 is 3 again."""
    return cells.str.split().str.join(" ").str.replace(r"^(\d+)\.0$", r"\1", regex=True)


READ = {"number": read_numbers, "date": read_dates, "category": read_values, "text": read_values}


def role_of(cells: pd.Series) -> dict:
    """What a column seems to be that data/schema.toml does not name."""
    known = known_cells(pd.Series(cells.unique()), {}).dropna()
    if len(known) and read_numbers(known, {}).notna().mean() >= MOSTLY:
        return {"role": "number"}
    if len(known) and read_dates(known, {}).notna().mean() >= MOSTLY:
        return {"role": "date"}
    long = len(known) > len(cells) / 2 and known.str.count(r"\S+").mean() > LONG
    return {"role": "text" if long else "category"}


def in_own_style(frame: pd.DataFrame, columns: dict[str, dict]) -> dict[str, dict]:
    """The columns, with the style in which this file's numbers are written: training's, unless another reads more."""
    numbers = {name: about for name, about in columns.items() if about["role"] == "number" and name in frame}

    def count(style: dict) -> int:
        read = (read_numbers(known_cells(frame[name], about), about | style) for name, about in numbers.items())
        return sum(int(values.notna().sum()) for values in read)

    best = max([{}, *STYLES], key=count)
    return columns | {name: about | best for name, about in numbers.items()}


def fit(train: pd.DataFrame, columns: dict[str, dict]) -> dict[str, dict]:
    """The columns that teach something, each with the constants that `encode` needs, measured on train alone."""
    fitting = {"number": fit_parts, "date": fit_parts, "category": fit_category, "text": fit_text}
    found = {name: fitting[about["role"]](train[name]) for name, about in columns.items()}
    return {name: columns[name] | constants for name, constants in found.items() if constants}


def fit_parts(values: pd.Series) -> dict:
    """Of numbers or dates: the parts that vary with mean and deviation, and whether train lacks some."""
    known = values.dropna()
    if known.empty:
        return {}
    found: dict = {"lacks": len(known) < len(values)}
    if known.dtype.kind == "M":
        found["first"] = str(known.min())
    else:
        found["median"] = float(known.median())
        away = (values.fillna(found["median"]) - known.mean()).abs()
        if away.max() > HEAVY * known.std(ddof=0) > 0:
            found["unit"] = float(known.quantile(0.75) - known.quantile(0.25)) or float(away.mean())
    parts = {name: part for name, part in parts_of(values, found).items() if np.nanmin(part) < np.nanmax(part)}
    found["parts"] = {name: moments(part) for name, part in parts.items()}
    return found if parts or found["lacks"] else {}


def parts_of(values: pd.Series, about: dict) -> dict[str, np.ndarray]:
    """A number, on a scale that is logarithmic far from the median if it has a `unit`; or what a date tells.

    Of a date: the year, days since the first one of train, and where it stands in year, week and day, on a circle.
    """
    if "first" not in about:
        number = values.fillna(about["median"]).to_numpy()
        if unit := about.get("unit"):
            away = (number - about["median"]) / unit
            number = np.sign(away) * np.log1p(np.abs(away))
        return {"value": number}
    date = values.dt
    circles = {"month": (date.month - 1) / 12, "day_of_year": (date.day_of_year - 1) / 366}
    circles |= {"day_of_week": date.day_of_week / 7, "hour": (date.hour + date.minute / 60) / 24}
    parts = {"year": date.year, "days": (values - pd.Timestamp(about["first"])) / pd.Timedelta(days=1)}
    for name, share in circles.items():
        parts |= {f"{name}_sin": np.sin(2 * np.pi * share), f"{name}_cos": np.cos(2 * np.pi * share)}
    return {name: part.to_numpy(float) for name, part in parts.items()}


def moments(part: np.ndarray) -> dict[str, float]:
    return {"mean": float(np.nanmean(part)), "deviation": float(np.nanstd(part)) or 1.0}


def scaled(part: np.ndarray, moments: dict[str, float]) -> np.ndarray:
    """Mean 0 and deviation 1 over train, nothing farther off than FARTHEST; what is missing is the mean."""
    away = (part - moments["mean"]) / moments["deviation"]
    return np.nan_to_num(np.clip(away, -FARTHEST, FARTHEST))


def fit_category(values: pd.Series) -> dict:
    """The values that get a code of their own, as most rows spell them; case makes no difference."""
    spelled = values.value_counts(dropna=True)
    counts = spelled.groupby(spelled.index.str.casefold(), sort=False).sum()
    frequent = counts[counts >= FEWEST].nlargest(MOST_VALUES)
    if frequent.empty or (len(frequent) == 1 and frequent.iloc[0] == len(values)):
        return {}
    first = spelled.groupby(spelled.index.str.casefold(), sort=False).idxmax()
    return {"values": sorted(first[frequent.index])}


def codes_of(values: pd.Series, about: dict) -> np.ndarray:
    """The code of each value, (rows,): 0 where it is missing, rare or never seen."""
    known = pd.Index([value.casefold() for value in about["values"]])
    return known.get_indexer(values.str.casefold()) + 1


def fit_text(texts: pd.Series) -> dict:
    """The words that most rows hold, and how long texts are."""
    words = [set(words_of(text)) for text in texts]
    counts = Counter(word for some in words for word in some)
    tell = [word for word, count in counts.items() if FEWEST <= count < len(texts)]
    chosen = sorted(tell, key=lambda word: (-counts[word], word))[:MOST_WORDS]
    lengths = lengths_of(texts)
    return {"words": chosen, "length": moments(lengths)} if chosen or lengths.min() < lengths.max() else {}


def words_of(text: str | None) -> list[str]:
    return WORD.findall(text.lower()) if isinstance(text, str) else []


def lengths_of(texts: pd.Series) -> np.ndarray:
    """Words of each text, on a logarithmic scale."""
    return np.log1p([len(words_of(text)) for text in texts])


def sizes(features: dict[str, dict]) -> dict:
    """What a model must know: how many numbers it gets, and how many codes each category has."""
    numbers = sum(len(about.get("parts", ())) + about.get("lacks", False) for about in features.values())
    numbers += sum(1 + len(about["words"]) for about in features.values() if "words" in about)
    categories = [1 + len(about["values"]) for about in features.values() if "values" in about]
    return {"numbers": numbers, "categories": categories}


def encode(frame: pd.DataFrame, meta: dict) -> np.ndarray:
    """Typed rows as the model takes them, (rows, numbers + categories) float32: the one preparation for all rows.

    First the numbers, of mean 0 and deviation 1 over train; where train lacks some, 1 for a missing one and else 0
    follows. Then the code of each category, 0 for what is missing, rare or never seen.
    """
    numbers, codes = [], []
    for name, about in meta["columns"].items():
        values = frame[name]
        if "values" in about:
            codes.append(codes_of(values, about))
        elif "words" in about:
            words = [set(words_of(text)) for text in values]
            numbers.append(scaled(lengths_of(values), about["length"]))
            numbers += [[word in some for some in words] for word in about["words"]]
        else:
            parts = parts_of(values, about)
            numbers += [scaled(parts[part], constants) for part, constants in about["parts"].items()]
            numbers += [values.isna()] * about["lacks"]
    arrays = [np.asarray(column, np.float32) for column in (*numbers, *codes)]
    return np.stack(arrays, axis=1) if arrays else np.zeros((len(frame), 0), np.float32)
