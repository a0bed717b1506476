"""hackgen slides: numbers of the deck are the report's, its text is what the team wrote, and what is refused."""

import io
import itertools
import json
import posixpath
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from conftest import HANGS, program, refused
from hackgen.errors import Problem
from hackgen.making.choice import choices
from hackgen.pitch.project import find
from hackgen.pitch.slides import deck as decks
from hackgen.pitch.slides import layout, outline, story
from made_up import made
from made_up import project as made_up
from PIL import Image
from projects import generate, run

pptx = pytest.importorskip("pptx", reason="python-pptx is not installed: pip install -e '.[test]'")

STORY = {  # what the team writes: in the place of a prompt, or of an empty value
    '"Write: in one sentence, what it does and for whom"': '"Sorts letters by their post code"',
    '"Write: the problem as a statement, with one number"': '"One in twelve letters goes astray"',
    "[]  # one person": '["It costs < four & a half days > each"]  # one person',
    '""\npoints = []  # the input': '"A letter finds its desk"\npoints = []  # the input',
    '""\nsteps': '"A small network of {parameters} weights is enough"\nsteps',
    '"Write: the most important thing it gets wrong"': '"It takes 7 for 1"',
    '"Write: the one next step, and what it needs"': '"Next: a week beside Maria"',
}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with two runs, the better one published, its story written, and its deck."""
    about = {"title": "Reading {digits}", "event": "Hack Night", "team": ("Ada Lovelace", "Grace Hopper")}
    project = made_up(tmp_path_factory.mktemp("slides") / "p", **about)
    made(project, "good", right=0.93, valid=0.94)
    made(project, "poor", model="mlp", right=0.8, valid=0.81)
    shutil.copytree(project / "runs" / "good", project / "published")
    for blank, text in STORY.items():
        edit(project / "deck.toml", blank, text)
    build(project)
    return project


def build(project: Path, **how: object) -> None:
    decks.write(decks.assemble(find(project), **how))


@pytest.fixture
def project(published: Path, tmp_path: Path) -> Path:
    shutil.copytree(published, tmp_path / "p")
    return tmp_path / "p"


@pytest.fixture
def slides(hackgen):
    """`hackgen slides` in a project."""
    return lambda project, *words: hackgen("slides", str(project), *words)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def deck(project: Path) -> "pptx.presentation.Presentation":
    return pptx.Presentation(project / "presentation" / "deck.pptx")


def texts(slide: object) -> list[str]:
    """Everything that can be read on a slide: text, tables, names in charts."""
    found = []
    for shape in slide.shapes:
        if shape.has_text_frame:
            found += [paragraph.text for paragraph in shape.text_frame.paragraphs]
        if shape.has_table:
            found += [cell.text for row in shape.table.rows for cell in row.cells]
        if shape.has_chart:
            found += list(shape.chart.plots[0].categories)
    return [text for text in found if text]


def page(project: Path) -> str:
    return (project / "presentation" / "deck.html").read_text(encoding="utf-8")


def report(project: Path) -> dict:
    return json.loads((project / "published" / "report.json").read_text(encoding="utf-8"))


def shown(value: float) -> str:
    return f"{value:.4g}"


def test_slides_have_the_teams_text_and_titles_that_state_the_finding(published):
    slides = list(deck(published).slides)
    titles = [slide.shapes.title.text_frame.text for slide in slides]
    assert titles == [
        "Reading {digits}",
        "One in twelve letters goes astray",
        "A letter finds its desk",
        "A small network of 12,345 weights is enough",
        "cnn beats logistic regression by more than noise",
        "cnn is the best of 2 runs by more than noise",
        "It takes 7 for 1",
        "Next: a week beside Maria",
    ]
    everything = [text for slide in slides for text in texts(slide)]
    assert "It costs < four & a half days > each" in everything and "Ada Lovelace, Grace Hopper" in everything
    assert "It costs &lt; four &amp; a half days &gt; each" in page(published) and "Hack Night" in everything


def numbers_are_shown(project: Path) -> None:
    sheet, slides = report(project), list(deck(project).slides)
    result, table = texts(slides[4]), texts(slides[5])
    low, high = map(shown, sheet["ci95"])
    names = {"reference": "logistic regression", "baseline": "most frequent class"}
    wanted = [f"{name}: {shown(sheet[role]['score'])}" for role, name in names.items()]
    for text in (shown(sheet["score"]), f"cnn: {shown(sheet['score'])}", *wanted):
        assert text in result
        assert f">{text}<" in page(project)
    assert any(f"interval {low} to {high}" in text for text in result)
    assert f"{shown(sheet['score'])} ({low}–{high})" in table
    chart = next(shape.chart for shape in slides[4].shapes if shape.has_chart)
    expected = [sheet["baseline"]["score"], sheet["reference"]["score"], sheet["score"]]
    assert list(chart.plots[0].series[0].values) == [float(shown(value)) for value in expected]
    said = slides[4].notes_slide.notes_text_frame.text
    assert shown(sheet["score"]) in said and shown(sheet["reference"]["score"]) in said


def test_every_number_is_the_reports_also_after_another_training(project):
    numbers_are_shown(project)
    old = shown(report(project)["score"])
    shutil.rmtree(project / "published")
    shutil.copytree(made(project, "better", right=0.97, valid=0.98), project / "published")
    build(project)
    assert shown(report(project)["score"]) != old
    numbers_are_shown(project)
    result = [text for slide in list(deck(project).slides)[:5] for text in texts(slide)]
    assert not [text for text in result if old in text]


RIVAL = {"difference_method": "bootstrap", "score": 0.5}
BEATEN, LEVEL, BETTER = (
    RIVAL | {"beaten": True, "difference_ci95": [0.1, 0.2]},
    RIVAL | {"beaten": False, "difference_ci95": [-0.1, 0.2]},
    RIVAL | {"beaten": False, "difference_ci95": [-0.2, -0.1]},
)
FINDINGS = [
    (BEATEN, BEATEN, "cnn beats r by more than noise", "the difference is more than noise"),
    (BEATEN, LEVEL, "cnn beats b, and is not better than r by more than noise", "we do not beat that by more than"),
    (BEATEN, BETTER, "cnn beats b, but r is still better", "the reference, r, is better, with 0.5"),
    (LEVEL, LEVEL, "cnn is not better than b by more than noise", "within noise, that is no better than"),
    (BETTER, BETTER, "cnn is still worse than b", "that is worse than the baseline"),
    (
        RIVAL | {"beaten": None, "difference_ci95": None},
        BEATEN,
        "The test set is too small to tell cnn from b",
        "too small to say",
    ),
]


@pytest.mark.parametrize(("baseline", "reference", "title", "said"), FINDINGS, ids=[case[2] for case in FINDINGS])
def test_words_agree_with_the_numbers(project, baseline, reference, title, said):
    restated(project, baseline=baseline | {"name": "b"}, reference=reference | {"name": "r"})
    made = decks.assemble(find(project), stored=True)
    assert made.slides[4].title == title and said in made.slides[4].spoken


def test_a_published_run_that_is_not_the_best_is_told(project, slides):
    shutil.rmtree(project / "published")
    shutil.copytree(project / "runs" / "poor", project / "published")
    assert "the published run is not the best on valid: that is good" in slides(project).stdout


def test_a_training_of_no_second_takes_some_time(project):
    restated(project, train_seconds=0.34)
    build(project)
    assert any("trained in 0.3 s" in text for text in texts(list(deck(project).slides)[3]))


@pytest.mark.parametrize(("more", "rows"), [(0, 2), (3, 5), (9, None)])
def test_the_comparison_shows_all_runs_or_names_the_others_and_breaks_no_word(project, more, rows):
    for number in range(more):
        made(project, f"run{number}", right=0.6 + number / 100, valid=0.6 + number / 100, knobs={"seed": number})
    made(project, "elsewhere", data="other")
    made(project, "smoke", smoke=True)
    fresh = made(project, "waiting", scored=False)
    (fresh / "history.csv").write_text((fresh / "history.csv").read_text("utf-8"), encoding="utf-8")
    build(project)
    slide = list(deck(project).slides)[5]
    (table,) = (shape.table for shape in slide.shapes if shape.has_table)
    cells = [[cell.text for cell in row.cells] for row in table.rows]
    named = " ".join(row[0] for row in cells[1:-2])
    (foot,) = (text for text in texts(slide) if "same 400 test pictures" in text)
    hidden = foot.partition("Not shown: ")[2]
    assert len(cells) - 3 == rows or (rows is None and len(cells) - 3 >= 4)
    assert "elsewhere" in hidden or "(+" in hidden
    assert ("smoke" not in hidden + named and "waiting" in hidden) or "(+" in hidden
    assert rows is None or all(f"run{number} (cnn)" in named for number in range(more))
    for column, width in enumerate(column.width / 12700 for column in table.columns):
        words = [word for row in cells for word in row[column].split()]
        assert max(layout.breadth(word, layout.SMALL, bold=True) for word in cells[0][column].split()) <= width - 12
        assert max(layout.breadth(word, layout.SMALL) for word in words) <= width - 12


def restated(project: Path, **said: object) -> None:
    """Change what the published report says."""
    (project / "published" / "report.json").write_text(json.dumps(report(project) | said), encoding="utf-8")


def test_the_deck_can_be_edited_and_read_from_the_back_row(published):
    presentation = deck(published)
    assert (presentation.slide_width, presentation.slide_height) == (12192000, 6858000)
    assert len(presentation.slide_layouts) == 1
    kinds = [(shape.has_chart, shape.has_table) for slide in presentation.slides for shape in slide.shapes]
    assert kinds.count((True, False)) == 1 and kinds.count((False, True)) == 1
    for name, content in parts(published):
        if re.fullmatch(r"ppt/(slides/slide|charts/chart)\d+\.xml", name):
            sizes = [int(size) for size in re.findall(r'\bsz="(\d+)"', content)]
            assert sizes and min(sizes) >= 1800, name
    for slide in presentation.slides:
        for shape in slide.shapes:
            assert 0 <= shape.left and shape.left + shape.width <= presentation.slide_width
            assert 0 <= shape.top and shape.top + shape.height <= presentation.slide_height


def parts(project: Path) -> list[tuple[str, str]]:
    """The XML of a .pptx, and of the workbooks in it."""
    found = []
    with zipfile.ZipFile(project / "presentation" / "deck.pptx") as packed:
        for name in packed.namelist():
            content = packed.read(name)
            if name.endswith(".xlsx"):
                inner = zipfile.ZipFile(io.BytesIO(content))
                found += [(f"{name}!{part}", inner.read(part).decode()) for part in inner.namelist()]
            elif name.endswith((".xml", ".rels")):
                found.append((name, content.decode()))
    return found


def test_powerpoint_finds_what_it_insists_on(published):
    """Every part has a type and is reached, names in a slide are given once, numbers are within the schema's bounds."""
    with zipfile.ZipFile(published / "presentation" / "deck.pptx") as packed:
        names = packed.namelist()
        assert len(names) == len(set(names))
        types = packed.read("[Content_Types].xml").decode()
        reached = set()
        for name in names:
            assert f'PartName="/{name}"' in types or f'Extension="{name.rpartition(".")[2]}"' in types, name
            content = packed.read(name).decode() if name.endswith((".xml", ".rels")) else ""
            assert len(ids := re.findall(r'cNvPr id="(\d+)"', content)) == len(set(ids)), name
            assert not re.findall(r'<c:(?:axId|crossAx) val="-', content), name
            if name.endswith(".rels"):
                place = posixpath.dirname(posixpath.dirname(name))
                targets = re.findall(r'\bTarget="([^"]+)"', content)
                reached |= {posixpath.normpath(posixpath.join("/" + place, target))[1:] for target in targets}
                source = f"{place}/{posixpath.basename(name)[:-5]}".lstrip("/")
                used = re.findall(r'\br:(?:id|embed|link)="(\w+)"', packed.read(source).decode() if place else "")
                assert set(used) <= set(re.findall(r'\bId="(\w+)"', content)), name
        assert reached == {name for name in names if not name.endswith(".rels")} - {"[Content_Types].xml"}


def test_no_text_lies_over_another(published):
    for slide in deck(published).slides:
        boxes = [shape for shape in slide.shapes if shape.has_text_frame and shape.text_frame.text]
        for one, other in itertools.combinations(boxes, 2):
            beside = one.left + one.width <= other.left or other.left + other.width <= one.left
            assert beside or one.top + one.height <= other.top or other.top + other.height <= one.top, slide.name


def test_colours_can_be_read():
    contrast, colours = layout.contrast, layout.COLOURS
    for ink, paper in (("ink", "paper"), ("muted", "paper"), ("ink", "soft"), ("muted", "soft")):
        assert contrast(colours[ink], colours[paper]) >= 4.5, (ink, paper)
    assert contrast(story.ACCENT, colours["paper"]) >= 4.5 and contrast(story.ACCENT, colours["soft"]) >= 4.5
    assert round(contrast("#000000", "#FFFFFF"), 1) == 21 and round(contrast("#767676", "#FFFFFF"), 2) == 4.54


def test_neither_deck_names_another_host(published):
    relations = [(name, content) for name, content in parts(published) if name.endswith(".rels")]
    assert relations and not [name for name, content in relations if "External" in content]
    assert not [name for name, content in parts(published) if "hlinkClick" in content]
    own = page(published)
    assert "://" not in own and not re.search(r"(?:src|href|url)\s*[=(]\s*[\"']?(?!data:)[/\w]", own)
    assert "@import" not in own and "<link" not in own


def test_notes_fit_the_minutes(project):
    for minutes in (1, 3, 10):
        said = " ".join(slide.spoken for slide in decks.assemble(find(project), minutes, stored=True).slides)
        words = sum(any(c.isalnum() for c in word) for word in said.split())
        assert 0.2 * words < words <= 130 * (minutes - 45 / 60) and "Write:" not in said


def test_check_says_what_is_open_with_its_line_and_writes_nothing(project, slides):
    edit(project / "deck.toml", '"Sorts letters by their post code"', '"Write: what it does"')
    edit(project / "deck.toml", '"It takes 7 for 1"', '"Write: what it gets wrong"')
    told = (project / "deck.toml").read_text(encoding="utf-8").splitlines()
    before = {path: path.stat().st_mtime_ns for path in (project / "presentation").iterdir()}
    found = json.loads((done := slides(project, "--check", "--json")).stdout)
    assert done.returncode == 1 and len(found["slides"]) == 8 and len(found["open"]) == 3
    for line in found["open"][:2]:
        number = int(re.match(r"deck\.toml, line (\d+): write", line)[1])
        assert "Write:" in told[number - 1]
    assert before == {path: path.stat().st_mtime_ns for path in (project / "presentation").iterdir()}
    (project / "deck.toml").write_text("\n".join(told).replace("Write: ", "Done "), encoding="utf-8")
    assert "presentation/ is not up to date" in slides(project, "--check").stdout
    assert slides(project).returncode == 0
    done = slides(project, "--check")
    assert done.returncode == 0 and "Still open" not in done.stdout


def test_a_teammates_clone_of_a_deck_with_a_picture_is_up_to_date(project, tmp_path, slides):
    Image.new("RGB", (128, 80), "teal").save(project / "published" / "figures" / "worst_mistakes.png")
    build(project)
    shutil.copytree(project, tmp_path / "elsewhere" / "clone", ignore=shutil.ignore_patterns("runs"))
    assert slides(tmp_path / "elsewhere" / "clone", "--check").returncode == 0


def test_nothing_new_writes_nothing(project):
    written = (project / "presentation" / "deck.pptx").stat().st_mtime_ns
    build(project)
    assert (project / "presentation" / "deck.pptx").stat().st_mtime_ns == written


def test_a_deck_that_was_edited_by_hand_is_never_overwritten(project, slides):
    presentation = deck(project)
    presentation.slides[0].shapes.title.text_frame.text = "Ours"
    presentation.save(project / "presentation" / "deck.pptx")
    told = (project / "deck.toml").read_bytes()
    edit(project / "deck.toml", "It takes 7 for 1", "It takes 9 for 4")
    edited = (project / "presentation" / "deck.pptx").read_bytes()
    refused(slides(project), 1, "deck.pptx was changed since hackgen wrote it")
    assert (project / "presentation" / "deck.pptx").read_bytes() == edited
    assert slides(project, "--out", "second").returncode == 0
    assert (project / "second" / "deck.pptx").is_file()
    assert (project / "deck.toml").read_bytes() == told.replace(b"7 for 1", b"9 for 4")


def test_a_section_that_is_deleted_is_a_slide_less(project):
    told = (project / "deck.toml").read_text(encoding="utf-8")
    kept = re.sub(r"\n\[(limits|comparison)\]\n(?:.+\n)*", "", told)
    (project / "deck.toml").write_text(kept, encoding="utf-8")
    build(project)
    assert len(deck(project).slides) == 6


def test_limits_without_points_show_the_mistakes_that_readme_explains(project):
    readme = project / "README.md"
    readme.write_text(
        "<!-- mistakes -->\n1. A seven with a bar is taken for a one.\n2. *write this*\n<!-- end of mistakes -->\n",
        encoding="utf-8",
    )
    build(project)
    assert "A seven with a bar is taken for a one." in texts(list(deck(project).slides)[6])


WRONG = [  # of the story: what stands there, what is put in its place, and words of the line that names it
    (
        "It takes 7 for 1",
        "Its accuracy is 0.99",
        ("[limits] title", '"0.99" is not in published/report.json', "{score}"),
    ),
    ("It takes 7 for 1", "We reach 99 % accuracy.", ("[limits] title", '"99 %"')),
    ("It takes 7 for 1", "accuracy达到0.99", ("[limits] title", '"0.99"')),  # Han letters beside both
    ("It takes 7 for 1", "A score of 97 is good", ("[limits] title", '"97"')),
    ("It takes 7 for 1", "It has {scor}", ("[limits] title", 'nothing is called {scor}; did you mean "score"?')),
    ("It takes 7 for 1", "It has {score", ("[limits] title", "write {name}")),
    ("It takes 7 for 1", "word " * 60, ("[limits] title", "shorten")),
    ('tagline = "', 'tagline = "\\', ("deck.toml is damaged", "line 6")),
    ("[limits]", "[limit]", ('there is no section [limit]; did you mean "limits"?',)),
    ("tagline =", "tag =", ("tag: there is no key",)),
    ("seconds = 45", 'seconds = "45"', ("[demo] seconds: seconds must be a number of seconds",)),
    ("seconds = 45", "seconds = 300", ("[demo] seconds: a demo of 300 s leaves nothing of 3 minutes",)),
    ('accent = "#1F4FD8"', 'accent = "#FFD400"', ("accent: on white #FFD400 has a contrast of 1.4",)),
    ('accent = "#1F4FD8"', 'accent = "blue"', ('accent: "blue" is no colour',)),
    ('picture = ""  # empty', 'picture = "no.png"  # empty', ('[demo] picture: "no.png" does not exist',)),
    ('picture = ""  # empty', 'picture = "../x.png"  # empty', ("[demo] picture", "inside the project")),
    ('names = ["Ada', 'names = "Ada" #', ("[team] names: names must be a list of texts",)),
]
RIGHT = [
    "Accuracy on 400 test pictures, 95 % interval",
    "92.25 % accuracy, 0.92 when rounded",
    "Accuracy is {score}",
    "It runs 40 % faster and has 7 layers",
    "Others report an accuracy of 0.98",
    "Ada scored 12 goals. Accuracy matters.",
]


def told(project: Path, changes: list[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    """For the story with each change: the fault that is found in it, else nothing; and its lines."""
    whole = (project / "deck.toml").read_text(encoding="utf-8")
    found = []
    for old, new in changes:
        assert old in whole, old
        changed = whole.replace(old, new, 1)
        (project / "deck.toml").write_text(changed, encoding="utf-8")
        try:
            fault = "" if decks.assemble(find(project), stored=True).slides else "no slides"
        except Problem as problem:
            fault = str(problem)
        found.append((fault, changed.splitlines()))
    return found


def test_what_is_wrong_in_the_story_is_named_with_its_line(project, slides):
    for (fault, lines), (_, new, words) in zip(told(project, [case[:2] for case in WRONG]), WRONG, strict=True):
        assert fault and "\n" not in fault and all(word in fault for word in words), (new, fault)
        assert new.splitlines()[0].strip("\\")[:18].strip() in lines[int(re.search(r"line (\d+)", fault)[1]) - 1], fault
    refused(slides(project), 1, *WRONG[-1][2])  # the last one is still there


def test_what_is_no_other_score_is_let_through(project):
    edit(project / "deck.toml", "other_scores = []", 'other_scores = ["0.98"]')
    for text, (fault, _) in zip(RIGHT, told(project, [("It takes 7 for 1", text) for text in RIGHT]), strict=True):
        assert not fault, (text, fault)


def test_stale_numbers_are_refused(project, slides):
    published = project / "published"
    (published / "best.pt").write_text("other weights", encoding="utf-8")
    refused(slides(project), 1, "is not of best.pt beside it", "python evaluate.py RUN --publish")
    shutil.copy(project / "runs" / "poor" / "predictions.npz", published)
    shutil.copy(project / "runs" / "good" / "best.pt", published)
    refused(slides(project), 1, "its predictions.npz 0.", "--publish")
    (published / "report.json").write_text("{}", encoding="utf-8")
    refused(slides(project), 1, "report.json is damaged", '"metric"', "--publish")


TOLD = {"name": "b", "score": 0.1, "difference_ci95": None, "difference_method": "too few rows"}
UNFIT = [{"model": None}, {"metric": []}, {"score": "0.9"}, {"ci95": [0.1, "x"]}, {"baseline": 3}, {"data": {}}]
UNFIT += [
    {"reference": {"name": "r", "score": None}},
    {"baseline": TOLD | {"beaten": True}},
    {"n_test": True},
    {"other_metrics": []},
    {"backend": 1},
]


@pytest.mark.parametrize("said", UNFIT, ids=lambda said: next(iter(said)))
def test_a_report_of_wrong_kinds_is_refused(project, slides, said):
    restated(project, **said)
    refused(slides(project), 1, "report.json is damaged", f'"{next(iter(said))}"', "python evaluate.py")


@pytest.mark.slow
def test_a_clone_without_runs_shows_the_comparison_that_the_deck_had_or_the_published_one(project, slides, hackgen):
    shutil.rmtree(project / "runs")
    build(project)
    assert len(list(deck(project).slides)) == 8  # as deck.json keeps it
    shutil.rmtree(project / "presentation")
    build(project)
    assert len(list(deck(project).slides)) == 7
    made(project, "good", right=0.93, valid=0.94)
    made(project, "poor", model="mlp", right=0.8, valid=0.81)
    assert hackgen("compare", str(project), "--publish").returncode == 0
    shutil.rmtree(project / "runs")
    build(project)
    kept = project / "comparison" / "comparison.json"
    for old, new in (('"run": "good"', '"run": 3'), ('"verdict": "best"', '"verdict": "x"'), ('"entries"', '"e"')):
        whole = kept.read_text(encoding="utf-8")
        assert len(list(deck(project).slides)) == 8
        edit(kept, old, new)
        assert "comparison.json is damaged; hackgen compare --publish" in slides(project).stdout
        assert len(list(deck(project).slides)) == 7
        kept.write_text(whole, encoding="utf-8")
        build(project)


def test_before_training_and_before_publishing_it_says_what_to_run(project, slides):
    shutil.rmtree(project / "published")
    refused(slides(project), 1, "python evaluate.py good --publish")
    shutil.rmtree(project / "runs")
    refused(slides(project), 1, "python train.py, python evaluate.py, then python evaluate.py --publish")
    (project / "deck.toml").unlink()
    refused(slides(project), 1, "deck.toml is missing; git checkout -- deck.toml")
    without = re.sub(r"(?m)^extras = .*$", "extras = []", (project / ".hackgen.toml").read_text(encoding="utf-8"))
    (project / ".hackgen.toml").write_text(without, encoding="utf-8")
    refused(slides(project), 1, "this project has no deck.toml; hackgen add slides lays it in")


@pytest.mark.parametrize("words", [("--minutes", "0"), ("--minutes", "x"), ("--json",), ("--nonsense",)])
def test_wrong_usage(published, slides, words):
    refused(slides(published, *words), 2, words[0])


def test_the_picture_of_the_demo_page_is_taken_by_itself_and_left_out_on_request(project):
    assert not pictures(project)
    (project / "demo").mkdir()
    Image.new("RGB", (128, 80), "teal").save(project / "demo" / "page.png")
    build(project)
    (found,) = pictures(project)
    assert found == (project / "demo" / "page.png").read_bytes() and "data:image/png" in page(project)
    edit(project / "deck.toml", 'picture = ""  # empty', 'picture = "none"  # empty')
    build(project)
    assert not pictures(project)


def test_limits_show_the_figure_of_mistakes_where_there_is_one(project):
    figure = project / "published" / "figures" / "worst_mistakes.png"
    Image.new("RGB", (128, 80), "teal").save(figure)
    build(project)
    assert pictures(project, 6) == [figure.read_bytes()]


def pictures(project: Path, slide: int = 2) -> list[bytes]:
    """The pictures of a slide, else of the one that announces the demo."""
    return [shape.image.blob for shape in deck(project).slides[slide].shapes if hasattr(shape, "image")]


def test_without_python_pptx_there_is_still_a_page(project, slides, monkeypatch):
    shutil.rmtree(project / "presentation")
    monkeypatch.setitem(sys.modules, "pptx", None)
    monkeypatch.delitem(sys.modules, "hackgen.pitch.slides.powerpoint", raising=False)
    monkeypatch.delattr("hackgen.pitch.slides.powerpoint", raising=False)
    refused(slides(project), 1, "deck.html is written", "pip install python-pptx")
    assert "<section" in page(project) and not (project / "presentation" / "deck.pptx").exists()


def test_where_the_projects_code_cannot_run_the_deck_is_made_and_says_so(project, slides):
    (project / "metrics.py").write_text("import nonsense_that_is_missing", encoding="utf-8")
    done = slides(project)
    assert done.returncode == 0 and "own code does not run: ModuleNotFoundError" in done.stdout
    assert "cannot tell" in [text for slide in deck(project).slides for text in texts(slide)]


@pytest.mark.parametrize("task", sorted({choice.task.name for choice in choices()}))
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_story_of_every_task_can_be_read_and_laid_out(tmp_path, task, lang):
    project = find(made_up(tmp_path / "p", task=task, models=(), event="E", title="T", lang=lang))
    told = story.read(project)
    assert len(story.unwritten(project, told)) == 4
    windows = task in ("text-generation", "time-series-forecasting")  # are scored, and rows are counted otherwise
    assert windows == (re.search("of them only|只用于测试", told["approach"]["points"][0]) is None)
    known = dict.fromkeys(("data", "model", "parameters", "seconds", "rows", "n_test", "title"), "x")
    known |= project.called
    kinds = {"image": "x pictures of", "text": "x texts of", "tabular": "x rows of"}
    point = story.filled(project, told, known)["approach"]["points"][0]
    assert lang == "zh" or windows or point.startswith(kinds[task.partition("-")[0]])
    del told["result"], told["comparison"]
    slides = outline.slides(outline.Told(project, story.filled(project, told, known), known, {}, None))
    assert [slide.name for slide in slides] == ["cover", "problem", "demo", "approach", "limits", "next"]
    middle = [text for text in slides[3].elements if isinstance(text, layout.Text) and text.anchor == "middle"]
    steps = [text.paragraphs[0] for text in middle if text.paragraphs != ["→"]]
    assert len(steps) == 3 and all(steps)


@pytest.mark.slow
def test_libreoffice_opens_the_deck_and_reads_its_text(published, tmp_path):
    words = [
        program("soffice"),
        f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
        "--headless",
        "--convert-to",
        "pdf",
    ]
    source = published / "presentation" / "deck.pptx"
    subprocess.run([*words, "--outdir", str(tmp_path), str(source)], check=True, capture_output=True, timeout=HANGS)
    pdf = (tmp_path / "deck.pdf").read_bytes()
    assert pdf.startswith(b"%PDF") and len(re.findall(rb"/Type\s*/Page\b", pdf)) == 8
    if reader := shutil.which("pdftotext"):
        done = subprocess.run([reader, "-layout", str(tmp_path / "deck.pdf"), "-"], capture_output=True, check=True)
        told = done.stdout.decode("utf-8")
        assert "One in twelve letters goes astray" in told and shown(report(published)["score"]) in told


@pytest.mark.slow
def test_keys_turn_the_pages_in_the_browser_and_it_prints_to_pdf(published, browser):
    tab = browser.new_page(viewport={"width": 1280, "height": 720})
    complaints = []
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.goto((published / "presentation" / "deck.html").as_uri())

    def after(*keys: str) -> int:
        """The one slide that is seen after these keys, counted from 1."""
        for key in keys:
            tab.keyboard.press(key)
        seen = tab.locator("section").evaluate_all("all => all.map(each => each.getClientRects().length > 0)")
        assert seen.count(True) == 1 and tab.evaluate("location.hash") == f"#{seen.index(True) + 1}"
        return seen.index(True) + 1

    assert after() == 1 and after("ArrowLeft") == 1
    assert after("ArrowRight") == 2 and after("ArrowRight", "ArrowRight", "ArrowLeft") == 3
    assert after("End") == 8 and after("ArrowRight") == 8 and after("Home") == 1
    assert not tab.locator("section.on aside").is_visible()
    tab.keyboard.press("n")
    assert tab.locator("section.on aside").is_visible()
    shown = tab.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", shown)) == 8
    assert not complaints
    tab.close()


@pytest.mark.slow
@pytest.mark.parametrize("task", sorted({choice.task.name for choice in choices()}))
def test_after_a_training_of_every_task_the_deck_has_its_numbers(tmp_path, task, slides, hackgen):
    project = generate(tmp_path / "p", task=task, event="E", title="T")
    small = ["--width", "32", "--test-share", "0.02"] if task == "text-generation" else []  # it is long to score
    for name, seed in (("one", "0"), ("two", "1")):
        run(project, "train.py", "--minutes", "0.03", "--out", name, "--seed", seed, *small).ok()
    run(project, "evaluate.py", "one").ok()
    run(project, "evaluate.py", "two", "--publish").ok()
    assert len(json.loads(hackgen("compare", str(project), "--json").stdout)["entries"]) == 2
    assert slides(project).returncode == 0
    sheet, made = report(project), [texts(slide) for slide in deck(project).slides]
    assert shown(sheet["score"]) in made[4] and f">{shown(sheet['score'])}<" in page(project)
    assert any(shown(sheet["score"]) in text for text in made[5]) and len(made) == 8
