"""The kickoff: a plan that holds for every length, start and team, and a status that sees what is there."""

import json
import re
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hackgen.making import language
from hackgen.making.answers import checked
from hackgen.making.choice import Answers, choose, settled
from hackgen.making.compose import more_facts, plan
from hackgen.making.extras import options
from hackgen.making.facts import facts
from hackgen.parts import TEMPLATES, Part, read_toml, tomllib
from projects import generate, run

KICKOFF = Part(TEMPLATES / "extras" / "kickoff")
HOURS = [int(hours) for hours in options(KICKOFF, "hours")]
NAMES = ("Ada", "Bo", "Cy", "Di", "Eva", "Flo")
STARTS = ["", "2026-11-20 18:00", "2026-11-21 09:30", "2026-12-31 00:00", "2026-11-21 06:00", "2028-02-28 23:59"]


def known(**given: object) -> dict[str, Any]:
    """The facts that KICKOFF.md and plan.toml are rendered from."""
    answers = checked(Answers(event="E", **given))
    choice = choose(answers)
    return more_facts(choice.laid, facts(choice, settled(answers, choice)))


def written(**given: object) -> dict[str, str]:
    answers = checked(Answers(event="E", title="T", **given))
    choice = choose(answers)
    return {path: content.decode() for path, content in plan(choice, settled(answers, choice)).items() if path in PAGES}


PAGES = ("KICKOFF.md", "plan.toml", "rubric.toml", ".gitignore", "README.md")


def test_there_are_the_lengths_and_criteria_that_help_names():
    assert HOURS == [24, 36, 48, 168] and options(KICKOFF, "rubric") == ["datathon", "execution", "mlh", "modelling"]


@pytest.mark.parametrize("hours", HOURS)
@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("people", [0, 1, 2, 3, 6])
def test_the_plan_leaves_time_to_sleep_and_to_finish(hours, start, people):
    found = known(hours=hours, start=start, team=NAMES[:people])
    gates, sleeps = found["timed"], found["sleeps"]
    times = [gate["hours"] for gate in gates]
    assert len(gates) == 9 and times == sorted(times) and times[-1] < hours
    assert times[0] <= 3 and (hours - times[4]) / hours >= 0.2  # a fifth of the clock is left when scope freezes
    each = {tuple(role["id"] for role in person["roles"]): 0.0 for person in found["crew"]}
    for sleep in sleeps:
        assert 2 <= sleep["begin"] and sleep["end"] <= hours - 4 and sleep["who"]
        for person in sleep["who"]:
            each[tuple(role["id"] for role in person["roles"])] += sleep["hours"]
    assert all(each.values())  # everybody sleeps
    if len(each) > 1 and hours <= 48:  # and somebody is awake
        for one in sleeps:
            both = [other for other in sleeps if other["begin"] < one["end"] and one["begin"] < other["end"]]
            assert sum(len(sleep["who"]) for sleep in both) < len(each)


@pytest.mark.parametrize("people", range(7))
def test_every_role_has_somebody(people):
    crew = known(team=NAMES[:people])["crew"]
    taken = [role["id"] for person in crew for role in person["roles"]]
    assert {"data", "model", "demo", "story"} <= set(taken) and len(taken) == len(set(taken))
    assert [person["name"] for person in crew] == list(NAMES[:people] or [""] * 4)


def test_a_plan_with_a_start_has_dates_and_one_without_counts_hours():
    dated = written(hours=36, start="2026-11-20 18:00", team=("Ada", "Bo"))["KICKOFF.md"]
    assert "Fri 20 Nov 18:00 to Sun 22 Nov 06:00 local time" in dated
    assert "- **Sat 21 Nov 01:00 (H+7:00) Ugly, but from end to end**: data go in" in dated
    assert "- **Ada, Demo + Story**: " in dated and "- **Bo, Data + Model**: " in dated
    relative = written(hours=48)["KICKOFF.md"]
    assert "- **H+12:00 Ugly, but from end to end**: " in relative and not re.search(r"\bNov\b|\bSat\b", relative)


@pytest.mark.parametrize("hours", HOURS)
@pytest.mark.parametrize("start", STARTS[:2])
@pytest.mark.parametrize("team", [(), NAMES])
def test_the_page_is_read_in_minutes_and_asks_for_two_texts(hours, start, team):
    page = written(hours=hours, start=start, team=team)["KICKOFF.md"]
    assert len(page.split()) <= 1200 and page.count("*write this") == 2


def test_plan_and_page_say_the_same():
    pages = written(hours=24, start="2026-11-20 18:00")
    table = tomllib.loads(pages["plan.toml"])
    assert (table["hours"], table["start"]) == (24, "2026-11-20 18:00")
    for gate in table["gates"]:
        due = datetime(2026, 11, 20, 18) + timedelta(hours=gate["hours"])
        assert f"- **{due:%a} {due.day} {due:%b %H:%M} (H+" in pages["KICKOFF.md"] and gate["agreed"] is False
        assert f") {gate['title']}**: " in pages["KICKOFF.md"] and gate["people"] and gate["checks"]


def test_the_page_names_no_extra_that_is_not_there():
    alone = written(extras=("kickoff",))
    for page in alone.values():
        assert not re.search(r"demo\.py|slides\.py|checklist\.py|compare\.py|deck", page)


def test_the_wheels_are_those_of_all_groups_and_are_ignored():
    pages = written()
    groups = [*facts(choice := choose(answers := Answers(event="E")), settled(answers, choice))["groups"], "dev"]
    lines = re.findall(r"^    (py.*)$", pages["KICKOFF.md"], re.MULTILINE)
    assert len(lines) == 4 and all(f'".[{",".join(groups)}]"' in line for line in lines)
    assert sum("--no-index --find-links wheels" in line for line in lines) == 2
    assert "wheels/" in pages[".gitignore"].splitlines()
    assert "torch" in pages["KICKOFF.md"] and "torch" not in written(framework="jax")["KICKOFF.md"]


@pytest.mark.parametrize("preset", options(KICKOFF, "rubric"))
def test_each_preset_is_a_rubric(preset):
    table = tomllib.loads(written(rubric=preset)["rubric.toml"])
    assert table["confirmed"] is False and len(table["criteria"]) >= 4
    assert all(c["weight"] > 0 and c["asks"] and c["where"] == "" for c in table["criteria"])


@pytest.mark.parametrize("code", language.languages(TEMPLATES)[1:])
@pytest.mark.parametrize("preset", options(KICKOFF, "rubric"))
def test_a_translated_rubric_has_the_same_weights(code, preset):
    both = [tomllib.loads(written(lang=lang, rubric=preset)["rubric.toml"])["criteria"] for lang in ("en", code)]
    english, translated = both
    assert [c["weight"] for c in english] == [c["weight"] for c in translated]


@pytest.mark.parametrize("code", language.languages(TEMPLATES)[1:])
def test_a_translated_plan_has_the_same_gates(code):
    def shape(facts: dict[str, Any]) -> list[Any]:
        kinds = [
            (gate["id"], c["kind"], c.get("path"), c.get("extra")) for gate in facts["gates"] for c in gate["checks"]
        ]
        return [kinds, [(gate["id"], c.get("extra")) for gate in facts["gates"] for c in gate["people"]]]

    own = language.translation(KICKOFF.folder / "base", TEMPLATES, code) / "facts.toml"
    assert shape(read_toml(own)) == shape(read_toml(KICKOFF.folder / "base" / "facts.toml"))


@pytest.mark.parametrize("code", language.languages(TEMPLATES))
@pytest.mark.parametrize("start", STARTS[:2])
def test_the_blanks_of_the_page_are_those_that_status_looks_for(code, start):
    answers = Answers(event="E", lang=code, start=start)
    files = plan(choice := choose(answers), settled(answers, choice))
    blank = tomllib.loads(files["strings.toml"].decode())["status_blank"]
    assert files["KICKOFF.md"].decode().count(blank) == 2  # the sentence, and what is not built
    assert blank not in files["plan.toml"].decode()


# status.py


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    folder = generate(
        tmp_path_factory.mktemp("kickoff") / "p",
        task="tabular-classification",
        event="E",
        start="2026-11-20 18:00",
        hours=36,
    )
    git(folder, "init", "--quiet")
    return folder


def git(folder: Path, *words: str) -> None:
    person = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgSign=false"]
    subprocess.run(["git", *person, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def edited(project):
    """Change files of the project for one test: {path: text, or a function of the text; None removes it}."""
    kept: dict[Path, bytes | None] = {}

    def change(files: dict[str, Any]) -> None:
        for name, text in files.items():
            path = project / name
            kept.setdefault(path, path.read_bytes() if path.is_file() else None)
            if text is None:
                path.unlink()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            old = path.read_text(encoding="utf-8") if path.is_file() else ""
            path.write_text(text(old) if callable(text) else text, encoding="utf-8")

    yield change
    for path, content in kept.items():
        path.unlink(missing_ok=True)
        if content is not None:
            path.write_bytes(content)


def status(project: Path, now: str = "H+1") -> dict[str, Any]:
    return json.loads(run(project, "status.py", "--json", "--now", now).ok().out)


def check(project: Path, kind: str) -> bool:
    found = {c["passed"] for gate in status(project)["gates"] for c in gate["checks"] if c["kind"] == kind}
    assert len(found) == 1
    return found.pop()


def test_before_any_training_it_says_what_to_run_first(project):
    out = run(project, "status.py", "--now", "2026-11-20 18:30").ok().out
    assert "H+0:30 of 36:00, 35:30 left" in out and "2026-11-20 18:30 local time, the end is 2026-11-22 06:00" in out
    assert "Next: Kickoff done, 11-20 19:00 H+1:00, in 0:30" in out
    assert "Nothing is trained yet: python train.py" in out and "not confirmed" in out


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ("H+8", ["H+8:00 of 36:00", "late by 7:00", "late by 1:00", "in 4:00"]),
        ("H+8:15", ["H+8:15 of 36:00"]),
        ("2026-11-20 12:00", ["starts in 6:00, at 2026-11-20 18:00"]),
        ("2026-11-22T08:00", ["ended 2:00 ago"]),
    ],
)
def test_the_clock(project, now, words):
    out = run(project, "status.py", "--now", now).ok().out
    assert all(word in out for word in words), out


def test_a_plan_without_a_start_says_how_to_set_the_clock(project, edited):
    edited({"plan.toml": lambda text: text.replace('start = "2026-11-20 18:00"', 'start = ""')})
    out = run(project, "status.py").ok().out
    assert "The clock is not set" in out and "Next: Kickoff done, H+1:00, open" in out
    assert "late by 7:00" in run(project, "status.py", "--now", "H+8").ok().out


def test_a_gate_is_passed_when_its_checks_hold_and_people_agree(project, edited):
    assert status(project)["next"] == "kickoff"
    edited(
        {
            "KICKOFF.md": lambda text: text.replace("*write this", "a word"),
            "rubric.toml": lambda text: text.replace("confirmed = false", "confirmed = true"),
        }
    )
    found = status(project)
    assert all(check["passed"] for check in found["gates"][0]["checks"]) and found["next"] == "kickoff"
    edited({"plan.toml": lambda text: text.replace("agreed = false", "agreed = true", 1)})
    found = status(project)
    assert (found["gates"][0]["state"], found["next"]) == ("passed", "skeleton")


def a_run(valid: float, smoke: bool = False, **more: object) -> dict[str, str]:
    facts = {"task": "tabular-classification", "framework": "pytorch", "model": "mlp", "smoke": smoke, "split_seed": 0}
    meta = {"data": {"sha256": "s", "name": "d", "rows": 9}, "metric": "accuracy"}
    row = f"epoch,step,train_loss,valid_loss,valid_score,learning_rate,seconds,kept\n1,9,1,1,{valid},0.1,1,1\n"
    files = {"config.json": json.dumps(facts), "meta.json": json.dumps(meta), "history.csv": row}
    if more:
        rival = {
            "name": "b",
            "score": 0.3,
            "beaten": more["beaten"],
            "difference_ci95": [1, 2],
            "difference_method": "",
        }
        report = {"metric": "accuracy", "higher_is_better": True, "model": "mlp", "score": 0.8, "valid_score": valid}
        report |= {"ci95": None, "ci95_method": "", "baseline": rival, "reference": rival, "n_test": 9, "seed": 0}
        report |= {"parameters": 9, "train_seconds": 1, "split_seed": 0, "smoke": smoke, "other_metrics": {}}
        report |= {"checkpoint_sha256": more["sha"], "data": meta["data"]}
        files["report.json"] = json.dumps(report)
    return files


def test_the_best_run_is_the_best_on_valid_that_is_no_smoke_run(project, edited):
    def runs(**named: dict[str, str]) -> dict[str, str]:
        return {f"runs/{name}/{file}": text for name, files in named.items() for file, text in files.items()}

    assert not check(project, "trained")
    edited(runs(good=a_run(0.9), bad=a_run(0.7, beaten=True, sha="b"), lucky=a_run(0.99, smoke=True)))
    assert check(project, "trained") and check(project, "scored") and not check(project, "beaten")
    assert (status(project)["best"]["run"], status(project)["best"]["report"]) == ("good", None)
    assert "good, accuracy 0.9 on valid; not scored yet: python evaluate.py good" in run(project, "status.py").ok().out
    edited(runs(good=a_run(0.9, beaten=True, sha="g")))
    assert "good, accuracy 0.9 on valid; on test 0.8 (baseline 0.3)" in run(project, "status.py").ok().out
    assert check(project, "beaten") and not check(project, "published")
    edited({f"published/{file}": text for file, text in a_run(0.7, beaten=True, sha="b").items()})
    assert check(project, "published") and not check(project, "best_published")
    edited({"published/report.json": a_run(0.9, beaten=True, sha="g")["report.json"]})
    assert check(project, "best_published")
    edited({"runs/good/report.json": "{"})
    run(project, "status.py").refused(1, "good/report.json is damaged", "line 1")
    edited({"runs/good/report.json": "{}"})
    run(project, "status.py").refused(1, "good/report.json is damaged", "python evaluate.py good")


def test_in_a_clone_the_published_run_is_the_best(project, edited):
    edited({f"published/{file}": text for file, text in a_run(0.7, beaten=True, sha="b").items()})
    assert "Best so far: published, accuracy 0.7 on valid; on test 0.8" in run(project, "status.py").ok().out
    assert check(project, "trained") and check(project, "beaten") and check(project, "best_published")


def test_commits_are_seen(project):
    assert not check(project, "clean") and not check(project, "committed") and not check(project, "pushed")
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "-m", "one")
    assert check(project, "clean") and not check(project, "committed")  # nothing is published yet
    (project / "published").mkdir(exist_ok=True)
    (project / "published" / "note.txt").write_text("x", encoding="utf-8")
    assert not check(project, "clean") and not check(project, "committed")
    git(project, "add", "published")
    git(project, "commit", "--quiet", "-m", "two")
    assert check(project, "committed") and not check(project, "pushed")
    git(project, "init", "--quiet", "--bare", "../remote.git")
    git(project, "remote", "add", "origin", "../remote.git")
    git(project, "push", "--quiet", "--set-upstream", "origin", "HEAD")
    assert check(project, "pushed")


def line_of(text: str, words: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if words in line)


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("rubric.toml", "weight = 25", "weight = 0", "weight must be a number above 0"),
        ("rubric.toml", "weight = 25", 'weight = "25"', "weight must be a number above 0"),
        ("rubric.toml", "confirmed = false", 'confirmed = "no"', "confirmed must be true or false"),
        ("rubric.toml", 'name = "Design"', 'name = ""', "name must be a text"),
        ("rubric.toml", 'where = ""', "where = 3", "where must be a text"),
        ("plan.toml", 'start = "2026-11-20 18:00"', 'start = "friday"', '"friday" is no local time'),
        ("plan.toml", "hours = 36", "hours = true", "hours must be a number of hours"),
        ("plan.toml", "hours = 7", "hours = -7", "hours must be hours after the start"),
        ("plan.toml", "agreed = false", "agreed = maybe", "mend that line"),
        ("plan.toml", "agreed = false", "agreed = 1", "agreed must be true or false"),
        ("plan.toml", 'kind = "written"', 'kind = "dreamt"', "checks must be a list"),
    ],
)
def test_a_damaged_table_is_named_with_its_line(project, edited, name, old, new, told):
    edited({name: lambda text: text.replace(old, new, 1)})
    text = (project / name).read_text(encoding="utf-8")
    line = run(project, "status.py").refused(1, name, told)
    number = int(re.search(r"line (\d+)", line)[1])
    assert number == line_of(text, new if "checks" not in told else "checks = [")


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("plan.toml", None, "plan.toml is missing; git checkout -- plan.toml brings it back"),
        ("rubric.toml", None, "rubric.toml is missing"),
        ("rubric.toml", 'name = "x"\nconfirmed = true\n', "rubric.toml has no [[criteria]]"),
        ("rubric.toml", 'name = "x"\n\n[[criteria', "line 3, the end"),
        ("strings.toml", None, "strings.toml"),
        ("strings.toml", "a = 'b'\n", "strings.toml"),
    ],
)
def test_a_missing_table_is_named(project, edited, name, text, told):
    edited({name: text})
    run(project, "status.py").refused(1, told)


def test_a_table_in_another_encoding_is_named_and_the_mark_of_utf8_does_no_harm(project, edited):
    edited({"rubric.toml": lambda text: text})
    path = project / "rubric.toml"
    whole = path.read_bytes()
    path.write_bytes(b"\xef\xbb\xbf" + whole.replace(b"\n", b"\r\n"))
    run(project, "status.py").ok()
    path.write_bytes(whole.replace(b"Design", b"Caf\xe9"))
    number = whole[: whole.index(b"Design")].count(b"\n") + 1
    run(project, "status.py").refused(1, f"rubric.toml, line {number}: this is not UTF-8")


def test_wrong_usage(project):
    run(project, "status.py", "--now", "noon").refused(2, "--now takes a time")
    run(project, "status.py", "--later").refused(2, "--later")


def test_status_needs_no_framework(project):
    code = "import sys; sys.argv = ['status.py']\nimport status\nprint('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=project, capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr
