"""data/schema.toml edited by hand: what is meant is followed, a slip is one line that names it."""

import json
from pathlib import Path

import pytest
from projects import generate_own, run

TABLE = "area,place,rent\n" + "".join(f"{20 + i % 50},{'ABC'[i % 3]},{300 + i * 7.5}\n" for i in range(60))
SLIPS = {
    'format = "csv"|format = csv': "not valid TOML",
    'target = "rent"|trget = "rent"': 'did you mean "target"?',
    "skip = 0|skp = 0": '[dialect] holds "skp"',
    "skip = 0|skip = -1": "a whole number from 0 on",
    "skip = 0|skip = true": "a whole number from 0 on",
    "header = true|header = 'yes'": "true or false",
    'delimiter = ","|delimiter = ";;"': "one character",
    'delimiter = ","|delimiter = 3': "one character",
    'role = "category"|role = "nominal"': "use one of number, category",
    'role = "category"|role = "category"\nparse = { decimal = 3 }': "decimal = 3; write a text",
    'role = "category"|role = "category"\nparse = { decmal = "," }': 'did you mean "decimal"?',
    'name = "place"|name = "area"': "stands there twice",
    'name = "place"|nam = "place"': "has no name",
    'use = true|use = "yes"': "true or false",
    "[[columns]]|[columns]": "schema.toml",
}
LOAD = """
import json, sys
from pathlib import Path
from cli import Fault
from tables import schema
said = []
for text in json.loads(sys.argv[1]):
    Path("data/schema.toml").write_text(text, encoding="utf-8")
    try:
        schema.load()
        said.append("")
    except Fault as fault:
        said.append(str(fault))
print(json.dumps(said))
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("edited")
    (folder / "rents.csv").write_text(TABLE, encoding="utf-8")
    return generate_own(folder / "p", folder / "rents.csv", target="rent")


def test_slips_are_named(project: Path) -> None:
    written = (project / "data/schema.toml").read_text(encoding="utf-8")
    edited = [written.replace(*slip.split("|"), 1) for slip in SLIPS]
    assert all(text != written for text in edited)
    edited.append("\ufeff" + written.replace("\n", "\r\n"))  # as an editor of Windows saves it
    *said, fine = json.loads(run(project, "-c", LOAD, json.dumps(edited)).ok().out)
    (project / "data/schema.toml").write_text(written, encoding="utf-8")
    assert not fine
    for slip, line, wanted in zip(SLIPS, said, SLIPS.values(), strict=True):
        assert wanted in line and "\n" not in line, (slip, line)


def test_what_is_meant_is_followed(project: Path) -> None:
    file = project / "data/schema.toml"
    written = file.read_text(encoding="utf-8")
    place = written[written.index('[[columns]]\nname = "place"') : written.index('[[columns]]\nname = "rent"')]
    for old, new, said in (
        (place, place.replace("use = true", "use = false"), "unused    place"),
        ('target = "rent"', 'target = "area"', "area: "),
        ('role = "category"', 'role = "text"', "place"),
    ):
        file.write_text(written.replace(old, new, 1), encoding="utf-8")
        assert said in run(project, "data.py").ok().out
    file.write_text(written.replace('target = "rent"', 'target = "rnt"', 1), encoding="utf-8")
    run(project, "data.py").refused(1, "'rnt'", "mend it there", "hackgen new --data")
    file.write_text(written, encoding="utf-8")
