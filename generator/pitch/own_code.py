"""Run by a project's own Python, inside the project: what only its own code can tell. It imports nothing of hackgen.

python own_code.py QUESTION < arguments as a JSON list      prints {"answer": …} or {"failed": why}
"""

import dataclasses
import json
import os
import sys
from contextlib import suppress
from pathlib import Path

sys.path[0] = os.getcwd()  # the project's files, not those beside this one


def judge(runs: list) -> list:
    """For each folder of a run: its `score` by the project's metric, and the `difference` from the first run.

    The difference is the 95 % interval of the score gained over the first run on the same test rows; None where there
    is none. `failed` says why a run could not be judged.
    """
    import metrics
    import numpy as np

    judged, first = [], None
    for folder in map(Path, runs):
        try:
            meta = json.loads((folder / "meta.json").read_text(encoding="utf-8-sig"))
            with np.load(folder / "predictions.npz", allow_pickle=False) as arrays:
                target, output = arrays["target"], arrays["output"]
            found = {"score": float(metrics.score(target, output, meta)), "difference": None}
            if first and first[0].shape == output.shape:
                metas = [first[1], meta] if first[1] != meta else [meta]  # what is drawn together may depend on a knob
                spans = [metrics.difference(target, output, first[0], known)[0] for known in metas]
                if all(spans):
                    found["difference"] = [float(min(s[0] for s in spans)), float(max(s[1] for s in spans))]
            first = first or (output, meta)
        except Exception as error:  # whatever a team's metric meets in its arrays
            found = {"failed": f"{type(error).__name__}: {error}"}
        judged.append(found)
    return judged


def splits(folder: str) -> dict:
    """What data.py makes of the data of a run, or without one of config.py's defaults.

    `rows` of each split, how often each class occurs in them (`tallies`, where there are classes), and `meta`.
    """
    import config
    import data
    import metrics
    import numpy as np

    kinds = getattr(config, "MODELS", {"": config.Config})
    facts = json.loads((Path(folder) / "config.json").read_text(encoding="utf-8-sig")) if folder else {}
    kind = kinds.get(facts.get("model"), next(iter(kinds.values())))
    names = {field.name for field in dataclasses.fields(kind)}
    chosen = kind(**{name: value for name, value in facts.items() if name in names})
    with suppress(ImportError):  # projects of version 0.1 say there where their data lie
        from runs import located

        chosen = located(chosen)
    loaded = data.load(chosen)
    parts = {name: getattr(loaded, name) for name in ("train", "valid", "test")}
    found = {"rows": {name: len(part.ids) for name, part in parts.items()}, "meta": loaded.meta, "tallies": {}}
    classes = len(loaded.meta.get("classes", []))
    truths = {name: metrics.truth(part, loaded.meta) for name, part in parts.items()} if classes else {}
    if all(truth.ndim == 1 and truth.dtype.kind in "iu" for truth in truths.values()):
        found["tallies"] = {name: np.bincount(truth, minlength=classes).tolist() for name, truth in truths.items()}
    return found


def alone() -> dict:
    """Columns, or two as `one + another`, that tell the target nearly alone: the score of each, and of all columns."""
    import common
    import data
    import explain

    loaded = data.load(common.configured({}))
    found = explain.alone(loaded)
    return {"asked": found.asked, "whole": found.whole, "metric": loaded.meta["metric"]} if found else {"asked": {}}


def main() -> None:
    answers, sys.stdout = sys.stdout, sys.stderr  # what the project's code prints is no answer
    try:
        answer = {"answer": globals()[sys.argv[1]](*json.load(sys.stdin))}
    except (Exception, SystemExit) as error:
        answer = {"failed": " ".join(f"{type(error).__name__}: {error}".split())}
    json.dump(answer, answers)


if __name__ == "__main__":
    main()
