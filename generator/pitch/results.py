"""A run's results as people read them: numbers of few digits, verdicts in words, cells of Markdown."""

from typing import Any

from .project import Project


def number(value: float | None) -> str:
    """Four significant digits, so that a table stays narrow; 20,880 rather than 2.088e+04."""
    few = "–" if value is None else f"{value:.4g}"
    return f"{float(few):,.0f}" if "e+" in few else few


def seconds(value: float) -> str:
    """A time in whole seconds; of less than one, the first digit."""
    return f"{value:.0f}" if value >= 1 else f"{value:.1g}"


def headline(project: Project, sheet: dict[str, Any]) -> str:
    """What was measured, on what."""
    better = project.say("results.higher" if sheet["higher_is_better"] else "results.lower")
    facts = {"metric": sheet["metric"], "rows": f"{sheet['n_test']:,}", "data": sheet["data"]["name"]}
    return project.say("results.headline", **facts, better=better)


def rows(project: Project, sheet: dict[str, Any]) -> list[tuple[str, str, str]]:
    """(who, score, remark) of the model, the baseline and the reference."""
    spread = sheet["ci95_method"]
    if sheet["ci95"]:
        low, high = map(number, sheet["ci95"])
        spread = project.say("results.interval", low=low, high=high)
    found = [(sheet["model"], number(sheet["score"]), spread)]
    for role in ("baseline", "reference"):
        who = project.say("results.rival", name=sheet[role]["name"], role=project.say(f"results.{role}"))
        found.append((who, number(sheet[role]["score"]), verdict(project, sheet, sheet[role])))
    return found


def verdict(project: Project, sheet: dict[str, Any], rival: dict[str, Any]) -> str:
    """Whether the model beats a rival by more than noise, or the rival the model, or which is ahead, in words."""
    if rival["beaten"] is None:
        return project.say("results.unknown", why=rival["difference_method"])
    low, high = map(number, rival["difference_ci95"])
    ahead = (rival["score"] - sheet["score"]) * (1 if sheet["higher_is_better"] else -1)
    said = "ahead" if ahead > 0 else "behind" if ahead < 0 else "level" if any(rival["difference_ci95"]) else "same"
    if rival["beaten"] or is_worse(rival):
        said = "beaten" if rival["beaten"] else "worse"
    return project.say(f"results.{said}", low=low, high=high)


def is_worse(rival: dict[str, Any]) -> bool:
    """Whether the model is worse than a rival by more than noise: not better, and the interval leaves out 0."""
    low, high = rival["difference_ci95"] or (0, 0)
    return rival["beaten"] is False and (low > 0 or high < 0)


def run_name(entry: dict[str, Any]) -> str:
    """A run of a comparison, with its model."""
    return entry["run"] if entry["run"].endswith(entry["model"]) else f"{entry['run']} ({entry['model']})"


def knobs(entry: dict[str, Any]) -> str:
    """The knobs in which the runs differ, with this run's values."""
    values = ((name, number(v) if isinstance(v, float) else str(v)) for name, v in entry["knobs"].items())
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in values)


def cell(text: str) -> str:
    """Text that Markdown shows as it is, in a table too."""
    return "".join(f"\\{c}" if c in r"\`*_{}[]<>|#$~" else c for c in text)
