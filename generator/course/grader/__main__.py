"""Grade one submission, with the bundle that this folder lies in.

`python -m grader gradescope /autograder` · `python -m grader classroom50 CHECKOUT`
"""

import datetime
import json
import os
import sys
import time
from pathlib import Path

from . import engine, formats, overlay

BUNDLE = Path(__file__).resolve().parent.parent
TIME = 480  # seconds: after ten minutes Gradescope ends all and gives nothing


def written(path: Path, content: dict) -> None:
    """In one step, so that nobody finds half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(content, indent=1, allow_nan=False), encoding="utf-8")
    part.replace(path)


def gradescope(root: Path) -> int:
    """Grade `root`/submission into `root`/results/results.json, which is valid whatever happens."""
    start, target = time.monotonic(), root / "results" / "results.json"
    try:
        result = engine.grade(BUNDLE, root / "submission", spec=drawn(root), limit=TIME)
        if result.open:
            print(result.open, file=sys.stderr)
        print(*(test.fault for test in result.tests if test.fault), sep="\n", file=sys.stderr)
        written(target, formats.gradescope(result, time.monotonic() - start))
        return 0
    except Exception as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        written(target, {"score": previous(root), "output": formats.FAULT, "stdout_visibility": "hidden"})
        return 1


def metadata(root: Path) -> dict:
    try:
        return json.loads((root / "submission_metadata.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def drawn(root: Path) -> dict | None:
    """What was drawn for the first of the submission's people that variants.json knows."""
    if not (table := BUNDLE / "variants.json").is_file():
        return None
    known = json.loads(table.read_text(encoding="utf-8"))
    ids = sorted(overlay.normal(user.get("email", "")) for user in metadata(root).get("users", []))
    return next((known[key] for key in map(overlay.key, ids) if key in known), None)


def previous(root: Path) -> float:
    """The last score that an earlier submission got, for the case that this one cannot be graded."""
    scores = [float(one.get("score") or 0) for one in metadata(root).get("previous_submissions", [])]
    return next((score for score in reversed(scores) if score), 0.0)


def classroom50(checkout: Path) -> int:
    """Grade a checkout, write result.json there, and print what it says."""
    result = engine.grade(BUNDLE, checkout)
    moment = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    written(checkout / "result.json", formats.classroom50(result, os.environ, moment))
    print(formats.terminal(result, public=True))
    return 0


if __name__ == "__main__":
    _, kind, *folder = sys.argv
    sys.exit({"gradescope": gradescope, "classroom50": classroom50}[kind](Path(*folder)))
