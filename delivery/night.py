"""The night run: every office that has something due on a day gets its plan, once."""
