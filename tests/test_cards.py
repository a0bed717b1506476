"""The cards: filled in from the published run and the data, read by the Hub, and never over what a team wrote."""

import json
import re
from pathlib import Path

import pytest
import yaml
from conftest import refused
from hackgen.making.answers import checked
from hackgen.making.choice import Answers, choices, choose, settled
from hackgen.making.compose import plan
from hackgen.pitch.cards import regions
from hackgen.pitch.project import find
from made_up import made
from made_up import project as made_up
from projects import generate, generate_own

KINDS = sorted({choice.task.name for choice in choices()})
CARDS = ("MODEL_CARD.md", "DATA_CARD.md", "ETHICS.md")
DATA = """
import numpy as np


class Split:
    def __init__(self, targets):
        self.ids, self.targets = np.arange(len(targets)), np.array(targets)


class Data:
    train, valid, test = Split([0, 0, 1] * 100), Split([1] * 2), Split([0] * 3)


def load(config):
    Data.meta = {"classes": ["ze|ro", "one"], "data": {"name": "digits", "rows": 305, "sha256": "ab"}}
    Data.config = config
    return Data
"""


def front(path: Path) -> dict:
    """The head of a card as the Hub reads it."""
    _, head, _ = path.read_text(encoding="utf-8").split("---\n", 2)
    return yaml.safe_load(head)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = made_up(tmp_path / "p", title='A "title": # with signs', extras=("cards",))
    (folder / "data.py").write_text(DATA, encoding="utf-8")
    with (folder / "metrics.py").open("a", encoding="utf-8") as file:
        file.write("\n\ndef truth(split, meta):\n    return split.targets\n")
    return folder


@pytest.fixture
def published(project: Path) -> Path:
    made(project, "published", right=0.9)
    return project


def test_the_cards_say_what_report_and_data_say(published, hackgen):
    done = hackgen("cards", str(published))
    assert done.returncode == 0 and "MODEL_CARD.md: results is filled in" in done.stdout
    report = json.loads((published / "published" / "report.json").read_text(encoding="utf-8"))
    head = front(published / "MODEL_CARD.md")
    (result,) = head["model-index"][0]["results"]
    assert {m["type"]: m["value"] for m in result["metrics"]} == {"accuracy": report["score"], "macro_f1": 0.55}
    assert result["dataset"]["name"] == "digits" and result["task"]["type"] == "image-classification"
    assert (head["license"], head["library_name"], head["model_name"]) == ("mit", "pytorch", 'A "title": # with signs')
    assert head["metrics"] == ["accuracy"] and head["pipeline_tag"] == "image-classification"
    text = (published / "MODEL_CARD.md").read_text(encoding="utf-8")
    low, high = (f"{end:.4g}" for end in report["ci95"])
    for words in (f"95 % interval {low} to {high}", "12,345 parameters", "at most 7 epochs", "seed 0"):
        assert words in text, words
    assert "| hardest classes | pictures | recognised |" in text
    data = front(published / "DATA_CARD.md")
    assert (data["license"], data["pretty_name"], data["size_categories"]) == (
        "cc-by-4.0",
        "digits (scikit-learn)",
        ["n<1K"],
    )
    assert data["dataset_info"]["splits"] == [
        {"name": "train", "num_examples": 300},
        {"name": "validation", "num_examples": 2},
        {"name": "test", "num_examples": 3},
    ]
    assert "| ze\\|ro | 200 | 0 | 3 |\n| one | 100 | 2 | 0 |" in (published / "DATA_CARD.md").read_text("utf-8")
    settings = json.loads((published / "published" / "config.json").read_text(encoding="utf-8"))
    settings |= {"precision": "auto"}  # which nothing has resolved
    trees = regions.written(find(published), "training.md", sheet=report, config=settings)
    assert "at most 7 epochs" in trees and "batches" not in trees and "auto" not in trees
    settings |= {"minutes": 2.5}  # by the clock, whatever epochs say
    assert "2.5 minutes, learning" in regions.written(find(published), "training.md", sheet=report, config=settings)
    ethics = (published / "ETHICS.md").read_text(encoding="utf-8")
    assert "Weakest: " in ethics and f"accuracy {report['score']:.4g}" in ethics


def test_a_real_projects_data_are_counted_by_its_own_code(tmp_path):
    counts = regions.counted(find(generate(tmp_path / "p", task="image-classification", extras=())))
    assert sum(counts["rows"].values()) == counts["meta"]["data"]["rows"] == 1797
    assert [sum(tally) for tally in counts["tallies"].values()] == list(counts["rows"].values())


def test_a_teams_words_stay_and_only_the_regions_change(published, hackgen):
    hackgen("cards", str(published))
    pages = [published / name for name in CARDS]
    for page in pages:
        text = page.read_text(encoding="utf-8").replace("*write this", "*Our answer: 王芳, [x](y) --- ", 1)
        page.write_text(text.replace("# Model card", "Above.\n\n# Model card") + "\nBelow.\n", encoding="utf-8")
    before = [page.read_text(encoding="utf-8") for page in pages]
    done = hackgen("cards", str(published))
    assert "The cards say what" in done.stdout and [page.read_text(encoding="utf-8") for page in pages] == before
    made_again = json.loads((published / "published" / "report.json").read_text(encoding="utf-8"))
    score = made_again["score"]
    (published / "published" / "report.json").write_text(json.dumps(made_again | {"score": 0.8}), encoding="utf-8")
    assert hackgen("cards", str(published), "--check").returncode == 1
    assert [page.read_text(encoding="utf-8") for page in pages] == before
    assert hackgen("cards", str(published)).returncode == 0
    changed = set(pages[0].read_text(encoding="utf-8").splitlines()) ^ set(before[0].splitlines())
    assert len(changed) == 4 and all("0.8" in line or f"{score:.4g}" in line for line in changed), changed
    assert front(pages[0])["model-index"][0]["results"][0]["metrics"][0]["value"] == 0.8


def test_it_says_what_a_person_must_still_write(published, hackgen):
    found = json.loads(hackgen("cards", str(published), "--json").stdout)
    for name, numbers in found["unwritten"].items():
        lines = (published / name).read_text(encoding="utf-8").splitlines()
        assert numbers and all("*write this" in lines[number - 1] for number in numbers)
    out = hackgen("cards", str(published)).stdout
    assert f"ETHICS.md: a person must write line {', '.join(map(str, found['unwritten']['ETHICS.md']))}" in out


def test_where_the_projects_code_does_not_run_the_model_card_is_filled_in_all_the_same(published, hackgen):
    (published / "data.py").write_text("import torch_that_is_not_installed", encoding="utf-8")
    done = hackgen("cards", str(published))
    assert done.returncode == 0 and "The data could not be counted" in done.stdout and "torch_that" in done.stdout
    assert front(published / "MODEL_CARD.md")["model-index"] and "dataset_info" not in front(published / "DATA_CARD.md")


def test_before_any_training_data_are_counted_and_it_says_what_comes_first(project, hackgen):
    refused(hackgen("cards", str(project)), 1, "nothing is published yet", "first: python train.py, then python eval")
    assert front(project / "DATA_CARD.md")["dataset_info"]
    assert "Nothing is published" in (project / "MODEL_CARD.md").read_text(encoding="utf-8")


def test_what_is_damaged_is_named_with_its_remedy(published, hackgen):
    report = published / "published" / "report.json"
    whole = report.read_text(encoding="utf-8")
    report.write_text('{\n "score": 1,\n oops}', encoding="utf-8")
    refused(hackgen("cards", str(published)), 1, "report.json is damaged", "line 3", "python evaluate.py RUN --publish")
    report.write_text('{"score": 1}', encoding="utf-8")
    refused(hackgen("cards", str(published)), 1, "report.json is damaged", '"metric"')
    report.write_text(whole, encoding="utf-8")
    card = published / "MODEL_CARD.md"
    text = card.read_text(encoding="utf-8")
    card.write_text(text.replace("<!-- end of training -->", ""), encoding="utf-8")
    refused(hackgen("cards", str(published)), 1, "MODEL_CARD.md has lost its marks", "<!-- end of training -->")
    card.unlink()
    refused(hackgen("cards", str(published)), 1, "MODEL_CARD.md is missing; git checkout -- MODEL_CARD.md")
    for name in CARDS[1:]:
        (published / name).unlink()
    refused(hackgen("cards", str(published)), 1, "this project has no cards", "hackgen add cards")


def test_what_looks_personal_is_named(tmp_path, hackgen):
    said = (f"wrote p{n}@example.org about order {n} that was late" for n in range(60))
    rows = "".join(
        f"{n % 9},{note},{n % 7},{n % 5},{n % 11},{'yes' if n % 3 else 'no'}\n" for n, note in enumerate(said)
    )
    (tmp_path / "people.csv").write_text(f"visits,said,mobile,rooms,floor,bought\n{rows}", encoding="utf-8")
    project = generate_own(tmp_path / "own", tmp_path / "people.csv", extras=("cards",))
    hackgen("cards", str(project))
    ethics = (project / "ETHICS.md").read_text(encoding="utf-8")
    assert "people.csv: e-mail (60)" in ethics and "data/schema.toml: mobile" in ethics
    old = '[[columns]]\nname = "mobile"\n'  # as version 0.1 wrote it
    (project / "data" / "schema.toml").write_text(old, encoding="utf-8")
    refused(hackgen("cards", str(project)), 1, "nothing is published yet")
    card = (project / "DATA_CARD.md").read_text(encoding="utf-8")
    assert card.count("# Data card") == 1 and front(project / "DATA_CARD.md")["license"] == "unknown"


def pages_of(task: str, lang: str = "en") -> dict[str, str]:
    answers = checked(Answers(task=task, title="T", extras=("cards",), lang=lang))
    choice = choose(answers)
    return {path: raw.decode() for path, raw in plan(choice, settled(answers, choice)).items() if path in CARDS}


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("task", KINDS)
def test_each_task_has_its_cards_and_its_five_questions(task, lang):
    files, mark = pages_of(task, lang), {"en": "*write this", "zh": "*待填写"}[lang]
    assert re.findall(r"^### (\d)\. \S", files["ETHICS.md"], re.MULTILINE) == list("12345")
    blanks = {name: text.count(mark) for name, text in files.items()}
    assert blanks == {"MODEL_CARD.md": 3, "DATA_CARD.md": 1, "ETHICS.md": 5}
    for name in ("MODEL_CARD.md", "DATA_CARD.md"):
        assert yaml.safe_load(files[name].split("---\n")[1])["license"]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_page_says_by_which_metric_before_the_data_have_decided(lang):
    choice = choose(answers := Answers(task="tabular-classification", event="E", lang=lang))
    files = plan(choice, settled(answers, choice))
    assert not any(choice.task["metric"] in files[name].decode() for name in ("KICKOFF.md", "MODEL_CARD.md"))


def test_questions_fit_what_a_model_learns_from():
    asked = {task: pages_of(task)["ETHICS.md"] for task in KINDS}
    assert len(set(asked.values())) == 5 and "number plates" in asked["image-classification"]


def test_without_the_extra_nothing_of_it_is_left():
    for task in KINDS:
        answers = checked(Answers(task=task, title="T", extras=()))
        choice = choose(answers)
        files = plan(choice, settled(answers, choice))
        assert not {"MODEL_CARD.md", "ETHICS.md", "PRESENTATION.md"} & files.keys()
        assert not [path for path, raw in files.items() if b"MODEL_CARD" in raw or b"PRESENTATION.md" in raw]
