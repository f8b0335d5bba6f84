"""The commands about communes: loading, the next merger, checking and listing."""

import json
import unicodedata

from click.testing import Result
from flask import Flask
from sqlalchemy import update

from delivery import parties
from delivery.store.communes import Commune
from delivery.wiring import Wiring
from routing.addresses import Match, Verdict
from tests.conftest import HandClock

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
