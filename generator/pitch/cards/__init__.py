"""The cards: what code can say on MODEL_CARD.md, DATA_CARD.md and ETHICS.md."""
