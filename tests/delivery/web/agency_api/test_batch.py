"""Many results at once: the good ones are taken, the bad ones named by line, and a repeat makes nothing."""

import json

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from delivery.store.events import Event
from delivery.store.items import Item, Serial
from delivery.store.people import Addressee
from delivery.wiring import Wiring
from tests.delivery.submitted import NOWHERE
from tests.delivery.web.agency_api.program import Program, Reply, result
from tests.factories import Town


@pytest.fixture
def program(client: FlaskClient, town: Town) -> Program:
    """H29's live program."""
    return Program(client, town.clients["H29"])


def counts(wiring: Wiring) -> list[int]:
    with wiring.work("job:test") as unit:
        return [unit.session.scalar(select(func.count()).select_from(t)) or 0 for t in (Item, Addressee, Event)]


def test_good_lines_are_taken_and_bad_ones_named(program: Program, wiring: Wiring) -> None:
    """One typing error must not keep 9,999 citizens waiting."""
    rows: list[object] = [
        result("A-1"),
        "",
        "{not json",
        result("A-2", weight_g=0),
        result("A-3", phone="12345"),
        result("A-4", address=NOWHERE),
        result("A-5", handover_point="P9"),
        result("A-6", waivers=["royalty"]),
        result("A-1", weight_g=999),
        result("A-7", phone="028 3822 1234"),
    ]
    answer = program.batch(rows)
    assert answer.status_code == 207, answer.text
    told = answer.json
    assert (told["accepted"], told["rejected"]) == (3, 6)
    by_line = {row["line"]: row for row in told["results"]}
    assert {line: row["status"] for line, row in by_line.items()} == {
        1: 201, 3: 400, 4: 422, 5: 422, 6: 201, 7: 422, 8: 422, 9: 409, 10: 201,
    }  # fmt: skip
    assert by_line[4]["problem"]["errors"][0]["pointer"] == "/weight_g"
    assert by_line[5]["problem"]["errors"][0]["pointer"] == "/addressee/phone"
    assert by_line[7]["problem"]["errors"][0]["pointer"] == "/handover_point"
    assert by_line[8]["problem"]["errors"][0]["pointer"] == "/waivers"
    assert by_line[6]["placed"] == "review"
    assert by_line[6]["warnings"][0]["code"] == "address-in-review"
    assert counts(wiring) == [3, 3, 4]


def test_the_same_file_again_makes_no_new_item(program: Program, wiring: Wiring) -> None:
    """Whoever is unsure whether the upload went through sends it again."""
    rows: list[object] = [result(f"A-{n}") for n in range(20)]
    first = program.batch(rows).json
    again = program.batch(rows).json
    assert [row["status"] for row in again["results"]] == [200] * 20
    assert [row["code"] for row in again["results"]] == [row["code"] for row in first["results"]]
    assert counts(wiring)[0] == 20


def test_a_dry_run_says_the_same_and_keeps_nothing(program: Program, wiring: Wiring) -> None:
    """An agency checks a file before its clerk signs it off."""
    rows: list[object] = [result("A-1"), result("A-2", address=NOWHERE), result("A-3", weight_g=0)]
    told = program.batch(rows, dry_run=True).json
    assert told["dry_run"]
    assert [row["status"] for row in told["results"]] == [201, 201, 422]
    assert [row["code"] for row in told["results"]] == [None] * 3
    assert counts(wiring) == [0, 0, 0]
    with wiring.work("job:test") as unit:
        assert unit.session.get(Serial, "RD") is None


def test_the_same_key_answers_the_same_without_working_again(program: Program, wiring: Wiring) -> None:
    """The reply of a batch takes long to make: a retry gets the kept one."""
    rows: list[object] = [result(f"A-{n}") for n in range(5)]
    first = program.batch(rows, key="b-1")
    again = program.batch(rows, key="b-1")
    assert (again.status_code, again.text) == (207, first.text)


@pytest.mark.parametrize(("rows", "code"), [([""], "batch-empty"), (["1"] * 10_001, "batch-too-long")])
def test_an_unusable_file_is_refused_as_a_whole(program: Program, rows: list[object], code: str) -> None:
    """Then nothing was taken, and the answer says what to do."""
    answer = program.batch(rows)
    assert (answer.status_code, answer.json["code"]) == (422, code)


def test_a_line_that_is_not_utf8_is_named(program: Program) -> None:
    """Old systems write other encodings: that line is bad, the others are not."""
    text = json.dumps(result("A-1"), ensure_ascii=False)
    sent = text.encode() + b"\n" + text.replace("A-1", "A-2").encode("utf-16")
    sent_in = program.browser.post(
        "/api/v1/items:batch",
        data=sent,
        headers={
            "Authorization": f"Bearer {program.token}",
            "Content-Type": "application/jsonl",
            "Idempotency-Key": "k",
        },
    )
    answer = Reply(sent_in)
    assert answer.status_code == 207
    assert answer.json["accepted"] == 1
    assert answer.json["rejected"] >= 1


@pytest.mark.parametrize("unseen", ["\u0085", "\u2028", "\u00a0", "\u200b", "\x00", "Thử\u202e\n"])
def test_a_name_or_an_address_that_shows_nothing_is_one_bad_line(program: Program, unseen: str) -> None:
    """Exports of old systems hold such characters; one of them must not sink the whole file, nor reach a label."""
    answer = program.batch([result("A-1", name=unseen), result("A-2", address=unseen), result("A-3")])
    assert answer.status_code == 207, answer.text
    assert [row["status"] for row in answer.json["results"]] == [422, 422, 201]
    faults = [row["problem"]["errors"][0] for row in answer.json["results"][:2]]
    assert [fault["pointer"] for fault in faults] == ["/addressee/name", "/addressee/address/text"]
    assert "Ghi trên một dòng" in faults[0]["detail"]


def test_a_byte_order_mark_spoils_no_line(program: Program) -> None:
    """Windows' editors begin every UTF-8 file with one."""
    answer = program.batch(["\ufeff" + json.dumps(result("A-1")), result("A-2")])
    assert answer.json["accepted"] == 2


def test_a_batch_as_plain_json_is_refused_with_the_right_type(program: Program) -> None:
    """The answer names what to send."""
    answer = program.post("/items:batch", [result()])
    assert (answer.status_code, answer.json["code"]) == (415, "unsupported-media-type")
    assert "application/jsonl" in answer.json["detail"]


def test_numbers_are_given_once_and_in_a_row(program: Program, wiring: Wiring) -> None:
    """Two envelopes with one number could never be told apart again."""
    told = program.batch([result(f"A-{n}") for n in range(30)]).json
    serials = [int(row["code"][2:10]) for row in told["results"]]
    assert serials == list(range(serials[0], serials[0] + 30))


def test_a_thousand_rows_are_taken_in_one_call(program: Program) -> None:
    """More than one chunk of the hand-off: none is lost and none is taken twice at its edges."""
    rows: list[object] = [result(f"A-{n}", name=f"Người thứ {n}") for n in range(1000)]
    told = program.batch(rows)
    assert told.json["accepted"] == 1000
    assert len({row["code"] for row in told.json["results"]}) == 1000
