"""Every kind of wrong data gets one line that names the place; plain data of each kind are trained on."""

import json
from pathlib import Path

import pytest
from projects import generate, run

pytestmark = pytest.mark.slow
WORDS = "good bad fine poor nice dull warm cold".split()


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("input")
    tasks = ("tabular", "text"), ("time-series-forecasting", "text-generation")
    names = [f"{kind}-classification" for kind in tasks[0]] + list(tasks[1])
    return {name: generate(root / name, task=name) for name in names}


def table(rows: int, classes: int = 2) -> str:
    return "a,b,class\n" + "".join(f"{i},{i % 7}.5,c{i % classes}\n" for i in range(rows))


def texts(rows: int) -> str:
    return "label\ttext\n" + "".join(f"{'ab'[i % 2]}\t{WORDS[i % 8]} {WORDS[i % 3]} {i}\n" for i in range(rows))


def series(rows: int) -> str:
    return "month,co2\n" + "".join(f"{1950 + i // 12}-{i % 12 + 1:02d},{i + 5 * (i % 12)}\n" for i in range(rows))


# task, file's name (None: it is missing), its content, further flags, words of the line
WRONG = [
    ("tabular-classification", None, b"", (), "there is no"),
    ("tabular-classification", "t.csv", b"", (), "empty"),
    ("tabular-classification", "t.csv", b"a,b,class\n", (), "rows"),
    ("tabular-classification", "t.csv", table(40, 1).encode(), (), "one"),
    ("tabular-classification", "t.csv", (table(40, 1) + "1,2,rare\n").encode(), (), "too few"),
    ("tabular-classification", "t.csv", table(40).encode(), ("--target", "label"), "label"),
    ("tabular-classification", "t.csv", b"a,class\n" + b"1,\n" * 30, (), "class"),
    ("tabular-classification", "t.csv", b"a,b,class\n" + b"1,2,x\n" * 9 + b"1,2\n", (), "t.csv"),
    ("text-classification", None, b"", (), "there is no"),
    ("text-classification", "t.tsv", b"", (), "empty"),
    ("text-classification", "t.tsv", texts(40).encode(), ("--target", "mood"), "mood"),
    ("text-classification", "t.tsv", b"label\ttext\n" + b"a\tsome words\n" * 30, (), "t.tsv"),
    ("text-classification", "t.tsv", b"label\ttext\n" + b"\tsome words\n" * 30, ("--target", "label"), "empty"),
    ("text-classification", "t.xlsx", b"PK\3\4 cut off", (), "t.xlsx is no table"),
    ("text-generation", None, b"", (), "there is no"),
    ("text-generation", "t.txt", b"", (), "empty"),
    ("text-generation", "t.txt", b"too short", (), "too few"),
    ("text-generation", "t.txt", b"\0\1\2" * 5000, (), "no text"),
    ("time-series-forecasting", None, b"", (), "there is no"),
    ("time-series-forecasting", "t.csv", b"", (), "cannot be read"),
    ("time-series-forecasting", "t.csv", series(8).encode(), (), "too few"),
    ("time-series-forecasting", "t.csv", series(80).encode(), ("--target", "price"), "price"),
    ("time-series-forecasting", "t.csv", b"month,co2\n" + b"1950-01,abc\n" * 60, (), "t.csv"),
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


def test_a_class_of_one_text_is_left_out(projects: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "texts.tsv").write_text(texts(40) + "c\tgood words\n", encoding="utf-8")
    project = projects["text-classification"]
    done = run(project, "train.py", "--smoke", "--data", str(tmp_path / "texts.tsv"), "--out", "rare").ok()
    assert "class c is left out" in done.err
    assert run(project, "evaluate.py", "rare").ok().out
    assert "c" not in json.loads((project / "runs/rare/meta.json").read_text(encoding="utf-8"))["classes"]


def test_own_data_of_every_kind_are_trained_on(projects: dict[str, Path], tmp_path: Path) -> None:
    files = {
        "table.csv": table(80).replace(",", ";").encode("utf-16"),
        "texts.tsv": texts(80).replace("good", 'a "stray quote').encode(),
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
    ):
        done = run(projects[task], "train.py", "--epochs", "1", "--data", str(tmp_path / name), "--out", f"own-{name}")
        done.ok()
        run(projects[task], "evaluate.py", f"own-{name}").ok()
