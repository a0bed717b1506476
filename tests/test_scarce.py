"""Classes that a split hardly holds are told before anything is trained; no score of one class beats anything."""

import ast
import json
import random
from pathlib import Path

import pytest
from hackgen.parts import TEMPLATES
from hackgen.pitch import results
from hackgen.pitch.project import find
from PIL import Image
from projects import generate, generate_own, run

CHANCE = random.Random(1)


def table(place: Path) -> Path:
    rows = (f"{CHANCE.random():.3f},{CHANCE.random():.3f},p{i // 60},{'abc'[min(2, i // 100)]}\n" for i in range(300))
    (place / "a.csv").write_text("x,z,client,label\n" + "".join(rows), encoding="utf-8")
    return place / "a.csv"


def texts(place: Path) -> Path:
    kinds = [("train", "a", 20), ("train", "b", 20), ("test", "a", 12), ("test", "b", 2)]
    for split, kind, count in kinds:
        (place / "texts" / split / kind).mkdir(parents=True)
        for i in range(count):
            content = f"{kind} is what {split} says {i} times, {CHANCE.random()}"
            (place / "texts" / split / kind / f"{i}.txt").write_text(content, encoding="utf-8")
    return place / "texts"


def pictures(place: Path) -> Path:
    for split, kind, count in [("train", "a", 20), ("train", "b", 20), ("test", "a", 12), ("test", "b", 2)]:
        (place / "pictures" / split / kind).mkdir(parents=True)
        for i in range(count):
            noise = Image.effect_noise((16, 16), 40 + 9 * i)
            noise.save(place / "pictures" / split / kind / f"{i}.png")
    return place / "pictures"


@pytest.mark.parametrize(
    ("data", "task", "answers", "said"),
    [
        (table, "tabular-classification", {"target": "label", "group": "client"}, "test holds few examples of 2 class"),
        (texts, "text-classification", {}, "test holds few examples of 1 class(es): 'b' 2×"),
        (pictures, "image-classification", {}, "test holds few examples of 1 class(es): 'b' 2×"),
    ],
)  # fmt: skip
def test_classes_that_a_split_hardly_holds_are_told(tmp_path: Path, data, task: str, answers: dict, said: str) -> None:
    project = generate_own(tmp_path / "p", data(tmp_path), task=task, **answers)
    told = run(project, "data.py").err
    assert said in told and "so its score tells little of them" in told


def test_all_tasks_choose_their_metric_by_one_rule() -> None:
    """It stands in each data.py, so that no file more is open before the first step."""
    rules = {}
    for path in TEMPLATES.rglob("data.py"):
        source = path.read_text(encoding="utf-8")
        for node in ast.parse(source).body:
            if getattr(node, "name", "") == "metric_and_weights":
                rules[path.relative_to(TEMPLATES).as_posix()] = ast.get_source_segment(source, node)
    assert len(rules) == 4 and len(set(rules.values())) == 1, rules.keys()


@pytest.mark.slow  # imports scikit-learn
def test_no_interval_and_no_beaten_rival_from_one_class(tmp_path: Path) -> None:
    project = generate_own(tmp_path / "p", table(tmp_path), task="tabular-classification", target="label")
    code = (
        "import data, numpy as np, metrics\n"
        "target, right = np.zeros(40, int), np.tile([0.9, 0.1], (40, 1))\n"
        "for metric in data.METRICS:\n"
        "    meta = {'metric': metric, 'rare_class': 1}\n"
        "    print(metrics.interval(target, right, meta), metrics.difference(target, right, right[:, ::-1], meta))\n"
    )
    lines = run(project, "-c", code).ok().out.strip().splitlines()
    assert lines == ["(None, 'all test examples are of one class') (None, 'all test examples are of one class')"] * 3
    perfect = (
        "import data, numpy as np, metrics\n"
        "target = np.arange(40) % 2\n"
        "for metric in data.METRICS:\n"
        "    ends = metrics.interval(target, np.eye(2)[target], {'metric': metric, 'rare_class': 1})[0]\n"
        "    print(np.round(ends, 3).tolist())\n"
    )
    assert run(project, "-c", perfect).ok().out.splitlines() == ["[0.912, 1.0]"] * 3  # and not from 1 to 1
    one = (
        "import numpy as np, metrics\n"
        "target = np.eye(1, 40, dtype=int)[0]\n"
        "said = np.tile([0.9, 0.1], (40, 1))\n"
        "print(metrics.interval(target, said, {'metric': 'average precision', 'rare_class': 1})[0][0] > 0)\n"
    )
    told = run(project, "-c", one).ok()  # of a draw without the one row, scikit-learn warns and says 0
    assert (told.out, told.err) == ("True\n", "")


# who is ahead, by how much: the rival's score where the model has 0.5, the difference, whether it is beaten
SAID = {
    "beaten by the model (": (0.4, [0.05, 0.15], True),
    "better than the model (": (0.6, [-0.15, -0.05], False),
    "behind the model, by no more than noise (": (0.45, [-0.05, 0.15], False),
    "ahead of the model, by no more than noise (": (0.55, [-0.15, 0.05], False),
    "level with the model (": (0.5, [-0.1, 0.1], False),
    "level with the model throughout": (0.5, [0.0, 0.0], False),
}


@pytest.mark.parametrize("higher", [True, False])
def test_words_say_who_is_ahead_and_whether_it_is_noise(tmp_path: Path, higher: bool) -> None:
    project = generate(tmp_path / "p", task="tabular-classification")
    sheet, rivals = {"score": 0.5, "higher_is_better": higher}, []
    for score, (low, high), beaten in SAID.values():
        turned = (score, [low, high]) if higher else (1 - score, [-high, -low])
        rivals.append({"difference_ci95": turned[1], "beaten": beaten, "score": turned[0]})
    code = f"import json, report; print(json.dumps([report.verdict({sheet}, rival) for rival in {rivals}]))"
    told = json.loads(run(project, "-c", code).ok().out)
    assert told == [results.verdict(find(project), sheet, rival) for rival in rivals]  # as hackgen says it
    assert all(line.startswith(words) for line, words in zip(told, SAID, strict=True)), told


LITTLE = [0.2, 0.9, 0.94, 0.95, 0.9501, 0.9502, 0.9503, 0.9504]
SCORES = [[0.2, 0.5, 0.8], LITTLE, [0.9, 0.9, 0.9]]  # of three runs, epoch by epoch


def test_that_more_may_help_is_said_where_the_last_epoch_gave_something(tmp_path: Path) -> None:
    project = generate(tmp_path / "p", task="tabular-classification")
    code = (
        "import json, pathlib, runs\n"
        "run = pathlib.Path('r')\n"
        "run.mkdir()\n"
        "(run / 'config.json').write_text(json.dumps({'minutes': 0}))\n"
        f"for scores in {SCORES}:\n"
        "    rows = [f'{n},0,0,0,{score},0,0,1' for n, score in enumerate(scores, 1)]\n"
        "    (run / 'history.csv').write_text('\\n'.join([','.join(runs.HISTORY), *rows]))\n"
        "    runs.end(run, False, 1.0, 0.0)\n"
    )
    told = run(project, "-c", code).ok().out.split("is done")[:-1]
    assert [line.partition("--epochs ")[2].split()[:1] for line in told] == [["6"], [], []]


CALLED = {"image-classification": "pictures", "text-classification": "texts", "time-series-forecasting": "windows"}


@pytest.mark.parametrize("task", CALLED)
def test_a_report_says_what_its_examples_are_and_large_numbers_plainly(tmp_path: Path, task: str) -> None:
    project = generate(tmp_path / "p", task=task)
    rival = {"name": "r", "score": 0.4, "difference_ci95": None, "difference_method": "", "beaten": None}
    sheet = {"metric": "m", "higher_is_better": True, "n_test": 9, "data": {"name": "d"}, "ci95": [-1e5, 23761.9]}
    sheet |= {"model": "x", "score": 20884.3, "baseline": rival, "reference": rival, "smoke": False}
    first, second, *_ = run(project, "-c", f"import report; print(report.text({sheet}))").ok().out.splitlines()
    assert second.split() == f"{results.number(20884.3)} x: 95 % interval -100,000 to 23,760".split()
    assert first == f"m on 9 test {CALLED[task]} of d (higher is better)" == results.headline(find(project), sheet)


def test_mistakes_are_shown_once_each_and_then_what_is_unsure(tmp_path: Path) -> None:
    """Rows 1 and 2 are equal; of sure ones, as many as make three."""
    project = generate(tmp_path / "p", task="tabular-classification")
    code = """
import json, metrics, numpy as np
from data import Split
chances = np.array([0.99, 0.2, 0.2, 0.95, 0.6, 0.97, 0.96])
split = Split(np.zeros((7, 1)), np.zeros(7, int), np.arange(7), np.array(list("abbcdef")))
meta = {"classes": ["no", "yes"]}
for most in (12, 2):
    found = metrics.worst(split, np.column_stack([chances, 1 - chances]), meta, most)
    print(json.dumps([[int(row), caption] for row, caption in found]))
"""
    first, second = map(json.loads, run(project, "-c", code).ok().out.splitlines())
    assert first == [[1, "no, not yes (80%)"], [4, "no, correct (60%)"], [3, "no, correct (95%)"]]
    assert second == first[:2]
    long = code.replace('"no", "yes"', 'f"a name that is much too long for a figure, {n}" for n in (1, 2)')
    mistake, *_ = json.loads(run(project, "-c", long).ok().out.splitlines()[0])
    assert mistake[1] == "a name that …a figure, 1, not a name that …a figure, 2 (80%)"  # no two names look alike
