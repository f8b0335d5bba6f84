"""Back to the handling agency: started when its conditions hold, carried there, signed for item by item."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from delivery.errors import Refused
from delivery.money.charging import forgo
from delivery.outbound.outbox import put_sms
from delivery.paper import proofs
from delivery.rules.policy import Channel
from delivery.rules.reasons import Reason, about
from delivery.rules.references import reference
from delivery.rules.returns import Ground
from delivery.rules.states import Happening, State
from delivery.rules.texts import Template
from delivery.store.attempts import AttemptKind
from delivery.store.base import new_id
from delivery.store.items import Holder, HolderKind, Item, NextStep
from delivery.store.offices import Office
from delivery.store.queries.attempts import attempts_of
from delivery.store.queries.held import invitations_of, waits_for_post
from delivery.store.queries.items import locked_many
from delivery.store.queries.points import point_named
from delivery.store.queries.returns import (
    incident_of_return,
    line_signed,
    lying_for,
    may_be_due_locked,
    open_for,
    return_conditions,
    return_manifest_locked,
    started_on,
)
from delivery.store.routes import Manifest, ManifestItem, ManifestKind
from delivery.store.work import Work

_CHANNELS = {Channel.SMS: "tin nhắn", Channel.CALL: "gọi điện", Channel.LETTER: "thư"}


def sweep_due(unit: Work, limit: int) -> int:
    """Start the returns whose conditions all hold, at most `limit`; says how many started.

    Only what lies at an office can start: what is in a bag or with a courier starts when it is scanned back.
    """
    done = 0
    for item in may_be_due_locked(unit):
        conditions = return_conditions(unit, item)
        if not conditions.met:
            continue
        started = item.move(
            Happening.RETURN_STARTED, unit.occasion(item.holder_id), data={"ground": str(conditions.ground)}
        )
        item.next_step = NextStep.NOTHING
        if conditions.ground is Ground.RECALLED:
            put_sms(unit, item, Template.RECALLED, seq=started.seq, day=unit.today)
        done += 1
        if done == limit:
            break
    unit.session.flush()
    return done


def make_manifest(unit: Work, *, point_id: UUID, office_id: UUID) -> Manifest:
    """List what lies on the office's shelf for one hand-over point, for its agency to sign.

    Raises NotFound for an unknown point, Refused when another office serves it or nothing lies there.
    """
    point = point_named(unit, point_id)
    if point.office_id != office_id:
        raise Refused(
            "point-of-another-office",
            vi=f"{point.name} do {point.office.name} phục vụ: chuyển bưu gửi đến đó bằng túi thư.",
            en=f"{point.name} is served by {point.office.name}: send the items there in a bag.",
            facts={"point": point.code, "office": point.office.code},
        )
    shelf = Holder(HolderKind.OFFICE, office_id)
    lying = locked_many(unit, lying_for(unit, office_id=office_id, point_id=point_id))
    # Another clerk may have listed them between the query and the locks.
    still = set(lying_for(unit, office_id=office_id, point_id=point_id))
    items = [item for item in lying if item.id in still and item.holder == shelf]
    if not items:
        raise Refused(
            "nothing-to-return",
            vi=f"Không có bưu gửi nào chờ hoàn về {point.name}.",
            en=f"Nothing waits to be returned to {point.name}.",
            facts={"point": point.code},
        )
    manifest = Manifest(
        id=new_id(),
        kind=ManifestKind.RETURN,
        world_id=unit.world_id,
        point_id=point_id,
        office_id=office_id,
        created_at=unit.now,
        created_by=unit.actor,
    )
    manifest.number = reference("CH", unit.today, manifest.id)
    manifest.items = [ManifestItem(item_id=item.id) for item in items]
    unit.session.add(manifest)
    unit.session.flush()
    return manifest


def sign(unit: Work, *, agency_id: UUID, manifest_number: str, numbers: Iterable[str] | None = None) -> Manifest:
    """The agency signs for `numbers` of a return manifest, or for all that is still open on it.

    Each item signed for is RETURNED and its addressee told. What is not signed for stays open on the manifest, with
    the office; signing again for the same items changes nothing. Raises NotFound for another agency's manifest,
    Refused naming numbers that are not on it.
    """
    manifest = return_manifest_locked(unit, manifest_number, agency_id=agency_id)
    lines = {line.item_id: line for line in manifest.items}
    wanted = None if numbers is None else set(numbers)
    items = locked_many(unit, lines)
    if wanted is not None:
        _refuse_strangers(manifest, wanted - {item.number for item in items})
    for item in items:
        line = lines[item.id]
        if line.signed_at is not None or (wanted is not None and item.number not in wanted):
            continue
        if wanted is None and item.state is not State.RETURNING:
            # Under inquiry, say: it is not in the agency's hands, and the line stays open with its reason.
            line.exception = str(item.state)
            continue
        _take_back(unit, item, line, manifest)
    if all(line.signed_at is not None for line in lines.values()):
        manifest.signed_at, manifest.signed_by = unit.now, unit.actor
    unit.session.flush()
    return manifest


def open_manifests(unit: Work, *, agency_id: UUID) -> Sequence[Manifest]:
    """The agency's return manifests that still want signatures, the oldest first."""
    return open_for(unit, agency_id)


def proof_of(unit: Work, item: Item) -> proofs.ReturnProof:
    """Why the item went back: the conditions as they held that day, the attempts, the invitations, the receipt.

    Raises Refused while no return has started.
    """
    day = started_on(unit, item.id)
    incident = incident_of_return(unit, item.id)
    if item.state not in (State.RETURNING, State.RETURNED) or (day is None and incident is None):
        raise Refused(
            "no-return",
            vi=f"Bưu gửi {item.number} không chuyển hoàn: chưa có gì để xác nhận.",
            en=f"Item {item.number} is not going back: there is nothing to prove.",
            facts={"number": item.number},
        )
    shown: list[proofs.Condition] = []
    if day is not None:
        conditions = return_conditions(unit, item, today=day)
        shown = [
            proofs.Condition(words=each.vi, day=each.day)
            for each in conditions.items
            if each.satisfied and each.day is not None
        ]
    if incident is not None:
        kind, ended = incident
        shown.append(
            proofs.Condition(words=f"Xác minh sự cố ({_INCIDENTS[kind]}) kết thúc bằng chuyển hoàn", day=ended)
        )
    office_id = item.delivery_office_id or item.accepting_office_id
    office = item.origin_point.office if office_id is None else unit.session.get_one(Office, office_id)
    return proofs.ReturnProof(
        item_number=item.number,
        agency=item.agency.name,
        dossier_code=item.dossier_code,
        office=office.name,
        issued_on=unit.today,
        conditions=tuple(shown),
        attempts=_attempts(unit, item),
        invitations=tuple(
            proofs.ProofInvitation(
                day=row.day,
                channel=_CHANNELS[Channel(row.channel)],
                proof=row.proof or "chưa có xác nhận của mạng",
            )
            for row in invitations_of(unit, item.id)
            if not waits_for_post(row)
        ),
        receipt=_receipt(unit, item),
    )


_INCIDENTS = {"lost": "mất", "stolen": "bị lấy cắp", "damaged": "hư hỏng", "seal_broken": "rách niêm phong"}


def _attempts(unit: Work, item: Item) -> tuple[proofs.ProofAttempt, ...]:
    return tuple(
        proofs.ProofAttempt(
            when=attempt.occurred_at,
            kind="phát tại địa chỉ" if attempt.kind is AttemptKind.VISIT else "liên hệ",
            reason=about(Reason(attempt.reason)).vi,
            counts=attempt.counts,
        )
        for attempt in attempts_of(unit, item.id)
        if attempt.reversed_at is None
    )


def _receipt(unit: Work, item: Item) -> proofs.ReturnReceipt | None:
    line = line_signed(unit, item.id)
    if line is None or line.signed_at is None:
        return None
    point = point_named(unit, line.manifest.point_id)
    return proofs.ReturnReceipt(
        received_by=point.name, received_at=line.signed_at, manifest_number=line.manifest.number
    )


def _take_back(unit: Work, item: Item, line: ManifestItem, manifest: Manifest) -> None:
    forgo(unit, item)
    returned = item.move(
        Happening.RETURNED,
        unit.occasion(manifest.office_id),
        holder=Holder(HolderKind.AGENCY, manifest.point_id),
        data={"receipt": manifest.number, "point": str(manifest.point_id)},
    )
    line.signed_at, line.exception = unit.now, None
    put_sms(unit, item, Template.RETURNED, seq=returned.seq, day=unit.today)


def _refuse_strangers(manifest: Manifest, strangers: set[str]) -> None:
    if strangers:
        shown = ", ".join(sorted(strangers)[:10])
        raise Refused(
            "not-on-manifest",
            vi=f"{len(strangers)} số không có trên biên bản {manifest.number}: {shown}.",
            en=f"{len(strangers)} numbers are not on manifest {manifest.number}: {shown}.",
            facts={"count": len(strangers), "numbers": shown},
        )
