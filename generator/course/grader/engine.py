"""The parent: it draws inputs, asks a child that runs the student's code, and decides. Nothing of the child is trusted
but numbers."""

import contextlib
import hashlib
import importlib.util
import json
import os
import queue
import shutil
import site
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np

from . import grading, overlay, worker
from .grading import Wrong

WARM = {"numpy": [], "pytorch": ["torch", "torch._dynamo"], "lightning": ["torch", "torch._dynamo", "lightning"]}
COLD = {"jax": ["jax", "flax.nnx"], "keras": ["keras"]}  # they do not survive a fork: imported in each child
START = 180  # seconds that a child may take to import its framework
MEMORY, DISK, PROCESSES = 2 << 30, 256 << 20, 512  # bytes beyond what the framework takes; threads count as processes
SHARED = ("/tmp", "/var/tmp", "/dev/shm", "/run/lock")  # where any user may leave something


class Lost(Exception):
    """The child did not answer; the text may be shown to the student."""

    over = False  # the child is gone, or has to go


@dataclass
class Outcome:
    """One test of one submission."""

    part: str
    name: str
    score: float
    max: int
    message: str
    visibility: str
    seconds: float
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
    open: str = ""  # why what is hidden is not secret from the code that was graded; empty where it is

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
    """A process that answers questions, and the pipes to it."""

    def __init__(self, pid: int, questions: Any, answers: Any, log: Any, process: Any = None) -> None:
        self.pid, self.process, self.questions, self.log = pid, process, questions, b""
        self.replies: queue.Queue[bytes | None] = queue.Queue(2)
        self.stopped, self.base, self.home = False, 0, Path(os.devnull)

        def read() -> None:
            while not self.stopped:
                with contextlib.suppress(OSError, ValueError):
                    self.replies.put(body := worker.receive(answers))
                    if body is not None:
                        continue
                break

        def drain() -> None:
            with contextlib.suppress(OSError, ValueError):
                while more := log.read1(1 << 16):
                    self.log = (self.log + more)[-4000:]

        for task in (read, drain):
            threading.Thread(target=task, daemon=True).start()

    def ask(self, body: bytes, seconds: float) -> Any:
        """What the child answers within so many seconds; `Lost` where it ends, is silent, or takes too much."""

        def write() -> None:
            with contextlib.suppress(OSError, ValueError):
                worker.send(self.questions, body)

        if len(body) > 1 << 12:  # more than a pipe surely takes
            threading.Thread(target=write, daemon=True).start()
        else:
            write()
        end = time.monotonic() + seconds
        while True:
            try:
                reply = self.replies.get(timeout=max(0.0, min(0.1, end - time.monotonic())))
            except queue.Empty:
                if reason := self.excess() or (time.monotonic() >= end and f"took longer than {seconds:.0f} s"):
                    raise self.lost(reason) from None
                continue
            if reply is None:
                raise self.lost("the process ended before it answered: by exit, a crash, or for want of memory")
            try:
                return worker.unpack(reply)
            except ValueError:
                raise self.lost("the answer cannot be read") from None

    def lost(self, reason: str) -> Lost:
        lost = Lost(reason)
        lost.over = True
        return lost

    def taken(self) -> tuple[int, int]:
        """Bytes of memory in use and bytes written, by the child and what it started (Linux; else nothing)."""
        memory = written = 0
        for process in [self.pid, *worker.family(self.pid)] if sys.platform == "linux" else ():
            with contextlib.suppress(OSError, ValueError, IndexError):
                pages = int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
                memory += max(0, pages - self.base)
                written += int(Path(f"/proc/{process}/io").read_text().split("wchar: ")[1].split()[0])
        return memory, written

    def excess(self) -> str:
        """What the child takes too much of."""
        memory, written = self.taken()
        if memory > MEMORY:
            return f"took more than {MEMORY >> 30} GB of memory"
        if written > DISK or size(self.home) > DISK:
            return f"wrote more than {DISK >> 20} MB"
        return ""


def size(folder: Path, most: int = 2000) -> int:
    """Bytes in a folder; of one with more than so many entries, more than any limit."""
    total = 0
    for number, (root, _, names) in enumerate(os.walk(folder)):
        most -= len(names)
        if most < 0 or number > 2000:
            return DISK + 1
        for name in names:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(root, name)).st_blocks * 512 if os.name == "posix" else 0
    return total


class Grader:
    """Grades submissions by a bundle, one after the other; a context manager, as a warm process serves them all."""

    def __init__(self, bundle: Path, isolation: str = "auto", slot: int = 0) -> None:
        self.manifest = manifest(bundle)
        self.secret = bool(self.manifest.get("secret"))
        for name, digest in self.manifest.get("sha256", {}).items():
            if hashlib.sha256((bundle / name).read_bytes()).hexdigest() != digest:
                raise ValueError(f"{name} is not as it was built; build the assignment again")
        self.checks = load_checks(bundle / "checks")
        self.probes = overlay.tree(bundle / "probes")
        base = bundle / ("reference" if self.secret else "starter")
        self.base = overlay.tree(base) if base.is_dir() else None
        self.starter = overlay.tree(bundle / "starter") if (bundle / "starter").is_dir() else {}
        facts = json.loads((bundle / "facts.json").read_text(encoding="utf-8"))
        with np.load(bundle / "facts.npz", allow_pickle=False) as arrays:
            self.facts = SimpleNamespace(**facts, **{name: arrays[name] for name in arrays.files})
        self.folder = Path(tempfile.mkdtemp(prefix="grading-"))
        self.user, self.open = self._choose_user(bundle, isolation, slot)
        self.channel: socket.socket | None = None
        self.reference: tuple[Any, Child] | None = None
        self.memory: dict[Any, list[Outcome]] | None = None  # what was graded once need not be again, for proof.py
        names = self.manifest["framework"], self.manifest.get("backend") or ""
        self.warm = WARM.get(names[0], WARM["pytorch"] if names == ("keras", "torch") else [])
        self.cold = COLD.get(names[0], [])
        self.number = 0

    def __enter__(self) -> "Grader":
        return self

    def __exit__(self, *_: object) -> None:
        if self.channel:
            self.channel.close()  # the warm process ends all its children, then itself
            self.warm_process.wait()
        elif self.reference:
            self._end(self.reference[1])
        shutil.rmtree(self.folder, ignore_errors=True)

    def _choose_user(self, bundle: Path, isolation: str, slot: int) -> tuple[int, str]:
        """A user for the student's code that owns nothing, or 0 and why there is none."""
        if isolation == "none" or sys.platform != "linux" or os.geteuid():
            return (
                0,
                "the graded code runs as the same user as the grader and could read its files; run as root on Linux",
            )
        closed = [
            path for place in (np.__file__, sys.executable, self.folder) for path in Path(place).resolve().parents
        ]
        closed = [path for path in closed if not path.stat().st_mode & 1]
        if closed:
            return (
                0,
                f"another user could not enter {closed[0]}, so the graded code runs as root and could read all files",
            )
        self.folder.chmod(0o711)
        bundle.chmod(0o700)
        return 60706 + os.getpid() % 59 * 8 + slot % 8, ""  # numbers that no system gives away

    def grade(self, files: Mapping[str, bytes], spec: Any = None, messages: Iterable[str] = ()) -> Result:
        """Every test of the manifest on a submission's files; `spec` is what was drawn for the student."""
        result = Result(self.manifest["assignment"], self.manifest["title"], [], [*messages], self.open)
        sources, broken = dict(files), {}
        for name in [name for name in files if name.endswith(".py")]:
            try:
                source, more = overlay.text(name, files[name])
                result.messages += more
                sources[name] = source.encode()
                overlay.parsed(name, source)
            except SyntaxError as error:
                broken[name] = str(error)
                result.messages.append(broken[name])
        for part in self.manifest["parts"]:
            result.tests += self._part(part, sources, broken, spec)
        return result

    def _part(self, part: dict, sources: dict[str, bytes], broken: dict[str, str], spec: Any) -> list[Outcome]:
        """All tests of a part, in a project where it alone is the student's, if the bundle holds the rest."""
        name, origin, reason = part["file"], [], ""
        files = dict(self.base or {})
        if self.secret:
            others = [one for one in self.manifest["parts"] if one["file"] == name and one["id"] != part["id"]]
            own = {one["file"] for one in self.manifest["parts"]}
            files |= {path: content for path, content in sources.items() if path not in own}
            reason = broken.get(name) or ("" if name in sources else f"{name} is not in the submission")
            if not reason:
                functions = [one["function"] for one in others]
                if overlay.span(overlay.parsed(name, sources[name].decode()), part["function"]) is None:
                    reason = f"{name} has no {part['function']}"
                text, origin = overlay.graft(sources[name].decode(), files[name].decode(), functions)
                files[name] = text.encode()
        else:
            files |= sources
        spec = self.manifest.get("variant") if spec is None else spec
        if spec:
            files["spec.json"] = json.dumps(spec).encode()
        key = (part["id"], reason, json.dumps(spec), tuple(sorted(files.items())))
        if self.memory is not None and key in self.memory:
            return self.memory[key]
        run = Run(self, part, files, spec, origin)
        try:
            outcomes = [run.outcome(test, reason) for test in part["tests"]]
        finally:
            run.end()
        if self.memory is not None:
            self.memory[key] = outcomes
        return outcomes

    def ask_reference(self, spec: Any, body: bytes) -> Any:
        """What the reference project answers, in a process of its own that lives as long as the same spec is asked."""
        if self.reference and self.reference[0] != spec:
            self._end(self.reference[1])
            self.reference = None
        if not self.reference:
            files = dict(self.base or {}) | ({"spec.json": json.dumps(spec).encode()} if spec else {})
            self.reference = spec, self.start(files, reference=True)
        return self.reference[1].ask(body, START)

    def start(self, files: Mapping[str, bytes], reference: bool = False) -> Child:
        """A child over these files that has said it is ready."""
        self.number += 1
        work = self.folder / str(self.number)
        user = 0 if reference else self.user
        home = work / "home"
        overlay.write(work / "project", files)
        overlay.write(work / "probes", self.probes)
        home.mkdir()
        if user:
            os.chown(home, user, user)
        elif reference:
            work.chmod(0o700)
        child = self._fork(keep=reference) if sys.platform == "linux" else self._spawn()
        child.home = home
        setup = {
            "environment": self._environment(str(home)),
            "preload": self.cold if sys.platform == "linux" else [*self.warm, *self.cold],
            "confine": [str(home), user, processes(user), 0 if reference else 900],
            "paths": [str(work / "project"), str(work), *site_packages()],
        }
        try:
            child.ask(worker.pack(setup), START)
        except Lost as lost:
            print(child.log.decode("utf-8", "replace"), file=sys.stderr)
            self._end(child)
            raise RuntimeError(f"no process for the graded code: {lost}") from None
        child.base = child.taken()[0]
        return child

    def _environment(self, home: str) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ}
        kept |= dict.fromkeys(("HOME", "TMPDIR", "TMP", "TEMP", "USERPROFILE", "MPLCONFIGDIR"), home)
        kept |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        kept |= {"LANG": "C.UTF-8", "PYTHONUTF8": "1", "CUDA_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu"}
        kept |= {"KERAS_BACKEND": self.manifest.get("backend") or "", "TF_CPP_MIN_LOG_LEVEL": "2"}
        return kept

    def _fork(self, keep: bool) -> Child:
        """A child of the warm process, which is started where there is none."""
        for _ in range(2):
            if not self.channel:
                self.channel, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
                command = [sys.executable, "-I", "-B", worker.__file__, "warm", str(other.fileno()), *self.warm]
                environment = self._environment(str(self.folder))
                nothing = subprocess.DEVNULL
                self.warm_process = subprocess.Popen(
                    command, stdin=nothing, stdout=nothing, pass_fds=[other.fileno()], env=environment, cwd="/"
                )
                other.close()
            pipes = [os.pipe() for _ in range(3)]
            given = [pipes[0][0], pipes[1][1], pipes[2][1]]
            try:
                socket.send_fds(self.channel, [json.dumps({"keep": keep}).encode()], given)
                if pid := self.channel.recv(64):
                    streams = os.fdopen(pipes[0][1], "wb"), os.fdopen(pipes[1][0], "rb"), os.fdopen(pipes[2][0], "rb")
                    return Child(int(pid), *streams)
            except OSError:
                pass
            finally:
                for descriptor in given:
                    os.close(descriptor)
            self.channel.close()  # the warm process is gone: a student's code may have ended it
            self.channel = self.reference = None
        raise RuntimeError(f"the process that imports {self.manifest['framework']} ends at once; is it installed?")

    def _spawn(self) -> Child:
        """A child in a process of its own, where forking is not to be had."""
        pipe = subprocess.PIPE
        command = [sys.executable, "-I", "-B", worker.__file__, "cold"]
        process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=os.name == "posix")
        return Child(process.pid, process.stdin, process.stdout, process.stderr, process)

    def _end(self, child: Child) -> None:
        """End a child and all that it started, and take away what it left."""
        child.stopped = True
        if child.process and os.name == "posix":
            with contextlib.suppress(OSError):
                os.killpg(child.pid, 9)
        elif child.process:
            child.process.kill()
        elif self.reference and child is self.reference[1]:
            with contextlib.suppress(OSError):
                os.kill(child.pid, 9)
        else:
            with contextlib.suppress(OSError):
                self.channel.send(json.dumps({"user": self.user}).encode())
                self.channel.recv(64)
        with contextlib.suppress(queue.Empty):
            while True:
                child.replies.get_nowait()  # its reader may wait to be rid of an answer
        with contextlib.suppress(OSError):
            child.questions.close()
        shutil.rmtree(child.home.parent, ignore_errors=True)
        for folder in SHARED if self.user else ():
            for entry in os.scandir(folder) if os.path.isdir(folder) else ():
                with contextlib.suppress(OSError):
                    if entry.stat(follow_symlinks=False).st_uid == self.user:
                        shutil.rmtree(entry) if entry.is_dir(follow_symlinks=False) else os.unlink(entry)


class Run:
    """The tests of one part of one submission; it is what checks are given as `ask`."""

    def __init__(self, grader: Grader, part: dict, files: dict[str, bytes], spec: Any, origin: list[int]) -> None:
        self.grader, self.part, self.files, self.spec, self.origin = grader, part, files, spec, origin
        self.facts = grader.facts
        self.child: Child | None = None
        self.left = 0.0

    def outcome(self, test: dict, reason: str = "") -> Outcome:
        """One test: in full, in part, or not at all, with a sentence for the student."""
        start, share, fault, message = time.monotonic(), 0.0, "", reason
        if not reason:
            self.left = test["timeout"]
            try:
                self.child = self.child or self.grader.start(self.files)
                share = self.grader.checks(test["run"])(self, np.random.default_rng())
                share = 1.0 if share is None else float(np.nan_to_num(np.clip(share, 0, 1)))
            except (Wrong, Lost) as error:
                message = str(error)
                if getattr(error, "over", False):
                    self.end()
            except Exception as error:  # of the check, which met what nobody thought of
                message = "the answer is of a kind that cannot be checked"
                fault = f"{test['run']}: {type(error).__name__}: {error}"
        if share < 1 and self.part.get("hint"):
            message = f"{message or 'only a part is right'}. Hint: {self.part['hint']}"
        seconds, most = time.monotonic() - start, test["points"]
        return Outcome(self.part["id"], test["name"], share * most, most, message, test["visibility"], seconds, fault)

    def __call__(self, question: str, **values: Any) -> Any:
        """What the student's code answers to a probe; `Lost` where it does not."""
        start = time.monotonic()
        try:
            reply = self.child.ask(worker.pack({"ask": question, "values": values}), max(self.left, 0.01))
        finally:
            self.left -= time.monotonic() - start
        if isinstance(reply, dict) and "answer" in reply:
            return reply["answer"]
        raise Lost(self.explain(reply if isinstance(reply, dict) else {}))

    def reference(self, question: str, **values: Any) -> Any:
        """What the reference answers to the same."""
        reply = self.grader.ask_reference(self.spec, worker.pack({"ask": question, "values": values}))
        if "answer" not in reply:
            raise RuntimeError(f"the reference fails: {reply['error']}: {reply['text']}")
        return reply["answer"]

    def explain(self, reply: dict) -> str:
        """A failure in words; beside a reference nothing that the student's code could have written is shown."""
        import builtins

        kind = reply.get("error")
        kind = kind if isinstance(kind, str) and hasattr(builtins, kind) else "an error"
        name, line = self.part["file"], 0
        for frame in reply.get("frames") or ():
            if isinstance(frame, list) and len(frame) == 2 and str(frame[0]).replace("\\", "/").endswith("/" + name):
                line = frame[1] if isinstance(frame[1], int) else 0
        if self.origin:
            line = self.origin[line - 1] if 0 < line <= len(self.origin) else 0
        where = f" in {name}, line {line}" if line else f" when {name} is used"
        if kind == "NotImplementedError":
            return f"not done yet{where}"
        if self.grader.secret:
            return f"{kind}{where}"
        return f"{kind}{where}: {reply.get('text')}\n{self.child.log.decode('utf-8', 'replace')[-1000:]}".strip()

    def end(self) -> None:
        if self.child:
            self.grader._end(self.child)
            self.child = None


def manifest(bundle: Path) -> dict[str, Any]:
    """What is graded, in which order and for how many points: it alone decides what a full score is."""
    return json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))


def load_checks(folder: Path) -> Callable[[str], Callable]:
    """`model.py:same_answers` -> the function; checks may import grading, and each other as `from .other import …`."""
    package = ModuleType(f"checks_{hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]}")
    package.__path__ = [str(folder)]
    sys.modules[package.__name__] = package
    sys.modules["grading"] = grading

    def check(run: str) -> Callable:
        name, _, function = run.partition(":")
        full = f"{package.__name__}.{name.removesuffix('.py')}"
        if full not in sys.modules:
            found = importlib.util.spec_from_file_location(full, folder / name)
            sys.modules[full] = module = importlib.util.module_from_spec(found)
            found.loader.exec_module(module)
        return getattr(sys.modules[full], function)

    return check


def site_packages() -> list[str]:
    """Folders of packages that this process uses; an isolated child leaves out the user's own."""
    return [path for path in [*sys.path, site.getusersitepackages()] if path.endswith("-packages")]


def processes(user: int) -> int:
    """How many processes and threads the child's user may have: that user's own now, and some more (Linux)."""
    if sys.platform != "linux" or not (user or os.geteuid()):
        return 0
    threads = 0
    for folder in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if not user and folder.name.isdigit() and folder.stat().st_uid == os.geteuid():
                threads += len(os.listdir(folder / "task"))
    return threads + PROCESSES


def grade_all(
    bundle: Path, work: Iterable[tuple[Mapping[str, bytes], Any, Iterable[str]]], jobs: int = 1, isolation: str = "auto"
) -> Iterator[Result]:
    """Grade (files, spec, messages) of many submissions, so many at once; results come in their order."""
    with contextlib.ExitStack() as stack:
        graders = queue.SimpleQueue()
        for slot in range(jobs):
            graders.put(stack.enter_context(Grader(bundle, isolation, slot)))

        def one(task: tuple[Mapping[str, bytes], Any, Iterable[str]]) -> Result:
            grader = graders.get()
            try:
                return grader.grade(*task)
            finally:
                graders.put(grader)

        with ThreadPoolExecutor(jobs) as pool:
            yield from pool.map(one, work)


def grade(bundle: Path, submission: Path, *, spec: Any = None, jobs: int = 1, isolation: str = "auto") -> Result:
    """Grade one submission in a folder; `jobs` is for `grade_all`."""
    files, messages = overlay.read(submission, manifest(bundle)["submit"])
    return next(grade_all(bundle, [(files, spec, messages)], jobs, isolation))
