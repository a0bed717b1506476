"""data/schema.toml edited by hand: what is meant is followed, a slip is one line that names it."""

import json
from pathlib import Path

import pytest
from projects import generate_own, run

TABLE = "area;place;rent\n" + "".join(f"{20 + i % 50};{'ABC'[i % 3]};{300 + i * 7},5\n" for i in range(60))
SLIPS = {
    'target = "rent"|target = rent': "not valid TOML",
    'target = "rent"|trget = "rent"': "trget = 'rent' means nothing there; known are id, target",
    'target = "rent"|target = 3': "target = 3 means nothing there; write a text",
    "[read]|[raed]": "raed = {'sep': ';'} means nothing there; known are",
    'role = "category"|role = "nominal"': "use one of number, category",
    'role = "category"|role = 3': "use one of number, category",
    'decimal = ","|decimal = 3': "decimal = 3 means nothing there; write a text",
    'decimal = ","|decmal = ","': "known are role, why, missing",
    'decimal = ","|missing = "-999"': "write a list",
    'place = { role = "category" }|place = "category"': "a table such as",
    'place = { role = "category" }|area = { role = "category" }': "not valid TOML",
    "[columns]|[[columns]]": "schema.toml",
}
LOAD = """
import json, sys
from pathlib import Path
import table
from common import Problem
said = []
for text in json.loads(sys.argv[1]):
    Path("data/schema.toml").write_text(text, encoding="utf-8")
    try:
        table.schema()
        said.append("")
    except Problem as problem:
        said.append(str(problem))
print(json.dumps(said))
"""


KINDS = ("classification", "regression")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("edited")
    (folder / "rents.csv").write_text(TABLE, encoding="utf-8")
    return generate_own(folder / "p", folder / "rents.csv", target="rent")


def test_slips_are_named_with_their_line(project: Path) -> None:
    written = (project / "data/schema.toml").read_text(encoding="utf-8")
    edited = [written.replace(*slip.split("|"), 1) for slip in SLIPS]
    assert all(text != written for text in edited)
    edited.append("\ufeff" + written.replace("\n", "\r\n"))  # as an editor of Windows saves it
    *said, fine = json.loads(run(project, "-c", LOAD, json.dumps(edited)).ok().out)
    (project / "data/schema.toml").write_text(written, encoding="utf-8")
    assert not fine
    lines = written.splitlines()
    for slip, line, wanted in zip(SLIPS, said, SLIPS.values(), strict=True):
        assert wanted in line and "\n" not in line, (slip, line)
        place = next(number for number, text in enumerate(lines, 1) if slip.partition("|")[0] in text)
        assert f"line {place}" in line or "not valid TOML" in line or slip.startswith("[columns]"), (slip, line)


def test_what_is_meant_is_followed(project: Path) -> None:
    file = project / "data/schema.toml"
    written = file.read_text(encoding="utf-8")
    for old, new, said in (
        ('place = { role = "category" }', 'place = { role = "skip" }', "unused    place"),
        ('target = "rent"', 'target = "area"', "area: "),
        ('role = "category"', 'role = "text"', "text      place"),
        ("rent = {", "'rent' = {", "rent: "),
    ):
        assert old in written
        file.write_text(written.replace(old, new, 1), encoding="utf-8")
        assert said in run(project, "data.py").ok().out, new
    file.write_text(written.replace('target = "rent"', 'target = "rnt"', 1), encoding="utf-8")
    run(project, "data.py").refused(1, "'rnt'", "mend it there", "hackgen new --data")
    file.write_text(written, encoding="utf-8")
