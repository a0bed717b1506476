"""How a marker is written, and what is nearly one."""

import difflib
import re

ID = r"[a-z][a-z0-9_-]*"
OPENING = re.compile(rf'# >>> part ({ID}) points=([1-9][0-9]{{0,2}})(?: hint="([^"\\]+)")?')
CLOSING = re.compile(rf"# <<< part ({ID})")
# What other tools and courses write: Otter, nbgrader, DeepLearning.AI, CS231n, repobee-sanitizer, codestripper.
FOREIGN = re.compile(
    r"\b(b[egin]{3,5}|end|start|stop) ?(s[olutin]{5,9}|part|answer|prompt|ignore|tests?|hidden|mark scheme)\b"
    r"|\b(start|end|your) (code|answer) here\b|\b(start|end) of your code\b"
    r"|\bsanitizer (start|end|replace|shred)\b|\bcs (remove|replace|uncomment|ignore|add)\b|^solution( no prompt)?$"
)
ALONE = ("SEED", "IGNORE", "HIDDEN")  # Otter's, where nothing else is said


def start_marker(id: str, points: int, hint: str) -> str:
    return f"# >>> part {id} points={points}" + (f' hint="{hint}"' if hint else "")


def end_marker(id: str) -> str:
    return f"# <<< part {id}"


def instead(comment: str, opened: str, known: list[str]) -> str:
    """The marker that a comment was meant to be, inside part `opened` and below the parts `known`; "" for others."""
    arrows = re.search(r"[<>]{2,}|(?<=# )[<>](?= ?part\b)", comment)
    words = re.findall(r"[\w-]+", (comment[arrows.end() :] if arrows else comment).casefold())
    is_part = bool(words) and words[0][0] == "p" and difflib.SequenceMatcher(None, words[0], "part").ratio() >= 0.75
    worth = re.search(r"\b(points?|hint)\s*[=:]", comment, re.I)
    meant = (arrows and words and (is_part or words[0] in [opened, *known] or worth)) or (is_part and worth)
    foreign = FOREIGN.search(" ".join(re.findall(r"[^\W\d_]+", comment.casefold())))
    if not (meant or foreign or comment.strip("# \t") in ALONE):
        return ""
    named = [word for word in words[is_part:][:1] if re.fullmatch(ID, word)] if meant else []
    id = opened or (*named, "NAME")[0]
    if opened or (arrows and "<" in arrows[0]) or re.match(r"[#\s=*]*(end|stop)", comment, re.I):
        return end_marker(id)
    points = re.search(r"points?\W+(\d+)", comment, re.I)
    hint = re.search(r"hint\W+([^\"'\\]+)", comment, re.I)
    return start_marker(id, max(int(points[1]) if points else 1, 1), hint[1].strip() if hint else "")
