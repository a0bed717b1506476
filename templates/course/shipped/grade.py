"""Grade this project by its public checks: `python grade.py`. What else is graded, ASSIGNMENT.md says."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[0] = str(HERE / "public_checks")  # a random.py of yours stands in for no other

from grader import engine, results  # noqa: E402

if __name__ == "__main__":
    result = engine.grade(HERE / "public_checks", HERE, isolation="none")
    print(results.terminal(result, public=True))
    sys.exit(0 if result.total == result.max else 1)
