"""Steps a second of the generated loop beside a bare one written by hand: the same model, optimiser and precision.

usage: python benchmarks/throughput.py [CASE …] [--framework F …] [--backend B …] [--data DATA] [--rounds N]

Both run in one process, in turn (loops/measure.py); loops/<framework>_bare.py says what is bare. For Lightning, which
has no loop without its Trainer, that is the Trainer's shortest script.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from hackgen.making.choice import Answers, choose
from hackgen.parts import Part, backends, frameworks, tasks

CASES = {  # task, model, data below DATA (empty: the sample), steps of a round
    "image-cnn": ("image-classification", "cnn", "mnist", 100),
    "image-mlp": ("image-classification", "mlp", "mnist", 300),
    "generation-transformer": ("text-generation", "transformer", "text/tinyshakespeare.txt", 30),
    "generation-lstm": ("text-generation", "lstm", "text/tinyshakespeare.txt", 30),
    "text-transformer": ("text-classification", "transformer", "", 50),
    "text-lstm": ("text-classification", "lstm", "", 50),
    "table-mlp": ("tabular-classification", "mlp", "", 500),
}


def measure(case: str, framework: Part, backend: str | None, data: Path | None, rounds: int) -> list[list[float]]:
    """Steps a second of the generated loop and of the bare one, for each round."""
    task, model, below, steps = CASES[case]
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / case
        words = [sys.executable, "-m", "hackgen", "new", str(project), "--yes", "--no-git", "--task", task]
        words += ["--model", model, "--framework", framework.name, *(["--backend", backend] if backend else [])]
        words += ["--data", str((data / below).resolve())] if data and below else []
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
        loop = Path(__file__).resolve().parent / "loops" / "measure.py"
        words = [sys.executable, str(loop), model, str(rounds), str(steps)]
        done = subprocess.run(words, cwd=project, check=True, stdout=subprocess.PIPE, text=True)
        return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    known = frameworks(tasks()[0])
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=", ".join(CASES))
    parser.add_argument("--framework", nargs="+", choices=[part.name for part in known], help="[all]")
    parser.add_argument("--backend", nargs="+", help="of Keras [all]")
    parser.add_argument("--data", type=Path, help="a folder with mnist/ and text/tinyshakespeare.txt [the samples]")
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    for case in args.cases:
        if case not in CASES:
            parser.error(f'no case "{case}"; use {", ".join(CASES)}')
    print("| task | model | framework | generated, steps/s | bare, steps/s | ratio, median of pairs |")
    print("|---|---|---|---:|---:|---:|")
    for case in args.cases or CASES:
        task, model, *_ = CASES[case]
        for framework in known:
            for backend in backends(framework):
                if framework.name not in (args.framework or [framework.name]):
                    continue
                if backend not in (args.backend or [backend]):
                    continue
                pairs = measure(case, framework, backend, args.data, args.rounds)
                fit, bare = (statistics.median(column) for column in zip(*pairs, strict=True))
                ratio = statistics.median(a / b for a, b in pairs)
                name = choose(Answers(task, framework.name, backend, (model,))).label.split("/")[1]
                shown = f"{ratio:.2f}" if ratio >= 0.9 else f"**{ratio:.2f}**"
                print(f"| {task} | {model} | {name} | {fit:.1f} | {bare:.1f} | {shown} |", flush=True)


if __name__ == "__main__":
    main()
