"""`hackgen provenance`: what of a project is still the scaffold, wherever it lies, and nothing changed."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import Run, contents, refused
from hackgen.archive import ARCHIVE


def git(folder: Path, *words: str) -> None:
    person = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgSign=false"]
    subprocess.run(["git", *person, *words], cwd=folder, check=True, capture_output=True)


def told(hackgen: Run, *words: str) -> dict:
    done = hackgen("provenance", *words, "--json")
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return json.loads(done.stdout)


def of(found: dict, path: str) -> tuple[int, int]:
    entry = next(file for file in found["files"] if file["path"] == path)
    return entry["scaffold"], entry["lines"]


@pytest.fixture
def project(hackgen: Run) -> Path:
    assert hackgen("new", "p", "--author", "A").returncode == 0
    return hackgen.work / "p"


def everything(folder: Path) -> dict[str, bytes]:
    """All bytes, git's own too."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_fresh_scaffold_is_all_scaffold_and_reading_changes_nothing(hackgen, project):
    before = everything(project)
    found = told(hackgen, "p")
    assert found["total"]["share"] == 1 and found["total"]["lines"] == sum(file["lines"] for file in found["files"])
    assert ARCHIVE in found["compared"]
    texts = {path for path in contents(project) if not path.startswith("data/")} - {ARCHIVE}
    assert {file["path"] for file in found["files"]} == texts
    assert everything(project) == before


def test_changed_new_and_moved_lines(hackgen, project):
    lines = (project / "train.py").read_text(encoding="utf-8").splitlines()
    code = sum(1 for line in lines if line.strip())
    changed = [line + "  # ours" if number == 0 else line for number, line in enumerate(lines)]
    (project / "train.py").write_text("\n".join(["# our own", *changed, "", "print('ours')"]) + "\n", encoding="utf-8")
    (project / "ours.py").write_text("print(1)\n\nprint(2)\n", encoding="utf-8")
    (project / "report.py").rename(project / "lines.py")
    (project / "loss.py").unlink()
    found = told(hackgen, "p")
    assert of(found, "train.py") == (code - 1, code + 2)
    assert of(found, "ours.py") == (0, 2)
    assert len(set(of(found, "lines.py"))) == 1
    assert "loss.py" not in {file["path"] for file in found["files"]} and found["total"]["share"] < 1
    git(project, "add", "--all")
    git(project, "commit", "-m", "ours")
    assert told(hackgen, "p") == found


def test_line_ends_do_not_count_and_neither_do_data_results_or_binaries(hackgen, project):
    total = told(hackgen, "p")["total"]
    (project / "train.py").write_bytes((project / "train.py").read_bytes().replace(b"\n", b"\r\n"))
    results = ("published/report.json", "runs/x/history.csv", "prepared/x/meta.json", "presentation/deck.html")
    for path in ("data/mine.csv", *results, "picture.bin"):
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_bytes(b"a\0\n" if path.endswith("bin") else b"a\n")
    assert told(hackgen, "p")["total"] == total


def test_a_repository_that_somebody_made_later_is_as_good(hackgen):
    assert hackgen("new", "p", "--no-git", "--author", "A").returncode == 0
    project = hackgen.work / "p"
    git(project, "init")
    git(project, "add", "--all")
    git(project, "commit", "-m", "all")
    (project / "train.py").write_text("print(1)\n", encoding="utf-8")
    git(project, "commit", "-am", "ours")
    found = told(hackgen, "p")
    assert of(found, "train.py") == (0, 1)
    assert [file["path"] for file in found["files"] if file["share"] < 1] == ["train.py"]


def test_inside_a_larger_repository_only_the_project_counts(hackgen):
    (hackgen.work / "other.py").write_text("other\n", encoding="utf-8")
    git(hackgen.work, "init")
    assert hackgen("new", "p", "--author", "A").returncode == 0
    git(hackgen.work, "add", "--all")
    git(hackgen.work, "commit", "-m", "all")
    found = told(hackgen, "p")
    assert found["total"]["share"] == 1 and "other.py" not in {file["path"] for file in found["files"]}


@pytest.mark.parametrize("inside", ["a larger repository", "its own repository"])
def test_a_project_whose_folder_was_moved_keeps_its_scaffold(hackgen, inside):
    larger = inside == "a larger repository"
    root = hackgen.work if larger else hackgen.work / "p"
    if larger:
        git(root, "init")
    assert hackgen("new", "p", "--author", "A").returncode == 0
    git(root, "add", "--all")
    git(root, "commit", "--allow-empty", "-m", "all")
    train = hackgen.work / "p" / "train.py"
    train.write_text("print(1)\n", encoding="utf-8")
    git(root, "commit", "-am", "ours")
    (root / "apps" / "new").mkdir(parents=True)
    for path in ["p"] if larger else sorted(path.name for path in root.iterdir() if path.name not in (".git", "apps")):
        git(root, "mv", path, "apps/new")
    git(root, "commit", "-m", "moved")
    moved = "apps/new/p" if larger else "p/apps/new"
    found = told(hackgen, moved)
    assert of(found, "train.py") == (0, 1)
    assert [file["path"] for file in found["files"] if file["share"] < 1] == ["train.py"]


def test_a_project_that_came_in_by_a_merge_is_seen_all_the_same(hackgen, project):
    larger = hackgen.work / "larger"
    larger.mkdir()
    git(larger, "init")
    git(larger, "commit", "--allow-empty", "-m", "base")
    git(larger, "fetch", str(project), "HEAD")
    git(larger, "merge", "--strategy=ours", "--no-commit", "--allow-unrelated-histories", "FETCH_HEAD")
    git(larger, "read-tree", "--prefix=sub/p/", "-u", "FETCH_HEAD")
    git(larger, "commit", "-m", "subtree")
    assert told(hackgen, "larger/sub/p")["total"]["share"] == 1


def test_a_project_that_an_outer_repository_ignores_is_seen_all_the_same(hackgen):
    git(hackgen.work, "init")
    (hackgen.work / ".gitignore").write_text("p/\n", encoding="utf-8")
    assert hackgen("new", "p", "--author", "A").returncode == 0
    assert told(hackgen, "p")["total"]["share"] == 1


def test_without_its_archive_the_scaffold_is_written_again(hackgen):
    assert hackgen("new", "p", "--no-git", "--author", "A", "--event", "E", "--team", "A, B").returncode == 0
    project = hackgen.work / "p"
    (project / "runs").mkdir()
    (project / "runs/x.txt").write_text("x\n", encoding="utf-8")
    (project / "train.py").write_text("print(1)\n", encoding="utf-8")
    before = told(hackgen, "p")
    (project / ARCHIVE).unlink()
    found = told(hackgen, "p")
    assert found["compared"] == "what hackgen writes for .hackgen.toml" and of(found, "train.py") == (0, 1)
    assert found["files"] == before["files"]
    record = project / ".hackgen.toml"
    record.write_text(record.read_text(encoding="utf-8").replace('version = "', 'version = "9.'), encoding="utf-8")
    refused(hackgen("provenance", "p"), 1, f"has no {ARCHIVE}", "hackgen 9.")


def test_own_data_are_written_again_from_their_copy(hackgen):
    rows = "".join(f"{n % 7},{n % 5},{'ab'[n % 2]}\n" for n in range(60))
    (hackgen.work / "d.csv").write_text("x,y,label\n" + rows, encoding="utf-8")
    assert hackgen("new", "p", "--no-git", "--author", "A", "--data", "d.csv", "--yes").returncode == 0
    assert told(hackgen, "p")["total"]["share"] == 1


def test_a_history_that_is_cut_short_has_all_it_takes(hackgen, project, tmp_path):
    (project / "ours.py").write_text("1\n", encoding="utf-8")
    git(project, "add", "--all")
    git(project, "commit", "-m", "ours")
    shutil.rmtree(tmp_path / "clone", ignore_errors=True)
    git(tmp_path, "clone", "--depth", "1", project.as_uri(), "clone")
    assert told(hackgen, str(tmp_path / "clone")) == told(hackgen, "p")


def test_the_table_and_the_cap(hackgen, project):
    done = hackgen("provenance", "p")
    assert done.returncode == 0 and done.stdout.splitlines()[-1].split()[0] == "total"
    assert done.stdout.splitlines()[-1].endswith("100%")
    refused(hackgen("provenance", "p", "--most", "30"), 1, "100.0% of the lines are scaffold, more than 30 %")
    assert hackgen("provenance", "p", "--most", "100").returncode == 0
    refused(hackgen("provenance", "p", "--most", "x"), 2, "--most")


def test_what_is_no_project_is_refused(hackgen):
    refused(hackgen("provenance", "nowhere"), 1, "nowhere is no project that hackgen made")
    refused(hackgen("provenance"), 1, "there is no .hackgen.toml in it, nor above it")


def test_what_an_update_brought_is_scaffold_too(hackgen, project):
    assert hackgen("add", "model", "mlp", cwd=project).returncode == 0
    found = told(hackgen, "p")
    assert found["total"]["share"] == 1
    assert of(found, "models/mlp.py")[0] > 0
