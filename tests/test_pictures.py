"""Pictures of every kind and mode: found, joined with labels, prepared once, grouped where alike, inspected, copied."""

import gzip
import io
import json
import os
import shutil
import struct
import time
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hackgen.conversion import pictures as picture_copies
from hackgen.conversion.command import convert
from hackgen.errors import Problem
from hackgen.inspection import inspect
from hackgen.inspection.pictures import files as picture_file
from hackgen.inspection.pictures import labels as picture_labels
from hackgen.inspection.pictures import layouts, likeness
from hackgen.inspection.pictures import listing as picture_list
from hackgen.inspection.pictures.listing import safe
from hackgen.inspection.pictures.look import inspect_pictures
from hackgen.making.choice import Answers
from hackgen.making.compose import planned
from hackgen.parts import TEMPLATES
from PIL import Image, ImageDraw
from projects import LIKE_WINDOWS, generate, generate_own, run, start

RAMP = np.linspace(0, 255, 48).round().astype(np.uint8).reshape(6, 8)
SCENE = np.stack([RAMP, RAMP[::-1], 255 - RAMP], axis=2)  # (6, 8, 3)


def packed(picture: Image.Image, kind: str, **how: object) -> bytes:
    content = io.BytesIO()
    picture.save(content, kind, **how)
    return content.getvalue()


def with_alpha(mode: str) -> Image.Image:
    """Left half as it is, right half transparent."""
    picture = Image.fromarray(SCENE if mode == "RGBA" else RAMP).convert(mode)
    alpha = Image.new("L", picture.size, 255)
    alpha.paste(0, (4, 0, 8, 6))
    picture.putalpha(alpha)
    return picture


def on_white(pixels: np.ndarray) -> np.ndarray:
    pixels = pixels.copy()
    pixels[:, 4:] = 255
    return pixels


def see_through_palette() -> bytes:
    indexed = Image.fromarray(np.repeat([[0, 1]], 6, axis=0).repeat(4, axis=1).astype(np.uint8), "P")
    indexed.putpalette([255, 0, 0, 0, 0, 255])
    return packed(indexed, "PNG", transparency=1)


def frames() -> list[Image.Image]:
    return [Image.new("RGB", (8, 6), colour) for colour in ("red", "blue")]


RED = np.broadcast_to(np.uint8([255, 0, 0]), (6, 8, 3))
BITS = Image.fromarray((RAMP > 127).astype(np.uint8) * 255).convert("1")
DEEP = RAMP.astype(np.uint16) * 257
TWELVE = (RAMP * (4095 / 255)).astype(np.uint16)
FLOATS = (RAMP / 255).astype(np.float32)
# name of the case: content, the pixels expected, how far they may be off
MODES = {
    "grey png": (packed(Image.fromarray(RAMP), "PNG"), RAMP, 0),
    "colour png": (packed(Image.fromarray(SCENE), "PNG"), SCENE, 0),
    "colour bmp": (packed(Image.fromarray(SCENE), "BMP"), SCENE, 0),
    "colour tiff": (packed(Image.fromarray(SCENE), "TIFF"), SCENE, 0),
    "colour webp": (packed(Image.fromarray(SCENE), "WEBP", lossless=True), SCENE, 0),
    "grey jpeg": (packed(Image.fromarray(RAMP), "JPEG", quality=100), RAMP, 3),
    "one bit": (packed(BITS, "PNG"), np.where(RAMP > 127, 255, 0), 0),
    "palette": (packed(Image.fromarray(SCENE).quantize(48), "PNG"), SCENE, 40),
    "palette with a transparent colour": (see_through_palette(), on_white(RED), 0),
    "colour with alpha": (packed(with_alpha("RGBA"), "PNG"), on_white(SCENE), 0),
    "grey with alpha": (packed(with_alpha("LA"), "PNG"), on_white(RAMP), 0),
    "cmyk jpeg": (packed(Image.new("CMYK", (8, 6), (0, 255, 255, 0)), "JPEG", quality=100), RED, 6),
    "cmyk tiff": (packed(Image.new("CMYK", (8, 6), (0, 255, 255, 0)), "TIFF"), RED, 0),
    "lab tiff": (packed(Image.new("LAB", (8, 6), (255, 128, 128)), "TIFF"), np.full((6, 8, 3), 255), 3),
    "16 bits": (packed(Image.fromarray(DEEP), "PNG"), RAMP, 0),
    "16 bits tiff": (packed(Image.fromarray(DEEP), "TIFF"), RAMP, 0),
    "12 of 16 bits": (
        packed(Image.fromarray((RAMP.astype(np.uint32) * 4095 // 255).astype(np.uint16)), "PNG"),
        RAMP,
        1,
    ),
    "32 bits": (packed(Image.fromarray(RAMP.astype(np.int32) * 1000 - 500), "TIFF"), RAMP, 1),
    "floats up to 1": (packed(Image.fromarray(FLOATS), "TIFF"), RAMP, 0),
    "floats below 0": (packed(Image.fromarray(FLOATS * 2 - 1), "TIFF"), RAMP, 1),
    "first frame of a gif": (packed(frames()[0], "GIF", save_all=True, append_images=frames()[1:]), RED, 0),
    "first frame of a webp": (
        packed(frames()[0], "WEBP", save_all=True, append_images=frames()[1:], lossless=True),
        RED,
        0,
    ),
    "first page of a tiff": (packed(frames()[0], "TIFF", save_all=True, append_images=frames()[1:]), RED, 0),
}


@pytest.mark.parametrize("case", MODES)
def test_every_mode_becomes_plain_bytes(case: str) -> None:
    content, expected, tolerance = MODES[case]
    found = picture_file.pixels(io.BytesIO(content))
    assert found.dtype == np.uint8 and found.shape == expected.shape
    assert np.abs(found.astype(int) - expected.astype(int)).max() <= tolerance


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize(("orientation", "turns"), [(3, 2), (6, 3), (8, 1)])
def test_pictures_stand_as_the_camera_was_held(kind: str, orientation: int, turns: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    how = {"JPEG": {"quality": 100, "subsampling": 0}, "WEBP": {"lossless": True}}.get(kind, {})
    corner = np.zeros((16, 24), np.uint8)
    corner[:8, :8] = 255
    content = packed(Image.fromarray(np.stack([corner] * 3, 2)), kind, exif=exif, **how)
    found = picture_file.pixels(io.BytesIO(content))
    assert np.abs(found[..., 0].astype(int) - np.rot90(corner, turns)).max() <= 5
    if kind != "PNG":
        assert picture_file.head(io.BytesIO(content))[:2] == found.shape[1::-1]


@pytest.mark.parametrize("content", [b"", b"words", MODES["colour png"][0][:60], MODES["grey jpeg"][0][:200], b"II*\0"])
def test_damaged_files_are_unreadable_and_no_more(content: bytes) -> None:
    with pytest.raises(picture_file.Unreadable):
        picture_file.pixels(io.BytesIO(content))


def test_damaged_metadata_do_not_hurt_the_pixels() -> None:
    content = packed(Image.fromarray(RAMP), "JPEG", exif=b"Exif\0\0II*\0garbage", quality=100)
    assert picture_file.pixels(io.BytesIO(content)).shape == RAMP.shape


def test_heic_names_its_remedy_or_is_read(tmp_path: Path) -> None:
    if not picture_list.reads_heic():
        (tmp_path / "a.heic").write_bytes(b"\0\0\0\x18ftypheic")
        with pytest.raises(picture_file.Unreadable, match="pip install pillow-heif"):
            picture_list.source(tmp_path, "a.heic")
        return
    Image.fromarray(np.kron(SCENE, np.ones((8, 8, 1), np.uint8))).save(tmp_path / "a.heic", quality=100)
    found = picture_file.pixels(picture_list.source(tmp_path, "a.heic"), 8, 6)
    assert np.abs(found.astype(int) - SCENE).mean() < 12


# Finding them


def names_of(*names: str) -> picture_list.Listing:
    listing = picture_list.Listing(Path(), list(names), [(0, 0)] * len(names))
    picture_list.arrange(listing)
    return listing


LAYOUTS = {
    "classes": (["cat/1.png", "dog/2.png"], ["cat", "dog"], ["", ""]),
    "flat": (["1.png", "2.png"], [None, None], ["", ""]),
    "deeper folders": (["cat/a/1.png", "dog/b/c/2.png"], ["cat", "dog"], ["", ""]),
    "a folder around all": (["pets/v1/cat/1.png", "pets/v1/dog/2.png"], ["cat", "dog"], ["", ""]),
    "split folders": (
        ["Training/cat/1.png", "test/cat/2.png", "val/dog/3.png"],
        ["cat", "cat", "dog"],
        ["train", "test", "valid"],
    ),
    "split folders inside another": (["d/train/x/1.png", "d/test/y/2.png"], ["x", "y"], ["train", "test"]),
    "only train": (["train/x/1.png", "train/y/2.png"], ["x", "y"], ["train", "train"]),
    "split folders without classes": (["train/1.png", "test/2.png"], [None, None], ["train", "test"]),
    "something beside the split folders": (
        ["train/x/1.png", "test/x/2.png", "extra/3.png"],
        ["x", "x", None],
        ["train", "test", None],
    ),
    "words in names, doubled folders": (
        ["seg_train/seg_train/x/1.png", "seg_train/seg_train/y/2.png", "seg_test/seg_test/y/3.png"],
        ["x", "y", "y"],
        ["train", "train", "test"],
    ),
    "a folder around all but a few": (
        ["cover.png", *(f"Data/Train_Data/{kind}/{number}.png" for kind in ("cat", "dog") for number in range(4))],
        [None, *["cat"] * 4, *["dog"] * 4],
        [None, *["train"] * 8],
    ),
    "vehicles": (["train/1.png", "car/2.png", "bus/3.png"], ["train", "car", "bus"], ["", "", ""]),
}


@pytest.mark.parametrize("case", LAYOUTS)
def test_folders_say_class_and_split(case: str) -> None:
    names, labels, splits = LAYOUTS[case]
    listing = names_of(*names)
    assert (listing.labels, listing.splits) == (labels, splits)
    assert bool(listing.notes) == (None in splits)


def put(root: Path, *names: str, content: bytes = MODES["grey png"][0]) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    return root


def test_links_are_followed_but_not_in_a_ring_and_not_out_of_the_folder(tmp_path: Path) -> None:
    put(tmp_path / "elsewhere", "3.png")
    root = put(tmp_path / "photos and more", "cat/1.png", "cat/.hidden.png", "__MACOSX/cat/1.png", "dog/2.PNG", "a.txt")
    try:
        (root / "cow").symlink_to(root / "cat", target_is_directory=True)
        (root / "dog" / "around").symlink_to(root, target_is_directory=True)
        (root / "dog" / "more").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
        (root / "dog" / "secret.png").symlink_to(tmp_path / "elsewhere" / "3.png")
        (root / "dog" / "gone.png").symlink_to(root / "nowhere.png")
        (root / "0").symlink_to("0")
    except OSError:
        pytest.skip("no links here")
    listing = picture_list.find(root)
    assert listing.names == ["cat/1.png", "cow/1.png", "dog/2.PNG"]
    assert sorted(listing.notes) == [
        "1 broken link(s) left out, first dog/gone.png",
        "1 link(s) to a folder around them left out, first dog/around",
        "2 link(s) that lead out of the folder left out, first dog/more",
    ]
    assert list(copy_pictures(root)) == ["cat/1.png", "cow/1.png", "dog/2.png"]


def test_a_folder_that_cannot_be_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root, scandir = put(tmp_path / "photos", "cat/1.png", "secret/2.png"), os.scandir

    def refuse(folder: str) -> object:
        if str(folder).endswith("secret"):
            raise PermissionError(13, "Permission denied")
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", refuse)
    listing = picture_list.find(root)
    assert listing.names == ["cat/1.png"]
    assert listing.notes == ["1 folder(s) that cannot be read left out, first secret (Permission denied)"]


def test_an_archive_is_read_in_place_whatever_its_paths(tmp_path: Path) -> None:
    path = tmp_path / "pets.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("../../cat/1.png", "/dog/2.png", "C:\\dog\\3.png", "__MACOSX/cat/1.png", "notes.txt"):
            archive.writestr(name, MODES["grey png"][0])
    listing = picture_list.find(path)
    assert sorted(zip(listing.labels, listing.splits, strict=True)) == [("cat", ""), ("dog", ""), ("dog", "")]
    assert all(picture_file.pixels(picture_list.source(path, name)).shape == RAMP.shape for name in listing.names)
    assert [file.name for file in tmp_path.iterdir()] == ["pets.zip"]
    with pytest.raises(ValueError, match="cannot be read as a zip"):
        picture_list.find(put(tmp_path, "broken.zip", content=b"PK\3\4 and no more") / "broken.zip")


# Labels from tables

TABLES = {
    "with endings": ("file,label\n1.png,cat\n2.png,dog\n", ["cat", "dog", None]),
    "without endings, semicolons, a BOM": ("\ufeffid;species\n1;cat\n2;dog\n", ["cat", "dog", None]),
    "paths from elsewhere": ("label\tpath\ncat\t/home/me/x/1.png\ndog\tx\\2.png\n", ["cat", "dog", None]),
    "no title line": ("1.png,cat\n2.png,dog\n3.png,cat\n", ["cat", "dog", "cat"]),
    "not known before": ("file,sex,dx\n1.png,f,cat\n2.png,f,dog\n3.png,m,dog\n", ["cat", "dog", "dog"]),
    "another column": ("file,when,kind\n1.png,mon,cat\n2.png,tue,dog\n3.png,wed,cat\n", ["cat", "dog", "cat"]),
    "unmatched": ("file,label\n1.png,cat\n9.png,cat\n2.png,\n", ["cat", None, None]),
    "about something else": ("a,b\nx,1\ny,1\nx,1\n", None),
}


@pytest.mark.parametrize("case", TABLES)
def test_labels_are_joined_by_file_name(case: str) -> None:
    text, expected = TABLES[case]
    listing = names_of("x/1.png", "x/2.png", "x/3.png")
    assert bool(picture_labels.join(listing, {"t.csv": text.encode()})) == (expected is not None)
    if expected:
        assert listing.labels == expected
    if case == "unmatched":
        assert sorted(listing.notes) == [
            "t.csv: 1 row(s) have no label",
            "t.csv: 1 row(s) name no picture here",
            "t.csv: 2 picture(s) are not named in it",
        ]


def test_a_table_may_say_the_split_and_the_column_is_named(tmp_path: Path) -> None:
    listing = names_of("1.png", "2.png")
    table = {"t.csv": b"file,split,kind,mood\n1.png,train,cat,good\n2.png,Test,dog,bad\n"}
    assert picture_labels.join(listing, table, "mood") == "mood"
    assert (listing.labels, listing.splits) == (["good", "bad"], ["train", "test"])
    with pytest.raises(ValueError, match=r't\.csv has no column "smell"'):
        picture_labels.join(listing, table, "smell")


def test_a_name_that_several_pictures_have_means_none_of_them() -> None:
    listing = names_of("a/1.png", "b/1.png", "b/2.png")
    assert picture_labels.join(listing, {"t.csv": b"file,label\n1,cat\n2,dog\na/1.png,cow\n"}) == "label"
    assert listing.labels == ["cow", None, "dog"]


# Alike pictures


def photo(seed: int) -> Image.Image:
    """Some shapes in front of a coloured ramp: as much detail as a photograph at 64 pixels."""
    rng = np.random.default_rng(seed)
    ramp = np.linspace(rng.integers(0, 120, 3), rng.integers(120, 255, 3), 200)
    picture = Image.fromarray(np.repeat(ramp[:, None], 260, axis=1).astype(np.uint8))
    draw = ImageDraw.Draw(picture)
    for _ in range(12):
        x, y, wide, high = rng.integers(0, 220, 4).tolist()
        draw.ellipse((x, y, x + wide // 2 + 9, y + high // 2 + 9), fill=tuple(rng.integers(0, 255, 3).tolist()))
    return picture


def at64(picture: Image.Image) -> np.ndarray:
    return picture_file.pixels(io.BytesIO(packed(picture, "PNG")), 64, 64)


def grouped(images: np.ndarray) -> np.ndarray:
    return likeness.grouped(images)[1]


def again(picture: Image.Image, **how: object) -> Image.Image:
    return Image.open(io.BytesIO(packed(picture, "JPEG", **how)))


def test_a_picture_saved_again_resized_or_brightened_is_alike_and_others_are_not() -> None:
    variants = [
        lambda picture: picture,
        lambda picture: again(picture, quality=60),
        lambda picture: picture.resize((130, 100)),
        lambda picture: picture.point(lambda value: min(255, value * 1.05)),
    ]
    photos = [photo(seed) for seed in range(60)]
    images = np.stack([at64(change(picture)) for change in variants for picture in photos])
    groups = grouped(images).reshape(len(variants), 60)
    assert len(np.unique(groups[0])) == 60  # different pictures stay apart
    assert ((groups == groups[0]).mean(1) >= [1, 0.95, 0.95, 0.9]).all()


def test_small_pictures_that_are_alike_by_nature_stay_apart() -> None:
    digits = np.load(TEMPLATES / "tasks/image-classification/sample/data/digits.npz")["images"]
    assert len(np.unique(grouped(digits))) == len(digits)
    resaved = np.stack([np.asarray(again(Image.fromarray(one[..., 0]), quality=95))[..., None] for one in digits[:300]])
    groups = grouped(np.concatenate([digits, resaved]))
    assert (groups[:300] == groups[len(digits) :]).mean() > 0.95
    equal = grouped(np.concatenate([digits, digits]))
    assert (equal[: len(digits)] == equal[len(digits) :]).all()


def test_plain_sheets_and_noise_are_alike_only_to_exact_copies() -> None:
    sheets = np.stack([np.full((64, 64, 3), shade, np.uint8) for shade in (10, 11, 12, 12)])
    assert len(np.unique(grouped(sheets))) == 3
    noise = np.random.default_rng(0).integers(0, 255, (200, 32, 32, 3)).astype(np.uint8)
    assert len(np.unique(grouped(noise))) == 200
    colours = np.stack([np.roll(at64(photo(1)), shift, axis=2) for shift in range(3)])
    assert len(np.unique(grouped(colours))) == 3  # the same shapes in other colours are other pictures


# Inspection


def pets(root: Path) -> Path:
    for number in range(8):
        kind = "cat" if number < 6 else "dog"
        put(root, f"train/{kind}/{number}.png", content=packed(photo(number), "PNG"))
    put(root, "train/dog/again.jpg", content=packed(photo(0), "JPEG", quality=80))
    put(root, "test/cat/same.png", content=packed(photo(1), "PNG"))
    put(root, "test/dog/deep.png", content=MODES["16 bits"][0])
    put(root, "test/dog/broken.png", content=b"\x89PNG\r\n")
    return root


def test_inspection_of_a_folder_names_what_is_wrong(tmp_path: Path) -> None:
    found = inspect_pictures(pets(tmp_path / "my pets"))
    assert (found.format, found.rows) == ("pictures", 12)
    assert found.facts["classes"] == {"cat": 7, "dog": 5}
    assert found.facts["splits"] == {"test": 3, "train": 9}
    assert found.facts["sizes"] == {"260×200": 10, "8×6": 1}
    assert found.facts["modes"] == {"RGB": 10, "I;16": 1}
    assert found.facts["corrupt"] == ["test/dog/broken.png"]
    assert {suspect.kind for suspect in found.suspects} == {"corrupt", "duplicates", "near-duplicates", "leakage"}
    assert found.facts["duplicates"] == found.facts["near_duplicates"] == found.facts["in_test_and_elsewhere"] == 1
    assert found.suggestion.task == "image-classification" and "my pets" in found.suggestion.command
    json.dumps(found.to_json())


def test_inspection_of_a_list_a_zip_and_pictures_without_labels(tmp_path: Path) -> None:
    root = put(tmp_path / "birds", *(f"{number}.png" for number in range(6)))
    assert inspect_pictures(root).suggestion.task == "image-generation"
    rows = "".join(f"{number},{'ab'[number % 2]},{'xyz'[number % 3]}\n" for number in range(7))
    (tmp_path / "birds.csv").write_text(f"id,kind,place\n{rows}", encoding="utf-8")
    for path in (root, tmp_path / "birds.csv"):
        found = inspect_pictures(path)
        assert (found.format, found.rows, found.suggestion.target) == ("picture-list", 6, "kind")
        assert found.facts["classes"] == {"a": 3, "b": 3} and found.columns[0].name == "kind"
        assert found.suggestion.alternatives == ["place"]
        assert "unmatched" in {suspect.kind for suspect in found.suspects}
    (tmp_path / "other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    assert inspect_pictures(tmp_path / "other.csv") is None
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        for name in (f"{kind}/{number}.png" for kind in ("one", "two") for number in range(3)):
            archive.writestr(name, MODES["grey png"][0])
    assert inspect_pictures(tmp_path / "z.zip").suggestion.task == "image-classification"
    (tmp_path / "bad.zip").write_bytes(b"PK\3\4")
    assert inspect_pictures(tmp_path / "bad.zip").notes


BOXES = b"0 0.5 0.5 0.25 0.25\n1 0.1 0.2 0.1 0.1\n"
COCO = json.dumps({"images": [{"id": 1}], "annotations": [{"bbox": [1, 2, 3, 4]}], "categories": []}).encode()
VOC = b"<annotation><object><name>dog</name><bndbox><xmin>1</xmin></bndbox></object></annotation>"
# name of the case: files beside pictures (None: a picture), a word of what is said, "" where they are plain pictures
ANNOTATED = {
    "masks": ({f"{kind}/c{i}.png": None for kind in ("images", "masks") for i in range(9)}, "masks"),
    "masks in splits": (
        {f"{s}/{kind}/{i}.png": None for s in ("train", "val") for kind in ("img", "Annotations") for i in range(9)},
        "masks",
    ),
    "masks by their ending": ({f"{i}{end}.png": None for end in ("", "_mask") for i in range(9)}, "masks"),
    "YOLO": (
        {f"{kind}/train/{i}.{end}": text for kind, end, text in (("images", "png", None), ("labels", "txt", BOXES))
         for i in range(9)},
        "YOLO: labels/train/0.txt",
    ),
    "COCO": ({f"photos/{i}.png": None for i in range(9)} | {"instances.json": COCO}, "COCO: instances.json"),
    "VOC": ({f"{i}.png": None for i in range(9)} | {f"xml/{i}.xml": VOC for i in range(9)}, "Pascal VOC"),
    "captions": ({f"{i}.png": None for i in range(9)} | {f"{i}.txt": b"a red ball" for i in range(9)}, ""),
    "numbered classes": ({f"{kind}/{i}.png": None for kind in ("target", "other") for i in range(9)}, ""),
    "facts in JSON": ({f"{k}/{i}.png": None for k in "ab" for i in range(9)} | {"about.json": b'{"images": 18}'}, ""),
}  # fmt: skip


def test_tables_beside_pictures_are_named_where_they_are_not_read(tmp_path: Path) -> None:
    put(tmp_path / "set", *(f"{kind}/{n}.png" for kind in ("cat", "dog") for n in range(9)))
    put(tmp_path / "set", "sales.csv", "cat/Thumbs.db", content=b"day,sold\n1,2\n2,3\n")
    assert "1 table(s) beside them are not read, such as sales.csv" in inspect(str(tmp_path / "set")).notes


@pytest.mark.parametrize("case", ANNOTATED)
def test_pictures_with_masks_or_boxes_are_no_classes_and_nothing_to_draw(tmp_path: Path, case: str) -> None:
    files, word = ANNOTATED[case]
    for number, (name, content) in enumerate(files.items()):
        shade = packed(Image.new("L", (8, 8), 7 * number % 256), "PNG") if content is None else content
        put(tmp_path / "set", name, content=shade)
    found = inspect_pictures(tmp_path / "set")
    assert (found.suggestion is None) == bool(word)
    if word:
        assert word in found.notes[-1] and "no task for these yet" in found.notes[-1]
        for task in ("image-generation", "image-classification", None):
            with pytest.raises(Problem, match="no task for these yet"):
                planned(Answers(data=str(tmp_path / "set"), task=task))


def idx(array: np.ndarray) -> bytes:
    sizes = struct.pack(f">{array.ndim}i", *array.shape)
    return gzip.compress(b"\0\0\x08" + bytes([array.ndim]) + sizes + array.astype(np.uint8).tobytes())


def test_inspection_of_arrays(tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(0, 255, (60, 9, 9)).astype(np.uint8)
    images[50] = images[3]
    labels = np.arange(60) % 10 % 3
    (tmp_path / "idx").mkdir()
    for prefix, rows in (("train", slice(0, 45)), ("t10k", slice(45, 60))):
        (tmp_path / "idx" / f"{prefix}-images-idx3-ubyte.gz").write_bytes(idx(images[rows]))
        (tmp_path / "idx" / f"{prefix}-labels-idx1-ubyte.gz").write_bytes(idx(labels[rows]))
    np.savez(tmp_path / "x.npz", x_train=images[:45], y_train=labels[:45], x_test=images[45:], y_test=labels[45:])
    np.savez(tmp_path / "plain.npz", x=images)
    for path in (tmp_path / "idx", tmp_path / "x.npz"):
        found = inspect_pictures(path)
        assert found.format == ("npz" if path.suffix else "idx") and found.rows == 60
        assert found.facts["classes"] == {"0": 24, "1": 18, "2": 18} and found.facts["splits"]["test"] == 15
        assert {suspect.kind for suspect in found.suspects} == {"duplicates", "leakage"}
    assert inspect_pictures(tmp_path / "plain.npz").suggestion.task == "image-generation"


def test_arrays_are_read_block_by_block_and_what_is_cut_off_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = np.random.default_rng(0).integers(0, 255, (60, 9, 9)).astype(np.uint8)
    labels, shares = np.arange(60) % 3, (images / 255).astype(np.float32)
    np.savez(tmp_path / "plain.npz", x=images, y=labels)
    np.savez_compressed(tmp_path / "shares.npz", x_train=shares[:45], y_train=labels[:45], x_test=shares[45:],
                        y_test=labels[45:])  # fmt: skip
    np.savez(tmp_path / "columns.npz", x=np.asfortranarray(images), y=labels)
    monkeypatch.setattr(layouts, "BLOCK", 700)
    for name in ("plain.npz", "shares.npz", "columns.npz"):
        sources, found, _ = layouts.npz(tmp_path / name, True)
        assert np.array_equal(layouts.whole(tmp_path / name, sources)[..., 0], images)
        assert found.tolist() == labels.tolist()
    cut = tmp_path / "cut.npz"
    cut.write_bytes((tmp_path / "plain.npz").read_bytes()[:-300])
    with pytest.raises(ValueError, match=r"cut\.npz"):
        layouts.npz(cut, True)


def header(shape: tuple[int, ...]) -> bytes:
    """An array's beginning, which promises more than follows."""
    content = io.BytesIO()
    np.lib.format.write_array_header_1_0(content, {"descr": "|u1", "fortran_order": False, "shape": shape})
    return content.getvalue() + b"few"


def test_arrays_that_promise_more_than_they_hold_take_no_memory(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.npz", "w") as archive:
        archive.writestr("x.npy", header((10**9, 28, 28)))
        archive.writestr("y.npy", header((10**9,)))
    (tmp_path / "idx").mkdir()
    (tmp_path / "idx" / "train-images-idx3-ubyte.gz").write_bytes(
        gzip.compress(b"\0\0\x08\x03" + struct.pack(">3i", 10**9, 28, 28))
    )
    (tmp_path / "idx" / "train-labels-idx1-ubyte.gz").write_bytes(
        gzip.compress(b"\0\0\x08\x01" + struct.pack(">i", 10**9))
    )
    tracemalloc.start()
    for path in (tmp_path / "bomb.npz", tmp_path / "idx"):
        found = inspect_pictures(path)
        assert not found.rows and "more than" in found.notes[0]
    assert tracemalloc.get_traced_memory()[1] < 100e6
    tracemalloc.stop()


# Copies for data/


def copy_pictures(path: Path, size: int = 256) -> dict[str, bytes]:
    return {place: content for _, place, content in picture_copies.copies(picture_copies.listed(path), size)}


def test_copies_are_upright_small_and_bare(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "a camera that tells"
    wide = Image.fromarray(np.random.default_rng(0).integers(0, 255, (300, 600, 3)).astype(np.uint8))
    put(tmp_path / "p", "train/cat/photo.JPG", content=packed(wide, "JPEG", exif=exif))
    put(tmp_path / "p", "train/dog/deep.png", content=MODES["16 bits"][0])
    put(tmp_path / "p", "test/dog/broken.png", content=b"no")
    drawing = Image.new("RGB", (400, 400), "white")
    ImageDraw.Draw(drawing).rectangle((50, 50, 90, 90), fill="red")
    put(tmp_path / "p", "test/cat/drawing.gif", content=packed(drawing, "GIF"))
    copies = copy_pictures(tmp_path / "p")
    assert list(copies) == ["test/cat/drawing.png", "train/cat/photo.jpg", "train/dog/deep.png"]
    assert copies == copy_pictures(tmp_path / "p")
    upright = Image.open(io.BytesIO(copies["train/cat/photo.jpg"]))
    assert upright.size == (128, 256) and not upright.getexif() and b"camera" not in copies["train/cat/photo.jpg"]
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(copies["train/dog/deep.png"]))), RAMP)
    assert copy_pictures(tmp_path / "p", size=32)["train/cat/photo.png"]


def test_copies_have_names_that_every_system_takes(tmp_path: Path) -> None:
    names = ["x/con.png", "x/CON.PNG", "x/a?.png", "x/a*.png", "x/é.png", "x/dot..png"]
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        for name in names:
            archive.writestr(name, MODES["grey png"][0])
    rows = "".join(
        f"{name},{label}\n" for name, label in zip(names, ["a/b", "A:B", "nul", "..", "q.", "日本"], strict=True)
    )
    (tmp_path / "z.csv").write_text(f"file,label\n{rows}", encoding="utf-8")
    copies = list(copy_pictures(tmp_path / "z.zip"))
    assert len(copies) == len({name.casefold() for name in copies}) == len(names)
    folders = {name.split("/")[0] for name in copies}
    assert folders == {"A_B", "a_b_2", "_nul", "_", "q", "日本"} and all(name.count("/") == 1 for name in copies)
    assert safe("a<b>:\x07\u202e") == "a_b____" and safe("COM1.x") == "_COM1.x" and safe("...") == "_"


# In projects


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    return own(folder / "p", many(folder / "halves", 60))


META = LIKE_WINDOWS + "import json, common, data; print(json.dumps(data.load(common.configured({})).meta))"


def meta(project: Path, data: Path | None = None) -> dict:
    """What a project measured on its data, or on those that its knob is set to."""
    code = META if data is None else META.replace("{}", repr({"data": str(data)}), 1)
    return json.loads(run(project, "-c", code).ok().out)


def own(folder: Path, data: Path, **answers: object) -> Path:
    return generate_own(folder, data, task="image-classification", models=("mlp",), **answers)


def made(project: Path) -> set[str]:
    return {path.parent.name for path in (project / "prepared").glob("*/keys.npy")}


def many(root: Path, count: int, side: int = 20) -> Path:
    """Pictures of two classes: noise with a bright upper or lower half."""
    rng = np.random.default_rng(0)
    for number in range(count):
        pixels = rng.integers(0, 100, (side, side)).astype(np.uint8)
        pixels[: side // 2] += 150 * (number % 2)
        put(root, f"{'ab'[number % 2]}/{number}.bmp", content=packed(Image.fromarray(pixels), "BMP"))
    return root


@pytest.mark.slow
def test_pictures_are_prepared_once_and_again_when_they_change(project: Path, tmp_path: Path) -> None:
    folder = many(tmp_path / "one", 40)
    run(project, "train.py", "--smoke", "--data", str(folder), "--out", "first").ok()
    before = made(project)
    first = meta(project, folder)["data"]["sha256"]
    assert made(project) == before and len(before) == 1
    picture = Image.open(folder / "a" / "0.bmp").point(lambda value: 255 - value)
    (folder / "a" / "0.bmp").write_bytes(packed(picture, "BMP"))
    os.utime(folder / "a" / "0.bmp", (1, 1))
    assert meta(project, folder)["data"]["sha256"] != first
    assert len(made(project)) == 1 and not made(project) & before
    run(project, "evaluate.py", "first").refused(1, "is not what first was trained on")
    assert (project / ".gitignore").read_text(encoding="utf-8").count("prepared/") == 1


@pytest.mark.slow
def test_a_preparation_that_was_killed_is_begun_anew_and_swept_away(project: Path, tmp_path: Path) -> None:
    folder = many(tmp_path / "killed", 1500, side=8)
    before = made(project)
    whole = meta(project, folder)["data"]["sha256"]
    (place,) = made(project) - before
    source = place.split("-")[0]
    for path in (project / "prepared").glob(f"{source}-*"):
        shutil.rmtree(path)
    process = start(project, "-c", META.replace("{}", repr({"data": str(folder)}), 1))
    while process.is_alive() and not list((project / "prepared").glob(f"{source}-*.tmp/images.npy")):
        time.sleep(0.005)
    process.kill()  # says nothing where preparing was faster
    process.join()
    for left in (project / "prepared").glob(f"{source}-*.tmp"):
        os.utime(left, (1, 1))
    assert meta(project, folder)["data"]["sha256"] == whole
    assert [path.name for path in (project / "prepared").glob(f"{source}-*")] == [place]


@pytest.mark.slow
def test_every_source_becomes_the_same_pictures(tmp_path: Path) -> None:
    folder = many(tmp_path / "plain", 60)
    with zipfile.ZipFile(tmp_path / "packed.zip", "w") as archive:
        for path in folder.rglob("*.bmp"):
            archive.write(path, f"../{path.relative_to(folder).as_posix()}")
    flat = tmp_path / "flat"
    for path in folder.rglob("*.bmp"):
        put(flat, path.name, content=path.read_bytes())
    rows = "".join(f"{path.stem},{path.parent.name}\n" for path in folder.rglob("*.bmp"))
    (flat / "labels.csv").write_text(f"id,label\n{rows}999,a\n", encoding="utf-8")
    projects = [
        own(tmp_path / f"p{number}", tmp_path / name)
        for number, name in enumerate(("plain", "packed.zip", "flat", "flat/labels.csv"))
    ]
    copies = own(tmp_path / "p4", folder, copy=False)
    assert (copies / "data/location.txt").read_text(encoding="utf-8").strip() == str(folder)
    assert len({meta(project)["data"]["sha256"] for project in (*projects, copies)}) == 1
    assert "1 row(s) name no picture here" in (projects[2] / "DATA_CARD.md").read_text(encoding="utf-8")
    for name in ("packed.zip", "flat"):
        with pytest.raises(Problem, match="hackgen convert"):
            own(tmp_path / "none", tmp_path / name, copy=False)
        run(projects[0], "train.py", "--data", str(tmp_path / name)).refused(1, "hackgen convert")
    run(projects[2], "train.py", "--smoke", "--out", "one").ok()
    run(projects[2], "evaluate.py", "one").ok()


@pytest.mark.slow
def test_arrays_become_one_npz_with_labels_splits_and_groups(tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(0, 255, (60, 9, 9)).astype(np.uint8)
    images[50] = images[5]
    names = np.array(["eel", "ape", "cow"])[np.arange(60) % 3]
    np.savez(tmp_path / "x.npz", x_train=images[:45], y_train=names[:45], x_test=images[45:], y_test=names[45:])
    project = own(tmp_path / "p", tmp_path / "x.npz")
    assert sorted(path.name for path in (project / "data").iterdir()) == ["schema.toml", "x.npz"]
    done = run(project, "train.py", "--smoke", "--out", "one").ok()
    assert "1 pictures look like some of test" in done.err
    found = json.loads((project / "runs/one/meta.json").read_text(encoding="utf-8"))
    assert found["classes"] == ["ape", "cow", "eel"] and found["data"]["rows"] == 59
    run(project, "evaluate.py", "one").ok()
    assert json.loads((project / "runs/one/report.json").read_text(encoding="utf-8"))["n_test"] == 15
    run(project, "train.py", "--data", str(tmp_path / "x.npz")).refused(1, "hackgen convert")


@pytest.mark.slow
def test_colour_stays_where_any_picture_has_it_and_grey_stays_grey(tmp_path: Path) -> None:
    for number in range(20):
        for kind, shift in (("a", 0), ("b", 1)):
            grey = np.roll(np.kron(np.random.default_rng(number).integers(0, 255, (4, 4)), np.ones((3, 3))), shift, 0)
            pixels = np.repeat(grey.astype(np.uint8)[..., None], 3, axis=2)
            put(tmp_path / "p", f"{kind}/{number}.png", content=packed(Image.fromarray(pixels), "PNG"))
    found = {}
    for name in ("grey", "coloured"):
        found[name] = meta(own(tmp_path / name, tmp_path / "p"))["shape"]
        colour = Image.new("RGB", (12, 12), "red")
        colour.paste("blue", (0, 0, 6, 6))
        put(tmp_path / "p", "a/colour.png", content=packed(colour, "PNG"))
    assert found == {"grey": [12, 12, 1], "coloured": [12, 12, 3]}


@pytest.mark.slow
def test_given_splits_stay_and_what_looks_like_test_leaves_train(tmp_path: Path) -> None:
    for number in range(40):
        kind = "ab"[number % 2]
        split = "test" if number < 8 else "val" if number < 16 else "train"
        put(tmp_path / "s", f"{split}/{kind}/{number}.png", content=packed(photo(number), "PNG"))
    for number in range(4):
        put(tmp_path / "s", f"train/a/{number}.jpg", content=packed(photo(2 * number), "JPEG", quality=80))
    for copied in (True, False):
        project = own(tmp_path / f"p{copied}", tmp_path / "s", copy=copied)
        done = run(project, "train.py", "--smoke", "--out", "split").ok()
        assert "24 train and 8 valid examples" in done.out
        assert "4 pictures look like some of test or valid and are left out elsewhere" in done.err
    run(project, "evaluate.py", "split").ok()
    report = json.loads((project / "runs" / "split" / "report.json").read_text(encoding="utf-8"))
    assert report["n_test"] == 8


@pytest.mark.slow
def test_new_pictures_of_any_mode_are_answered(project: Path, tmp_path: Path) -> None:
    run(project, "train.py", "--smoke", "--out", "digits").ok()
    for number, (content, *_) in enumerate(MODES.values()):
        put(tmp_path / "new", f"{number}.png", content=content)
    rows = json.loads(run(project, "predict.py", str(tmp_path / "new"), "--run", "digits", "--json").ok().out)
    assert len(rows) == len(MODES)
    put(tmp_path / "bad", "x.png", content=b"no")
    line = run(project, "predict.py", str(tmp_path / "bad"), "--run", "digits").refused(1, "x.png", "cannot be read")
    assert "1 of 1" not in line


@pytest.mark.slow
def test_a_project_decodes_as_hackgen_does(project: Path, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = packed(Image.fromarray(SCENE), "JPEG", exif=exif, quality=100, subsampling=0)
    contents = [content for content, *_ in MODES.values()] + [turned, packed(photo(1), "JPEG")]
    for number, content in enumerate(contents):
        put(tmp_path, f"{number}.jpg", content=content)
    code = (
        "import json, pictures; from pathlib import Path\n"
        f"names = [Path({str(tmp_path)!r}, f'{{number}}.jpg') for number in range({len(contents)})]\n"
        "print(json.dumps([pictures.decoded(name, (12, 10, 3)).tolist() for name in names]))"
    )
    found = json.loads(run(project, "-c", code).ok().out)
    for content, here in zip(contents, found, strict=True):
        there = picture_file.with_channels(picture_file.pixels(io.BytesIO(content), 10, 12), 3)
        assert np.abs(there.astype(int) - np.array(here)).max() <= 1


@pytest.mark.slow
def test_what_is_no_picture_is_named_and_left_out(project: Path, tmp_path: Path) -> None:
    folder = many(tmp_path / "photos", 24)
    put(folder, "a/broken.png", content=b"\x89PNG\r\n")
    put(folder, "b/cut.png", content=MODES["colour png"][0][:60])
    bomb = packed(Image.new("1", (20_000, 20_000)), "PNG")
    put(folder, "b/bomb.png", content=bomb)
    done = run(project, "train.py", "--smoke", "--data", str(folder), "--out", "left").ok()
    assert "3 of 27 pictures cannot be read and are left out: " in done.err and "broken.png" in done.err
    assert "Traceback" not in done.err and "Warning" not in done.err


@pytest.mark.slow
def test_a_project_without_folders_takes_pictures_as_an_npz(project: Path, tmp_path: Path) -> None:
    folder = many(tmp_path / "halves", 60)
    digits = generate(tmp_path / "p", task="image-classification", models=("mlp",))
    run(digits, "train.py", "--smoke", "--data", str(folder)).refused(1, "halves", "hackgen convert")
    told = CliRunner().invoke(convert, [str(folder), str(tmp_path / "halves.npz")])
    assert told.exit_code == 0, told.output
    found, there = meta(digits, tmp_path / "halves.npz"), meta(project)
    for key in ("shape", "classes", "metric"):
        assert found[key] == there[key]
    assert found["data"]["rows"] == 60


# file's name (None: it is missing), its content, words of the line
WRONG = [
    (None, b"", "there is no"),
    ("t.npz", b"not an archive", "hackgen convert"),
    ("t.npz", b"", "hackgen convert"),
    ("t.txt", b"words", "hackgen convert"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "content", "word"), WRONG)
def test_wrong_data_get_one_line(project: Path, tmp_path: Path, name: str | None, content: bytes, word: str) -> None:
    path = tmp_path / (name or "nowhere")
    if name:
        path.write_bytes(content)
    assert len(run(project, "train.py", "--smoke", "--data", str(path)).refused(1, word, path.name)) < 600


@pytest.mark.slow
@pytest.mark.parametrize(
    ("counts", "word"), [({"cat": 9}, "one class"), ({"cat": 9, "dog": 1}, "too few"), ({}, "no folders of pictures")]
)
def test_folders_that_cannot_be_classes(project: Path, tmp_path: Path, counts: dict[str, int], word: str) -> None:
    (tmp_path / "photos").mkdir()
    folder = classes(tmp_path / "photos", counts)
    run(project, "train.py", "--smoke", "--data", str(folder)).refused(1, word)


def classes(folder: Path, counts: dict[str, int]) -> Path:
    rng = np.random.default_rng(0)
    for name, count in counts.items():
        for number in range(count):
            shade = Image.fromarray(rng.integers(0, 255, (12, 10, 3)).astype(np.uint8))
            put(folder, f"{name}/{number}.png", content=packed(shade, "PNG"))
    return folder


@pytest.mark.slow
def test_a_class_of_two_pictures_is_left_out(project: Path, tmp_path: Path) -> None:
    folder = classes(tmp_path / "photos", {"cat": 12, "dog": 12, "eel": 2})
    done = run(project, "train.py", "--smoke", "--data", str(folder), "--out", "rare").ok()
    assert "class eel is left out" in done.err
    assert meta(project, folder)["classes"] == ["cat", "dog"]
