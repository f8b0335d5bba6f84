"""What happens to each result: its scripted story, told beforehand and then acted out.

The actors keep to a story as far as the post lets them: who was to be met on the third visit may collect at the
counter after the second.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

DELIVERED = "delivered"

PHONE_REASONS = (
    "NOT_HOME", "NO_ANSWER", "BUSINESS_CLOSED", "REQUESTED_LATER", "REFUSED", "CHARGE_NOT_PAID", "ID_NOT_VERIFIED",
    "MOVED", "UNKNOWN_ADDRESSEE", "ADDRESS_INCORRECT", "NO_ACCESS", "NOT_ENOUGH_TIME",
)  # fmt: skip
DESK_REASONS = (
    "DECEASED", "ADDRESS_INSUFFICIENT", "UNTRACEABLE", "VEHICLE", "MISROUTED", "PROOF_MISSING", "WEATHER",
    "FORCE_MAJEURE",
)  # fmt: skip
CONTACT_REASONS = ("WRONG_NUMBER", "PHONE_UNREACHABLE", "NO_ANSWER")
INCIDENT_REASONS = ("DAMAGED", "SEAL_BROKEN", "LOST", "STOLEN")
NEEDS_ADDRESS = frozenset(
    {"MOVED", "UNKNOWN_ADDRESSEE", "DECEASED", "ADDRESS_INCORRECT", "ADDRESS_INSUFFICIENT", "UNTRACEABLE"}
)


class Recall(StrEnum):
    """When the agency calls a result back."""

    AT_AGENCY = "at_agency"
    AT_OFFICE = "at_office"
    OUT = "out"
    TOO_LATE = "too_late"


class Choice(StrEnum):
    """What a citizen asks for by the link in the message."""

    LATER = "later"
    HALF_DAY = "half_day"
    COUNTER = "counter"
    PERSON = "person"


class Mender(StrEnum):
    """Who mends an address that cannot be placed."""

    CLERK = "clerk"
    AGENCY = "agency"
    NOBODY = "nobody"


@dataclass(frozen=True, kw_only=True)
class Story:
    """One result's fate. `visits` are the outcomes of its visits in turn, the last one for all that follow.

    `collects`: on which working day at the counter the addressee comes (0: the same evening), None: never.
    `redelivered`: instead of collecting, the addressee asks the counter for another visit, and is then at home.
    `new_address`: when the post waits for one, the agency sends it. `phone`: "mobile", "landline" or the six digits
    that end a mobile number whose messages fail. `mender`: set where the address cannot be placed.
    """

    visits: tuple[str, ...] = (DELIVERED,)
    receiver: str = "addressee"
    contact: str | None = None
    collects: int | None = 2
    redelivered: bool = False
    new_address: bool = False
    choice: Choice | None = None
    recall: Recall | None = None
    incident: str | None = None
    inquiry_ends: str = "continued"
    phone: str = "mobile"
    mender: Mender | None = None

    def __post_init__(self) -> None:
        known = {DELIVERED, *PHONE_REASONS, *DESK_REASONS}
        for outcome in self.visits:
            if outcome not in known:
                raise ValueError(f"No visit ends with “{outcome}”; known are {sorted(known)}.")
        if not self.visits:
            raise ValueError("A story tells the outcome of one visit at least.")
        if self.contact is not None and self.contact not in CONTACT_REASONS:
            raise ValueError(f"No contact fails for “{self.contact}”; known are {CONTACT_REASONS}.")
        if self.incident is not None and self.incident not in INCIDENT_REASONS:
            raise ValueError(f"No incident is called “{self.incident}”; known are {INCIDENT_REASONS}.")

    def visit(self, number: int) -> str:
        """The outcome of the `number`-th visit, from 1 on."""
        return self.visits[min(number, len(self.visits)) - 1]

    @property
    def reasons(self) -> frozenset[str]:
        """Every reason that this story is meant to show."""
        told = {outcome for outcome in self.visits if outcome != DELIVERED}
        return frozenset(told | {reason for reason in (self.contact, self.incident) if reason})


PLAIN = Story()
_TWICE_OUT = ("NOT_HOME", "NOT_HOME")

ONCE_EACH: tuple[Story, ...] = (
    Story(visits=("NOT_HOME", DELIVERED)),
    Story(visits=("NO_ANSWER", DELIVERED)),
    Story(visits=("BUSINESS_CLOSED", DELIVERED)),
    Story(visits=("REQUESTED_LATER", DELIVERED)),
    Story(visits=("REFUSED",)),
    Story(visits=("CHARGE_NOT_PAID", DELIVERED)),
    Story(visits=("ID_NOT_VERIFIED", DELIVERED)),
    Story(visits=("MOVED", DELIVERED), new_address=True),
    Story(visits=("UNKNOWN_ADDRESSEE",)),
    Story(visits=("ADDRESS_INCORRECT", DELIVERED), new_address=True),
    Story(visits=("NO_ACCESS", DELIVERED)),
    Story(visits=("NOT_ENOUGH_TIME", DELIVERED)),
    Story(visits=("DECEASED",)),
    Story(visits=("ADDRESS_INSUFFICIENT", DELIVERED), new_address=True),
    Story(visits=("UNTRACEABLE",)),
    Story(visits=("VEHICLE", DELIVERED)),
    Story(visits=("MISROUTED", DELIVERED)),
    Story(visits=("PROOF_MISSING", DELIVERED)),
    Story(visits=("WEATHER", DELIVERED)),
    Story(visits=("FORCE_MAJEURE", DELIVERED)),
    Story(contact="WRONG_NUMBER"),
    Story(contact="PHONE_UNREACHABLE"),
    Story(contact="NO_ANSWER"),
    Story(incident="DAMAGED", inquiry_ends="continued"),
    Story(incident="SEAL_BROKEN", inquiry_ends="returned"),
    Story(incident="LOST", inquiry_ends="lost"),
    Story(incident="STOLEN", inquiry_ends="lost"),
    Story(visits=_TWICE_OUT, collects=2),
    Story(visits=_TWICE_OUT, collects=None),
    Story(visits=_TWICE_OUT, collects=None, phone="landline"),
    Story(visits=_TWICE_OUT, collects=None, phone="030003"),
    Story(visits=(*_TWICE_OUT, DELIVERED), redelivered=True),
    Story(recall=Recall.AT_AGENCY),
    Story(recall=Recall.AT_OFFICE),
    Story(recall=Recall.OUT, visits=("NOT_HOME",)),
    Story(recall=Recall.TOO_LATE),
    Story(choice=Choice.LATER),
    Story(choice=Choice.HALF_DAY),
    Story(choice=Choice.COUNTER, collects=1),
    Story(choice=Choice.PERSON, receiver="authorised"),
    Story(mender=Mender.CLERK),
    Story(mender=Mender.AGENCY),
    Story(mender=Mender.NOBODY),
    Story(phone="021610"),
    Story(phone="landline"),
)
"""Every reason, every way out and every choice, once: no demo is without them."""

_SHARES: tuple[tuple[float, tuple[Story, ...]], ...] = (
    (0.785, (PLAIN,)),
    (0.030, (Story(receiver="authorised"),)),
    (0.060, (Story(visits=("NOT_HOME", DELIVERED)),)),
    (
        0.030,
        tuple(
            Story(visits=(reason, DELIVERED))
            for reason in ("NO_ANSWER", "BUSINESS_CLOSED", "CHARGE_NOT_PAID", "ID_NOT_VERIFIED", "NO_ACCESS")
        ),
    ),
    (0.030, (Story(visits=_TWICE_OUT, collects=2), Story(visits=_TWICE_OUT, collects=None))),
    (0.012, (Story(visits=("REFUSED",)),)),
    (0.010, (Story(visits=("REQUESTED_LATER", DELIVERED)),)),
    (
        0.013,
        tuple(
            Story(visits=(reason, DELIVERED), new_address=mended)
            for reason in ("MOVED", "UNKNOWN_ADDRESSEE", "ADDRESS_INCORRECT")
            for mended in (True, False)
        ),
    ),
    (0.008, tuple(Story(visits=(reason, DELIVERED)) for reason in ("NOT_ENOUGH_TIME", "WEATHER"))),
    (
        0.010,
        (
            Story(choice=Choice.LATER),
            Story(choice=Choice.HALF_DAY),
            Story(choice=Choice.COUNTER, collects=1),
            Story(choice=Choice.PERSON, receiver="authorised"),
        ),
    ),
    (
        0.006,
        (
            Story(recall=Recall.AT_AGENCY),
            Story(recall=Recall.AT_OFFICE),
            Story(recall=Recall.OUT, visits=("NOT_HOME",)),
        ),
    ),
    (0.006, tuple(Story(contact=reason) for reason in CONTACT_REASONS)),
)
_UNCLEAR = 0.03
# Half of the unclear addresses are mended by the clerk, a third by the agency, the rest by nobody.
_MENDERS = (Mender.CLERK, Mender.CLERK, Mender.CLERK, Mender.AGENCY, Mender.AGENCY, Mender.NOBODY)
_FAILING_PHONES = ("030003", "030005", "021614", "021610")


def stories(count: int, chance: random.Random) -> list[Story]:
    """A story for each of `count` results: every kind once, the rest as life goes, in random order."""
    if count < len(ONCE_EACH):
        raise ValueError(f"{len(ONCE_EACH)} stories cannot be told with {count} results.")
    told = [*ONCE_EACH, *(_usual(chance) for _ in range(count - len(ONCE_EACH)))]
    chance.shuffle(told)
    return told


def reasons_of(told: Sequence[Story]) -> frozenset[str]:
    """Every reason that occurs in these stories."""
    return frozenset().union(*(story.reasons for story in told))


def _usual(chance: random.Random) -> Story:
    drawn = chance.random()
    story = PLAIN
    for share, kinds in _SHARES:
        if drawn < share:
            story = chance.choice(kinds)
            break
        drawn -= share
    if story != PLAIN:
        return story
    if chance.random() < _UNCLEAR:
        return replace(story, mender=chance.choice(_MENDERS))
    draw = chance.random()
    if draw < 0.02:
        return replace(story, phone="landline")
    if draw < 0.035:
        return replace(story, phone=chance.choice(_FAILING_PHONES))
    return story
