"""Plants the mistakes of bugs.py in generated projects, and asks check.py about them."""

import json
import re
import shutil
import tempfile
from pathlib import Path

import projects
from bugs import GAN, SERIES, Bug

# The checks that are made first, by a word of the kind; all are made where none of these fails, or none is named here.
FIRST = {
    "scaling fitted|vocabulary|division": "fitted",
    "in two splits": "splits-disjoint",
    "shuffled labels|labels leak|future leaks": "inputs-matter,causal,answers",
    "in predict|class named|shuffled answers|valid scored": "answers,report",
    "batch means|out of the score|wrong axis|epoch kept|worst epoch|early|buffers|fresh weights": "report,kept-epoch",
    "schedule|rate too": "rate,learning-rate",
    "zero_grad|gradients add|step before|resumed": "own-batch,resume",
    "optimiser of|biases|frozen|cut off": "gradients",
    "no step|up the gradient": "overfit-one-batch",
    "scoring|batch$|padding|wrong axis|rows of a batch|not scored|filled": "batch-size,sees",
    "chosen on test|trained on valid": "unseen",
    "last batch|order|with replacement": "each-row-once",
    "seed": "same-seed,each-row-once",
    "augment|labels shuffled|softmax|broadcast|units|probabil|train..": "sees",
    "clip": "clipping",
    "summed|first weights": "loss-at-start",
    "mask|transpose": "causal,batch-size",
    "input not used": "inputs-matter",
    "normalised|centred|behind the window|out of order|moved by one": "inputs-matter",
    "into train|holds valid|valid for test|test for valid|swapped|two splits": "splits-disjoint",
    "two ahead|over the queries": "causal",
    "decides the splits": "fitted",
    "warm-up|rate of|once an epoch|after the step": "rate",
    "patience|too few": "kept-epoch,rate",
    "chance$|train scored|root|broadcast in|count of|a rival": "report,answers,unseen",
    "off by one in|first step|newest step|other units|first letter|what does not count": "sees,report,kept-epoch",
    "old gradients|betas|for all$": "own-batch",
    "weight decay": "decay",
    "mean over rows|keep and drop|at test|likelihood|log-soft|sigmoid|of one column": "sees,batch-size",
    "a copy|cut off|not added": "gradients",
    "behind the head|not squared|equal first|upside down$": "overfit-one-batch,loss-at-start,inputs-matter",
    "not seeded|best forgotten|new optimiser": "resume,same-seed,gradients",
    "another range": "there-and-back",
    "padding|batch first": "batch-size,causal",
    "fakes|of a player|same noise|has the other": "own-half,gradients,comes-closer,noise-matters",
    "running average": "average,comes-closer",
    "same chance|dropout of every|one key|statistics never|mode never|absolute": "sees",
    "class is ignored|loss divided|labels counted|root of the loss|error of the mean": "sees",
    "interval|identifiers": "report",
    "names of classes|last word never|unknown words|hidden in": "inputs-matter,batch-size",
    "flipped|whole batch|over the rows|built in|of the batch|filled up|hidden in": "batch-size",
    "threshold": "answers",
    "nats|memory dropped|temperature|unknown letters|of the text|behind the text": "goes-on",
    "old window|band of": "forecasts",
    "penalty": "balance",
    "minutes|calls counted|left out between|a limit|losses of all": "rate,own-batch",
    "swallowed|stops where|a limit|for valid$": "kept-epoch",
    "memory not saved": "resume",
    "momentum": "averages",
    "mode=": "inputs-matter,comes-closer",
    "attention over": "interplay",
    "repeated": "knobs",
    "newest folder": "newest",
    "padding learns": "padding",
    "held within": "overfit-one-batch",
    "mirrored": "sees",
    "another lot": "same-seed",
    "of classes upside down": "weighed",
    "never trained": "gradients",
    "batch centred": "batch-size",
    "with the steps": "own-batch",
    "train loss counted|smoothing|focal": "sees",
    "thousand rows": "each-row-once",
    "in a cache": "read-anew",
    "square of its weight": "weighed",
    "another order|the drawn one|targets of other rows|sorted rows": "taught,stacked",
    "one to be forecast": "simplest",
    "digits mirrored": "shown",
    "an LSTM goes on": "resume",
    "averaged weights": "averages",
    "learns from few rows": "rivals-of-train",
    "oversampled": "counted-once",
    "over the edge": "splits-disjoint",
    "a logarithm": "inputs-matter",
    "height and width": "upright",
    "test's own": "rivals-of-train",
    "as they are frequent": "scored",
    "root of the elements|best draw|mean of roots": "report",
    "other half|detach|player|noise": "own-half,gradients,comes-closer,balance,noise-matters,own-batch",
}
ONLY_PLAYERS = {"shown", "there-and-back", "own-half", "comes-closer", "balance", "noise-matters", "average"}
NO_PLAYERS = {
    "own-batch",
    "clipping",
    "sees",
    "learning-rate",
    "loss-at-start",
    "overfit-one-batch",
    "inputs-matter",
    "causal",
    "answers",
}
FIELDS = ["framework", "kind", "task", "model", "file", "caught", "named", "checks"]


def edited(project: Path, framework: str, bug: Bug) -> dict[str, str]:
    """The files that a bug changes in a project, as it leaves them; its edits must fit."""
    texts: dict[str, str] = {}
    for file, right, wrong in bug.edits:
        text = texts.get(file) or (project / file).read_text(encoding="utf-8")
        assert text.count(right) == 1, f"{framework} {bug.kind}: {file} has {text.count(right)} times {right!r}"
        texts[file] = text.replace(right, wrong)
    return texts


def planted(folder: Path, framework: str, bug: Bug) -> Path:
    """A project with a bug."""
    task, model = bug.project
    project = projects.generate(folder, task=task, framework=framework, models=(model,))
    for file, text in edited(project, framework, bug).items():
        (project / file).write_text(text, encoding="utf-8")
    return project


def examined(framework: str, bug: Bug, told: bool = False) -> dict[str, object]:
    """A row of the table: which checks fail on a planted bug; `told`: what they say is printed."""
    folder = Path(tempfile.mkdtemp())
    try:
        project = planted(folder / "p", framework, bug)
        names = {name for pattern, names in FIRST.items() if re.search(pattern, bug.kind) for name in names.split(",")}
        names -= ONLY_PLAYERS if bug.project != GAN else NO_PLAYERS
        names -= {"causal"} if bug.project[0] != "text-generation" else {"answers"}
        names -= {"answers"} if bug.project in (SERIES, GAN) else set()
        for words in [("--only", ",".join(sorted(names)))] * bool(names) + [()]:
            done = projects.run(project, "check.py", "--json", *words)
            if "Traceback" in done.err:
                return row(framework, bug, False, False, done.err.strip().splitlines()[-1])
            failed = [result for result in json.loads(done.out) if result["passed"] is False]
            if failed:
                break
        said = ["{id}: {title}: {found} {expected} {advice}".format(**result) for result in failed]
        named = any(re.search(bug.named, text, re.DOTALL) for text in said)
        if told:
            print(f"{framework}: {bug.kind} in {bug.edits[0][0]}", *said, sep="\n    ")
        return row(framework, bug, bool(failed), named, " ".join(result["id"] for result in failed))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def row(framework: str, bug: Bug, caught: bool, named: bool, checks: str) -> dict[str, object]:
    about = framework, bug.kind, *bug.project, bug.edits[0][0]
    return dict(zip(FIELDS, (*about, int(caught), int(named), checks), strict=True))
