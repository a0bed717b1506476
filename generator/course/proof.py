"""The proof of a build: what the solution, a blank, each part alone, planted mistakes, other right solutions and the
public stock code score."""

import ast
import json
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from ..errors import Problem
from .bundle import starter
from .grader import engine, overlay, results
from .grader.processes import Children
from .master import markers
from .master.assignment import Assignment, Part, read, text_of
from .master.new import stock

FULL, NONE, LESS = "full", "none", "less"  # what a part should get
Case = tuple[str, overlay.Files, dict[str, str]]  # what it is, a submission, and what each part should get, if not any


class Grader(engine.Grader):
    """What it graded before, it does not grade again: most submissions of a proof differ in one part."""

    def __init__(self, bundle: Path, children: Children | None = None) -> None:
        super().__init__(bundle, "none", children)
        self.memory: dict[tuple, list[results.Outcome]] = {}
        compiled = {"JAX_COMPILATION_CACHE_DIR": str(self.children.folder / "compiled")}  # all this code is trusted
        self.children.variables |= compiled | {"JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0.05"}

    def outcomes(self, part: dict, files: overlay.Files, spec: Any, *more: Any) -> list[results.Outcome]:
        key = part["id"], json.dumps(spec), tuple(sorted(files.items())), repr(more)
        if key not in self.memory:
            self.memory[key] = super().outcomes(part, files, spec, *more)
        return self.memory[key]


def proof(dist: Path, full: bool = False) -> list[str]:
    """The rows of a table for report.md on a build; a `Problem` for what is not as it should be.

    Always: the solution gets all and the blank nothing, also by the public checks; what the stock code scores.
    full    also each part alone and left out, every mutant and every alternative.
    """
    assignment = read(dist / "instructor" / "master")
    faults: list[str] = []
    rows = ["| submission | points | " + " | ".join(part.id for part in assignment.parts) + " |"]
    rows.append("|---|---:|" + "---:|" * len(assignment.parts))
    with Grader(dist / "instructor" / "bundle") as grader:
        for name, files, expected in cases(assignment, full):
            result = grader.grade(files)
            faults += wrong(assignment, name, expected, result)
            rows.append(row(assignment, name, result))
            if full and name == "solution":
                for _ in range(0 if assignment.framework in ("jax", "keras") else 2):  # other inputs, drawn anew
                    grader.memory.clear()
                    faults += wrong(assignment, name, expected, grader.grade(files))
        student, _ = overlay.read(dist / "student", (), whole=True)
        public = Grader(dist / "student" / "public_checks", grader.children)  # the framework is imported by now
        for name, files, expected in list(cases(assignment, False))[:2]:
            result = public.grade(student | files)
            faults += wrong(assignment, name, expected, result)
            rows.append(row(assignment, f"{name}, public checks", result))
    if faults:
        faults = list(dict.fromkeys(faults))
        more = f"; and {len(faults) - 5} more" if len(faults) > 5 else ""
        raise Problem("; ".join(faults[:5]) + more)
    return rows


def cases(assignment: Assignment, full: bool) -> Iterator[Case]:
    """The submissions of a proof; solution and blank first."""
    ids = assignment.ids
    drawn = {part.id: NONE for part in assignment.parts if part.drawn}
    solution = solved(assignment, ids)
    yield "solution", solution, dict.fromkeys(ids, FULL)
    yield "blank", solved(assignment, ()), dict.fromkeys(ids, NONE)
    if public := stock(assignment):
        yield "stock code", solution | public, drawn
    for id in ids if full else ():
        yield f"{id} alone", solved(assignment, [id]), {**dict.fromkeys(ids, NONE), id: FULL}
    for id in ids if full else ():
        rest = [other for other in ids if other != id]
        yield f"all but {id}", solved(assignment, rest), {**dict.fromkeys(ids, FULL), id: NONE}
    for part in assignment.parts if full else ():
        for mutant in part.mutants:
            files = solution | changed(assignment, part, mutant)
            if ast.dump(ast.parse(files[part.file])) == ast.dump(ast.parse(solution[part.file])):
                raise Problem(f"{part.entry}: the mutant of {part.id} changes nothing: {mutant['why']}")
            yield f"{part.id}: {mutant['why']}", files, {**dict.fromkeys(ids, FULL), part.id: LESS}
        for other in part.alternatives:
            files = solution | changed(assignment, part, other)
            yield f"{part.id}, right: {other['why']}", files, dict.fromkeys(ids, FULL)


def solved(assignment: Assignment, ids: Collection[str]) -> dict[str, bytes]:
    """The submitted files with some parts solved and the others as students get them."""
    files = starter(assignment, ids)
    return {path: files[path] for path in assignment.submit if path in files}


def changed(assignment: Assignment, part: Part, edit: dict[str, str]) -> dict[str, bytes]:
    """The part's file, solved, with an edit of the part's code."""
    text = text_of(assignment.folder, part.file)
    text = text.replace(part.body, part.body.replace(edit["find"], edit["replace"], 1), 1)
    return {part.file: markers.strip(text, part.file, assignment.ids).encode()}


def wrong(assignment: Assignment, name: str, expected: dict[str, str], result: results.Result) -> Iterator[str]:
    """Where a part got something else than it should, and where a check failed of itself."""
    for part in assignment.parts:
        score, most = result.parts.get(part.id, (0, 0))
        want = expected.get(part.id)
        tests = [test for test in result.tests if test.part == part.id]
        if want == FULL and score < most:
            lost = next(test for test in tests if not test.passed)
            reason = lost.fault or lost.message
            yield f'{part.entry}: "{name}" gets {score:g} of {most} for part {part.id}; test "{lost.name}": {reason}'
        if want == NONE and score:
            names = ", ".join(f'"{test.name}"' for test in tests if test.score)
            yield f'{part.entry}: "{name}" must get nothing for part {part.id}, but it gets {score:g} by {names}'
        if want == LESS and most and score >= most:
            yield f'{part.entry}: no test of part {part.id} finds the mistake "{name}"'


def row(assignment: Assignment, name: str, result: results.Result) -> str:
    cells = [f"{result.parts[part.id][0]:g}" if part.id in result.parts else "" for part in assignment.parts]
    return f"| {name} | {result.total:g} of {result.max} | {' | '.join(cells)} |"
