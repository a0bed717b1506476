"""The deck as one HTML file that needs nothing else: arrow keys turn pages, n shows the notes, printing makes a PDF."""

import base64
import html
from pathlib import Path
from typing import Any

from deck import look
from deck.layout import Arrow, Bars, Element, Grid, Panel, Picture, Text
from deck.look import COLOURS, FONTS, Box
from reporting.report import number
from support.wording import words


def build(pages: list[list[Element]], notes: list[str], title: str, accent: str) -> str:
    """The whole page."""
    colours = "; ".join(f"--{name}: {colour}" for name, colour in (COLOURS | {"accent": accent}).items())
    fonts = f'{FONTS[0]}, Helvetica, "Liberation Sans", "{FONTS[1]}", "PingFang SC", "Noto Sans CJK SC", sans-serif'
    style = f":root {{ {colours}; --fonts: {fonts} }}\n{beside('page.css')}"
    body = "".join(
        f'<section aria-label="{number}">{"".join(DRAW[type(element)](element) for element in elements)}'
        f"<aside>{html.escape(said)}</aside></section>\n"
        for number, (elements, said) in enumerate(zip(pages, notes, strict=True), 1)
    )
    return (
        f'<!doctype html>\n<html lang="{html.escape(words("language"))}">\n<head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{html.escape(title)}</title>\n'
        f"<style>{style}</style></head>\n<body>\n{body}<script>{beside('page.js')}</script>\n</body></html>\n"
    )


def beside(name: str) -> str:
    """A file of this folder that goes into the page."""
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def at(box: Box, more: str = "") -> str:
    """The place of an element."""
    sides = (("left", box.left), ("top", box.top), ("width", box.width), ("height", box.height))
    return 'style="' + "".join(f"{name}:{size(value)};" for name, value in sides) + more + '"'


def size(points: float) -> str:
    return f"calc({points:g} * var(--pt))"


def text(element: Text) -> str:
    look_of = f"font-size:{size(element.size)};color:var(--{element.colour});text-align:{element.align};"
    look_of += "font-weight:700;" if element.bold else ""
    gap = f"gap:{size(14)};" if len(element.paragraphs) > 1 else ""
    outer, inner = ("ul", "li") if element.bullets else ("div", "h1" if element.role == "title" else "p")
    body = "".join(f'<{inner} style="font-size:inherit">{html.escape(words)}</{inner}>' for words in element.paragraphs)
    return f'<{outer} class="text {element.anchor}" {at(element.box, look_of + gap)}>{body}</{outer}>'


def panel(element: Panel) -> str:
    return f"<div {at(element.box, f'background:var(--{element.fill});')}></div>"


def arrow(element: Arrow) -> str:
    box = Box(element.left, element.top - 6, element.right - element.left, 12)
    tip = box.width
    line = f'<path d="M0 6H{tip - 8:g}" stroke="currentColor" stroke-width="2"/>'
    head = f'<path d="M{tip - 10:g} 0L{tip:g} 6L{tip - 10:g} 12Z" fill="currentColor"/>'
    return f'<svg aria-hidden="true" viewBox="0 0 {tip:g} 12" {at(box, "color:var(--muted);")}>{line}{head}</svg>'


def picture(element: Picture) -> str:
    kind = "png" if element.path.suffix.lower() == ".png" else "jpeg"
    content = base64.b64encode(element.path.read_bytes()).decode()
    return f'<img alt="{html.escape(element.alt)}" {at(element.box)} src="data:image/{kind};base64,{content}">'


def grid(element: Grid) -> str:
    columns = "".join(f'<col style="width:{size(width)}">' for width in element.widths)
    rows = ""
    for i, (cells, height) in enumerate(zip(element.rows, element.heights, strict=True)):
        tag = "td" if i else "th"
        body = "".join(
            f"<{tag}{' class=number' if j > 2 else ''}>{cell(words)}</{tag}>" for j, words in enumerate(cells)
        )
        rows += f'<tr{" class=strong" if i == element.strong else ""} style="height:{size(height)}">{body}</tr>'
    return f"<table {at(element.box, f'font-size:{size(look.SMALL)};')}><colgroup>{columns}</colgroup>{rows}</table>"


def cell(words: str) -> str:
    """A cell; what follows its first line is set apart."""
    first, _, rest = words.partition("\n")
    return html.escape(first) + (f"<small>{html.escape(rest)}</small>" if rest else "")


def bars(element: Bars) -> str:
    """The chart as a drawing: names with their numbers above the bars, intervals on them."""
    box, high = element.box, max([*element.values, *(span[1] for span in element.spans if span)])
    low = min([0, *element.values])
    step = (box.height - 40) / len(element.values)
    scale = box.width * 0.97 / ((high - low) or 1)
    drawn = ""
    for i, (name, value, span) in enumerate(zip(element.names, element.values, element.spans, strict=True)):
        top = i * step + 28
        fill = "accent" if i == 0 else "other"
        start, length = (min(0, value) - low) * scale, abs(value) * scale
        drawn += f'<text x="0" y="{top - 8:g}">{html.escape(name)}: {number(value)}</text>'
        drawn += f'<rect x="{start:.1f}" y="{top:g}" width="{length:.1f}" height="{step - 46:g}" fill="var(--{fill})"/>'
        if span:
            left, right, middle = (span[0] - low) * scale, (span[1] - low) * scale, top + (step - 46) / 2
            ends = "".join(f"M{end:.1f} {middle - 7:g}v14" for end in (left, right))
            drawn += f'<path d="M{left:.1f} {middle:g}H{right:.1f}{ends}" stroke="var(--ink)" stroke-width="2"/>'
    alt = html.escape(element.alt)
    style = at(box, "font-size:18px;fill:var(--ink);")
    return f'<svg role="img" aria-label="{alt}" viewBox="0 0 {box.width:g} {box.height:g}" {style}>{drawn}</svg>'


DRAW: dict[Any, Any] = {Text: text, Panel: panel, Arrow: arrow, Picture: picture, Grid: grid, Bars: bars}
