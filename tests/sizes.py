"""How large a generated project is: files and lines of Python, tokens a line, other text, words of Markdown."""

import functools
import io
import tokenize
from dataclasses import dataclass

LAYOUT = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
}
OPENS, CLOSES = (getattr(tokenize, f"FSTRING_{end}", -1) for end in ("START", "END"))  # from Python 3.12 on
HEAD = f"{'project':72} files  lines longest tokens/line other words README"


@dataclass(frozen=True)
class Size:
    """What is counted of a project; files of its data/ are not."""

    files: int  # of Python
    lines: int  # in them
    longest: int  # lines of one
    dense: float  # tokens a line of code, on average
    other: int  # lines of text that is neither Python nor Markdown, such as TOML
    words: int  # of all Markdown
    readme: int  # words of it
    longest_path: str

    def __str__(self) -> str:
        numbers = f"{self.files:5} {self.lines:6} {self.longest:7} {self.dense:11.2f} {self.other:5} {self.words:5}"
        return f"{numbers} {self.readme:6}"


def size_of(files: dict[str, bytes]) -> Size:
    """The size of a project, from its plan."""
    texts = {path: raw for path, raw in files.items() if not path.startswith("data/") and b"\0" not in raw}
    python = {path: raw for path, raw in texts.items() if path.endswith(".py")}
    pages = {path: len(raw.decode("utf-8").split()) for path, raw in texts.items() if path.endswith(".md")}
    lengths = {path: len(raw.splitlines()) for path, raw in python.items()}
    counted = [_tokens(raw) for raw in python.values()]
    return Size(
        files=len(python),
        lines=sum(lengths.values()),
        longest=max(lengths.values()),
        longest_path=max(lengths, key=lengths.__getitem__),
        dense=sum(tokens for tokens, _ in counted) / sum(lines for _, lines in counted),
        other=sum(len(raw.splitlines()) for path, raw in texts.items() if path not in python and path not in pages),
        words=sum(pages.values()),
        readme=pages["README.md"],
    )


@functools.cache
def _tokens(source: bytes) -> tuple[int, int]:
    """Tokens of code, and lines that hold one: without comments, docstrings and layout; an f-string is one."""
    count, lines, fresh, depth = 0, set(), True, 0  # of f-strings inside each other
    for token in tokenize.generate_tokens(io.StringIO(source.decode("utf-8")).readline):
        if token.type in LAYOUT:
            fresh = fresh or token.type in (tokenize.NEWLINE, tokenize.INDENT)
        elif token.type == tokenize.STRING and fresh:
            fresh = False  # a string that begins a statement: a docstring
        else:
            fresh = False
            depth -= token.type == CLOSES
            count += depth == 0 and token.type != CLOSES
            depth += token.type == OPENS
            lines.update(range(token.start[0], token.end[0] + 1))
    return count, len(lines)
