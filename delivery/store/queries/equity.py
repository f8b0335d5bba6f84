"""Who was relieved of what in a month: people and đồng, from frozen quotes as they stand after corrections."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, func, select, text

from delivery.store.communes import Commune, Province
from delivery.store.equity import EquityMonth
from delivery.store.items import Item
from delivery.store.money import Quote
from delivery.store.work import Work

# A month has up to a million quotes, and limits and plans are made for pages. Joined by hashing, a month takes seconds;
# one wrong guess of its size, and the planner would walk through all items for each quote.
FOR_A_WHOLE_MONTH = {"statement_timeout": "15min", "enable_nestloop": "off", "jit": "off"}

# Lines of waivers come in pairs that cancel out, so those of the bearers alone hold everything. A person is known by
# the phone, else by the identity number, else by the one item: whoever shares a phone counts as one, so that a number
# of people is never greater than it says. Home is the cell of their first relieved item of the month, in which they
# count once; money stays where it was granted.
_RELIEVED = text(
    """
    WITH granted AS (
        SELECT quotes.item_id, quotes.frozen_at, items.addressee_id, quotes.commune_id,
            split_part(line ->> 'code', '.', 2) AS kind, line ->> 'payer' AS bearer,
            sum((line ->> 'gross')::bigint) AS dong
        FROM quotes
        JOIN items ON items.id = quotes.item_id AND items.world_id = :world
        LEFT JOIN LATERAL (
            SELECT standing FROM corrections WHERE quote_id = quotes.id ORDER BY seq DESC LIMIT 1
        ) AS corrected ON true
        CROSS JOIN LATERAL jsonb_array_elements(coalesce(corrected.standing, quotes.document) -> 'lines') AS line
        WHERE quotes.day >= :first AND quotes.day < :after AND quotes.frozen_at IS NOT NULL
            AND line ->> 'code' LIKE 'borne.%'
        GROUP BY quotes.item_id, quotes.frozen_at, items.addressee_id, quotes.commune_id, kind, bearer
    ), placed AS (
        SELECT granted.*, communes.province_code AS province, communes.remote,
            coalesce(phone_index, identity_index, uuid_send(addressees.id)) AS person
        FROM granted
        JOIN communes ON communes.id = granted.commune_id
        JOIN addressees ON addressees.id = granted.addressee_id
    ), homes AS (
        SELECT DISTINCT ON (person) province, kind, remote, bearer
        FROM placed ORDER BY person, frozen_at, item_id, kind, bearer
    )
    SELECT province, kind, remote, bearer, sum(people)::bigint AS people, sum(dong)::bigint AS dong
    FROM (
        SELECT province, kind, remote, bearer, 1 AS people, 0 AS dong FROM homes
        UNION ALL SELECT province, kind, remote, bearer, 0, dong FROM placed
    ) AS counted
    GROUP BY province, kind, remote, bearer
    """
).bindparams(bindparam("world"), bindparam("first"), bindparam("after"))


@dataclass(frozen=True, kw_only=True)
class Relieved:
    """People at home in one finest cell of a month, and the đồng that were granted in it."""

    province: str
    kind: str
    remote: bool
    bearer: str
    people: int
    dong: int


def relieved_between(unit: Work, first: date, after: date) -> Iterator[Relieved]:
    """What was granted in this unit's world by quotes of the days from `first` until before `after`."""
    for name, value in FOR_A_WHOLE_MONTH.items():
        unit.session.execute(select(func.set_config(name, value, True)))
    for row in unit.session.execute(_RELIEVED, {"world": unit.world_id, "first": first, "after": after}):
        yield Relieved(
            province=row.province,
            kind=row.kind,
            remote=row.remote,
            bearer=row.bearer,
            people=row.people,
            dong=row.dong,
        )


def first_priced_day(unit: Work) -> date | None:
    """The day of the oldest frozen quote of this unit's world."""
    query = select(Quote.day).join(Item, Item.id == Quote.item_id)
    mine = query.where(Quote.frozen_at.is_not(None), Item.world_id == unit.world_id)
    return unit.session.scalar(mine.order_by(Quote.day).limit(1))


def provinces_by_remoteness(unit: Work) -> list[tuple[str, str, bool]]:
    """Code and name of each province with whether communes are remote, once for each answer that it has."""
    query = (
        select(Province.code, Province.name, Commune.remote)
        .join(Commune, Commune.province_code == Province.code)
        .distinct()
        .order_by(Province.code, Commune.remote)
    )
    return [(code, name, remote) for code, name, remote in unit.session.execute(query)]


def editions(unit: Work) -> list[date]:
    """The months that are published, the latest first."""
    return list(unit.session.scalars(select(EquityMonth.month).order_by(EquityMonth.month.desc())))


def edition_of(unit: Work, month: date) -> EquityMonth | None:
    """What was published of a month."""
    return unit.session.get(EquityMonth, month)
