"""The files of a folder that hold a series each."""

from pathlib import Path

ENDINGS = (".csv", ".tsv", ".json", ".jsonl", ".parquet", ".xlsx", ".csv.gz")


def tables_in(folder: Path) -> list[Path]:
    """The tables that lie in a folder itself, in the order of their names."""
    files = [file for file in folder.iterdir() if file.name.lower().endswith(ENDINGS) and not file.name.startswith(".")]
    return sorted(file for file in files if file.is_file())
