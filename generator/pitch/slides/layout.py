"""The look of the deck: one grid, one accent colour, few sizes, the elements of a slide, and whether a text fits."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

# 16:9, in points: 13.33 by 7.5 inches
WIDTH, HEIGHT = 960, 540
MARGIN = 64  # left and right of everything
TOP, BODY, FOOT = 44, 158, 476  # where titles, bodies and the last line begin
INNER = WIDTH - 2 * MARGIN
GUTTER, GAP, BULLET = 40, 14, 22  # between columns, between paragraphs, and by which points are set in

HUGE, COVER, TITLES = (72, 60, 48, 36), (52, 44, 36, 30), (34, 30, 27, 24)  # sizes, from the largest that fits
BODIES, ASIDES = (30, 27, 24, 22, 20, 18), (26, 24, 22, 20, 18)
SMALL = 18  # points: what the back row can read, and nothing is set smaller
LEAST_FIRST = 190  # of a table's first column, in points: names of two or three words take two lines
SPACING = 1.22  # height of a line, in sizes
EMS = {0.24: "ijl'", 0.28: "ft.,:;!|/ I[]", 0.34: "r()-", 0.5: "cksvxyzJ", 0.61: "FTZ", 0.67: "ABEKPSVXY&"}
EMS |= {0.73: "wCDHNRU", 0.78: "GOQ", 0.84: "mM", 1.0: "W%@—…"}  # widths of Arial, which Liberation Sans shares

WHITE = "#FFFFFF"
READABLE = 4.5  # WCAG's contrast for text
COLOURS = {"ink": "#16181D", "muted": "#555B66", "rule": "#D5D9E0", "soft": "#F3F5F9", "other": "#8A919E"}
COLOURS["paper"] = WHITE
FONTS = "Arial", "Microsoft YaHei"  # for Latin and for East Asian letters: on Windows and macOS, or replaced alike


class TooLong(Exception):
    """A text that does not fit into its place at a size that can be read."""

    def __init__(self, text: str, size: int) -> None:
        super().__init__(text)
        self.text, self.size = text, size


@dataclass(frozen=True)
class Box:
    """A place on a slide, in points."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class Text:
    """Paragraphs in one size and colour, on a filled rectangle where `fill` names one; without any, just that.

    bullets  marks each with the accent;  role  title, number or body
    """

    box: Box
    paragraphs: list[str]
    size: int = SMALL
    colour: str = "ink"
    bold: bool = False
    bullets: bool = False
    align: str = "left"
    anchor: str = "top"
    role: str = "body"
    fill: str = ""


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
    """A table: the head first, one row in the accent colour; a cell may have a second line, which is set apart."""

    box: Box
    rows: list[list[str]]
    widths: list[float]
    heights: list[float]
    numbers: int  # columns at the end that are aligned to the right
    alt: str
    strong: int = 1


Element = Text | Picture | Bars | Grid


def fit(paragraphs: Sequence[str], sizes: Sequence[int], box: Box, gap: float = 0, bold: bool = False) -> int:
    """The largest of some sizes in which paragraphs fit into a box; `TooLong` where none is small enough."""
    for size in sizes:
        if tall(paragraphs, size, box.width, gap, bold) <= box.height:
            return size
    raise TooLong(max(paragraphs, key=len), sizes[-1])


def tall(paragraphs: Sequence[str], size: float, width: float, gap: float = 0, bold: bool = False) -> float:
    """How high paragraphs are set, in points."""
    lines = sum(line_count(text, size, width, bold) for text in paragraphs)
    return lines * size * SPACING + gap * max(0, len(paragraphs) - 1)


def line_count(text: str, size: float, width: float, bold: bool = False) -> int:
    """How many lines a text takes in a width, broken where a line may break."""
    count, used = 1, 0.0
    for word in pieces(text):
        length = breadth(word, size, bold)
        if used and used + breadth(word.rstrip(), size, bold) > width:
            count, used = count + 1, 0.0
        count += int(length // width) if length > width else 0
        used += length if length <= width else length % width
    return count


def pieces(text: str) -> list[str]:
    """A text cut where a line may break: after spaces and after each East Asian character."""
    found = [""]
    for character in text:
        found[-1] += character
        if character == " " or is_wide(character):
            found.append("")
    return [piece for piece in found if piece] or [""]


def breadth(text: str, size: float, bold: bool = False) -> float:
    """About how wide a text is set, in points, also where Arial is replaced by a wide font such as DejaVu Sans."""
    ems = (next((em for em, those in EMS.items() if c in those), 1.0 if is_wide(c) else 0.56) for c in text)
    return size * (1.32 if bold else 1.16) * sum(ems)


def is_wide(character: str) -> bool:
    """Whether a character is one of East Asia's wide ones."""
    return unicodedata.east_asian_width(character) in "WF"


def length(text: str) -> int:
    """How long a text is in letters, an East Asian character counting as two and a half."""
    return round(sum(2.5 if is_wide(letter) else 1 for letter in text.strip()))


def shorten(text: str, most: int = 34) -> str:
    """A name that is short enough for a slide; what it adds in brackets goes first."""
    text = " ".join(text.split())
    text = text if len(text) <= most else text.partition(" (")[0]
    if len(text) <= most:
        return text
    cut, space, _ = text[:most].rpartition(" ")
    return (cut if space and len(cut) > most / 2 else text[: most - 1]).rstrip(" ,") + "…"


def contrast(one: str, other: str) -> float:
    """The contrast of two colours such as "#16181D", 1 to 21, as WCAG defines it."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    """How bright a colour is, 0 to 1."""
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def grid(rows: list[list[str]], numbers: int, alt: str) -> Grid | None:
    """A table in the whole width; None where it is too high. No word is broken in it.

    Each column but the first is as wide as its longest line; of those, the last go until the first one's words fit.
    """
    pad, room = 16, FOOT - 6 - (BODY - 20)

    def parts(row: int, column: int) -> list[tuple[str, bool]]:
        """The lines of a cell, and whether each is set bold."""
        return [(line, n == 0 and row < 2) for n, line in enumerate(rows[row][column].split("\n"))]

    def widest(column: int, cut: Callable[[str], list[str]]) -> float:
        lines = [line for row in range(len(rows)) for line in parts(row, column)]
        return pad + max(breadth(piece.rstrip(), SMALL, bold) for line, bold in lines for piece in cut(line))

    widths = [max(LEAST_FIRST, widest(0, pieces))]
    widths += [widest(column, lambda line: [line]) for column in range(1, len(rows[0]))]
    while sum(widths) > INNER and len(widths) > 3:
        widths.pop()
    numbers -= len(rows[0]) - len(widths)
    widths[0] = INNER - sum(widths[1:])
    heights = []
    for row in range(len(rows)):
        lines = [
            sum(line_count(text, SMALL, width - pad, bold) for text, bold in parts(row, column))
            for column, width in enumerate(widths)
        ]
        heights.append(10 + max(lines) * SMALL * SPACING)
    if sum(heights) > room:
        return None
    box = Box(MARGIN, BODY - 20, INNER, sum(heights))
    return Grid(box, [cells[: len(widths)] for cells in rows], widths, heights, numbers, alt)
