"""The cards: filled in from the published run and the data, read by the Hub, and never over what a team wrote."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
import yaml
from hackgen.making.answers import checked
from hackgen.making.choice import Answers, choices, choose, settled
from hackgen.making.compose import plan
from projects import generate, generate_own, run

KINDS = sorted({choice.task.name for choice in choices()})
DEON = [
    f"{letter}.{number}" for letter, last in zip("ABCDE", (4, 3, 5, 5, 4), strict=True) for number in range(1, last + 1)
]
HOW = {"difference_method": "bootstrap"}
REPORT = {
    "task": "tabular-classification",
    "framework": "pytorch",
    "backend": None,
    "model": "mlp",
    "metric": "accuracy",
    "higher_is_better": True,
    "score": 2 / 3,
    "ci95": [0.488, 0.808],
    "ci95_method": "Wilson's score interval",
    "baseline": {"name": "most frequent class", "score": 1 / 3, "difference_ci95": [0.1, 0.5], "beaten": True} | HOW,
    "reference": {"name": "gradient | boosting", "score": 1.0, "difference_ci95": [-0.5, -0.1], "beaten": False} | HOW,
    "valid_score": 0.7,
    "n_test": 30,
    "parameters": 4675,
    "train_seconds": 90.0,
    "seed": 3,
    "split_seed": 0,
    "smoke": False,
    "checkpoint_sha256": "0" * 64,
    "data": {"name": 'Iris "two": # three', "path": "", "sha256": "ab" * 32, "rows": 150},
    "other_metrics": {"macro_f1": 0.55, "per_class": [1, 2]},
}


def front(path: Path) -> dict:
    """The head of a card as the Hub reads it."""
    _, head, _ = path.read_text(encoding="utf-8").split("---\n", 2)
    return yaml.safe_load(head)


def publish(project: Path, **said: object) -> None:
    """A published run, written instead of trained: the third class is recognised in no row of test."""
    folder = project / "published"
    folder.mkdir(exist_ok=True)
    (folder / "report.json").write_text(json.dumps(REPORT | said), encoding="utf-8")
    (folder / "meta.json").write_text(json.dumps({"classes": ["setosa", "versi|color", "virginica"]}), encoding="utf-8")
    target = np.repeat([0, 1, 2], 10)
    np.savez(folder / "predictions.npz", id=target, target=target, output=np.eye(3)[np.minimum(target, 1)])
    code = "import dataclasses, runs; from config import MODELS; from pathlib import Path; "
    run(project, "-c", code + "runs.save_config(runs.PUBLISHED, MODELS['mlp'](epochs=7), smoke=False)").ok()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return generate(
        tmp_path / "project", task="tabular-classification", title='A "title": # with signs', extras=("cards",)
    )


def test_the_cards_say_what_report_and_data_say(project):
    publish(project)
    run(project, "cards.py").ok()
    head = front(project / "MODEL_CARD.md")
    (result,) = head["model-index"][0]["results"]
    values = {metric["type"]: metric["value"] for metric in result["metrics"]}
    assert values == {"accuracy": REPORT["score"], "macro_f1": 0.55}
    assert result["dataset"]["name"] == REPORT["data"]["name"] and result["task"]["type"] == "tabular-classification"
    assert (head["license"], head["library_name"], head["model_name"]) == ("mit", "pytorch", 'A "title": # with signs')
    assert head["metrics"] == ["accuracy"] and head["pipeline_tag"] == "tabular-classification"
    text = (project / "MODEL_CARD.md").read_text(encoding="utf-8")
    for words in ("| mlp | 0.6667 | 95 % interval 0.488 to 0.808 |", "4,675 parameters", "at most 7 epochs", "seed 0"):
        assert words in text, words
    assert "| virginica | 10 | 0.0% |\n| setosa | 10 | 100.0% |" in text and "gradient \\| boosting" in text
    data = front(project / "DATA_CARD.md")
    assert (data["license"], data["pretty_name"], data["size_categories"]) == (
        "cc-by-4.0",
        "Iris (scikit-learn)",
        ["n<1K"],
    )
    counts = {split["name"]: split["num_examples"] for split in data["dataset_info"]["splits"]}
    assert sum(counts.values()) == 150 and f"| setosa | {counts['train'] // 3} |" in (
        project / "DATA_CARD.md"
    ).read_text("utf-8")
    ethics = (project / "ETHICS.md").read_text(encoding="utf-8")
    assert "Weakest: virginica, 0.0% of 10 rows" in ethics and "accuracy 0.6667" in ethics


def test_a_teams_words_stay_and_only_the_regions_change(project):
    publish(project)
    run(project, "cards.py").ok()
    cards = [project / name for name in ("MODEL_CARD.md", "DATA_CARD.md", "ETHICS.md")]
    for card in cards:
        text = card.read_text(encoding="utf-8").replace("*write this", "*Our answer: 王芳, [x](y) --- ", 1)
        card.write_text(text.replace("# Model card", "Above.\n\n# Model card") + "\nBelow.\n", encoding="utf-8")
    before = [card.read_text(encoding="utf-8") for card in cards]
    done = run(project, "cards.py").ok()
    assert "The cards say what" in done.out and [card.read_text(encoding="utf-8") for card in cards] == before
    publish(project, score=0.8)
    assert run(project, "cards.py", "--check").code == 1
    assert [card.read_text(encoding="utf-8") for card in cards] == before
    run(project, "cards.py").ok()
    after = cards[0].read_text(encoding="utf-8")
    changed = {line for line in after.splitlines()} ^ {line for line in before[0].splitlines()}
    assert len(changed) == 4 and all("0.8" in line or "0.66" in line for line in changed), changed
    assert front(cards[0])["model-index"][0]["results"][0]["metrics"][0]["value"] == 0.8


def test_it_says_what_a_person_must_still_write(project):
    out = run(project, "cards.py").out
    lines = (project / "MODEL_CARD.md").read_text(encoding="utf-8").splitlines()
    said = next(line for line in out.splitlines() if line.startswith("MODEL_CARD.md: a person must write"))
    numbers = [int(number) for number in re.findall(r"\d+", said)]
    assert numbers and all("*write this" in lines[number - 1] for number in numbers)


def test_before_any_training_data_are_counted_and_it_says_what_comes_first(project):
    done = run(project, "cards.py")
    done.refused(1, "nothing is published yet", "first: python train.py, then python evaluate.py --publish")
    assert front(project / "DATA_CARD.md")["dataset_info"] and "Nothing is published" in (
        project / "MODEL_CARD.md"
    ).read_text("utf-8")


def test_what_is_damaged_is_named_with_its_remedy(project):
    publish(project)
    report = project / "published" / "report.json"
    report.write_text('{\n "score": 1,\n oops}', encoding="utf-8")
    run(project, "cards.py").refused(1, "report.json is damaged", "line 3", "python evaluate.py RUN --publish")
    report.write_text('{"score": 1}', encoding="utf-8")
    run(project, "cards.py").refused(1, "report.json is damaged", '"metric"', "python evaluate.py RUN --publish")
    publish(project)
    card = project / "MODEL_CARD.md"
    text = card.read_text(encoding="utf-8")
    card.write_text(text.replace("<!-- end of training -->", ""), encoding="utf-8")
    run(project, "cards.py").refused(1, "MODEL_CARD.md has lost its marks", "<!-- end of training -->")
    card.write_bytes(b"one\ntwo \xff\n")
    run(project, "cards.py").refused(1, "MODEL_CARD.md, line 2", "UTF-8")
    card.unlink()
    run(project, "cards.py").refused(1, "MODEL_CARD.md is missing; git checkout -- MODEL_CARD.md")


def test_what_looks_personal_is_named(tmp_path):
    rows = "".join(f"{n},p{n}@example.org,{n % 7},{'yes' if n % 3 else 'no'}\n" for n in range(60))
    (tmp_path / "people.csv").write_text(f"visits,email,age,bought\n{rows}", encoding="utf-8")
    project = generate_own(tmp_path / "own", tmp_path / "people.csv", extras=("cards",))
    run(project, "cards.py")
    assert "people.csv: e-mail (60)" in (project / "ETHICS.md").read_text(encoding="utf-8")
    card = (project / "DATA_CARD.md").read_text(encoding="utf-8")
    assert card.count("# Data card") == 1 and front(project / "DATA_CARD.md")["license"] == "unknown"


@pytest.mark.parametrize("task", KINDS)
def test_each_task_has_its_cards_and_its_21_questions(task):
    answers = checked(Answers(task=task, title="T", extras=("cards",)))
    choice = choose(answers)
    files = plan(choice, settled(answers, choice))
    ethics = files["ETHICS.md"].decode()
    assert (
        re.findall(r"^### ([A-E]\.\d) \S", ethics, re.MULTILINE) == DEON
        and ethics.count("**Answer:** *write this*") == 21
    )
    plain = plan(
        choose(checked(Answers(task="tabular-regression", title="T", extras=("cards",)))), settled(answers, choice)
    )
    assert ethics != plain["ETHICS.md"].decode() or task == "tabular-regression"  # prompts that fit the task
    for name in ("MODEL_CARD.md", "DATA_CARD.md"):
        assert yaml.safe_load(files[name].decode().split("---\n")[1])["license"]


def test_without_the_extra_nothing_of_it_is_left():
    for task in KINDS:
        answers = checked(Answers(task=task, title="T", extras=()))
        choice = choose(answers)
        files = plan(choice, settled(answers, choice))
        assert not {"MODEL_CARD.md", "ETHICS.md", "PRESENTATION.md", "cards.py", "checklist.py"} & files.keys()
        assert not [path for path, raw in files.items() if b"MODEL_CARD" in raw or b"PRESENTATION.md" in raw]
