"""What an item costs, as its page at the desk shows it."""

from dataclasses import dataclass

from flask import g

from delivery.money.charging import Due, due_at_door, standing
from delivery.money.correcting import counter_saving, waivers_to_show
from delivery.rules.states import FINAL, State
from delivery.store.items import Item
from delivery.store.money import Correction
from delivery.store.queries.money import quote_of
from delivery.store.staff import Role
from delivery.store.work import Work
from delivery.web.wired import wiring
from tariffs.book import Waiver
from tariffs.lines import Line

MAY_WEIGH = (Role.MANAGER, Role.ADMINISTRATOR)


@dataclass(frozen=True, kw_only=True)
class Priced:
    """An item's price as it stands, line by line, and what may be done about it here."""

    lines: tuple[Line, ...]
    gross: int
    frozen: bool
    due: Due
    corrections: tuple[Correction, ...]
    waivers: tuple[Waiver, ...]
    saving: int
    """What collecting at the counter spares."""
    may_weigh: bool


def priced(unit: Work, item: Item) -> Priced | None:
    """What the page of an item shows of its price; None while its address leads nowhere."""
    row = quote_of(unit, item.id)
    if row is None:
        return None
    quote, books = standing(row), wiring().books
    return Priced(
        lines=quote.lines,
        gross=quote.gross,
        frozen=row.frozen_at is not None,
        due=due_at_door(unit, item),
        corrections=tuple(row.corrections),
        waivers=tuple(waivers_to_show(unit, item, books)),
        saving=counter_saving(unit, item, books) if item.state is State.HELD else 0,
        may_weigh=g.staff.role in MAY_WEIGH and item.state not in FINAL and item.state is not State.REGISTERED,
    )
