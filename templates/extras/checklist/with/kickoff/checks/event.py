"""The event's rules: when the work was done, by whom, how much of it is the scaffold, and what judges look for."""

from datetime import timedelta

import runs
from checks import git, scaffold
from checks.item import AUTO, HUMAN, SEMI, Found, Item
from checks.repository import listed
from support import gates, tomlfile
from support.wording import words

LEAST_COMMITS = 3  # fewer look as if the work had been brought along


def commits() -> list[tuple[str, float, str]]:
    """All commits but the scaffold's: short name, when it was written (seconds since 1970), who wrote it."""
    scaffold_commit, folder, _ = origin() or ("", "", False)
    places = [".", *([f":(top){folder}"] if folder else [])]  # where the project is, and where it was
    body = "%H%x1f%at%x1f%an %ae %(trailers:key=Co-authored-by,valueonly,separator=%x20)%x1e"
    log = [entry.strip().split("\x1f") for entry in git.git("log", f"--format={body}", "--", *places).split("\x1e")]
    own = [entry for entry in log if len(entry) == 3 and entry[0] != scaffold_commit]
    return [(name[:8], float(when), who) for name, when, who in own]


def within_event() -> Found:
    plan = gates.plan()
    if plan["start"] is None:
        return False, words("found_no_start")
    begin, end = (moment.timestamp() for moment in (plan["start"], plan["start"] + timedelta(hours=plan["hours"])))
    own = commits()
    outside = [name for name, when, _ in own if not begin <= when <= end]
    return bool(own) and not outside, listed(outside) or words("found_commits", found=len(own))


def several_commits() -> Found:
    found = len(commits())
    return found >= LEAST_COMMITS, words("found_commits", found=found)


def origin() -> tuple[str, str, bool] | None:
    """The scaffold's commit, the project's folder in it, and whether it is labelled; None where there is none."""
    git.need_history()
    return next(filter(None, (scaffold.origin(git.git(*log)) for log in scaffold.LOGS)), None)


def everybody() -> Found:
    """Each name of the team stands in a commit, as its author or co-author; one part of the name is enough."""
    answers = tomlfile.read(runs.ROOT / ".hackgen.toml").get("answers", {})
    team = answers.get("team") or []
    if not team:
        return None, words("found_no_team")
    authors = [who.casefold() for _, _, who in commits()]
    missing = [name for name in team if not any(part in who for who in authors for part in name.casefold().split())]
    return not missing, ", ".join(missing)


def scaffold_share() -> Found:
    """The share of lines that stand as hackgen wrote them, against what the event allows."""
    most = gates.plan()["most_scaffold"]
    found = origin()
    if found is None:
        return False, words("found_no_scaffold")
    written = {path: scaffold.lines(path, raw) for path, raw in git.contents(*found[:2]).items()}
    today = {path: scaffold.lines(path, (runs.ROOT / path).read_bytes()) for path in git.tracked()}
    share = 100 * scaffold.share(written, today)
    return share <= most, words("found_scaffold", share=f"{share:.0f}", most=f"{most:g}")


def criteria() -> Found:
    rubric = gates.rubric()
    empty = [criterion["name"] for criterion in rubric["criteria"] if not criterion["where"].strip()]
    return rubric["confirmed"] and not empty, listed(empty) or ("" if rubric["confirmed"] else words("found_preset"))


ITEMS = [
    Item("within-event", "repository", AUTO, True, within_event),
    Item("several-commits", "repository", AUTO, False, several_commits),
    Item("everybody", "repository", AUTO, True, everybody),
    Item("scaffold-share", "repository", AUTO, True, scaffold_share),
    Item("criteria", "judges", SEMI, True, criteria),
    Item("learned", "judges", HUMAN, False),
    Item("sponsor", "judges", HUMAN, False),
    Item("submitted", "repository", HUMAN, False),
    Item("video", "talk", HUMAN, False),
]
