"""One test after the other: a check draws inputs, asks a child that runs the student's code, and decides."""

import builtins
import time
from typing import Any

import numpy as np

from . import grading, overlay
from .child import Broken, Child, Lost, Over
from .processes import START
from .results import Outcome


class Gone(Over):
    """The reference does not answer, by chance or as the student's code ended it."""


class Run:
    """Tests on one project, each of a part; it is what checks are given as `ask`."""

    def __init__(self, grader: Any, files: overlay.Files, spec: Any) -> None:
        self.grader, self.files, self.spec, self.facts = grader, files, spec, grader.facts
        self.child: Child | None = None

    def outcome(self, test: dict, reason: str = "") -> Outcome:
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
            message += f". Hint: {self.part['hint']}" if self.part["hint"] else ""
        about = self.part["id"], test["name"], share * test["points"], test["points"]
        return Outcome(*about, message, test["visibility"], fault)

    def _share(self, test: dict, again: bool = True) -> float | None:
        """What a check says; it begins anew where the reference is gone, which never starts beside a student's code."""
        if not self.child:
            self.child = self.grader.start(self.files, self.spec)
        self.left = min(test["timeout"], self.grader.until - time.monotonic())
        if self.left <= 0:
            raise Lost("earlier tests took so long that there was no time for this one")
        name, _, function = test["run"].partition(":")
        try:
            return getattr(self.grader.checks[name], function)(self, np.random.default_rng())
        except Gone as gone:
            self.close()
            if again:
                return self._share(test, again=False)
            if self.grader.children.user:  # who cannot end it
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
            reply = self.grader.children.reference[1].ask({"ask": question, "values": values}, START)
        except Lost as lost:
            self.grader.children.forget_reference()
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
        if self.grader.manifest["secret"] or kind == "NotImplementedError":
            return what
        return f"{what}: {reply.get('text')}\n{self.child.printed()}".strip()

    def close(self) -> None:
        if self.child:
            self.grader.children.end(self.child)
            self.child = None
