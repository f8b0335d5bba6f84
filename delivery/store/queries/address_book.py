"""The address book: doors by household, streets by their keyed names, and what is due to be looked up or forgotten."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on, insert

from delivery.rules.states import State
from delivery.store.address_book import HandOver, Street
from delivery.store.items import Item, Placed
from delivery.store.people import Addressee, Subject
from delivery.store.routes import Stop, StopItem
from delivery.store.work import Work

# Where an item lies, a better point is still of use to the next plan.
_BEFORE_THE_DOOR = (State.ACCEPTED, State.IN_TRANSIT, State.AT_OFFICE)


def doors_at(unit: Work, keys: Iterable[bytes], *, since: date, at_most: int) -> Mapping[bytes, Sequence[HandOver]]:
    """The last hand-over of each day for each household since a day, of people who were not erased.

    Of at most so many days each, the latest first: three items handed over in one visit are one proof of a door.
    """
    found: dict[bytes, list[HandOver]] = {}
    query = (
        select(HandOver)
        .ext(distinct_on(HandOver.address_key, HandOver.day))
        .join(Subject, Subject.id == HandOver.subject_id)
        .where(
            HandOver.address_key.in_(list(keys)),
            HandOver.world_id == unit.world_id,
            HandOver.day >= since,
            Subject.wrapped_key.is_not(None),
        )
        .order_by(HandOver.address_key, HandOver.day.desc(), HandOver.id.desc())
    )
    for row in unit.session.scalars(query):
        rows = found.setdefault(row.address_key, [])
        if len(rows) < at_most:
            rows.append(row)
    return found


def keep_door(unit: Work, door: HandOver, *, at_most: int) -> bool:
    """Write a hand-over down once for its item; False for a repeat.

    Of the household so many days stay, and so many hand-overs of one day: an erased person's are made up for by the
    others'.
    """
    made = (
        insert(HandOver)
        .values(
            id=door.id,
            world_id=door.world_id,
            address_key=door.address_key,
            item_id=door.item_id,
            subject_id=door.subject_id,
            day=door.day,
            point=door.point,
        )
        .on_conflict_do_nothing(index_elements=[HandOver.item_id])
        .returning(HandOver.id)
    )
    if unit.session.scalar(made) is None:
        return False
    ranked = (
        select(
            HandOver.id,
            func.dense_rank().over(order_by=HandOver.day.desc()).label("nth_day"),
            func.row_number().over(partition_by=HandOver.day, order_by=HandOver.id.desc()).label("nth_of_day"),
        )
        .where(HandOver.address_key == door.address_key, HandOver.world_id == door.world_id)
        .subquery()
    )
    beyond = select(ranked.c.id).where(or_(ranked.c.nth_day > at_most, ranked.c.nth_of_day > at_most))
    unit.session.execute(delete(HandOver).where(HandOver.id.in_(beyond)))
    return True


def streets_named(unit: Work, keys: Iterable[bytes]) -> Mapping[bytes, Street]:
    """The streets that are known, by their keys."""
    query = select(Street).where(Street.world_id == unit.world_id, Street.street_key.in_(list(keys)))
    return {row.street_key: row for row in unit.session.scalars(query)}


def street_locked(unit: Work, street_key: bytes, day: date) -> Street:
    """The street's row, locked; made when it is not there. Two couriers on one street wait for each other here."""
    made = insert(Street).values(world_id=unit.world_id, street_key=street_key, last_day=day)
    # One statement: between an insert that finds a row and a lock on it, `forget_before` could take the row away.
    held = made.on_conflict_do_update(
        index_elements=[Street.world_id, Street.street_key],
        set_={"last_day": func.greatest(Street.last_day, made.excluded.last_day)},
    )
    return unit.session.scalars(held.returning(Street).execution_options(populate_existing=True)).one()


def to_look_up(unit: Work, *, asked_before: datetime, limit: int) -> Sequence[UUID]:
    """Items on their way whose address has neither a given point, nor a hand-over, nor a geocoder's answer.

    What was asked for in vain is asked for again once `asked_before` has passed it.
    """
    known = select(HandOver.id).where(HandOver.address_key == Addressee.address_key, HandOver.world_id == Item.world_id)
    return unit.session.scalars(
        select(Item.id)
        .join(Addressee, Addressee.id == Item.addressee_id)
        .join(Subject, Subject.id == Addressee.subject_id)
        .where(
            Item.world_id == unit.world_id,
            Item.state.in_(_BEFORE_THE_DOOR),
            Item.placed == Placed.PLACED,
            Addressee.location.is_(None),
            Addressee.geocoded.is_(None),
            or_(Addressee.geocoded_at.is_(None), Addressee.geocoded_at < asked_before),
            Subject.wrapped_key.is_not(None),
            ~known.exists(),
        )
        .order_by(Item.id)
        .limit(limit)
    ).all()


def household_locked(unit: Work, address_key: bytes) -> Sequence[Addressee]:
    """The addressees of one household's open items in this world who were not erased, locked.

    Whoever has moved out by then is not among them.
    """
    return unit.session.scalars(
        select(Addressee)
        .join(Item, Item.addressee_id == Addressee.id)
        .join(Subject, Subject.id == Addressee.subject_id)
        .where(
            Addressee.address_key == address_key,
            Item.world_id == unit.world_id,
            Item.final_at.is_(None),
            Subject.wrapped_key.is_not(None),
        )
        .order_by(Addressee.id)
        .with_for_update(of=Addressee)
        .execution_options(populate_existing=True)
    ).all()


def last_planned(unit: Work, item_id: UUID) -> Stop | None:
    """The stop at which an item was planned last, if it says whose word its point is."""
    return unit.session.scalars(
        select(Stop)
        .join(StopItem, StopItem.stop_id == Stop.id)
        .where(StopItem.item_id == item_id, Stop.source.is_not(None))
        .order_by(Stop.id.desc())
        .limit(1)
    ).first()


def forget_before(unit: Work, day: date, limit: int) -> int:
    """Delete up to `limit` hand-overs of before a day, and the streets where nothing was handed over since."""
    doors = select(HandOver.id).where(HandOver.world_id == unit.world_id, HandOver.day < day).limit(limit)
    streets = (
        select(Street.world_id, Street.street_key)
        .where(Street.world_id == unit.world_id, Street.last_day < day)
        .limit(limit)
    )
    gone = unit.session.execute(delete(HandOver).where(HandOver.id.in_(doors)).returning(HandOver.id)).all()
    closed = unit.session.execute(
        delete(Street)
        # Said again outside: a street whose lock was waited for may have been walked since it was chosen.
        .where(Street.last_day < day, tuple_(Street.world_id, Street.street_key).in_(streets))
        .returning(Street.last_day)
    ).all()
    return max(len(gone), len(closed))
