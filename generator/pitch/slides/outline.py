"""From the story and the numbers to slides: what each one says and shows, at its place, and leaves to the speaker."""

from dataclasses import dataclass, field
from typing import Any

from ...text import some
from .. import results
from ..project import Project
from ..results import is_worse, number, seconds
from . import layout as look
from . import story
from .layout import Bars, Box, Element, Picture, Text, TooLong, fit, grid, shorten, tall

BOTTOM = look.FOOT - 16  # of what a slide shows
MOST_NAMED = 4  # runs that the foot of the comparison names
ALONG = {"problem": "user", "approach": "data"}  # whose points stand on the same slide, before its own
SECTIONS = "problem", "demo", "approach", "result", "comparison", "limits", "next"  # the slides after the cover


@dataclass
class Slide:
    """One slide. `written` is what the team lets the speaker say; else `said`, and `more` where time is left."""

    name: str
    title: str
    elements: list[Element] = field(default_factory=list)
    source: str = ""  # what was measured, on what: the last line
    written: str = ""
    said: list[str] = field(default_factory=list)
    more: list[str] = field(default_factory=list)
    spoken: str = ""  # what is made of these
    begins: float = 0.0  # in seconds

    @property
    def read(self) -> list[str]:
        """What people read on it, without its table, its number and the line on what was measured."""
        texts = [e for e in self.elements if isinstance(e, Text) and e.role not in ("number", "source")]
        return [line for element in texts for line in element.paragraphs]


@dataclass(frozen=True)
class Told:
    """All that slides are made from: the team's story with its blanks filled, the report, the comparison of runs."""

    project: Project
    story: story.Story
    known: dict[str, str]
    sheet: dict[str, Any]
    table: dict[str, Any] | None

    def say(self, key: str, **facts: object) -> str:
        return self.project.say(f"slides.{key}", **self.known | facts)

    @property
    def team(self) -> list[str]:
        return self.story.get("team", {}).get("names", [])

    @property
    def demo_seconds(self) -> float:
        return self.story.get("demo", {}).get("seconds", 0.0)


def slides(told: Told) -> list[Slide]:
    """The slides in their order; one whose section deck.toml lacks is left out, and so is a comparison of one run."""
    made: list[Slide] = []
    for name in ("cover", *(name for name in SECTIONS if name in told.story)):
        try:
            if slide := MAKE[name](told) if name in MAKE else telling(told, name):
                made.append(slide if name == "cover" else framed(told, slide, len(made) + 1))
        except TooLong as long:
            section = "" if name == "cover" else name
            key = "points" if section and long.text in told.story[section].get("points", []) else "title"
            why = f'the text does not fit on its slide at {long.size} pt; shorten "{long.text[:40]}…"'
            raise story.fault(told.project, section, key, why, long.text) from None
    return made


def framed(told: Told, slide: Slide, count: int) -> Slide:
    """The slide with its title, its number, and what was measured. A title alone is a statement, in large letters."""
    alone = not slide.elements
    box = Box(look.MARGIN, 170, look.INNER, 200) if alone else Box(look.MARGIN, look.TOP, look.INNER, 88)
    size = fit([slide.title], look.COVER if alone else look.TITLES, box, bold=True)
    if alone and slide.name == "next":
        slide.elements = who(told, Box(look.MARGIN, 404, look.INNER, 84 - look.GAP))
    corner = Box(look.WIDTH - look.MARGIN - 40, look.FOOT, 40, 24)
    frame = [
        Text(box, [slide.title], size, bold=True, role="title"),
        Text(corner, [str(count)], colour="muted", align="right", role="number"),
    ]
    if slide.source:
        box = Box(look.MARGIN, look.FOOT, look.INNER - 60, 46)
        frame.append(Text(box, [slide.source], fit([slide.source], [look.SMALL], box), "muted", role="source"))
    slide.elements = [*frame, *slide.elements]
    return slide


def cover(told: Told) -> Slide:
    title, tagline = told.story["title"], told.story["tagline"]
    box = Box(look.MARGIN, 150, look.INNER - 80, 130)
    size = fit([title], look.COVER, box, bold=True)
    height = tall([title], size, box.width, bold=True)
    elements: list[Element] = [
        Text(Box(look.MARGIN, 112, 72, 8), [], fill="accent"),
        Text(Box(box.left, box.top, box.width, height), [title], size, bold=True, role="title"),
    ]
    if tagline:
        below = Box(look.MARGIN, box.top + height + 18, look.INNER - 80, 90)
        elements.append(Text(below, [tagline], fit([tagline], look.ASIDES, below), "muted"))
    elements += who(told, Box(look.MARGIN, 404, look.INNER, 84))
    said = [told.say("say_cover")] + ([] if story.is_prompt(tagline) else [tagline])
    return Slide("cover", title, elements, said=said)


def who(told: Told, box: Box) -> list[Element]:
    """The team and the event, at the bottom of a box."""
    lines = [text for text in (told.say("between").join(told.team), told.story["event"]) if text]
    return [Text(box, lines, fit(lines, (22, 20, 18), box, look.GAP), anchor="bottom")] if lines else []


def telling(told: Told, name: str) -> Slide:
    """A slide of a title and points, beside them a picture; the speaker says title and points."""
    section = told.story[name]
    title, points = section["title"] or told.say(name), points_of(told, name)
    made = Slide(name, title, written=section["notes"], said=[title, *points])
    if name == "demo":
        made.said[0] = told.say("say_demo", seconds=f"{section['seconds']:.0f}")
    if name == "next":
        made.said.append(told.say("say_end"))
    path = story.picture(told.project, told.story, name)
    share = 1.0 if not path else 0.36 if points else 0.0
    left = Box(look.MARGIN, look.BODY, share * look.INNER, BOTTOM - look.BODY)
    made.elements = bullets(points, left)
    if path:
        gap = look.GUTTER if points else 0
        right = Box(look.MARGIN + left.width + gap, look.BODY, look.INNER - left.width - gap, left.height)
        made.elements.append(Picture(right, path, title))
    return made


def points_of(told: Told, name: str) -> list[str]:
    """The points of a section, and of the one that goes with it; of the limits, else what README explains."""
    points = [*told.story.get(ALONG.get(name), {}).get("points", []), *told.story[name]["points"]]
    return points or (story.mistakes(told.project)[:2] if name == "limits" else [])


def bullets(points: list[str], box: Box) -> list[Element]:
    inner = Box(box.left, box.top, box.width - look.BULLET, box.height)
    return [Text(box, points, fit(points, look.BODIES, inner, look.GAP), bullets=True)] if points else []


def approach(told: Told) -> Slide:
    """The steps as boxes in a row, the middle one in the accent colour, above what there is to say of the data."""
    section = told.story["approach"]
    points = points_of(told, "approach")
    slide = Slide("approach", section["title"] or told.say("approach"), source=told.say("trained"))
    steps, space, height = section["steps"], 48, 112
    width = (look.INNER - space * (len(steps) - 1)) / max(len(steps), 1)
    for index, step in enumerate(steps):
        left, strong = look.MARGIN + index * (width + space), len(steps) > 1 and index == len(steps) // 2
        inner = Box(left + 14, look.BODY + 8, width - 28, height - 16)
        size = fit([step], look.ASIDES, inner, bold=strong)
        slide.elements.append(Text(Box(left, look.BODY, width, height), [], fill="accent" if strong else "soft"))
        ink = "paper" if strong else "ink"
        slide.elements.append(Text(inner, [step], size, ink, strong, align="center", anchor="middle"))
        if index:
            arrow = Box(left - space, look.BODY, space, height)
            slide.elements.append(Text(arrow, ["→"], 26, "muted", align="center", anchor="middle"))
    top = look.BODY + (148 if steps else 0)
    slide.elements += bullets(points, Box(look.MARGIN, top, look.INNER, BOTTOM - top))
    slide.written = section["notes"]
    slide.said = [told.say("say_approach"), *points]
    slide.more = [told.say("say_approach_more")]
    return slide


def result(told: Told) -> Slide:
    """The score in large figures, and the bars that it is seen against."""
    sheet, section = told.sheet, told.story["result"]
    found = finding(sheet)
    slide = Slide("result", section["title"] or told.say(f"result_{found}"), written=section["notes"])
    about = [told.say("figure"), *([told.say("interval")] if sheet["ci95"] else [])]
    left, below = Box(look.MARGIN, look.BODY + 20, 250, 96), Box(look.MARGIN, look.BODY + 122, 250, 150)
    rivals = [sheet[role] for role in ("reference", "baseline")]
    names = [shorten(sheet["model"]), *(shorten(rival["name"]) for rival in rivals)]
    values = [sheet["score"], *(rival["score"] for rival in rivals)]
    alt = "; ".join(f"{name} {number(value)}" for name, value in zip(names, values, strict=True))
    right = Box(look.MARGIN + 250 + look.GUTTER, look.BODY, look.INNER - 250 - look.GUTTER, BOTTOM - look.BODY)
    size = fit([told.known["score"]], look.HUGE, left, bold=True)
    slide.elements = [
        Text(left, [told.known["score"]], size, "accent", bold=True, anchor="bottom"),
        Text(below, about, fit(about, (20, 18), below, look.GAP), "muted"),
        Bars(right, names, values, [sheet["ci95"], None, None], alt),
    ]
    better = told.project.say("results.higher" if sheet["higher_is_better"] else "results.lower")
    slide.source = told.say("source", better=better)
    slide.said = [told.say("say_result"), told.say(f"say_{found}")]
    slide.more = ([told.say("say_interval")] if sheet["ci95"] else []) + [told.say("say_baseline")]
    return slide


def finding(sheet: dict[str, Any]) -> str:
    """What the paired intervals say of the model and its two rivals, in a word."""
    baseline, reference = sheet["baseline"], sheet["reference"]
    if baseline["beaten"] is None:
        return "unknown"
    if not baseline["beaten"]:
        return "worse" if is_worse(baseline) else "none"
    return "both" if reference["beaten"] else "beaten" if is_worse(reference) else "one"


def comparison(told: Told) -> Slide | None:
    """The table of all runs: with the knobs where they fit, else without, else of the best ones, the others named."""
    table, section = told.table, told.story["comparison"]
    if not table or len(table["entries"]) < 2:
        return None
    entries = table["entries"]
    level = sum(entry["verdict"] in ("noise", "better", "unknown") for entry in entries)
    facts = {"runs": len(entries), "model": shorten(entries[0]["model"]), "level": level}
    title = section["title"] or told.say("comparison_level" if level else "comparison_alone", **facts)
    head = [told.say(name) for name in ("run", "score", "against", "parameters", "seconds")]
    roles = ("reference", "baseline")
    rivals = [[shorten(table[r]["name"]), number(table[r]["score"]), told.say(r), "", ""] for r in roles]
    trials = [(True, len(entries)), *((False, count) for count in range(len(entries), 0, -1))]
    for knobs, shown in trials:
        rows = [head, *(row(told, entry, knobs) for entry in entries[:shown]), *rivals]
        if drawn := grid(rows, 2, title):
            break
    slide = Slide("comparison", title, [drawn], written=section["notes"])
    hidden = [entry["run"] for entry in entries[shown:]] + table["waiting"]
    hidden += [name for name, why in table["left_out"].items() if why != told.project.say("runs.smoke")]
    names = some([shorten(name, 20) for name in hidden], MOST_NAMED)
    rows_of, data = f"{table['n_test']:,}", shorten(table["data"]["name"])
    slide.source = told.say("compared", metric=table["metric"], n_test=rows_of, data=data)
    slide.source += told.say("hidden", names=names) if hidden else ""
    slide.said = [told.say("say_comparison", **facts), title]
    slide.more = [told.say("say_noise")]
    return slide


def row(told: Told, entry: dict[str, Any], knobs: bool) -> list[str]:
    """A run as cells: its name, with the knobs that tell it from the others below; score, verdict and costs."""
    own = results.knobs(entry)
    spread = "–".join(map(number, entry["ci95"])) if entry["ci95"] else ""
    return [
        shorten(results.run_name(entry), 26) + (f"\n{shorten(own, 50)}" if own and knobs else ""),
        number(entry["score"]) + (f" ({spread})" if spread else ""),
        told.say(entry["verdict"]),
        f"{entry['parameters']:,}",
        seconds(entry["train_seconds"]),
    ]


MAKE = {"cover": cover, "approach": approach, "result": result, "comparison": comparison}  # the others are told
