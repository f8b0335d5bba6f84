"""Passwords are checked slowly and seldom, and a session ends when it should."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from delivery import signing_in
from delivery.signing_in import LOCKED_FOR, SESSION_LASTS, TRIES, SignedIn
from delivery.store.agencies import LIVE, World
from delivery.store.staff import Staff, StaffSession
from delivery.wiring import Wiring
from tests.conftest import HandClock
from tests.factories import PASSWORD

pytestmark = pytest.mark.usefixtures("town")


def _enter(wiring: Wiring, login: str, password: str = PASSWORD, former: str | None = None) -> SignedIn | None:
    with wiring.work("job:sign-in") as unit:
        return signing_in.sign_in(unit, login=login, password=password, former_token=former)


def _entered(wiring: Wiring, login: str = "clerk.sg", former: str | None = None) -> SignedIn:
    found = _enter(wiring, login, former=former)
    assert found is not None
    return found


def _whose(wiring: Wiring, token: str) -> str | None:
    with wiring.work("job:sign-in") as unit:
        staff = signing_in.whose(unit, token=token)
        return staff.login if staff else None


def test_the_right_password_opens_a_session_of_that_person(wiring: Wiring) -> None:
    """What every page of the post asks first: who is this?"""
    assert _whose(wiring, _entered(wiring).token) == "clerk.sg"


@pytest.mark.parametrize(("login", "password"), [("clerk.sg", "wrong"), ("nobody", PASSWORD), ("", "")])
def test_a_wrong_password_and_an_unknown_login_are_refused_alike(wiring: Wiring, login: str, password: str) -> None:
    """Nobody may learn from the answer which logins exist."""
    assert _enter(wiring, login, password) is None


def test_an_account_is_locked_after_five_wrong_passwords_even_for_the_right_one(
    wiring: Wiring, clock: HandClock
) -> None:
    """Guessing must take longer than a working life; the owner waits a quarter of an hour."""
    for _ in range(TRIES):
        assert _enter(wiring, "clerk.sg", "guess") is None
    assert _enter(wiring, "clerk.sg") is None
    clock.forward(seconds=LOCKED_FOR.total_seconds() - 1)
    assert _enter(wiring, "clerk.sg") is None
    clock.forward(seconds=1)
    assert _enter(wiring, "clerk.sg") is not None


def test_four_slips_of_the_finger_are_forgotten_at_the_next_sign_in(wiring: Wiring) -> None:
    """Only wrong passwords in a row count."""
    for _ in range(2):
        for _ in range(TRIES - 1):
            _enter(wiring, "clerk.sg", "slip")
        assert _enter(wiring, "clerk.sg") is not None


def test_locking_one_account_leaves_the_others_open(wiring: Wiring) -> None:
    """A clerk who forgot a password does not close the office."""
    for _ in range(TRIES):
        _enter(wiring, "clerk.sg", "guess")
    assert _enter(wiring, "manager.sg") is not None


def test_signing_in_again_ends_the_session_that_the_browser_had(wiring: Wiring) -> None:
    """A token that somebody planted in the browser beforehand is worth nothing afterwards."""
    first = _entered(wiring)
    second = _entered(wiring, former=first.token)
    assert (_whose(wiring, first.token), _whose(wiring, second.token)) == (None, "clerk.sg")


def test_signing_out_ends_the_session_on_the_server(wiring: Wiring) -> None:
    """A copied cookie does not outlive the person's leaving."""
    token = _entered(wiring).token
    with wiring.work("job:sign-in") as unit:
        signing_in.sign_out(unit, token=token)
    assert _whose(wiring, token) is None


def test_a_session_ends_after_a_shift(wiring: Wiring, clock: HandClock) -> None:
    """An unattended browser is not signed in the next morning, and the row goes at the next sign-in."""
    token = _entered(wiring).token
    clock.forward(seconds=SESSION_LASTS.total_seconds())
    assert _whose(wiring, token) is None
    _entered(wiring, "manager.sg")
    with wiring.work("job:sign-in") as unit:
        assert unit.session.scalar(select(func.count()).select_from(StaffSession)) == 1


def test_closing_an_account_ends_its_sessions(wiring: Wiring) -> None:
    """Who leaves the post is out at once, not at the end of the shift."""
    token = _entered(wiring).token
    with wiring.work("job:accounts") as unit:
        unit.session.scalars(select(Staff).where(Staff.login == "clerk.sg")).one().active = False
    assert _whose(wiring, token) is None
    assert _enter(wiring, "clerk.sg") is None


def test_moving_a_worlds_clock_signs_nobody_out(wiring: Wiring) -> None:
    """Sessions run on real time: the demo moves days within seconds."""
    token = _entered(wiring).token
    with wiring.work("job:demo") as unit:
        unit.session.get_one(World, LIVE).clock_offset = timedelta(days=30)
    assert _whose(wiring, token) == "clerk.sg"


def test_the_token_itself_is_stored_nowhere(wiring: Wiring) -> None:
    """Who reads the database cannot become anybody."""
    token = _entered(wiring).token
    with wiring.work("job:sign-in") as unit:
        digest = unit.session.scalars(select(StaffSession.digest)).one()
    assert len(digest) == 32
    assert token.encode() not in digest
