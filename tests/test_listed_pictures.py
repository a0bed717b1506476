"""A table of labels beside pictures: joined by names with or without ending, whether folder or table is named."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from conftest import Run, refused
from hackgen.inspection import inspect
from PIL import Image
from projects import generate_own, run

DICE = np.random.default_rng(0)


def listed(folder: Path, inside: str, columns: int = 2) -> Path:
    """Forty pictures, and a table that names all but one of them, and one that is not there."""
    (folder / inside).mkdir(parents=True)
    more = "".join(f",c{i}" for i in range(columns - 2))
    lines = ["name,kind" + more]
    for i in range(40):
        Image.fromarray(DICE.integers(0, 255, (9, 9, 3)).astype(np.uint8)).save(folder / inside / f"shot {i}.png")
        lines += [f"shot {i},{'ab'[i % 2]}" + f",{i * 7 % 5}" * (columns - 2)] * (i > 0)
    table = folder / "labels.csv"
    table.write_text("\n".join([*lines, "nothing,a" + ",1" * (columns - 2)]), encoding="utf-8")
    return table


@pytest.mark.parametrize("inside", ["", "shots"])
def test_a_table_of_names_without_ending_is_a_list_of_pictures(tmp_path: Path, inside: str) -> None:
    table = listed(tmp_path / "set", inside)
    for named in (table, table.parent):
        found = inspect(str(named))
        assert (found.format, found.rows, found.suggestion.target) == ("picture-list", 39, "kind")
        told = [suspect.detail for suspect in found.suspects if suspect.kind == "unmatched"]
        assert len(told) == 2 and not found.notes  # each once: a row without picture, a picture without row


def test_a_table_with_much_to_learn_from_stays_a_table(tmp_path: Path) -> None:
    assert inspect(str(listed(tmp_path / "set", "", columns=9))).format == "csv"


def scans(folder: Path) -> Path:
    """Ten pictures each of twelve patients, of whom most have both findings."""
    folder.mkdir()
    lines = ["file,PatientID,finding,age"]
    for i in range(120):
        Image.fromarray(DICE.integers(0, 255, (9, 9, 3)).astype(np.uint8)).save(folder / f"{i}.png")
        lines.append(f"{i}.png,P{i % 12},{['well', 'ill'][int(i % 12 > 9 or i // 12 > 5)]},{20 + i % 12}")
    (folder / "about.csv").write_text("\n".join(lines), encoding="utf-8")
    return folder


SPLITS = """import data, common, json
splits = data.load(common.configured({}))[:3]
names = data.opened(common.configured({})).names
print(json.dumps([[names[row] for row in split.ids] for split in splits]))"""


def test_pictures_of_one_patient_stay_in_one_split(hackgen: Run, tmp_path: Path) -> None:
    folder = scans(tmp_path / "scans")
    found = inspect(str(folder), "finding")
    assert found.suggestion.group == "PatientID"
    assert 'pictures of one "PatientID" stay' in hackgen("inspect", str(folder), "--target", "finding").stdout
    project = generate_own(tmp_path / "p", folder, target="finding")
    with (project / "data/scans/alike.csv").open(encoding="utf-8") as table:
        assert len(set(map(tuple, csv.reader(table)))) == 120
    splits = json.loads(run(project, "-c", SPLITS).ok().out.splitlines()[-1])
    patients = [{int(Path(name).stem) % 12 for name in names} for names in splits]
    assert sum(map(len, splits)) == 120 and sum(map(len, patients)) == 12 and all(patients)
    again = generate_own(tmp_path / "again", project / "data/scans")  # the copy alone knows as much
    assert json.loads(run(again, "-c", SPLITS).ok().out.splitlines()[-1]) == splits
    assert not hackgen("convert", str(folder), str(tmp_path / "plain"), "--target", "finding").returncode
    assert (tmp_path / "plain/alike.csv").read_bytes() == (project / "data/scans/alike.csv").read_bytes()
    assert not hackgen("convert", str(folder), str(tmp_path / "plain.npz"), "--target", "finding").returncode
    with np.load(tmp_path / "plain.npz") as arrays:
        assert len(set(arrays["groups"].tolist())) == 12


def test_which_pictures_stay_together_can_be_said(hackgen: Run, tmp_path: Path) -> None:
    folder = scans(tmp_path / "scans")
    assert not (generate_own(tmp_path / "p", folder, target="finding", group="none") / "data/scans/alike.csv").exists()
    assert (generate_own(tmp_path / "q", folder, target="finding", group="age") / "data/scans/alike.csv").exists()
    wrong = hackgen("new", str(tmp_path / "r"), "--data", str(folder), "--target", "finding", "--group", "nurse")
    refused(wrong, 2, 'no column "nurse"', "PatientID, age")
