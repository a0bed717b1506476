"""The parent: it lays each part over what is right, has its checks ask a child that runs the code, and gives points by
the manifest alone."""

import builtins
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
from .child import Broken, Child, Lost, Over
from .processes import START, Children
from .results import Outcome, Result

# What is imported once, for all children, with SciPy, as scores need it; none starts threads, which end in a fork.
WARM = {
    "pytorch": ["torch", "torch._dynamo"],
    "lightning": ["torch", "torch._dynamo", "lightning"],
    "jax": ["jax.numpy", "flax.nnx", "optax", "safetensors.numpy"],
    "keras": ["keras"],  # with TensorFlow or JAX; on torch it is PyTorch that takes long
}
OF_MODEL = {"boosting": ["skops.io"]}  # with scikit-learn
BUNDLES = itertools.count()


class Gone(Over):
    """The reference does not answer, by chance or as the student's code ended it."""


class Grader(contextlib.AbstractContextManager):
    """Grades submissions by a bundle, one after the other, and is what checks are given as `ask`.

    One warm process serves them all, and ends with it.
    """

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
        warm = WARM.get("pytorch" if (framework, backend) == ("keras", "torch") else framework, [])
        more = ["scipy.stats"] * bool(importlib.util.find_spec("scipy")) + OF_MODEL.get(self.manifest.get("model"), [])
        warm = [*warm, *more] if warm else []
        self.children = children or Children(warm, {"KERAS_BACKEND": backend}, bundle, isolation)
        self.until = math.inf
        self.files: overlay.Files = {}
        self.child: Child | None = None

    def __exit__(self, *_: object) -> None:
        self.close()
        self.children.close()

    def grade(
        self, files: overlay.Files, spec: Any = None, messages: Iterable[str] = (), limit: float = math.inf
    ) -> Result:
        """Every test of the manifest on a submission's files, none begun after `limit` seconds; `spec` was drawn."""
        self.until = time.monotonic() + limit
        sources, broken, said = overlay.sources(files)
        result = Result(self.manifest["title"], [], [*messages, *said], self.children.open)
        spec = self.manifest.get("variant") if spec is None else spec
        for part in self.manifest["parts"]:
            laid, reason, origin = overlay.laid(part, self.manifest, self.base, sources, broken)
            result.tests += self.outcomes(part, laid, spec, reason, origin)
        self.close()
        return result

    def outcomes(self, part: dict, files: overlay.Files, spec: Any, reason: str, origin: list[int]) -> list[Outcome]:
        """The tests of a part on a project; all are lost where there is a reason.

        Where all parts are graded on one project, they are in one process, which imports the framework once.
        """
        if self.manifest["secret"] or self.files != files:
            self.close()
        self.part, self.files, self.spec, self.origin = part, files, spec, origin
        return [self.outcome(test, reason) for test in part["tests"]]

    def outcome(self, test: dict, reason: str) -> Outcome:
        """One test: in full, in part, or not at all, with a sentence for the student."""
        share, fault, message = 0.0, "", reason
        if not reason:
            try:
                share = self._share(test)
                share = 1.0 if share is None else float(np.nan_to_num(np.clip(share, 0, 1)))
            except (grading.Wrong, Lost) as error:
                message = str(error)
                if isinstance(error, Over):
                    self.close()
            except Broken:
                raise
            except Exception as error:  # of the check, which met what nobody thought of
                message = "the answer is of a kind that cannot be checked"
                fault = f"{test['run']}: {type(error).__name__}: {error}"
        if share < 1:
            message = message or "only a part is right"
            message += f". Hint: {self.part['hint']}" if self.part["hint"] and not reason else ""
        about = self.part["id"], test["name"], share * test["points"], test["points"]
        return Outcome(*about, message, test["visibility"], fault)

    def _share(self, test: dict, again: bool = True) -> float | None:
        """What a check says; it begins anew where the reference is gone, which never starts beside a student's code."""
        if not self.child:
            base, own = ({f"project/{name}": files[name] for name in files} for files in (self.base, self.files))
            drawn = {"project/spec.json": json.dumps(self.spec).encode()} if self.spec else {}
            if self.manifest["secret"]:
                self.children.refer(self.spec, self.probes | base | drawn, self.modules)
            self.child = self.children.start(self.probes | own | drawn)
        self.left = min(test["timeout"], self.until - time.monotonic())
        if self.left <= 0:
            raise Lost("earlier tests took so long that there was no time for this one")
        name, _, function = test["run"].partition(":")
        try:
            return getattr(self.checks[name], function)(self, np.random.default_rng())
        except Gone as gone:
            self.close()
            if again:
                return self._share(test, again=False)
            if self.children.user:  # who cannot end it
                raise Broken(str(gone)) from None
            raise

    def __call__(self, question: str, **values: Any) -> Any:
        """What the student's code answers to a probe; `Lost` where it does not."""
        start = time.monotonic()
        try:
            reply = self.child.ask({"ask": question, "values": values}, self.left)
        finally:
            self.left -= time.monotonic() - start
        if isinstance(reply, dict) and "answer" in reply:
            return reply["answer"]
        raise Lost(self.explain(reply if isinstance(reply, dict) else {}))

    def reference(self, question: str, **values: Any) -> Any:
        """What the reference answers to the same."""
        try:
            reply = self.children.reference[1].ask({"ask": question, "values": values}, START)
        except Lost as lost:
            self.children.forget_reference()
            raise Gone(f"the process with a right solution does not answer: {lost}") from None
        if "answer" not in reply:
            raise Broken(f"{question} fails for the reference: {reply['error']}: {reply['text']}")
        return reply["answer"]

    def explain(self, reply: dict) -> str:
        """A failure in words; beside a reference nothing that the student's code could have written is shown."""
        kind, lines, name = reply.get("error"), reply.get("lines"), self.part["file"]
        kind = kind if isinstance(kind, str) and hasattr(builtins, kind) else "an error"
        line = lines.get(str(self.child.work / "project" / name)) if isinstance(lines, dict) else 0
        if self.origin:
            line = self.origin[line - 1] if isinstance(line, int) and 0 < line <= len(self.origin) else 0
        what = "not done yet" if kind == "NotImplementedError" else kind
        what += f" in {name}, line {line}" if line else f" when {name} is used"
        if self.manifest["secret"] or kind == "NotImplementedError":
            return what
        return f"{what}: {reply.get('text')}\n{self.child.printed()}".strip()

    def close(self) -> None:
        """End the child, if there is one."""
        if self.child:
            self.children.end(self.child)
            self.child = None


def manifest(bundle: Path) -> dict[str, Any]:
    """What is graded, in which order and for how many points: it alone decides what a full score is."""
    return json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))


def package(folder: Path) -> dict[str, ModuleType]:
    """The checks of a folder by file, a package of modules; they import `grading`, and each other by `from .other`."""
    made = ModuleType(f"checks_{next(BUNDLES)}")
    made.__path__ = [str(folder)]
    sys.modules |= {made.__name__: made, "grading": grading}
    importlib.invalidate_caches()  # a build keeps its times, so a folder that was replaced looks unchanged
    sys.dont_write_bytecode = True  # a folder that is handed out stays as it is
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
