"""Numbers in texts: a score that stands beside the metric's name must be one of the published report's."""

import re
from pathlib import Path
from typing import Any

NUMBER = re.compile(r"(?<![A-Za-z0-9_.,/-])(\d+(?:[.,]\d+)?)(?![A-Za-z0-9_/]|[.,]\d)(\s?%)?")  # Han may adjoin


MARK = r"^\s*(?:<!--|#) "  # comments of Markdown and of YAML
REFRESHED = re.compile(rf"{MARK}([\w ]+): refreshed by .*?{MARK}end of \1\b", re.DOTALL | re.MULTILINE)


def strangers(path: Path, sheet: dict[str, Any]) -> list[str]:
    """`line: number` of each score in a text that the report does not know; what scripts refresh is left out.

    A score is a number with decimals or a percentage, in a line that names the metric.
    """
    text = path.read_text(encoding="utf-8").replace(sheet["data"]["name"], "")  # "Python 3.11" is no score
    text = REFRESHED.sub(lambda found: "\n" * found[0].count("\n"), text)  # all other lines keep their numbers
    known, name = values(sheet), sheet["metric"].lower()
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", line.lower(), re.ASCII):
            found += [f"{number}: {said}" for said in scores(line) if not is_known(said, known)]
    return found


def scores(line: str) -> list[str]:
    """The numbers of a line that can be scores, as they are written; "95 %" is what intervals are called by."""
    written = [match.group().strip() for match in NUMBER.finditer(line) if match[2] or re.search("[.,]", match[1])]
    return [said for said in written if re.sub(r"\s", "", said) != "95%"]


def values(sheet: dict[str, Any]) -> list[float]:
    """All numbers of a report, wherever they stand in it."""
    inside = sheet.values() if isinstance(sheet, dict) else sheet if isinstance(sheet, list) else []
    own = [float(sheet)] if isinstance(sheet, int | float) and not isinstance(sheet, bool) else []
    return own + [value for entry in inside for value in values(entry)]


def is_known(said: str, known: list[float]) -> bool:
    """Whether a number, as exact as it is written, is one of the known ones (as a percentage: times 100)."""
    percent = said.endswith("%")
    digits = said.rstrip("% \u00a0")
    readings = {digits.replace(",", ".")} | ({digits.replace(",", "")} if re.fullmatch(r"\d+,\d{3}", digits) else set())

    def reads(value: float, number: str) -> bool:
        exact = len(number.partition(".")[2])
        return abs(value * (100 if percent else 1) - float(number)) <= 0.501 * 10.0**-exact

    return any(reads(value, number) for value in known for number in readings)
