"""A process that runs code, as the grader sees it. Nothing that comes of it is trusted but numbers."""

import contextlib
import os
import select
import socket
import stat
import subprocess
import time
from itertools import islice
from pathlib import Path
from typing import Any

from . import worker

TEXT = 1 << 20  # bytes of JSON in an answer: small as it is, it takes many times that to hold
MEMORY, WRITTEN, PROCESSES = 2 << 30, 1 << 30, 100  # bytes beyond what the framework takes; what a child may start


class Lost(Exception):
    """The child did not answer; the text may be shown to the student."""


class Over(Lost):
    """And it will answer no more."""


class Broken(Exception):
    """The grader itself, its bundle or the machine is at fault, and no submission: nobody gets a score by it."""


class Child:
    """A process that answers questions, and the socket to it; what it prints is in a file beside its home."""

    def __init__(self, work: Path, pid: int, process: subprocess.Popen, channel: socket.socket) -> None:
        self.work, self.pid, self.process, self.channel = work, pid, process, channel
        self.base = 0  # bytes in use by the framework alone
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

    def used(self) -> tuple[int, int, int]:
        """Processes, bytes in memory beyond the framework's, bytes written: of it and all that it started (Linux)."""
        processes = [self.pid, *worker.family(self.pid)]
        memory = written = 0
        for process in processes:
            with contextlib.suppress(OSError, ValueError, LookupError):
                pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
                memory += max(0, pages * os.sysconf("SC_PAGE_SIZE") - self.base)
                counts = dict(line.split(": ") for line in Path(f"/proc/{process}/io").read_text().splitlines())
                written += max(int(counts["wchar"]), int(counts["write_bytes"]))  # by calls, or through memory
        return len(processes), memory, max(written, self.kept(processes))

    def kept(self, processes: list[int]) -> int:
        """Bytes in files in its home, and in those that are open and have no name, as memory may hold such: through a
        mapping that is gone they were written without a call, and are no process's memory any more."""
        home, sizes = self.work / "home", {}
        for folder in [home, *(Path(f"/proc/{process}/fd") for process in processes)]:
            files = (os.path.join(place, name) for place, _, names in os.walk(folder) for name in names)
            for file in islice(files, 10_000):
                with contextlib.suppress(OSError):
                    about = os.stat(file, follow_symlinks=folder != home)
                    if stat.S_ISREG(about.st_mode) and (folder == home or not about.st_nlink):
                        sizes[about.st_dev, about.st_ino] = about.st_blocks * 512
        return sum(sizes.values())

    def excess(self) -> str:
        """What it takes too much of; elsewhere than on Linux only time is limited."""
        processes, memory, written = self.used()
        if processes > PROCESSES:
            return f"it started more than {PROCESSES} processes"
        if memory > MEMORY:
            return f"it took more than {MEMORY >> 30} GB of memory"
        return f"it wrote more than {WRITTEN >> 20} MB" if written > WRITTEN else ""

    def printed(self) -> str:
        return (self.work / "log").read_bytes()[-1000:].decode("utf-8", "replace")
