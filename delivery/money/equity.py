"""The equity account: who was relieved of the postage in a month, where, and who paid. Published once, for ever.

A person counts once a month, in the cell of the first relieved item; money counts where it was granted. So people add
up over every table, which the rules of hiding rest on, and no cell holds money of fewer people than it counts.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy.dialects.postgresql import insert

from delivery.errors import Refused
from delivery.money.editions import DIMENSIONS, OTHER, REMOTE, VIEWS, Edition, Figure, Named
from delivery.money.publishing import published
from delivery.rules.crosstabs import Atom, Cell, Layout, Published
from delivery.rules.leaks import audit
from delivery.rules.suppression import suppress, total_only
from delivery.store.equity import EquityMonth
from delivery.store.queries.equity import (
    edition_of,
    editions,
    first_priced_day,
    provinces_by_remoteness,
    relieved_between,
)
from delivery.store.work import Work
from tariffs.book import Book

LEAST: Final = 10
"""No cell shows fewer people (issue 3, item 8)."""
WIDTH: Final = 9
"""Whatever else is known, a hidden cell can be numbers this far apart: as far as 0 and the largest small one."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Account:
    """A month as it was, with nothing hidden: never leaves the house. People and đồng in each finest cell."""

    month: date
    layout: Layout
    kinds: tuple[Named, ...]
    provinces: tuple[Named, ...]
    people: Mapping[Atom, int]
    dong: Mapping[Atom, int]


def account(unit: Work, month: date) -> Account:
    """Count a month of this unit's world; `month` is its first day. Refused until the month is over."""
    after = _following(month)
    if month.day != 1 or unit.today < after:
        raise Refused(
            "month-not-over",
            vi=f"Chỉ công khai được tháng đã kết thúc; tháng {month:%m/%Y} thì chưa.",
            en=f"Only a month that is over can be accounted for; {month:%m/%Y} is not.",
        )
    rows = list(relieved_between(unit, month, after))
    atoms = {(row.province, row.kind, REMOTE if row.remote else OTHER, row.bearer): row for row in rows}
    books = [book for book in published(unit) if book.in_force_from < after][::-1]
    current = [book for at, book in enumerate(books) if at == 0 or books[at - 1].in_force_from > month]
    places = provinces_by_remoteness(unit)
    return Account(
        month=month,
        layout=Layout(dimensions=DIMENSIONS, views=VIEWS, possible=_possible(current, places) | frozenset(atoms)),
        kinds=_kinds(current, {row.kind for row in rows}),
        provinces=tuple(
            Named(code=code, vi=name, en=name) for code, name in {code: n for code, n, _ in places}.items()
        ),
        people={atom: row.people for atom, row in atoms.items()},
        dong={atom: row.dong for atom, row in atoms.items()},
    )


def edition(counted: Account) -> Edition:
    """What of a month may be published. A table that fails its audit is not: then its total alone is, or nothing."""
    table = suppress(counted.layout, counted.people, least=LEAST, width=WIDTH)
    if faults := audit(table):
        _log.error("The equity account of %s fails its audit and shows its total only: %s", counted.month, faults)
        table = total_only(table)
    money = counted.layout.sums(counted.dong)
    return Edition(
        month=counted.month,
        least=LEAST,
        width=WIDTH,
        kinds=counted.kinds,
        provinces=counted.provinces,
        figures={cell: _figure(cell, table, money) for cell in counted.layout.members},
    )


def publish(unit: Work, month: date) -> bool:
    """Publish a month's account; False when it is published already: an edition is never replaced."""
    made = edition(account(unit, month))
    row = insert(EquityMonth).values(
        month=month,
        document=made.as_json(),
        digest=made.digest,
        published_by=unit.actor,
        published_at=unit.now,
    )
    return unit.session.execute(row.on_conflict_do_nothing().returning(EquityMonth.month)).first() is not None


def sweep(unit: Work, limit: int) -> int:
    """Publish the months that are over and are not yet, the oldest first, from the first price that was ever frozen."""
    first = first_priced_day(unit)
    if first is None:
        return 0
    done, month, count = set(editions(unit)), first.replace(day=1), 0
    while _following(month) <= unit.today and count < limit:
        if month not in done:
            count += publish(unit, month)
        month = _following(month)
    return count


def months(unit: Work) -> list[date]:
    """The months that are published, the latest first."""
    return editions(unit)


def read(unit: Work, month: date) -> Edition | None:
    """The edition of a month as it was published; None when there is none."""
    row = edition_of(unit, month)
    return None if row is None else Edition.from_json(row.document)


def _figure(cell: Cell, table: Published, money: Mapping[Cell, int]) -> Figure | None:
    if cell not in table.shown:
        return None
    # Where two properties cross, two hidden kinds would be two unknowns in two equations: people and, by the public
    # tariff, money. On one property, the money of many shown people blurs what is left.
    crossed = sum(value is not None for value in cell) > 1
    return Figure(people=table.shown[cell], dong=None if crossed else money[cell])


def _possible(books: list[Book], places: list[tuple[str, str, bool]]) -> frozenset[Atom]:
    """What can occur at all: everybody can read who bears which kind, and where communes are remote."""
    return frozenset(
        (province, waiver.kind, REMOTE if remote else OTHER, str(waiver.borne_by))
        for book in books
        for waiver in book.waivers.values()
        for province, _, remote in places
    )


def _kinds(books: list[Book], granted: set[str]) -> tuple[Named, ...]:
    """The reliefs of the month in the words of its latest book; one that only a row still names has its code."""
    named: dict[str, Named] = {}
    for book in books:
        for waiver in book.waivers.values():
            named.setdefault(waiver.kind, Named(code=waiver.kind, vi=waiver.words.vi, en=waiver.words.en))
    for kind in sorted(granted - set(named)):
        named[kind] = Named(code=kind, vi=kind, en=kind)
    return tuple(named.values())


def _following(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)
