"""Data sets of the hub: its library's own loading code, on small local data."""

from pathlib import Path

import pytest
from hackgen.errors import Problem
from hackgen.inspection import inspect
from hackgen.inspection.pictures import hub


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("hf:org/name", "org/name"),
        ("hf://datasets/org/name", "org/name"),
        ("https://huggingface.co/datasets/org/name", "org/name"),
        ("hf:imdb", "imdb"),
        ("imdb.csv", None),
        ("data/imdb", None),
    ],
)
def test_addresses_of_the_hub_are_told_from_files(given: str, name: str | None) -> None:
    assert hub.name_of(given) == name


def test_without_its_library_the_remedy_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "datasets", None)
    with pytest.raises(Problem, match="pip install datasets"):
        hub.fetch("org/name", tmp_path / "kept")


@pytest.mark.slow  # importing the library takes seconds
def test_a_data_set_becomes_a_file_that_can_be_inspected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("datasets")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    source = tmp_path / "source"
    source.mkdir()
    words = ("good and cheap, I would buy it again", "broke after a day, and nobody answered")
    rows = "".join(f'"{words[i % 2]} {i}",{i % 2}\n' for i in range(40))
    (source / "train.csv").write_text("text,label\n" + rows, encoding="utf-8")
    (source / "test.csv").write_text("text,label\nfine,1\n", encoding="utf-8")
    kept = hub.fetch(str(source), tmp_path / "kept")
    assert kept == hub.fetch(str(source), tmp_path / "kept")  # the second time from the disk
    found = inspect(str(kept))
    assert (found.format, found.rows, found.suggestion.target) == ("parquet", 41, "label")


@pytest.mark.slow
def test_hidden_labels_are_none_and_classes_of_like_names_stay_apart(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    from PIL import Image

    classes = datasets.ClassLabel(names=["C+", "C#"])
    labels = [0, 1, -1, None, 1, 0]
    features = datasets.Features({"image": datasets.Image(), "label": classes})
    drawn = [Image.new("RGB", (8, 8), (40 * i, 0, 0)) for i in range(len(labels))]
    rows = datasets.Dataset.from_dict({"image": drawn, "label": labels}, features=features)
    (tmp_path / "pictures").mkdir()
    hub._write(datasets.DatasetDict(train=rows), tmp_path / "pictures", datasets)
    counts = [len(list(folder.iterdir())) for folder in sorted((tmp_path / "pictures/train").iterdir())]
    assert counts == [2, 2]
    table = rows.remove_columns("image").add_column("x", list(range(len(labels))))
    (tmp_path / "table").mkdir()
    hub._write(datasets.DatasetDict(train=table), tmp_path / "table", datasets)
    found = inspect(str(tmp_path / "table/data.parquet"), "label")
    assert dict(found.columns[0].detail["top"]) == {"C+": 2, "C#": 2}
