"""Generated digits judged by a classifier of real ones: `python benchmarks/gan_mnist.py MNIST`.

MNIST is a folder with the idx files. Both projects are made by hackgen and used by their own commands with default
settings: image-classification learns the real digits, image-generation makes new ones, and the classifier names them.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

SURE = 0.9  # a digit counts as recognised when the classifier gives it more than this


def run(folder: Path, *words: str) -> str:
    """What a command of a project prints."""
    return subprocess.run([sys.executable, *words], cwd=folder, check=True, stdout=subprocess.PIPE, text=True).stdout


def generate(task: str, model: str, data: Path, folder: Path) -> Path:
    """A fresh project on MNIST."""
    project = folder / task
    flags = ["--task", task, "--model", model, "--data", str(data), "--yes", "--no-git"]
    run(folder, "-m", "hackgen", "new", str(project), *flags)
    return project


def learn(project: Path, *flags: str) -> tuple[float, dict]:
    """Wall seconds of train.py, imports included, and the report of evaluate.py."""
    start = time.perf_counter()
    run(project, "train.py", "--out", "judged", *flags)
    seconds = time.perf_counter() - start
    run(project, "evaluate.py", "judged")
    return seconds, json.loads((project / "runs" / "judged" / "report.json").read_text(encoding="utf-8"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mnist", type=Path)
    parser.add_argument("--samples", type=int, default=5000)
    parser.add_argument("--seed", default="0", help="of the generator's training")
    parser.add_argument("--minutes", default="7", help="of the generator's training")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, data = Path(name), args.mnist.resolve()
        judge = generate("image-classification", "cnn", data, folder)
        _, report = learn(judge)
        with np.load(judge / "runs" / "judged" / "predictions.npz") as predictions:
            real = (predictions["output"].max(1) > SURE).mean()
        print(f"the judge: {report['score']:.2%} right on real test digits, of which it is sure of {real:.1%}")

        gan = generate("image-generation", "gan", data, folder)
        seconds, report = learn(gan, "--seed", args.seed, "--minutes", args.minutes)
        low, high = report["ci95"]
        print(
            f"the generator: train.py {seconds:.0f} s, {report['metric']} {report['score']:.4f} ({low:.4f}–{high:.4f})"
        )
        print(f"  {report['baseline']['name']} {report['baseline']['score']:.4f}", end="; ")
        print(f"{report['reference']['name']} {report['reference']['score']:.4f}")

        run(gan, "predict.py", str(args.samples), "--out", "new")
        (gan / "new" / "all.png").unlink()
        answers = json.loads(run(judge, "predict.py", str(gan / "new"), "--json"))
    sure = [answer["class"] for answer in answers if answer["probability"] > SURE]
    digits, counts = np.unique([answer["class"] for answer in answers], return_counts=True)
    shares = dict.fromkeys("0123456789", 0.0) | dict(zip(digits.tolist(), counts / len(answers), strict=True))
    print(f"{len(answers)} samples: {len(sure) / len(answers):.1%} recognised (target: at least 85 %), ", end="")
    print(f"the rarest digit has {min(shares.values()):.1%} (target: at least 4 %)")
    print("  " + "  ".join(f"{digit}: {share:.1%}" for digit, share in shares.items()))


if __name__ == "__main__":
    main()
