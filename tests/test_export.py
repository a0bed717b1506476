"""`hackgen export`: a project that a real tool makes of it is, byte for byte, what `hackgen new` writes."""

import json
import random
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import jinja2
import pytest
import yaml
from conftest import contents, refused
from cookiecutter.exceptions import FailedHookException
from hackgen.living.export import REFUSED, TOOLS, _template, export
from hackgen.making.answers import from_toml
from hackgen.making.choice import Answers, choices, choose
from hackgen.making.compose import planned
from hackgen.making.write import write
from lived import committed, git
from projects import run

SHAPES = {"default": None, "minimal": ()}
ASKED = [
    {"title": "Image classification", "author": "", "event": ""},
    {"title": "Größe & 大小: #1, (50 %) … ﾃｽﾄ？", "author": "Ada_B *x* <a@b.c>", "event": ""},
    {"title": "Random", "author": "", "event": "हिन्दी Hack/Night ~ $5 | 2026!"},
    {"title": "Ａé中-_-İzmir  x" * 9, "author": "O. Ø. Ñandú", "event": "B [2] = c"},
]
WRONG = ["", " x", "x ", "- a", "1. a", "12) a", "x\u200bx", "a\tb", "{{ 7*7 }}", "it's"]
WRONG += [*'"q" a\\b a`b a}b x² ①'.split()]
OWN_FILES = {".hackgen.toml", ".copier-answers.yml"}


def exported(folder: Path, to: str, **answers: object) -> Path:
    write(export(Answers(**answers), to), folder)
    return folder


def made(template: Path, folder: Path, to: str, asked: dict[str, str]) -> Path:
    """A project that the real tool makes without asking, and without --trust."""
    if to == "copier":
        import copier

        copier.run_copy(str(template), folder, data=asked, defaults=True, quiet=True, settings=copier.Settings())
        return folder
    from cookiecutter.main import cookiecutter

    given = {"no_input": True, "extra_context": asked, "output_dir": str(folder), "default_config": True}
    return Path(cookiecutter(str(template), **given))


def rendered(files: dict[str, bytes], to: str, asked: dict[str, str]) -> dict[str, bytes]:
    """What the tool makes of a template, by Jinja alone, which is faster than the tool."""
    rules = jinja2.Environment(undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    if to == "copier":
        questions = yaml.safe_load(files["copier.yml"])
        known = {name: one.get("default") for name, one in questions.items() if name[0] != "_"} | asked
        for name in ["slug", *(name for name in known if name.endswith("_in_markdown"))]:
            known[name] = rules.from_string(questions[name]["default"]).render(known)
        folder, within = "template/", known
        copied = [path for path in files if not path.endswith(".jinja")]
    else:
        known = json.loads(files["cookiecutter.json"]) | asked
        for name in (name for name in known if name.startswith("__") and name != "__prompts__"):
            known[name] = rules.from_string(known[name]).render(cookiecutter=known)
        folder, within = "{{ cookiecutter.__slug }}/", {"cookiecutter": known}
        copied = [folder + path for path in known["_copy_without_render"]]
    return {
        path.removeprefix(folder).removesuffix(".jinja"): text
        if path in copied
        else rules.from_string(text.decode()).render(within).encode()
        for path, text in files.items()
        if path.startswith(folder) and not path.startswith("template/{{")
    }


def same(files: dict[str, bytes], answers: Answers) -> None:
    """The files are those of `hackgen new`, apart from the files that hold the answers."""
    wanted = planned(answers)
    assert files.keys() - OWN_FILES == wanted.keys() - OWN_FILES
    assert [path for path in wanted.keys() - OWN_FILES if files[path] != wanted[path]] == []


@pytest.mark.slow
@pytest.mark.parametrize("to", TOOLS)
@pytest.mark.parametrize("shape", SHAPES)
def test_the_real_tool_makes_what_hackgen_new_writes(tmp_path, to, shape):
    template = exported(tmp_path / "template", to, task="image-classification", extras=SHAPES[shape])
    extras = tuple(part.name for part in choose(Answers(extras=SHAPES[shape])).extras)
    for number, asked in enumerate(ASKED):
        project = made(template, tmp_path / str(number), to, asked)
        answers = Answers(task="image-classification", extras=extras, **asked)
        same(contents(project), answers)
        kept = from_toml(project / ".hackgen.toml")
        assert {name: getattr(kept, name) for name in asked} == asked and kept.extras == extras
        assert f'exported = "{to}"' in (project / ".hackgen.toml").read_text(encoding="utf-8")


@pytest.mark.slow
def test_every_choice_can_be_exported():
    """Also several models at once; with Jinja alone, in turn for either tool and shape."""
    found = [Answers(c.task.name, c.framework.name, c.backend, (c.models[0].name,)) for c in choices()]
    several = [replace(a, models=()) for a in found if a.models == (choose(replace(a, models=())).models[0].name,)]
    for answers in several:
        models = tuple(a.models[0] for a in found if replace(a, models=()) == answers)
        found += [replace(answers, models=models)] if len(models) > 1 else []
    found += [replace(answers, lang="zh") for answers in several[:3]]
    assert len(found) > 40
    for number, answers in enumerate(found):
        to, asked = TOOLS[number % 2], ASKED[number // 2 % len(ASKED)]
        answers = replace(answers, extras=() if number // 4 % 2 else choose(answers).extras and None)
        extras = tuple(part.name for part in choose(answers).extras)
        same(rendered(export(answers, to), to, asked), replace(answers, extras=extras, **asked))


def test_titles_of_all_scripts_give_equal_bytes():
    allowed = [c for c in map(chr, range(0x20, 0x11000)) if not re.search(REFUSED, f"x{c}x")]
    assert len(allowed) > 60_000
    for text in ("{{ 7 * 7 }}", "{% if %}", "{# no #}"):
        assert jinja2.Template(_template(text, {}, "copier")).render() == text
    chance = random.Random(0)
    files = {to: export(Answers(extras=()), to) for to in TOOLS}
    for _ in range(20):
        title = "x" + "".join(chance.choice(allowed) + chance.choice(("", "b", " ")) for _ in range(40)) + "x"
        for to in TOOLS:
            asked = {"title": title, "author": title, "event": title}
            same(rendered(files[to], to, asked), Answers(extras=(), **asked))


def test_a_name_in_pyproject_is_the_same_for_each_character():
    """All that fold and are not refused; many in a title of words that hold one each."""
    from hackgen.making.facts import _slug

    questions = yaml.safe_load(export(Answers(), "copier")["copier.yml"])
    slug = jinja2.Environment().from_string(questions["slug"]["default"])
    known = {name: questions[name]["default"] for name in ("look_alikes", "reserved")}
    allowed = [c for c in map(chr, range(0x80, 0x20000)) if not re.search(REFUSED, f"x{c}x")]
    odd = [c for c in allowed if _slug(f"a{c}b", set()) != "ab"]
    assert 250 < len(odd) < 1200
    parts = ["b".join(odd[at : at + 20]) for at in range(0, len(odd), 20)]
    for title in [*parts, *"é中-", "-中 a", "é" * 60, "a -" * 30, "random", "torch"]:
        assert slug.render(title=title, **known) == _slug(title, {"torch", "numpy"}), title
    assert slug.render(title="Torch", **known) == "torch-project"


@pytest.mark.slow
@pytest.mark.parametrize("to", TOOLS)
def test_other_answers_are_refused_and_nothing_is_left(tmp_path, to, capfd):
    template = exported(tmp_path / "template", to, extras=())
    for number, title in enumerate(WRONG):
        with pytest.raises((ValueError, FailedHookException, SystemError)) as caught:
            made(template, tmp_path / f"out{number}", to, {"title": title})
            assert to == "cookiecutter" and title == "{{ 7*7 }}"  # became 49 before anything could look
            raise SystemError
        assert caught.type is SystemError or not list((tmp_path / f"out{number}").glob("**/*.py"))
    for knob, value in {"epochs": "-1", "learning_rate": "0", "batch_size": "many", "seed": "1.5"}.items():
        with pytest.raises((ValueError, FailedHookException)):
            made(template, tmp_path / f"out-{knob}", to, {knob: value})
    assert "no number that can be used" in capfd.readouterr().err or to == "copier"


@pytest.mark.parametrize("to", TOOLS)
def test_knobs_are_asked_and_change_one_line_each(tmp_path, to):
    template = exported(tmp_path / "template", to, extras=(), models=("cnn",))
    given = {"seed": "3", "epochs": "7", "batch_size": "64", "learning_rate": "1e-3"}
    lines = (made(template, tmp_path / "out", to, given) / "config.py").read_text(encoding="utf-8").splitlines()
    before = planned(Answers(extras=(), models=("cnn",)))["config.py"].decode().splitlines()
    changed = [new.partition("  #")[0].strip() for new, old in zip(lines, before, strict=True) if new != old]
    assert changed == ["seed: int = 3", "epochs: int = 7", "batch_size: int = 64", "learning_rate: float = 0.001"]
    assert " = 0.001 " in [line for line in lines if "learning_rate: float" in line][-1]  # the model's own


def test_no_project_ignores_a_file_of_its_own(tmp_path):
    every = [planned(Answers(c.task.name, c.framework.name, c.backend, (c.models[0].name,))) for c in choices()]
    (tmp_path / ".gitignore").write_bytes(b"".join({files[".gitignore"] for files in every}))
    git(tmp_path, "init", "-q")
    paths = "\n".join(sorted({path for files in every for path in files}))
    command = ["git", "check-ignore", "--no-index", "--stdin"]
    assert subprocess.run(command, cwd=tmp_path, input=paths, capture_output=True, encoding="utf-8").stdout == ""


@pytest.mark.slow
@pytest.mark.parametrize("to", TOOLS)
def test_a_template_survives_git_passes_its_own_test_and_copier_updates_from_it(tmp_path, to):
    template, project = exported(tmp_path / "template", to), tmp_path / "project"
    git(committed(template), "tag", "v1")
    git(tmp_path, "clone", "-q", "template", "clone")
    assert contents(tmp_path / "clone") == contents(template)
    assert len(contents(template)) <= len(planned(Answers())) + 5
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"]
    done = subprocess.run(command, cwd=tmp_path / "clone", capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout
    if to == "cookiecutter":  # which updates no project
        return
    import copier

    made(template, project, "copier", {"title": "Ours", "author": "Ada"})
    (project / "train.py").write_text("# mine\n" + (project / "train.py").read_text(encoding="utf-8"), encoding="utf-8")
    committed(project)
    start = template / "template" / "README.md.jinja"
    start.write_text(start.read_text(encoding="utf-8") + "\nAsk {{ author }}.\n", encoding="utf-8")
    git(committed(template), "tag", "v2")
    copier.run_update(project, defaults=True, overwrite=True, quiet=True, settings=copier.Settings())
    assert (project / "README.md").read_text(encoding="utf-8").endswith("\nAsk Ada.\n")
    assert (project / "train.py").read_text(encoding="utf-8").startswith("# mine\n")
    assert not list(project.rglob("*.rej")) and "_commit: v2" in (project / ".copier-answers.yml").read_text()


@pytest.mark.slow
@pytest.mark.parametrize("to", TOOLS)
def test_hackgens_commands_work_on_a_project_of_a_template(tmp_path, hackgen, to):
    template = exported(tmp_path / "template", to, task="tabular-classification")
    project = made(template, tmp_path / "out", to, {"title": "Flowers", "epochs": "3"})
    trained = "train.py --out a", "train.py --out b --seed 1"
    for words in (*trained, "evaluate.py runs/a --publish", "evaluate.py runs/b"):
        run(project, *words.split()).ok()
    refused(hackgen("update", str(project)), 1, {"copier": "copier update", "cookiecutter": "updates no project"}[to])
    compared = hackgen("compare", str(project))
    assert compared.returncode == 0 and re.search("^ *b ", compared.stdout, re.MULTILINE), compared.stderr
    assert hackgen("cards", str(project)).returncode == 0
    hackgen("checklist", str(project))
    assert "[x]" in (project / "PRESENTATION.md").read_text(encoding="utf-8")


def test_wrong_words_are_one_line_and_write_nothing(hackgen):
    refused(hackgen("export", "x", "--to", "cookie"), 2, "cookie", "copier")
    refused(hackgen("export", "x", "--to", "copier", "--model", "cnnn"), 2, "cnnn")
    refused(hackgen("export", "x"), 2, "--to")
    (hackgen.work / "full").mkdir()
    (hackgen.work / "full" / "mine.txt").write_text("mine")
    refused(hackgen("export", "full", "--to", "copier"), 1, "mine.txt")
    assert [path.name for path in hackgen.work.rglob("*")] == ["full", "mine.txt"]
    done = hackgen("export", "t", "--to", "copier", "--minimal")
    assert done.returncode == 0 and done.stdout.splitlines()[-1] == "  copier copy . ../my-project"
