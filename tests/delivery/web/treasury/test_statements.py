"""The money desk draws statements, prints them and exports them; auditors look on."""

from io import BytesIO

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select

from delivery.store.billing import Statement
from delivery.wiring import Wiring
from tests.conftest import HandClock
from tests.delivery.made_papers import frozen, weighed_again
from tests.delivery.web.person import Person, at_work
from tests.factories import Town


@pytest.fixture
def admin(client: FlaskClient, wiring: Wiring, town: Town, clock: HandClock) -> Person:
    """An administrator in December; H29 owes for two items of November."""
    for n in (1, 2):
        frozen(wiring, town, f"A-{n}", weight_g=100 * n)
    clock.forward(days=1)
    return at_work(client, "admin")


def test_a_statement_is_looked_at_drawn_and_downloaded(admin: Person, wiring: Wiring, town: Town) -> None:
    """From the month's page to the paper in the accountant's hand, without a typed number."""
    page = admin.get("/treasury/statements")
    assert "11/2026" in page.text
    draft = f"/treasury/statements/draw?agency={town.agencies['H29']}&amp;month=2026-11"
    assert draft in page.text
    assert "Lập bảng kê và hóa đơn" in admin.get(draft.replace("&amp;", "&")).text
    drawn = admin.post("/treasury/statements", agency=str(town.agencies["H29"]), month="2026-11")
    assert drawn.location == "/treasury/statements/BK2611-H29"
    shown = admin.get(drawn.location).text
    assert "HD26-BK-0000001" in shown
    assert "chờ thanh toán" in shown
    pdf = admin.get(f"{drawn.location}.pdf")
    text = "".join(sheet.extract_text() for sheet in PdfReader(BytesIO(pdf.data)).pages)
    assert pdf.mimetype == "application/pdf"
    assert "MINH HỌA" in text
    table = admin.get(f"{drawn.location}.csv")
    assert table.mimetype == "text/csv"
    assert len(table.text.splitlines()) == 3
    assert "BK2611-H29" in admin.get("/treasury/statements?month=2026-11").text


def test_a_page_of_corrections_says_why(admin: Person, wiring: Wiring, town: Town, clock: HandClock) -> None:
    """An agency that sees a second line for an item asks what it is."""
    number = frozen(wiring, town, "A-9")
    weighed_again(wiring, number, 3_000)
    clock.forward(days=31)
    admin.signs_in("admin")
    admin.get("/treasury/statements")
    for month in ("2026-11", "2026-12"):
        admin.post("/treasury/statements", agency=str(town.agencies["H29"]), month=month)
    assert "Điều chỉnh: cân lại" in admin.get("/treasury/statements/BK2612-H29").text
    assert "Điều chỉnh: cân lại" in admin.get("/treasury/statements/BK2612-H29.csv").text


def test_a_month_without_statements_says_so(admin: Person) -> None:
    """An empty table would look like a fault."""
    assert "Chưa có bảng kê nào của tháng này" in admin.get("/treasury/statements?month=2026-10").text
    assert "Tháng này chưa hết" in admin.get("/treasury/statements?month=2026-12").text


def test_what_cannot_be_drawn_is_said_on_the_page(admin: Person, town: Town) -> None:
    """A refusal leaves the reader where they were, with the reason."""
    refused = admin.post("/treasury/statements", agency=str(town.agencies["H30"]), month="2026-11")
    assert refused.status_code == 409
    assert "không có gì để lập bảng kê" in refused.text
    assert admin.get("/treasury/statements?month=x").status_code == 422
    assert admin.get("/treasury/statements/draw?agency=x&month=2026-11").status_code == 404
    assert admin.get("/treasury/statements/BK9999-H29").status_code == 404


def test_an_auditor_reads_and_draws_nothing(client: FlaskClient, admin: Person, wiring: Wiring, town: Town) -> None:
    """Who checks the books must not write them."""
    auditor = at_work(client.application.test_client(), "auditor")
    preview = auditor.get(f"/treasury/statements/draw?agency={town.agencies['H29']}&month=2026-11")
    assert preview.status_code == 200
    assert "Lập bảng kê và hóa đơn" not in preview.text
    answer = auditor.post("/treasury/statements", agency=str(town.agencies["H29"]), month="2026-11")
    assert answer.status_code == 403
    with wiring.work("job:test") as unit:
        assert unit.session.scalars(select(Statement)).all() == []
