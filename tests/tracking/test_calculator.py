"""The public calculator: what would it cost, without signing in, in words that anybody reads."""

import re
from html import unescape
from urllib.parse import urlencode

from sqlalchemy import func, select

from delivery.store.communes import Commune
from delivery.store.money import Quote
from tests.delivery.made_rounds import Post
from tests.tracking.conftest import SITE, Citizen

HERE = {"tu": "phường Bến Nghé, quận 1, TP HCM", "den": "phường Tân Định, quận 1, TP HCM", "g": "100"}


def ask(citizen: Citizen, **changes: object) -> str:
    """The calculator's page for a question within HCMC, unless changed; what it says, without tags."""
    return read(citizen.get("/cuoc?" + urlencode({**HERE, **changes}, doseq=True)).text)


def read(page: str) -> str:
    """A page's words."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_an_old_name_is_enough_for_a_price(citizen: Citizen) -> None:
    """People know the ward they grew up in, not its name since last year. 23,000 and 8 %."""
    page = ask(citizen)
    assert "Bạn trả khi nhận 24.840 đ" in page
    assert "Từ Phường Sài Gòn, Thành phố Hồ Chí Minh đến Phường Tân Định, Thành phố Hồ Chí Minh" in page
    assert "cùng tỉnh, thành phố" in page


def test_the_answer_says_that_the_book_illustrates(citizen: Citizen) -> None:
    """Nobody may take a made-up figure for the post's price list."""
    assert "Số liệu minh họa." in ask(citizen)
    assert "Số liệu minh họa." in read(citizen.get("/cuoc/bang-gia").text)


def test_each_line_shows_its_sum_its_rule_and_its_source(citizen: Citizen) -> None:
    """A price that cannot be explained is not one."""
    page = ask(citizen, tuy_chon="hand_to_addressee")
    assert "23.000 đ + thuế GTGT 8 %: 1.840 đ · người nhận trả" in page
    assert "services.result_return.steps[1].price.same_province" in page
    assert "options.hand_to_addressee" in page
    assert page.count("Căn cứ: Số liệu minh họa, chưa có căn cứ pháp lý") == 2
    assert "30.240 đ Cộng, do mọi bên trả" in page


def test_a_table_says_what_each_waiver_and_the_counter_would_save(citizen: Citizen) -> None:
    """Nobody claims a relief that they do not know of. The counter takes 3,000 off, and its VAT."""
    page = ask(citizen)
    assert "Không có miễn giảm 24.840 đ 21.600 đ" in page
    assert "Hộ nghèo 0 đ 0 đ" in page
    assert "Hộ cận nghèo 12.420 đ 10.800 đ" in page
    assert "khi cơ quan gửi xác nhận, hoặc khi bạn cho giao dịch viên ở bưu cục xem giấy tờ" in page


def test_a_waiver_chosen_shows_who_pays_instead(citizen: Citizen) -> None:
    """The subsidy's share is public money and is named."""
    page = ask(citizen, dien="near_poor_household")
    assert "Bạn trả khi nhận 12.420 đ" in page
    assert "Ngân sách trả thay bạn 12.420 đ." in page
    assert "(khi có người xác nhận)" in page


def test_the_agencys_fee_is_added_to_what_is_paid_at_the_door_and_kept_apart(citizen: Citizen) -> None:
    """The citizen needs the notes for both; the two moneys stay two. Collecting it costs 4,000 and its VAT."""
    page = ask(citizen, le_phi="50.000")
    assert "Bạn trả khi nhận 79.160 đ" in page
    assert "Gồm cước 29.160 đ và lệ phí 50.000 đ bưu điện thu hộ cơ quan." in page


def test_a_name_that_several_places_have_is_asked_about_and_never_guessed(citizen: Citizen, post: Post) -> None:
    """A wrong guess is a wrong price. The choice is one tap, and stays in the URL."""
    page = citizen.get("/cuoc?" + urlencode({**HERE, "den": "xã Tân Phú"})).text
    assert "Chưa chắc là nơi nào" in page
    assert "Bạn trả" not in page
    assert page.count('name="den_xa"') == 12
    with post.wiring.work("job:test") as unit:
        query = select(Commune.id).where(Commune.name == "Xã Tân Phú", Commune.province_code == "80")
        chosen = unit.session.scalars(query).one()
    assert "đến Xã Tân Phú, Tỉnh Tây Ninh (cùng vùng)" in ask(citizen, den="xã Tân Phú", den_xa=chosen)


def test_a_choice_for_another_text_is_forgotten(citizen: Citizen, post: Post) -> None:
    """Who types a new place must not get the price of the one before."""
    other = post.town.communes["sai_gon"]
    assert "đến Phường Tân Định" in ask(citizen, den_xa=other)
    assert "Chưa chắc là nơi nào" in ask(citizen, den="xã Tân Phú", den_xa=other)


def test_an_agency_that_pays_sees_its_own_price_and_no_waivers(citizen: Citizen) -> None:
    """Waivers are the addressee's."""
    page = ask(citizen, tra="agency")
    assert "Cơ quan trả 24.840 đ" in page
    assert "Trả ít hơn được không?" not in page


def test_another_day_is_priced_by_the_book_of_that_day(citizen: Citizen) -> None:
    """From 2027 the illustrative VAT is 10 %; the page leads there by one link."""
    page = citizen.get("/cuoc?" + urlencode(HERE))
    assert "Tính theo giá từ 01/01/2027" in page.text
    link = unescape(re.findall(r'href="(/cuoc\?[^"]+ngay=2027-01-01[^"]*)"', page.text)[0])
    assert "25.300 đ" in read(citizen.get(link).text)


def test_the_price_changes_at_midnight_in_vietnam_and_at_no_other(citizen: Citizen, post: Post) -> None:
    """A server's own day ends seven hours late: 17:00 UTC is midnight here."""
    post.clock.set(23, 59, days=31)
    post.clock.forward(seconds=59)
    assert f"{post.clock.at:%Y-%m-%d %H:%M:%S}" == "2026-12-31 16:59:59"
    assert "24.840 đ" in ask(citizen)
    post.clock.forward(seconds=1)
    assert "25.300 đ" in ask(citizen)


def test_what_cannot_be_priced_is_told_in_words_and_what_was_typed_stays(citizen: Citizen) -> None:
    """Each sentence says what to do instead."""
    for changes, words in (
        ({"den": "qwerty"}, "Nơi nhận: Chưa nhận ra nơi này."),
        ({"tu": "TP.HCM"}, "Nơi gửi: Thành phố Hồ Chí Minh có nhiều xã, phường"),
        ({"tu": ""}, "Nơi gửi: Hãy ghi xã, phường và tỉnh, thành phố."),
        ({"can": "6.000"}, "6000 g vượt mức tối đa 5000 g"),
        ({"can": "2,5"}, "“2,5” không phải một số nguyên."),
        ({"can": "-1"}, "“-1” không phải một số nguyên."),
        ({"can": "٣"}, "không phải một số nguyên."),
        ({"dien": "rich"}, "không có diện miễn giảm “rich”"),
        ({"tuy_chon": "gold"}, "không có tùy chọn “gold”"),
        ({"dich_vu": "pizza"}, "Không có dịch vụ này."),
        ({"tra": "subsidy"}, "Người trả là người nhận hoặc cơ quan."),
        ({"ngay": "2026-11-29"}, "Ngày 29/11/2026 đã qua."),
        ({"ngay": "mai"}, "Ghi ngày như 2026-11-30."),
    ):
        answer = citizen.get("/cuoc?" + urlencode({**HERE, **changes}))
        assert answer.status_code == 422, changes
        assert words in read(answer.text), changes
        assert 'value="phường' in answer.text


def test_both_pages_weigh_less_than_30_kilobytes_and_run_no_script(citizen: Citizen) -> None:
    """Old phones on mobile data; the longest answers are a list of places, a full price, and the table."""
    unclear = urlencode({**HERE, "tu": "xã Tân Phú", "den": "xã Tân Thành"})
    full = urlencode({**HERE, "den": "Côn Đảo, Bà Rịa - Vũng Tàu", "le_phi": "1000000", "dien": "elderly", "can": 1250})
    for path in (
        "/cuoc",
        f"/cuoc?{unclear}",
        f"/cuoc?{full}",
        "/cuoc/bang-gia",
        "/cuoc/bang-gia?bieu=illustrative-2027-01",
    ):
        page = citizen.get(path).text
        weight = len(page.encode())
        for linked in re.findall(r'<link rel="[^"]+"[^>]* href="([^"]+)"', page):
            with citizen.browser.get(linked, base_url=SITE) as sent:
                weight += len(sent.data)
        assert weight < 30_000, path
        assert "<script" not in page
        assert "style=" not in page


def test_the_table_shows_every_cell_with_its_legal_maximum(citizen: Citizen) -> None:
    """The price, 8 % included, and what it may cost at most."""
    page = read(citizen.get("/cuoc/bang-gia").text)
    assert "trên 50 đến 100 g 20.520 đ tối đa 21.000 đ 24.840 đ tối đa 27.000 đ" in page
    assert "mỗi 500 g tiếp theo, đến 5000 g" in page
    assert "chưa xác nhận" in page


def test_a_book_to_come_is_shown_with_its_day_and_an_unknown_one_is_a_404(citizen: Citizen) -> None:
    """A new price is no surprise."""
    assert "có hiệu lực từ 01/01/2027" in read(citizen.get("/cuoc/bang-gia").text)
    coming = citizen.get("/cuoc/bang-gia?bieu=illustrative-2027-01")
    assert "đã gồm thuế GTGT 10 %" in read(coming.text)
    assert citizen.get("/cuoc/bang-gia?bieu=gold").status_code == 404


def test_asking_stores_nothing(citizen: Citizen, post: Post) -> None:
    """A question is not an order."""
    ask(citizen)
    with post.wiring.work("job:test") as unit:
        assert unit.session.scalar(select(func.count()).select_from(Quote)) == 0


def test_the_public_pages_lead_to_the_calculator(citizen: Citizen) -> None:
    """Who comes to look an item up also asks what it costs."""
    for path in ("/tra-cuu", "/sms-that"):
        assert 'href="/cuoc"' in citizen.get(path).text


def test_the_page_speaks_english_too(citizen: Citizen) -> None:
    """Lines of a price come in both languages from the book."""
    citizen.get("/lang/en?back=/cuoc")
    assert "Return of a result, same province, up to 100 g" in ask(citizen)
