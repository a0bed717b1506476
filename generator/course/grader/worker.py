"""The child: it runs a student's code and answers questions with arrays. It knows no test and no expected value.

`python -I -B worker.py warm FD NAME…` imports NAME… and forks a child for each message on socket FD (Linux);
`python -I -B worker.py cold PORT` is one child in a process of its own, which calls back at that port.
"""

import contextlib
import ctypes
import gc
import importlib
import json
import os
import re
import signal
import socket
import struct
import sys
import tempfile
import traceback
from collections.abc import Container
from pathlib import Path
from typing import Any

import numpy as np

MOST = 1 << 26  # bytes of one question or answer
SIZES = struct.Struct("<II")  # begin a message: bytes of its JSON, and of its arrays
ARRAY = "\0array"  # stands for an array in the JSON
DTYPE = re.compile(r"[<|=>]?[biufc]\d{1,2}")  # numbers only: objects would run code, text has no use
PR_DUMPABLE, PR_SECCOMP, PR_SUBREAPER, PR_NO_NEW_PRIVILEGES = 4, 22, 36, 38
CALLS = {  # its kind, socket, and shmget, msgget, semget, mq_open, three of keys, io_uring_setup, fallocate
    "x86_64": (0xC000003E, 41, (29, 68, 64, 240, 248, 249, 250, 425, 285)),
    "aarch64": (0xC00000B7, 198, (194, 186, 190, 180, 217, 218, 219, 425, 47)),
}
LANDLOCK, ALL = 444, 0x3FFE  # the first of three calls; what can be done with files but to run them
READ, USE = 0xC, 0x6  # of a folder, of a device
SYSTEM = ("/usr", "/bin", "/lib", "/lib64", "/etc", "/proc", "/sys", "/opt", "/nix")


def pack(value: Any) -> bytes:
    """Dicts, lists, numbers, texts and arrays of numbers as bytes: their JSON, then what the arrays hold."""
    arrays: list[np.ndarray] = []

    def described(one: Any) -> dict[str, list]:
        arrays.append(array := np.asarray(one, order="C"))
        if not DTYPE.fullmatch(array.dtype.str):
            raise TypeError(f"a {type(one).__name__} is no array of numbers")
        return {ARRAY: [array.dtype.str, array.shape]}

    head = json.dumps(value, default=described).encode()
    sizes = len(head), sum(array.nbytes for array in arrays)
    if sum(sizes) > MOST:
        raise ValueError(f"more than {MOST >> 20} MB are too much to answer")
    return b"".join([SIZES.pack(*sizes), head, *(array.tobytes() for array in arrays)])


def unpack(message: bytes) -> Any:
    """What `pack` packed; a `ValueError` for anything else, as the sender may be hostile."""
    at = SIZES.size + SIZES.unpack_from(message)[0]

    def whole(one: dict[str, Any]) -> Any:
        nonlocal at
        if ARRAY not in one:
            return one
        name, shape = one[ARRAY]
        if not DTYPE.fullmatch(name) or min(shape, default=0) < 0:
            raise ValueError("no array of numbers")
        array = np.ndarray(tuple(shape), name, message, at).copy()
        at += array.nbytes
        return array

    try:
        return json.loads(message[SIZES.size : at], object_hook=whole)
    except (TypeError, RecursionError, OverflowError) as error:
        raise ValueError(str(error)) from None


def prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def seclude() -> None:
    """No network, no memory, queues and keys that outlive a process: with those, the run of one part could hand on what
    it reads of the others' solution; no space on disk that nobody counts. Linux on two kinds of processor, for good."""
    if os.uname().machine not in CALLS:
        return
    kind, connect, others = CALLS[os.uname().machine]
    load, equal, at_least, refuse, allow = 0x20, 0x15, 0x35, (6, 0, 0, 0x50001), (6, 0, 0, 0x7FFF0000)
    steps = [(load, 0, 0, 4), (equal, 1, 0, kind), refuse, (load, 0, 0, 0), (at_least, 0, 1, 1 << 30), refuse]
    for number in others:
        steps += [(equal, 0, 1, number), refuse]  # if it is not this call, pass over one step
    steps += [(equal, 0, 3, connect), (load, 0, 0, 16), (equal, 1, 0, socket.AF_UNIX), refuse, allow]
    code = ctypes.create_string_buffer(b"".join(struct.pack("<HBBI", *step) for step in steps))
    program = ctypes.create_string_buffer(struct.pack("HP", len(steps), ctypes.addressof(code)))
    ctypes.CDLL(None).prctl(PR_SECCOMP, 2, program, 0, 0)


def fence(home: str) -> None:
    """From here on write in `home` alone, and read what Python and the system have: not what the instructor keeps, nor
    what others handed in. Linux, if its kernel has Landlock, of the second version at least; from the sixth on no
    signal leaves the fence, so that nothing in it ends the grader."""
    call = ctypes.CDLL(None).syscall
    if (version := call(LANDLOCK, 0, 0, 1)) < 2:
        return
    fenced = call(LANDLOCK, struct.pack("QQQ", ALL, 0, 3), 24 if version > 5 else 8, 0)
    libraries = os.environ.get("LD_LIBRARY_PATH", "").split(":")
    readable = [os.path.dirname(home), *SYSTEM, sys.prefix, sys.base_prefix, *libraries, *sys.path]
    devices = [f"/dev/{name}" for name in ("null", "zero", "full", "random", "urandom", "tty")]  # no memory, as shm is
    places = {**dict.fromkeys(readable, READ), home: ALL, **dict.fromkeys(devices, USE)}
    for path, rights in places.items():
        with contextlib.suppress(OSError):
            place = os.open(path, os.O_PATH)
            call(LANDLOCK + 1, fenced, 1, struct.pack("=Qi", rights, place), 0)
            os.close(place)
    call(LANDLOCK + 2, fenced, 0)
    os.close(fenced)


def confine(home: str, user: int, fenced: bool) -> None:
    """Go into an empty folder, under limits, and where the grader may choose, as a user who owns nothing else."""
    os.chdir(home)
    if os.name != "posix":
        return
    import resource  # POSIX only

    for name, most in {"CORE": 0, "FSIZE": 1 << 26, **({"NPROC": 512} if user else {})}.items():
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (most, most))
    prctl(PR_DUMPABLE, 1)
    prctl(PR_NO_NEW_PRIVILEGES, 1)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")  # where memory ends, the child goes before the grader
    if fenced and sys.platform == "linux":
        seclude()
        fence(home)
    if user:
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)


def serve(channel: socket.socket) -> None:
    """Answer questions until there are no more: {"ask": "model.outputs", "values": {…}} -> {"answer": …}."""
    stream = channel.makefile("rwb")

    def asked() -> Any:
        sizes = stream.read(SIZES.size)
        return unpack(sizes + stream.read(sum(SIZES.unpack(sizes)))) if sizes else None

    def answer(message: bytes) -> None:
        stream.write(message)
        stream.flush()

    setup = asked()
    os.environ.clear()
    os.environ.update(setup["environment"])
    tempfile.tempdir = None  # the framework may have asked where it is before the fork
    sys.path[:] = [*setup["paths"], *sys.path, *(path for path in setup["packages"] if path not in sys.path)]
    confine(*setup["confine"])
    for name in setup["load"]:
        importlib.import_module(name)
    answer(pack({"ready": True}))
    while question := asked():
        try:
            module, _, function = question["ask"].partition(".")
            probe = getattr(importlib.import_module(f"probes.{module}"), function)
            message = pack({"answer": probe(**question["values"])})
        except BaseException as error:  # sys.exit and Ctrl-C of a student's code too
            message = pack(told(error))
        answer(message)


def told(error: BaseException) -> dict[str, Any]:
    """An error as plain data: its kind, its text, and the last line of each file that it came through."""
    seen = traceback.TracebackException.from_exception(error, limit=-40)  # whatever the student's own __str__ does
    lines = {frame.filename: frame.lineno for frame in seen.stack}
    if isinstance(error, SyntaxError):
        lines[str(error.filename)] = error.lineno
    kinds = [kind.__name__ for kind in type(error).__mro__ if kind.__module__ == "builtins"]
    return {"error": kinds[0], "text": str(seen)[:500], "lines": lines}


def family(root: int, leave: Container[int] = ()) -> list[int]:
    """A process's living descendants, nearest first, without some and those that descend from them; Linux tells."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat") if sys.platform == "linux" else ():
        with contextlib.suppress(OSError, ValueError):
            state, parent = path.read_bytes().rpartition(b")")[2].split()[:2]
            if state != b"Z":
                children.setdefault(int(parent), []).append(int(path.parent.name))
    found = [root]
    for process in found:
        found += [child for child in children.get(process, []) if child not in leave]
    return found[1:]


def kill_all(user: int, keep: Container[int]) -> None:
    """End every process of a user's, or else all that descend from this one; those in `keep` are the grader's own."""
    for _ in range(1000):
        if user and not (child := os.fork()):
            try:
                os.setgid(user)
                os.setuid(user)
                os.kill(-1, signal.SIGKILL)  # in one step, so that nothing can outrun it by forking
            finally:
                os._exit(0)
        if user:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(child, 0)
        left = family(os.getpid(), keep)
        for step in (signal.SIGSTOP, signal.SIGKILL):
            for process in left:
                with contextlib.suppress(OSError):
                    os.kill(process, step)
        if not left:
            return


def stay_warm(channel: socket.socket) -> None:
    """Fork a child for a socket and a log, or end all of a user's but some: what these started is its to end."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them
    prctl(PR_SUBREAPER, 1)
    prctl(PR_DUMPABLE, 0)  # no child of the same user reads or changes what the next one is forked from
    gc.freeze()
    while True:
        message, given, *_ = socket.recv_fds(channel, 4096, 2)
        if not given:
            user, *keep = map(int, message.split() or [0])
            kill_all(user, keep)
            if not message:
                return
            channel.send(b"0")
            continue
        child = os.fork()
        if not child:
            for descriptor, number in zip([given[1], given[1], given[0]], (1, 2, 3), strict=True):
                os.dup2(descriptor, number)
            os.closerange(4, 1024)  # the warm process's own channel above all
            os.setsid()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            try:
                serve(socket.socket(fileno=3))
            finally:
                os._exit(0)
        for descriptor in given:
            os.close(descriptor)
        channel.send(str(child).encode())


if __name__ == "__main__":
    if sys.argv[1] == "cold":
        serve(socket.create_connection(("127.0.0.1", int(sys.argv[2]))))
    else:
        for name in sys.argv[3:]:
            importlib.import_module(name)
        stay_warm(socket.socket(fileno=int(sys.argv[2])))
