"""Checks for check.py on data: what is fitted on them, and whether they are read anew and alike."""

import contextlib
import dataclasses
import functools
import hashlib
import json
import os
import sys
from collections.abc import Callable
from typing import Any
from unittest import mock

import common
import data as data_module
import runs
from checks.parts import Result

import numpy as np

SPLITS = "HACKGEN_SPLITS"  # how check.py tells its other process what data it has
MOST_BYTES = 1 << 22  # of a file that is read twice more


def fitted(bench: Any) -> Result:
    """What is fitted is fitted on train alone: in data.load(), scales, bins and vocabulary take rows of train alone,
    and nothing there follows the clock; config.split_seed decides the splits, in common.divide()"""
    config, called = common.configured(bench.given), []
    rows = np.unique(np.concatenate([bench.data.valid.ids, bench.data.test.ids]))

    def other(read: Callable, disturbed: Callable, *given: Any, **more: Any) -> Any:
        called.append(read)
        return disturbed(read(*given, **more), rows)

    with contextlib.ExitStack() as changed:
        for name, disturbed in bench.own("SOURCES", {}).items():
            module, _, function = name.partition(".")
            if read := getattr(sys.modules[module], function, None):
                changed.enter_context(mock.patch(name, functools.partial(other, read, disturbed)))
        again = data_module.load(dataclasses.replace(config, seed=config.seed + 1))
    if not called:
        return None, "data that were prepared once are not read anew", "other values in valid and test"
    if not np.array_equal(again.test.ids, bench.data.test.ids):
        return False, "other rows of test with another seed, or when loaded again", "equal splits"
    wrong = [name for name, value in bench.meta.items() if again.meta[name] != value]
    wrong += ["inputs"] * (not np.array_equal(runs.fewer(again.train, len(bench.train.ids)).inputs, bench.train.inputs))
    if wrong and data_module.load(config).meta != bench.meta:
        return False, "meta is another when the same data are loaded a moment later", "equal"
    return not wrong, f"{', '.join(wrong) or 'nothing'} of meta follows other values in valid and test", "nothing"


def fingerprint(bench: Any) -> str:
    """Tells data apart that are divided otherwise, or of which something else was measured."""
    rows = [split.ids.tolist() for split in bench.data[:3]]
    return hashlib.sha256(json.dumps([rows, bench.meta]).encode()).hexdigest()


def read_anew(bench: Any) -> Result | None:
    """Data are read anew, and alike, whenever they are asked for: no cache that data.load() looks into answers for a
    file which has other content by now; and in each process splits and meta are the same, so nothing there follows
    hash() or the order of a set"""
    if os.environ.get(SPLITS, splits := fingerprint(bench)) != splits:
        return False, "other splits or meta in another process", "the same"
    source = common.located(bench.config.data)
    if source.is_dir() or source.stat().st_size > MOST_BYTES or (common.ROOT / "prepare.py").is_file():
        return None
    path, raw, rows = bench.folder / source.name, source.read_bytes(), [0, 0]
    config = dataclasses.replace(bench.config, data=str(path))
    for number, end in enumerate((len(raw), raw.rfind(b"\n", 0, 3 * len(raw) // 4))):
        path.write_bytes(raw[:end])
        with contextlib.suppress(common.Problem):  # which says that it was read
            rows[number] = sum(len(split.ids) for split in data_module.load(config)[:3])
    return rows[0] != rows[1], f"{rows[0]} rows of a file, {rows[1]} of a shorter one in its place", "other ones"


def counted_once(bench: Any) -> Result:
    """A row of valid or test counts once: what data.load() repeats, as oversampling of a rare class does, it repeats
    in train alone, after all were divided"""
    again = [len(split.ids) - len(np.unique(split.ids)) for split in bench.data[1:3]]
    return not any(again), f"{again[0]} rows of valid and {again[1]} of test are there again", "none"


CHECKS = [fitted, read_anew, counted_once]
