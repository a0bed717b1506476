"""The comparison as people read it: lines for the terminal, a table and a figure for README."""

import html
import math
from typing import Any

from . import pages
from .compare import Table
from .project import Project
from .results import cell, headline, number, padded, seconds, width
from .results import table as markdown_table

SHOWN = {"best": "#1f4fd8", "better": "#1f4fd8", "noise": "#1f4fd8", "worse": "#6b7280", "unknown": "#6b7280"}
WIDE, LEAST = 900, 300  # pixels across: the figure, and its axis at least
LETTER, ROW = 7.5, 30  # pixels of a letter across, and of a row down


def text(project: Project, table: Table) -> str:
    """The comparison for the terminal: two lines for each run, which fit into 80 columns."""
    names = ("run", "score", "interval", "valid", "parameters", "seconds")
    lines = [[project.say(f"compare.{name}") for name in names]]
    lines += [[name_of(entry), number(entry["score"]), interval(entry), *numbers(entry)] for entry in table["entries"]]
    wide = [max(width(line[column]) for line in lines) for column in range(len(names))]
    head, *rows = ("  ".join(padded(cell, w) for cell, w in zip(line, wide, strict=True)).rstrip() for line in lines)
    shown = [head]
    for row, entry in zip(rows, table["entries"], strict=True):
        shown += [row, "  " + "; ".join(filter(None, (verdict(project, entry), knobs(entry))))]
    told = [top(project, table), *(f"  {line}" for line in shown), rivals(project, table), *notes(project, table)]
    return "\n".join(told)


def publish(project: Project, table: Table) -> None:
    """Write comparison/ and put table and figure between the two marks of README.md."""
    import json

    folder = project.root / "comparison"
    pages.section(project.root / "README.md", "comparison")  # lost marks are told before anything is written
    pages.write(folder / "comparison.json", json.dumps(table, indent=1, ensure_ascii=False) + "\n")
    pages.write(folder / "comparison.svg", figure(project, table))
    pages.refresh(project.root / "README.md", "comparison", markdown(project, table, "comparison/comparison.svg"))


def markdown(project: Project, table: Table, picture: str) -> str:
    """The comparison as a section of README.md; `picture` is a path relative to it."""
    names = ("run", "knobs", "verdict", "score", "interval", "valid", "parameters", "seconds")
    rows = [
        [
            name_of(entry),
            knobs(entry),
            verdict(project, entry),
            number(entry["score"]),
            interval(entry),
            *numbers(entry),
        ]
        for entry in table["entries"]
    ]
    head = [project.say(f"compare.{name}") for name in names]
    grid = markdown_table([cell(name) for name in head], [[cell(text) for text in row] for row in rows], numbers=5)
    smoke = project.say("runs.smoke")
    lines = notes(project, table | {"left_out": {name: why for name, why in table["left_out"].items() if why != smoke}})
    told = [
        top(project, table),
        grid,
        *(cell(line) for line in (project.say("compare.caveat"), rivals(project, table))),
    ]
    told += ["\n".join(f"- {cell(line)}" for line in lines)] if lines else []
    told[0] = cell(told[0])
    return "\n\n".join([*told, f"![{cell(project.say('compare.figure'))}]({picture})"])


def top(project: Project, table: Table) -> str:
    return project.say("compare.headline", what=headline(project, table))


def name_of(entry: dict[str, Any]) -> str:
    return entry["run"] if entry["run"].endswith(entry["model"]) else f"{entry['run']} ({entry['model']})"


def numbers(entry: dict[str, Any]) -> list[str]:
    return [number(entry["valid_score"]), f"{entry['parameters']:,}", seconds(entry["train_seconds"])]


def knobs(entry: dict[str, Any]) -> str:
    """The knobs in which the runs differ, with this run's values."""
    values = ((name, number(v) if isinstance(v, float) else str(v)) for name, v in entry["knobs"].items())
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in values)


def interval(entry: dict[str, Any]) -> str:
    return "–".join(map(number, entry["ci95"])) if entry["ci95"] else number(None)


def verdict(project: Project, entry: dict[str, Any]) -> str:
    """Whether a run differs from the best one by more than noise, in words, and the interval of the difference."""
    said = project.say(f"compare.{entry['verdict']}")
    if not entry["difference"]:
        return said
    low, high = map(number, entry["difference"])
    return project.say("compare.spread", verdict=said, low=low, high=high)


def rivals(project: Project, table: Table) -> str:
    """The baseline and the reference in one line."""
    names = {role: table[role]["name"] for role in ("baseline", "reference")}
    scores = {f"{role}_score": number(table[role]["score"]) for role in names}
    return project.say("compare.rivals", **names, **scores)


def notes(project: Project, table: Table) -> list[str]:
    """What is not in the table, and why."""
    lines = [project.say("compare.waiting", run=name) for name in table["waiting"]]
    lines += [project.say("compare.left_out", run=name, why=why) for name, why in table["left_out"].items()]
    return lines + ([project.say("compare.unjudged", why=table["unjudged"])] if table["unjudged"] else [])


def figure(project: Project, table: Table) -> str:
    """Each run's score with its interval, and the verdict on it, beside the baseline and the reference, as SVG.

    Blue is the best run and what cannot be told from it. A rival far from all runs is named at the edge it lies beyond.
    """
    entries = table["entries"]
    ends = [value for entry in entries for value in (entry["score"], *(entry["ci95"] or []))]
    spread = max(ends) - min(ends) or abs(ends[0]) or 1.0
    marks = {role: table[role]["score"] for role in ("reference", "baseline")}
    ends += [score for score in marks.values() if min(ends) - spread <= score <= max(ends) + spread]
    low, high = min(ends) - 0.05 * spread, max(ends) + 0.05 * spread
    left = 20 + LETTER * max(width(name_of(entry)) for entry in entries)
    beside = 20 + LETTER * max(width(project.say(f"compare.{entry['verdict']}")) for entry in entries)
    wide = round(max(WIDE, left + LEAST + beside))
    right = wide - beside
    bottom = 70 + ROW * len(entries)

    def across(value: float) -> float:
        return round(left + (min(max(value, low), high) - low) / (high - low) * (right - left), 1)

    def write(x: float, y: float, words: str, anchor: str = "start") -> str:
        return f'<text x="{x:.1f}" y="{y}" text-anchor="{anchor}">{html.escape(words)}</text>'

    def line(x1: float, y1: float, x2: float, y2: float, style: str) -> str:
        return f'<line x1="{x1:.1f}" y1="{y1}" x2="{x2:.1f}" y2="{y2}" {style}/>'

    shapes = [write(left, 22, headline(project, table))]
    for place, (role, score) in enumerate(marks.items()):
        beyond = "" if low <= score <= high else "← " if score < low else "→ "
        dash = "6 4" if role == "reference" else "2 3"
        name = f"{beyond}{table[role]['name']}: {number(score)}"
        x = left + place * (wide - left) / 2
        shapes += [line(x, 38, x + 24, 38, f'stroke="#16181d" stroke-dasharray="{dash}"'), write(x + 30, 42, name)]
        if not beyond:
            shapes.append(line(across(score), 52, across(score), bottom, f'stroke="#16181d" stroke-dasharray="{dash}"'))
    for place, entry in enumerate(entries):
        y, colour = 72 + ROW * place, SHOWN[entry["verdict"]]
        if entry["ci95"]:
            shapes.append(
                line(*(v for end in entry["ci95"] for v in (across(end), y)), f'stroke="{colour}" stroke-width="2"')
            )
        radius = 6 if entry["verdict"] == "best" else 4
        shapes.append(f'<circle cx="{across(entry["score"])}" cy="{y}" r="{radius}" fill="{colour}"/>')
        shapes.append(write(left - 10, y + 4, name_of(entry), "end"))
        shapes.append(write(right + 10, y + 4, project.say(f"compare.{entry['verdict']}")))
    shapes.append(line(left, bottom, right, bottom, 'stroke="#6b7280"'))
    for tick in ticks(low, high):
        shapes += [line(across(tick), bottom, across(tick), bottom + 5, 'stroke="#6b7280"')]
        shapes.append(write(across(tick), bottom + 19, number(tick), "middle"))
    title = html.escape(project.say("compare.figure"))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {bottom + 30}" role="img" aria-label="{title}" '
        f'font-family="system-ui, sans-serif" font-size="13" fill="#16181d"><title>{title}</title>'
        f'<rect width="100%" height="100%" fill="white"/>\n' + "\n".join(shapes) + "\n</svg>\n"
    )


def ticks(low: float, high: float) -> list[float]:
    """Round numbers between two ends, three to seven of them."""
    rough = (high - low) / 5
    power = 10 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough)
    return [round(n * step, 12) for n in range(math.ceil(low / step), math.floor(high / step) + 1)]
