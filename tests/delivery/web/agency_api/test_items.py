"""What agencies are promised for one item: numbers, keys, uniqueness, secrecy, conditions."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from delivery.numbering import number_events
from delivery.rules.codes import parse_s10
from delivery.store.agencies import IdempotencyKey
from delivery.store.items import Item
from delivery.store.work import try_lock
from delivery.wiring import Wiring
from tests.conftest import HandClock
from tests.delivery.submitted import NOWHERE, SAI_GON
from tests.delivery.web.agency_api.program import Program, result
from tests.factories import Town


@pytest.fixture
def program(client: FlaskClient, town: Town) -> Program:
    """H29's live program."""
    return Program(client, town.clients["H29"])


def count_items(wiring: Wiring) -> int:
    with wiring.work("job:test") as unit:
        return unit.session.scalar(select(func.count()).select_from(Item)) or 0


def test_a_result_handed_over_gets_a_number_a_price_and_an_office(program: Program) -> None:
    """The main promise of the hand-off: one call, and the agency knows the code, the cost and where it goes."""
    answer = program.post("/items", result())
    assert answer.status_code == 201, answer.text
    told = answer.json
    assert parse_s10(told["code"]) == told["code"]
    assert answer.headers["Location"] == f"/api/v1/items/{told['code']}"
    assert (told["state"], told["placed"]) == ("registered", "placed")
    assert told["commune"]["name"] == "Phường Tân Định"
    assert told["office"]["name"] == "Bưu cục Phường Tân Định"
    price = told["price"]
    assert price["gross"] == sum(line["gross"] for line in price["lines"]) > 0
    assert price["due_from_addressee"] == price["gross"]
    assert not price["frozen"]


def test_a_reply_holds_nothing_personal(program: Program) -> None:
    """Logs, screens and mails of an agency's program repeat replies: they must not spread people's data."""
    text = program.post("/items", result()).text
    for secret in ("Thử", "912345678", "912 345 678", "Trần Quang Khải"):
        assert secret not in text


def test_an_address_in_units_is_placed_like_text(program: Program) -> None:
    """Agencies' databases keep the units apart; both forms must lead to the same office."""
    row = result()
    row["addressee"]["address"] = {
        "house": "45/6",
        "street": "Trần Quang Khải",
        "commune": "Phường Tân Định",
        "province": "Thành phố Hồ Chí Minh",
        "location": {"lat": 10.79, "lon": 106.69},
    }
    told = program.post("/items", row).json
    assert told["commune"]["name"] == "Phường Tân Định"


def test_an_address_that_names_no_commune_waits_in_review(program: Program) -> None:
    """A guess would send somebody's certificate to a stranger's office."""
    told = program.post("/items", result(address=NOWHERE)).json
    assert (told["placed"], told["office"], told["price"]) == ("review", None, None)
    assert told["address_until"] == "2026-12-14"


def test_the_candidates_of_an_unsure_address_are_told(program: Program) -> None:
    """The agency's clerk can then choose instead of typing again."""
    told = program.post("/items", result(address="12 Lê Lợi, Quận 1, Thành phố Hồ Chí Minh")).json
    assert told["placed"] == "review"
    names = {candidate["commune"]["name"] for candidate in told["candidates"]}
    assert "Phường Sài Gòn" in names


def test_the_same_key_and_body_answer_alike_and_make_one_item(program: Program, wiring: Wiring) -> None:
    """A program that lost the reply sends again: it must get the same reply, not a second envelope."""
    first = program.post("/items", result(), key="k-1")
    again = program.post("/items", result(), key='"k-1"')
    assert (again.status_code, again.text) == (201, first.text)
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.headers["Idempotency-Key-Expires"] == first.headers["Idempotency-Key-Expires"]
    assert count_items(wiring) == 1


def test_the_same_key_with_another_body_is_refused(program: Program) -> None:
    """It is a bug of the program; answering the old reply would hide it."""
    program.post("/items", result(), key="k-1")
    answer = program.post("/items", result("A-2"), key="k-1")
    assert (answer.status_code, answer.json["code"]) == (422, "idempotency-key-reused")


def test_a_creation_without_a_key_is_refused(program: Program) -> None:
    """Without a key a lost reply could not be told from a lost request."""
    answer = program.call("POST", "/items", "{}")
    assert answer.status_code == 422
    answer = program.call("POST", "/items", json.dumps(result()))
    assert (answer.status_code, answer.json["code"]) == (400, "idempotency-key-missing")


@pytest.mark.parametrize("key", ['"', "a b", "x" * 81, 'a"b', ""])
def test_a_malformed_key_is_refused(program: Program, key: str) -> None:
    """What two servers could read in two ways is no key."""
    answer = program.call("POST", "/items", json.dumps(result()), {"Idempotency-Key": key})
    assert answer.status_code == 400


def test_a_key_whose_first_request_still_runs_is_told_to_wait(program: Program, wiring: Wiring, town: Town) -> None:
    """Two at once must not both create, and the second must not hang until the first is done."""
    with wiring.work("job:test") as unit:
        assert try_lock(unit.session, f"idempotency:{town.clients['H29']}:k-1")
        answer = program.post("/items", result(), key="k-1")
    assert (answer.status_code, answer.json["code"]) == (409, "request-running")
    assert int(answer.headers["Retry-After"]) > 0
    assert program.post("/items", result(), key="k-1").status_code == 201


def test_an_error_leaves_no_key_behind(program: Program, wiring: Wiring) -> None:
    """After mending the body the program sends with the same key: that must work."""
    assert program.post("/items", result(handover_point="P9"), key="k-1").status_code == 422
    with wiring.work("job:test") as unit:
        assert unit.session.scalars(select(IdempotencyKey)).all() == []
    assert program.post("/items", result(), key="k-1").status_code == 201


def test_the_kept_reply_is_sealed(program: Program, wiring: Wiring) -> None:
    """A dump of the table must not show what agencies were told."""
    code = program.post("/items", result(), key="k-1").json["code"]
    with wiring.work("job:test") as unit:
        assert code.encode() not in unit.session.scalars(select(IdempotencyKey.reply)).one()


def test_a_retry_after_the_key_expired_makes_no_second_item(
    program: Program, wiring: Wiring, clock: HandClock, client: FlaskClient, town: Town
) -> None:
    """A queue that was stuck over a weekend sends again: the reference still means the same envelope."""
    first = program.post("/items", result(), key="k-1")
    clock.forward(days=3)
    later = Program(client, town.clients["H29"]).post("/items", result(), key="k-1")
    assert (later.status_code, later.json["code"]) == (200, first.json["code"])
    assert count_items(wiring) == 1


def test_other_content_under_a_used_reference_is_refused_and_names_the_item(program: Program) -> None:
    """Silently keeping either version would deliver the wrong thing."""
    code = program.post("/items", result()).json["code"]
    answer = program.post("/items", result(weight_g=200))
    assert (answer.status_code, answer.json["code"]) == (409, "reference-taken")
    assert code in answer.json["detail"]


def test_eight_programs_at_once_register_one_item(app: Flask, wiring: Wiring, town: Town) -> None:
    """Retries from several machines meet: the constraint decides, and all are told the same item."""
    programs = [Program(app.test_client(), town.clients["H29"]) for _ in range(8)]
    start = threading.Barrier(8)

    def hand_over(program: Program) -> tuple[int, str]:
        start.wait(10)
        answer = program.post("/items", result())
        return answer.status_code, answer.json["code"]

    wiring.matcher  # noqa: B018 - built before the race
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(hand_over, programs))
    assert sorted(status for status, _ in told) == [200] * 7 + [201]
    assert len({code for _, code in told}) == 1
    assert count_items(wiring) == 1


def test_another_agencys_item_is_unknown_on_every_route(client: FlaskClient, town: Town, program: Program) -> None:
    """An agency must not even learn that a number exists."""
    code = program.post("/items", result()).json["code"]
    for stranger in (Program(client, town.clients["H30"]), Program(client, town.clients["test"])):
        address = {"address": {"text": SAI_GON}}
        answers = [
            stranger.get(f"/items/{code}"),
            stranger.post(f"/items/{code}:recall"),
            stranger.put(f"/items/{code}/address", address, If_Match="*"),
            stranger.post(f"/items/{code}:redispatch"),
        ]
        assert [(a.status_code, a.json["code"]) for a in answers] == [(404, "item-not-found")] * 4


@pytest.mark.parametrize("code", ["RD000000014VN", "nothing", "%00", "a%20b", "RD" * 40])
def test_an_unknown_number_is_a_404(program: Program, code: str) -> None:
    """Whatever stands in the path, the answer is the same."""
    assert program.get(f"/items/{code}").status_code == 404


def test_a_read_item_has_an_etag_and_is_not_sent_again(program: Program) -> None:
    """Programs poll: an unchanged item costs no body."""
    code = program.post("/items", result()).json["code"]
    first = program.get(f"/items/{code}")
    again = program.get(f"/items/{code}", If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")


def test_an_address_is_changed_only_by_who_has_seen_the_present_one(program: Program) -> None:
    """Two clerks correct the same address: the second must look again."""
    code = program.post("/items", result(address=NOWHERE)).json["code"]
    seen = program.get(f"/items/{code}").headers["ETag"]
    change = {"address": {"text": SAI_GON}}
    assert program.put(f"/items/{code}/address", change).status_code == 428
    changed = program.put(f"/items/{code}/address", change, If_Match=seen)
    assert changed.status_code == 200, changed.text
    assert changed.json["placed"] == "placed"
    assert changed.json["price"]["gross"] > 0
    stale = program.put(f"/items/{code}/address", change, If_Match=seen)
    assert (stale.status_code, stale.json["code"]) == (412, "if-match-stale")


def test_a_correction_that_decides_nothing_changes_nothing(program: Program) -> None:
    """The agency is told what to add; the item keeps waiting."""
    code = program.post("/items", result(address=NOWHERE)).json["code"]
    answer = program.put(f"/items/{code}/address", {"address": {"text": "gần chợ"}}, If_Match="*")
    assert (answer.status_code, answer.json["code"]) == (422, "address-undecided")
    assert program.get(f"/items/{code}").json["placed"] == "review"


def test_a_recall_before_acceptance_cancels_and_says_so_again(program: Program) -> None:
    """The envelope has not left the agency: nothing is to be fetched back."""
    code = program.post("/items", result()).json["code"]
    assert program.post(f"/items/{code}:recall").json == {"answer": "cancelled"}
    assert program.post(f"/items/{code}:recall").json == {"answer": "cancelled"}
    assert program.get(f"/items/{code}").json["state"] == "cancelled"


def test_only_a_returned_item_is_sent_out_again(program: Program) -> None:
    """Two envelopes for one dossier would be on their way."""
    code = program.post("/items", result()).json["code"]
    answer = program.post(f"/items/{code}:redispatch")
    assert (answer.status_code, answer.json["code"]) == (409, "not-returned")


def test_pages_hold_every_item_once_while_more_arrive(program: Program, wiring: Wiring) -> None:
    """A nightly reconciliation must see all of it, though the day goes on."""

    def number() -> None:
        with wiring.work("job:number_events") as unit:
            number_events(unit)

    made = [program.post("/items", result(f"A-{n}")).json["code"] for n in range(5)]
    number()
    seen: list[str] = []
    where = "/items?limit=2"
    for turn in range(6):
        page = program.get(where).json
        assert page["self"].endswith("limit=2")
        seen += [item["code"] for item in page["items"]]
        where = page["next"]
        if turn == 1:
            made.append(program.post("/items", result("B-1")).json["code"])
            number()
    assert seen == made


def test_rate_limits_are_told_on_each_answer(program: Program) -> None:
    """A program that sees its quota shrink slows down by itself."""
    answer = program.get("/items")
    assert answer.headers["RateLimit-Policy"] == '"client";q=1000000;w=60'
    assert answer.headers["RateLimit"].startswith('"client";r=')


def test_a_client_without_the_scope_is_refused(client: FlaskClient, town: Town) -> None:
    """A reading program with a leaked token must not hand anything over."""
    reader = Program(client, town.clients["H29"], scope="items:read")
    answer = reader.post("/items", result())
    assert (answer.status_code, answer.json["code"]) == (403, "scope-missing")
    assert 'error="insufficient_scope"' in answer.headers["WWW-Authenticate"]
