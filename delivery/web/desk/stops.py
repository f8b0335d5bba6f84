"""A route's stops in the clear, for the people who plan and drive it. Every use opens the addressees on record."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from delivery.money.charging import dues_at_door
from delivery.rules.phones import masked
from delivery.rules.states import State
from delivery.steps.points import spot_of
from delivery.store.items import Item
from delivery.store.queries.desk_routes import points_named
from delivery.store.routes import Route, Stop, StopItem, StopKind
from delivery.store.work import Work
from delivery.vault import Reason, Vault
from routing.geocoding import Source


@dataclass(frozen=True, kw_only=True)
class Line:
    """One item at a stop: its state now, and what came of it there ("" while open)."""

    number: str
    state: State
    outcome: str


@dataclass(frozen=True, kw_only=True)
class StopView:
    """One stop. `due` is whole đồng for the whole stop; times are seconds after local midnight.

    `window` is the half-day promised, or None. `name`, `address` and `phone` (masked) are of the addressee or the
    hand-over point. `source` vouches for the point of a household, which may lie `accuracy_m` off; both are None at
    a hand-over point, and on routes of before they were kept.
    """

    position: int
    kind: StopKind
    arrives: int
    window: str | None
    name: str = field(repr=False)
    address: str = field(repr=False)
    phone: str | None = field(repr=False)
    lat: float = field(repr=False)
    lon: float = field(repr=False)
    source: Source | None
    accuracy_m: float | None
    hand_overs: int | None
    due: int
    lines: tuple[Line, ...]
    done: bool


def stops_of(unit: Work, route: Route, *, reason: Reason) -> list[StopView]:
    """The route's stops in driving order; a stop whose items were all taken off it is left out."""
    points = points_named(unit, route.stops)
    visited = [line.item for stop in route.stops if stop.kind is StopKind.DELIVERY for line in stop.items]
    dues = {item_id: due.total for item_id, due in dues_at_door(unit, visited).items()}
    seen: list[StopView] = []
    for stop in route.stops:
        if stop.handover_point_id is not None:
            point = points[stop.handover_point_id]
            name, spot = f"{point.agency.name}, {point.name}", (point.lat, point.lon)
            seen.append(_view(stop, dues, name=name, address=point.address, phone=None, spot=spot))
        elif stop.items:
            seen.append(_household(unit, stop, dues, reason))
    return seen


def _household(unit: Work, stop: Stop, dues: Mapping[UUID, int], reason: Reason) -> StopView:
    first = _lines(stop)[0].item
    person = Vault.of(unit).open_person(first.addressee, reason=reason)
    planned = spot_of(unit, stop, reason=reason)
    return _view(
        stop,
        dues,
        name=person.name,
        address=person.address,
        phone=masked(person.phone) if person.phone else None,
        spot=(planned.lat, planned.lon) if planned else person.location or _commune_point(first),
    )


def _view(
    stop: Stop, dues: Mapping[UUID, int], *, name: str, address: str, phone: str | None, spot: tuple[float, float]
) -> StopView:
    lines = _lines(stop)
    return StopView(
        position=stop.position,
        kind=stop.kind,
        arrives=stop.arrives,
        window=stop.window,
        name=name,
        address=address,
        phone=phone,
        lat=spot[0],
        lon=spot[1],
        source=Source(stop.source) if stop.source else None,
        accuracy_m=stop.accuracy_m,
        hand_overs=stop.hand_overs,
        due=sum(dues.get(line.item_id, 0) for line in lines),
        lines=tuple(Line(number=each.item.number, state=each.item.state, outcome=each.outcome) for each in lines),
        done=stop.done_at is not None,
    )


def _lines(stop: Stop) -> list[StopItem]:
    return sorted(stop.items, key=lambda line: line.item.number)


def _commune_point(item: Item) -> tuple[float, float]:
    # What is planned is placed, and what is placed has its commune.
    assert item.commune is not None
    return item.commune.anchor.lat, item.commune.anchor.lon
