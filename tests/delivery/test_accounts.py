"""API clients and their tokens: hashed, scoped, short-lived."""

from datetime import timedelta

import pytest

from delivery import accounts
from delivery.errors import Invalid
from delivery.store.agencies import ApiClient
from delivery.wiring import Wiring
from tests.conftest import HandClock
from tests.factories import CLIENT_SECRET, Town


def test_a_token_speaks_for_its_agency_in_its_world_until_it_ends(wiring: Wiring, town: Town, clock: HandClock) -> None:
    """A test client's token must never reach live items."""
    with wiring.work("job:test") as unit:
        client = accounts.authenticate(unit, client_id=town.clients["test"], secret=CLIENT_SECRET)
        assert client is not None
        issued = accounts.issue(unit, client)
        caller = accounts.bearer(unit, issued.token)
        assert caller is not None
        assert (caller.agency_id, caller.world_id) == (town.agencies["H29"], client.world_id)
        assert caller.actor == "client:test_h29sandbox"
        assert CLIENT_SECRET not in repr(issued)
        assert issued.token not in repr(issued)
    clock.at += timedelta(seconds=issued.seconds)
    with wiring.work("job:test") as unit:
        assert accounts.bearer(unit, issued.token) is None


def test_a_token_has_the_scopes_asked_for_and_never_more(wiring: Wiring, town: Town) -> None:
    """A program asks for what it needs; what its client lacks it does not get."""
    with wiring.work("job:test") as unit:
        client = unit.session.get_one(ApiClient, town.clients["H29"])
        client.scopes = ["items:read", "items:write"]
        assert accounts.issue(unit, client, scopes="items:read").scopes == ("items:read",)
        assert accounts.issue(unit, client).scopes == ("items:write", "items:read")
        with pytest.raises(Invalid, match="items:cancel"):
            accounts.issue(unit, client, scopes="items:read items:cancel")


@pytest.mark.parametrize("token", ["", "x", "a\x00b", "é" * 50])
def test_a_made_up_token_is_nobodys(wiring: Wiring, town: Town, token: str) -> None:
    """Whatever its form."""
    with wiring.work("job:test") as unit:
        assert accounts.bearer(unit, token) is None


def test_only_a_right_use_of_a_client_is_noted(wiring: Wiring, town: Town) -> None:
    """Last use shows which of two clients can be retired; an attacker's tries must not blur it."""
    name = town.clients["H29"]
    with wiring.work("job:test") as unit:
        assert accounts.authenticate(unit, client_id=name, secret="wrong") is None
        assert unit.session.get_one(ApiClient, name).last_used_at is None
        assert accounts.authenticate(unit, client_id=name, secret=CLIENT_SECRET) is not None
        assert unit.session.get_one(ApiClient, name).last_used_at == unit.clock.real()
