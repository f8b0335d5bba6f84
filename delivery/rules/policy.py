"""The delivery policy: how often the post tries, how long it keeps, when it gives back. A dated document, not code.

No source confirms one figure for all services, so every number of this file is a default that a published
policy replaces. An item keeps the policy version that it was accepted under.
"""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from types import MappingProxyType

from delivery.rules.policy_fields import FieldReader, chosen, listed, mapping, refused, whole


class AfterContacts(StrEnum):
    """What the last fruitless contact before a visit leads to."""

    VISIT_ANYWAY = "visit_anyway"
    COUNTER = "counter"
    """The item is kept at the office and its addressee invited: the practice that the sources describe."""


class RefusedAction(StrEnum):
    """What a refused item does."""

    RETURN = "return"
    """It goes back to the agency at once."""
    HOLD = "hold"
    """It waits at the counter first, in case the addressee thinks better of it."""


class Channel(StrEnum):
    """How the post reaches an addressee who is not at the door."""

    SMS = "sms"
    CALL = "call"
    LETTER = "letter"


class Receiver(StrEnum):
    """Who may be handed the item."""

    ADDRESSEE = "addressee"
    AUTHORISED = "authorised"
    HOUSEHOLD = "household"


class Proof(StrEnum):
    """What a receiver must show or leave."""

    IDENTITY = "identity"
    """An identity document seen, in the original or in the national identity application."""
    AUTHORISATION = "authorisation"
    """The addressee's authorisation: given on the citizen's page, or on paper."""
    SIGNATURE = "signature"
    ONE_TIME_CODE = "one_time_code"
    PHOTO = "photo"


@dataclass(frozen=True, kw_only=True)
class MayReceive:
    """One kind of receiver, the proofs asked of them (all of them) and their least age in years (0: any)."""

    who: Receiver
    proofs: tuple[Proof, ...]
    least_age: int = 0

    def __post_init__(self) -> None:
        field = f"may_receive/{self.who}"
        if not self.proofs or len(set(self.proofs)) < len(self.proofs):
            raise refused(
                field, vi="cần ít nhất một bằng chứng, không lặp lại", en="needs at least one proof, each once"
            )
        if not 0 <= self.least_age <= 100:
            raise refused(field, vi="tuổi phải từ 0 đến 100", en="age must be from 0 to 100")


# The least and the greatest that each whole number may be: wide enough for any published practice, narrow enough to
# catch a slip of the finger. Two invitations, two working days apart, are the floor of the Postal Law 2010, art. 17(1).
RANGES: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "contacts_before_visit": (0, 9),
        "contacts_between_visits": (0, 9),
        "visits_allowed": (1, 9),
        "least_gap_hours": (1, 72),
        "most_days_between": (1, 30),
        "days_ahead": (1, 60),
        "hold_days": (1, 90),
        "invitations_required": (2, 9),
        "working_days_between_invitations": (2, 30),
        "address_wait_days": (0, 90),
        "redeliveries_on_request": (0, 9),
        "transfer_wait_minutes": (1, 60),
        "agency_acknowledge_days": (1, 30),
    }
)


@dataclass(frozen=True, kw_only=True)
class DeliveryPolicy:
    """One version of the rules for the items of a service, area and document class, from a day on.

    "Days" are working days, "hours" clock hours, money whole đồng, times of day Viet Nam's. A scope of None means any.
    """

    name: str
    valid_from: date
    service: str | None
    area: str | None
    """A dotted code, widest part first: a policy for `79` covers `79.26734`."""
    document_class: str | None

    contacts_before_visit: int
    """Fruitless contacts before the first visit that call for `after_fruitless_contacts`; 0: none are made."""
    contacts_between_visits: int
    """The same before a later visit."""
    after_fruitless_contacts: AfterContacts
    sms_counts_with_receipt: bool
    """An SMS is a contact or an invitation only once the network has confirmed its delivery."""

    visits_allowed: int
    """Failed visits that count, after which the item waits at the counter."""
    weak_attempts_count: bool
    """Whether a visit without location, call or photo uses one up; its addressee can dispute it either way."""
    least_gap_hours: int
    second_in_other_half_day: bool
    half_day_split: time
    """When the afternoon begins, for planning and for the other-half-day rule alike."""
    most_days_between: int
    visits_from: time
    visits_until: time
    days_ahead: int
    """How far ahead an addressee may ask for another day."""

    hold_days: int
    invitations_required: int
    working_days_between_invitations: int
    reminder_days: tuple[int, ...]
    """How many days before the hold ends a reminder goes out, greatest first."""

    may_receive: tuple[MayReceive, ...]
    refused_action: RefusedAction
    address_wait_days: int
    """How long a new address is waited for; 0: the item goes back at once."""
    redeliveries_on_request: int
    """How often the addressee may ask for one visit more after those; the tariff book says what each costs."""
    transfer_wait_minutes: int
    """How long a courier waits for the bank's notice of a transfer; then it is cash, or the charge is not paid."""
    agency_acknowledge_days: int
    quiet_from: time
    quiet_until: time

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise refused("name", vi="không được để trống", en="must not be empty")
        for scope in ("service", "area", "document_class"):
            if getattr(self, scope) == "":
                raise refused(scope, vi="để trống thì ghi null", en="must be null, not empty, to mean any")
        for field, (least, most) in RANGES.items():
            if not least <= getattr(self, field) <= most:
                raise refused(field, vi=f"phải từ {least} đến {most}", en=f"must be from {least} to {most}")
        if self.after_fruitless_contacts is AfterContacts.COUNTER and self.contacts_before_visit == 0:
            raise refused(
                "contacts_before_visit",
                vi="phải từ 1 khi after_fruitless_contacts là counter",
                en="must be at least 1 when after_fruitless_contacts is counter",
            )
        if self.visits_from >= self.visits_until:
            raise refused("visits_until", vi="phải sau visits_from", en="must be later than visits_from")
        if not self.visits_from < self.half_day_split < self.visits_until:
            raise refused(
                "half_day_split",
                vi="phải nằm giữa visits_from và visits_until",
                en="must lie between visits_from and visits_until",
            )
        if self.quiet_from == self.quiet_until:
            raise refused("quiet_until", vi="phải khác quiet_from", en="must differ from quiet_from")
        if any(not 1 <= days < self.hold_days for days in self.reminder_days):
            raise refused(
                "reminder_days", vi="mỗi số phải từ 1 và dưới hold_days", en="must each be from 1 and below hold_days"
            )
        if list(self.reminder_days) != sorted(set(self.reminder_days), reverse=True):
            raise refused("reminder_days", vi="phải giảm dần", en="must fall from one to the next")
        receivers = [rule.who for rule in self.may_receive]
        if Receiver.ADDRESSEE not in receivers or len(set(receivers)) < len(receivers):
            raise refused(
                "may_receive",
                vi="phải có người nhận (addressee), mỗi loại một lần",
                en="must name the addressee, each once",
            )

    def receiver(self, who: Receiver) -> MayReceive | None:
        """The proofs asked of `who`, or None when `who` may not receive."""
        return next((rule for rule in self.may_receive if rule.who is who), None)

    def counts_as_contact(self, channel: Channel, *, proven: bool) -> bool:
        """Whether a contact or invitation over `channel` counts; `proven`: the channel's own proof came."""
        return proven or channel is not Channel.SMS or not self.sms_counts_with_receipt

    def is_quiet(self, at: time) -> bool:
        """Whether messages wait at this Vietnamese time of day; quiet hours may span midnight."""
        if self.quiet_from < self.quiet_until:
            return self.quiet_from <= at < self.quiet_until
        return at >= self.quiet_from or at < self.quiet_until


DEFAULT_DOCUMENT: Mapping[str, object] = MappingProxyType(
    {
        "name": "Mặc định",
        "valid_from": "2025-07-01",
        "service": None,
        "area": None,
        "document_class": None,
        "contacts_before_visit": 2,
        "contacts_between_visits": 1,
        "after_fruitless_contacts": "visit_anyway",
        "sms_counts_with_receipt": True,
        "visits_allowed": 2,
        "weak_attempts_count": True,
        "least_gap_hours": 3,
        "second_in_other_half_day": True,
        "half_day_split": "12:00",
        "most_days_between": 3,
        "visits_from": "07:00",
        "visits_until": "19:00",
        "days_ahead": 10,
        "hold_days": 10,
        "invitations_required": 2,
        "working_days_between_invitations": 2,
        "reminder_days": [3],
        "may_receive": {
            "addressee": {"proofs": ["identity", "signature"], "least_age": 0},
            "authorised": {"proofs": ["identity", "authorisation", "signature"], "least_age": 0},
        },
        "refused_action": "return",
        "address_wait_days": 10,
        "redeliveries_on_request": 2,
        "transfer_wait_minutes": 5,
        "agency_acknowledge_days": 2,
        "quiet_from": "21:00",
        "quiet_until": "07:00",
    }
)
"""The policy that ships. Published figures for the hold range from 8 to 45 days; the split is noon, where Viet Nam's
working day is divided, and not the 15:00 of the Spanish rule that the other-half-day rule is taken from."""

ADDED_LATER: Mapping[str, object] = MappingProxyType({"transfer_wait_minutes": 5})
"""Fields that the first published documents do not have, with what those documents mean by it. Never to be changed:
a stored policy keeps its meaning."""


def read_policy(document: Mapping[str, object]) -> DeliveryPolicy:
    """Read a policy document (JSON types; days `yyyy-mm-dd`, times `hh:mm`). Every field must be there but those
    that documents did not have from the beginning (`ADDED_LATER`).

    Raises Invalid `policy-field` with the field's JSON pointer, for the first field that is unknown, missing, of the
    wrong type or out of range: a stored policy must never change its meaning because a default did.
    """
    document = {**ADDED_LATER, **document}
    known = [field.name for field in dataclasses.fields(DeliveryPolicy)]
    for field in document:
        if field not in known:
            raise refused(str(field), vi="không có trong chính sách phát", en="is not a field of a delivery policy")
    for field in known:
        if field not in document:
            raise refused(field, vi="còn thiếu", en="is missing")
    read = FieldReader(document)
    return DeliveryPolicy(
        name=read.text("name"),
        valid_from=read.day("valid_from"),
        service=read.scope("service"),
        area=read.scope("area"),
        document_class=read.scope("document_class"),
        contacts_before_visit=read.whole("contacts_before_visit"),
        contacts_between_visits=read.whole("contacts_between_visits"),
        after_fruitless_contacts=read.choice("after_fruitless_contacts", AfterContacts),
        sms_counts_with_receipt=read.flag("sms_counts_with_receipt"),
        visits_allowed=read.whole("visits_allowed"),
        weak_attempts_count=read.flag("weak_attempts_count"),
        least_gap_hours=read.whole("least_gap_hours"),
        second_in_other_half_day=read.flag("second_in_other_half_day"),
        half_day_split=read.hour("half_day_split"),
        most_days_between=read.whole("most_days_between"),
        visits_from=read.hour("visits_from"),
        visits_until=read.hour("visits_until"),
        days_ahead=read.whole("days_ahead"),
        hold_days=read.whole("hold_days"),
        invitations_required=read.whole("invitations_required"),
        working_days_between_invitations=read.whole("working_days_between_invitations"),
        reminder_days=read.wholes("reminder_days"),
        may_receive=_receivers(mapping("may_receive", document["may_receive"])),
        refused_action=read.choice("refused_action", RefusedAction),
        address_wait_days=read.whole("address_wait_days"),
        redeliveries_on_request=read.whole("redeliveries_on_request"),
        transfer_wait_minutes=read.whole("transfer_wait_minutes"),
        agency_acknowledge_days=read.whole("agency_acknowledge_days"),
        quiet_from=read.hour("quiet_from"),
        quiet_until=read.hour("quiet_until"),
    )


def as_document(policy: DeliveryPolicy) -> dict[str, object]:
    """The document that `read_policy` reads back to an equal policy; JSON types only."""
    document: dict[str, object] = {}
    for field in dataclasses.fields(policy):
        value = getattr(policy, field.name)
        if isinstance(value, time):
            document[field.name] = value.strftime("%H:%M")
        elif isinstance(value, date):
            document[field.name] = value.isoformat()
        elif isinstance(value, StrEnum):
            document[field.name] = value.value
        elif field.name == "reminder_days":
            document[field.name] = list(policy.reminder_days)
        elif field.name == "may_receive":
            document[field.name] = {
                rule.who.value: {"proofs": [proof.value for proof in rule.proofs], "least_age": rule.least_age}
                for rule in policy.may_receive
            }
        else:
            document[field.name] = value
    return document


def in_force(
    policies: Iterable[DeliveryPolicy], *, service: str, area: str, document_class: str, day: date
) -> DeliveryPolicy | None:
    """The most specific policy for these that is valid on `day`, or None when no policy covers them.

    A policy that names the document class beats one that does not; then the narrower area, then the service, then
    the later `valid_from` decides.
    """

    def covers(policy: DeliveryPolicy) -> bool:
        return (
            policy.valid_from <= day
            and policy.service in (None, service)
            and policy.document_class in (None, document_class)
            and (policy.area is None or f"{area}.".startswith(f"{policy.area}."))
        )

    def specificity(policy: DeliveryPolicy) -> tuple[bool, int, bool, date]:
        return (
            policy.document_class is not None,
            len(policy.area or ""),
            policy.service is not None,
            policy.valid_from,
        )

    return max(filter(covers, policies), key=specificity, default=None)


def _receivers(document: Mapping[str, object]) -> tuple[MayReceive, ...]:
    # PostgreSQL's jsonb forgets the order of keys: the order of the enum keeps equal policies equal.
    rules = {chosen("may_receive", who, Receiver): rule for who, rule in document.items()}
    return tuple(_receiver(f"may_receive/{who}", who, rules[who]) for who in Receiver if who in rules)


def _receiver(field: str, who: Receiver, rule: object) -> MayReceive:
    held = mapping(field, rule)
    if set(held) != {"proofs", "least_age"}:
        raise refused(field, vi="cần đúng hai mục proofs và least_age", en="takes exactly proofs and least_age")
    proofs = tuple(chosen(f"{field}/proofs", proof, Proof) for proof in listed(f"{field}/proofs", held["proofs"]))
    return MayReceive(who=who, proofs=proofs, least_age=whole(f"{field}/least_age", held["least_age"]))
