"""A run's results as people read them: lines for the terminal, Markdown for README, figures, a page for the browser."""

import base64
import html
import json
import re
import warnings
from functools import partial
from pathlib import Path

import common
import runs
from common import note, words

import matplotlib
from matplotlib import font_manager
from matplotlib import pyplot as plt

matplotlib.use("Agg")
# Fonts of Windows, macOS and Linux that have the letters of East Asia, which Matplotlib's own lacks.
WIDE = "Microsoft YaHei, SimHei, PingFang SC, Hiragino Sans GB, Heiti TC, Arial Unicode MS".split(", ")
WIDE += "Noto Sans CJK SC, Noto Sans CJK JP, Noto Sans SC, Source Han Sans SC, WenQuanYi Micro Hei".split(", ")
plt.rcParams["font.family"] = ["DejaVu Sans", *(name for name in WIDE if name in font_manager.get_font_names())]
plt.rcParams["text.parse_math"] = False  # names may hold dollars
STYLE = "body { font: 16px/1.5 system-ui; max-width: 60rem; margin: 2rem auto; padding: 0 1rem } "
STYLE += "pre { white-space: pre-wrap; font-size: 14px } img { max-width: 100% }"


def text(sheet: dict) -> str:
    """The results for the terminal, README and the page: what was measured, the model, and its rivals."""
    better = words("higher" if sheet["higher_is_better"] else "lower")
    facts = {"metric": sheet["metric"], "count": sheet["n_test"], "data": sheet["data"]["name"]}
    lines = [words("report_headline", better=better, examples=words("examples"), **facts)]
    remark = words("report_interval", interval=sheet["ci95"]) if sheet["ci95"] else sheet["ci95_method"]
    lines.append(f"  {sheet['score']:<8.4g}  {sheet['model']}: {remark}")
    for role in ("baseline", "reference"):
        rival = sheet[role]
        who = words("report_rival", name=rival["name"], role=words(role))
        lines.append(f"  {rival['score']:<8.4g}  {who}: {verdict(sheet, rival)}")
    said = "\n".join(lines + sheet.get("remarks", []) + [words("report_smoke")] * sheet["smoke"])
    return re.sub(r"[\d.]+e\+\d+", lambda found: f"{float(found[0]):,.0f}", said)


def verdict(sheet: dict, rival: dict) -> str:
    """Whether the model beats a rival by more than noise, or the rival the model, or which is ahead, in words."""
    difference, ahead = rival["difference_ci95"], rival["score"] > sheet["score"]
    if not difference:
        return words("report_unknown", why=rival["difference_method"])
    found = "ahead" if ahead == sheet["higher_is_better"] else "behind"  # by no more than noise
    if rival["beaten"]:
        found = "beaten"
    elif not difference[0] <= 0 <= difference[1]:
        found = "worse"
    elif rival["score"] == sheet["score"]:
        found = "level" if any(difference) else "same"
    return words(f"report_{found}", interval=difference)


def shorten(name: str, most: int = 24) -> str:
    """A name as it fits beside an axis or into a cell: its middle goes, as long names often differ at their ends."""
    name = " ".join(name.split())
    return name if len(name) <= most else f"{name[: most // 2]}…{name[most // 2 + 1 - most :]}"


def save(figure: plt.Figure, run: Path, name: str) -> Path:
    """Write a figure to the run's figures/ and close it; returns its path."""
    path = run / "figures" / f"{name}.png"
    with warnings.catch_warnings(record=True) as said:
        common.write(path, partial(figure.savefig, dpi=120))
    plt.close(figure)
    if any("Glyph" in str(warning.message) for warning in said):
        note(f"no font here has some letters of {name}.png; install Noto Sans CJK, say, and evaluate again")
    return path


def learning_curves(run: Path, metric: str) -> plt.Figure:
    """The losses and the valid score by epoch, and the epoch that was kept."""
    history = runs.read_history(run)
    kept = history[history["kept"] == 1][-1]
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained", sharex=True)
    left.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)
    for split in ("train", "valid"):
        left.plot(history["epoch"], history[f"{split}_loss"], marker=".", label=words(f"figure_{split}"))
    left.set(xlabel=words("figure_epoch"), ylabel=words("figure_loss"))
    left.legend()
    right.plot(history["epoch"], history["valid_score"], marker=".", color="tab:green")
    right.axvline(kept["epoch"], linestyle=":", color="black", label=words("figure_kept"))
    right.set(xlabel=words("figure_epoch"), ylabel=words("figure_on_valid", metric=metric))
    right.legend()
    return figure


def page(run: Path, sheet: dict, figures: list[Path]) -> str:
    """report.html: one file with the figures inside, so that it can be mailed or shown without a network."""
    title = html.escape(f"{sheet['task']}: {run.name}")
    parts = [
        f'<!doctype html><html lang="{words("language")}"><meta charset="utf-8"><title>{title}</title>',
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style>',
        f"<h1>{title}</h1><pre>{html.escape(text(sheet))}</pre>",
    ]
    for path in figures:
        name = path.stem.replace("_", " ").capitalize()
        packed = base64.b64encode(path.read_bytes()).decode()
        parts.append(f'<h2>{name}</h2><img alt="{name}" src="data:image/png;base64,{packed}">')
    settings = common.read_json(run / "config.json")
    details = json.dumps(sheet | {"settings": settings}, indent=1, ensure_ascii=False)
    parts.append(f"<details><summary>{words('report_details')}</summary><pre>{html.escape(details)}</pre></details>")
    return "\n".join(parts)
