"""Every knob of this project, once, with the reason beside it. Each one is also a flag: `python train.py --seed 1`."""

import math
from dataclasses import dataclass, replace

TASK = "image-classification"
FRAMEWORK = "jax"
BACKEND = None


@dataclass
class Config:
    """What a run is made from; it is saved with the run."""

    data: str = "data/digits.npz"  # pictures: a folder, or an .npz of hackgen's; it may lie anywhere
    seed: int = 0  # drives the first weights, the order of the examples and dropout
    split_seed: int = 0  # drives which examples go to train, valid and test; keep it while you compare models
    valid_share: float = 0.15  # examples that choose the epoch to keep
    test_share: float = 0.2  # examples that only evaluate.py opens
    epochs: int = 0  # passes over train; 0 = as `steps` and `passes` say, between 1 and 200
    batch_size: int = 0  # examples in a step; 0 = the power of two nearest the square root of all in train, 16 to 256
    steps: int = 1000  # optimiser steps that epochs = 0 takes at least
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
    device: str = "auto"  # gpu, tpu, cpu; auto = the fastest that is here; all devices of the kind share each batch
    precision: str = "auto"  # of matrix products: float32, or bfloat16 on GPU and TPU; auto = a fixed rule
    metric: str = ""  # accuracy, macro F1 or average precision; empty = accuracy, unless a class is rare
    class_weights: str = "auto"  # none, balanced (every class weighs the same); auto = balanced where macro F1 counts
    size: int = 0  # pixels a side; 0 = the pictures' own size if all are alike and at most 64, else 64

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
    steps: int = 600  # batch normalisation learns fast: three passes over 50,000 pictures
    learning_rate: float = 0.01  # batch normalisation allows a higher peak than the other models
    width: int = 16  # channels of the first layer; doubles with each one
    dropout: float = 0.0  # share of features hidden while training; raise it when valid loss rises


# What --model chooses from; the first is the default.
MODELS = {"cnn": Cnn}
MORE = ["mlp", "transformer"]  # what `hackgen add model NAME` lays in beside them
