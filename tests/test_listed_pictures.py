"""A table of labels beside pictures: joined by names with or without ending, whether folder or table is named."""

from pathlib import Path

import numpy as np
import pytest
from hackgen.inspection import inspect
from PIL import Image

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
