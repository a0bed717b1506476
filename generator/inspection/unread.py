"""What is not read, or not yet: a line that says what it is and what can be done with it."""

import re
import zipfile
from collections import Counter
from pathlib import Path

NO_TASK = "hackgen has no task for these yet"
SCIPY = 'with SciPy: numpy.savez("data.npz", **{k: v for k, v in scipy.io.loadmat(FILE).items() if k[0] != "_"})'
SOUNDS = f"{NO_TASK}; as pictures of their spectrograms, a folder for each class, they can be classified"
COCO = f"these are annotations of pictures (COCO): boxes, masks or captions; {NO_TASK}"
FIRST_BYTES = {  # of a file, as a pattern
    rb"MATLAB 5\.0 MAT-file": f"this is a MATLAB file, which is not read; {SCIPY}",
    rb"MATLAB 7\.3 MAT-file": "this is a MATLAB 7.3 file (HDF5), which is not read; save it there as CSV or with -v6",
    rb"\x89HDF": "this is HDF5, which is not read; save a table: pandas.read_hdf(FILE).to_parquet('data.parquet')",
    rb"ARROW1": "this is an Arrow file, which is not read; pandas.read_feather(FILE).to_parquet('data.parquet')",
    rb"\$FL": "this is an SPSS file, which is not read; pandas.read_spss(FILE).to_parquet('data.parquet')",
    rb"<stata_dta>": "this is a Stata file, which is not read; pandas.read_stata(FILE).to_parquet('data.parquet')",
    rb"RDX": "this is a file of R, which is not read; there: write.csv(data, 'data.csv', row.names = FALSE)",
    rb"%PDF": "this is a PDF, which is not read; save its text as .txt, or its tables as CSV",
    rb"\x80[\x03-\x05]": "this is a pickle, which may run any code and is not opened; save it as CSV, Parquet or .npz",
    rb"fLaC|OggS|ID3|\xff\xfb|RIFF....WAVE": f"this is a sound; {SOUNDS}",
    rb"\xd0\xcf\x11\xe0": "this is an old Office file (.xls, .doc), which is not read; save it as .xlsx or CSV",
    rb"\{\\rtf": "this is rich text, which is not read; save it as .txt",
    rb"....ftyp": f"this is a film; {NO_TASK}; pictures taken from it can be classified",
}
ENDINGS = {  # of most files in a folder: what they are, and what can be done
    "sounds": (".wav .mp3 .flac .ogg .m4a .aac .aif .aiff .opus".split(), SOUNDS),
    "films": (
        ".mp4 .avi .mov .mkv .webm .mpg .mpeg .wmv".split(),
        f"{NO_TASK}; pictures taken from them can be classified",
    ),
    "MATLAB files": ([".mat"], f"which are not read; {SCIPY}"),
    "arrays": (
        [".npy"],
        "which are not read one by one; save pictures and labels together: np.savez('data.npz', x=…, y=…)",
    ),
    "HDF5 files": (".h5 .hdf5 .hdf .nc".split(), "which are not read; save their tables as CSV or Parquet"),
    "medical pictures": (".dcm .nii .mha .nrrd".split(), "which are not read; save slices of them as PNG"),
    "PDFs": ([".pdf"], "which are not read; save their texts as .txt, a folder for each class"),
    "documents": (".docx .doc .odt .rtf .epub .html .htm".split(), "which are not read; save their texts as .txt"),
    "pickles": (".pkl .pickle .joblib".split(), "which may run any code and are not opened; save CSV, Parquet or .npz"),
    "point clouds or meshes": (".ply .pcd .obj .stl .off .las".split(), NO_TASK),
    "TFRecords": (".tfrecord .tfrecords .record".split(), "which are not read; save them as pictures, CSV or Parquet"),
}
BY_LINES = {  # what nearly all lines of a text look like
    re.compile(
        r"[+-]?\d+(\.\d+)?( \d+:[-+\w.]+)+( #.*)?"
    ): "this is LIBSVM's format, which is not read; save it as CSV: "
    "sklearn.datasets.load_svmlight_file(FILE) gives the rows",
    re.compile(
        r"\S+([ \t]\S+){0,8}[ \t](O|[BIES]-[A-Za-z][\w-]*)"
    ): f"these are words with a tag each (CoNLL); {NO_TASK}",
}
FEWEST_LINES, OF_LINES = 5, 0.9
LEAST = 0.5  # of the files


def of_file(path: Path) -> str:
    """What a file is by its first bytes; "" where it is not known."""
    with path.open("rb") as file:
        first = file.read(64)
    return next((line for start, line in FIRST_BYTES.items() if re.match(start, first, re.DOTALL)), "")


def is_coco(path: Path) -> bool:
    """Whether a JSON file annotates pictures."""
    from .pictures import annotations

    text = annotations.head(path)
    return all(key in text for key in annotations.COCO)


def of_archive(path: Path) -> str:
    """What most files of a .zip are; "" where it is none, or not known."""
    if not zipfile.is_zipfile(path):
        return ""
    with zipfile.ZipFile(path) as archive:
        return of_folder([Path(entry.filename) for entry in archive.infolist() if not entry.is_dir()])


def of_text(path: Path) -> str:
    """What a text is by its first lines; "" where it is not known."""
    with path.open("rb") as file:
        lines = file.read(1 << 14).decode("utf-8", "replace").splitlines()[:-1]
    lines = [line.strip() for line in lines if line.strip() and not line.startswith("-DOCSTART-")]
    for pattern, what in BY_LINES.items():
        if len(lines) >= FEWEST_LINES and sum(map(bool, map(pattern.fullmatch, lines))) >= OF_LINES * len(lines):
            return what
    return ""


def of_folder(files: list[Path]) -> str:
    """What most files of a folder are, and in which folders they lie; "" where it is not known."""
    endings = Counter(file.suffix.lower() for file in files)
    for what, (known, remedy) in ENDINGS.items():
        count = sum(endings[ending] for ending in known)
        if count and count >= LEAST * len(files):
            folders = Counter(file.parent.name for file in files if file.suffix.lower() in known)
            several = f", in {len(folders)} folders ({', '.join(sorted(folders)[:4])} …)" if len(folders) > 1 else ""
            return f"it holds {count:,} {what}{several}: {remedy}"
    return ""
