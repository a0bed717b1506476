"""What people and graders are handed: the starter, a student's tree, and what grades it."""

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Collection
from pathlib import Path
from typing import Any

from ..errors import Problem
from ..parts import read_toml
from .archives import lay, zipped
from .grader.overlay import Files, tree
from .master import markers
from .master.assignment import BANK, CARD, HANDOUT, Assignment, line_of, shipped, text_of

CHECKS = "public_checks"  # the bundle of public checks in a student tree
GRADER = Path(__file__).parent / "grader"
COMPILED = (".pyc", ".pyo", ".pyd", ".so", ".dll", ".dylib")
MODELS = (".pt", ".pth", ".ckpt", ".onnx", ".keras", ".h5", ".safetensors", ".pkl", ".joblib")
PROGRAMS = ("setup.sh", "run_autograder")  # Gradescope runs these
PATIENCE = 300  # seconds for the master to be imported, or to read its data


def starter(assignment: Assignment, solved: Collection[str] = ()) -> Files:
    """The allowed files of the master, stripped; `solved` parts keep their code."""
    files = {}
    for path in assignment.files():
        place = assignment.folder / path
        if place.is_symlink():
            raise Problem(f"{path} is a link; students get files: put the file itself there")
        if path.endswith((*COMPILED, *MODELS, ".zip", ".ipynb")) and path not in assignment.include:
            raise Problem(f"{path} may hold a solution; where students need it, name it in include of {CARD} as it is")
        if path.endswith(".py"):
            files[path] = markers.strip(text_of(assignment.folder, path), path, solved).encode()
        else:
            files[path] = place.read_bytes()
    return files | of_spec(assignment, files, spec_of(assignment.folder))


def of_spec(assignment: Assignment, files: Files, spec: dict[str, Any]) -> Files:
    """Those of the files that speak of what was drawn, for a certain draw."""
    texts = {"spec.json": lambda: _json(spec), HANDOUT: lambda: handout(assignment, spec).encode()}
    texts[f"{CHECKS}/manifest.json"] = lambda: _json(json.loads(files[f"{CHECKS}/manifest.json"]) | {"variant": spec})
    return {path: text() for path, text in texts.items() if path in files}


def spec_of(folder: Path) -> dict[str, Any]:
    """What is drawn in the master itself."""
    try:
        return dict(json.loads(text_of(folder, "spec.json")))
    except FileNotFoundError:
        return {}
    except (ValueError, TypeError) as error:
        raise Problem(f"spec.json must be a table in JSON, of what is drawn by part: {error}") from None


def handout(assignment: Assignment, spec: dict[str, Any]) -> str:
    """ASSIGNMENT.md with its blanks filled in, and a section for each part."""
    sections = []
    for part in assignment.parts:
        head = f"### `{part.id}`: `{part.function}` in `{part.file}`, {part.points} points ({part.public} public)"
        sections += [head, part.goal]
        given = spec.get(part.id, {})
        if goal := part.drawn.get("forms", {}).get(given.get("form"), {}).get("goal"):
            sections.append(f'Yours: {filled(goal, given)} (`spec.json` holds this as `SPEC["{part.id}"]`.)')
    blanks = {
        "title": assignment.title,
        "deadline": assignment.deadline,
        "ai_use": assignment.ai_use,
        "total": assignment.total,
        "public": assignment.public,
        "submit": ", ".join(f"`{path}`" for path in assignment.submit),
        "timeout": max(test.timeout for part in assignment.parts for test in part.tests),
        "parts": "\n\n".join(sections),
    }
    return filled(text_of(assignment.folder, HANDOUT), blanks)


def filled(text: str, values: dict[str, Any]) -> str:
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", f"{value:g}" if isinstance(value, float) else str(value))
    return text


def student_files(assignment: Assignment, facts: Files | None = None) -> Files:
    """A student tree: the starter, the public checks and what runs them."""
    files = starter(assignment)
    public = bundle(assignment, facts or facts_of(assignment), secret=False)
    if taken := {"grade.py", f"{CHECKS}/manifest.json"} & files.keys():
        raise Problem(f"{taken.pop()} is written by build; call the master's own file otherwise")
    files |= {f"{CHECKS}/{path}": content for path, content in public.items()}
    return files | {"grade.py": shipped("grade.py"), ".github/workflows/checks.yml": shipped("checks.yml")}


def bundle(assignment: Assignment, facts: Files, secret: bool) -> Files:
    """What the grader needs beside a submission; without `secret` just the public tests and what they reach."""
    files = instruments(assignment, secret)
    manifest = {
        "assignment": assignment.name,
        "title": assignment.title,
        "framework": assignment.framework or "numpy",
        "backend": assignment.backend,
        "model": assignment.model,
        "total": assignment.total if secret else assignment.public,
        "secret": secret,
        "submit": assignment.submit,
        "parts": [
            {name: getattr(part, name) for name in ("id", "file", "function", "points", "hint")}
            | {"tests": [vars(test) for test in part.shown(secret)]}
            for part in assignment.parts
        ],
        "sha256": {path: hashlib.sha256(content).hexdigest() for path, content in sorted(files.items())},
        "variant": spec_of(assignment.folder),
    }
    files |= facts | requirements(assignment.folder) | {"manifest.json": _json(manifest)}
    files |= {f"grader/{path.name}": path.read_bytes() for path in GRADER.glob("*.py")}
    if secret:
        right = starter(assignment, assignment.ids)
        files |= {f"reference/{path}": content for path, content in right.items()}
    return files


def instruments(assignment: Assignment, secret: bool) -> Files:
    """Checks and probes; without `secret` the files that public tests lead to, by import and by probes that they name.

    Such a file is handed out whole, so it is a `Problem` if a hidden test stands in it.
    """
    folder = assignment.folder
    paths = [path for path in tree(folder / BANK) if re.fullmatch(r"(checks|probes)/.*\.py", path)]
    texts = {path: text_of(folder, f"{BANK}/{path}") for path in paths}
    for path, text in texts.items():
        markers.tree_of(text, f"{BANK}/{path}")
    tests = [test for part in assignment.parts for test in part.tests]
    reached, more = set(), {f"checks/{test.file}" for test in tests if secret or test.visibility == "public"}
    while more := more & texts.keys() - reached:
        reached |= more
        said = "\n".join(texts[path] for path in more)
        more = {f"checks/{name}.py" for name in re.findall(r"^from \.(\w+) import", said, re.MULTILINE)}
        more |= {f"probes/{name}.py" for name in re.findall(r"[\"'](\w+)\.\w+[\"']", said)}
        more |= {f"probes/{name}.py" for name in re.findall(r"^from probes\.(\w+) import", said, re.MULTILINE)}
    for test in tests:
        if not secret and test.visibility == "hidden" and f"checks/{test.file}" in reached:
            line = line_of(text_of(folder, CARD), f".*[\"']{test.run}[\"']")
            told = f'hidden test "{test.name}" is in {test.file}, which public ones lead to, and students get'
            raise Problem(f"{CARD}:{line}: {told}; move it to a file of its own")
    return {path: texts[path].encode() for path in paths if secret or path in reached}


def facts_of(assignment: Assignment) -> Files:
    """What the project tells about its data, found by running the solution once in a copy."""
    every = starter(assignment, assignment.ids)
    if not {"common.py", "data.py", "config.py"} <= every.keys():
        return {"facts.json": b'{"meta": {}, "config": {}}\n', "facts.npz": zipped({})}
    return ran(every, "find_facts.py", "the master does not run as it is (data.load)")


def ran(files: Files, script: str, fault: str, *words: str) -> Files:
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
            raise Problem(f"{fault}: {last}")
        return {path.name: path.read_bytes() for path in Path(place).glob("facts.*")}


def requirements(folder: Path) -> Files:
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


def _json(content: Any) -> bytes:
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()
