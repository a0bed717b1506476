"""The list that PRESENTATION.md starts with: that of the command which ticks it."""

from typing import Any

from hackgen.pitch.checklist import items


def facts(known: dict[str, Any]) -> dict[str, Any]:
    return {"checklist": items.page(known["extras"], known["lang"])}
