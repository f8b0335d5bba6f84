"""Forecasts on a terminal: what was said before each first trip, held against what happened."""

from datetime import datetime

import click
from flask.cli import AppGroup

from delivery import foresight
from delivery.cli.speaking import speaking, wiring_here
from delivery.rules.foresight import VERSION, Calibration

_foresight = AppGroup("foresight", help="How likely items are to be handed over, before their trip.")


@_foresight.command("check")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Only items accepted from this day on.")
@speaking
def _check(since: datetime | None) -> None:
    """Print forecasts against outcomes in bins, and their Brier score beside that of the base rate (0 is perfect)."""
    with wiring_here().work("job:foresight") as unit:
        judged = foresight.judged(unit, since=since.date() if since else None)
    if judged is None:
        click.echo("No forecast has met its first visit yet: nothing can be judged.")
        return
    _print(judged)


def _print(judged: Calibration) -> None:
    click.echo(f"{'said':<12}{'items':>8}{'mean said':>12}{'delivered':>12}")
    for each in judged.bins:
        said, delivered = ("–" if share is None else f"{share:.1%}" for share in (each.said, each.delivered))
        click.echo(f"{f'{each.least:.0%}–{each.most:.0%}':<12}{each.count:>8,}{said:>12}{delivered:>12}")
    click.echo(f"{judged.count:,} items, {judged.base_rate:.1%} handed over at the first visit.")
    verdict = "better" if judged.brier < judged.base_brier else "no better"
    click.echo(
        f"Brier score {judged.brier:.4f}, that of the base rate {judged.base_brier:.4f}: "
        f"scorecard {VERSION} is {verdict} than saying the same of every item."
    )


COMMANDS = (_foresight,)
