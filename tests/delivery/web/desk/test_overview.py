"""The first page says what to do; an item tells its story; other offices' matters stay theirs."""

import re

import pytest
from flask.testing import FlaskClient

from delivery.parties import office_code
from tests.delivery.web.desk.busy_office import BusyOffice
from tests.delivery.web.person import Person, at_work
from tests.factories import Town


def test_the_overview_counts_what_must_be_done(office: BusyOffice, clerk: Person) -> None:
    """The morning begins with this list, each line a link to its work."""
    page = clerk.get("/desk/").text
    todo = dict(re.findall(r'<li><a href="([^"]+)"><b>\d+</b><span>', page) and _todo(page))
    assert todo == {
        "túi thư đang đến, cần mở và kiểm niêm phong": 1,
        "bưu gửi chờ nhận từ cơ quan": 14,
        "bưu gửi cần đóng túi gửi đi": 4,
        "địa chỉ cần người xem lại": 2,
        "người nhận cần gọi điện": 1,
        "giấy mời cần gửi bằng thư": 1,
        "bưu gửi cần lập biên bản chuyển hoàn": 1,
        "sự cố đang xác minh": 1,
    }
    assert "03/12/2026" in page


def _todo(page: str) -> list[tuple[str, int]]:
    found = re.findall(r"<b>(\d+)</b><span>([^<]+)</span>", page)
    return [(words, int(count)) for count, words in found]


def test_an_office_with_nothing_to_do_says_so(clerk: Person) -> None:
    """An empty page would look broken."""
    page = clerk.get("/desk/").text
    assert "Không còn việc nào đang chờ" in page
    assert "Bưu cục chưa có bưu gửi nào" in page


@pytest.mark.parametrize(
    "path",
    [
        "items", "acceptance", "bags", "plan", "review", "doubtful",
        "counter", "letters", "contacts", "returns", "incidents", "count",
    ],
)  # fmt: skip
def test_every_page_of_an_empty_office_has_a_sentence(clerk: Person, path: str) -> None:
    """A new office opens before its first item."""
    answer = clerk.get(f"/desk/{path}")
    assert answer.status_code == 200
    assert 'class="empty"' in answer.text or path == "count"


def test_items_are_listed_by_state_and_page(office: BusyOffice, clerk: Person) -> None:
    """From a count on the overview one tap leads to the items behind it."""
    held = clerk.get("/desk/items?state=held").text
    assert office.held in held
    assert office.by_letter in held
    assert office.shelved[0] not in held
    assert "Không có bưu gửi nào" in clerk.get("/desk/items?state=held&page=2").text
    assert clerk.get("/desk/items?state=nonsense").status_code == 422


def test_a_scanned_number_goes_straight_to_its_item(office: BusyOffice, clerk: Person) -> None:
    """A scanner types the number as the label groups it, and Enter."""
    typed = f"{office.held[:2]} {office.held[2:6]} {office.held[6:11]} vn"
    assert clerk.get(f"/desk/items?q={typed}").location == f"/desk/items/{office.held}"


def test_an_item_tells_its_story_without_opening_anything_personal(office: BusyOffice, clerk: Person) -> None:
    """A clerk who only wants to know where it is has no business with the name."""
    page = clerk.get(f"/desk/items/{office.held}").text
    assert page.count("Người nhận vắng nhà") == 2
    assert "Sẵn sàng nhận tại quầy" in page
    assert "Nguyễn Thị" not in page


@pytest.mark.parametrize("number", ["RV000000000VN", "nonsense"])
def test_an_unknown_item_is_not_found_in_words(clerk: Person, number: str) -> None:
    """The sentence names the number, so that a slip of the finger is seen."""
    answer = clerk.get(f"/desk/items/{number}")
    assert answer.status_code == 404
    assert number in answer.text


def test_another_offices_clerk_gets_the_answer_for_unknown_things(office: BusyOffice, client: FlaskClient) -> None:
    """Numbers, plans, routes and papers of one office tell the neighbour nothing, not even that they exist."""
    neighbour = at_work(client, "clerk.td")
    for path in (
        f"items/{office.held}",
        f"plans/{office.plan}",
        f"plans/{office.plan}.json",
        f"routes/{office.route}",
        f"routes/{office.route}.json",
        f"routes/{office.route}/bd13.pdf",
        f"items/{office.returning}/proof.pdf",
        "acceptance?point=H29/P1",
    ):
        assert neighbour.get(f"/desk/{path}").status_code == 404, path
    assert neighbour.post(f"/desk/routes/{office.route}/back", numbers=office.out[1]).status_code == 404
    assert neighbour.post(f"/desk/counter/{office.held}/collect", receiver="addressee").status_code == 404


def test_an_administrator_chooses_the_office_to_look_at(office: BusyOffice, client: FlaskClient, town: Town) -> None:
    """Who helps many offices sees each as its clerk does."""
    admin = at_work(client, "admin")
    assert admin.get("/desk/").location == "/desk/offices"
    assert "Bưu cục Phường Tân Định" in admin.get("/desk/offices?q=tân").text
    code = office_code(town.communes["sai_gon"])
    assert "Bưu cục Phường Sài Gòn" in admin.get(f"/desk/?office={code}").text
    assert admin.get(f"/desk/items/{office.held}").status_code == 200
    assert admin.get("/desk/?office=BC0").status_code == 404
