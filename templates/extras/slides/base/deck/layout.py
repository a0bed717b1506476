"""From slides to elements at their places: what the file for PowerPoint and the page in the browser both draw."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deck import look
from deck import story as stories
from deck.look import BODIES, BODY, FOOT, GUTTER, INNER, MARGIN, SMALL, TITLES, TOP, Box, fitting, tall
from deck.outline import Slide
from support.wording import words

GAP = 14  # between paragraphs, in points
BULLET = 22  # by which points are set in


@dataclass(frozen=True)
class Text:
    """Paragraphs in one size and colour; `bullets` marks each with the accent, `role` is title or body."""

    box: Box
    paragraphs: list[str]
    size: int
    colour: str = "ink"
    bold: bool = False
    bullets: bool = False
    align: str = "left"
    anchor: str = "top"
    role: str = "body"


@dataclass(frozen=True)
class Panel:
    """A filled rectangle."""

    box: Box
    fill: str


@dataclass(frozen=True)
class Arrow:
    """A line from left to right with a head."""

    left: float
    right: float
    top: float


@dataclass(frozen=True)
class Picture:
    """A picture as large as fits its box, and what it shows."""

    box: Box
    path: Path
    alt: str


@dataclass(frozen=True)
class Bars:
    """Bars from 0, the first in the accent colour, with whiskers where there are intervals."""

    box: Box
    names: list[str]
    values: list[float]
    spans: list[list[float] | None]
    alt: str


@dataclass(frozen=True)
class Grid:
    """A table: the head first, one row in the accent colour; numbers to the right."""

    box: Box
    rows: list[list[str]]
    widths: list[float]
    heights: list[float]
    strong: int | None
    alt: str


Element = Text | Panel | Arrow | Picture | Bars | Grid


def place(slide: Slide, number: int) -> list[Element]:
    """The elements of a slide."""
    if slide.name == "cover":
        return cover(slide)
    elements = [title(slide), *foot(slide, number)]
    bottom = FOOT - 16
    if slide.bars:
        return elements + result(slide, bottom)
    if slide.table:
        return [*elements, grid(slide)]
    top = BODY
    if slide.steps:
        elements += diagram(slide, top)
        top += 148
    return elements + body(slide, top, bottom)


def cover(slide: Slide) -> list[Element]:
    event, names = slide.aside or ("", [])
    box = Box(MARGIN, 150, INNER - 80, 130)
    size = need(slide, [slide.title], look.COVER, box, bold=True)
    height = tall([slide.title], size, box.width, bold=True)
    tagline = [text for text in slide.points if text]
    below = Box(MARGIN, box.top + height + 18, INNER - 80, 90)
    elements: list[Element] = [
        Panel(Box(MARGIN, 112, 72, 8), "accent"),
        Text(Box(box.left, box.top, box.width, height), [slide.title], size, bold=True, role="title"),
    ]
    if tagline:
        elements.append(Text(below, tagline, need(slide, tagline, (26, 24, 22, 20, 18), below), "muted"))
    who = [words("deck_names_between").join(names)] if names else []
    last = [text for text in (*who, event) if text]
    if last:
        box = Box(MARGIN, 404, INNER, 84)
        elements.append(Text(box, last, need(slide, last, (22, 20, 18), box, 4), anchor="bottom"))
    return elements


def title(slide: Slide) -> Text:
    """The title: what was found, in at most two lines."""
    box = Box(MARGIN, TOP, INNER, 88)
    return Text(box, [slide.title], need(slide, [slide.title], TITLES, box, bold=True), bold=True, role="title")


def foot(slide: Slide, number: int) -> list[Element]:
    """What was measured on what, and the slide's number."""
    elements: list[Element] = [
        Text(Box(look.WIDTH - MARGIN - 40, FOOT, 40, 24), [str(number)], SMALL, "muted", align="right", role="number")
    ]
    if slide.source:
        elements.append(Text(Box(MARGIN, FOOT, INNER - 60, 46), [slide.source], SMALL, "muted"))
    return elements


def body(slide: Slide, top: float, bottom: float) -> list[Element]:
    """Points, and beside them a picture or what is said aside."""
    full = Box(MARGIN, top, INNER, bottom - top)
    if slide.picture:
        left = Box(MARGIN, top, 0.36 * INNER, bottom - top)
        right = Box(left.left + left.width + GUTTER, top, INNER - left.width - GUTTER, bottom - top)
        elements = [points(slide, left)] if slide.points else []
        return [*elements, Picture(right if slide.points else full, *slide.picture)]
    if slide.aside:
        left = Box(MARGIN, top, 0.58 * INNER, bottom - top)
        return [
            points(slide, left),
            *aside(slide, Box(left.width + MARGIN + GUTTER, top, INNER - left.width - GUTTER, bottom - top)),
        ]
    return [points(slide, full)] if slide.points else []


def points(slide: Slide, box: Box) -> Text:
    inner = Box(box.left, box.top, box.width - BULLET, box.height)
    return Text(box, slide.points, need(slide, slide.points, BODIES, inner, GAP), bullets=True)


def aside(slide: Slide, box: Box) -> list[Element]:
    """A soft panel with a small head."""
    head, lines = slide.aside
    inner = Box(box.left + 24, box.top + 60, box.width - 48, box.height - 84)
    size = need(slide, lines, (24, 22, 20, 18), inner, GAP)
    panel = Box(box.left, box.top, box.width, min(box.height, 84 + tall(lines, size, inner.width, GAP)))
    small = Box(inner.left, box.top + 22, inner.width, 28)
    return [Panel(panel, "soft"), Text(small, [head], SMALL, "accent", bold=True), Text(inner, lines, size)]


def diagram(slide: Slide, top: float) -> list[Element]:
    """Boxes in a row with arrows between, the middle one in the accent colour."""
    space, height = 48, 112
    width = (INNER - space * (len(slide.steps) - 1)) / len(slide.steps)
    elements: list[Element] = []
    for index, step in enumerate(slide.steps):
        box = Box(MARGIN + index * (width + space), top, width, height)
        strong = len(slide.steps) > 1 and index == len(slide.steps) // 2
        elements.append(Panel(box, "accent" if strong else "soft"))
        inner = Box(box.left + 14, box.top + 8, box.width - 28, box.height - 16)
        size = need(slide, [step], (26, 24, 22, 20, 18), inner, bold=strong)
        elements.append(
            Text(inner, [step], size, "paper" if strong else "ink", strong, align="center", anchor="middle")
        )
        if index:
            elements.append(Arrow(box.left - space + 8, box.left - 8, top + height / 2))
    return elements


def result(slide: Slide, bottom: float) -> list[Element]:
    """The score in large figures, and the bars that it is seen against."""
    figure, about = slide.figure
    left = Box(MARGIN, BODY + 20, 250, 96)
    below = Box(MARGIN, BODY + 122, 250, 150)
    size = need(slide, [figure], (look.HUGE, 60, 48, 36), left, bold=True)
    bars = Box(MARGIN + 250 + GUTTER, BODY, INNER - 250 - GUTTER, bottom - BODY)
    names, values, spans = (list(column) for column in zip(*slide.bars, strict=True))
    alt = "; ".join(f"{name} {value:.4g}" for name, value in zip(names, values, strict=True))
    return [
        Text(left, [figure], size, "accent", bold=True, anchor="bottom"),
        Text(below, about, need(slide, about, (20, 18), below, GAP), "muted"),
        Bars(bars, names, values, spans, alt),
    ]


def grid(slide: Slide) -> Grid:
    """The table, each column as wide as its longest line; what is left goes to the first.

    Runs at its end are left out where it would be too high.
    """
    pad, rows = 16, list(slide.table)
    longest = [
        max(
            look.breadth(part, SMALL, n == 0 and row in (0, slide.strong))
            for row, cells in enumerate(rows)
            for n, part in enumerate(cells[column].split("\n"))
        )
        for column in range(len(rows[0]))
    ]
    widths = [width + pad for width in longest]
    widths[0] = max(140, widths[0] + INNER - sum(widths))  # where it is too narrow, names take two lines
    widths = [width * INNER / sum(widths) for width in widths]

    def height(cells: list[str]) -> float:
        strong = cells in (rows[0], rows[slide.strong or 0])
        lines = max(
            sum(look.line_count(part, SMALL, width - pad, strong and n == 0) for n, part in enumerate(cell.split("\n")))
            for cell, width in zip(cells, widths, strict=True)
        )
        return 10 + lines * SMALL * look.SPACING

    while sum(map(height, rows)) > FOOT - 6 - (BODY - 20) and len(rows) > 4:
        del rows[-3]
    heights = [height(cells) for cells in rows]
    return Grid(Box(MARGIN, BODY - 20, INNER, sum(heights)), rows, widths, heights, slide.strong, slide.title)


def need(slide: Slide, texts: list[str], sizes: Sequence[int], box: Box, gap: float = 0, bold: bool = False) -> int:
    """The largest size that fits, else a `Fault` that names the section: nothing is set smaller than can be read."""
    size = fitting(texts, tuple(sizes), box, gap, bold)
    if size is None:
        shown = max(texts, key=len)
        raise stories.fault(
            "" if slide.name == "cover" else slide.name,
            "title" if shown == slide.title else "points",
            f'the text does not fit on its slide at {sizes[-1]} pt; shorten "{shown[:40]}…"',
            shown,
        )
    return size
