"""How long the country's night run takes: commune-size days on a throw-away PostgreSQL, by `flask routes plan --all`.

    python -m benchmarks.night [--offices N] [--workers N]

Prints offices a minute, what that makes of all 3,321 against the goal of 15 minutes on two cores, and the most memory
that a solving process held against the limit of 400 MB.
"""

import argparse
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

from delivery.settings import Settings
from delivery.wiring import Wiring, wire
from demo.postgres import APPLICATION, OWNER, ROOT, Server, new_secrets, running
from tests.delivery.made_nights import Spot, open_offices
from tests.factories import make_town

OFFICES: Final = 3_321
MINUTES: Final = 15
MEGABYTES: Final = 400
DATABASE: Final = "night"


def spots(office: int) -> list[Spot]:
    """12 to 50 households, four fifths of them in clusters: degrees from the office, at most 3 km away."""
    dice = random.Random(office)
    centres = [(dice.uniform(-0.025, 0.025), dice.uniform(-0.025, 0.025)) for _ in range(2)]
    made = []
    for _ in range(dice.randint(12, 50)):
        north, east = dice.choice(centres) if dice.random() < 0.8 else (dice.uniform(-0.027, 0.027), 0.0)
        made.append((north + dice.gauss(0, 0.002), east + dice.gauss(0, 0.002)))
    return made


def environment(server: Server) -> dict[str, str]:
    """What the product's programs read."""
    return {
        **{name: value for name, value in os.environ.items() if name != "DASK_SCHEDULER"},
        **new_secrets(),
        "FLASK_APP": "wsgi",
        "DATABASE_URL": server.url(APPLICATION, DATABASE),
        "MIGRATION_DATABASE_URL": server.url(OWNER, DATABASE),
        "PUBLIC_URL": "http://localhost",
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "token-of-the-benchmark",
        "TWILIO_SENDER": "BUUDIEN",
    }


def flask(environ: Mapping[str, str], *words: str) -> str:
    """What one of the product's commands printed; it must succeed."""
    done = subprocess.run(
        [sys.executable, "-m", "flask", *words],
        cwd=ROOT,
        env=dict(environ),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout


def working_day(wiring: Wiring) -> str:
    """Tomorrow, or the Monday after: any day may be planned, but a Sunday's visits are not like others'."""
    with wiring.work("job:benchmark") as unit:
        day = unit.today + timedelta(days=1)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return str(day)


def main(words: Sequence[str] | None = None) -> int:
    """Set up, run, print; 1 when the goal or the limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--offices", type=int, default=200, help="offices with a day to plan (at most 3,300)")
    parser.add_argument("--workers", type=int, default=2, help="solving processes")
    asked = parser.parse_args(words)
    folder = Path(tempfile.mkdtemp(prefix="result-delivery-night-"))
    try:
        with running(folder) as server:
            server.make_database(DATABASE)
            environ = environment(server)
            print("Setting up the communes and the offices' days …", flush=True)
            flask(environ, "db", "upgrade")
            flask(environ, "communes", "load")
            wiring = wire(Settings.from_env(environ))
            make_town(wiring)
            with wiring.work("job:benchmark") as unit:
                open_offices(unit, asked.offices, stops=spots, couriers=lambda office: 1 + len(spots(office)) // 20)
            day = working_day(wiring)
            wiring.engine.dispose()
            begun = time.monotonic()
            said = flask(environ, "routes", "plan", "--all", "--date", day, "--workers", str(asked.workers))
            seconds = time.monotonic() - begun
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print("\n".join(line for line in said.splitlines() if " planned: " not in line))
    return _against_the_goal(said, asked.offices, seconds)


def _against_the_goal(said: str, offices: int, seconds: float) -> int:
    ran = re.search(r"^time +([0-9.,]+) s", said, re.MULTILINE)
    peak = re.search(r"^memory +([0-9,]+) MB", said, re.MULTILINE)
    assert ran is not None
    assert peak is not None
    planning = float(ran[1].replace(",", ""))
    # Starting the program and its processes does not grow with the offices.
    minutes = (seconds - planning + planning * OFFICES / offices) / 60
    megabytes = int(peak[1].replace(",", ""))
    pace = 60 * offices / planning
    print(f"\n{pace:,.0f} offices a minute; {OFFICES:,} offices in {minutes:.1f} minutes (goal: {MINUTES})")
    print(f"{megabytes} MB in a solving process at its peak (limit: {MEGABYTES})")
    return int(minutes > MINUTES or megabytes >= MEGABYTES)


if __name__ == "__main__":
    sys.exit(main())
