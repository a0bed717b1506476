"""The grader: points, overlay, limits, and what students are told."""

import bisect
import ctypes
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from course_bundle import BODIES, LOSS, MODEL, REFERENCE, TOTAL, blank, bundle, submission
from hackgen.course import submissions
from hackgen.course.grader import child, engine, overlay, processes, results, worker
from hackgen.errors import Problem

POINTS = {"forward": 5, "scaled": 2, "loss": 3}


@pytest.fixture(scope="module")
def secret(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundle(tmp_path_factory.mktemp("secret"))


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundle(tmp_path_factory.mktemp("public"), secret=False)


def scores(result: results.Result) -> dict[str, float]:
    return {part: score for part, (score, _) in result.parts.items()}


def test_the_solution_gets_all_and_the_blank_nothing(secret: Path, public: Path, tmp_path: Path) -> None:
    solution = submission(tmp_path / "sö lution")
    nothing = submission(tmp_path / "blank", {name: blank(text) for name, text in REFERENCE.items()})
    for folder, most in ((secret, TOTAL), (public, 5)):
        assert engine.grade(folder, solution).total == most
        result = engine.grade(folder, nothing)
        assert (result.total, result.max) == (0, most)
        assert all("not done yet in " in test.message and "Hint: " in test.message for test in result.tests)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is forked")
def test_orphans_of_the_process_that_grades_go_as_before(public: Path, tmp_path: Path) -> None:
    """They fall to it only while it grades: it waits for none, so they would stay as zombies."""
    work, is_mine = submission(tmp_path / "work"), ctypes.c_int()
    with engine.Grader(public, isolation="none") as grader:
        grader.grade({path.name: path.read_bytes() for path in work.glob("*.py")})
        ctypes.CDLL(None).prctl(37, ctypes.byref(is_mine))  # PR_GET_CHILD_SUBREAPER
        assert is_mine.value == 1
    ctypes.CDLL(None).prctl(37, ctypes.byref(is_mine))
    assert is_mine.value == 0


def test_each_part_is_graded_alone(secret: Path) -> None:
    with engine.Grader(secret, isolation="none") as grader:
        for part in POINTS:
            for without in ((part,), tuple(POINTS.keys() - {part})):
                files = {name: blank(text, without).encode() for name, text in REFERENCE.items()}
                assert scores(grader.grade(files)) == {**POINTS, **dict.fromkeys(without, 0)}


def test_a_project_is_graded_where_it_stands(public: Path, tmp_path: Path) -> None:
    """As students do, with a bundle that lies in their own project and holds no other."""
    shutil.copytree(public, tmp_path / "work" / "public_checks", ignore=shutil.ignore_patterns("starter"))
    work = submission(tmp_path / "work", {**REFERENCE, "loss.py": blank(LOSS)})
    result = engine.grade(work / "public_checks", work, isolation="none")
    assert scores(result) == {"forward": 2, "scaled": 2, "loss": 0}


def test_parts_have_a_process_each_but_on_one_project(
    secret: Path, public: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started, start = [], processes.Children.start
    monkeypatch.setattr(processes.Children, "start", lambda *given: (started.append(given), start(*given))[1])
    for folder, number in ((public, 1), (secret, 4)):  # with the reference
        engine.grade(folder, submission(tmp_path), isolation="none")
        assert len(started) == number
        started.clear()


@pytest.mark.slow
def test_a_timeout_costs_that_test_alone(secret: Path, tmp_path: Path) -> None:
    model = MODEL.replace(BODIES["forward"], "return self.once(inputs)\n")
    model += "\n    def once(self, inputs):\n        import sys\n        while 'asked' in vars(sys): pass\n"
    model += "        sys.asked = True\n        return inputs @ self.weights\n"
    result = engine.grade(secret, submission(tmp_path, {"models/linear.py": model}))  # its second answer never comes
    said = {test.name: (test.score, test.message) for test in result.tests}
    assert said["rows"] == (0, "it took too long. Hint: multiply")
    assert said["answers"] == (3, "")  # asked of a new process, which answers once
    assert scores(result)["scaled"] == 2


def test_beside_a_reference_nothing_that_the_code_says_is_shown(secret: Path, public: Path, tmp_path: Path) -> None:
    says = "print('SECRET printed')\n        raise type('SECRETKIND', (ValueError,), {})('SECRET said')\n"
    work = submission(tmp_path, {**REFERENCE, "models/linear.py": MODEL.replace(BODIES["forward"], says)})
    result = engine.grade(secret, work)
    assert not any("SECRET" in str(vars(test)) for test in result.tests)
    assert result.tests[0].message == "ValueError in models/linear.py, line 12. Hint: multiply"
    shown = engine.grade(public, work).tests[0].message
    assert "SECRET said" in shown and "SECRET printed" in shown


def test_a_warm_process_holds_the_framework_and_nothing_else(secret: Path, tmp_path: Path) -> None:
    look = "import gc, sys\n        known = ' '.join(sys.modules) + ' '.join(map(str, sys.argv[1:]))\n        "
    look += "texts = [x for x in gc.get_objects() if isinstance(x, dict) and 'visibility' in x]\n        "
    look += "bad = [w for w in ('hackgen.', 'grading', 'checks', 'engine', 'reference') if w in known]\n        "
    look += "return np.zeros(0) if bad or texts else inputs @ self.weights\n"
    work = submission(tmp_path, {"models/linear.py": MODEL.replace(BODIES["forward"], look)})
    assert scores(engine.grade(secret, work))["forward"] == 5


def test_messages_survive_the_way_and_hostile_ones_are_refused() -> None:
    sent = {
        "a": [np.arange(6.0).reshape(2, 3), {"b": np.array(True)}],
        "c": None,
        "d": "ü",
        "e": np.zeros((0, 4), "i1"),
    }
    got = worker.unpack(worker.pack(sent))
    assert np.array_equal(got["a"][0], sent["a"][0]) and got["a"][1]["b"].shape == () and got["e"].shape == (0, 4)
    assert (got["c"], got["d"]) == (None, "ü")
    for value in (object(), np.array([object()]), {"x": {1, 2}}, np.array(["text"])):
        with pytest.raises(TypeError):
            worker.pack(value)
    arrays = ['["O", [1]]', '["<f8", [-1]]', "1", '["<f8", [99999999999999999999]]', '["<f8", [9]]']
    heads = ['{"\\u0000array": %s}' % array for array in arrays]  # noqa: UP031
    for head in [*heads, "[" * 99_999, "nothing", ""]:
        with pytest.raises(ValueError):
            worker.unpack(worker.SIZES.pack(len(head), 0) + head.encode())


def test_functions_of_other_parts_come_from_the_reference() -> None:
    student = MODEL.replace(BODIES["scaled"], "return helper(inputs)\n").replace("    def", "  def")
    student = student.replace("        ", "    ").replace("class", "def helper(x):\n    return x\n\n\nclass")
    text, origin = overlay.graft(student, MODEL, ["Linear.scaled", "Linear.gone"])
    assert "def helper" in text and "(inputs - low)" in text and "return helper" not in text
    compile(text, "linear.py", "exec")
    for number, line in enumerate(text.split("\n")):
        assert origin[number] == 0 or student.split("\n")[origin[number] - 1] == line
    without = student[: student.index("  def scaled")]
    assert "(inputs - low)" in overlay.graft(without, MODEL, ["Linear.scaled"])[0]
    compile(overlay.graft(without, MODEL, ["Linear.scaled"])[0], "linear.py", "exec")


def test_code_in_tabs_keeps_them() -> None:
    student = MODEL.replace(BODIES["forward"], "return 1\n").replace("    ", "\t")
    without = student[: student.index("\tdef scaled")]
    for text in (student, without):
        text, _ = overlay.graft(text, MODEL, ["Linear.forward", "Linear.scaled"])
        compile(text, "linear.py", "exec")
        assert BODIES["forward"] in text and BODIES["scaled"].partition("\n")[0] in text


def test_what_a_file_says_of_its_encoding_is_no_longer_true() -> None:
    for content in (
        "# -*- coding: cp1252 -*-\nname = 'Á'\n",
        "#!/usr/bin/python\n# vim: set fileencoding=ascii :\nx = 'ß'\n",
    ):
        source, _ = overlay.text("x.py", content.encode())
        compile(source.encode(), "x.py", "exec")


def test_files_are_found_as_people_and_browsers_call_them() -> None:
    for path in ("loss.py", "hw/Loss.PY", "hw/loss (1).py", "loss-2.py"):
        assert overlay.matched([path, "notes/gloss.py"], ["loss.py"])[0] == {"loss.py": path}
    assert overlay.matched(["a/Loss.py", "b/loss (1).py"], ["loss.py"])[0] == {}


def test_code_with_more_branches_than_python_recurses_ends_as_a_message() -> None:
    def fails(count: int) -> bool:
        try:
            return bool(overlay.parsed("x.py", "if a: pass\n" + "elif a: pass\n" * count))
        except SyntaxError as error:
            return "cannot be read as Python" in str(error)

    most = bisect.bisect_left(range(1500), True, key=fails) - 1
    assert 100 < most < 1499
    overlay.graft("if a: pass\n" + "elif a: pass\n" * most, "", [], "x.py")  # a little deeper, it would be too many


def test_a_bundle_that_was_changed_is_refused(tmp_path: Path) -> None:
    folder = bundle(tmp_path / "bundle")
    (folder / "checks" / "linear.py").write_text("def scales(ask, rng): pass\n")
    with pytest.raises(engine.Broken, match=r"checks/linear.py is not as it was built"):
        engine.grade(folder, submission(tmp_path / "work"))


def test_grading_twice_gives_the_same(secret: Path) -> None:
    work = {"loss.py": LOSS.replace("** 2", "** 4").encode()}
    with engine.Grader(secret, isolation="none") as grader:
        one, other = grader.grade(work), grader.grade(work)
    assert one == other and scores(one)["loss"] == 1  # half of one test, by `return 0.5`


@pytest.mark.slow
def test_a_fault_of_the_grader_is_nobodys_score(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = submission(tmp_path / "work")
    folder = bundle(tmp_path / "bundle", framework="pytorch")
    monkeypatch.setitem(engine.WARM, "pytorch", ["no_such_framework"])
    with pytest.raises(engine.Broken, match="ends at once: ModuleNotFoundError: No module named 'no_such_framework'"):
        engine.grade(folder, work)
    folder = bundle(tmp_path / "bundle")
    (folder / "reference" / "models" / "linear.py").write_text(MODEL.replace("inputs @", "1 / 0 * inputs @"))
    with pytest.raises(engine.Broken, match=r"linear.forward fails for the reference: ZeroDivisionError"):
        engine.grade(folder, work)
    found = submissions.read(submission(tmp_path / "in" / "ann").parent, ["loss.py", "models/linear.py"])
    with pytest.raises(Problem, match="nothing is graded"):
        list(submissions.grade(folder, found, tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_what_a_right_solution_writes_is_no_excess(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It serves many submissions, and each training leaves checkpoints."""
    monkeypatch.setattr(child, "WRITTEN", 1 << 16)
    folder = bundle(tmp_path / "bundle")
    writes = "import time; open('x', 'wb').write(bytes(1 << 20)); time.sleep(0.3)\n        return inputs"
    (folder / "reference" / "models" / "linear.py").write_text(MODEL.replace("return inputs @", f"{writes} @"))
    assert engine.grade(folder, submission(tmp_path / "work")).total == TOTAL


@pytest.mark.slow
def test_where_processes_cannot_fork(secret: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows and macOS: a process of its own for each part, limited by time alone."""
    monkeypatch.setattr("sys.platform", "darwin")
    hangs = MODEL.replace(BODIES["scaled"], "while True: pass\n")
    result = engine.grade(secret, submission(tmp_path, {"models/linear.py": hangs}))
    assert scores(result) == {"forward": 5, "scaled": 0, "loss": 3} and "as this user" in result.open


def test_there_is_an_end_to_all_tests_together(secret: Path, tmp_path: Path) -> None:
    hangs = MODEL.replace(BODIES["forward"], "while True: pass\n")
    result = engine.grade(secret, submission(tmp_path, {"models/linear.py": hangs}), limit=1)
    assert [test.score for test in result.tests] == [0] * 5
    assert "there was no time for this one" in result.tests[-1].message
