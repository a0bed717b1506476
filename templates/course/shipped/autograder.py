"""Classroom 50 runs this in a student's checkout, and takes result.json from there. All in this folder is public."""

import subprocess
import sys
from pathlib import Path

BUNDLE = Path(__file__).resolve().parent / "bundle"

if __name__ == "__main__":
    install = [sys.executable, "-m", "pip", "install", "--quiet", "-r", str(BUNDLE / "requirements.txt")]
    grade = [sys.executable, "-B", "-m", "grader", "classroom50", str(Path.cwd())]
    subprocess.run(install, check=True, cwd=BUNDLE)  # in the checkout, `-m` would run the student's own pip.py
    sys.exit(subprocess.run(grade, cwd=BUNDLE).returncode)
