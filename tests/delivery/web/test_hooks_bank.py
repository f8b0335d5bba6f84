"""The bank's door: only what it signed counts, said once or ten times, and nothing of it reaches a log."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

import tracking
from delivery.app import create_app
from delivery.outbound.webhooks import signed_headers
from delivery.settings import Settings
from delivery.store.treasury import BankTransfer, TransferState
from delivery.wiring import Wiring
from tests.conftest import BANK_HOOK_SECRET, HandClock
from tests.delivery.money.bank_notices import payable
from tests.factories import Town

OTHER_SECRET = "whsec_" + "QUJD" * 8
GOOD = {"reference": "FT1", "amount": 30_000, "content": "tien cuoc", "paid_at": "2026-11-30T07:59:00+07:00"}


def tell(
    client: FlaskClient,
    clock: HandClock,
    body: object,
    *,
    secrets: tuple[str, ...] = (BANK_HOOK_SECRET,),
    late: int = 0,
) -> TestResponse:
    """Post a notice, signed `late` seconds before now."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = signed_headers(secrets, "msg_1", clock.at - timedelta(seconds=late), data)
    return client.post("/hooks/bank", data=data, headers=headers)


def kept(wiring: Wiring) -> int:
    with wiring.work("job:test") as unit:
        return unit.session.scalar(select(func.count()).select_from(BankTransfer)) or 0


def test_a_signed_notice_pays_and_its_repeat_does_not(
    client: FlaskClient, clock: HandClock, wiring: Wiring, town: Town
) -> None:
    """The answer says what became of the money and nothing of whose it is."""
    number, due = payable(wiring, town)
    for _repeat in range(2):
        answer = tell(client, clock, GOOD | {"amount": due, "content": f"CT tu 0071 {number}"})
        assert (answer.status_code, answer.json) == (200, {"state": "matched"})
    assert kept(wiring) == 1


def test_what_fits_nothing_is_taken_too(client: FlaskClient, clock: HandClock, wiring: Wiring, town: Town) -> None:
    """The money is on the account: the bank need not tell it again."""
    answer = tell(client, clock, GOOD | {"provider_member": [1, 2]})
    assert (answer.status_code, answer.json) == (200, {"state": "waiting"})
    with wiring.work("job:test") as unit:
        (row,) = unit.session.scalars(select(BankTransfer))
        assert (row.state, row.told_by, row.paid_at.isoformat()) == (
            TransferState.WAITING,
            "hook",
            "2026-11-30T00:59:00+00:00",
        )


@pytest.mark.parametrize("late", [-299, 0, 299])
def test_clocks_may_differ_by_five_minutes(client: FlaskClient, clock: HandClock, town: Town, late: int) -> None:
    """Two machines never agree to the second."""
    assert tell(client, clock, GOOD, late=late).status_code == 200


@pytest.mark.parametrize("late", [-301, 301, 10**9])
def test_an_old_signature_is_refused(client: FlaskClient, clock: HandClock, wiring: Wiring, late: int) -> None:
    """Whoever caught a notice must not send it again tomorrow."""
    answer = tell(client, clock, GOOD, late=late)
    assert (answer.status_code, answer.get_json()["code"]) == (403, "signature-late")
    assert kept(wiring) == 0


def test_a_rotation_signs_with_both_keys(client: FlaskClient, clock: HandClock, town: Town) -> None:
    """One of them is ours."""
    assert tell(client, clock, GOOD, secrets=(OTHER_SECRET, BANK_HOOK_SECRET)).status_code == 200


def test_a_forged_notice_changes_nothing(client: FlaskClient, clock: HandClock, wiring: Wiring) -> None:
    """Anybody can post to a public address."""
    assert tell(client, clock, GOOD, secrets=(OTHER_SECRET,)).status_code == 403
    body = json.dumps(GOOD).encode()
    good = signed_headers((BANK_HOOK_SECRET,), "msg_1", clock.at, body)
    for wrong in (
        {"webhook-id": "msg_2"},
        {"webhook-id": ""},
        {"webhook-signature": ""},
        {"webhook-signature": "v1,ü"},
        {"webhook-timestamp": "now"},
        {"webhook-timestamp": "9" * 30},
        {"webhook-timestamp": "-1"},
    ):
        answer = client.post("/hooks/bank", data=body, headers=good | wrong)
        assert (answer.status_code, answer.mimetype) == (403, "application/problem+json"), wrong
    assert client.post("/hooks/bank", data=body + b" ", headers=good).status_code == 403
    assert client.post("/hooks/bank", data=body).status_code == 403
    assert kept(wiring) == 0


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("reference", ""),
        ("reference", "x" * 81),
        ("reference", "F\u0000T"),
        ("amount", 0),
        ("amount", -5),
        ("amount", "30000"),
        ("amount", 30_000.5),
        ("amount", 10**16),
        ("amount", True),
        ("content", None),
        ("content", "x" * 1001),
        ("paid_at", "2026-11-30T07:59:00"),
        ("paid_at", "yesterday"),
    ],
)
def test_a_wrong_member_is_named_and_nothing_is_kept(
    client: FlaskClient, clock: HandClock, wiring: Wiring, member: str, value: object
) -> None:
    """The bank's programmer sees which one; its value is not repeated."""
    answer = tell(client, clock, GOOD | {member: value})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.get_json()["errors"]] == [f"/{member}"]
    assert kept(wiring) == 0


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe", b"null"])
def test_a_body_that_is_no_notice_is_a_problem_document(client: FlaskClient, clock: HandClock, body: bytes) -> None:
    """Signed nonsense is nonsense."""
    answer = tell(client, clock, body)
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")


def test_a_body_beyond_all_notices_is_not_read(client: FlaskClient, clock: HandClock) -> None:
    """The door is public."""
    assert tell(client, clock, GOOD | {"more": "x" * 20_000}).status_code == 413


def test_the_same_reference_with_another_amount_is_a_conflict(
    client: FlaskClient, clock: HandClock, wiring: Wiring, town: Town
) -> None:
    """The first stays; a person must ask the bank."""
    assert tell(client, clock, GOOD).status_code == 200
    answer = tell(client, clock, GOOD | {"amount": 40_000})
    assert (answer.status_code, answer.get_json()["code"]) == (409, "reference-reused")
    with wiring.work("job:test") as unit:
        assert unit.session.scalars(select(BankTransfer.amount)).all() == [30_000]


def test_nothing_that_was_written_reaches_a_log(
    client: FlaskClient, clock: HandClock, wiring: Wiring, town: Town, capfd: pytest.CaptureFixture[str]
) -> None:
    """Content, numbers and names stay in the vault."""
    number, due = payable(wiring, town)
    capfd.readouterr()
    told = GOOD | {"amount": due, "content": f"NGUYEN VAN A {number}"}
    for body in (told, told | {"amount": 1}, told | {"amount": "x"}, told | {"reference": "FT2", "amount": 7}):
        tell(client, clock, body)
    logged = "".join(capfd.readouterr())
    assert "/hooks/bank" in logged
    assert "another amount" in logged
    for secret in ("NGUYEN", number, BANK_HOOK_SECRET):
        assert secret not in logged


@pytest.fixture
def without_bank(settings: Settings, clock: HandClock) -> Iterator[Flask]:
    """An installation that takes cash only."""
    made = create_app(replace(settings, bank=None), guests=[tracking.init_app], clock=clock)
    yield made
    made.extensions["wiring"].engine.dispose()


def test_without_a_bank_there_is_no_door(without_bank: Flask, clock: HandClock) -> None:
    """One sentence says which settings make one."""
    answer = tell(without_bank.test_client(), clock, GOOD)
    assert (answer.status_code, answer.get_json()["code"]) == (404, "no-bank")
    assert "BANK_HOOK_SECRET" in answer.get_json()["detail"]
