"""The checklist: for every item that code ticks, a project that passes, and the same with one change that fails."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hackgen.parts import TEMPLATES
from projects import Done, generate, run

EXTRAS = ("cards", "checklist", "kickoff")
WRITTEN = "The team wrote a whole sentence about this, and meant it."
KEY = "AKIA" + "ABCDEFGHIJKLMNOP"  # in two parts, so that no scanner takes this file for a leak


def git(folder: Path, *words: str, who: str = "Ada Lovelace", when: str = "") -> str:
    person = ["-c", f"user.name={who}", "-c", "user.email=team@example.org", "-c", "commit.gpgSign=false"]
    dated = ["--date", when] if when else []
    done = subprocess.run(["git", *person, *words, *dated], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout


def commit(folder: Path, message: str = "work", **how: str) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "-m", message, **how)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {path}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def written(folder: Path) -> None:
    """Write what pages ask a person to write."""
    for page in folder.glob("*.md"):
        text = page.read_text(encoding="utf-8")
        page.write_text(re.sub(r"\*write this[^*]*\*", WRITTEN, text), encoding="utf-8")


def started(folder: Path) -> Path:
    """A project of two at an event, begun an hour ago: all pages written, commits of both, pushed and tagged."""
    start = (datetime.now() - timedelta(hours=1)).strftime("%Y-%m-%d %H:%M")
    about = {"event": "E", "team": ("Ada", "Bo"), "start": start, "author": "Ada and Bo", "extras": EXTRAS}
    generate(folder, task="tabular-classification", **about)
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder, "Scaffold: x\n\nHackgen-Version: 0.1.0\n")
    rubric = folder / "rubric.toml"
    text = rubric.read_text(encoding="utf-8").replace("confirmed = false", "confirmed = true")
    rubric.write_text(text.replace('where = ""', 'where = "in the demo"'), encoding="utf-8")
    written(folder)
    commit(folder, "The pages")
    optional = "try:\n    import seldom_there\nexcept ImportError:\n    seldom_there = None\n"
    (folder / "optional.py").write_text(optional, encoding="utf-8")
    (folder / "data").mkdir()
    (folder / "data" / "notes.csv").write_text("flower,seen\niris,12\n", encoding="utf-8")
    commit(folder, "A look at the data", who="Bo Katan")
    run(folder, "cards.py")
    commit(folder, "The cards")
    git(folder, "init", "--quiet", "--bare", str(folder.with_suffix(".git")))
    git(folder, "remote", "add", "origin", str(folder.with_suffix(".git")))
    saved(folder)
    return folder


def saved(folder: Path) -> None:
    commit(folder, "As shown")
    git(folder, "push", "--quiet", "--set-upstream", "origin", "main")
    git(folder, "tag", "--force", "demo-day")


@pytest.fixture(scope="module")
def begun(tmp_path_factory) -> Path:
    return started(tmp_path_factory.mktemp("checklist") / "begun")


@pytest.fixture(scope="module")
def looked(begun, tmp_path_factory) -> tuple[Path, Done]:
    """The same after a first look, which filled the page, and how that ended."""
    project = shutil.copytree(begun, tmp_path_factory.mktemp("checklist") / "looked", symlinks=True)
    return project, run(project, "checklist.py")


@pytest.fixture(scope="module")
def shown(tmp_path_factory) -> Path:
    """The same after a training, published, with its cards."""
    folder = started(tmp_path_factory.mktemp("checklist") / "shown")
    run(folder, "train.py", "--out", "one").ok()
    run(folder, "evaluate.py", "--publish").ok()
    run(folder, "cards.py").ok()
    saved(folder)
    return folder


@pytest.fixture
def copy(tmp_path: Path) -> Callable[[Path], Path]:
    return lambda project: shutil.copytree(project, tmp_path / "project", symlinks=True)


def told(project: Path, *words: str) -> list[dict[str, Any]]:
    done = run(project, "checklist.py", "--json", *words)
    assert done.code in (0, 1) and not done.err, done.err
    return json.loads(done.out)


def only(project: Path, name: str) -> dict[str, Any]:
    (found,) = told(project, "--only", name)
    return found


def leak_in_history(project: Path) -> None:
    (project / "notes.txt").write_text(f"{KEY}\n", encoding="utf-8")
    commit(project)
    (project / "notes.txt").write_text("nothing\n", encoding="utf-8")
    commit(project)


def brought_along(project: Path) -> None:
    (project / "old.py").write_text("", encoding="utf-8")
    commit(project, when="2020-02-02 12:00:00")


def large(path: Path, size: int) -> None:
    path.write_bytes(b"\1")
    with path.open("r+b") as file:
        file.truncate(size)
    git(path.parent, "add", path.name)


def backwards(project: Path) -> None:
    scaffold = git(project, "log", "--reverse", "--format=%H").split()[0]
    git(project, "reset", "--quiet", "--hard", scaffold)


# What fails an item in a project that is not trained yet: item, change, a word of what is found.
BEGUN = [
    ("licence", lambda p: edit(p / "LICENSE", "Ada and Bo", "the authors of this project"), "nobody"),
    ("licence", lambda p: (p / "LICENSE").write_text("Ask me.\n", encoding="utf-8"), "no LICENSE"),
    ("placeholders", lambda p: edit(p / "data.py", "import numpy", f"# {'TO'}DO\nimport numpy"), "data.py:"),
    ("placeholders", lambda p: edit(p / "KICKOFF.md", WRITTEN, "*write this*"), "KICKOFF.md:"),
    ("links", lambda p: edit(p / "README.md", "## Data", "[plan](nowhere.md)\n\n## Data"), "nowhere.md"),
    ("links", lambda p: edit(p / "README.md", "## Data", "[plan](https://here)\n\n## Data"), "https://here"),
    ("committed", lambda p: (p / "late.py").write_text("", encoding="utf-8"), "late.py"),
    ("pushed", commit, "only here: 1"),
    ("tagged", commit, ""),
    ("secrets", lambda p: edit(p / "data.py", "import numpy", f"# {KEY}\nimport numpy"), "data.py:"),
    (
        "secrets",
        lambda p: edit(p / "data.py", "import numpy", f"# api{'_'}key = 'b7Qz90xLmT42vK'\nimport numpy"),
        "data.py:",
    ),
    ("secrets", leak_in_history, "notes.txt"),
    ("huge-files", lambda p: large(p / "video.mp4", 51_000_000), "video.mp4"),
    ("huge-files", lambda p: large(p / "weights.pt", 2_000_000), "weights.pt"),
    ("packages", lambda p: edit(p / "data.py", "import numpy", "import leftpad\nimport numpy"), "leftpad (data.py)"),
    ("within-event", brought_along, ""),
    ("within-event", lambda p: edit(p / "plan.toml", 'start = "20', 'start = "" # "20'), "no start"),
    ("several-commits", backwards, "scaffold: 0"),
    ("everybody", lambda p: edit(p / ".hackgen.toml", '"Bo"', '"Bo", "Cy Twombly"'), "Cy Twombly"),
    (
        "scaffold-share",
        lambda p: edit(p / "plan.toml", "most_scaffold = 100", "most_scaffold = 30"),
        "most allowed: 30",
    ),
    ("error-analysis", lambda p: edit(p / "README.md", f"2. {WRITTEN}", "2. Odd."), "2 of 3"),
    ("ethics", lambda p: edit(p / "ETHICS.md", "### D.2", "### Z.2"), "D.2"),
    ("personal", lambda p: edit(p / "data/notes.csv", "12", "ann@example.org"), "data/notes.csv: e-mail (1)"),
    ("data-card", lambda p: edit(p / "DATA_CARD.md", "num_examples: 30", "num_examples: 31"), "data is old"),
    ("data-card", lambda p: edit(p / "DATA_CARD.md", "pretty_name", "Name, and"), "DATA_CARD.md, line 3"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("item", "spoil", "word"), BEGUN, ids=[f"{n}-{name}" for n, (name, *_) in enumerate(BEGUN)])
def test_one_change_opens_an_item(begun, copy, item, spoil, word):
    project = copy(begun)
    spoil(project)
    found = only(project, item)
    assert found["state"] == "open" and word in found["found"], found


def test_they_were_done_before_and_several_changes_are_seen_at_once(begun, copy):
    project = copy(begun)
    found = {entry["id"]: entry for entry in told(project)}
    for item in dict.fromkeys(name for name, *_ in BEGUN):
        assert found[item]["state"] == "done", found[item]
    spoilt = {item: spoil for item, spoil, _ in BEGUN if item not in ("several-commits", "packages")}
    for spoil in spoilt.values():
        spoil(project)
    found = {entry["id"]: entry for entry in told(project)}
    assert {found[item]["state"] for item in spoilt} == {"open"}, found


def test_before_any_training_it_says_what_to_run_first(looked, copy):
    project, done = copy(looked[0]), looked[1]
    assert done.code == 1 and "python train.py, then python evaluate.py --publish" in done.out.splitlines()[-1]
    assert "python train.py" in only(project, "published")["found"]


def test_a_box_of_the_team_stays_and_one_of_the_code_is_ticked_by_the_code(looked, copy):
    project = copy(looked[0])
    page = project / "PRESENTATION.md"
    for name in ("rehearsed", "published", "fresh-clone"):
        line = next(line for line in page.read_text(encoding="utf-8").splitlines() if f"<!-- {name} -->" in line)
        assert line.startswith("- [ ] ")
        edit(page, line, line.replace("[ ]", "[x]"))
    page.write_text(page.read_text(encoding="utf-8") + "\nOur own words.\n", encoding="utf-8")
    found = {entry["id"]: entry["state"] for entry in told(project)}
    assert (found["rehearsed"], found["published"], found["fresh-clone"]) == ("done", "open", "unverified")
    text = page.read_text(encoding="utf-8")
    assert text.endswith("\nOur own words.\n") and [line for line in text.splitlines() if "<!-- licence -->" in line]
    states = {re.search(r"<!-- ([\w-]+) -->", line)[1]: line[3] for line in text.splitlines() if line.startswith("- [")}
    assert {name for name, mark in states.items() if mark == "x"} == {
        n for n, state in found.items() if state == "done"
    }


def test_an_item_that_people_judge_needs_both(looked, copy):
    project = copy(looked[0])
    assert only(project, "criteria")["state"] == "open"
    line = next(s for s in (project / "PRESENTATION.md").read_text("utf-8").splitlines() if "<!-- criteria -->" in s)
    edit(project / "PRESENTATION.md", line, line.replace("[ ]", "[x]"))
    assert only(project, "criteria")["state"] == "done"
    edit(project / "rubric.toml", 'where = "in the demo"', 'where = ""')
    assert only(project, "criteria")["state"] == "open"


def test_without_a_repository_it_says_so_and_goes_on(begun, copy):
    project = copy(begun)
    shutil.rmtree(project / ".git")
    found = {entry["id"]: entry for entry in told(project)}
    assert found["licence"]["state"] == "done" and "git cannot say" in found["committed"]["found"]


def test_a_history_that_is_cut_short_is_not_judged(begun, tmp_path):
    git(tmp_path, "clone", "--quiet", "--depth", "1", begun.as_uri(), "project")
    for item in ("secrets", "scaffold-share", "within-event"):
        found = only(tmp_path / "project", item)
        assert found["state"] == "open" and "git fetch --unshallow" in found["found"], found


def test_what_is_damaged_is_named(begun, copy):
    project = copy(begun)
    run(project, "checklist.py", "--only", "nonsense").refused(2, "no item 'nonsense'; there is: ")
    edit(project / "PRESENTATION.md", "<!-- end of the checklist -->", "")
    run(project, "checklist.py").refused(1, "PRESENTATION.md has lost its marks")
    (project / "PRESENTATION.md").unlink()
    run(project, "checklist.py").refused(1, "PRESENTATION.md is missing; git checkout -- PRESENTATION.md")


def test_a_team_without_names_is_not_asked_for_their_commits(begun, copy):
    project = copy(begun)
    edit(project / ".hackgen.toml", 'team = ["Ada", "Bo"]', "team = []")
    assert only(project, "everybody")["state"] == "does not apply"


def test_the_scaffold_is_counted_as_hackgen_counts_it(begun):
    from hackgen.pitch.provenance import provenance

    total = provenance(begun).total
    assert f"{100 * total.share:.0f} % of the lines" in only(begun, "scaffold-share")["found"]


def test_every_item_has_its_texts():
    pages = [path for path in (TEMPLATES / "extras/checklist").rglob("*.py") if path.parent.name == "checks"]
    for path in pages:
        folder = path.parents[1]
        strings = (folder / "strings.toml").read_text(encoding="utf-8")
        for name, kind in re.findall(r'Item\("([\w-]+)", "\w+", (\w+)', path.read_text(encoding="utf-8")):
            assert f"check_{name} = " in strings, f"{path}: {name}"
            assert kind == "HUMAN" or f"check_{name}_advice = " in strings, f"{path}: {name}"


def borrowed(name: str) -> Any:
    """A module of checks/ that needs nothing else of a project."""
    import importlib.util

    place = TEMPLATES / "extras/checklist/base/checks" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"borrowed_{name}", place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("accuracy 0.97", []),
        ("an accuracy of 96.7 % (88.6 % to 99 %)", []),
        ("accuracy is 0.98", ["1: 0.98"]),
        ("经过训练，accuracy达到0.98，很好", ["1: 0.98"]),
        ("accuracy: 98 %, with a 95 % interval", ["1: 98 %"]),
        ("Genauigkeit (accuracy) 0,967", []),
        ("no metric here 0.12", []),
        ("accuracy in version 2.13.0 of 5 runs on 2026-11-22", []),
        ("inaccuracy 0.1", []),
        ("accuracy on 1,174 rows of Python 3.11's library", []),
        ("accuracy on 1,175 rows", ["1: 1,175"]),
    ],
)
def test_a_score_of_another_run_is_found_in_a_text(tmp_path, line, wrong):
    page = tmp_path / "page.md"
    region = "<!-- runs: refreshed by x.py -->\naccuracy 0.1\n<!-- end of runs -->\naccuracy 0.2\n"
    page.write_text(f"{line}\n{region}", encoding="utf-8")
    sheet = {"metric": "accuracy", "score": 0.9667, "ci95": [0.886, 0.99], "baseline": {"score": 0.3333}}
    sheet |= {"n_test": 1174, "data": {"name": "Python 3.11's library"}}
    assert borrowed("numbers").strangers(page, sheet) == [*wrong, "5: 0.2"]


def test_in_a_larger_repository_the_folder_may_be_moved(begun, tmp_path):
    larger = tmp_path / "larger"
    shutil.copytree(begun, larger / "old", ignore=shutil.ignore_patterns(".git"))
    git(larger, "init", "--quiet")
    commit(larger, "all")
    (larger / "old" / "ours.py").write_text("print('ours')\n" * 1000, encoding="utf-8")
    commit(larger, "work", who="Bo Katan")
    git(larger, "mv", "old", "new")
    commit(larger, "moved")
    (larger / "outside.txt").write_text("somebody else's\n", encoding="utf-8")
    assert only(larger / "new", "committed")["state"] == "done"
    assert "2" in only(larger / "new", "several-commits")["found"]
    assert 80 < float(only(larger / "new", "scaffold-share")["found"].partition(" ")[0]) < 95


# With a published run


def restated(project: Path, **said: object) -> None:
    path = project / "published" / "report.json"
    sheet = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**sheet, **said}, indent=1), encoding="utf-8")
    commit(project)


def not_beaten(project: Path) -> None:
    rival = json.loads((project / "published/report.json").read_text(encoding="utf-8"))["baseline"]
    restated(project, baseline=rival | {"beaten": False, "difference_ci95": [-0.1, 0.1]})


def overlapping(project: Path) -> None:
    edit(project / "splits.py", "np.flatnonzero(split_of_row == number)", "np.flatnonzero(split_of_row >= 0)")


def forgotten(project: Path) -> None:
    git(project, "rm", "--quiet", "--cached", "loss.py")
    (project / ".gitignore").write_text("loss.py\n", encoding="utf-8")
    commit(project)


SHOWN = [
    ("readme", lambda p: edit(p / "README.md", "- **AI tools:**", "- AI tools"), "3 of 4"),
    ("published", lambda p: restated(p, score=0.5), "report.json says accuracy 0.5"),
    ("published", lambda p: (p / "published/best.pt").write_bytes(b"x"), "not of best.pt"),
    ("published", lambda p: (p / "published/report.json").write_text("{\n 3", encoding="utf-8"), "line 2"),
    ("published", lambda p: restated(p, smoke=True), "smoke"),
    ("newest", lambda p: edit(p / "loss.py", "import torch\n", "import torch  # other\n"), "loss.py"),
    ("beats-baseline", not_beaten, "not beaten by more than noise"),
    ("interval", lambda p: restated(p, ci95=None, ci95_method="too few rows"), "too few rows"),
    ("readme-numbers", lambda p: edit(p / "README.md", "## Data", "Its accuracy is 0.42.\n\n## Data"), "0.42"),
    ("readme-numbers", lambda p: edit(p / "README.md", "30 test rows", "31 test rows"), "not those of"),
    ("figures", lambda p: (p / "published/figures/learning_curves.png").unlink(), "no learning curves"),
    ("model-card", lambda p: edit(p / "MODEL_CARD.md", "\nlicense: mit", ""), "no license"),
    ("model-card", lambda p: edit(p / "MODEL_CARD.md", WRITTEN, "*write this*"), "MODEL_CARD.md:"),
    ("card-numbers", lambda p: edit(p / "MODEL_CARD.md", "## Uses", "Its accuracy is 0.42.\n\n## Uses"), "0.42"),
    (
        "card-numbers",
        lambda p: edit(p / "MODEL_CARD.md", "            value: 1.0", "            value: 0.9"),
        "results",
    ),
    ("splits", overlapping, "shared"),
    ("sanity", overlapping, "splits-disjoint"),
    ("reproduces", lambda p: restated(p, score=0.5), "published 0.5"),
    ("fresh-clone", forgotten, "loss"),
    ("latency", lambda p: (p / "published/best.pt").write_bytes(b"x"), "best.pt"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("item", "spoil", "word"), SHOWN, ids=[f"{n}-{name}" for n, (name, *_) in enumerate(SHOWN)])
def test_one_change_opens_an_item_of_a_published_run(shown, copy, item, spoil, word):
    project = copy(shown)
    spoil(project)
    found = only(project, item)
    assert found["state"] == "open" and word in found["found"], found


@pytest.mark.slow
def test_a_project_that_is_ready_is_told_so(shown, copy):
    project = copy(shown)
    assert run(project, "checklist.py").code == 1  # nobody has tried the slow ones, or ticked a box
    page = project / "PRESENTATION.md"
    text = page.read_text(encoding="utf-8")
    for name in ("permission", "criteria"):
        text = re.sub(rf"\[ \](.*<!-- {name} -->)", r"[x]\1", text)
    page.write_text(text, encoding="utf-8")
    done = run(project, "checklist.py", "--json", "--slow")
    found = {entry["id"]: entry for entry in json.loads(done.out)}
    assert done.code == 0, [entry for entry in found.values() if entry["must"] and entry["state"] != "done"]
    auto = {name: entry for name, entry in found.items() if entry["kind"] == "auto"}
    assert {entry["state"] for entry in auto.values()} == {"done"}, auto
    assert set(auto) == {name for name, *_ in BEGUN + SHOWN}  # each has a change that fails it
    commit(project, "The list")  # which changes nothing of what was tried
    assert run(project, "checklist.py").code == 0
    edit(project / "loss.py", "import torch\n", "import torch  # other\n")
    states = {entry["id"]: entry["state"] for entry in told(project)}
    assert {name for name, state in states.items() if state == "unverified"} == {
        "fresh-clone",
        "sanity",
        "reproduces",
        "latency",
    }
    assert "- [ ] **must** A fresh clone" in page.read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_process_of_the_checklist_has_no_network(begun):
    call = "socket.create_connection(('192.0.2.1', 80), 1)"
    code = f"from checks import running; running.python('-c', {'import socket; ' + call!r}, seconds=300)"
    assert "no network in this check" in run(begun, "-c", code).err
