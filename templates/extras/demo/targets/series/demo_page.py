"""The demo page where series go on: how many steps, of which series, after the data's end or that of newer history.

A question is the past of one series, its scale, and the times to forecast.
"""

from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

import data
import figures
from common import Problem, words
from report import shorten

import gradio as gr
import numpy as np
from matplotlib.figure import Figure

HORIZONS = 10  # as far as forecasts may build on forecasts
SERIES = 500  # offered by name
LABELS = 2  # times below the picture: more would lie over one another


def examples(valid: Any, config: Any, meta: dict, count: int) -> list[dict]:
    """Pasts that were drawn by chance, each with what followed; the oldest first."""
    rows = np.sort(np.random.default_rng(0).permutation(len(valid.ids))[:count])
    found = []
    for row, past, truth in zip(rows, valid.inputs[rows], valid.targets[rows], strict=True):
        series, step = divmod(int(valid.ids[row]), meta["steps"])
        name, about = list(meta["series"].items())[series]
        times = data.clock(meta, step, step + len(truth)).astype(str).tolist()
        question = {"series": name, "about": about, "times": times}
        found.append(question | {"past": decoded(past, about), "truth": decoded(truth, about)})
    return found


def decoded(values: np.ndarray, about: dict) -> list[float]:
    """Values of one series as people measure them, from those in units."""
    return data.decode(np.asarray(values, float)[None], {"": about})[0].tolist()


def button(number: int, question: dict) -> gr.Button:
    return gr.Button(words("demo_from", time=question["times"][0]), min_width=150, elem_id=f"example-{number}")


def form(question: dict, source: Any) -> list[Any]:
    """Steps, a file, which an example takes away, and the series where there are several."""
    steps = gr.Number(source.meta["horizon"], label=words("demo_steps"), info=words("demo_steps_hint"), precision=0)
    file = gr.File(None, label=words("demo_file"), file_types=[".csv", ".tsv", ".txt"], height=160, buttons=[])
    names = list(source.meta["series"])[:SERIES]
    if len(names) < 2:
        return [steps, file]
    return [steps, file, gr.Dropdown(names, value=question["series"], label=words("demo_series"))]


def asked(source: Any, steps: float | None, file: str | None, name: str | None = None) -> dict:
    """The newest history of a series, and the times of the steps that were asked for."""
    meta = source.meta
    if steps is None or not 1 <= steps <= HORIZONS * meta["horizon"]:
        raise Problem(words("demo_bad_steps", most=HORIZONS * meta["horizon"]))
    try:
        history, ends, scales = data.read_new(file or meta["data"]["path"], meta)
    except Problem as problem:  # visitors know their file by its name
        raise Problem(str(problem).replace(str(file), Path(str(file)).name)) from None
    name = name if name in history else history.columns[0]
    end = ends[list(history).index(name)]
    times = data.clock(meta | {"start": str(end)}, 1, int(steps) + 1)
    question = {"series": name, "about": scales[name], "times": times.astype(str).tolist()}
    return question | {"past": history[name].tolist()}


def answer(model: Any, config: Any, meta: dict, question: dict) -> Iterator[dict]:
    """The forecast of predict.py and, as far as the model was trained to look, its band."""
    import predict  # here, because recorded answers need no framework

    about = question["about"]
    steps = len(question["times"])
    history = (np.array(question["past"]) - about["mean"]) / about["unit"]
    output = predict.forecast(model, history[None].astype(np.float32), steps, meta, config)[0]
    if "band" not in meta:  # takes a while, and is the same for all
        meta["band"] = band(model, config, meta)
    width = np.array(meta["band"][:steps])
    low, high = (decoded(output[: len(width)] + side * width, about) for side in (-1, 1))
    yield {"forecast": decoded(output, about), "low": low, "high": high}


def band(model: Any, config: Any, meta: dict) -> list[float]:
    """How wide the band is for each step, in units; nothing without the training data."""
    import net

    try:
        trained = data.load(config)
    except Problem:
        return []
    if trained.meta["data"]["sha256"] != meta["data"]["sha256"]:
        return []
    on_valid = net.outputs(model, trained.valid.inputs, None, meta, config.precision)
    return figures.band(trained.valid.targets[:], on_valid).tolist()


def shown(question: dict, given: dict) -> list[Any]:
    """A picture of past, forecast and band, with what followed where the data know it; and a table."""
    past = question["past"]
    times = question["times"]
    forecast = given["forecast"]
    low, high = given["low"], given["high"]
    ahead = len(past) + np.arange(len(forecast))
    figure = Figure(figsize=(6, 4.2), layout="constrained")
    axes = figure.subplots()
    axes.plot(past, color="black", label=words("demo_past"))
    if "truth" in question:
        axes.plot(ahead, question["truth"], ":.", color="black", label=words("demo_followed"))
    axes.plot(ahead, forecast, ".-", color="tab:blue", linewidth=2.5, label=words("demo_forecast"))
    axes.fill_between(ahead[: len(low)], low, high, color="tab:blue", alpha=0.2, label=words("demo_band"))
    places = np.unique(np.linspace(0, len(times) - 1, LABELS).astype(int))
    axes.set_xticks(len(past) + places, [times[place] for place in places], rotation=20, ha="right")
    axes.set_ylabel(shorten(question["series"], 40))
    axes.legend()
    heads = [words(f"demo_{name}") for name in ("time", "forecast", "low", "high")]
    cells = [[f"{value:.6g}" for value in column] for column in (forecast, low, high)]
    rows = list(zip_longest(times, *cells, fillvalue="–"))
    return [gr.Plot(figure, show_label=False), gr.Dataframe(rows, headers=heads, interactive=False)]
