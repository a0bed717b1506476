"""examples/ holds generated projects byte for byte; pytest's switch `--refresh-examples` rewrites them."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import contents
from hackgen.making.answers import from_toml
from hackgen.making.choice import Answers, Choice, choices, choose, settled, title_from
from hackgen.making.compose import lay, plan, planned
from hackgen.making.extras import extras
from hackgen.making.language import languages
from hackgen.parts import TEMPLATES

EXAMPLES = Path(__file__).parents[1] / "examples"


SIDE_BY_SIDE = "image-classification"


def wanted() -> dict[str, Choice]:
    """What `hackgen new` writes for each task, with the model that it starts with: small enough to be read in one go.

    Frameworks other than PyTorch show one and the same project, to be laid side by side.
    """
    found: dict[str, Choice] = {}
    for choice in choices():
        task, framework = choice.task.name, choice.framework.name
        name = task if framework == "pytorch" else f"{task}-{framework}"
        if framework == "pytorch" or task == SIDE_BY_SIDE:
            found.setdefault(name, choose(Answers(task=task, framework=framework)))
    return found


WANTED = wanted()
UNCOPIED = {"assignment.toml", "part.toml", "README.md", "facts.toml", "facts.py", "prompts.toml"}
OWN = "own-data"  # made from the data that lie in it


def project(name: str) -> dict[str, bytes]:
    if name == OWN:
        return planned(Answers(data=str(EXAMPLES / OWN / "data" / "harvest.csv"), title=title_from(OWN), author=""))
    choice = WANTED[name]
    answers = Answers(choice.task.name, choice.framework.name, choice.backend, title=title_from(name))
    return plan(choice, settled(answers, choice))


def refresh(name: str) -> None:
    files = project(name)
    shutil.rmtree(EXAMPLES / name, ignore_errors=True)
    for path, content in files.items():
        (EXAMPLES / name / path).parent.mkdir(parents=True, exist_ok=True)
        (EXAMPLES / name / path).write_bytes(content)


@pytest.mark.parametrize("name", [*WANTED, OWN])
def test_an_example_is_what_hackgen_writes_today(name, request):
    if request.config.getoption("--refresh-examples"):
        refresh(name)
    recorded = EXAMPLES / name / ".hackgen.toml"
    assert recorded.exists(), "python -m pytest tests/test_examples.py --refresh-examples writes it"
    answers = from_toml(recorded)
    today, golden = planned(answers), contents(EXAMPLES / name)
    assert sorted(golden) == sorted(today), "refresh with --refresh-examples and review the difference"
    for path in golden:
        assert golden[path] == today[path], f"{name}/{path}: refresh with --refresh-examples and review the difference"


def test_there_are_no_other_examples(request):
    there = {path.name for path in EXAMPLES.iterdir() if path.is_dir()} - {OWN}
    if request.config.getoption("--refresh-examples"):
        for name in there - set(WANTED):
            shutil.rmtree(EXAMPLES / name)
            there.discard(name)
    assert there == set(WANTED)


def test_each_template_file_is_in_a_project():
    """With all extras, whatever they ask for, in every language."""
    every = tuple(extras(TEMPLATES))
    options = tuple(folder for part in every for folder in part.folder.glob("*/*") if folder.is_dir())
    full = [replace(c, extras=every, options=options, lang=code) for c in choices() for code in languages(TEMPLATES)]
    full += [replace(c, large=True, format="csv") for c in full]
    layers = {(layer, choice.framework.models_from) for choice in full for layer in choice.laid}
    laid = [source for layer, framework in layers for sources in lay([layer], framework).values() for source in sources]
    used = {source.relative_to(TEMPLATES).as_posix() for source in laid}
    every = {path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*") if path.is_file()}
    inside = {path for path in every if "/" in path and "__pycache__" not in path}
    copied = {path for path in inside if Path(path).name not in UNCOPIED and not path.startswith("course/")}
    own = {
        path for path in copied if re.match(r"(lang/\w+/)?(own|readers)/", path)
    }  # OWN has the one, test_tables.py the other
    assert copied - used - own == set(), "a part that no choice uses"


def test_no_two_files_of_a_project_differ_by_case_alone_or_break_a_rule_of_windows():
    reserved = {"con", "prn", "aux", "nul"}
    for name in WANTED:
        paths = list(project(name))
        assert len({path.casefold() for path in paths}) == len(paths)
        for path in paths:
            assert not set(path) & set('<>:"\\|?*') and len(path) < 100
            assert not {part.split(".")[0].lower() for part in path.split("/")} & reserved


def test_no_generated_file_holds_carriage_returns_or_lacks_a_last_newline():
    for name in WANTED:
        for path, content in project(name).items():
            if not path.startswith("data/") and b"\0" not in content:
                assert b"\r" not in content and (not content or content.endswith(b"\n")), f"{name}/{path}"
