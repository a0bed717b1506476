"""The deck as a .pptx that PowerPoint, Google Slides, Keynote and LibreOffice can edit: native text, tables, charts."""

import io
import math
from datetime import datetime
from typing import Any

from lxml import etree
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE, XL_TICK_LABEL_POSITION, XL_TICK_MARK
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Pt

from ..results import number
from . import layout as look
from .layout import Bars, Box, Grid, Picture, Text
from .outline import Slide, Told

# A colour of the theme is changed everywhere at once, by Design > Variants > Colors.
PARTS = {"ink": "dk1", "paper": "lt1", "muted": "dk2", "soft": "lt2", "accent": "accent1", "other": "accent2"}
PARTS |= {"rule": "accent3"}
NAMED = {colour: part.replace("dk", "tx").replace("lt", "bg") for colour, part in PARTS.items()}
THEME = {colour: MSO_THEME_COLOR.from_xml(name) for colour, name in NAMED.items()}
TITLE_ONLY = 5  # of python-pptx's own template, which is 4:3
PLAIN_TABLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # "No Style, No Grid"
NUMBER = "{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}"
ALIGN = {"left": PP_ALIGN.LEFT, "right": PP_ALIGN.RIGHT, "center": PP_ALIGN.CENTER}
ANCHOR = {"top": MSO_ANCHOR.TOP, "middle": MSO_ANCHOR.MIDDLE, "bottom": MSO_ANCHOR.BOTTOM}


def build(told: Told, slides: list[Slide]) -> bytes:
    """The bytes of the .pptx: its slides, with what the speaker says."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Pt(look.WIDTH), Pt(look.HEIGHT)
    prepare(deck, look.COLOURS | {"accent": told.story["accent"]})
    about = deck.core_properties
    about.title, about.revision = told.story["title"], 1
    about.author = about.last_modified_by = ", ".join(told.team)
    about.created = about.modified = datetime.now().replace(microsecond=0)
    for made in slides:
        slide = deck.slides.add_slide(deck.slide_layouts[0])
        for element in made.elements:
            DRAW[type(element)](slide.shapes, element)
        slide.notes_slide.notes_text_frame.text = made.spoken
    packed = io.BytesIO()
    deck.save(packed)
    return packed.getvalue()


def prepare(deck: Any, colours: dict[str, str]) -> None:
    """One 16:9 layout with this deck's fonts and colours, so that a slide added by hand looks like the others."""
    keep = deck.slide_layouts[TITLE_ONLY]
    for layout in [layout for layout in deck.slide_layouts if layout is not keep]:
        deck.slide_layouts.remove(layout)
    for shape in [*deck.slide_master.placeholders, *keep.placeholders]:
        kind = shape.placeholder_format.type.name
        if kind in ("TITLE", "CENTER_TITLE"):
            put(shape, Box(look.MARGIN, look.TOP, look.INNER, 88))
        elif kind in ("BODY", "OBJECT"):
            put(shape, Box(look.MARGIN, look.BODY, look.INNER, look.FOOT - look.BODY))
        else:
            put(shape, Box(look.MARGIN + 300 * (kind == "FOOTER"), look.FOOT, 200, 24))
    theme = deck.slide_master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    root = etree.fromstring(theme.blob)
    for colour, name in PARTS.items():
        place = root.find(f".//{qn('a:clrScheme')}/{qn(f'a:{name}')}")
        place[:] = [etree.Element(qn("a:srgbClr"), val=colours[colour].lstrip("#"))]
    for kind in ("a:majorFont", "a:minorFont"):
        for script, font in zip(("a:latin", "a:ea"), look.FONTS, strict=True):
            root.find(f".//{qn(kind)}/{qn(script)}").set("typeface", font)
    theme._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    style = deck.slide_master.element.find(f".//{qn('p:titleStyle')}/{qn('a:lvl1pPr')}")
    style.set("algn", "l")
    style.find(qn("a:defRPr")).set("sz", str(100 * look.TITLES[0]))
    style.find(qn("a:defRPr")).set("b", "1")


def put(shape: Any, box: Box) -> None:
    shape.left, shape.top, shape.width, shape.height = place(box)


def place(box: Box) -> tuple[int, int, int, int]:
    return Pt(box.left), Pt(box.top), Pt(box.width), Pt(box.height)


def text(shapes: Any, element: Text) -> None:
    if element.role == "title":
        shape = shapes.title
        put(shape, element.box)
    else:
        shape = shapes.add_textbox(*place(element.box))
    if element.fill:
        shape.fill.solid()
        shape.fill.fore_color.theme_color = THEME[element.fill]
    frame = shape.text_frame
    frame.word_wrap = True
    frame.vertical_anchor = ANCHOR[element.anchor]
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    for index, words in enumerate(element.paragraphs):
        paragraph = frame.paragraphs[0] if index == 0 else frame.add_paragraph()
        paragraph.alignment = ALIGN[element.align]
        paragraph.space_before, paragraph.space_after = Pt(0), Pt(look.GAP if len(element.paragraphs) > 1 else 0)
        write(paragraph, words, element.size, element.colour, element.bold)
        if element.bullets:  # a small mark in the accent colour, the text set in
            own = paragraph._p.get_or_add_pPr()
            own.set("marL", str(Pt(look.BULLET)))
            own.set("indent", str(-Pt(look.BULLET)))
            own.append(parse_xml(f'<a:buClr {nsdecls("a")}><a:schemeClr val="accent1"/></a:buClr>'))
            own.append(parse_xml(f'<a:buFont {nsdecls("a")} typeface="Arial"/>'))
            own.append(parse_xml(f'<a:buChar {nsdecls("a")} char="•"/>'))
        if element.role == "number":
            run = paragraph._p.find(qn("a:r"))  # the slide's own number, which follows when slides are moved
            field = parse_xml(f'<a:fld {nsdecls("a")} id="{NUMBER}" type="slidenum"/>')
            field.extend(list(run))
            paragraph._p.replace(run, field)


def write(paragraph: Any, words: str, size: float, colour: str, bold: bool) -> None:
    run = paragraph.add_run()
    run.text = words
    run.font.size, run.font.bold = Pt(size), bold
    run.font.color.theme_color = THEME[colour]


def picture(shapes: Any, element: Picture) -> None:
    shape = shapes.add_picture(str(element.path), 0, 0)
    scale = min(Pt(element.box.width) / shape.width, Pt(element.box.height) / shape.height)
    shape.width, shape.height = int(shape.width * scale), int(shape.height * scale)
    shape.left = Pt(element.box.left) + (Pt(element.box.width) - shape.width) // 2
    shape.top = Pt(element.box.top)
    shape._element.nvPicPr.cNvPr.set("descr", element.alt)


def grid(shapes: Any, element: Grid) -> None:
    """A native table; the only rule is a thin one below each row."""
    frame = shapes.add_table(len(element.rows), len(element.widths), *place(element.box))
    frame._element.nvGraphicFramePr.cNvPr.set("descr", element.alt)
    frame._element.find(f".//{qn('a:tableStyleId')}").text = PLAIN_TABLE
    frame.table.horz_banding = False
    for column, width in zip(frame.table.columns, element.widths, strict=True):
        column.width = Pt(width)
    rule = f'<a:lnB {nsdecls("a")} w="9525"><a:solidFill><a:schemeClr val="accent3"/></a:solidFill></a:lnB>'
    for i, (row, cells, height) in enumerate(zip(frame.table.rows, element.rows, element.heights, strict=True)):
        row.height = Pt(height)
        for j, (cell, words) in enumerate(zip(row.cells, cells, strict=True)):
            cell.margin_left, cell.margin_right, cell.margin_top, cell.margin_bottom = 0, Pt(12), Pt(4), Pt(4)
            cell.vertical_anchor = MSO_ANCHOR.MIDDLE
            for n, line in enumerate(words.split("\n")):
                paragraph = cell.text_frame.paragraphs[0] if n == 0 else cell.text_frame.add_paragraph()
                paragraph.alignment = PP_ALIGN.RIGHT if j >= len(cells) - element.numbers else PP_ALIGN.LEFT
                colour = "muted" if i == 0 or n else "accent" if i == element.strong else "ink"
                write(paragraph, line, look.SMALL, colour, i in (0, element.strong) and not n)
            cell._tc.get_or_add_tcPr().insert(0, parse_xml(rule))


def bars(shapes: Any, element: Bars) -> None:
    """A native chart: its numbers are in the sheet behind it, its names carry them in words."""
    content = CategoryChartData(number_format="General")
    names = [f"{name}: {number(value)}" for name, value in zip(element.names, element.values, strict=True)]
    content.categories = names[::-1]  # bars are drawn from the bottom
    values = [float(f"{value:.4g}") for value in element.values][::-1]
    content.add_series(element.names[0], values)
    frame = shapes.add_chart(XL_CHART_TYPE.BAR_CLUSTERED, *place(element.box), content)
    frame._element.nvGraphicFramePr.cNvPr.set("descr", element.alt)
    chart = frame.chart
    chart.has_legend = chart.has_title = False
    chart.font.size = Pt(look.SMALL)
    chart.font.color.theme_color = THEME["ink"]
    plot = chart.plots[0]
    plot.gap_width, plot.vary_by_categories = 55, False
    for index in range(len(values)):
        fill = plot.series[0].points[index].format.fill
        fill.solid()
        fill.fore_color.theme_color = THEME["accent" if index == len(values) - 1 else "other"]
    axes(chart, values, [*values, *(span[1] for span in element.spans if span)])
    if any(element.spans):
        whiskers(plot.series[0], values, element.spans[::-1])


def axes(chart: Any, values: list[float], reached: list[float]) -> None:
    """A quiet scale from 0, with three to six marks at round numbers."""
    names, scale, largest = chart.category_axis, chart.value_axis, max(reached)
    names.format.line.color.theme_color = THEME["rule"]
    names.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    names.major_tick_mark = scale.major_tick_mark = XL_TICK_MARK.NONE
    power = 10 ** math.floor(math.log10(largest)) if largest > 0 else 1
    step = next(power * part for part in (0.2, 0.5, 1, 2) if largest / (power * part) <= 6)
    scale.major_unit, scale.minimum_scale = step, min(0, *values)
    scale.maximum_scale = max(step * math.ceil(largest / step - 1e-9), 0 if min(values) < 0 else step)
    scale.major_gridlines.format.line.color.theme_color = THEME["rule"]
    scale.format.line.fill.background()
    scale.tick_labels.font.color.theme_color = THEME["muted"]
    scale.tick_labels.font.size = Pt(look.SMALL)
    for mark in chart._chartSpace.iter(qn("c:axId"), qn("c:crossAx")):
        mark.set("val", mark.get("val").lstrip("-"))  # the schema knows no axis below 0, python-pptx writes some


def whiskers(series: Any, values: list[float], spans: list[list[float] | None]) -> None:
    """The intervals as error bars of their own, which python-pptx does not know."""
    gaps = [(span[1] - value, value - span[0]) if span else (0, 0) for value, span in zip(values, spans, strict=True)]

    def literal(side: int) -> str:
        points = [(i, max(0.0, gap[side])) for i, gap in enumerate(gaps) if spans[i]]
        given = "".join(f'<c:pt idx="{i}"><c:v>{gap:.6g}</c:v></c:pt>' for i, gap in points)
        return f'<c:numLit><c:formatCode>General</c:formatCode><c:ptCount val="{len(gaps)}"/>{given}</c:numLit>'

    xml = (
        f'<c:errBars {nsdecls("c", "a")}><c:errBarType val="both"/><c:errValType val="cust"/><c:noEndCap val="0"/>'
        f"<c:plus>{literal(0)}</c:plus><c:minus>{literal(1)}</c:minus>"
        '<c:spPr><a:ln w="25400"><a:solidFill><a:schemeClr val="tx1"/></a:solidFill></a:ln></c:spPr></c:errBars>'
    )
    series._element.find(qn("c:cat")).addprevious(parse_xml(xml))


DRAW = {Text: text, Picture: picture, Grid: grid, Bars: bars}
