"""The banks of graded parts: every task, framework and model has an assignment, proved by its own grader."""

import ast
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hackgen.course import archives, build, bundle, leaks, proof, variants
from hackgen.course.master import markers
from hackgen.course.master.assignment import COURSE, Assignment, read, text_of
from hackgen.course.master.new import LEVELS, bank, master, stock
from hackgen.errors import Problem
from hackgen.making.choice import Answers, choices, choose
from selection import EVERYTHING, installed

OFFERED = [c for c in choices() if not c.backend or c.backend == "tensorflow"]
GRADABLE = [c for c in OFFERED if installed(c) or c.task.name == "image-classification"]  # by a small body there
EVERY = list(dict.fromkeys((c.task.name, c.framework.name, c.models[0].name) for c in GRADABLE))
NO_FACTS = {"facts.json": b'{"meta": {}, "config": {}}\n', "facts.npz": b""}
FULL = [  # a model of each family in PyTorch, and the CNN in the other frameworks
    ("image-classification", "pytorch", "cnn", "advanced"),
    ("tabular-regression", "pytorch", "mlp", "core"),
    ("text-classification", "pytorch", "lstm", "intro"),
    ("text-generation", "pytorch", "transformer", "core"),
    ("image-generation", "pytorch", "gan", "advanced"),
    ("image-classification", "lightning", "cnn", "core"),
    ("image-classification", "jax", "cnn", "core"),
    ("image-classification", "keras", "cnn", "core"),
]
SHORT = [(*choice, LEVELS[number % 3]) for number, choice in enumerate(EVERY)]
# each level in PyTorch, elsewhere one by turns
WHOLE = [one for one in EVERY if one[1] == "pytorch" or EVERYTHING]
LEVELLED = [(*one, level) for one in WHOLE for level in LEVELS] + [one for one in SHORT if one[:3] not in WHOLE]
# each model's file in PyTorch: those of regression are those of classification, and what else it has is proved in FULL
ONCE = [one for one in SHORT if one[1] == "pytorch" and one[0] != "tabular-regression"]
SAMPLE = SHORT if EVERYTHING else [one for one in ONCE if one[:3] not in [proved[:3] for proved in FULL]]


def lay_master(folder: Path, task: str, framework: str, model: str, level: str) -> Path:
    files = master(Answers(title="Homework", task=task, framework=framework, models=(model,), author=""), level)
    build.lay(folder, files)
    return folder


def linted(folder: Path, choice: tuple[str, str, str], level: str) -> Assignment:
    """An assignment whose parts fit their code, in at most four files, and whose students find no solution."""
    assignment = read(lay_master(folder, *choice, level))
    files = {part.file for part in assignment.parts}
    assert len(assignment.parts) >= 3 and len(files) <= 4, files
    assert any(file.startswith("models/") for file in files)
    assert files & {"train.py", "loss.py"}
    assert any(part.drawn for part in assignment.parts)
    for part in assignment.parts:
        assert {test.visibility for test in part.tests} >= {"public"} and part.goal and part.hint
    student = bundle.student_files(assignment, facts=NO_FACTS)
    assert leaks.found(student.items(), build.secrets_of(assignment)) == []
    handout = student["ASSIGNMENT.md"].decode()
    assert len(handout.split()) <= 900 and not re.search(r"\{\w+\}", handout)
    archives.lay(folder / "solved", bundle.starter(assignment, solved=assignment.ids))
    archives.lay(folder / "stubs", bundle.starter(assignment))
    (folder / "stubs" / "ruff.toml").write_text(
        'extend = "pyproject.toml"\n[lint]\nselect = ["E"]\n'
    )  # unused names stay
    code = [str(folder / place / path) for place in ("solved", "stubs") for path in assignment.submit]
    ruff = [sys.executable, "-m", "ruff", "check", "--quiet", "--no-cache", *code]
    done = subprocess.run(ruff, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    ruff[ruff.index("--no-cache") + 1 :] = ["--isolated", "--select", "F821", *code[len(code) // 2 :]]
    for name in re.findall(r"Undefined name `(\w+)`", subprocess.run(ruff, capture_output=True, text=True).stdout):
        assert f"`{name}`" in handout, name  # lines below a stub need it
    return assignment


def test_a_model_has_an_assignment(tmp_path: Path) -> None:
    linted(tmp_path, FULL[4][:3], FULL[4][3])


def test_the_bank_still_fits_the_code_of_each_task(tmp_path: Path) -> None:
    """Parts name texts in it, so a change of a project's file may need one of the bank."""
    for task, framework, model in {task: (task, framework, model) for task, framework, model in EVERY}.values():
        assert len(read(lay_master(tmp_path / task, task, framework, model, "advanced")).parts) >= 3


def test_drawn_code_has_all_that_it_names_in_the_file_it_is_laid_into(tmp_path: Path) -> None:
    """Each file of drawn code once: it brings its own imports, and what it uses besides stands in that file."""
    left = {path.name for path in (COURSE / "drawn").glob("*.py")}
    for task, framework, model in dict.fromkeys((c.task.name, c.framework.name, c.models[0].name) for c in OFFERED):
        choice = choose(Answers(task=task, framework=framework, models=(model,)))
        parts = [part["drawn"]["code"] for part in bank(choice, "advanced") if part["drawn"]]
        if {code.rpartition("/")[2] for code in parts} & left:
            left -= {code.rpartition("/")[2] for code in parts}
            lay_master(tmp_path / f"{task}-{framework}-{model}", task, framework, model, "advanced")
    assert not left
    ruff = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--select", "E9,F401,F811,F821"]
    code = [str(path) for path in tmp_path.glob("*/**/*.py") if "SPEC" in path.read_text(encoding="utf-8")]
    done = subprocess.run([*ruff, "--output-format=concise", *code], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("choice", LEVELLED, ids="-".join)
def test_every_choice_has_an_assignment(tmp_path: Path, choice: tuple[str, str, str, str]) -> None:
    linted(tmp_path, choice[:3], choice[3])


@pytest.mark.slow
@pytest.mark.parametrize("choice", FULL, ids="-".join)
def test_each_family_is_proved_in_full(tmp_path: Path, choice: tuple[str, str, str, str]) -> None:
    """Solution, blank, stock code, each part alone and left out, two mutants and another solution a part."""
    folder = lay_master(tmp_path / "m", *choice)
    for part in read(folder).parts:
        assert len(part.mutants) >= 2 and part.alternatives, part.id
    build.build(folder, tmp_path / "d", verify=False)
    build.verified(tmp_path / "d", full=True)


@pytest.mark.slow
@pytest.mark.parametrize("choice", SAMPLE, ids="-".join)
def test_elsewhere_the_solution_gets_all_and_a_blank_nothing(tmp_path: Path, choice: tuple[str, str, str, str]) -> None:
    build.build(lay_master(tmp_path / "m", *choice), tmp_path / "d", verify=True)


@pytest.mark.slow
def test_for_200_people_the_solution_gets_all_and_the_stock_code_nothing_that_is_drawn(tmp_path: Path) -> None:
    build.build(lay_master(tmp_path / "m", *FULL[4][:3], "core"), tmp_path / "d", verify=False)
    assignment = read(tmp_path / "m")
    solution = proof.solved(assignment, assignment.ids)
    people = [variants.drawn(assignment, bytes(32), f"student {number}") for number in range(200)]
    forms = {json.dumps({id: drawn for id, drawn in spec.items() if id != "data"}) for spec in people}
    assert len(forms) > 4  # the seed of the data changes nothing for the grader, so each form is graded once
    with proof.Grader(tmp_path / "d" / "instructor" / "bundle") as grader:
        for spec in map(json.loads, sorted(forms)):
            result = grader.grade(solution, spec)
            assert result.total == result.max, (spec, [(one.name, one.message) for one in result.tests])
            public = grader.grade(solution | stock(assignment), spec)
            assert not any(public.parts[part.id][0] for part in assignment.parts if part.drawn), spec


@pytest.mark.slow
def test_each_person_has_a_repository_with_what_was_drawn_and_own_data(tmp_path: Path) -> None:
    build.build(lay_master(tmp_path / "m", *FULL[0]), tmp_path / "d", verify=False)
    roster, secret = tmp_path / "roster.csv", variants.secret_of(tmp_path / "secret", tmp_path / "d")
    roster.write_text("email\nann@home.test\nbo@home.test\n", encoding="utf-8")
    made = variants.variants(tmp_path / "d", roster, secret, tmp_path / "v")
    assert made == (["ann", "bo"], [])
    ann, bo = ({path: content for path, content in leaks.tree(tmp_path / "v" / name)} for name in ("ann", "bo"))
    differ = {path for path in ann.keys() & bo.keys() if ann[path] != bo[path] and not path.startswith(".git")}
    assert (
        {"spec.json", "data/digits.npz"}
        <= differ
        <= {"spec.json", "data/digits.npz", "ASSIGNMENT.md", "public_checks/manifest.json"}
    )
    assert json.loads(ann["spec.json"]) == variants.drawn(read(tmp_path / "m"), secret, "ann")
    assert not any(
        word in content for content in ann.values() for word in (secret, secret.hex().encode(), b"home.test")
    )
    table = (tmp_path / "d" / "instructor" / "bundle" / "variants.json").read_bytes()
    with zipfile.ZipFile(tmp_path / "d" / "gradescope" / "autograder.zip") as archive:
        assert archive.read("bundle/variants.json") == table and b"ann" not in table
    assert variants.variants(tmp_path / "d", roster, secret, tmp_path / "v") == ([], ["ann", "bo"])


def test_a_level_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(Problem, match='no level "hard"; there is: intro, core, advanced'):
        lay_master(tmp_path, "image-classification", "pytorch", "cnn", "hard")


@pytest.mark.slow
@pytest.mark.parametrize("choice", [FULL[4], ("text-generation", "pytorch", "transformer", "core")], ids="-".join)
def test_what_looks_at_nothing_earns_nothing(
    tmp_path: Path, choice: tuple[str, str, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rest of a model answers each row by itself however little a piece of it does; of a constant nothing does."""
    folder = lay_master(tmp_path / "m", *choice)
    assignment = read(folder)
    build.lay(tmp_path / "b", bundle.bundle(assignment, bundle.facts_of(assignment), secret=True))
    ids = assignment.ids
    solution = proof.solved(assignment, ids)
    with proof.Grader(tmp_path / "b") as grader:
        for part in assignment.parts:
            text = text_of(folder, part.file)
            marked = next(one for one in markers.parse(text, part.file) if one.id == part.id)
            first = dict(markers.functions(ast.parse(text)))[part.function].args.args[-1].arg
            for body in ("pass", f"return {first}", f"return 0.0 * {first}", f"return 1.0 + 0.0 * {first}"):
                lazy = text.replace(marked.body, f"{marked.body[: -len(marked.body.lstrip())]}{body}")
                result = grader.grade(solution | {part.file: markers.strip(lazy, part.file, ids).encode()})
                earned = [test.name for test in result.tests if test.part == part.id and test.score]
                assert not earned, (part.id, body)
        for number in (np.nan, 1.0):  # in the shape of right answers

            def constant(self: proof.Grader, question: str, number: float = number, **values: object) -> object:
                right = self.reference(question, **values)
                if isinstance(right, dict):
                    return {name: np.full(np.shape(value), number) for name, value in right.items()}
                return np.full(np.shape(right), number)

            monkeypatch.setattr(proof.Grader, "__call__", constant)
            grader.memory.clear()
            assert [test.name for test in grader.grade(solution).tests if test.score] == []
