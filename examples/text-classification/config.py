"""Every knob of this project, once, with the reason beside it. Each one is also a flag: `python train.py --seed 1`."""

import math
from dataclasses import dataclass, replace

TASK = "text-classification"
FRAMEWORK = "pytorch"
BACKEND = None


@dataclass
class Config:
    """What a run is made from; it is saved with the run."""

    data: str = "data/reviews.tsv"  # a table with a column of texts and one of labels; it may lie anywhere
    seed: int = 0  # drives the first weights, the order of the examples and dropout
    split_seed: int = 0  # drives which examples go to train, valid and test; keep it while you compare models
    valid_share: float = 0.15  # examples that choose the epoch to keep
    test_share: float = 0.2  # examples that only evaluate.py opens
    epochs: int = 0  # passes over train; 0 = as `steps` and `passes` say, between 1 and 200
    batch_size: int = 0  # examples in a step; 0 = the power of two nearest the square root of all in train, 16 to 256
    steps: int = 600  # optimiser steps that epochs = 0 takes at least; words are soon learnt by heart
    passes: int = 3  # passes over train that epochs = 0 takes where these are more, up to 20 times `steps`
    minutes: float = 0.0  # stop by the clock instead: the learning rate follows the time; 0 = off
    learning_rate: float = 0.003  # the peak; it warms up to it, then decays to zero along a cosine
    warmup: float = 0.1  # share of training spent warming up, so that AdamW's first steps do no harm
    weight_decay: float = 0.01  # pulls weight matrices towards zero; biases and gains are left alone
    clip: float = 1.0  # longest gradient allowed: one bad batch cannot throw the weights away
    patience: int = 0  # epochs without a better valid score before stopping; 0 = a third of them, at least 5
    checkpoint_seconds: float = 60.0  # a long epoch also saves `last` this often
    beta1: float = 0.9  # AdamW's memory of the gradient
    beta2: float = 0.99  # AdamW's memory of its size; 0.999 is too long for runs of a thousand steps
    device: str = "auto"  # cuda, mps, cpu; auto = the first of them that passes a trial step
    precision: str = "auto"  # float32 or bfloat16; auto = a fixed rule of processor and model
    compile: bool = False  # torch.compile on CUDA: slow to start, then faster
    metric: str = ""  # accuracy, macro F1 or average precision; empty = accuracy, unless a class is rare
    class_weights: str = "auto"  # none, balanced (every class weighs the same); auto = balanced where macro F1 counts
    target: str = ""  # column of the labels; empty = as data/schema.toml says, else the one called label
    text: str = ""  # column of the texts; empty = as data/schema.toml says, else the one called text
    group: str = ""  # column whose equal values stay in one split, such as an author; equal texts always do
    length: int = 0  # words read of a text; 0 = all, or what fits into step_words, but at least 256
    step_words: int = 65536  # words in a step that length = 0 allows, so that long texts do not take hours
    rare: int = 2  # words seen less often in train are read as unknown, so that its vector learns something too
    vocabulary: int = 20000  # most words known, the most frequent ones
    hide: float = 0.1  # share of words hidden while training, so that no single word decides

    def __post_init__(self) -> None:
        """Refuse values that no training can use."""
        for name, value in vars(self).items():
            least = 1 if name in ("width", "depth", "heads", "kernel") else 0
            below = 1 if name == "dropout" or name.endswith("_share") else math.inf
            zero = value == 0 and name in ("learning_rate", "clip", "valid_share", "test_share")
            if isinstance(value, int | float) and (zero or not least <= value < below):
                bounds = "above 0" if zero else f"{least} or more" if value < least else f"below {below}"
                raise ValueError(f"--{name.replace('_', '-')} must be {bounds}, not {value}")
        if self.valid_share + self.test_share >= 1:
            raise ValueError("--valid-share and --test-share leave nothing to train on; lower one of them")

    def resolved(self, rows: int) -> "Config":
        """With what was left at 0 filled in from the number of training rows."""
        size = self.batch_size or min(256, max(16, 2 ** round(math.log2(max(rows, 1)) / 2)))
        a_pass = math.ceil(rows / size)  # steps
        most = self.steps * (20 if rows < 100_000 else 40)  # from so many rows on there is more to learn
        steps = max(self.steps, min(self.passes * a_pass, most))
        epochs = self.epochs or min(200, max(1, round(steps / a_pass)))
        return replace(self, batch_size=size, epochs=epochs, patience=self.patience or max(5, epochs // 3))

    def rate(self, done: float) -> float:
        """The learning rate when a share `done` of training is over: a linear warm-up, then a cosine to zero."""
        if done < self.warmup:
            return self.learning_rate * (0.05 + 0.95 * done / self.warmup)
        left = (1 - min(done, 1.0)) / max(1 - self.warmup, 1e-9)
        return self.learning_rate * (0.5 - 0.5 * math.cos(math.pi * left))


@dataclass
class Cnn(Config):
    """The knobs of models/cnn.py, and its own defaults for shared ones."""

    model: str = "cnn"
    learning_rate: float = 0.005  # the peak; word vectors bear a high one
    width: int = 64  # numbers in a word's vector, and phrases looked for of each length
    dropout: float = 0.5  # share of phrases hidden while training, as in Kim's paper


# What --model chooses from; the first is the default.
MODELS = {"cnn": Cnn}
MORE = ["bag", "lstm", "pretrained", "transformer"]  # what `hackgen add model NAME` lays in beside them
