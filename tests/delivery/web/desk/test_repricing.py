"""Papers seen at the desk and scales that were wrong: the price follows, line by line, and says why."""

from flask import Flask
from sqlalchemy import func, select

from delivery.money.charging import due_at_door
from delivery.store.money import Payment, WaiverSeen
from tests.delivery.web.desk.busy_office import BusyOffice
from tests.delivery.web.person import Person, at_work


def test_a_clerk_records_a_paper_and_the_price_falls(office: BusyOffice, clerk: Person) -> None:
    """The old woman with the poor household's certificate stands at the counter now, not next week."""
    page = clerk.get(f"/desk/items/{office.held}").text
    assert "Hộ nghèo" in page
    answer = clerk.post(f"/desk/items/{office.held}/waiver", kind="poor_household")
    assert answer.status_code == 303
    after = clerk.get(answer.location).text
    assert "đã xem giấy tờ miễn giảm" in after
    assert "clerk.sg" in after
    with office.post.work("staff:test") as unit:
        assert due_at_door(unit, office.post.item(office.held)).postage == 0
        assert unit.session.scalars(select(WaiverSeen.staff_login)).all() == ["clerk.sg"]


def test_a_paper_recorded_twice_is_refused_in_words(office: BusyOffice, clerk: Person) -> None:
    """Two clerks, one certificate."""
    for _ in range(2):
        clerk.get(f"/desk/items/{office.held}")
        answer = clerk.post(f"/desk/items/{office.held}/waiver", kind="poor_household")
    assert answer.status_code == 409
    assert "Không ghi nhận được diện miễn giảm" in answer.text


def test_only_a_manager_corrects_a_weight(office: BusyOffice, clerk: Person, app: Flask) -> None:
    """A weight is money: whoever took the payment must not be able to change it alone."""
    assert "Cân lại" not in clerk.get(f"/desk/items/{office.held}").text
    assert clerk.post(f"/desk/items/{office.held}/weigh", weight_g="900").status_code == 403
    manager = at_work(app.test_client(), "manager.sg")
    assert "Cân lại" in manager.get(f"/desk/items/{office.held}").text
    assert manager.post(f"/desk/items/{office.held}/weigh", weight_g="1 kg").status_code == 422
    answer = manager.post(f"/desk/items/{office.held}/weigh", weight_g="900")
    assert answer.status_code == 303
    assert "cân lại" in manager.get(answer.location).text


def test_the_counter_asks_for_what_is_left_after_the_rebate(office: BusyOffice, clerk: Person) -> None:
    """What the page says and what the till takes must be one figure."""
    with office.post.work("staff:test") as unit:
        before = due_at_door(unit, office.post.item(office.held)).total
    page = clerk.get(f"/desk/counter?q={office.held}").text
    assert "vì đến nhận tại quầy" in page
    paid = clerk.post(
        f"/desk/counter/{office.held}/collect", receiver="addressee", proof=["identity", "signature"], paid="cash"
    )
    assert paid.status_code == 303
    with office.post.work("staff:test") as unit:
        own = Payment.item_id == office.post.item(office.held).id
        taken = unit.session.scalars(select(func.sum(Payment.amount)).where(own)).one()
    assert 0 < taken < before
