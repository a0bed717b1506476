"""Pictures in .npz and idx files as people save them: names, splits, order of axes, range of pixels, form of labels."""

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
from hackgen.inspection import inspect
from hackgen.inspection.pictures import layouts

RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.integers(0, 256, (40, 9, 8, 3)).astype(np.uint8)
IMAGES[0, 0, 0] = 255
LABELS = np.arange(40) % 2
NAMES = np.array(["cat", "dog"])[LABELS]


def read(path: Path) -> tuple[np.ndarray, list[str], list[str]]:
    sources, labels, splits = (layouts.npz if path.suffix == ".npz" else layouts.idx_folder)(path, True)
    return layouts.whole(path, sources), [str(label) for label in labels], splits.tolist()


@pytest.mark.parametrize(
    "names",
    [("x", "y"), ("X", "Y"), ("images", "labels"), ("data", "target"), ("arr_0", "arr_1")],
)
def test_arrays_are_known_by_their_usual_names(tmp_path: Path, names: tuple[str, str]) -> None:
    np.savez(tmp_path / "a.npz", **dict(zip(names, (IMAGES, LABELS), strict=True)))
    images, labels, splits = read(tmp_path / "a.npz")
    assert np.array_equal(images, IMAGES) and labels == list(map(str, LABELS)) and set(splits) == {""}
    found = inspect(str(tmp_path / "a.npz"))
    assert found.suggestion.task == "image-classification" and found.facts["sizes"] == {"8×9": 40}


@pytest.mark.parametrize("form", ["x_{}", "{}_images", "{}-x", "X{}"])
def test_splits_in_names_are_kept(tmp_path: Path, form: str) -> None:
    cut = {"test": slice(30, 40), "val": slice(24, 30), "train": slice(0, 24)}
    arrays = {form.format(split): IMAGES[rows] for split, rows in cut.items()}
    name = form.replace("images", "labels").replace("x", "y").replace("X", "y")
    np.savez(tmp_path / "a.npz", **arrays, **{name.format(split): LABELS[rows] for split, rows in cut.items()})
    images, _, splits = read(tmp_path / "a.npz")
    assert np.array_equal(images, IMAGES) and splits == [""] * 24 + ["valid"] * 6 + ["test"] * 10
    assert inspect(str(tmp_path / "a.npz")).facts["splits"] == {"train": 24, "valid": 6, "test": 10}


@pytest.mark.parametrize(
    "images",
    [
        IMAGES.transpose(0, 3, 1, 2),
        IMAGES / 255,
        (IMAGES / 255 * 2 - 1).astype(np.float32),
        IMAGES.astype(np.uint16) * 257,
        IMAGES.astype(np.int64),
    ],
    ids=["channels first", "up to 1", "from -1 to 1", "16 bits", "integers"],
)
def test_pixels_of_any_range_and_order_are_the_same(tmp_path: Path, images: np.ndarray) -> None:
    np.savez(tmp_path / "a.npz", x=images, y=NAMES)
    found, labels, _ = read(tmp_path / "a.npz")
    assert found.dtype == np.uint8 and np.abs(found.astype(int) - IMAGES).max() <= 1 and labels == NAMES.tolist()


@pytest.mark.parametrize(
    "labels",
    [np.eye(2)[LABELS], LABELS[:, None], LABELS.astype(float), NAMES.astype("S3")],
    ids=["one-hot", "a column", "floats", "bytes"],
)
def test_labels_of_any_form(tmp_path: Path, labels: np.ndarray) -> None:
    np.savez(tmp_path / "a.npz", x=IMAGES, y=labels)
    wanted = NAMES.tolist() if labels.dtype.kind == "S" else list(map(str, LABELS))
    assert read(tmp_path / "a.npz")[1] == wanted


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"x": IMAGES, "y": LABELS[:9]}, "x has 40 pictures, but y 9 labels"),
        ({"x": IMAGES, "y": RANDOM.random((40, 2))}, "labels of shape (40, 2)"),
        ({"x": IMAGES, "other": LABELS}, "y is needed"),
        ({"weights": IMAGES}, "has the arrays weights"),
        ({"x": np.full((40, 9, 9), np.nan), "y": LABELS}, "NaN"),
        ({"x": IMAGES.reshape(40, -1), "y": LABELS}, "a table is best saved as CSV"),
        ({"x": NAMES, "y": LABELS}, "arrays of shape (40,)"),
    ],
)
def test_what_cannot_be_used_is_one_line(tmp_path: Path, arrays: dict[str, np.ndarray], said: str) -> None:
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(ValueError, match=r"cannot|needed|holds|has|shape") as fault:
        read(tmp_path / "a.npz")
    assert said in str(fault.value) and "\n" not in str(fault.value)
    inspect(str(tmp_path / "a.npz"))  # which never fails


def idx(array: np.ndarray) -> bytes:
    return b"\0\0\x08" + bytes([array.ndim]) + struct.pack(f">{array.ndim}i", *array.shape) + array.tobytes()


@pytest.mark.parametrize(
    "names",
    [
        {"train": "train-{}.idx{}-ubyte", "test": "test-{}.idx{}-ubyte"},
        {"train": "emnist-letters-train-{}-idx{}-ubyte.gz", "test": "emnist-letters-test-{}-idx{}-ubyte.gz"},
        {"train": "{}-idx{}-ubyte"},
    ],
)
def test_idx_files_of_other_names(tmp_path: Path, names: dict[str, str]) -> None:
    grey = IMAGES[..., 0]
    for split, rows in (("train", slice(0, 30)), ("test", slice(30, 40))):
        for kind, array in (("images", grey[rows]), ("labels", LABELS[rows].astype(np.uint8))):
            if split in names:
                file = tmp_path / names[split].format(kind, array.ndim)
                file.write_bytes(gzip.compress(idx(array)) if file.suffix == ".gz" else idx(array))
    images, _, splits = read(tmp_path)
    assert np.array_equal(images[..., 0], grey[: len(images)]) and splits.count("test") == 10 * (len(names) - 1)
    assert inspect(str(tmp_path)).suggestion.task == "image-classification"
    one = inspect(str(next(tmp_path.iterdir())))
    assert one.suggestion is None and "name their folder" in one.notes[0]


def test_a_link_that_leads_out_of_a_folder_of_idx_is_left_out_and_named(tmp_path: Path) -> None:
    """Also labels alone: then the pictures have none, as what lies elsewhere is no part of the folder."""
    folder, rng = tmp_path / "here", np.random.default_rng(0)
    folder.mkdir()
    for split, count in (("train", 40), ("t10k", 10)):
        images = idx(rng.integers(0, 256, (count, 8, 8), np.uint8))
        (folder / f"{split}-images-idx3-ubyte").write_bytes(images)
        (folder / f"{split}-labels-idx1-ubyte").write_bytes(idx(np.arange(count, dtype=np.uint8) % 2))
    (folder / "t10k-images-idx3-ubyte").replace(tmp_path / "elsewhere")
    (folder / "t10k-images-idx3-ubyte").symlink_to("../elsewhere")
    found = inspect(str(folder))
    assert found.rows == 40 and any("out of the folder" in note for note in found.notes)
    (folder / "train-labels-idx1-ubyte").replace(tmp_path / "labels")
    (folder / "train-labels-idx1-ubyte").symlink_to(tmp_path / "labels")
    assert inspect(str(folder)).suggestion.why == "40 pictures, no labels"


def test_a_single_array_is_told_how_to_become_a_data_set(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", IMAGES)
    assert "np.savez" in inspect(str(tmp_path / "a.npy")).notes[0]


def test_equal_pictures_of_several_classes_are_told(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=np.concatenate([IMAGES, IMAGES[:3]]), y=[*LABELS, *(1 - LABELS[:3])])
    told = {suspect.kind: suspect.detail for suspect in inspect(str(tmp_path / "a.npz")).suspects}
    assert told["contradictions"] == "3 picture(s) stand in several classes"
