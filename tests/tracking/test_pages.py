"""The pages that citizens open, through HTTP, on items that a post office works on."""

import logging
import re

import pytest
from sqlalchemy import func, select

from delivery.rules.codes import make_s10
from delivery.rules.reasons import Reason
from delivery.store.events import Event
from delivery.store.messages import CitizenSessionItem, MessageState
from delivery.store.people import Opening
from tests.delivery.made_rounds import Post
from tests.tracking.conftest import SITE, Citizen, token_of


def test_a_link_leads_to_the_items_page_at_a_url_without_the_token(citizen: Citizen, post: Post) -> None:
    """A URL is copied, logged and read over shoulders; the token in it would open the item to everybody."""
    number = post.one()
    where = citizen.open(number)
    page = citizen.get(where)
    assert page.status_code == 200
    assert token_of(post, number) not in where + page.text
    assert 'lang="vi"' in page.text


def test_the_cookie_is_for_this_host_only_over_tls_and_out_of_scripts_reach(citizen: Citizen, post: Post) -> None:
    """Whoever has the cookie sees the item."""
    cookie = citizen.get(f"/t/{token_of(post, post.one())}").headers["Set-Cookie"]
    assert cookie.startswith("__Host-citizen=")
    for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie


def test_the_url_is_worthless_in_another_browser(citizen: Citizen, stranger: Citizen, post: Post) -> None:
    """People send each other what stands in the address bar."""
    first, second = post.shelved(2)
    where = citizen.open(first)
    assert stranger.get(where).status_code == 404
    stranger.open(second)
    assert stranger.get(where).status_code == 404


def test_a_link_opened_twice_keeps_its_name_and_a_second_one_joins_it(citizen: Citizen, post: Post) -> None:
    """A family's items are read on one phone."""
    first, second = post.shelved(2)
    where = citizen.open(first)
    assert citizen.open(first) == where
    assert where in citizen.page(second)


def test_unknown_ended_and_foreign_links_get_the_same_answer(citizen: Citizen, post: Post) -> None:
    """A difference would tell a guesser that a token once opened something."""
    (number,) = post.out()
    post.hand_over(number)
    token, where = token_of(post, number), citizen.open(number)
    assert citizen.get(f"/t/{token}").status_code == 303
    post.clock.forward(days=185)
    answers = [citizen.get(path) for path in (f"/t/{token}", "/t/unknown", where, "/theo-doi/unknown")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    assert token not in answers[0].text


def test_no_token_reaches_a_log(citizen: Citizen, post: Post, caplog: pytest.LogCaptureFixture) -> None:
    """Logs are read by more people than may see an item."""
    number = post.one()
    with caplog.at_level(logging.DEBUG):
        citizen.page(number)
        citizen.get("/t/a-token-that-is-unknown")
    assert token_of(post, number) not in caplog.text
    assert "a-token-that-is-unknown" not in caplog.text


def test_reading_changes_nothing(citizen: Citizen, post: Post) -> None:
    """Phones fetch links to show a preview: that must choose, open and move nothing."""
    number = post.held()
    token = token_of(post, number)
    where = str(citizen.get(f"/t/{token}").headers["Location"])
    before = _traces(post)
    for _ in range(3):
        citizen.get(f"/t/{token}")
        citizen.get(where)
        citizen.get(f"/sms-that?ma={number}")
        citizen.get(f"/tra-cuu?ma={number}")
    assert _traces(post) == before


def _traces(post: Post) -> tuple[int | None, ...]:
    with post.wiring.work("job:test") as unit:
        tables = (Event, Opening, CitizenSessionItem)
        return tuple(unit.session.scalar(select(func.count()).select_from(table)) for table in tables)


def test_the_page_never_names_the_addressee_the_address_or_the_kind_of_paper(citizen: Citizen, post: Post) -> None:
    """A phone lies on a table, a number may have a new owner: the page holds only what helps to receive."""
    page = citizen.page(post.held())
    for secret in ("Nguyễn Thị", "Nguyễn Huệ", "+8490", "certificate", "000.00.01.H29"):
        assert secret not in page
    assert "1 giấy tờ" in page


def test_what_to_do_comes_before_everything_else(citizen: Citizen, post: Post) -> None:
    """Who reads only one sentence must have read the right one."""
    page = citizen.page(post.held())
    order = [page.index(words) for words in ("Việc bạn cần làm", "Bưu gửi đang ở đâu", "Đã qua những bước", "Tóm tắt")]
    assert order == sorted(order)
    assert "Mang giấy tờ tùy thân đến Bưu cục Phường Sài Gòn" in page


def test_the_price_is_shown_line_by_line_and_as_illustrative(citizen: Citizen, post: Post) -> None:
    """The book is nobody's price list, and nobody may take it for one."""
    page = citizen.page(post.one())
    assert re.search(r"<strong[^>]*>[0-9.]+ đ</strong>", page)
    assert "Tính theo biểu cước minh họa." in page


def test_a_page_weighs_less_than_30_kilobytes(citizen: Citizen, post: Post) -> None:
    """Old phones on mobile data, and no script is needed to read it."""
    page = citizen.page(post.held())
    weight = len(page.encode())
    for path in re.findall(r'<link rel="[^"]+"[^>]* href="([^"]+)"', page):
        with citizen.browser.get(path, base_url=SITE) as linked:
            assert linked.status_code == 200
            weight += len(linked.data)
    assert weight < 30_000
    assert "<script" not in page
    assert "style=" not in page


def test_a_return_shows_each_of_its_conditions_with_its_day(citizen: Citizen, post: Post) -> None:
    """Whoever did not get a result may ask by what right it went back."""
    number = post.held()
    post.receipts()
    for _ in range(20):
        post.clock.forward(days=1)
        post.sweep()
        post.receipts()
    page = citizen.page(number)
    assert "Vì sao bưu gửi về cơ quan" in page
    for words in ("Giấy mời lần 1", "Giấy mời lần 2", "Lưu giữ tại quầy đến hết 15/12/2026", "30/11/2026"):
        assert words in page
    assert "bạn trả" not in page
    assert "Chọn cách nhận khác" not in page


def test_a_failed_visit_says_why_and_that_the_courier_comes_again(citizen: Citizen, post: Post) -> None:
    """The envelope is still on the motorbike: nobody is asked to wait for it today."""
    (number,) = post.out()
    assert "từ 9 giờ đến 11 giờ" in citizen.page(number)
    post.fail(number, Reason.NOT_HOME)
    page = citizen.page(number)
    assert "Người nhận vắng nhà" in page
    assert "sớm nhất buổi chiều ngày mai, thứ ba 01/12/2026" in page


def test_the_public_look_up_tells_state_and_office_only(citizen: Citizen, post: Post) -> None:
    """A tracking number stands on an envelope: whoever reads it there may learn no more than that."""
    number = post.held()
    page = citizen.get(f"/tra-cuu?ma={number.lower()}").text
    assert "lưu giữ tại quầy" in page
    assert "Bưu cục Phường Sài Gòn" in page
    for secret in ("Ủy ban", "01/12/2026", "vắng nhà", " đ<"):
        assert secret not in page


def test_a_code_that_is_unknown_or_mistyped_is_said_to_be_so(citizen: Citizen, post: Post) -> None:
    """Whoever mistypes a digit should look at the digits again."""
    assert citizen.get(f"/tra-cuu?ma={make_s10('RV', 77_777)}").status_code == 404
    wrong = citizen.get("/tra-cuu?ma=RV123")
    assert wrong.status_code == 422
    assert 'role="alert"' in wrong.text


def test_a_text_of_ours_is_known_and_any_other_is_not(citizen: Citizen, post: Post) -> None:
    """People are told to doubt text messages; here they can ask, and see the code that they asked about."""
    number = post.held()
    post.receipts()
    other = make_s10("RV", 77_777)
    shown = "\N{NO-BREAK SPACE}".join((number[:2], number[2:6], number[6:10], number[10], number[11:]))
    real = citizen.get(f"/sms-that?ma={number}").text
    assert "Có." in real
    assert shown in real
    assert "Không." in citizen.get(f"/sms-that?ma={other}").text
    assert "không phải tin nhắn của bưu điện" in citizen.get("/sms-that?ma=RV123456789VN").text


def test_a_text_that_never_left_is_not_called_ours(citizen: Citizen, post: Post) -> None:
    """Somebody may send a false text about a real item before ours goes out."""
    number = post.held()
    post.receipts(MessageState.DROPPED)
    assert "Không." in citizen.get(f"/sms-that?ma={number}").text


def test_every_page_speaks_english_after_the_switch(citizen: Citizen, post: Post) -> None:
    """Foreigners get residence papers by post too."""
    where = citizen.open(post.held())
    back = citizen.get(f"/lang/en?back={where}")
    assert back.headers["Location"].endswith(where)
    page = citizen.get(where).text
    assert 'lang="en"' in page
    assert "Bring your identity document" in page


def test_who_knows_no_address_begins_with_the_look_up(citizen: Citizen) -> None:
    """The way back from a page that does not exist must not be another one."""
    assert 'href="/"' in citizen.get("/khong-co").text
    assert citizen.get("/").headers["Location"] == "/tra-cuu"


def test_an_error_leads_a_citizen_back_to_their_item_and_anybody_else_to_the_look_up(
    citizen: Citizen, post: Post
) -> None:
    """Browsers send us no referrer, and the sign-in page of staff is nowhere to end up."""
    where = citizen.open(post.one())
    expired = citizen.browser.post(f"{where}/chon", data={}, base_url=SITE)
    assert expired.status_code == 422
    assert f'href="{where}"' in expired.text
    unreadable = citizen.get("/theo-doi/%00")
    assert unreadable.status_code == 400
    assert 'href="/tra-cuu"' in unreadable.text
