"""Every check of a generated project fails on a bug planted for it, and names it."""

import itertools
import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from projects import check_with_bug, generate, generate_own, run
from selection import EVERYTHING

pytestmark = pytest.mark.slow
MLP = ("image-classification", "mlp")
GPT = ("text-generation", "transformer")
SERIES = ("time-series-forecasting", None)
# check, project, file, what stands there, the bug; more of them, by kinds of mistakes, are in bugs.py
VIT = ("image-classification", "transformer")
BUGS = [
    ("splits-disjoint", MLP, "data.py", "part == number)", "part >= number)"),
    (
        "splits-disjoint",
        GPT,
        "data.py",
        "windows(text, tokens, valid, config.context, half)",
        "windows(text, tokens, test, config.context, half)",
    ),
    (
        "splits-disjoint",
        ("text-classification", None),
        "data.py",
        "flatnonzero(part == number)",
        "flatnonzero(part >= number)",
    ),
    ("loss-at-start", GPT, "models/transformer.py", "std=0.01", "std=1.0"),
    (
        "inputs-matter",
        MLP,
        "data.py",
        "return self.images[self.rows[rows]]",
        "return self.images[self.rows[rows][::-1]]",
    ),
    (
        "inputs-matter",
        ("tabular-classification", "mlp"),
        "data.py",
        "arrays = inputs, codes,",
        "arrays = inputs, codes[::-1].copy(),",
    ),
    (
        "inputs-matter",
        ("time-series-forecasting", None),
        "data.py",
        "self.values[self.ids[rows][..., None]",
        "self.values[self.ids[rows][::-1][..., None]",
    ),
    (
        "overfit-one-batch",
        MLP,
        "loss.py",
        "model(inputs).float(), targets",
        "model(inputs).float().clamp(-0.5, 0.5), targets",
    ),
    ("overfit-one-batch", MLP, "train.py", "    value.backward()", "    (-value).backward()"),
    ("own-batch", MLP, "train.py", "            optimizer.zero_grad(set_to_none=True)\n", ""),
    ("gradients", MLP, "train.py", "for parameter in model.parameters() if parameter.ndim < 2", "for parameter in []"),
    ("causal", GPT, "models/transformer.py", "is_causal=True", "is_causal=False"),
    ("batch-size", MLP, "models/mlp.py", "return self.head(x)", "return self.head(x / x.norm())"),
    ("same-seed", MLP, "train.py", "default_rng((config.seed, state.epoch))", "default_rng()"),
    (
        "each-row-once",
        MLP,
        "train.py",
        ".permutation(len(data.train.ids))",
        ".permutation(len(data.train.ids) // 8 * 8)",
    ),
    (
        "unseen",
        MLP,
        "train.py",
        "    optimizer = make_optimizer(model, config)\n",
        "    optimizer, data = make_optimizer(model, config), data._replace(train=data.valid)\n",
    ),
    ("resume", MLP, "train.py", 'state = State(**last["state"])', 'state = State(step=last["state"]["step"])'),
    (
        "fitted",
        GPT,
        "data.py",
        "known_characters(text, letters, train),",
        "known_characters(text, letters, [(0, 2**16)]),",
    ),
    ("clipping", MLP, "train.py", "            nn.utils.clip_grad_norm_(model.parameters(), config.clip)\n", ""),
    ("rate", MLP, "train.py", 'group["lr"] = state.rate', 'group["lr"] = state.rate / 100'),
    (
        "sees",
        MLP,
        "train.py",
        "loss(model, inputs, targets, data.meta)",
        "loss(model, inputs.flip(2), targets, data.meta)",
    ),
    (
        "kept-epoch",
        MLP,
        "runs.py",
        "score = metrics.score(truth, output, data.meta)",
        "score = metrics.score(truth[9:], output[9:], data.meta)",
    ),
    ("learning-rate", MLP, "train.py", 'group["lr"] = state.rate', 'group["lr"] = 100 * state.rate'),
    (
        "report",
        MLP,
        "evaluate.py",
        '"score": metrics.score(target, output, meta),\n        "ci95"',
        '"score": float(np.mean([metrics.score(target[i : i + 9], output[i : i + 9], meta)'
        ' for i in range(0, len(target), 9)])),\n        "ci95"',
    ),
    (
        "answers",
        MLP,
        "data.py",
        "Pictures(images, good, meta)",
        "Pictures(images, good, meta | {'mean': 127.5})",
    ),
    (
        "answers",
        ("tabular-classification", "mlp"),
        "data.py",
        "names, columns.encode(cells, meta)",
        "names, 1.1 * columns.encode(cells, meta)",
    ),
    (
        "answers",
        ("text-classification", None),
        "data.py",
        "texts.counted(found)",
        "texts.counted([text.upper() + ' oh' for text in found])",
    ),
    ("decay", MLP, "train.py", '"weight_decay": 0.0', '"weight_decay": config.weight_decay'),
    ("gradients", MLP, "models/mlp.py", "std=0.01)", "std=0.01).requires_grad_(False)"),
    ("same-seed", MLP, "models/mlp.py", "self.head.weight, std=0.01", "self.head.weight, std=0.0, mean=0.01"),
    (
        "rivals-of-train",
        ("tabular-classification", "mlp"),
        "metrics.py",
        "bincount(data.train.targets[:]",
        "bincount(data.test.targets[:]",
    ),
    (
        "rivals-of-train",
        MLP,
        "figures.py",
        "(runs.fewer(split, most) for split in data[:2])",
        "(runs.fewer(split, most) for split in (data.train, data.test))",
    ),
    ("rate", VIT, "config.py", "math.cos(math.pi * left)", "math.cos(2 * math.pi * left)"),
    ("importance", ("tabular-classification", "mlp"), "explain.py", "dealt = inputs.copy()", "dealt = inputs"),
    ("forecasts", SERIES, "data.py", ".to_numpy()[-context:]", ".to_numpy()[-context - 1 : -1]"),
    ("report", SERIES, "metrics.py", "by_step(target, output).mean()", "by_step(target, output)[0]"),
    ("goes-on", GPT, "loss.py", "scores[0, -1].double()", "scores[0, 0].double()"),
    ("places", VIT, "models/transformer.py", "+ self.positions  #", "+ self.positions[0]  #"),
    (
        "interplay",
        VIT,
        "models/transformer.py",
        "F.scaled_dot_product_attention(queries, keys, values)",
        "F.scaled_dot_product_attention(*(x.transpose(1, 2) for x in (queries, keys, values))).transpose(1, 2)",
    ),
    (
        "knobs",
        VIT,
        "models/transformer.py",
        "(Block(width, heads, dropout) for _ in range(depth))",
        "[Block(width, heads, dropout)] * depth",
    ),
    ("compared", ("tabular-classification", "mlp"), "evaluate.py", '["kept"] == 1][-1]', '["kept"] >= 0][-1]'),
    (
        "weighed",
        ("tabular-classification", "mlp"),
        "loss.py",
        "targets, weight,",
        "targets, None if weight is None else weight.flip(0),",
    ),
    (
        "averages",
        ("image-classification", "cnn"),
        "models/cnn.py",
        "nn.BatchNorm2d(outputs)",
        "nn.BatchNorm2d(outputs, momentum=0.9)",
    ),
    ("scale", SERIES, "data.py", "+ ahead % season for", "+ ahead % season - 1 for"),
    ("interval", ("tabular-regression", "boosting"), "metrics.py", "[2.5, 97.5]", "[5, 95]"),
    (
        "weighed",
        ("tabular-classification", "mlp"),
        "data.py",
        "(len(classes) * np.maximum(counts[0], 1))",
        "np.maximum(counts[0], 1)",
    ),
    ("compared", ("tabular-classification", "mlp"), "evaluate.py", "gain[0] > 0 if", "gain[1] > 0 if"),
    ("moved-by", ("tabular-classification", "mlp"), "explain.py", "(output - ask(changed))", "(ask(changed) - output)"),
    ("upright", MLP, "pictures.py", "ImageOps.exif_transpose(opened)", "opened"),
    (
        "folder",
        ("text-classification", None),
        "data.py",
        "texts.plain_text(Path(name)).strip() for name in names",
        "texts.plain_text(Path(name)).strip() for name in names[::-1]",
    ),
    ("padding", ("text-classification", "cnn"), "models/cnn.py", ", padding_idx=0)", ")"),
    (
        "handed-on",
        MLP,
        "train.py",
        "    fit(model, data, config, run",
        "    fit(model, data._replace(valid=data.test), config, run",
    ),
    ("groups", ("text-classification", None), "data.py", 'in ("group", "split") if', 'in ("split",) if'),
    ("figures-right", MLP, "figures.py", "        target, answer, labels", "        answer, target, labels"),
    ("refused", VIT, "net.py", "model.load_state_dict(weights)", "model.load_state_dict(weights, strict=False)"),
    ("dates", SERIES, "series.py", 'searchsorted(stamps, side="right")', "searchsorted(stamps)"),
    ("dates", SERIES, "series.py", "full = table.ffill()", "full = table.interpolate()"),
    ("interval", MLP, "metrics.py", "rng.integers(rows, size=rows)", "rng.permutation(rows)"),
    (
        "compared",
        ("tabular-regression", "boosting"),
        "report.py",
        '"ahead" if ahead == sheet["higher_is_better"] else',
        '"ahead" if ahead else',
    ),
    (
        "rate",
        ("image-classification", "cnn"),
        "train.py",
        "            for group in optimizer.param_groups:\n",
        "            for group in optimizer.param_groups[:1]:\n",
    ),
    (
        "contest",
        ("tabular-classification", "mlp"),
        "predict.py",
        "output[:, classes.index(label)]",
        "output[:, sorted(classes, key=len).index(label)]",
    ),
    (
        "newest",
        MLP,
        "runs.py",
        'RUNS / (RUNS / "latest").read_text("utf-8", "replace").strip()',
        'max(place.parent for place in RUNS.glob("*/config.json"))',
    ),
    (
        "same-seed",
        ("text-classification", None),
        "texts.py",
        "np.random.default_rng(index).random",
        "np.random.default_rng().random",
    ),
    (
        "stacked",
        ("tabular-regression", "boosting"),
        "models/boosting.py",
        "cross_val_predict(linear, inputs, targets, cv=unseen)",
        "linear.predict(inputs)",
    ),
    ("simplest", SERIES, "metrics.py", "simple = min(on_valid", "simple = max(on_valid"),
    ("interval", SERIES, "metrics.py", 'np.arange(len(keys)) // meta["horizon"]', "np.arange(len(keys))"),
    ("length", MLP, "config.py", "round(steps / a_pass)", "round(steps / rows)"),
    ("one-scale", ("tabular-regression", "mlp"), "columns.py", "std(ddof=0)", "var(ddof=0)"),
    (
        "places",
        ("time-series-forecasting", "cnn"),
        "models/cnn.py",
        "CausalBlock(width, kernel, 2**i, dropout)",
        "CausalBlock(width, kernel, i + 1, dropout)",
    ),
]


def one_each(*known: str) -> list[tuple]:
    """The first bug of each check but the known ones: for frameworks that share all but train.py with PyTorch."""
    elsewhere = [bug for bug in BUGS if bug[2] != "train.py" and bug[0] not in known]
    return list({bug[0]: bug for bug in reversed(elsewhere)}.values())


@pytest.mark.parametrize(
    ("check", "parts", "file", "right", "wrong"), BUGS, ids=[f"{b[0]}-{i}" for i, b in enumerate(BUGS)]
)
def test_a_planted_bug_is_found(
    tmp_path: Path, check: str, parts: tuple[str, str | None], file: str, right: str, wrong: str
) -> None:
    task, model = parts
    project = generate(tmp_path / "p", task=task, models=(model,) if model else ())
    result = check_with_bug(project, check, file, right, wrong)
    assert file != "train.py" or re.search(r"\(\w+\.py:\d+\)", result["advice"]), result


def test_two_processes_share_the_checks(tmp_path: Path) -> None:
    project = generate(tmp_path / "p", task="tabular-classification", models=("mlp",))
    there = run(project, "check.py", "--only", "nothing").refused(2, "no check nothing; there are ")
    command = [sys.executable, "check.py", "--seed", "3", "--json"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, encoding="utf-8")
    found = [row["id"] for row in json.loads(done.stdout)]
    assert done.returncode == 0 and {"rate", "resume", "compared"} < set(found), done.stderr
    assert found == [name for name in there.partition(" are ")[2].split(", ") if name in found]
    text = (project / "checks/scores.py").read_text(encoding="utf-8")
    text = text.replace("    runs.RUNS, runs.watch", "    sys.modules['os']._exit(9)\n    runs.RUNS, runs.watch")
    (project / "checks/scores.py").write_text(text, encoding="utf-8")
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 1 and done.stderr == "check.py: checks of runs ended (9 ); --alone takes less memory\n"
    (project / "prepare.py").write_text("", encoding="utf-8")  # as data larger than memory have: one process is all
    assert subprocess.run(command, cwd=project, capture_output=True).returncode == 9


def test_a_project_that_cannot_train_gets_rows(tmp_path: Path) -> None:
    project = generate(tmp_path / "p", task="image-classification", models=("mlp",))
    text = (project / "train.py").read_text(encoding="utf-8")
    (project / "train.py").write_text(text.replace("    value.backward()", "    value.backwards()"), encoding="utf-8")
    done = run(project, "check.py", "--json")
    rows = json.loads(done.out)
    assert done.code == 1 and not done.err and {row["passed"] for row in rows} == {True, False}
    assert sum("'backwards'" in row["found"] for row in rows) > 8


@pytest.mark.parametrize(
    ("file", "right", "wrong", "said"),
    [
        ("train.py", "def make_optimizer(", "def make_optimizer((", "train.py, line"),
        ("loss.py", "def answers(", "zero = nought\n\n\ndef answers(", "loss.py:"),
        ("data.py", "    rows = [np.flat", "    rows = rose\n    rows = [np.flat", "data.py:"),
        ("models/mlp.py", "class MLP", "class MLP(", "mlp.py, line"),
    ],
)
def test_code_that_cannot_be_imported_is_a_row_with_its_place(
    tmp_path: Path, file: str, right: str, wrong: str, said: str
) -> None:
    project = generate(tmp_path / "p", task="image-classification", models=("mlp",))
    text = (project / file).read_text(encoding="utf-8")
    (project / file).write_text(text.replace(right, wrong), encoding="utf-8")
    done = run(project, "check.py", "--json")
    (row,) = json.loads(done.out)
    assert done.code == 1 and not done.err and row["passed"] is False and said in row["found"], row


def test_duplicates_that_are_torn_apart_are_found(tmp_path: Path) -> None:
    rows = [f"{i % 40},{i % 7},{'ab'[i % 2]}" for i in range(40)] * 3
    (tmp_path / "twice.csv").write_text("x,y,class\n" + "\n".join(rows) + "\n", encoding="utf-8")
    project = generate(tmp_path / "p", task="tabular-classification", data=str(tmp_path / "twice.csv"))
    words = ("check.py", "--only", "splits-disjoint", "--json")
    (healthy,) = json.loads(run(project, *words).ok().out)
    assert "warning" in healthy["found"]  # few distinct rows
    code = (project / "common.py").read_text(encoding="utf-8")
    torn = code.replace("np.unique(keys,", "np.unique(range(len(keys)),")
    assert torn != code
    (project / "common.py").write_text(torn, encoding="utf-8")
    (result,) = json.loads(run(project, *words).out)
    assert result["passed"] is False
    (project / "common.py").write_text(code, encoding="utf-8")
    keys = check_with_bug(project, "equal-rows", "data.py", " = keys_of(found, cells)\n", " = np.arange(len(cells))\n")
    assert "keys_of" in keys["advice"]


def test_groups_and_dates_that_are_torn_apart_are_found(tmp_path: Path) -> None:
    days = np.datetime64("2020-01-01") + np.arange(240)
    rows = [f"{i % 30},{i * 7 % 40},{i * 11 % 90},{day},{'ab'[i * i % 7 % 2]}" for i, day in enumerate(days)]
    (tmp_path / "visits.csv").write_text("who,x,y,day,class\n" + "\n".join(rows) + "\n", encoding="utf-8")
    own = {"task": "tabular-classification", "data": tmp_path / "visits.csv", "target": "class", "models": ("mlp",)}
    project = generate_own(tmp_path / "groups", **own, group="who")
    run(project, "check.py", "--only", "equal-rows").ok()
    result = check_with_bug(
        project, "equal-rows", "data.py", "(keys, count + groups)", "(keys, count + np.arange(count))"
    )
    assert "'who'" in result["found"]
    project = generate_own(tmp_path / "times", **own, time="day")
    run(project, "check.py", "--only", "newest-test").ok()
    result = check_with_bug(project, "newest-test", "data.py", ", ascending=False)", ")")
    assert "older than one of train" in result["found"]
    all_of = "    labels = labels_of(found, config.data)\n"
    some = f"{all_of}    labels = labels[labels.index % 5 > 0]\n"
    assert "48 rows" in check_with_bug(project, "equal-rows", "data.py", all_of, some)["found"]


def weak_tables() -> dict[str, list[str]]:
    """Honest tables whose columns tell little or nothing about the last one."""
    rng = np.random.default_rng(3)
    numbers = rng.normal(size=(600, 4)).round(3)
    risk = 1 / (1 + np.exp(3.1 - 0.4 * numbers[:, 0]))
    rare = (rng.random(600) < risk).astype(int)  # 1 in about 20 rows
    noisy = (50 + 8 * (0.17 * numbers[:, 0] + rng.normal(size=600))).round(2)  # R² of about 0.03
    targets = {"rare": rare, "coin": rng.choice(["up", "down", "even"], 600), "noisy": noisy, "few": rare[:60]}
    return {
        name: ["a,b,c,d,outcome", *(",".join(map(str, [*row, end])) for row, end in zip(numbers, ends, strict=False))]
        for name, ends in targets.items()
    }


def spread(*cases: str) -> list[tuple[str, str]]:
    """Each case with PyTorch, and by turns with one of two others, which are as deaf to data as that is."""
    others = itertools.cycle((("keras",), ("jax",)))
    return [(case, one) for case in cases for one in ("pytorch", *(("keras", "jax") if EVERYTHING else next(others)))]


@pytest.mark.parametrize(("name", "framework"), spread(*weak_tables()))
def test_data_that_tell_little_are_no_fault(tmp_path: Path, name: str, framework: str) -> None:
    (tmp_path / "weak.csv").write_text("\n".join(weak_tables()[name]) + "\n", encoding="utf-8")
    project = generate_own(tmp_path / "p", tmp_path / "weak.csv", framework=framework, target="outcome")
    seed = ("--seed", str(len(name)))
    run(project, "train.py", "--smoke", *seed).ok()
    results = {found["id"]: found for found in json.loads(run(project, "check.py", "--json", *seed).ok().out)}
    assert results["overfit-one-batch"]["passed"]
    if name == "coin":
        row = results["inputs-matter"]  # a row's own inputs may be the best of some by chance
        assert row["passed"] or (row["passed"] is None and "no sign" in row["expected"])


def noise(folder: Path, what: str) -> Path:
    """Pictures or texts whose labels were drawn by lot."""
    rng = np.random.default_rng(5)
    if what == "texts":
        words = "room food staff bed view noise price night bar pool lift street light key towel desk".split()
        rows = [" ".join(rng.choice(words, rng.integers(5, 20))) + f",{rng.choice(['up', 'down'])}" for _ in range(900)]
        (folder / "noise.csv").write_text("text,label\n" + "\n".join(rows) + "\n", encoding="utf-8")
        return folder / "noise.csv"
    for i in range(900):
        file = folder / "noise" / str(rng.choice(["a", "b"])) / f"{i}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (16, 16), dtype=np.uint8)).save(file)
    return folder / "noise"


@pytest.mark.parametrize(("what", "framework"), spread("texts", "pictures"))
def test_labels_drawn_by_lot_are_no_fault(tmp_path: Path, what: str, framework: str) -> None:
    project = generate_own(tmp_path / "p", noise(tmp_path, what), framework=framework)
    run(project, "train.py", "--smoke").ok()
    results = {found["id"]: found for found in json.loads(run(project, "check.py", "--json").ok().out)}
    assert results["overfit-one-batch"]["passed"]
    # one network in forty seems to know something, by chance
    assert results["inputs-matter"]["passed"] or "no sign" in results["inputs-matter"]["expected"]


SLOWLY = """
import checks.parts, numpy as np
from types import SimpleNamespace as Some
metrics = checks.parts.metrics
metrics.loss_of_knowing_nothing, metrics.truth, metrics.loss = lambda *_: (1.0, 0.1), lambda *_: 0, lambda *_: 0.0
for losses in ({96: 0.6, 400: 0.2, 1600: 0.01}, {96: 0.9, 400: 0.8}):  # by rows, of which each comes ten times
    learns = Some(trained=lambda rows, **_: (None, [losses[len(rows.ids)]]), net=Some(mean_loss=lambda *_: 0.0))
    learns.train = checks.parts.Split(*[np.arange(8)] * 4)
    learns.outputs, learns.meta, learns.shallow = lambda *_: None, {}, 1
    print(checks.parts.overfit_one_batch(learns)[0])
"""


def test_what_learns_slowly_is_given_time_and_what_does_not_learn_none(tmp_path: Path) -> None:
    project = generate(tmp_path / "p", task="tabular-regression", models=("mlp",))
    assert run(project, "-c", SLOWLY).ok().out.split() == ["True", "False"]


@pytest.mark.parametrize(("what", "framework"), spread("noise", "walk"))
def test_series_without_a_season_are_no_fault(tmp_path: Path, what: str, framework: str) -> None:
    values = np.random.default_rng(2).normal(size=1500)
    values = 50 + (values.cumsum() if what == "walk" else values)
    days = np.datetime64("2015-01-01") + np.arange(1500)
    rows = "\n".join(f"{day},{value:.4f}" for day, value in zip(days, values, strict=True))
    (tmp_path / "series.csv").write_text(f"day,value\n{rows}\n", encoding="utf-8")
    project = generate_own(tmp_path / "p", tmp_path / "series.csv", framework=framework, task="time-series-forecasting")
    run(project, "train.py", "--smoke").ok()
    run(project, "check.py").ok()


@pytest.mark.parametrize(
    ("what", "file", "right", "wrong"),
    [
        ("pictures", "prepare.py", '"replace") for place in inside]', '"replace") for place in inside[::-1]]'),
        ("pictures", "data.py", "return self.images[self.rows[rows]]", "return self.images[self.rows[rows][::-1]]"),
        ("texts", "data.py", "targets[some], some,", "targets[some][::-1].copy(), some,"),
        ("texts", "texts.py", "batch[:, 1:][is_word] =", "batch[::-1, 1:][is_word[::-1]] ="),
    ],
)
def test_a_disorder_is_found_where_labels_were_drawn_by_lot(
    tmp_path: Path, what: str, file: str, right: str, wrong: str
) -> None:
    project = generate_own(tmp_path / "p", noise(tmp_path, what))
    result = check_with_bug(project, "inputs-matter", file, right, wrong)
    assert "not what the data say" in result["found"]


def test_few_rows_are_held_against_others_of_them(tmp_path: Path) -> None:
    """Of two rows, each gets the other's inputs; a lot that gave each its own would look like a fault."""
    rows = "".join(f"{150 + i * 7 % 50},{50 + i * 11 % 40},{'ab'[i % 2]}\n" for i in range(12))
    (tmp_path / "few.csv").write_text(f"height,weight,class\n{rows}", encoding="utf-8")
    project = generate_own(tmp_path / "p", tmp_path / "few.csv")
    run(project, "check.py", "--only", "inputs-matter").ok()


def test_texts_are_held_against_the_table_however_long_the_others_are(tmp_path: Path) -> None:
    """Rows are padded to the longest of those cut together, which are others when the table is read anew."""
    words = [["cheap", "awful", "poor"], ["lovely", "great", "fine"]]
    more = [f"w{i} " * (3 + i // 75 * (i % 75 == 0)) for i in range(3000)]  # a few are far longer, each by itself
    rows = [f"{more[i]}{words[i % 2][i % 3]},{'ab'[i % 2]}\n" for i in range(3000)]
    (tmp_path / "texts.csv").write_text("text,label\n" + "".join(rows), encoding="utf-8")
    project = generate_own(tmp_path / "p", tmp_path / "texts.csv")
    run(project, "check.py", "--only", "inputs-matter").ok()


def test_the_bugs_cover_every_check(tmp_path: Path) -> None:
    found = set()
    tasks = "text-generation", "tabular-classification", "time-series-forecasting"
    for task in (*tasks, "image-classification", "text-classification"):
        project = generate(tmp_path / task, task=task)
        there = run(project, "check.py", "--only", "nothing").refused(2, "no check nothing; there are ")
        found |= set(there.partition(" are ")[2].split(", "))
    elsewhere = {"lone-column", "equal-rows", "newest-test"}  # the first asks, and never fails; of others are own tests
    assert found - elsewhere == {bug[0] for bug in BUGS}
