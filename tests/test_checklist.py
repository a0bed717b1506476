"""hackgen checklist: for every item that code ticks, a project that passes, and the same with one change that fails.

The project is made up: its pages are real, its runs were never trained, its commands are a few lines each.
"""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import refused
from hackgen.pitch import pages, results, runs
from hackgen.pitch.cards import regions
from hackgen.pitch.checklist import items, texts, tried, work
from hackgen.pitch.project import find, words
from hackgen.pitch.provenance import provenance
from hackgen.pitch.slides import deck
from made_up import made
from made_up import project as made_up

WRITTEN = "The team wrote a whole sentence about this, and meant it."
KEY = "AKIA" + "ABCDEFGHIJKLMNOP"  # in two parts, so that no scanner takes this file for a leak
COMMANDS = {  # of the made-up project: what each leaves behind or prints
    "data.py": """\
import numpy

from types import SimpleNamespace

splits = [range(0, 30), range(30, 60), range(60, 400)]


def load(config):
    about = {"name": "digits", "sha256": "d", "rows": 400}
    return SimpleNamespace(meta={"data": about}, **{n: SimpleNamespace(ids=s) for n, s in zip(NAMES, splits)})


NAMES = ["train", "valid", "test"]
""",
    "loss.py": "import math\n",
    "train.py": "import loss\n",
    "check.py": """\
import json, data
shared = len(set(data.splits[0]) & set(data.splits[1]))
result = {"id": "splits-disjoint", "passed": shared == 0, "found": f"{shared} shared", "expected": "0 shared"}
print(json.dumps([result]))
""",
    "evaluate.py": """\
import json, pathlib, sys
import numpy
import loss, metrics

path = pathlib.Path(sys.argv[1], "report.json")
with numpy.load(path.with_name("predictions.npz")) as found:
    score = metrics.score(found["target"], found["output"], {})
path.write_text(json.dumps(json.loads(path.read_text()) | {"score": score}))
""",
    "demo.py": """\
import http.server, json, pathlib, sys

PAGE = b"<p>hello</p>"
sheet = json.loads(pathlib.Path("published/report.json").read_text())
if "--record" in sys.argv:
    examples = [{"question": [number], "answer": {"class": str(number), "share": 0.5}} for number in range(6)]
    pathlib.Path("demo").mkdir(exist_ok=True)
    content = {"checkpoint_sha256": sheet["checkpoint_sha256"], "examples": examples}
    pathlib.Path("demo", "recorded.json").write_text(json.dumps(content))
    sys.exit()


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(PAGE)


server = http.server.HTTPServer(("127.0.0.1", 0), Page)
print(f"open http://127.0.0.1:{server.server_port}/", flush=True)
server.serve_forever()
""",
}


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
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def written(folder: Path) -> None:
    """Write what pages ask a person to write."""
    for page in folder.glob("*.md"):
        text = page.read_text(encoding="utf-8")
        text = re.sub(r"\*write this[^*]*\*", WRITTEN, text)
        text = text.replace(f"\n1. {WRITTEN}\n", "".join(f"\n{n}. {WRITTEN}" for n in (1, 2, 3)) + "\n")  # mistakes
        page.write_text(text, encoding="utf-8")
    told = (folder / "deck.toml").read_text(encoding="utf-8")
    (folder / "deck.toml").write_text(re.sub(r'"Write: [^"]*"', '"We see it at once"', told), encoding="utf-8")


def shown(folder: Path) -> None:
    """Write results to README as evaluate.py --publish does, and refresh cards and deck."""
    project = find(folder)
    sheet = runs.report(project, project.published)
    rows = "".join(f"\n| {' | '.join(row)} |" for row in results.rows(project, sheet))
    figure = "![learning curves](published/figures/learning_curves.png)"
    told = f"{results.headline(project, sheet)}\n\n|  |  |  |\n| --- | --- | --- |{rows}\n\n{figure}"
    pages.refresh(folder / "README.md", "results", told)
    for page, name, text in regions.regions(project, regions.counted(project)):
        pages.refresh(page, name, text)
    deck.write(deck.assemble(project, stored=True))


@pytest.fixture(scope="session")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of two at an event, begun an hour ago: a run published, all pages written, pushed and tagged."""
    folder = tmp_path_factory.mktemp("checklist") / "ready"
    start = (datetime.now() - timedelta(hours=1)).strftime("%Y-%m-%d %H:%M")
    made_up(folder, event="E", team=("Ada", "Bo"), start=start, author="Ada and Bo")
    for name, code in COMMANDS.items():
        (folder / name).write_text(code, encoding="utf-8")
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder, "Scaffold: x\n\nHackgen-Version: 0.1.0\n")
    rubric = folder / "rubric.toml"
    text = rubric.read_text(encoding="utf-8").replace("confirmed = false", "confirmed = true")
    rubric.write_text(text.replace('where = ""', 'where = "in the demo"'), encoding="utf-8")
    written(folder)
    commit(folder, "The pages")
    optional = "try:\n    import seldom_there\nexcept ImportError:\n    seldom_there = None\n"
    (folder / "optional.py").write_text(optional, encoding="utf-8")
    (folder / "data").mkdir(exist_ok=True)
    (folder / "data" / "notes.csv").write_text("flower,seen\niris,12\n", encoding="utf-8")
    commit(folder, "A look at the data", who="Bo Katan")
    run = made(folder, "published", right=0.93, valid=0.94)
    (run / "figures" / "learning_curves.png").write_bytes(b"\x89PNG")
    subprocess.run([sys.executable, "demo.py", "--record"], cwd=folder, check=True)
    shown(folder)
    git(folder, "init", "--quiet", "--bare", str(folder.with_suffix(".git")))
    git(folder, "remote", "add", "origin", str(folder.with_suffix(".git")))
    saved(folder)
    return folder


def saved(folder: Path) -> None:
    commit(folder, "As shown")
    git(folder, "push", "--quiet", "--set-upstream", "origin", "main")
    git(folder, "tag", "--force", "demo-day")


@pytest.fixture
def project(ready: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(ready, tmp_path / "project", symlinks=True))


@pytest.fixture
def checklist(hackgen):
    """`hackgen checklist` in a project."""
    return lambda project, *words: hackgen("checklist", str(project), *words)


def told(project: Path, slow: bool = False) -> dict[str, dict[str, Any]]:
    return {entry["id"]: entry for entry in work.look(find(project), slow)}


def only(project: Path, name: str) -> dict[str, Any]:
    (found,) = work.look(find(project), only=name)
    return found


def tick(project: Path, *names: str) -> None:
    for name in names:
        text = (project / items.PAGE).read_text(encoding="utf-8")
        row = next(row for row in text.splitlines() if f"<!--{name}-->" in row)
        edit(project / items.PAGE, row, row.replace("[ ]", "[x]"))


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


def large_in_history(project: Path) -> None:
    large(project / "video.mp4", 51_000_000)
    commit(project)
    (project / "video.mp4").unlink()
    commit(project)


def backwards(project: Path) -> None:
    scaffold = git(project, "log", "--reverse", "--format=%H").split()[0]
    git(project, "reset", "--quiet", "--hard", scaffold)


def restated(project: Path, **said: object) -> None:
    path = project / "published" / "report.json"
    sheet = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**sheet, **said}, indent=1), encoding="utf-8")
    commit(project)


def not_beaten(project: Path) -> None:
    rival = json.loads((project / "published/report.json").read_text(encoding="utf-8"))["baseline"]
    restated(project, baseline=rival | {"beaten": False, "difference_ci95": [-0.1, 0.1]})


def forgotten(project: Path) -> None:
    git(project, "rm", "--quiet", "--cached", "loss.py")
    (project / ".gitignore").write_text("loss.py\n", encoding="utf-8")
    commit(project)


def recorded(project: Path) -> dict:
    return json.loads((project / "demo/recorded.json").read_text(encoding="utf-8"))


def rerecorded(project: Path, **changed: object) -> None:
    (project / "demo/recorded.json").write_text(json.dumps(recorded(project) | changed), encoding="utf-8")
    commit(project)


def other_answer(project: Path) -> None:
    examples = recorded(project)["examples"]
    examples[0]["answer"] = {"class": "other", "share": 0.5}
    rerecorded(project, examples=examples)


def elsewhere(project: Path) -> None:
    edit(project / "demo.py", "<p>", "<script src='https://cdn.example.org/x.js'></script><p>")
    commit(project)


def broken(project: Path) -> None:
    edit(project / "demo.py", "sheet =", "raise SystemExit('no page today')\nsheet =")
    commit(project)


def asks_the_network(project: Path) -> None:
    edit(project / "train.py", "import loss", "import socket\nsocket.create_connection(('192.0.2.1', 80), 1)")
    commit(project)


def in_text(name: str, old: str, new: str) -> Callable[[Path], None]:
    return lambda project: edit(project / name, old, new)


def add(name: str, text: str) -> Callable[[Path], None]:
    def change(project: Path) -> None:
        path = project / name
        path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")

    return change


def remove(name: str) -> Callable[[Path], None]:
    return lambda project: (project / name).unlink()


def put(name: str, content: str) -> Callable[[Path], None]:
    return lambda project: (project / name).write_text(content, encoding="utf-8")


# What fails an item: its name, the change, a word of what is found.
SPOILT = [
    ("written", in_text("LICENSE", "Ada and Bo", "the authors of this project"), "names nobody"),
    ("written", put("LICENSE", "Ask me.\n"), "no LICENSE"),
    ("written", in_text("data.py", "import numpy", f"# {'TO'}DO\nimport numpy"), "data.py:1"),
    ("written", in_text("KICKOFF.md", WRITTEN, "*write this*"), "KICKOFF.md:"),
    ("written", add("README.md", "[plan](nowhere.md)\n"), "nowhere.md"),
    ("written", add("README.md", "[plan](https://here)\n"), "https://here"),
    ("written", in_text("README.md", "- **AI tools:**", "- AI tools"), "3 of 4"),
    ("committed", put("late.py", ""), "commit late.py"),
    ("pushed", commit, "only here: 1"),
    ("pushed", lambda p: git(p, "remote", "remove", "origin"), "only here: "),
    ("pushed", lambda p: git(p, "tag", "--delete", "demo-day"), "no tag"),
    ("history", in_text("data.py", "import numpy", f"# {KEY}\nimport numpy"), "data.py:1"),
    ("history", in_text("data.py", "import numpy", f"# api{'_'}key = 'b7Qz90xLmT42vK'\nimport numpy"), "data.py:1"),
    ("history", leak_in_history, "notes.txt"),
    ("history", lambda p: large(p / "video.mp4", 51_000_000), "video.mp4"),
    ("history", lambda p: large(p / "weights.pt", 2_000_000), "weights.pt"),
    ("history", large_in_history, "video.mp4 (in the history)"),
    ("packages", in_text("data.py", "import numpy", "import leftpad\nimport numpy"), "leftpad (data.py)"),
    ("event", brought_along, "outside the event"),
    ("event", in_text("plan.toml", 'start = "20', 'start = "" # "20'), "no start"),
    ("event", backwards, "scaffold: 0"),
    ("event", in_text(".hackgen.toml", '"Bo"', '"Bo", "Cy Twombly"'), "Cy Twombly"),
    ("event", in_text("plan.toml", "most_scaffold = 100", "most_scaffold = 30"), "most allowed: 30"),
    ("mistakes", in_text("README.md", f"2. {WRITTEN}", "2. Odd."), "2 of 3"),
    ("personal", in_text("data/notes.csv", "12", "ann@example.org"), "data/notes.csv: e-mail (1)"),
    ("cards", in_text("ETHICS.md", WRITTEN, "Yes."), "ETHICS.md: "),
    ("cards", in_text("ETHICS.md", WRITTEN, "*write this*"), "ETHICS.md:"),
    ("cards", in_text("DATA_CARD.md", "pretty_name", "Name, and"), "DATA_CARD.md, line 3"),
    ("cards", in_text("MODEL_CARD.md", "\nlicense: mit", ""), "MODEL_CARD.md: no license"),
    ("cards", in_text("MODEL_CARD.md", WRITTEN, "*write this*"), "MODEL_CARD.md:"),
    ("cards", in_text("MODEL_CARD.md", "            value: 0.9", "            value: 0.8"), "results is old"),
    ("published", put("published/best.pt", "x"), "not of best.pt"),
    ("published", put("published/report.json", "{\n 3"), "line 2"),
    ("published", lambda p: restated(p, smoke=True), "smoke"),
    ("published", lambda p: git(p, "rm", "-r", "--quiet", "--cached", "published"), "commit published"),
    ("newest", in_text("loss.py", "import math\n", "import math  # other\n"), "loss.py"),
    ("beats-baseline", not_beaten, "behind the model, by no more than noise"),
    ("beats-baseline", lambda p: restated(p, ci95=None, ci95_method="too few rows"), "too few rows"),
    ("numbers", add("README.md", "Its accuracy is 0.42.\n"), "0.42"),
    ("numbers", in_text("README.md", "400 test pictures", "401 test pictures"), "not those of"),
    ("numbers", lambda p: restated(p, score=0.5), "not those of"),
    ("numbers", remove("published/figures/learning_curves.png"), "no learning curves"),
    ("numbers", put("published/figures/more.png", "no picture"), "more.png"),
    ("numbers", add("MODEL_CARD.md", "Its accuracy is 0.42.\n"), "MODEL_CARD.md:"),
    ("demo-recorded", lambda p: rerecorded(p, checkpoint_sha256="0"), "another checkpoint"),
    ("demo-recorded", lambda p: rerecorded(p, examples=recorded(p)["examples"][:4]), "4 examples"),
    ("demo-recorded", lambda p: shutil.rmtree(p / "demo"), "not there"),
    ("demo-recorded", put("demo/recorded.json", "{"), "damaged"),
    ("deck", in_text("deck.toml", 'tagline = "', 'tagline = "Write: '), "tagline"),
    ("deck", put("published/best.pt", "x"), "best.pt"),
    ("deck", lambda p: git(p, "rm", "--quiet", "--cached", "presentation/deck.html"), "commit presentation/deck.html"),
    ("criteria", in_text("rubric.toml", "confirmed = true", "confirmed = false"), "not confirmed"),
    ("criteria", in_text("rubric.toml", 'where = "in the demo"', 'where = ""'), "no moment for Technology"),
    ("sanity", in_text("data.py", "range(30, 60)", "range(29, 60)"), "splits-disjoint: 1 shared"),
    ("sanity", in_text("DATA_CARD.md", "num_examples: 30", "num_examples: 31"), "DATA_CARD.md: data is old"),
    ("fresh-clone", lambda p: restated(p, score=0.5), "published 0.5, again 0.9"),
    ("fresh-clone", forgotten, "No module named 'loss'"),
    ("fresh-clone", asks_the_network, "no network in this check"),
    ("demo-works", other_answer, "5 of 6"),
    ("demo-works", elsewhere, "//cdn.example.org"),
    ("demo-works", broken, "no page today"),
]
IDS = [f"{count}-{name}" for count, (name, *_) in enumerate(SPOILT)]


@pytest.mark.slow
@pytest.mark.parametrize(("item", "spoil", "word"), SPOILT, ids=IDS)
def test_one_change_opens_an_item(project, item, spoil, word):
    tick(project, "criteria")
    spoil(project)
    found = only(project, item)
    assert found["state"] == "open" and word in found["found"], found
    assert found["advice"] or item == "published"


@pytest.mark.slow
def test_a_project_that_is_ready_is_told_so_and_slow_results_count_until_something_changes(project, checklist):
    done = checklist(project)
    assert done.returncode == 1 and "not verified as it stands now: sanity, fresh-clone, demo-works" in done.stdout
    tick(project, "permission", "criteria")
    done = checklist(project, "--json", "--slow")
    found = {entry["id"]: entry for entry in json.loads(done.stdout)}
    assert done.returncode == 0, [entry for entry in found.values() if entry["must"] and entry["state"] != "done"]
    code = {name: entry for name, entry in found.items() if entry["kind"] != "human"}
    assert {entry["state"] for entry in code.values()} == {"done"}, code
    assert set(code) == {name for name, *_ in SPOILT}  # each has a change that fails it
    assert re.match(r"400 test pictures scored within \d+ s", found["fresh-clone"]["found"])
    commit(project, "The list")  # which changes nothing of what was tried
    assert checklist(project).returncode == 0
    edit(project / "loss.py", "import math\n", "import math  # other\n")
    states = {name: entry["state"] for name, entry in told(project).items()}
    assert {name for name, state in states.items() if state == "unverified"} == {"fresh-clone", "sanity", "demo-works"}
    assert "- [ ] **must** A fresh clone" in (project / items.PAGE).read_text(encoding="utf-8")


def test_without_slow_nothing_of_the_project_runs(project, monkeypatch):
    for name in ("run", "Popen"):
        real = getattr(subprocess, name)

        def guarded(command, *rest, real=real, **how):
            assert command[0] == "git", command
            return real(command, *rest, **how)

        monkeypatch.setattr(subprocess, name, guarded)
    assert told(project)["committed"]["state"] == "done"


def test_before_any_training_it_says_what_to_run_first(tmp_path, checklist):
    project = made_up(tmp_path / "p")
    done = checklist(project)
    assert done.returncode == 1 and "python train.py, then python evaluate.py --publish" in done.stdout.splitlines()[-1]
    assert "python train.py" in only(project, "published")["found"]
    made(project, "one", scored=False)
    assert only(project, "published")["found"].endswith("first: python evaluate.py --publish")


def test_the_page_is_ticked_in_place_and_the_teams_words_stay(project):
    page = project / items.PAGE
    row = next(row for row in page.read_text("utf-8").splitlines() if "<!--rehearsed-->" in row)
    ours = row.replace("Rehearsed twice", "Rehearsed four times").replace("[ ]", "[x]") + " by Ada"
    edit(page, row, f"{ours}\n  - at three, in the kitchen")
    edit(page, "## Talk", "## Our talk")
    tick(project, "published", "fresh-clone")
    add(items.PAGE, "\nOur own words.\n")(project)
    (project / "_late_.py").write_text("", encoding="utf-8")
    states = {name: entry["state"] for name, entry in told(project).items()}
    assert (states["rehearsed"], states["committed"], states["fresh-clone"]) == ("done", "open", "unverified")
    text = page.read_text(encoding="utf-8")
    assert text.endswith("\nOur own words.\n") and "## Our talk" in text and "\n  - at three, in the kitchen\n" in text
    assert "Rehearsed four times" in text and "<!--committed--> commit \\_late\\_.py\n" in text
    boxes = {found["id"]: found["tick"] for found in items.LINE.finditer(text)}
    assert {name for name, mark in boxes.items() if mark == "x"} == {
        name for name, state in states.items() if state == "done"
    }
    told(project)
    assert page.read_text(encoding="utf-8") == text
    (project / "_late_.py").unlink()
    told(project)
    assert "<!--committed-->\n" in page.read_text(encoding="utf-8")


def test_a_page_of_an_older_version_gets_the_list(project):
    page = project / items.PAGE
    text = page.read_text(encoding="utf-8")
    begin, end = text.index("## Data"), text.index("<!-- end of checklist")
    older = f"{text[:begin]}Nothing is checked yet: `python checklist.py`.\n\n{text[end:]}"
    page.write_text(older.replace("end of checklist", "end of the checklist"), encoding="utf-8")
    told(project)
    fresh = page.read_text(encoding="utf-8")
    assert len(items.LINE.findall(fresh)) == len(items.ITEMS) and "Nothing is checked" not in fresh
    page.write_text(text.replace("## Talk", "Mind the cable.\n\n## Talk").replace("<!--deck-->", ""), encoding="utf-8")
    tick(project, "rehearsed")
    told(project)
    fresh = page.read_text(encoding="utf-8")
    assert "Mind the cable." in fresh and "<!--deck-->" in fresh


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("event", ["", "E"])
def test_the_page_shows_the_list_from_the_first_minute(tmp_path, lang, event):
    project = find(made_up(tmp_path / "p", lang=lang, event=event))
    page = pages.section(project.root / items.PAGE, items.REGION)
    assert page == items.page(project.answers["extras"], lang)
    ids = [found["id"] for found in items.LINE.finditer(page)]
    assert ids == [item.id for item in items.asked(project.answers["extras"])]
    assert len(ids) == (len(items.ITEMS) if event else 19) and len(ids) <= 25 and "[x]" not in page
    assert all("`" in row for row in page.splitlines() if row.startswith("- ["))  # the command that shows it
    assert page == items.ticked(page, [], lang)
    spoilt = items.ticked(page, [{"id": "written", "state": "open", "found": "<!--story-->"}], lang)
    assert [found["id"] for found in items.LINE.finditer(spoilt)] == ids


def test_an_item_that_people_judge_needs_both(project):
    assert only(project, "criteria")["state"] == "open"
    tick(project, "criteria")
    assert only(project, "criteria")["state"] == "done"
    edit(project / "rubric.toml", 'where = "in the demo"', 'where = ""')
    assert only(project, "criteria")["state"] == "open"


def test_without_a_repository_it_says_so_and_goes_on(project):
    shutil.rmtree(project / ".git")
    found = told(project)
    assert found["mistakes"]["state"] == "done" and "git cannot say" in found["committed"]["found"]


def test_a_history_that_is_cut_short_is_not_judged(ready, tmp_path):
    git(tmp_path, "clone", "--quiet", "--depth", "1", ready.as_uri(), "project")
    for item in ("history", "event"):
        found = only(tmp_path / "project", item)
        assert found["state"] == "open" and "git fetch --unshallow" in found["found"], found


def test_what_is_damaged_is_named(project, checklist):
    refused(checklist(project, "--only", "nonsense"), 2, 'no item "nonsense"; there is: ')
    edit(project / items.PAGE, "<!-- end of checklist -->", "")
    refused(checklist(project), 1, "PRESENTATION.md has lost its marks")
    (project / items.PAGE).unlink()
    refused(checklist(project), 1, "PRESENTATION.md is missing; git checkout -- PRESENTATION.md")


def test_a_project_without_a_checklist_is_told_so(tmp_path, checklist):
    refused(checklist(made_up(tmp_path / "p", extras=())), 1, "hackgen add checklist")


def test_a_team_without_names_is_not_asked_for_their_commits(project):
    edit(project / ".hackgen.toml", 'team = ["Ada", "Bo"]', "team = []")
    assert "Ada" not in only(project, "event")["found"]


def test_the_scaffold_is_counted_as_hackgen_counts_it(ready):
    assert f"{100 * provenance(ready)[-1].share:.0f} % of the lines" in only(ready, "event")["found"]


def test_packages_of_the_projects_own_python_are_looked_up_without_running_it(project):
    own = project / ".venv" / "bin" / "python"
    site = project / ".venv" / "lib" / "python3.11" / "site-packages"
    info = site / "leftpad_tools-1.dist-info"
    info.mkdir(parents=True)
    own.parent.mkdir()
    own.write_text("", encoding="utf-8")
    (info / "METADATA").write_text("Name: leftpad-tools\nVersion: 1\n", encoding="utf-8")
    (info / "RECORD").write_text("leftpad/__init__.py,,\n", encoding="utf-8")
    (site / "leftpad").mkdir()
    (site / "leftpad" / "__init__.py").touch()
    edit(project / "data.py", "import numpy", "import leftpad")
    assert "leftpad (data.py)" in only(project, "packages")["found"]
    edit(project / "pyproject.toml", "dependencies = [", 'dependencies = [\n    "leftpad-tools",')
    assert "leftpad" not in only(project, "packages")["found"].partition(";")[0]


def test_every_item_has_its_texts():
    for lang in ("en", "zh"):
        say = words("checklist", lang)
        assert {f"item_{item.id}" for item in items.ITEMS} == {key for key in say if key.startswith("item_")}
        assert {f"do_{name}" for name in work.CHECKS} == {key for key in say if key.startswith("do_")}
    assert {item.id for item in items.ITEMS if item.by != items.PEOPLE} == work.CHECKS.keys()


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
def test_a_score_of_another_run_is_found_in_a_text(line, wrong):
    region = "<!-- runs: refreshed by x.py -->\naccuracy 0.1\n<!-- end of runs -->\naccuracy 0.2\n"
    sheet = {"metric": "accuracy", "score": 0.9667, "ci95": [0.886, 0.99], "baseline": {"score": 0.3333}}
    sheet |= {"n_test": 1174, "data": {"name": "Python 3.11's library"}}
    assert texts.strangers(f"{line}\n{region}", sheet) == [*wrong, "5: 0.2"]
    assert not texts.strangers("accuracy 20,880, as a table shows it", sheet | {"score": 20884.3})


def test_in_a_larger_repository_the_folder_may_be_moved(ready, tmp_path):
    larger = tmp_path / "larger"
    shutil.copytree(ready, larger / "old", ignore=shutil.ignore_patterns(".git"))
    git(larger, "init", "--quiet")
    commit(larger, "all")
    (larger / "old" / "ours.py").write_text("print('ours')\n" * 1000, encoding="utf-8")
    commit(larger, "work", who="Bo Katan")
    git(larger, "mv", "old", "new")
    commit(larger, "moved")
    (larger / "outside.txt").write_text("somebody else's\n", encoding="utf-8")
    assert only(larger / "new", "committed")["state"] == "done"
    edit(larger / "new" / "plan.toml", "most_scaffold = 100", "most_scaffold = 0")
    found = only(larger / "new", "event")["found"]
    assert (
        "Bo" not in found.partition("nobody")[2]
        and "scaffold: 2" in found
        and 20 < float(re.search(r"(\d+) % of the lines", found)[1]) < 95
    )


def test_a_process_of_the_checklist_has_no_network(project):
    code = "import socket; socket.create_connection(('192.0.2.1', 80), 1)"
    with pytest.raises(Exception, match="no network in this check"):
        tried.python(find(project), "-c", code)
