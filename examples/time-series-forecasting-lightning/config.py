"""Every knob of this project, once, with the reason beside it. Each one is also a flag: `python train.py --seed 1`."""

from dataclasses import dataclass

TASK = "time-series-forecasting"
FRAMEWORK = "lightning"
BACKEND = None


@dataclass
class Config:
    """What all models share."""

    data: str = ""  # your own file or folder; empty = the sample that needs no network
    seed: int = 0  # drives the first weights, the order of the rows and dropout
    split_seed: int = 0  # drives which rows go to train, valid and test; keep it while you compare models
    valid_share: float = 0.15  # rows that choose the epoch to keep
    test_share: float = 0.25  # the newest steps, which only evaluate.py opens; an interval needs ten horizons
    epochs: int = 0  # passes over train; 0 = about `steps` steps in all, between 1 and 200 passes (schedule.py)
    batch_size: int = 0  # rows in a step; 0 = the power of two nearest the square root of the rows, 16 to 256
    steps: int = 600  # optimiser steps that epochs = 0 aims for; a short series is soon learned by heart
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
    precision: str = "auto"  # float32, bfloat16, or a name of Lightning's such as 16-mixed; auto = a fixed rule of processor and model (device.py)
    compile: bool = False  # torch.compile on CUDA: slow to start, then faster
    devices: str = "1"  # how many GPUs (or CPU processes) on each machine; auto = all
    nodes: int = 1  # how many machines
    strategy: str = "auto"  # how they share the work: ddp, fsdp, deepspeed … (Lightning's names)
    horizon: int = 12  # steps to forecast at once
    context: int = 0  # steps the model sees; 0 = two seasons, at least 16, at most half of what train can spare
    season: int = 0  # steps after which the pattern repeats; 0 = found on train (season.py), 1 = none
    target: str = ""  # column to forecast, several with commas, or all; empty = the last of numbers, or alike ones
    group: str = ""  # column that names the series, where there are several; empty = found where dates repeat; none
    time: str = ""  # column with the dates; empty = the first that reads as dates; none = rows are consecutive steps


@dataclass
class Cnn(Config):
    """The knobs of models/cnn.py, and its own defaults for shared ones."""

    model: str = "cnn"
    width: int = 32  # channels of each layer
    kernel: int = 3  # steps that a convolution sees at once; layers are added until the last one sees the context
    dropout: float = 0.0  # share of features hidden while training; raise it when valid loss rises


@dataclass
class Lstm(Config):
    """The knobs of models/lstm.py, and its own defaults for shared ones."""

    model: str = "lstm"
    learning_rate: float = 0.01  # the other models' peak is too slow for one layer to learn a season by
    width: int = 64  # numbers the network remembers from step to step
    depth: int = 1  # layers
    dropout: float = 0.1  # share of features hidden while training, against learning a short series by heart


@dataclass
class Transformer(Config):
    """The knobs of models/transformer.py, and its own defaults for shared ones."""

    model: str = "transformer"
    width: int = 32  # numbers that describe a step; a multiple of heads
    depth: int = 2  # blocks
    heads: int = 4  # things that a block can attend to at once
    dropout: float = 0.1  # share of features hidden while training, against learning a short series by heart


# What --model chooses from; the first is the default.
MODELS = {"cnn": Cnn, "lstm": Lstm, "transformer": Transformer}
