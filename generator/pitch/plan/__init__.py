"""An event's plan: its gates and its criteria, and where the clock stands against them."""
