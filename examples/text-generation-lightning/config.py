"""Every knob of this project, once, with the reason beside it. Each one is also a flag: `python train.py --seed 1`."""

from dataclasses import dataclass

TASK = "text-generation"
FRAMEWORK = "lightning"
BACKEND = None


@dataclass
class Config:
    """What all models share."""

    data: str = ""  # your own file or folder; empty = the sample that needs no network
    seed: int = 0  # drives the first weights, the order of the rows and dropout
    split_seed: int = 0  # drives which rows go to train, valid and test; keep it while you compare models
    valid_share: float = 0.05  # the stretches of the text that choose the epoch to keep
    test_share: float = 0.1  # the last part of the text, which only evaluate.py opens
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
    precision: str = "auto"  # float32, bfloat16, or a name of Lightning's such as 16-mixed; auto = a fixed rule of processor and model (device.py)
    compile: bool = False  # torch.compile on CUDA: slow to start, then faster
    devices: str = "1"  # how many GPUs (or CPU processes) on each machine; auto = all
    nodes: int = 1  # how many machines
    strategy: str = "auto"  # how they share the work: ddp, fsdp, deepspeed … (Lightning's names)
    context: int = 64  # characters that a prediction can look back on


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


@dataclass
class Lstm(Config):
    """The knobs of models/lstm.py, and its own defaults for shared ones."""

    model: str = "lstm"
    learning_rate: float = 0.004  # LSTMs bear high peaks as long as gradients are clipped
    steps: int = 560  # three passes over the sample, half a minute
    batch_size: int = 32  # many small steps learn faster than few large ones here
    width: int = 256  # length of the memory
    depth: int = 1  # layers of memory on top of each other
    dropout: float = 0.0  # share of features hidden while training; raise it when valid loss rises


# What --model chooses from; the first is the default.
MODELS = {"transformer": Transformer, "lstm": Lstm}
