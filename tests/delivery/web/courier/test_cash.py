"""A courier sees what they carry, so that the close in the evening holds no surprise."""

from flask.testing import FlaskClient

from delivery.wiring import Wiring
from tests.conftest import HandClock
from tests.delivery.money.cash import carrying, purse
from tests.delivery.web.person import at_work
from tests.factories import Town


def test_the_courier_sees_the_cash_in_hand_and_for_which_items(
    wiring: Wiring, town: Town, clock: HandClock, client: FlaskClient
) -> None:
    """The purse is theirs to answer for: they may know it, whatever the counting clerk sees."""
    post = carrying(wiring, town, clock)
    courier = at_work(client, "courier.sg.1")
    total = f"{purse(post):,}".replace(",", ".")
    assert f"Tiền đang giữ: {total}" in courier.get("/courier/").text
    page = courier.get("/courier/cash").text
    assert total in page
    assert page.count('class="s10"') == 4


def test_who_carries_nothing_is_not_bothered(town: Town, client: FlaskClient) -> None:
    """No link to an empty list."""
    courier = at_work(client, "courier.sg.2")
    assert "Tiền đang giữ" not in courier.get("/courier/").text
    assert "không giữ tiền nào" in courier.get("/courier/cash").text
