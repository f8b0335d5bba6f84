"""The addressee comes to the counter, or is called, written to, given another visit."""

from delivery.rules.states import State
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
