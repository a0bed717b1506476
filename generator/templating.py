"""Templates of any format: *.j2 with facts as plain values, where a fact that is not there is an error."""

from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from . import text
from .errors import Problem

FOR_BROWSERS = (".html", ".svg")  # in these all that is said is escaped; each other format has its own filter


def rendered(source: Path, known: dict[str, Any]) -> bytes:
    """The file's bytes, or what it renders to. Text of the user's is only ever data here: it is never compiled."""
    if source.suffix != ".j2":
        return source.read_bytes()
    try:
        template = compiled(source.read_text(encoding="utf-8"), source.with_suffix("").suffix in FOR_BROWSERS)
        return template.render(known).encode("utf-8", "backslashreplace")
    except jinja2.TemplateError as error:
        raise Problem(f"template {source}: {error}") from error


@cache
def compiled(template: str, escaped: bool) -> jinja2.Template:
    return environment(escaped).from_string(template)


@cache
def environment(escaped: bool) -> jinja2.Environment:
    strict = {"undefined": jinja2.StrictUndefined, "autoescape": escaped, "keep_trailing_newline": True}
    rules = jinja2.Environment(trim_blocks=True, lstrip_blocks=True, **strict)
    rules.filters.update(text.FILTERS)
    return rules
