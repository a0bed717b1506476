"""Every knob of this project, once, with the reason beside it. Each one is also a flag: `python train.py --seed 1`."""

from dataclasses import dataclass

TASK = "tabular-classification"
FRAMEWORK = "pytorch"
BACKEND = None


@dataclass
class Config:
    """What all models share."""

    data: str = "data/harvest.csv"  # your own file or folder; empty = the sample that needs no network
    seed: int = 0  # drives the first weights, the order of the rows and dropout
    split_seed: int = 0  # drives which rows go to train, valid and test; keep it while you compare models
    valid_share: float = 0.15  # rows that choose the epoch to keep
    test_share: float = 0.2  # rows that only evaluate.py opens
    epochs: int = 0  # passes over train; 0 = about `steps` steps in all, between 1 and 200 passes (schedule.py)
    batch_size: int = 0  # rows in a step; 0 = the power of two nearest the square root of the rows, 16 to 256
    steps: int = 1000  # optimiser steps that epochs = 0 aims for
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
    precision: str = "auto"  # float32 or bfloat16; auto = a fixed rule of processor and model (device.py)
    compile: bool = False  # torch.compile on CUDA: slow to start, then faster
    metric: str = ""  # accuracy, macro F1 or average precision; empty = accuracy, unless a class is rare (balance.py)
    class_weights: str = "auto"  # none, balanced (every class weighs the same); auto = balanced where macro F1 counts
    target: str = ""  # the column to predict; empty = the last one
    group: str = ""  # column whose equal values (of a person) stay in one split, no input; none = no column
    time: str = ""  # column by which the oldest rows train and the newest test; none = rows are divided by chance


@dataclass
class Mlp(Config):
    """The knobs of models/mlp.py, and its own defaults for shared ones."""

    model: str = "mlp"
    learning_rate: float = 0.005  # small networks bear large steps
    width: int = 64  # neurons of each hidden layer
    depth: int = 2  # hidden layers
    dropout: float = 0.1  # share of neurons hidden while training, against learning rows by heart


# What --model chooses from; the first is the default.
MODELS = {"mlp": Mlp}
