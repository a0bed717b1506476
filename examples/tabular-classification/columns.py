"""Columns of a table as a model takes them: what is measured on train, and rows encoded as numbers and codes."""

import re
from collections import Counter

import numpy as np
import pandas as pd

FEWEST = 2  # rows; a value or word that fewer of train hold can teach nothing about other rows
MOST_VALUES, MOST_WORDS = 1000, 50  # of a category and of texts, the most frequent ones
HEAVY = 8.0  # deviations from the mean beyond which a column is read on a logarithmic scale
FARTHEST = 10.0  # deviations that a number may be off: one slip in a new row cannot drown the others
EAST = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"  # scripts without spaces: a word a letter
WORD = re.compile(rf"[{EAST}]|[^\W{EAST}]+")


def fit(train: pd.DataFrame, columns: dict[str, dict]) -> dict[str, dict]:
    """The columns that teach something, each with the constants that `encode` needs, measured on train alone."""
    fitting = {"number": fit_parts, "date": fit_parts, "category": fit_category, "text": fit_text}
    features = {}
    for name, about in columns.items():
        constants = fitting[about["role"]](train[name])
        if constants:
            features[name] = about | constants
    return features


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
            low, high = known.quantile([0.25, 0.75])
            found["unit"] = float(high - low) or float(away.mean())
    found["parts"] = {}
    for name, part in parts_of(values, found).items():
        if np.nanmin(part) < np.nanmax(part):
            found["parts"][name] = moments(part)
    return found if found["parts"] or found["lacks"] else {}


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
    passed = values - pd.Timestamp(about["first"])
    parts = {"year": date.year, "days": passed / pd.Timedelta(days=1)}
    circles = {
        "month": (date.month - 1) / 12,
        "day_of_year": (date.day_of_year - 1) / 366,
        "day_of_week": date.day_of_week / 7,
        "hour": (date.hour + date.minute / 60) / 24,
    }
    for name, share in circles.items():
        angle = 2 * np.pi * share
        parts[f"{name}_sin"] = np.sin(angle)
        parts[f"{name}_cos"] = np.cos(angle)
    return {name: part.to_numpy(float) for name, part in parts.items()}


def moments(part: np.ndarray) -> dict[str, float]:
    """Mean and deviation; a constant has deviation 1, so that it can be divided by."""
    deviation = float(np.nanstd(part))
    return {"mean": float(np.nanmean(part)), "deviation": deviation or 1.0}


def scaled(part: np.ndarray, moments: dict[str, float]) -> np.ndarray:
    """Mean 0 and deviation 1 over train, nothing farther off than FARTHEST; what is missing is the mean."""
    away = (part - moments["mean"]) / moments["deviation"]
    return np.nan_to_num(np.clip(away, -FARTHEST, FARTHEST))


def fit_category(values: pd.Series) -> dict:
    """The values that get a code of their own, as most rows spell them; case makes no difference."""
    spelled = values.value_counts(dropna=True)
    alike = spelled.groupby(spelled.index.str.casefold(), sort=False)
    counts = alike.sum()
    frequent = counts[counts >= FEWEST].nlargest(MOST_VALUES)
    constant = len(frequent) == 1 and frequent.iloc[0] == len(values)
    if frequent.empty or constant:
        return {}
    spelling = alike.idxmax()
    return {"values": sorted(spelling[frequent.index])}


def codes_of(values: pd.Series, about: dict) -> np.ndarray:
    """The code of each value, (rows,): 0 where it is missing, rare or never seen."""
    known = pd.Index([value.casefold() for value in about["values"]])
    return known.get_indexer(values.str.casefold()) + 1


def fit_text(texts: pd.Series) -> dict:
    """The words that most rows hold, and how long texts are."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(set(words_of(text)))
    tell = [word for word, count in counts.items() if FEWEST <= count < len(texts)]
    tell.sort(key=lambda word: (-counts[word], word))
    lengths = lengths_of(texts)
    if not tell and lengths.min() == lengths.max():
        return {}
    return {"words": tell[:MOST_WORDS], "length": moments(lengths)}


def words_of(text: str | None) -> list[str]:
    return WORD.findall(text.lower()) if isinstance(text, str) else []


def lengths_of(texts: pd.Series) -> np.ndarray:
    """Words of each text, on a logarithmic scale."""
    return np.log1p([len(words_of(text)) for text in texts])


def sizes(features: dict[str, dict]) -> dict:
    """What a model must know: how many numbers it gets, and how many codes each category has."""
    numbers, categories = 0, []
    for about in features.values():
        if "values" in about:
            categories.append(1 + len(about["values"]))
        elif "words" in about:
            numbers += 1 + len(about["words"])
        else:
            numbers += len(about["parts"]) + about["lacks"]
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
            for part, constants in about["parts"].items():
                numbers.append(scaled(parts[part], constants))
            if about["lacks"]:
                numbers.append(values.isna())
    arrays = [np.asarray(column, np.float32) for column in (*numbers, *codes)]
    return np.stack(arrays, axis=1) if arrays else np.zeros((len(frame), 0), np.float32)


def shown(row: np.ndarray, meta: dict) -> dict[str, str]:
    """An encoded row for people to look at, as near as the encoding tells: its numbers and values."""
    cells, place, code = {}, 0, meta["numbers"]
    for name, about in meta["columns"].items():
        if "values" in about:
            known = ["?", *about["values"]]
            cells[name] = known[int(row[code])]
            code += 1
        elif constants := about.get("parts", {}).get("value"):
            value = row[place] * constants["deviation"] + constants["mean"]
            if unit := about.get("unit"):
                value = about["median"] + unit * np.sign(value) * np.expm1(abs(value))
            cells[name] = f"{value:.5g}"
        place += sizes({name: about})["numbers"]
    return cells
