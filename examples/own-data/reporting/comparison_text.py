"""The comparison as people read it: an aligned table for the terminal, Markdown for README."""

from typing import Any

from reporting.report import cell, number, seconds
from support.wording import width, words

START, END = "<!-- comparison: refreshed by compare.py --publish -->", "<!-- end of comparison -->"


def heads() -> list[str]:
    """The names of the columns."""
    return [words(f"compare_{name}") for name in ("run", "knobs", "score", "verdict", "valid", "parameters", "seconds")]


def row(entry: dict[str, Any]) -> list[str]:
    """One run as cells of text."""
    return [
        entry["run"] if entry["run"].endswith(entry["model"]) else f"{entry['run']} ({entry['model']})",
        knobs(entry),
        score(entry),
        verdict(entry),
        number(entry["valid_score"]),
        f"{entry['parameters']:,}",
        seconds(entry["train_seconds"]),
    ]


def knobs(entry: dict[str, Any]) -> str:
    """The knobs in which the runs differ, with this run's values."""
    values = ((name, number(v) if isinstance(v, float) else str(v)) for name, v in entry["knobs"].items())
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in values)


def score(entry: dict[str, Any]) -> str:
    """The score on test with its interval, where there is one."""
    if not entry["ci95"]:
        return number(entry["score"])
    low, high = map(number, entry["ci95"])
    return words("compare_interval", score=number(entry["score"]), low=low, high=high)


def verdict(entry: dict[str, Any]) -> str:
    """Whether the run differs from the best one by more than noise."""
    if not entry["difference"]:
        return words(f"compare_{entry['verdict']}")
    low, high = (f"{value:+.2g}" for value in entry["difference"])
    return words(f"compare_{entry['verdict']}", low=low, high=high)


def headline(table: dict[str, Any]) -> str:
    """What was measured, on what."""
    better = words("higher" if table["higher_is_better"] else "lower")
    return words(
        "compare_headline",
        metric=table["metric"],
        rows=f"{table['n_test']:,}",
        data=table["data"]["name"],
        better=better,
    )


def text(table: dict[str, Any]) -> str:
    """The comparison for the terminal."""
    lines = [heads(), *(row(entry) for entry in table["entries"])]
    wide = [max(width(line[i]) for line in lines) for i in range(len(lines[0]))]
    shown = ("  ".join(c + " " * (w - width(c)) for c, w in zip(line, wide, strict=True)).rstrip() for line in lines)
    return "\n".join([headline(table), *(f"  {line}" for line in shown), rivals(table), *notes(table)])


def rivals(table: dict[str, Any]) -> str:
    """The baseline and the reference in one line."""
    return words(
        "compare_rivals",
        **{f"{role}": table[role]["name"] for role in ("baseline", "reference")},
        **{f"{role}_score": number(table[role]["score"]) for role in ("baseline", "reference")},
    )


def notes(table: dict[str, Any]) -> list[str]:
    """What is not in the table, and why."""
    lines = [words("compare_waiting", run=name) for name in table["waiting"]]
    return lines + [words("compare_left_out", run=name, why=why) for name, why in table["left_out"].items()]


def markdown(table: dict[str, Any], picture: str) -> str:
    """The comparison as a section of README.md; `picture` is a path relative to it."""
    body = "\n".join("| " + " | ".join(map(cell, row(entry))) + " |" for entry in table["entries"])
    top = "| " + " | ".join(map(cell, heads())) + " |\n|---|---|---|---|---:|---:|---:|"
    lines = "".join(f"\n\n{cell(note)}" for note in [words("compare_caveat"), rivals(table)])
    return f"{cell(headline(table))}\n\n{top}\n{body}{lines}\n\n![{cell(words('compare_figure'))}]({picture})\n"
