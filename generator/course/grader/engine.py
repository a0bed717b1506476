"""The parent: it lays each part over what is right, has its tests run, and gives points by the manifest alone."""

import contextlib
import hashlib
import importlib
import importlib.util
import itertools
import json
import math
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np

from . import grading, overlay
from .child import Broken, Child
from .processes import Children
from .results import Outcome, Result
from .run import Run

# What is imported once, for all children, with SciPy, as scores need it. JAX and TensorFlow do not survive a fork: each
# child imports them by itself.
WARM = {"pytorch": ["torch", "torch._dynamo"], "lightning": ["torch", "torch._dynamo", "lightning"]}
OF_MODEL = {"boosting": ["skops.io"]}  # with scikit-learn
BUNDLES = itertools.count()


class Grader(contextlib.AbstractContextManager):
    """Grades submissions by a bundle, one after the other; one warm process serves them all, and ends with it."""

    def __init__(self, bundle: Path, isolation: str = "auto", children: Children | None = None) -> None:
        self.manifest = manifest(bundle)
        for name, digest in self.manifest.get("sha256", {}).items():
            if hashlib.sha256((bundle / name).read_bytes()).hexdigest() != digest:
                raise Broken(f"{name} is not as it was built; build the assignment again")
        self.checks = package(bundle / "checks")
        self.base = overlay.tree(bundle / ("reference" if self.manifest["secret"] else "starter"))
        self.probes = {f"probes/{name}": content for name, content in overlay.tree(bundle / "probes").items()}
        code = [name[:-3] for name in (*self.probes, *self.manifest["submit"]) if name.endswith(".py")]
        self.modules = [name.replace("/", ".") for name in code]
        facts = json.loads((bundle / "facts.json").read_text(encoding="utf-8"))
        with np.load(bundle / "facts.npz", allow_pickle=False) as arrays:
            self.facts = SimpleNamespace(**facts, **arrays)
        framework, backend = self.manifest["framework"], self.manifest.get("backend") or ""
        warm = WARM.get(framework, WARM["pytorch"] if (framework, backend) == ("keras", "torch") else [])
        more = ["scipy.stats"] * bool(importlib.util.find_spec("scipy")) + OF_MODEL.get(self.manifest.get("model"), [])
        warm = [*warm, *more] if warm else []
        self.children = children or Children(warm, {"KERAS_BACKEND": backend}, bundle, isolation)
        self.until = math.inf
        self.run: Run | None = None

    def __exit__(self, *_: object) -> None:
        self.close_run()
        self.children.close()

    def grade(
        self, files: overlay.Files, spec: Any = None, messages: Iterable[str] = (), limit: float = math.inf
    ) -> Result:
        """Every test of the manifest on a submission's files, none begun after `limit` seconds; `spec` was drawn."""
        self.until = time.monotonic() + limit
        result = Result(self.manifest["assignment"], self.manifest["title"], [], [*messages], self.children.open)
        sources, broken = dict(files), {}
        for name in [name for name in files if name.endswith(".py")]:
            try:
                source, more = overlay.text(name, files[name])
                sources[name] = source.encode()
                result.messages += more
                overlay.parsed(name, source)
            except SyntaxError as error:
                broken[name] = str(error)
        spec = self.manifest.get("variant") if spec is None else spec
        for part in self.manifest["parts"]:
            laid, reason, origin = self._overlay(part, sources, broken)
            result.tests += self.outcomes(part, laid, spec, reason, origin)
        self.close_run()
        return result

    def outcomes(self, part: dict, files: overlay.Files, spec: Any, reason: str, origin: list[int]) -> list[Outcome]:
        """The tests of a part on a project; all are lost where there is a reason.

        Where all parts are graded on one project, they are in one process, which imports the framework once.
        """
        if self.manifest["secret"] or not self.run or self.run.files != files:
            self.close_run()
            self.run = Run(self, files, spec)
        self.run.part, self.run.origin = part, origin
        return [self.run.outcome(test, reason) for test in part["tests"]]

    def close_run(self) -> None:
        if self.run:
            self.run.close()
            self.run = None

    def _overlay(
        self, part: dict, sources: overlay.Files, broken: dict[str, str]
    ) -> tuple[overlay.Files, str, list[int]]:
        """A project in which the part alone is the student's if the bundle holds the rest, why it cannot be, and from
        which line of the student's file each line of the part's file is."""
        name, parts = part["file"], self.manifest["parts"]
        if not self.manifest["secret"]:
            return self.base | sources, broken.get(name, ""), []
        own = {one["file"] for one in parts}
        files = self.base | {path: content for path, content in sources.items() if path not in own}
        if name not in sources or name in broken:
            return files, broken.get(name, f"{name} is not in the submission"), []
        source = sources[name].decode()
        if part["function"] not in overlay.parsed(name, source):
            return files, f"{name} has no {part['function']}", []
        others = [one["function"] for one in parts if one["file"] == name and one["function"] != part["function"]]
        text, origin = overlay.graft(source, files[name].decode(), others)
        return files | {name: text.encode()}, "", origin

    def start(self, files: overlay.Files, spec: Any) -> Child:
        """A child over a project; before it, where the bundle has one, a reference for what was drawn."""
        drawn = {"spec.json": json.dumps(spec).encode()} if spec else {}

        def laid(files: overlay.Files) -> overlay.Files:
            return self.probes | {f"project/{path}": content for path, content in (files | drawn).items()}

        if self.manifest["secret"]:
            self.children.refer(spec, laid(self.base), self.modules)
        return self.children.start(laid(files))


def manifest(bundle: Path) -> dict[str, Any]:
    """What is graded, in which order and for how many points: it alone decides what a full score is."""
    return json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))


def package(folder: Path) -> dict[str, ModuleType]:
    """The checks of a folder by file, a package of modules; they import `grading`, and each other by `from .other`."""
    made = ModuleType(f"checks_{next(BUNDLES)}")
    made.__path__ = [str(folder)]
    sys.modules |= {made.__name__: made, "grading": grading}
    importlib.invalidate_caches()  # a build keeps its times, so a folder that was replaced looks unchanged
    try:
        return {file.name: importlib.import_module(f"{made.__name__}.{file.stem}") for file in folder.glob("*.py")}
    except Exception as error:
        raise Broken(f"the checks cannot be imported: {type(error).__name__}: {error}") from None


def grade(
    bundle: Path, submission: Path, *, spec: Any = None, isolation: str = "auto", limit: float = math.inf
) -> Result:
    """Grade one submission in a folder; it is a whole project where the bundle has nothing to lay it over."""
    about = manifest(bundle)
    whole = not about["secret"] and not (bundle / "starter").is_dir()
    files, messages = overlay.read(submission, about["submit"], whole)
    with Grader(bundle, isolation) as grader:
        return grader.grade(files, spec, messages, limit)
