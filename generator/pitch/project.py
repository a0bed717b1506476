"""A project seen from outside: where it lies, its language, and its own code, run by its own Python."""

import ast
import json
import os
import shutil
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ..errors import Misuse, Problem
from ..parts import read_toml

HERE = Path(__file__).parent
OWN_CODE = HERE / "own_code.py"  # run by the project's Python: it imports nothing of hackgen
ENGLISH = "en"


@dataclass(frozen=True)
class Project:
    """A project that hackgen made. Nothing of it runs, except in `ask`."""

    root: Path
    answers: dict[str, Any]  # as .hackgen.toml has them
    python: str = ""  # which Python runs its code, where a person named one

    @property
    def runs(self) -> Path:
        return self.root / "runs"

    @property
    def published(self) -> Path:
        return self.root / "published"

    @property
    def has_published(self) -> bool:
        return (self.published / "report.json").is_file()

    @property
    def task(self) -> str:
        return self.answers.get("task", "")

    @property
    def lang(self) -> str:
        return self.answers.get("lang", ENGLISH)

    def has(self, extra: str) -> bool:
        """Whether an extra was laid in."""
        return extra in self.answers.get("extras", [])

    @property
    def called(self) -> dict[str, str]:
        """What the project calls the `examples` of a split, such as pictures, and what is `counted` in its data."""
        said = {}
        with suppress(Problem):  # a team is just editing it
            said = read_toml(self.root / "strings.toml")
        examples = said.get("examples", "rows")  # of a project that was made before it had a word for them
        return {"examples": examples, "counted": said.get("counted", examples)}

    def page(self, name: str, extra: str) -> Path:
        """A page that an extra lays in; a `Problem` says how where that was never done."""
        if not self.has(extra) and not (self.root / name).is_file():
            raise Problem(f"this project has no {name}; hackgen add {extra} lays it in")
        return self.root / name

    def say(self, key: str, **facts: object) -> str:
        """A text in the project's language, its {blanks} filled: `compare.noise` is `noise` in compare.toml."""
        page, _, name = key.partition(".")
        return words(page, self.lang)[name].format(**self.called | facts)

    def relative(self, path: Path) -> str:
        """A path as a person in the project writes it."""
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else str(path)

    def syntax(self, name: str) -> list[ast.stmt]:
        """A Python file of the project, parsed; nothing is run."""
        try:
            return ast.parse((self.root / name).read_text(encoding="utf-8-sig")).body
        except (OSError, ValueError, SyntaxError):  # a team is just editing it
            return []

    def metrics(self, name: str, default: Any) -> Any:
        """A constant of metrics.py."""
        return assigned(self.syntax("metrics.py")).get(name, default)

    @property
    def interpreter(self) -> str:
        """The Python that has what the project needs: the one named, else the project's `.venv`, else this one."""
        if self.python:
            return self.python
        return next(filter(os.path.exists, _inside(self.root / ".venv")), sys.executable)

    def ask(self, question: str, *given: Any) -> Any:
        """What the project's own code answers to a function of own_code.py; a `Problem` says why it cannot."""
        try:
            done = subprocess.run(
                [self.interpreter, str(OWN_CODE), question],
                cwd=self.root,
                env=os.environ | {"PYTHONIOENCODING": "utf-8", "PYTHONDONTWRITEBYTECODE": "1"},
                input=json.dumps(given),
                capture_output=True,
                encoding="utf-8",
                errors="replace",
            )
            answer = json.loads(done.stdout)
        except OSError as error:
            raise Problem(
                f"{self.interpreter} does not start ({error.strerror}); name a Python with --python"
            ) from None
        except ValueError:
            why = done.stderr.strip().splitlines()[-1:] or [f"exit code {done.returncode}"]
            raise Problem(f"the project's code ended early ({why[0]}); {self.interpreter} ran it") from None
        if "failed" in answer:
            raise Problem(
                f"the project's own code does not run: {answer['failed']}; {self.interpreter} ran it, "
                "--python names another one"
            )
        return answer["answer"]


def assigned(lines: list[ast.stmt]) -> dict[str, Any]:
    """What lines assign to names, as far as it is written out."""
    found = {}
    for line in lines:
        with suppress(AttributeError, TypeError, ValueError):  # no assignment, or none that is written out
            (target,) = line.targets if isinstance(line, ast.Assign) else [line.target]
            found[target.id] = ast.literal_eval(line.value)
    return found


def find(place: Path, python: str | None = None) -> Project:
    """The project in a folder, or around it; a `Problem` where there is none."""
    here = Path(os.path.realpath(place))
    root = next((folder for folder in (here, *here.parents) if (folder / ".hackgen.toml").is_file()), None)
    if root is None:
        raise Problem(f"{place} is no project that hackgen made: there is no .hackgen.toml in it, nor above it")
    answers = read_toml(root / ".hackgen.toml").get("answers")
    if not isinstance(answers, dict):
        raise Problem(f"{root / '.hackgen.toml'} has no table [answers]; git checkout -- .hackgen.toml brings it back")
    found = python and next(filter(None, map(shutil.which, (python, *_inside(Path(python))))), None)
    if python and not found:
        raise Misuse(f"--python {python} is no Python that can be run")
    return Project(root, answers, os.path.abspath(found) if found else "")


@cache
def words(page: str, lang: str) -> dict[str, str]:
    """The texts of one page in a language; in English what there is no translation of."""
    own = HERE / "words" / lang / f"{page}.toml"
    return read_toml(HERE / "words" / ENGLISH / f"{page}.toml") | (read_toml(own) if own.is_file() else {})


def _inside(environment: Path) -> list[str]:
    """Where a virtual environment has its Python, on one system or the other."""
    return [str(environment / place) for place in ("bin/python", "Scripts/python.exe")]
