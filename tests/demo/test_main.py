"""How the demo is called: a slip in a number or a port is one clear sentence."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _demo(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "demo", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("--items", "49"), "ITEMS is '49': give a number from 50"),
        (("--items", "many"), "ITEMS is 'many': give a number from 50"),
        (("--port", "70000"), "PORT is '70000': give a number from 1 to 65535"),
    ],
)
def test_a_number_that_cannot_be_is_refused_in_one_sentence(given: tuple[str, ...], words: str) -> None:
    """`make demo ITEMS=49` must say what to give instead, not show a traceback."""
    done = _demo(*given)
    assert done.returncode != 0
    assert done.stderr.startswith(words)
    assert len(done.stderr.splitlines()) == 1


def test_a_port_in_use_is_told_before_anything_is_set_up() -> None:
    """Half a minute of setting up for nothing would be unkind."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = _demo("--items", "50", "--port", str(port), "--exit")
    assert done.returncode == 1
    assert (
        done.stderr.strip() == f"Port {port} is in use: stop what listens there, or choose another: make demo PORT=8010"
    )


def test_a_database_that_does_not_answer_is_told_in_one_sentence() -> None:
    """DATABASE_URL points nowhere: say that, and to whom the sentence is about."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    done = _demo("--items", "50", "--port", port, "--exit", DATABASE_URL="postgresql://nobody@127.0.0.1:1/postgres")
    assert done.returncode == 1
    assert done.stderr.startswith("No database: DATABASE_URL does not answer")
    assert "Traceback" not in done.stderr
