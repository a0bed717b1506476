"""Results as Gradescope and Classroom 50 take them, and the grader as they run it, within their limits."""

import json
import math
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from course_bundle import LOSS, MODEL, REFERENCE, blank, bundle, enter, submission
from hackgen.course.grader import results
from hackgen.course.grader.results import Outcome, Result
from hypothesis import given
from hypothesis import strategies as st
from test_course_tamper import python  # noqa: F401

SHIPPED = Path(__file__).parent.parent / "templates" / "course" / "shipped"
TOP = {"score", "execution_time", "output", "stdout_visibility", "tests"}
TEST = {"name", "score", "max_score", "output", "visibility"}


def result(*scores: tuple[float, int]) -> Result:
    tests = [
        Outcome(f"p{n // 2}", f"t{n}", score, most, "", ("public", "hidden")[n % 2])
        for n, (score, most) in enumerate(scores)
    ]
    return Result("A", tests, ["x.py was taken for y.py"])


def valid(found: dict) -> dict:
    """A results.json that follows Gradescope's description of it."""
    assert found.keys() <= TOP and not [value for value in found.values() if value is None]
    assert math.isclose(found["score"], sum(test["score"] for test in found["tests"]))
    for test in found["tests"]:
        assert test.keys() == TEST and None not in test.values()
        assert type(test["score"]) is type(test["max_score"]) is float and 0 <= test["score"] <= test["max_score"]
        assert test["visibility"] in ("hidden", "after_due_date", "after_published", "visible")
    return found


def test_gradescope() -> None:
    found = valid(json.loads(json.dumps(results.gradescope(result((2, 2), (0.5, 3), (0, 1)), 12.3))))
    assert [test["name"] for test in found["tests"]] == ["p0: t0", "p0: t1", "p1: t2"]
    assert [test["visibility"] for test in found["tests"]] == ["visible", "after_published", "visible"]
    assert (found["score"], found["execution_time"], found["output"]) == (2.5, 12, "x.py was taken for y.py")


@given(st.lists(st.integers(1, 9).flatmap(lambda most: st.tuples(st.floats(0, most), st.just(most))), min_size=1))
def test_whole_points_keep_the_sum_and_are_full_for_what_passed_alone(scores: list[tuple[float, int]]) -> None:
    one = result(*scores)
    points = results.whole_points(one.tests)
    for test, got in zip(one.tests, points, strict=True):
        assert abs(got - test.score) <= 1 or test.max == 1
        assert 0 <= got <= test.max and (got == test.max) == test.passed
    room = sum(test.max - (not test.passed) for test in one.tests)
    assert sum(points) <= min(room, math.floor(one.total + 0.5))
    assert sum(points) == one.max if all(test.passed for test in one.tests) else sum(points) < one.max


def test_classroom50() -> None:
    about = {"CLASSROOM": "c", "ASSIGNMENT": "a", "SUBMISSION_TAG": "submit/1", "COMMIT_URL": "https://x"}
    found = results.classroom50(result((2, 2), (1.5, 3), (1.5, 3)), about, "2026-06-01T14:32:01Z")
    assert found["schema"] == "classroom50/result/v1" and found["submission"] == "submit/1"
    assert (found["score"], found["max-score"], found["release"]) == (5, 8, "")
    assert [test["score"] for test in found["tests"]] == [2, 2, 1]
    assert found["tests"][0] == {"test-name": "p0: t0", "passed": True, "score": 2, "max-score": 2}


@pytest.fixture
def limited() -> Iterator[Callable[[], None]]:
    """What a process does first to have half a processor and 768 MB, as on Gradescope, where the system lets it."""
    root, name = Path("/sys/fs/cgroup"), f"hackgen-{os.getpid()}"
    one = root / name
    if (root / "cgroup.controllers").exists():
        limits = {one / "memory.max": 768 << 20, one / "memory.swap.max": 0, one / "cpu.max": "50000 100000"}
    else:
        memory, cpu = root / "memory" / name, root / "cpu" / name
        limits = {memory / "memory.limit_in_bytes": 768 << 20, cpu / "cpu.cfs_quota_us": 50_000}
    folders = {path.parent for path in limits}
    try:
        for folder in folders:
            folder.mkdir()
        for path, limit in limits.items():
            path.write_text(str(limit))
    except OSError as error:
        pytest.skip(f"no limits to be had here: {error}")
    yield lambda: [(folder / "cgroup.procs").write_text(str(os.getpid())) for folder in folders]
    for folder in folders:
        folder.rmdir()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="Gradescope is Linux")
@pytest.mark.parametrize("framework", ["numpy", "pytorch"])
def test_in_a_fake_autograder_within_its_limits(
    framework: str, limited: Callable[[], None], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    root = tmp_path / "autograder"
    bundle(root / "source" / "bundle", framework=framework)
    grader = Path(results.__file__).parent
    shutil.copytree(grader, root / "source" / "bundle" / "grader", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(SHIPPED / "run_autograder", root)
    uses = "import getpass, os, tempfile\n    getpass.getuser()\n    with tempfile.TemporaryDirectory() as place:\n"
    uses += "        assert os.path.samefile(os.path.dirname(place), os.getcwd())\n"
    loss = LOSS.replace("    return", f"    {uses}    return")
    model = "print('\\0' * 99)\n" + blank(MODEL, ("forward",))
    submission(root / "submission", {"models/linear.py": model, "loss.py": loss})
    (root / "submission_metadata.json").write_text('{"users": [{"email": "Ann@uni.edu"}]}')
    venv = root / "venv" / "bin"
    venv.mkdir(parents=True)
    (venv / "python").write_text(f'#!/bin/sh\nexec "{request.getfixturevalue("python")}" "$@"\n')
    (venv / "python").chmod(0o755)
    enter(tmp_path)
    command = ["bash", str(root / "run_autograder")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, cwd=root, preexec_fn=limited)
    found = valid(json.loads((root / "results" / "results.json").read_text()))
    assert (found["score"], done.returncode) == (5, 0), done.stderr
    assert "could read" not in done.stderr or os.geteuid()  # root has another user to run the code as
    for broken in ("manifest.json", "facts.npz"):
        (root / "source" / "bundle" / broken).write_bytes(b"{}")
        metadata = {"previous_submissions": [{"score": "2.0"}, {"score": "7.5"}, {"score": None}]}
        (root / "submission_metadata.json").write_text(json.dumps(metadata))
        subprocess.run(command, capture_output=True, text=True, timeout=600, cwd=root)
        found = json.loads((root / "results" / "results.json").read_text())
        assert found["score"] == 7.5 and "not your fault" in found["output"]


def test_as_classroom50_runs_it(tmp_path: Path) -> None:
    room = tmp_path / "bundle"
    bundle(room, secret=False)
    shutil.copytree(Path(results.__file__).parent, room / "grader", ignore=shutil.ignore_patterns("__pycache__"))
    work = submission(tmp_path / "work", {**REFERENCE, "loss.py": blank(LOSS)})
    run = [sys.executable, "-B", "-m", "grader", "classroom50", str(work)]
    done = subprocess.run(run, cwd=room, env=os.environ | {"CLASSROOM": "c"}, capture_output=True, text=True)
    found = json.loads((work / "result.json").read_text())
    assert (done.returncode, found["score"], found["max-score"], found["classroom"]) == (0, 4, 5, "c"), done.stderr
    assert done.stdout.splitlines()[-1] == "public checks only: 4 of 5 points"
