"""The deck: deck.toml and the published run become slides of placed elements, drawn for PowerPoint and the browser."""
