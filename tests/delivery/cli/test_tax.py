"""`flask tax export` writes a file once and can write it again."""

from pathlib import Path

import pytest
from flask import Flask

from delivery.wiring import Wiring
from tests.conftest import HandClock
from tests.delivery.made_papers import frozen, paid
from tests.factories import Town


@pytest.fixture(autouse=True)
def _sold(wiring: Wiring, town: Town, clock: HandClock) -> None:
    paid(wiring, frozen(wiring, town, payer="addressee", agency_fee=50_000), office=town.sai_gon)
    clock.forward(days=1)


def test_a_file_is_written_once_and_again_by_its_name(app: Flask, tmp_path: Path) -> None:
    """The provider lost it: the same bytes are there again."""
    run = app.test_cli_runner().invoke
    first, again = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    made = run(args=["tax", "export", "--day", "2026-11-30", "--out", str(first)])
    assert "tax-20261130-1: 2 documents, SHA-256 " in made.output, made.output
    assert run(args=["tax", "export", "--again", "tax-20261130-1", "--out", str(again)]).exit_code == 0
    assert first.read_bytes() == again.read_bytes()


def test_what_could_not_be_written_is_exported_by_the_next_attempt(app: Flask, tmp_path: Path) -> None:
    """A full disk must not make documents vanish."""
    run = app.test_cli_runner().invoke
    there = tmp_path / "there.jsonl"
    there.write_text("an earlier export")
    for out, words in ((there, "is there already"), (tmp_path / "none" / "x.jsonl", "cannot be written")):
        refused = run(args=["tax", "export", "--day", "2026-11-30", "--out", str(out)])
        assert (refused.exit_code, words in refused.output) == (1, True), refused.output
    assert there.read_text() == "an earlier export"
    assert "2 documents" in run(args=["tax", "export", "--day", "2026-11-30"]).output


def test_one_of_two_options_is_needed(app: Flask) -> None:
    """A sentence, not a traceback."""
    refused = app.test_cli_runner().invoke(args=["tax", "export"])
    assert (refused.exit_code, "Give either --day or --again" in refused.output) == (1, True)
