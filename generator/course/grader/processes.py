"""Starts and ends the processes that run code; of one that is warm, where the system forks."""

import contextlib
import itertools
import os
import shutil
import site
import socket
import subprocess
import sys
import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from . import overlay, worker
from .child import Broken, Child, Lost

START = 180  # seconds that the framework may take to be imported once, and the reference to answer
PROMPT = 10  # and the process that imported it to fork, or to end what it forked
ALIVE: set[int] = set()  # such processes of all graders
USERS = itertools.count(os.getpid())  # of 478 numbers that no system gives away, each grader takes the next
# Where any user may leave something for the next part's run, here or on Gradescope.
SHARED = "/tmp /var/tmp /dev/shm /dev/mqueue /run/lock /var/crash /autograder/results /autograder/submission".split()


class Children:
    """One after the other, beside one with the reference; the warm process serves them all.

    user, open   a user for the student's code who owns nothing, or 0 and why there is none
    """

    def __init__(self, warm: list[str], variables: dict[str, str], bundle: Path, isolation: str) -> None:
        self.warm, self.variables = warm, variables
        self.folder = Path(tempfile.mkdtemp(prefix="grading-"))
        self.fenced = isolation != "none"
        self.user, self.open = self._choose_user(bundle, isolation)
        worker.prctl(worker.PR_SUBREAPER, 1)
        self.others = {*worker.family(os.getpid())}  # of this process's, not ours
        self.channel: socket.socket | None = None
        self.reference: tuple[Any, Child] | None = None
        self.number = 0

    def close(self) -> None:
        self.forget_reference()
        if self.channel:
            self.channel.close()  # the warm process ends all its children, then itself
            self.process.wait()
            ALIVE.discard(self.process.pid)
        worker.prctl(worker.PR_SUBREAPER, bool(ALIVE))  # else orphans of whoever graded would never go
        shutil.rmtree(self.folder, ignore_errors=True)

    def _choose_user(self, bundle: Path, isolation: str) -> tuple[int, str]:
        if isolation == "none" or sys.platform != "linux" or os.geteuid():
            return 0, "the graded code runs as this user, and could read and change its files; grade as root on Linux"
        for place in (np.__file__, sys.executable, self.folder):
            if closed := [path for path in Path(place).resolve().parents if not path.stat().st_mode & 1]:
                return 0, f"the graded code runs as root, and could read and change all: nobody else enters {closed[0]}"
        self.folder.chmod(0o711)
        bundle.chmod(0o700)
        used = set()
        for path in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                used.add(path.stat().st_uid)
        return next(user for number in USERS if (user := 60706 + number % 478) not in used), ""

    def refer(self, drawn: Any, files: Mapping[str, bytes], modules: list[str]) -> None:
        """Have a reference for what was drawn, which has read all its files by now."""
        if self.reference and self.reference[0] != drawn:
            self.forget_reference()
        self.reference = self.reference or (drawn, self.start(files, modules))

    def forget_reference(self) -> None:
        """It ends where there are no more questions."""
        if self.reference:
            self.reference[1].channel.close()
            self.reference = None

    def start(self, files: Mapping[str, bytes], load: Collection[str] = ()) -> Child:
        """A child over these files that has said it is ready; the reference is what loads modules before."""
        self.number += 1
        work, user = self.folder / str(self.number), 0 if load else self.user
        home = work / "home"
        overlay.write(work, files)
        home.mkdir()
        work.chmod(0o750)  # what is graded at the same time for somebody else holds a reference too
        if user:
            os.chown(work, 0, user)
            os.chown(home, user, user)
        child = self._fork(work) if sys.platform == "linux" else self._spawn(work)
        packages = [path for path in [*sys.path, site.getusersitepackages()] if path.endswith("-packages")]
        setup = {
            "environment": self._environment(home),
            "confine": [str(home), user, self.fenced],
            "paths": [str(work / "project"), str(work)],
            "packages": packages,  # the user's own too, which an isolated Python leaves out
            "load": load,
        }
        try:
            child.ask(setup, START)
        except Lost:
            last = child.printed().strip().rpartition("\n")[2]
            self.end(child)
            raise Broken(f"no process can start: {last}") from None
        _, child.base, _ = child.used()
        child.watched = not load
        return child

    def _environment(self, home: Path) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ}
        kept |= dict.fromkeys(("HOME", "TMPDIR", "TMP", "TEMP", "USERPROFILE", "MPLCONFIGDIR"), str(home))
        kept |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        kept |= dict.fromkeys(("USER", "LOGNAME", "USERNAME"), "student")  # the number of a user may have no name
        kept |= {"LANG": "C.UTF-8", "PYTHONUTF8": "1", "CUDA_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu"}
        return kept | {"TF_CPP_MIN_LOG_LEVEL": "2"} | self.variables

    def _fork(self, work: Path) -> Child:
        """A child of the warm process; that is started where there is none, and where somebody's code ended it."""
        for _ in range(2):
            if not self.channel:
                self.channel, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
                command = [sys.executable, "-I", "-B", "-u", worker.__file__, "warm", str(other.fileno()), *self.warm]
                with other, (self.folder / "log").open("wb") as log:
                    options = {"stdin": -3, "stdout": -3, "stderr": log, "cwd": "/", "pass_fds": [other.fileno()]}
                    self.process = subprocess.Popen(command, **options, env=self._environment(self.folder))
                self.channel.settimeout(START)
                ALIVE.add(self.process.pid)
            ours, theirs = socket.socketpair()
            with theirs, (work / "log").open("ab") as log, contextlib.suppress(OSError):
                socket.send_fds(self.channel, [b"fork"], [theirs.fileno(), log.fileno()])
                if pid := self.channel.recv(64):
                    self.channel.settimeout(PROMPT)  # from now on it has nothing to import
                    return Child(work, int(pid), self.process, ours)
            ours.close()
            self._end_warm()
        why = (self.folder / "log").read_text(encoding="utf-8", errors="replace").strip().rpartition("\n")[2]
        raise Broken(f"the process that imports the framework ends at once: {why}")

    def _end_warm(self) -> None:
        """Begin anew after somebody's code ended or stopped the warm process: what it leaves falls to this process."""
        self.process.kill()
        self.process.wait()
        ALIVE.discard(self.process.pid)
        worker.kill_all(0, self.others | ALIVE)
        self.forget_reference()
        self.channel.close()
        self.channel = None

    def _spawn(self, work: Path) -> Child:
        """A child in a process of its own, where forking is not to be had."""
        with socket.create_server(("127.0.0.1", 0)) as server, (work / "log").open("ab") as log:
            command = [sys.executable, "-I", "-B", "-u", worker.__file__, "cold", str(server.getsockname()[1])]
            process = subprocess.Popen(command, stdin=-3, stdout=log, stderr=log, start_new_session=True)
            server.settimeout(START)
            try:
                return Child(work, process.pid, process, server.accept()[0])
            except TimeoutError:
                raise Broken("a process that should run the code does not call back") from None

    def end(self, child: Child) -> None:
        """End a child and all that it started, and take away what it left."""
        child.channel.close()
        if child.process.pid == child.pid:
            with contextlib.suppress(OSError):
                os.killpg(child.pid, 9) if os.name == "posix" else child.process.kill()
            child.process.wait()
        else:
            ended = b""
            with contextlib.suppress(OSError):
                kept = f" {self.reference[1].pid}" if self.reference else ""
                self.channel.send(f"{self.user}{kept}".encode())
                ended = self.channel.recv(64)
            if not ended:
                self._end_warm()
        remove(child.work)
        for folder in SHARED if self.user else ():
            for entry in os.scandir(folder) if os.path.isdir(folder) else ():
                with contextlib.suppress(OSError):
                    if entry.stat(follow_symlinks=False).st_uid == self.user:
                        remove(entry.path) if entry.is_dir(follow_symlinks=False) else os.unlink(entry)


def remove(folder: Path | str) -> None:
    """A folder and all in it, also one so deep that Python's own way is too short."""
    try:
        shutil.rmtree(folder, ignore_errors=True)
    except RecursionError:
        subprocess.run(["rm", "-rf", "--", folder], check=False)
