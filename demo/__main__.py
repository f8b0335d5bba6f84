"""`make demo`: the main job on real communes, then the pages to look at."""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from http.client import HTTPException
from typing import NoReturn

from argon2 import PasswordHasher
from rich.console import Console

from demo import table
from demo.bank import Bank
from demo.client import Server, Unexpected
from demo.days import VIETNAM, monday_after
from demo.head_office import ADMINISTRATORS, HeadOffice, people
from demo.ledger import FINAL
from demo.play import Play
from demo.postgres import ROOT
from demo.processes import CannotRun, Installation, Programs, check_port, communes_listed, ending_calmly, installed
from demo.results import make_results
from demo.screen import Screen
from demo.watch import Watch
from demo.world import CITY, LEAST_ITEMS, PASSWORD, World, WorldWrong, make_world

MOST_ITEMS = 20_000
WEBS = 2
FOLDER = ROOT / ".data" / "demo"


def main(arguments: list[str]) -> int:
    """Play the demo; 0 when no item is unexplained and the ledgers tie out."""
    given = _arguments(arguments)
    console = Console()
    try:
        with ending_calmly(lambda: None):
            check_port(given.port)
            return _demo(console, given.items, given.port, stay=not given.exit)
    except (CannotRun, WorldWrong) as reason:
        print(reason, file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    return 1


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """One sentence: whoever typed `make demo ITEMS=10` has not seen these options."""
        self.exit(2, message.partition(": ")[2] + "\n" if message.startswith("argument --") else message + "\n")


def _arguments(arguments: list[str]) -> argparse.Namespace:
    parser = _Parser(prog="python -m demo", description=__doc__)
    parser.add_argument("--items", type=_items, default=1500, help=f"from {LEAST_ITEMS} to {MOST_ITEMS}")
    parser.add_argument("--port", type=_port, default=8000, help="on 127.0.0.1")
    parser.add_argument("--exit", action="store_true", help="stop at the end instead of serving on")
    return parser.parse_args(arguments)


def _items(text: str) -> int:
    if text.isdecimal() and LEAST_ITEMS <= int(text) <= MOST_ITEMS:
        return int(text)
    raise argparse.ArgumentTypeError(f"ITEMS is {text!r}: give a number from {LEAST_ITEMS} to {MOST_ITEMS}.")


def _port(text: str) -> int:
    if text.isdecimal() and 1 <= int(text) <= 65535:
        return int(text)
    raise argparse.ArgumentTypeError(f"PORT is {text!r}: give a number from 1 to 65535.")


def _demo(console: Console, items: int, port: int, *, stay: bool) -> int:
    began = time.perf_counter()
    console.print(f"Setting up a post office in {FOLDER.relative_to(ROOT)} …", highlight=False)
    with installed(port, FOLDER) as installation, Programs(installation, webs=WEBS) as programs:
        world = _set_up(installation, items)
        standin = programs.start_standin()
        programs.start_product()
        first_day = monday_after(datetime.now(UTC).astimezone(VIETNAM).date())
        screen = Screen(console, items)
        screen.seconds["set-up"] = time.perf_counter() - began
        server = Server(port)
        watch = Watch(server, standin, programs.check)
        bank = Bank(secret=installation.environment["BANK_HOOK_SECRET"])
        play = Play(server, watch, world, make_results(world, first_day), first_day, screen, bank)
        try:
            with screen:
                play.run()
                with screen.step("fees to the agencies"):
                    remitted = HeadOffice(server).remit()
            figures = _figures(play, remitted, installation.flask("ledger", "check", may_fail=True))
        except (Unexpected, OSError, HTTPException) as reason:
            programs.check()
            raise CannotRun(f"The demo cannot go on: {reason}\n{programs.tails()}") from None
        table.show(console, figures)
        table.keep(figures, ROOT / ".data" / "demo.json")
        _tell(console, play, figures.ledger.faults, port)
        if stay:
            _serve_on(console, programs, port)
    return 0 if figures.unexplained == 0 and not figures.ledger.faults else 1


def _serve_on(console: Console, programs: Programs, port: int) -> None:
    console.print(f"Serving on http://127.0.0.1:{port} until Ctrl-C.", highlight=False)
    with suppress(KeyboardInterrupt):
        while True:
            programs.check()
            time.sleep(1)


def _set_up(installation: Installation, items: int) -> World:
    installation.flask("communes", "load")
    installation.flask("offices", "open")
    installation.flask("policies", "load")
    world = make_world(communes_listed(installation, CITY), items)
    document = installation.logs / "parties.json"
    # One hash for all: each sign-in still checks it in full.
    hashed = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1).hash(PASSWORD)
    parties = world.parties(hashed)
    parties["staff"] = [*parties["staff"], *people(hashed)]
    document.write_text(json.dumps(parties, ensure_ascii=False), encoding="utf-8")
    installation.flask("parties", "load", str(document))
    return world


def _figures(play: Play, remitted: int, ledger: str) -> table.Figures:
    shown = [item for program in play.agencies.values() for item in program.all_items()]
    tracks = list(play.ledger.tracks.values())
    known = {track.number: track.state for track in tracks}
    unexplained = set(play.unexplained)
    unexplained |= {number for number, state in known.items() if state not in FINAL}
    unexplained |= {str(item["code"]) for item in shown if known.get(str(item["code"])) != item["state"]}
    unexplained |= known.keys() - {str(item["code"]) for item in shown}
    messages, segments = play.watch.texts()
    kept, due = table.on_time(tracks)
    first, visited = table.first_attempt(tracks)
    return table.Figures(
        items=len(shown),
        final_states=table.by_final_state(str(item["state"]) for item in shown),
        unexplained=len(unexplained),
        on_time=kept,
        due=due,
        first_attempt=first,
        visited=visited,
        days=play.worked,
        messages=messages,
        segments=segments,
        metres=play.metres,
        compared=play.compared,
        money=table.money_of(shown),
        ledger=table.tied(ledger, cash=play.purse.cash, by_transfer=play.purse.by_transfer, remitted=remitted),
        reasons=tuple(sorted(play.ledger.reasons)),
        seconds=play.screen.seconds,
        requests=tuple(play.server.slowest()),
    )


def _tell(console: Console, play: Play, faults: Sequence[str], port: int) -> None:
    for words in faults[:10]:
        console.print(f"[red]does not tie out:[/] {words}", highlight=False)
    for words in play.refused[:10]:
        console.print(f"[yellow]not taken:[/] {words}", highlight=False)
    place = f"http://127.0.0.1:{port}"
    lines = []
    if play.show is not None:
        desk, drive = play.show.desk, play.show.drive
        lines.append(f"  desk      {place}/desk/  as dispatcher.{desk.ward.short}")
        lines.append(f"  courier   {place}/courier/routes/{drive.id}  as {drive.courier}")
    lines.append(f"  money     {place}/treasury/  as {ADMINISTRATORS[0]}")
    token = play.last_link()
    if token:
        lines.append(f"  citizen   {place}/t/{token}")
    console.print(f"\nFour pages to open; the password is [bold]{PASSWORD}[/]", highlight=False)
    for line in lines:
        # An address that is broken over two lines cannot be clicked.
        console.print(line, highlight=False, soft_wrap=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
