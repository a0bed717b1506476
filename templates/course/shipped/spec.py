"""What was drawn for you: the forms and numbers that ASSIGNMENT.md names, from spec.json."""

import json
from pathlib import Path

SPEC = json.loads(Path(__file__).with_name("spec.json").read_text(encoding="utf-8"))
