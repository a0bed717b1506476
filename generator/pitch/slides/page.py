"""The deck as one HTML file that needs nothing else: arrow keys turn pages, n shows the notes, printing makes a PDF."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...templating import rendered
from ..results import number
from .layout import COLOURS, FONTS, GAP, SMALL, Bars, Element

CHINESE = ("PingFang SC", "Noto Sans CJK SC")


def build(slides: list[list[Element]], notes: list[str], title: str, accent: str, language: str) -> str:
    """The whole page."""
    facts = {"title": title, "language": language, "colours": COLOURS | {"accent": accent}, "gap": GAP, "small": SMALL}
    facts["fonts"] = FONTS[0], "Liberation Sans", FONTS[1], *CHINESE
    named = [[(type(element).__name__, element) for element in elements] for elements in slides]
    facts |= {"slides": zip(named, notes, strict=True), "embedded": embedded, "drawn": drawn}
    return rendered(Path(__file__).with_name("page.html.j2"), facts).decode()


def embedded(path: Path) -> str:
    """A picture as an address that holds it."""
    kind = "png" if path.suffix.lower() == ".png" else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"


def drawn(element: Bars) -> Iterator[dict[str, Any]]:
    """Where the bars of a chart are, in points from its corner, and between which `ends` an interval lies on each."""
    box, low = element.box, min([0, *element.values])
    scale = 0.97 * box.width / (max([0, *element.values, *(span[1] for span in element.spans if span)]) - low or 1)
    step = (box.height - 40) / len(element.values)
    for i, (name, value, span) in enumerate(zip(element.names, element.values, element.spans, strict=True)):
        place = {"top": i * step + 28, "high": step - 46, "start": (min(0, value) - low) * scale}
        ends = [(end - low) * scale for end in span or ()]
        yield {"name": f"{name}: {number(value)}", "length": abs(value) * scale, "ends": ends} | place
