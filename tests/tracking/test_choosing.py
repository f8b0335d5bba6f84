"""The forms on a citizen's page: each choice does what it says, once, and says so."""

import json
from uuid import uuid4

import pytest
from sqlalchemy import select

from delivery.money.charging import due_at_door
from delivery.rules.reasons import Reason
from delivery.rules.states import State
from delivery.store.attempts import Choice
from delivery.store.items import Item, NextStep, Placed
from delivery.store.queries.items import locked_by_number
from delivery.vault import Reason as VaultReason
from delivery.vault import Vault
from tests.delivery.made_rounds import Post
from tests.tracking.conftest import SITE, Citizen


def made(post: Post) -> list[Choice]:
    """All choices."""
    with post.wiring.work("job:test") as unit:
        return list(unit.session.scalars(select(Choice).order_by(Choice.id)))


def test_another_day_is_agreed_on_and_confirmed_in_a_sentence(citizen: Citizen, post: Post) -> None:
    """Nobody should wonder whether the button worked."""
    number = post.one()
    where = citizen.open(number)
    answer = citizen.choose(where, choice="later", day="2026-12-02", half_day="afternoon")
    assert answer.status_code == 303
    page = citizen.get(where).text
    assert "Đã ghi nhận: bưu tá sẽ đến thứ tư 02/12/2026 buổi chiều." in page
    assert "Hãy ở nhà buổi chiều thứ tư 02/12/2026." in page
    assert post.item(number).half_day == "afternoon"


def test_a_choice_for_a_visit_already_on_the_way_holds_against_todays_plan(citizen: Citizen, post: Post) -> None:
    """Whoever chose Wednesday must not be told to wait today."""
    (number,) = post.out()
    where = citizen.open(number)
    citizen.choose(where, choice="later", day="2026-12-02", half_day="")
    assert "Hãy ở nhà thứ tư 02/12/2026." in citizen.get(where).text


def test_what_another_visit_costs_stands_next_to_its_days_and_is_what_is_asked(citizen: Citizen, post: Post) -> None:
    """Who chooses a day must know the price before."""
    number = post.held()
    assert "Bưu tá đến theo hẹn này: miễn phí." in citizen.page(number)
    with post.wiring.work("job:test") as unit:
        item = locked_by_number(unit, number)
        item.redeliveries = 1
        before = due_at_door(unit, item).postage
    where = citizen.open(number)
    page = citizen.get(where).text
    assert "bạn trả thêm 8.640\xa0đ." in page or "bạn trả thêm 8.640 đ." in page
    assert citizen.choose(where, choice="later", day="2026-12-03", half_day="").status_code == 303
    with post.wiring.work("job:test") as unit:
        assert due_at_door(unit, locked_by_number(unit, number)).postage == before + 8_640


def test_what_collecting_saves_stands_where_the_counter_is_chosen(citizen: Citizen, post: Post) -> None:
    """A reason to come, and no surprise at the counter."""
    number = post.one()
    where = citizen.open(number)
    assert "Tự đến nhận, bạn trả ít hơn" in citizen.get(where).text
    citizen.choose(where, choice="counter")
    assert "vì tự đến nhận." in citizen.get(where).text


def test_the_counter_is_chosen_at_once_for_what_lies_at_the_office(citizen: Citizen, post: Post) -> None:
    """And a visit may be asked for again, which is the way back."""
    number = post.one()
    where = citizen.open(number)
    citizen.choose(where, choice="counter")
    page = citizen.get(where).text
    assert "Mang giấy tờ tùy thân đến Bưu cục Phường Sài Gòn" in page
    assert post.item(number).state is State.HELD
    citizen.choose(where, choice="later", day="2026-12-02", half_day="morning")
    assert post.item(number).state is State.AT_OFFICE


def test_what_cannot_be_seen_is_no_part_of_an_address(citizen: Citizen, post: Post) -> None:
    """A label and the clerk's page show the address as it is kept."""
    where = citizen.open(post.one())
    assert citizen.choose(where, choice="address", address="a\x00\u200b").status_code == 422
    assert citizen.choose(where, choice="address", address="12 Lê\x00Duẩn\u202e").status_code == 303
    (choice,) = made(post)
    assert choice.detail is not None
    with post.wiring.work("job:test") as unit:
        subject = unit.session.get_one(Item, choice.item_id).addressee.subject
        kept = Vault.of(unit).open(subject, "choices.detail", choice.id, choice.detail, reason=VaultReason.DELIVERY)
    assert json.loads(kept) == {"address": "12 Lê Duẩn"}


def test_another_person_is_kept_sealed_and_not_shown_back(citizen: Citizen, post: Post) -> None:
    """The name of somebody who did not ask to be on a page."""
    where = citizen.open(post.one())
    answer = citizen.choose(where, choice="person", name="Lê Văn Thử", identity_number="079 123 456 789")
    assert answer.status_code == 303
    page = citizen.get(where).text
    assert "Đã ghi nhận người nhận thay." in page
    assert "Lê Văn Thử" not in page
    (choice,) = made(post)
    assert choice.detail is not None
    assert "Lê Văn Thử".encode() not in choice.detail


def test_another_address_waits_for_a_clerk(citizen: Citizen, post: Post) -> None:
    """A new address is placed by a person before anything is dispatched to it."""
    (number,) = post.out()
    post.fail(number, Reason.MOVED)
    where = citizen.open(number)
    assert "Hãy cho biết địa chỉ đúng" in citizen.get(where).text
    citizen.choose(where, choice="address", address="5 Trần Hưng Đạo, Phường Tân Định, Thành phố Hồ Chí Minh")
    item = post.item(number)
    assert (item.placed, item.next_step) == (Placed.REVIEW, NextStep.ADDRESS)
    page = citizen.get(where).text
    assert "Bưu cục đang xem địa chỉ bạn đã gửi." in page
    assert "Trần Hưng Đạo" not in page


def test_a_form_sent_twice_acts_once(citizen: Citizen, post: Post) -> None:
    """Phones send again when the network hangs, and people press twice."""
    where = citizen.open(post.one())
    report = str(uuid4())
    for _ in range(2):
        answer = citizen.choose(where, report=report, choice="later", day="2026-12-02", half_day="")
        assert answer.status_code == 303
    assert len(made(post)) == 1


def test_what_cannot_be_chosen_is_said_on_the_page_with_what_was_typed(citizen: Citizen, post: Post) -> None:
    """A page of its own would lose the form."""
    where = citizen.open(post.one())
    answer = citizen.choose(where, choice="person", name="Lê Văn Thử", identity_number="12")
    assert answer.status_code == 422
    assert "9 hoặc 12 chữ số" in answer.text
    assert 'value="Lê Văn Thử"' in answer.text
    assert made(post) == []


def test_a_choice_that_came_too_late_is_refused_in_words(citizen: Citizen, post: Post) -> None:
    """The page was open on the table while the courier rang."""
    (number,) = post.out()
    where = citizen.open(number)
    citizen.get(where)
    post.fail(number, Reason.REFUSED)
    answer = citizen.choose(where, choice="counter")
    assert answer.status_code == 409
    assert "sắp chuyển hoàn" in answer.text


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"choice": "burn"},
        {"choice": "later"},
        {"choice": "later", "day": "yesterday"},
        {"choice": "later", "day": "2026-12-05"},
        {"choice": "person", "name": ""},
        {"choice": "address", "address": "1"},
    ],
)
def test_nonsense_is_answered_in_words_and_does_nothing(citizen: Citizen, post: Post, fields: dict[str, str]) -> None:
    """Forms come from browsers, and from whoever plays with them."""
    where = citizen.open(post.one())
    answer = citizen.choose(where, **fields)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert made(post) == []


def test_nobody_chooses_without_the_session_that_opened_the_link(
    citizen: Citizen, stranger: Citizen, post: Post
) -> None:
    """A URL that was passed on chooses nothing."""
    where = citizen.open(post.one())
    stranger.open(post.one())
    assert stranger.choose(where, choice="counter").status_code in (404, 422)
    assert made(post) == []


def test_a_form_without_its_protection_is_refused(citizen: Citizen, post: Post) -> None:
    """Another site's form would choose in the citizen's name."""
    where = citizen.open(post.one())
    data = {"choice": "counter", "report_id": str(uuid4())}
    assert citizen.browser.post(f"{where}/chon", data=data, base_url=SITE).status_code == 422
    assert made(post) == []


def test_an_answer_asked_for_again_leads_to_the_item(citizen: Citizen, post: Post) -> None:
    """Somebody presses enter in the address bar after a refusal."""
    where = citizen.open(post.one())
    assert citizen.get(f"{where}/chon").headers["Location"] == where
