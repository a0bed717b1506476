"""`hackgen assignment build`: all that students, graders and the instructor get, whole or not at all."""

import ast
import fnmatch
import os
import re
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from ..errors import Problem
from ..templating import rendered
from . import archives, leaks
from .archives import lay, zipped
from .bundle import PROGRAMS, bundle, facts_of, instruments, ran, starter, student_files
from .grader.overlay import VARIANTS, tree
from .master import markers
from .master.assignment import BANK, CARD, COURSE, HANDOUT, Assignment, listed, read, shipped, text_of


def build(folder: Path, dist: Path, verify: bool = True) -> tuple[str, bool, list[str]]:
    """Write all into `dist`, which must be new, empty or an earlier build; on any fault it stays as it was.

    Returns the students' commit, whether the starter changed since the last build there, and what is to be known.
    """
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


def _written(assignment: Assignment, new: Path, old: Path) -> tuple[str, bool, list[str]]:
    """All of a build in a new folder, looked through for leaks."""
    facts = facts_of(assignment)
    student = student_files(assignment, facts)
    code = [path for path in assignment.submit if path.endswith(".py")]
    fault = "a file of the students cannot be imported, as a part is needed while it is"
    ran(starter(assignment), "import_all.py", fault, *code)
    lay(new / "student", student)
    commit = archives.repository(new / "student")
    (new / "student.zip").write_bytes(zipped(student))
    master = {path: (assignment.folder / path).read_bytes() for path in listed(assignment.folder)}
    lay(new / "instructor" / "master", master)
    lay(new / "instructor" / "master" / BANK, tree(assignment.folder / BANK))  # what instructors alone have
    secret = bundle(assignment, facts, secret=True)
    if (table := old / "instructor" / "bundle" / VARIANTS).is_file():  # what students have been given stays so
        secret[VARIANTS] = table.read_bytes()
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
    if before != student:
        with tempfile.TemporaryDirectory() as place:
            lay(new, {"starter.patch": archives.patch(before, student, Path(place))})
    elif (old / "starter.patch").is_file():
        shutil.copy(old / "starter.patch", new)  # still wanted by those who have the starter before
    for name in ("instructor", "gradescope"):  # which hold the solution: graded code may run as another user
        (new / name).chmod(0o700)
    return commit, before != student, tell(new, [])


def verified(dist: Path, full: bool = False) -> list[str]:
    """Grade what must be worth all and nothing, and write it into the report; a `Problem` where it is not so."""
    from .grader.engine import Broken  # with NumPy, which other commands do without
    from .proof import proof

    try:
        rows = proof(dist, full)
    except Broken as error:
        raise Problem(f"nothing can be proved: {error}") from None
    tell(dist, rows)
    return rows


def tell(dist: Path, rows: list[str]) -> list[str]:
    """Write report.md and the instructor's NOTES.md with what was proved so far; what an instructor should know."""
    assignment = read(dist / "instructor" / "master")
    facts = {"assignment": assignment, "rows": rows, "said": warnings(assignment, tree(dist / "student"))}
    facts["commit"] = archives.git(dist / "student", "rev-parse", "HEAD").decode().strip()
    facts["patch"] = (dist / "starter.patch").is_file()
    facts["stock"] = [row.split(" | ")[1] for row in rows if row.startswith("| stock code |")]
    lay(dist, {"report.md": rendered(COURSE / "report.md.j2", facts)})
    lay(dist / "instructor", {"NOTES.md": rendered(COURSE / "NOTES.md.j2", facts)})
    return facts["said"]


def warnings(assignment: Assignment, student: dict[str, bytes]) -> list[str]:
    """What an instructor should know, and no fault."""
    blank = [name for name in ("deadline", "ai_use") if "FILL IN" in getattr(assignment, name)]
    said = [f"fill in {' and '.join(blank)} in {CARD}: students read it in {HANDOUT}"] * bool(blank)
    words = len(student.get(HANDOUT, b"").decode("utf-8", "replace").split())
    said += [f"{HANDOUT} has {words} words; students read 900 at most"] * (words > 900)
    if assignment.task and not any(part.drawn for part in assignment.parts):
        said.append("no part is drawn: hackgen prints the solution of all parts, so do not grade summatively by it")
    every, given = listed(assignment.folder), assignment.files()
    gone = [name for name in (*assignment.include, HANDOUT) if name not in given and not fnmatch.filter(given, name)]
    said += [f"{name} is not there, so students do not get it" for name in dict.fromkeys(gone)]
    if left := [path for path in every if path.endswith(".py") and path not in given]:
        said.append(f"students do not get {', '.join(left)}; add what they need to include in {CARD}")
    return said


def secrets_of(assignment: Assignment, words: Iterable[bytes] = ()) -> leaks.Secrets:
    """What students must not find: the parts' code, the hidden checks, and paths of this machine."""
    given, public = starter(assignment), instruments(assignment, secret=False)
    shown = {}
    for path in [path for path in (given | public) if path.endswith(".py")]:
        shown[path] = frozenset(map(leaks.plain, (given | public)[path].decode().split("\n")))
    kept = frozenset().union(*(shown[part.file] for part in assignment.parts))
    texts = [leaks.secret(f"part {part.id}", part.body, kept) for part in assignment.parts]
    known = frozenset().union(*shown.values())
    for path in sorted(instruments(assignment, secret=True).keys() - public.keys()):
        text = text_of(assignment.folder, f"{BANK}/{path}")
        for name, node in markers.functions(ast.parse(text)):
            code = ast.get_source_segment(text, node)
            texts.append(leaks.secret(f"{name} of {path}, which is of hidden tests", code, known))
    places = [str(assignment.folder.resolve()), f"{Path.home()}{os.sep}"]
    return texts, [*leaks.OF_HACKGEN, *(place.encode() for place in places), *words]


def scan(assignment: Assignment, new: Path) -> None:
    """The gate: a `Problem` where anything that a student can read holds what it must not."""
    files = [*leaks.tree(new / "student"), ("student.zip", (new / "student.zip").read_bytes())]
    files += [(f"classroom50/{path}", content) for path, content in leaks.tree(new / "classroom50")]
    there = leaks.found(files, secrets_of(assignment))
    kinds = {re.sub(r"^.*? (holds|is|cannot)", r"\1", line): line for line in reversed(there)}
    if there := list(reversed(kinds.values())):  # each kind once: what is in a file is in an object and in the zip too
        more = f" (and {len(there) - 3} more)" if len(there) > 3 else ""
        raise Problem(f"students would find what they must not; nothing was written: {'; '.join(there[:3])}{more}")
