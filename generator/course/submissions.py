"""What came in, as Gradescope, Canvas and Moodle hand it out or as a folder of folders, and marks as they take them."""

import contextlib
import csv
import io
import queue
import re
import stat
import zipfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from ..errors import Problem
from .grader import engine, overlay, results
from .variants import folder_name

MOODLE = re.compile(r"(.+)_(\d+)_assignsubmission_\w*?file_(.*)")  # a folder, or a file: name, number, the file's name
CANVAS = re.compile(r"([^\W_]+)(?:_LATE)?_(\d+)_\d+_(.+)")  # a file
ARCHIVE = re.compile(r"(.+?)(\.tar)?\.(zip|rar|7z|tar|t?gz|xz|bz2)", re.IGNORECASE)
METADATA = "submission_metadata.yml"  # Gradescope's
LARGEST = 1 << 26  # bytes of an archive that a student handed in
Person = dict[str, str]  # id, and what is known of: name, email, sis, canvas, moodle


@dataclass
class Submission:
    """One person's or one group's; the first of its ids in order stands for all."""

    people: list[Person]
    files: dict[str, bytes]
    messages: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        return min(person["id"] for person in self.people)

    @property
    def names(self) -> list[str]:
        """All that its people are called, the leader's id first."""
        return [self.id, *(word for person in self.people for word in person.values())]


def read(source: Path, wanted: Iterable[str]) -> list[Submission]:
    """All submissions in a folder or archive, in the order of their ids, each with those of the `wanted` files that it
    has and a message for the others."""
    if source.is_dir():
        entries = overlay.entries(overlay.walk(source))
    else:
        try:
            entries, _ = in_archive(source.open("rb"), 1 << 20)
        except Exception:  # there is no end to what a broken archive raises
            raise Problem(f"{source} is no folder and no zip archive of submissions") from None
    found = []
    for people, own in grouped(entries, wrapped=not source.is_dir()):
        messages, left = [], LARGEST
        for path in [path for path in own if ARCHIVE.fullmatch(path)]:
            try:
                content = own.pop(path)(left + 1)
                left -= len(content)
                if left < 0:
                    raise zipfile.BadZipFile("too large")
                inside, said = in_archive(io.BytesIO(content), overlay.MOST_FILES)
                own |= {f"{path[:-4]}/{name}": content for name, content in inside.items()}
                messages += said
            except Exception:
                messages.append(f"{PurePosixPath(path).name} cannot be opened as a zip archive of at most 64 MB")
        files, said = overlay.chosen(own, wanted)
        found.append(Submission(people, files, [*messages, *said]))
    if source.is_dir() and not any(path.endswith(METADATA) for path in entries):
        for folder in source.iterdir():  # who handed in an empty one stands in the marks too
            if folder.is_dir() and not folder.name.startswith((".", "__")) and not any(overlay.walk(folder)):
                found.append(Submission(owners(folder.name, ".")[1], {}, ["the folder holds nothing"]))
    if not found:
        raise Problem(f"{source} holds no submissions: no folders, archives or files named as Canvas or Moodle do")
    return sorted(found, key=lambda one: one.id)


def in_archive(stream: Any, most: int) -> tuple[dict[str, overlay.Read], list[str]]:
    """The files in an archive, none of them unpacked yet, and what is left out."""
    archive, found, messages = zipfile.ZipFile(stream), {}, []
    for entry in archive.infolist()[:most]:
        path = PurePosixPath(entry.filename.replace("\\", "/"))
        if entry.is_dir():
            continue
        if stat.S_ISLNK(entry.external_attr >> 16):
            messages.append(overlay.LINKS)
        elif path.is_absolute() or ".." in path.parts or ":" in "".join(path.parts[:1]):
            messages.append("paths that lead out of the archive are left out")
        else:
            found[path.as_posix()] = lambda size, entry=entry: archive.open(entry).read(size)
    if len(archive.infolist()) > most:
        messages.append(f"the archive has more than {most:,} files; the first of them were looked at")
    return found, list(dict.fromkeys(messages))


def grouped(entries: dict[str, overlay.Read], wrapped: bool) -> Iterator[tuple[list[Person], dict[str, overlay.Read]]]:
    """Who handed in which files; `wrapped` where one folder may hold all of them."""
    entries = {path: content for path, content in entries.items() if not path.startswith(("__MACOSX/", "."))}
    top = min((path for path in entries if path.rpartition("/")[2] == METADATA), key=len, default="")
    if top:
        base = top.removesuffix(METADATA)
        known = submitters(entries[top](1 << 26).decode("utf-8", "replace"))
    else:
        heads = {path.partition("/")[0] for path in entries}
        high = [path for path in entries if "/" not in path or (path.count("/") == 1 and path.endswith(".py"))]
        lone = wrapped and len(heads) == 1 and not high  # a folder around all the others, not one student's
        base, known = f"{heads.pop()}/" if lone else "", {}
    groups: dict[str, tuple[list[Person], dict[str, overlay.Read]]] = {}
    for path in [path for path in entries if path.startswith(base) and path != top]:
        head, _, rest = path.removeprefix(base).partition("/")
        if head in known:
            key, people, name = head, known[head], rest or head
        else:
            key, people, name = owners(head, rest)
        if people:
            groups.setdefault(key, (people, {}))[1][name] = entries[path]
    yield from groups.values()


def owners(head: str, rest: str) -> tuple[str, list[Person], str]:
    """Whose a file is by its folder's name, or its own: one word for all of them, who they are, and the path left."""
    if match := MOODLE.fullmatch(head) or (None if rest else CANVAS.fullmatch(head)):
        name, number, own = match.groups()
        system = "moodle" if match.re is MOODLE else "canvas"
        return f"{name} {number}", [{"id": overlay.normal(name), "name": name, system: number}], rest or own
    if not rest and not (match := ARCHIVE.fullmatch(head)):
        return "", [], ""
    key = head if rest else match[1]
    names = [name.strip() for name in re.split(r"[+&]|,(?! )", key) if name.strip()]
    people = [{"id": overlay.normal(name), "name": name} | ({"email": name} if "@" in name else {}) for name in names]
    return key, people or [{"id": key}], rest or head


def submitters(text: str) -> dict[str, list[Person]]:
    """The people of each submission by Gradescope's submission_metadata.yml, of which no more is read."""
    found: dict[str, list[Person]] = {}
    for name, about in re.findall(r"^(submission_\w+):\s*\n((?:[ -].*\n?)*)", text.replace("\r", ""), re.M):
        _, _, rest = about.partition("  :submitters:")
        items = re.match(r".*\n((?: *- .*\n?|   .*\n?)*)", rest)
        for item in re.split(r"^ *- ", items[1], flags=re.M)[1:] if items else ():
            known = dict(re.findall(r":(name|sid|email): *['\"]?(.*?)['\"]? *$", item, re.M))
            id = overlay.normal(known.get("email") or known.get("sid") or known.get("name", name))
            found.setdefault(name, []).append({"id": id, "sis": known.pop("sid", ""), **known})
        found.setdefault(name, [{"id": name}])
    return found


def grade(
    bundle: Path,
    submissions: list[Submission],
    out: Path,
    *,
    jobs: int = 1,
    drawn: Callable[[Submission], Any] | None = None,
    isolation: str = "auto",
) -> Iterator[tuple[Submission, results.Result]]:
    """Grade all, so many at once, and tell each in its turn; then write canvas.csv, moodle.csv, points.csv and
    feedback/ID.txt, with the best of what each person handed in.

    drawn   gives what was drawn for who handed in
    """
    free: queue.SimpleQueue[engine.Grader] = queue.SimpleQueue()
    best: dict[str, tuple[Person, results.Result]] = {}

    def result(one: Submission) -> results.Result:
        grader = free.get()
        try:
            return grader.grade(one.files, drawn and drawn(one), one.messages)
        finally:
            free.put(grader)

    try:
        with contextlib.ExitStack() as stack:
            for _ in range(jobs):
                free.put(stack.enter_context(engine.Grader(bundle, isolation)))
            pool = stack.enter_context(ThreadPoolExecutor(jobs))
            for one, got in zip(submissions, pool.map(result, submissions), strict=True):
                yield one, got
                for person in one.people:
                    if person["id"] not in best or best[person["id"]][1].total < got.total:
                        best[person["id"]] = person, got
    except engine.Broken as error:
        raise Problem(f"nothing is graded, for a fault of the grader: {error}") from None
    write(out, list(best.values()))


def write(out: Path, marks: list[tuple[Person, results.Result]]) -> None:
    """canvas.csv for a gradebook, moodle.csv as a grading worksheet, points.csv of every test, and feedback/ID.txt."""
    one = marks[0][1]
    feedback = out / "feedback"
    feedback.mkdir(parents=True, exist_ok=True)
    canvas = [["Student", "ID", "SIS User ID", "SIS Login ID", "Section", one.title]]
    canvas += [["    Points Possible", "", "", "", "", str(one.max)]]
    moodle = [["Identifier", "Full name", "Email address", "Grade", "Maximum Grade", "Last modified (grade)"]]
    moodle[0].append("Feedback comments")
    points = [["id", "total", *(f"{test.part}: {test.name}" for test in one.tests)]]
    for who, result in marks:
        id, name = who["id"], who.get("name", "")
        total = results.number(result.total)
        told = results.terminal(result)
        (feedback / f"{folder_name(id)}.txt").write_text(f"{told}\n", "utf-8", "replace")
        canvas += [[name or id, who.get("canvas", ""), who.get("sis", ""), id, "", total]]
        participant = f"Participant {who['moodle']}" if "moodle" in who else ""
        moodle += [[participant, name, who.get("email", ""), total, str(result.max), "-", told]]
        points += [[id, total, *(results.number(test.score) for test in result.tests)]]
    for name, rows in (("canvas", canvas), ("moodle", moodle), ("points", points)):
        with (out / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(map(plain, row) for row in rows)


def plain(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = text.encode("utf-8", "replace").decode()
    return f"'{text}" if text[1:] and text[0] in "=+-@\t\r\n" else text
