"""The generator's rooms: each imports only those before it, nothing goes in a circle, and no folder overflows."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from hackgen.parts import tomllib

GENERATOR = Path(__file__).parent.parent / "generator"
FLOORS = ["errors text parts archive templating", "inspection", "conversion", "making", "pitch", "completion", "living"]
FLOORS += ["course"]
FLOORS += ["cli __main__"]
ROOMS = "words columns suspects target pictures texts tables series".split()  # of inspection; then show and __init__
MOST_FILES = 12


def modules() -> dict[str, Path]:
    """Every module below `hackgen`, by its dotted name there; a package is called by its own."""
    paths = {path.relative_to(GENERATOR): path for path in GENERATOR.rglob("*.py")}
    return {".".join(short.with_suffix("").parts).removesuffix(".__init__"): path for short, path in paths.items()}


def imports_of(name: str, path: Path, known: dict[str, Path]) -> set[str]:
    """The modules that one imports anywhere in it, for types and in functions too."""
    package = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            inside = package[: len(package) - node.level + 1]
            base = ".".join([*inside, *(node.module or "").split(".")]).strip(".")
            found |= {one if (one := f"{base}.{a.name}".strip(".")) in known else base for a in node.names}
    return found - {"", name}  # "" is `hackgen` itself: its version


@pytest.fixture(scope="module")
def graph() -> dict[str, set[str]]:
    known = {name: path for name, path in modules().items() if name != "__init__"}
    return {name: imports_of(name, path, known) for name, path in known.items()}


def floor(name: str) -> int:
    return next(i for i, floor in enumerate(FLOORS) if name.split(".")[0] in floor.split())


def room(name: str) -> int:
    """The place of a module of inspection in the order of rooms; findings, which all of them fill, come first."""
    inside = name.partition(".")[2].partition(".")[0]
    return -1 if inside == "findings" else ROOMS.index(inside) if inside in ROOMS else len(ROOMS)


def test_floors_and_rooms_import_only_what_comes_before_them(graph: dict[str, set[str]]) -> None:
    edges = [(name, other) for name, imported in graph.items() for other in imported]
    assert len(edges) > 100
    assert not [edge for edge in edges if floor(edge[1]) > floor(edge[0])]
    inside = [edge for edge in edges if all(name.startswith("inspection") for name in edge)]
    assert not [edge for edge in inside if room(edge[1]) > room(edge[0])]


def test_no_imports_go_in_a_circle(graph: dict[str, set[str]]) -> None:
    left = dict(graph)
    while ready := [name for name, imported in left.items() if not imported & left.keys()]:
        for name in ready:
            del left[name]
    assert not left


def test_inspecting_a_table_passes_five_rooms(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("size,colour\n" + "1,red\n2,blue\n" * 20, encoding="utf-8")
    code = "import sys; from hackgen.inspection import inspect; inspect(sys.argv[1]); print(*sys.modules)"
    command = [sys.executable, "-c", code, str(tmp_path / "table.csv")]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    used = [name.split(".")[2] for name in run.stdout.split() if name.startswith("hackgen.inspection.")]
    assert set(used) & set(ROOMS) == {"words", "columns", "suspects", "target", "tables"}


def test_no_folder_holds_more_than_a_dozen_files() -> None:
    folders = {path.parent for path in modules().values()}
    assert not {folder.name: n for folder in folders if (n := len(list(folder.glob("*.py")))) > MOST_FILES}


def test_the_wheel_has_every_room() -> None:
    listed = tomllib.loads((GENERATOR.parent / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    rooms = {".".join(("hackgen", *path.parent.relative_to(GENERATOR).parts)) for path in GENERATOR.rglob("*.py")}
    assert set(listed["packages"]) == rooms | {"hackgen.templates"}
