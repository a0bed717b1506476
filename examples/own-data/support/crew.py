"""Work on many blocks by several processes, each noted when done, so that a killed preparation goes on where it was.

What is done to a block says a module with `task(folder, phase)`, which returns what to call with a block's number.
Each process (`python crew.py MODULE FOLDER PHASE WORKER WORKERS`, started here) takes every so-manieth block that is
not noted. They import neither torch nor this project's data.py, and hold a block in memory each.
"""

import importlib
import io
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

sys.path.append(str(Path(__file__).resolve().parents[1]))  # where cli.py lies, when this file is run by itself
import cli
import runs

MOST_WORKERS = 8
WORTH_WORKERS = 4  # blocks, below which starting processes takes longer than the work


def phase(folder: Path, module: str, name: str, count: int, label: str, several: bool | None = None) -> None:
    """Do every block of a phase that is not done; `label` is shown while it takes.

    several  whether by several processes; None = where there are blocks enough
    """
    several = count >= WORTH_WORKERS if several is None else several
    blank(folder / f"{name}.npy", np.uint8, count)
    if not several:
        return work(module, folder, name, 0, 1)
    done = np.load(folder / f"{name}.npy", mmap_mode="r")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    workers = max(1, min(cores, MOST_WORKERS, count))
    script = str(Path(__file__).resolve())
    crew: list[subprocess.Popen] = []
    try:
        for number in range(workers):
            words = [sys.executable, script, module, str(folder), name, str(number), str(workers)]
            with (folder / f"{name}-{number}.log").open("wb") as log:
                crew.append(subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log))
        with tqdm(total=count, desc=label, unit="block", delay=1, leave=False, disable=None) as bar:
            while any(process.poll() is None for process in crew):
                time.sleep(0.02)
                bar.update(int(done.sum()) - bar.n)
        for number, process in enumerate(crew):
            log = (folder / f"{name}-{number}.log").read_text(encoding="utf-8", errors="replace").strip()
            if process.returncode:
                last = (log.splitlines() or [f"a process that prepares data ended ({process.returncode})"])[-1]
                raise cli.Fault(last.removeprefix(f"{Path(script).name}: "))
    finally:
        for process in crew:
            if process.poll() is None:
                process.terminate()
            process.wait()


def work(
    module: str, folder: Path, name: str, worker: int, workers: int, orphaned: Callable[[], bool] = lambda: False
) -> None:
    """One process's share of a phase: every `workers`th block, unless it is done."""
    do = importlib.import_module(module).task(folder, name)
    done = np.load(folder / f"{name}.npy", mmap_mode="r+")
    for number in range(worker, len(done), workers):
        if orphaned():
            return
        if not done[number]:
            do(number)
            done[number] = 1
            done.flush()


def keep(folder: Path, name: str, number: int, arrays: Mapping[str, Any]) -> None:
    """Write the arrays that were made of a block, whole or not at all."""
    content = io.BytesIO()
    np.savez(content, **arrays)
    runs.write(folder / f"{name}-{number}.npz", content.getvalue())


def kept(folder: Path, name: str, count: int) -> Iterator[Any]:
    """The arrays of each block, by name, one block after the other."""
    for number in range(count):
        with np.load(folder / f"{name}-{number}.npz") as arrays:
            yield arrays


def blank(path: Path, dtype: Any, *shape: int) -> None:
    """An array of zeros in a file, unless it is there already."""
    if not path.is_file():
        draft = path.with_suffix(".tmp")
        np.lib.format.open_memmap(draft, mode="w+", dtype=dtype, shape=shape).flush()
        os.replace(draft, path)


def main() -> None:
    module, folder, name, worker, workers = sys.argv[1:]
    parent = os.getppid()
    work(module, Path(folder), name, int(worker), int(workers), orphaned=lambda: os.getppid() != parent)


if __name__ == "__main__":
    cli.run(main)
