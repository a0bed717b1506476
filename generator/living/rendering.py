"""Renders somebody's template: a process of its own, as a template can bring code. `python rendering.py JOB.json`

It imports nothing of hackgen, and writes nowhere but into the folder that the job names; what it did is told in TOLD.
"""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
CREATES = {"os.mkdir": 0, "os.rename": 1, "os.link": 1, "os.symlink": 1}  # where in what Python tells the new path is


def guard(within: str) -> Callable[[str, tuple], None]:
    """What refuses to create anything outside a folder: an answer such as `../../x` must not choose where files go."""

    def refuse(event: str, told: tuple) -> None:
        if event in CREATES:
            path = told[CREATES[event]]
        elif event == "open" and told[2] & WRITES:
            path = told[0]
        else:
            return
        if isinstance(path, (str, bytes, os.PathLike)):
            place = os.path.realpath(os.fsdecode(path))
            if not place.startswith((within + os.sep, "/dev/")) and place != os.path.realpath(os.devnull):
                raise PermissionError(f"it would write outside its folder: {place}")

    return refuse


def by_copier(job: dict[str, Any]) -> dict[str, Any]:
    from copier import Settings, run_copy

    done = run_copy(
        job["source"],
        job["out"],
        data=job["answers"],
        vcs_ref=job["ref"],
        settings=Settings(),  # else a list on this machine decides what is trusted
        defaults=not job["ask"],
        unsafe=job["trust"],
        quiet=True,
    )
    return {"project": job["out"], "questions": list(done.template.questions_data)}


def by_cookiecutter(job: dict[str, Any]) -> dict[str, Any]:
    from cookiecutter.main import cookiecutter

    top = Path(job["folder"]) / "cookiecutter.json"
    questions = json.loads(top.read_text(encoding="utf-8"))
    several = questions.get("templates", {})  # which are templates themselves
    chosen = job["answers"].pop("templates", None)
    if chosen is not None and chosen not in several:
        raise ValueError(f'no template "{chosen}" in it; there is: {", ".join(several) or "only one"}')
    project = cookiecutter(
        job["folder"],
        no_input=not job["ask"],
        extra_context=job["answers"],
        output_dir=job["out"],
        default_config=True,
        directory=several[chosen]["path"] if chosen else None,
    )
    for one in several.values():
        questions |= json.loads((top.parent / one["path"] / "cookiecutter.json").read_text(encoding="utf-8"))
    return {"project": project, "questions": [name for name in questions if not name.startswith("_")]}


def main() -> None:
    job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [place for place in sys.path if place != here]  # its modules are not meant
    sys.addaudithook(guard(job["within"]))
    try:
        told = {"copier": by_copier, "cookiecutter": by_cookiecutter}[job["kind"]](job)
    except Exception as error:
        place = f" ({error.name}, line {error.lineno})" if getattr(error, "translated", False) else ""  # Jinja's
        place = " (cookiecutter.json)" if isinstance(error, json.JSONDecodeError) else place
        cause = f": {error.__cause__}" if type(error).__name__ == "InvalidConfigFileError" else ""
        told = {"failed": f"{error}{place}{cause}", "error": type(error).__name__}
    Path(job["told"]).write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    main()
