"""How a column of each kind becomes numbers: constants measured on train (`fit_…`), applied to any row (`encode_…`).

Each `fit_…` returns plain JSON, or None where train teaches nothing; each `encode_…` returns (rows, width) floats, of
mean 0 and deviation 1 over train. Where train lacks some values, a last number is 1 for a missing one and else 0.
"""

from collections import Counter
from typing import Any

import numpy as np

from tables import cells as meaning
from tables import dates
from tables.cells import Parse
from texts import words

FEWEST = 2  # a category or word that stands in one training row only can teach nothing about other rows
MOST_CATEGORIES, MOST_WORDS = 1000, 50  # the most frequent ones
HEAVY = 8.0  # deviations from the mean beyond which a column is read on a logarithmic scale
FARTHEST = 10.0  # deviations that a number may be off: one slip in a new row cannot drown the others
DAY = 86_400  # seconds
Feature = dict[str, Any]


def fit_number(column: list[str], parse: Parse) -> Feature | None:
    """Median, mean and deviation; `center` and `unit` of a logarithmic scale where the tails are heavy."""
    values = meaning.numbers(column, parse)
    missing = np.isnan(values)
    if missing.all():
        return None
    median = float(np.median(values[~missing]))
    values[missing] = median
    if values.min() == values.max() and not missing.any():
        return None
    feature: Feature = {"kind": "number", "median": median, "indicator": bool(missing.any())}
    if np.abs(values - values.mean()).max() > HEAVY * values.std() > 0:
        low, high = np.percentile(values, [25, 75])
        unit = float(high - low) or float(np.abs(values - median).mean())
        feature |= {"center": median, "unit": unit}
        values = squash(values, feature)
    return feature | moments(values)


def squash(values: np.ndarray, feature: Feature) -> np.ndarray:
    """Values on a scale that is linear near the center and logarithmic far from it, either way."""
    away = (values - feature["center"]) / feature["unit"]
    return np.sign(away) * np.log1p(np.abs(away))


def moments(values: np.ndarray) -> dict[str, float]:
    """Mean and deviation; a constant has deviation 1, so that it can be divided by."""
    varies = values.min() < values.max()
    return {"mean": float(values.mean()), "deviation": (float(values.std()) if varies else 0.0) or 1.0}


def standardised(values: np.ndarray, constants: dict[str, float]) -> np.ndarray:
    """Mean 0 and deviation 1 over train, nothing farther off than FARTHEST."""
    return np.clip((values - constants["mean"]) / constants["deviation"], -FARTHEST, FARTHEST)


def encode_number(column: list[str], feature: Feature, parse: Parse) -> np.ndarray:
    values = meaning.numbers(column, parse)
    missing = np.isnan(values)
    values[missing] = feature["median"]
    if "unit" in feature:
        values = squash(values, feature)
    return with_indicator([standardised(values, feature)], missing, feature)


def with_indicator(columns: list[np.ndarray], missing: np.ndarray, feature: Feature) -> np.ndarray:
    """Columns side by side, and the indicator where train lacks some."""
    return np.stack([*columns, missing] if feature["indicator"] else columns, axis=1)


def fit_category(column: list[str], parse: Parse) -> Feature | None:
    """The values that get a number of their own; 0 is a missing, rare or never seen one."""
    counts: Counter[str] = Counter()
    for cell, count in Counter(column).items():
        if not meaning.is_missing(cell, parse):
            counts[as_code(cell)] += count
    frequent = [value for value, count in counts.most_common(MOST_CATEGORIES) if count >= FEWEST]
    if len(frequent) > 1 or (frequent and counts[frequent[0]] < len(column)):
        return {"kind": "category", "values": sorted(frequent)}
    return None


def encode_category(column: list[str], feature: Feature) -> np.ndarray:
    number = {value: k for k, value in enumerate(feature["values"], 1)}
    return np.array([number.get(cell) or number.get(as_code(cell), 0) for cell in column], np.int64)


def as_code(cell: str) -> str:
    """A value as it is compared: the 3.0 that pandas makes of 3 where the column lacks some values is 3 again."""
    return cell[:-2] if cell.endswith(".0") and cell[:-2].isdecimal() else cell


def fit_date(column: list[str], parse: Parse) -> Feature | None:
    """The form of the dates, the first of them, and those parts of a date that vary."""
    form = dates.known_form(parse) or dates.find_form([c for c in column if not meaning.is_missing(c, parse)], 0.9)
    times = dates.read(column, form or dates.ISO)
    known = times[~np.isnat(times)]
    if not len(known):
        return None
    first = str(known.min())
    parts = {name: values for name, values in date_parts(known, first).items() if values.min() < values.max()}
    if not parts and len(known) == len(times):
        return None
    constants = {name: moments(values) for name, values in parts.items()}
    indicator = len(known) < len(times)
    return {"kind": "date", "format": form or dates.ISO, "first": first, "parts": constants, "indicator": indicator}


def date_parts(times: np.ndarray, first: str) -> dict[str, np.ndarray]:
    """What a date tells: the year, days since the first one, and where it stands in year, week and day as a circle."""
    days, months, years = (times.astype(f"datetime64[{unit}]") for unit in "DMY")
    cycles = {
        "month": (months - years).astype(float) / 12,
        "day_of_year": (days - years).astype(float) / 366,
        "day_of_week": (days.astype(np.int64) - 4) % 7 / 7,  # 1 January 1970 was a Thursday
        "hour": (times - days).astype(float) / DAY,
    }
    parts = {"year": years.astype(float) + 1970, "days": (times - np.datetime64(first, "s")).astype(float) / DAY}
    for name, share in cycles.items():
        parts |= {f"{name}_sin": np.sin(2 * np.pi * share), f"{name}_cos": np.cos(2 * np.pi * share)}
    return parts


def encode_date(column: list[str], feature: Feature) -> np.ndarray:
    times = dates.read(column, feature["format"])
    missing = np.isnat(times)
    parts = date_parts(np.where(missing, np.datetime64(feature["first"], "s"), times), feature["first"])
    columns = [np.where(missing, 0.0, standardised(parts[name], c)) for name, c in feature["parts"].items()]
    return with_indicator(columns, missing, feature)


def fit_text(column: list[str], parse: Parse) -> Feature | None:
    """The words that most rows hold, and how long texts are."""
    texts = [set(words.split(cell)) for cell in column]
    counts = Counter(word for text in texts for word in text if any(map(str.isalnum, word)))
    tell = [word for word, count in counts.items() if FEWEST <= count < len(column)]
    chosen = sorted(tell, key=lambda word: (-counts[word], word))[:MOST_WORDS]
    lengths = text_lengths(column)
    if not chosen and lengths.min() == lengths.max():
        return None
    return {"kind": "text", "words": chosen, "length": moments(lengths), "indicator": False}


def text_lengths(column: list[str]) -> np.ndarray:
    """Words of each text, on a logarithmic scale."""
    return np.log1p([len(words.split(cell)) for cell in column])


def encode_text(column: list[str], feature: Feature) -> np.ndarray:
    place = {word: k for k, word in enumerate(feature["words"], 1)}
    found = np.zeros((len(column), 1 + len(place)))
    found[:, 0] = standardised(text_lengths(column), feature["length"])
    for row, cell in enumerate(column):
        found[row, [place[word] for word in set(words.split(cell)) if word in place]] = 1
    return found


def fit_list(column: list[str], parse: Parse) -> Feature | None:
    """A number for each place of lists that have one length; others count as missing."""
    found = [meaning.list_of_numbers(cell) for cell in column]
    lengths = Counter(len(values) for values in found if values)
    if not lengths:
        return None
    length = lengths.most_common(1)[0][0]
    table = np.array([values for values in found if values and len(values) == length], np.float64)
    medians = [float(np.median(values[~np.isnan(values)])) if (~np.isnan(values)).any() else 0.0 for values in table.T]
    elements = [{"median": m, **moments(np.nan_to_num(v, nan=m))} for v, m in zip(table.T, medians, strict=True)]
    return {"kind": "list", "elements": elements, "indicator": len(table) < len(column)}


def encode_list(column: list[str], feature: Feature) -> np.ndarray:
    elements = feature["elements"]
    found = [meaning.list_of_numbers(cell) for cell in column]
    missing = np.array([values is None or len(values) != len(elements) for values in found])
    nothing = [element["median"] for element in elements]
    table = np.array([nothing if bad else values for values, bad in zip(found, missing, strict=True)], np.float64)
    columns = [
        standardised(np.nan_to_num(values, nan=element["median"]), element)
        for values, element in zip(table.reshape(-1, len(elements)).T, elements, strict=True)
    ]
    return with_indicator(columns, missing, feature)


FIT = {"number": fit_number, "category": fit_category, "date": fit_date, "text": fit_text, "list": fit_list}
