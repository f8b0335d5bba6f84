"""A payer who lost the paper gets it printed again."""

from io import BytesIO

from pypdf import PdfReader

from delivery.wiring import Wiring
from tests.delivery.made_papers import frozen, paid
from tests.delivery.submitted import SAI_GON
from tests.delivery.web.person import Person
from tests.factories import Town


def test_the_papers_of_an_item_are_printed_from_its_page(wiring: Wiring, town: Town, clerk: Person) -> None:
    """Fee and postage, each with its number; before anything is paid there is nothing to print."""
    number = frozen(wiring, town, payer="addressee", agency_fee=50_000, address=SAI_GON)
    where = f"/desk/items/{number}/receipts.pdf"
    assert where not in clerk.get(f"/desk/items/{number}").text
    assert clerk.get(where).status_code == 404
    paid(wiring, number, office=town.sai_gon)
    assert where in clerk.get(f"/desk/items/{number}").text
    pages = [page.extract_text() for page in PdfReader(BytesIO(clerk.get(where).data)).pages]
    assert len(pages) == 2
    assert "BIÊN LAI THU LỆ PHÍ" in pages[0]
    assert "HÓA ĐƠN CƯỚC BƯU CHÍNH" in pages[1]
    assert "Tiền mặt" in pages[1]
    assert "Trần Thị Thử" not in "".join(pages)
