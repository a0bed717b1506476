"""The CNN for MNIST of the articles that hackgen grew from: `python benchmarks/seed_cnn.py DATA/mnist`.

Two 3×3 convolutions of 32 and 64 channels, each with pooling, a dense layer of 128, half of it dropped out, and a
softmax over ten; Adam, batches of 64, 5 epochs over all 60,000 pictures. They report 98.00 % on test.
KERAS_BACKEND chooses what Keras computes with. Prints JSON: accuracy, and the seconds after each epoch.
"""

import gzip
import json
import sys
import time
from pathlib import Path

import keras
import numpy as np


def read(path: Path) -> np.ndarray:
    """An idx file as an array of bytes: (n, 28, 28) pictures or (n,) digits."""
    packed = gzip.decompress(path.read_bytes())
    shape = np.frombuffer(packed, ">i4", count=packed[3], offset=4)
    return np.frombuffer(packed, np.uint8, offset=4 + 4 * packed[3]).reshape(shape)


class Clock(keras.callbacks.Callback):
    """The seconds from the start of training to the end of each epoch."""

    def on_train_begin(self, logs: dict | None = None) -> None:
        self.began, self.seconds = time.perf_counter(), []

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        self.seconds.append(time.perf_counter() - self.began)


folder, clock = Path(sys.argv[1]), Clock()
pictures = {
    part: read(folder / f"{part}-images-idx3-ubyte.gz")[..., None] / np.float32(255) for part in ("train", "t10k")
}
digits = {part: read(folder / f"{part}-labels-idx1-ubyte.gz") for part in ("train", "t10k")}
keras.utils.set_random_seed(int(sys.argv[2]) if sys.argv[2:] else 0)
model = keras.Sequential(
    [
        keras.Input((28, 28, 1)),
        keras.layers.Conv2D(32, 3, activation="relu"),
        keras.layers.MaxPooling2D(),
        keras.layers.Conv2D(64, 3, activation="relu"),
        keras.layers.MaxPooling2D(),
        keras.layers.Flatten(),
        keras.layers.Dense(128, activation="relu"),
        keras.layers.Dropout(0.5),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(pictures["train"], digits["train"], batch_size=64, epochs=5, verbose=0, callbacks=[clock])
accuracy = model.evaluate(pictures["t10k"], digits["t10k"], verbose=0)[1]
print(json.dumps({"accuracy": float(accuracy), "seconds": clock.seconds, "parameters": model.count_params()}))
