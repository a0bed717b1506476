"""The numbers of the deck: all of them from the published run's report.json, none typed by hand."""

import re
from collections.abc import Iterator
from typing import Any

import runs
from cli import Fault
from deck import story as stories
from deck.look import shorten
from reporting.report import number, seconds
from scoring import evidence, ranking
from support.wording import words

Facts = dict[str, str]


def published() -> dict[str, Any]:
    """report.json of the published run, if it is of the checkpoint and the predictions beside it; else a `Fault`."""
    if (runs.PUBLISHED / "report.json").is_file():
        return evidence.report(runs.PUBLISHED)
    best = ranking.best()
    if best is None:
        raise Fault(words("deck_train_first"))
    raise Fault(words("deck_publish_first", run=best.name))


def facts(sheet: dict[str, Any], story: dict[str, Any]) -> Facts:
    """What a text in deck.toml may name in braces, such as {score}, as it is shown."""
    low, high = sheet["ci95"] or (None, None)
    known = {
        "title": story["title"],
        "event": story["event"],
        "model": sheet["model"],
        "metric": sheet["metric"],
        "score": number(sheet["score"]),
        "low": number(low),
        "high": number(high),
        "baseline": shorten(sheet["baseline"]["name"]),
        "baseline_score": number(sheet["baseline"]["score"]),
        "reference": shorten(sheet["reference"]["name"]),
        "reference_score": number(sheet["reference"]["score"]),
        "valid_score": number(sheet["valid_score"]),
        "n_test": f"{sheet['n_test']:,}",
        "rows": f"{sheet['data'].get('rows', 0):,}",
        "data": shorten(sheet["data"]["name"]),
        "parameters": f"{sheet['parameters']:,}",
        "seconds": seconds(sheet["train_seconds"]),
    }
    others = {name: number(value) for name, value in sheet["other_metrics"].items() if isinstance(value, int | float)}
    return others | known


def filled(story: dict[str, Any], known: Facts) -> dict[str, Any]:
    """The story with every {blank} filled; an unknown blank is a `Fault` that names its line."""

    def fill(section: str, name: str, value: Any) -> Any:
        if isinstance(value, list):
            return [fill(section, name, item) for item in value]
        if not isinstance(value, str) or name in ("picture", "accent"):
            return value
        try:
            return value.strip().format_map(known)
        except KeyError as error:
            blank = str(error).strip("'")
            raise stories.fault(
                section, name, f"nothing is called {{{blank}}}{stories.nearest(blank, known)}", value
            ) from None
        except (ValueError, IndexError, AttributeError):
            raise stories.fault(
                section, name, "write {name} for a number, and {{ }} for braces themselves", value
            ) from None

    return {
        key: {name: fill(key, name, item) for name, item in value.items()}
        if isinstance(value, dict)
        else fill("", key, value)
        for key, value in story.items()
    }


def refuse_other_scores(story: dict[str, Any], sheet: dict[str, Any]) -> None:
    """A `Fault` where a text gives a number for the score, or another metric, that is not in the report."""
    true = list(values({name: value for name, value in sheet.items() if name not in ("seed", "split_seed")}))
    for rival in ("baseline", "reference"):
        true.append(abs(sheet["score"] - sheet[rival]["score"]))
    cited = {token for text in story["other_scores"] for token in map(plain, NUMBER.findall(text))}
    names = [sheet["metric"], *sheet["other_metrics"], *words("deck_score_names").split(",")]
    metrics = re.compile(
        "|".join(rf"(?<!\w){re.escape(n.strip().replace('_', ' '))}(?!\w)" for n in names), re.IGNORECASE | re.ASCII
    )
    for section, key, text in stories.texts(story):
        if stories.is_prompt(text):
            continue
        for sentence in re.split(r"(?<=[!?;。！？；\n])|(?<=\.)\s", re.sub(r"\{\w*\}", "□", text)):
            for token in claims(sentence, metrics):
                if plain(token) not in cited and not any(shows(token, value) for value in true):
                    raise stories.fault(
                        section,
                        key,
                        f'"{token.strip()}" is not in published/report.json ({sheet["metric"]} '
                        f"{number(sheet['score'])}); write {{score}} and it is filled in, or name it under "
                        "other_scores if it is somebody else's",
                        text,
                    )


NUMBER = re.compile(r"(?<![A-Za-z0-9_.,])\d+(?:[.,]\d+)?(?:\s?[%％])?(?![A-Za-z0-9_]|[.,]\d)")  # Han may adjoin
INTERVAL = re.compile(r"\s*-?(?:interval|confidence|CI\b|的?置信|区间)", re.IGNORECASE)
NEAR = 14  # characters between a metric's name and a whole number that is taken for its value: "RMSE is now 54"


def claims(sentence: str, metrics: re.Pattern[str]) -> Iterator[str]:
    """The numbers of a sentence that are said of a metric it names: fractions and per cents, whole ones close by."""
    places = [found.span() for found in metrics.finditer(sentence)]
    for found in NUMBER.finditer(sentence) if places else ():
        token = found.group()
        if plain(token) == "95%" and INTERVAL.match(sentence, found.end()):
            continue
        close = any(0 <= found.start() - end <= NEAR or 0 <= start - found.end() <= 2 for start, end in places)
        if not token.strip().isdigit() or close:
            yield token


def plain(token: str) -> str:
    return token.replace(",", ".").replace("％", "%").replace(" ", "")


def shows(token: str, value: float) -> bool:
    """Whether a typed number is a value, rounded to the digits typed; a share may be typed in per cent."""
    typed = plain(token).rstrip("%")
    digits = len(typed.partition(".")[2])
    return any(f"{abs(shown):.{digits}f}" == typed for shown in (value, 100 * value))


def values(content: Any) -> Iterator[float]:
    """Every number in a report, at any depth."""
    if isinstance(content, dict | list):
        for item in content.values() if isinstance(content, dict) else content:
            yield from values(item)
    elif isinstance(content, int | float) and not isinstance(content, bool):
        yield float(content)
