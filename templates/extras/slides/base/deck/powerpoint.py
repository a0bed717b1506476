"""The deck as a .pptx that PowerPoint, Google Slides, Keynote and LibreOffice can edit: native text, tables, charts."""

import io
from datetime import datetime
from typing import Any

from pptx import Presentation
from pptx.enum.shapes import MSO_CONNECTOR, MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Pt

from deck import look
from deck.chart import bars
from deck.layout import Arrow, Bars, Element, Grid, Panel, Picture, Text
from deck.look import COLOURS
from deck.theme import THEME, place, prepare, put

ALIGN = {"left": PP_ALIGN.LEFT, "right": PP_ALIGN.RIGHT, "center": PP_ALIGN.CENTER}
ANCHOR = {"top": MSO_ANCHOR.TOP, "middle": MSO_ANCHOR.MIDDLE, "bottom": MSO_ANCHOR.BOTTOM}
PLAIN_TABLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # "No Style, No Grid"


def build(pages: list[list[Element]], notes: list[str], title: str, author: str, accent: str) -> bytes:
    """The bytes of the .pptx: a slide for each list of elements, with what the speaker says."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Pt(look.WIDTH), Pt(look.HEIGHT)
    prepare(deck, COLOURS | {"accent": accent})
    about = deck.core_properties
    about.title, about.author, about.last_modified_by, about.revision = title, author, author, 1
    about.created = about.modified = datetime.now().replace(microsecond=0)
    for elements, said in zip(pages, notes, strict=True):
        slide = deck.slides.add_slide(deck.slide_layouts[0])
        for element in elements:
            DRAW[type(element)](slide.shapes, element)
        slide.notes_slide.notes_text_frame.text = said
    packed = io.BytesIO()
    deck.save(packed)
    return packed.getvalue()


def text(shapes: Any, element: Text) -> None:
    if element.role == "title":
        shape = shapes.title
        put(shape, element.box)
    else:
        shape = shapes.add_textbox(*place(element.box))
    frame = shape.text_frame
    frame.word_wrap = True
    frame.vertical_anchor = ANCHOR[element.anchor]
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    for index, words in enumerate(element.paragraphs):
        paragraph = frame.paragraphs[0] if index == 0 else frame.add_paragraph()
        paragraph.alignment = ALIGN[element.align]
        paragraph.space_before, paragraph.space_after = Pt(0), Pt(14 if len(element.paragraphs) > 1 else 0)
        write(paragraph, words, element.size, element.colour, element.bold)
        if element.bullets:
            bullet(paragraph)
        if element.role == "number":
            count(paragraph)


def write(paragraph: Any, words: str, size: float, colour: str, bold: bool) -> None:
    run = paragraph.add_run()
    run.text = words
    run.font.size, run.font.bold = Pt(size), bold
    run.font.color.theme_color = THEME[colour]


def bullet(paragraph: Any) -> None:
    """A small mark in the accent colour, the text set in."""
    own = paragraph._p.get_or_add_pPr()
    own.set("marL", str(Pt(22)))
    own.set("indent", str(-Pt(22)))
    for xml in (
        f'<a:buClr {nsdecls("a")}><a:schemeClr val="accent1"/></a:buClr>',
        f'<a:buFont {nsdecls("a")} typeface="Arial"/>',
        f'<a:buChar {nsdecls("a")} char="•"/>',
    ):
        own.append(parse_xml(xml))


def count(paragraph: Any) -> None:
    """Make the text the slide's own number, which follows when slides are moved."""
    run = paragraph._p.find(qn("a:r"))
    field = parse_xml(f'<a:fld {nsdecls("a")} id="{{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}}" type="slidenum"/>')
    field.extend(list(run))
    paragraph._p.replace(run, field)


def panel(shapes: Any, element: Panel) -> None:
    shape = shapes.add_shape(MSO_SHAPE.RECTANGLE, *place(element.box))
    shape.fill.solid()
    shape.fill.fore_color.theme_color = THEME[element.fill]
    shape.line.fill.background()
    shape._element.remove(shape._element.find(qn("p:style")))  # else the theme adds a shadow


def arrow(shapes: Any, element: Arrow) -> None:
    line = shapes.add_connector(
        MSO_CONNECTOR.STRAIGHT, *map(Pt, (element.left, element.top, element.right, element.top))
    )
    line.line.color.theme_color = THEME["muted"]
    line.line.width = Pt(2)
    line.line._get_or_add_ln().append(parse_xml(f'<a:tailEnd {nsdecls("a")} type="triangle" w="med" len="med"/>'))


def picture(shapes: Any, element: Picture) -> None:
    shape = shapes.add_picture(str(element.path), 0, 0)
    scale = min(Pt(element.box.width) / shape.width, Pt(element.box.height) / shape.height)
    shape.width, shape.height = int(shape.width * scale), int(shape.height * scale)
    shape.left = Pt(element.box.left) + (Pt(element.box.width) - shape.width) // 2
    shape.top = Pt(element.box.top)
    shape._element.nvPicPr.cNvPr.set("descr", element.alt)


def grid(shapes: Any, element: Grid) -> None:
    frame = shapes.add_table(len(element.rows), len(element.widths), *place(element.box))
    frame._element.nvGraphicFramePr.cNvPr.set("descr", element.alt)
    table = frame.table
    frame._element.find(f".//{qn('a:tableStyleId')}").text = PLAIN_TABLE
    table.horz_banding = False
    for column, width in zip(table.columns, element.widths, strict=True):
        column.width = Pt(width)
    for row, height in zip(table.rows, element.heights, strict=True):
        row.height = Pt(height)
    for i, cells in enumerate(element.rows):
        for j, words in enumerate(cells):
            cell = table.cell(i, j)
            cell.margin_left, cell.margin_right, cell.margin_top, cell.margin_bottom = 0, Pt(12), Pt(4), Pt(4)
            cell.vertical_anchor = MSO_ANCHOR.MIDDLE
            for n, line in enumerate(words.split("\n")):
                paragraph = cell.text_frame.paragraphs[0] if n == 0 else cell.text_frame.add_paragraph()
                paragraph.alignment = PP_ALIGN.RIGHT if j > 2 else PP_ALIGN.LEFT
                colour = "muted" if i == 0 or n else "accent" if i == element.strong else "ink"
                write(paragraph, line, look.SMALL, colour, i in (0, element.strong) and not n)
            underline(cell)


def underline(cell: Any) -> None:
    """A thin rule below a cell, and no other."""
    rule = f'<a:lnB {nsdecls("a")} w="9525"><a:solidFill><a:schemeClr val="accent3"/></a:solidFill></a:lnB>'
    cell._tc.get_or_add_tcPr().insert(0, parse_xml(rule))


DRAW = {Text: text, Panel: panel, Arrow: arrow, Picture: picture, Grid: grid, Bars: bars}
