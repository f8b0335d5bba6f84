"""Tariffs: prices that can be explained. Values in, values out; this package knows nothing of the post office.

`shelf` reads a tariff book from its text and refuses one that is wrong, `book` finds the one in force on a day, `quote`
turns a book and a request into lines that sum to the price, `money` holds exact arithmetic in whole đồng.
"""
