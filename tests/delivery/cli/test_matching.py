"""`flask communes match`: right answers in little memory, with or without a database, and no settings at all."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner, Result
from flask import Flask

from delivery.cli.matching import match
from delivery.store.communes_data import read_gazetteer
from demo.postgres import APPLICATION, ROOT, Server
from tests.delivery.cli.test_communes import merger
from tests.launching import LAUNCHER

MOST_MB = 100
NOWHERE = "postgresql+psycopg://delivery_app:very-secret@127.0.0.1:9/nothing"
HCMC = "Thành phố Hồ Chí Minh"


def _match(*words: str, given: bytes | None = None) -> Result:
    return CliRunner(env={"DATABASE_URL": None}).invoke(match, words, input=given)


@dataclass(frozen=True, kw_only=True)
class _Told:
    """What a process answered line by line, what it said beside that, and its peak in MB."""

    verdicts: list[str]
    first: list[tuple[int, str]]
    said: list[str]
    peak: float


def _really(file: Path, *words: str, **environment: str) -> _Told:
    """The command as it is typed, with no other environment."""
    command = [sys.executable, "-c", LAUNCHER, sys.executable, "-m", "flask", "communes", "match", str(file), *words]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, encoding="utf-8", timeout=120)
    assert done.returncode == 0, done.stderr
    *said, peak = done.stderr.splitlines()
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    firsts = [answer["candidates"][0] for answer in answers]
    return _Told(
        verdicts=[answer["verdict"] for answer in answers],
        first=[(each["commune_id"], each["name"]) for each in firsts],
        said=said,
        peak=int(peak) * (1 if sys.platform == "darwin" else 1024) / 1e6,
    )


def test_the_whole_country_is_matched_in_little_memory_with_no_settings(tmp_path: Path) -> None:
    """On any machine, beside anything: loading the application for it took more than twice as much."""
    communes = read_gazetteer().communes
    file = tmp_path / "addresses.txt"
    file.write_text("".join(f"{n} Lê Lợi, {c.name}, {c.province}\n" for n, c in enumerate(communes, 1)), "utf-8")
    told = _really(file)
    assert told.said[0] == "DATABASE_URL is not set: the installed data is used, without later mergers."
    assert told.peak < MOST_MB
    assert told.first == [(commune.id, commune.name) for commune in communes]
    assert set(told.verdicts) == {"sure"}


def test_a_database_adds_its_later_mergers_and_little_memory(
    app: Flask, server: Server, database: str, tmp_path: Path
) -> None:
    """Who has loaded a merger must be told of the communes that it made, from the day on that it made them."""
    loading = app.test_cli_runner().invoke(args=["communes", "load", "--from", "-"], input=merger())
    assert loading.exit_code == 0, loading.output
    file = tmp_path / "addresses.txt"
    file.write_text("12 Lê Lợi, P. Bến Nghé, Q.1, TP.HCM\n", "utf-8")
    url = server.url(APPLICATION, database)
    for day, name in (("2026-12-31", "Phường Sài Gòn"), ("2027-01-01", "Phường Trung Tâm")):
        told = _really(file, "--day", day, DATABASE_URL=url)
        assert [each for _, each in told.first] == [name]
        assert told.said == ["1 addresses: 1 sure, 0 ask, 0 unknown; 0 lines with a note."]
        assert told.peak < MOST_MB


def test_a_database_that_cannot_be_read_is_named_and_not_missed() -> None:
    """The answers come from older data then, and whoever reads them must know."""
    lost = _match("-", "--database", NOWHERE, given=b"Ca Mau")
    assert (lost.exit_code, json.loads(lost.stdout)["verdict"]) == (0, "unknown")
    assert "The database cannot be read: the installed data is used" in lost.stderr
    early = _match("-", "--database", NOWHERE, "--day", "2025-06-30", given=b"Ca Mau")
    assert early.exit_code == 1
    assert early.stderr == "The database cannot be read, and the installed data begins on 2025-07-01.\n"
    wrong = _match("-", "--database", "mysql://app:very-secret@host/delivery", given=b"Ca Mau")
    assert (wrong.exit_code, wrong.stderr.count("\n")) == (1, 1)
    assert wrong.stderr.startswith("Settings: DATABASE_URL cannot be read: give postgresql+psycopg://")
    assert "very-secret" not in lost.stderr + early.stderr + wrong.stderr


def test_a_file_that_is_not_there_is_one_sentence() -> None:
    """Before anything is read or built."""
    missing = _match("nowhere.txt")
    assert missing.exit_code == 2
    assert "'nowhere.txt': No such file or directory" in missing.stderr


def test_addresses_are_matched_line_by_line_and_bad_lines_are_named() -> None:
    """A file of a million lines must not stop at one of them, and needs no database."""
    lines = [
        b"\xef\xbb\xbf12 L\xc3\xaa L\xe1\xbb\xa3i, P. B\xe1\xba\xbfn Ngh\xc3\xa9, Q.1, TP.HCM\r\n",
        "phường 4, TP Mỹ Tho, Tiền Giang\n".encode(),
        b"\n",
        b"x\xff\n",
        "xã Củ Chi, TP.HCM ".encode() + "ế".encode() * 200_000 + b"\n",
        b"Ca Mau",
    ]
    result = _match("-", given=b"".join(lines))
    assert result.exit_code == 0
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(each["line"], each["verdict"]) for each in answers] == [
        (1, "sure"), (2, "ask"), (3, "unknown"), (4, "unknown"), (5, "sure"), (6, "unknown"),
    ]  # fmt: skip
    assert answers[0]["candidates"] == [
        {
            "commune_id": 661324968,
            "name": "Phường Sài Gòn",
            "province": HCMC,
            "confidence": 0.995,
            "why": "Phường Bến Nghé, Quận 1, Thành phố Hồ Chí Minh",
        }
    ]
    assert answers[0]["parts"] == {
        "house": "12",
        "alley": None,
        "street": "Lê Lợi",
        "hamlet": None,
        "commune": "Phường Bến Nghé",
        "district": "Quận 1",
        "province": HCMC,
    }
    assert {"Phường Mỹ Tho", "Phường Đạo Thạnh"} <= {each["name"] for each in answers[1]["candidates"]}
    assert [each.get("note") for each in answers[2:5]] == [
        "This line is empty.",
        "This line is not in UTF-8: byte 0xFF at position 2.",
        "This line is too long for an address: only its beginning was read.",
    ]
    assert "DATABASE_URL is not set: the installed data is used, without later mergers." in result.stderr
    assert "6 addresses: 2 sure, 1 ask, 3 unknown; 3 lines with a note." in result.stderr


def test_a_file_in_utf_16_is_told_what_to_do() -> None:
    """Spreadsheets save "Unicode text" so; every line of it would be unknown without a word."""
    result = _match("-", given="Cà Mau\n".encode("utf-16"))
    assert (result.exit_code, "save it as UTF-8" in result.stderr) == (1, True)
