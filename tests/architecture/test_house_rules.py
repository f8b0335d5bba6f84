"""The rules of the house hold, and each would notice being broken."""

from pathlib import Path

import pytest

from tests.architecture.rules import PRODUCT, RULES

ROOT = Path(__file__).resolve().parents[2]

PLANTED = {
    "long_files": ("routing/planted.py", "x = 1\n" * 401),
    "commits": ("delivery/planted.py", "def f(session):\n    session.commit()\n"),
    "state_writes": ("delivery/planted.py", "def f(item):\n    item.state = 'lost'\n"),
    "clock_reads": ("delivery/planted.py", "from datetime import datetime, UTC\nnow = datetime.now(UTC)\n"),
    "environment_reads": ("tracking/planted.py", "import os\nhome = os.environ['HOME']\n"),
    "vague_names": ("delivery/utils.py", '"""Anything."""\n'),
    "migrations_importing_ours": ("migrations/versions/9999_planted.py", "from delivery.store import items\n"),
}


@pytest.mark.parametrize("rule", RULES)
def test_the_house_keeps_its_rule(rule: str) -> None:
    """Each finding names the place to mend."""
    assert RULES[rule](ROOT) == []


@pytest.mark.parametrize("rule", RULES)
def test_a_planted_violation_is_caught(rule: str, tmp_path: Path) -> None:
    """A rule that finds nothing in a broken house guards nothing."""
    for package in (*PRODUCT, "migrations/versions"):
        (tmp_path / package).mkdir(parents=True)
    place, source = PLANTED[rule]
    (tmp_path / place).write_text(source, encoding="utf-8")
    assert any(Path(place).name in finding for finding in RULES[rule](tmp_path))
