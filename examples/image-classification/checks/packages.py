"""Whether pyproject.toml names all that the code imports: what works here by chance does not work on a fresh laptop."""

import ast
import re
import sys
from collections.abc import Iterable
from importlib import metadata

import runs
from checks import git
from checks.item import AUTO, Found, Item
from checks.repository import listed
from cli import Fault
from wording import tomllib, words


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
    absent = sorted(name for name in names if not installed(name))
    return not bad, listed(bad) + (words("found_absent", names=", ".join(absent)) if bad and absent else "")


def declared() -> set[str]:
    """The distributions that pyproject.toml names, those of its groups too."""
    try:
        project = tomllib.loads((runs.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        groups = project.get("optional-dependencies", {}).values()
        return set(map(name_of, [*project["dependencies"], *(line for group in groups for line in group)]))
    except (OSError, KeyError, tomllib.TOMLDecodeError) as error:
        raise Fault(words("found_damaged", file="pyproject.toml", what=error)) from None


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
    """The top-level names of the modules that a file imports; what it can do without, in a `try`, is left out."""
    tree = ast.parse((runs.ROOT / path).read_text(encoding="utf-8"), path)
    tries = [node for node in ast.walk(tree) if isinstance(node, ast.Try) and any(map(forgives, node.handlers))]
    optional = {id(inner) for node in tries for step in node.body for inner in ast.walk(step)}
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
