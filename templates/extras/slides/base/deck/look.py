"""The look of the deck: one grid, one accent colour, few sizes, and whether a text fits into its place."""

import unicodedata
from dataclasses import dataclass

# 16:9, in points: 13.33 by 7.5 inches
WIDTH, HEIGHT = 960, 540
MARGIN = 64  # left and right of everything
TOP, BODY, FOOT = 44, 158, 476  # where titles, bodies and the last line begin
INNER = WIDTH - 2 * MARGIN
GUTTER = 40

COVER, TITLES, BODIES, SMALL, HUGE = (
    (52, 44, 36, 30),
    (34, 30, 27, 24),
    (30, 27, 24, 22, 20, 18),
    18,
    72,
)  # sizes in points
SPACING = 1.22  # height of a line, in sizes
LEAST = 18  # what the back row can read

EMS = {0.24: "ijl'", 0.28: "ft.,:;!|/ I[]", 0.34: "r()-", 0.5: "cksvxyzJ", 0.61: "FTZ", 0.67: "ABEKPSVXY&"}
EMS |= {0.73: "wCDHNRU", 0.78: "GOQ", 0.84: "mM", 1.0: "W%@—…"}

WHITE = "#FFFFFF"
READABLE = 4.5  # WCAG's contrast for text
COLOURS = {
    "ink": "#16181D",
    "muted": "#555B66",
    "rule": "#D5D9E0",
    "soft": "#F3F5F9",
    "other": "#8A919E",
    "paper": WHITE,
}
FONTS = (
    "Arial",
    "Microsoft YaHei",
)  # for Latin and for East Asian letters; on every Windows and macOS, or replaced alike


@dataclass(frozen=True)
class Box:
    """A place on a slide, in points."""

    left: float
    top: float
    width: float
    height: float


def contrast(one: str, other: str) -> float:
    """The contrast of two colours such as "#16181D", 1 to 21, as WCAG defines it."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """How bright a colour is, 0 to 1."""
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def breadth(text: str, size: float, bold: bool = False) -> float:
    """About how wide a text is set, in points; rather too much than too little."""
    return size * (1.08 if bold else 1.02) * sum(map(_em, text))


def _em(character: str) -> float:
    """The width of a character of Arial, in sizes."""
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    return next((width for width, those in EMS.items() if character in those), 0.56)


def line_count(text: str, size: float, width: float, bold: bool = False) -> int:
    """How many lines a text takes in a width, broken at spaces and between East Asian characters."""
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
        if character == " " or unicodedata.east_asian_width(character) in "WF":
            found.append("")
    return [piece for piece in found if piece]


def tall(paragraphs: list[str], size: float, width: float, gap: float = 0, bold: bool = False) -> float:
    """How high paragraphs are set, in points."""
    lines = sum(line_count(text, size, width, bold) for text in paragraphs)
    return lines * size * SPACING + gap * max(0, len(paragraphs) - 1)


def fitting(paragraphs: list[str], sizes: tuple[int, ...], box: Box, gap: float = 0, bold: bool = False) -> int | None:
    """The largest of some sizes in which paragraphs fit into a box, if any."""
    fits = (size for size in sizes if tall(paragraphs, size, box.width, gap, bold) <= box.height)
    return next(fits, None)


def shorten(text: str, most: int = 34) -> str:
    """A name that is short enough for a slide; what it adds in brackets goes first."""
    text = " ".join(text.split())
    text = text if len(text) <= most else text.partition(" (")[0]
    if len(text) <= most:
        return text
    cut, space, _ = text[:most].rpartition(" ")
    return (cut if space and len(cut) > most / 2 else text[: most - 1]).rstrip(" ,") + "…"
