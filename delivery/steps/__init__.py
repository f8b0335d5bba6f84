"""Steps that several use cases take with an item: they stand a floor below them, since siblings import no sibling.

Each takes an item under its lock, moves it and owes the message that goes with the move.
"""
