"""What only people can say: boxes that a team ticks by hand."""

from checks.item import HUMAN, Item

ITEMS = [
    Item("story", "talk", HUMAN, False),
    Item("rehearsed", "talk", HUMAN, False),
    Item("ready-laptop", "talk", HUMAN, False),
    Item("recovery", "talk", HUMAN, False),
    Item("legible", "talk", HUMAN, False),
    Item("answers", "judges", HUMAN, False),
    Item("harm", "ethics", HUMAN, False),
    Item("permission", "ethics", HUMAN, True),
]
