"""Extras: which are laid in, what each brings, and that nothing of one that is left out stays behind."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import SMALL, contents, refused
from hackgen.errors import Misuse, Problem
from hackgen.making import extras
from hackgen.making.answers import checked, from_toml, people
from hackgen.making.choice import Answers, choices, choose, settled
from hackgen.making.compose import plan, planned
from hackgen.making.language import languages
from hackgen.making.write import write
from hackgen.parts import TEMPLATES

EXTRAS = SMALL | {
    "base/pyproject.toml.j2": "{{ dependencies | toml }}\n{{ groups['plan'] | default([]) | toml }}\n",
    "tasks/toys/part.toml": 'uses = ["blocks"]\n' + SMALL["tasks/toys/part.toml"],
    "shared/blocks/part.toml": "",
    "shared/ranking/part.toml": 'dependencies = ["tomli>=2"]\n',
    "shared/ranking/ranking.py": "ranking\n",
    "extras/compare/part.toml": 'title = "Compare"\nlaid_in = "always"\n',
    "extras/compare/base/compare.py": "compare\n",
    "extras/compare/with/plan/both.py": "both\n",
    "extras/plan/part.toml": (
        'title = "Plan"\nlaid_in = "event"\ndependencies = ["gradio>=5"]\nuses = ["ranking"]\n'
        '[asks]\nhours = 24\nteam = []\nstart = ""\n'
    ),
    "extras/plan/base/PLAN.md.j2": "{{ hours }} {{ team | join('+') }} {{ start }} {{ sleep }} {{ calm }}\n",
    "extras/plan/base/facts.toml": "sleep = 0\ncalm = true\n",
    "extras/plan/base/README.d/45-plan.md": "A plan.\n",
    "extras/plan/base/dot_gitignore": "plans/\n",
    "extras/plan/base/strings.toml": 'late = "late by {hours}"\nsoon = "soon"\n',
    "extras/plan/inputs/toy/toy.py": "toy\n",
    "extras/plan/inputs/tokens/tokens.py": "tokens\n",
    "extras/plan/targets/class/class.py": "class\n",
    "extras/plan/with/blocks/used.py": "of a shared part that the task uses\n",
    "extras/plan/with/ranking/unused.py": "of one that only extras use\n",
    "extras/plan/hours/24/facts.toml": "sleep = 2\n",
    "extras/plan/hours/168/facts.toml": "sleep = 56\n",
    "extras/slides/part.toml": 'title = "Slides"\nlaid_in = "event"\nneeds = ["compare"]\n[asks]\nteam = []\n',
    "extras/slides/base/slides.py": "slides\n",
    "extras/slides/base/strings.toml": 'soon = "very soon"\n',
}


@pytest.fixture
def root(tree) -> Path:
    return tree(EXTRAS)


def composed(root: Path, **given: object) -> dict[str, str]:
    answers = checked(Answers(task="toys", **given))
    choice = choose(answers, root)
    return {path: content.decode() for path, content in plan(choice, settled(answers, choice)).items()}


CORE = {".gitignore", ".hackgen.toml", "README.md", "config.py", "data.py", "loss.py", "models/mlp.py", "train.py"}
CORE |= {"pyproject.toml"}


def test_without_an_event_only_what_is_always_laid_in(root):
    assert set(composed(root)) == CORE | {"compare.py"}


def test_an_event_lays_in_all_with_their_layers(root):
    files = composed(root, event="E")
    brought = {"compare.py", "both.py", "slides.py", "PLAN.md", "toy.py", "class.py", "strings.toml", "ranking.py"}
    assert set(files) == CORE | brought | {"used.py"}
    assert files["README.md"] == "# Toys\n\nA plan.\n\nLayers.\n\nThe end.\n"
    assert files[".gitignore"].endswith("toys/\nplans/\n")


def test_what_is_left_out_leaves_nothing_behind(root):
    minimal = composed(root, event="E", extras=())
    assert set(minimal) == CORE
    recorded = minimal.pop(".hackgen.toml")
    assert "extras = []" in recorded and "hours" not in recorded and "team" not in recorded
    assert not [path for path, text in minimal.items() if "plan" in text or "gradio" in text or "tomli" in text]


def test_an_extras_dependencies_are_a_group_and_what_extras_share_is_no_group(root):
    core, group = composed(root, event="E")["pyproject.toml"].splitlines()
    assert (core, group) == ('["numpy>=2", "pandas>=2", "tomli>=2", "torch>=2"]', '["gradio>=5"]')


def test_strings_are_joined_key_by_key(root):
    assert composed(root, event="E")["strings.toml"] == 'late = "late by {hours}"\nsoon = "very soon"\n'


def test_an_answer_chooses_a_folder_and_facts_of_later_layers_win(root):
    assert composed(root, event="E")["PLAN.md"] == "24   2 True\n"
    files = composed(root, event="E", hours=168, team=("Ada", "Bo"), start="2026-11-22T8:05")
    assert files["PLAN.md"] == "168 Ada+Bo 2026-11-22 08:05 56 True\n"
    with pytest.raises(Misuse, match="no hours 30 for the extra plan; there is: 24, 168"):
        composed(root, event="E", hours=30)


def test_a_fact_that_every_project_has_is_not_replaced(tree):
    with pytest.raises(Problem, match='bring a fact "title"'):
        composed(tree(EXTRAS | {"extras/compare/base/facts.toml": 'title = "x"\n'}))


def test_what_no_extra_asks_for_is_not_recorded(root):
    recorded = composed(root, hours=24, team=("Ada",), start="2026-11-22 18:00")[".hackgen.toml"]
    assert 'extras = ["compare"]' in recorded and "hours" not in recorded and "Ada" not in recorded


@pytest.mark.parametrize(
    ("base", "adding", "leaving", "names"),
    [
        (("compare",), "plan", "", ("compare", "plan")),
        (("compare",), " slides, plan ", "", ("compare", "plan", "slides")),
        ((), "slides", "", ("compare", "slides")),
        (("compare", "plan"), "", "plan", ("compare",)),
        (("compare",), "", "slides", ("compare",)),
        (("compare", "plan", "slides"), "", "compare", ("plan",)),
    ],
)
def test_with_and_without_bring_and_take_what_is_needed(root, base, adding, leaving, names):
    found, notes = extras.resolve(base, adding, leaving, root)
    assert found == names
    assert notes == (["slides is left out too: it needs compare"] if leaving == "compare" else [])


@pytest.mark.parametrize(
    ("adding", "leaving", "line"),
    [
        ("plam", "", '--with: no extra "plam"; did you mean "plan"'),
        ("", "x", '--without: no extra "x"; there is: compare, plan, slides'),
        ("plan", "plan", "--with and --without both name plan"),
        ("slides", "compare", "slides needs compare, which --without leaves out"),
    ],
)
def test_extras_that_cannot_be_are_refused(root, adding, leaving, line):
    with pytest.raises(Misuse, match=line):
        extras.resolve((), adding, leaving, root)


def test_recorded_extras_are_checked_too(root):
    with pytest.raises(Misuse, match="the extra slides needs compare"):
        choose(Answers(extras=("slides",)), root)
    with pytest.raises(Misuse, match='no extra "nope"'):
        choose(Answers(extras=("nope",)), root)


def test_an_extra_that_has_nothing_for_a_kind_of_task_is_left_out_or_refused(tree):
    other = {"extras/compare/part.toml": EXTRAS["extras/compare/part.toml"] + 'kinds = ["image-to-class"]\n'}
    root = tree({path: text for path, text in EXTRAS.items() if "slides" not in path} | other)
    assert "compare.py" not in composed(root) and "PLAN.md" in composed(root, event="E")
    with pytest.raises(Misuse, match="compare has nothing for toy-to-class yet; leave it out"):
        composed(root, extras=("compare",))


def test_a_flag_of_an_extra_that_is_not_there_is_refused(root):
    present = choose(Answers(), root).extras
    with pytest.raises(Misuse, match="--hours is for the extra plan; add --event NAME or --with plan"):
        extras.unasked({"hours": 24}, present, root)
    extras.unasked({"hours": 24}, choose(Answers(event="E"), root).extras, root)


@pytest.mark.parametrize(
    ("typed", "names"),
    [("Ada, Grace", ("Ada", "Grace")), ("王芳，李娜、Bo", ("王芳", "李娜", "Bo")), (" , ", ()), ("A B", ("A B",))],
)
def test_names_with_commas_between(typed, names):
    assert people(typed) == names


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"team": ("A\nB",)}, "a name of the team must be one line of text"),
        ({"team": tuple("ABCDEFG")}, "a team has at most 6 names here; there are 7"),
        ({"team": ("A", "A ")}, "an empty name or one twice"),
        ({"team": (" ",)}, "an empty name or one twice"),
        ({"start": "tomorrow"}, 'the start must be a local time such as 2026-11-22 18:00, not "tomorrow"'),
        ({"start": "2026-11-22"}, "the start must be a local time"),
        ({"start": "2026-02-30 10:00"}, "the start must be a local time"),
        ({"start": "9999-12-31 23:00"}, "the start must be a local time"),
        ({"start": "2026-11-22T18:00+01:00"}, "the start must be a local time"),
        ({"start": "2026-11-22 18:00\n"}, "the start must be one line of text"),
    ],
)
def test_team_and_start_are_checked(given, line):
    with pytest.raises(Misuse, match=line) as refusal:
        checked(Answers(**given))
    assert str(refusal.value).isprintable()


def test_every_card_is_complete_and_names_extras_and_shared_parts_that_there_are():
    every = {part.name for part in extras.extras(TEMPLATES)}
    kinds = {choice.task["kind"].partition("-to-")[::2] for choice in choices()}
    for part in extras.extras(TEMPLATES):
        assert part.title != part.name and part.summary and part["laid_in"] in {"always", "event"}
        assert set(part.card.get("needs", [])) <= every
        assert all((TEMPLATES / "shared" / name / "part.toml").is_file() for name in part.card.get("uses", []))
        assert set(part.card.get("asks", {})) <= {"hours", "team", "start", "rubric"}
        known = {"base", *part.card.get("asks", {}), "inputs", "targets", "with"}
        assert {folder.name for folder in part.folder.iterdir() if folder.is_dir()} - {"__pycache__"} <= known
        assert {folder.name for folder in (part.folder / "inputs").glob("*")} <= {source for source, _ in kinds}
        assert set(part.card.get("kinds", [])) <= {"-to-".join(kind) for kind in kinds}
        assert {folder.name for folder in (part.folder / "targets").glob("*")} <= {target for _, target in kinds}


def test_the_core_never_mentions_an_extra():
    commands = [how.format(part.name) for part in extras.extras(TEMPLATES) for how in ("{}.py", "hackgen {}")]
    commands += ["KICKOFF.md", "hackgen status", "deck.toml"]
    for folder in ("base", "tasks", "frameworks", "models", "own", "readers"):
        for path in (TEMPLATES / folder).rglob("*"):
            if path.suffix in {".py", ".md", ".j2", ".toml"}:
                text = path.read_text(encoding="utf-8")
                assert not [name for name in commands if name in text], path


def test_projects_with_all_extras_are_lint_and_format_clean(tmp_path):
    for number, name in enumerate(sorted({choice.task.name for choice in choices()})):
        answers = Answers(task=name, title="T", event="E", team=("Ada",), lang=languages(TEMPLATES)[number % 2])
        write(planned(answers), tmp_path / name)
    for words in (["check"], ["format", "--check"]):
        command = [sys.executable, "-m", "ruff", *words, "--no-cache", str(tmp_path)]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("lang", languages(TEMPLATES))
def test_an_event_project_asks_for_at_most_twenty_texts(tmp_path, lang):
    table = tmp_path / "own.csv"
    table.write_text("size,colour\n" + "1,red\n2,blue\n3,red\n" * 20, encoding="utf-8")
    about = {"title": "T", "event": "E", "author": "", "lang": lang}
    every = [Answers(task=name, **about) for name in sorted({choice.task.name for choice in choices()})]
    for answers in [*every, Answers(data=str(table), **about)]:
        files = planned(answers)
        pages = "".join(content.decode() for path, content in files.items() if path.endswith(".md"))
        story = files["deck.toml"].decode().partition("[problem]")
        told = story[0].partition("title =")[2] + story[2]
        blanks = len(re.findall(r"\*write this|\*待填写", pages)) + len(re.findall(r'"Write:|"请写：', told))
        assert 10 < blanks <= 20, answers


# Through the command


def test_new_says_what_it_left_out(hackgen):
    done = hackgen("new", "x", "--no-git")
    left_out = extras.absent(choose(Answers()).extras, "image-to-class", TEMPLATES)
    last = done.stdout.splitlines()[-1]
    assert done.returncode == 0 and (last.startswith(f"left out: {', '.join(left_out)}; --event NAME") or not left_out)
    assert "left out" not in hackgen("new", "y", "--no-git", "--event", "E").stdout
    assert "left out" not in hackgen("new", "z", "--no-git", "--minimal").stdout


def test_extras_are_recorded_and_the_same_answers_give_the_same_bytes(hackgen):
    every = [part.name for part in extras.extras(TEMPLATES)]
    for name, flags, expected in (
        ("all", ["--event", "E"], every),
        ("none", ["--event", "E", "--minimal"], []),
        ("few", [], list(extras.laid_in(False, "image-to-class", TEMPLATES))),
    ):
        assert hackgen("new", name, "--no-git", *flags).returncode == 0
        assert from_toml(hackgen.work / name / ".hackgen.toml").extras == tuple(expected)
        assert hackgen("new", f"{name}2", "--no-git", "--answers", f"{name}/.hackgen.toml").returncode == 0
        assert contents(hackgen.work / name) == contents(hackgen.work / f"{name}2")
    assert hackgen("new", "more", "--no-git", "--answers", "none/.hackgen.toml", "--event", "F").returncode == 0
    assert from_toml(hackgen.work / "more" / ".hackgen.toml").extras == tuple(every)


def test_help_names_what_the_folders_offer(hackgen):
    told = " ".join(hackgen("new", "--help").stdout.split())
    for part in extras.extras(TEMPLATES):
        for name in part.card.get("asks", {}):
            assert all(option in told for option in extras.options(part, name))


@pytest.mark.parametrize(
    ("flags", "mentioned"),
    [
        (["--with", "nonsense"], '--with: no extra "nonsense"'),
        (["--hours", "many"], "--hours"),
        (["--event", "E", "--start", "noon"], "the start must be a local time"),
        (["--event", "E", "--team", "A,B,C,D,E,F,G"], "at most 6 names"),
        (["--event", "E", "--team", "A,B\nC"], "a name of the team must be one line of text"),
        (["--lang", "klingon"], 'no language "klingon"'),
    ],
)
def test_bad_flags_get_one_line(hackgen, flags, mentioned):
    refused(hackgen("new", "x", *flags), 2, mentioned)
    assert not list(hackgen.work.iterdir())
