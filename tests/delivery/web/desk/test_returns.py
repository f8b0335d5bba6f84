"""What cannot be handed over goes back with proof; what is odd is looked into; the day is closed."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from delivery.rules.states import State
from tests.delivery.web.desk.busy_office import BusyOffice
from tests.delivery.web.person import Person


def _text(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


def test_a_return_manifest_says_why_each_item_goes_back(office: BusyOffice, clerk: Person) -> None:
    """The agency signs for what it can read."""
    assert "1 bưu gửi trên kệ chờ trả" in clerk.get("/desk/returns").text
    answer = clerk.post("/desk/returns", point="H29/P1")
    assert answer.status_code == 303
    number = answer.location.rpartition("/")[2]
    assert "chờ cơ quan ký" in clerk.get(answer.location).text
    paper = _text(clerk.get(f"/desk/returns/{number}.pdf").data)
    assert office.returning in paper
    assert "Người nhận từ chối nhận" in paper
    listed = clerk.get("/desk/returns").text
    assert "Trên kệ không có bưu gửi nào chờ trả" in listed
    assert number in listed


def test_a_second_manifest_for_the_same_items_is_refused(office: BusyOffice, clerk: Person) -> None:
    """An envelope stands on one open list only."""
    clerk.get("/desk/returns")
    assert clerk.post("/desk/returns", point="H29/P1").status_code == 303
    assert clerk.post("/desk/returns", point="H29/P1").status_code == 409
    assert clerk.post("/desk/returns", point="H29/P2").status_code == 404


def test_the_proof_of_non_delivery_is_printed(office: BusyOffice, clerk: Person) -> None:
    """The agency files it with the dossier; before a return there is nothing to prove."""
    paper = clerk.get(f"/desk/items/{office.returning}/proof.pdf")
    assert office.returning in _text(paper.data).replace(" ", "")
    assert clerk.get(f"/desk/items/{office.held}/proof.pdf").status_code == 409


@pytest.mark.parametrize("number", ["", "  ", "RV000000014VN RV000000028VN"])
def test_an_incident_asks_for_the_number_of_one_item(clerk: Person, number: str) -> None:
    """“No item has the number .” helps nobody, and of two numbers the second must not be passed over."""
    clerk.get("/desk/incidents")
    answer = clerk.post("/desk/incidents", number=number, kind="lost")
    assert answer.status_code == 422
    assert "Hãy ghi số của một bưu gửi" in answer.text


def test_an_incident_is_opened_and_ended(office: BusyOffice, clerk: Person) -> None:
    """Every odd envelope has an owner until it is explained."""
    clerk.get("/desk/incidents")
    assert clerk.post("/desk/incidents", number=office.shelved[0], kind="lost").location == "/desk/incidents"
    assert office.post.item(office.shelved[0]).state is State.UNDER_INQUIRY
    page = clerk.get("/desk/incidents").text
    path = page.rpartition("/close")[0].rpartition("/desk/incidents/")[2]
    assert clerk.post(f"/desk/incidents/{path}/close", outcome="perhaps").status_code == 422
    assert clerk.post(f"/desk/incidents/{path}/close", outcome="lost").location == "/desk/incidents"


def test_an_incident_about_nothing_is_told_in_place(office: BusyOffice, clerk: Person) -> None:
    """An unknown number, an unknown kind, no number at all."""
    clerk.get("/desk/incidents")
    assert clerk.post("/desk/incidents", number="RV000000000VN", kind="lost").status_code == 404
    assert clerk.post("/desk/incidents", number=office.shelved[0], kind="melted").status_code == 422
    assert clerk.post("/desk/incidents", number="", kind="lost").status_code == 422


def test_the_day_is_closed_when_all_is_there(office: BusyOffice, clerk: Person) -> None:
    """What is out with couriers and in bags is named with its owner."""
    assert "Trên kệ phải có 16 bưu gửi" in clerk.get("/desk/count").text
    assert clerk.post("/desk/count", all="yes").location == "/desk/count"
    page = clerk.get("/desk/count").text
    assert "bưu tá đang giữ" in page
    assert "không thấy trên kệ" not in page
    assert "Hôm nay đã kiểm đếm" in clerk.get("/desk/").text


def test_a_missing_envelope_is_an_exception_with_an_owner(office: BusyOffice, clerk: Person) -> None:
    """Nothing is lost without somebody being asked."""
    clerk.get("/desk/count")
    assert clerk.post("/desk/count", numbers=" ").status_code == 422
    assert clerk.post("/desk/count", numbers="\n".join([*office.shelved[1:], "RV999999999VN"])).status_code == 303
    page = clerk.get("/desk/count").text
    assert "không thấy trên kệ" in page
    assert "số lạ" in page
