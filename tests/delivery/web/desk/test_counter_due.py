"""The price changes while the clerk's page is open: what was shown is what is taken, or nothing is."""

from sqlalchemy import select

from delivery.money.correcting import weigh_again
from delivery.rules.states import State
from delivery.store.money import Payment
from delivery.store.queries.items import locked_by_number
from tests.delivery.made_rounds import CLERK
from tests.delivery.made_transfers import transferred
from tests.delivery.web.desk.busy_office import BusyOffice
from tests.delivery.web.person import Person

PROOFS = ["identity", "signature"]


def test_who_pays_at_the_counter_pays_what_the_clerk_was_shown(office: BusyOffice, clerk: Person) -> None:
    """Weighed again while the addressee looks for their purse: nothing is handed over for the old sum."""
    page = clerk.get(f"/desk/counter?q={office.held}").text
    before = page.partition('name="shown" value="')[2].partition('"')[0]
    with office.post.work(CLERK) as unit:
        weigh_again(unit, locked_by_number(unit, office.held), office.post.wiring.books, weight_g=900)
    path = f"/desk/counter/{office.held}/collect"
    told: dict[str, str | list[str]] = {"receiver": "addressee", "proof": PROOFS, "paid": "cash"}
    answer = clerk.post(path, shown=before, **told)
    assert answer.status_code == 409
    now = answer.text.partition('name="shown" value="')[2].partition('"')[0]
    assert int(now) > int(before)
    assert f"nay là {int(now):,} đ".replace(",", ".") in answer.text
    assert office.post.item(office.held).state is State.HELD
    assert clerk.post(path, shown=now, **told).status_code == 303
    with office.post.work(CLERK) as unit:
        item = locked_by_number(unit, office.held)
        assert sum(unit.session.scalars(select(Payment.amount).where(Payment.item_id == item.id))) == int(now)


def test_who_has_paid_by_transfer_meanwhile_is_not_taken_cash_from(office: BusyOffice, clerk: Person) -> None:
    """The notice came while the clerk counted the notes: they go back, and the page says that nothing is due."""
    clerk.get(f"/desk/counter?q={office.held}")
    clerk.post(f"/desk/counter/{office.held}/transfer")
    page = clerk.get(f"/desk/counter?q={office.held}").text
    before = page.partition('name="shown" value="')[2].partition('"')[0]
    transferred(office.post.wiring, office.held)
    path = f"/desk/counter/{office.held}/collect"
    told: dict[str, str | list[str]] = {"receiver": "addressee", "proof": PROOFS, "shown": before}
    answer = clerk.post(path, paid="cash", **told)
    assert answer.status_code == 409
    assert "nay là 0 đ" in answer.text
    assert "Đã chuyển khoản." in answer.text
    assert clerk.post(path, paid="none", **told).status_code == 303
