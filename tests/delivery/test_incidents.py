"""Incidents: an envelope under inquiry keeps its last holder, has an owner, and ends in one of three ways."""

import pytest

from delivery import incidents
from delivery.errors import NotFound, Refused
from delivery.incidents import Outcome
from delivery.rules.reasons import IncidentKind, Reason
from delivery.rules.states import State
from delivery.store.attempts import Incident
from delivery.store.items import Holder, HolderKind
from delivery.wiring import Wiring
from tests.conftest import HandClock
from tests.delivery.made_rounds import CLERK, Post
from tests.factories import Town


@pytest.fixture
def post(wiring: Wiring, town: Town, clock: HandClock) -> Post:
    """Sài Gòn's office on a Monday at eight."""
    return Post(wiring, town, clock)


def _open(post: Post, number: str, kind: IncidentKind = IncidentKind.LOST) -> Incident:
    with post.wiring.work(CLERK) as unit:
        return incidents.open_incident(unit, number=number, office_id=post.office, kind=kind)


def _close(post: Post, incident: Incident, outcome: Outcome) -> None:
    with post.wiring.work(CLERK) as unit:
        incidents.close_incident(unit, incident_id=incident.id, outcome=outcome, office_id=post.office)


def test_an_item_under_inquiry_keeps_its_holder_and_gets_an_owner(post: Post) -> None:
    """Nobody knows yet where it is; who had it last is where one asks first."""
    (number,) = post.out()
    incident = _open(post, number)
    item = post.item(number)
    assert (item.state, item.holder_id) == (State.UNDER_INQUIRY, post.courier)
    assert incident.owner.startswith("office:")
    with post.wiring.work(CLERK) as unit:
        assert [row.id for row in incidents.open_incidents(unit, office_id=post.office)] == [incident.id]


def test_a_found_item_goes_on_from_where_it_was(post: Post) -> None:
    """On the shelf it was, on the shelf it is; held it was, held it is."""
    shelved, held = post.one(), post.held()
    for number, state in ((shelved, State.AT_OFFICE), (held, State.HELD)):
        _close(post, _open(post, number), Outcome.CONTINUED)
        item = post.item(number)
        assert (item.state, item.holder) == (state, Holder(HolderKind.OFFICE, post.office))


def test_what_was_lost_on_a_round_and_found_lies_on_the_shelf_again(post: Post) -> None:
    """The office that says it is found has it in hand, so it is not out any more."""
    (number,) = post.out()
    post.fail(number, Reason.STOLEN)
    with post.wiring.work(CLERK) as unit:
        (incident,) = incidents.open_incidents(unit, office_id=post.office)
    _close(post, incident, Outcome.CONTINUED)
    item = post.item(number)
    assert (item.state, item.holder) == (State.AT_OFFICE, Holder(HolderKind.OFFICE, post.office))
    post.go_out([number])


def test_a_damaged_item_may_go_back_and_a_lost_one_is_lost_for_good(post: Post) -> None:
    """The two other ends; nobody holds what is lost."""
    damaged, lost = post.shelved(2)
    _close(post, _open(post, damaged, IncidentKind.DAMAGED), Outcome.RETURNED)
    assert post.item(damaged).state is State.RETURNING
    _close(post, _open(post, lost), Outcome.LOST)
    item = post.item(lost)
    assert (item.state, item.holder) == (State.LOST, Holder(HolderKind.NOBODY))
    with pytest.raises(Refused):
        _open(post, lost)


def test_an_inquiry_ends_once_and_only_by_an_office_that_it_concerns(post: Post) -> None:
    """The second answer would move an envelope that has gone on."""
    number = post.one()
    with pytest.raises(NotFound), post.wiring.work(CLERK) as unit:
        incidents.open_incident(unit, number=number, office_id=post.town.tan_dinh, kind=IncidentKind.LOST)
    incident = _open(post, number)
    _close(post, incident, Outcome.CONTINUED)
    with pytest.raises(Refused, match="is over"):
        _close(post, incident, Outcome.LOST)
    assert post.item(number).state is State.AT_OFFICE
