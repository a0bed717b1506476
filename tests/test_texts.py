"""Texts of one's own: what inspect says about them, and projects that read them, in memory or mapped."""

import gzip
import json
import os
import random
import shutil
import zipfile
from pathlib import Path

import pytest
from hackgen.inspection.texts.look import inspect_texts
from projects import generate, run

WORDS = {"good": "kind lovely great warm superb".split(), "bad": "cold dull rude awful broken".split()}
OTHER = [f"{a}{b}" for a in "tal mir sol ken bar dun".split() for b in "o in et us".split()]


def texts(label: str, count: int, seed: int = 0) -> list[str]:
    """Different short texts in which the label shows."""
    rng = random.Random(f"{label}{seed}")
    words = WORDS[label] + OTHER
    return [" ".join([rng.choice(WORDS[label]), *rng.choices(words, k=8)]) + f" {seed}{i}." for i in range(count)]


def by_class(folder: Path, count: int = 30, seed: int = 0) -> Path:
    for label in WORDS:
        (folder / label).mkdir(parents=True, exist_ok=True)
        for i, text in enumerate(texts(label, count, seed)):
            (folder / label / f"{i}.txt").write_text(text, encoding="utf-8")
    return folder


def prose(sentences: int) -> str:
    """Sentences one after the other."""
    rng = random.Random(0)
    return " ".join(" ".join(rng.choices(OTHER, k=9)).capitalize() + "." for _ in range(sentences))


# inspect


def test_lines_and_long_texts_are_told_apart(tmp_path: Path) -> None:
    import textwrap

    path = tmp_path / "a text.txt"
    wrapped = textwrap.fill(prose(200), 70)
    paragraphs = "\n\n".join(prose(200).replace(". ", ".\n").split("\n"))
    code = "".join(f"def f{i}(x):\n    return x + {i}\n    # {OTHER[i % 9]}\n" for i in range(100))
    lines = "\n".join(texts("good", 150)) + "\n"
    for content, shape in ((wrapped, "broken"), (paragraphs, "empty"), (code, "indented"), (lines, "a text a line")):
        path.write_text(content, encoding="utf-8")
        found = inspect_texts(path)
        assert shape in found.facts["shape"], (shape, found.facts)
        assert found.suggestion and found.suggestion.task == "text-generation"
        assert (found.rows == 150) == (shape == "a text a line")


def test_what_is_odd_in_lines_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "lines.txt"
    rows = [*texts("good", 100), "", *texts("good", 3), "Привет, мир и все кто тут.", "", texts("bad", 1)[0].upper()]
    path.write_bytes("\n".join([*rows, *texts("bad", 1)]).encode("utf-16"))
    found = inspect_texts(path)
    kinds = {suspect.kind: suspect.detail for suspect in found.suspects}
    assert found.facts["empty"] == 2 and "2 of 108" in kinds["empty"]
    assert found.facts["duplicates"] == 4  # three again, and one in capitals
    assert found.facts["encoding"] == "utf-16" and set(found.facts["scripts"]) == {"Latin", "Cyrillic"}
    assert found.facts["words_a_text"]["shortest"] == 0


def test_folders_are_classes(tmp_path: Path) -> None:
    by_class(tmp_path / "set" / "train", 20)
    by_class(tmp_path / "set" / "test", 6, seed=1)
    (tmp_path / "set" / "train" / "unsup").mkdir()
    (tmp_path / "set" / "train" / "unsup" / "0.txt").write_text("a text", encoding="utf-8")
    (tmp_path / "set" / "test" / "bad" / "again.txt").write_text(texts("bad", 1)[0], encoding="utf-8")
    (tmp_path / "set" / "test" / "good" / "old.txt").write_bytes("schöne Grüße".encode("cp1252"))
    found = inspect_texts(tmp_path / "set")
    assert (found.format, found.rows) == ("texts", 54)
    assert found.facts["classes"] == {"good": 27, "bad": 27} and found.facts["splits"] == {"train": 40, "test": 14}
    assert found.facts["encodings"]["cp1252"] == 1
    assert any(suspect.kind == "leakage" and "1 text" in suspect.detail for suspect in found.suspects)
    assert found.suggestion and found.suggestion.task == "text-classification"
    json.dumps(found.to_json(), allow_nan=False)


def test_what_cannot_be_classes_is_said(tmp_path: Path) -> None:
    folder = by_class(tmp_path / "set", 10)
    (folder / "good" / "broken.txt").write_bytes(b"\0\1\2\3" * 20)
    found = inspect_texts(folder)
    assert any(suspect.kind == "corrupt" and "broken.txt" in suspect.detail for suspect in found.suspects)
    (folder / "good" / "broken.txt").unlink()
    (folder / "rare").mkdir()
    (folder / "rare" / "only.txt").write_text("one text", encoding="utf-8")
    assert any("'rare'" in note for note in inspect_texts(folder).notes)


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"\xff\xfe", b"\xef\xbb\xbf", b"x", "\ud800".encode("utf-8", "surrogatepass")]
)
def test_any_file_is_looked_at(tmp_path: Path, content: bytes) -> None:
    for name, packed in (("t.txt", content), ("t.txt.gz", gzip.compress(content)), ("cut.gz", gzip.compress(b"y")[:9])):
        (tmp_path / name).write_bytes(packed)
        assert inspect_texts(tmp_path / name).suggestion is None
    (tmp_path / "none").mkdir()
    assert inspect_texts(tmp_path / "none").notes
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr("../outside.txt", content)
    assert inspect_texts(tmp_path / "z.zip").rows == 1
    assert not (tmp_path.parent / "outside.txt").exists()


# projects


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generate(tmp_path_factory.mktemp("texts") / "classifier", task="text-classification")


@pytest.fixture(scope="module")
def writer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generate(tmp_path_factory.mktemp("texts") / "writer", task="text-generation")


PROBE = """
import hashlib, json, sys
import numpy as np
import config, data, splits
from support import mapped
if sys.argv[2] == "mapped":
    mapped.LARGE = 0
    try:
        from tables import reader
        reader.LARGE = 0
    except ImportError:
        pass
found = data.load(next(iter(config.MODELS.values()))(data=sys.argv[1]))
facts = {"meta": found.meta, "mapped": []}
for name in ("train", "valid", "test"):
    split = getattr(found, name)
    rows = np.arange(len(split))
    batch = [split.inputs[rows], split.targets[rows], split.ids]
    facts[name] = [hashlib.sha256(np.ascontiguousarray(part).tobytes()).hexdigest() for part in batch]
    numbers = split.inputs.numbers if hasattr(split.inputs, "starts") else split.inputs.text
    facts["mapped"].append(isinstance(numbers, np.memmap))
print(json.dumps(facts))
"""


def probe(project: Path, source: Path, how: str) -> dict:
    """What data.load makes of a source, in memory or mapped."""
    (project / "probe.py").write_text(PROBE, encoding="utf-8")
    return json.loads(run(project, "probe.py", str(source), how).ok().out)


@pytest.mark.slow
def test_folders_by_class_are_trained_on(classifier: Path, tmp_path: Path) -> None:
    by_class(tmp_path / "my set" / "train", 60)
    by_class(tmp_path / "my set" / "test", 20, seed=1)
    (tmp_path / "my set" / "test" / "bad" / "copy.txt").write_text(texts("bad", 1)[0], encoding="utf-8")
    (tmp_path / "my set" / "train" / "bad" / "broken.txt").write_bytes(b"\0\1\2\3" * 20)
    source = str(tmp_path / "my set")
    done = run(classifier, "train.py", "--smoke", "--data", source, "--out", "folders").ok()
    assert "1 training text(s) also stand in the test set" in done.err and "broken.txt is no text" in done.err
    run(classifier, "evaluate.py", "folders").ok()
    report = json.loads((classifier / "runs" / "folders" / "report.json").read_text(encoding="utf-8"))
    assert report["n_test"] == 41 and report["score"] > 0.8
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "empty.txt").write_text("", encoding="utf-8")
    (tmp_path / "new" / "odd.txt").write_text("完全に 新しい ☃ words", encoding="utf-8")
    rows = json.loads(run(classifier, "predict.py", "--run", "folders", str(tmp_path / "new"), "--json").ok().out)
    assert [Path(row["input"]).name for row in rows] == ["empty.txt", "odd.txt"]


ASK = """
import json, sys
from texts import labelled
from support import mapped
from config import MODELS
answers = []
for path in sys.argv[2:]:
    mapped.LARGE = int(sys.argv[1])
    found = labelled.read(next(iter(MODELS.values()))(data=path))
    answers.append([found.classes, *(array.tolist() for array in (found.labels, found.is_test, found.corpus.keys))])
print(json.dumps(answers))
"""


def test_a_zip_of_texts_is_read_in_place_like_the_folder(classifier: Path, tmp_path: Path) -> None:
    folder, packed = tmp_path / "set", tmp_path / "set.zip"
    by_class(folder / "train", 12)
    by_class(folder / "test", 5, seed=1)
    with zipfile.ZipFile(packed, "w") as archive:
        for file in sorted(folder.rglob("*.txt")):
            archive.write(file, f"../../outside/{file.relative_to(folder).as_posix()}")
        archive.writestr("__MACOSX/outside/train/good/._1.txt", b"\0\1")
    for limit in ("100000000", "0"):
        done = run(classifier, "-c", ASK, limit, str(folder), str(packed)).ok()
        (classes, labels, is_test, keys), zipped = json.loads(done.out)
        assert zipped == [classes, labels, is_test, keys] and len(labels) == 34 and sum(is_test) == 10, limit
    assert not (tmp_path.parent / "outside").exists() and not (tmp_path / "outside").exists()
    packed.write_bytes(packed.read_bytes()[:2000])
    code = "import cli, data; from config import MODELS\n"
    code += f"cli.run(lambda: data.load(next(iter(MODELS.values()))(data={str(packed)!r})))"
    run(classifier, "-c", code).refused(1, "set.zip")


@pytest.mark.slow
def test_mapped_texts_are_the_same_texts(classifier: Path, tmp_path: Path) -> None:
    rows = [f'{label}\t"{text}"' for label in WORDS for text in texts(label, 80)]
    table = tmp_path / "t.tsv"
    table.write_text("mood\ttext\n" + "\n".join(rows) + "\n", encoding="utf-8")
    for source in (table, by_class(tmp_path / "set", 30)):
        before = probe(classifier, source, "memory")
        for _ in range(2):  # prepared, then found
            after = probe(classifier, source, "mapped")
            assert all(after.pop("mapped")) and {**before, "mapped": 0} == {**after, "mapped": 0}
    table.write_text(table.read_text(encoding="utf-8") + "good\tone more kind text\n", encoding="utf-8")
    assert probe(classifier, table, "mapped")["meta"]["data"]["rows"] == 161  # the source changed
    assert "prepared/" in (classifier / ".gitignore").read_text(encoding="utf-8").split()


@pytest.mark.slow
def test_the_schema_names_the_columns(classifier: Path, tmp_path: Path) -> None:
    rows = [
        f"{i},{i % 3},{'long words about nothing at all ' * 3},{t},{label}"
        for label in WORDS
        for i, t in enumerate(texts(label, 30))
    ]
    (tmp_path / "t.csv").write_text("id,label,notes,said,mood\n" + "\n".join(rows) + "\n", encoding="utf-8")
    names = {"id": "identifier", "label": "number", "notes": "constant", "said": "text", "mood": "category"}
    columns = "".join(f'[[columns]]\nname = "{name}"\nrole = "{role}"\n' for name, role in names.items())
    schema = classifier / "data" / "schema.toml"
    schema.write_text(f'format = "csv"\ntarget = "mood"\n{columns}', encoding="utf-8")
    try:
        found = probe(classifier, tmp_path / "t.csv", "memory")["meta"]
        assert found["columns"] == {"text": "said", "target": "mood", "group": ""} and found["classes"] == [
            "bad",
            "good",
        ]
        (tmp_path / "other.csv").write_text("a,b\n" + "some text,x\n" * 9, encoding="utf-8")
        run(classifier, "data.py")  # the sample needs no schema
        run(classifier, "train.py", "--smoke", "--data", str(tmp_path / "other.csv")).refused(
            1, "hackgen new", "--data"
        )
    finally:
        schema.unlink()


@pytest.mark.slow
def test_a_story_in_any_encoding(writer: Path, tmp_path: Path) -> None:
    story = prose(400).replace("Tal", "Tál")
    plain = tmp_path / "plain.txt"
    plain.write_bytes(story.encode())
    wanted = probe(writer, plain, "memory")
    (tmp_path / "folder").mkdir()
    half = story.index(" ", len(story) // 2)
    (tmp_path / "folder" / "1.txt").write_bytes(story[:half].encode("utf-16"))
    (tmp_path / "folder" / "2.txt").write_bytes(story[half + 1 :].encode("cp1252"))
    (tmp_path / "no mark.txt").write_bytes(story.encode("utf-16-le"))
    (tmp_path / "packed.txt.gz").write_bytes(gzip.compress(story.encode("utf-8-sig")))
    (tmp_path / "latin.txt").write_bytes(story.replace("\n", "\r\n").encode("latin-1"))
    for name in ("no mark.txt", "packed.txt.gz", "latin.txt"):
        for how in ("memory", "mapped"):
            found = probe(writer, tmp_path / name, how)
            assert found["mapped"] == [how == "mapped"] * 3
            assert [found[part] for part in ("train", "valid", "test")] == [
                wanted[part] for part in ("train", "valid", "test")
            ]
            assert found["meta"]["data"]["sha256"] == wanted["meta"]["data"]["sha256"]
    assert probe(writer, tmp_path / "folder", "memory")["meta"]["data"]["rows"] == len(story)
    (tmp_path / "cut.txt.gz").write_bytes(gzip.compress(story.encode())[:500])
    run(writer, "train.py", "--data", str(tmp_path / "cut.txt.gz")).refused(1, "cut.txt.gz", "gzip")


# Prepared in blocks


def shrunk(project: Path, copy: Path) -> Path:
    """A project that prepares everything on disk, in blocks so small that there are many."""
    shutil.copytree(project, copy, ignore=shutil.ignore_patterns("runs", "prepared", "__pycache__", ".git"))
    smaller = {
        "support/mapped.py": ("LARGE = 100 * 2**20", "LARGE = 0"),
        "tables/reader.py": ("LARGE = 64 * 2**20", "LARGE = 0"),
        "tables/pieces.py": ("PIECE = 4 * 2**20", "PIECE = 700"),
        "texts/text_blocks.py": ("FILES = 1000", "FILES = 7"),
        "texts/characters.py": ("PIECE = 1 << 22", "PIECE = 700"),
    }
    for name, (old, new) in smaller.items():
        if (file := copy / name).exists():
            content = file.read_text(encoding="utf-8")
            assert old in content, name
            file.write_text(content.replace(old, new), encoding="utf-8")
    return copy


def sources(folder: Path, writer: bool) -> list[Path]:
    """Texts of all kinds that are cut into blocks differently."""
    folder.mkdir()
    story = prose(120).replace(". ", ".\r\n", 40).replace("Tal", "Tál☃")
    if writer:
        (folder / "plain.txt").write_bytes(story.encode("utf-8-sig"))
        (folder / "one line.txt").write_bytes(prose(120).replace("o", "ö").encode("cp1252"))
        (folder / "wide.txt").write_bytes(story.encode("utf-16"))
        (folder / "packed.txt.gz").write_bytes(gzip.compress(story.encode()))
        (folder / "many").mkdir()
        for i in range(40):
            text = prose(1 + i % 3 + 30 * (i == 9)) if i % 5 else ""
            (folder / "many" / f"{i:02}.txt").write_bytes(text.encode("utf-16" if i == 3 else "utf-8"))
        with zipfile.ZipFile(folder / "many.zip", "w") as archive:
            for file in sorted((folder / "many").iterdir()):
                archive.write(file, file.name)
        return sorted(folder.iterdir())
    rows = [f'{label},"{text}\n{i}"' for label in WORDS for i, text in enumerate(texts(label, 60))]
    (folder / "t.csv").write_text("mood,text\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return [folder / "t.csv", by_class(folder / "set", 30)]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["classifier", "writer"])
def test_several_processes_prepare_the_same_bytes(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    project = request.getfixturevalue(kind)
    copy = shrunk(project, tmp_path / "copy")
    for source in sources(tmp_path / "sources", kind == "writer"):
        wanted, found = probe(project, source, "memory"), probe(copy, source, "mapped")
        assert {**wanted, "mapped": 0} == {**found, "mapped": 0} and all(found["mapped"]), source.name
    left = {path.name for path in (copy / "prepared").glob("*/*")}
    assert not any(name.startswith(("block-", "piece-", "job", "unpacked")) for name in left)


LOAD = """
import json, os, sys
import data
from support import crew
from texts import {module}
from config import MODELS
tasks, task, phase = [], {module}.task, crew.phase
def noting(folder, name):
    do = task(folder, name)
    def one(number):
        if sys.argv[2] == str(number):
            os._exit(9)  # as killed by force
        tasks.append(number)
        do(number)
    return one
{module}.task = noting
crew.phase = lambda *given: phase(*given[:5], several=False)
found = data.load(next(iter(MODELS.values()))(data=sys.argv[1]))
print(json.dumps([tasks, found.meta["data"], [split.inputs[:].tolist() for split in (found.train, found.test)]]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["classifier", "writer"])
def test_a_killed_preparation_goes_on(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    copy = shrunk(request.getfixturevalue(kind), tmp_path / "copy")
    code = LOAD.replace("{module}", "text_blocks" if kind == "classifier" else "characters")
    for source in sources(tmp_path / "sources", kind == "writer")[-2:]:
        assert run(copy, "-c", code, str(source), "3").code == 9
        again = run(copy, "-c", code, str(source), "").ok()
        assert "going on to prepare" in again.err
        (tasks, *arrays), blocks = json.loads(again.out), 0
        assert tasks[0] == 3 and (blocks := tasks[-1] + 1) and tasks == list(range(3, blocks)) and blocks > 4
        shutil.rmtree(copy / "prepared")
        (fresh, *wanted) = json.loads(run(copy, "-c", code, str(source), "").ok().out)
        assert wanted == arrays and fresh == list(range(blocks))
        file = source if source.is_file() else sorted(source.rglob("*.txt"))[0]
        if file.suffix in (".txt", ".csv"):
            os.utime(file, ns=(1, 1))  # the source changed, so all is made anew
            assert json.loads(run(copy, "-c", code, str(source), "").ok().out)[0] == fresh
