"""A forecast as the answer: drawn behind the past it follows, with its band, and as a table."""

import base64
import io
from html import escape
from typing import Any

import gradio as gr
import numpy as np
from matplotlib.figure import Figure

import data
from reporting import fonts
from support.wording import words

SHOWN = 24  # rows of the table
LABELS = 7  # dates below the picture


def prepare(model: Any, config: Any, meta: dict[str, Any]) -> np.ndarray:
    """The band's offsets, (2, horizon), from the errors on valid; (2, 0) where the training data are gone."""
    import predict

    return predict.limits(model, config, meta, 1)


def give(model: Any, asked: dict[str, Any], meta: dict[str, Any], helper: np.ndarray) -> dict[str, Any]:
    """The answer as plain JSON; computed by predict.py, whose band ends with the horizon."""
    import predict

    scale, history, steps = asked["scale"], np.array(asked["history"]), len(asked["times"])
    (values,) = predict.forecast(model, (history / scale)[None], steps, meta)
    forecast = [answer["forecast"] for answer in data.decode(scale * values[None], meta)]
    low, high = (np.array(forecast[: helper.shape[1]]) + scale * limit[:steps] for limit in helper)
    return {"forecast": forecast, "low": low.tolist(), "high": high.tolist()}


def widgets() -> list[Any]:
    """What shows an answer."""
    return [gr.HTML(visible=False)]


def show(asked: dict[str, Any], given: dict[str, Any]) -> list[Any]:
    """Values for the widgets."""
    first, last = asked["times"][0], asked["times"][-1]
    about = words("demo_forecast", first=first, last=last, value=f"{given['forecast'][-1]:.5g}")
    file = io.BytesIO()
    picture(asked, given).savefig(file, format="png", dpi=130)
    source = f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode('ascii')}"
    return [gr.HTML(f'<img class="plot" src="{source}" alt="{escape(about)}">{table(asked, given)}', visible=True)]


def blank() -> list[Any]:
    """No answer is shown."""
    return [gr.HTML(visible=False)]


def picture(asked: dict[str, Any], given: dict[str, Any]) -> Figure:
    """The past, the forecast, its band, and what followed where the data know."""
    past, forecast = asked["history"], given["forecast"]
    steps = np.arange(len(forecast))
    figure = Figure(figsize=(8, 4.6), layout="constrained")
    axes = figure.subplots()
    axes.plot(np.arange(-len(past), 0), past, color="black", label=fonts.shown(words("demo_past"), "past"))
    if "truth" in asked:
        label = fonts.shown(words("demo_followed"), "truth")
        axes.plot(steps, asked["truth"], color="black", linestyle=":", marker=".", label=label)
    label = fonts.shown(words("demo_forecast_line"), "forecast")
    axes.plot(steps, forecast, color="tab:blue", linewidth=2.5, marker=".", label=label)
    with_band, label = steps[: len(given["low"])], fonts.shown(words("demo_band"), "band")
    axes.fill_between(with_band, given["low"], given["high"], color="tab:blue", alpha=0.2, label=label)
    times = [*asked["past"], *asked["times"]]
    places = np.unique(np.linspace(0, len(times) - 1, LABELS).astype(int))
    axes.set_xticks(places - len(past), [times[place] for place in places], rotation=20, parse_math=False)
    axes.set_ylabel(fonts.shown(asked["name"], "value"), parse_math=False, fontsize=13)
    axes.tick_params(labelsize=12)
    axes.legend(fontsize=12)
    fonts.fit(figure)
    return figure


def table(asked: dict[str, Any], given: dict[str, Any]) -> str:
    """The forecast's steps with their bands, as HTML."""
    heads = (words("demo_time"), words("demo_forecast_line"), words("demo_low"), words("demo_high"))
    rows = []
    for n, (when, value) in enumerate(list(zip(asked["times"], given["forecast"], strict=True))[:SHOWN]):
        band = [given["low"][n], given["high"][n]] if n < len(given["low"]) else []
        cells = "".join(f"<td>{number:.6g}</td>" for number in (value, *band))
        rows.append(f'<tr><th scope="row">{escape(when)}</th>{cells}{"<td>–</td>" * (2 - len(band))}</tr>')
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    body = f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody>"
    return f'<div class="steps" tabindex="0"><table>{body}</table></div>'
