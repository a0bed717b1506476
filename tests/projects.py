"""Generate projects and run their commands: each framework is imported once, each command runs in a fork of that."""

import contextlib
import multiprocessing
import os
import runpy
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import forkserver
from pathlib import Path

from hackgen import own_data
from hackgen.compose import plan
from hackgen.inspection import inspect
from hackgen.parts import TEMPLATES, tomllib
from hackgen.project import Answers, choose, settled
from hackgen.write import write

IMPORTS = ["numpy", "tqdm", "sklearn.ensemble", "sklearn.linear_model", "sklearn.metrics", "matplotlib.pyplot"]
FRAMEWORKS = {  # what else is imported once for each framework; none of it may start threads
    "jax": ["jax.numpy", "flax.nnx", "optax", "safetensors.numpy"],
    "pytorch": ["torch"],
}
CAN_FORK = "forkserver" in multiprocessing.get_all_start_methods()


@dataclass
class Done:
    """How a command ended: its words, exit code, and what it printed."""

    place: Path
    words: tuple[str, ...]
    code: int
    out: str
    err: str

    def ok(self) -> "Done":
        """Fail the test with all there is to know, unless the command exited with 0."""
        assert self.code == 0, (
            f"\ncd {self.place} && python {' '.join(self.words)}\n{self.out[-3000:]}\n{self.err[-3000:]}"
        )
        return self

    def refused(self, code: int, *words: str) -> str:
        """Expect an exit code and one line on stderr that holds all `words`; returns the line."""
        told = f"\ncd {self.place} && python {' '.join(self.words)}\n{self.out[-1000:]}\n{self.err[-3000:]}"
        assert self.code == code and "Traceback" not in self.err, told
        line = self.err.strip().splitlines()[-1]
        assert all(word in line for word in words), f"{words} not in:{told}"
        return line


def generate(folder: Path, root: Path = TEMPLATES, **answers: object) -> Path:
    """Write a project for the answers (task, models, …) to `folder`; returns the folder."""
    given = Answers(**{"title": "A test", **answers})
    choice = choose(given, root)
    write(plan(choice, settled(given, choice)), folder)
    return folder


def generate_own(folder: Path, data: Path, **answers: object) -> Path:
    """Write a project for own data to `folder`, as `hackgen new --data` does with --yes; returns the folder."""
    write(planned(Answers(**{"title": "A test", "data": str(data), **answers})), folder)
    return folder


def planned(answers: Answers) -> dict[str, bytes]:
    """All files of a project, of own data or of the sample."""
    findings = inspect(answers.data, answers.target) if answers.data else None
    given = own_data.proposed(answers, findings) if findings else answers
    choice = choose(given, format=findings.format if findings else "")
    final = settled(given, choice)
    return plan(choice, final, own_data.bring(findings, choice, final) if findings else None)


def run(project: Path, *words: str, stdin: str = "") -> Done:
    """`python WORDS…` in a project; forked from a process that has torch imported, where the system can fork."""
    if not CAN_FORK:
        done = subprocess.run(
            [sys.executable, *words], cwd=project, input=stdin, capture_output=True, text=True, encoding="utf-8"
        )
        return Done(project, words, done.returncode, done.stdout, done.stderr)
    process = start(project, *words, stdin=stdin)
    process.join()
    out, err = ((_output(project) / name).read_text(encoding="utf-8", errors="replace") for name in ("out", "err"))
    return Done(project, words, process.exitcode or 0, out, err)


def start(project: Path, *words: str, stdin: str = "") -> multiprocessing.Process:
    """Begin a command and return its process, to be joined or killed."""
    _output(project).mkdir(exist_ok=True)
    (_output(project) / "in").write_text(stdin, encoding="utf-8")
    process = multiprocessing.get_context("forkserver").Process(target=_inside, args=(project, words, _output(project)))
    answers = tomllib.loads((project / ".hackgen.toml").read_text(encoding="utf-8"))["answers"]
    with _server(answers["framework"], answers.get("backend") or ""):
        process.start()
    return process


@contextlib.contextmanager
def _server(framework: str, backend: str) -> Iterator[None]:
    """Let processes be forked from one that has imported the framework, and no other."""
    server = _servers.get((framework, backend))
    if server is None:
        server = _servers[framework, backend] = forkserver.ForkServer()
        server.set_forkserver_preload([*IMPORTS, *FRAMEWORKS[framework]])
    usual, forkserver.connect_to_new_process = forkserver.connect_to_new_process, server.connect_to_new_process
    try:
        yield
    finally:
        forkserver.connect_to_new_process = usual


_servers: dict[tuple[str, str], forkserver.ForkServer] = {}


def _output(project: Path) -> Path:
    return project.parent / f"{project.name}.output"


def _inside(project: Path, words: tuple[str, ...], folder: Path) -> None:
    """In the fork: become `python WORDS…`."""
    for number, name, flags in ((0, "in", os.O_RDONLY), (1, "out", os.O_WRONLY), (2, "err", os.O_WRONLY)):
        mode = flags | (os.O_CREAT | os.O_TRUNC if number else 0)
        os.dup2(os.open(folder / name, mode, 0o644), number)
    for number, stream in enumerate(("stdin", "stdout", "stderr")):
        setattr(sys, stream, open(number, "w" if number else "r", encoding="utf-8", closefd=False))
    if "torch" in sys.modules:  # tests run side by side, and threads that wait for each other slow all of them down
        sys.modules["torch"].set_num_threads(1)
    if "jax" in sys.modules:  # half the time to compile, and the same results
        os.environ["XLA_FLAGS"] = "--xla_cpu_use_fusion_emitters=false"
    os.chdir(project)
    sys.argv = list(words)
    sys.path.insert(0, str(project))
    code = 0
    try:
        runpy.run_path(words[0], run_name="__main__")
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:
        import traceback

        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
