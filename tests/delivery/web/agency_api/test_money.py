"""An agency's program reads what it owes and what it gets."""

import pytest
from flask.testing import FlaskClient

from delivery.money import billing, remitting
from delivery.wiring import Wiring
from tests.conftest import HandClock
from tests.delivery.made_papers import DECEMBER, NOVEMBER, frozen, paid, weighed_again
from tests.delivery.web.agency_api.program import Program
from tests.factories import Town


@pytest.fixture
def billed(wiring: Wiring, town: Town, clock: HandClock) -> str:
    """An item of H29 on the statement of November, its correction on that of December, its fee on a paid list."""
    number = frozen(wiring, town, agency_fee=50_000)
    paid(wiring, number, office=town.sai_gon)
    clock.forward(days=1)
    with wiring.work("staff:a") as unit:
        billing.draw(unit, agency_id=town.agencies["H29"], month=NOVEMBER)
        remitting.draw(unit, agency_id=town.agencies["H29"], through=unit.today)
    with wiring.work("staff:b") as unit:
        remitting.record_paid(unit, number="CT20261201-H29-1", bank_reference="FT1")
    weighed_again(wiring, number, 2_000)
    clock.forward(days=31)
    with wiring.work("staff:a") as unit:
        billing.draw(unit, agency_id=town.agencies["H29"], month=DECEMBER)
    return number


@pytest.fixture
def program(client: FlaskClient, town: Town, billed: str) -> Program:
    """H29's live program."""
    return Program(client, town.clients["H29"])


def test_statements_are_paged_and_read_with_lines_that_add_up(program: Program, billed: str) -> None:
    """The agency's accounting reads them without a person."""
    first = program.get("/statements?limit=1").json
    second = program.get(first["next"]).json
    assert [page["items"][0]["number"] for page in (first, second)] == ["BK2611-H29", "BK2612-H29"]
    assert program.get(second["next"]).json["items"] == []
    november, december = (program.get(f"/statements/{n}").json for n in ("BK2611-H29", "BK2612-H29"))
    for statement in (november, december):
        for what in ("net", "vat", "gross"):
            assert statement[what] == sum(line[what] for line in statement["lines"]) > 0
    assert (november["month"], november["state"], november["paid_at"]) == ("2026-11", "drawn", None)
    assert november["invoice"] == "HD26-BK-0000001"
    (price,), (correction,) = november["lines"], december["lines"]
    assert (price["code"], price["kind"], price["reason"]) == (billed, "price", None)
    assert (correction["code"], correction["kind"], correction["reason"]) == (billed, "correction", "weighed_again")


def test_an_item_shows_its_price_as_it_stands(program: Program, billed: str) -> None:
    """It was weighed again: what the agency reads of the item is what its statements ask of it together."""
    price = program.get(f"/items/{billed}").json["price"]
    lines = [line for n in ("BK2611-H29", "BK2612-H29") for line in program.get(f"/statements/{n}").json["lines"]]
    for what in ("net", "vat", "gross"):
        assert price[what] == sum(line[what] for line in lines) == sum(line[what] for line in price["lines"])
    assert (price["due_from_agency"], price["due_from_addressee"], price["frozen"]) == (price["gross"], 0, True)


def test_remittances_are_read_with_their_receipts(program: Program, billed: str) -> None:
    """What arrived on the account is matched fee by fee."""
    (shown,) = program.get("/remittances").json["items"]
    assert (shown["number"], shown["state"], shown["bank_reference"]) == ("CT20261201-H29-1", "paid", "FT1")
    whole = program.get(f"/remittances/{shown['number']}").json
    (fee,) = whole["lines"]
    assert (fee["code"], fee["amount"], fee["day"]) == (billed, 50_000, "2026-11-30")
    assert fee["receipt"].startswith("BL26-")
    assert whole["amount"] == 50_000


@pytest.mark.parametrize("path", ["/statements/BK2611-H29", "/remittances/CT20261201-H29-1"])
def test_another_agencys_papers_are_unknown(client: FlaskClient, program: Program, town: Town, path: str) -> None:
    """Contracts C12: not even that they exist."""
    assert program.get(path).status_code == 200
    for other in ("H30", "test"):
        stranger = Program(client, town.clients[other])
        assert stranger.get(path).status_code == 404
        assert stranger.get(path.rpartition("/")[0]).json["items"] == []


def test_papers_are_read_under_the_scope_of_items(client: FlaskClient, town: Town, billed: str) -> None:
    """A client that only asks for prices must not read an agency's accounts."""
    limited = Program(client, town.clients["H29"], scope="quotes")
    assert limited.get("/statements").status_code == 403
    assert limited.get("/remittances").status_code == 403
