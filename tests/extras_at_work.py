"""The commands of every extra, one after the other, in a project with a scored run: what each must come to."""

import json
import shutil
from pathlib import Path

from click.testing import CliRunner
from hackgen.cli import cli
from hackgen.pitch.checklist import work
from hackgen.pitch.project import find
from hackgen.pitch.slides import deck
from projects import run
from test_checklist import commit, git

ABOUT = {"event": "Hack Night", "team": ("Ada", "Bo")}  # with an event a project has every extra
# Without programs demo.py finds no browser, and records no picture; browsers have tests of their own.
RECORD = """
import os, runpy, sys
os.environ["PATH"] = ""
sys.argv = ["demo.py", "--record"]
runpy.run_path("demo.py", run_name="__main__")
"""


def stand_behind(project: Path, name: str) -> dict:
    """Publish a run of a few steps, noted as a full one from now on; returns its report."""
    folder = project / "runs" / name
    for path in (folder / "config.json", folder / "report.json"):
        path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | {"smoke": False}), encoding="utf-8")
    shutil.copytree(folder, project / "published")
    git(project, "init", "--quiet", "--initial-branch=main")
    commit(project)
    return json.loads((project / "published" / "report.json").read_text(encoding="utf-8"))


def parsed(project: Path, *words: str, code: int = 0) -> dict | list:
    """What a command prints with --json."""
    done = run(project, *words, "--json")
    assert done.code == code and "Traceback" not in done.err, done.out + done.err
    return json.loads(done.out)


def outside(project: Path, command: str, *words: str) -> dict:
    """What a command of hackgen's prints with --json of a project."""
    done = CliRunner().invoke(cli, [command, str(project), *words, "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def try_extras(project: Path, name: str) -> None:
    """Run demo, comparison, slides, cards, status and checklist on a run; fail where one of them is not right."""
    sheet = stand_behind(project, name)

    run(project, "-c", RECORD).ok()
    record = json.loads((project / "demo" / "recorded.json").read_text(encoding="utf-8"))
    assert len(record["examples"]) >= 5 and all(each["answer"] for each in record["examples"])
    marks = [mark for each in record["examples"] for mark in each["answer"].get("marks", [1])]
    assert any(marks), "no part of any question counted for its answer"

    (entry,) = outside(project, "compare")["entries"]
    assert (entry["run"], entry["score"], entry["model"]) == (name, sheet["score"], sheet["model"])
    deck.write(deck.assemble(find(project)))
    assert f">{sheet['score']:.4g}<" in (project / "presentation" / "deck.html").read_text(encoding="utf-8")
    outside(project, "cards")
    assert f"value: {sheet['score']}" in (project / "MODEL_CARD.md").read_text(encoding="utf-8")
    best = outside(project, "status")["best"]
    assert (best["run"], best["report"]["score"]) == (name, sheet["score"])

    found = {entry["id"]: entry for entry in work.look(find(project))}
    for wanted in ("published", "packages", "history"):
        assert found[wanted]["state"] == "done", found[wanted]
