"""What all slides of the .pptx share: one 16:9 layout, its colours and fonts, and how a box is placed on it."""

from typing import Any

from lxml import etree
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml.ns import qn
from pptx.util import Pt

from deck import look
from deck.look import FONTS, Box

# A colour of the theme is changed everywhere at once, by Design > Variants > Colors.
THEME = {
    "ink": MSO_THEME_COLOR.TEXT_1,
    "paper": MSO_THEME_COLOR.BACKGROUND_1,
    "muted": MSO_THEME_COLOR.TEXT_2,
    "soft": MSO_THEME_COLOR.BACKGROUND_2,
    "accent": MSO_THEME_COLOR.ACCENT_1,
    "other": MSO_THEME_COLOR.ACCENT_2,
    "rule": MSO_THEME_COLOR.ACCENT_3,
}
PARTS = {
    "dk1": "ink",
    "lt1": "paper",
    "dk2": "muted",
    "lt2": "soft",
    "accent1": "accent",
    "accent2": "other",
    "accent3": "rule",
}
TITLE_ONLY = 5  # of python-pptx's own template


def prepare(deck: Any, colours: dict[str, str]) -> None:
    """One 16:9 layout with this deck's fonts and colours, so that a slide added by hand looks like the others."""
    keep = deck.slide_layouts[TITLE_ONLY]
    for layout in list(deck.slide_layouts):
        if layout is not keep:
            deck.slide_layouts.remove(layout)
    for shape in [*deck.slide_master.placeholders, *keep.placeholders]:
        if shape.placeholder_format.type.name in ("TITLE", "CENTER_TITLE"):
            put(shape, Box(look.MARGIN, look.TOP, look.INNER, 88))
        elif shape.placeholder_format.type.name in ("BODY", "OBJECT"):
            put(shape, Box(look.MARGIN, look.BODY, look.INNER, look.FOOT - look.BODY))
        else:
            put(shape, Box(look.MARGIN + 300 * (shape.placeholder_format.type.name == "FOOTER"), look.FOOT, 200, 24))
    theme = deck.slide_master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    root = etree.fromstring(theme.blob)
    for name, colour in PARTS.items():
        place = root.find(f".//{qn('a:clrScheme')}/{qn(f'a:{name}')}")
        place[:] = [etree.Element(qn("a:srgbClr"), val=colours[colour].lstrip("#"))]
    for kind in ("a:majorFont", "a:minorFont"):
        root.find(f".//{qn(kind)}/{qn('a:latin')}").set("typeface", FONTS[0])
        root.find(f".//{qn(kind)}/{qn('a:ea')}").set("typeface", FONTS[1])
    theme._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    style = deck.slide_master.element.find(f".//{qn('p:titleStyle')}/{qn('a:lvl1pPr')}")
    style.set("algn", "l")
    style.find(qn("a:defRPr")).set("sz", str(100 * look.TITLES[0]))
    style.find(qn("a:defRPr")).set("b", "1")


def put(shape: Any, box: Box) -> None:
    shape.left, shape.top, shape.width, shape.height = map(Pt, (box.left, box.top, box.width, box.height))


def place(box: Box) -> tuple[Any, Any, Any, Any]:
    return Pt(box.left), Pt(box.top), Pt(box.width), Pt(box.height)
