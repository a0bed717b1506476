"""What the speaker says, and whether it fits into the minutes."""

import unicodedata
from dataclasses import dataclass

from deck import story as stories
from deck.outline import Slide

WORDS_A_MINUTE = 130  # calm speech
SIGNS_A_WORD = 1.8  # Chinese characters that take as long as a word
FIRST = ("result", "problem", "demo", "limits", "next", "cover", "approach", "comparison")  # in a short talk


@dataclass
class Spoken:
    """The notes of one slide: when they begin, in seconds, what is said, and how many words that is."""

    begins: float
    text: str
    words: int


def count(text: str) -> int:
    """How many words a text is when spoken; of Chinese, as many as take the same time."""
    signs = sum(unicodedata.east_asian_width(character) in "WF" and character.isalpha() for character in text)
    plain = "".join(" " if unicodedata.east_asian_width(c) in "WF" else c for c in text)
    return sum(any(c.isalnum() for c in word) for word in plain.split()) + round(signs / SIGNS_A_WORD)


def allowed(minutes: float, demo_seconds: float) -> int:
    """How many words fit beside the demo."""
    return max(0, int(WORDS_A_MINUTE * (minutes - demo_seconds / 60)))


def speak(slides: list[Slide], minutes: float, demo_seconds: float) -> list[Spoken]:
    """What is said on each slide: the team's notes where there are some, else what the slide offers, if time is left.

    First the first sentence of each slide, then the others, then what more there is, as long as all of it fits.
    """
    chosen = [[slide.written] if slide.written else [] for slide in slides]
    left = allowed(minutes, demo_seconds) - sum(count(slide.written) for slide in slides)
    pairs = [(slide, sentences) for slide, sentences in zip(slides, chosen, strict=True) if not slide.written]
    pairs.sort(key=lambda pair: FIRST.index(pair[0].name))
    for offered in (lambda slide: slide.said[:1], lambda slide: slide.said[1:], lambda slide: slide.more):
        for slide, sentences in pairs:
            for sentence in own(offered(slide)):
                if count(sentence) <= left:
                    sentences.append(sentence)
                    left -= count(sentence)
    spoken, now = [], 0.0
    for slide, sentences in zip(slides, chosen, strict=True):
        text = " ".join(map(ended, sentences))
        spoken.append(Spoken(now, text, count(text)))
        now += 60 * count(text) / WORDS_A_MINUTE + (demo_seconds if slide.name == "demo" else 0)
    return spoken


def own(sentences: list[str]) -> list[str]:
    """Without what the team has still to write."""
    return [sentence for sentence in sentences if sentence and not stories.is_prompt(sentence)]


def ended(sentence: str) -> str:
    """With a full stop, where it has no end of its own."""
    sentence = sentence.strip()
    wide = sentence and unicodedata.east_asian_width(sentence[-1]) in "WF"
    return sentence if sentence.endswith((".", "!", "?", "。", "！", "？", "…")) else sentence + ("。" if wide else ".")


def clock(seconds: float) -> str:
    """Minutes and seconds, as 1:05."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"
