"""What the postings should be, counted again from the deeds themselves, in SQL that reads each table once.

Nothing here uses the code that posts: a proof that shared it would share its mistakes.
"""

from typing import Final

from delivery.money.recounting import items, parties
from delivery.money.recounting.items import SHAPES
from delivery.money.recounting.proof import Proof

__all__ = ["PROOFS", "SHAPES", "Proof"]

PROOFS: Final = (*items.PROOFS, *parties.PROOFS)
"""Every proof, in the order in which a person looks for the cause: shapes and prices before balances."""
