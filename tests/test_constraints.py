"""Versions that were tested: each project names them for all that it depends on, and its workflow is pinned too."""

import re
from pathlib import Path

from hackgen.making.choice import Answers, choices, settled
from hackgen.making.compose import plan, planned
from hackgen.making.extras import extras
from hackgen.parts import TEMPLATES, tomllib
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

EXTRAS = tuple(part.name for part in extras(TEMPLATES))


def test_every_dependency_of_every_project_has_a_tested_version_within_its_bounds() -> None:
    seen = {"duckdb", "gradio"}  # of the reader of own data in Parquet, and of a page that not every task has
    for choice in choices():
        names = {"task": choice.task.name, "framework": choice.framework.name, "models": (choice.models[0].name,)}
        files = planned(Answers(title="A test", backend=choice.backend, extras=EXTRAS, **names))
        project = tomllib.loads(files["pyproject.toml"].decode())["project"]
        groups = project["optional-dependencies"].values()
        lines = [*project["dependencies"], *(line for group in groups for line in group)]
        needed = {canonicalize_name(one.name): one for one in map(Requirement, lines)}
        head, *rest = files["constraints.txt"].decode().splitlines()
        tested = {canonicalize_name(one.name): one for one in map(Requirement, rest)}
        assert head.startswith("#") and len(tested) == len(rest) and list(tested) == sorted(tested)
        assert tested.keys() == needed.keys(), choice.label
        for name, one in tested.items():
            assert re.fullmatch(r"==[\d.]+", str(one.specifier)) and not one.url and not one.extras
            assert needed[name].specifier.contains(str(one.specifier)[2:]), f"{choice.label}: {one}"
        seen |= tested.keys()
    known = tomllib.loads((TEMPLATES / "constraints.toml").read_text(encoding="utf-8"))["versions"]
    assert seen == known.keys()


def test_the_workflow_and_the_page_use_them_and_actions_are_commits() -> None:
    choice = choices()[0]
    files = plan(choice, settled(Answers(title="A test"), choice))
    workflow = files[".github/workflows/ci.yml"].decode()
    own = (Path(__file__).parent.parent / ".github/workflows/ci.yml").read_text(encoding="utf-8")
    for text in (workflow, own):
        used = re.findall(r"uses: (.+)", text)
        assert used and all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}  # v[\d.]+", line) for line in used)
    assert '".[dev]" -c constraints.txt' in workflow
    assert "pip install -e . -c constraints.txt" in files["README.md"].decode()
