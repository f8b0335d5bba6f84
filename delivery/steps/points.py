"""Where items' addresses lie, by all that the house knows; and what a hand-over at a door teaches it.

A home's point is personal data: each lies sealed under the key of the person it was learnt from, so that erasing the
person erases it (docs/decisions/0014). Of a street only coarse squares are kept, which are nobody's.
"""

import json
from collections.abc import Sequence
from datetime import date
from itertools import chain
from typing import Final, Protocol
from uuid import UUID

from delivery.rules.policy import Receiver
from delivery.store.address_book import HandOver, Street
from delivery.store.base import new_id
from delivery.store.communes import communes_before
from delivery.store.items import Item
from delivery.store.people import Addressee, Subject
from delivery.store.queries.address_book import (
    doors_at,
    forget_before,
    keep_door,
    street_locked,
    streets_named,
)
from delivery.store.routes import Stop
from delivery.store.work import Work
from delivery.vault import Reason, Vault
from routing.geocoding import (
    Along,
    Geocoded,
    Located,
    Point,
    Remembered,
    Sought,
    Source,
    Trust,
    along,
    locate,
    metres,
    remember,
    within,
)

KEPT: Final = 9
"""How many days' hand-overs a household's entry rests on: enough for a median, and no diary of a home."""
SQUARE: Final = 0.0005
"""Degrees of a street's squares: about 55 m."""
MOST_SQUARES: Final = 15
WORST_FIX_M: Final = 100.0
"""A phone that knows its place no better than this does not know which door it stands at."""
GATE_M: Final = 50.0
"""A hand-over told from here around the office was reported after the courier had come back."""
TRUST: Final = Trust()


class Seen(Protocol):
    """What a phone says of where it is: (lat, lon) in degrees, and how well it knows."""

    @property
    def location(self) -> tuple[float, float] | None: ...
    @property
    def accuracy_m(self) -> float | None: ...


def located(unit: Work, households: Sequence[Sequence[Item]], *, reason: Reason = Reason.PLAN) -> list[Located]:
    """The best point of each household, in their order. Items of one household share its address key; all are placed.

    Three queries for all of them, and two more after a merger; every home that is opened is on record.
    """
    known = _Known(unit, households, reason)
    return [
        locate(_sought(members, known.alive(members)), today=unit.today, knowledge=known, trust=TRUST)
        for members in households
    ]


def learn(unit: Work, item: Item, *, receiver: Receiver, evidence: Seen, day: date) -> bool:
    """A hand-over at a door teaches where the door is; says whether it did. A repeat changes nothing.

    Nothing is learnt without the phone's location or from a bad fix, from another person's hands (who may stand
    anywhere), from the office's own gate, or from a place that the commune does not reach. An address without a house
    or an alley is a whole hamlet's: it teaches of its street at most. The caller holds the item's lock.
    """
    row = item.addressee
    point = _taught(item, receiver, evidence)
    if point is None or not Vault.of(unit).holds(row.subject):
        return False
    if row.has_door and not _learn_door(unit, item, point, day):
        return False
    if row.street_key is not None:
        _learn_street(unit, row.street_key, point, day)
    return row.has_door or row.street_key is not None


def _learn_door(unit: Work, item: Item, point: Point, day: date) -> bool:
    """Keep where the household's door is, sealed; False when the item taught it before."""
    row = item.addressee
    door = HandOver(
        id=new_id(),
        world_id=unit.world_id,
        address_key=row.address_key,
        item_id=item.id,
        subject_id=row.subject_id,
        day=day,
    )
    door.point = Vault.of(unit).seal(row.subject, "address_book.point", door.id, json.dumps([point.lat, point.lon]))
    return keep_door(unit, door, at_most=KEPT)


def put_spot(unit: Work, stop: Stop, members: Sequence[Item], spot: Located) -> None:
    """Keep with a household's stop where it was planned, by whose word and how exactly.

    The point is sealed under the key of one of its `members`; where all were erased none is kept. `stop` has its id.
    """
    stop.source, stop.accuracy_m = str(spot.source), spot.accuracy_m
    stop.hand_overs = spot.hand_overs or None
    owner = next((item.addressee.subject for item in members if item.addressee.subject.wrapped_key is not None), None)
    if owner is not None:
        stop.point_subject_id = owner.id
        stop.point = Vault.of(unit).seal(owner, "stops.point", stop.id, json.dumps([spot.lat, spot.lon]))


def spot_of(unit: Work, stop: Stop, *, reason: Reason) -> Located | None:
    """Where a stop was planned; None for one of before it was kept, and when its person was erased."""
    if stop.point is None or stop.source is None or stop.point_subject_id is None:
        return None
    owner = unit.session.get_one(Subject, stop.point_subject_id)
    if owner.wrapped_key is None:
        return None
    text = Vault.of(unit).open(owner, "stops.point", stop.id, stop.point, reason=reason)
    lat, lon = json.loads(text)
    return Located(
        lat=lat,
        lon=lon,
        source=Source(stop.source),
        accuracy_m=stop.accuracy_m or 0.0,
        hand_overs=stop.hand_overs or 0,
    )


def sweep_old(unit: Work, limit: int) -> int:
    """Forget hand-overs and streets that are too old to be believed."""
    return forget_before(unit, unit.today - TRUST.oldest, limit)


class _Known:
    """What the house knows of these households, read at once and opened one by one, as far as the chain asks."""

    def __init__(self, unit: Work, households: Sequence[Sequence[Item]], reason: Reason) -> None:
        self._unit, self._vault, self._reason = unit, Vault.of(unit), reason
        self._alive: dict[bytes, list[Addressee]] = {}
        for item in (each for members in households for each in members):
            if item.addressee.subject.wrapped_key is not None:
                self._alive.setdefault(item.addressee.address_key, []).append(item.addressee)
        streets = {row.street_key for rows in self._alive.values() for row in rows if row.street_key is not None}
        houses = [key for key, rows in self._alive.items() if any(row.has_door for row in rows)]
        self._doors = dict(doors_at(unit, houses, since=unit.today - TRUST.oldest, at_most=KEPT))
        self._streets = {key: [row] for key, row in streets_named(unit, streets).items()}
        self._read: dict[bytes, Remembered] = {}
        self._inherit(households)

    def _inherit(self, households: Sequence[Sequence[Item]]) -> None:
        """A merger's commune knows no homes of its own at first: what was learnt under those before it counts there.

        Not where two of them knew a home by one address: which is meant, nobody knows.
        """
        communes = {item.commune_id for members in households for item in members if item.commune_id is not None}
        before = communes_before(self._unit.session, communes, self._unit.today) if communes else {}
        homes: dict[bytes, list[bytes]] = {}
        streets: dict[bytes, list[bytes]] = {}
        for item in (each for members in households for each in members):
            row, former = item.addressee, before.get(item.commune_id or 0)
            home_known = not row.has_door or row.address_key in self._doors
            street_known = row.street_key is None or row.street_key in self._streets
            if former and row.subject.wrapped_key is not None and not (home_known and street_known):
                houses, along_it = self._vault.former_keys(row, item.commune_id, former, reason=self._reason)
                if row.has_door:
                    homes[row.address_key] = houses
                if row.street_key is not None:
                    streets[row.street_key] = along_it
        if not homes and not streets:
            return
        since = self._unit.today - TRUST.oldest
        doors = doors_at(self._unit, chain(*homes.values()), since=since, at_most=KEPT)
        named = streets_named(self._unit, chain(*streets.values()))
        for key, keys in homes.items():
            there = [doors[each] for each in keys if each in doors]
            if key not in self._doors and len(there) == 1:
                self._doors[key] = there[0]
        for key, keys in streets.items():
            self._streets.setdefault(key, [named[each] for each in keys if each in named])

    def alive(self, members: Sequence[Item]) -> Sequence[Addressee]:
        """The addressees of a household who were not erased."""
        return self._alive.get(members[0].addressee.address_key, ())

    def handed_over(self, address_key: bytes) -> Remembered | None:
        # A household that is visited twice a day is looked up once.
        if address_key not in self._read and self._doors.get(address_key):
            self._read[address_key] = remember([(self._door(row), row.day) for row in self._doors[address_key]])
        return self._read.get(address_key)

    def given(self, address_key: bytes) -> Point | None:
        for row in self._alive.get(address_key, ()):
            if row.location is not None:
                lat, lon = json.loads(self._opened(row, "location", row.location))
                try:
                    return Point(lat=lat, lon=lon)
                except ValueError:
                    # What somebody sent is no place: the next source is asked, and the office is planned all the same.
                    continue
        return None

    def geocoded(self, address_key: bytes) -> Geocoded | None:
        for row in self._alive.get(address_key, ()):
            if row.geocoded is not None:
                told = json.loads(self._opened(row, "geocoded", row.geocoded))
                return Geocoded(point=Point(lat=told["lat"], lon=told["lon"]), accuracy_m=told["accuracy_m"])
        return None

    def street(self, street_key: bytes) -> Along | None:
        rows, today = self._streets.get(street_key, ()), self._unit.today
        squares = [at for row in rows for at in _believed(_squares(self._vault, row), today)]
        return along(Point(lat=lat, lon=lon) for lat, lon in squares) if squares else None

    def _door(self, row: HandOver) -> Point:
        text = self._vault.open(row.subject, "address_book.point", row.id, row.point, reason=self._reason)
        lat, lon = json.loads(text)
        return Point(lat=lat, lon=lon)

    def _opened(self, row: Addressee, column: str, sealed: bytes) -> str:
        return self._vault.open(row.subject, f"addressees.{column}", row.id, sealed, reason=self._reason)


def _sought(members: Sequence[Item], alive: Sequence[Addressee]) -> Sought:
    commune = members[0].commune
    assert commune is not None, "A placed item has a commune."
    return Sought(
        address_key=members[0].addressee.address_key,
        street_key=next((row.street_key for row in alive if row.street_key is not None), None),
        anchor=commune.anchor,
    )


def _taught(item: Item, receiver: Receiver, evidence: Seen) -> Point | None:
    """The door's point if the hand-over shows it."""
    if evidence.location is None or item.commune is None or receiver is Receiver.AUTHORISED:
        return None
    if evidence.accuracy_m is not None and evidence.accuracy_m > WORST_FIX_M:
        return None
    lat, lon = evidence.location
    point = Point(lat=lat, lon=lon)
    office = item.delivery_office
    if office is not None and metres(point, Point(lat=office.lat, lon=office.lon)) < GATE_M:
        return None
    return point if within(point, item.commune.anchor, TRUST) else None


def _learn_street(unit: Work, street_key: bytes, point: Point, day: date) -> None:
    """Mark the point's square; the freshest squares stay. Which hand-over came first makes no difference."""
    vault, row = Vault.of(unit), street_locked(unit, street_key, day)
    squares = _believed(_squares(vault, row), unit.today)
    here = (round(round(point.lat / SQUARE) * SQUARE, 4), round(round(point.lon / SQUARE) * SQUARE, 4))
    squares[here] = max(day, squares.get(here, day))
    freshest = sorted(squares.items(), key=lambda each: (each[1], each[0]), reverse=True)[:MOST_SQUARES]
    text = json.dumps([[lat, lon, last.isoformat()] for (lat, lon), last in freshest])
    row.squares = vault.seal_apart("streets.squares", _street_row(row.world_id, row.street_key), text)
    row.last_day = freshest[0][1]
    unit.session.flush()


def _believed(squares: dict[tuple[float, float], date], today: date) -> dict[tuple[float, float], date]:
    """Those in which was handed over lately enough."""
    return {here: last for here, last in squares.items() if today - last <= TRUST.oldest}


def _squares(vault: Vault, row: Street) -> dict[tuple[float, float], date]:
    if row.squares is None:
        return {}
    text = vault.open_apart("streets.squares", _street_row(row.world_id, row.street_key), row.squares)
    return {(lat, lon): date.fromisoformat(day) for lat, lon, day in json.loads(text)}


def _street_row(world_id: UUID, street_key: bytes) -> str:
    return f"{world_id}:{street_key.hex()}"
