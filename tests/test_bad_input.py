"""Every kind of wrong data gets one line that names the place; plain data of each kind are trained on."""

import gzip
import json
import struct
from pathlib import Path

import numpy as np
import pytest
from projects import generate, run

pytestmark = pytest.mark.slow
WORDS = "good bad fine poor nice dull warm cold".split()


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("input")
    tasks = ("tabular", "image", "text"), ("time-series-forecasting", "text-generation", "image-generation")
    names = [f"{kind}-classification" for kind in tasks[0]] + list(tasks[1])
    return {name: generate(root / name, task=name) for name in names}


def table(rows: int, classes: int = 2) -> str:
    return "a,b,class\n" + "".join(f"{i},{i % 7}.5,c{i % classes}\n" for i in range(rows))


def texts(rows: int) -> str:
    return "label\ttext\n" + "".join(f"{'ab'[i % 2]}\t{WORDS[i % 8]} {WORDS[i % 3]} {i}\n" for i in range(rows))


def series(rows: int) -> str:
    return "month,value\n" + "".join(f"{1950 + i // 12}-{i % 12 + 1:02d},{i + 5 * (i % 12)}\n" for i in range(rows))


# task, file's name (None: it is missing), its content, further flags, words of the line
WRONG = [
    ("tabular-classification", None, b"", (), "does not exist"),
    ("tabular-classification", "t.csv", b"", (), "empty"),
    ("tabular-classification", "t.csv", b"a,b,class\n", (), "rows"),
    ("tabular-classification", "t.csv", table(40, 1).encode(), (), "one"),
    ("tabular-classification", "t.csv", (table(40, 1) + "1,2,rare\n").encode(), (), "rare"),
    ("tabular-classification", "t.csv", table(40).encode(), ("--target", "label"), "label"),
    ("tabular-classification", "t.csv", b"a,class\n" + b"1,\n" * 30, (), "class"),
    ("tabular-classification", "t.csv", b"a,b,class\n" + b"1,2,x\n" * 9 + b"1,2\n", (), "t.csv"),
    ("text-classification", None, b"", (), "does not exist"),
    ("text-classification", "t.tsv", b"", (), "empty"),
    ("text-classification", "t.tsv", texts(40).encode(), ("--target", "mood"), "mood"),
    ("text-classification", "t.tsv", b"label\ttext\n" + b"a\tsome words\n" * 30, (), "t.tsv"),
    ("text-classification", "t.tsv", b"label\ttext\n" + b"\tsome words\n" * 30, ("--target", "label"), "empty"),
    ("text-generation", None, b"", (), "does not exist"),
    ("text-generation", "t.txt", b"", (), "empty"),
    ("text-generation", "t.txt", b"too short", (), "too few"),
    ("text-generation", "t.txt", b"\0\1\2" * 5000, (), "no text"),
    ("time-series-forecasting", None, b"", (), "does not exist"),
    ("time-series-forecasting", "t.csv", b"", (), "empty"),
    ("time-series-forecasting", "t.csv", series(20).encode(), (), "too few"),
    ("time-series-forecasting", "t.csv", series(80).encode(), ("--target", "price"), "price"),
    ("time-series-forecasting", "t.csv", b"month,value\n" + b"1950-01,abc\n" * 60, (), "t.csv"),
    ("image-classification", None, b"", (), "does not exist"),
    ("image-classification", "t.npz", b"not an archive", (), "t.npz"),
    ("image-classification", "t.txt", b"words", (), "t.txt"),
    ("image-generation", None, b"", (), "does not exist"),
    ("image-generation", "t.npz", b"", (), "t.npz"),
]


@pytest.mark.parametrize(("task", "name", "content", "flags", "word"), WRONG)
def test_wrong_data_get_one_line(
    projects: dict[str, Path], tmp_path: Path, task: str, name: str | None, content: bytes, flags: tuple, word: str
) -> None:
    path = tmp_path / (name or "nowhere.csv")
    if name:
        path.write_bytes(content)
    line = run(projects[task], "train.py", "--smoke", "--data", str(path), *flags).refused(1, word)
    assert len(line) < 600
    assert not list((projects[task] / "runs").glob("*-*/config.json"))


def pictures(folder: Path, counts: dict[str, int]) -> Path:
    from PIL import Image

    rng = np.random.default_rng(0)
    for name, count in counts.items():
        (folder / name).mkdir(parents=True)
        for i in range(count):
            shade = rng.integers(0, 255, (12, 10, 3)).astype(np.uint8)
            Image.fromarray(shade).save(folder / name / f"{i}.png")
    return folder


def test_an_unreadable_picture_is_named_and_skipped_only_when_told(projects: dict[str, Path], tmp_path: Path) -> None:
    folder = pictures(tmp_path / "photos", {"cat": 12, "dog": 12})
    (folder / "cat" / "broken.png").write_bytes(b"\x89PNG\r\n")
    words = ("train.py", "--smoke", "--data", str(folder))
    run(projects["image-classification"], *words).refused(1, "broken.png", "--skip-bad", "1 of 25")
    assert "broken.png" in run(projects["image-classification"], *words, "--skip-bad", "--out", "skipped").out


@pytest.mark.parametrize(
    ("counts", "word"), [({"cat": 9}, "class"), ({"cat": 9, "dog": 1}, "dog"), ({}, "no pictures")]
)
def test_folders_that_cannot_be_classes(projects: dict[str, Path], tmp_path: Path, counts: dict, word: str) -> None:
    (tmp_path / "photos").mkdir()
    folder = pictures(tmp_path / "photos", counts)
    run(projects["image-classification"], "train.py", "--smoke", "--data", str(folder)).refused(1, word)


def test_a_class_of_one_picture_or_text_is_left_out(projects: dict[str, Path], tmp_path: Path) -> None:
    folder = pictures(tmp_path / "photos", {"cat": 12, "dog": 12, "eel": 2})
    (tmp_path / "texts.tsv").write_text(texts(40) + "c\tgood words\n", encoding="utf-8")
    for task, data, name in (("image", folder, "eel"), ("text", tmp_path / "texts.tsv", "c")):
        project = projects[f"{task}-classification"]
        done = run(project, "train.py", "--smoke", "--data", str(data), "--out", "rare").ok()
        assert f"of class '{name}' ({2 if name == 'eel' else 1})" in done.err
        assert run(project, "evaluate.py", "rare").ok().out
        assert name not in json.loads((project / "runs/rare/meta.json").read_text(encoding="utf-8"))["classes"]


def idx(array: np.ndarray) -> bytes:
    sizes = struct.pack(f">{array.ndim}i", *array.shape)
    return gzip.compress(b"\0\0\x08" + bytes([array.ndim]) + sizes + array.astype(np.uint8).tobytes())


def test_own_data_of_every_kind_are_trained_on(projects: dict[str, Path], tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 255, (60, 9, 9)), np.arange(60) % 3
    (tmp_path / "idx").mkdir()
    for prefix, rows in (("train", slice(0, 45)), ("t10k", slice(45, 60))):
        (tmp_path / "idx" / f"{prefix}-images-idx3-ubyte.gz").write_bytes(idx(images[rows]))
        (tmp_path / "idx" / f"{prefix}-labels-idx1-ubyte.gz").write_bytes(idx(labels[rows]))
    np.savez(tmp_path / "x.npz", x_train=images.astype(np.uint8), y_train=labels)
    pictures(tmp_path / "photos", {"cat": 20, "dog": 20})
    files = {
        "table.csv": table(80).replace(",", ";").encode("utf-16"),
        "texts.tsv": texts(80).replace("good", 'a "stray quote').encode("cp1252"),
        "story.txt": ("Once upon a time — there was a café. " * 200).encode(),
        "series.csv": series(120).encode(),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    for task, name in (
        ("tabular-classification", "table.csv"),
        ("text-classification", "texts.tsv"),
        ("text-generation", "story.txt"),
        ("time-series-forecasting", "series.csv"),
        ("image-classification", "photos"),
        ("image-classification", "idx"),
        ("image-classification", "x.npz"),
        ("image-generation", "photos"),
    ):
        done = run(projects[task], "train.py", "--epochs", "1", "--data", str(tmp_path / name), "--out", f"own-{name}")
        done.ok()
        run(projects[task], "evaluate.py", f"own-{name}").ok()
