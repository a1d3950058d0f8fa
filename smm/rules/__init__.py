"""Rules: what a brand listens for. `query` reads what people type, `forms` opens its words, `matching` finds it in texts."""
