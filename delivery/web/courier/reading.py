"""What the courier's pages show, opened for the delivery and for no longer than that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _

from delivery.money.charging import dues_at_door
from delivery.rules.policy import Proof, Receiver
from delivery.store.agencies import HandoverPoint
from delivery.store.people import Addressee
from delivery.store.queries.courier import announced_at, points_of, route_of
from delivery.store.queries.policies import receivers_of
from delivery.store.routes import Route, Stop, StopKind
from delivery.store.work import Work
from delivery.vault import Person, Reason, Vault
from delivery.web.courier.standing import Envelope, Standing, calls_on, envelopes_at, is_done


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far along a route its courier is, in stops."""

    route: Route
    done: int
    total: int


@dataclass(frozen=True, kw_only=True)
class Call:
    """A stop as a line of the day's list. `place` is empty once nobody is to be visited there; `due` is in đồng."""

    stop: Stop
    envelopes: tuple[Envelope, ...]
    done: bool
    place: str = field(repr=False)
    due: int

    @property
    def pickup(self) -> bool:
        """Whether envelopes are collected there."""
        return self.stop.kind is StopKind.PICKUP

    @property
    def recalled(self) -> bool:
        """Whether something there must not be handed over."""
        return any(envelope.standing is Standing.RECALLED for envelope in self.envelopes)


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A route as its courier sees it: all calls in order, how many are done, which comes next."""

    along: Progress
    calls: tuple[Call, ...]
    carried: int
    due: int

    @property
    def route(self) -> Route:
        """The route."""
        return self.along.route

    @property
    def open(self) -> tuple[Call, ...]:
        """The calls still to make, in order."""
        return tuple(call for call in self.calls if not call.done)

    @property
    def envelopes(self) -> int:
        """How many envelopes the plan put onto the route."""
        return sum(len(call.envelopes) for call in self.calls)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A kind of receiver whom all envelopes reported together may be handed to, and what is asked of them."""

    who: Receiver
    proofs: tuple[Proof, ...]
    least_age: int


@dataclass(frozen=True, kw_only=True)
class Door:
    """A household's stop while its courier stands there.

    `chosen` are the envelopes that this report is about, `people` their addressees, `due` what is to be collected for
    them. `names` tells whose each envelope is where a household has several addressees.
    """

    stop: Stop
    envelopes: tuple[Envelope, ...]
    done: bool
    place: str = field(repr=False)
    people: tuple[Person, ...] = field(repr=False)
    names: Mapping[str, str] = field(repr=False)
    chosen: tuple[Envelope, ...]
    due: int
    receivers: tuple[Asked, ...]

    @property
    def fails(self) -> tuple[Envelope, ...]:
        """Those of `chosen` whose visit can be reported as failed."""
        return tuple(envelope for envelope in self.chosen if envelope.can_fail)


@dataclass(frozen=True, kw_only=True)
class Point:
    """An agency's point while its courier stands there; `expected` are the numbers that it announced."""

    stop: Stop
    done: bool
    point: HandoverPoint
    expected: tuple[str, ...]


def progress_of(route: Route, now: datetime) -> Progress:
    """Count what is done of a route."""
    stops = calls_on(route)
    done = sum(is_done(stop, envelopes_at(stop, route.courier_id, now)) for stop in stops)
    return Progress(route=route, done=done, total=len(stops))


def sheet_of(unit: Work, route: Route) -> Sheet:
    """The whole route, its addresses opened where somebody is still to be visited."""
    stops = calls_on(route)
    points = points_of(unit, stops)
    seen = {stop.id: envelopes_at(stop, route.courier_id, unit.now) for stop in stops}
    dues = dues_at_door(unit, [e.item for each in seen.values() for e in each if e.may_collect])
    calls = []
    for stop in stops:
        envelopes = seen[stop.id]
        point = points.get(stop.handover_point_id) if stop.handover_point_id else None
        calls.append(
            Call(
                stop=stop,
                envelopes=envelopes,
                done=is_done(stop, envelopes),
                place=f"{point.name}, {point.address}" if point else _place(unit, envelopes),
                due=sum(dues[each.item.id].total for each in envelopes if each.item.id in dues),
            )
        )
    return Sheet(
        along=progress_of(route, unit.now),
        calls=tuple(calls),
        carried=sum(envelope.with_courier for call in calls for envelope in call.envelopes),
        due=sum(call.due for call in calls),
    )


def door_of(unit: Work, stop: Stop, *, only: str = "") -> Door:
    """A household's stop with its people in the clear; `only` narrows the report to one envelope's number."""
    envelopes = envelopes_at(stop, stop.route.courier_id, unit.now)
    possible = tuple(envelope for envelope in envelopes if envelope.can_be_handed_over)
    # What was reported as failed is handed over by itself: the rest of a household's report is not about it.
    first = tuple(envelope for envelope in possible if envelope.standing is Standing.OPEN) or possible
    chosen = tuple(envelope for envelope in possible if envelope.number == only) or first
    dues = dues_at_door(unit, [envelope.item for envelope in possible])
    known = {
        envelope.number: Vault.of(unit).open_person(envelope.item.addressee, reason=Reason.DELIVERY)
        for envelope in possible
        if envelope.item.addressee.subject.erased_at is None
    }
    names = {number: person.name for number, person in known.items()}
    people = [known[envelope.number] for envelope in chosen if envelope.number in known]
    return Door(
        stop=stop,
        envelopes=envelopes,
        done=is_done(stop, envelopes),
        place=people[0].address if people else "",
        people=_each_once(people),
        names=names if len(set(names.values())) > 1 else {},
        chosen=chosen,
        due=sum(dues[envelope.item.id].total for envelope in chosen),
        receivers=_receivers(unit, chosen),
    )


def point_call(unit: Work, stop: Stop) -> Point:
    """A stop at an agency's point."""
    point = points_of(unit, [stop])[stop.handover_point_id] if stop.handover_point_id else None
    if point is None:
        raise LookupError(f"Stop {stop.id} is a {stop.kind} without a hand-over point.")
    return Point(
        stop=stop,
        done=stop.done_at is not None,
        point=point,
        expected=tuple(announced_at(unit, point.id)) if stop.kind is StopKind.PICKUP else (),
    )


def whole_route(unit: Work, route_id: UUID, courier_id: UUID) -> Sheet:
    """One of the courier's routes as a sheet; another courier's raises NotFound."""
    return sheet_of(unit, route_of(unit, route_id, courier_id))


def _place(unit: Work, envelopes: Sequence[Envelope]) -> str:
    for envelope in envelopes:
        if envelope.may_collect:
            return _address(unit, envelope.item.addressee)
    return ""


def _address(unit: Work, addressee: Addressee) -> str:
    if addressee.subject.erased_at is not None:
        return str(_("(địa chỉ đã xóa theo yêu cầu)"))
    vault = Vault.of(unit)
    sealed = addressee.address
    return vault.open(addressee.subject, "addressees.address", addressee.id, sealed, reason=Reason.DELIVERY)


def _each_once(people: Sequence[Person]) -> tuple[Person, ...]:
    """Two envelopes of one person name them once."""
    return tuple({(person.name, person.phone): person for person in people}.values())


def _receivers(unit: Work, envelopes: Sequence[Envelope]) -> tuple[Asked, ...]:
    """Who may be handed all of them: proofs and age are the strictest that any envelope's policy asks for."""
    found = []
    named = [{rule.who: rule for rule in receivers_of(unit, envelope.item)} for envelope in envelopes]
    for who in Receiver:
        rules = [each.get(who) for each in named]
        asked = [rule for rule in rules if rule is not None]
        if not asked or len(asked) < len(rules):
            continue
        proofs = tuple(proof for proof in Proof if any(proof in rule.proofs for rule in asked))
        found.append(Asked(who=who, proofs=proofs, least_age=max(rule.least_age for rule in asked)))
    return tuple(found)
