"""Links and the sessions they open, without a browser."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, event, func, select

from delivery import links
from delivery.outbound import linking
from delivery.store.items import Item
from delivery.store.messages import CitizenSession, Link
from delivery.wiring import Wiring
from tests.conftest import HandClock
from tests.delivery.made_items import made_items
from tests.factories import Town

WHO = "job:test"


@pytest.fixture
def tokens(wiring: Wiring, town: Town) -> list[str]:
    """The links of two items."""
    with wiring.work(WHO) as unit:
        return [linking.mint(unit, item) for item in made_items(unit, town, 2)]


def opened(wiring: Wiring, token: str, session: str | None = None) -> links.Opened:
    """What opening gives."""
    with wiring.work(WHO) as unit:
        found = links.open_link(unit, token, session=session)
    assert found is not None
    return found


def test_a_session_reaches_what_it_opened_and_nothing_else(wiring: Wiring, tokens: list[str]) -> None:
    """The name in the URL is worthless without the session, and the session without the name."""
    first, second = (opened(wiring, token) for token in tokens)
    with wiring.work(WHO) as unit:
        assert links.reach(unit, session=first.session, name=first.name) is not None
        assert links.reach(unit, session=first.session, name=second.name) is None
        assert links.reach(unit, session="guessed", name=first.name) is None


def test_a_session_goes_on_over_several_links(wiring: Wiring, tokens: list[str]) -> None:
    """One phone, one session, several items, each under its name."""
    first = opened(wiring, tokens[0])
    second = opened(wiring, tokens[1], first.session)
    assert second.session == first.session
    with wiring.work(WHO) as unit:
        assert {each.name for each in links.listed(unit, session=first.session)} == {first.name, second.name}


def test_a_session_that_is_over_reaches_nothing_and_does_not_go_on(
    wiring: Wiring, tokens: list[str], clock: HandClock
) -> None:
    """A lent phone forgets by the next day; the link in the text opens a new session."""
    first = opened(wiring, tokens[0])
    clock.at += links.SESSION_LASTS + timedelta(seconds=1)
    with wiring.work(WHO) as unit:
        assert links.reach(unit, session=first.session, name=first.name) is None
        assert links.listed(unit, session=first.session) == []
    assert opened(wiring, tokens[0], first.session).session != first.session
    with wiring.work(WHO) as unit:
        assert unit.session.scalar(select(func.count()).select_from(CitizenSession)) == 1


def test_a_session_that_was_made_up_is_never_taken_on(wiring: Wiring, tokens: list[str]) -> None:
    """Somebody could plant a cookie of their choice in a browser and wait."""
    assert opened(wiring, tokens[0], "planted").session != "planted"


def test_a_link_that_was_ended_opens_and_reaches_nothing(wiring: Wiring, tokens: list[str]) -> None:
    """A number that turned out to be somebody else's."""
    first = opened(wiring, tokens[0])
    with wiring.work(WHO) as unit:
        link = unit.session.scalars(select(Link).where(Link.digest == linking.digest_of(tokens[0]))).one()
        link.expires_at = unit.now
    with wiring.work(WHO) as unit:
        assert links.open_link(unit, tokens[0]) is None
        assert links.reach(unit, session=first.session, name=first.name) is None


def test_a_link_lives_as_long_as_its_item_and_six_months_more(
    wiring: Wiring, tokens: list[str], clock: HandClock
) -> None:
    """While a loss or a delay may be complained of, its history must be readable."""
    clock.forward(days=400)
    opened(wiring, tokens[0])
    with wiring.work(WHO) as unit:
        for item in unit.session.scalars(select(Item)):
            item.state, item.final_at = type(item.state).CANCELLED, unit.now
    clock.at += links.LASTS_AFTER_END - timedelta(seconds=1)
    opened(wiring, tokens[0])
    clock.forward(seconds=1)
    with wiring.work(WHO) as unit:
        assert links.open_link(unit, tokens[0]) is None


def test_an_unknown_and_an_ended_token_cost_the_same_one_query(
    wiring: Wiring, tokens: list[str], clock: HandClock
) -> None:
    """What takes longer tells a guesser that there was something."""
    with wiring.work(WHO) as unit:
        link = unit.session.scalars(select(Link).where(Link.digest == linking.digest_of(tokens[0]))).one()
        link.expires_at = unit.now
    assert _queries(wiring, tokens[0]) == _queries(wiring, "unknown") == 1


def _queries(wiring: Wiring, token: str) -> int:
    counted: list[str] = []

    def count(*arguments: object) -> None:
        counted.append(str(arguments[2]))

    engine: Engine = wiring.engine
    with wiring.work(WHO) as unit:
        event.listen(engine, "before_cursor_execute", count)
        try:
            assert links.open_link(unit, token) is None
        finally:
            event.remove(engine, "before_cursor_execute", count)
    return len(counted)


def test_the_token_and_the_session_are_kept_as_digests_only(wiring: Wiring, tokens: list[str]) -> None:
    """Whoever reads the tables opens nothing with them."""
    first = opened(wiring, tokens[0])
    with wiring.work(WHO) as unit:
        stored = [row.digest for row in unit.session.scalars(select(CitizenSession))]
        stored += [part for row in unit.session.scalars(select(Link)) for part in (row.digest, row.token)]
    for secret in (first.session, *tokens):
        assert all(secret.encode() not in part for part in stored)
