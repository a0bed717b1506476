"""Tampering never helps: no score rises above the honest one, the grader ends in bounded time and leaves nothing."""

import ctypes
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from course_bundle import BODIES, MODEL, bundle, enter, submission
from hackgen.course.grader import child, engine, processes, worker

pytestmark = pytest.mark.slow
HONEST = 5  # what a submission without Linear.forward gets
CHEAT = {  # what stands before the class, and what forward does
    "exit at import": ("import os\nos._exit(0)", "pass"),
    "exit in the function": ("import sys", "sys.exit(0)"),
    "atexit": ("import atexit, os\natexit.register(lambda: os._exit(0))", "return None"),
    "everything is equal": (
        "class Same:\n    dtype = shape = property(lambda self: self)\n"
        "    def __getattr__(self, name): return self\n    def __call__(self, *a, **k): return self\n"
        "    def __eq__(self, other): return True\n    def __len__(self): return 5",
        "return Same()",
    ),
    "patched comparisons": (
        "np.allclose = np.isclose = np.array_equal = lambda *a, **k: True\n"
        "np.testing.assert_allclose = lambda *a, **k: None\nimport builtins\nbuiltins.all = lambda *a: True",
        "return np.zeros((5, 2))",
    ),
    "patched probes": (
        "import sys\nclass Any(dict):\n    __missing__ = lambda self, key: True\n"
        "sys.modules['grading'] = sys.modules['checks'] = Any()",
        "return {'passed': True, 'score': 99}",
    ),
    "forged answers": (
        "import os, struct\nframe = b'\\x16\\0\\0\\0' + b'{\"answer\": {\"ok\": 1}}'.ljust(22)\n"
        "for fd in range(3, 40):\n    for _ in range(50):\n        try: os.write(fd, struct.pack('<Q', 26) + frame)\n"
        "        except OSError: break",
        "return None",
    ),
    "results written": (
        "import os, pathlib\nfor folder in ('.', '..', '../..', '/autograder/results', '/tmp', os.environ['HOME']):\n"
        "    try:\n        for name in ('results.json', 'result.json'):\n"
        "            pathlib.Path(folder, name).write_text('{\"score\": 99}')\n    except OSError: pass",
        "return None",
    ),
    "output without end": ("while True:\n    print('x' * 10000)", "pass"),
    "a full disk": (
        "def fill():\n    for n in range(10 ** 9):\n        try: open(f'{n}', 'wb').write(bytes(1 << 24))\n"
        "        except OSError: pass",
        "fill()",
    ),
    "a folder too deep": (
        "import os\nfor _ in range(1050):\n    os.mkdir('a')\n    os.chdir('a')",
        "return None",
    ),
    "10 GB": ("", "block = bytearray(10 << 30); block[::4096] = b'x' * len(block[::4096])"),
    "waiting": ("", "import time; time.sleep(1000)"),
    "a process that stays": (
        "import os, time\nif not os.fork():\n    os.setsid()\n    if os.fork(): os._exit(0)\n    time.sleep(1000)",
        "return None",
    ),
    "400 processes": (
        "import os, time\ndef many():\n    for _ in range(400):\n        if not os.fork(): time.sleep(1000)",
        "many()",
    ),
    "the warm process killed": ("import os\nos.kill(os.getppid(), 9)", "return None"),
    "the warm process stopped": ("import os, signal\nos.kill(os.getppid(), signal.SIGSTOP)", "return None"),
    "the warm process killed by one that stays": (
        "import os, time\nwarm = os.getppid()\nif not os.fork():\n    os.setsid()\n    if os.fork(): os._exit(0)\n"
        "    os.kill(warm, 9)\n    time.sleep(1000)",
        "return None",
    ),
    "another solution": (  # the files of the process that is asked for right answers are changed before it reads them
        "import pathlib, threading\nhere = pathlib.Path(__file__)\ndef change():\n    while True:\n"
        "        for path in here.parents[3].rglob('project/models/linear.py'):\n            try:\n"
        "                if path != here and (text := path.read_text()):\n"
        "                    path.write_text(text.replace('inputs @ self.weights', 'np.zeros((5, 2))'))\n"
        "            except OSError: pass\nthreading.Thread(target=change, daemon=True).start()",
        "return np.zeros((5, 2))",
    ),
    "the right solution ended": (
        "import os, pathlib\ndef end():\n    for path in pathlib.Path('/proc').glob('[0-9]*/stat'):\n        try:\n"
        "            number, parent = int(path.parent.name), int(path.read_text().rpartition(')')[2].split()[1])\n"
        "            if parent == os.getppid() and number != os.getpid(): os.kill(number, 9)\n"
        "        except (OSError, ValueError): pass",
        "end(); return np.zeros((5, 2))",
    ),
    "packing patched": (
        "import sys\nown = sys.modules['__main__']\n"
        "own.told = lambda error: {'answer': np.zeros((5, 2)), 'error': [3], 'lines': 3}",
        "raise KeyError",
    ),
    "sizes that lie": (
        "import sys\nown = sys.modules['__main__']\nown.pack = lambda value: own.SIZES.pack(2**32 - 1, 2**32 - 1)",
        "return None",
    ),
    "a million of nothing": (
        "import sys\nown, text = sys.modules['__main__'], b'[' + b'{},' * 20_000_000 + b'{}]'\n"
        "own.pack = lambda value: own.SIZES.pack(len(text), 0) + text",
        "return None",
    ),
    "the socket given away": (
        "",
        "import os\n        for number in range(3, 30):\n            try: os.dup2(1, number)\n"
        "            except OSError: pass",
    ),
    "numbers that lie": (
        'class Number(int):\n    __repr__ = __str__ = lambda self: \'1}, "answer": 3, "x": {"y": 1\'\n'
        "class Array(np.ndarray):\n    __array_priority__ = 1e9\n    __eq__ = __sub__ = lambda self, other: True\n"
        "    __array__ = __array_ufunc__ = __array_function__ = lambda self, *a, **k: self\n    calls = 0",
        "Array.calls += 1\n        return Number(3) if Array.calls % 2 else np.zeros((5, 2)).view(Array)",
    ),
    "an earlier answer": ("LAST = []", "LAST.append(inputs @ self.weights); return LAST[0] if LAST[1:] else None"),
    "an answer of a gigabyte": ("", "return np.zeros(1 << 27)"),
    "no numbers": ("", "return np.array([object()] * 3)"),
    "not finite": ("", "return np.full((5, 2), np.nan)"),
}
AROUND = {  # files beside the code, none of which anybody asked for
    "conftest.py": "import os\nos._exit(0)\n",
    "pytest.ini": "[pytest]\naddopts = --collect-only\n",
    "sitecustomize.py": "import os\nos._exit(0)\n",
    "usercustomize.py": "import os\nos._exit(0)\n",
    "numpy.py": "def __getattr__(name):\n    return lambda *a, **k: True\n",
    "torch.py": "raise SystemExit(0)\n",
    "grading.py": "def close(*a, **k): pass\n",
    "worker.py": "raise SystemExit(0)\n",
    "manifest.json": "{}",
    "grader/engine.py": "raise SystemExit(0)\n",
}


def cheating(before: str, body: str) -> dict[str, str]:
    model = MODEL.replace(BODIES["forward"], body + "\n").replace("class Linear", f"{before}\n\n\nclass Linear")
    return {"models/linear.py": model, **AROUND}


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A Python that other users may run too: this one, or the system's with this one's packages."""
    closed = [path for path in Path(sys.executable).resolve().parents if not path.stat().st_mode & 1]
    if not closed:
        return sys.executable
    folder = tmp_path_factory.mktemp("python")
    system = "/usr/bin/python3"
    version = [system, "-c", "import sys; print(sys.version_info[:2])"]
    if not Path(system).exists() or subprocess.check_output(version, text=True).strip() != str(sys.version_info[:2]):
        pytest.skip("no Python here that another user may run")
    subprocess.run([system, "-m", "venv", "--without-pip", str(folder)], check=True)
    packages = next(folder.glob("lib/python*/site-packages"))
    packages.joinpath("more.pth").write_text(str(Path(np.__file__).parents[1]))
    enter(folder)
    return str(folder / "bin" / "python")


@pytest.fixture(params=["another user", "the same user"])
def isolation(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    monkeypatch.setattr(processes, "PROMPT", 3)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))  # by which the processes of this test are known
    enter(tmp_path)
    if request.param == "the same user":
        return "none"
    if sys.platform != "linux" or os.geteuid():
        pytest.skip("another user needs root on Linux")
    monkeypatch.setattr(engine.sys, "executable", request.getfixturevalue("python"))
    return "auto"


@pytest.mark.skipif(sys.platform != "linux", reason="limits are Linux's")
@pytest.mark.parametrize("cheat", CHEAT)
def test_tampering_never_helps(cheat: str, isolation: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = bundle(tmp_path / "bundle")
    start = time.monotonic()
    seen = []
    end = processes.Children.end
    monkeypatch.setattr(processes.Children, "end", lambda *given: (seen.append(running(str(tmp_path))), end(*given)))
    result = engine.grade(folder, submission(tmp_path / "work", cheating(*CHEAT[cheat])), isolation=isolation)
    assert any(seen)  # so it would be seen, were anything left
    assert time.monotonic() - start < 45  # the sum of all timeouts, and what it takes to begin anew after each
    assert result.total <= HONEST
    assert (result.open == "") == (isolation == "auto")
    assert [test.name for test in result.tests] == ["rows", "answers", "scaled", "mean", "half"]
    assert result.parts["loss"] == (3, 3)  # in another file: nothing of this reaches it
    assert not any("99" in test.message or "SystemExit: " in test.message for test in result.tests)
    deadline = time.monotonic() + 5
    while left := running(str(tmp_path)):
        assert time.monotonic() < deadline, left
    left_there = [path for path in Path("/tmp").glob("result*.json") if path.read_text() == '{"score": 99}']
    for path in left_there:
        path.unlink()
    assert not left_there or isolation == "none"


HOLDING = """
import ctypes, mmap, os, time
def hold(open_file):
    held = []
    for number in range(8):
        held.append(open_file(f"{number}"))
        os.ftruncate(held[-1], 1 << 24)
        with mmap.mmap(held[-1], 1 << 24) as memory: memory.write(b"x" * (1 << 24))
    time.sleep(9)
def of_name(name): return os.open(name, os.O_CREAT | os.O_RDWR)
def nameless(name):
    try: return of_name(name)
    finally: os.unlink(name)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits are Linux's")
@pytest.mark.parametrize("held", ["os.memfd_create", "of_name", "nameless"])
def test_memory_that_no_process_maps_is_counted(held: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files in memory, as where a system's temporary folder lies there."""
    if Path("/dev/shm").is_dir():
        monkeypatch.setattr("tempfile.tempdir", "/dev/shm")
    monkeypatch.setattr(child, "WRITTEN", 1 << 26)
    model = MODEL.replace(BODIES["forward"], f"hold({held})\n").replace("class Linear", f"{HOLDING}\n\nclass Linear")
    work = submission(tmp_path / "work", {"models/linear.py": model})
    result = engine.grade(bundle(tmp_path / "bundle"), work, isolation="none")
    assert "it wrote more than 64 MB" in result.tests[0].message


SHARED_MEMORY = """
import os
open("/dev/null", "wb").write(b"x"), open("/dev/urandom", "rb").read(1)
try: os.close(os.open("/dev/shm/LARGE", os.O_CREAT | os.O_RDWR))
except PermissionError: raise SystemExit from None
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Landlock is Linux's")
def test_nothing_is_left_in_shared_memory(tmp_path: Path) -> None:
    """It is nobody's memory, and no limit of a process's counts it."""
    if ctypes.CDLL(None).syscall(worker.LANDLOCK, 0, 0, 1) < 2 or not Path("/dev/shm").is_dir():
        pytest.skip("this kernel has no Landlock, or no memory to share")
    large = Path("/dev/shm", tmp_path.name)
    large.unlink(missing_ok=True)  # of another run
    model = MODEL.replace("class Linear", f"{SHARED_MEMORY.replace('LARGE', large.name)}\n\nclass Linear")
    work = submission(tmp_path / "work", {"models/linear.py": model})
    assert engine.grade(bundle(tmp_path / "bundle"), work).parts["forward"][0] == 0 and not large.exists()


READING = """
import pathlib, re
def places():
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        for name in ("cwd", "root", "environ", "maps", "mem", "cmdline"):
            try:
                yield (process / name).read_bytes()
            except OSError:
                pass
            try:
                yield (process / name / "models" / "linear.py").read_bytes()
            except OSError:
                pass
    folders = [pathlib.Path("WHERE", name) for name in ("bundle/reference", "bundle", "others")]
    for grading in pathlib.Path(__file__).parents[4].glob("grading-*"):
        folders += [grading / str(number) / "project" for number in range(9)]
    for folder in folders:
        try:
            yield (folder / "models" / "linear.py").read_bytes()
        except OSError:
            pass
def found():
    for text in places():
        if body := re.search(rb"return inputs @ self.we" + rb"ights", text):
            return True
"""


def test_another_user_finds_no_reference(python: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    if sys.platform != "linux" or os.geteuid():
        pytest.skip("another user needs root on Linux")
    monkeypatch.setattr(engine.sys, "executable", python)
    cheat = submission(
        tmp_path / "work",
        cheating(READING.replace("WHERE", str(tmp_path)), "if found(): return np.matmul(inputs, self.weights)"),
    )
    cheat.chmod(0o700)
    if ctypes.CDLL(None).syscall(worker.LANDLOCK, 0, 0, 1) >= 2:
        enter(submission(tmp_path / "others"))  # who handed in as well, where everybody on the machine may read it
    modes = []
    monkeypatch.setattr(processes, "remove", lambda folder: modes.append(Path(folder).stat().st_mode & 0o777))
    folder = bundle(tmp_path / "bundle")
    result = engine.grade(folder, cheat)
    assert set(modes) == {0o750} and not result.open
    assert result.total == HONEST
    assert engine.grade(folder, cheat, isolation="none").total > HONEST  # the same user's process would find one


STASH = """
import os, pathlib, re
texts = [pathlib.Path(__file__).read_text()]
for folder in ("/tmp", "/var/tmp", "/dev/shm", "/run/lock"):
    try:
        texts += [path.read_text() for path in pathlib.Path(folder).glob("stash*/text")]
        os.mkdir(f"{folder}/stash{os.getpid()}", 0o777)
        pathlib.Path(folder, f"stash{os.getpid()}", "text").write_text(texts[0])
    except OSError: pass
body = "".join(texts).count("(inputs - low) / (high" + " - low)")
"""


def test_one_part_leaves_nothing_for_the_next(python: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The run of one part holds the reference of others; what it stores is gone when those are graded."""
    if sys.platform != "linux" or os.geteuid():
        pytest.skip("another user needs root on Linux")
    monkeypatch.setattr(engine.sys, "executable", python)
    right = "return (inputs - inputs.min(0)) / np.ptp(inputs, axis=0) if body else None\n"
    model = MODEL.replace(BODIES["scaled"], right).replace("class Linear", f"{STASH}\n\n\nclass Linear")
    result = engine.grade(bundle(tmp_path / "bundle"), submission(tmp_path / "work", {"models/linear.py": model}))
    assert result.parts == {"forward": (5, 5), "scaled": (0, 2), "loss": (3, 3)}


SECLUDED = """
import ctypes, os, socket
open_to = []
try: os.posix_fallocate(os.open("large", os.O_CREAT | os.O_RDWR), 0, 1 << 20); open_to.append("disk")
except PermissionError: pass
for kind in (socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK):
    try: open_to.append(socket.socket(kind, socket.SOCK_DGRAM))
    except PermissionError: pass
try: os.kill(os.getppid(), 0); open_to.append("signals")
except PermissionError: pass
libc = ctypes.CDLL(None)
tries = libc.shmget(4711, 4096, 0o1666), libc.semget(4711, 1, 0o1666), libc.msgget(4711, 0o1666)
socket.socketpair(), socket.socket(socket.AF_UNIX)
if open_to or max(tries) >= 0: raise SystemExit
"""


@pytest.mark.skipif(platform.machine() not in worker.CALLS, reason="the kernel's calls are not known here")
def test_nothing_goes_to_the_network_or_outlives_its_process(
    python: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Or else the run of one part could hand on the solution of others that it reads."""
    if sys.platform != "linux" or os.geteuid():
        pytest.skip("another user needs root on Linux")
    monkeypatch.setattr(engine.sys, "executable", python)
    model = MODEL.replace("class Linear", f"{SECLUDED}\n\nclass Linear")
    work = submission(tmp_path / "work", {"models/linear.py": model})
    result = engine.grade(bundle(tmp_path / "bundle"), work)
    assert result.total == result.max and not result.open, [test.message for test in result.tests]
    if ctypes.CDLL(None).syscall(worker.LANDLOCK, 0, 0, 1) > 5:
        monkeypatch.setattr(processes.Children, "_choose_user", lambda *_: (0, "nobody else"))
        assert engine.grade(tmp_path / "bundle", work).total == result.max


def test_patching_a_framework_does_not_help(tmp_path: Path) -> None:
    patch = "import torch\ntorch.allclose = torch.equal = lambda *a, **k: True\n"
    patch += "torch.autograd.grad = lambda *a, **k: [torch.zeros(5, 3)]"
    work = submission(tmp_path / "work", cheating(patch, "return torch.zeros(5, 2).numpy()"))
    assert engine.grade(bundle(tmp_path / "bundle", framework="pytorch"), work).total == HONEST


def running(word: str) -> list[str]:
    """Processes of the grader that still run, by a word in their environment."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            named = word.encode() in path.read_bytes()
            state = path.with_name("stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if named and state != "Z" and path.parent.name != str(os.getpid()):
            found.append(path.parent.name)
    return found
