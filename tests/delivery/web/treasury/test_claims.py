"""The money desk's claims: what waits and until when, why so much is due, and two persons at two browsers."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from delivery.rules.compensation_terms import ClaimKind
from delivery.store.base import new_id
from delivery.store.claims import ClaimState
from delivery.wiring import Wiring
from tests.conftest import HandClock
from tests.delivery.made_rounds import Post
from tests.delivery.money.complaints import claim_about, complain, late, lose, shelved
from tests.delivery.web.person import Person, at_work
from tests.factories import Town


@pytest.fixture
def post(wiring: Wiring, town: Town, clock: HandClock) -> Post:
    """Sài Gòn's office on a Monday at eight."""
    return Post(wiring, town, clock)


@pytest.fixture
def admin(post: Post, client: FlaskClient) -> Person:
    """An administrator, signed in."""
    return at_work(client, "admin")


@pytest.fixture
def other(post: Post, app: Flask) -> Person:
    """Another one, at another browser."""
    return at_work(app.test_client(), "admin.2")


def _lost(post: Post) -> tuple[str, str]:
    """A lost item that was paid for: its number and the path of its claim."""
    number = shelved(post, paid=True)
    lose(post, number)
    return number, f"/treasury/claims/{claim_about(post, number).id}"


def test_two_administrators_settle_a_loss(post: Post, admin: Person, other: Person) -> None:
    """From the queue to the bank's reference, each page says what to do next."""
    number, path = _lost(post)
    queue = admin.get("/treasury/claims").text
    assert path in queue
    assert "còn 61 ngày" in queue
    page = admin.get(path).text
    assert "Bồi thường mất bưu gửi: 4 lần cước" in page
    assert "Nghị định 47/2011/NĐ-CP" in page
    assert admin.post(f"{path}/propose").status_code == 303
    mine = admin.get(path).text
    assert "một quản trị viên khác duyệt" in mine
    assert f"{path}/approve" not in mine
    assert admin.post(f"{path}/approve").status_code == 409
    assert f"{path}/approve" in other.get(path).text
    assert other.post(f"{path}/approve").status_code == 303
    assert "còn 30 ngày" in other.get("/treasury/claims?state=approved").text
    other.get(path)
    assert other.post(f"{path}/pay", giver="bank", reference=" ").status_code == 422
    assert other.post(f"{path}/pay", giver="elsewhere", reference="VCB-1").status_code == 422
    poor = other.post(f"{path}/pay", giver=str(post.office), reference="PC-1")
    assert poor.status_code == 409
    assert "Két của bưu cục không đủ tiền" in poor.text
    assert other.post(f"{path}/pay", giver="bank", reference="VCB-1").status_code == 303
    assert "VCB-1" in other.get(path).text
    assert claim_about(post, number).state is ClaimState.PAID


def test_overdue_is_said_in_words(post: Post, admin: Person, clock: HandClock) -> None:
    """Colour alone tells nothing to who cannot see it."""
    _lost(post)
    clock.forward(days=63)
    admin = at_work(admin.client, "admin")
    queue = admin.get("/treasury/claims").text
    assert "quá hạn 2 ngày" in queue
    assert "1 hồ sơ đã quá hạn trả lời hoặc chi trả" in queue


def test_a_damage_is_put_right_and_rejected_with_a_reason(post: Post, admin: Person) -> None:
    """What was typed stays when it cannot be; the reason is kept for the claimant."""
    number = late(post, days=0)
    path = f"/treasury/claims/{complain(post, number, ClaimKind.DAMAGED, damage_percent=25)}"
    assert "Hư hại 25 %" in admin.get(path).text
    unread = admin.post(f"{path}/propose", damage_percent="một nửa")
    assert unread.status_code == 422
    assert "một nửa" in unread.text
    assert admin.post(f"{path}/propose", damage_percent="50").status_code == 303
    assert "Hư hại 50 %" in admin.get(path).text
    assert admin.post(f"{path}/reject", why="").status_code == 422
    assert admin.post(f"{path}/reject", why="Phong bì còn nguyên.").status_code == 303
    assert "Phong bì còn nguyên." in admin.get(path).text
    assert path in admin.get("/treasury/claims?state=rejected").text


def test_a_price_error_takes_the_right_price_with_dots(post: Post, admin: Person) -> None:
    """People write thousands with dots."""
    number = late(post, days=0)
    path = f"/treasury/claims/{complain(post, number, ClaimKind.PRICE_ERROR, right_price=1_000)}"
    admin.get(path)
    assert admin.post(f"{path}/propose", right_price="10.000").status_code == 303
    assert claim_about(post, number).right_price == 10_000
    beyond = admin.post(f"{path}/propose", right_price="900.000")
    assert beyond.status_code == 409
    assert "không cao hơn cước đúng" in beyond.text


def test_an_auditor_reads_and_changes_nothing(post: Post, client: FlaskClient) -> None:
    """Every step is open to who checks it."""
    _, path = _lost(post)
    auditor = at_work(client, "auditor")
    page = auditor.get(path)
    assert page.status_code == 200
    assert '<button class="main">' not in page.text
    assert auditor.post(f"{path}/propose").status_code == 403


def test_what_is_not_there_is_not_found(admin: Person) -> None:
    """An old link says so in words."""
    assert admin.get(f"/treasury/claims/{new_id()}").status_code == 404
    assert admin.get("/treasury/claims?state=gone").status_code == 422
    assert "Không có hồ sơ nào ở bước này" in admin.get("/treasury/claims").text
