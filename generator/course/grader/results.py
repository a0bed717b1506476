"""One result as Gradescope, Classroom 50, Canvas, Moodle and people read it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

VISIBLE = {"public": "visible", "hidden": "after_published"}  # hidden for good would hide the total from students too
FAULT = "The grader itself failed. This is not your fault and says nothing about your work; tell the course's staff."


@dataclass
class Outcome:
    """One test of one submission."""

    part: str
    name: str
    score: float
    max: int
    message: str
    visibility: str
    fault: str = ""  # of the check itself, for the instructor alone

    @property
    def passed(self) -> bool:
        return self.score >= self.max


@dataclass
class Result:
    """One submission: every test of the manifest, whatever became of it, and what is to be said of the whole."""

    title: str
    tests: list[Outcome]
    messages: list[str] = field(default_factory=list)
    open: str = ""  # why what is hidden is no secret from the code that was graded; empty where it is one

    @property
    def total(self) -> float:
        return sum(test.score for test in self.tests)

    @property
    def max(self) -> int:
        return sum(test.max for test in self.tests)

    @property
    def parts(self) -> dict[str, tuple[float, int]]:
        """Points that were earned and could be, by part."""
        found: dict[str, tuple[float, int]] = {}
        for test in self.tests:
            score, most = found.get(test.part, (0, 0))
            found[test.part] = score + test.score, most + test.max
        return found


def gradescope(result: Result, seconds: float = 0.0) -> dict[str, Any]:
    """results.json; nothing in it is null, and what the grader says to instructors alone is left out."""
    tests = []
    for test in result.tests:
        worth = {"score": float(test.score), "max_score": float(test.max)}
        said = {"name": f"{test.part}: {test.name}", "output": test.message, "visibility": VISIBLE[test.visibility]}
        tests.append(said | worth)
    found = {"score": float(result.total), "execution_time": round(seconds), "output": "\n".join(result.messages)}
    return found | {"stdout_visibility": "hidden", "tests": tests}


def whole_points(tests: list[Outcome]) -> list[int]:
    """Scores as whole numbers that sum to the nearest of the total (largest remainder); full marks for what passed."""
    most = [test.max if test.passed else max(0, test.max - 1) for test in tests]
    points = [min(math.floor(test.score), top) for test, top in zip(tests, most, strict=True)]
    left = math.floor(sum(test.score for test in tests) + 0.5) - sum(points)
    order = sorted(range(len(tests)), key=lambda at: points[at] - tests[at].score)
    for at in [at for at in order if points[at] < most[at] and tests[at].score > points[at]][: max(0, left)]:
        points[at] += 1
    return points


def classroom50(result: Result, about: Mapping[str, str], moment: str) -> dict[str, Any]:
    """result.json in whole points; `about` is the environment that Classroom 50 gives, `moment` in ISO 8601."""
    points = whole_points(result.tests)
    names = {"classroom": "CLASSROOM", "assignment": "ASSIGNMENT", "submission": "SUBMISSION_TAG"}
    names |= {"commit": "COMMIT_URL", "release": "RELEASE_URL", "review": "REVIEW_URL"}
    head = {"schema": "classroom50/result/v1"} | {key: about.get(name, "") for key, name in names.items()}
    tests = [
        {"test-name": f"{test.part}: {test.name}", "passed": test.passed, "score": score, "max-score": test.max}
        for test, score in zip(result.tests, points, strict=True)
    ]
    return {**head, "datetime": moment, "score": sum(points), "max-score": result.max, "tests": tests}


def number(points: float) -> str:
    return f"{points:.2f}".rstrip("0").rstrip(".")


def terminal(result: Result, public: bool = False) -> str:
    """What a person reads: a line for each test, those that failed with what is known of why."""
    lines = []
    for test in result.tests:
        mark = "ok  " if test.passed else "part" if test.score else "  - "
        lines.append(f"{mark} {number(test.score):>5} of {test.max:<3} {test.part}: {test.name}")
        lines += [f"       {line}" for line in test.message.splitlines()]
    head = "public checks only: " if public else ""
    return "\n".join([*lines, *result.messages, f"{head}{number(result.total)} of {result.max} points"])
