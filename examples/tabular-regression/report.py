"""A run's results as people read them: lines for the terminal, Markdown for README, figures, a page for the browser."""

import base64
import dataclasses
import html
import io
import sys
import warnings
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import common
import runs
from config import Config

import matplotlib
from matplotlib import font_manager
from matplotlib import pyplot as plt

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

matplotlib.use("Agg")
# Fonts of Windows, macOS and Linux that have the letters of East Asia, which Matplotlib's own lacks.
WIDE = ["Microsoft YaHei", "SimHei", "PingFang SC", "Hiragino Sans GB", "Heiti TC", "Arial Unicode MS"]
WIDE += ["Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Micro Hei"]
plt.rcParams["font.family"] = ["DejaVu Sans", *(name for name in WIDE if name in font_manager.get_font_names())]
plt.rcParams["text.parse_math"] = False  # names may hold dollars
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #1b1b1f; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
td { padding: .3rem .8rem; border-bottom: 1px solid #ddd; } pre { white-space: pre-wrap; } img { max-width: 100%; }
.score { font-size: 2.2rem; font-weight: 600; }
""".strip()


@cache
def texts() -> dict[str, str]:
    """What this project says to people, in its language."""
    return tomllib.loads((common.ROOT / "strings.toml").read_text(encoding="utf-8"))


def words(key: str, **facts: object) -> str:
    """A text of strings.toml with its {blanks} filled in."""
    return texts()[key].format(**facts)


def text(sheet: dict) -> str:
    """The results for the terminal, README and the page: what was measured, the model, and its rivals."""
    better = words("higher" if sheet["higher_is_better"] else "lower")
    facts = {"metric": sheet["metric"], "rows": sheet["n_test"], "data": sheet["data"]["name"]}
    remark = sheet["ci95_method"]
    if sheet["ci95"]:
        remark = words("report_interval", low=f"{sheet['ci95'][0]:.4g}", high=f"{sheet['ci95'][1]:.4g}")
    lines = [words("report_headline", better=better, **facts), f"  {sheet['score']:<8.4g}  {sheet['model']}: {remark}"]
    for role in ("baseline", "reference"):
        who = words("report_rival", name=sheet[role]["name"], role=words(role))
        lines.append(f"  {sheet[role]['score']:<8.4g}  {who}: {verdict(sheet[role])}")
    return "\n".join(lines + [words("report_smoke")] * sheet["smoke"])


def verdict(rival: dict) -> str:
    """Whether the model beats a rival by more than noise, or the rival the model, in words."""
    if rival["beaten"] is None:
        return words("report_unknown", why=rival["difference_method"])
    low, high = rival["difference_ci95"]
    said = "report_not_beaten" if low <= 0 <= high else "report_worse"
    return words("report_beaten" if rival["beaten"] else said, low=f"{low:.4g}", high=f"{high:.4g}")


def shorten(text: str, most: int = 24) -> str:
    """A name as it fits beside an axis or into a cell."""
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1] + "…"


def save(figure: plt.Figure, run: Path, name: str) -> Path:
    """Write a figure to the run's figures/ and close it; returns its path."""
    packed = io.BytesIO()
    with warnings.catch_warnings(record=True) as said:
        figure.savefig(packed, format="png", dpi=120)
    plt.close(figure)
    if any("Glyph" in str(warning.message) for warning in said):
        print(f"note: no font here has some letters of {name}.png; install Noto Sans CJK, say, and evaluate again")
    path = run / "figures" / f"{name}.png"
    common.write(path, packed.getvalue())
    return path


def learning_curves(run: Path, metric: str) -> Path:
    """Loss and valid score by epoch, and the epoch that was kept."""
    history = runs.read_history(run)
    kept = history[history["kept"] == 1][-1]
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    left.plot(history["epoch"], history["train_loss"], marker=".", label=words("figure_train"))
    left.plot(history["epoch"], history["valid_loss"], marker=".", label=words("figure_valid"))
    left.set(xlabel=words("figure_epoch"), ylabel=words("figure_loss"))
    left.legend()
    right.plot(history["epoch"], history["valid_score"], marker=".", color="tab:green")
    right.axvline(kept["epoch"], linestyle=":", color="black", label=words("figure_kept"))
    right.set(xlabel=words("figure_epoch"), ylabel=words("figure_on_valid", metric=metric))
    right.legend()
    return save(figure, run, "learning_curves")


def page(run: Path, sheet: dict, config: Config, figures: list[Path]) -> str:
    """report.html: one file with the figures inside, so that it can be mailed or shown without a network."""

    def table(rows: Iterable[tuple[str, object]]) -> str:
        lines = (f"<tr><td>{name.replace('_', ' ')}<td>{html.escape(str(value))}" for name, value in rows)
        return f"<table>{''.join(lines)}</table>"

    title = html.escape(f"{sheet['task']}: {sheet['model']}, {run.name}")
    parts = [
        f'<!doctype html><html lang="{words("language")}"><meta charset="utf-8"><title>{title}</title>',
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style><h1>{title}</h1>',
        f"<p class=score>{sheet['score']:.4g}</p><pre>{html.escape(text(sheet))}</pre>",
        f"<h2>{words('report_others')}</h2>",
        table((name, f"{value:.4g}") for name, value in sheet["other_metrics"].items() if isinstance(value, float)),
    ]
    for path in figures:
        name, packed = path.stem.replace("_", " "), base64.b64encode(path.read_bytes()).decode()
        parts.append(f'<h2>{name.capitalize()}</h2><img alt="{name}" src="data:image/png;base64,{packed}">')
    return "".join([*parts, f"<h2>{words('report_settings')}</h2>", table(dataclasses.asdict(config).items())])
