"""Delivery policies: documents that are read whole or refused by the name of the field."""

import json
from dataclasses import replace
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.errors import Invalid
from delivery.rules.policy import (
    ADDED_LATER,
    DEFAULT_DOCUMENT,
    RANGES,
    AfterContacts,
    Channel,
    DeliveryPolicy,
    Proof,
    Receiver,
    RefusedAction,
    as_document,
    in_force,
    read_policy,
)

DEFAULT = read_policy(DEFAULT_DOCUMENT)


def test_the_policy_that_ships_is_the_one_the_domain_describes() -> None:
    """Two visits in opposite half-days, ten working days, two invitations two working days apart."""
    assert (DEFAULT.visits_allowed, DEFAULT.second_in_other_half_day, DEFAULT.least_gap_hours) == (2, True, 3)
    assert (DEFAULT.hold_days, DEFAULT.invitations_required, DEFAULT.working_days_between_invitations) == (10, 2, 2)
    assert DEFAULT.after_fruitless_contacts is AfterContacts.VISIT_ANYWAY
    assert DEFAULT.refused_action is RefusedAction.RETURN
    assert DEFAULT.half_day_split == time(12)


def test_a_policy_survives_json_whatever_the_order_of_its_keys() -> None:
    """It is stored as jsonb, which sorts keys its own way; two versions are compared to show the diff."""
    stored = json.loads(json.dumps(as_document(DEFAULT), sort_keys=True))
    stored["may_receive"] = dict(reversed(stored["may_receive"].items()))
    assert read_policy(stored) == DEFAULT
    assert as_document(DEFAULT) == dict(DEFAULT_DOCUMENT)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("hold_days", "10"),
        ("hold_days", 10.0),
        ("hold_days", True),
        ("hold_days", -1),
        ("hold_days", 91),
        ("transfer_wait_minutes", 0),
        ("transfer_wait_minutes", "5"),
        ("visits_allowed", 0),
        ("least_gap_hours", 0),
        ("invitations_required", 1),
        ("working_days_between_invitations", 1),
        ("weak_attempts_count", 1),
        ("weak_attempts_count", None),
        ("after_fruitless_contacts", "shout"),
        ("refused_action", None),
        ("half_day_split", "25:00"),
        ("half_day_split", "12"),
        ("half_day_split", "06:00"),
        ("half_day_split", 12),
        ("visits_until", "06:00"),
        ("quiet_until", "21:00"),
        ("valid_from", "2026-02-30"),
        ("valid_from", "20260310"),
        ("name", " "),
        ("name", 7),
        ("service", ""),
        ("area", 79),
        ("reminder_days", 3),
        ("reminder_days", [10]),
        ("reminder_days", [1, 3]),
        ("reminder_days", [3, 3]),
        ("reminder_days", [0]),
        ("reminder_days", ["3"]),
        ("may_receive", []),
        ("may_receive", {}),
    ],
)
def test_nonsense_is_refused_by_the_name_of_its_field(field: str, value: object) -> None:
    """A manager types these; the error must lead to the line to mend."""
    with pytest.raises(Invalid) as refused:
        read_policy({**DEFAULT_DOCUMENT, field: value})
    assert refused.value.pointer == f"/{field}"
    assert field in refused.value.vi
    assert field in refused.value.en


@pytest.mark.parametrize(
    ("rules", "pointer"),
    [
        ({"neighbour": {"proofs": ["identity"], "least_age": 0}}, "/may_receive"),
        ({"addressee": {"proofs": ["identity"]}}, "/may_receive/addressee"),
        ({"addressee": ["identity"]}, "/may_receive/addressee"),
        ({"addressee": {"proofs": [], "least_age": 0}}, "/may_receive/addressee"),
        ({"addressee": {"proofs": ["smile"], "least_age": 0}}, "/may_receive/addressee/proofs"),
        ({"addressee": {"proofs": ["identity"], "least_age": -1}}, "/may_receive/addressee"),
        ({"household": {"proofs": ["identity"], "least_age": 15}}, "/may_receive"),
    ],
)
def test_who_may_receive_is_checked_to_the_last_proof(rules: dict[str, object], pointer: str) -> None:
    """A hole here hands an identity card to a stranger."""
    with pytest.raises(Invalid) as refused:
        read_policy({**DEFAULT_DOCUMENT, "may_receive": rules})
    assert refused.value.pointer == pointer


@pytest.mark.parametrize("field", sorted(set(DEFAULT_DOCUMENT) - set(ADDED_LATER)))
def test_a_missing_field_is_refused_not_guessed(field: str) -> None:
    """A default that changes later would change what an old policy means."""
    with pytest.raises(Invalid) as refused:
        read_policy({name: value for name, value in DEFAULT_DOCUMENT.items() if name != field})
    assert refused.value.pointer == f"/{field}"


def test_a_document_from_before_a_field_existed_is_read_as_it_was_meant() -> None:
    """Published policies are never edited: items accepted under them go on under the same rules."""
    first = {name: value for name, value in DEFAULT_DOCUMENT.items() if name not in ADDED_LATER}
    assert read_policy(first).transfer_wait_minutes == 5
    assert read_policy({**first, "transfer_wait_minutes": 10}).transfer_wait_minutes == 10


def test_an_unknown_field_is_refused() -> None:
    """`hold_dayss` must not leave the old number in force."""
    with pytest.raises(Invalid, match="hold_dayss"):
        read_policy({**DEFAULT_DOCUMENT, "hold_dayss": 12})


@given(data=st.data())
def test_every_number_within_its_range_makes_a_policy(data: st.DataObject) -> None:
    """The ranges are the rule, and no hidden rule refuses what they allow."""
    numbers = {name: data.draw(st.integers(*limits), label=name) for name, limits in RANGES.items()}
    policy = read_policy({**DEFAULT_DOCUMENT, **numbers, "reminder_days": []})
    assert read_policy(as_document(policy)) == policy


def test_the_counter_after_fruitless_contacts_needs_contacts() -> None:
    """Otherwise no courier would ever set out."""
    with pytest.raises(Invalid, match="contacts_before_visit"):
        replace(DEFAULT, after_fruitless_contacts=AfterContacts.COUNTER, contacts_before_visit=0)


def test_an_sms_counts_only_with_its_receipt() -> None:
    """Sent is not read: the law's invitation must have arrived somewhere."""
    assert not DEFAULT.counts_as_contact(Channel.SMS, proven=False)
    assert DEFAULT.counts_as_contact(Channel.SMS, proven=True)
    assert DEFAULT.counts_as_contact(Channel.LETTER, proven=False)
    assert replace(DEFAULT, sms_counts_with_receipt=False).counts_as_contact(Channel.SMS, proven=False)


def test_who_may_receive_is_found_with_the_proofs_needed() -> None:
    """By default a member of the household may not."""
    authorised = DEFAULT.receiver(Receiver.AUTHORISED)
    assert authorised is not None
    assert Proof.AUTHORISATION in authorised.proofs
    assert DEFAULT.receiver(Receiver.HOUSEHOLD) is None


@pytest.mark.parametrize(
    ("at", "quiet"), [(time(20, 59), False), (time(21), True), (time(0), True), (time(6, 59), True), (time(7), False)]
)
def test_quiet_hours_span_midnight(at: time, quiet: bool) -> None:
    """Contract C25: 21:00 to 07:00."""
    assert DEFAULT.is_quiet(at) is quiet


def test_quiet_hours_within_one_day_work_too() -> None:
    """A noon rest is somebody's policy."""
    noon = replace(DEFAULT, quiet_from=time(12), quiet_until=time(13))
    assert [noon.is_quiet(time(hour)) for hour in (11, 12, 13)] == [False, True, False]


def _policy(name: str, **scope: str) -> DeliveryPolicy:
    return read_policy({**DEFAULT_DOCUMENT, "name": name, **scope})


EVERYWHERE = _policy("everywhere")
NEWER = _policy("newer", valid_from="2026-01-01")
CITY = _policy("city", area="79")
COMMUNE = _policy("commune", area="79.26734")
EXPRESS = _policy("express", service="express")
CARDS = _policy("cards", document_class="identity_card")
ALL = (CARDS, EVERYWHERE, COMMUNE, EXPRESS, NEWER, CITY)


@pytest.mark.parametrize(
    ("service", "area", "document_class", "day", "expected"),
    [
        ("standard", "01.00004", "licence", date(2025, 12, 31), EVERYWHERE),
        ("standard", "01.00004", "licence", date(2026, 1, 1), NEWER),
        ("standard", "79.26740", "licence", date(2026, 1, 1), CITY),
        ("standard", "79.26734", "licence", date(2026, 1, 1), COMMUNE),
        ("standard", "79", "licence", date(2026, 1, 1), CITY),
        ("standard", "790.1", "licence", date(2026, 1, 1), NEWER),
        ("express", "01.00004", "licence", date(2026, 1, 1), EXPRESS),
        ("express", "79.26734", "licence", date(2026, 1, 1), COMMUNE),
        ("express", "79.26734", "identity_card", date(2026, 1, 1), CARDS),
        ("standard", "01.00004", "licence", date(2024, 1, 1), None),
    ],
)
def test_the_most_specific_policy_is_in_force(
    service: str, area: str, document_class: str, day: date, expected: DeliveryPolicy | None
) -> None:
    """Document class, then narrower area, then service, then the later day: the order is part of the contract."""
    assert in_force(ALL, service=service, area=area, document_class=document_class, day=day) is expected
    assert in_force(reversed(ALL), service=service, area=area, document_class=document_class, day=day) is expected
