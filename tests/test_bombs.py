"""Files that promise or hide more than they hold: bounded memory and one line, in inspect, new and convert."""

import gzip
import json
import re
import resource
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import openpyxl
import pytest
from conftest import Run
from hackgen.conversion import tables, texts
from hackgen.errors import Problem
from hackgen.inspection import inspect
from hackgen.inspection.columns import relation
from hackgen.inspection.pictures import layouts
from hackgen.inspection.tables import opening, other_programs, text_tables, typed_tables
from hackgen.inspection.texts import files
from projects import generate, run

MEMORY = 3 << 30  # bytes of address space: libraries map much that they never touch
DEEP = 100_000


def header(shape: tuple[int, ...], kind: str = "|u1") -> bytes:
    told = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}".encode()
    told += b" " * (63 - (len(told) + 10) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(told)) + told


def npz(place: Path, **members: bytes) -> None:
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)


def empty_pictures(place: Path) -> None:
    """Pictures that are all black: 1.6 GB in 1.6 MB."""
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        with archive.open("x.npy", "w", force_zip64=True) as file:
            file.write(header((500_000, 28, 28)))
            for _ in range(500 * 28 * 28 // 784):
                file.write(bytes(784_000))
        archive.writestr("y.npy", header((500_000,)) + bytes(500_000))


def one_line(piece: bytes, times: int) -> Callable[[Path], None]:
    def write(place: Path) -> None:
        with gzip.open(place, "wb", compresslevel=1) as file:
            file.write(b"a,b,y\n1,2,x\n")
            for _ in range(times):
                file.write(piece * 2**20)

    return write


def workbook(change: Callable[[str, bytes], bytes]) -> Callable[[Path], None]:
    """A workbook of which a part is something else."""

    def write(place: Path) -> None:
        book = openpyxl.Workbook()
        book.active.append(["a", "b", "y"])
        for i in range(60):
            book.active.append([i, 2 * i, "pq"[i % 2]])
        book.save(place)
        with zipfile.ZipFile(place) as archive:
            parts = {entry.filename: archive.read(entry) for entry in archive.infolist()}
        with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in parts.items():
                archive.writestr(name, change(name, content))

    return write


def half_of(part: str) -> Callable[[str, bytes], bytes]:
    return lambda name, content: content[: len(content) // 2] if part in name else content


def far_away(name: str, content: bytes) -> bytes:
    """One cell stands in the last column, another in the last row."""
    if "sheet1" not in name:
        return content
    return content.replace(b'r="C1"', b'r="XFD1"').replace(b'<row r="61"', b'<row r="1048576"')


NESTED = {"list": "[" * DEEP + "]" * DEEP, "object": '{"a":' * DEEP + "1" + "}" * DEEP}
FILES: dict[str, Callable[[Path], object]] = {
    "rows.npz": lambda place: npz(place, x=header((10**9, 8, 8)) + bytes(640), y=header((10**9,)) + bytes(10)),
    "labels.npz": lambda place: npz(place, x=header((10, 8, 8)) + bytes(640), y=header((10**9,)) + bytes(10)),
    "negative.npz": lambda place: npz(place, x=header((-1, 8, 8)) + bytes(640), y=header((10,)) + bytes(10)),
    "wide.npz": lambda place: npz(place, x=header((10, 8, 8), "|V100000000") + bytes(640), y=header((10,)) + bytes(10)),
    "head.npz": lambda place: npz(place, x=b"\x93NUMPY\x02\x00" + struct.pack("<I", 2**31) + b"{" * 100),
    "code.npz": lambda place: npz(place, x=b"\x93NUMPY\x01\x00" + struct.pack("<H", 60) + b"{'descr': f(".ljust(60)),
    "black.npz": empty_pictures,
    "deep_list.json": lambda place: place.write_text(NESTED["list"]),
    "deep_object.json": lambda place: place.write_text(NESTED["object"]),
    "deep.jsonl": lambda place: place.write_text(f"{NESTED['object']}\n" * 3),
    "sheet.xlsx": workbook(half_of("sheet1")),
    "book.xlsx": workbook(half_of("workbook.xml")),
    "styles.xlsx": workbook(half_of("styles")),
    "far.xlsx": workbook(far_away),
    "line.csv.gz": one_line(b"1,", 40),
    "word.csv.gz": one_line(b"a", 40),
}


@pytest.fixture(scope="module")
def bombs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bombs")
    for name, write in FILES.items():
        write(folder / name)
    return folder


@pytest.mark.parametrize("name", sorted(FILES.keys() - {"far.xlsx"}))  # which is a wide table
def test_inspect_new_and_convert_say_it_in_a_line(bombs: Path, name: str, hackgen: Run) -> None:
    looked = hackgen("inspect", str(bombs / name))
    assert looked.returncode in (0, 1) and looked.stderr.count("\n") == looked.returncode, looked.stderr
    assert looked.stderr or "Nothing to suggest" in looked.stdout or "no labels" in looked.stdout
    for command in (["new", "p", "--data", str(bombs / name), "--yes"], ["convert", str(bombs / name), "plain.csv"]):
        if name != "labels.npz":  # whose pictures are whole
            done = hackgen(*command)
            assert done.returncode in (1, 2) and done.stderr.count("\n") == 1, (command, done.stderr, done.stdout)
            assert str(bombs) in done.stderr
    assert not list(hackgen.work.iterdir())


@pytest.mark.slow  # each in a process of its own, which opens what takes most
@pytest.mark.parametrize("name", ["rows.npz", "black.npz", "far.xlsx", "line.csv.gz"])
def test_memory_stays_bounded(bombs: Path, name: str) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "hackgen", "inspect", bombs / name],
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY)),
    )
    assert "memory" not in run.stderr + run.stdout and "Traceback" not in run.stderr


def test_entries_that_are_nested_too_deeply_are_left_out_and_counted(tmp_path: Path) -> None:
    rows = [json.dumps({"a": i, "b": i % 7, "y": "pq"[i % 2]}) for i in range(60)]
    (tmp_path / "some.jsonl").write_text("\n".join([*rows, NESTED["object"]]), encoding="utf-8")
    found = inspect(str(tmp_path / "some.jsonl"))
    assert found.rows == 60 and "1 line(s) are no JSON and left out, the first is line 61" in found.notes


def test_a_line_that_goes_on_later_in_a_packed_table_stops_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "CAREFUL", 10_000)
    monkeypatch.setattr(text_tables, "LONGEST", 3 << 20)
    with gzip.open(tmp_path / "a.csv.gz", "wb", compresslevel=1) as file:
        file.write(b"a,b,y\n" + b"1,2,x\n" * 300_000 + b"1," * (4 << 20))
    with pytest.raises(Problem, match="has a line of more than 3 MB"):
        inspect(str(tmp_path / "a.csv.gz"))


def test_a_sheet_of_more_rows_than_there_can_be_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(other_programs, "MOST_ROWS", 50)
    workbook(lambda name, content: content)(tmp_path / "a.xlsx")
    with pytest.raises(Problem, match="has more cells than are read"):
        inspect(str(tmp_path / "a.xlsx"))


def test_pictures_that_pack_well_are_still_read(tmp_path: Path) -> None:
    npz(tmp_path / "a.npz", x=header((3000, 8, 8)) + bytes(3000 * 64), y=header((3000,)) + bytes([0, 1, 2]) * 1000)
    assert (layouts.MOST_LIKELY, inspect(str(tmp_path / "a.npz")).rows) == (100, 3000)


def test_what_unpacks_to_more_than_is_copied_stays_outside(hackgen: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "COPIED", 200_000)
    monkeypatch.setattr(tables, "COPIED", 200_000)
    with gzip.open(hackgen.work / "long.txt.gz", "wb") as file:
        file.write(b"It was a dark and stormy night. " * 40_000)
    blocks = iter(["x" * 150_000] * 3 + [None])  # of which the last is never asked for
    assert len(texts.beginning(blocks)) == 300_000 and next(blocks)
    made = hackgen("new", "p", "--data", "long.txt.gz", "--task", "text-generation", "--yes", "--no-git")
    assert made.returncode == 0 and "left where they are" in made.stdout
    with gzip.open(hackgen.work / "wide.csv.gz", "wb") as file:
        file.write(b"Sizes of this year\n\na,b,y\n" + b"1,2,x\n3,4,z\n" * 40_000)
    refused = hackgen("new", "q", "--data", "wide.csv.gz", "--yes", "--no-git")
    assert refused.returncode == 1 and "too large to be converted within the project" in refused.stderr


def test_a_packed_table_that_is_large_is_not_read_again_to_see_how_it_is_written(
    hackgen: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "CAREFUL", 10_000)
    with gzip.open(hackgen.work / "a.csv.gz", "wb") as file:
        file.write(b"a,b,y\n" + b"".join(b"%d,%d,%s\n" % (i % 90, i % 7, [b"p", b"q"][i % 2]) for i in range(9000)))
    made = hackgen("new", "p", "--data", "a.csv.gz", "--yes", "--no-git")
    assert made.returncode == 0, made.stderr
    assert (hackgen.work / "p/data/a.csv.gz").read_bytes() == (hackgen.work / "a.csv.gz").read_bytes()


def test_a_text_of_an_archive_that_unpacks_to_too_much_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "LARGEST", 50_000)
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for kind in ("pos", "neg"):
            for i in range(5):
                archive.writestr(f"{kind}/{i}.txt", f"{kind} {i} some words to read")
        archive.writestr("pos/bomb.txt", "a " * 100_000)
    found = inspect(str(tmp_path / "a.zip"))
    assert found.rows == 10 and found.facts["corrupt"] == ["pos/bomb.txt"]


READ = """
import sys, common, table
common.run(lambda: print(len(table.read(table.Path(sys.argv[1]), {}, ["a", "b", "y"]))))
"""
DATA = ["tabular-classification", "text-classification", "text-generation", "time-series-forecasting"]
DATA += ["image-classification", "image-generation"]
GROWS = """
import common, config, data
first = common.sha256
def before(path):
    found = first(path)
    with path.open("ab") as file:
        file.write(b"\\n")
    return found
common.sha256 = before
common.run(lambda: data.load(config.Config()))
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generate(tmp_path_factory.mktemp("one") / "p", task="tabular-classification")


def test_a_project_reads_no_packed_table_of_one_line(tmp_path: Path, project: Path) -> None:
    one_line(b"1,", 40)(tmp_path / "line.csv.gz")
    one_line(b"a", 40)(tmp_path / "word.jsonl.gz")
    for name in ("line.csv.gz", "word.jsonl.gz"):
        done = run(project, "-c", READ, str(tmp_path / name))
        assert done.code == 1 and "has a line of more than 16 MB" in done.err and done.err.count("\n") == 1, done.err


def test_a_project_believes_no_size_that_a_sheet_claims(tmp_path: Path, project: Path) -> None:
    workbook(far_away)(tmp_path / "far.xlsx")  # its dimension says A1:C61
    done = run(project, "-c", READ, str(tmp_path / "far.xlsx"))
    assert done.code == 1 and " rows or more of up to 16384 cells; delete" in done.err, done.err
    unsized = partial(re.sub, rb"<dimension [^>]*>", b"")
    workbook(lambda _, content: unsized(content))(tmp_path / "bare.xlsx")
    assert run(project, "-c", READ, str(tmp_path / "bare.xlsx")).ok().out == "60\n"


@pytest.mark.slow  # unpacks a gigabyte
@pytest.mark.parametrize("task", ["text-classification", "time-series-forecasting"])
def test_projects_of_texts_and_series_read_no_packed_line_and_no_torn_file_either(tmp_path: Path, task: str) -> None:
    module, call = ("texts", "table") if task == "text-classification" else ("series", "read")
    code = f"import sys, common, {module} as m\ncommon.run(lambda: m.{call}(m.Path(sys.argv[1]), {{'read': {{}}}}))"
    made = generate(tmp_path / "p", task=task)
    one_line(b"1,", 40)(tmp_path / "line.csv.gz")
    (tmp_path / "torn.csv.gz").write_bytes((tmp_path / "line.csv.gz").read_bytes()[:300])
    (tmp_path / "plain.csv.gz").write_bytes(b"a,b\n1,2\n")
    for name, said in (("line", "a line of more than 16 MB"), ("torn", "ended before"), ("plain", "Not a gzipped")):
        done = run(made, "-c", code, str(tmp_path / f"{name}.csv.gz"))
        assert done.code == 1 and said in done.err and done.err.count("\n") == 1, done.err


def test_a_packed_table_of_more_than_fits_memory_is_one_line(tmp_path: Path, project: Path) -> None:
    ten_megabytes = gzip.compress(b"1,2,3\n" * 1_750_000, 1)
    (tmp_path / "rows.csv.gz").write_bytes(gzip.compress(b"a,b,y\n") + 104 * ten_megabytes)
    done = run(project, "-c", READ, str(tmp_path / "rows.csv.gz"))
    assert done.code == 1 and "more than a gigabyte of text" in done.err and done.err.count("\n") == 1, done.err


def test_a_workbook_without_cells_is_one_line(tmp_path: Path, project: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "empty.xlsx")
    done = run(project, "-c", READ, str(tmp_path / "empty.xlsx"))
    assert done.code == 1 and "no rows" in done.err and done.err.count("\n") == 1, done.err


def test_a_project_reads_the_table_in_a_zip(tmp_path: Path, project: Path) -> None:
    with zipfile.ZipFile(tmp_path / "rows.csv.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("rows.csv", "a,b,y\n1,2,x\n3,4,z\n")
        archive.writestr("__MACOSX/._rows.csv", "\0")
    assert run(project, "-c", READ, str(tmp_path / "rows.csv.zip")).ok().out == "2\n"


@pytest.mark.parametrize("task", DATA)
def test_data_that_grow_while_a_project_reads_them_are_refused(tmp_path: Path, task: str) -> None:
    done = run(generate(tmp_path / "p", task=task), "-c", GROWS)
    assert done.code == 1 and "changed while it was read; train again" in done.err and done.err.count("\n") == 1


def test_a_table_of_very_many_columns_or_values_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relation, "MOST_COLUMNS", 50)
    monkeypatch.setattr(typed_tables, "MOST_VALUES", 100)
    for name, content, said in (
        ("a.csv", ",".join(f"c{i}" for i in range(60)) + "\n" + ",".join("1" * 60) + "\n", "has 60 columns, and 50"),
        ("a.json", json.dumps([{}] * 200), "is a list of 200 values"),
    ):
        (tmp_path / name).write_text(content, encoding="utf-8")
        with pytest.raises(Problem, match=said):
            inspect(str(tmp_path / name))
