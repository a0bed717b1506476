"""Markers of graded parts in Python code: found as comments, held against the syntax tree, taken out and put in.

    # >>> part forward points=6 hint="channels first, then the head"
    …whole statements of one function…
    # <<< part forward

What looks like a marker and is none would hand out a solution, so every near miss is an error that says what to write.
"""

import ast
import io
import re
import textwrap
import tokenize
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache

from ...errors import Misuse, Problem, nearest
from ..grader.overlay import defined, first_line
from .spelling import CLOSING, ID, OPENING, end_marker, instead, start_marker

WIDE = 120
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Marked:
    """A part as it stands in a file; lines are counted from 1, the markers' own are `first` and `last`."""

    id: str
    points: int
    hint: str
    file: str
    function: str  # its name with those around it: CNN.forward
    first: int
    last: int
    stub: str  # what stands there for students
    body: str  # what stands there now: the lines between the markers

    @property
    def place(self) -> str:
        return f"{self.file}:{self.first}"


def parse(text: str, path: str) -> list[Marked]:
    """The parts of a Python file in their order; a `Problem` with file, line and remedy where a marker is not right."""
    tree, lines, found, opened = tree_of(text, path), text.split("\n"), [], None

    def fault(line: int, said: str) -> Problem:
        return Problem(f"{path}:{line}: {said}")

    for number, comment, alone in _comments(text):
        opening, closing = OPENING.fullmatch(comment), CLOSING.fullmatch(comment)
        id, begun = (opening or closing or [""] * 2)[1], opened[1][1] if opened else ""
        if not id:
            if right := instead(comment, begun, [part.id for part in found]):
                raise fault(number, f'"{comment}" is no marker of hackgen, and would mark nothing; write: {right}')
        elif not alone:
            raise fault(number, f"a marker stands on a line of its own; write there: {comment}")
        elif opening and begun:
            raise fault(number, f"part {begun} is still open; before it write: {end_marker(begun)}")
        elif opening:
            opened = number, opening
        elif not begun:
            raise fault(number, f"part {id} was not begun; above it write: {start_marker(id, 1, '…')}")
        elif id != begun:
            raise fault(number, f"part {begun} ends here, so write: {end_marker(begun)}")
        else:
            part, opened = _marked(tree, lines, path, opened[1], opened[0], number), None
            if twice := [other for other in found if other.id == id]:
                raise fault(part.first, f"part {id} is also in line {twice[0].first}; give it another name")
            found.append(part)
    if opened:
        raise fault(opened[0], f"part {opened[1][1]} has no end; below its last line write: {end_marker(opened[1][1])}")
    return found


def strip(text: str, path: str, solved: Collection[str] = ()) -> str:
    """The file as students get it; parts in `solved` keep their code, without markers."""
    lines = text.split("\n")
    for part in reversed(parse(text, path)):
        lines[part.first - 1 : part.last] = (part.body if part.id in solved else part.stub).split("\n")
    return "\n".join(lines)


def mark(
    text: str, path: str, function: str, id: str, points: int, hint: str = "", within: tuple[str, str] = ("", "")
) -> str:
    """The file with markers around the body of a function, which is named with those around it: CNN.forward.

    within  a text in the first and one in the last line of what is marked, where that is less than the function
    """
    lines = text.split("\n")
    if not re.fullmatch(ID, id):
        raise Misuse(f'a part is named by small letters, digits, - and _, beginning with a letter, not "{id}"')
    if '"' in hint or "\\" in hint or "\n" in hint:
        raise Misuse(f"the hint of part {id} must be one line without quotes and backslashes")
    first, last = _body(tree_of(text, path), lines, path, function, within)
    indent, end = re.match(r"\s*", lines[first - 1])[0], "\r" * lines[first - 1].endswith("\r")
    lines.insert(last, f"{indent}{end_marker(id)}{end}")
    lines.insert(first - 1, f"{indent}{start_marker(id, points, hint)}{end}")
    marked = "\n".join(lines)
    parse(marked, path)
    return marked


def functions(tree: ast.AST) -> Iterator[tuple[str, Function]]:
    """Every function with its name and those around it."""
    return ((name, node) for name, node in defined(tree) if isinstance(node, Function))


@lru_cache(512)  # a build reads each file many times: stripped, solved, packed
def tree_of(text: str, path: str) -> ast.Module:
    if "\r" in text.replace("\r\n", "\n"):
        raise Problem(f"{path}: its lines end in CR alone; save it with LF")
    try:
        return ast.parse(text.removeprefix("\ufeff"))
    except SyntaxError as error:
        raise Problem(f"{path}:{error.lineno or 1}: it does not parse: {error.msg}") from None
    except ValueError as error:
        raise Problem(f"{path}: it does not parse: {error}") from None


@lru_cache(512)
def _comments(text: str) -> list[tuple[int, str, bool]]:
    """Line, text, and whether nothing else is on the line: of comments, and of lines in texts that read as markers."""
    found = []
    for token in tokenize.generate_tokens(io.StringIO(text.removeprefix("\ufeff")).readline):
        if token.type == tokenize.COMMENT:
            found.append((token.start[0], token.string.rstrip("\r"), not token.line[: token.start[1]].strip()))
        elif token.type == tokenize.STRING or tokenize.tok_name[token.type] == "FSTRING_MIDDLE":
            lines = enumerate(map(str.strip, token.string.split("\n")), token.start[0])
            found += [(number, line, False) for number, line in lines if OPENING.match(line) or CLOSING.match(line)]
    return found


def _marked(tree: ast.Module, lines: list[str], path: str, opening: re.Match[str], first: int, last: int) -> Marked:
    """The part between two markers, which must hold whole statements of one function."""
    id, hint, place = opening[1], opening[3] or "", f"{path}:{first}"
    around = [(name, node) for name, node in functions(tree) if node.lineno < first and last <= _reach(node, lines)]
    if not around:
        raise Problem(f"{place}: part {id} is in no function; outside, its stub would fail when the file is imported")
    name, function = around[-1]
    inside, column = [], len(re.match(r"\s*", lines[last - 1])[0])
    for node in (one for one in ast.walk(function) if isinstance(one, ast.stmt)):  # outer ones come first
        begin, end = first_line(node), node.end_lineno
        if first < begin and end < last:
            inside.append(node)
        elif begin < last and end > first and not (begin < first and (last <= end or node.col_offset < column)):
            raise Problem(f"{place}: part {id} cuts the statement of line {begin}; let it hold lines {begin}-{end}")
    if not inside:
        raise Problem(f"{place}: part {id} holds no whole statement; put its markers around some")
    try:
        ast.parse("\n".join(["if True:", *lines[first : last - 1]]))
    except SyntaxError:
        raise Problem(f"{place}: part {id} holds statements of two blocks; let it hold those of one") from None
    if inside[0] is function.body[0] and ast.get_docstring(function) is not None:
        raise Problem(f"{place}: part {id} holds the docstring, which stays; put the marker below it")
    indent = re.match(r"\s*", lines[first_line(inside[0]) - 1])[0]
    if any(re.match(r"\s*", lines[number - 1])[0] != indent for number in (first, last)):
        raise Problem(f"{place}: markers of part {id} begin in the column of its statements; indent both like them")
    end = "\r" * lines[first - 1].endswith("\r")
    stub = [line + end for line in _stub(id, int(opening[2]), hint or f"write {name}, as said above it", indent)]
    body = lines[first : last - 1]
    return Marked(id, int(opening[2]), hint, path, name, first, last, "\n".join(stub), "\n".join(body))


def _stub(id: str, points: int, hint: str, indent: str) -> list[str]:
    """A comment that says how much it is worth, and the error that says what to do."""
    said = f"part {id}: {hint}"
    error = [f'raise NotImplementedError("{said}")']
    room = WIDE - len(indent.expandtabs(4))
    if len(error[0]) > room:
        lines = textwrap.wrap(said, room - 6, drop_whitespace=False)
        error = ["raise NotImplementedError(", *(f'    "{line}"' for line in lines), ")"]
    return [f"{indent}{line}" for line in (f"# part {id}, {points} point{'s' * (points > 1)}", *error)]


def _reach(function: Function, lines: list[str]) -> int:
    """The last line of a function, with comments below that are indented like its body."""
    last, column = function.end_lineno, function.body[0].col_offset
    while last < len(lines) and re.match(rf"\s{{{column},}}#", lines[last].expandtabs(4)):
        last += 1
    return last


def _body(tree: ast.Module, lines: list[str], path: str, name: str, within: tuple[str, str]) -> tuple[int, int]:
    """First and last line of a function's body below its docstring, or from the line that holds a text to the next that
    holds another."""
    known = dict(functions(tree))
    if name not in known:
        raise Misuse(f'{path} has no function "{name}"{nearest(name, list(known))}')
    function = known[name]
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    if not body:
        raise Problem(f"{path}:{function.lineno}: {name} has a docstring and no code; there is nothing to mark")
    if body[0].lineno == function.lineno:
        raise Problem(f"{path}:{function.lineno}: {name} stands on one line; write its body on lines of its own")
    first, last = first_line(body[0]), _reach(function, lines)
    while re.match(r"\s+#", lines[first - 2]) and first - 2 >= function.lineno:
        first -= 1
    begin = next((number for number in range(first, last + 1) if within[0] in lines[number - 1]), last)
    end = next((number for number in range(begin, last + 1) if within[1] in lines[number - 1]), 0)
    if not end or within[0] not in lines[begin - 1]:
        raise Problem(f'{path}: {name} has no lines from "{within[0]}" to "{within[1]}"')
    return (begin, end) if within[0] else (first, last)
