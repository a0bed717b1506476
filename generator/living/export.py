"""`hackgen export`: one choice as a template for copier or cookiecutter that stands alone.

A project is rendered with answers that are marks; each mark becomes a tag of Jinja. Where an answer may be empty, it
is rendered without it too, and what differs becomes a condition. All other text stays, so most files are copies.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import takewhile
from pathlib import Path
from typing import Any

from .. import __version__
from ..errors import Misuse, nearest
from ..making.choice import Answers, Choice, choose, settled
from ..making.compose import plan, walk
from ..making.facts import taken
from ..parts import parsed
from ..templating import rendered
from ..text import ESCAPED

Files = dict[str, bytes]
AROUND = Path(__file__).parent / "around"  # what a template has beside the project: its questions, README, a test
TOOLS = ("copier", "cookiecutter")
MARKS = {"title": "zqT&title", "author": "zqA&author", "event": "zqE&event"}  # `&` tells where they are Markdown
OPTIONAL = ("author", "event")  # answers that may be empty, and change what stands around them
KNOBS = ("seed", "epochs", "batch_size", "learning_rate")  # what a template asks beside the answers, where it can

# What hackgen would write in a way that no template can: as an escape, or under a folded name in pyproject.toml.
_FORMS = (
    r"\xa8\xaa\xaf\xb2-\xb4\xb8-\xba\xbc-\xbe\u0132\u0133\u013f\u0140\u0149\u017f\u01c4-\u01cc\u01f1-\u01f3"
    r"\u02b0-\u02b8\u02d8-\u02dd\u02e0-\u02e4\u037a\u037e\u0384\u0385\u1d2c-\u1d6a\u1d9b-\u1dbf\u1e9a\u1fbd\u1fbf-\u1fc1"
    r"\u1fcd-\u1fcf\u1fdd-\u1fdf\u1fed-\u1fef\u1ffd\u1ffe\u2000-\u200a\u2017\u2024\u2025\u202f\u203c\u203e\u2047-\u2049"
    r"\u2057\u205f\u2070-\u209c\u20a8\u2100-\u2189\u2260\u226e\u226f\u2460-\u24ea\u2a74-\u2a76\u2c7c\u2c7d\u309b\u309c"
    r"\u3200-\u33ff\ua7f2-\ua7f4\ufb00-\ufb06\ufb29\ufc5e-\ufc63\ufdfa\ufdfb\ufe10-\ufe7e\uffe3\U00010780-\U000107bf"
    r"\U0001ccd0-\U0001ccff\U0001d400-\U0001d7ff\U0001f100-\U0001f190\U0001fbf0-\U0001fbf9"
)
_FILLERS = r"\u034f\u115f\u1160\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef\ud800-\udfff"
REFUSED = (  # a pattern that re takes, in ASCII
    rf"[\x22\x27\x60\x5c\x7b\x7d{ascii(ESCAPED.pattern)[2:-2]}{_FILLERS}{_FORMS}]"
    r"|\A\s|\s\Z|\A[-+=:]|\A[0-9]{1,9}[.)]|\A[\s\S]{1001}"
)

SAY = "no quotes, backslashes, braces, invisible or odd characters; a letter or a word comes first"

MARKDOWN = "{% for c in TITLE %}{{ '\\\\' if c in '*_[]<>&|~#$' }}{{ c }}{% endfor %}"
SLUG = (
    "{% set plain %}{% for c in TITLE.lower() %}{% if c.isascii() %}{{ c if c.isalnum() else '-' }}"
    "{% else %}{% for letter in LOOK_ALIKES if c in LOOK_ALIKES[letter] %}{{ letter }}{% endfor %}{% endif %}"
    "{% endfor %}{% endset %}{% set words = plain.split('-') | select | join('-') %}"
    "{% set slug = (('-' if plain[:1] == '-' else '') ~ words)[:50].strip('-') or 'project' %}"
    "{{ slug ~ '-project' if slug in RESERVED else slug }}"
)


def export(answers: Answers, to: str) -> Files:
    """The files of a template repository; `answers` say choice and extras, the template asks the rest."""
    if to not in TOOLS:
        raise Misuse(f'no tool "{to}" to export to{nearest(to, list(TOOLS))}')
    choice = choose(answers)
    final = settled(replace(answers, **MARKS), choice)
    knobs = _asked(choice)
    full = _rendered(choice, final, knobs)
    without = {name: _rendered(choice, replace(final, **{name: ""}), knobs) for name in OPTIONAL}
    project = parsed(full["pyproject.toml"])["project"]
    needs = [*project["dependencies"], *(line for lines in project["optional-dependencies"].values() for line in lines)]
    tags = _tags(to, project["name"], knobs)
    pattern = "|".join(map(re.escape, tags))
    files = dict(full)
    for path, whole in full.items():
        others = {name: without[name][path] for name in OPTIONAL}
        if re.search(pattern, whole) or any(other != whole for other in others.values()):
            files[path] = re.sub(pattern, lambda mark: tags[mark.group()], _template(whole, others, to))
    origin = rf'# Written by a {to} template that hackgen exported.\n\1exported = "{to}"\n'
    files[".hackgen.toml"] = re.sub(r"\A#.*\n(.*\n)", origin, files[".hackgen.toml"])
    marked = {path for path in files if files[path] != full[path]}

    known = {
        "version": __version__,
        "choice": str(choice),
        "questions": [*_texts(choice), *knobs],
        "knobs": [knob["name"] for knob in knobs],
        "refused": REFUSED,
        "say": SAY,
        "look_alikes": look_alikes(),
        "reserved": sorted(name for name in taken(needs) if re.fullmatch("[a-z0-9-]+", name)),
        "markdown": {name: _spelled(MARKDOWN, to, name) for name in MARKS},
        "slug": _spelled(SLUG, to),
        "rendered": sorted(marked),
        "copied": [path for path in files if path not in marked],
    }
    around = {path.removesuffix(".j2"): rendered(source, known) for source, path in walk(AROUND / to)}
    top, ending = ("template", ".jinja") if to == "copier" else ("{{ cookiecutter.__slug }}", "")
    places = {path: f"{top}/{path}{ending if path in marked else ''}" for path in files}
    placed = {places[path]: content.encode(errors="surrogateescape") for path, content in files.items()}
    return dict(sorted((around | placed).items()))


def _rendered(choice: Choice, answers: Answers, knobs: list[dict[str, Any]]) -> dict[str, str]:
    """The project's files as texts, with a mark for each knob that is asked."""
    files = {path: content.decode(errors="surrogateescape") for path, content in plan(choice, answers).items()}
    for knob in knobs:
        line = re.compile(rf"^(    {knob['name']}: {knob['type']} = )\S+(?=  # )", re.MULTILINE)
        last = list(line.finditer(files["config.py"]))[-1]  # that of the model, where it has its own default
        files["config.py"] = last.string[: last.end(1)] + knob["mark"] + last.string[last.end() :]
    return files


def _asked(choice: Choice) -> list[dict[str, Any]]:
    """The knobs that one line decides: of the only model where it has its own default, else of all models alike."""
    own = [model.knobs(choice.knobs) for model in choice.models]
    knobs = choice.knobs | (own[0] if len(own) == 1 else {})
    names = [name for name in KNOBS if name in knobs and (len(own) == 1 or not any(name in one for one in own))]
    return [knobs[name] | {"mark": f"zq{name}zq", "validator": _number(name)} for name in names]


def _number(name: str) -> str:
    """What copier says of a number that no training can use; `not` so that nan fails too."""
    least, bounds = ("<", "above 0") if name == "learning_rate" else ("<=", "0 or more")
    return f"{{% if not 0 {least} {name} < 10 ** 9 %}}it must be {bounds}{{% endif %}}"


def _texts(choice: Choice) -> list[dict[str, str]]:
    """The questions for a line of text each."""
    asked = [
        ("title", "The project's title", choice.task.title, "not title or "),
        ("author", "Who makes it (may stay empty)", "", ""),
        ("event", "The course or event it is for (may stay empty)", "", ""),
    ]
    tests = {name: f"{{% if {empty}{name} | regex_search(refused) %}}{SAY}{{% endif %}}" for name, *_, empty in asked}
    return [
        {"name": name, "type": "str", "why": why, "value": value, "validator": tests[name]}
        for name, why, value, _ in asked
    ]


def _template(whole: str, without: dict[str, str], to: str) -> str:
    """The text with conditions around what an empty answer changes, and nothing else that Jinja would read."""
    spans = sorted(span for name, other in without.items() for span in _changed(whole, other, name))
    done, at = "", 0
    for start, end, name, other in spans:
        bare = whole[start:end] == MARKS[name] and not other
        begin, finish = ("", "") if bare else (f"{{% if {_variable(name, to)} %}}", "{% endif %}")
        finish = f"{{% else %}}{_escaped(other)}{finish}" if other else finish
        done += _escaped(whole[at:start]) + begin + _escaped(whole[start:end]) + finish
        at = end
    return done + _escaped(whole[at:])


def _changed(whole: str, other: str, name: str) -> Iterator[tuple[int, int, str, str]]:
    """Where the text differs from the one without an answer: start, end, the answer, what stands there instead."""
    lines, others = whole.splitlines(keepends=True), other.splitlines(keepends=True)
    for kind, a, b, c, d in SequenceMatcher(None, lines, others, autojunk=False).get_opcodes():
        if kind != "equal":
            mine, theirs, start = "".join(lines[a:b]), "".join(others[c:d]), len("".join(lines[:a]))
            end = _alike(mine[::-1], theirs[::-1])
            mine, theirs = mine[: len(mine) - end], theirs[: len(theirs) - end]
            begin = _alike(mine, theirs)
            yield start + begin, start + len(mine), name, theirs[begin:]


def _alike(one: str, other: str) -> int:
    """How many letters two texts have in common at their beginning."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _escaped(text: str) -> str:
    return re.sub(r"\{[{%#]", lambda found: f'{{{{ "{found.group()}" }}}}', text)


def _variable(name: str, to: str) -> str:
    return name if to == "copier" else f"cookiecutter.{name}"


def _tags(to: str, slug: str, knobs: list[dict[str, Any]]) -> dict[str, str]:
    """What stands in the template for each mark; a mark in Markdown has its `&` escaped."""
    hidden = "" if to == "copier" else "__"
    tags = {mark.replace("&", r"\&"): _variable(f"{hidden}{name}_in_markdown", to) for name, mark in MARKS.items()}
    tags |= {mark: _variable(name, to) for name, mark in MARKS.items()} | {slug: _variable(f"{hidden}slug", to)}
    for knob in knobs:  # all answers to cookiecutter are text
        tags[knob["mark"]] = _variable(knob["name"], to) + ("" if to == "copier" else f" | {knob['type']}")
    return {mark: f"{{{{ {tag} }}}}" for mark, tag in tags.items()}


def _spelled(expression: str, to: str, name: str = "title") -> str:
    """An expression with the names that its variables have in a tool."""
    hidden = "" if to == "copier" else "_"
    names = {"TITLE": name, "LOOK_ALIKES": f"{hidden}look_alikes", "RESERVED": f"{hidden}reserved"}
    for word, variable in names.items():
        expression = expression.replace(word, _variable(variable, to))
    return expression


def look_alikes() -> dict[str, str]:
    """The letters, digits and signs that the name of a Python project writes as each plain one."""
    found: dict[str, str] = {"-": "\u2026\u3000"}
    for character in map(chr, (*range(0xC0, 0x2000), *range(0xFF01, 0xFF5F))):
        plain = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
        plain = plain if plain.isalnum() else "-" * bool(plain)
        if len(plain) == 1 and character == character.lower() and not re.search(f"[{_FORMS}]", character):
            found[plain] = found.get(plain, "") + character
    return dict(sorted(found.items()))
