"""Copy the run that the team stands behind to published/, which git tracks, and show its results in README.md."""

import os
import shutil
from pathlib import Path

import runs
from cli import Fault
from engine import checkpoint
from reporting import report
from support import marked

MOST_BYTES = 50_000_000  # hosts of git repositories warn about larger files


def publish(run: Path) -> None:
    """Replace published/ by a copy of `run` in one step and refresh README's results from it."""
    sheet = runs.read_json(run / "report.json")
    best = checkpoint.best_file(run)
    if sheet["smoke"]:
        raise Fault(f"{run.name} is a smoke run; publish one that was trained in full")
    if best.stat().st_size > MOST_BYTES:
        raise Fault(
            f"{best} has {best.stat().st_size / 1e6:.0f} MB, more than {MOST_BYTES / 1e6:.0f}; train a smaller model"
        )
    if run != runs.PUBLISHED:
        replace_folder(run, best)
    drawn = sorted(path.relative_to(runs.ROOT).as_posix() for path in (runs.PUBLISHED / "figures").glob("*.png"))
    marked.replace(runs.ROOT / "README.md", report.START, report.END, report.markdown(sheet, drawn))
    print(f"published {run.name}: commit published/ and README.md; after a conflict in them, publish again")


def replace_folder(run: Path, best: Path) -> None:
    """Copy what a teammate needs to published/: all of it, or nothing changes."""
    draft, old = runs.ROOT / f"published.{os.getpid()}.new", runs.ROOT / f"published.{os.getpid()}.old"
    names = ["config.json", "meta.json", "history.csv", "report.json", "report.html", "predictions.npz", best.name]
    try:
        draft.mkdir()
        for name in names:
            shutil.copyfile(run / name, draft / name)
        shutil.copytree(run / "figures", draft / "figures")
        if runs.PUBLISHED.exists():
            os.replace(runs.PUBLISHED, old)
        os.replace(draft, runs.PUBLISHED)
    except OSError as error:
        if old.exists() and not runs.PUBLISHED.exists():
            os.replace(old, runs.PUBLISHED)
        raise Fault(f"cannot publish {run.name}: {error.strerror or error}; published/ is as it was") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
