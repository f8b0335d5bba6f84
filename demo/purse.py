"""The day's money: couriers hand it in, clerks count it, tills go to the bank."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from demo.actors import Desk
from demo.rounds import Round


@dataclass(slots=True)
class Purse:
    """What came in over all days, in đồng, and how many doors paid by VietQR; `tills` are offices that hold cash."""

    cash: int = 0
    by_transfer: int = 0
    tills: set[str] = field(default_factory=set)

    def hand_in(self, desks: Mapping[str, Desk], drives: Sequence[Round], each: Callable[..., Sequence[int]]) -> None:
        """Every courier who was out closes the shift at the own office."""
        here = sorted({drive.desk.office for drive in drives})
        self.tills.update(here)
        self.cash += sum(each([desks[office] for office in here], Desk.close_shifts))
        self.by_transfer += sum(len(drive.transferred) for drive in drives)

    def to_the_bank(self, desks: Mapping[str, Desk], day: date, each: Callable[..., Sequence[object]]) -> None:
        """The clerks pay in what their tills hold."""
        each([desks[office] for office in sorted(self.tills)], lambda desk: desk.pay_in(day))
