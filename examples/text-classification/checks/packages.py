"""Whether pyproject.toml names all that the code imports: what works here by chance does not work on a fresh laptop."""

import ast
import re
import sys
from collections.abc import Iterable
from importlib import metadata

from packaging.markers import Marker

import runs
from checks import git
from checks.item import AUTO, Found, Item
from checks.repository import listed
from cli import Fault
from support import tomlfile
from support.wording import words


def declared_packages() -> Found:
    names = declared()
    allowed, at = reachable(names), metadata.packages_distributions()
    paths = [path for path in git.tracked() if path.endswith(".py")]
    own = {path.split("/")[0].removesuffix(".py") for path in paths}
    own |= {path.rsplit("/", 1)[-1].removesuffix(".py") for path in paths}
    bad = []
    for path in paths:
        for module in sorted(imported(path) - own - set(sys.stdlib_module_names)):
            sources = {normalised(name) for name in at.get(module, [module])}
            if not sources & allowed:
                bad.append(f"{module} ({path})")
    absent = sorted(name for name, wanted in names.items() if wanted and not installed(name))
    return not bad, listed(bad) + (words("found_absent", names=", ".join(absent)) if bad and absent else "")


def declared() -> dict[str, bool]:
    """The distributions that pyproject.toml names, those of its groups too, and whether they are for this Python."""
    try:
        project = tomlfile.read(runs.ROOT / "pyproject.toml")["project"]
        groups = project.get("optional-dependencies", {}).values()
        lines = [*project["dependencies"], *(line for group in groups for line in group)]
    except KeyError as error:
        raise Fault(words("found_damaged", file="pyproject.toml", what=error)) from None
    markers = ((name_of(line), line.partition(";")[2]) for line in lines)
    return {name: not marker.strip() or Marker(marker).evaluate() for name, marker in markers}


def reachable(names: Iterable[str]) -> set[str]:
    """These distributions and all that they bring."""
    found, waiting = set(), list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            try:
                needs = metadata.requires(name) or []
            except metadata.PackageNotFoundError:
                continue
            waiting += [name_of(line) for line in needs if "extra ==" not in line]
    return found


def installed(name: str) -> bool:
    try:
        return bool(metadata.distribution(name))
    except metadata.PackageNotFoundError:
        return False


def imported(path: str) -> set[str]:
    """The top-level names of the modules that a file imports.

    What it can do without is left out: in a `try`, or in a line with the comment `# optional`.
    """
    text = (runs.ROOT / path).read_text(encoding="utf-8")
    tree, lines = ast.parse(text, path), text.splitlines()
    tries = [node for node in ast.walk(tree) if isinstance(node, ast.Try) and any(map(forgives, node.handlers))]
    optional = {id(inner) for node in tries for step in node.body for inner in ast.walk(step)}
    optional |= {id(n) for n in ast.walk(tree) if isinstance(n, ast.stmt) and "# optional" in lines[n.lineno - 1]}
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import) and id(node) not in optional:
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level and id(node) not in optional:
            found.add((node.module or "").split(".")[0])
    return found


def forgives(handler: ast.ExceptHandler) -> bool:
    """Whether a handler catches that a module is missing."""
    named = (
        {node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name)} if handler.type else {"Exception"}
    )
    return bool(named & {"ImportError", "ModuleNotFoundError", "Exception"})


def name_of(requirement: str) -> str:
    return normalised(re.split(r"[^A-Za-z0-9._-]", requirement.strip(), maxsplit=1)[0])


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


ITEMS = [Item("packages", "repository", AUTO, True, declared_packages)]
