"""Figures with East Asian letters: a font that has them is taken, and where there is none, that is said."""

import csv
from pathlib import Path

import pytest
from projects import generate, run

DRAWN = """
import sys, warnings
from matplotlib import font_manager
if sys.argv[1:]:
    font_manager.get_font_names = lambda: ["DejaVu Sans"]
import report
from common import words
from matplotlib import pyplot as plt
from pathlib import Path
warnings.simplefilter("error", RuntimeWarning)
figure, axes = plt.subplots()
axes.set_title("花朵 $5 and 5$")
axes.set_xlabel(words("figure_epoch"))
print(report.save(figure, Path("runs/one"), "flowers"), words("figure_epoch"))
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generate(tmp_path_factory.mktemp("fonts") / "p", task="tabular-classification", lang="zh", extras=())


@pytest.mark.slow  # looks through all fonts
def test_a_font_with_the_letters_is_taken_and_none_is_said(project: Path) -> None:
    names = run(project, "-c", "import report; print(report.plt.rcParams['font.family'])").ok().out
    if "CJK" not in names and "SimHei" not in names and "YaHei" not in names:
        pytest.skip("this machine has no font with Chinese letters")
    assert "note:" not in run(project, "-c", DRAWN).ok().err
    without = run(project, "-c", DRAWN, "without").ok().err
    assert "Noto Sans CJK" in without and "flowers.png" in without


def test_figures_and_results_speak_the_projects_language(project: Path) -> None:
    with (project / "strings.toml").open(encoding="utf-8") as file:
        assert any("figure_epoch" in row[0] for row in csv.reader(file) if row)
    assert "轮次" in run(project, "-c", DRAWN).ok().out


def test_a_rival_within_noise_is_said_to_be_ahead_or_behind(project: Path) -> None:
    said = run(
        project,
        "-c",
        "import report\n"
        "for higher in (True, False):\n"
        "    for score in (0.5, 0.6, 0.7):\n"
        "        rival = {'score': score, 'beaten': False, 'difference_ci95': [-1.0, 1.0]}\n"
        "        print(report.verdict({'score': 0.6, 'higher_is_better': higher}, rival)[:2])",
    )
    assert said.ok().out.split() == ["落后", "与模", "领先", "领先", "与模", "落后"]
