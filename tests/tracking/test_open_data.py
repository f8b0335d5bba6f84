"""The public account of equity: read by anybody, told in plain words, and telling of nobody."""

import csv
import json
import random
import re
from collections.abc import Mapping
from datetime import date
from io import StringIO

from delivery.money.editions import DIMENSIONS, OTHER, REMOTE, VIEWS, Edition, Figure, Named
from delivery.money.equity import Account, edition
from delivery.rules.crosstabs import Atom, Layout
from delivery.store.communes import Province
from delivery.store.equity import EquityMonth
from delivery.wiring import Wiring
from tariffs.quote import Payer
from tests.factories import HCMC
from tests.tracking.conftest import SITE, Citizen
from tracking.open_data import COLUMNS, as_csv, bars, provinces_shown
from tracking.words import Words

OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)
KINDS = (
    Named(code="poor_household", vi="Hộ nghèo", en="Poor household"),
    Named(code="near_poor_household", vi="Hộ cận nghèo", en="Near-poor household"),
    Named(code="person_with_merit", vi="Người có công với cách mạng", en="Person with merit"),
    Named(code="person_with_disability", vi="Người khuyết tật", en="Person with a disability"),
    Named(code="elderly", vi="Người cao tuổi", en="Elderly person"),
    Named(code="remote_commune", vi="Người dân xã vùng xa, hải đảo", en="Resident of a remote commune or island"),
)
FEW: Mapping[str, float] = {"poor_household": 9, "near_poor_household": 6, "elderly": 11, "person_with_disability": 0.5}


def a_month(wiring: Wiring, month: date, *, size: float = 6, seed: int = 1) -> Edition:
    """Publish a month of invented people, in every province but few of them in most."""
    with wiring.work("job:equity") as unit:
        provinces = [Named(code=p.code, vi=p.name, en=p.name) for p in unit.session.query(Province).order_by("code")]
        possible: set[Atom] = {
            (place.code, kind.code, where, str(Payer.AGENCY if kind.code == "elderly" else Payer.SUBSIDY))
            for at, place in enumerate(provinces)
            for kind in KINDS
            for where in ((REMOTE, OTHER) if at % 4 == 0 else (OTHER,))
        }
        dice = random.Random(seed)
        weight = {place.code: dice.paretovariate(1.2) for place in provinces} | {HCMC: 40.0}
        people = {
            atom: int(size * weight[atom[0]] * FEW.get(atom[1], 2) * (0.1 if atom[2] == REMOTE else 1) * dice.random())
            for atom in sorted(possible)
        }
        made = edition(
            Account(
                month=month,
                layout=Layout(dimensions=DIMENSIONS, views=VIEWS, possible=frozenset(possible)),
                kinds=KINDS,
                provinces=tuple(provinces),
                people=people,
                dong={atom: count * 31_320 for atom, count in people.items()},
            )
        )
        unit.session.add(
            EquityMonth(
                month=month,
                document=made.as_json(),
                digest=made.digest,
                published_by=unit.actor,
                published_at=unit.now,
            )
        )
        return made


def test_before_the_first_month_the_page_says_when_to_come_back(citizen: Citizen) -> None:
    """An empty table would look like nobody was helped."""
    answer = citizen.get("/minh-bach")
    assert answer.status_code == 200
    assert "Chưa có tháng nào được công khai." in answer.text
    assert "Ngày 1 hằng tháng" in answer.text


def test_the_latest_month_comes_first_and_the_others_by_link(citizen: Citizen, wiring: Wiring) -> None:
    """Whoever comes wants last month, and may compare."""
    a_month(wiring, OCTOBER)
    made = a_month(wiring, NOVEMBER, seed=2)
    total = made.at()
    assert total is not None
    page = citizen.get("/minh-bach").text
    assert f"Tháng 11/2026: {total.people:,} người được miễn, giảm cước".replace(",", ".", 1) in page
    assert 'href="/minh-bach/2026-10"' in page
    assert "Tháng 10/2026:" in citizen.get("/minh-bach/2026-10").text


def test_the_sentence_says_who_paid(citizen: Citizen, wiring: Wiring) -> None:
    """Who paid is the point of the account."""
    made = a_month(wiring, NOVEMBER)
    page = citizen.get("/minh-bach").text
    for bearer, words in (("subsidy", "Ngân sách trả"), ("agency", "Cơ quan gửi kết quả trả")):
        figure = made.at(bearer=bearer)
        assert figure is not None
        assert f"{words} {figure.dong:,} đ.".replace(",", ".") in page


def test_hidden_cells_say_so_and_why(citizen: Citizen, wiring: Wiring) -> None:
    """Who sees a gap must not think of nothing, nor of a mistake."""
    made = a_month(wiring, NOVEMBER)
    page = citizen.get("/minh-bach").text
    assert made.hidden
    assert "<i>ẩn</i>" in page
    assert "dưới 10 người" in page
    assert "ít nhất 10 giá trị khác nhau" in page


def test_a_month_of_a_few_people_shows_no_number_at_all(citizen: Citizen, wiring: Wiring) -> None:
    """Not even how many they were."""
    made = a_month(wiring, NOVEMBER, size=0)
    assert made.at() is None
    page = citizen.get("/minh-bach").text
    assert "chưa đến 10 người" in page
    assert "<table" not in page


def test_every_number_of_the_chart_stands_in_its_description_and_in_the_table(citizen: Citizen, wiring: Wiring) -> None:
    """Who does not see the bars reads the same."""
    a_month(wiring, NOVEMBER)
    page = citizen.get("/minh-bach").text
    description = re.search(r'<desc id="chart-desc">(.*?)</desc>', page)
    assert description
    for part in description.group(1).rstrip(".").split("; "):
        kind, number = part.split(": ")
        row = re.search(rf'<th scope="row">{kind}</th><td[^>]*>(.*?)</td>', page)
        assert row
        assert re.sub(r"<[^>]+>", "", row.group(1)) == number


def test_no_script_no_inline_style_and_less_than_30_kilobytes(citizen: Citizen, wiring: Wiring) -> None:
    """Old phones on mobile data; the site's policy allows no inline style, charts included."""
    a_month(wiring, NOVEMBER, size=40)
    page = citizen.get("/minh-bach").text
    weight = len(page.encode())
    for path in re.findall(r'<link rel="[^"]+"[^>]* href="([^"]+)"', page):
        with citizen.browser.get(path, base_url=SITE) as linked:
            assert linked.status_code == 200
            weight += len(linked.data)
    assert weight < 30_000
    assert "<script" not in page
    assert "style=" not in page


def test_the_json_is_what_was_published_and_its_etag_the_digest(citizen: Citizen, wiring: Wiring) -> None:
    """A newspaper that keeps the file can prove what was said."""
    made = a_month(wiring, NOVEMBER)
    answer = citizen.get("/minh-bach/2026-11.json")
    assert answer.mimetype == "application/json"
    assert answer.headers["ETag"] == f'"{made.digest}"'
    assert Edition.from_json(json.loads(answer.text)) == made


def test_the_csv_has_every_cell_and_marks_what_is_hidden(citizen: Citizen, wiring: Wiring) -> None:
    """A spreadsheet that dropped the hidden rows would add up to something else."""
    made = a_month(wiring, NOVEMBER)
    answer = citizen.get("/minh-bach/2026-11.csv")
    assert answer.headers["Content-Disposition"] == "attachment; filename=minh-bach-2026-11.csv"
    rows = list(csv.DictReader(StringIO(answer.data.decode("utf-8-sig"))))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == len(made.figures)
    for row in rows:
        assert (row["hidden"] == "yes") == (row["people"] == "")
    total = made.at()
    assert total is not None
    assert rows[0] == {
        "month": "2026-11",
        "province": "all",
        "province_name": "",
        "kind": "all",
        "kind_name": "",
        "remoteness": "all",
        "bearer": "all",
        "people": str(total.people),
        "dong": str(total.dong),
        "hidden": "no",
    }


def test_a_name_in_the_csv_is_never_a_formula(wiring: Wiring) -> None:
    """Names come from tariff books, and spreadsheets run what begins with an equals sign."""
    made = a_month(wiring, NOVEMBER)
    evil = Edition(
        month=made.month,
        least=made.least,
        width=made.width,
        kinds=(Named(code="poor_household", vi="=HYPERLINK(1)", en="x"),),
        provinces=made.provinces,
        figures=made.figures,
    )
    assert ",'=HYPERLINK(1)," in as_csv(evil)


def test_a_month_that_is_not_published_is_not_found(citizen: Citizen, wiring: Wiring) -> None:
    """The present month, a month before the post began, and nonsense."""
    a_month(wiring, NOVEMBER)
    for month in ("2026-12", "2020-01", "2026-13", "abc", "2026-11-02"):
        for path in (f"/minh-bach/{month}", f"/minh-bach/{month}.csv", f"/minh-bach/{month}.json"):
            assert citizen.get(path).status_code == 404, path


def test_the_page_speaks_english_too(citizen: Citizen, wiring: Wiring) -> None:
    """Kinds are named in both languages by the tariff book; numbers are grouped as each language does."""
    made = a_month(wiring, NOVEMBER)
    total = made.at()
    assert total is not None
    citizen.get("/lang/en")
    page = citizen.get("/minh-bach").text
    assert "Near-poor household" in page
    assert "The state budget" in page
    assert f"{total.people:,}" in page


def test_provinces_with_nothing_to_show_are_named_together(wiring: Wiring) -> None:
    """A row of twenty times “hidden” helps nobody."""
    made = a_month(wiring, NOVEMBER)
    shown, hidden = provinces_shown(made)
    assert len(shown) + len(hidden) == 34
    assert all(row.everybody or any(row.kinds) for row in shown)
    people = [row.everybody.people for row in shown if row.everybody]
    assert people == sorted(people, reverse=True)


def test_a_bar_is_as_long_as_its_number() -> None:
    """The longest is whole, a short one is never nothing, a hidden one has no length."""
    words = Words(vi="Hộ nghèo", en="Poor household")
    drawn = bars([(words, Figure(people=n, dong=None) if n else None) for n in (4000, 1000, 10, 0)])
    assert [bar.percent for bar in drawn] == [100, 25, 1, None]


def test_every_public_page_leads_to_the_account(citizen: Citizen) -> None:
    """Who looks up an envelope may wonder who pays for those who cannot."""
    assert 'href="/minh-bach"' in citizen.get("/tra-cuu").text
