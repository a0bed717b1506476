"""What the speaker says on each slide, and whether it fits into the minutes."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass

from . import story
from .layout import is_wide
from .outline import Slide

WORDS_A_MINUTE = 130  # calm speech
SIGNS_A_WORD = 1.8  # Chinese characters that take as long as a word
FIRST = ("result", "problem", "demo", "limits", "next", "cover", "approach", "comparison")  # in a short talk
ENDS = (".", "!", "?", "。", "！", "？", "…")


@dataclass
class Spoken:
    """The notes of one slide: when they begin, in seconds, what is said, and how many words that is."""

    begins: float
    text: str
    words: int


def speak(slides: list[Slide], minutes: float, demo_seconds: float) -> list[Spoken]:
    """What is said on each slide: the team's notes where there are some, else what the slide offers, if time is left.

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
    spoken, now = [], 0.0
    for slide in slides:
        text = " ".join(map(ended, chosen[slide.name]))
        spoken.append(Spoken(now, text, count(text)))
        now += 60 * count(text) / WORDS_A_MINUTE + (demo_seconds if slide.name == "demo" else 0)
    return spoken


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
