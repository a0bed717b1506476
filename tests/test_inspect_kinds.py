"""What is no table of rows, no folder of classes and no text: what it is and what can be done, in one line."""

import gzip
import json
import pickle
import random
import sqlite3
import wave
import zipfile
from pathlib import Path
from typing import Any

import pytest
from conftest import Run, refused
from hackgen.inspection import inspect
from hackgen.parts import read_toml
from PIL import Image

CHANCE = random.Random(0)
MANY = range(30)
ARFF = """% about flowers
@RELATION 'some flowers'

@attribute 'petal length' NUMERIC
@ATTRIBUTE width real
@attribute "where it grew" {'at home', abroad}
@attribute seen date "yyyy-MM-dd"
@attribute class {a,'b c'}

@data
"""


def arff_rows(count: int = 60) -> str:
    ends = ["'at home',{},a", "abroad,{},'b c'"]
    rows = [f"{1 + i % 7}.5, {'?' if i % 9 == 0 else i % 5},{ends[i % 2]}" for i in range(count)]
    return "".join(row.format(f"2024-0{1 + i % 9}-11") + "\n" for i, row in enumerate(rows))


@pytest.mark.parametrize("packed", [False, True])
def test_arff_is_a_table(tmp_path: Path, packed: bool) -> None:
    content = (ARFF + arff_rows() + "% end\n\n").replace("\n", "\r\n").encode()
    path = tmp_path / ("flowers.arff.gz" if packed else "flowers.arff")
    path.write_bytes(gzip.compress(content) if packed else content)
    found = inspect(str(path))
    assert (found.format, found.rows) == ("arff", 60)
    roles = {column.name: column.role for column in found.columns}
    assert roles == {
        "petal length": "number", "width": "number", "where it grew": "category", "seen": "date", "class": "category"
    }  # fmt: skip
    assert found.suggestion.target == "class" and found.facts["classes"] == {"a": 30, "b c": 30}
    assert found.columns[1].missing == pytest.approx(7 / 60, abs=1e-6)


def test_arff_of_what_is_not_zero_and_with_weights(tmp_path: Path) -> None:
    head = "@relation r\n@attribute a numeric\n@attribute b numeric\n@attribute class {no, yes}\n@data\n"
    rows = "".join("{0 3, 2 yes}\n{1 4.5}\n1, 2, yes, {5}\n1,2\n" for _ in range(20))
    (tmp_path / "sparse.txt").write_text(head + rows, encoding="utf-8")
    found = inspect(str(tmp_path / "sparse.txt"))
    assert (found.format, found.rows, found.facts["classes"]) == ("arff", 60, {"yes": 40, "no": 20})
    assert "20 row(s) have more or fewer cells" in found.notes[0]
    assert (found.columns[1].detail["min"], found.columns[1].detail["max"]) == (0, 4.5)


def base(path: Path) -> None:
    with sqlite3.connect(path) as opened:
        opened.execute("CREATE TABLE clients (id INTEGER, age REAL, town TEXT, photo BLOB, left INTEGER)")
        rows = [(i, 20 + i % 50, ["Rom", "Bern", None][i % 3], b"\0", i % 4 == 0) for i in range(200)]
        opened.executemany("INSERT INTO clients VALUES (?, ?, ?, ?, ?)", rows)
        opened.execute('CREATE TABLE "towns ""old""" (name TEXT)')
        opened.execute('INSERT INTO "towns ""old""" VALUES (?)', ["Rom"])
    opened.close()


@pytest.mark.parametrize("name", ["shop.sqlite", "shop.db", "shop"])
def test_sqlite_is_a_table(tmp_path: Path, name: str) -> None:
    base(tmp_path / name)
    before = (tmp_path / name).read_bytes()
    found = inspect(str(tmp_path / name))
    assert (found.format, found.rows, found.dialect["sheet"]) == ("sqlite", 200, "clients")
    assert found.suggestion.target == "left" and 'towns "old" (1 cells)' in found.notes[0]
    assert {c.name: c.role for c in found.columns}["photo"] == "empty"
    assert before == (tmp_path / name).read_bytes() and len(list(tmp_path.iterdir())) == 1


def test_sqlite_that_is_damaged_or_empty_or_too_large_is_a_line(hackgen: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    base(hackgen.work / "a.db")
    raw = (hackgen.work / "a.db").read_bytes()
    (hackgen.work / "cut.db").write_bytes(raw[:5000])
    (hackgen.work / "torn.db").write_bytes(raw[:100] + bytes(len(raw) - 100))
    with sqlite3.connect(hackgen.work / "empty.db") as opened:
        opened.execute("CREATE TABLE t (a)")
    opened.close()
    for name in ("cut.db", "torn.db", "empty.db"):
        refused(hackgen("inspect", name), 1, name, "SQLite")
    monkeypatch.setattr("hackgen.inspection.tables.other_programs.MOST_CELLS", 500)
    refused(hackgen("new", "p", "--data", "a.db", "--yes"), 1, "its table clients has 1,000 cells")


@pytest.mark.parametrize("kind", ["arff", "sqlite"])
def test_a_project_gets_a_plain_table_of_them(hackgen: Run, kind: str) -> None:
    path = hackgen.work / f"a.{kind}"
    if kind == "arff":
        path.write_text(ARFF + arff_rows(), encoding="utf-8")
    else:
        base(path)
    made = hackgen("new", "p", "--data", path.name, "--yes", "--no-git")
    assert made.returncode == 0, made.stderr
    head, first, *_ = (hackgen.work / "p/data/a.csv").read_text(encoding="utf-8").splitlines()
    wanted = ("petal length,width,where it grew,seen,class", "1.5,,at home,2024-01-11,a")
    assert (head, first) == (wanted if kind == "arff" else ("id,age,town,photo,left", "0,20.0,Rom,,1"))
    assert read_toml(hackgen.work / "p/data/schema.toml")["read"] == {}
    again = hackgen("convert", path.name, "plain.csv")
    assert again.returncode == 0 and (hackgen.work / "plain.csv").is_file()


def sound(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(800))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.mat", b"MATLAB 5.0 MAT-file, Platform: GLNXA64".ljust(128) + bytes(90), "MATLAB file, which is"),
        ("b.mat", b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(512) + b"\x89HDF", "MATLAB 7.3 file"),
        ("a.h5", b"\x89HDF\r\n\x1a\n" + bytes(99), "this is HDF5"),
        ("a.sav", b"$FL2@(#) SPSS DATA FILE" + bytes(99), "pandas.read_spss"),
        ("a.dta", b"<stata_dta><header><release>118" + bytes(99), "pandas.read_stata"),
        ("a.feather", b"ARROW1\0\0" + bytes(99), "pandas.read_feather"),
        ("a.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(99), "this is a PDF"),
        ("a.pkl", pickle.dumps([1, 2.5, "x"] * 9, protocol=4), "this is a pickle"),
        ("a.mp3", b"ID3\x03" + bytes(99), "this is a sound; hackgen has no task"),
        ("a.mp4", b"\0\0\0\x18ftypmp42" + bytes(99), "this is a film; hackgen has no task"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "old Office file"),
    ],
)
def test_a_file_that_is_not_read_is_called_by_its_name(hackgen: Run, name: str, content: bytes, said: str) -> None:
    (hackgen.work / name).write_bytes(content)
    (note,) = inspect(str(hackgen.work / name)).notes
    assert said in note and "\n" not in note
    refused(hackgen("new", "p", "--data", name, "--yes"), 1, said)


def test_folders_of_what_is_not_read(hackgen: Run, tmp_path: Path) -> None:
    for kind in ("yes", "no"):
        for i in range(4):
            sound(tmp_path / "speech" / kind / f"{i}.wav")
            (tmp_path / "films" / kind).mkdir(parents=True, exist_ok=True)
            (tmp_path / "films" / kind / f"{i}.mp4").write_bytes(bytes(50))
            (tmp_path / "runs" / kind).mkdir(parents=True, exist_ok=True)
            rows = "".join(f"{k},{CHANCE.random():.3f}\n" for k in range(30))
            (tmp_path / "runs" / kind / f"{i}.csv").write_text(f"t,x\n{rows}", encoding="utf-8")
    (tmp_path / "speech" / "labels.csv").write_text("file,label\n0.wav,yes\n", encoding="utf-8")
    for name, said in (
        ("speech", "it holds 8 sounds, in 2 folders (no, yes …): hackgen has no task for these yet"),
        ("films", "it holds 8 films"),
        ("runs", "it holds 8 tables with equal columns in 2 folders (no, yes …), as recordings of a class each"),
    ):
        found = inspect(str(tmp_path / name))
        assert found.suggestion is None and found.notes[0].startswith(said), found.notes
        refused(hackgen("new", "p", "--data", str(tmp_path / name), "--yes"), 1, said)


def lines(records: list[Any]) -> str:
    return "\n".join(map(json.dumps, records))


TURNS = [{"role": "user", "content": "why?"}, {"role": "assistant", "content": "because"}]
PARAGRAPH = {"context": "It is so.", "qas": [{"question": "Is it?", "answers": [{"text": "so", "answer_start": 6}]}]}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("squad.json", json.dumps({"data": [{"title": f"t{i}", "paragraphs": [PARAGRAPH]} for i in MANY]}), "SQuAD"),
        ("qa.jsonl", lines([{"context": f"c {i}", "question": f"q {i}?", "answers": {"text": ["a"]}} for i in MANY]),
         "questions about texts"),
        ("tuning.jsonl", lines([{"messages": [{"role": "user", "content": f"{i}?"}, *TURNS]} for i in range(30)]),
         "conversations, as language models are tuned on"),
        ("shared.json", json.dumps([{"id": i, "conversations": [{"from": "human", "value": "x"}]} for i in MANY]),
         "conversations"),
        ("alpaca.json", json.dumps([{"instruction": f"Say {i}", "input": "", "output": f"{i} it is"} for i in MANY]),
         "instructions and answers"),
        ("pairs.tsv", "en\tde\n" + "".join(f"This is the sentence {i}.\tDas hier ist Satz {i}.\n" for i in range(60)),
         "pairs of texts"),
        ("boxes.json", json.dumps({"images": [{"id": 1}], "annotations": [{}], "categories": [{}]}), "COCO"),
        ("conll.txt", "EU NNP B-NP B-ORG\nrejects VBZ B-VP O\ncalls NN I-NP O\n. . O O\n\n" * 30, "words with a tag"),
        ("a.svm", "".join(f"{'+-'[i % 2]}1 1:0.{i} 3:{i}.5{' 7:1e-3' * (i % 2)}\n" for i in range(60)), "LIBSVM"),
        ("page.html", "<!DOCTYPE html>\n<table>" + "<tr><td>1</td><td>2</td></tr>\n" * 30, "a web page"),
        ("rows.xml", "<?xml version='1.0'?>\n<rows>" + "<row><a>1</a></row>\n" * 30, "XML"),
        ("rows.yaml", "".join(f"- a: {i}\n  b: {i % 2}\n" for i in MANY), "YAML"),
        ("genes.fasta", "".join(f">seq{i}\n{'ACGT' * 15}\n" for i in MANY), "FASTA"),
        ("film.srt", "".join(f"{i}\n00:00:{i:02},000 --> 00:00:{i:02},900\nHi {i}\n\n" for i in MANY), "subtitles"),
        ("paper.tex", "% a paper\n\\documentclass{article}\n" + "Some words. " * 99, "LaTeX"),
        ("a.ipynb", json.dumps({"cells": [], "metadata": {}, "nbformat": 4}), "a notebook"),
        ("access.log", '1.2.3.4 - - [01/Mar/2024:10:00:00 +0000] "GET / HTTP/1.1" 200 512 "-" "x"\n' * 30, "log of"),
        ("app.log", "2024-01-02 10:00:00,123 [main] INFO it.works - a word\n" * 30, "the log of"),
    ],
)  # fmt: skip
def test_what_has_no_task_yet_is_called_by_its_name(hackgen: Run, name: str, content: str, said: str) -> None:
    (hackgen.work / name).write_text(content, encoding="utf-8")
    found = inspect(str(hackgen.work / name))
    assert found.suggestion is None and said in found.notes[-1]
    refused(hackgen("new", "p", "--data", name, "--yes"), 1, said)


def test_chats_are_named(tmp_path: Path) -> None:
    said = [{"from": ["Anna", "Ben"][i % 2], "date": f"2024-01-01T10:{i % 60:02}:00", "text": f"well, hello {i} to you"}
            for i in range(80)]  # fmt: skip
    (tmp_path / "result.json").write_text(json.dumps({"name": "us", "messages": said}), encoding="utf-8")
    assert inspect(str(tmp_path / "result.json")).notes[0].startswith("this is a chat")
    rows = [f"12/03/2021, 10:{i % 60:02} - {['Anna', 'Ben'][i % 2]}: hello {i}, are you there\n" for i in range(99)]
    (tmp_path / "chat.txt").write_text("".join(rows), encoding="utf-8")
    assert "a chat" in inspect(str(tmp_path / "chat.txt")).facts["shape"]


@pytest.mark.parametrize(
    ("name", "head", "delimiter", "target"),
    [
        ("ratings.csv", "userId,movieId,rating,timestamp\n", ",", "rating"),
        ("u.data", "", "\t", "column_3"),
        ("ratings.dat", "", "::", "column_3"),
        ("books.csv", "User-ID;ISBN;Book-Rating\n", ";", "Book-Rating"),
    ],
)
@pytest.mark.parametrize("regular", [True, False])
def test_ratings_are_named_and_no_series(
    tmp_path: Path, name: str, head: str, delimiter: str, target: str, regular: bool
) -> None:
    pairs = sorted({(CHANCE.randrange(1, 90), CHANCE.randrange(1, 140)) for _ in range(1500)})
    CHANCE.shuffle(pairs)
    rows = []
    for i, (who, what) in enumerate(pairs):
        moment = 881250949 + (i * 1000 if regular else CHANCE.randrange(10**7))
        rows.append([who, what, CHANCE.randrange(1, 6), moment][: 3 if "Book" in head else 4])
    content = head + "".join(delimiter.join(map(str, row)) + "\n" for row in rows)
    (tmp_path / name).write_text(content, encoding="utf-8")
    found = inspect(str(tmp_path / name))
    assert found.notes[0].startswith("these are ratings (") and "no task to recommend" in found.notes[0]
    assert found.suggestion.target == target and found.suggestion.task.startswith("tabular")
    assert all(column.use for column in found.columns[:2])  # new ones are unknown, known ones are learnt from


def test_what_happens_or_not_is_told_by_its_row_and_is_no_series(tmp_path: Path) -> None:
    rows = [f"2024-01-01 {i // 60:02}:{i % 60:02},{i % 17},{i * 7 % 31},{int(i % 23 == 0)}\n" for i in range(900)]
    (tmp_path / "pump.csv").write_text("time,warmth,shaking,failure\n" + "".join(rows), encoding="utf-8")
    for named in (None, "failure"):
        found = inspect(str(tmp_path / "pump.csv"), named).suggestion
        assert (found.task, found.target, found.time) == ("tabular-classification", "failure", "time")


def test_loose_pictures_beside_wrapper_folders_are_left_out(tmp_path: Path) -> None:
    for i in range(20):
        place = tmp_path / "Data" / "Train_Data" / ("cat", "dog")[i % 2] / f"{i}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (8, 8), 12 * i).save(place)
    for i in range(2):
        Image.new("L", (8, 8), 100 + i).save(tmp_path / "Data" / f"loose{i}.png")
        Image.new("L", (8, 8), 200 + i).save(tmp_path / f"sample{i}.png")
    found = inspect(str(tmp_path))
    assert found.facts["classes"] == {"cat": 10, "dog": 10} and found.rows == 20


def test_texts_in_wrapper_folders_are_classes(tmp_path: Path) -> None:
    for outer in ("txt_sentoken", "outer/aclImdb/train"):
        for kind in ("neg", "pos"):
            (tmp_path / outer / kind).mkdir(parents=True)
            for i in range(9):
                content = f"{outer} {kind} {i} " + "words " * 30
                (tmp_path / outer / kind / f"{i}.txt").write_text(content, encoding="utf-8")
    (tmp_path / "outer/aclImdb/imdb.vocab").write_text("the\nand\n", encoding="utf-8")
    (tmp_path / "poldata.README").write_text("about", encoding="utf-8")
    for name in ("txt_sentoken", "outer"):
        found = inspect(str(tmp_path / name))
        assert found.suggestion.task == "text-classification" and found.facts["classes"] == {"neg": 9, "pos": 9}


def test_series_in_several_folders_are_told_from_recordings(tmp_path: Path) -> None:
    for kind in ("north", "south"):
        (tmp_path / kind).mkdir()
        for i in range(4):
            rows = "".join(f"2024-01-{1 + k:02},{CHANCE.random():.3f}\n" for k in range(30))
            (tmp_path / kind / f"{i}.csv").write_text(f"date,level\n{rows}", encoding="utf-8")
    assert "a series each; to forecast them, name one of the folders" in inspect(str(tmp_path)).notes[0]
    assert inspect(str(tmp_path / "north")).suggestion.task == "time-series-forecasting"


def test_boxes_in_a_table_are_no_classes_of_pictures(tmp_path: Path) -> None:
    rows = []
    for i in range(12):
        Image.new("L", (8, 8), 15 * i).save(tmp_path / f"{i}.png")
        rows += [f"{i}.png,8,8,{'ab'[k % 2]},{k},1,{k + 2},5" for k in range(3)]
    (tmp_path / "boxes.csv").write_text("\n".join(["filename,width,height,class,xmin,ymin,xmax,ymax", *rows]))
    coco = {"annotations": [{"image_id": i, "bbox": [1, 2, 3, i], "category_id": i % 3} for i in range(40)]}
    (tmp_path / "coco.json").write_text(json.dumps(coco), encoding="utf-8")
    for name in ("boxes.csv", "coco.json"):
        assert any(note.startswith("these are boxes") for note in inspect(str(tmp_path / name)).notes)
        assert inspect(str(tmp_path / name)).format != "picture-list"


def test_an_archive_of_sounds_is_one(tmp_path: Path) -> None:
    for i in range(3):
        sound(tmp_path / f"{i}.wav")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for i in range(3):
            archive.write(tmp_path / f"{i}.wav", f"speech/{i}.wav")
    assert inspect(str(tmp_path / "a.zip")).notes[0].startswith("it holds 3 sounds")


def pictures(folder: Path, *names: str) -> None:
    for number, name in enumerate(names):
        place = folder / f"{name}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (8, 8), 7 * number % 256).save(place)


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ("JPEGImages", "SegmentationClass", "masks"),
        ("Original", "Ground Truth", "masks"),
        ("input", "target", "one to be made of each"),
        ("rgb", "depth", "one to be made of each"),
        ("trainA", "trainB", "to be turned into the other"),
    ],
)
def test_pictures_in_pairs_are_no_classes(tmp_path: Path, one: str, other: str, said: str) -> None:
    pictures(tmp_path, *(f"{kind}/{i}" for kind in (one, other) for i in range(6)))
    found = inspect(str(tmp_path))
    assert found.suggestion is None and said in found.notes[-1]


def test_classes_of_equal_file_names_are_no_pairs(tmp_path: Path) -> None:
    pictures(tmp_path, *(f"{kind}/{i}" for kind in ("target", "decoy") for i in range(6)))
    assert inspect(str(tmp_path)).facts["classes"] == {"decoy": 6, "target": 6}


def test_classes_are_read_from_names_of_files(tmp_path: Path) -> None:
    pictures(tmp_path / "pets" / "train", *(f"{kind}.{i}" for kind in ("cat", "dog") for i in range(6)))
    pictures(tmp_path / "mine", *(f"{kind}{i:04}" for kind in ("IMG_", "DSC_") for i in range(6)))
    found = inspect(str(tmp_path / "pets"))
    assert (found.suggestion.task, found.facts["classes"]) == ("image-classification", {"cat": 6, "dog": 6})
    assert '"cat.0.png" is "cat"' in found.notes[0]
    assert inspect(str(tmp_path / "mine")).suggestion.task == "image-generation"


def test_texts_without_endings_are_texts(tmp_path: Path) -> None:
    for split in ("train", "test"):
        for i in range(24):
            place = tmp_path / f"20news-bydate-{split}" / ("sci.space", "rec.autos")[i % 2] / str(1000 + i)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(f"Subject: {split} {i}\n\nwhat is said here of {i}", encoding="utf-8")
    found = inspect(str(tmp_path))
    assert found.suggestion.task == "text-classification"
    assert found.facts["classes"] == {"rec.autos": 24, "sci.space": 24}


def test_a_link_to_itself_spoils_nothing_beside_it(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n" + "".join(f"{i % 7},{i % 2}\n" for i in range(60)))
    (tmp_path / "loop").symlink_to("loop")
    assert inspect(str(tmp_path / "t.csv")).rows == 60


def test_a_folder_that_is_a_link_to_elsewhere_is_left_out_and_named(tmp_path: Path) -> None:
    for kind in ("pos", "neg"):
        for i in range(12):
            for place in (tmp_path / "texts" / kind, tmp_path / "others"):
                place.mkdir(parents=True, exist_ok=True)
                (place / f"{i}.txt").write_text(f"some {kind} words of number {i}", encoding="utf-8")
    (tmp_path / "texts" / "more").symlink_to(tmp_path / "others")
    found = inspect(str(tmp_path / "texts"))
    assert found.facts["classes"] == {"neg": 12, "pos": 12}
    assert "1 link(s) that lead out of the folder left out, first more" in found.notes
