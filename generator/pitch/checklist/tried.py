"""The published run and what shows it: as its files say, and on demand tried, in a fresh clone without a network."""

import contextlib
import json
import math
import os
import re
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ...errors import Problem
from ...text import some
from .. import pages, plan, runs
from ..cards import regions
from ..compare import defaults
from ..project import Project
from ..results import number, verdict
from ..slides import deck as decks
from .repository import Found, git, to_commit, unsaved
from .texts import first_command, sheet

SHOWN_BY = ("models", "loss.py", "data.py", "train.py", "config.py")  # a change there may change the score
LIMIT = 3600  # seconds for a command: it ends what hangs, and nothing that is slow because others run
CLOSE, NEAR = 1e-3, 1e-2  # relative, of a score and of a number in an answer: processors add in other orders
LEAST_EXAMPLES = 5
RECORDED = "demo/recorded.json"
ELSEWHERE = re.compile(rb"""(?:src|href|url\()\s*=?\s*["']?(?:https?:)?//(?!localhost|127\.)[\w.-]+""")
OFFLINE = Path(__file__).parent / "offline"  # what Python imports at start from there cuts it off from other machines


# As its files say


def published(project: Project) -> Found:
    """Report, checkpoint and predictions are of one run, a full one, and committed."""
    if not project.has_published:
        raise Problem(first_command(project))
    said = sheet(project)
    if said["smoke"]:
        return False, project.say("checklist.smoke")
    runs.intact(project, project.published)
    open_ones = to_commit(project, "published")
    return not open_ones, open_ones or f"{said['metric']} {number(said['score'])}"


def newest(project: Project) -> Found:
    """No change of model, loss, data or settings came after the published run was committed."""
    sheet(project)
    run = git(project, "rev-list", "-1", "HEAD", "--", "published/report.json").strip()
    later = git(project, "log", "--format=", "--name-only", f"{run}..HEAD", "--", *SHOWN_BY).split("\n") if run else []
    changed = sorted({*filter(None, later), *unsaved(project, *SHOWN_BY)})
    return bool(run) and not changed, some(changed) if run else to_commit(project, "published")


def beats_baseline(project: Project) -> Found:
    said = sheet(project)
    found = [f"{said['baseline']['name']}: {verdict(project, said, said['baseline'])}"]
    if said["ci95"] is None:
        found.append(project.say("checklist.no_interval", why=said["ci95_method"]))
    return said["baseline"]["beaten"] is True and said["ci95"] is not None, "; ".join(found)


def demo_recorded(project: Project) -> Found:
    """There are recorded answers of the published checkpoint, at least five, and committed."""
    examples, checkpoint = recorded(project, project.root)
    if checkpoint not in (None, sheet(project)["checkpoint_sha256"]):
        return False, project.say("checklist.recorded_other")
    open_ones = to_commit(project, RECORDED)
    told = project.say("checklist.examples", found=len(examples))
    return len(examples) >= LEAST_EXAMPLES and not open_ones, open_ones or told


def recorded(project: Project, root: Path) -> tuple[dict[str, Any], str | None]:
    """The recorded answers by their questions, as JSON, and whose they are: a checkpoint's fingerprint, if noted."""
    try:
        content = json.loads((root / RECORDED).read_text(encoding="utf-8"))
        asked = {json.dumps(entry["question"], sort_keys=True): entry["answer"] for entry in content["examples"]}
    except FileNotFoundError:
        raise Problem(project.say("checklist.not_recorded")) from None
    except (ValueError, KeyError, TypeError) as error:
        raise Problem(project.say("checklist.recorded_damaged", why=error)) from None
    return asked, content.get("checkpoint_sha256")


def deck(project: Project) -> Found:
    """Nothing is open: nothing to write, no slide too full, notes that fit, files and numbers of today, committed."""
    sheet(project)
    found = decks.found(decks.assemble(project, stored=True))["open"]
    found += filter(None, [to_commit(project, *(f"{decks.FOLDER}/{name}" for name in (*decks.NAMES, decks.RECORD)))])
    return not found, some(found)


def criteria(project: Project) -> Found:
    rubric = plan.rubric(project)
    empty = [criterion["name"] for criterion in rubric["criteria"] if not criterion["where"].strip()]
    bad = [project.say("checklist.no_moment", names=some(empty))] if empty else []
    bad += [] if rubric["confirmed"] else [project.say("checklist.preset")]
    return not bad, "; ".join(bad)


# Tried


def sanity(project: Project) -> Found:
    """The project's own checks, on the published run's model and settings, and the data card counts what there is."""
    sheet(project)
    told = python(project, "check.py", *flags(project), "--json", codes=(0, 1)) or "[]"
    results = json.loads(told)
    failed = [f"{result['id']}: {result['found']}" for result in results if result["passed"] is False]
    if project.has("cards"):
        try:
            old = regions.stale(regions.regions(project, regions.counted(project)))
            data = [name for page, name, _ in old if page.name == regions.DATA]
            failed += [project.say("cards.old", page=regions.DATA, region=name) for name in data]
        except Problem as problem:
            failed.append(str(problem))
    return not failed and bool(results), some(failed)


def flags(project: Project) -> list[str]:
    """The published run's model and those of its knobs that config.py gives another value, as flags."""
    config = runs.read_json(project.published / "config.json")
    own = defaults(project, config["model"])
    found = [f"--model={config['model']}"]
    for name, value in config.items():
        if name != "model" and name in own and value != own[name]:
            flag = name.replace("_", "-")
            found += [f"--{flag}" if value else f"--no-{flag}"] if isinstance(value, bool) else [f"--{flag}={value}"]
    return found


def fresh_clone(project: Project) -> Found:
    """A clone of what is committed trains, and gives the published checkpoint the published score."""
    said = sheet(project)
    with clone(project) as cloned:
        python(project, "train.py", "--smoke", "--out", "fresh", place=cloned)
        began = time.monotonic()
        python(project, "evaluate.py", "published", place=cloned)
        seconds = time.monotonic() - began
        again = runs.report(project, cloned / "published")
    if not math.isclose(again["score"], said["score"], rel_tol=CLOSE, abs_tol=0.1 * CLOSE):
        told = {"said": f"{said['score']:.6g}", "again": f"{again['score']:.6g}"}
        return False, project.say("checklist.again", **told)
    megabytes = runs.checkpoint(project, project.published).stat().st_size / 1e6
    facts = {"rows": said["n_test"], "seconds": f"{seconds:.0f}", "size": f"{megabytes:.3g}"}
    return again["n_test"] == said["n_test"], project.say("checklist.cloned", **facts)


def demo_works(project: Project) -> Found:
    """In a fresh clone the page opens, names no other host, and the published model answers as recorded."""
    before, _ = recorded(project, project.root)
    with clone(project) as cloned:
        began = time.monotonic()
        places = sorted({match.group().decode() for match in ELSEWHERE.finditer(served(project, cloned))})
        seconds = time.monotonic() - began
        if places:
            return False, project.say("checklist.elsewhere", places=some(places))
        python(project, "demo.py", "--run", "published", "--record", place=cloned)
        now, _ = recorded(project, cloned)
    same = sum(key in now and alike(now[key], answer) for key, answer in before.items())
    if not same == len(before) > 0:
        return False, project.say("checklist.same", same=same, all=len(before))
    return True, project.say("checklist.opened", seconds=f"{seconds:.0f}")


@contextlib.contextmanager
def clone(project: Project) -> Iterator[Path]:
    """What is committed, cloned to a folder of its own; data outside the repository stay where they are."""
    sheet(project)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        inside, top = (git(project, "rev-parse", what).strip() for what in ("--show-prefix", "--show-toplevel"))
        git(project, "clone", "--quiet", "--no-hardlinks", top, str(Path(folder) / "clone"))
        cloned = Path(folder) / "clone" / inside
        location = project.root / "data" / "location.txt"
        if location.is_file():
            pages.write(cloned / "data" / "location.txt", location.read_bytes())
        yield cloned


def alone() -> dict[str, str]:
    """An environment whose Python processes have no network."""
    path = os.pathsep.join(filter(None, [str(OFFLINE), os.environ.get("PYTHONPATH", "")]))
    offline = {"HF_HUB_OFFLINE": "1", "PYTHONIOENCODING": "utf-8", "PYTHONDONTWRITEBYTECODE": "1"}
    return os.environ | {"PYTHONPATH": path, **offline}


def python(project: Project, *arguments: str, place: Path | None = None, codes: Sequence[int] = (0,)) -> str:
    """What a command of the project prints, run without a network; one that ends otherwise is a `Problem`."""
    command, text = f"python {' '.join(arguments)}", {"encoding": "utf-8", "errors": "replace"}
    how = {"cwd": place or project.root, "env": alone(), "stdin": subprocess.DEVNULL, "timeout": LIMIT}
    try:
        done = subprocess.run([project.interpreter, *arguments], capture_output=True, **how, **text)
    except subprocess.TimeoutExpired:
        raise Problem(project.say("checklist.too_long", command=command, seconds=LIMIT)) from None
    if done.returncode not in codes:
        last = (done.stderr.strip() or done.stdout.strip() or f"exit code {done.returncode}").splitlines()[-1]
        raise Problem(project.say("checklist.failed", command=command, why=last))
    return done.stdout


def served(project: Project, place: Path) -> bytes:
    """The page that demo.py serves, fetched from the address that it prints."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        said = Path(folder) / "said"
        command, how = [project.interpreter, "-u", "demo.py", "--no-browser"], {"cwd": place, "env": alone()}
        with said.open("wb") as out:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, **how)
            try:
                until = time.monotonic() + LIMIT
                while time.monotonic() < until:
                    ended, text = process.poll() is not None, said.read_text(encoding="utf-8", errors="replace")
                    if ended:
                        why = (text.strip() or "no word").splitlines()[-1]
                        raise Problem(project.say("checklist.failed", command="python demo.py", why=why))
                    if address := re.search(r"http://(?:127\.0\.0\.1|localhost):\d+/?", text):
                        with contextlib.suppress(OSError):  # not yet
                            return direct.open(address[0], timeout=LIMIT).read()
                    time.sleep(0.2)
                raise Problem(project.say("checklist.too_long", command="python demo.py", seconds=LIMIT))
            finally:
                process.terminate()
                process.wait()


def alike(one: Any, other: Any) -> bool:
    """Whether two answers, plain JSON, are equal, numbers nearly so."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, int | float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=NEAR, abs_tol=NEAR)
    return one == other
