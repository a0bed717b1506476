"""What figures can write: East Asian letters where this machine has a font for them, else numbers instead of names."""

from contextlib import suppress
from functools import cache

from matplotlib import font_manager
from matplotlib.figure import Figure
from matplotlib.table import Cell
from matplotlib.text import Text

FIRST_WIDE = "\u2e80"  # here East Asian letters begin; Matplotlib's own font has none of them
# Fonts that have them, of Windows, macOS and Linux; the first that is installed is taken.
WIDE = ("Microsoft YaHei", "SimHei", "DengXian", "PingFang SC", "Hiragino Sans GB", "Heiti SC", "Heiti TC", "STHeiti")
WIDE += ("Arial Unicode MS", "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans SC", "Source Han Sans SC")
WIDE += ("Source Han Sans CN", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Noto Serif CJK SC", "Droid Sans Fallback")


def shown(text: str, instead: str) -> str:
    """A text for a figure; `instead` where the fonts lack half of its letters or more, which is said once."""
    lacking = 0 if text.isascii() else sum(ord(letter) not in letters() for letter in text)
    if 2 * lacking < max(len(text), 1):
        return text
    tell()
    return instead


def fit(figure: Figure) -> None:
    """Have texts take the letters that their own font lacks from the wide one."""
    for text in [*figure.findobj(Text), *(cell.get_text() for cell in figure.findobj(Cell))]:
        if max(text.get_text(), default="") >= FIRST_WIDE and (font := wide_font()):
            text.set_fontfamily([*text.get_fontfamily(), font])


def width(text: str) -> int:
    """How many letters of a usual width a text is as wide as."""
    return sum(2 if letter >= FIRST_WIDE else 1 for letter in text)


@cache
def wide_font() -> str | None:
    """The name of the font for East Asian letters, if one is installed."""
    manager = font_manager.fontManager
    if not any(name in WIDE for name in manager.get_font_names()):
        for path in set(font_manager.findSystemFonts()) - {font.fname for font in manager.ttflist}:
            with suppress(Exception):  # a file that is no font
                manager.addfont(path)  # installed since Matplotlib last looked
    return next((name for name in WIDE if name in manager.get_font_names()), None)


@cache
def letters() -> frozenset[int]:
    """The code points that figures can show."""
    names = ["sans-serif", *filter(None, [wide_font()])]
    files = [font_manager.findfont(font_manager.FontProperties(family=[name])) for name in names]
    return frozenset().union(*(font_manager.get_font(file).get_charmap() for file in files))


@cache
def tell() -> None:
    """Say, once, what stands in the figures."""
    print("no font here has the letters of some names: in figures, numbers from 0 in the order of meta.json stand for")
    print("them. Install a font that has these letters, such as Noto Sans CJK, and evaluate again")
