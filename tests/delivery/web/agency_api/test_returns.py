"""What comes back is signed for by the agency's program, item by item, and may then go out again."""

import pytest
from flask.testing import FlaskClient

from delivery import acceptance, handoff, returning
from delivery.rules.states import Happening
from delivery.store.items import Holder, HolderKind
from delivery.store.queries.items import locked_by_numbers
from delivery.wiring import Wiring
from tests.delivery.submitted import SAI_GON
from tests.delivery.web.agency_api.program import Program, result
from tests.factories import Town


@pytest.fixture
def program(client: FlaskClient, town: Town) -> Program:
    """H29's live program."""
    return Program(client, town.clients["H29"])


def listed(program: Program, wiring: Wiring, town: Town) -> tuple[str, list[str]]:
    """Two items called back and listed for their agency: the manifest's number and theirs."""
    codes = [program.post("/items", result(f"A-{n}", address=SAI_GON)).json["code"] for n in range(2)]
    point, office = town.points["H29", "P1"], town.sai_gon
    with wiring.work("staff:clerk") as unit:
        acceptance.accept(unit, wiring.books, point_id=point, numbers=codes, office_id=office)
    with wiring.work("staff:clerk") as unit:
        for code in codes:
            assert handoff.recall(unit, agency_id=town.agencies["H29"], number=code) == "accepted"
        for item in locked_by_numbers(unit, codes):
            item.move(Happening.RETURN_STARTED, unit.occasion(office), holder=Holder(HolderKind.OFFICE, office))
    with wiring.work("staff:clerk") as unit:
        return returning.make_manifest(unit, point_id=point, office_id=office).number, codes


def test_an_agency_signs_for_what_it_received_and_the_rest_stays_open(
    program: Program, wiring: Wiring, town: Town
) -> None:
    """A signature for an envelope that is not there would lose it."""
    manifest, codes = listed(program, wiring, town)
    (shown,) = program.get("/returns").json["items"]
    assert (shown["manifest"], [item["code"] for item in shown["items"]]) == (manifest, sorted(codes))
    part = program.post(f"/returns/{manifest}:sign", {"items": [codes[0]]})
    assert part.status_code == 200, part.text
    assert part.json["signed_at"] is None
    states = [program.get(f"/items/{code}").json["state"] for code in codes]
    assert states == ["returned", "returning"]
    whole = program.post(f"/returns/{manifest}:sign")
    assert whole.json["signed_at"] is not None
    assert program.get("/returns").json["items"] == []


def test_what_returned_goes_out_again_in_one_call(program: Program, wiring: Wiring, town: Town) -> None:
    """A corrected address and no new dossier."""
    manifest, codes = listed(program, wiring, town)
    program.post(f"/returns/{manifest}:sign")
    first = program.post(f"/items/{codes[0]}:redispatch", key="r-1")
    assert first.status_code == 201, first.text
    assert (first.json["dispatch_number"], first.json["state"]) == (2, "registered")
    assert program.post(f"/items/{codes[0]}:redispatch", key="r-1").json == first.json
    again = program.post(f"/items/{codes[0]}:redispatch", key="r-2")
    assert (again.status_code, again.json["code"]) == (409, "already-redispatched")


def test_another_agency_cannot_sign(client: FlaskClient, program: Program, wiring: Wiring, town: Town) -> None:
    """Custody would change without the envelope."""
    manifest, _ = listed(program, wiring, town)
    stranger = Program(client, town.clients["H30"])
    assert stranger.get("/returns").json["items"] == []
    assert stranger.post(f"/returns/{manifest}:sign").status_code == 404
