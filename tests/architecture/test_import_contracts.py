"""The import contracts hold, and a planted violation of each is caught."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("delivery", "routing", "tariffs", "tracking", "demo", "benchmarks")
CONTRACTS = [
    contract["name"]
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
]
# A file and an import in it that breaks the contract of that name.
PLANTED = {
    "One trunk: tracking over delivery over routing and tariffs": ("routing/matrix.py", "import tariffs.money"),
    "The floors of the trunk": ("delivery/acceptance.py", "import delivery.bags"),
    "Rules know neither the clock nor the settings": ("delivery/rules/reasons.py", "import delivery.clock"),
    "Instruments and rules are pure": ("tariffs/money.py", "import sqlalchemy"),
    "One door for ortools": ("delivery/dispatch/day.py", "import ortools"),
    "One door for numba": ("routing/insertion.py", "import numba"),
    "One door for Dask": ("delivery/planning.py", "import distributed"),
    "Two doors for geopy": ("routing/matrix.py", "import geopy"),
    "One door for reportlab, twilio and apscheduler": ("delivery/jobs.py", "import apscheduler"),
    "Tracking looks at the trunk, never at its web": ("tracking/pages.py", "import delivery.web.auth"),
    "Tracking uses the trunk's named parts only": ("tracking/pages.py", "import delivery.paper.labels"),
    "Nothing imports the outside: wsgi, tests, demo, benchmarks": ("delivery/bags.py", "import demo.postgres"),
    "The demo acts from outside": ("demo/postgres.py", "import delivery.errors"),
}


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


def _report(folder: Path) -> dict[str, str]:
    said = _lint(folder).stdout
    verdicts = {name: re.search(rf"^{re.escape(name)} (KEPT|BROKEN)", said, re.MULTILINE) for name in CONTRACTS}
    return {name: verdict[1] for name, verdict in verdicts.items() if verdict}


def _copy(folder: Path) -> None:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)


def test_every_contract_is_kept(tmp_path: Path) -> None:
    """Arrows between rooms go one way only, so that a change stays where it is made."""
    _copy(tmp_path)
    assert _report(tmp_path) == dict.fromkeys(CONTRACTS, "KEPT")


def test_every_contract_notices_a_violation(tmp_path: Path) -> None:
    """All planted at once: one walk over the imports answers for each contract."""
    _copy(tmp_path)
    for place, line in PLANTED.values():
        path = tmp_path / place
        path.write_text(path.read_text(encoding="utf-8") + f"\n{line}\n", encoding="utf-8")
    assert _report(tmp_path) == dict.fromkeys(CONTRACTS, "BROKEN")


@pytest.mark.parametrize("contract", CONTRACTS)
def test_each_contract_has_a_planted_violation(contract: str) -> None:
    """A new contract comes with the import that it must catch."""
    assert contract in PLANTED
