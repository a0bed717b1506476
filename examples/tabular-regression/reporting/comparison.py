"""What can be said about several runs on the same test rows: scores, intervals, and which differences are noise."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

import metrics
import runs
from cli import Fault
from config import MODELS
from scoring import evidence, ranking
from scoring.ranking import Entry

KNOBS = {field.name for kind in MODELS.values() for field in dataclasses.fields(kind)} - {"model", "data"}
Table = dict[str, Any]  # plain JSON, see `compare`


def known_runs() -> tuple[list[Entry], dict[str, str]]:
    """All full runs, oldest first; the published one stands for itself where its run is not on this machine."""
    found, left_out = ranking.survey()
    if (runs.PUBLISHED / "report.json").is_file():
        try:
            published = ranking.read(runs.PUBLISHED)
            here = {facts.get("checkpoint_sha256") for _, facts in found}
            if published.get("checkpoint_sha256") not in here:
                found.insert(0, (runs.PUBLISHED, published))
        except Fault as fault:
            left_out[runs.PUBLISHED.name] = str(fault)
    return found, left_out


def compare(named: Sequence[str] = (), like: dict[str, Any] | None = None) -> Table:
    """Everything about the named runs, or about all that agree in data, split and metric with `like` or the newest.

    entries   a dict for each run, the best on valid first: `run model knobs score ci95 valid_score parameters
              train_seconds checkpoint_sha256 difference verdict`. `difference` is the 95 % interval of the score
              minus the best run's on the same test rows; `verdict` is best, better, worse, noise or unknown
    waiting   runs that are not scored yet;  left_out  {run: why it is not compared}
    and metric, higher_is_better, n_test, data, baseline, reference of the best run. A `Fault` says when there is
    nothing to compare, or when test rows differ.
    """
    found, left_out = known_runs()
    if named:
        found = [(folder, ranking.read(folder)) for folder in dict.fromkeys(map(runs.find, named))]
        left_out = {}
        if smoke := [folder.name for folder, facts in found if facts.get("smoke")]:
            raise Fault(f"{smoke[0]} is a smoke run: its score means nothing; name runs that were trained in full")
    if not found:
        raise Fault("there is no full run yet; python train.py makes one, python evaluate.py scores it")
    wanted = ranking.terms(like or found[0 if named else -1][1])
    for folder, facts in found:
        if ranking.terms(facts) != wanted:
            left_out[folder.name] = difference_in_terms(ranking.terms(facts), wanted)
    if named and left_out:
        name, why = next(iter(left_out.items()))
        raise Fault(f"{name} has {why} than {found[0][0].name}, so they cannot be compared; name runs that agree")
    alike = [entry for entry in found if entry[0].name not in left_out]
    scored = ranking.by_valid_score([entry for entry in alike if "score" in entry[1]])
    waiting = [folder.name for folder, facts in alike if "score" not in facts]
    if not scored:
        raise Fault(f"no full run is scored yet; python evaluate.py {waiting[-1] if waiting else ''}".strip())
    return table(scored) | {"waiting": waiting, "left_out": left_out}


def difference_in_terms(one: tuple[Any, ...], other: tuple[Any, ...]) -> str:
    """What makes two runs impossible to compare."""
    names = ("other data", "another split_seed", "another metric")
    return ", ".join(name for name, a, b in zip(names, one, other, strict=True) if a != b)


def table(scored: list[Entry]) -> Table:
    """The scored runs, the best on valid first, each held against that one on the same test rows."""
    best_run, best = scored[0]
    truth = evidence.predictions(best_run)
    differing = knobs_that_differ([facts for _, facts in scored])
    usual = {name: dataclasses.asdict(kind()) for name, kind in MODELS.items()}
    entries = []
    for run, facts in scored:
        sheet = evidence.report(run)
        found = evidence.predictions(run)
        if not same_rows(truth, found):
            raise Fault(
                f"{best_run.name} and {run.name} were tested on different rows ({len(truth['target'])} and "
                f"{len(found['target'])}): a knob of the split differs; name runs that agree: python compare.py RUN RUN"
            )
        difference, verdict = (None, "best") if run == best_run else against(best_run, run, truth, found)
        entries.append(
            {"run": run.name, "knobs": own_knobs(facts, differing, usual.get(facts["model"], {}))}
            | {name: sheet[name] for name in COPIED}
            | {"difference": difference, "verdict": verdict}
        )
    return {name: best[name] for name in ("metric", "higher_is_better", "n_test", "split_seed")} | {
        "data": best["data"],
        "baseline": {name: best["baseline"][name] for name in ("name", "score")},
        "reference": {name: best["reference"][name] for name in ("name", "score")},
        "entries": entries,
    }


COPIED = ["model", "score", "ci95", "ci95_method", "valid_score", "parameters", "train_seconds", "checkpoint_sha256"]


VERDICTS = ("best", "better", "worse", "noise", "unknown")
ENTRY = {name: evidence.REPORT[name] for name in COPIED if name in evidence.REPORT} | {"run": evidence.text}
ENTRY |= {"knobs": evidence.table({}), "difference": evidence.span, "verdict": lambda value: value in VERDICTS}
KEPT = {name: evidence.REPORT[name] for name in ("metric", "higher_is_better", "n_test", "split_seed", "data")}
KEPT |= dict.fromkeys(("baseline", "reference"), evidence.table({"name": evidence.text, "score": evidence.number}))
KEPT |= {"waiting": lambda value: isinstance(value, list)}


def kept(path: Path) -> Table:
    """The table as `compare.py --publish` wrote it; a damaged one is a `Fault`."""
    found = runs.read_json(path)
    entries = found.get("entries")
    whole = isinstance(entries, list) and all(map(evidence.table(ENTRY), entries)) and len(entries) > 0
    if not whole or evidence.misfit(found, KEPT):
        raise Fault(f"{path} is damaged; python compare.py --publish writes it again")
    return found


def knobs_that_differ(facts: list[dict[str, Any]]) -> list[str]:
    """The knobs on which the runs that have them do not agree, in the order of config.json."""
    order = dict.fromkeys(name for run in facts for name in run if name in KNOBS)
    return [name for name in order if len({repr(run[name]) for run in facts if name in run}) > 1]


def own_knobs(facts: dict[str, Any], differing: list[str], usual: dict[str, Any]) -> dict[str, Any]:
    """Of the knobs that differ, those that a run does not have from its model's defaults in config.py."""
    return {name: facts[name] for name in differing if name in facts and facts[name] != usual.get(name)}


def same_rows(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> bool:
    """Whether two runs were tested on the same rows: equal truths, and equal ids where each row has one."""
    if one["target"].shape != other["target"].shape or not np.array_equal(one["target"], other["target"]):
        return False
    each = len(one["id"]) == len(one["target"])  # text has an id for each window, and windows may be cut differently
    return not each or np.array_equal(one["id"], other["id"])


def against(
    best_run: Path, run: Path, best: dict[str, np.ndarray], found: dict[str, np.ndarray]
) -> tuple[list[float] | None, str]:
    """The interval of a run's score minus the best one's, and in a word whether that is more than noise."""
    if best["output"].shape != found["output"].shape:
        return None, "unknown"  # for example generators of which different numbers of draws were judged
    metas = [runs.read_json(folder / "meta.json") for folder in (best_run, run)]
    spans = [
        metrics.difference(found["target"], found["output"], best["output"], meta)[0]
        for meta in (metas if metas[0] != metas[1] else metas[:1])  # what is drawn together may depend on a knob
    ]
    if not all(spans):
        return None, "unknown"
    low, high = min(span[0] for span in spans), max(span[1] for span in spans)
    if low <= 0 <= high:
        return [low, high], "noise"
    return [low, high], "better" if (low > 0) == metrics.HIGHER_IS_BETTER else "worse"
