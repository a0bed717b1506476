"""Pictures in numbers: how long the first preparation and later starts take, and the memory of training on many.

    python benchmarks/pictures.py start FOLDER            # any folder of pictures, e.g. MNIST as PNG files
    python benchmarks/pictures.py memory --gigabytes 8    # makes a set of so many GB of pixels, trains and evaluates

Both generate a project into --work (a temporary folder otherwise). Anonymous memory is read from /proc (Linux): that of
all processes together, the highest of samples taken ten times a second; mapped pages do not count.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np

SIDE, CLASSES = 64, 10
START = """
import sys, time
import numpy, torch, tqdm, data, net, train  # all that train.py imports
import common
config = common.configured({"data": sys.argv[1]})
began = time.perf_counter()
split = data.load(config).train
split.inputs[numpy.random.default_rng(0).permutation(len(split.ids))[:256]]
print(time.perf_counter() - began)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["start", "memory"])
    parser.add_argument("folder", nargs="?", type=Path, help="pictures, for start")
    parser.add_argument("--gigabytes", type=float, default=1.0, help="of pixels, for memory [1]")
    parser.add_argument("--minutes", type=float, default=0.5, help="of training, for memory [0.5]")
    parser.add_argument("--model", default="mlp", help="for memory [mlp]")
    parser.add_argument("--work", type=Path, help="where to work and leave everything [a temporary folder]")
    args = parser.parse_args()
    work = args.work or Path(tempfile.mkdtemp(prefix="pictures-"))
    try:
        project = work / "project"
        folder = args.folder.resolve() if args.what == "start" else made(work / "made", args.gigabytes)
        if not project.exists():
            words = ["new", str(project), "--task", "image-classification", "--model", args.model, "--yes", "--no-git"]
            words += ["--data", str(folder), "--no-copy"]
            subprocess.run([sys.executable, "-m", "hackgen", *words], check=True, stdout=subprocess.DEVNULL)
        if args.what == "start":
            start(project, folder)
        else:
            memory(project, folder, args)
    finally:
        if not args.work:
            shutil.rmtree(work, ignore_errors=True)


def start(project: Path, folder: Path) -> None:
    """Seconds from imports done to the first batch, five times."""
    shutil.rmtree(project / "prepared", ignore_errors=True)
    for number in range(5):
        words = [sys.executable, "-c", START, str(folder)]
        done = subprocess.run(words, cwd=project, capture_output=True, text=True, check=True)
        what = "first start, with the preparation" if number == 0 else "later start"
        print(f"{what}: {float(done.stdout):.2f} s", flush=True)


def made(folder: Path, gigabytes: float) -> Path:
    """Pictures of noise, a class a shade, as BMP files: quick to make, and as large as when prepared."""
    count = int(gigabytes * 1e9 / (SIDE * SIDE * 3))
    if (folder / "made").exists():
        return folder / "pictures"
    from io import BytesIO

    from PIL import Image

    rng = np.random.default_rng(0)
    blank = BytesIO()
    Image.new("RGB", (SIDE, SIDE)).save(blank, "BMP")
    head = blank.getvalue()[: -SIDE * SIDE * 3]
    for kind in range(CLASSES):
        place = folder / "pictures" / f"class{kind}"
        place.mkdir(parents=True, exist_ok=True)
        for number in range(count // CLASSES):
            pixels = rng.integers(0, 160, SIDE * SIDE * 3, np.uint8) + np.uint8(8 * kind)
            (place / f"{number:06d}.bmp").write_bytes(head + pixels.tobytes())
    (folder / "made").touch()
    print(f"made {count:,} pictures of {SIDE}×{SIDE}", flush=True)
    return folder / "pictures"


def memory(project: Path, folder: Path, args: argparse.Namespace) -> None:
    """Peaks of anonymous memory: preparing with the first batches, then training, then evaluating."""
    shutil.rmtree(project / "runs", ignore_errors=True)
    train = ["train.py", "--data", str(folder), "--minutes", str(args.minutes)]
    for what, words in (
        ("preparation", ["-c", START, str(folder)]),
        ("training", [*train, "--out", "run"]),
        ("evaluation", ["evaluate.py", "run"]),
    ):
        peak, seconds = watched(words, project)
        print(f"{what}: {peak / 1e9:.2f} GB anonymous memory at most, {seconds:.0f} s", flush=True)


def watched(words: list[str], place: Path) -> tuple[int, float]:
    """Run Python; the peak of anonymous memory over all its processes in bytes, and the seconds it took."""
    peak, began = 0, time.perf_counter()
    process = subprocess.Popen([sys.executable, *words], cwd=place, stdout=subprocess.DEVNULL)
    done = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.1):
            peak = max(peak, sum(map(anonymous, family(process.pid))))

    watcher = threading.Thread(target=watch)
    watcher.start()
    process.wait()
    done.set()
    watcher.join()
    if process.returncode:
        raise SystemExit(f"{' '.join(words)} ended with {process.returncode}")
    return peak, time.perf_counter() - began


def family(pid: int) -> list[int]:
    """A process and all below it."""
    found = [pid]
    for parent in found:
        try:
            for thread in Path(f"/proc/{parent}/task").iterdir():
                found += map(int, (thread / "children").read_text().split())
        except OSError:
            continue
    return found


def anonymous(pid: int) -> int:
    """Bytes of anonymous memory of a process that are in memory; 0 when it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon"))


if __name__ == "__main__":
    main()
