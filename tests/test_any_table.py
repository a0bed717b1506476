"""Any table at all either becomes a project that trains, or is refused with one line."""

import csv
import io
import os
import shutil

import pytest
from hackgen.errors import Problem
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from projects import generate_own, run

EXAMPLES = int(os.environ.get("HACKGEN_TABLES", "25"))  # the switch for more, and then for other ones each time
NAMES = st.one_of(
    st.sampled_from(["", "id", "class", "label", "target", "con", "None", "Name", "name", "🎲", "{{ x }}", "{% if %}"]),
    st.sampled_from(["a,b", 'say "hi"', "x" * 300, "date", "index", "1", "__init__", "../up", "$HOME", "ümlaut", "שם"]),
    st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp")), max_size=12),
)
MISSING = st.sampled_from(["", "NA", "?", "-999", "null"])
ORDINARY = {
    "number": st.floats(-1e6, 1e6, allow_nan=False).map(lambda value: f"{value:.6g}"),
    "integer": st.integers(0, 5).map(str),
    "category": st.sampled_from(["red", "green", "blue"]),
    "date": st.dates().map(str),
    "text": st.lists(st.sampled_from("the cat sat on a mat".split()), min_size=3, max_size=12).map(" ".join),
    "money": st.integers(0, 99_999).map(lambda value: f"${value:,}"),
    "anything": st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp")), max_size=8),
    "constant": st.just("same"),
    "huge": st.sampled_from(["1e308", "-1e308", "inf", "-inf", "nan", "1e-320", "0"]),
    "list": st.lists(st.integers(0, 9), min_size=2, max_size=3).map(str),
    "percent": st.integers(0, 100).map(lambda value: f"{value} %"),
    "rare": st.sampled_from(["usual"] * 12 + ["Usual"] * 6 + ["seldom"]),
}


@st.composite
def tables(draw: st.DrawFn) -> str:
    """A CSV of up to 6 columns with names and cells of every kind."""
    kinds = draw(st.lists(st.sampled_from(sorted(ORDINARY)), min_size=1, max_size=6))
    rows = draw(st.integers(0, 60))
    columns = []
    for kind in kinds:
        cell = st.one_of(ORDINARY[kind], MISSING) if draw(st.booleans()) else ORDINARY[kind]
        columns.append(draw(st.lists(cell, min_size=rows, max_size=rows)))
    text = io.StringIO()
    writer = csv.writer(text, delimiter=draw(st.sampled_from(",;\t|")))
    writer.writerow([draw(NAMES) for _ in kinds])
    writer.writerows(zip(*columns, strict=True))
    return text.getvalue()


KINDS = ("classification", "regression")


@pytest.mark.slow
@settings(max_examples=EXAMPLES, derandomize=EXAMPLES == 25, deadline=None, suppress_health_check=list(HealthCheck))
@given(tables())
def test_any_table_trains_or_is_refused_in_one_line(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("any")
    data = folder / "any.csv"
    data.write_bytes(text.encode())
    try:
        project = generate_own(folder / "p", data)
    except Problem as problem:
        assert "\n" not in str(problem)
        return
    done = run(project, "train.py", "--smoke", "--epochs", "1")
    if done.code:
        done.refused(1)
    assert data.read_bytes() == text.encode()
    shutil.rmtree(folder)
