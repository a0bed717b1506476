"""Figures with East Asian letters: the font that is taken, what stands for a name without one, and a real figure."""

import importlib.util
import warnings
from types import ModuleType, SimpleNamespace

import pytest
from hackgen.parts import TEMPLATES
from matplotlib import font_manager
from matplotlib.figure import Figure
from projects import generate, run


@pytest.fixture
def fonts() -> ModuleType:
    """The project's fonts.py, as if it had just been imported."""
    spec = importlib.util.spec_from_file_location("fonts", TEMPLATES / "base" / "reporting" / "fonts.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def install(monkeypatch):
    """A machine of which Matplotlib knows some fonts, by name; others are files that it has not seen yet."""

    def installed(*names: str, unseen: tuple[str, ...] = ()) -> None:
        known = list(names)
        manager = SimpleNamespace(ttflist=[], get_font_names=lambda: known, addfont=known.append)
        monkeypatch.setattr(font_manager, "fontManager", manager)
        monkeypatch.setattr(font_manager, "findSystemFonts", lambda: list(unseen))

    return installed


@pytest.mark.parametrize(
    ("names", "unseen", "taken"),
    [
        (["DejaVu Sans", "Noto Sans CJK SC", "SimHei"], (), "SimHei"),
        (["DejaVu Sans"], ("Noto Sans CJK JP",), "Noto Sans CJK JP"),
        (["DejaVu Sans"], ("Liberation Sans",), None),
    ],
)
def test_the_first_installed_font_is_taken(fonts, install, names, unseen, taken):
    install(*names, unseen=unseen)
    assert fonts.wide_font() == taken
    figure = Figure()
    wide, narrow = figure.text(0, 0, "猫", family="monospace"), figure.text(0, 0, "cat", family="monospace")
    fonts.fit(figure)
    assert wide.get_fontfamily() == ["monospace", *([taken] if taken else [])]
    assert narrow.get_fontfamily() == ["monospace"]


def test_without_a_font_numbers_stand_for_names_and_that_is_said_once(fonts, install, capsys):
    install("DejaVu Sans")
    names = ["cat", "größte", "", "кот", "cat 猫", "猫", "花朵", "猫a"]
    assert [fonts.shown(name, f"class {n}") for n, name in enumerate(names)] == [
        *names[:5],
        "class 5",
        "class 6",
        "class 7",
    ]
    assert capsys.readouterr().out.count("Noto Sans CJK") == 1


def test_an_installed_font_is_drawn_with(fonts, tmp_path, capsys):
    if not fonts.wide_font():
        pytest.skip("this machine has no font with Chinese letters")
    figure = Figure(layout="constrained")
    axes = figure.subplots()
    axes.set_xticks([0, 1], [fonts.shown("猫", "class 0"), fonts.shown("花朵", "class 1")])
    axes.set_title("花朵", family="monospace")
    axes.table([["猫"]], loc="center")
    fonts.fit(figure)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure.savefig(tmp_path / "figure.png")
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["猫", "花朵"]
    assert capsys.readouterr().out == ""


def test_figures_speak_the_projects_language_and_english_where_no_font_has_its_letters(tmp_path):
    project = generate(tmp_path / "p", task="tabular-classification", lang="zh", extras=())
    code = "import sys; from reporting import fonts; from reporting.labels import label\n"
    code += "fonts.wide_font = lambda: 'SimHei' if sys.argv[1:] else None\n"
    code += "fonts.letters = lambda: {ord(letter) for letter in '验证集上的轮次 loss'} if sys.argv[1:] else set()\n"
    code += "print(label('epoch', 'epoch'), label('on_valid', 'loss on valid', metric='loss'))"
    assert "轮次 验证集上的 loss" in run(project, "-c", code, "with").ok().out
    assert "epoch loss on valid" in run(project, "-c", code).ok().out
