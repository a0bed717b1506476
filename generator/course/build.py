"""`hackgen assignment build`: all that students, graders and the instructor get, whole or not at all."""

import ast
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import Problem
from ..parts import read_toml
from . import archives, leaks, markers
from .archives import lay, zipped
from .assignment import BANK, CARD, HANDOUT, Assignment, Test, code_parts, listed, read, shipped, text_of
from .grader.overlay import tree
from .words import handout, notes, report, with_proof

CHECKS = "public_checks"  # the bundle of public checks in a student tree
GRADER = Path(__file__).parent / "grader"
MODELS = (".pt", ".pth", ".ckpt", ".onnx", ".keras", ".h5", ".safetensors", ".pkl", ".joblib")
PROGRAMS = ("setup.sh", "run_autograder")
WHAT = {
    "find_facts.py": "the master does not run as it is (data.load)",
    "import_all.py": "a file of the students cannot be imported, as a part is needed while it is",
}
PATIENCE = 300  # seconds for the master to be imported, or to read its data


@dataclass
class Built:
    """What came of a build."""

    commit: str
    changed: bool  # the starter, since the last build into the same folder
    notes: list[str]


def build(folder: Path, dist: Path, verify: bool = True) -> Built:
    """Write all into `dist`, which must be new, empty or an earlier build; on any fault it stays as it was."""
    assignment = read(folder)
    dist = dist.resolve()
    if dist == folder.resolve() or folder.resolve() in dist.parents:
        raise Problem(f"{dist} lies in the master; build beside it")
    earlier = (dist / "instructor" / "bundle" / "manifest.json").is_file() or (dist.is_dir() and not os.listdir(dist))
    if dist.exists() and not earlier:
        raise Problem(f"{dist} exists and is no earlier build; choose another place with -o")
    dist.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{dist.name}-", dir=dist.parent))
    try:
        built = _written(assignment, draft / "new", dist)
        if verify:
            verified(draft / "new")
        if dist.exists():
            os.rename(dist, draft / "old")
        os.rename(draft / "new", dist)
    finally:
        if not dist.exists() and (draft / "old").exists():
            os.rename(draft / "old", dist)
        shutil.rmtree(draft, ignore_errors=True)
    return built


def _written(assignment: Assignment, new: Path, old: Path) -> Built:
    """All of a build in a new folder, looked through for leaks."""
    facts = facts_of(assignment)
    student = student_files(assignment, facts=facts)
    ran(starter(assignment), "import_all.py", *(path for path in assignment.submit if path.endswith(".py")))
    lay(new / "student", student)
    commit = archives.repository(new / "student")
    (new / "student.zip").write_bytes(zipped(student))
    master = {path: (assignment.folder / path).read_bytes() for path in listed(assignment.folder)}
    lay(new / "instructor" / "master", master)
    lay(new / "instructor" / "master" / BANK, tree(assignment.folder / BANK))  # what instructors alone have
    secret = bundle(assignment, facts, secret=True)
    if (table := old / "instructor" / "bundle" / "variants.json").is_file():  # what students have been given stays so
        secret["variants.json"] = table.read_bytes()
    lay(new / "instructor" / "bundle", secret)
    upload = {f"bundle/{path}": content for path, content in secret.items()}
    upload |= {name: shipped(name) for name in PROGRAMS}
    lay(new / "gradescope", {"autograder.zip": zipped(upload, PROGRAMS)})
    room = new / "classroom50" / assignment.name
    lay(room, {"autograder.py": shipped("autograder.py")})
    lay(room / "bundle", bundle(assignment, facts, secret=False))
    lay(room / "bundle" / "starter", starter(assignment))
    scan(assignment, new)
    before = archives.unzipped(old / "student.zip") if (old / "student.zip").is_file() else student
    built = Built(commit, before != student, warnings(assignment, student))
    if built.changed:
        with tempfile.TemporaryDirectory() as place:
            lay(new, {"starter.patch": archives.patch(before, student, Path(place))})
    elif (old / "starter.patch").is_file():
        shutil.copy(old / "starter.patch", new)  # still wanted by those who have the starter before
    said = with_proof(report(assignment, commit, built.changed, built.notes), [])
    lay(new, {"report.md": said.encode()})
    lay(new / "instructor", {"NOTES.md": notes(assignment, []).encode()})
    for name in ("instructor", "gradescope"):  # which hold the solution: graded code may run as another user
        (new / name).chmod(0o700)
    return built


def verified(dist: Path, full: bool = False) -> list[str]:
    """Grade what must be worth all and nothing, and write it into the report; a `Problem` where it is not so."""
    from .grader.engine import Broken  # with NumPy, which other commands do without
    from .proof import proof

    try:
        rows = proof(dist, full)
    except Broken as error:
        raise Problem(f"nothing can be proved: {error}") from None
    report = dist / "report.md"
    report.write_bytes(with_proof(report.read_text(encoding="utf-8"), rows).encode())
    lay(dist / "instructor", {"NOTES.md": notes(read(dist / "instructor" / "master"), rows).encode()})
    return rows


def warnings(assignment: Assignment, student: dict[str, bytes]) -> list[str]:
    """What an instructor should know, and no fault."""
    blank = [name for name in ("deadline", "ai_use") if "FILL IN" in getattr(assignment, name)]
    said = [f"fill in {' and '.join(blank)} in {CARD}: students read it in {HANDOUT}"] * bool(blank)
    words = len(student.get(HANDOUT, b"").decode("utf-8", "replace").split())
    said += [f"{HANDOUT} has {words} words; students read 900 at most"] * (words > 900)
    if assignment.task and not any(part.drawn for part in assignment.parts):
        said.append("no part is drawn: hackgen prints the solution of all parts, so do not grade summatively by it")
    if left := [path for path in listed(assignment.folder) if path.endswith(".py") and path not in assignment.files()]:
        said.append(f"students do not get {', '.join(left)}; add what they need to include in {CARD}")
    return said


def starter(
    assignment: Assignment, solved: Collection[str] = (), spec: dict[str, Any] | None = None
) -> dict[str, bytes]:
    """The allowed files of the master, stripped; `solved` parts keep their code, `spec` is what was drawn."""
    files = {}
    for path in assignment.files():
        place = assignment.folder / path
        if place.is_symlink():
            raise Problem(f"{path} is a link; students get files: put the file itself there")
        if path.endswith((*leaks.COMPILED, *MODELS, ".zip", ".ipynb")) and path not in assignment.include:
            raise Problem(f"{path} may hold a solution; where students need it, name it in include of {CARD} as it is")
        content = place.read_bytes()
        if path.endswith(".py"):
            content = markers.strip(text_of(assignment.folder, path), path, solved).encode()
        files[path] = content
    if "spec.json" in files:
        spec = spec or spec_of(assignment.folder)
        files["spec.json"] = _json(spec)
    if HANDOUT in files:
        files[HANDOUT] = handout(assignment, text_of(assignment.folder, HANDOUT), spec or {}).encode()
    return files


def student_files(
    assignment: Assignment, spec: dict[str, Any] | None = None, facts: dict[str, bytes] | None = None
) -> dict[str, bytes]:
    """A student tree: the starter, the public checks and what runs them."""
    files = starter(assignment, (), spec)
    public = bundle(assignment, facts or facts_of(assignment), secret=False, spec=spec)
    if taken := {"grade.py", f"{CHECKS}/manifest.json"} & files.keys():
        raise Problem(f"{taken.pop()} is written by build; call the master's own file otherwise")
    files |= {f"{CHECKS}/{path}": content for path, content in public.items()}
    return files | {"grade.py": shipped("grade.py"), ".github/workflows/checks.yml": shipped("checks.yml")}


def for_student(assignment: Assignment, base: dict[str, bytes], spec: dict[str, Any]) -> dict[str, bytes]:
    """A student tree with other drawn values, from one that `student_files` made: only what speaks of them is new."""
    manifest = json.loads(base[f"{CHECKS}/manifest.json"]) | {"variant": spec}
    files = base | {f"{CHECKS}/manifest.json": _json(manifest), "spec.json": _json(spec)}
    if HANDOUT in base:
        files[HANDOUT] = handout(assignment, text_of(assignment.folder, HANDOUT), spec).encode()
    return files


def spec_of(folder: Path) -> dict[str, Any]:
    """What is drawn in the master itself."""
    try:
        return dict(json.loads(text_of(folder, "spec.json")))
    except (ValueError, TypeError) as error:
        raise Problem(f"spec.json must be a table in JSON, of what is drawn by part: {error}") from None


def _json(content: Any) -> bytes:
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()


def bundle(
    assignment: Assignment, facts: dict[str, bytes], secret: bool, spec: dict[str, Any] | None = None
) -> dict[str, bytes]:
    """What the grader needs beside a submission; without `secret` just the public tests and what they reach."""
    tests = [test for part in assignment.parts for test in part.shown(secret)]
    files = instruments(assignment.folder, tests, whole=secret)
    manifest = {
        "assignment": assignment.name,
        "title": assignment.title,
        "framework": assignment.framework or "numpy",
        "backend": assignment.backend,
        "model": assignment.model,
        "total": sum(test.points for test in tests),
        "secret": secret,
        "submit": list(assignment.submit),
        "parts": [
            {name: getattr(part, name) for name in ("id", "file", "function", "points", "hint")}
            | {"tests": [vars(test) for test in part.shown(secret)]}
            for part in assignment.parts
        ],
        "sha256": {path: hashlib.sha256(content).hexdigest() for path, content in sorted(files.items())},
    }
    if spec or (assignment.folder / "spec.json").is_file():
        manifest["variant"] = spec or spec_of(assignment.folder)
    files["manifest.json"] = _json(manifest)
    files |= facts
    files |= requirements(assignment.folder)
    files |= {f"grader/{path.name}": path.read_bytes() for path in sorted(GRADER.glob("*.py"))}
    if secret:
        every = starter(assignment, solved=[part.id for part in assignment.parts])
        files |= {f"reference/{path}": content for path, content in every.items()}
        files |= {f"starter/{path}": content for path, content in starter(assignment).items()}
    return files


def instruments(folder: Path, tests: Iterable[Test], whole: bool) -> dict[str, bytes]:
    """Checks and probes of the tests; unless `whole`, just the top-level statements that the tests' names lead to."""
    paths = [path for path in tree(folder / BANK) if re.fullmatch(r"(checks|probes)/.*\.py", path)]
    texts = {path: text_of(folder, f"{BANK}/{path}") for path in paths}
    trees = {path: markers.tree_of(text, f"{BANK}/{path}") for path, text in texts.items()}
    if whole:
        return {path: text.encode() for path, text in texts.items()}
    wanted: set[tuple[str, str]] = set()  # file and name
    more = {(f"checks/{file}", name) for file, _, name in (test.run.partition(":") for test in tests)}
    while more - wanted:
        wanted |= more
        names = {path: {name for file, name in wanted if file == path} for path in texts}
        kept = {path: [node for node in one.body if defined(node) & names[path]] for path, one in trees.items()}
        more = {said for path in kept for node in kept[path] for one in ast.walk(node) for said in named(one, path)}
    return {path: reached(texts[path], trees[path], names[path]).encode() for path, nodes in kept.items() if nodes}


def reached(text: str, tree: ast.Module, wanted: set[str]) -> str:
    """A file without the top-level imports, functions, classes and values that are not wanted; each goes with the
    comments above it, and those at its end."""
    lines, kept, above = text.split("\n"), [], 0
    for node in tree.body:
        end = node.end_lineno
        while end < len(lines) and lines[end][:1].isspace():
            end += 1
        if not (names := defined(node)) or names & wanted:
            kept += lines[above:end]
        above = end
    return "\n".join(kept).strip() + "\n"


def defined(node: ast.stmt) -> set[str]:
    """What a top-level statement gives names to."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
    if isinstance(node, markers.Function | ast.ClassDef):
        return {node.name}
    assigned = ast.walk(node) if isinstance(node, ast.Assign | ast.AnnAssign) else ()
    return {one.id for one in assigned if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}


def named(node: ast.AST, path: str) -> Iterator[tuple[str, str]]:
    """File and name of what a piece of code speaks of: its own, by import, or a probe as a text "file.function"."""
    if isinstance(node, ast.Name):
        yield path, node.id
    elif isinstance(node, ast.ImportFrom) and node.module:
        file = f"{path.partition('/')[0]}/{node.module.removeprefix('probes.')}.py"
        yield from ((file, alias.name) for alias in node.names)
    elif isinstance(node, ast.Constant) and (match := re.fullmatch(r"(\w+)\.(\w+)", str(node.value))):
        yield f"probes/{match[1]}.py", match[2]


def facts_of(assignment: Assignment) -> dict[str, bytes]:
    """What the project tells about its data, found by running the solution once in a copy."""
    every = starter(assignment, solved=[part.id for part in assignment.parts])
    if not {"common.py", "data.py", "config.py"} <= every.keys():
        return {"facts.json": b'{"meta": {}, "config": {}}\n', "facts.npz": zipped({})}
    return ran(every, "find_facts.py")


def ran(files: dict[str, bytes], script: str, *words: str) -> dict[str, bytes]:
    """What a script that is handed on leaves as facts.*, run in a copy of a project; a `Problem` where it fails."""
    with tempfile.TemporaryDirectory() as place:
        lay(Path(place), files | {script: shipped(script)})
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        command = [sys.executable, "-B", script, *words]
        try:
            done = subprocess.run(command, cwd=place, env=environment, capture_output=True, timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            raise Problem(f"the master takes longer than {PATIENCE} s to be imported and to read its data") from None
        if done.returncode:
            last = (done.stderr.decode("utf-8", "replace").strip().splitlines() or ["it said nothing"])[-1]
            raise Problem(f"{WHAT[script]}: {last}")
        return {path.name: path.read_bytes() for path in Path(place).glob("facts.*")}


def requirements(folder: Path) -> dict[str, bytes]:
    """The packages of a project, with those versions that were tested; of torch the small build for the CPU.

    Weights that were trained before are not needed: parts are graded with random ones.
    """
    lines, tested = [], {}
    if (folder / "pyproject.toml").is_file():
        lines = read_toml(folder / "pyproject.toml").get("project", {}).get("dependencies", [])
    elif (folder / "requirements.txt").is_file():
        lines = (folder / "requirements.txt").read_text(encoding="utf-8").splitlines()
    head = ["--extra-index-url https://download.pytorch.org/whl/cpu"] * any(line.startswith("torch") for line in lines)
    if (folder / "constraints.txt").is_file():
        head, tested = [*head, "-c constraints.txt"], {"constraints.txt": (folder / "constraints.txt").read_bytes()}
    return {"requirements.txt": "".join(f"{line}\n" for line in [*head, *lines, "numpy"]).encode()} | tested


def secrets_of(assignment: Assignment, words: Iterable[bytes] = ()) -> leaks.Secrets:
    """What students must not find: the parts' code, the hidden checks, and paths of this machine."""
    given = starter(assignment)
    files = {part.file for part in assignment.parts}
    kept = frozenset().union(*(leaks.lines_of(given[path].decode()) for path in files))
    texts = [leaks.secret(f"part {part.id}", part.body, kept) for part in code_parts(assignment.folder)]
    shown = {path: text for path, text in given.items() if path.endswith(".py")}
    public = [test for part in assignment.parts for test in part.shown()]
    shown |= instruments(assignment.folder, public, whole=False)
    known = frozenset().union(*(leaks.lines_of(text.decode()) for text in shown.values()))
    for path, content in instruments(assignment.folder, (), whole=True).items():
        known_whole = "".join(map(leaks.plain, shown.get(path, b"").decode().split("\n")))
        for name, node in markers.functions(ast.parse(content)):
            code = "\n".join(content.decode().split("\n")[node.lineno - 1 : node.end_lineno])
            one = leaks.secret(f"{name} of {path}, which is of hidden tests", code, known)
            texts += [one] * (one.whole not in known_whole)
    places = [str(assignment.folder.resolve()), f"{Path.home()}{os.sep}"]
    return leaks.Secrets(tuple(texts), (*(place.encode() for place in places), *words))


def scan(assignment: Assignment, new: Path) -> None:
    """The gate: a `Problem` where anything that a student can read holds what it must not."""
    secrets = secrets_of(assignment)
    there = leaks.found(leaks.tree(new / "student"), secrets)
    there += leaks.found([("student.zip", (new / "student.zip").read_bytes())], secrets)
    there += [f"classroom50: {line}" for line in leaks.found(leaks.tree(new / "classroom50"), secrets)]
    kinds = {re.sub(r"^.*? (holds|has|is|cannot|still)", r"\1", line): line for line in reversed(there)}
    if there := list(reversed(kinds.values())):  # each kind once: what is in a file is in an object and in the zip too
        more = f" (and {len(there) - 3} more)" if len(there) > 3 else ""
        raise Problem(f"students would find what they must not; nothing was written: {'; '.join(there[:3])}{more}")
