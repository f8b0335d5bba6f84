"""What came of it: the figures of one demo, as a table to read and as JSON to keep."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table

from demo.ledger import FINAL, Track
from demo.savings import Comparison

WORDS = {
    "delivered": "delivered (đã phát)",
    "returned": "returned and signed for (đã hoàn)",
    "cancelled": "cancelled (đã hủy)",
    "lost": "lost (thất lạc)",
}


@dataclass(frozen=True, kw_only=True)
class Money:
    """Whole đồng: postage by who bears it, for all that was accepted, and the agencies' fees taken at the door."""

    addressee: int = 0
    agency: int = 0
    subsidy: int = 0
    agency_fees: int = 0


@dataclass(frozen=True, kw_only=True)
class Tied:
    """What `flask ledger check` said: how much was posted, and each place where the books do not tie out.

    `cash` is what couriers handed in, `by_transfer` how many doors paid by VietQR,
    `remitted` in how many transfers the agencies got their fees.
    """

    postings: int
    faults: tuple[str, ...]
    cash: int
    by_transfer: int
    remitted: int


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The demo in numbers. `unexplained` items are not final and without one named holder, or missed at a count.

    `requests` are the dearest kinds of request: (name, how often, seconds in all, waiting included).
    """

    items: int
    final_states: Mapping[str, int]
    unexplained: int
    on_time: int
    due: int
    first_attempt: int
    visited: int
    days: int
    messages: int
    segments: int
    metres: int
    compared: Comparison
    money: Money
    reasons: tuple[str, ...]
    seconds: Mapping[str, float]
    ledger: "Tied"
    requests: tuple[tuple[str, int, float], ...] = ()

    @property
    def total_seconds(self) -> float:
        """How long it took, the setting up left out."""
        return sum(spent for step, spent in self.seconds.items() if step != "set-up")

    def as_json(self) -> dict[str, object]:
        """What `.data/demo.json` holds."""
        return {
            "items": self.items,
            "final_states": dict(self.final_states),
            "unexplained": self.unexplained,
            "on_time": {"delivered": self.on_time, "of": self.due},
            "first_attempt": {"delivered": self.first_attempt, "of": self.visited},
            "working_days": self.days,
            "sms": {"messages": self.messages, "segments": self.segments},
            "km": round(self.metres / 1000, 1),
            "per_item": _per_item(self.compared),
            "money": {
                "addressee": self.money.addressee,
                "agency": self.money.agency,
                "subsidy": self.money.subsidy,
                "agency_fees": self.money.agency_fees,
            },
            "ledger": {
                "postings": self.ledger.postings,
                "faults": list(self.ledger.faults),
                "cash_handed_in": self.ledger.cash,
                "paid_by_transfer": self.ledger.by_transfer,
                "remittances": self.ledger.remitted,
            },
            "reasons": list(self.reasons),
            "seconds": {step: round(spent, 2) for step, spent in self.seconds.items()},
            "seconds_without_set_up": round(self.total_seconds, 2),
            "slowest_requests": [
                {"request": name, "times": times, "seconds": round(spent, 1)} for name, times, spent in self.requests
            ],
        }


def by_final_state(states: Iterable[str]) -> dict[str, int]:
    """How many are in each final state; anything else is counted under its own name."""
    counts = Counter(states)
    return {state: counts.pop(state, 0) for state in sorted(FINAL)} | dict(counts)


def on_time(tracks: Sequence[Track]) -> tuple[int, int]:
    """How many were handed over by the day promised, and of how many that were handed over at all."""
    delivered = [track for track in tracks if track.delivered_on is not None]
    kept = sum(
        track.delivered_on is not None
        and track.delivered_on <= date.fromisoformat(str(track.result.submission["due_day"]))
        for track in delivered
    )
    return kept, len(delivered)


def first_attempt(tracks: Sequence[Track]) -> tuple[int, int]:
    """How many visited addressees received at the first visit, and how many were visited."""
    visited = [track for track in tracks if track.visits or (track.delivered_on and not track.to_counter)]
    return sum(track.visits == 0 for track in visited), len(visited)


def money_of(items: Iterable[Mapping[str, object]]) -> Money:
    """Sums over items as the agencies' API shows them."""
    addressee = agency = subsidy = fees = 0
    for item in items:
        price = item.get("price")
        if isinstance(price, dict) and price.get("frozen"):
            addressee += int(price["due_from_addressee"])
            agency += int(price["due_from_agency"])
            subsidy += int(price["due_from_subsidy"])
        if item["state"] == "delivered":
            fees += int(str(item["agency_fee"]))
    return Money(addressee=addressee, agency=agency, subsidy=subsidy, agency_fees=fees)


def show(console: Console, figures: Figures) -> None:
    """Print the figures."""
    table = Table(title=f"{figures.items:,} results, {figures.days} working days", show_header=False, min_width=62)
    table.add_column("what")
    table.add_column("how much", justify="right")
    for state, count in figures.final_states.items():
        table.add_row(WORDS.get(state, f"{state} (not final)"), f"{count:,}")
    table.add_section()
    table.add_row("on time, of those delivered", _share(figures.on_time, figures.due))
    table.add_row("first-attempt success", _share(figures.first_attempt, figures.visited))
    table.add_row("reasons that occurred", f"{len(figures.reasons)}")
    table.add_row("SMS", f"{figures.messages:,}")
    table.add_row("SMS segments", f"{figures.segments:,}")
    table.add_row("driven", f"{figures.metres / 1000:,.0f} km")
    per_item = _per_item(figures.compared)
    table.add_row("km per item", _against(per_item["km"], digits=2))
    table.add_row("minutes on the road per item", _against(per_item["minutes"], digits=1))
    table.add_section()
    for words, amount in (
        ("postage, paid by addressees", figures.money.addressee),
        ("postage, paid by agencies", figures.money.agency),
        ("postage, borne by the State (waivers)", figures.money.subsidy),
        ("agencies' fees, collected at the door", figures.money.agency_fees),
    ):
        table.add_row(words, f"{amount:,} đ")
    table.add_row("cash handed in by couriers", f"{figures.ledger.cash:,} đ")
    table.add_row("doors that paid by VietQR", f"{figures.ledger.by_transfer:,}")
    table.add_row("transfers of fees to agencies", f"{figures.ledger.remitted:,}")
    broken = len(figures.ledger.faults)
    table.add_row("postings in the two ledgers", f"{figures.ledger.postings:,}")
    table.add_row("[bold]places where they do not tie out[/]", f"[bold {'red' if broken else 'green'}]{broken}[/]")
    table.add_section()
    colour = "green" if figures.unexplained == 0 else "red"
    table.add_row("[bold]unexplained items[/]", f"[bold {colour}]{figures.unexplained}[/]")
    table.add_row("time, without set-up", f"{figures.total_seconds:.0f} s")
    console.print(table)
    console.print("Where the time went: " + _longest(figures.seconds), highlight=False)


def tied(said: str, *, cash: int, by_transfer: int, remitted: int) -> Tied:
    """Read what `flask ledger check` printed."""
    lines = said.strip().splitlines()
    last = re.fullmatch(r"(\d+) postings, (\d+) faults\.", lines[-1] if lines else "")
    faults = tuple(lines[-1 - int(last[2]) : -1]) if last else ("the check of the ledger said nothing",)
    postings = int(last[1]) if last else 0
    return Tied(postings=postings, faults=faults, cash=cash, by_transfer=by_transfer, remitted=remitted)


def keep(figures: Figures, path: Path) -> None:
    """Write the figures as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(figures.as_json(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _per_item(compared: Comparison) -> dict[str, dict[str, float]]:
    """Kilometres and minutes on the road in both orders, shared among the items that were taken along."""
    items = max(len(compared.numbers), 1)
    ways = {"planned": compared.planned, "first_come": compared.first_come}
    return {
        "km": {order: round(way.metres / 1000 / items, 3) for order, way in ways.items()},
        "minutes": {order: round(way.seconds / 60 / items, 3) for order, way in ways.items()},
    }


def _against(orders: Mapping[str, float], *, digits: int) -> str:
    planned, first_come = orders["planned"], orders["first_come"]
    if not first_come:
        return "–"
    more = f"{planned / first_come - 1:+.0%}".replace("-", "−")
    return f"{planned:.{digits}f} planned, {first_come:.{digits}f} first come ({more})"


def _longest(seconds: Mapping[str, float]) -> str:
    order = sorted(seconds.items(), key=lambda step: -step[1])
    return ", ".join(f"{step} {spent:.0f} s" for step, spent in order if spent >= 0.5)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%} ({part:,} of {whole:,})" if whole else "–"
