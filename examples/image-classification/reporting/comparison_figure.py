"""The comparison as a figure: each run's score with its interval, beside the baseline and the reference."""

from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

from reporting import curves, fonts
from reporting.comparison_text import headline
from reporting.report import number
from support.wording import words

COLOURS = {"best": "#1f4fd8", "better": "#1f4fd8", "noise": "#1f4fd8", "worse": "#6b7280", "unknown": "#6b7280"}


def draw(table: dict[str, Any], folder: Path) -> Path:
    """Draw to figures/comparison.png in a folder; blue is the best run and what cannot be told from it."""
    entries = table["entries"][::-1]  # the best one on top
    figure, axes = plt.subplots(figsize=(8, 1.6 + 0.42 * len(entries)), layout="constrained")
    for place, entry in enumerate(entries):
        colour = COLOURS[entry["verdict"]]
        if entry["ci95"]:
            axes.plot(entry["ci95"], [place, place], color=colour, linewidth=2, solid_capstyle="butt")
        axes.plot(entry["score"], place, "o", color=colour, markersize=9 if entry["verdict"] == "best" else 6)
    low, high = axes.get_xlim()
    for role, style in (("reference", "--"), ("baseline", ":")):
        score = table[role]["score"]
        name = f"{table[role]['name']}: {number(score)}"
        if low - (high - low) <= score <= high + (high - low):
            axes.axvline(score, color="#16181d", linewidth=1, linestyle=style, label=name)
        else:  # so far off that the runs could no longer be told apart
            axes.plot([], [], " ", label=("← " if score < low else "→ ") + name)
    axes.set_yticks(range(len(entries)), [entry["run"] for entry in entries])
    axes.set_ylim(-0.7, len(entries) - 0.3)
    axes.set_xlabel(label(table))
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, 1.0 + 0.5 / (1 + len(entries))), ncols=2, frameon=False)
    return curves.save(figure, folder, "comparison")


def label(table: dict[str, Any]) -> str:
    """What was measured; in English where no font has the letters that it is said in."""
    said = headline(table)
    if max(said) < "\u2e80" or fonts.wide_font():
        return said
    print(words("compare_no_font"))
    better = "higher" if table["higher_is_better"] else "lower"
    return f"{table['metric']} on {table['n_test']:,} test rows ({better} is better)"
