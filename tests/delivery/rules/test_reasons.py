"""The table of reasons holds what domain pages say of it."""

import pytest

from delivery.rules.reasons import (
    EDIFACT_9013,
    OF_CONTACT,
    OF_VISIT,
    ON_PHONE,
    TABLE,
    About,
    Action,
    Counts,
    Fault,
    IncidentKind,
    Reason,
    about,
)


def test_every_reason_has_a_row_in_both_languages_and_a_foreign_code() -> None:
    """A reason without words would be an empty line on the citizen's page."""
    assert set(TABLE) == set(Reason) == set(EDIFACT_9013)
    for reason in Reason:
        row = about(reason)
        assert row.words("vi") == row.vi != row.en == row.words("en")
    assert len({row.vi for row in TABLE.values()}) == len(Reason)


def test_a_courier_never_picks_from_more_than_twelve() -> None:
    """Three taps at the door: a longer list is answered with its first line."""
    assert len(ON_PHONE) <= 12
    assert all(about(reason).of_visit for reason in ON_PHONE)


def test_only_the_addressees_failures_count() -> None:
    """What the carrier, the agency or the weather caused must never use up the addressee's visits."""
    for row in TABLE.values():
        if row.counts is Counts.YES:
            assert row.fault is Fault.ADDRESSEE


def test_reasons_of_contacts_and_of_visits_share_only_no_answer() -> None:
    """A wrong number explains a call, never a closed door."""
    assert set(OF_CONTACT) == {Reason.NO_ANSWER, Reason.WRONG_NUMBER, Reason.PHONE_UNREACHABLE}
    assert set(OF_CONTACT) & set(OF_VISIT) == {Reason.NO_ANSWER}
    assert set(OF_CONTACT) | set(OF_VISIT) == set(Reason)


def test_each_kind_of_incident_has_its_reason() -> None:
    """An incident is opened with a kind that the inquiry form knows."""
    assert [row.incident for row in TABLE.values() if row.incident] == [
        IncidentKind.DAMAGED,
        IncidentKind.SEAL_BROKEN,
        IncidentKind.LOST,
        IncidentKind.STOLEN,
    ]


def test_a_row_that_contradicts_itself_cannot_be_written() -> None:
    """The table is edited by people."""
    with pytest.raises(ValueError, match="incident"):
        About(reason=Reason.LOST, fault=Fault.CARRIER, counts=Counts.NO, action=Action.INCIDENT, vi="mất", en="lost")
    with pytest.raises(ValueError, match="contacts only"):
        About(
            reason=Reason.WRONG_NUMBER,
            fault=Fault.AGENCY,
            counts=Counts.CONTACT_ONLY,
            action=Action.OTHER_CHANNEL,
            vi="sai số",
            en="wrong number",
        )
