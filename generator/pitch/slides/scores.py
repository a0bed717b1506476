"""Scores in texts: a number that a sentence gives for a metric must be one of the published report's."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

NUMBER = re.compile(r"(?<![A-Za-z0-9_.,/-])\d+(?:[.,]\d+)?(?:\s?[%％])?(?![A-Za-z0-9_/]|[.,]\d)")  # Han may adjoin
SENTENCE = re.compile(r"(?<=[!?;。！？；\n])|(?<=\.)\s")
INTERVAL = re.compile(r"\s*-?(?:interval|confidence|CI\b|的?置信|区间)", re.IGNORECASE)  # 95 % of it is no score
NEAR = 14  # characters between a metric's name and a whole number that is taken for its value: "RMSE is now 54"
UNNAMED = ("seed", "split_seed")  # whole numbers of a report that are nobody's score


def strangers(text: str, sheet: dict[str, Any], names: Iterable[str] = (), cited: Iterable[str] = ()) -> Iterator[str]:
    """The numbers that a text gives for the report's metric, or for what is called one of `names`, and are not in it.

    cited  scores of others, as they are typed, which a text may name too
    """
    text = text.replace(sheet["data"]["name"], "□")  # "Python 3.11" is no score
    true = [*values({key: value for key, value in sheet.items() if key not in UNNAMED})]
    true += [abs(sheet["score"] - sheet[rival]["score"]) for rival in ("baseline", "reference") if rival in sheet]
    known = {plain(number) for quoted in cited for number in NUMBER.findall(quoted)}
    spelled = [re.escape(name.strip().replace("_", " ")) for name in (sheet["metric"], *names)]
    metrics = re.compile(rf"(?<!\w)(?:{'|'.join(spelled)})(?!\w)", re.IGNORECASE | re.ASCII)
    for sentence in SENTENCE.split(text):
        for number in claims(sentence, metrics):
            if plain(number) not in known and not any(shows(number, value) for value in true):
                yield number.strip()


def claims(sentence: str, metrics: re.Pattern[str]) -> Iterator[str]:
    """The numbers of a sentence that are said of a metric it names: fractions and per cents, whole ones close by."""
    places = [found.span() for found in metrics.finditer(sentence)]
    for found in NUMBER.finditer(sentence) if places else ():
        number = found.group()
        if plain(number) == "95%" and INTERVAL.match(sentence, found.end()):
            continue
        close = any(0 <= found.start() - end <= NEAR or 0 <= start - found.end() <= 2 for start, end in places)
        if not number.strip().isdigit() or close:
            yield number


def plain(number: str) -> str:
    return re.sub(r"\s", "", number).replace(",", ".").replace("％", "%")


def shows(number: str, value: float) -> bool:
    """Whether a typed number is a value, as exact as it is typed; a share may be typed in per cent."""
    typed = plain(number).rstrip("%")
    readings = {typed} | ({typed.replace(".", "")} if re.fullmatch(r"\d+,\d{3}", number) else set())
    return any(
        abs(abs(said) - float(reading)) <= 0.501 * 10.0 ** -len(reading.partition(".")[2])
        for reading in readings
        for said in (value, 100 * value)
    )


def values(content: Any) -> Iterator[float]:
    """Every number in a report, at any depth."""
    if isinstance(content, dict | list):
        for item in content.values() if isinstance(content, dict) else content:
            yield from values(item)
    elif isinstance(content, int | float) and not isinstance(content, bool):
        yield float(content)
