"""hackgen status: the clock, the gates of plan.toml, the judges' criteria and the best run, as they stand."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from conftest import refused
from made_up import made
from made_up import project as made_up


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    folder = made_up(tmp_path_factory.mktemp("status") / "p", event="E", start="2026-11-20 18:00", hours=36)
    git(folder, "init", "--quiet")
    return folder


def git(folder: Path, *words: str) -> None:
    person = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgSign=false"]
    subprocess.run(["git", *person, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def edited(project):
    """Change files of the project for one test: {path: text, or a function of the text; None removes it}."""
    kept: dict[Path, bytes | None] = {}

    def change(files: dict[str, Any]) -> None:
        for name, text in files.items():
            path = project / name
            kept.setdefault(path, path.read_bytes() if path.is_file() else None)
            if text is None:
                path.unlink()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            old = path.read_text(encoding="utf-8") if path.is_file() else ""
            path.write_text(text(old) if callable(text) else text, encoding="utf-8")

    yield change
    for path, content in kept.items():
        path.unlink(missing_ok=True)
        if content is not None:
            path.write_bytes(content)


@pytest.fixture
def told(hackgen, project):
    """What `hackgen status` prints of the project."""

    def tell(*words: str) -> str:
        done = hackgen("status", *words, cwd=project)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return tell


@pytest.fixture
def status(told):
    return lambda now="H+1": json.loads(told("--json", "--now", now))


@pytest.fixture
def check(status):
    """Whether the checks of a kind hold."""

    def holds(kind: str) -> bool:
        found = {c["passed"] for gate in status()["gates"] for c in gate["checks"] if c["kind"] == kind}
        assert len(found) == 1
        return found.pop()

    return holds


def test_before_any_training_it_says_what_to_run_first(told):
    out = told("--now", "2026-11-20 18:30")
    assert "H+0:30 of 36:00, 35:30 left" in out and "2026-11-20 18:30 local time, the end is 2026-11-22 06:00" in out
    assert "Next: Kickoff done, 11-20 19:00 H+1:00, in 0:30" in out
    assert "Nothing is trained yet: python train.py" in out and "not confirmed" in out


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ("H+8", ["H+8:00 of 36:00", "late by 7:00", "late by 1:00", "in 4:00"]),
        ("H+8:15", ["H+8:15 of 36:00"]),
        ("2026-11-20 12:00", ["starts in 6:00, at 2026-11-20 18:00"]),
        ("2026-11-22T08:00", ["ended 2:00 ago"]),
    ],
)
def test_the_clock(now, words, told):
    out = told("--now", now)
    assert all(word in out for word in words), out


def test_a_plan_without_a_start_says_how_to_set_the_clock(edited, told):
    edited({"plan.toml": lambda text: text.replace('start = "2026-11-20 18:00"', 'start = ""')})
    out = told()
    assert "The clock is not set" in out and "Next: Kickoff done, H+1:00, open" in out
    assert "late by 7:00" in told("--now", "H+8")


def test_a_gate_is_passed_when_its_checks_hold_and_people_agree(edited, status):
    assert status()["next"] == "kickoff"
    edited(
        {
            "KICKOFF.md": lambda text: text.replace("*write this", "a word"),
            "rubric.toml": lambda text: text.replace("confirmed = false", "confirmed = true"),
        }
    )
    found = status()
    assert all(check["passed"] for check in found["gates"][0]["checks"]) and found["next"] == "kickoff"
    edited({"plan.toml": lambda text: text.replace("agreed = false", "agreed = true", 1)})
    found = status()
    assert (found["gates"][0]["state"], found["next"]) == ("passed", "skeleton")


@pytest.fixture
def runs(project):
    """Make runs that are gone after the test."""
    yield lambda name, **given: made(project, name, **given)
    for folder in ("runs", "published"):
        shutil.rmtree(project / folder, ignore_errors=True)


def test_the_best_run_is_the_best_on_valid_that_is_no_smoke_run(project, told, status, check, runs, hackgen):
    assert not check("trained")
    not_beaten = {"name": "b", "score": 0.3, "difference_ci95": [-1, 1], "difference_method": "", "beaten": False}
    runs("bad", right=0.7, valid=0.7)
    runs("lucky", valid=0.99, smoke=True)
    good = runs("good", valid=0.95, scored=False)
    assert check("trained") and check("scored") and not check("beaten")
    assert (status()["best"]["run"], status()["best"]["report"]) == ("good", None)
    assert "good, accuracy 0.95 on valid; not scored yet: python evaluate.py good" in told()
    shutil.rmtree(good)
    runs("good", valid=0.95, baseline=not_beaten)
    assert "good, accuracy 0.95 on valid; on test 0.9025 (baseline 0.3)" in told() and not check("beaten")
    shutil.rmtree(good)
    runs("good", valid=0.95)
    assert check("beaten") and not check("published")
    shutil.copytree(project / "runs" / "bad", project / "published")
    assert check("published") and not check("best_published")
    shutil.copyfile(good / "report.json", project / "published" / "report.json")
    assert check("best_published")
    (good / "report.json").write_text("{", encoding="utf-8")
    refused(hackgen("status", str(project)), 1, "good/report.json is damaged", "line 1")
    (good / "report.json").write_text("{}", encoding="utf-8")
    refused(hackgen("status", str(project)), 1, "good/report.json is damaged", "python evaluate.py good")


def test_in_a_clone_the_published_run_is_the_best(told, check, runs):
    runs("published", right=0.7, valid=0.7)
    assert "Best so far: published, accuracy 0.7 on valid; on test 0.7" in told()
    assert check("trained") and check("beaten") and check("best_published")


def test_commits_are_seen(project, check):
    assert not check("clean") and not check("committed") and not check("pushed")
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "-m", "one")
    assert check("clean") and not check("committed")  # nothing is published yet
    (project / "published").mkdir(exist_ok=True)
    (project / "published" / "note.txt").write_text("x", encoding="utf-8")
    assert not check("clean") and not check("committed")
    git(project, "add", "published")
    git(project, "commit", "--quiet", "-m", "two")
    assert check("committed") and not check("pushed")
    git(project, "init", "--quiet", "--bare", "../remote.git")
    git(project, "remote", "add", "origin", "../remote.git")
    git(project, "push", "--quiet", "--set-upstream", "origin", "HEAD")
    assert check("pushed")


def line_of(text: str, words: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if words in line)


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("rubric.toml", "weight = 25", "weight = 0", "weight must be a number above 0"),
        ("rubric.toml", "weight = 25", 'weight = "25"', "weight must be a number above 0"),
        ("rubric.toml", "confirmed = false", 'confirmed = "no"', "confirmed must be true or false"),
        ("rubric.toml", 'name = "Design"', 'name = ""', "name must be a text"),
        ("rubric.toml", 'where = ""', "where = 3", "where must be a text"),
        ("plan.toml", 'start = "2026-11-20 18:00"', 'start = "friday"', '"friday" is no local time'),
        ("plan.toml", "hours = 36", "hours = true", "hours must be a number of hours"),
        ("plan.toml", "hours = 7", "hours = -7", "hours must be hours after the start"),
        ("plan.toml", "agreed = false", "agreed = maybe", "mend that line"),
        ("plan.toml", "agreed = false", "agreed = 1", "agreed must be true or false"),
        ("plan.toml", 'kind = "written"', 'kind = "dreamt"', "checks must be a list"),
        ("plan.toml", 'kind = "written"', 'kind = ["written"]', "checks must be a list"),
        ("plan.toml", 'kind = "written", path = ', 'kind = "written", page = ', "checks must be a list"),
    ],
)
def test_a_damaged_table_is_named_with_its_line(project, edited, name, old, new, told, hackgen):
    edited({name: lambda text: text.replace(old, new, 1)})
    text = (project / name).read_text(encoding="utf-8")
    done = hackgen("status", str(project))
    refused(done, 1, name, told)
    number = int(re.search(r"line (\d+)", done.stderr)[1])
    assert number == line_of(text, new if "checks" not in told else "checks = [")


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("plan.toml", None, "plan.toml is missing; git checkout -- plan.toml brings it back"),
        ("rubric.toml", None, "rubric.toml is missing"),
        ("rubric.toml", 'name = "x"\nconfirmed = true\n', "rubric.toml has no [[criteria]]"),
        ("rubric.toml", 'name = "x"\n\n[[criteria', "line 3, the end"),
    ],
)
def test_a_missing_table_is_named(project, edited, name, text, told, hackgen):
    edited({name: text})
    refused(hackgen("status", str(project)), 1, told)


def test_a_table_in_another_encoding_is_named_and_the_mark_of_utf8_does_no_harm(project, edited, hackgen, told):
    edited({"rubric.toml": lambda text: text})
    path = project / "rubric.toml"
    whole = path.read_bytes()
    path.write_bytes(b"\xef\xbb\xbf" + whole.replace(b"\n", b"\r\n"))
    told()
    path.write_bytes(whole.replace(b"Design", b"Caf\xe9"))
    number = whole[: whole.index(b"Design")].count(b"\n") + 1
    refused(hackgen("status", str(project)), 1, f"rubric.toml, line {number}: this is not UTF-8")


def test_wrong_usage(project, hackgen):
    refused(hackgen("status", str(project), "--now", "noon"), 2, "--now takes a time")
    refused(hackgen("status", str(project), "--later"), 2, "--later")


def test_a_project_without_a_plan_is_told_how_to_get_one(tmp_path, hackgen, project):
    made_up(tmp_path / "p", extras=())
    refused(hackgen("status", str(tmp_path / "p")), 1, "this project has no plan.toml", "hackgen add kickoff")


def test_nothing_of_the_project_is_run(told, edited):
    edited({"metrics.py": "raise SystemExit('run')"})
    assert "Nothing is trained yet" in told()
