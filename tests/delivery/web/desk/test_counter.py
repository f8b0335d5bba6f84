"""The addressee comes to the counter, or is called, written to, given another visit."""

from sqlalchemy import select

from delivery.money.charging import Taker, due_at_door, take_payment
from delivery.money.correcting import counter_saving
from delivery.rules.states import State
from delivery.store.claims import Claim
from delivery.store.queries.items import locked_by_number
from tests.delivery.made_rounds import CLERK
from tests.delivery.made_transfers import transferred
from tests.delivery.web.desk.busy_office import BusyOffice
from tests.delivery.web.person import Person

PROOFS = ["identity", "signature"]


def test_an_item_is_found_by_number_or_by_the_phones_last_digits(office: BusyOffice, clerk: Person) -> None:
    """People come with the text message, or with nothing but their phone."""
    by_number = clerk.get(f"/desk/counter?q={office.held}").text
    by_phone = clerk.get("/desk/counter?q=0001").text
    assert "Nguyễn Thị 1" in by_number
    assert "Nguyễn Thị 1" in by_phone
    assert "Không có bưu gửi nào ở quầy" in clerk.get("/desk/counter?q=9999").text


def test_the_addressee_collects_and_pays(office: BusyOffice, clerk: Person) -> None:
    """The whole visit is one form."""
    clerk.get(f"/desk/counter?q={office.held}")
    answer = clerk.post(f"/desk/counter/{office.held}/collect", receiver="addressee", proof=PROOFS, paid="cash")
    assert answer.location == "/desk/counter"
    assert "Đã giao bưu gửi" in clerk.get(answer.location).text
    assert office.post.item(office.held).state is State.DELIVERED


def test_without_the_proofs_or_the_money_it_stays_and_the_clerk_reads_why(office: BusyOffice, clerk: Person) -> None:
    """The sentence stands above the form, which keeps what was ticked."""
    clerk.get(f"/desk/counter?q={office.held}")
    path = f"/desk/counter/{office.held}/collect"
    unproved = clerk.post(path, receiver="addressee", proof="signature", paid="cash")
    unpaid = clerk.post(path, receiver="addressee", proof=PROOFS, paid="none")
    assert (unproved.status_code, unpaid.status_code) == (409, 409)
    assert "giấy tờ tùy thân" in unproved.text
    assert 'value="identity" checked' in unpaid.text
    assert clerk.post(path, receiver="somebody").status_code == 422
    assert office.post.item(office.held).state is State.HELD


def test_an_item_that_is_not_at_the_counter_says_where_it_is(office: BusyOffice, clerk: Person) -> None:
    """The person before the counter needs an answer, not an error."""
    page = clerk.get(f"/desk/counter?q={office.out[2]}").text
    assert "không ở quầy" in page
    assert "bưu tá đang giữ để phát" in page
    assert "Nguyễn" not in page


def test_another_visit_is_agreed_on_for_a_day_that_can_be_had(office: BusyOffice, clerk: Person) -> None:
    """Only the days that the policy offers stand in the list."""
    page = clerk.get(f"/desk/counter?q={office.held}").text
    assert '<option value="2026-12-03"' in page
    answer = clerk.post(f"/desk/counter/{office.held}/redeliver", day="2026-12-03", half_day="morning")
    assert answer.status_code == 303
    assert office.post.item(office.held).state is State.AT_OFFICE


def test_the_clerk_reads_what_another_visit_costs(office: BusyOffice, clerk: Person) -> None:
    """The addressee asks before choosing."""
    assert "Lần phát này: miễn phí." in clerk.get(f"/desk/counter?q={office.held}").text
    with office.post.work(CLERK) as unit:
        locked_by_number(unit, office.held).redeliveries = 1
    assert "người nhận trả thêm 8.640" in clerk.get(f"/desk/counter?q={office.held}").text


def test_a_day_that_cannot_be_had_is_refused_in_words(office: BusyOffice, clerk: Person) -> None:
    """A Sunday typed into the address bar is no visit."""
    clerk.get(f"/desk/counter?q={office.held}")
    path = f"/desk/counter/{office.held}/redeliver"
    assert clerk.post(path, day="2026-12-06", half_day="").status_code == 422
    assert clerk.post(path, day="soon", half_day="").status_code == 422
    assert clerk.post(path, day="2026-12-03", half_day="night").status_code == 422


def test_a_letter_posted_is_proof_of_the_invitation(office: BusyOffice, clerk: Person) -> None:
    """Who cannot get text messages is invited by letter, and the letter's number counts."""
    page = clerk.get("/desk/letters").text
    assert "Nguyễn Thị 2" in page
    path = page.partition('action="/desk/letters/')[2].partition('"')[0]
    assert clerk.post(f"/desk/letters/{path}", proof="").status_code == 422
    assert clerk.post(f"/desk/letters/{path}", proof="RR123456785VN").location == "/desk/letters"
    assert "Không có giấy mời nào" in clerk.get("/desk/letters").text
    assert office.post.invitations(office.by_letter)[0].proof == "RR123456785VN"


def test_a_call_in_vain_is_recorded_and_leaves_the_list(office: BusyOffice, clerk: Person) -> None:
    """Each is called once a day; the attempt is written down."""
    assert office.to_call[2:6] in clerk.get("/desk/contacts").text
    path = f"/desk/items/{office.to_call}/contact"
    assert clerk.post(path, reason="REFUSED").status_code == 422
    assert clerk.post(path, reason="NO_ANSWER", channel="pigeon").status_code == 422
    assert clerk.post(path, reason="NO_ANSWER", channel="call").location == "/desk/contacts"
    assert "không còn ai cần gọi" in clerk.get("/desk/contacts").text


def test_an_address_in_review_is_decided_by_a_person(office: BusyOffice, clerk: Person) -> None:
    """The clerk writes the ward that was missing, and the item goes on."""
    page = clerk.get("/desk/review").text
    assert "601 Nguyễn Huệ" in page
    path = f"/desk/review/{office.in_review}"
    vague = clerk.post(path, address="601 Nguyễn Huệ", commune="")
    assert vague.status_code == 422
    assert clerk.post(path, address=" ", commune="").status_code == 422
    assert clerk.post(path, address="601 Nguyễn Huệ", commune="x").status_code == 422
    mended = "601 Nguyễn Huệ, Phường Sài Gòn, Thành phố Hồ Chí Minh"
    assert clerk.post(path, address=mended, commune="").status_code == 303
    assert office.post.item(office.in_review).delivery_office_id == office.post.office


def test_who_collects_may_pay_by_transfer_and_the_clerk_sees_it_as_a_fact(office: BusyOffice, clerk: Person) -> None:
    """The bank says that it was paid, no button does: the form offers cash only."""
    path = f"/desk/counter/{office.held}"
    page = clerk.get(f"/desk/counter?q={office.held}").text
    assert 'value="transfer"' not in page
    assert "Hiện mã trả" in page
    assert clerk.get(f"{path}/transfer.svg").status_code == 404
    answer = clerk.post(f"{path}/transfer")
    assert answer.location == f"/desk/counter?q={office.held}#vietqr"
    page = clerk.get(answer.location).text
    assert "5:00" in page
    assert "Sacombank" in page
    assert clerk.get(f"{path}/transfer.svg").mimetype == "image/svg+xml"
    assert clerk.get(f"{path}/transfer.json").json == {"state": "waiting", "seconds_left": 300}
    transferred(office.post.wiring, office.held)
    assert clerk.get(f"{path}/transfer.json").json == {"state": "paid", "seconds_left": 0}
    page = clerk.get(f"/desk/counter?q={office.held}").text
    assert "Đã chuyển khoản." in page
    assert "Hiện mã trả" not in page
    assert clerk.post(f"{path}/collect", receiver="addressee", proof=PROOFS, paid="none").status_code == 303
    assert office.post.item(office.held).state is State.DELIVERED


def test_a_transfer_that_the_bank_has_not_told_of_hands_nothing_over(office: BusyOffice, clerk: Person) -> None:
    """Also when somebody sends the form that the page no longer has."""
    clerk.get(f"/desk/counter?q={office.held}")
    path = f"/desk/counter/{office.held}"
    answer = clerk.post(f"{path}/collect", receiver="addressee", proof=PROOFS, paid="transfer")
    assert answer.status_code == 409
    assert "Ảnh chụp màn hình không phải bằng chứng" in answer.text


def test_a_code_at_the_counter_is_for_the_price_of_who_collects(office: BusyOffice, clerk: Person) -> None:
    """The rebate counts from the moment the code is shown, and is gone when a visit is asked for instead."""
    before = office.post.item(office.held)
    with office.post.work(CLERK) as unit:
        item = locked_by_number(unit, office.held)
        full, saving = due_at_door(unit, item).total, counter_saving(unit, item, office.post.wiring.books)
    assert before.options == []
    assert saving > 0
    clerk.get(f"/desk/counter?q={office.held}")
    clerk.post(f"/desk/counter/{office.held}/transfer")
    with office.post.work(CLERK) as unit:
        assert due_at_door(unit, locked_by_number(unit, office.held)).total == full - saving
    clerk.post(f"/desk/counter/{office.held}/redeliver", day="2026-12-03", half_day="morning")
    with office.post.work(CLERK) as unit:
        assert due_at_door(unit, locked_by_number(unit, office.held)).total >= full


def test_what_was_paid_online_is_asked_for_no_second_time(office: BusyOffice, clerk: Person) -> None:
    """The page said −3.240 đ, and its button owed that back to somebody who then paid it again at the door."""
    with office.post.work(CLERK) as unit:
        take_payment(unit, locked_by_number(unit, office.held), taker=Taker(office_id=office.post.office))
    page = clerk.get(f"/desk/counter?q={office.held}").text
    assert "Hiện mã trả" not in page
    assert "đã trừ" not in page
    clerk.post(f"/desk/counter/{office.held}/transfer")
    with office.post.work(CLERK) as unit:
        assert unit.session.scalars(select(Claim)).all() == []
        assert locked_by_number(unit, office.held).options == []


def test_nothing_is_transferred_here_for_what_waits_elsewhere(office: BusyOffice, clerk: Person) -> None:
    """An item on a courier's round is paid at its door."""
    clerk.get("/desk/counter")
    assert clerk.post(f"/desk/counter/{office.out[2]}/transfer").status_code == 409
