"""Markers of graded parts: what stripping does to a file, and that whatever is nearly a marker is an error."""

import ast
import re
from pathlib import Path

import pytest
from hackgen.course.master import markers
from hackgen.errors import Problem
from hypothesis import given, settings
from hypothesis import strategies as st

CODE = '''"""A model."""

import math


class Net:
    """Layers."""

    def forward(self, x):
        """Scores, (batch, classes)."""
        x = self.features(x)
        if x is None:
            return math.nan
        return self.head(
            x,
        )

    def loss(self, scores, target):
        total = 0
        for score in scores:
            # squared
            total += (score - target) ** 2
        return total


def outer(rows):
    def inner(row):
        return row + 1

    return [inner(row) for row in rows]
'''
HEAD = "def f(x):\n"
TRY = f"{HEAD}    try:\n"
OPEN, CLOSE = '# >>> part step points=3 hint="scale, then add"', "# <<< part step"


def marked(body: str = "    y = 2 * x\n", opening: str = f"    {OPEN}\n", closing: str = f"    {CLOSE}\n") -> str:
    return f"{HEAD}{opening}{body}{closing}    return y\n"


def reason(text: str) -> str:
    with pytest.raises(Problem) as caught:
        markers.parse(text, "model.py")
    return str(caught.value)


def test_a_stub_says_what_to_do_and_keeps_signature_and_docstring() -> None:
    whole = markers.mark(CODE, "net.py", "Net.forward", "forward", 6, "features, then the head")
    (part,) = markers.parse(whole, "net.py")
    assert (part.function, part.points, part.hint) == ("Net.forward", 6, "features, then the head")
    students = markers.strip(whole, "net.py")
    assert 'raise NotImplementedError("part forward: features, then the head")' in students
    assert "Scores, (batch, classes)." in students and "self.features" not in students
    assert markers.strip(whole, "net.py", solved=["forward"]) == CODE


NAMES = [name for name, _ in markers.functions(ast.parse(CODE))]
HINTS = st.text(st.characters(codec="utf-8", exclude_characters='"\\', exclude_categories=("C", "Z")), max_size=150)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(NAMES), unique=True),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["    ", "\t", "  "]),
    HINTS,
)
def test_stripping_parses_is_idempotent_and_can_be_undone(chosen: list[str], end: str, tab: str, hint: str) -> None:
    text = master = CODE.replace("    ", tab).replace("\n", end)
    placed = []
    for number, name in enumerate(chosen):
        try:
            master = markers.mark(master, "net.py", name, f"part-{number}", number + 1, hint)
            placed.append(f"part-{number}")
        except Problem as problem:  # inner lies in outer
            assert "still open" in str(problem) or "cuts" in str(problem)
    students = markers.strip(master, "net.py")
    ast.parse(students)
    assert markers.strip(students, "net.py") == students
    assert students.count("NotImplementedError") == len(placed)
    again = students
    for part in markers.parse(master, "net.py"):
        assert again.count(part.stub) == 1
        again = again.replace(part.stub, "\n".join(master.split("\n")[part.first - 1 : part.last]))
    assert again == master
    assert markers.strip(master, "net.py", solved=placed) == text
    assert all(len(line.expandtabs(4)) <= 120 for line in students.split(end) if "raise" in line or '"part' in line)


NEAR = [  # what somebody may write, and what the error tells to write instead
    ("#>>> part step points=3", "# >>> part step points=3"),
    ("# >> part step points=3", "# >>> part step points=3"),
    ("# >>>> part step points=3", "# >>> part step points=3"),
    ("# >>>part step points=3", "# >>> part step points=3"),
    ("## >>> part step points=3", "# >>> part step points=3"),
    ("# >>> Part step points=3", "# >>> part step points=3"),
    ("# >>> parts step points=3", "# >>> part step points=3"),
    ("# >>> prat step points=3", "# >>> part step points=3"),
    ("# >>>  part step points=3", "# >>> part step points=3"),
    ("# >>> part step", "# >>> part step points=1"),
    ("# >>> part step point=3", "# >>> part step points=3"),
    ("# >>> part step points = 3", "# >>> part step points=3"),
    ("# >>> part step points=3.5", "# >>> part step points=3"),
    ("# >>> part step points=0", "# >>> part step points=1"),
    ("# >>> part step points=3 hint='scale'", '# >>> part step points=3 hint="scale"'),
    ('# >>> part step points=3 Hint="scale"', '# >>> part step points=3 hint="scale"'),
    ('# >>> part step points=3 hint="scale', '# >>> part step points=3 hint="scale"'),
    ("# >>> step points=3", "# >>> part step points=3"),
    ("# part step points=3", "# >>> part step points=3"),
    ("# > part step", "# >>> part step points=1"),
    ("# >>> part step points=3.", "# >>> part step points=3"),
    ("# BEGIN SOLUTION", "# >>> part NAME points=1"),
    ("#BEGIN SOLUTION", "# >>> part NAME points=1"),
    ("### BEGIN SOLUTION", "# >>> part NAME points=1"),
    ("# Begin Solution", "# >>> part NAME points=1"),
    ("# BEGIN SOLUTON", "# >>> part NAME points=1"),
    ("# BEGINSOLUTION", "# >>> part NAME points=1"),
    ("# begin_solution", "# >>> part NAME points=1"),
    ("# BEGIN SOLUTION NO PROMPT", "# >>> part NAME points=1"),
    ("# END SOLUTION", "# <<< part NAME"),
    ("### END SOLUTION", "# <<< part NAME"),
    ("# SOLUTION", "# >>> part NAME points=1"),
    ("# SOLUTION NO PROMPT", "# >>> part NAME points=1"),
    ("# BEGIN PROMPT", "# >>> part NAME points=1"),
    ("# BEGIN TESTS", "# >>> part NAME points=1"),
    ("### BEGIN HIDDEN TESTS", "# >>> part NAME points=1"),
    ("# BEGIN IGNORE", "# >>> part NAME points=1"),
    ("# SEED", "# >>> part NAME points=1"),
    ("### YOUR CODE HERE (~8 Lines)", "# >>> part NAME points=1"),
    ("### START CODE HERE ### (≈ 2 lines of code)", "# >>> part NAME points=1"),
    ("# *****START OF YOUR CODE (DO NOT DELETE/MODIFY THIS LINE)*****", "# >>> part NAME points=1"),
    ("# REPOBEE-SANITIZER-START", "# >>> part NAME points=1"),
    ("# cs:remove:start", "# >>> part NAME points=1"),
    ("# === BEGIN MARK SCHEME ===", "# >>> part NAME points=1"),
]


@pytest.mark.parametrize(("written", "right"), NEAR)
def test_what_is_nearly_a_marker_is_an_error_that_says_what_to_write(written: str, right: str) -> None:
    said = reason(f"{HEAD}    {written}\n    return x\n")
    assert said.startswith(f'model.py:2: "{written}" is no marker') and said.endswith(f"write: {right}")
    assert reason(f"{HEAD}    y = x  {written}\n    return y\n").startswith("model.py:2: ")


@pytest.mark.parametrize(
    "written",
    "#<<< part step|# << part step|# <<<part step|# <<< Part step|# <<< part step.|# <<< step|# end part step"
    "|# <<< part|# <<< prat step|# END SOLUTION".split("|"),
)
def test_ends_that_are_nearly_right(written: str) -> None:
    said = reason(marked(closing=f"    {written}\n"))
    assert said.startswith("model.py:4: ") and said.endswith(f"write: {CLOSE}")


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (marked(closing=""), 2, "has no end"),
        (marked(opening=""), 3, "was not begun"),
        (marked(closing="    # <<< part other\n"), 4, "part step ends here"),
        (marked(body=f"    {OPEN}\n    y = x\n"), 3, "still open"),
        (marked(body=""), 2, "no whole statement"),
        (marked(opening=f"  {OPEN}\n"), 2, "column"),
        (marked(body="    y = (\n        x\n", closing=f"        {CLOSE}\n    )\n"), 2, "cuts the statement of line 3"),
        (f"{HEAD}    if x:\n        {OPEN}\n        y = 1\n    y = 2\n    {CLOSE}\n    return y\n", 3, "cuts"),
        (
            f"{TRY}        {OPEN}\n        y = 1\n    except A:\n        y = 2\n        {CLOSE}\n        y = 3\n",
            3,
            "two",
        ),
        (f'{HEAD}    {OPEN}\n    """Doc."""\n    return x\n    {CLOSE}\n', 2, "docstring"),
        (f"{OPEN}\nx = 1\n{CLOSE}\n", 1, "in no function"),
        (f"class A:\n    {OPEN}\n    x = 1\n    {CLOSE}\n", 2, "in no function"),
        (f"{OPEN}\n{HEAD}    return x\n{CLOSE}\n", 1, "in no function"),
        (f'def f():\n    """\n    {OPEN}\n    """\n', 3, "on a line of its own"),
        (f"{HEAD}    y = x  {OPEN}\n    return y\n    {CLOSE}\n", 2, "on a line of its own"),
        (marked() + marked(), 7, "is also in line 2"),
        ("def f(:\n", 1, "does not parse"),
    ],
)
def test_markers_that_would_break_the_code_are_named_with_their_line(text: str, line: int, said: str) -> None:
    assert reason(text).startswith(f"model.py:{line}: ") and said in reason(text)


def test_comments_that_only_sound_alike_pass() -> None:
    for comment in (
        "# the solution of this equation begins at zero",
        "# part of the picture, 3 points wide",
        "# >>> print(model)",
        "# encoder-decoder attention; see above",
        "# a >> b and b << c",
        "# start: the first row; end: the last",
        "# <batch> rows are left",
        "# your own code may go here",
    ):
        assert markers.parse(f"{HEAD}    {comment}\n    return x\n", "model.py") == []


def test_a_part_may_end_where_its_loop_does() -> None:
    text = f"{HEAD}    for y in x:\n        {OPEN}\n        print(y)\n        {CLOSE}\n    return x\n"
    assert markers.parse(text, "model.py")[0].body == "        print(y)"


def test_no_file_of_ours_is_taken_for_one_with_markers() -> None:
    root = Path(__file__).parent.parent
    for path in sorted([*root.glob("templates/models/**/*.py"), *root.glob("templates/frameworks/**/*.py")]):
        assert markers.parse(path.read_text(encoding="utf-8"), path.name) == []


def test_marking_less_than_a_function() -> None:
    loss = markers.mark(CODE, "net.py", "Net.loss", "loss", 2, "", ("total = 0", "total += "))
    assert re.search(r"target\):\n        # >>> part loss points=2\n        total = 0\n", loss)
    assert re.search(
        r"\*\* 2\n        # <<< part loss\n        return total\n", loss.replace("            #", "        #")
    )
    assert "write Net.loss" in markers.strip(loss, "net.py")
    with pytest.raises(Problem, match=r'did you mean "Net\.loss"'):
        markers.mark(CODE, "net.py", "Net.los", "loss", 2)
