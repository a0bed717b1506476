"""What an assignment's build writes, when it is equal to the one before, and what stops it."""

import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from conftest import contents, refused
from course_master import CARD, CHECKS, HIDDEN, LOSS, MODEL, master
from hackgen.course import archives
from hackgen.course.build import build, tell
from hackgen.course.bundle import instruments, of_spec, student_files
from hackgen.course.master import assignment
from hackgen.errors import Problem


def built(folder: Path, dist: Path) -> dict[str, bytes]:
    build(folder, dist, verify=False)
    return contents(dist)


def commit(dist: Path) -> str:
    return archives.git(dist / "student", "rev-parse", "HEAD").decode()


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build, for tests that only read it."""
    place = tmp_path_factory.mktemp("built")
    build(master(place / "master"), place / "dist", verify=False)
    return place / "dist"


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    return master(tmp_path / "a master, ünïcode")


def test_students_get_what_is_listed_without_solutions(dist: Path) -> None:
    files = contents(dist)
    student = {
        path[8:]: content.decode() for path, content in files.items() if path.startswith("student/") and path[-1] != "z"
    }
    own = {path for path in student if not path.startswith("public_checks/")}
    given = {"linear.py", "loss.py", "other.py", "ASSIGNMENT.md", "notes/read.md"}
    assert own == given | {"grade.py", ".github/workflows/checks.yml"}
    assert 'raise NotImplementedError("part forward: a product of matrices, then the bias")' in student["linear.py"]
    assert "7 points, 4 public, by 1 May, noon, UTC; AI: none" in student["ASSIGNMENT.md"]
    for path in own:
        if path.endswith(".py"):
            compile(student[path], path, "exec")
    log = archives.git(dist / "student", "log", "--all", "--format=%an %ae %aI %s").decode()
    assert log == "Course course@localhost 2000-01-01T12:00:00+00:00 Starter\n"
    assert archives.git(dist / "student", "status", "--porcelain") == b""


def test_hidden_tests_are_in_no_public_bundle(dist: Path) -> None:
    files = contents(dist)
    for place in ("student/public_checks", "classroom50/tiny/bundle"):
        manifest = json.loads(files[f"{place}/manifest.json"])
        assert not manifest["secret"] and manifest["total"] == 4
        assert [test["name"] for part in manifest["parts"] for test in part["tests"]] == ["shapes", "mean"]
        checks = {path.rpartition("/")[2]: text for path, text in files.items() if path.startswith(f"{place}/checks/")}
        assert checks.keys() == {"linear.py", "sizes.py"} and b"def drawn" in checks["linear.py"]
        assert not any(b"hidden" in text or b"Nobody" in text for text in checks.values())
        assert not [path for path in files if path.startswith(f"{place}/reference")]
    secret = json.loads(files["instructor/bundle/manifest.json"])
    assert secret["secret"] and secret["total"] == 7 and "instructor/bundle/reference/linear.py" in files


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_what_holds_the_solution_is_closed_to_other_users(dist: Path) -> None:
    modes = {path.name: path.stat().st_mode & 0o77 for path in dist.iterdir() if path.is_dir()}
    assert modes["instructor"] == modes["gradescope"] == 0 != modes["student"]


def test_the_archive_for_gradescope_has_its_two_programs_at_the_root(dist: Path) -> None:
    files = contents(dist)
    with zipfile.ZipFile(io.BytesIO(files["gradescope/autograder.zip"])) as archive:
        modes = {entry.filename: entry.external_attr >> 16 for entry in archive.infolist()}
        assert all(entry.compress_type == zipfile.ZIP_STORED for entry in archive.infolist())
        assert archive.read("bundle/manifest.json") == files["instructor/bundle/manifest.json"]
        for name in ("setup.sh", "run_autograder"):
            assert modes[name] == 0o100755 and archive.read(name).startswith(b"#!/usr/bin/env bash\n")
    with zipfile.ZipFile(io.BytesIO(files["student.zip"])) as archive:
        assert {path: archive.read(path) for path in archive.namelist()} == {
            path.removeprefix("student/"): content for path, content in files.items() if path.startswith("student/")
        }


def test_a_build_is_the_same_each_time_and_hidden_tests_change_nothing_for_students(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dist = tmp_path / "dist"
    first, hash_ = built(tiny, dist), commit(dist)
    (dist / "student" / "runs").mkdir()  # of somebody who tried it
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Somebody")
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2020-02-02T02:02:02")
    assert built(tiny, dist) == first and built(tiny, tmp_path / "other") == first and commit(dist) == hash_
    master(tiny, assignment__checks__hidden_dot_py=HIDDEN.replace("range(2)]", "(0, 1)]"))
    master(tiny, assignment_dot_toml=CARD.replace('"answers"', '"right answers"'))
    again = built(tiny, dist)
    assert commit(dist) == hash_ and again["student.zip"] == first["student.zip"] and "starter.patch" not in again
    assert again["gradescope/autograder.zip"] != first["gradescope/autograder.zip"]


def test_another_starter_brings_a_patch_for_those_who_have_begun(tiny: Path, tmp_path: Path) -> None:
    dist, begun = tmp_path / "dist", tmp_path / "begun"
    built(tiny, dist)
    subprocess.run(["git", "clone", "--quiet", str(dist / "student"), str(begun)], check=True)
    master(tiny, linear_dot_py=MODEL.replace('"a product of', '"the product of'), notes__new_dot_md="More.\n")
    (tiny / "other.py").unlink()
    old = commit(dist)
    files = built(tiny, dist)
    assert commit(dist) != old and "another than before" in files["report.md"].decode()
    subprocess.run(["git", "apply", str(dist / "starter.patch")], cwd=begun, check=True)
    assert contents(begun) == {path[8:]: content for path, content in files.items() if path.startswith("student/")}
    assert built(tiny, dist)["starter.patch"] == files["starter.patch"]


def test_nothing_is_written_where_something_is_wrong(tiny: Path, tmp_path: Path) -> None:
    dist = tmp_path / "dist"
    with pytest.raises(Problem):
        build(master(tiny, linear_dot_py=MODEL.replace("# <<<", "# <<")), dist, verify=False)
    assert not dist.exists()
    before = built(master(tiny), dist)
    with pytest.raises(Problem, match="holds 3 lines of part forward"):
        build(
            master(tiny, notes__read_dot_md=MODEL.replace("# >>> part", "").replace("# <<< part", "")),
            dist,
            verify=False,
        )
    assert contents(dist) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([tiny.name, "dist"])
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.md").touch()
    with pytest.raises(Problem, match="no earlier build"):
        build(master(tiny), tmp_path / "full", verify=False)


def test_links_and_weights_are_not_handed_out_by_a_pattern(tiny: Path, tmp_path: Path) -> None:
    (tiny / "notes" / "best.pt").write_bytes(b"weights")
    with pytest.raises(Problem, match=r"notes/best.pt may hold a solution"):
        build(tiny, tmp_path / "dist", verify=False)
    (tiny / "notes" / "best.pt").unlink()
    (tiny / "notes" / "all.md").symlink_to(tiny / "private.py")
    with pytest.raises(Problem, match="is a link"):
        build(tiny, tmp_path / "dist", verify=False)


def test_what_is_listed_and_not_there_is_told(tmp_path: Path) -> None:
    card = CARD.replace('"other.py"', '"othr.py", "pictures/*"')
    *_, notes = build(master(tmp_path / "m", assignment_dot_toml=card), tmp_path / "d", verify=False)
    assert {f"{name} is not there, so students do not get it" for name in ("othr.py", "pictures/*")} < {*notes}


def test_what_students_get_can_be_imported(tiny: Path, tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"loss.py: NotImplementedError: part loss: write loss"):
        build(
            master(
                tiny,
                loss_dot_py=f"{LOSS}\n\nNOTHING = loss(VALUE, VALUE)\n".replace(
                    "\n\n\ndef", "\n\nimport numpy as np\n\nVALUE = np.ones(2)\n\n\ndef"
                ),
            ),
            tmp_path / "dist",
        )


@pytest.mark.slow  # two gradings
def test_the_one_local_command(dist: Path, tmp_path: Path) -> None:
    student = Path(shutil.copytree(dist / "student", tmp_path / "student"))
    (student / "random.py").write_text("def shuffle(rows):\n    return rows\n")
    (student / "select.py").write_text("1 / 0\n")
    for text, points, code in (((student / "linear.py").read_text(), 0, 1), (MODEL, 2, 1)):
        (student / "linear.py").write_text(text)
        done = subprocess.run([sys.executable, "grade.py"], cwd=student, capture_output=True, text=True)
        last = done.stdout.splitlines()[-1]
        assert (last, done.returncode) == (f"public checks only: {points} of 4 points", code), done.stderr


@pytest.mark.slow  # two gradings
def test_gradescope_grades_every_part_within_a_right_solution(dist: Path, tmp_path: Path) -> None:
    root = tmp_path / "autograder"
    with zipfile.ZipFile(dist / "gradescope" / "autograder.zip") as archive:
        archive.extractall(root / "source")
    (root / "run_autograder").write_bytes((root / "source" / "run_autograder").read_bytes())
    archives.lay(root / "submission", {"linear.py": MODEL.encode(), "loss.py": b"def loss(:\n"})
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    command = ["bash", str(root / "run_autograder")]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True)
    result = json.loads((root / "results" / "results.json").read_text())
    assert result["score"] == 5, done.stderr
    seen = {test["name"]: (test["score"], test["visibility"]) for test in result["tests"]}
    assert seen["forward: answers"] == (3, "after_published") and seen["loss: mean"] == (0, "visible")
    assert "einsum" not in json.dumps(result) and str(tmp_path) not in json.dumps(result)
    (root / "source" / "bundle" / "manifest.json").unlink()
    (root / "results" / "results.json").unlink()
    subprocess.run(command, env=environment, capture_output=True)
    assert "not your" in json.loads((root / "results" / "results.json").read_text())["output"]
    subprocess.run(["bash", "-n", str(root / "source" / "setup.sh")], check=True)


@pytest.mark.slow
def test_classroom50_grades_by_the_public_tests(dist: Path, tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    forged = b'open("result.json", "w").write(\'{"score": 4, "max-score": 4, "tests": []}\')\nraise SystemExit\n'
    taken = ("grader/__main__.py", "grader/__init__.py", "pip.py", "numpy.py", "json.py", "sitecustomize.py")
    archives.lay(checkout, {"linear.py": MODEL.encode()} | dict.fromkeys(taken, forged))
    command = [sys.executable, str(dist / "classroom50" / "tiny" / "autograder.py")]
    done = subprocess.run(command, cwd=checkout, capture_output=True, text=True)
    result = json.loads((checkout / "result.json").read_text())
    assert done.returncode == 0 and (result["score"], result["max-score"]) == (2, 4), done.stderr
    assert [test["score"] for test in result["tests"]] == [2, 0]


def test_checks_and_probes_come_as_whole_files_to_which_public_tests_lead(tiny: Path) -> None:
    files = instruments(assignment.read(tiny), secret=False)
    assert sorted(files) == ["checks/linear.py", "checks/sizes.py", "probes/linear.py"]
    assert len(instruments(assignment.read(tiny), secret=True)) == 5
    both = CHECKS + HIDDEN.partition("from .linear import drawn")[2]
    for files in (
        {"assignment__checks__linear_dot_py": both, "assignment_dot_toml": CARD.replace("hidden.py:", "linear.py:")},
        {"assignment__checks__sizes_dot_py": "from .hidden import expected_of_hidden\nROWS = 5\n"},
    ):
        with pytest.raises(Problem, match=r'assignment.toml:20: hidden test "answers" is in \w+.py, which public'):
            build(master(tiny, **files), tiny.parent / "dist", verify=False)


TWO = LOSS.replace("    return", "    # <<< part loss\n    # >>> part more points=2\n    return")
TWO = TWO.replace("())\n    # <<< part loss", "())\n    # <<< part more")
FAULTS = [
    (
        "assignment_dot_toml",
        CARD.replace("points = 3", "points = 4"),
        "assignment.toml:7: the tests of part forward give 6",
    ),
    ("assignment_dot_toml", CARD.replace("same_answers", "same_answer"), 'did you mean "same_answers"'),
    ("assignment_dot_toml", CARD.replace("linear.py:mean", "lineal.py:mean"), "assignment.toml:29: "),
    ("assignment_dot_toml", CARD.replace('id = "loss"', 'id = "los"'), 'marked as part los; did you mean "loss"?'),
    ("assignment_dot_toml", CARD.replace('"hidden"', '"x"').replace('"public"', '"open"'), "must be public or hidden"),
    (
        "assignment_dot_toml",
        CARD.replace("goal", "gaol"),
        ':7: unknown entry "gaol"; did you mean "goal"?',
    ),
    ("assignment_dot_toml", CARD.replace("+ self.bias", "+ bias"), "a find that stands in its code once"),
    (
        "assignment_dot_toml",
        f"{CARD}\n[[part.alternative]]\nfind = 'x'\nwhy = 'y'\n",
        "each alternative of part loss needs",
    ),
    ("assignment_dot_toml", CARD.partition("[[part.test]]")[0], "part forward has no test"),
    ("assignment_dot_toml", CARD.replace("points = 2", 'points = "2"', 1), "points must be a whole number"),
    ("assignment_dot_toml", CARD.replace('"linear.py", ', ""), "linear.py, which students do not get"),
    ("assignment_dot_toml", CARD.replace('"tiny"', '"a/b"'), "assignment.toml:1: name"),
    ("assignment_dot_toml", CARD.partition('[[part]]\nid = "loss"')[0], "loss.py:6: part loss has no [[part]]"),
    ("loss_dot_py", TWO, "loss.py:9: loss has part loss too"),
    ("other_dot_py", "# BEGIN SOLUTION\nx = 1\n# END SOLUTION\n", 'other.py:1: "# BEGIN SOLUTION" is no marker'),
    ("other_dot_py", MODEL, "part forward is also in linear.py"),
    ("other_dot_py", "x = '\n", "other.py:1: it does not parse"),
]


@pytest.mark.parametrize(("file", "text", "said"), FAULTS)
def test_mistakes_of_the_instructor_are_named_with_their_place(tiny: Path, file: str, text: str, said: str) -> None:
    with pytest.raises(Problem) as caught:
        assignment.read(master(tiny, **{file: text}))
    assert said in str(caught.value) and "\n" not in str(caught.value)


def test_help_imports_nothing_of_it() -> None:
    code = (
        "import sys; from hackgen.cli import cli; cli.get_help(cli.make_context('hackgen', [], resilient_parsing=True))"
    )
    told = f"{code}; print(*[name for name in sys.modules if name.startswith('hackgen.course')])"
    run = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == ""


def test_a_tree_for_one_student_differs_in_what_was_drawn_alone(tiny: Path) -> None:
    card = CARD.replace('"other.py"', '"other.py", "spec.json"')
    one = assignment.read(master(tiny, spec_dot_json='{"loss": {"form": "plain"}}', assignment_dot_toml=card))
    base, drawn = student_files(one), {"loss": {"form": "steep", "slope": 2}}
    theirs = base | of_spec(one, base, drawn)
    assert theirs == student_files(
        assignment.read(master(tiny, spec_dot_json=json.dumps(drawn), assignment_dot_toml=card))
    )
    assert {path for path in base if base[path] != theirs[path]} == {"spec.json", "public_checks/manifest.json"}


@pytest.mark.slow
def test_from_a_master_to_marks(hackgen) -> None:
    work = hackgen.work
    master(work / "hw")
    assert "7 points in 2 parts of 2 files" in hackgen("assignment", "lint", "hw").stdout
    done = hackgen("assignment", "build", "hw")
    assert done.returncode == 0 and "students do not get private.py" in done.stderr
    assert "| solution | 7 of 7 | 5 | 2 |" in (work / "hw-dist" / "report.md").read_text()
    assert "the bias with the wrong sign | 4 of 7" in hackgen("assignment", "verify", "hw-dist").stdout
    archives.lay(work / "came" / "Ann.Lee@uni.edu", {"linear.py": MODEL.encode()})
    archives.lay(work / "came" / "bo", {"loss.py": LOSS.encode()})
    graded = hackgen("assignment", "grade", "hw-dist", "came").stdout.splitlines()
    assert graded[:2] == ["ann.lee  5 of 7", "bo  2 of 7"]
    assert "ann.lee,5,2,3,0" in (work / "grades" / "points.csv").read_text()
    refused(hackgen("assignment", "grade", "hw", "came"), 1, "hw is no build")
    vain = CHECKS.replace("    got = np.asarray(ask", "    return\n    got = np.asarray(ask")
    master(work / "hw", assignment__checks__linear_dot_py=vain)
    refused(hackgen("assignment", "build", "hw"), 1, "assignment.toml:7: ", "blank")
    assert "| solution | 7 of 7 | 5 | 2 |" in (work / "hw-dist" / "report.md").read_text()


BROKEN = [
    ("ASSIGNMENT.md", b"gr\xfc\xdfe", "ASSIGNMENT.md: it is no UTF-8 text"),
    ("spec.json", b"{", "spec.json must be a table in JSON"),
    ("spec.json", b"3", "spec.json must be a table in JSON"),
    ("assignment/probes/linear.py", b"def (", "assignment/probes/linear.py:1: it does not parse"),
    ("assignment/checks/linear.py", b"\xff", "assignment/checks/linear.py: it is no UTF-8 text"),
    ("assignment.toml", b"name = 3\n", "assignment.toml: name must be text"),
    ("assignment.toml", b"name = 'a'\ninclude = [1]\n", "include must be a list of paths"),
    ("assignment.toml", b"name = 'a'\npart = [3]\ninclude = ['*']", "this must be a table"),
    ("assignment.toml", b"= 3", "assignment.toml is not valid TOML"),
]


@pytest.mark.parametrize(("path", "content", "said"), BROKEN)
def test_files_that_cannot_be_read_are_one_line(
    tiny: Path, tmp_path: Path, path: str, content: bytes, said: str
) -> None:
    archives.lay(tiny, {path: content})
    with pytest.raises(Problem) as caught:
        build(tiny, tmp_path / "dist", verify=False)
    assert said in str(caught.value) and "\n" not in str(caught.value)


def test_the_notes_tell_what_the_stock_project_scores(tiny: Path, tmp_path: Path) -> None:
    built(tiny, tmp_path / "dist")
    notes = tmp_path / "dist" / "instructor" / "NOTES.md"
    assert "gets what report.md says" in notes.read_text()
    tell(tmp_path / "dist", ["| blank | 0 of 9 | 0 |", "| stock code | 6 of 9 | 6 |"])
    assert "handed in as it is gets 6 of 9 points" in notes.read_text()


def test_marking_any_project_begins_its_card(hackgen) -> None:
    (hackgen.work / "net.py").write_text("def scale(x):\n    return 2 * x\n")
    run = [".", "net.py:scale", "--points", "3", "--hint", "twice"]
    assert hackgen("assignment", "mark", *run).returncode == 0
    assert "# >>> part scale points=3" in (hackgen.work / "net.py").read_text()
    refused(hackgen("assignment", "lint", "."), 1, "part scale has no test", "assignment.toml:")
    refused(hackgen("assignment", "mark", *run), 1, "part scale is in net.py:2 already; mark another function")
    refused(hackgen("assignment", "mark", *run, "--id", "other"), 1, "part scale is in net.py:2 already")


@pytest.mark.slow
def test_variants_are_graded_by_what_was_drawn_for_each(hackgen) -> None:
    work = hackgen.work
    loss = LOSS.replace('"""The loss."""\n', '"""The loss."""\n\nfrom spec import SPEC\n')
    loss = loss.replace("(differences**2)", '(differences ** SPEC["loss"]["power"])')
    spec = assignment.shipped("spec.py").decode()
    drawn = "\n[part.drawn.forms.power]\ngoal = 'to the power of {power}'\npower = [2, 4, 6]\n"
    files = {"spec_dot_py": spec, "spec_dot_json": '{"loss": {"form": "power", "power": 2}}', "loss_dot_py": loss}
    card = CARD.replace('"other.py"', '"spec.py", "spec.json"') + drawn
    checks = CHECKS.replace("** 2", '** ask.spec["loss"]["power"]')
    master(work / "hw", assignment_dot_toml=card, assignment__checks__linear_dot_py=checks, **files)
    (work / "roster.csv").write_text("id\ns0\ns1\ns2\n")
    (work / "key").write_text(64 * "0")
    told = ["hw-dist", "--roster", "roster.csv", "--secret", "key"]
    (work / "people.csv").write_text("email\nann@uni.edu\n")
    (work / "hw" / "notes" / "read.md").write_text("Ask ann@uni.edu.\n")
    assert hackgen("assignment", "build", "hw", "--no-verify").returncode == 0
    people = ["hw-dist", "--roster", "people.csv", "--secret", "key"]
    refused(hackgen("assignment", "variant", *people), 1, "notes/read.md holds the secret, or an address")
    (work / "hw" / "notes" / "read.md").write_text("Nothing.\n")
    assert hackgen("assignment", "build", "hw", "--no-verify").returncode == 0
    assert hackgen("assignment", "variant", *told).returncode == 0
    powers = {}
    for number in range(3):
        tree = work / "hw-dist-variants" / f"s{number}"
        powers[f"s{number}"] = json.loads((tree / "spec.json").read_text())["loss"]["power"]
        assert f"to the power of {powers[f's{number}']}" in (tree / "ASSIGNMENT.md").read_text()
        mine = loss.replace('SPEC["loss"]["power"]', str(powers["s0"]))  # everybody hands in what the first one has
        archives.lay(work / "came" / f"s{number}", {"loss.py": mine.encode()})
    assert len(set(powers.values())) > 1
    right = [f"{id}  {2 if power == powers['s0'] else 0} of 7" for id, power in powers.items()]
    assert hackgen("assignment", "grade", "hw-dist", "came").stdout.splitlines()[:3] == right
    assert hackgen("assignment", "build", "hw", "--no-verify").returncode == 0  # what was given stays known
    assert hackgen("assignment", "grade", "hw-dist", "came").stdout.splitlines()[:3] == right
    by_key = hackgen("assignment", "grade", "hw-dist", "came", "--secret", "key")
    assert by_key.stdout.splitlines()[:3] == right
    refused(hackgen("assignment", "grade", "hw-dist", "came", "--secret", "other"), 1, "other does not exist")
