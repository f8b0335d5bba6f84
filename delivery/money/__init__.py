"""Money around an item: what it costs, who owes it, what was taken. Whole đồng."""
