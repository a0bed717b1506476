"""`hackgen new --template`: what somebody's copier or cookiecutter template makes, rendered apart and looked over."""

import json
import os
import re
import site
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ..errors import Misuse, Problem, nearest
from ..text import leads_out

Files = dict[str, bytes]
RENDERING = Path(__file__).parent / "rendering.py"
KINDS = {"copier.yml": "copier", "copier.yaml": "copier", "cookiecutter.json": "cookiecutter"}
ADDRESS = re.compile(r"(?i)(git\+)?(https?|ssh|git|file)://|git@|(gh|gl|bb):|.+\.git$")
HOSTS = {"gh:": "https://github.com/", "gl:": "https://gitlab.com/", "bb:": "https://bitbucket.org/"}


@dataclass
class Foreign:
    """What a template rendered to, and what was said about it."""

    kind: str
    source: str  # as copier records it: an address, or an absolute path
    files: Files
    executable: list[str] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)  # each to a place in the project
    notes: list[str] = field(default_factory=list)

    def finish(self, folder: Path) -> None:
        """What a project's files do not say: which can be run, and which are links to others."""
        for path in self.executable:
            (folder / path).chmod(0o755)
        for path, target in self.links.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).symlink_to(target)


def render(source: str, ref: str | None, trust: bool, answers: Iterable[str], ask: bool) -> Foreign:
    """Render the template in a temporary folder, by a process of its own; a `Problem` says why not."""
    given = {}
    for answer in answers:
        name, equals, given[name] = answer.partition("=")
        if not (name and equals):
            raise Misuse(f'--template-answer takes NAME=VALUE, not "{answer}"')
    with tempfile.TemporaryDirectory(prefix="hackgen-") as name:
        within = Path(os.path.realpath(name))
        for folder in ("home", "tmp", "out"):
            (within / folder).mkdir()
        address, folder = _found(source, ref, within)
        kind = next((KINDS[file] for file in KINDS if (folder / file).is_file()), None)
        if kind is None:
            raise Problem(f"{source} is no template: it has neither copier.yml nor cookiecutter.json")
        if missing := [name for name in (kind, "tomlkit") if find_spec(name) is None]:
            raise Problem(f"{missing[0]} is not installed; get it with: pip install {' '.join(missing)}")
        if kind == "cookiecutter" and not trust:
            raise Misuse(
                f"{source}, a cookiecutter template, can run commands while it is rendered; read it, then add --trust"
            )
        if kind == "cookiecutter":  # which follows links to what is not the template's; copier looks for itself
            copied = [path for place in folder.glob("*{{*") for path in (place, *place.rglob("*"))]
            if outside := [path for path in copied if leads_out(path, folder)]:
                link = outside[0].relative_to(folder)
                raise Problem(f"{source} has a link that leads outside: {link}; nothing was written")
        told = _run(within, kind, address, folder, ref, trust, given, ask)
        if "failed" in told:
            raise _fault(kind, source, told, lambda first: _unanswered(folder, given, first))
        if unknown := [name for name in given if name not in told["questions"]]:
            raise Misuse(f'{source} has no question "{unknown[0]}"{nearest(unknown[0], told["questions"])}')
        found = Foreign(kind, address, {})
        _collect(found, Path(told["project"]), within / "out", source)
        found.notes += _notes(found, folder, within)
        return found


def _found(source: str, ref: str | None, within: Path) -> tuple[str, Path]:
    """The template's address and a folder to look at: itself, or a clone."""
    place = Path(source).expanduser()
    if source and place.is_dir():
        address = os.path.realpath(place)
        if ref is None and not (place / "HEAD").is_file():
            return address, Path(address)
    elif ADDRESS.match(source):
        plain = "://" in source and not source.startswith("git+") and not source.endswith(".git")
        address = f"git+{source}" if plain else source  # by which copier knows it
    else:
        raise Problem(f'"{source}" is neither a folder nor the address of a git repository')
    if (ref or "").startswith("-"):
        raise Misuse(f'--ref "{ref}" is no name of a branch, tag or commit')
    clone = within / "clone"
    url = next((address.replace(short, host, 1) for short, host in HOSTS.items() if address.startswith(short)), address)
    _git(within, source, "clone", "--quiet", "--", url.removeprefix("git+"), str(clone))
    if ref:
        _git(clone, source, "checkout", "--quiet", ref)
    return address, clone


def _git(within: Path, source: str, *words: str) -> bytes:
    try:
        done = subprocess.run(
            ["git", *words], cwd=within, env=_environment(within), capture_output=True, stdin=subprocess.DEVNULL
        )
    except FileNotFoundError:
        raise Problem(f"git is not installed, and {source} must be cloned; install it") from None
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines() or [f"it ended with {done.returncode}"]
        raise Problem(f"git {words[0]} of {source} failed: {lines[-1]}")
    return done.stdout


def _environment(within: Path) -> dict[str, str]:
    """The process's own, with home and temporary files in the folder; packages of the user are found all the same."""
    root = next(folder for folder in (within, *within.parents) if (folder / "home").is_dir())
    left_out = ("GIT_", "XDG_", "COPIER_", "COOKIECUTTER_")
    plain = {name: value for name, value in os.environ.items() if not name.upper().startswith(left_out)}
    home = dict.fromkeys(("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA"), str(root / "home"))
    temporary = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(root / "tmp"))
    python = {"PYTHONUSERBASE": site.getuserbase(), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}
    return plain | home | temporary | python | {"GIT_TERMINAL_PROMPT": "0"}


def _run(
    within: Path, kind: str, source: str, folder: Path, ref: str | None, trust: bool, answers: dict[str, str], ask: bool
) -> dict[str, Any]:
    """What the process that renders tells; where a person answers, it has the terminal."""
    told = within / "told.json"
    job = {"within": str(within), "kind": kind, "source": source, "folder": str(folder), "ref": ref, "trust": trust}
    job |= {"answers": answers, "ask": ask, "out": str(within / "out"), "told": str(told)}
    (within / "job.json").write_text(json.dumps(job), encoding="utf-8")
    alone: dict[str, Any] = {} if ask else {"stdin": subprocess.DEVNULL, "capture_output": True}
    command = [sys.executable, str(RENDERING), str(within / "job.json")]
    done = subprocess.run(command, cwd=within / "tmp", env=_environment(within), **alone)
    if told.is_file():
        said = json.loads(told.read_text(encoding="utf-8"))
        hook = (done.stderr or b"").decode(errors="replace").partition("Stopping generation")[0].strip().splitlines()
        return said | {"hook": hook[-1] if hook else ""}
    raise Problem(f"{kind} ended early with {done.returncode}, and nothing was written")


def _fault(kind: str, source: str, told: dict[str, Any], unanswered: Callable[[str], str]) -> Problem:
    why = " ".join(str(told["failed"]).partition("Context:")[0].split())
    if told["error"] == "UnsafeTemplateError":
        return Misuse(
            f"{source} wants to run code ({why.rpartition(': ')[2].partition('.')[0]}); read it, then add --trust"
        )
    if told["error"] == "ValueError" and (first := re.fullmatch('Question "(.+)" is required', why)):
        return Misuse(
            f"{source} asks what has no default; answer with --template-answer NAME=VALUE: {unanswered(first[1])}"
        )
    said = f" ({told['hook']})" if told["error"] == "FailedHookException" and told["hook"] else ""
    return Problem(f"{kind} cannot render {source}: {why}{said}; nothing was written")


def _unanswered(folder: Path, given: dict[str, str], first: str) -> str:
    """What a copier template always asks and has no default for, with types and choices; `first` it has told itself."""
    import yaml

    file = next(folder / name for name in KINDS if (folder / name).is_file())
    try:
        tables = yaml.safe_load(file.read_text(encoding="utf-8"))
    except yaml.YAMLError:  # it includes other files
        tables = {}
    told = []
    for name, table in ({first: {}} | tables).items():
        if isinstance(table, dict) and not name.startswith("_") and name not in given:
            choices = table.get("choices")
            values = list(choices.values()) if isinstance(choices, dict) else choices
            plain = isinstance(values, list) and all(isinstance(value, (str, int)) for value in values)
            kind = ", ".join(map(str, values)) if plain else table.get("type", "str")
            told += [f"{name} ({kind})"] if name == first or not table.keys() & {"default", "when"} else []
    return "; ".join(told)


def _notes(found: Foreign, folder: Path, within: Path) -> list[str]:
    """What somebody should know who wants to bring their part up to date one day."""
    if found.kind == "cookiecutter":
        return ["cookiecutter updates no projects: hackgen update is for hackgen's part, theirs stays as it is"]
    tables = [content for path, content in found.files.items() if path.endswith((".yml", ".yaml"))]
    notes = [] if any(re.search(rb"(?m)^_src_path:", table) for table in tables) else ["it writes no answers file"]
    tags = (folder / ".git").exists() and _git(within, found.source, "-C", str(folder), "tag")
    notes += [] if tags else ["it has no tag in git"]
    return [f"copier update will not work with {found.source}: {', and '.join(notes)}"] if notes else []


def _collect(found: Foreign, project: Path, out: Path, source: str) -> None:
    """Read what was rendered; what is not inside the project, or leads out of it, is refused."""
    project = Path(os.path.realpath(project))
    top = project.relative_to(out).parts[:1] if project.is_relative_to(out) else ("",)
    if top and [entry.name for entry in out.iterdir()] != [*top]:
        raise Problem(f"{source} writes outside its own folder with these answers; nothing was written")
    for parent, folders, names in os.walk(project):
        if Path(parent) == project and ".git" in folders:
            folders.remove(".git")
            found.notes.append("the repository that the template makes is left out: hackgen makes the project's")
        for path in (Path(parent, name) for name in (*folders, *sorted(names))):
            inside = path.relative_to(project).as_posix()
            mode = path.lstat().st_mode
            if stat.S_ISREG(mode):
                found.files[inside] = path.read_bytes()
                found.executable += [inside] if mode & stat.S_IXUSR else []
            elif (
                stat.S_ISLNK(mode) and not os.readlink(path).startswith("/") and path.resolve().is_relative_to(project)
            ):
                found.links[inside] = os.readlink(path)
            elif not stat.S_ISDIR(mode):
                raise Problem(f"{source} makes {inside}, a link that leads outside or no file; nothing was written")
