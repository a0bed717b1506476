"""The deck as one HTML file that needs nothing else: arrow keys turn pages, n shows the notes, printing makes a PDF."""

import base64
import html
from typing import Any

from deck import look
from deck.layout import Arrow, Bars, Element, Grid, Panel, Picture, Text
from deck.look import COLOURS, FONTS, Box
from report import number
from wording import words

STYLE = """
:root { --pt: min(100vw / 960, 100vh / 540); COLOURS }
* { box-sizing: border-box; margin: 0; padding: 0; }
html { background: #16181D; font-family: FONTS; line-height: 1.2; }
body { min-height: 100vh; }
section { position: relative; overflow: hidden; width: calc(960 * var(--pt)); height: calc(540 * var(--pt));
  margin: 0 auto; background: var(--paper); color: var(--ink); }
.live section { display: none; position: absolute; inset: 0; margin: auto; }
.live section.on { display: block; }
section > * { position: absolute; }
.text { display: flex; flex-direction: column; font-weight: 400; list-style: none; }
.text > * { overflow-wrap: anywhere; }
.top { justify-content: flex-start; } .middle { justify-content: center; } .bottom { justify-content: flex-end; }
li { position: relative; padding-left: 22px; padding-left: calc(22 * var(--pt)); }
li::before { content: "•"; position: absolute; left: 0; color: var(--accent); }
table { border-collapse: collapse; table-layout: fixed; }
th, td { border-bottom: 1px solid var(--rule); text-align: left; padding: 0 calc(12 * var(--pt)) 0 0; }
th { color: var(--muted); } th.number, td.number { text-align: right; }
tr.strong td { color: var(--accent); font-weight: 700; } td small { display: block; font-size: 1em; color: var(--muted); font-weight: 400; }
img { object-fit: contain; object-position: center top; }
aside { display: none; }
.notes aside { display: block; position: fixed; z-index: 2; left: 0; right: 0; bottom: 0; max-height: 45vh; overflow: auto;
  padding: 1em 1.5em; background: #16181D; color: #fff; font-size: 20px; line-height: 1.5; }
@media print {
  @page { size: 960pt 540pt; margin: 0; }
  :root { --pt: 1pt; }
  html { background: none; }
  .live section, section { display: block; position: relative; break-after: page; break-inside: avoid; }
  aside { display: none !important; }
}
"""
SCRIPT = """
const pages = [...document.querySelectorAll("section")];
let now = Math.min(pages.length, Math.max(1, parseInt(location.hash.slice(1)) || 1)) - 1;
function show(page) {
  now = Math.min(pages.length - 1, Math.max(0, page));
  pages.forEach((section, index) => section.classList.toggle("on", index === now));
  history.replaceState(null, "", "#" + (now + 1));
}
document.body.classList.add("live");
show(now);
const turns = { ArrowRight: 1, ArrowDown: 1, PageDown: 1, " ": 1, ArrowLeft: -1, ArrowUp: -1, PageUp: -1 };
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key in turns) show(now + turns[event.key]);
  else if (event.key === "Home") show(0);
  else if (event.key === "End") show(pages.length - 1);
  else if (event.key === "n") document.body.classList.toggle("notes");
  else if (event.key === "f") document.documentElement.requestFullscreen();
  else return;
  event.preventDefault();
});
addEventListener("hashchange", () => show((parseInt(location.hash.slice(1)) || 1) - 1));
addEventListener("click", (event) => show(now + (event.clientX < innerWidth / 3 ? -1 : 1)));
"""


def build(pages: list[list[Element]], notes: list[str], title: str, accent: str) -> str:
    """The whole page."""
    colours = "; ".join(f"--{name}: {colour}" for name, colour in (COLOURS | {"accent": accent}).items())
    fonts = f'{FONTS[0]}, Helvetica, "Liberation Sans", "{FONTS[1]}", "PingFang SC", "Noto Sans CJK SC", sans-serif'
    style = STYLE.replace("COLOURS", colours).replace("FONTS", fonts)
    body = "".join(
        f'<section aria-label="{number}">{"".join(DRAW[type(element)](element) for element in elements)}'
        f"<aside>{html.escape(said)}</aside></section>\n"
        for number, (elements, said) in enumerate(zip(pages, notes, strict=True), 1)
    )
    return (
        f'<!doctype html>\n<html lang="{html.escape(words("deck_language"))}">\n<head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{html.escape(title)}</title>\n'
        f"<style>{style}</style></head>\n<body>\n{body}<script>{SCRIPT}</script>\n</body></html>\n"
    )


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
        body = "".join(f"<{tag}{' class=number' if j > 2 else ''}>{cell(words)}</{tag}>" for j, words in enumerate(cells))
        rows += f'<tr{" class=strong" if i == element.strong else ""} style="height:{size(height)}">{body}</tr>'
    return f"<table {at(element.box, f'font-size:{size(look.SMALL)};')}><colgroup>{columns}</colgroup>{rows}</table>"


def cell(words: str) -> str:
    """A cell; what follows its first line is set apart."""
    first, _, rest = words.partition("\n")
    return html.escape(first) + (f"<small>{html.escape(rest)}</small>" if rest else "")


def bars(element: Bars) -> str:
    """The chart as a drawing: names with their numbers above the bars, a scale below."""
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
            drawn += f'<path d="M{left:.1f} {middle:g}H{right:.1f}M{left:.1f} {middle - 7:g}v14M{right:.1f} {middle - 7:g}v14" '
            drawn += 'stroke="var(--ink)" stroke-width="2" fill="none"/>'
    alt = html.escape(element.alt)
    style = at(box, "font-size:18px;fill:var(--ink);")
    return f'<svg role="img" aria-label="{alt}" viewBox="0 0 {box.width:g} {box.height:g}" {style}>{drawn}</svg>'


DRAW: dict[Any, Any] = {Text: text, Panel: panel, Arrow: arrow, Picture: picture, Grid: grid, Bars: bars}
