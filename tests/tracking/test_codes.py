"""Paying before the visit: offered, never asked for twice, told as soon as the bank has told us."""

import re
from uuid import uuid4

from sqlalchemy import func, select
from werkzeug.test import TestResponse

from delivery.store.queries.items import locked_by_number
from delivery.store.treasury import PaymentRequest
from tests.delivery.made_items import made_items
from tests.delivery.made_rounds import Post
from tests.delivery.made_transfers import transferred
from tests.tracking.conftest import SITE, Citizen


def asks(citizen: Citizen, path: str, report: str = "") -> TestResponse:
    """Press "Hiện mã VietQR" on the page at `path`."""
    citizen.get(path)
    data = {"csrf_token": citizen.protection, "report_id": report or str(uuid4())}
    return citizen.browser.post(f"{path}/vietqr", data=data, base_url=SITE, headers={"Referer": f"{SITE}{path}"})


def rows(post: Post) -> int:
    """How many requests there are."""
    with post.work("job:test") as unit:
        return unit.session.scalar(select(func.count()).select_from(PaymentRequest)) or 0


def test_paying_before_the_visit_is_offered_and_not_demanded(citizen: Citizen, post: Post) -> None:
    """Who wants to pay at the door may; opening the page asks nobody for anything."""
    page = citizen.page(post.one())
    assert "Thanh toán trước bằng VietQR" in page
    assert "Không bắt buộc" in page
    assert "vietqr.svg" not in page
    assert rows(post) == 0


def test_the_code_comes_with_all_that_an_app_may_ask_for(citizen: Citizen, post: Post) -> None:
    """The page may be open on the very phone that would scan it: everything can be typed as well."""
    number = post.one()
    where = citizen.open(number)
    answer = asks(citizen, where)
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"{where}#tra-truoc"
    page = citizen.get(where).text
    for words in ("MoMo hoặc ZaloPay", "Sacombank", "0011012345678", "BUU DIEN THU NGHIEM", f">{number}<"):
        assert words in page
    assert "<script" not in page
    weight = len(page.encode())
    for path in re.findall(r'<link rel="[^"]+"[^>]* href="([^"]+)"', page):
        with citizen.browser.get(path, base_url=SITE) as linked:
            weight += len(linked.data)
    assert weight < 30_000
    picture = citizen.get(f"{where}/vietqr.svg")
    assert picture.mimetype == "image/svg+xml"
    assert picture.headers["Cache-Control"] == "no-store"
    assert len(picture.data) < 8_000
    assert "style=" not in picture.text
    asks(citizen, where)
    assert rows(post) == 1


def test_a_code_is_shown_to_whom_it_was_given_and_to_nobody_else(
    citizen: Citizen, stranger: Citizen, post: Post
) -> None:
    """It tells what somebody owes, and for which item."""
    number = post.one()
    where = citizen.open(number)
    assert citizen.get(f"{where}/vietqr.svg").status_code == 404
    asks(citizen, where)
    assert citizen.get(f"{where}/vietqr.svg").status_code == 200
    assert stranger.get(f"{where}/vietqr.svg").status_code == 404
    assert stranger.browser.get(f"{where}/vietqr", base_url=SITE).headers["Location"] == where
    assert "vietqr.svg" not in stranger.page(number)


def test_once_the_bank_has_told_the_page_says_so_and_asks_for_nothing(citizen: Citizen, post: Post) -> None:
    """A citizen is never asked twice: not here, and not at the door."""
    number = post.one()
    with post.work("job:test") as unit:
        locked_by_number(unit, number).agency_fee = 30_000
    where = citizen.open(number)
    asks(citizen, where)
    assert transferred(post.wiring, number) == "paid"
    page = citizen.get(where).text
    assert "Đã nhận được" in page
    assert "08:00 30/11/2026" in page
    assert re.search(r"HD26-\S+, BL26-\S+|BL26-\S+, HD26-\S+", page)
    assert "Bạn không phải trả thêm gì." in page
    assert "Khi nhận, bạn trả" not in page
    assert "vietqr" not in page
    assert citizen.get(f"{where}/vietqr.svg").status_code == 404
    assert asks(citizen, where).status_code == 303
    assert rows(post) == 1


def test_money_paid_twice_is_named_as_owed_back(citizen: Citizen, post: Post) -> None:
    """Whoever paid twice must not have to find it out alone."""
    number = post.one()
    where = citizen.open(number)
    transferred(post.wiring, number)
    transferred(post.wiring, number, 20_000)
    assert "Bạn đã trả thừa 20.000 đ." in citizen.get(where).text


def test_money_that_is_too_little_is_told_of_and_leaves_the_whole_sum_due(citizen: Citizen, post: Post) -> None:
    """Who typed the sum by hand would otherwise wait for a word that never comes."""
    number = post.one()
    where = citizen.open(number)
    assert transferred(post.wiring, number, 1_000) == "less-than-due"
    page = citizen.get(where).text
    assert "Ngân hàng báo có 1.000 đ, chưa đủ" in page
    assert "Hiện mã VietQR" in page


def test_an_estimate_is_not_paid_and_a_page_that_was_open_says_why(citizen: Citizen, post: Post) -> None:
    """Before the post has weighed it, nobody knows the price."""
    citizen.page(post.one())
    with post.work("client:test") as unit:
        (item,) = made_items(unit, post.town, 1, first=900)
        item.agency_fee, number = 30_000, item.number
    where = citizen.open(number)
    assert "VietQR" not in citizen.get(where).text
    answer = asks(citizen, where)
    assert answer.status_code == 409
    assert "cước còn là ước tính" in answer.text


def test_a_returning_item_is_not_paid_for(citizen: Citizen, post: Post) -> None:
    """It will not reach its addressee."""
    (number,) = post.out()
    where = citizen.open(number)
    assert "VietQR" in citizen.get(where).text
    with post.work("client:test") as unit:
        locked_by_number(unit, number).recalled_at = unit.now
    assert "VietQR" not in citizen.get(where).text
    assert asks(citizen, where).status_code == 303
    assert rows(post) == 0
    assert citizen.get(f"{where}/vietqr").headers["Location"] == where


def test_a_form_without_its_id_acts_not(citizen: Citizen, post: Post) -> None:
    """The same rule as for every form."""
    where = citizen.open(post.one())
    assert asks(citizen, where, report="none").status_code == 422
