"""The kickoff: a plan that holds for every length, start and team."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from hackgen.making import language
from hackgen.making.answers import checked
from hackgen.making.choice import Answers, choose, settled
from hackgen.making.compose import more_facts, plan
from hackgen.making.extras import options
from hackgen.making.facts import facts
from hackgen.parts import TEMPLATES, Part, read_toml, tomllib
from hackgen.pitch.project import words

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
def test_the_page_is_read_in_minutes_and_asks_for_one_sentence(hours, start, team):
    page = written(hours=hours, start=start, team=team)["KICKOFF.md"]
    assert len(page.split()) <= 1200 and page.count("*write this") == 1


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
    blank = words("cards", code)["mark"]
    assert files["KICKOFF.md"].decode().count(blank) == 1  # the sentence
    assert blank not in files["plan.toml"].decode()


@pytest.mark.parametrize("lang", [None, "zh"])
@pytest.mark.parametrize("task", ["image-generation", "text-classification"])
def test_no_page_holds_a_tag_that_readers_would_not_see(task: str, lang: str | None) -> None:
    answers = checked(Answers(event="E", title="T", author="Ann <ann@example.org>", team=NAMES, task=task, lang=lang))
    choice = choose(answers)
    files = plan(choice, settled(answers, choice))
    pages = {path: text.decode() for path, text in files.items() if path.endswith(".md")}
    assert "PRESENTATION.md" in pages and "ann@example.org" in pages["README.md"]
    for path, text in pages.items():
        shown = re.sub(r"```.*?```|`[^`\n]*`|<!--.*?-->|\\<", "", text, flags=re.S)
        assert not re.search(r"<\w[^\n>]*>", shown), path
