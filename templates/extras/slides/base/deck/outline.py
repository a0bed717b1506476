"""From the story and the numbers to slides: what each one says, shows and leaves to the speaker."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deck import story as stories
from deck.look import shorten
from deck.numbers import Facts
from reporting.comparison_text import row as compared
from reporting.report import is_worse, number
from support.wording import words

MOST_RUNS = 3  # rows of the comparison that are large enough to read


@dataclass
class Slide:
    """One slide, without its look.

    points   the text below the title;  aside  (head, lines) beside it
    steps    the boxes of a diagram;  bars  (name, score, interval or None), the model first
    table    rows of cells, the head first, and how many rows at the end are rivals;  strong  the row that stands out
    figure   a large number and what it is, in lines;  source  what was measured, on what
    said     sentences for the speaker, and more, which are said where time is left
    """

    name: str
    title: str
    points: list[str] = field(default_factory=list)
    aside: tuple[str, list[str]] | None = None
    steps: list[str] = field(default_factory=list)
    bars: list[tuple[str, float, list[float] | None]] = field(default_factory=list)
    table: list[list[str]] = field(default_factory=list)
    strong: int | None = None
    figure: tuple[str, list[str]] | None = None
    picture: tuple[Path, str] | None = None
    source: str = ""
    written: str = ""
    said: list[str] = field(default_factory=list)
    more: list[str] = field(default_factory=list)


def slides(story: dict[str, Any], known: Facts, sheet: dict[str, Any], table: dict[str, Any] | None) -> list[Slide]:
    """The slides in their order: those of a section that deck.toml lacks are left out."""
    made = [cover(story, known), problem(story, known), demo(story, known), approach(story, known)]
    made += [result(story, known, sheet), comparison(story, table), limits(story, known, sheet), ending(story)]
    return [slide for slide in made if slide]


def cover(story: dict[str, Any], known: Facts) -> Slide:
    names = story.get("team", {}).get("names", [])
    said = [words("deck_say_cover", title=story["title"])] + (
        [] if stories.is_prompt(story["tagline"]) else [story["tagline"]]
    )
    return Slide("cover", story["title"], [story["tagline"]], (story["event"], names), said=said)


def problem(story: dict[str, Any], known: Facts) -> Slide | None:
    if "problem" not in story:
        return None
    section, user = story["problem"], story.get("user", {}).get("points", [])
    slide = text_slide("problem", section, words("deck_problem"))
    slide.aside = (words("deck_user"), user) if user else None
    slide.said += user
    slide.picture = picture(story, "problem", slide)
    return slide


def demo(story: dict[str, Any], known: Facts) -> Slide | None:
    if "demo" not in story:
        return None
    slide = text_slide("demo", story["demo"], words("deck_demo"))
    slide.picture = picture(story, "demo", slide)
    slide.said = [words("deck_say_demo", seconds=f"{story['demo']['seconds']:.0f}"), *slide.said[1:]]
    return slide


def approach(story: dict[str, Any], known: Facts) -> Slide | None:
    if "approach" not in story:
        return None
    section = story["approach"]
    slide = text_slide("approach", section, words("deck_approach", **known))
    slide.points = [*story.get("data", {}).get("points", []), *section["points"]]
    slide.steps = section["steps"]
    slide.source = words("deck_trained", **known)
    slide.said = [words("deck_say_approach", **known), *slide.points]
    slide.more = [words("deck_say_approach_more", **known)]
    return slide


def result(story: dict[str, Any], known: Facts, sheet: dict[str, Any]) -> Slide | None:
    if "result" not in story:
        return None
    title = story["result"]["title"] or words(f"deck_result_{finding(sheet)}", **known)
    slide = Slide("result", title, written=story["result"]["notes"])
    slide.bars = [(shorten(sheet["model"]), sheet["score"], sheet["ci95"])]
    slide.bars += [(shorten(sheet[role]["name"]), sheet[role]["score"], None) for role in ("reference", "baseline")]
    about = [words("deck_figure", **known), *([words("report_interval", **known)] if sheet["ci95"] else [])]
    slide.figure = known["score"], about
    slide.source = words("deck_source", better=words(better(sheet)), **known)
    slide.said = [words("deck_say_result", **known), words(f"deck_say_{finding(sheet)}", **known)]
    slide.more = [words("deck_say_interval", **known)] if sheet["ci95"] else []
    slide.more += [words("deck_say_baseline", **known)]
    return slide


def finding(sheet: dict[str, Any]) -> str:
    """What the paired intervals say: the model beats both rivals, the baseline alone, none, is worse, or unknown."""
    if sheet["baseline"]["beaten"] is None:
        return "unknown"
    if not sheet["baseline"]["beaten"]:
        return "worse" if is_worse(sheet["baseline"]) else "none"
    return "both" if sheet["reference"]["beaten"] else "one"


def better(sheet: dict[str, Any]) -> str:
    return "higher" if sheet["higher_is_better"] else "lower"


def comparison(story: dict[str, Any], table: dict[str, Any] | None) -> Slide | None:
    """The table of several runs; none where there is but one."""
    if "comparison" not in story or not table or len(table["entries"]) < 2:
        return None
    entries = table["entries"]
    level = sum(entry["verdict"] in ("noise", "better", "unknown") for entry in entries)
    facts = {"runs": len(entries), "model": shorten(entries[0]["model"]), "level": level}
    auto = words("deck_comparison_alone" if not level else "deck_comparison_level", **facts)
    slide = Slide("comparison", story["comparison"]["title"] or auto, written=story["comparison"]["notes"])
    slide.table = [[words(f"deck_{name}") for name in ("run", "score", "against", "parameters", "seconds")]]
    for entry in entries[:MOST_RUNS]:
        name, knobs, score, _, _, parameters, seconds = compared(entry)
        cell = shorten(name, 26) + (f"\n{shorten(knobs, 50)}" if knobs else "")
        slide.table.append([cell, score, words(f"deck_{entry['verdict']}"), parameters, seconds])
    for role in ("reference", "baseline"):
        slide.table.append([shorten(table[role]["name"], 28), number(table[role]["score"]), words(role), "", ""])
    slide.strong = 1
    more = words("deck_more_runs", more=len(entries) - MOST_RUNS) if len(entries) > MOST_RUNS else ""
    rows, name = f"{table['n_test']:,}", shorten(table["data"]["name"])
    slide.source = words("deck_compared", metric=table["metric"], n_test=rows, data=name, more=more).strip()
    slide.said = [words("deck_say_comparison", **facts), slide.title]
    slide.more = [words("deck_say_noise")]
    return slide


def limits(story: dict[str, Any], known: Facts, sheet: dict[str, Any]) -> Slide | None:
    if "limits" not in story:
        return None
    slide = text_slide("limits", story["limits"], words("deck_limits"))
    slide.picture = picture(story, "limits", slide)
    return slide


def ending(story: dict[str, Any]) -> Slide | None:
    if "next" not in story:
        return None
    slide = text_slide("next", story["next"], words("deck_next"))
    names = story.get("team", {}).get("names", [])
    slide.aside = (words("deck_team"), names) if names else None
    slide.said.append(words("deck_say_end"))
    return slide


def text_slide(name: str, section: dict[str, Any], title: str) -> Slide:
    """A slide of a title and points; the speaker says both, unless the team wrote more."""
    shown = section["title"] or title
    return Slide(name, shown, section["points"], written=section["notes"], said=[shown, *section["points"]])


def picture(story: dict[str, Any], section: str, slide: Slide) -> tuple[Path, str] | None:
    """The picture of a section, with what it shows in words."""
    path = stories.picture(story, section)
    return (path, slide.title) if path else None
