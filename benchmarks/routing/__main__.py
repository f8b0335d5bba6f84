"""python -m benchmarks.routing FILE.vrp --seconds 5 --engine ours|ortools|pyvrp|vroom --seed 1 [--first N]

One file and one engine: prints one JSON line (see `one_file`). Without --engine: the whole
comparison (see `suite`), with the files given taken in.
"""

import argparse
import sys
from pathlib import Path

from benchmarks.routing.engines import Engine
from benchmarks.routing.one_file import solve_file
from benchmarks.routing.vrplib import Unreadable


def main(arguments: list[str] | None = None) -> int:
    """0 when it went well, 2 with a sentence on stderr when what was asked for makes no sense."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.routing", description=__doc__)
    options.add_argument("files", nargs="*", type=Path, metavar="FILE.vrp")
    options.add_argument("--engine", type=Engine, choices=list(Engine), default=None)
    options.add_argument("--seconds", type=float, default=5.0, help="wall-clock seconds, the engine's set-up included")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--first", type=int, default=None, metavar="N", help="keep the first N customers")
    options.add_argument("--sol", type=Path, default=None, help="also write the routes to this file")
    chosen = options.parse_args(arguments)
    if not 0 < chosen.seconds < 86_400:
        print(f"{chosen.seconds} seconds are no time to plan in.", file=sys.stderr)
        return 2
    for path in chosen.files:
        try:
            print(
                solve_file(
                    path,
                    engine=chosen.engine or Engine.OURS,
                    seconds=chosen.seconds,
                    seed=chosen.seed,
                    first=chosen.first,
                    sol=chosen.sol,
                )
            )
        except Unreadable as error:
            print(f"{path}: {error}", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
