"""Languages: each has every text, with the same blanks; and a small one laid over a small project."""

import re
from pathlib import Path

import pytest
from conftest import SMALL
from hackgen.errors import Misuse
from hackgen.making import language
from hackgen.making.choice import Answers, choices, choose, settled
from hackgen.making.compose import plan
from hackgen.parts import TEMPLATES, read_toml, tomllib
from projects import generate

# What people read: sections and whole pages, and of an extra also the tables that it shows or that a team fills in.
PROSE = (".md", ".md.j2")
TABLES = (".toml", ".toml.j2")
SHOWN = ("tasks", "frameworks", "models", "extras")  # whose cards people read in prompts and README
SAID = ("title", "summary", "sample")
PROMPTS = language.prompts(TEMPLATES, language.ENGLISH)
APART = ("lang", "course")  # assignments are written in English, for an instructor to change


def prose(root: Path) -> list[str]:
    """The files of all parts that a language must translate, as paths relative to the templates."""
    paths = [path for path in root.rglob("*") if path.is_file() and path.relative_to(root).parts[0] not in APART]
    apart = (root, *(root / "extras").glob("*"))  # what stands there is for those who change the templates
    inside = [path.relative_to(root).as_posix() for path in paths if path.parent not in apart]
    return sorted(
        path
        for path in inside
        if path.endswith((*PROSE, "/strings.toml"))
        or (path.startswith("extras/") and path.endswith(TABLES) and has_words(root / path))
    )


def has_words(path: Path) -> bool:
    """Whether a table of an extra holds texts for people; cards are looked at by themselves, numbers need nothing."""
    if path.name == "part.toml":
        return False
    if path.suffix == ".j2":  # a comment or a text of its own; what facts bring is translated with them
        plain = re.sub(r"\{[{%].*?[%}]\}", "", path.read_text(encoding="utf-8"))
        return bool(re.search(r"(?:^|\s)#\s.*[A-Za-z]|\"[^\"\n]* [^\"\n]*\"", plain, re.MULTILINE))
    return any(" " in text for text in texts(read_toml(path)))


def texts(value: object) -> list[str]:
    """All texts in a table, at any depth."""
    if isinstance(value, str):
        return [value]
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for item in inside for text in texts(item)]


def missing(root: Path, code: str) -> list[str]:
    """What a language lacks: files, strings, blanks in them, titles of parts, questions; and what it has too many."""
    folder = root / "lang" / code
    wanted = prose(root)
    found = [f"no {path}" for path in wanted if not (folder / path).is_file()]
    there = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    cards = [path for kind in SHOWN for path in (root / kind).glob("**/part.toml")]
    for card in cards:
        said = [key for key in SAID if read_toml(card).get(key)]
        own = folder / card.relative_to(root)
        translated = read_toml(own) if own.is_file() else {}
        found += [f"{card.relative_to(root).as_posix()} says no {key}" for key in said if not translated.get(key)]
    allowed = {*wanted, "prompts.toml", *(card.relative_to(root).as_posix() for card in cards)}
    found += [f"{path} translates nothing" for path in there if path not in allowed]
    tables = [(path, read_toml(root / path)) for path in wanted if path.endswith("strings.toml")]
    for path, english in [*tables, ("prompts.toml", PROMPTS)]:
        own = read_toml(folder / path) if (folder / path).is_file() else {}
        found += [f"{path}: {key}" for key in english.keys() ^ own.keys()]
        found += [f"{path}: blanks of {key}" for key in english.keys() & own.keys() if _gaps(english[key], own[key])]
    return found


def _gaps(one: str, other: str) -> bool:
    return set(re.findall(r"\{(\w*)", one)) != set(re.findall(r"\{(\w*)", other))


@pytest.mark.parametrize("code", language.languages(TEMPLATES)[1:])
def test_everything_is_translated(code):
    assert missing(TEMPLATES, code) == []


KLINGON = {
    "tasks/toys/part.toml": SMALL["tasks/toys/part.toml"].replace('title = "Toys"', 'title = "Toys"\nsummary = "fun"'),
    "base/README.d/20-task.md.j2": "{{ task.title }} {{ task.summary }} {{ task.sample }} {{ lang }}\n",
    "shared/x/part.toml": "",
    "extras/a/part.toml": 'title = "A"\nsummary = "a"\nlaid_in = "always"\n',
    "extras/a/README.md": "for those who change it",
    "extras/a/base/strings.toml": 'hello = "hello {name}"\nbye = "bye"\n',
    "extras/a/base/numbers.toml": 'at = "12:00"\n',
    "extras/a/base/facts.toml": 'greeting = "good day"\n',
    "extras/a/base/filled.toml.j2": "{# what is said #}\nhello = {{ greeting | toml }}  # {{ title }}\n",
    "extras/a/base/said.toml.j2": "# what to say: {{ title }}\n",
    "extras/a/base/A.md.j2": "{{ greeting }}\n",
}
TRANSLATED = {
    "lang/tlh/prompts.toml": "".join(f"{key} = '{text}!'\n" for key, text in PROMPTS.items()),
    "lang/tlh/base/README.d/10-title.md.j2": "# tlhIngan {{ title | markdown }}\n",
    "lang/tlh/base/README.d/20-task.md.j2": "{{ task.title }}; {{ task.summary }}; {{ task.sample }}; {{ lang }}\n",
    "lang/tlh/base/README.d/90-end.md": "Qapla'\n",
    "lang/tlh/tasks/toys/part.toml": 'title = "tlhach"\nsummary = "bel"\nsample = "Duj"\n',
    "lang/tlh/frameworks/pytorch/part.toml": 'title = "PyTorch"\n',
    "lang/tlh/models/toy-to-class/cnn/part.toml": 'title = "CNN"\n',
    "lang/tlh/models/toy-to-class/mlp/part.toml": 'title = "MLP"\n',
    "lang/tlh/models/toy-to-class/mlp/README.d/50-mlp.md": "mlp\n",
    "lang/tlh/extras/a/part.toml": 'title = "A"\nsummary = "a"\n',
    "lang/tlh/extras/a/base/strings.toml": 'hello = "nuqneH {name}"\nbye = "Qapla"\n',
    "lang/tlh/extras/a/base/facts.toml": 'greeting = "nuqneH"\n',
    "lang/tlh/extras/a/base/said.toml.j2": "# jatlh: {{ title }}\n",
    "lang/tlh/extras/a/base/A.md.j2": "{{ greeting }}!\n",
}


def test_a_language_lies_over_each_layer(tree):
    root = tree(SMALL | KLINGON | TRANSLATED)
    answers = Answers(title="T", lang="tlh")
    files = plan(choice := choose(answers, root), settled(answers, choice))
    readme = files["README.md"].decode()
    assert readme == "# tlhIngan T\n\ntlhach; bel; Duj; tlh\n\nmlp\n\nQapla'\n"
    assert files["strings.toml"].decode() == 'bye = "Qapla"\nhello = "nuqneH {name}"\n'
    assert files["A.md"] == b"nuqneH!\n" and b'lang = "tlh"' in files[".hackgen.toml"]
    assert missing(root, "tlh") == []
    assert language.prompts(root, "tlh")["task"] == PROMPTS["task"] + "!"
    assert language.said(choice.task, root, "tlh")["title"] == "tlhach"


def test_a_translation_yields_to_a_later_layer_as_its_original_does(tree):
    later = {"tasks/toys/README.d/90-end.md": "Fin.\n", "lang/tlh/tasks/toys/README.d/90-end.md": "bI'.\n"}
    answers = Answers(lang="tlh")
    choice = choose(answers, tree(SMALL | KLINGON | TRANSLATED | later))
    assert plan(choice, settled(answers, choice))["README.md"].endswith(b"bI'.\n")


@pytest.mark.parametrize(
    ("path", "text", "told"),
    [
        ("base/README.d/90-end.md", None, "no base/README.d/90-end.md"),
        ("extras/a/base/facts.toml", None, "no extras/a/base/facts.toml"),
        ("extras/a/base/said.toml.j2", None, "no extras/a/base/said.toml.j2"),
        ("extras/a/base/strings.toml", 'hello = "nuqneH {name}"\n', "extras/a/base/strings.toml: bye"),
        ("extras/a/base/strings.toml", 'hello = "?"\nbye = "!"\n', "extras/a/base/strings.toml: blanks of hello"),
        ("tasks/toys/part.toml", 'title = "x"\nsummary = "y"\n', "tasks/toys/part.toml says no sample"),
        ("prompts.toml", 'task = "?"\n', "prompts.toml: framework"),
        ("base/README.d/91-more.md", "x", "base/README.d/91-more.md translates nothing"),
    ],
)
def test_what_a_language_lacks_is_found(tree, path, text, told):
    files = SMALL | KLINGON | {name: content for name, content in TRANSLATED.items() if name != f"lang/tlh/{path}"}
    assert told in missing(tree(files | ({f"lang/tlh/{path}": text} if text else {})), "tlh")


def test_an_unknown_language_is_refused(tree):
    with pytest.raises(Misuse, match='no language "tl"; did you mean "tlh"'):
        choose(Answers(lang="tl"), tree(SMALL | TRANSLATED))


@pytest.mark.parametrize("task", sorted({choice.task.name for choice in choices()}))
def test_rivals_have_a_name_in_the_projects_language(tmp_path: Path, task: str) -> None:
    project = generate(tmp_path / "p", task=task, lang="zh", extras=())
    texts = tomllib.loads((project / "strings.toml").read_text(encoding="utf-8"))
    names = {key: text for key, text in texts.items() if key.startswith("rival_")}
    assert len(names) >= 2 and all(not text.isascii() for text in names.values())
    files = [project / name for name in ("metrics.py", "figures.py")]
    used = re.findall(r'words\(\s*"(rival_\w+)"', "".join(file.read_text(encoding="utf-8") for file in files))
    assert names.keys() == set(used)
