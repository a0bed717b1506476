"""Whatever a person types on one line comes back equal from every generated file, or is refused with one line.

Every test compares what parsers read from a project made with the text with what they read from one made with plain
words, those words replaced: a text that changed the structure of anything would show.
"""

import ast
import json
import re
import subprocess
import sys
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import contents
from hackgen import text
from hackgen.errors import Misuse
from hackgen.making.answers import checked
from hackgen.making.choice import Answers, Choice, choices, choose, settled
from hackgen.making.compose import plan
from hackgen.making.facts import facts
from hackgen.making.language import languages
from hackgen.parts import TEMPLATES
from hackgen.pitch.project import words as texts_of
from hackgen.templating import compiled
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PLAIN = {"title": "Qtitleq", "author": "Qauthorq", "event": "Qeventq", "data": "/Qdataq", "target": "Qtargetq"} | {
    "team": "Qmemberq"
}
SLUG = "qtitleq"

RUFF = [sys.executable, "-m", "ruff"]

NASTY = [
    "quote \" and ' and ` and \"\"\" and '''",
    "back\\slash \\n \\u0041 \\",
    "{{ 7 * 7 }} {% raw %} {# no #} ${HOME} $(id) `id` %s %(x)s {0}",
    "# heading #",
    "- item",
    "1. first",
    "1986. A great year",
    "+ plus",
    "=====",
    "-----",
    "* * *",
    "> quote",
    "    code",
    "~~~",
    "```",
    "| a | b |",
    "|---|",
    ":--",
    "\\|",
    "[link](http://example.org) ![x](y) [^1] [ref]: /url",
    "<b>bold</b> <!-- --> <script>alert(1)</script> &amp; &copy; &#65;",
    "*a* _b_ **c** __d__ ~~e~~",
    "a_b_c  two  spaces",
    "null",
    "true",
    "~",
    "yes: no # comment",
    "--- !!python/object:os.system",
    "CON",
    ".hidden",
    "../../etc/passwd",
    "C:\\Users\\new\\table",
    "🙂👩\u200d👩\u200d👧 𝔘𝔫𝔦",
    "\u202eright to left\u202c \u2067x\u2069 \u200f",
    "שלום עולם مرحبا",
    "\ufeffbom \ufffe \uffff \ufdd0 \U0001ffff \U000e0041 \U0010ffff",
    "nbsp\u00a0soft\u00adhyphen zero\u200bwidth \u3000wide",
    "\u3000edges\u00a0",
    "Zalgo Ĥ̷͔e̵̜ c̴o̶m̷e̸s̶",
    "x" * 500,
    "'" * 50 + '"' * 50,
    "",
    " ",
]

one_line_text = st.one_of(
    st.text(st.characters(exclude_categories=["Cc", "Zl", "Zp", "Cs"]), max_size=80),
    st.lists(
        st.sampled_from([*NASTY, *"\\\"'`{}[]()<>#*_-+=|~&$%:;!?.,@^/ 0123456789abnrtuxN", "\t"]), max_size=12
    ).map(lambda parts: "".join(parts)[:900]),
)


@lru_cache(maxsize=1000)
def read(suffix: str, content: bytes) -> Any:
    return READERS.get(suffix, str)(content.decode())


def read_markdown(source: str) -> list[Any]:
    front = re.match(r"---\n(.*?\n)---\n", source, re.DOTALL)  # a model card's head is YAML
    source = source[front.end() :] if front else source
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(source)
    flat = [inner for token in tokens for inner in (token.children or [token])]
    return [yaml.safe_load(front[1]) if front else None, *((token.type, token.content) for token in flat)]


def read_python(source: str) -> list[Any]:
    nodes = ast.walk(ast.parse(source))
    return [node.value if isinstance(node, ast.Constant) else type(node).__name__ for node in nodes]


READERS = {
    ".toml": tomllib.loads,
    ".json": json.loads,
    ".yml": yaml.safe_load,
    ".yaml": yaml.safe_load,
    ".cff": yaml.safe_load,
    ".md": read_markdown,
    ".py": read_python,
}


def replaced(value: Any, words: dict[str, str]) -> Any:
    if isinstance(value, str):
        return re.sub("|".join(words), lambda match: words[match.group()], value)
    if isinstance(value, dict):
        return {replaced(key, words): replaced(item, words) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(replaced(item, words) for item in value)
    return value


@cache
def all_of(task: str) -> Choice:
    """The task with all its models and extras, in one language or another: every template of it in one project."""
    names = [
        choice.models[0].name for choice in choices() if (choice.task.name, choice.framework.name) == (task, "pytorch")
    ]
    codes = languages(TEMPLATES)
    lang = codes[TASKS.index(task) % len(codes)]
    return choose(Answers(task=task, models=tuple(names), event="all extras", lang=lang))


@cache
def takes(task: str, name: str) -> bool:
    return name not in {"data", "target"} or name in all_of(task).knobs


@cache
def plain(task: str, typed: tuple[str, ...]) -> dict[str, bytes]:
    return project(task, {name: PLAIN[name] for name in typed})


def project(task: str, typed: dict[str, str]) -> dict[str, bytes]:
    return plan(all_of(task), settled(answered(typed), all_of(task)))


def answered(typed: dict[str, str]) -> Answers:
    """The answers, checked; the name of a member stands among plain ones."""
    team = {"team": ("Ada", typed["team"], "Bo")} if "team" in typed else {}
    return checked(Answers(**typed | team))


def refused(name: str, value: str) -> bool:
    """Whether an answer is refused, which takes one line."""
    try:
        answered({name: value})
    except Misuse as refusal:
        assert len(str(refusal).splitlines()) == 1 and str(refusal).isprintable()
        return True
    return False


def holds(task: str, typed: dict[str, str]) -> None:
    """The project made with the text reads as the one made with plain words does, the text in place of the words."""
    typed = {name: value for name, value in typed.items() if value.strip() and takes(task, name)}
    typed = {name: value for name, value in typed.items() if not refused(name, value)}
    accepted = answered(typed)
    expected = {name: accepted.team[1] if name == "team" else getattr(accepted, name) for name in typed}
    slug = facts(all_of(task), settled(accepted, all_of(task)))["slug"]
    words = {PLAIN[name]: value for name, value in expected.items()} | ({SLUG: slug} if "title" in typed else {})
    files, plain_files = project(task, typed), plain(task, tuple(typed))
    assert files.keys() == plain_files.keys()
    for path, content in plain_files.items():
        if any(word.encode() in content for word in words):
            suffix, given = Path(path).suffix, words
            if path == "deck.toml":  # its texts may hold {blanks}, so that a brace is written twice
                given = {word: value.replace("{", "{{").replace("}", "}}") for word, value in words.items()}
            assert read(suffix, files[path]) == replaced(read(suffix, content), given), path
        else:  # nothing in it was typed
            assert files[path] == content, path


TASKS = sorted({choice.task.name for choice in choices()})


def every_task() -> list[Any]:
    """Each nasty text with each task: the fast tests try it with one, the tasks taking turns."""
    pairs = [(i + j, task, nasty) for i, nasty in enumerate(NASTY) for j, task in enumerate(TASKS)]
    return [
        pytest.param(
            task, nasty, id=f"{task}-{ascii(nasty)[:30]}", marks=[pytest.mark.slow] if turn % len(TASKS) else []
        )
        for turn, task, nasty in pairs
    ]


@pytest.mark.parametrize(("task", "nasty"), every_task())
def test_nasty_text_in_every_place_at_once(task, nasty):
    holds(task, dict.fromkeys(PLAIN, nasty))


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(TASKS), st.lists(one_line_text, min_size=len(PLAIN), max_size=len(PLAIN)))
def test_any_text_in_every_place(task, typed):
    holds(task, dict(zip(PLAIN, typed, strict=True)))


def test_no_page_holds_a_tag_that_a_reader_would_not_see():
    """Such as <MAIL>, which stands for an address; comments mark regions."""
    pages = [page.decode() for task in TASKS for path, page in plain(task, ()).items() if path.endswith(".md")]
    said = [texts_of(name, lang) for name in ("cards", "checklist") for lang in languages(TEMPLATES)]
    pages += [line for lines in said for line in lines.values() if isinstance(line, str)]
    tags = [told for page in pages for kind, told in read_markdown(page)[1:] if kind.startswith("html")]
    assert tags and [tag for tag in tags if not tag.startswith("<!--")] == []


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(), max_size=30))
def test_text_is_one_line_or_refused_in_one_line(typed):
    """Also control characters, separators of lines and halves of surrogates."""
    try:
        accepted = text.one_line(typed, "the title")
    except Misuse as refusal:
        assert len(str(refusal).splitlines()) == 1 and str(refusal).isprintable()
    else:
        assert accepted == typed and len(typed.splitlines()) <= 1
        typed.encode("utf-8")


@settings(max_examples=100, deadline=None)
@given(one_line_text)
def test_each_filter_reads_back_equal(typed):
    assert tomllib.loads(f"{text.toml('k')} = {text.toml(typed)}")["k"] == typed
    assert json.loads(compiled("[{{ typed | tojson }}]", False).render(typed=typed)) == [typed]
    page = compiled("k: {{ typed | yaml }}\nj: [{{ typed | yaml }}]", False).render(typed=typed)
    assert yaml.safe_load(page) == {"k": typed, "j": [typed]}
    assert ast.literal_eval(text.python(typed)) == typed


@settings(max_examples=100, deadline=None)
@given(one_line_text.filter(bool))
def test_markdown_shows_what_was_typed_wherever_it_stands(typed):
    escaped = text.markdown(typed)
    page = (
        f"# {escaped}\n\n{escaped}\n\n- {escaped}\n\n1. {escaped}\n\n| a | b |\n|---|---|\n| {escaped} | {escaped} |\n"
    )
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(page + f"\nText {escaped} text\n")
    inline = [token.children for token in tokens if token.type == "inline"]
    assert {child.type for children in inline for child in children} == {"text"}
    shown = ["".join(child.content for child in children) for children in inline]
    assert shown == [typed, typed, typed, typed, "a", "b", typed, typed, f"Text {typed} text"]


@settings(max_examples=6, deadline=None)
@given(st.lists(one_line_text, min_size=40, max_size=40))
def test_python_literals_survive_ruff_format(tmp_path_factory, values):
    file = tmp_path_factory.mktemp("ruff") / "literals.py"
    file.write_text(
        "".join(f"x = {text.python(v)}  # why\n" for v in [*values, *NASTY] if len(v) < 90), encoding="utf-8"
    )
    done = subprocess.run([*RUFF, "format", "--isolated", "--diff", str(file)], capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_config_with_data_of_any_length_passes_its_own_linter(tmp_path):
    for length in (20, 60, 75, 90, 100, 105, 110, 115, 120, 300):
        files = project(TASKS[0], {"data": "/" + "d " * (length // 2), "title": "x " * length})
        for path in ("config.py", "pyproject.toml"):
            target = tmp_path / str(length) / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(files[path])
    for command in (["check"], ["format", "--check"]):
        done = subprocess.run([*RUFF, *command, "--no-cache", "."], cwd=tmp_path, capture_output=True, encoding="utf-8")
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("nasty", [NASTY[0], NASTY[2], "🙂 שלום \u202e", "../x"])
def test_nasty_text_through_the_command(hackgen, nasty):
    done = hackgen("new", "one", "--title", nasty, "--author", nasty, "--event", nasty, "--no-git")
    assert (done.returncode, done.stderr) == (0, "")
    again = hackgen("new", "two", "--answers", "one/.hackgen.toml", "--no-git")
    assert again.returncode == 0 and contents(hackgen.work / "one") == contents(hackgen.work / "two")
    recorded = tomllib.loads((hackgen.work / "one/.hackgen.toml").read_text(encoding="utf-8"))["answers"]
    assert [recorded[name] for name in ("title", "author", "event")] == [nasty] * 3
