"""From rows to papers: what a manifest, a label and a delivery list say."""

from textwrap import wrap
from uuid import UUID

from delivery.money.charging import dues_at_door
from delivery.paper import labels, lists, manifests
from delivery.rules.calendar import HalfDay, vietnam_day
from delivery.rules.phones import masked
from delivery.rules.reasons import TABLE, Reason
from delivery.rules.returns import Ground
from delivery.store import routes as rows
from delivery.store.agencies import ApiClient, HandoverPoint
from delivery.store.items import Item
from delivery.store.offices import Office
from delivery.store.queries.attempts import attempts_of
from delivery.store.queries.money import quotes_of
from delivery.store.queries.places import commune_of
from delivery.store.queries.returns import return_conditions
from delivery.store.routes import ManifestKind, Route
from delivery.store.staff import Staff
from delivery.store.work import Work
from delivery.vault import Reason as Why
from delivery.vault import Vault
from delivery.web.desk.stops import StopView, stops_of

_LABEL_LINE = 100
_LABEL_LINES = 4

# The day's halves as the plan promises them: visits are made from 07:00 to 19:00, parted at noon.
_HALVES = {HalfDay.MORNING: ("07:00", "12:00"), HalfDay.AFTERNOON: ("12:00", "19:00")}
_GROUNDS = {
    Ground.RECALLED: "Cơ quan rút lại",
    Ground.REFUSED: "Người nhận từ chối nhận",
    Ground.NO_ADDRESS: "Hết hạn chờ địa chỉ đúng",
    Ground.NOT_COLLECTED: "Không đến nhận sau khi được mời",
}


def manifest_of(unit: Work, manifest: rows.Manifest, point: HandoverPoint, office: Office) -> manifests.Manifest:
    """A hand-over or return manifest to sign."""
    back = manifest.kind is ManifestKind.RETURN
    agency = manifests.Party(name=f"{point.agency.name}, {point.name}", address=point.address, representative=None)
    post = manifests.Party(
        name=office.name,
        address=commune_of(unit, office.commune_id).name,
        representative=_person(unit, manifest.created_by),
    )
    signed = None
    if manifest.signed_at is not None and manifest.signed_by is not None:
        name = _person(unit, manifest.signed_by) or manifest.signed_by
        signed = manifests.Signature(name=name, at=manifest.signed_at)
    return manifests.Manifest(
        kind=manifests.ManifestKind.RETURN if back else manifests.ManifestKind.HAND_OVER,
        number=manifest.number,
        day=vietnam_day(manifest.created_at),
        from_party=post if back else agency,
        to_party=agency if back else post,
        rows=tuple(
            manifests.ManifestRow(
                number=line.item.number,
                dossier_code=line.item.dossier_code,
                seal=line.item.seal,
                weight_g=line.item.weight_g,
                reason=why_back(unit, line.item) if back else None,
            )
            for line in sorted(manifest.items, key=lambda line: line.item.number)
        ),
        signed_by_giver=None,
        signed_by_taker=signed,
    )


def why_back(unit: Work, item: Item) -> str:
    """Why an item goes back: the ground in the rules' order, and the last visit's reason."""
    ground = return_conditions(unit, item).ground
    visits = [attempt for attempt in attempts_of(unit, item.id) if attempt.reversed_at is None]
    if ground in (Ground.RECALLED, Ground.REFUSED) or not visits:
        return _GROUNDS[ground]
    return f"{_GROUNDS[ground]}; {TABLE[Reason(visits[-1].reason)].vi}"


def labels_of(unit: Work, manifest: rows.Manifest) -> list[labels.Label]:
    """A label for each item of a manifest, in the order of numbers."""
    lines = sorted(manifest.items, key=lambda line: line.item.number)
    items = [line.item for line in lines]
    quotes, dues = quotes_of(unit, [item.id for item in items]), dues_at_door(unit, items)
    # What is not frozen is an estimate, and nobody is asked for one.
    frozen = {item_id for item_id, quote in quotes.items() if quote.frozen_at is not None}
    return [_label(unit, item, collect=dues[item.id].total if item.id in frozen else None) for item in items]


def delivery_list_of(unit: Work, route: Route, office: Office) -> lists.DeliveryList:
    """The route as BD13."""
    return lists.DeliveryList(
        office=office.name,
        courier=route.courier.staff.display_name,
        day=route.day,
        printed_at=unit.now,
        stops=tuple(_stop(stop) for stop in stops_of(unit, route, reason=Why.DELIVERY)),
    )


def _label(unit: Work, item: Item, *, collect: int | None) -> labels.Label:
    person = Vault.of(unit).open_person(item.addressee, reason=Why.LABEL)
    office = item.delivery_office
    return labels.Label(
        number=item.number,
        addressee_name=person.name,
        address_lines=tuple(wrap(person.address, _LABEL_LINE)[:_LABEL_LINES]),
        masked_phone=masked(person.phone) if person.phone else None,
        office_name=office.name if office else "Chờ xác định địa chỉ",
        route_hint=office.code if office else "?",
        weight_g=item.weight_g,
        amount_to_collect=collect,
    )


def _stop(stop: StopView) -> lists.ListStop:
    return lists.ListStop(
        position=stop.position,
        arrival=f"{stop.arrives // 3600:02d}:{stop.arrives % 3600 // 60:02d}",
        window=_HALVES[HalfDay(stop.window)] if stop.window else None,
        numbers=tuple(line.number for line in stop.lines),
        name=stop.name,
        address=stop.address,
        masked_phone=stop.phone,
        amount_to_collect=stop.due,
        kind=lists.StopKind(stop.kind),
    )


def _person(unit: Work, actor: str) -> str | None:
    """The name that a manifest shows for an actor; None for one who signs by hand."""
    kind, _, key = actor.partition(":")
    if kind == "staff":
        staff = unit.session.get(Staff, UUID(key))
        return staff.display_name if staff else None
    client = unit.session.get(ApiClient, key) if kind == "client" else None
    return client.name if client else None
