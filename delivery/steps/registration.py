"""The rows of a new item: the item itself, its sealed addressee, its first events."""

import json
from dataclasses import dataclass

from delivery.rules.codes import S10
from delivery.rules.evidence import GENESIS
from delivery.rules.states import Happening, State
from delivery.rules.submissions import Submission
from delivery.store.agencies import HandoverPoint
from delivery.store.base import new_id
from delivery.store.items import Document, HolderKind, Item, NextStep, Placed
from delivery.store.money import Quote
from delivery.store.queries.handed import policy_for
from delivery.store.queries.places import Placing
from delivery.store.queries.policies import policy_of, working_calendar
from delivery.store.work import Work
from delivery.vault import Person, Vault


@dataclass(frozen=True, kw_only=True)
class Draft:
    """An item about to be written, with what is known of it."""

    submission: Submission
    item: Item
    quote: Quote | None
    placing: Placing


def draft_item(
    unit: Work, given: Submission, number: S10, point: HandoverPoint, back: HandoverPoint, placing: Placing
) -> Item:
    agency = point.agency
    office = placing.office
    return Item(
        id=new_id(),
        world_id=unit.world_id,
        number=number,
        agency_id=agency.id,
        agency=agency,
        origin_point=point,
        return_point=back,
        agency_reference=given.agency_reference,
        dispatch_number=1,
        dossier_code=given.dossier_code,
        service=given.service,
        weight_g=given.weight_g,
        agency_fee=given.agency_fee,
        payer=given.payer or ("agency" if agency.prepaid else "addressee"),
        waivers=sorted(set(given.waivers)),
        options=sorted(set(given.options)),
        redeliveries=0,
        policy_version=policy_for(unit, given, office),
        state=State.REGISTERED,
        last_seq=0,
        last_hash=GENESIS,
        holder_kind=HolderKind.AGENCY,
        holder_id=point.id,
        placed=Placed.PLACED if office else Placed.REVIEW,
        commune_id=office.commune_id if office else None,
        commune=office.commune if office else None,
        address_confidence=placing.confidence,
        delivery_office=office,
        next_step=NextStep.DELIVER if office else NextStep.ADDRESS,
        registered_at=unit.now,
        due_day=given.due_day,
        documents=[
            Document(position=position, kind=paper.kind, original=paper.original, sheets=paper.sheets)
            for position, paper in enumerate(given.documents, 1)
        ],
    )


def seal_addressee(unit: Work, item: Item, given: Submission, placing: Placing) -> None:
    recipient = given.addressee
    item.addressee = Vault.of(unit).seal_person(
        Person(
            name=recipient.name,
            phone=recipient.phone.e164 if recipient.phone else None,
            address=recipient.address.line,
            identity_number=recipient.identity_number,
            location=recipient.address.location,
        ),
        commune_id=item.commune_id,
        office_id=placing.office.id if placing.office else None,
        can_sms=recipient.phone is not None and recipient.phone.can_sms,
        street=placing.match.parts.street,
        has_door=placing.match.parts.has_door,
    )


def begin(unit: Work, new: Draft) -> None:
    """Write the first event, and a second one where a person has to look at the address."""
    item = new.item
    person = json.dumps(new.submission.addressee.as_json(), sort_keys=True, ensure_ascii=False)
    digest = Vault.of(unit).commit_to(item.addressee.subject, item.id, "addressee", person)
    occasion = unit.occasion()
    item.begin(
        occasion,
        {
            "point": str(item.origin_point_id),
            "policy": item.policy_version,
            "weight_g": item.weight_g,
            "addressee": digest,
            "commune": item.commune_id,
        },
    )
    if item.placed is Placed.REVIEW:
        days = policy_of(unit, item).address_wait_days
        item.address_until = working_calendar(unit).after(unit.today, days)
        verdict = str(new.placing.match.verdict)
        item.move(Happening.ADDRESS_UNRESOLVED, occasion, data={"verdict": verdict, "until": str(item.address_until)})
