"""What the name of a column says about being what is asked for: points, and words of what is known beforehand."""

import re
import unicodedata
from pathlib import Path
from types import SimpleNamespace

from ...parts import read_toml

_TABLES = read_toml(Path(__file__).with_name("vocabulary.toml"))
WORDS = SimpleNamespace(**{name: set(words.split()) for name, words in _TABLES["words"].items()})
_POINTS = [item for field in _TABLES["outcomes"].values() for item in field.items()]
NAMES = {name: int(points) for points, names in _POINTS for name in names.split()}
ENDS = {*WORDS.ends, *(name for name in NAMES if not name.isascii() and len(name) > 1)}
WHETHER = ("是否", "有无")  # Chinese names of what is yes or no
FORMULA = re.compile(r"(target|label|class|y|outcome)(var|variable|value|col|column|name|id|idx|s|es)?\d?")


JOINED = re.compile(rf"\b({'|'.join(WORDS.joined)})(id|no|nr|code)\b")

# With signs of vowels and tones, which Python does not call letters: Hebrew, Arabic, India's scripts, Thai.
LETTER = "(?![\\d_])[\\w\u0591-\u05c7\u064b-\u065f\u0900-\u0963\u0970-\u0dff\u0e31-\u0e3a\u0e47-\u0e4e]"


def words_of(name: str) -> list[str]:
    """The words in a name, without accents: customerID, customer_id, `Customer ID`, customerid have the same ones."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    if not split.isascii():
        parts = unicodedata.normalize("NFKD", split.replace("ß", "ss"))
        split = unicodedata.normalize("NFC", re.sub("[\u0300-\u036f]", "", parts))
    words = " ".join(word.lower() for word in re.findall(rf"(?:{LETTER})+|\d+", split))
    return re.sub(r"(?<=[a-z]{4})(nr|nummer)\b", r" \1", JOINED.sub(r"\1 \2", words)).split()


def _without_brackets(name: str) -> list[str]:
    """The words of a name up to a bracket, in which units and remarks stand."""
    return words_of(re.sub(r"(?<=\w)\s*[(\[].*", "", name))


def without_unit(words: list[str]) -> list[str]:
    """The words of a name without those that say in what it is measured: yield_t_per_ha is a yield."""
    if "per" in words[1:]:
        words = words[: words.index("per", 1)]
    while len(words) > 1 and (words[-1] in WORDS.units or words[-1] == "in"):
        words = words[:-1]
    return words


def by_name(name: str) -> float:
    """Points for a name that outcomes have: whole, else its last word, else any; what is in brackets says no more."""
    words = _without_brackets(name)
    whole = "".join(words)
    if whole in NAMES:
        return NAMES[whole]
    if FORMULA.fullmatch(whole):
        return 11.0
    if (logarithm := re.fullmatch(r"(?:log|ln|l)([a-z]{4,})", whole)) and len(words) == 1:
        if (points := by_name(logarithm[1])) >= 7:
            return 0.9 * points  # lwage, where there is no wage
    if set(words) & WORDS.guessed:
        return 0.0
    after = words[-2:-1] == ["next"] and words[-1] in WORDS.periods  # next_day_return, default.payment.next.month
    later = len(words) > 1 and (words[0] == "next" or words[-1] in ("next", "tomorrow") or after)
    if later or set(words[-1:]) & WORDS.true or whole.startswith(WHETHER):
        return 12.0
    if words[:2] == ["time", "to"]:
        return 6.0  # failure, delivery, reply; or the station, of a house that has a price too
    said = without_unit(_unmarked(words))
    bare = _unmarked(without_unit(_head(words)))
    bare = bare if len("".join(bare)) != 1 else words  # y.bar is not y in bar
    inputs = WORDS.features | WORDS.people
    if not bare or (len(bare) > 1 and bare[-1] in WORDS.vague and {bare[0], bare[-2]} & inputs):
        return 0.0  # age_group, region_type
    shorter = ["".join(part) for part in (said, bare) if part != words]
    points = max([_of_parts(bare), *(0.9 * NAMES.get(name, 0) for name in shorter if len(name) > 1)])
    if bare[0] in WORDS.number_of and not set(bare[1:]) & WORDS.counted:
        return 0.3 * points  # num_claims may be asked for, num_rooms hardly
    if words[0] in ("is", "has", "will", "did", "was", "received", "got"):
        points += 1.5 if words[0] == "has" else 3
    if words[0] in ("target", "predict", "actual", "true", "final", "measured", "observed"):
        points += 4
    return points


def is_known_before(name: str) -> bool:
    """Whether a name is one of inputs: floor_area and postal_code, but neither adoption_speed nor processing_time."""
    words = _without_brackets(name)
    if not words or NAMES.get("".join(words), 0) >= 5 or words[:2] == ["time", "to"]:
        return False
    last = (without_unit(_head(words)) or words)[-1]
    inputs = {words[-1], last} & WORDS.features and not (len(words) > 1 and "time" in (last, words[-1]))
    return bool(inputs or set(words) & WORDS.before) or (words[0] in WORDS.features and by_name(name) < 5)


def _unmarked(words: list[str]) -> list[str]:
    """The words of a name without those at its end that say that it is yes or no."""
    while len(words) > 1 and words[-1] in WORDS.marks:
        words = words[:-1]
    return words


def _head(words: list[str]) -> list[str]:
    """The words that a name is about: age_at_diagnosis is an age, but chance_of_admission an admission."""
    words = words[1:] if words[:1] in (["the"], ["a"], ["an"]) and len(words) > 1 else words
    at = next((i for i, word in enumerate(words) if i and word in WORDS.prepositions), len(words))
    whose = words[at + 1 :]
    if words[at : at + 1] == ["of"]:
        if words[at - 1] in WORDS.wholes:
            return words[: at - 1] + _head(whose)
        if words[0] in WORDS.number_of:
            return ["number", *whose]
        if words[at - 1] in WORDS.vague:
            return []  # type of crime
    return words[:at]


def _of_parts(words: list[str]) -> float:
    """Points of a name by its last word, more where a vague one follows one that says it; else by any word."""
    last, before = [word for word in words[-1:] if len(word) > 1 or len(words) == 1], words[-2:-1]
    points = max(((0.5 if word in WORDS.vague else 0.75) * _of_word(word) for word in last), default=0.0)
    if set(last) & (WORDS.vague - {"count"}) and points:
        points += max((0.6 * _of_word(word) for word in before), default=0.0)
    return max([points, *(0.3 * _of_word(word) for word in words if len(word) > 1)])


def _of_word(word: str) -> float:
    """Points of a word, or of the one it ends with where words are written together: houseprice, 商品销量."""
    if word in NAMES or word in WORDS.features:
        return NAMES.get(word, 0)
    return 0.8 * max((NAMES[end] for end in ENDS if word.endswith(end)), default=0)


def file_is_named_after(path: Path, name: str) -> float:
    """Whether wine-quality.csv is the file of the column quality (1), and life_expectancy.csv that of two words (2)."""
    file, words = words_of(path.name.partition(".")[0]), _without_brackets(name)
    together = "".join(words)
    if words[1:2] == ["of"] and words[0] in WORDS.vague:
        return 0.0  # type of crime
    whole = {word.rstrip("s") for word in file}
    both = {word.rstrip("s") for word in words if len(word) >= 4} & whole
    if both - WORDS.vague or together.rstrip("s") in whole:
        heads = [word.rstrip("s") for word in without_unit(_head(words)) or words if word not in WORDS.counting]
        about = len(both) > 1 or bool(set(heads[-1:]) & whole) or together.rstrip("s") in whole
        return float(min(max(len(both), 1), 2)) if about else 0.5  # a loan_limit is not what loans.csv is about
    return float(len(together) >= 5 and together in "".join(file))


def is_derived(name: str, other: str) -> bool:
    """Whether a name is another's with something around it: income and incomesq, price and log_price."""
    mine, its = name.lower(), other.lower()
    if len(its) < 3 or len(mine) <= len(its) or mine[-1].isdigit():
        return False
    made = (f"{by}{its}" for by in ("l", "log", "ln", "sqrt", "log_", "ln_", "sqrt_"))
    return mine.startswith(its) or mine in made
