"""Import files of a starter, and fail where one cannot be: `python import_all.py loss.py models/cnn.py`."""

import importlib
import sys

if __name__ == "__main__":
    for path in sys.argv[1:]:
        try:
            importlib.import_module(path.removesuffix(".py").replace("/", "."))
        except Exception as error:
            sys.exit(f"{path}: {type(error).__name__}: {error}")
