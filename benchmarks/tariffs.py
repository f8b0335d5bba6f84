"""How fast a price is made: quotes a second on one core over a mixed batch of requests, by the shipped books.

    python -m benchmarks.tariffs [--quotes N] [--rounds N]

Beside it, in the same run and turn by turn, the time that the machine takes to write the same quotes as JSON: a ratio
of two times measured together says more than either on a busy machine. The limit, 50 µs a quote, is held against the
median round.
"""

import argparse
import gc
import json
import random
import resource
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from datetime import date
from typing import Final

from tariffs.book import PROVINCES, Book, Payer, Service, in_force
from tariffs.money import Dong
from tariffs.quote import AssertedBy, Place, Quote, Request, WaiverClaim, quote
from tariffs.shelf import shipped

LIMIT_US: Final = 50.0
DAYS: Final = (date(2026, 11, 30), date(2027, 2, 1))


def requests(count: int, books: tuple[Book, ...]) -> list[tuple[Book, Request]]:
    """A mixed batch, the same at every run: all services, zones, weights, payers, options and waivers."""
    chance = random.Random(3)
    provinces = sorted(PROVINCES)
    batch = []
    for _ in range(count):
        day = chance.choice(DAYS)
        book = in_force(books, day)
        home = chance.choice(provinces)
        there = home if chance.random() < 0.6 else chance.choice(provinces)
        payer = Payer.AGENCY if chance.random() < 0.3 else Payer.ADDRESSEE
        claims = chance.sample(sorted(book.waivers), k=chance.choice((0, 0, 0, 1, 2)))
        batch.append(
            (
                book,
                Request(
                    service=chance.choice((*Service, Service.RESULT_RETURN, Service.RESULT_RETURN)),
                    origin=Place(province=home, commune="1"),
                    destination=Place(province=there, commune=str(chance.randint(1, 3)), remote=chance.random() < 0.1),
                    weight_g=chance.randint(1, 5_000) if chance.random() < 0.2 else chance.randint(20, 500),
                    payer=payer,
                    day=day,
                    options=frozenset(code for code in (*book.options, *book.rebates) if chance.random() < 0.2),
                    waivers=frozenset(
                        WaiverClaim(kind=kind, asserted_by=AssertedBy.AGENCY, who="H29") for kind in claims
                    ),
                    agency_fee_to_collect=Dong(chance.choice((0, 0, 50_000, 640_000))),
                    volume_tier=book.volume_tier(chance.choice((0, 2_000, 9_000))) if payer is Payer.AGENCY else None,
                    redeliveries=chance.choice((0, 0, 0, 1, 2)),
                ),
            )
        )
    return batch


def price_all(batch: list[tuple[Book, Request]]) -> list[Quote]:
    """What is measured."""
    return [quote(book, asked) for book, asked in batch]


def seconds(work: Callable[[], object]) -> float:
    """The processor time that a piece of work takes: what other processes take meanwhile is not counted."""
    gc.collect()
    began = time.process_time()
    work()
    return time.process_time() - began


def main() -> int:
    """Measure and print; 1 when the limit is missed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quotes", type=int, default=20_000)
    options.add_argument("--rounds", type=int, default=7)
    chosen = options.parse_args()
    batch = requests(chosen.quotes, shipped())
    tracemalloc.start()
    made = price_all(batch)
    held, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    process = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6
    documents = [one.as_json() for one in made]
    lines = sum(len(one.lines) for one in made)
    ours, peers = [], []
    for _ in range(chosen.rounds):
        ours.append(seconds(lambda: price_all(batch)))
        peers.append(seconds(lambda: [json.dumps(document) for document in documents]))
    each, best = (1e6 * pick(ours) / len(batch) for pick in (statistics.median, min))
    peer = 1e6 * statistics.median(peers) / len(batch)
    ratio = statistics.median(one / other for one, other in zip(ours, peers, strict=True))
    kept = each < LIMIT_US
    print(f"{len(batch):,} requests a round, {chosen.rounds} rounds, {lines / len(batch):.1f} lines a quote, one core")
    print(f"  a quote                     {each:8.1f} µs (best round {best:.1f} µs)")
    print(f"  quotes a second             {1e6 / each:8,.0f}")
    print(f"  json.dumps of the same      {peer:8.1f} µs; a quote takes {ratio:.2f} times that")
    print(f"  memory of a quote kept      {held / len(batch) / 1e3:8.1f} kB; peak {peak / 1e6:.0f} MB for the batch")
    print(f"  process peak                {process:8.0f} MB")
    print(f"limit of {LIMIT_US:g} µs a quote: {'kept' if kept else 'missed'}")
    told = {
        "benchmark": "tariffs",
        "quotes": len(batch),
        "rounds": chosen.rounds,
        "us_per_quote": round(each, 2),
        "us_per_quote_best": round(best, 2),
        "quotes_per_second": round(1e6 / each),
        "ratio_to_json_dumps": round(ratio, 3),
        "peak_mb_batch": round(peak / 1e6, 1),
        "peak_mb_process": round(process),
        "limit_us": LIMIT_US,
        "kept": kept,
    }
    print(json.dumps(told))
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
