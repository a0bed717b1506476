"""What git says of a project, without asking or changing anything: its history, what must not be in it, who made it."""

import ast
import hashlib
import math
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta
from importlib import metadata
from pathlib import Path

from ...errors import Problem
from ...making.facts import name_of
from ...making.git import ask
from ...text import some
from .. import pages, plan, provenance
from ..project import Project
from .items import PAGE

Found = tuple[bool | None, str]  # whether it is done, None where it does not apply; and what was found
LEAST_COMMITS = 3  # fewer look as if the work had been brought along

SECRETS = re.compile(
    r"AKIA[0-9A-Z]{16}|\bgh[pousr]_[A-Za-z0-9]{36}|\bgithub_pat_\w{50,}|\bglpat-[\w-]{20}|\bxox[abprs]-[\w-]{10,}"
    r"|\bAIza[\w-]{35}|\bsk-[\w-]{32,}|\bhf_[A-Za-z]{30,}|\bsk_live_\w{20,}|-----BEGIN [A-Z ]*PRIVATE KEY-----"
)
ASSIGNED = re.compile(
    r"""(?:password|passwd|secret|token|api_?key)\w*["']?\s*[:=]\s*["']([^"'\s]{12,})["']""", re.IGNORECASE
)
LEAST_ENTROPY = 3.0  # bits per character: a word or a name has less than a random key
PRIVATE = re.compile(r"(^|/)(\.env(\.(?!example)\w+)?|id_(rsa|ed25519|ecdsa)|.*\.(pem|p12|pfx|key)|credentials\.json)$")
MOST_BYTES, STRAY_BYTES = 50_000_000, 1_000_000  # of any file; of weights or packed data outside their folders
DATA_LIKE = (".pt", ".pth", ".ckpt", ".safetensors", ".h5", ".keras", ".onnx", ".npz", ".npy", ".pkl", ".joblib")
DATA_LIKE += (".zip", ".tar", ".gz", ".7z", ".parquet")
HOMES = ("published/", "data/", "demo/")


def git(project: Project, *arguments: str, given: str = "") -> str:
    """What a git command prints, `given` something to read; a `Problem` where there is no repository or no git."""
    how = {"given": given.encode(), "settings": ("core.quotePath=false", "core.fsmonitor="), "GIT_OPTIONAL_LOCKS": "0"}
    try:
        return ask(project.root, *arguments, need="its history is looked at", **how).stdout.decode(errors="replace")
    except Problem as problem:
        raise Problem(project.say("checklist.no_git", why=problem)) from None


def tracked(project: Project) -> list[str]:
    """The files that git tracks, as paths inside the project, and that are there."""
    return [path for path in git(project, "ls-files", "-z").split("\0") if path and (project.root / path).is_file()]


def texts(project: Project, *suffixes: str) -> dict[str, list[str]]:
    """The lines of the tracked texts with one of the suffixes (all texts, where none is named), by path."""
    found = {}
    for path in tracked(project):
        if not suffixes or path.endswith(suffixes):
            raw = (project.root / path).read_bytes()
            if b"\0" not in raw[:8000]:
                found[path] = raw.decode("utf-8", "replace").splitlines()
    return found


def unsaved(project: Project, *paths: str) -> list[str]:
    """What is changed or new since the last commit, as git lists it, without the checklist's own page."""
    told = git(project, "status", "--porcelain", "--untracked-files=all", "--", *(paths or (".",)))
    return [line[3:] for line in told.splitlines() if not line.endswith(PAGE)]


def to_commit(project: Project, *paths: str) -> str:
    """`commit …`, where one of the files or folders is not as it was committed; else nothing."""
    there = tracked(project)
    known = [path for path in paths if any(name == path or name.startswith(f"{path}/") for name in there)]
    files = [path for path in paths if (project.root / path).exists() and (path not in known or unsaved(project, path))]
    return project.say("checklist.commit", files=some(files)) if files else ""


def state(project: Project) -> str | None:
    """A fingerprint of what is committed and of the tracked files as they lie here; None without a repository."""
    try:
        committed = [row for row in git(project, "ls-tree", "-r", "HEAD", ".").splitlines() if not row.endswith(PAGE)]
        changed = git(project, "diff", "--full-index", "HEAD", "--", ".", f":(exclude){PAGE}")
    except Problem:
        return None
    return hashlib.sha256("\n".join([*committed, changed]).encode()).hexdigest()


def committed(project: Project) -> Found:
    files = unsaved(project)
    return not files, project.say("checklist.commit", files=some(files)) if files else ""


def pushed(project: Project) -> Found:
    ahead = int(git(project, "rev-list", "--count", "HEAD", "--not", "--remotes"))
    tags = git(project, "tag", "--points-at", "HEAD").split()
    bad = [project.say("checklist.ahead", commits=ahead)] if ahead else []
    bad += [] if tags else [project.say("checklist.untagged")]
    return not bad, some(bad) or ", ".join(tags)


# What must never be in a repository, today or in its history


def history(project: Project) -> Found:
    """Keys and passwords, and files that are too large."""
    paths = tracked(project)
    places = [path for path in paths if PRIVATE.search(path)]
    for path, lines in texts(project).items():
        places += [f"{path}:{number}" for number, line in enumerate(lines, 1) if is_secret(line)]
    sizes = {path: (project.root / path).stat().st_size for path in paths}
    for path, size in sizes.items():
        stray = path.endswith(DATA_LIKE) and not path.startswith(HOMES) and size > STRAY_BYTES
        places += [path] if stray or size > MOST_BYTES else []
    if not places:  # what is there today was there before, and is named by its place today
        need_history(project)
        places = list(dict.fromkeys([*past_secrets(project), *past_sizes(project)]))
    return not places, some(places)


def need_history(project: Project) -> None:
    """A `Problem` where the history is cut short: its oldest commit looks as if all had been made in it."""
    if git(project, "rev-parse", "--is-shallow-repository").strip() == "true":
        raise Problem(project.say("checklist.shallow"))


def past_secrets(project: Project) -> Iterator[str]:
    """The commits, as `abc1234 path`, that added a secret."""
    commit = path = ""
    for line in git(project, "log", "--all", "-p", "-U0", "--no-color", "--format=@@@%h", ".").splitlines():
        if line.startswith("@@@"):
            commit = line[3:]
        elif line.startswith("+++ "):
            path = line[4:].removeprefix("b/")
            if PRIVATE.search(path):
                yield f"{commit} {path}"
        elif line.startswith("+") and is_secret(line):
            yield f"{commit} {path}"


def past_sizes(project: Project) -> Iterator[str]:
    """The files of the history that are too large."""
    objects = git(project, "rev-list", "--objects", "--all", "--", ".")
    each = git(project, "cat-file", "--batch-check=%(objecttype) %(objectsize) %(rest)", given=objects)
    for _, size, path in (line.split(" ", 2) for line in each.splitlines() if line.startswith("blob ")):
        if int(size) > MOST_BYTES:
            yield f"{path} ({project.say('checklist.in_history')})"


def is_secret(line: str) -> bool:
    """Whether a line holds a key of a known form, or a password with the randomness of one."""
    for found in ASSIGNED.findall(line):
        shares = [count / len(found) for count in Counter(found).values()]
        if re.search(r"\d", found) and -sum(share * math.log2(share) for share in shares) >= LEAST_ENTROPY:
            return True
    return bool(SECRETS.search(line))


# Whether pyproject.toml names all that the code imports: what works here by chance does not work on a fresh laptop


def packages(project: Project) -> Found:
    table = pages.read_toml(project.root / "pyproject.toml").get("project", {})
    groups = [table.get("dependencies", []), *table.get("optional-dependencies", {}).values()]
    names = {name_of(line) for group in groups for line in group}
    home, places = Path(project.interpreter).parent.parent, sys.path  # its Python is not run to ask
    if project.interpreter != sys.executable:
        places = [str(path) for path in (*home.glob("lib/python*/site-packages"), *home.glob("Lib/site-packages"))]
    known = reachable(names, places)
    paths = [path for path in tracked(project) if path.endswith(".py")]
    own = {part.removesuffix(".py") for path in paths for part in (path.split("/")[0], path.rsplit("/", 1)[-1])}
    usual = own | set(sys.stdlib_module_names)
    usual |= {module for found in filter(None, known.values()) for module in modules_of(found)}
    used = {path: sorted(imported(project.root / path) - usual) for path in paths}
    bad = [f"{module} ({path})" for path, found in used.items() for module in found if name_of(module) not in known]
    absent = [name for name in sorted(names) if bad and known[name] is None]
    return not bad, some(bad) + (project.say("checklist.absent", names=some(absent)) if absent else "")


def modules_of(found: metadata.Distribution) -> list[str]:
    """The modules of a distribution, of which some are called otherwise than it is, as scikit-learn's sklearn is."""
    tops = (found.read_text("top_level.txt") or "").split()
    return tops or [file.parts[0].removesuffix(".py") for file in found.files or ()]


def reachable(names: Iterable[str], places: list[str]) -> dict[str, metadata.Distribution | None]:
    """These distributions and all that they bring, by name; None for what is not installed in any of the places."""
    found: dict[str, metadata.Distribution | None] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = next(iter(metadata.distributions(name=name, path=places)), None)
            needs = found[name].requires if found[name] else []
            waiting += [name_of(line) for line in needs or [] if "extra ==" not in line]
    return found


def imported(path: Path) -> set[str]:
    """The top-level names of the modules that a file imports.

    What it can do without is left out: in a `try`, or in a line with the comment `# optional`.
    """
    text = path.read_text(encoding="utf-8-sig")
    tree, lines = ast.parse(text, path.name), text.splitlines()
    tries = [node for node in ast.walk(tree) if isinstance(node, ast.Try)]
    optional = {id(inner) for node in tries for step in node.body for inner in ast.walk(step)}
    found = set()
    for node in ast.walk(tree):
        if id(node) in optional or not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        if "# optional" not in lines[node.lineno - 1] and not getattr(node, "level", 0):
            found |= {name.split(".")[0] for name in names}
    return found


# The event's rules: when the work was done, by whom, and how much of it is the scaffold


def event(project: Project) -> Found:
    timed, own = plan.read(project), commits(project)
    start, bad = timed["start"], []
    if not start:
        bad.append(project.say("checklist.no_start"))
    else:
        begin, end = start.timestamp(), (start + timedelta(hours=timed["hours"])).timestamp()
        outside = [name for name, when, _ in own if not begin <= when <= end]
        bad += [project.say("checklist.outside", commits=some(outside))] if outside else []
    if len(own) < LEAST_COMMITS:
        bad.append(project.say("checklist.commits", found=len(own)))
    authors = [who.casefold() for _, _, who in own]
    team = project.answers.get("team") or []  # one part of a name is enough
    missing = [name for name in team if not any(part in who for who in authors for part in name.casefold().split())]
    bad += [project.say("checklist.nobody_of", names=", ".join(missing))] if missing else []
    *_, total = provenance.provenance(project.root)
    share, most = 100 * total.share, timed["most_scaffold"]
    told = project.say("checklist.scaffold", share=f"{share:.0f}", most=f"{most:g}")
    return not bad and share <= most, "; ".join(bad + ([told] if share > most or not bad else []))


def commits(project: Project) -> list[tuple[str, float, str]]:
    """All commits but the first, which brought the scaffold: short name, when (seconds since 1970), and by whom."""
    need_history(project)
    records = git(project, "log", "--follow", "--format=", "--name-only", "--", ".hackgen.toml").splitlines()
    moved = {f":(top){record.removesuffix('.hackgen.toml')}" for record in records if record}  # where it has been
    body = "%h%x1f%at%x1f%an %ae %(trailers:key=Co-authored-by,valueonly,separator=%x20)%x1e"
    log = git(project, "log", f"--format={body}", "--", ".", *moved).split("\x1e")[:-1]
    own = (entry.strip().split("\x1f") for entry in log[:-1])
    return [(name, float(when), who) for name, when, who in own]
