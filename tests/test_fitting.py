"""What does not fit the data is refused before a project is made; what comes into the project is said as it is."""

import subprocess
import zipfile
from pathlib import Path

import numpy as np
import pytest
from conftest import Run, refused
from hackgen.inspection import inspect
from hackgen.parts import read_toml
from PIL import Image
from projects import generate_own, run

TABLE = "id,district,area,heating,day,rent\n" + "".join(
    f"{i},{'ABCD'[i % 4]},{20 + i % 50},{'go'[i % 2]}as,2023-01-{1 + i % 28:02},{300 + i * 7.5 + i % 50}\n"
    for i in range(80)
)


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--group", "distrct"), ('no column "distrct" for --group', 'did you mean "district"')),
        (("--time", "nothing"), ("--time", "rents.csv")),
        (("--size", "64"), ("--size is for pictures",)),
        (("--time", "heating"), ('"heating" holds no dates or numbers',)),
        (("--target", "district", "--group", "district"), ("cannot be --group too",)),
        (("--task", "tabular-regression", "--target", "heating"), ("holds no numbers", "tabular-classification")),
        (("--target", "day"), ("holds dates", "days since another date")),
        (("--task", "tabular-classification", "--target", "rent"), ("no class", "tabular-regression")),
        (("--task", "tabular-classification"), ("--target", "it could be district, heating")),
        (("--task", "text-classification"), ("no column of texts", "--task tabular-regression")),
    ],
)
def test_columns_that_do_not_fit_are_refused_before_anything_is_written(
    hackgen: Run, flags: tuple[str, ...], said: tuple[str, ...]
) -> None:
    (hackgen.work / "rents.csv").write_text(TABLE, encoding="utf-8")
    refused(hackgen("new", "p", "--data", "rents.csv", "--yes", *flags), 2, *said)
    assert not (hackgen.work / "p").exists()


def test_nothing_is_suggested_that_would_be_refused(hackgen: Run) -> None:
    (hackgen.work / "rents.csv").write_text(TABLE, encoding="utf-8")
    assert "Suggested: tabular-regression" in hackgen("inspect", "rents.csv", "--target", "rent").stdout
    said = hackgen("inspect", "rents.csv", "--target", "day").stdout
    assert "holds dates" in said and "hackgen new" not in said


@pytest.mark.parametrize(
    ("name", "content", "task", "said"),
    [
        ("a.csv", "x\n" + "".join(f"{i * 1.7}\n" for i in range(40)), "tabular-regression", "one column only"),
        ("a.txt", "It was a dark night. " * 400, "text-classification", "--task text-generation"),
    ],
)
def test_data_without_what_a_task_needs_are_refused(
    hackgen: Run, name: str, content: str, task: str, said: str
) -> None:
    (hackgen.work / name).write_text(content, encoding="utf-8")
    refused(hackgen("new", "p", "--data", name, "--task", task, "--yes"), 2, said)


def pictures(folder: Path) -> Path:
    """Two classes of pictures, one of them broken."""
    dice = np.random.default_rng(0)
    for kind in ("cat", "dog"):
        (folder / kind).mkdir(parents=True)
        for i in range(6):
            Image.fromarray(dice.integers(0, 255, (90, 70, 3)).astype(np.uint8)).save(folder / kind / f"{i}.png")
    (folder / "cat" / "broken.png").write_bytes(b"\x89PNG")
    return folder


def test_labels_that_pictures_lack_are_told_and_a_target_without_columns_too(hackgen: Run) -> None:
    folder = pictures(hackgen.work / "animals")
    refused(
        hackgen("new", "p", "--data", str(folder), "--target", "kind", "--yes"),
        2,
        "means nothing",
        "leave it out",
    )
    for file in (folder / "dog").iterdir():
        file.unlink()
    given = ("new", "p", "--data", str(folder), "--task", "image-classification", "--yes")
    refused(hackgen(*given), 2, "no two classes", "--task image-generation")


def test_new_pictures_that_cannot_be_read_are_named_and_the_others_answered_for(tmp_path: Path) -> None:
    folder = pictures(tmp_path / "animals")
    project = generate_own(tmp_path / "p", folder)
    code = "import data\nnames, new = data.read_new({!r}, {{'shape': [8, 8, 3], 'mean': 0, 'deviation': 1}})\n"
    code += "print(len(names), new.raw(slice(None)).shape)"
    done = run(project, "-c", code.format(str(folder))).ok()
    assert done.out.strip() == "12 (12, 8, 8, 3)" and "1 of 13 pictures cannot be read" in done.err
    code = "import common, data\ncommon.run(lambda: data.read_new({!r}, {{'shape': [8, 8, 3]}}))"
    broken = str(folder / "cat/broken.png")
    run(project, "-c", code.format(broken)).refused(1, "broken.png", "name a picture file or a folder")


def test_the_card_says_what_is_predicted_and_what_was_copied(hackgen: Run) -> None:
    done = hackgen("new", "p", "--data", str(pictures(hackgen.work / "animals")), "--size", "32", "--yes", "--no-git")
    card = (hackgen.work / "p/DATA_CARD.md").read_text(encoding="utf-8")
    assert "12 copies, upright, without metadata, at most 32 pixels a side" in card and "cat/broken.png" in card
    assert "12 upright copies in data/animals, tracked, so that a clone trains" in done.stdout
    assert "hackgen new" not in done.stdout  # which has just been typed
    (hackgen.work / "rents.csv").write_text(TABLE, encoding="utf-8")
    hackgen("new", "q", "--data", "rents.csv", "--yes", "--no-git")
    card = (hackgen.work / "q/DATA_CARD.md").read_text(encoding="utf-8")
    assert "| to predict | rent |" in card and "| rent | number | 0.0% | to be predicted |" in card


def test_columns_may_be_spelled_in_another_case_and_none_means_none(hackgen: Run) -> None:
    (hackgen.work / "rents.csv").write_text(TABLE, encoding="utf-8")
    given = ("--target", "RENT", "--group", "District", "--time", "none", "--yes", "--no-git")
    assert hackgen("new", "p", "--data", "rents.csv", *given).returncode == 0
    schema = read_toml(hackgen.work / "p/data/schema.toml")
    assert (schema["target"], schema["group"], schema["time"]) == ("rent", "district", "")
    run(hackgen.work / "p", "data.py").ok()


@pytest.mark.parametrize("patient", ["P{:03}", "{}"])
def test_groups_and_times_hold_for_numbers_and_classes_alike(hackgen: Run, patient: str) -> None:
    rows = [f"{patient.format(i % 12)},2021-{1 + i % 12:02}-{1 + i % 28:02},{i * 37 % 101},{i % 4}" for i in range(160)]
    (hackgen.work / "visits.csv").write_text("\n".join(["patient_id,visit,value,grade", *rows]), encoding="utf-8")
    for task in ("tabular-classification", "tabular-regression"):
        for asked in ((), ("--time", "visit")):  # by time only where a person asks for it
            given = ("--data", "visits.csv", "--target", "grade", "--task", task, "--yes", "--no-git", *asked)
            name = f"{task}{len(asked)}"
            assert hackgen("new", name, *given).returncode == 0
            schema = read_toml(hackgen.work / name / "data/schema.toml")
            assert (schema["target"], schema["group"], schema["time"]) == ("grade", "patient_id", "".join(asked[1:])), (
                name
            )


@pytest.mark.slow  # imports torch
def test_a_place_outside_is_ignored_by_git_and_missed_with_one_line(hackgen: Run) -> None:
    data = hackgen.work / "rents.csv"
    data.write_text(TABLE, encoding="utf-8")
    assert hackgen("new", "p", "--data", str(data), "--yes", "--no-copy").returncode == 0
    project = hackgen.work / "p"
    status = subprocess.run(["git", "status", "--porcelain"], cwd=project, capture_output=True, encoding="utf-8")
    assert status.stdout == ""
    assert "`data/location.txt`, which git ignores, holds their path" in (project / "README.md").read_text(
        encoding="utf-8"
    )
    data.rename(hackgen.work / "moved.csv")
    run(project, "train.py", "--smoke").refused(1, "data/location.txt", "rents.csv", "--data")


def test_texts_in_an_archive_are_classes_as_in_a_folder(tmp_path: Path) -> None:
    words = "sun rain wind snow hail fog mist dew".split()
    with zipfile.ZipFile(tmp_path / "reviews.zip", "w") as archive:
        for i in range(24):
            for part, kind in (("train", "bad"), ("train", "good"), ("test", "bad"), ("test", "good")):
                text = " ".join([kind, *(words[(i * k) % 8] for k in range(1, 6)), str(i), part])
                archive.writestr(f"../set/{part}/{kind}/{i}.txt", text)
        archive.writestr("__MACOSX/set/._x.txt", "x")
    found = inspect(str(tmp_path / "reviews.zip"))
    assert found.suggestion.task == "text-classification" and found.facts["splits"] == {"train": 48, "test": 48}
    assert found.facts["classes"] == {"bad": 48, "good": 48}
    said = run(generate_own(tmp_path / "p", tmp_path / "reviews.zip"), "data.py").ok().out
    assert "test: 48 texts of bad, good, such as" in said


def test_pipes_and_paths_of_nothing_are_refused(hackgen: Run) -> None:
    refused(hackgen("inspect", ""), 1, "does not exist")
    refused(hackgen("inspect", "/dev/null") if Path("/dev/null").exists() else hackgen("inspect", ""), 1)


def test_rows_without_a_number_to_predict_are_counted_where_a_project_is_made(hackgen: Run) -> None:
    rows = "".join(f"{i},{i % 7},{['inf', 'NaN', '-inf'][i % 3] if i % 8 == 0 else i * 1.5}\n" for i in range(80))
    (hackgen.work / "a.csv").write_text("a,b,cost\n" + rows, encoding="utf-8")
    made = hackgen("new", "p", "--data", "a.csv", "--target", "cost", "--yes", "--no-git")
    assert made.returncode == 0 and '"inf" 4×' in made.stdout
    assert "10 of 80 rows have no cost, so they are left out" in " ".join(made.stdout.split())


def test_a_class_that_a_copy_calls_differently_is_named(hackgen: Run) -> None:
    for name in ("con", "pro"):
        (hackgen.work / "cases" / name).mkdir(parents=True)
        for i in range(4):
            Image.new("L", (8, 8), 40 * i + len(name)).save(hackgen.work / "cases" / name / f"{i}.png")
    made = hackgen("new", "p", "--data", "cases", "--yes", "--no-git")
    assert made.returncode == 0 and 'class "con" is "_con" there' in made.stdout and "pro" in made.stdout
    assert (hackgen.work / "p" / "data" / "cases" / "_con").is_dir()
    assert "| column |" not in (hackgen.work / "p" / "DATA_CARD.md").read_text(encoding="utf-8")  # pictures have none
    done = hackgen("convert", "cases", "plain")
    assert 'class "con" is "_con" there' in done.stdout and "plain is what --data and predict.py take" in done.stdout
    assert "cases.npz is what --data takes" in hackgen("convert", "cases", "cases.npz").stdout


def test_pictures_that_cannot_be_divided_are_refused(hackgen: Run) -> None:
    for name in "ab":
        (hackgen.work / "few" / name).mkdir(parents=True)
        Image.new("L", (8, 8), ord(name)).save(hackgen.work / "few" / name / "1.png")
    made = hackgen("new", "p", "--data", "few", "--task", "image-classification", "--yes")
    refused(made, 2, "no two classes with 3 rows or more")
    refused(hackgen("new", "p", "--data", "few", "--task", "image-generation", "--yes"), 2, "it takes dozens")


@pytest.mark.parametrize(
    ("content", "task", "said"),
    [
        ("x,y\n1,p\n2,q\n3,p\n4,q\n", "tabular-classification", "no two classes with 3 rows or more, one for"),
        ("x,y\n" + "1,p\n1,q\n" * 20, "tabular-classification", "no other column to learn y from (x: one value"),
        ("x,y\n" + "1,inf\n2,-inf\n" * 20 + "3,4.5\n4,3.5\n", "tabular-regression", "is known in 2 row(s)"),
        ("text,y\nsome words to read,p\nand more words,q\n", "text-classification", "is known in 2 row(s)"),
        ("x" * 57 + "\n", "text-generation", "58 characters, too few to learn from; it takes 3,000"),
    ],
)
def test_too_little_to_be_divided_is_refused(hackgen: Run, content: str, task: str, said: str) -> None:
    name = "a.csv" if "," in content else "a.txt"
    (hackgen.work / name).write_text(content, encoding="utf-8")
    target = ("--target", "y") if name == "a.csv" else ()
    made = hackgen("new", "p", "--data", name, "--task", task, "--yes", *target)
    refused(made, 2 if target else 1, said)
    assert not (hackgen.work / "p").exists()
