"""Where the page's answers come from: the best run's checkpoint or, where that cannot be read, recorded ones."""

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cli
import data
import runs
from page import answer, question
from scoring import evidence, ranking
from support.wording import words

RECORDED = runs.ROOT / "demo" / "recorded.json"
Question = dict[str, Any]  # plain JSON, see page/question.py
Answer = dict[str, Any]  # plain JSON, see page/answer.py


@dataclass
class Source:
    """What the page shows and asks.

    about     the run in words: model and score
    examples  questions from valid, each with its recorded answer or None
    excuse    why there are only recorded answers; then there is no run and no model
    helper    what answers need besides the model
    """

    about: str
    examples: list[tuple[Question, Answer | None]]
    excuse: str = ""
    run: Path | None = None
    meta: dict[str, Any] = field(default_factory=dict)
    model: Any = None
    helper: Any = None

    @property
    def live(self) -> bool:
        """Whether there is a model to ask."""
        return self.model is not None

    def ask(self, asked: Question) -> Answer:
        """The model's answer, by the same way as predict.py's."""
        return answer.give(self.model, asked, self.meta, self.helper)


def best_there_is(name: str | None, device: str | None) -> Source:
    """The model if it can be read, else recorded answers; a `Fault` where there is neither, or a run was named."""
    try:
        return live(name, device)
    except (cli.Fault, OSError, ImportError) as fault:
        if name or not RECORDED.is_file():
            raise
        return recorded(" ".join(str(fault).split()))


def live(name: str | None, device: str | None) -> Source:
    """The model of a run; without a name the best full run's, else that of published/, else the newest."""
    from engine import checkpoint  # here, because recorded answers need no framework

    run = runs.find(name) if name else ranking.best()
    if run is None:
        run = runs.PUBLISHED if (runs.PUBLISHED / "config.json").is_file() else runs.find(None)
    config, facts = runs.read_config(run)
    meta = runs.read_json(run / "meta.json")
    model = checkpoint.restore(run, config, meta, device)
    helper = answer.prepare(model, config, meta)
    about = describe(config.model, facts, scored(run))
    return Source(about, bundled(config, meta), run=run, meta=meta, model=model, helper=helper)


def scored(run: Path) -> dict[str, Any] | None:
    """The run's report, if it is of these weights: the page shows no score that is not of the model on it."""
    try:
        return evidence.report(run) if (run / "report.json").is_file() else None
    except cli.Fault as fault:
        print(f"demo.py: the page shows no score: {fault}", file=sys.stderr, flush=True)
        return None


def recorded(excuse: str) -> Source:
    """What `python demo.py --record` wrote."""
    content = runs.read_json(RECORDED)
    try:
        return Source(content["about"], [(e["question"], e["answer"]) for e in content["examples"]], excuse)
    except (KeyError, TypeError):
        raise cli.Fault(f"{RECORDED} is damaged; restore it, or train a model and use --record") from None


def bundled(config: Any, meta: dict[str, Any]) -> list[tuple[Question, None]]:
    """The recorded questions, where they are of the same data, else some from valid; never any from test."""
    if RECORDED.is_file():
        try:
            content = runs.read_json(RECORDED)
            if content["data_sha256"] == meta["data"]["sha256"]:
                return [(entry["question"], None) for entry in content["examples"]]
        except (cli.Fault, KeyError, TypeError):
            pass  # the data have them too
    return [(asked, None) for asked in question.pick(data.load(runs.located(config)), meta)]


def describe(model: str, config: dict[str, Any], sheet: dict[str, Any] | None) -> str:
    """The model and how good it is, in words for the audience."""
    if config.get("smoke"):
        return words("demo_smoke", model=model)
    if sheet is None:
        return words("demo_unscored", model=model)
    score, rival = f"{sheet['score']:.3g}", sheet["baseline"]
    if sheet["ci95"]:
        score += " " + words("demo_interval", low=f"{sheet['ci95'][0]:.3g}", high=f"{sheet['ci95'][1]:.3g}")
    baseline = f"{rival['name']}: {rival['score']:.3g}"
    return words(
        "demo_score", model=model, metric=sheet["metric"], score=score, rows=sheet["n_test"], baseline=baseline
    )
