"""The parent: it draws inputs, asks a child that runs the student's code, and decides. Nothing of the child is trusted
but numbers."""

import builtins
import contextlib
import hashlib
import importlib
import itertools
import json
import math
import os
import select
import shutil
import site
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np

from . import grading, overlay, worker

# What is imported once, for all children. JAX and TensorFlow do not survive a fork: each child imports them by itself.
WARM = {"pytorch": ["torch", "torch._dynamo"], "lightning": ["torch", "torch._dynamo", "lightning"]}
OF_MODEL = {"boosting": ["skops.io"]}  # with scikit-learn
START = 180  # seconds that the framework may take to be imported once, and the reference to answer
PROMPT = 10  # and the process that imported it to fork, or to end what it forked
ALIVE: set[int] = set()  # such processes of all graders
TEXT = 1 << 20  # bytes of JSON in an answer: small as it is, it takes many times that to hold
MEMORY, WRITTEN, PROCESSES = 2 << 30, 1 << 30, 100  # bytes beyond what the framework takes; what a child may start
USERS = itertools.count(os.getpid())  # of 478 numbers that no system gives away, each grader takes the next
# Where any user may leave something for the next part's run, here or on Gradescope.
SHARED = ("/tmp", "/var/tmp", "/dev/shm", "/run/lock", "/var/crash", "/autograder/results", "/autograder/submission")


class Lost(Exception):
    """The child did not answer; the text may be shown to the student."""


class Over(Lost):
    """And it will answer no more."""


class Gone(Over):
    """The reference does not answer, by chance or as the student's code ended it."""


class Broken(Exception):
    """The grader itself, its bundle or the machine is at fault, and no submission: nobody gets a score by it."""


@dataclass
class Outcome:
    """One test of one submission."""

    part: str
    name: str
    score: float
    max: int
    message: str
    visibility: str
    fault: str = ""  # of the check itself, for the instructor alone

    @property
    def passed(self) -> bool:
        return self.score >= self.max


@dataclass
class Result:
    """One submission: every test of the manifest, whatever became of it, and what is to be said of the whole."""

    assignment: str
    title: str
    tests: list[Outcome]
    messages: list[str] = field(default_factory=list)
    open: str = ""  # why what is hidden is no secret from the code that was graded; empty where it is one

    @property
    def total(self) -> float:
        return sum(test.score for test in self.tests)

    @property
    def max(self) -> int:
        return sum(test.max for test in self.tests)

    @property
    def parts(self) -> dict[str, tuple[float, int]]:
        """Points that were earned and could be, by part."""
        found: dict[str, tuple[float, int]] = {}
        for test in self.tests:
            score, most = found.get(test.part, (0, 0))
            found[test.part] = score + test.score, most + test.max
        return found


class Child:
    """A process that answers questions, and the socket to it; what it prints is in a file beside its home."""

    def __init__(self, work: Path, pid: int, process: subprocess.Popen, channel: socket.socket) -> None:
        self.work, self.pid, self.process, self.channel = work, pid, process, channel
        self.memory = self.base = 0  # bytes in use, and what the framework alone takes
        self.watched = False  # the reference never is: it serves all submissions, and writes as it trains
        channel.setblocking(False)

    def ask(self, question: Any, seconds: float) -> Any:
        """What the child answers within so many seconds; `Over` where it ends, is silent, or takes too much."""
        end, left, got, most = time.monotonic() + seconds, memoryview(worker.pack(question)), bytearray(), 1
        try:
            while len(got) < most:
                reading, writing, _ = select.select([self.channel], [self.channel] if left else [], [], 0.1)
                if writing:
                    left = left[self.channel.send(left) :]
                if reading:
                    if not (more := self.channel.recv(1 << 20)):
                        raise ConnectionResetError
                    got += more
                    text, numbers = worker.SIZES.unpack_from(got) if len(got) >= worker.SIZES.size else (0, 0)
                    most = worker.SIZES.size + text + numbers
                    if text > TEXT or numbers > worker.MOST:
                        raise ValueError
                if time.monotonic() >= end:
                    raise Over("it took too long")
                if self.watched and not reading and not writing and (reason := self.excess()):
                    raise Over(reason)
            return worker.unpack(bytes(got[:most]))
        except OSError:
            raise Over("the process ended before it answered: by exit, a crash, or for want of memory") from None
        except ValueError:
            raise Over("the answer cannot be read") from None

    def excess(self) -> str:
        """What the child and what it started take too much of (Linux; elsewhere only time is limited)."""
        processes = [self.pid, *worker.family(self.pid)] if sys.platform == "linux" else []
        memory = written = 0
        for process in processes:
            with contextlib.suppress(OSError, ValueError, IndexError):
                pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
                memory += max(0, pages * os.sysconf("SC_PAGE_SIZE") - self.base)
                written += int(Path(f"/proc/{process}/io").read_text().split("wchar: ")[1].split()[0])
        if len(processes) > PROCESSES:
            return f"it started more than {PROCESSES} processes"
        self.memory = memory
        if memory > MEMORY:
            return f"it took more than {MEMORY >> 30} GB of memory"
        return f"it wrote more than {WRITTEN >> 20} MB" if written > WRITTEN else ""

    def printed(self) -> str:
        return (self.work / "log").read_bytes()[-1000:].decode("utf-8", "replace")


class Grader:
    """Grades submissions by a bundle, one after the other; a context manager, as one warm process serves them all."""

    def __init__(self, bundle: Path, isolation: str = "auto") -> None:
        self.manifest = manifest(bundle)
        for name, digest in self.manifest.get("sha256", {}).items():
            if hashlib.sha256((bundle / name).read_bytes()).hexdigest() != digest:
                raise Broken(f"{name} is not as it was built; build the assignment again")
        self.checks = package(bundle / "checks")
        self.probes, self.base = overlay.tree(bundle / "probes"), overlay.tree(bundle / "starter")
        files = [*(f"probes/{name}" for name in self.probes), *self.manifest["submit"]]
        self.modules = [name[:-3].replace("/", ".") for name in files if name.endswith(".py")]
        if self.manifest["secret"]:
            self.base = overlay.tree(bundle / "reference")
        facts = json.loads((bundle / "facts.json").read_text(encoding="utf-8"))
        with np.load(bundle / "facts.npz", allow_pickle=False) as arrays:
            self.facts = SimpleNamespace(**facts, **arrays)
        names = self.manifest["framework"], self.manifest.get("backend") or ""
        self.warm = WARM.get(names[0], WARM["pytorch"] if names == ("keras", "torch") else [])
        self.warm = self.warm and [*self.warm, *OF_MODEL.get(self.manifest.get("model"), [])]
        self.folder = Path(tempfile.mkdtemp(prefix="grading-"))
        self.user, self.open = self._choose_user(bundle, isolation)
        worker.prctl(worker.PR_SUBREAPER, 1)
        self.others = {*worker.family(os.getpid())} if sys.platform == "linux" else set()  # of this process's, not ours
        self.channel: socket.socket | None = None
        self.reference: tuple[Any, Child] | None = None
        self.memory: dict[Any, list[Outcome]] | None = None  # what was graded before, for proof.py
        self.number, self.until = 0, math.inf

    def __enter__(self) -> "Grader":
        return self

    def __exit__(self, *_: object) -> None:
        self.forget_reference()
        if self.channel:
            self.channel.close()  # the warm process ends all its children, then itself
            self.process.wait()
            ALIVE.discard(self.process.pid)
        worker.prctl(worker.PR_SUBREAPER, bool(ALIVE))  # else orphans of whoever graded would never go
        shutil.rmtree(self.folder, ignore_errors=True)

    def _choose_user(self, bundle: Path, isolation: str) -> tuple[int, str]:
        """A user for the student's code who owns nothing, or 0 and why there is none."""
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

    def grade(
        self, files: Mapping[str, bytes], spec: Any = None, messages: Iterable[str] = (), limit: float = math.inf
    ) -> Result:
        """Every test of the manifest on a submission's files, none begun after `limit` seconds; `spec` was drawn."""
        self.until = time.monotonic() + limit
        result = Result(self.manifest["assignment"], self.manifest["title"], [], [*messages], self.open)
        sources, broken = dict(files), {}
        for name in [name for name in files if name.endswith(".py")]:
            try:
                source, more = overlay.text(name, files[name])
                sources[name] = source.encode()
                result.messages += more
                overlay.parsed(name, source)
            except SyntaxError as error:
                broken[name] = str(error)
        spec = self.manifest.get("variant") if spec is None else spec
        for part in self.manifest["parts"]:
            files, reason, origin = self._overlay(part, sources, broken)
            if spec:
                files["spec.json"] = json.dumps(spec).encode()
            key = part["id"], reason, json.dumps(spec), tuple(sorted(files.items()))
            outcomes = (self.memory or {}).get(key)
            if outcomes is None:
                with contextlib.closing(Run(self, part, files, spec, origin)) as run:
                    outcomes = [run.outcome(test, reason) for test in part["tests"]]
            if self.memory is not None:
                self.memory[key] = outcomes
            result.tests += outcomes
        return result

    def _overlay(self, part: dict, sources: dict[str, bytes], broken: dict[str, str]) -> tuple[dict, str, list[int]]:
        """A project in which the part alone is the student's if the bundle holds the rest, why it cannot be, and from
        which line of the student's file each line of the part's file is."""
        name, files = part["file"], dict(self.base)
        if not self.manifest["secret"]:
            return files | sources, broken.get(name, ""), []
        own = {one["file"] for one in self.manifest["parts"]}
        files |= {path: content for path, content in sources.items() if path not in own}
        if name not in sources or name in broken:
            return files, broken.get(name, f"{name} is not in the submission"), []
        others = [one["function"] for one in self.manifest["parts"] if one["file"] == name]
        others = [function for function in others if function != part["function"]]
        source = sources[name].decode()
        if part["function"] not in overlay.parsed(name, source):
            return files, f"{name} has no {part['function']}", []
        text, origin = overlay.graft(source, files[name].decode(), others)
        return files | {name: text.encode()}, "", origin

    def refer(self, spec: Any) -> None:
        """Have a reference for what was drawn, in a process of its own that has read all its files by now."""
        if self.reference and self.reference[0] != spec:
            self.forget_reference()
        if self.manifest["secret"] and not self.reference:
            drawn = {"spec.json": json.dumps(spec).encode()} if spec else {}
            self.reference = spec, self.start(self.base | drawn, reference=True)

    def forget_reference(self) -> None:
        """It ends where there are no more questions."""
        if self.reference:
            self.reference[1].channel.close()
            self.reference = None

    def start(self, files: Mapping[str, bytes], reference: bool = False) -> Child:
        """A child over these files that has said it is ready."""
        self.number += 1
        work, user = self.folder / str(self.number), 0 if reference else self.user
        home = work / "home"
        overlay.write(work / "project", files)
        overlay.write(work / "probes", self.probes)
        home.mkdir()
        work.chmod(0o750)  # what is graded at the same time for somebody else holds a reference too
        if user:
            os.chown(work, 0, user)
            os.chown(home, user, user)
        child = self._fork(work, reference) if sys.platform == "linux" else self._spawn(work)
        packages = [path for path in [*sys.path, site.getusersitepackages()] if path.endswith("-packages")]
        setup = {
            "environment": self._environment(home),
            "confine": [str(home), user, 0 if reference else 900],
            "paths": [str(work / "project"), str(work)],
            "packages": packages,  # the user's own too, which an isolated Python leaves out
            "load": self.modules if reference else [],
        }
        try:
            child.ask(setup, START)
        except Lost:
            last = child.printed().strip().rpartition("\n")[2]
            self.end(child)
            raise Broken(f"no process can start: {last}") from None
        child.excess()
        child.base, child.watched = child.memory, not reference
        return child

    def _environment(self, home: Path) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ}
        kept |= dict.fromkeys(("HOME", "TMPDIR", "TMP", "TEMP", "USERPROFILE", "MPLCONFIGDIR"), str(home))
        kept |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        kept |= dict.fromkeys(("USER", "LOGNAME", "USERNAME"), "student")  # the number of a user may have no name
        kept |= {"LANG": "C.UTF-8", "PYTHONUTF8": "1", "CUDA_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu"}
        return kept | {"KERAS_BACKEND": self.manifest.get("backend") or "", "TF_CPP_MIN_LOG_LEVEL": "2"}

    def _fork(self, work: Path, keep: bool) -> Child:
        """A child of the warm process; that is started where there is none, and where somebody's code ended it."""
        for _ in range(2):
            if not self.channel:
                self.channel, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
                command = [sys.executable, "-I", "-B", worker.__file__, "warm", str(other.fileno()), *self.warm]
                with other, (self.folder / "log").open("wb") as log:
                    options = {"stdin": -3, "stdout": -3, "stderr": log, "cwd": "/", "pass_fds": [other.fileno()]}
                    self.process = subprocess.Popen(command, **options, env=self._environment(self.folder))
                self.channel.settimeout(START)
                ALIVE.add(self.process.pid)
            ours, theirs = socket.socketpair()
            with theirs, (work / "log").open("ab") as log, contextlib.suppress(OSError):
                order = json.dumps({"keep": keep}).encode()
                socket.send_fds(self.channel, [order], [theirs.fileno(), log.fileno()])
                if pid := self.channel.recv(64):
                    self.channel.settimeout(PROMPT)  # from now on it has nothing to import
                    return Child(work, int(pid), self.process, ours)
            ours.close()
            self._end_warm()
        why = (self.folder / "log").read_text(encoding="utf-8", errors="replace").strip().rpartition("\n")[2]
        raise Broken(f"the process that imports {self.manifest['framework']} ends at once: {why}")

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
            command = [sys.executable, "-I", "-B", worker.__file__, "cold", str(server.getsockname()[1])]
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
                self.channel.send(json.dumps({"user": self.user}).encode())
                ended = self.channel.recv(64)
            if not ended:
                self._end_warm()
        remove(child.work)
        for folder in SHARED if self.user else ():
            for entry in os.scandir(folder) if os.path.isdir(folder) else ():
                with contextlib.suppress(OSError):
                    if entry.stat(follow_symlinks=False).st_uid == self.user:
                        remove(entry.path) if entry.is_dir(follow_symlinks=False) else os.unlink(entry)


class Run:
    """The tests of one part of one submission; it is what checks are given as `ask`."""

    def __init__(self, grader: Grader, part: dict, files: dict[str, bytes], spec: Any, origin: list[int]) -> None:
        self.grader, self.part, self.files, self.spec, self.origin = grader, part, files, spec, origin
        self.facts = grader.facts
        self.child: Child | None = None

    def outcome(self, test: dict, reason: str = "") -> Outcome:
        """One test: in full, in part, or not at all, with a sentence for the student."""
        share, fault, message = 0.0, "", reason
        if not reason:
            try:
                share = self._share(test)
                share = 1.0 if share is None else float(np.nan_to_num(np.clip(share, 0, 1)))
            except (grading.Wrong, Lost) as error:
                message = str(error)
                if isinstance(error, Over):
                    self.close()
            except Broken:
                raise
            except Exception as error:  # of the check, which met what nobody thought of
                message = "the answer is of a kind that cannot be checked"
                fault = f"{test['run']}: {type(error).__name__}: {error}"
        if share < 1:
            message = message or "only a part is right"
            message += f". Hint: {self.part['hint']}" if self.part["hint"] else ""
        about = self.part["id"], test["name"], share * test["points"], test["points"]
        return Outcome(*about, message, test["visibility"], fault)

    def _share(self, test: dict, again: bool = True) -> float | None:
        """What a check says; it begins anew where the reference is gone, which never starts beside a student's code."""
        if not self.child:
            self.grader.refer(self.spec)
            self.child = self.grader.start(self.files)
        self.left = min(test["timeout"], self.grader.until - time.monotonic())
        if self.left <= 0:
            raise Lost("earlier tests took so long that there was no time for this one")
        name, _, function = test["run"].partition(":")
        try:
            return getattr(self.grader.checks[name], function)(self, np.random.default_rng())
        except Gone as gone:
            self.close()
            if again:
                return self._share(test, again=False)
            if self.grader.user:  # who cannot end it
                raise Broken(str(gone)) from None
            raise

    def __call__(self, question: str, **values: Any) -> Any:
        """What the student's code answers to a probe; `Lost` where it does not."""
        start = time.monotonic()
        try:
            reply = self.child.ask({"ask": question, "values": values}, self.left)
        finally:
            self.left -= time.monotonic() - start
        if isinstance(reply, dict) and "answer" in reply:
            return reply["answer"]
        raise Lost(self.explain(reply if isinstance(reply, dict) else {}))

    def reference(self, question: str, **values: Any) -> Any:
        """What the reference answers to the same."""
        try:
            reply = self.grader.reference[1].ask({"ask": question, "values": values}, START)
        except Lost as lost:
            self.grader.forget_reference()
            raise Gone(f"the process with a right solution does not answer: {lost}") from None
        if "answer" not in reply:
            raise Broken(f"{question} fails for the reference: {reply['error']}: {reply['text']}")
        return reply["answer"]

    def explain(self, reply: dict) -> str:
        """A failure in words; beside a reference nothing that the student's code could have written is shown."""
        kind, lines, name = reply.get("error"), reply.get("lines"), self.part["file"]
        kind = kind if isinstance(kind, str) and hasattr(builtins, kind) else "an error"
        line = lines.get(str(self.child.work / "project" / name)) if isinstance(lines, dict) else 0
        if self.origin:
            line = self.origin[line - 1] if isinstance(line, int) and 0 < line <= len(self.origin) else 0
        what = "not done yet" if kind == "NotImplementedError" else kind
        what += f" in {name}, line {line}" if line else f" when {name} is used"
        if self.grader.manifest["secret"] or kind == "NotImplementedError":
            return what
        return f"{what}: {reply.get('text')}\n{self.child.printed()}".strip()

    def close(self) -> None:
        if self.child:
            self.grader.end(self.child)
            self.child = None


def manifest(bundle: Path) -> dict[str, Any]:
    """What is graded, in which order and for how many points: it alone decides what a full score is."""
    return json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))


def remove(folder: Path | str) -> None:
    """A folder and all in it, also one so deep that Python's own way is too short."""
    try:
        shutil.rmtree(folder, ignore_errors=True)
    except RecursionError:
        subprocess.run(["rm", "-rf", "--", folder], check=False)


def package(folder: Path) -> dict[str, ModuleType]:
    """The checks of a folder by file, a package of modules; they import `grading`, and each other by `from .other`."""
    made = ModuleType(f"checks_{hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]}")
    made.__path__ = [str(folder)]
    for name in [name for name in sys.modules if name.startswith(f"{made.__name__}.")]:
        del sys.modules[name]  # of an earlier build in the same place
    sys.modules |= {made.__name__: made, "grading": grading}
    importlib.invalidate_caches()  # a build keeps its times, so a folder that was replaced looks unchanged
    files = sorted(folder.glob("*.py"))
    try:
        return {file.name: importlib.import_module(f"{made.__name__}.{file.stem}") for file in files}
    except Exception as error:
        raise Broken(f"the checks cannot be imported: {type(error).__name__}: {error}") from None


def grade(
    bundle: Path, submission: Path, *, spec: Any = None, isolation: str = "auto", limit: float = math.inf
) -> Result:
    """Grade one submission in a folder; it is a whole project where the bundle has nothing to lay it over."""
    about = manifest(bundle)
    whole = not about["secret"] and not (bundle / "starter").is_dir()
    files, messages = overlay.read(submission, about["submit"], whole)
    with Grader(bundle, isolation) as grader:
        return grader.grade(files, spec, messages, limit)
