"""Every knob of this project, once, with the reason beside it. Each one is also a flag: `python train.py --seed 1`."""

import math
from dataclasses import dataclass, replace

TASK = "text-generation"
FRAMEWORK = "pytorch"
BACKEND = None


@dataclass
class Config:
    """What a run is made from; it is saved with the run."""

    data: str = "data/python.txt"  # a text to learn from; it may lie anywhere
    seed: int = 0  # drives the first weights, the order of the examples and dropout
    split_seed: int = 0  # drives which examples go to train, valid and test; keep it while you compare models
    valid_share: float = 0.05  # the stretches of the text that choose the epoch to keep
    test_share: float = 0.1  # the last part of the text, which only evaluate.py opens
    epochs: int = 0  # passes over train; 0 = as `steps` and `passes` say, between 1 and 200
    batch_size: int = 0  # examples in a step; 0 = the power of two nearest the square root of all in train, 16 to 256
    steps: int = 1000  # optimiser steps that epochs = 0 takes at least
    passes: int = 1  # its steps are dear: more by --epochs or --minutes
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
    context: int = 64  # characters that a prediction can look back on

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
        if getattr(self, "width", 0) % (2 * getattr(self, "heads", 0) or 1):
            raise ValueError(f"--width {self.width} must be a multiple of twice --heads")

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
class Transformer(Config):
    """The knobs of models/transformer.py, and its own defaults for shared ones."""

    model: str = "transformer"
    learning_rate: float = 0.004  # small transformers bear more than the 6e-4 of large ones
    steps: int = 300  # one pass over the sample, half a minute
    batch_size: int = 16  # many small steps learn faster than few large ones here
    width: int = 128  # length of a token's vector
    depth: int = 4  # blocks
    heads: int = 4  # views of the past that each block takes
    dropout: float = 0.0  # share of features hidden while training; raise it when valid loss rises


# What --model chooses from; the first is the default.
MODELS = {"transformer": Transformer}
MORE = ["lstm"]  # what `hackgen add model NAME` lays in beside them
