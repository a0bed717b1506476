"""The bars of the .pptx as a native chart, which people can edit, with the intervals as error bars."""

import math
from typing import Any

from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE, XL_TICK_LABEL_POSITION, XL_TICK_MARK
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Pt

from deck import look
from deck.layout import Bars
from deck.theme import THEME, place
from reporting.report import number


def bars(shapes: Any, element: Bars) -> None:
    """A native chart: its numbers are in the sheet behind it, its names carry them in words."""
    content = CategoryChartData(number_format="General")
    names = [f"{name}: {number(value)}" for name, value in zip(element.names, element.values, strict=True)]
    content.categories = names[::-1]  # bars are drawn from the bottom
    values = [float(number(value)) for value in element.values][::-1]
    content.add_series(element.alt.partition(":")[0], values)
    frame = shapes.add_chart(XL_CHART_TYPE.BAR_CLUSTERED, *place(element.box), content)
    frame._element.nvGraphicFramePr.cNvPr.set("descr", element.alt)
    chart = frame.chart
    chart.has_legend, chart.has_title = False, False
    chart.font.size = Pt(look.SMALL)
    chart.font.color.theme_color = THEME["ink"]
    plot = chart.plots[0]
    plot.gap_width, plot.vary_by_categories = 55, False
    series = plot.series[0]
    for index in range(len(values)):
        fill = series.points[index].format.fill
        fill.solid()
        fill.fore_color.theme_color = THEME["accent" if index == len(values) - 1 else "other"]
    names_axis, values_axis = chart.category_axis, chart.value_axis
    names_axis.format.line.color.theme_color = THEME["rule"]
    names_axis.major_tick_mark = XL_TICK_MARK.NONE
    names_axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    highest = max([*values, *(span[1] for span in element.spans if span)])
    values_axis.major_unit = unit = step(highest)
    values_axis.minimum_scale, values_axis.maximum_scale = min(0, *values), unit * math.ceil(highest / unit - 1e-9)
    values_axis.major_gridlines.format.line.color.theme_color = THEME["rule"]
    values_axis.format.line.fill.background()
    values_axis.major_tick_mark = XL_TICK_MARK.NONE
    values_axis.tick_labels.font.color.theme_color = THEME["muted"]
    values_axis.tick_labels.font.size = Pt(look.SMALL)
    for mark in chart._chartSpace.iter(qn("c:axId"), qn("c:crossAx")):
        mark.set("val", mark.get("val").lstrip("-"))  # the schema knows no axis below 0, python-pptx writes some
    if any(element.spans):
        whiskers(series, values, element.spans[::-1])


def step(largest: float) -> float:
    """The distance of the scale's marks, a round number, so that there are three to six."""
    power = 10 ** math.floor(math.log10(largest)) if largest > 0 else 1
    return next(power * part for part in (0.2, 0.5, 1, 2) if largest / (power * part) <= 6)


def whiskers(series: Any, values: list[float], spans: list[list[float] | None]) -> None:
    """The intervals as error bars of their own, which python-pptx does not know."""
    gaps = [(span[1] - value, value - span[0]) if span else (0, 0) for value, span in zip(values, spans, strict=True)]

    def literal(side: int) -> str:
        given = "".join(
            f'<c:pt idx="{i}"><c:v>{max(0.0, gap[side]):.6g}</c:v></c:pt>' for i, gap in enumerate(gaps) if spans[i]
        )
        return f'<c:numLit><c:formatCode>General</c:formatCode><c:ptCount val="{len(gaps)}"/>{given}</c:numLit>'

    xml = (
        f'<c:errBars {nsdecls("c", "a")}><c:errBarType val="both"/><c:errValType val="cust"/><c:noEndCap val="0"/>'
        f"<c:plus>{literal(0)}</c:plus><c:minus>{literal(1)}</c:minus>"
        '<c:spPr><a:ln w="25400"><a:solidFill><a:schemeClr val="tx1"/></a:solidFill></a:ln></c:spPr></c:errBars>'
    )
    series._element.find(qn("c:cat")).addprevious(parse_xml(xml))
