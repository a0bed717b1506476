"""The deck of a project: put together from its story and its runs, held against its limits, written as two files."""

import base64
import hashlib
import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...errors import Problem
from ...templating import rendered
from .. import compare, pages, runs
from ..project import Project
from ..results import number
from . import outline, story
from .layout import COLOURS, FONTS, GAP, SMALL, Bars, is_wide
from .outline import Slide, Told

FOLDER = "presentation"
NAMES = ("deck.pptx", "deck.html")
RECORD = "deck.json"  # what was written, so that a file that was edited since is known, and the comparison it shows
MOST_WORDS = 40  # on a slide, its table aside: who reads does not listen
LEAST_SLIDES, SLIDES_A_MINUTE = 8, 8 / 3


@dataclass
class Deck:
    """The slides, what they are made from, the comparison they show, and what the team should know of the numbers."""

    told: Told
    folder: Path
    minutes: float
    raw: story.Story
    slides: list[Slide]
    compared: dict[str, Any]
    remarks: list[str]
    fingerprint: str  # of all that the two files are made from


def assemble(project: Project, minutes: float = 3.0, folder: str = FOLDER, stored: bool = False) -> Deck:
    """The deck of deck.toml and the published run; a `Problem` where numbers are missing, stale or typed by hand.

    stored  only what lies there is read: nothing of the project's code runs
    """
    raw, place = story.read(project), project.root / folder
    sheet, remarks = published(project, stored)
    story.refuse_other_scores(project, raw, sheet)
    known = project.called | story.facts(sheet, raw)
    filled = story.filled(project, raw, known)
    compared, more = comparison(project, sheet, recorded(place), stored)
    told = Told(project, filled, known, sheet, compared["table"])
    if told.demo_seconds >= 60 * minutes:
        why = f"a demo of {told.demo_seconds:g} s leaves nothing of {minutes:g} minutes"
        raise story.fault(project, "demo", "seconds", why)
    slides = outline.slides(told)
    speak(slides, minutes, told.demo_seconds)
    drawn = repr(slides).replace(repr(str(project.root))[1:-1], "")  # equal in every clone
    digest = hashlib.sha256(json.dumps([drawn, told.story], sort_keys=True).encode())
    for path in filter(None, (story.picture(project, told.story, name) for name in story.SECTIONS)):
        digest.update(path.read_bytes())
    return Deck(told, place, minutes, raw, slides, compared, remarks + more, digest.hexdigest())


def published(project: Project, stored: bool) -> tuple[dict[str, Any], list[str]]:
    """The published report, if it is of what lies beside it, and a remark where its metric cannot be run again."""
    if not project.has_published:
        best = runs.best(project)
        raise Problem(project.say("slides.publish_first", run=best.name) if best else project.say("slides.train_first"))
    sheet = runs.report(project, project.published)
    runs.intact(project, project.published)
    if not stored:
        try:
            (judged,) = project.ask("judge", [str(project.published)])
        except Problem as problem:
            return sheet, [str(problem)]
        runs.agree(project, project.published, judged)
    return sheet, []


def comparison(
    project: Project, sheet: dict[str, Any], record: dict[str, Any], stored: bool
) -> tuple[dict[str, Any], list[str]]:
    """The table of the runs that the published one belongs to, with what it was made of, and remarks on it.

    The one that the deck shows is taken again while the runs and the metric are the same.
    """
    here, _ = runs.survey(project)
    places = [project.published, *(run.folder for run in here)]
    sources = [project.root / "metrics.py", *(place / "report.json" for place in places)]
    of = [f"{project.relative(path)} {runs.sha256(path) if path.is_file() else ''}" for path in sources]
    known, table = record.get("compared") or {}, None
    try:
        if not here:  # a clone without the runs
            table = compare.kept(project) or known.get("table")
        elif known.get("of") == of:
            table = known["table"]
        elif not stored:
            table = compare.compare(project, like=runs.published(project))
    except Problem as problem:
        return {"of": of, "table": None}, [project.say("slides.no_comparison", why=problem)]
    if not table or sheet["checkpoint_sha256"] not in [entry["checkpoint_sha256"] for entry in table["entries"]]:
        return {"of": of, "table": None}, []
    best = table["entries"][0]
    other = best["checkpoint_sha256"] != sheet["checkpoint_sha256"]
    remarks = [project.say("slides.not_best", run=best["run"])] if other else []
    return {"of": of, "table": table}, remarks + [project.say("compare.waiting", run=name) for name in table["waiting"]]


# Whether it keeps to its limits


def found(deck: Deck) -> dict[str, Any]:
    """The slides with their words and times, and `open`: what keeps the deck from being ready, a line each."""
    project, minutes, demo = deck.told.project, f"{deck.minutes:g}", deck.told.demo_seconds
    slides = [
        {"name": slide.name, "title": slide.title, "shown_words": sum(map(count, slide.read))}
        | {"begins": slide.begins, "spoken_words": count(slide.spoken)}
        for slide in deck.slides
    ]
    say, most, total = project.say, allowed(deck.minutes, demo), sum(slide["spoken_words"] for slide in slides)
    missing = [say("slides.open_write", line=line, what=key) for line, key in story.unwritten(project, deck.raw)]
    for slide in slides:
        if slide["shown_words"] > MOST_WORDS:
            missing.append(say("slides.open_long", slide=slide["name"], words=slide["shown_words"], most=MOST_WORDS))
    if total > most:
        longest = max(slides, key=lambda slide: slide["spoken_words"])["name"]
        missing.append(say("slides.open_notes", words=total, most=most, minutes=minutes, slide=longest))
    if len(slides) > max(LEAST_SLIDES, round(SLIDES_A_MINUTE * deck.minutes)):
        missing.append(say("slides.open_slides", slides=len(slides), minutes=minutes))
    if not is_current(deck):
        missing.append(say("slides.open_files", folder=deck.folder.name))
    told = {"slides": slides, "spoken_words": total, "most_words": most, "minutes": deck.minutes}
    told |= {"demo_seconds": demo, "folder": deck.folder.name}
    return told | {"remarks": deck.remarks, "open": missing}


def text(project: Project, found: dict[str, Any]) -> str:
    """The same for people."""
    lines = [
        f"{int(slide['begins']) // 60:2}:{int(slide['begins']) % 60:02}  {slide['name']:10}  "
        f"{slide['spoken_words']:4}  {slide['title']}"
        for slide in found["slides"]
    ]
    facts = {name: f"{found[name]:g}" for name in ("spoken_words", "most_words", "minutes", "demo_seconds")}
    summary = project.say("slides.summary", slides=len(found["slides"]), folder=found["folder"], **facts)
    still = [project.say("slides.open"), *(f"  {line}" for line in found["open"])] if found["open"] else []
    return "\n".join([*lines, "", summary, *found["remarks"], *still])


# The two files: written together, and never over what somebody changed by hand


def write(deck: Deck) -> None:
    """Write deck.pptx and deck.html, unless they are up to date; a `Problem` where one of them was edited by hand."""
    if is_current(deck):
        return
    record, folder = recorded(deck.folder), deck.folder
    for name in NAMES:
        if (folder / name).is_file() and runs.sha256(folder / name) not in record.get("files", []):
            why = f"{folder / name} was changed since hackgen wrote it, or is somebody else's"
            raise Problem(f"{why}; move it away, or write elsewhere with --out FOLDER")
    made = {"deck.html": page(deck).encode()}
    try:
        from . import powerpoint

        made["deck.pptx"] = powerpoint.build(deck.told, deck.slides)
    except ModuleNotFoundError as error:
        missing = error.name
    new = [hashlib.sha256(content).hexdigest() for content in made.values()]
    both = record.get("files", []) + new  # noted first: a kill in between leaves no file that nobody knows
    save(folder, {"fingerprint": "", "files": both, "compared": deck.compared})
    for name, content in made.items():
        pages.write(folder / name, content)
    whole = len(made) == len(NAMES)
    save(folder, {"fingerprint": deck.fingerprint if whole else "", "files": new, "compared": deck.compared})
    if not whole:
        why = f"{folder / 'deck.html'} is written; for deck.pptx {missing} is missing"
        raise Problem(f"{why}: pip install python-pptx")


def save(folder: Path, record: dict[str, Any]) -> None:
    pages.write(folder / RECORD, json.dumps(record, indent=1, ensure_ascii=False) + "\n")


def is_current(deck: Deck) -> bool:
    """Whether both files are what would be written now."""
    record = recorded(deck.folder)
    there = [runs.sha256(deck.folder / name) for name in NAMES if (deck.folder / name).is_file()]
    return record.get("fingerprint") == deck.fingerprint and sorted(there) == sorted(record.get("files", []))


def recorded(folder: Path) -> dict[str, Any]:
    """What was noted when the deck was last written here; nothing where the note is missing or damaged."""
    try:
        record = runs.read_json(folder / RECORD)
        return record if isinstance(record.get("files"), list) else {}
    except Problem:
        return {}


WORDS_A_MINUTE = 130  # calm speech
SIGNS_A_WORD = 1.8  # Chinese characters that take as long as a word
FIRST = ("result", "problem", "demo", "limits", "next", "cover", "approach", "comparison")  # in a short talk
ENDS = (".", "!", "?", "。", "！", "？", "…")


def speak(slides: list[Slide], minutes: float, demo_seconds: float) -> None:
    """Decide what is said on each slide: the team's notes, or else what the slide offers, if time is left.

    First the first sentence of each slide, then the others, then what more there is, as long as all of it fits.
    """
    chosen = {slide.name: [slide.written] if slide.written else [] for slide in slides}
    left = allowed(minutes, demo_seconds) - sum(count(slide.written) for slide in slides)
    open_ones = sorted((s for s in slides if not s.written), key=lambda slide: FIRST.index(slide.name))
    offers: list[Callable[[Slide], list[str]]] = [lambda s: s.said[:1], lambda s: s.said[1:], lambda s: s.more]
    for offer, slide in itertools.product(offers, open_ones):
        for sentence in offer(slide):
            if sentence and not story.is_prompt(sentence) and count(sentence) <= left:
                chosen[slide.name].append(sentence)
                left -= count(sentence)
    now = 0.0
    for slide in slides:
        slide.begins, slide.spoken = now, " ".join(map(ended, chosen[slide.name]))
        now += 60 * count(slide.spoken) / WORDS_A_MINUTE + (demo_seconds if slide.name == "demo" else 0)


def allowed(minutes: float, demo_seconds: float) -> int:
    """How many words fit beside the demo."""
    return max(0, int(WORDS_A_MINUTE * (minutes - demo_seconds / 60)))


def count(text: str) -> int:
    """How many words a text is when spoken; of Chinese, as many as take the same time."""
    signs = sum(is_wide(character) and character.isalpha() for character in text)
    plain = "".join(" " if is_wide(character) else character for character in text)
    return sum(any(c.isalnum() for c in word) for word in plain.split()) + round(signs / SIGNS_A_WORD)


def ended(sentence: str) -> str:
    """With a full stop, where it has no end of its own."""
    sentence = sentence.strip()
    return sentence if sentence.endswith(ENDS) else sentence + ("。" if is_wide(sentence[-1]) else ".")


CHINESE = ("PingFang SC", "Noto Sans CJK SC")


def page(deck: Deck) -> str:
    """The deck for the browser."""
    colours = COLOURS | {"accent": deck.told.story["accent"]}
    named = [[(type(element).__name__, element) for element in slide.elements] for slide in deck.slides]
    facts = {"title": deck.told.story["title"], "colours": colours, "gap": GAP, "small": SMALL}
    facts |= {"language": deck.told.project.lang, "fonts": (FONTS[0], "Liberation Sans", FONTS[1], *CHINESE)}
    facts |= {"slides": [(elements, slide.spoken) for elements, slide in zip(named, deck.slides, strict=True)]}
    return rendered(Path(__file__).with_name("page.html.j2"), facts | {"embedded": embedded, "drawn": drawn}).decode()


def embedded(path: Path) -> str:
    """A picture as an address that holds it."""
    kind = "png" if path.suffix.lower() == ".png" else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"


def drawn(element: Bars) -> Iterator[dict[str, Any]]:
    """Where the bars of a chart are, in points from its corner, and between which `ends` an interval lies on each."""
    box, low = element.box, min([0, *element.values])
    scale = 0.97 * box.width / (max([0, *element.values, *(span[1] for span in element.spans if span)]) - low or 1)
    step = (box.height - 40) / len(element.values)
    for i, (name, value, span) in enumerate(zip(element.names, element.values, element.spans, strict=True)):
        place = {"top": i * step + 28, "high": step - 46, "start": (min(0, value) - low) * scale}
        ends = [(end - low) * scale for end in span or ()]
        yield {"name": f"{name}: {number(value)}", "length": abs(value) * scale, "ends": ends} | place
