"""`flask routes plan`: what is asked for wrongly is one sentence, and nothing is planned by looking."""

import tomllib
from configparser import ConfigParser

from flask import Flask
from sqlalchemy import func, select

from delivery.store.routes import Plan
from delivery.wiring import Wiring
from demo.postgres import ROOT
from tests.delivery.made_nights import open_offices
from tests.factories import Town


def _plan(app: Flask, *words: str, day: str = "2026-12-01") -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["routes", "plan", "--date", day, *words])
    return result.exit_code, result.output


def test_a_dry_run_lists_the_offices_and_plans_nothing(app: Flask, wiring: Wiring, town: Town) -> None:
    """Whoever starts three thousand solves looks first."""
    with wiring.work("job:test") as unit:
        codes = sorted(open_offices(unit, 2, stops=lambda at: [(0.001, 0.001)] * (at + 2)).values())
    code, said = _plan(app, "--all", "--dry-run")
    assert code == 0, said
    assert [line.split()[0] for line in said.splitlines()[:2]] == codes
    assert "items" in said
    assert "no plan" in said
    assert "2 offices have something due on 2026-12-01." in said
    code, said = _plan(app, "--office", codes[1], "--dry-run")
    assert "1 offices have something due" in said
    with wiring.work("job:test") as unit:
        assert unit.session.scalar(select(func.count()).select_from(Plan)) == 0


WRONG: tuple[tuple[tuple[str, ...], str, int, str], ...] = (
    ((), "2026-12-01", 2, "Say which offices"),
    (("--all", "--office", "BC1"), "2026-12-01", 2, "Say which offices"),
    (("--all",), "2026-11-29", 1, "Plans are made from today to 31 days ahead; 2026-11-29 is not within."),
    (("--all",), "2027-01-01", 1, "2027-01-01 is not within"),
    (("--all",), "tomorrow", 2, "does not match the format"),
    (("--all", "--workers", "0"), "2026-12-01", 2, "--workers"),
    (("--office", "BC0"), "2026-12-01", 1, "Office BC0 has nothing due on 2026-12-01, or there is no such office."),
    (("--all",), "2026-12-01", 0, "0 offices have something due"),
)


def test_what_cannot_be_planned_is_one_sentence(app: Flask, town: Town) -> None:
    """Before any process is started and anything is claimed."""
    assert town
    for words, day, code, sentence in WRONG:
        said = _plan(app, *words, day=day)
        assert said[0] == code, said[1]
        assert sentence in said[1]
        assert "Traceback" not in said[1]


def test_a_checkout_and_an_installation_name_the_same_plug_in() -> None:
    """Flask's own command of this name would answer with the list of URLs."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (folder,) = ROOT.glob("vn_result_delivery-*.dist-info")
    beside = ConfigParser()
    beside.read(folder / "entry_points.txt", encoding="utf-8")
    assert dict(beside["flask.commands"]) == project["entry-points"]["flask.commands"]
    assert folder.name == f"vn_result_delivery-{project['version']}.dist-info"
