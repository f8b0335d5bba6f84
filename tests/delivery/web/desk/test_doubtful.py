"""Before the trip: what a clerk sees of an item in doubt, and what can be done about it."""

from sqlalchemy import select

from delivery.rules.foresight import VERSION, Advice, Detail, Sign
from delivery.store.foresight import Foreseen
from delivery.store.items import Item
from tests.delivery.web.desk.busy_office import BusyOffice
from tests.delivery.web.person import Person


def _in_doubt(office: BusyOffice, likelihoods: dict[str, float]) -> None:
    with office.post.work("job:foresee") as unit:
        for item in unit.session.scalars(select(Item).where(Item.number.in_(likelihoods))):
            unit.session.add(
                Foreseen(
                    item_id=item.id,
                    likelihood=likelihoods[item.number],
                    advice=Advice.REVIEW,
                    reasons=[(Sign.NO_HOUSE, -40), (Sign.TEXT_ARRIVED, 10)],
                    version=VERSION,
                    made_at=unit.now,
                    seq=item.last_seq,
                    trips=0,
                    address_digest=b"read",
                    detail=Detail.NOTHING,
                    in_doubt=False,
                )
            )


def test_a_clerk_sees_why_and_decides(office: BusyOffice, clerk: Person) -> None:
    """The worst first, each with its reasons; corrected, called, let go and undone in a tap each."""
    worst, better, other = office.shelved[:3]
    _in_doubt(office, {better: 0.41, worst: 0.2, other: 0.3})
    assert "nên xem trước khi đi phát" in clerk.get("/desk/").text
    page = clerk.get("/desk/doubtful").text
    links = [page.index(f"/desk/items/{number}") for number in (worst, other, better)]
    assert links == sorted(links)
    assert "Không có số nhà, đường hay thôn, ấp" in page
    assert "20 %" in page

    assert clerk.post(f"/desk/doubtful/{worst}/go").status_code == 303
    page = clerk.get("/desk/doubtful").text
    assert "Đã xem, cứ đi phát" in page
    assert page.index(f"/desk/items/{better}") < page.index(f"/desk/items/{worst}")
    clerk.post(f"/desk/doubtful/{worst}/look")
    assert "Đã xem, cứ đi phát" not in clerk.get("/desk/doubtful").text

    alone = clerk.get(f"/desk/review?item={worst}").text
    assert alone.count("<textarea") == 1
    wrong = clerk.post(f"/desk/review/{worst}?item={worst}", address=" ")
    assert (wrong.status_code, wrong.text.count("<textarea")) == (422, 1)
    assert clerk.get(f"/desk/contacts?item={better}").text.count('href="tel:') == 1
    clerk.post(f"/desk/doubtful/{better}/confirmed")
    held = clerk.post(f"/desk/doubtful/{worst}/hold")
    assert held.location == f"/desk/review?item={worst}"
    late = clerk.post(f"/desk/doubtful/{worst}/go")
    assert (late.status_code, "không còn chờ đi phát" in late.text) == (409, True)

    item = clerk.get(f"/desk/items/{other}").text
    assert "Trước chuyến đi" in item
    assert "30 %" in item
