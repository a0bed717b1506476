"""The rules by which parts become a project, each on a tree written out here."""

from dataclasses import replace
from pathlib import Path

import pytest
from conftest import SMALL
from hackgen.errors import Misuse, Problem
from hackgen.making.choice import Answers, choices, choose, settled
from hackgen.making.compose import plan, project_path
from hackgen.making.facts import facts
from hackgen.parts import TEMPLATES, tasks


def composed(root: Path, **given: object) -> dict[str, str]:
    answers = Answers(task="toys", **given)
    choice = choose(answers, root)
    return {path: content.decode() for path, content in plan(choice, settled(answers, choice)).items()}


def test_a_path_inside_a_part_is_the_path_in_the_project(small):
    files = composed(small)
    assert set(files) == {
        ".gitignore",
        ".hackgen.toml",
        "README.md",
        "config.py",
        "data.py",
        "loss.py",
        "models/mlp.py",
        "train.py",
    }
    assert files["data.py"] == "print('toys')\n"
    assert files["models/mlp.py"] == "print('mlp')\n"


def test_a_later_layer_replaces_a_file_rendered_or_not(tree):
    files = composed(
        tree(SMALL | {"base/data.py": "base\n", "tasks/toys/train.py": "task\n", "base/data.py.j2": "j2\n"})
    )
    assert (files["data.py"], files["train.py"]) == ("print('toys')\n", "print('train')\n")


def test_ignore_lists_are_joined_line_by_line(small):
    assert composed(small)[".gitignore"] == "runs/\n__pycache__/\ntoys/\n"


def test_sections_join_in_the_order_of_their_names(small):
    assert composed(small, title="T")["README.md"] == "# T\n\nLayers.\n\nThe end.\n"
    assert composed(small, title="T", models=("cnn",))["README.md"] == "# T\n\nThe end.\n"


def test_a_later_layer_replaces_a_section(tree):
    files = composed(tree(SMALL | {"tasks/toys/README.d/90-end.md": "Fin.\n"}), title="T")
    assert files["README.md"].endswith("Layers.\n\nFin.\n")


def test_a_section_that_renders_to_nothing_vanishes(tree):
    files = composed(tree(SMALL | {"base/README.d/20-no.md.j2": "{% if event %}{{ event }}{% endif %}\n"}), title="T")
    assert files["README.md"] == "# T\n\nLayers.\n\nThe end.\n"


def test_one_file_and_sections_of_the_same_name_are_refused(tree):
    with pytest.raises(Problem, match=r"README\.md both"):
        composed(tree(SMALL | {"base/README.md": "whole\n"}))


def test_leftovers_of_python_are_not_copied(tree):
    files = composed(tree(SMALL | {"base/__pycache__/x.pyc": "", "base/y.pyc": "", "tasks/toys/a/__pycache__/z": ""}))
    assert not [path for path in files if "pyc" in path]


def test_shared_parts_lie_between_base_and_task(tree):
    card = 'uses = ["boxes"]\n' + SMALL["tasks/toys/part.toml"]
    boxes = {
        "shared/boxes/part.toml": 'dependencies = ["boxlib"]\n[config]\nlid = [true, "closed"]\n',
        "shared/boxes/data.py": "boxes\n",
        "shared/boxes/box.py": "box\n",
        "base/box.py": "base\n",
    }
    root = tree(SMALL | boxes | {"tasks/toys/part.toml": card})
    files = composed(root)
    assert (files["data.py"], files["box.py"]) == ("print('toys')\n", "box\n")
    assert "lid: bool = True\n" in files["config.py"]


def test_what_only_prepared_data_need_is_laid_in_with_them(tree):
    card = 'uses_large = ["boxes"]\n' + SMALL["tasks/toys/part.toml"]
    boxes = {
        "shared/boxes/part.toml": "dependencies = []\n",
        "shared/boxes/box.py": "",
        "shared/boxes/large/more.py": "",
    }
    choice = choose(Answers(task="toys"), tree(SMALL | boxes | {"tasks/toys/part.toml": card}))
    laid = [layer.relative_to(choice.root).as_posix() for layer in replace(choice, large=True).layers]
    assert laid.index("shared/boxes") < laid.index("tasks/toys") < laid.index("shared/boxes/large")
    assert not any("boxes" in layer.as_posix() for layer in choice.layers)


@pytest.mark.parametrize("task", [part.name for part in tasks(TEMPLATES)])
def test_what_is_prepared_once_is_never_tracked(task):
    layers = replace(choose(Answers(task=task)), large=True).layers
    ignored = [layer / "dot_gitignore" for layer in layers if (layer / "dot_gitignore").is_file()]
    prepares = any((layer / "prepare.py").is_file() for layer in layers)
    assert not prepares or any("prepared/" in file.read_text(encoding="utf-8").split() for file in ignored)


@pytest.mark.parametrize(
    ("inside", "lands"),
    [
        ("part.toml", None),
        ("dot_github/workflows/ci.yml", ".github/workflows/ci.yml"),
        ("dot_gitattributes", ".gitattributes"),
        ("a/part.toml", "a/part.toml"),
        ("config.py.j2", "config.py"),
        ("with_pytorch.py", "models/cnn.py"),
        ("with_keras.py", None),
        ("help.py", "help.py"),
    ],
)
def test_special_names(inside, lands):
    assert project_path(Path("models/image-to-class/cnn"), inside, "pytorch") == lands


def test_knobs_of_base_yield_to_framework_and_task(small):
    assert composed(small)[
        "config.py"
    ] == "data: str = ''\nseed: int = 7\nrate: float = 0.5\ntarget: str = ''\n".replace("'", '"')


def test_a_model_has_only_its_own_knobs_and_keeps_the_shared_type_and_reason(small):
    answers = Answers(task="toys")
    model = facts(choose(answers, small), answers)["models"][0]
    assert model["class_name"] == "Mlp"
    assert model["knobs"] == [
        {"name": "width", "value": 8, "why": "wide", "type": "int"},
        {"name": "rate", "value": 1.0, "why": "fast", "type": "float"},
    ]


@pytest.mark.parametrize("line", ["width = 8", 'width = [8, "wide", 1]', 'width = [[1], "wide"]', 'seed = ["x", "y"]'])
def test_a_knob_without_a_reason_or_of_another_type_is_a_fault_of_the_card(tree, line):
    with pytest.raises(Problem, match=r"part\.toml"):
        composed(tree(SMALL | {"models/toy-to-class/mlp/part.toml": f"[config]\n{line}\n"}))


def test_dependencies_are_sorted_and_the_later_line_of_a_name_wins(small):
    answers = Answers(task="toys")
    assert facts(choose(answers, small), answers)["dependencies"] == ["numpy>=2", "pandas>=2", "torch>=2"]


def test_a_project_requires_the_newest_python_that_one_of_its_parts_does(tree):
    cards = {
        "base/part.toml": '"3.9"',
        "frameworks/pytorch/part.toml": '"3.11"',
        "models/toy-to-class/cnn/part.toml": '"4"',
    }
    root = tree(SMALL | {path: f"requires_python = {least}\n" + SMALL[path] for path, least in cards.items()})
    assert [required(root, model) for model in ("mlp", "cnn")] == ["3.11", "4"]


def required(root: Path, model: str) -> str:
    """The version of Python that a project with a model asks for."""
    answers = Answers(task="toys", models=(model,))
    return facts(choose(answers, root), answers)["python"]


def test_data_and_target_become_defaults_of_their_knobs(small):
    assert 'data: str = "/a b"\n' in composed(small, data="/a b")["config.py"]
    assert 'target: str = "col"\n' in composed(small, target="col")["config.py"]


def test_a_target_that_no_knob_takes_is_refused(tree):
    card = SMALL["tasks/toys/part.toml"].replace('target = ["", "the column"]\n', "")
    with pytest.raises(Misuse, match="--target means nothing to toys"):
        composed(tree(SMALL | {"tasks/toys/part.toml": card}), target="col")


def test_an_unknown_fact_in_a_template_is_one_line(tree):
    with pytest.raises(Problem, match=r"note\.md\.j2.*nonsense"):
        composed(tree(SMALL | {"base/note.md.j2": "{{ nonsense }}"}))


def test_text_of_the_user_is_never_a_template(small):
    assert "# {{ 7 \\* 7 }}\n" in composed(small, title="{{ 7 * 7 }}")["README.md"]


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Iris demo", "iris-demo"),
        ("Ünïcode — Ärger!", "unicode-arger"),
        ("🙂", "project"),
        ("../..", "project"),
        ("CON", "con-project"),
        ("NumPy", "numpy-project"),
        ("random", "random-project"),
        ("a" * 500, "a" * 50),
    ],
)
def test_the_slug_is_a_name_that_any_installer_takes(small, title, slug):
    answers = Answers(task="toys", title=title)
    assert facts(choose(answers, small), answers)["slug"] == slug


def test_choices_come_from_the_folders(tree):
    more = {
        "frameworks/keras/part.toml": 'title = "Keras"\nbackends = ["jax", "torch"]\n',
        "frameworks/keras/targets/class/loss.py": "",
        "frameworks/lightning/part.toml": 'models_from = "pytorch"\n[config]\nrate = [0.1, "slow"]\n',
        "frameworks/lightning/targets/class/loss.py": "",
        "frameworks/useless/part.toml": 'title = "No target"\n',
    }
    found = [(c.framework.name, c.backend, c.models[0].name) for c in choices(tree(SMALL | more))]
    assert found == [
        ("pytorch", None, "mlp"),  # the default framework first, and the task's default model
        ("pytorch", None, "cnn"),
        ("keras", "jax", "mlp"),
        ("keras", "torch", "mlp"),
        ("lightning", None, "mlp"),
        ("lightning", None, "cnn"),
    ]
    files = composed(tree({}), framework="lightning", models=("cnn", "mlp"))
    assert files["models/cnn.py"] == "print('cnn')\n"
    with pytest.raises(Misuse, match="it has no file for keras, only for lightning, pytorch; what fits: mlp"):
        choose(Answers(task="toys", framework="keras", models=("cnn",)), tree({}))
    with pytest.raises(Misuse, match='no backend "jux" of keras; did you mean "jax"'):
        choose(Answers(task="toys", framework="keras", backend="jux"), tree({}))
    with pytest.raises(Misuse, match='"useless" has no models or no training for toys; what fits: pytorch, keras'):
        choose(Answers(task="toys", framework="useless"), tree({}))


def test_a_model_for_another_kind_says_where_it_fits(tree):
    more = {
        "tasks/dreams/part.toml": 'title = "D"\nkind = "noise-to-class"\nmetric = "m"\nsample = "s"\n',
        "models/noise-to-class/gan/part.toml": "",
        "models/noise-to-class/gan/with_pytorch.py": "",
    }
    with pytest.raises(Misuse, match="it is for dreams, not toy-to-class; what fits: mlp, cnn"):
        choose(Answers(task="toys", models=("gan",)), tree(SMALL | more))


@pytest.mark.parametrize("name", ["", ".", "..", "../toys", "Toys", "x" * 300, "\ud800"])
def test_a_task_that_is_no_name_is_no_task(small, name):
    with pytest.raises(Misuse, match="no task"):
        choose(Answers(task=name), small)
