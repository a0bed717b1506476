"""What can be said about several runs on the same test rows: scores, intervals, and which differences are noise."""

import ast
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ..errors import Problem
from . import runs
from .project import Project, assigned
from .runs import Run

Table = dict[str, Any]  # plain JSON, see `compare`
FACTS = {"task", "smoke", "contract", "model", "data", "project_data"}  # in config.json, beside the knobs
COPIED = ["model", "score", "ci95", "ci95_method", "valid_score", "parameters", "train_seconds", "checkpoint_sha256"]
VERDICTS = ("best", "better", "worse", "noise", "unknown")


def compare(
    project: Project, named: Sequence[str] = (), clones: Sequence[Project] = (), like: Run | None = None
) -> Table:
    """Everything about the named runs, or about all on the data, split and metric of `like`, else of the newest scored.

    entries    a dict for each run, the best on valid first: `run model knobs score ci95 valid_score parameters
               train_seconds checkpoint_sha256 difference verdict`. `difference` is the 95 % interval of the score
               minus the best run's on the same test rows; `verdict` is best, better, worse, noise or unknown
    waiting    runs that are not scored yet;  left_out  {run: why it is not compared}
    unjudged   why the project's own metric could not be run, which leaves differences unknown; else null
    and metric, higher_is_better, n_test, data, baseline, reference of the best run. A `Problem` where there is nothing
    to compare.
    """
    found, left_out = known_runs(project, clones)
    if named:
        found = [chosen(name, found, left_out) for name in dict.fromkeys(named)]
        left_out = {}
    if not found:
        raise Problem("there is no full run yet; python train.py makes one, python evaluate.py scores it")
    own = [run for run in found if "/" not in run.name] or found
    newest = next((run for run in reversed(own) if run.report), own[-1])
    wanted = (like or (own[0] if named else newest)).terms
    for run in found:
        if not runs.comparable(run.terms, wanted):
            pairs = zip(("data", "split", "metric"), run.terms, wanted, strict=True)
            other = [name for name, a, b in pairs if a != b and None not in (a, b)]
            left_out[run.name] = ", ".join(project.say(f"compare.other_{name}") for name in other)
    alike = [run for run in found if run.name not in left_out]
    scored = runs.by_valid_score(project, [run for run in alike if run.report])
    waiting = [run.name for run in alike if not run.report]
    scored = on_the_same_rows(project, scored, like, left_out)
    scored, judged, unjudged = judge(project, scored, left_out)
    if not scored:
        why = "; ".join(f"{name}: {why}" for name, why in left_out.items() if why != project.say("runs.smoke"))
        again = f"python evaluate.py {waiting[-1]}" if waiting else "python evaluate.py"
        raise Problem(f"no full run is scored yet that can be compared{f' ({why})' if why else ''}; {again}")
    if len(named) > 1 and len(scored) == 1:
        name, why = next(iter((left_out | dict.fromkeys(waiting, "no score yet")).items()))
        raise Problem(f"{name} cannot be compared with {scored[0].name}: {why}; name runs that agree")
    told = {"waiting": waiting, "left_out": left_out, "unjudged": unjudged}
    return table(project, scored, judged) | told


def known_runs(project: Project, clones: Sequence[Project]) -> tuple[list[Run], dict[str, str]]:
    """All full runs, oldest first, and those of teammates' clones; a run that lies in two places counts once."""
    found, left_out = runs.survey(project)
    known = {run.checkpoint_sha256 for run in found}
    for place in (project, *clones):
        there, damaged = runs.survey(place) if place is not project else ([], left_out)
        try:  # the published run stands for itself where its run is not on this machine
            there += filter(None, [runs.published(place)])
        except Problem as problem:
            damaged["published"] = str(problem)
        if place is not project:
            there = [replace(run, name=f"{place.root.name}/{run.name}") for run in there]
            left_out |= {f"{place.root.name}/{name}": why for name, why in damaged.items()}
        for run in there:
            if run.checkpoint_sha256 not in known:
                found.insert(0, run)
                known.add(run.checkpoint_sha256)
    return found, left_out


def chosen(name: str, found: list[Run], left_out: dict[str, str]) -> Run:
    """The run of a name; a `Problem` where there is none, or where it says nothing."""
    if name in left_out:
        raise Problem(f"{name} cannot be compared: {left_out[name]}")
    if run := next((run for run in found if run.name == name), None):
        return run
    raise Problem(f'no run "{name}"; there is: {", ".join(run.name for run in found) or "none"}')


def on_the_same_rows(project: Project, scored: list[Run], like: Run | None, left_out: dict[str, str]) -> list[Run]:
    """The runs whose reports belong to what lies beside them, and that were tested on the newest one's rows.

    These are the same where truths are equal, and ids where each row has one.
    """
    import numpy as np

    rows = {}
    for run in scored:
        try:
            rows[run.name] = runs.intact(project, run.folder)
        except Problem as problem:
            left_out[run.name] = str(problem)
    there = [run for run in scored if run.name in rows]
    if not there:
        return []
    newest = max(
        there, key=lambda run: (like is not None and run.folder == like.folder, "/" not in run.name, run.written)
    )
    wanted = rows[newest.name]
    for run in there:
        names = ["target"]
        if len(wanted["id"]) == len(wanted["target"]):  # text has one for each window, which may be cut differently
            names.append("id")
        if not all(np.array_equal(wanted[name], rows[run.name][name]) for name in names):
            left_out[run.name] = project.say("compare.other_rows", rows=f"{len(rows[run.name]['target']):,}")
    return [run for run in there if run.name not in left_out]


def judge(
    project: Project, scored: list[Run], left_out: dict[str, str]
) -> tuple[list[Run], dict[str, Any], str | None]:
    """What the project's metric says of the runs, by name; a run whose predictions say another score is left out."""
    while scored:
        try:
            answers = project.ask("judge", [str(run.folder) for run in scored])
        except Problem as problem:  # the stored numbers can still be read
            return scored, {run.name: {"difference": None} for run in scored}, str(problem)
        judged = {run.name: answer for run, answer in zip(scored, answers, strict=True)}
        for run in scored:
            try:
                runs.agree(project, run.folder, judged[run.name])
            except Problem as problem:
                left_out[run.name] = str(problem)
        first, scored = scored[0], [run for run in scored if run.name not in left_out]
        if first.name not in left_out:
            return scored, judged, None
    return [], {}, None


def table(project: Project, scored: list[Run], judged: dict[str, Any]) -> Table:
    """The scored runs, the best on valid first, each held against that one."""
    best = scored[0].report
    order = dict.fromkeys(name for run in scored for name in run.config if name not in FACTS)
    differing = [n for n in order if len({repr(run.config[n]) for run in scored if n in run.config}) > 1]
    entries = []
    for run in scored:
        gap = judged[run.name]["difference"]
        verdict = "best" if run is scored[0] else verdict_on(gap, best["higher_is_better"])
        own = defaults(project, run.config["model"])
        knobs = {name: run.config[name] for name in differing if run.config.get(name, own.get(name)) != own.get(name)}
        entries.append(
            {"run": run.name, "knobs": knobs}
            | {name: run.report[name] for name in COPIED}
            | {"difference": None if run is scored[0] else gap, "verdict": verdict}
        )
    rivals = {role: {name: best[role][name] for name in ("name", "score")} for role in ("baseline", "reference")}
    return (
        {name: best[name] for name in ("metric", "higher_is_better", "n_test", "split_seed", "data")}
        | rivals
        | {"entries": entries}
    )


def verdict_on(gap: list[float] | None, higher_is_better: bool) -> str:
    """In a word whether a run's score minus the best one's, given its interval, is more than noise."""
    if gap is None:
        return "unknown"  # for example generators of which different numbers of draws were judged
    low, high = gap
    if low <= 0 <= high:
        return "noise"
    return "better" if (low > 0) == higher_is_better else "worse"


def defaults(project: Project, model: str) -> dict[str, Any]:
    """The knobs that a model has from config.py; those that all share where it is none of the project's."""
    found: dict[str, dict[str, Any]] = {}
    for node in project.syntax("config.py"):
        if isinstance(node, ast.ClassDef):
            shared = (found.get(base.id, {}) for base in node.bases if isinstance(base, ast.Name))
            found[node.name] = {
                name: value for knobs in (*shared, assigned(node.body)) for name, value in knobs.items()
            }
    own = [knobs for knobs in found.values() if knobs.get("model") == model]  # the last one is the model's class
    return [found.get("Config", {}), *own][-1]


ENTRY = {name: runs.REPORT[name] for name in COPIED} | {"run": str, "knobs": dict, "difference": runs.interval}
ENTRY |= {"verdict": lambda value: value in VERDICTS}
KEPT = {name: runs.REPORT[name] for name in ("metric", "higher_is_better", "n_test", "split_seed", "data")}
KEPT |= {role: {"name": str, "score": float} for role in ("baseline", "reference")}
KEPT |= {"waiting": [str], "left_out": dict, "entries": [ENTRY]}


def kept(project: Project) -> Table | None:
    """The table as `--publish` wrote it, None before that; a damaged one is a `Problem`."""
    path = project.root / "comparison" / "comparison.json"
    if not path.is_file():
        return None
    found = runs.read_json(path)
    if not runs.fits(found, KEPT) or not found["entries"]:
        raise Problem(f"{project.relative(path)} is damaged; hackgen compare --publish writes it again")
    return found
