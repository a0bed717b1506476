"""What code can say on the cards: YAML for the Hugging Face Hub, and tables in Markdown."""

import json
from typing import Any

import numpy as np

import metrics
import runs
from config import FRAMEWORK, TASK, Config
from reporting import personal, report
from scoring.evidence import predictions
from splits import Data
from support.wording import words

HUB_TASKS = {"image-generation": "unconditional-image-generation"}  # the Hub's name, where it is another
SIZES = ["n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "1M<n<10M", "10M<n<100M", "100M<n<1B", "n>1B"]
MOST_CLASSES = 10  # in the table of the hardest ones


def quoted(text: Any) -> str:
    """A text for YAML, in the quotes that JSON and YAML share."""
    return json.dumps(str(text), ensure_ascii=False)


def results(sheet: dict[str, Any]) -> str:
    """The model index: what was measured on what, each number as it stands in report.json."""
    kind = quoted(HUB_TASKS.get(TASK, TASK))
    lines = [f"pipeline_tag: {kind}", "metrics:", f"  - {quoted(sheet['metric'])}", "model-index:"]
    lines += [f"  - name: {quoted(sheet['model'])}", "    results:", "      - task:", f"          type: {kind}"]
    lines += ["        dataset:", f"          type: {quoted(sheet['data']['sha256'][:12])}"]
    lines += [f"          name: {quoted(sheet['data']['name'])}", "          split: test", "        metrics:"]
    for name, value in {sheet["metric"]: sheet["score"], **sheet["other_metrics"]}.items():
        if isinstance(value, int | float) and np.isfinite(value):
            lines += [f"          - type: {quoted(name)}", f"            value: {value!r}"]
    return "\n".join(lines)


def training(sheet: dict[str, Any], config: Config) -> str:
    """How the published run was trained."""
    told = {
        "model": words("card_size", model=config.model, parameters=f"{sheet['parameters']:,}"),
        "framework": " ".join(filter(None, (FRAMEWORK, sheet.get("backend")))),
        "data": f"{sheet['data']['name']}, sha256 {sheet['data']['sha256'][:12]}…",
        "procedure": words(
            "card_procedure",
            epochs=config.epochs,
            batch=config.batch_size,
            rate=f"{config.learning_rate:g}",
            precision=getattr(config, "precision", "float32"),
        ),
        "seeds": words("card_seeds", seed=config.seed, split_seed=config.split_seed),
        "time": words(
            "card_time", seconds=report.seconds(sheet["train_seconds"]), hours=f"{sheet['train_seconds'] / 3600:.2g}"
        ),
    }
    return table(["", ""], [[words(f"card_the_{name}"), report.cell(text)] for name, text in told.items()])


def evaluation(sheet: dict[str, Any], meta: dict[str, Any]) -> str:
    """Scores of the model and its rivals, other metrics, and the classes it finds hardest."""
    parts = [report.cell(report.headline(sheet))]
    parts.append(
        table(
            [words("card_who"), words("card_score"), ""],
            [[report.cell(a), b, report.cell(c)] for a, b, c in report.rows(sheet)],
        )
    )
    others = {name: value for name, value in sheet["other_metrics"].items() if isinstance(value, int | float)}
    if others:
        rows = [[report.cell(name.replace("_", " ")), report.number(value)] for name, value in others.items()]
        parts.append(table([words("card_other"), words("card_score")], rows))
    if hardest := weakest(meta):
        rows = [[report.cell(name), str(count), f"{share:.1%}"] for name, count, share in hardest]
        parts.append(table([words("card_class"), words("card_rows"), words("card_right")], rows))
    return "\n\n".join(parts)


def weakest(meta: dict[str, Any]) -> list[tuple[str, int, float]]:
    """The classes of which the smallest share was recognised in test: name, rows, share; none where there are none."""
    if "classes" not in meta or not (runs.PUBLISHED / "predictions.npz").is_file():
        return []
    found = predictions(runs.PUBLISHED)
    target, output = found["target"], found["output"]
    if output.ndim != 2 or output.shape[1] != len(meta["classes"]) or target.ndim != 1:
        return []
    right = output.argmax(1) == target
    counts = np.bincount(target, minlength=output.shape[1])
    shares = np.bincount(target, right, minlength=output.shape[1]) / np.maximum(counts, 1)
    there = [number for number in np.argsort(shares, kind="stable") if counts[number]]
    return [(str(meta["classes"][n]), int(counts[n]), float(shares[n])) for n in there[:MOST_CLASSES]]


def data_front(data: Data) -> str:
    """The size, the task and the rows of each split, for the Hub."""
    rows = data.meta["data"]["rows"]
    size = SIZES[sum(rows >= 10**power for power in range(3, 10))]
    lines = ["size_categories:", f"  - {quoted(size)}", "task_categories:", f"  - {quoted(HUB_TASKS.get(TASK, TASK))}"]
    lines += ["dataset_info:", "  splits:"]
    for name, count in counts(data).items():
        lines += [f"    - name: {'validation' if name == 'valid' else name}", f"      num_examples: {count}"]
    return "\n".join(lines)


def counts(data: Data) -> dict[str, int]:
    return {name: len(getattr(data, name)) for name in ("train", "valid", "test")}


def splits(data: Data) -> str:
    """How many examples each split has, of each class where there are some."""
    about = data.meta["data"]
    told = f"{report.cell(about['name'])}: {about['rows']:,} {words('card_rows')}, sha256 `{about['sha256']}`."
    names = list(map(str, data.meta.get("classes", [])))
    each = {name: tally(getattr(data, name), data.meta) for name in counts(data)} if names else {}
    head = ["", *counts(data)]
    rows = [[words("card_all"), *(f"{count:,}" for count in counts(data).values())]]
    if names and len(names) <= 50 and all(found is not None for found in each.values()):
        rows += [[report.cell(name), *(f"{found[n]:,}" for found in each.values())] for n, name in enumerate(names)]
    return f"{told}\n\n{table(head, rows)}\n\n{words('card_division')}"


def tally(split: Any, meta: dict[str, Any]) -> np.ndarray | None:
    """How often each class occurs in a split."""
    truth = metrics.truth(split, meta)
    return np.bincount(truth, minlength=len(meta["classes"])) if truth.ndim == 1 and truth.dtype.kind in "iu" else None


def evidence(sheet: dict[str, Any] | None, meta: dict[str, Any]) -> str:
    """What code can see of the questions of ethics: what looks personal, and where the model is weakest."""
    found = personal.suspects()
    lines = [words("card_personal", found=report.cell(", ".join(found))) if found else words("card_impersonal")]
    if sheet:
        low = report.cell(f"{sheet['metric']} {report.number(sheet['score'])}; {report.rows(sheet)[0][2]}")
        lines.append(words("card_measured", score=low, rows=sheet["n_test"]))
        lines += [
            words("card_weakest", name=report.cell(name), share=f"{share:.1%}", rows=count)
            for name, count, share in weakest(meta)[:1]
            if share < 1
        ]
    return "\n".join(f"- {line}" for line in lines)


def table(head: list[str], rows: list[list[str]]) -> str:
    """A table in Markdown; the columns after the first hold numbers or remarks."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
