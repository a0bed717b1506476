"""Every knob of this project, once, with the reason beside it. Each one is also a flag: `python train.py --seed 1`."""

import math
from dataclasses import dataclass, replace

TASK = "time-series-forecasting"
FRAMEWORK = "pytorch"
BACKEND = None


@dataclass
class Config:
    """What a run is made from; it is saved with the run."""

    data: str = "data/co2.csv"  # the table of series; data/schema.toml says how it is read
    seed: int = 0  # drives the first weights, the order of the examples and dropout
    split_seed: int = 0  # drives which examples go to train, valid and test; keep it while you compare models
    valid_share: float = 0.15  # examples that choose the epoch to keep
    test_share: float = 0.25  # the newest steps, which only evaluate.py opens; an interval needs ten horizons
    epochs: int = 0  # passes over train; 0 = as `steps` and `passes` say, between 1 and 200
    batch_size: int = 0  # examples in a step; 0 = the power of two nearest the square root of all in train, 16 to 256
    steps: int = 600  # optimiser steps that epochs = 0 takes at least; a short series is soon learned by heart
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
    horizon: int = 0  # steps to forecast at once; 0 = 12, or an eighth of the steps where these are few
    context: int = 0  # steps the model sees; 0 = two seasons, at least 16, at most half of what train can spare
    season: int = 0  # steps after which the pattern repeats; 0 = as data/schema.toml says, 1 = none
    target: str = ""  # columns to forecast, with commas, or all; empty = those that data/schema.toml calls value
    group: str = ""  # columns that name the series; empty = those of data/schema.toml, none = it is one
    time: str = ""  # column with the dates; empty = that of data/schema.toml, none = rows are consecutive steps

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
class Mixer(Config):
    """The knobs of models/mixer.py, and its own defaults for shared ones."""

    model: str = "mixer"
    learning_rate: float = 0.01  # two plain layers bear large steps
    width: int = 32  # neurons of the hidden layer
    dropout: float = 0.3  # share of neurons hidden while training: with less, runs of short series differ much by seed


# What --model chooses from; the first is the default.
MODELS = {"mixer": Mixer}
MORE = ["cnn", "lstm", "transformer"]  # what `hackgen add model NAME` lays in beside them
