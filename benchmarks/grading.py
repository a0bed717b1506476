"""What grading costs: `python benchmarks/grading.py [--framework pytorch] [--submissions 100] [--jobs 2]`.

Submissions of the CNN assignment, all right, each with a comment of its own. Beside the whole time stands what the
students' code computes (from each question to its answer, imports of the project's own modules included) and what one
import of the framework takes in a process of its own.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from hackgen.course import submissions
from hackgen.course.bundle import bundle, facts_of
from hackgen.course.grader import engine, overlay
from hackgen.course.master.assignment import read
from hackgen.course.proof import solved

IMPORT = {"pytorch": "torch", "lightning": "lightning", "jax": "jax, flax.nnx", "keras": "keras"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--framework", default="pytorch", choices=IMPORT)
    parser.add_argument("--submissions", type=int, default=100)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--level", default="core")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        master, built = Path(place, "cnn"), Path(place, "bundle")
        new = [sys.executable, "-m", "hackgen", "assignment", "new", str(master), "--level", args.level]
        new += ["--task", "image-classification", "--model", "cnn", "--framework", args.framework]
        subprocess.run(new, check=True, stdout=subprocess.DEVNULL)
        assignment = read(master)
        overlay.write(built, bundle(assignment, facts_of(assignment), secret=True))
        right = solved(assignment, [part.id for part in assignment.parts])

        code = f"import time; start = time.perf_counter(); import {IMPORT[args.framework]}; "
        code += "print(time.perf_counter() - start)"
        times = sorted(float(subprocess.check_output([sys.executable, "-c", code])) for _ in range(5))

        waited = []
        ask = engine.Grader.__call__

        def timed(self: engine.Grader, question: str, **values: object) -> object:
            start = time.perf_counter()
            try:
                return ask(self, question, **values)
            finally:
                waited.append(time.perf_counter() - start)

        engine.Grader.__call__ = timed
        work = []
        for number in range(args.submissions):
            files = {path: text + f"\n# {number}\n".encode() for path, text in right.items()}
            work.append(submissions.Submission([{"id": str(number)}], files))
        start = time.perf_counter()
        graded = submissions.grade(built, work, Path(place, "marks"), jobs=args.jobs, isolation="none")
        results = [result for _, result in graded]
        wall = time.perf_counter() - start
    assert all(result.total == result.max for result in results), "a right submission did not get all"
    first, each, computed = results[0], wall / len(results), sum(waited) / len(results)
    rest = each - computed / args.jobs
    print(f"{len(results)} submissions of {len(first.tests)} tests in {len(first.parts)} parts, {args.jobs} at once")
    print(f"import of {IMPORT[args.framework]}: {times[2]:.2f} s (median of 5, {times[0]:.2f} to {times[-1]:.2f})")
    print(f"wall time: {wall:.1f} s in all, {each:.2f} s a submission")
    print(f"students' own code: {computed:.2f} s a submission, {computed / args.jobs:.2f} s of wall time")
    print(f"the rest: {rest:.2f} s a submission, {rest / times[2]:.2f} imports")


if __name__ == "__main__":
    main()
