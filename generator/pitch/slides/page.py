"""The deck as one HTML file that needs nothing else: arrow keys turn pages, n shows the notes, printing makes a PDF."""

import base64
import re
from html import escape
from pathlib import Path
from typing import Any

from ..results import number
from .layout import COLOURS, FONTS, GAP, SMALL, Bars, Box, Element, Grid, Picture, Text

CHINESE = ("PingFang SC", "Noto Sans CJK SC")
SHELL = Path(__file__).with_name("page.html")


def build(slides: list[list[Element]], notes: list[str], title: str, accent: str, language: str) -> str:
    """The whole page."""
    blanks = {
        "LANGUAGE": escape(language),
        "TITLE": escape(title),
        "COLOURS": "; ".join(f"--{name}: {colour}" for name, colour in (COLOURS | {"accent": accent}).items()),
        "FONTS": ", ".join(f'"{font}"' for font in (FONTS[0], "Liberation Sans", FONTS[1], *CHINESE)) + ", sans-serif",
        "SLIDES": "\n".join(
            f'<section aria-label="{count}">{"".join(DRAW[type(element)](element) for element in elements)}'
            f"<aside>{escape(said)}</aside></section>"
            for count, (elements, said) in enumerate(zip(slides, notes, strict=True), 1)
        ),
    }
    return re.sub(rf"\b({'|'.join(blanks)})\b", lambda blank: blanks[blank[0]], SHELL.read_text(encoding="utf-8"))


def at(box: Box, more: str = "") -> str:
    """The place of an element."""
    sides = (("left", box.left), ("top", box.top), ("width", box.width), ("height", box.height))
    return 'style="' + "".join(f"{name}:{size(value)};" for name, value in sides) + more + '"'


def size(points: float) -> str:
    return f"calc({points:g} * var(--pt))"


def text(element: Text) -> str:
    look = f"font-size:{size(element.size)};color:var(--{element.colour});text-align:{element.align};"
    look += f"background:var(--{element.fill});" if element.fill else ""
    look += "font-weight:700;" * element.bold + f"gap:{size(GAP)};" * (len(element.paragraphs) > 1)
    outer, inner = ("ul", "li") if element.bullets else ("div", "h1" if element.role == "title" else "p")
    lines = "".join(f'<{inner} style="font-size:inherit">{escape(line)}</{inner}>' for line in element.paragraphs)
    return f'<{outer} class="text {element.anchor}" {at(element.box, look)}>{lines}</{outer}>'


def picture(element: Picture) -> str:
    kind = "png" if element.path.suffix.lower() == ".png" else "jpeg"
    content = base64.b64encode(element.path.read_bytes()).decode()
    return f'<img alt="{escape(element.alt)}" {at(element.box)} src="data:image/{kind};base64,{content}">'


def grid(element: Grid) -> str:
    rows = "".join(f'<col style="width:{size(width)}">' for width in element.widths)
    for i, (cells, height) in enumerate(zip(element.rows, element.heights, strict=True)):
        tag, strong = "td" if i else "th", " class=strong" if i == element.strong else ""
        first = len(cells) - element.numbers
        kinds = (f"{tag} class=number" if j >= first else tag for j in range(len(cells)))
        lines = "".join(f"<{kind}>{cell(words)}</{tag}>" for kind, words in zip(kinds, cells, strict=True))
        rows += f'<tr{strong} style="height:{size(height)}">{lines}</tr>'
    return f"<table {at(element.box, f'font-size:{size(SMALL)};')}>{rows}</table>"


def cell(words: str) -> str:
    """A cell; what follows its first line is set apart."""
    first, _, rest = words.partition("\n")
    return escape(first) + (f"<small>{escape(rest)}</small>" if rest else "")


def bars(element: Bars) -> str:
    """The chart as a drawing: names with their numbers above the bars, intervals on them."""
    box, low = element.box, min([0, *element.values])
    scale = 0.97 * box.width / (max([0, *element.values, *(span[1] for span in element.spans if span)]) - low or 1)
    step = (box.height - 40) / len(element.values)
    drawn = ""
    for i, (name, value, span) in enumerate(zip(element.names, element.values, element.spans, strict=True)):
        top, high = i * step + 28, step - 46
        start, length, fill = (min(0, value) - low) * scale, abs(value) * scale, "other" if i else "accent"
        drawn += f'<text x="0" y="{top - 8:g}">{escape(name)}: {number(value)}</text>'
        drawn += f'<rect x="{start:.1f}" y="{top:g}" width="{length:.1f}" height="{high:g}" fill="var(--{fill})"/>'
        if span:
            left, right, middle = (span[0] - low) * scale, (span[1] - low) * scale, top + high / 2
            ends = "".join(f"M{end:.1f} {middle - 7:g}v14" for end in (left, right))
            drawn += f'<path d="M{left:.1f} {middle:g}H{right:.1f}{ends}" stroke="var(--ink)" stroke-width="2"/>'
    view = f'viewBox="0 0 {box.width:g} {box.height:g}" {at(box, f"font-size:{SMALL}px;fill:var(--ink);")}'
    return f'<svg role="img" aria-label="{escape(element.alt)}" {view}>{drawn}</svg>'


DRAW: dict[Any, Any] = {Text: text, Picture: picture, Grid: grid, Bars: bars}
