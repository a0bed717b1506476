"""The results as people read them: a few lines for the terminal, Markdown for README, one page for the browser."""

import base64
import dataclasses
import html
from pathlib import Path
from typing import Any

from config import Config

START, END = "<!-- results: refreshed by evaluate.py --publish -->", "<!-- end of results -->"  # in README.md
STYLE = """
body { font: 16px/1.5 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; color: #1b1b1f; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; } td, th { padding: .3rem .8rem; border-bottom: 1px solid #ddd; }
th { text-align: left; } td.number { text-align: right; font-variant-numeric: tabular-nums; }
img { max-width: 100%; } .score { font-size: 2.2rem; font-weight: 600; } .smoke { background: #fff3cd; padding: .6rem; }
""".strip()


def number(value: float | None) -> str:
    """Four significant digits, so that a table stays narrow."""
    return "–" if value is None else f"{value:.4g}"


def rows(sheet: dict[str, Any]) -> list[tuple[str, str, str]]:
    """(who, score, remark) of the model, the baseline and the reference."""
    low_high = sheet["ci95"]
    spread = f"95 % interval {number(low_high[0])} to {number(low_high[1])}" if low_high else sheet["ci95_method"]
    table = [(sheet["model"], number(sheet["score"]), spread)]
    for role in ("baseline", "reference"):
        rival = sheet[role]
        table.append((f"{rival['name']} ({role})", number(rival["score"]), verdict(rival)))
    return table


def verdict(rival: dict[str, Any]) -> str:
    """Whether the model beats a rival by more than noise, in words."""
    if rival["beaten"] is None:
        return f"cannot tell: {rival['difference_method']}"
    low, high = rival["difference_ci95"]
    word = "beaten by the model" if rival["beaten"] else "not beaten by more than noise"
    return f"{word} (difference {number(low)} to {number(high)})"


def headline(sheet: dict[str, Any]) -> str:
    """What was measured, on what."""
    better = "higher" if sheet["higher_is_better"] else "lower"
    return f"{sheet['metric']} on {sheet['n_test']} test rows of {sheet['data']['name']} ({better} is better)"


def text(sheet: dict[str, Any]) -> str:
    """The results as an aligned table for the terminal."""
    table = rows(sheet)
    wide = max(len(who) for who, _, _ in table)
    lines = [headline(sheet), *(f"  {who:{wide}}  {score:>8}  {remark}" for who, score, remark in table)]
    if sheet["smoke"]:
        lines.append("This was a smoke run: the score means nothing.")
    return "\n".join(lines)


def markdown(sheet: dict[str, Any], figures: list[str]) -> str:
    """The results as a section of README.md; `figures` are paths relative to it."""
    table = "\n".join(f"| {cell(who)} | {score} | {cell(remark)} |" for who, score, remark in rows(sheet))
    pictures = "\n".join(f"![{Path(name).stem.replace('_', ' ')}]({name})" for name in figures)
    facts = f"{sheet['parameters']:,} parameters, trained in {sheet['train_seconds']:.0f} s, seed {sheet['seed']}."
    return f"{cell(headline(sheet))}. {facts}\n\n| who | score | |\n|---|---:|---|\n{table}\n\n{pictures}\n"


def cell(words: str) -> str:
    """Text that Markdown shows as it is, in a table too."""
    return "".join(f"\\{c}" if c in r"\`*_{}[]<>|#$~" else c for c in words)


def page(run: Path, sheet: dict[str, Any], config: Config, figures: list[Path]) -> str:
    """report.html: one file with the figures inside, so that it can be mailed or shown without a network."""
    table = "".join(
        f"<tr><td>{html.escape(who)}</td><td class=number>{score}</td><td>{html.escape(remark)}</td></tr>"
        for who, score, remark in rows(sheet)
    )
    others = "".join(
        f"<tr><td>{html.escape(name.replace('_', ' '))}</td><td class=number>{number(value)}</td></tr>"
        for name, value in sheet["other_metrics"].items()
        if isinstance(value, int | float)
    )
    pictures = "".join(
        f'<h2>{html.escape(path.stem.replace("_", " ").capitalize())}</h2><img alt="{html.escape(path.stem)}" '
        f'src="data:image/png;base64,{base64.b64encode(path.read_bytes()).decode()}">'
        for path in figures
    )
    knobs = "".join(
        f"<tr><td>{html.escape(name)}</td><td>{html.escape(str(value))}</td></tr>"
        for name, value in dataclasses.asdict(config).items()
    )
    smoke = "<p class=smoke>This was a smoke run: the score means nothing.</p>" if sheet["smoke"] else ""
    title = html.escape(f"{sheet['task']}: {sheet['model']}, {run.name}")
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><style>{STYLE}</style>'
        f"<h1>{title}</h1>{smoke}<p class=score>{number(sheet['score'])}</p><p>{html.escape(headline(sheet))}</p>"
        f"<table><tr><th>who</th><th>score</th><th></th></tr>{table}</table>"
        f"<h2>Other metrics</h2><table>{others}</table>{pictures}"
        f"<h2>Settings</h2><table>{knobs}</table></html>\n"
    )
