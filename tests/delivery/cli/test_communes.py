"""The commands about communes: loading, the next merger, checking, listing, and finding them in addresses."""

import json
import unicodedata
from collections.abc import Iterator

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import update

from delivery import parties
from delivery.app import create_app
from delivery.store.communes import Commune
from delivery.wiring import Wiring
from routing.addresses import Match, Verdict
from tests.conftest import HandClock, settings_for

NOWHERE = "postgresql+psycopg://delivery_app:very-secret@127.0.0.1:9/nothing"
HCMC = "Thành phố Hồ Chí Minh"
MERGED = ("Phường Sài Gòn", "Phường Bến Thành")
NEW = {
    "province": HCMC, "name": "Phường Trung Tâm", "code": "99001", "lat": 10.775, "lon": 106.7, "area_km2": 4.9,
}  # fmt: skip


def _call(app: Flask, *words: str, given: str | bytes | None = None) -> Result:
    return app.test_cli_runner().invoke(args=["communes", *words], input=given)


def merger(**changes: object) -> str:
    """Two wards of Ho Chi Minh City become one on the first day of 2027: invented."""
    document = {
        "day": "2027-01-01",
        "source": "Nghị quyết giả định",
        "closes": [{"province": HCMC, "name": name, "into": [NEW["name"]]} for name in MERGED],
        "opens": [NEW],
        "regions": {HCMC: "economic-6"},
    }
    return json.dumps(document | changes)


@pytest.fixture(scope="module")
def lost() -> Iterator[Flask]:
    """An application whose database cannot be reached."""
    made = create_app(settings_for(NOWHERE), clock=HandClock())
    yield made
    made.extensions["wiring"].engine.dispose()


def test_the_next_merger_is_data(app: Flask, wiring: Wiring, clock: HandClock) -> None:
    """No release is needed on that day: a document is loaded before it, and from it on every old name leads on."""
    with wiring.work("job:test") as unit:
        parties.open_offices(unit)

    refused = _call(app, "load", "--from", "-", given=merger(opens=[NEW | {"lat": 48.0}], regions={}))
    assert (refused.exit_code, "48.0, 106.7 is not in Vietnam" in refused.output) == (1, True)
    unknown = _call(app, "load", "--from", "-", given=merger(regions={HCMC: "economic-9"}))
    assert (unknown.exit_code, "There is no region 'economic-9'." in unknown.output) == (1, True)
    for name in ("", "Phường \0", "Phường " + "x" * 80):
        assert "/opens/0/name" in _call(app, "load", "--from", "-", given=merger(opens=[NEW | {"name": name}])).output
    assert "/day" in _call(app, "load", "--from", "-", given=merger(day="soon")).output
    spaced = [NEW | {"name": unicodedata.normalize("NFD", "Phường  Trung Tâm ")}]
    loaded = _call(app, "load", "--from", "-", given=merger(opens=spaced))
    assert "2 communes close, 1 open, 1 provinces change their region on 2027-01-01" in loaded.output
    assert "nothing was changed" in _call(app, "load", "--from", "-", given=merger()).output
    before = wiring.matcher.match("8 Đồng Khởi, Phường Sài Gòn, TP.HCM")
    assert _names(wiring, before) == ["Phường Sài Gòn"]

    clock.forward(days=40)
    for text in ("8 Đồng Khởi, Phường Sài Gòn, TP.HCM", "12 Lê Lợi, P. Bến Nghé, Q.1, TP.HCM", "p trung tam, tp hcm"):
        match = wiring.matcher.match(text)
        assert (match.verdict, _names(wiring, match)) == (Verdict.SURE, ["Phường Trung Tâm"]), text
    checked = _call(app, "check")
    assert checked.exit_code == 0
    assert "1 communes without a post office:\n  Phường Trung Tâm, Thành phố Hồ Chí Minh" in checked.output
    assert "2 offices without a commune:" in checked.output
    assert "3320 communes" in checked.output
    assert "1 opened and 2 closed since 2025-07-01" in checked.output
    with wiring.work("job:test") as unit:
        assert parties.open_offices(unit) == 1

    rows = [json.loads(line) for line in _call(app, "list", "--province", "79").output.splitlines()]
    assert len(rows) == 167
    new = next(row for row in rows if row["name"] == "Phường Trung Tâm")
    assert (new["area_km2"], new["postal_region"], new["economic_region"]) == (4.9, "postal-7", "economic-6")
    assert (new["valid_from"], new["valid_until"]) == ("2027-01-01", None)


def _names(wiring: Wiring, match: Match) -> list[str]:
    with wiring.work("job:test") as unit:
        return [unit.session.get_one(Commune, candidate.commune_id).name for candidate in match.candidates]


def test_check_tells_faults_of_the_data_from_what_was_loaded_wrongly(app: Flask, wiring: Wiring) -> None:
    """Known faults are listed and asked about; only tables that are not what was loaded end with 1."""
    # On that day the economic regions were not drawn yet, which is no fault.
    sound = _call(app, "check", "--all", "--day", "2025-07-02")
    assert (sound.exit_code, "0 differences." in sound.output) == (0, True)
    assert "4 points that two communes have swapped:" in sound.output
    assert "Phường 4, Thành phố Mỹ Tho, Tỉnh Tiền Giang" in sound.output
    with wiring.work("job:test") as unit:
        commune = unit.session.get_one(Commune, 661324968)
        commune.lat, commune.lon = commune.lon - 90, commune.lat
        # As an installation of before the points were mended has them.
        unit.session.execute(update(Commune).values(mended_lat=None, mended_lon=None, mended_radius_m=None))
    spoilt = _call(app, "check")
    assert spoilt.exit_code == 1
    assert "Phường Sài Gòn, Thành phố Hồ Chí Minh is loaded otherwise" in spoilt.output
    assert "more: --all lists them." in spoilt.output
    assert "15 differences." in spoilt.output
    assert "14 points were mended." in _call(app, "load").output
    early = _call(app, "check", "--day", "2025-06-30")
    assert (early.exit_code, "the communes begin on 2025-07-01" in early.output) == (2, True)


def test_addresses_are_matched_line_by_line_and_bad_lines_are_named(lost: Flask) -> None:
    """A file of a million lines must not stop at one of them, and needs no database of its own."""
    lines = [
        b"\xef\xbb\xbf12 L\xc3\xaa L\xe1\xbb\xa3i, P. B\xe1\xba\xbfn Ngh\xc3\xa9, Q.1, TP.HCM\r\n",
        "phường 4, TP Mỹ Tho, Tiền Giang\n".encode(),
        b"\n",
        b"x\xff\n",
        "xã Củ Chi, TP.HCM ".encode() + "ế".encode() * 200_000 + b"\n",
        b"Ca Mau",
    ]
    result = _call(lost, "match", "-", given=b"".join(lines))
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
    assert "The database cannot be read: the installed data is used" in result.stderr
    assert "6 addresses: 2 sure, 1 ask, 3 unknown; 3 lines with a note." in result.stderr


def test_a_file_in_utf_16_is_told_what_to_do(lost: Flask) -> None:
    """Spreadsheets save "Unicode text" so; every line of it would be unknown without a word."""
    result = _call(lost, "match", "-", given="Cà Mau\n".encode("utf-16"))
    assert (result.exit_code, "save it as UTF-8" in result.stderr) == (1, True)
