"""In a process forked for it: become `python WORDS…`. Each such process imports this module, so it is small."""

import os
import runpy
import sys
from pathlib import Path

ONE_THREAD = {  # tests run side by side, and threads that wait for each other slow all of them down
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "NPROC": "1",  # JAX's
}


def become(project: Path, words: tuple[str, ...], folder: Path) -> None:
    """Run `python WORDS…` in a project, its input, output and errors in the files in, out and err of the folder."""
    for number, name, flags in ((0, "in", os.O_RDONLY), (1, "out", os.O_WRONLY), (2, "err", os.O_WRONLY)):
        mode = flags | (os.O_CREAT | os.O_TRUNC if number else 0)
        os.dup2(os.open(folder / name, mode, 0o644), number)
    for number, stream in enumerate(("stdin", "stdout", "stderr")):
        setattr(sys, stream, open(number, "w" if number else "r", encoding="utf-8", closefd=False))
    os.environ.update(ONE_THREAD)
    sys.dont_write_bytecode = False  # what a project's commands import is compiled by the first of them
    if "jax" in sys.modules:  # half the time to compile, and the same results
        os.environ["XLA_FLAGS"] = "--xla_cpu_use_fusion_emitters=false"
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(1)
    os.chdir(project)
    sys.path.insert(0, str(project))
    code = 0
    try:
        if words[0] == "-c":
            sys.argv = ["-c", *words[2:]]
            exec(compile(words[1], "<string>", "exec"), {"__name__": "__main__"})
        else:
            sys.argv = list(words)
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
