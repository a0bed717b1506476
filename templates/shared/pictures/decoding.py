"""Decoding many pictures by several processes, a block at a time, so that a killed preparation goes on where it was.

Each process (`python crew.py FOLDER PHASE WORKER WORKERS`, started here) takes every so-manieth block that is not noted
as done. They import neither torch nor this project's data, and hold a block in memory each.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

import alike
import cli
import picture_file
import picture_list
import runs

MOST_WORKERS = 8
HEAD = np.dtype([("width", "<u4"), ("height", "<u4"), ("colour", "?")])
UNREAD, GREY, COLOUR, BAD = range(4)  # states of a picture


def phase(part: Path, name: str, count: int, block: int, several: bool) -> None:
    """Do every block of a phase that is not done, in this process or in several."""
    blank(part / f"{name}.npy", np.uint8, -(-count // block))
    done = np.load(part / f"{name}.npy", mmap_mode="r")
    if not several:
        return work(part, name, 0, 1)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    workers = max(1, min(cores, MOST_WORKERS, len(done)))
    what = {"scan": "looking at pictures", "read": "preparing pictures, once"}[name]
    script = str(Path(__file__).resolve())
    crew: list[subprocess.Popen] = []
    try:
        for number in range(workers):
            words = [sys.executable, script, str(part), name, str(number), str(workers)]
            with (part / f"{name}-{number}.log").open("wb") as log:
                crew.append(subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log))
        with tqdm(total=count, desc=what, delay=1, leave=False, disable=None) as bar:
            while any(process.poll() is None for process in crew):
                time.sleep(0.02)
                bar.update(min(count, int(done.sum()) * block) - bar.n)
        for process in crew:
            if process.returncode:
                lines = process.stderr.read().decode("utf-8", "replace").strip().splitlines()
                raise cli.Fault(
                    lines[-1] if lines else f"a process that prepares pictures ended ({process.returncode})"
                )
    finally:
        for process in crew:
            if process.poll() is None:
                process.terminate()
            process.wait()


def work(part: Path, name: str, worker: int, workers: int, orphaned: Callable[[], bool] = lambda: False) -> None:
    """One process's share of a phase: every `workers`th block, unless it is done."""
    job = runs.read_json(part / "job.json")
    root, names, block = Path(job["root"]), job["names"], job["block"]
    done = np.load(part / f"{name}.npy", mmap_mode="r+")
    do = scan if name == "scan" else read
    for number in range(worker, len(done), workers):
        if orphaned():
            return
        if not done[number]:
            start = number * block
            do(part, root, names[start : start + block], start, job["shape"])
            done[number] = 1
            done.flush()


def scan(part: Path, root: Path, names: list[str], start: int, shape: None) -> None:
    """Note size and colour of some pictures; what cannot be opened stays 0 wide."""
    heads = np.load(part / "heads.npy", mmap_mode="r+")
    for number, name in enumerate(names, start):
        try:
            picture_file.check_heic(name)
            source = root / name if root.is_dir() else picture_list.source(root, name)
            heads[number] = picture_file.head(source)
        except picture_file.Unreadable:
            continue
    heads.flush()


def read(part: Path, root: Path, names: list[str], start: int, shape: list[int]) -> None:
    """Decode some pictures into their places in images.npy, and note what alike.py wants to know of them."""
    height, width, channels = shape
    images = np.zeros((len(names), height, width, channels), np.uint8)
    states = np.full(len(names), GREY, np.uint8)
    bad = {}
    for number, name in enumerate(names):
        try:
            picture = picture_file.pixels(picture_list.source(root, name), width, height)
            images[number] = picture_file.with_channels(picture, channels)
        except picture_file.Unreadable as error:
            bad[start + number] = str(error)
            states[number] = BAD
    if channels == 3:
        differs = (images[..., :2] != images[..., 1:]).any((1, 2, 3))
        states[differs] = COLOUR
    with (part / "images.npy").open("r+b") as file:  # written, not mapped: a full disk is then an error, not a crash
        file.seek(np.load(part / "images.npy", mmap_mode="r").offset + images[0].nbytes * start)
        file.write(images.tobytes())
        file.flush()
        os.fsync(file.fileno())
    for name, values in (("facts.npy", alike.facts(images)), ("states.npy", states)):
        kept = np.load(part / name, mmap_mode="r+")
        kept[start : start + len(names)] = values
        kept.flush()
    if bad:
        runs.write_json(part / f"bad-{start}.json", bad)


def blank(path: Path, dtype: Any, *shape: int) -> None:
    """An array of zeros in a file, unless it is there already."""
    if not path.is_file():
        draft = path.with_suffix(".tmp")
        np.lib.format.open_memmap(draft, mode="w+", dtype=dtype, shape=shape).flush()
        os.replace(draft, path)


def main() -> None:
    part, name, worker, workers = sys.argv[1:]
    parent = os.getppid()
    work(Path(part), name, int(worker), int(workers), orphaned=lambda: os.getppid() != parent)


if __name__ == "__main__":
    cli.run(main)
