"""The comparison as people read it: lines for the terminal, a table and a figure for README."""

import json
import math
from pathlib import Path
from typing import Any

from rich.cells import cell_len, set_cell_size

from ..templating import rendered
from . import pages
from .compare import Table
from .project import Project
from .results import cell, headline, knobs, number, run_name, seconds

INK, BLUE, GREY = "#16181d", "#1f4fd8", "#6b7280"
SURE = ("worse", "unknown")  # verdicts on runs that are not drawn in blue
DASHES = {"reference": "6 4", "baseline": "2 3"}
WIDE, LEAST = 900, 300  # pixels across: the figure, and its axis at least
LETTER, ROW = 7.5, 30  # pixels of a letter across, and of a row down


def text(project: Project, table: Table) -> str:
    """The comparison for the terminal: two lines for each run, which fit into 80 columns."""
    names = ("run", "score", "interval", "valid", "parameters", "seconds")
    rows = [shown(project, entry) for entry in table["entries"]]
    lines = [[project.say(f"compare.{name}") for name in names], *([row[name] for name in names] for row in rows)]
    wide = [max(map(cell_len, cells)) for cells in zip(*lines, strict=True)]
    padded = ([set_cell_size(cell, to) for cell, to in zip(line, wide, strict=True)] for line in lines)
    told = [project.say("compare.headline", what=headline(project, table))]
    for cells, row in zip(padded, [None, *rows], strict=True):
        told.append(f"  {'  '.join(cells).rstrip()}")
        told += ["    " + "; ".join(filter(None, (row["verdict"], row["knobs"])))] if row else []
    return "\n".join([*told, rivals(project, table), *notes(project, table)])


def publish(project: Project, table: Table) -> None:
    """Write comparison/ and put table and figure between the two marks of README.md."""
    folder = project.root / "comparison"
    pages.section(project.root / "README.md", "comparison")  # lost marks are told before anything is written
    pages.write(folder / "comparison.json", json.dumps(table, indent=1, ensure_ascii=False) + "\n")
    pages.write(folder / "comparison.svg", figure(project, table))
    pages.refresh(project.root / "README.md", "comparison", markdown(project, table, "comparison/comparison.svg"))


def markdown(project: Project, table: Table, picture: str) -> str:
    """The comparison as a section of README.md; `picture` is a path relative to it."""
    full = {name: why for name, why in table["left_out"].items() if why != project.say("runs.smoke")}
    known = {"say": lambda key: project.say(f"compare.{key}"), "cell": cell, "picture": picture}
    known |= {"top": project.say("compare.headline", what=headline(project, table)), "rivals": rivals(project, table)}
    known |= {"notes": notes(project, table | {"left_out": full})}
    known |= {"rows": [shown(project, entry) for entry in table["entries"]]}
    return rendered(Path(__file__).with_name("shown") / "comparison.md.j2", known).decode()


def shown(project: Project, entry: dict[str, Any]) -> dict[str, str]:
    """What people read of a run, by what it is called there."""
    verdict = project.say(f"compare.{entry['verdict']}")
    if entry["difference"]:
        low, high = map(number, entry["difference"])
        verdict = project.say("compare.spread", verdict=verdict, low=low, high=high)
    interval = "–".join(map(number, entry["ci95"])) if entry["ci95"] else number(None)
    return {
        "run": run_name(entry),
        "knobs": knobs(entry),
        "verdict": verdict,
        "score": number(entry["score"]),
        "interval": interval,
        "valid": number(entry["valid_score"]),
        "parameters": f"{entry['parameters']:,}",
        "seconds": seconds(entry["train_seconds"]),
    }


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
    entries = [
        entry
        | {"name": run_name(entry), "said": project.say(f"compare.{entry['verdict']}")}
        | {"colour": GREY if entry["verdict"] in SURE else BLUE}
        for entry in table["entries"]
    ]
    low, high = ends(table)
    left, beside = (20 + LETTER * max(cell_len(entry[key]) for entry in entries) for key in ("name", "said"))
    wide = round(max(WIDE, left + LEAST + beside))
    right, bottom = wide - beside, 70 + ROW * len(entries)

    def across(value: float) -> float:
        return left + (min(max(value, low), high) - low) / (high - low) * (right - left)

    places = {"left": left, "right": right, "wide": wide, "bottom": bottom, "row": ROW, "low": low, "high": high}
    facts = {"title": project.say("compare.figure"), "headline": headline(project, table), "entries": entries}
    facts |= {"rivals": [table[role] | {"dashes": dashes} for role, dashes in DASHES.items()]}
    facts |= {"ticks": ticks(low, high), "number": number, "across": across, "ink": INK, "grey": GREY}
    return rendered(Path(__file__).with_name("shown") / "comparison.svg.j2", places | facts).decode()


def ends(table: Table) -> tuple[float, float]:
    """Where the axis begins and ends: about all intervals, and the rivals that are not far off."""
    values = [value for entry in table["entries"] for value in (entry["score"], *(entry["ci95"] or []))]
    spread = max(values) - min(values) or abs(values[0]) or 1.0
    near = [table[role]["score"] for role in ("baseline", "reference")]
    values += [score for score in near if min(values) - spread <= score <= max(values) + spread]
    return min(values) - 0.05 * spread, max(values) + 0.05 * spread


def ticks(low: float, high: float) -> list[float]:
    """Round numbers between two ends, three to seven of them."""
    rough = (high - low) / 5
    power = 10 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough)
    return [round(n * step, 12) for n in range(math.ceil(low / step), math.floor(high / step) + 1)]
