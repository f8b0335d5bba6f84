"""Items come in over the desk: from agencies, from couriers, in bags."""

from io import BytesIO

from flask.testing import FlaskClient
from pypdf import PdfReader

from delivery import acceptance
from delivery.rules.states import State
from delivery.wiring import Wiring
from tests.delivery.made_items import made_items
from tests.delivery.made_rounds import CLERK
from tests.delivery.web.desk.busy_office import POINT, BusyOffice
from tests.delivery.web.person import Person, at_work
from tests.factories import Town


def _text(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


def test_what_an_agency_announced_is_accepted_with_a_manifest_and_labels(office: BusyOffice, clerk: Person) -> None:
    """Custody passes on paper: both sign the list, and each envelope gets its label."""
    assert "14 bưu gửi cơ quan đã báo" in clerk.get("/desk/acceptance?point=H29/P1").text
    numbers = "\n".join(office.announced)
    answer = clerk.post("/desk/acceptance", point="H29/P1", numbers=numbers)
    assert answer.status_code == 303
    page = clerk.get(answer.location)
    assert "Đã chấp nhận 12 bưu gửi" in page.text
    number = answer.location.rpartition("/")[2]
    paper = clerk.get(f"/desk/manifests/{number}.pdf")
    assert paper.mimetype == "application/pdf"
    assert all(each in _text(paper.data) for each in office.announced)
    labels = PdfReader(BytesIO(clerk.get(f"/desk/labels.pdf?manifest={number}").data))
    assert len(labels.pages) == 12
    assert "Nguyễn Thị 500" in labels.pages[0].extract_text()


def test_a_refused_acceptance_keeps_what_was_scanned(office: BusyOffice, clerk: Person) -> None:
    """A hundred scans are not lost to one wrong envelope: the sentence names it, the box keeps the rest."""
    clerk.get("/desk/acceptance?point=H29/P1")
    numbers = f"{office.announced[0]}\n{office.held}"
    answer = clerk.post("/desk/acceptance", point="H29/P1", numbers=numbers)
    assert answer.status_code == 409
    assert f"đã được nhận hoặc đã hủy: {office.held}" in answer.text
    assert numbers in answer.text
    assert office.post.item(office.announced[0]).state is State.REGISTERED


def test_the_same_form_sent_twice_makes_one_manifest(office: BusyOffice, clerk: Person) -> None:
    """A double click on "sign" is one signature."""
    clerk.get("/desk/acceptance?point=H29/P1")
    form = {"point": "H29/P1", "numbers": office.announced[0], "report_id": "7f6a3d2e-5a7c-4a7b-9d55-2f30b7f0a001"}
    first, second = clerk.post("/desk/acceptance", **form), clerk.post("/desk/acceptance", **form)
    assert (first.status_code, first.location) == (second.status_code, second.location)


def test_a_form_without_a_report_id_is_refused_in_words(office: BusyOffice, clerk: Person) -> None:
    """Without it nobody could tell a repeat from a second deed."""
    clerk.get("/desk/acceptance")
    answer = clerk.post("/desk/acceptance", point="H29/P1", numbers=office.announced[0], report_id="")
    assert answer.status_code == 422
    assert "Tải lại" in answer.text or "tải lại" in answer.text


def test_collected_items_are_scanned_onto_the_shelf(
    office: BusyOffice, clerk: Person, wiring: Wiring, town: Town
) -> None:
    """What a courier fetched counts as here only when the clerk has seen it."""
    with wiring.work(CLERK) as unit:
        numbers = [item.number for item in made_items(unit, town, 2, first=900, point=POINT)]
    with wiring.work(CLERK) as unit:
        acceptance.accept(
            unit, wiring.books, point_id=town.points[POINT], numbers=numbers, office_id=town.sai_gon,
            courier_id=town.couriers["courier.sg.1"],
        )  # fmt: skip
    assert "2 bưu gửi bưu tá đang mang" in clerk.get("/desk/acceptance").text
    assert clerk.post("/desk/receive", numbers=" ".join(numbers)).status_code == 303
    assert office.post.item(numbers[0]).state is State.AT_OFFICE


def test_bags_are_packed_here_and_opened_there(office: BusyOffice, clerk: Person, client: FlaskClient) -> None:
    """Between offices an envelope is in exactly one sealed bag."""
    clerk.get("/desk/bags")
    assert clerk.post("/desk/bags", to="all").status_code == 303
    assert office.post.item(office.forwarded[0]).state is State.IN_TRANSIT
    clerk.post("/logout")
    neighbour = at_work(client, "clerk.td")
    page = neighbour.get("/desk/bags").text
    number = page.partition("<h3>")[2].partition("</h3>")[0]
    assert neighbour.post(f"/desk/bags/{number}/arrive", seal_intact="yes").location == "/desk/bags"
    assert office.post.item(office.forwarded[0]).state is State.AT_OFFICE


def test_a_broken_seal_leads_to_the_incidents(office: BusyOffice, clerk: Person) -> None:
    """The clerk looks at every envelope of such a bag before anything else."""
    clerk.get("/desk/bags")
    assert clerk.post(f"/desk/bags/{office.bag}/arrive", seal_intact="no").location == "/desk/incidents"


def test_a_bag_is_not_opened_without_a_word_on_its_seal(office: BusyOffice, clerk: Person) -> None:
    """Later nobody could say who broke it."""
    clerk.get("/desk/bags")
    answer = clerk.post(f"/desk/bags/{office.bag}/arrive")
    assert answer.status_code == 422
    assert "niêm phong" in answer.text


def test_a_bag_for_an_unknown_office_is_refused(office: BusyOffice, clerk: Person) -> None:
    """A slip in the code packs nothing."""
    clerk.get("/desk/bags")
    assert clerk.post("/desk/bags", to="BC0").status_code == 422
    assert office.post.item(office.forwarded[0]).state is State.ACCEPTED
