"""Texts of one's own: what inspect says about them, and projects that read them, in memory or mapped."""

import csv
import gzip
import io
import json
import random
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from hackgen.conversion import texts as conversion
from hackgen.conversion.command import convert
from hackgen.errors import Problem
from hackgen.inspection import inspect
from hackgen.inspection.texts.look import inspect_texts
from hackgen.making.choice import Answers
from hackgen.making.own_data import modelled
from projects import generate_own, run

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


def test_a_chat_is_a_text_and_no_table(tmp_path: Path) -> None:
    said = [f"{text.removesuffix('.')}, you know" for text in texts("good", 120)]
    for stamp in ("[12/03/2021, 10:{:02}:07] Anna Lee: ", "2021-03-12 10:{:02} - Bob: ", "3/12/21, 9:{:02} PM - Bob: "):
        lines = [stamp.format(i % 60) + text for i, text in enumerate(said)]
        (tmp_path / "chat.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
        found = inspect(str(tmp_path / "chat.txt"))
        assert found.suggestion and found.suggestion.task == "text-generation", stamp
        assert "names of people" in found.facts["shape"]


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


# What becomes of a team's texts


def made(folder: Path, source: Path, **answers: object) -> dict[str, bytes]:
    """The files in data/ of a project for own texts."""
    project = generate_own(folder, source, **answers)
    return {file.name: file.read_bytes() for file in (project / "data").iterdir()}


def table(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def test_folders_by_class_become_a_table(tmp_path: Path) -> None:
    by_class(tmp_path / "my set" / "wrapper" / "train", 12)
    by_class(tmp_path / "my set" / "wrapper" / "Test_Data", 5, seed=1)
    (tmp_path / "my set" / "README").write_text("about", encoding="utf-8")
    good = tmp_path / "my set" / "wrapper" / "train" / "good"
    (good / "old.txt").write_bytes("schöne Grüße\r\nan alle".encode("cp1252"))
    (good / "broken.txt").write_bytes(b"\0\1\2\3" * 20)
    secret = tmp_path / "secret.txt"
    secret.write_text("not yours", encoding="utf-8")
    (good / "link.txt").symlink_to(secret)
    packed = tmp_path / "my set.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for file in sorted((tmp_path / "my set").rglob("*.txt")):
            if not file.is_symlink():
                archive.write(file, f"../../outside/{file.relative_to(tmp_path).as_posix()}")
        archive.writestr("__MACOSX/outside/train/good/._1.txt", b"\0\1")
    found = inspect(str(tmp_path / "my set"))
    assert any("link.txt" in note for note in found.notes)
    files = made(tmp_path / "p", tmp_path / "my set", task="text-classification")
    assert files.keys() == {"my_set.csv", "schema.toml"} and b'split = "split"' in files["schema.toml"]
    assert b"files = true" in files["schema.toml"]
    rows = table(files["my_set.csv"])
    assert len(rows) == 35 and [sum(row["split"] == name for row in rows) for name in ("train", "test")] == [25, 10]
    assert {row["label"] for row in rows} == set(WORDS) and "schöne Grüße\nan alle" in {row["text"] for row in rows}
    assert not any("not yours" in row["text"] for row in rows)
    assert made(tmp_path / "z", packed, task="text-classification")["my_set.csv"] == files["my_set.csv"]
    assert not (tmp_path.parent / "outside").exists() and not (tmp_path / "outside").exists()
    packed.write_bytes(packed.read_bytes()[:2000])
    with pytest.raises(Problem, match="my set"):
        generate_own(tmp_path / "q", packed, task="text-classification")


def test_a_plain_table_is_copied_as_it_is_and_any_other_becomes_one(tmp_path: Path) -> None:
    rows = [[label, text] for label in WORDS for text in texts(label, 30)]
    plain = tmp_path / "plain.csv"
    plain.write_text("mood;said\n" + "\n".join(map(";".join, rows)) + "\n", encoding="utf-16")
    files = made(tmp_path / "p", plain)
    assert files["plain.csv"] == plain.read_bytes() and b'encoding = "utf-16' in files["schema.toml"]
    assert b'target = "mood"' in files["schema.toml"] and b'text = "said"' in files["schema.toml"]
    stray = tmp_path / "stray.tsv"
    lines = ["\t".join([m, t.replace(" ", ' "', 1)]) for m, t in rows]
    stray.write_bytes(("mood\tsaid\n" + "\n".join(lines) + "\n").replace("lovely", "schön").encode("cp1252"))
    assert made(tmp_path / "s", stray)["stray.tsv"] == stray.read_bytes()
    bare = tmp_path / "bare.tsv"
    bare.write_text("\n".join(map("\t".join, rows)) + "\n", encoding="utf-8")
    files = made(tmp_path / "b", bare)
    assert files["bare.tsv"] == bare.read_bytes() and b'names = ["column_1", "column_2"]' in files["schema.toml"]
    nested = tmp_path / "nested.json"
    nested.write_text(json.dumps({"data": [{"mood": m, "said": {"en": t}} for m, t in rows]}), encoding="utf-8")
    files = made(tmp_path / "n", nested)
    assert [list(row.values()) for row in table(files["nested.csv"])] == rows


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
def test_a_new_table_may_be_written_as_the_teams_own_or_plainly(encoding: str, tmp_path: Path) -> None:
    own = "mood;said\n" + "".join(f"{label};{text} für\n" for label in WORDS for text in texts(label, 30))
    (tmp_path / "own.csv").write_text(own, encoding=encoding)
    project = generate_own(tmp_path / "p", tmp_path / "own.csv", task="text-classification")
    for name, sep, written in (("a", ";", encoding), ("b", ";", "utf-8"), ("c", ",", "utf-8")):
        (project / f"{name}.csv").write_text(f"said{sep}x\nschön{sep}1\n", encoding=written)
    code = "import data, pathlib; print([data.new_rows(p, 'said') for p in pathlib.Path().glob('*.csv')])"
    assert run(project, "-c", code).ok().out.strip() == str([["schön"]] * 3)


def test_any_text_becomes_the_same_one_in_utf8(tmp_path: Path) -> None:
    story = prose(400).replace("Tal", "Tál") + "\n"
    half = story.index(" ", len(story) // 2)
    (tmp_path / "plain.txt").write_bytes(story.encode())
    (tmp_path / "no mark.txt").write_bytes(story.encode("utf-16-le"))
    (tmp_path / "packed.txt.gz").write_bytes(gzip.compress(story.encode("utf-8-sig")))
    (tmp_path / "latin.txt").write_bytes(story.replace("\n", "\r\n").encode("latin-1"))
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "1.txt").write_bytes(story[:half].encode("utf-16"))
    (tmp_path / "folder" / "2.txt").write_bytes(story[half + 1 :].encode("cp1252"))
    with zipfile.ZipFile(tmp_path / "both.zip", "w") as archive:
        for file in sorted((tmp_path / "folder").iterdir()):
            archive.write(file, file.name)
    joined = story[:half] + "\n" + story[half + 1 :]
    for i, name in enumerate(("plain.txt", "no mark.txt", "packed.txt.gz", "latin.txt", "folder", "both.zip")):
        files = made(tmp_path / str(i), tmp_path / name, task="text-generation")
        (text,) = (content for name, content in files.items() if name != "schema.toml")
        assert text.decode() == (story if i < 4 else joined), name
    (tmp_path / "short.txt").write_text("Too short to learn anything from it.", encoding="utf-8")
    with pytest.raises(Problem, match="36 characters, too few"):
        generate_own(tmp_path / "short", tmp_path / "short.txt", task="text-generation")
    (tmp_path / "cut.txt.gz").write_bytes(gzip.compress(story.encode())[:500])
    with pytest.raises(Problem, match=r"cut.txt.gz.*unpacked"):
        generate_own(tmp_path / "cut", tmp_path / "cut.txt.gz", task="text-generation")


def test_convert_writes_what_a_project_takes(tmp_path: Path) -> None:
    source = by_class(tmp_path / "set", 12)
    told = CliRunner().invoke(convert, [str(source), str(tmp_path / "t.csv")])
    assert told.exit_code == 0 and "24 texts" in told.output
    assert len(table((tmp_path / "t.csv").read_bytes())) == 24
    (tmp_path / "story.txt").write_bytes(prose(400).encode("utf-16"))
    told = CliRunner().invoke(convert, [str(tmp_path / "story.txt"), str(tmp_path / "new.txt")])
    assert told.exit_code == 0 and (tmp_path / "new.txt").read_text(encoding="utf-8") == prose(400)


# Projects


@pytest.mark.slow
def test_folders_by_class_are_trained_on(tmp_path: Path) -> None:
    by_class(tmp_path / "my set" / "train", 60)
    by_class(tmp_path / "my set" / "test", 20, seed=1)
    (tmp_path / "my set" / "test" / "bad" / "copy.txt").write_text(texts("bad", 1)[0], encoding="utf-8")
    project = generate_own(tmp_path / "p", tmp_path / "my set")
    done = run(project, "train.py", "--smoke", "--out", "folders").ok()
    assert "1 text(s) also stand in the test set" in done.err
    run(project, "evaluate.py", "folders").ok()
    report = json.loads((project / "runs" / "folders" / "report.json").read_text(encoding="utf-8"))
    assert report["n_test"] == 41 and report["score"] > 0.8
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "empty.txt").write_text("", encoding="utf-8")
    (tmp_path / "new" / "odd.txt").write_text("完全に 新しい ☃ words", encoding="utf-8")
    rows = json.loads(run(project, "predict.py", "--run", "folders", str(tmp_path / "new"), "--json").ok().out)
    assert [Path(row["input"]).name for row in rows] == ["empty.txt", "odd.txt"]
    (tmp_path / "new" / "odd.txt").write_text("kind\nand lovely\nwords", encoding="utf-8")  # a file, as those of train
    (row,) = json.loads(run(project, "predict.py", str(tmp_path / "new" / "odd.txt"), "--json").ok().out)
    assert Path(row["input"]).name == "odd.txt" and row["class"] == "good"
    (tmp_path / "new.tsv").write_text("id\ttext\n1\tkind, lovely words\n", encoding="utf-8")
    for given, shown in ((str(tmp_path / "new.tsv"), "kind, lovely words"), ("lovely " * 99, "lovely " * 99), ("", "")):
        (row,) = json.loads(run(project, "predict.py", given, "--json").ok().out)
        assert row["input"] == shown
    (tmp_path / "other.csv").write_text("id,words\n1,kind\n", encoding="utf-8")
    run(project, "predict.py", str(tmp_path / "other.csv")).refused(1, "no column 'text'", "other.csv")
    (tmp_path / "other.log").write_text("a,b\n1,2,3\n", encoding="utf-8")  # a file is no text, whatever its ending
    run(project, "predict.py", str(tmp_path / "other.log")).refused(1, "other.log has no column")


@pytest.mark.slow
def test_long_texts_are_read_to_their_end_and_what_is_cut_is_said(tmp_path: Path) -> None:
    rng = random.Random(0)
    rows = [
        [label, " ".join(rng.choices(OTHER, k=350) + rng.choices(WORDS[label], k=20))] for label in 60 * list(WORDS)
    ]
    (tmp_path / "long.csv").write_text("label,text\n" + "\n".join(map(",".join, rows)) + "\n", encoding="utf-8")
    project = generate_own(tmp_path / "p", tmp_path / "long.csv", task="text-classification")
    done = run(project, "train.py", "--steps", "60", "--out", "whole").ok()
    assert "cut" not in done.err
    run(project, "evaluate.py", "whole").ok()
    assert json.loads((project / "runs" / "whole" / "report.json").read_text(encoding="utf-8"))["score"] > 0.9
    done = run(project, "train.py", "--smoke", "--length", "300").ok()
    assert "training texts are cut after 300 words" in done.err and "--length" in done.err


@pytest.mark.slow
def test_the_schema_names_the_columns(tmp_path: Path) -> None:
    rows = [
        f"{i},{i % 3},{'long words about nothing at all ' * 3},{t},{label}"
        for label in WORDS
        for i, t in enumerate(texts(label, 30))
    ]
    (tmp_path / "t.csv").write_text("id,label,notes,said,mood\n" + "\n".join(rows) + "\n", encoding="utf-8")
    project = generate_own(tmp_path / "p", tmp_path / "t.csv", target="mood", group="none", task="text-classification")
    facts = json.loads(run(project, "-c", PROBE).ok().out)["meta"]
    assert facts["columns"] == {"text": "said", "target": "mood"} and facts["classes"] == ["bad", "good"]
    (tmp_path / "other.csv").write_text("a,b\n" + "some text,x\n" * 9, encoding="utf-8")
    other = ("train.py", "--smoke", "--data", str(tmp_path / "other.csv"))
    run(project, *other).refused(1, "said", "other.csv", "hackgen convert")
    schema = project / "data" / "schema.toml"
    for wrong, words in (("text = said", ("line 2",)), ('text = "gone"', ("gone",)), ("[read]\nsepp = 1", ("sepp",))):
        schema.write_text(f'target = "mood"\n{wrong}\n', encoding="utf-8")
        run(project, "train.py", "--smoke").refused(1, *words)


# Larger than memory

PROBE = """
import hashlib, json
import numpy as np
import common, data
found = data.load(common.configured({}))
facts = {"meta": found.meta, "mapped": []}
for name in ("train", "valid", "test"):
    split = getattr(found, name)
    batch = [split.inputs[:], split.targets[:], split.ids, split.keys]
    facts[name] = [hashlib.sha256(np.ascontiguousarray(part).tobytes()).hexdigest() for part in batch]
    numbers = split.inputs.corpus.numbers if hasattr(split.inputs, "corpus") else split.inputs.text
    facts["mapped"].append(isinstance(numbers, np.memmap))
facts["meta"]["data"] = facts["meta"]["data"]["rows"]
print(json.dumps(facts))
"""


def large(folder: Path, source: Path, task: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose data have to be prepared, in blocks so small that there are many."""
    monkeypatch.setattr(conversion, "MEMORY", 0)
    project = generate_own(folder, source, task=task, copy=False)
    code = (project / "prepare.py").read_text(encoding="utf-8")
    small = code.replace("ROWS = 20_000", "ROWS = 7").replace("FILES = 2_000", "FILES = 7")
    assert task == "text-generation" or small != code
    (project / "prepare.py").write_text(small, encoding="utf-8")
    return project


def probe(project: Path) -> dict:
    return json.loads(run(project, "-c", PROBE).ok().out)


@pytest.mark.slow
def test_prepared_texts_are_the_same_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [f'{label}\t"{text}"' for label in WORDS for text in texts(label, 40)]
    path = tmp_path / "t.tsv"
    path.write_text("mood\ttext\n" + "\n".join([*rows[:30], '\t"no label"', *rows[30:]]) + "\n", encoding="utf-8")
    for source in (path, by_class(tmp_path / "set", 30)):
        before = probe(generate_own(tmp_path / f"{source.name} small", source, task="text-classification"))
        project = large(tmp_path / f"{source.name} large", source, "text-classification", monkeypatch)
        for _ in range(2):  # prepared, then found
            after = probe(project)
            assert all(after.pop("mapped"))
            if source.is_dir():
                assert after["meta"]["vocabulary"] and after["meta"]["data"] == before["meta"]["data"]
            else:
                assert {**before, "mapped": 0} == {**after, "mapped": 0}
        assert not list((project / "prepared").glob("*/block-*"))
        run(project, "train.py", "--smoke").ok()
        run(project, "evaluate.py").ok()
    path.write_text(path.read_text(encoding="utf-8") + "good\tone more kind text\n", encoding="utf-8")
    assert probe(tmp_path / "t.tsv large")["meta"]["data"] == 81  # the source changed
    assert "prepared/" in (project / ".gitignore").read_text(encoding="utf-8").split()


@pytest.mark.slow
def test_a_killed_preparation_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = large(tmp_path / "p", by_class(tmp_path / "set", 30), "text-classification", monkeypatch)
    code = (project / "prepare.py").read_text(encoding="utf-8")
    dying = code.replace("    join(folder, count)\n", "    os._exit(9)\n")
    (project / "prepare.py").write_text(dying, encoding="utf-8")
    words = ("-c", "import common, prepare; common.run(prepare.main)")
    assert run(project, *words).code == 9
    blocks = {file: file.stat().st_mtime_ns for file in (project / "prepared").glob("*/block-*.npz")}
    assert len(blocks) == 9
    next(iter(blocks)).unlink()
    keeping = code.replace('in folder.glob("block-*.npz"):', "in ():")
    (project / "prepare.py").write_text(keeping, encoding="utf-8")
    done = run(project, *words).ok()
    assert "going on after 8 blocks" in done.err and "60 texts" in done.out
    now = {file: file.stat().st_mtime_ns for file in (project / "prepared").glob("*/block-*.npz")}
    assert now.keys() == blocks.keys() and sum(now[file] != blocks[file] for file in now) == 1


@pytest.mark.slow
def test_a_prepared_story_is_the_same_story(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    story = prose(400).replace("Tal", "Tál☃")
    for name, content in (("a.txt", story.encode("utf-8-sig")), ("b.txt", story.encode("utf-16")), ("c.txt.gz", b"")):
        source = tmp_path / name
        source.write_bytes(content or gzip.compress(story.replace("\n", "\r\n").encode()))
        before = probe(generate_own(tmp_path / f"{name} small", source, task="text-generation"))
        project = large(tmp_path / f"{name} large", source, "text-generation", monkeypatch)
        for _ in range(2):
            after = probe(project)
            assert all(after["mapped"]) and {**before, "mapped": 0} == {**after, "mapped": 0}, name
    (tmp_path / "many").mkdir()
    for i in range(40):
        text = prose(1 + i % 3 + 30 * (i == 9)) if i % 5 else ""
        (tmp_path / "many" / f"{i:02}.txt").write_bytes(text.encode("utf-16" if i == 3 else "utf-8"))
    before = probe(generate_own(tmp_path / "small", tmp_path / "many", task="text-generation"))
    after = probe(large(tmp_path / "large", tmp_path / "many", "text-generation", monkeypatch))
    assert {**before, "mapped": 0} == {**after, "mapped": 0}


def long_texts(folder: Path, rows: int, words: int) -> Path:
    """Texts of so many words, 3 % of which lean to the class; they stand in the last third alone."""
    rng = random.Random(0)
    lines = ["text,label"]
    for row in range(rows):
        text = [f"w{int(rng.paretovariate(0.5)) % 3000}" for _ in range(words)]
        for place in rng.sample(range(2 * words // 3, words), words // 33):
            own = rng.random() < 0.8
            text[place] = f"{('good', 'bad')[(row + own) % 2]}{rng.randrange(40)}"
        lines.append(f"{' '.join(text)},{('yes', 'no')[row % 2]}")
    (folder / "long.csv").write_text("\n".join(lines), encoding="utf-8")
    return folder / "long.csv"


@pytest.mark.slow
def test_whole_texts_are_read_by_the_model_that_is_named_first_for_long_ones(tmp_path: Path) -> None:
    data = long_texts(tmp_path, 300, 3000)
    found = inspect(str(data)).suggestion
    assert found.models[:2] == ["bag", "cnn"] and "--model bag --model cnn" in found.command
    project = generate_own(tmp_path / "p", data, task="text-classification", models=("bag",), target="label")
    assert modelled(Answers(task=found.task), inspect(str(data))).models == ("bag", "cnn")
    assert "are cut after" not in run(project, "train.py", "--out", "a").ok().err
    run(project, "evaluate.py", "a").ok()
    assert json.loads((project / "runs/a/report.json").read_text(encoding="utf-8"))["score"] > 0.85
