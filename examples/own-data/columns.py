"""Columns of a table: text cells as floats, times and words, and rows of these as a model takes them.

An entry of data/schema.toml has a column's `role` and, where not plain, `decimal`, `thousands` signs, `strip` (such as
"%"), `replace` (patterns), `formats` of dates (of pandas, or epoch …), `missing` ("not known" too), `unknown` (alone).
"""

import re

from common import note

import numpy as np
import pandas as pd

MISSING = ["", *"? na n/a #n/a <na> nan null none inf -inf".split()]  # in lower case
STYLES = [{}, {"decimal": ".", "thousands": ","}, {"decimal": ",", "thousands": "."}]  # of numbers; {} is training's
LARGEST = 1e100  # a number that can be squared
MOSTLY, LONG = 0.9, 4  # share of cells that make a column numbers or dates; words of which a free text has more
FEWEST = 2  # rows; a value or word that fewer of train hold can teach nothing about other rows
MOST_BINS, BIN_ROWS = 48, 16  # into which a number's range is cut, and the least rows of train in each
MOST_VALUES, MOST_WORDS = 1000, 50  # of a category and of texts, the most frequent ones
FARTHEST = 10.0  # deviations that a number may be off: one slip in a new row cannot drown the others
EAST = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"  # scripts without spaces: a word a letter
WORD = rf"[{EAST}]|[^\W{EAST}]+"


def typed(frame: pd.DataFrame, entries: dict[str, dict], styles: list[dict] = STYLES[:1]) -> pd.DataFrame:
    """The named columns by their roles: floats, times or texts. What cannot be read is missing, and that is said.

    styles  in which numbers may be written: all are read in the first of those that read most cells
    """

    def legible(style: dict) -> int:  # of the first cells
        few = frame.head(1000)
        return sum(read(known_cells(few[name], about), about | style).count() for name, about in entries.items())

    style, found = max(styles, key=legible), {}
    for name, about in entries.items():
        codes, different = pd.factorize(frame[name], use_na_sentinel=False)  # cells repeat, and each is read once
        cells = known_cells(pd.Series(different), about)
        values = read(cells, about | style)
        lost = cells.notna() & values.isna()
        if lost.any():
            count = np.bincount(codes)
            what = f"{count[lost].sum()} of {count[cells.notna()].sum()} cells hold no {about['role']}"
            note(f"{name}: {what}, such as {cells[lost].iloc[0]!r}; they count as missing")
        found[name] = values.take(codes).set_axis(frame.index)
    return pd.DataFrame(found, index=frame.index)


def known_cells(cells: pd.Series, about: dict) -> pd.Series:
    """Cells without blanks around them; None where they mean "not known"."""
    if cells.dtype.kind == "f":  # prepare.py has read them already
        return cells
    cells = cells.astype(str).str.strip().astype(object)
    unknown = {str(word).lower() for word in (*about.get("unknown", MISSING), *about.get("missing", ()), "")}
    return cells.mask(cells.str.lower().isin(unknown), None)


def read(cells: pd.Series, about: dict) -> pd.Series:
    """Known cells as floats, times or texts, by their column's role; missing where they hold none."""
    if about["role"] not in ("number", "date"):
        cells = cells.str.split().str.join(" ")
        return cells.str.replace(r"^(\d+)\.0$", r"\1", regex=True)  # programs write 3.0 where some are missing
    patterns = {re.escape(mark): "" for mark in about.get("strip", ())} | about.get("replace", {})
    cells = cells.replace(patterns, regex=True).str.strip() if patterns else cells
    if about["role"] == "number":
        return numbers(cells, about)
    return dates(cells, about.get("formats", ()))


def numbers(cells: pd.Series, about: dict) -> pd.Series:
    """Cells as floats; a sign between thousands counts only before groups of three digits."""
    if "formats" in about:  # durations, in seconds
        return pd.to_timedelta(cells, errors="coerce").dt.total_seconds()
    decimal, thousands = about.get("decimal", "."), about.get("thousands", "")
    if thousands:
        group = rf"[{re.escape(thousands)} \u00a0\u202f]"
        grouped = cells.str.fullmatch(rf"[+-]?\d{{1,3}}({group}\d\d\d?)*{group}\d{{3}}(\D.*)?", na=False)  # 12,34,567
        cells = cells.mask(grouped, cells.str.replace(rf"(?<=\d){group}(?=\d\d)", "", regex=True))
    if decimal != ".":
        odd = cells.str.contains(".", regex=False, na=False)
        cells = cells.mask(odd).str.replace(decimal, ".", regex=False)
    values = pd.to_numeric(cells, errors="coerce").astype(float)
    unknown = pd.to_numeric(about.get("missing", []), errors="coerce")  # -999, also -999.0
    return values.mask(values.isin(unknown) | (values.abs() >= LARGEST))


def dates(cells: pd.Series, formats: list[str]) -> pd.Series:
    """Cells as times, those with a zone in UTC; of a span such as 01:00 - 02:00 its beginning."""
    times = pd.Series(pd.NaT, cells.index, dtype="datetime64[s]")
    cells = cells.astype(object).str.split(" - ").str[0]
    for form in [*formats, "ISO8601"]:
        rest = cells[times.isna()]
        if form.startswith("epoch"):
            seconds = pd.to_numeric(rest, errors="coerce")
            found = pd.to_datetime(seconds, unit=form.partition("-")[2] or "s", errors="coerce")
        else:
            found = pd.to_datetime(rest, format=form, errors="coerce", utc=True).dt.tz_localize(None)
        times.loc[rest.index] = found.astype("datetime64[s]")
    return times


def role_of(cells: pd.Series) -> dict:
    """What a column seems to be that data/schema.toml does not name."""
    known = known_cells(pd.Series(cells.unique()), {}).dropna()
    for role in ("number", "date"):
        if read(known, {"role": role}).count() > MOSTLY * len(known):
            return {"role": role}
    return {"role": "text" if 2 * len(known) > len(cells) and known.str.count(r"\S+").mean() > LONG else "category"}


def fit(train: pd.DataFrame, entries: dict[str, dict]) -> dict[str, dict]:
    """The columns that teach something, each with the constants that `encode` needs, measured on train alone."""
    features = {}
    for name, entry in entries.items():
        cells, about = train[name], dict(entry)
        if about["role"] == "category":
            spelled = cells.value_counts()
            alike = spelled.groupby(spelled.index.str.casefold(), sort=False)  # case makes no difference
            frequent = alike.sum().loc[lambda count: count >= FEWEST].nlargest(MOST_VALUES)
            about["values"] = sorted(alike.idxmax()[frequent.index])
            if len(frequent) > 1 or 0 < frequent.sum() < len(cells):
                features[name] = about
            continue
        if about["role"] == "text":
            counts = words_of(cells).explode().value_counts().sort_index()
            about["words"] = list(counts[(counts >= FEWEST) & (counts < len(cells))].nlargest(MOST_WORDS).index)
        about["parts"] = {}
        for part, values in parts_of(cells, about).items():
            if values.nunique() > 1:
                mean, deviation = 0.0, 1.0  # yes and no stay 1 and 0
                if values.dtype != bool:
                    mean = float(values.mean())
                    deviation = float(values.fillna(mean).std(ddof=0))
                about["parts"][part] = {"mean": mean, "deviation": deviation}
        if about["parts"]:
            features[name] = about
    return features


def words_of(texts: pd.Series) -> pd.Series:
    """The different words of each text, a set; none where it is missing."""
    return texts.fillna("").astype(str).str.lower().str.findall(WORD).map(set)


def parts_of(cells: pd.Series, about: dict) -> dict[str, pd.Series]:
    """A number; of a date the days passed and where it stands in year, week and day, on circles; words of a text."""
    parts = {"missing": cells.isna()}
    if about["role"] == "number":
        parts["value"] = cells
    elif about["role"] == "date":
        parts["days"] = (cells - pd.Timestamp(2000, 1, 1)) / pd.Timedelta(days=1)
        date = cells.dt
        shares = {"year": date.day_of_year / 366, "week": date.day_of_week / 7}
        shares["day"] = (date.hour + date.minute / 60) / 24
        for circle, share in shares.items():
            parts[f"{circle}_sin"] = np.sin(2 * np.pi * share)
            parts[f"{circle}_cos"] = np.cos(2 * np.pi * share)
    else:
        words = words_of(cells)
        parts["words"] = np.log1p(words.str.len())
        parts |= {f"word {word}": words.map(lambda some, word=word: word in some) for word in about["words"]}
    return parts


def codes_of(values: pd.Series, about: dict) -> np.ndarray:
    """The code of each value, (rows,): 0 where it is missing, rare or never seen."""
    return pd.Index([value.casefold() for value in about["values"]]).get_indexer(values.str.casefold()) + 1


def encode(frame: pd.DataFrame, meta: dict) -> np.ndarray:
    """Typed rows as the model takes them, (rows, numbers + categories) float32: the one preparation for all rows.

    First numbers, of mean 0 and deviation 1 over train (missing: the mean; no, yes: 0, 1), then a code per category.
    """
    inputs, codes = [], []
    for name, about in meta["columns"].items():
        if "values" in about:
            codes.append(codes_of(frame[name], about))
            continue
        parts = parts_of(frame[name], about)
        for part, constants in about["parts"].items():
            away = (parts[part].to_numpy(float) - constants["mean"]) / constants["deviation"]
            inputs.append(np.nan_to_num(np.clip(away, -FARTHEST, FARTHEST)))
    return np.stack(inputs + codes, axis=1, dtype=np.float32)


def sizes(train: np.ndarray, features: dict[str, dict]) -> dict:
    """What a model must know of encoded rows: how many numbers and codes, each category's usual one, bins of numbers.

    Between bins, train's quantiles, a network can bend (Gorishniy et al. 2022); those not needed are too wide to tell.
    """
    categories = [1 + len(about["values"]) for about in features.values() if "values" in about]
    numbers, bins = train.shape[1] - len(categories), min(MOST_BINS, len(train) // BIN_ROWS)
    starts, widths = np.zeros((numbers, bins)), np.full((numbers, bins), 1e9)
    for number in range(numbers):
        edges = np.unique(np.quantile(train[:, number], np.linspace(0, 1, bins + 1)).round(5))
        used = len(edges) - 1 if len(edges) > 2 else 0
        starts[number, :used] = edges[:used]
        widths[number, :used] = np.diff(edges)[:used]
    codes = train[:, numbers:].T.astype(int)
    usual = [int(np.bincount(column).argmax()) for column in codes]
    known = {"numbers": numbers, "categories": categories, "usual": usual}
    return {**known, "bin_starts": starts.tolist(), "bin_widths": widths.round(5).tolist()}


def shown(row: np.ndarray, meta: dict) -> dict[str, str]:
    """An encoded row for people to look at, as near as the encoding tells: its numbers and values."""
    values, codes = iter(row.tolist()), iter(row[meta["numbers"] :].astype(int))
    cells = {}
    for name, about in meta["columns"].items():
        if "values" in about:
            cells[name] = ["?", *about["values"]][next(codes)]
        parts = {}
        for part, constants in about.get("parts", {}).items():
            value = next(values) * constants["deviation"] + constants["mean"]
            parts[part] = value if abs(value) > 1e-6 * constants["deviation"] else 0.0  # float32 is no nearer to 0
        if "value" in parts:
            cells[name] = "" if parts.get("missing") else f"{parts['value']:.6g}"
    return cells
