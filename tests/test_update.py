"""`hackgen update`: base, theirs and ours are merged path by path, staged, and can be undone whatever happens."""

import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest
from conftest import Run, contents, refused
from hackgen.archive import ARCHIVE, RECORD, packed, unpacked, with_data
from hackgen.errors import Problem
from hackgen.living import update
from hackgen.living.repository import ASIDE, Repository
from hackgen.parts import TEMPLATES as REAL
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lived import ALONE, LINES, born, committed, fresh, git, snapshot, states, templates, updated, works

NEWER = LINES.replace("line 5\n", "line five\n")


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return templates(tmp_path / "old")


@pytest.fixture
def new(tmp_path: Path) -> Path:
    """Templates with one file changed, one gone and one more."""
    changes = {"base__notes_md": NEWER, "base__tools__helper_py": None, "base__plan_md": "a plan\n" * 4}
    return templates(tmp_path / "new", **changes)


@pytest.fixture
def project(tmp_path: Path, old: Path) -> Path:
    return born(tmp_path / "project", old)


def test_an_untouched_project_becomes_a_fresh_one_and_is_staged(project: Path, new: Path) -> None:
    (project / "notes.md").chmod(0o755)
    committed(project)
    found = states(updated(project, new))
    assert found == {"notes.md": "replaced", "tools/helper.py": "removed", "plan.md": "new"}
    assert contents(project) == fresh(new) and git(project, "ls-files", "-s", "notes.md").startswith("100755")
    assert not (project / "tools").exists()
    assert not git(project, "diff", "--name-only") and git(project, "status", "--porcelain").count("\n") == 5
    committed(project)
    assert not updated(project, new)


def test_the_archive_holds_the_same_bytes_for_the_same_answers_and_none_of_the_data(old: Path) -> None:
    files = fresh(old)
    assert files == fresh(old) and packed(unpacked(files[ARCHIVE])) == files[ARCHIVE]
    assert unpacked(files[ARCHIVE]) == {path: content for path, content in files.items() if path != ARCHIVE}
    for task in ("image-classification", "text-classification", "time-series-forecasting"):
        files = fresh(task=task)
        kept = unpacked(files[ARCHIVE])
        data = {path for path in files if path.startswith("data/")} - {"data/schema.toml"}
        assert data and len(files[ARCHIVE]) < 60_000 and not data & kept.keys()
        assert with_data(kept, files) == {path: content for path, content in files.items() if path != ARCHIVE}


def copied(project: Path, place: Path, *how: str) -> Path:
    """A clone as `git clone` makes it; what a kind does with it follows."""
    git(project.parent, "clone", "--quiet", *how, f"file://{project}", str(place))
    return place


def shallow(project: Path, place: Path) -> Path:
    (project / "more.md").write_text("more\n")
    return copied(committed(project), place, "--depth", "1")


def squashed(project: Path, place: Path) -> Path:
    git(copied(project, place), "checkout", "--quiet", "--orphan", "squashed")
    return committed(place, "all in one")


def from_template(project: Path, place: Path, inside: str = "") -> Path:
    shutil.copytree(project, place / inside, ignore=shutil.ignore_patterns(".git"))
    return committed(place, "Initial commit") / inside


def without_git(project: Path, place: Path) -> Path:
    """With the two lines that a refusal tells."""
    shutil.copytree(project, place, ignore=shutil.ignore_patterns(".git"))
    for line in update.FIRST:
        subprocess.run(line, shell=True, check=True, cwd=place, env=os.environ | ALONE, stdout=subprocess.DEVNULL)
    return place


def inside(project: Path, place: Path) -> Path:
    place.mkdir()
    (place / "other.txt").write_text("not the project's\n")
    place = from_template(project, place, "a project")
    (place.parent / "other.txt").write_text("changed, and never committed\n")
    return place


def updated_before(project: Path, place: Path) -> Path:
    """By two versions, so that the next is the third in a row."""
    text, place = LINES, copied(project, place)
    for line in ("line 20", "line 15"):
        text = text.replace(f"{line}\n", f"{line}, of a version\n")
        updated(place, templates(place.parent / line, base__notes_md=text))
        committed(place, "an update")
    return place


KINDS = [copied, shallow, squashed, from_template, without_git, inside, updated_before]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_seven_kinds_of_project_have_an_exact_base(kind, project: Path, old: Path, new: Path, tmp_path: Path) -> None:
    (project / "notes.md").write_text(LINES.replace("line 25\n", "line 25, ours\n"))
    committed(project)
    place = kind(project, tmp_path / "place")
    outside = [file.read_text() for file in place.parent.glob("other.txt")]
    assert states(updated(place, new)) == {"notes.md": "merged", "tools/helper.py": "removed", "plan.md": "new"}
    assert (place / "notes.md").read_text() == NEWER.replace("line 25\n", "line 25, ours\n")
    assert outside == [file.read_text() for file in place.parent.glob("other.txt")]
    assert unpacked((place / ARCHIVE).read_bytes()).keys() == fresh(new).keys() - {ARCHIVE}


def undo(project: Path) -> None:
    """Run the line that an update prints."""
    with patch.dict(os.environ, ALONE):
        line = Repository(project).undo()
    subprocess.run(line, shell=True, check=True, env=os.environ | ALONE)


def test_what_holds_no_markers_stays_and_the_new_one_lies_aside(tmp_path: Path) -> None:
    """Also of the sample, which the archive does not hold."""
    files = "base/logo.png", "base/bin.dat", "tasks/toys/data/a.csv", "tasks/toys/data/b.csv"
    old = templates(tmp_path / "old", **dict.fromkeys(files, "\0one\n"))
    new = templates(tmp_path / "new", **dict.fromkeys(files, "\0two\n"), base__notes_md=NEWER)
    project = born(tmp_path / "project", old)
    for name in ("logo.png", "data/b.csv"):
        (project / name).write_bytes(b"\0ours\n")
    (project / "notes.md").unlink()
    committed(project)
    before = snapshot(project)
    found = updated(project, new)
    torn = dict.fromkeys(("logo.png", "data/b.csv", "notes.md"), "conflict")
    assert states(found) == torn | dict.fromkeys(("bin.dat", "data/a.csv"), "replaced")
    for name in ("logo.png", "data/b.csv"):
        assert (project / name).read_bytes() == b"\0ours\n" and (project / ASIDE / name).read_bytes() == b"\0two\n"
    assert not (project / "notes.md").exists()
    assert (project / ASIDE / "notes.md").read_text() == NEWER
    with pytest.raises(Problem, match=f"{ASIDE}/ still holds files"):
        updated(project, new)
    undo(project)
    assert snapshot(project) == before
    updated(project, new)
    shutil.rmtree(project / ASIDE)
    committed(project)
    assert set(states(updated(project, new)).values()) == {"left alone"}


WAYS = "untracked", "ignored", "tracked", "equal", "link", "folder", "parent/deep", "submodule/deep"


def test_what_lies_in_the_way_of_a_new_file_is_never_overwritten(project: Path, new: Path, tmp_path: Path) -> None:
    templates(new, **{f"base/way/{kind}.md": "new\n" for kind in WAYS})
    elsewhere, way = templates(tmp_path / "elsewhere"), project / "way"
    words = "-c protocol.file.allow=always submodule --quiet add".split()
    git(project, *words, str(committed(elsewhere)), "way/submodule")
    with open(project / ".gitignore", "a") as file:
        file.write("ignored.md\n")
    (way / "tracked.md").write_text("ours\n")
    git(committed(project), "config", "submodule.recurse", "true")
    (way / "submodule" / "base" / "notes.md").write_text("changed, not committed\n")
    (way / "parent").symlink_to(elsewhere)
    (way / "link.md").symlink_to(project / "notes.md")
    (way / "folder.md").mkdir()
    for name in ("untracked.md", "ignored.md", "folder.md/ours.md"):
        (way / name).write_text("ours\n")
    (way / "equal.md").write_text("new\n")
    before = snapshot(project)
    found = updated(project, new)
    torn = {kind for kind in WAYS if found[f"way/{kind}.md"].state == "conflict"}
    assert torn == {*WAYS} - {"equal"} and found["way/equal.md"].state == "left alone"
    assert all((project / ASIDE / "way" / f"{kind}.md").read_text() == "new\n" for kind in torn)
    after = snapshot(project)[0]
    assert all(after[path] == content for path, content in before[0].items() if path.startswith("way/"))
    assert not (elsewhere / "deep.md").exists() and not (way / "submodule" / "deep.md").exists()
    undo(project)
    assert snapshot(project) == before


@pytest.mark.parametrize("setting", ["false", "true"])
def test_line_endings_follow_the_files_of_the_team(setting: str, project: Path, new: Path) -> None:
    git(project, "config", "core.autocrlf", setting)
    ours = LINES.replace("line 25\n", "line 25, ours\n")
    (project / "notes.md").write_bytes(ours.replace("\n", "\r\n").encode())
    (project / "tools" / "helper.py").write_bytes((project / "tools/helper.py").read_bytes().replace(b"\n", b"\r\n"))
    git(committed(project), "config", "core.safecrlf", "true")
    found = updated(project, new)
    assert states(found) == {"notes.md": "merged", "tools/helper.py": "removed", "plan.md": "new"}
    expected = NEWER.replace("line 25\n", "line 25, ours\n").replace("\n", "\r\n").encode()
    assert (project / "notes.md").read_bytes() == expected
    assert git(project, "diff", "--name-only") == ""


def test_only_the_team_renames_and_only_to_a_new_name(project: Path, old: Path, new: Path) -> None:
    """A file that the scaffold brings is no new name of another, however alike they are."""
    git(project, "mv", "notes.md", "ideas.md")
    (project / "ideas.md").write_text(LINES + "and ours\n")
    committed(project)
    found = updated(project, new)
    assert found["ideas.md"].state == "merged" and found["ideas.md"].why == "was notes.md"
    assert (project / "ideas.md").read_text() == NEWER + "and ours\n" and not (project / "notes.md").exists()
    committed(project)
    again = templates(new.parent / "again", base__ideas_md=LINES, base__notes_md=NEWER + "end\n")
    found = updated(project, again)
    assert found["ideas.md"].state == "conflict" and (project / "ideas.md").read_text() == NEWER + "and ours\n"


def test_a_dry_run_writes_nothing_and_needs_no_git(project: Path, new: Path, tmp_path: Path) -> None:
    (project / "notes.md").write_text(LINES + "ours\n")
    before = snapshot(project)
    shutil.copytree(project, tmp_path / "bare", ignore=shutil.ignore_patterns(".git"))
    for place in (project, tmp_path / "bare"):
        found = states(updated(place, new, dry_run=True))
        assert found == {"notes.md": "merged", "tools/helper.py": "removed", "plan.md": "new"}
    assert snapshot(project) == before and contents(tmp_path / "bare") == contents(project)
    (project / "notes.md").write_text(LINES)
    with patch.dict(os.environ, {"PATH": ""}):
        assert states(updated(project, new, dry_run=True)).keys() == {"notes.md", "tools/helper.py", "plan.md"}
        with pytest.raises(Problem, match="git is not installed"):
            updated(project, new)


def test_conflicts_are_marked_listed_block_the_commit_and_can_be_undone(hackgen: Run, project: Path, new: Path) -> None:
    (project / "notes.md").write_text(LINES.replace("line 5\n", "line 5, ours\n"))
    (project / "tools" / "helper.py").write_text("# ours\n")
    committed(project)
    before = snapshot(project)
    with patch.object(update, "TEMPLATES", new):
        done = hackgen("update", str(project), "--dry-run")
        assert done.returncode == 0 and "conflict    notes.md" in done.stdout and "nothing was written" in done.stdout
        done = hackgen("update", cwd=project)
        refused(done, 1, "2 conflicts (notes.md, tools/helper.py)", "git add and commit")
        assert "new         plan.md" in done.stdout and "3 files are staged" in done.stdout
        told = "<<<<<<< yours\nline 5, ours\n=======\nline five\n>>>>>>> hackgen\n"
        assert told in (project / "notes.md").read_text() and not (project / ASIDE).exists()
        assert (project / "tools" / "helper.py").read_text() == "# ours\n"
        assert git(project, "diff", "--name-only", "--diff-filter=U").split() == ["notes.md", "tools/helper.py"]
        with pytest.raises(subprocess.CalledProcessError):
            git(project, "commit", "--message", "too early")
        line = next(line for line in done.stdout.splitlines() if line.startswith("undo: "))
        subprocess.run(line.removeprefix("undo: "), shell=True, check=True, cwd=project)
        assert snapshot(project) == before
        git(project, "checkout", "--quiet", "HEAD^")
        done = hackgen("update", str(project))
        assert done.returncode == 0 and "5 files are staged" in done.stdout
        committed(project)
        assert hackgen("update", str(project)).stdout.startswith("nothing to do")


def test_what_cannot_be_updated_is_refused_in_one_line(hackgen: Run, project: Path, tmp_path: Path) -> None:
    (project / "notes.md").write_text("changed\n")
    refused(hackgen("update", str(project)), 1, "not committed (notes.md)")
    git(project, "update-index", "--skip-worktree", "notes.md")
    refused(hackgen("update", str(project)), 1, "git overlooks what you change in notes.md; git update-index --no-skip")
    git(project, "update-index", "--no-skip-worktree", "notes.md")
    git(project, "checkout", "--quiet", "notes.md")
    refused(hackgen("update", str(tmp_path)), 1, "no project that hackgen made")
    record = (project / RECORD).read_text()
    for text, *told in [
        (record.replace('"0.', '"99.'), "hackgen 99.", "newer than this"),
        ("\n".join(line for line in record.splitlines() if not line.startswith("base")), "kept no", "hackgen new DEST"),
        (record + "[", "is not valid TOML"),
        (record.replace("base = ", "bass = "), "kept no"),
        (record.replace('base = "', 'base = "0'), "take both from the same commit"),
        (record.replace("framework", "frame"), 'unknown answer "frame"'),
    ]:
        (project / RECORD).write_text(text)
        before = snapshot(project)
        refused(hackgen("update", str(project)), 2 if "unknown" in told[0] else 1, *told)
        assert snapshot(project) == before
    (project / RECORD).write_text('exported = "copier"\n' + record.replace("base = ", "# "))
    refused(hackgen("update", str(project)), 1, "copier update")
    (project / RECORD).write_text(record)
    (project / ARCHIVE).write_bytes(b"damaged")
    refused(hackgen("update", str(project)), 1, f"{ARCHIVE} is damaged")
    (project / ARCHIVE).unlink()
    refused(hackgen("update", str(project)), 1, f"{ARCHIVE} is missing")
    shutil.rmtree(project / ".git")
    refused(hackgen("update", str(project)), 1, "git init && git add --force --all; git commit --message")
    git(project, "init", "--quiet")
    git(project, "config", "user.name", "x")
    (project / ARCHIVE).write_bytes(fresh(tmp_path / "old")[ARCHIVE])
    refused(hackgen("update", str(project)), 1, "git does not track")


def killed(project: Path, new: Path, strikes: Callable[[], bool]) -> bool:
    """Update in a process that is killed at the first step of files or processes where it strikes; False if nowhere."""
    child = os.fork()
    if not child:

        def strike(event: str, _: object) -> None:
            if event in STEPS and strikes():
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(strike)
        try:
            updated(project, new)
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def step(number: int) -> Callable[[], bool]:
    left = iter(range(number))
    return lambda: next(left, None) is None


STEPS = {"open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.chmod", "subprocess.Popen", "shutil.rmtree"}


def test_two_at_once_do_not_take_each_other_for_interrupted(project: Path, new: Path) -> None:
    def second(*_: object) -> None:
        with pytest.raises(Problem, match="another hackgen is at work"):
            updated(project, new)

    with patch("hackgen.living.repository._index", side_effect=second):
        updated(project, new)


@pytest.mark.parametrize("fault", [OSError("no space left"), KeyboardInterrupt()])
def test_a_failure_in_the_middle_leaves_all_as_it_was(fault: BaseException, project: Path, new: Path) -> None:
    before = snapshot(project)
    with patch("hackgen.living.repository._unlink", side_effect=[fault, *[None] * 9]), pytest.raises(type(fault)):
        updated(project, new)
    (project / "plan.md").unlink()  # which the patch kept
    assert snapshot(project) == before


CAN_FORK = pytest.mark.skipif(not hasattr(os, "fork"), reason="it takes a system that forks")


@CAN_FORK
@pytest.mark.parametrize("every", [17, pytest.param(2, marks=pytest.mark.slow)])
@pytest.mark.parametrize("larger", [False, True])
def test_killed_at_any_moment_it_leaves_a_state_that_both_ways_lead_back_from(
    every: int, larger: bool, project: Path, new: Path, tmp_path: Path
) -> None:
    (project / "notes.md").write_text(LINES.replace("line 5\n", "ours\n"))
    committed(project)
    templates(new, base__more__deep_md="new\n", tasks__toys__data_py="print('more toys')\n")
    place = inside(project, tmp_path / "larger") if larger else project
    whole = place.parent if larger else place
    (place / "plan.md").write_text("ours, untracked, and in the way\n")
    (place / "untracked.md").write_text("ours\n")
    before, undone, states_seen = snapshot(whole), random.Random(0), set()
    count = 40
    while killed(place, new, step(count)):
        after = snapshot(whole)
        states_seen.add(after[2])
        done = (place / ASIDE).exists() and not (place / ASIDE / ".work" / "journal.json").exists()
        if done or undone.random() < 0.5:
            undo(place)
            assert snapshot(whole) == before, count
        with patch.dict(os.environ, ALONE):
            update.opened(place)
        assert snapshot(whole) == before, count
        count += every if every > 2 else undone.choice([1, 2, 3])
    assert len(states_seen) > 2  # it was struck while the index or files were changing
    assert (place / "more" / "deep.md").exists()


@CAN_FORK
def test_what_was_edited_after_a_kill_is_not_undone(project: Path, new: Path) -> None:
    assert killed(project, new, (project / "plan.md").exists)
    with pytest.raises(Problem, match="run hackgen update without --dry-run"):
        updated(project, new, dry_run=True)
    (project / "notes.md").write_text("edited in between\n")
    with pytest.raises(Problem, match=r"notes\.md changed since; copy that elsewhere, then: git"):
        updated(project, new)
    assert (project / "notes.md").read_text() == "edited in between\n"
    git(project, "commit", "--quiet", "--all", "--message", "half an update, and an edit")
    updated(project, new)
    assert "edited in between\n" in (project / "notes.md").read_text()


@pytest.mark.slow
def test_after_an_update_the_own_tests_pass_and_training_works(tmp_path: Path) -> None:
    root = tmp_path / "templates"
    shutil.copytree(REAL, root)
    project = born(tmp_path / "project", task="tabular-classification")
    newer = [root / path for path in ("base/common.py", "frameworks/pytorch/base/train.py", "base/config.py.j2")]
    ours = [project / path for path in ("config.py", "train.py", "metrics.py")]
    for file in (*newer, *ours):
        text = file.read_text(encoding="utf-8")
        text = text.replace("\nimport ", "\n# newer\nimport ", 1) if file in newer else text + "\n\nOURS = 1\n"
        file.write_text(text, encoding="utf-8")
    committed(project)
    wanted = {"config.py": "merged", "train.py": "merged", "metrics.py": "left alone", "common.py": "replaced"}
    assert states(updated(project, root)) == wanted
    works(project, whole=True)


def changed(files: dict[str, str], chance: random.Random, who: str, kinds: str) -> dict[str, str]:
    """The files after up to four random edits, deletions, renames and additions."""
    files = dict(files)
    for number in range(chance.randrange(5)):
        kind, name = chance.choice(kinds.split()), chance.choice(sorted(files) or [""])
        if kind == "add" or not name:
            files[f"{who}{number}.md"] = f"{who} added {number}\n" * 5
        elif kind in ("delete", "rename"):
            text = files.pop(name)
            files |= {f"moved{number}.txt": text} if kind == "rename" else {}
        else:
            lines = files[name].splitlines(keepends=True)
            at = chance.randrange(len(lines) + 1)
            lines[at : at + chance.randrange(3)] = [f"{who} edited {number}\n"] * chance.randrange(3)
            files[name] = "".join(lines)
    return files


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(chance=st.randoms(use_true_random=False))
def test_nothing_of_the_team_is_lost_and_nothing_deleted_returns(
    chance: random.Random, tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = tmp_path_factory.mktemp("random")
    texts = {name: LINES.replace("line", f"{name} line") for name in ("notes.md", "tools/helper.py", "a.md", "b/c.md")}
    newer = changed(texts, chance, "hackgen", "edit edit delete add")
    gone = dict.fromkeys(f"base/{name}" for name in texts.keys() - newer.keys())
    old = templates(place / "old", **{f"base/{name}": text for name, text in texts.items()})
    new = templates(place / "new", **gone | {f"base/{name}": text for name, text in newer.items()})
    project = born(place / "project", old)
    ours = changed(texts, chance, "team", "edit delete rename add")
    for name in texts.keys() | ours.keys():
        (project / name).write_text(ours[name]) if name in ours else (project / name).unlink()
    committed(project)
    found = updated(project, new)
    after = {path: content for path, content in contents(project).items() if not path.startswith(".hackgen.")}
    whole = b"\n".join(after.values()).decode().splitlines()
    kept = {line for text in ours.values() for line in text.splitlines()}
    assert not [line for line in kept if line.startswith("team") and line not in whole]
    for line in {line for text in texts.values() for line in text.splitlines()} - kept:
        torn = [o for o in found.values() if o.state == "conflict" and line in (o.sides[0] or b"").decode()]
        assert torn or line not in whole, f"{line} came back"
    if ours == texts:
        assert contents(project) == fresh(new) and "conflict" not in states(found).values()
    shutil.rmtree(project / ASIDE, ignore_errors=True)
    committed(project)
    assert set(states(updated(project, new)).values()) <= {"left alone"}, "update, commit, update is one update"
    shutil.rmtree(place)
