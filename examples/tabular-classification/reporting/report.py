"""The results as people read them: a few lines for the terminal, Markdown for README, one page for the browser."""

import base64
import dataclasses
import html
from pathlib import Path
from typing import Any

from config import Config
from support.wording import width, words

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


def seconds(value: float) -> str:
    """A time in whole seconds; of less than one, the first digit."""
    return f"{value:.0f}" if value >= 1 else f"{value:.1g}"


def rows(sheet: dict[str, Any]) -> list[tuple[str, str, str]]:
    """(who, score, remark) of the model, the baseline and the reference."""
    spread = sheet["ci95_method"]
    if sheet["ci95"]:
        low, high = map(number, sheet["ci95"])
        spread = words("report_interval", low=low, high=high)
    table = [(sheet["model"], number(sheet["score"]), spread)]
    for role in ("baseline", "reference"):
        rival = sheet[role]
        who = words("report_rival", name=rival["name"], role=words(role))
        table.append((who, number(rival["score"]), verdict(rival)))
    return table


def verdict(rival: dict[str, Any]) -> str:
    """Whether the model beats a rival by more than noise, or the rival the model, in words."""
    if rival["beaten"] is None:
        return words("report_unknown", why=rival["difference_method"])
    low, high = map(number, rival["difference_ci95"])
    said = "report_beaten" if rival["beaten"] else "report_worse" if is_worse(rival) else "report_not_beaten"
    return words(said, low=low, high=high)


def is_worse(rival: dict[str, Any]) -> bool:
    """Whether the model is worse than a rival by more than noise: not better, and the interval leaves out 0."""
    low, high = rival["difference_ci95"] or (0, 0)
    return rival["beaten"] is False and (low > 0 or high < 0)


def headline(sheet: dict[str, Any]) -> str:
    """What was measured, on what."""
    better = words("higher" if sheet["higher_is_better"] else "lower")
    return words(
        "report_headline", metric=sheet["metric"], rows=sheet["n_test"], data=sheet["data"]["name"], better=better
    )


def text(sheet: dict[str, Any]) -> str:
    """The results as an aligned table for the terminal."""
    table = rows(sheet)
    wide = max(width(who) for who, _, _ in table)
    aligned = ((who + " " * (wide - width(who)), score, remark) for who, score, remark in table)
    lines = [headline(sheet), *(f"  {who}  {score:>8}  {remark}" for who, score, remark in aligned)]
    if sheet["smoke"]:
        lines.append(words("report_smoke"))
    return "\n".join(lines)


def markdown(sheet: dict[str, Any], figures: list[str]) -> str:
    """The results as a section of README.md; `figures` are paths relative to it."""
    table = "\n".join(f"| {cell(who)} | {score} | {cell(remark)} |" for who, score, remark in rows(sheet))
    pictures = "\n".join(f"![{Path(name).stem.replace('_', ' ')}]({name})" for name in figures)
    summary = words(
        "report_summary",
        headline=cell(headline(sheet)),
        parameters=f"{sheet['parameters']:,}",
        seconds=seconds(sheet["train_seconds"]),
        seed=sheet["seed"],
    )
    top = f"| {words('report_who')} | {words('report_score')} | |\n|---|---:|---|"
    return f"{summary}\n\n{top}\n{table}\n\n{pictures}\n"


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
    smoke = f"<p class=smoke>{html.escape(words('report_smoke'))}</p>" if sheet["smoke"] else ""
    title = html.escape(f"{sheet['task']}: {sheet['model']}, {run.name}")
    return (
        f'<!doctype html><html lang="{words("language")}"><meta charset="utf-8">'
        f"<title>{title}</title><style>{STYLE}</style>"
        f"<h1>{title}</h1>{smoke}<p class=score>{number(sheet['score'])}</p><p>{html.escape(headline(sheet))}</p>"
        f"<table><tr><th>{words('report_who')}</th><th>{words('report_score')}</th><th></th></tr>{table}</table>"
        f"<h2>{words('report_others')}</h2><table>{others}</table>{pictures}"
        f"<h2>{words('report_settings')}</h2><table>{knobs}</table></html>\n"
    )
