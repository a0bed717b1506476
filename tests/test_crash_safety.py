"""A project appears whole or not at all, whatever happens meanwhile; a file of the user's is never touched."""

import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress

import pytest
from conftest import HANGS, contents, refused
from hackgen.errors import Problem
from hackgen.making import write

FILES = {"a.txt": b"a" * 100, "models/b.py": b"b", ".github/workflows/ci.yml": b"c", ".hackgen.toml": b"d"}
posix = pytest.mark.skipif(os.name != "posix", reason="needs signals and shells of POSIX")


@pytest.fixture
def staged(tmp_path):
    """What `hackgen new` left beside the project."""
    return lambda: [path for path in tmp_path.rglob(".hackgen-new-*")]


def test_a_project_is_written_whole(tmp_path, staged):
    write.write(FILES, tmp_path / "x")
    assert contents(tmp_path / "x") == FILES and not staged()


@pytest.mark.parametrize("here", [False, True])
@pytest.mark.parametrize("after", range(5))
@pytest.mark.parametrize("fault", [errno.ENOSPC, errno.EIO, errno.EROFS])
def test_a_full_or_failing_disk_leaves_nothing_behind(tmp_path, staged, monkeypatch, here, after, fault):
    where = tmp_path if here else tmp_path / "deep" / "x"
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.txt").write_text("mine")
    real, calls = os.write, iter(range(100))

    def failing(handle: int, content: bytes) -> int:
        if next(calls) >= after:
            raise OSError(fault, os.strerror(fault))
        return real(handle, content[: len(content) // 2 + 1])  # a disk may also take less than it is given

    monkeypatch.setattr(os, "write", failing)
    with pytest.raises(Problem, match=rf"cannot write .*{os.strerror(fault)}.*nothing was left behind"):
        write.write(FILES, where)
    monkeypatch.undo()
    assert contents(tmp_path) == {"mine.txt": b"mine"} and not staged() and not (tmp_path / "deep").exists()


@pytest.mark.parametrize("failing", range(4))
def test_a_move_into_the_current_folder_that_fails_is_undone(tmp_path, staged, monkeypatch, failing):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models").mkdir()
    (tmp_path / "models/mine.py").write_text("mine")
    real, calls = os.link, iter(range(100))

    def link(source, target):
        if next(calls) == failing:
            raise FileExistsError(errno.EEXIST, "File exists", str(target))
        real(source, target)

    monkeypatch.setattr(os, "link", link)
    with pytest.raises(Problem, match="File exists"):
        write.write(FILES, tmp_path, lambda folder: (folder / ".git").mkdir())
    assert contents(tmp_path) == {"models/mine.py": b"mine"} and not staged()
    assert os.listdir(tmp_path) == ["models"]


def test_a_file_that_appears_meanwhile_is_not_overwritten(tmp_path, staged, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def meanwhile(folder):
        (tmp_path / "a.txt").write_text("mine")

    with pytest.raises(Problem):
        write.write(FILES, tmp_path, meanwhile)
    assert contents(tmp_path) == {"a.txt": b"mine"} and not staged()


def test_a_folder_that_fills_meanwhile_is_not_replaced(tmp_path, staged):
    def meanwhile(folder):
        (tmp_path / "x").mkdir()
        (tmp_path / "x/mine").write_text("mine")

    with pytest.raises(Problem):
        write.write(FILES, tmp_path / "x", meanwhile)
    assert contents(tmp_path) == {"x/mine": b"mine"} and not staged()


def test_a_file_system_without_hard_links_will_do(tmp_path, staged, monkeypatch):
    def link(source, target):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "link", link)
    write.write(FILES, tmp_path)
    assert contents(tmp_path) == FILES and not staged()


def test_stale_staging_is_swept_up_and_that_of_a_living_process_is_not(tmp_path, staged):
    stale, fresh = tmp_path / ".hackgen-new-00000000", tmp_path / ".hackgen-new-zzz"
    (stale / "project").mkdir(parents=True)
    (stale / "lock").touch()
    (stale / "project/half.py").write_text("half")
    fresh.mkdir()  # not a name that hackgen gives

    def meanwhile(folder):
        mine = [path.name for path in staged() if path != fresh]
        assert len(mine) == 1 and not stale.exists()
        write.write(FILES, tmp_path / "y")  # another hackgen at the same time
        assert folder.exists()

    write.write(FILES, tmp_path / "x", meanwhile)
    assert contents(tmp_path / "x") == contents(tmp_path / "y") == FILES and staged() == [fresh]


@posix
def test_a_file_too_large_for_the_limit_is_one_line(hackgen):
    """The system's own refusal in the middle of a write, as on a full disk."""
    import resource

    code = "import resource, sys; sys.dont_write_bytecode = True; "  # Python would keep half of what it compiles
    code += "resource.setrlimit(resource.RLIMIT_FSIZE, (1500, 1500)); "
    code += "sys.argv = ['hackgen', 'new', 'x', '--yes']; from hackgen.__main__ import main; main()"
    done = subprocess.run([sys.executable, "-c", code], cwd=hackgen.work, capture_output=True, encoding="utf-8")
    refused(done, 1, os.strerror(errno.EFBIG), "nothing was left behind")
    assert os.listdir(hackgen.work) == [] and resource


@pytest.fixture
def tiny_disk(tmp_path):
    """A file system of 64 KiB, where mounting one is allowed."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if not shutil.which("mount") or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("may not mount a file system")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


@posix
@pytest.mark.parametrize("dest", ["x", "."])
def test_a_disk_that_is_really_full_is_one_line(hackgen, tiny_disk, dest):
    refused(hackgen("new", dest, "--yes", cwd=tiny_disk), 1, os.strerror(errno.ENOSPC), "nothing was left behind")
    assert os.listdir(tiny_disk) == []


@posix
@pytest.mark.parametrize("dest", ["x", "."])
def test_a_disk_that_is_really_read_only_is_one_line(hackgen, tiny_disk, dest):
    subprocess.run(["mount", "-o", "remount,ro", str(tiny_disk)], check=True)
    refused(hackgen("new", dest, "--yes", cwd=tiny_disk), 1, os.strerror(errno.EROFS), "nothing was left behind")


@posix
@pytest.mark.skipif(os.name == "posix" and os.geteuid() == 0, reason="permissions do not bind root")
@pytest.mark.parametrize("dest", ["x", "."])
def test_a_read_only_folder_is_one_line(hackgen, dest):
    hackgen.work.chmod(0o555)
    refused(hackgen("new", dest, "--yes"), 1, os.strerror(errno.EACCES))
    hackgen.work.chmod(0o755)
    assert os.listdir(hackgen.work) == []


def begun(hackgen, alone, dest: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "hackgen", "new", dest, "--title", "T"],
        cwd=hackgen.work,
        env=alone,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )


def when_staging(hackgen, running: subprocess.Popen[str]) -> None:
    while running.poll() is None and not any(name.startswith(".hackgen-new-") for name in os.listdir(hackgen.work)):
        time.sleep(0.0005)


SWARM = """
import os, sys
from pathlib import Path
from hackgen.making.write import write

def make(number):
    for again in range(5):
        write({"a.txt": b"a", "models/b.py": b"b"}, Path(f"{number}-{again}").resolve())
    os._exit(0)

made = [os.fork() or make(number) for number in range(40)]
sys.exit(sum(os.waitpid(process, 0)[1] != 0 for process in made))
"""


@posix
def test_many_at_once_in_one_folder_leave_each_other_alone(tmp_path, alone):
    """Also in the moment before one has locked what it works in; and what dead ones left is swept up."""
    (tmp_path / "work/.hackgen-new-00000000/project").mkdir(parents=True)
    done = subprocess.run([sys.executable, "-c", SWARM], cwd=tmp_path / "work", env=alone, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    assert sorted(os.listdir(tmp_path / "work")) == sorted(f"{n}-{again}" for n in range(40) for again in range(5))


@posix
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interruption_while_a_library_is_imported_is_one_line(hackgen_process, alone, tmp_path, number):
    (tmp_path / "click.py").write_text(
        f"import os\ntry:\n    os.kill(os.getpid(), {int(number)})\n    len('')\n"
        "except BaseException as error:\n    raise ImportError('a part of it failed') from error\n"
    )
    path = f"{tmp_path}{os.pathsep}{alone.get('PYTHONPATH', '')}"
    done = hackgen_process("list", env={"PYTHONPATH": path})
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "hackgen: interrupted\n")


@posix
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("delay", [0.0, pytest.param(0.002, marks=pytest.mark.slow), 0.01])
def test_an_interruption_cleans_up_and_ends_with_130(hackgen, alone, number, delay):
    running = begun(hackgen, alone, "x")
    when_staging(hackgen, running)
    time.sleep(delay)
    running.send_signal(number)
    _, errors = running.communicate(timeout=HANGS)
    if running.returncode:
        assert (running.returncode, errors.strip()) == (130, "hackgen: interrupted")
    assert os.listdir(hackgen.work) in ([], ["x"])
    if (hackgen.work / "x").exists():
        assert (hackgen.work / "x/.hackgen.toml").exists()


@posix
@pytest.mark.slow
@pytest.mark.parametrize("dest", ["x", "."])
def test_killed_at_any_moment_nothing_is_half_made_or_overwritten(hackgen, alone, dest):
    """SIGKILL, to git as well; the next run sweeps up, and the project comes to be."""
    assert hackgen("new", "whole", "--title", "T").returncode == 0
    whole = contents(hackgen.work / "whole")
    shutil.rmtree(hackgen.work / "whole")
    mine = {"mine.txt": b"mine", "models/mine.py": b"mine"} if dest == "." else {}
    in_time = 0
    for seed in range(12):
        for path, content in mine.items():
            (hackgen.work / path).parent.mkdir(exist_ok=True)
            (hackgen.work / path).write_bytes(content)
        running = begun(hackgen, alone, dest)
        when_staging(hackgen, running)
        time.sleep(random.Random(seed).uniform(0, 0.04))
        in_time += running.poll() is None
        with suppress(ProcessLookupError):  # it was done by then
            os.killpg(running.pid, signal.SIGKILL)
        running.communicate(timeout=HANGS)
        with suppress(ProcessLookupError):  # git dies a moment later, where much else is going on
            for _ in range(200 * HANGS):
                os.killpg(running.pid, 0)
                time.sleep(0.005)
        found = contents(hackgen.work / dest) if (hackgen.work / dest).exists() else {}
        found = {path: content for path, content in found.items() if not path.startswith(".hackgen-new-")}
        assert {path: content for path, content in found.items() if path in mine} == mine
        made = {path: content for path, content in found.items() if path not in mine}
        assert made.items() <= whole.items()
        assert dest == "." or made in ({}, whole)
        if made != whole:
            assert hackgen("new", dest, "--title", "T").returncode == 0  # what was left is no obstacle
            assert contents(hackgen.work / dest) == whole | mine
            assert not [name for name in os.listdir(hackgen.work) if name.startswith(".hackgen-new-")]
        for path in hackgen.work.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert in_time > 2
