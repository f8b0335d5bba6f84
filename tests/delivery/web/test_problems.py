"""Every error is an answer that says what to do: a problem document for programs, a page for people."""

import json
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import DataError

from delivery.app import LARGEST_BODY, create_app
from delivery.errors import Forbidden, Invalid, NotFound, Refused, Trouble
from delivery.settings import Settings
from tests.delivery.web.agency_api.program import Program, Reply, result
from tests.factories import Town

PROBLEM = "application/problem+json"


@pytest.fixture
def program(client: FlaskClient, town: Town) -> Program:
    """H29's live program."""
    return Program(client, town.clients["H29"])


@pytest.fixture
def raising(app: Flask) -> dict[str, Exception]:
    """What /api/raise and /raise raise next."""
    kept: dict[str, Exception] = {}

    def view() -> str:
        raise kept["error"]

    app.add_url_rule("/api/raise", "api_raise", view)
    app.add_url_rule("/raise", "page_raise", view)
    return kept


def trouble(kind: type[Trouble]) -> Trouble:
    """One of each kind."""
    return kind("some-code", vi="Bưu gửi đã đi.", en="The item has gone.", facts={"number": "RD1"})


@pytest.mark.parametrize(
    ("kind", "status", "title"),
    [
        (NotFound, 404, "Not found"),
        (Refused, 409, "Not possible now"),
        (Forbidden, 403, "Not allowed"),
        (Invalid, 422, "The content has to be mended"),
    ],
)
def test_each_trouble_has_its_status_and_tells_its_facts(
    client: FlaskClient, raising: dict[str, Exception], kind: type[Trouble], status: int, title: str
) -> None:
    """Programs branch on status and code; people read the sentence."""
    raising["error"] = trouble(kind)
    answer = Reply(client.get("/api/raise", headers={"Accept-Language": "en"}))
    assert (answer.status_code, answer.content_type) == (status, PROBLEM)
    assert answer.json == {
        "type": "http://localhost/problems/some-code",
        "title": title,
        "status": status,
        "detail": "The item has gone.",
        "code": "some-code",
        "number": "RD1",
    }


@pytest.mark.parametrize(
    ("asked", "words"),
    [("en", "The item has gone."), ("en-GB,vi;q=0.5", "The item has gone."), ("vi", "Bưu gửi đã đi."),
     ("fr", "Bưu gửi đã đi."), ("", "Bưu gửi đã đi.")],
)  # fmt: skip
def test_the_sentence_follows_accept_language_and_is_vietnamese_otherwise(
    client: FlaskClient, raising: dict[str, Exception], asked: str, words: str
) -> None:
    """The clerk who reads it may know no English."""
    raising["error"] = trouble(Refused)
    answer = Reply(client.get("/api/raise", headers={"Accept-Language": asked}))
    assert answer.json["detail"] == words
    assert answer.headers["Vary"] == "Accept-Language"


def test_a_person_gets_a_page_with_the_sentence_and_a_way_back(
    client: FlaskClient, raising: dict[str, Exception]
) -> None:
    """JSON on a clerk's screen helps nobody."""
    raising["error"] = trouble(Refused)
    answer = Reply(client.get("/raise", headers={"Referer": "http://localhost/desk/bags?x=1"}))
    assert (answer.status_code, answer.mimetype) == (409, "text/html")
    assert "Bưu gửi đã đi." in answer.text
    assert 'href="/desk/bags"' in answer.text


def test_the_way_back_never_leads_to_another_site(client: FlaskClient, raising: dict[str, Exception]) -> None:
    """A referrer is the visitor's word."""
    raising["error"] = trouble(Refused)
    assert "evil.example" not in client.get("/raise", headers={"Referer": "http://evil.example/x"}).text
    assert client.get("/raise", headers={"Referer": "http://[evil"}).status_code == 409


@pytest.mark.parametrize("path", ["/api/raise", "/raise"])
def test_an_unexpected_error_tells_and_logs_nothing_personal(
    client: FlaskClient, raising: dict[str, Exception], path: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Messages of errors repeat parameters, and parameters are people's names."""
    raising["error"] = KeyError("Nguyễn Bí Mật")
    answer = Reply(client.get(path))
    logged = capfd.readouterr()
    assert answer.status_code == 500
    for text in (answer.text, logged.out, logged.err):
        assert "Bí Mật" not in text
        assert "Traceback" not in text
    assert '"kind": "KeyError"' in logged.err
    assert "test_problems.py" in logged.err


def test_an_unreachable_database_is_a_503_that_says_try_again(settings: Settings) -> None:
    """The database restarts: programs wait and send again, and nobody sees a traceback."""
    away = replace(settings, database_url="postgresql+psycopg://nobody:x@127.0.0.1:9/none")
    client = create_app(away).test_client()
    answer = Reply(client.get("/api/v1/items", headers={"Authorization": "Bearer x"}))
    assert (answer.status_code, answer.json["code"]) == (503, "database-unreachable")
    assert answer.headers["Retry-After"] == "5"


def test_an_unknown_path_is_a_problem_for_programs_and_a_page_for_people(client: FlaskClient) -> None:
    """Flask's own pages are English and say nothing to do."""
    for path in ("/api/v1/nothing", "/api", "/oauth/nothing"):
        answer = Reply(client.get(path))
        assert (answer.status_code, answer.content_type, answer.json["code"]) == (404, PROBLEM, "not-found")
    assert client.get("/nothing").mimetype == "text/html"


def test_a_wrong_method_names_the_right_ones(client: FlaskClient) -> None:
    """RFC 9110 asks for Allow."""
    answer = Reply(client.delete("/api/v1/items"))
    assert (answer.status_code, answer.json["code"]) == (405, "method-not-allowed")
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))


def test_too_large_a_body_is_refused_before_it_is_read(program: Program) -> None:
    """A wrong file of gigabytes must not fill the memory."""
    answer = program.call("POST", "/items", "x" * (LARGEST_BODY + 1), {"Idempotency-Key": "k"})
    assert (answer.status_code, answer.content_type) == (413, PROBLEM)


def test_another_content_type_is_a_415_that_names_the_right_one(program: Program) -> None:
    """Most often a program forgot the header."""
    answer = program.call("POST", "/items", "a=b", {"Idempotency-Key": "k", "Content-Type": "text/plain"})
    assert (answer.status_code, answer.content_type) == (415, PROBLEM)
    assert "application/json" in answer.json["detail"]


@pytest.mark.parametrize("body", ["{", "", "\x00", "[1", '{"a":1} x'])
def test_what_is_no_json_is_a_400(program: Program, body: str) -> None:
    """Then no member can be pointed at."""
    answer = program.call("POST", "/items", body, {"Idempotency-Key": "k"})
    assert (answer.status_code, answer.json["code"]) == (400, "json-malformed")


def test_each_wrong_member_has_a_pointer_a_code_and_a_sentence(program: Program) -> None:
    """One round trip mends the whole request."""
    row = result(weight_g=0, documents=[{"kind": "x", "original": "yes", "sheets": 1}], colour="red")
    del row["dossier_code"]
    row["addressee"]["address"] = {"text": "x", "province": "y"}
    answer = program.post("/items", row, Accept_Language="en")
    assert (answer.status_code, answer.json["code"]) == (422, "invalid-request")
    told = {fault["pointer"]: fault for fault in answer.json["errors"]}
    assert {pointer: fault["code"] for pointer, fault in told.items()} == {
        "/weight_g": "greater-than-equal",
        "/documents/0/original": "bool-type",
        "/colour": "extra-forbidden",
        "/dossier_code": "missing",
        "/addressee/address": "address-form",
    }
    assert told["/weight_g"]["detail"] == "It must be 1 or more."
    again = program.post("/items", row, Accept_Language="vi")
    assert {fault["pointer"]: fault["detail"] for fault in again.json["errors"]}["/weight_g"] == "Phải từ 1 trở lên."


def test_a_wrong_value_is_not_repeated_in_the_answer(program: Program) -> None:
    """Answers are logged by agencies' programs; a mistyped phone is still a person's."""
    answer = program.post("/items", result(phone="0123-SECRET"))
    assert answer.json["errors"][0]["pointer"] == "/addressee/phone"
    assert "SECRET" not in answer.text


@pytest.mark.parametrize("code", ["reference-taken", "idempotency-key-missing", "invalid-request"])
def test_the_type_of_a_problem_is_a_page(program: Program, client: FlaskClient, code: str) -> None:
    """RFC 9457: a developer who opens `type` finds words, not a 404."""
    answer = Reply(client.get(f"/problems/{code}"))
    assert answer.status_code == 200
    assert code in answer.text


def test_what_cannot_be_a_code_has_no_page(client: FlaskClient) -> None:
    """A page that shows any text back is a phisher's friend."""
    assert client.get("/problems/Call%20us").status_code == 404


def test_a_nul_anywhere_is_the_senders_mistake(program: Program) -> None:
    """PostgreSQL cannot store it: that is no fault of the server."""
    text = json.dumps(result("A-1")).replace("Th\\u1eed", "\\u0000")
    answer = program.call("POST", "/items", text, {"Idempotency-Key": "k"})
    assert answer.status_code == 422


def test_what_cannot_be_stored_is_told_to_a_person_with_what_to_do(
    client: FlaskClient, raising: dict[str, Exception]
) -> None:
    """A scanner that sends a NUL must not leave the clerk before a bare “cannot be read”."""
    raising["error"] = DataError(None, None, ValueError())
    answer = client.get("/raise")
    assert answer.status_code == 400
    assert "ký tự điều khiển" in answer.text


def test_choices_are_told_in_the_readers_own_language(program: Program) -> None:
    """A Vietnamese sentence with an English “or” reads like a mistake."""
    answer = program.post("/items", result("A-1", payer="nobody"))
    assert answer.json["errors"][0]["detail"] == "Chỉ nhận 'agency' hoặc 'addressee'."
