"""The tax system gets each document once, in a file that can be made again and checked."""

import hashlib
import json
from datetime import date
from typing import Any

import pytest

from delivery.errors import Invalid, NotFound, Refused
from delivery.money.billing import draw
from delivery.money.receipts import adjust
from delivery.money.tax import Export, export, exported
from delivery.store.agencies import ApiClient
from delivery.store.queries.items import locked_by_number
from delivery.wiring import Wiring
from demo.postgres import ROOT
from tests.conftest import HandClock
from tests.delivery.made_papers import NOVEMBER, frozen, paid
from tests.factories import Town

DAY = date(2026, 11, 30)


def _made(wiring: Wiring, day: date = DAY) -> Export:
    with wiring.work("job:tax") as unit:
        return export(unit, day=day)


def _lines(made: Export) -> list[dict[str, Any]]:
    return [json.loads(line) for line in made.content.splitlines()]


@pytest.fixture
def number(wiring: Wiring, town: Town, clock: HandClock) -> str:
    """An item with a fee and postage, both paid yesterday."""
    number = frozen(wiring, town, payer="addressee", agency_fee=50_000)
    paid(wiring, number, office=town.sai_gon)
    clock.forward(days=1)
    return number


def test_a_file_holds_every_document_and_its_sums(wiring: Wiring, number: str) -> None:
    """Fee and postage, each under its number, with what the law wants to know of it."""
    first, fee, invoice, end = _lines(_made(wiring))
    assert first == {"type": "export", "version": 1, "name": "tax-20261130-1", "documents": 2}
    assert (fee["kind"], fee["rates"]) == ("receipt", [{"vat_rate": "not_subject", "net": 50_000, "vat": 0}])
    assert (invoice["kind"], invoice["item"], invoice["day"]) == ("invoice", number, "2026-11-30")
    assert f"{invoice['series']}-{invoice['serial']:07d}" == invoice["number"]
    for what in ("net", "vat", "gross"):
        assert end[what] == fee[what] + invoice[what]


def test_the_digest_proves_that_the_file_is_whole(wiring: Wiring, number: str) -> None:
    """Anyone can check it with sha256sum and no program of ours."""
    content = _made(wiring).content
    body, _, end = content.rstrip(b"\n").rpartition(b"\n")
    assert json.loads(end)["sha256"] == hashlib.sha256(body + b"\n").hexdigest()


def test_a_document_is_in_one_file_and_the_file_can_be_made_again(
    wiring: Wiring, town: Town, number: str, clock: HandClock
) -> None:
    """A lost file is written again byte for byte, whatever was exported since."""
    made = _made(wiring)
    with pytest.raises(Refused, match="no receipt or invoice"):
        _made(wiring)
    paid(wiring, frozen(wiring, town, "A-2", payer="addressee"), office=town.sai_gon)
    clock.forward(days=1)
    later = _made(wiring, date(2026, 12, 1))
    assert later.documents == 1
    with wiring.work("job:tax") as unit:
        assert exported(unit, name=made.name) == made
        with pytest.raises(NotFound):
            exported(unit, name="tax-20261130-2")
        with pytest.raises(NotFound):
            exported(unit, name="x")


def test_what_comes_late_gets_a_file_of_its_own(wiring: Wiring, town: Town, number: str, clock: HandClock) -> None:
    """A second file for the same day, so that the first stays what was sent."""
    _made(wiring)
    with wiring.work("job:test") as unit:
        late = adjust(unit, locked_by_number(unit, number), gross=1_000)
        late.day = DAY
    assert _made(wiring).name == "tax-20261130-2"


def test_an_adjustment_names_the_invoice_and_a_statement_its_month(
    wiring: Wiring, town: Town, number: str, clock: HandClock
) -> None:
    """The tax office nets the two, and knows what a monthly invoice is for."""
    with wiring.work("job:test") as unit:
        adjust(unit, locked_by_number(unit, number), gross=1_000)
    clock.set(9, days=-1)
    frozen(wiring, town, "B-1")
    clock.forward(days=1)
    with wiring.work("staff:a") as unit:
        draw(unit, agency_id=town.agencies["H29"], month=NOVEMBER)
    clock.forward(days=1)
    documents = {
        line["kind"] + str(line["statement_month"]): line for line in _lines(_made(wiring, date(2026, 12, 1)))[1:-1]
    }
    assert documents["adjustmentNone"]["adjusts"] == documents["invoiceNone"]["number"]
    assert documents["adjustmentNone"]["gross"] == -1_000
    assert documents["invoice2026-11"]["number"] == "HD26-BK-0000001"
    assert documents["invoice2026-11"]["item"] is None


def test_a_sandbox_and_a_running_day_are_not_exported(wiring: Wiring, town: Town, number: str) -> None:
    """Invented sales are no sales; and a day's file must be whole."""
    _made(wiring)
    with wiring.work("job:test") as unit:
        world = unit.session.get_one(ApiClient, town.clients["test"]).world_id
    paid(wiring, frozen(wiring, town, payer="addressee", world=world), office=town.sai_gon, world=world)
    with pytest.raises(Invalid, match="is not over"):
        _made(wiring, date(2026, 12, 1))
    with pytest.raises(Refused):
        _made(wiring)


def test_the_documentation_names_every_field(wiring: Wiring, number: str) -> None:
    """Who loads the file reads the page, not the program."""
    page = (ROOT / "docs" / "tax-export.md").read_text(encoding="utf-8")
    for line in _lines(_made(wiring)):
        assert [field for field in line if f"`{field}`" not in page] == []
