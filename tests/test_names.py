"""What a file of a project asks of another is there: no page or command may miss a function that has moved."""

import ast
from functools import cache

import pytest
from hackgen.making.choice import Answers, Choice, choices, choose, settled
from hackgen.making.compose import plan
from hackgen.parts import TEMPLATES


def defined(node: ast.AST) -> set[str]:
    """All names of a module, also those within its conditions and loops."""
    names = set()
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(child.name)
            continue
        if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
            names.add(child.id)
        elif isinstance(child, ast.Import | ast.ImportFrom):
            names |= {(alias.asname or alias.name).partition(".")[0] for alias in child.names}
        names |= defined(child)
    return names


def asked(tree: ast.Module, files: frozenset[str]) -> set[tuple[str, str]]:
    """Files and what is asked of them; what may be missing stands as a text in hasattr or getattr, and is left out."""
    called, found = {}, set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            called |= {alias.asname or alias.name: alias.name for alias in node.names if alias.name in files}
        elif isinstance(node, ast.ImportFrom) and node.module in files:
            found |= {(node.module, alias.name) for alias in node.names}
    optional = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in called:
            found.add((called[node.value.id], node.attr))
    return {(file, name) for file, name in found if name not in optional}


parsed = cache(ast.parse)  # most files are the same in many projects
names_of = cache(lambda code: defined(parsed(code)))
asked_of = cache(lambda code, files: asked(parsed(code), files))


def lacking(files: dict[str, str]) -> list[str]:
    modules = {path.removesuffix(".py").replace("/", "."): code for path, code in files.items()}
    names = {name: names_of(code) for name, code in modules.items()}
    wanted = {(path, *want) for path, code in modules.items() for want in asked_of(code, frozenset(modules))}
    return [f"{path}: {file}.{name}" for path, file, name in sorted(wanted) if name not in names[file]]


def python(choice: Choice, answers: Answers) -> dict[str, str]:
    files = plan(choice, settled(answers, choice))
    return {path: content.decode() for path, content in files.items() if path.endswith(".py")}


def test_what_is_asked_of_another_file_is_there() -> None:
    faults = {}
    for one in {(one.task.name, one.framework.name): one for one in choices(TEMPLATES)}.values():
        answers = Answers(task=one.task.name, framework=one.framework.name, title="T", event="E")
        choice = choose(answers, TEMPLATES)
        if found := lacking(python(choice, answers)):
            faults[str(choice)] = found
    optional = {
        *(f"checks.task: data.{name}_of" for name in ("labels", "numbers")),
    }  # of those that have it
    assert not {name: left for name, found in faults.items() if (left := set(found) - optional)}


@pytest.mark.parametrize(("right", "wrong"), [("def decode(", "def decoded("), ("class Split(", "class Splits(")])
def test_a_name_that_is_gone_is_found(right: str, wrong: str) -> None:
    answers = Answers(title="T", event="E")
    files = python(choose(answers, TEMPLATES), answers)
    assert not lacking(files)
    files["data.py"] = files["data.py"].replace(right, wrong)
    name = right.split()[1].strip("(")
    assert any(found.endswith(f"data.{name}") for found in lacking(files))
