"""What recorded routes teach, on a terminal: how fast vehicles get on, where doors take long, how far plans are off."""

from collections.abc import Iterable

import click
from sqlalchemy import select

from delivery.cli.speaking import speaking, wiring_here
from delivery.learning import DAYS_READ, LEAST_DAYS, Calibration, calibrate
from delivery.store.communes import Commune
from delivery.store.work import Work
from routing.learning import STANDARD_SERVICE, Learned
from routing.matrix import STANDARD

_SHOWN = 10


@click.command("calibrate")
@click.option(
    "--since",
    "days",
    metavar="DAYS",
    default=DAYS_READ,
    show_default=True,
    type=click.IntRange(1, 730),
    help="How many days back; today is not read.",
)
@click.option(
    "--least-days",
    default=LEAST_DAYS,
    show_default=True,
    type=click.IntRange(1, 365),
    help="Days with records before what they teach is used.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be learned and keep nothing.")
@speaking
def calibrate_routes(days: int, least_days: int, dry_run: bool) -> None:
    """Learn speeds and service times from the routes of the last days; plans use them from tomorrow on.

    Names no courier: a courier's own pace only sizes that courier's day.
    """
    wiring = wiring_here()
    found = calibrate(lambda: wiring.work("job:learn_times"), days=days, least_days=least_days, dry_run=dry_run)
    if not found.legs:
        click.echo(f"No route of {found.since} to today tells anything yet: nothing was learned.")
        return
    with wiring.work("job:learn_times") as unit:
        lines = [*_speeds(found.learned, least_days), *_communes(unit, found.learned, least_days), *_apart(found)]
    for line in lines:
        click.echo(line)
    click.echo(
        f"{'Would learn' if dry_run else 'Learned'} from {found.legs} legs, offices: {found.offices}. "
        f"Speeds: {len(found.learned.vehicles)}, communes: {len(found.learned.communes)}, "
        f"couriers' own paces: {len(found.learned.couriers)}."
    )


def _speeds(learned: Learned, least_days: int) -> Iterable[str]:
    yield f"{'vehicle':<12}{'half-day':<12}{'standard':>12}{'learned':>12}{'legs':>10}{'days':>6}"
    for (vehicle, half_day), speed in learned.vehicles.items():
        usual = STANDARD.profiles[vehicle, half_day].metres_per_second
        yield (
            f"{vehicle:<12}{half_day:<12}{usual * 3.6:>7.1f} km/h{speed.metres_per_second * 3.6:>7.1f} km/h"
            f"{speed.seen.legs:>10,}{speed.seen.days:>6}{_unused(speed.seen.days, least_days)}"
        )


def _communes(unit: Work, learned: Learned, least_days: int) -> Iterable[str]:
    """Where a day with one household a kilometre changes most."""
    changed = sorted(
        learned.communes.items(),
        key=lambda each: (-abs(180 * (each[1].way - 1) + each[1].service.door - STANDARD_SERVICE.door), each[0]),
    )[:_SHOWN]
    ids = [key for key, _ in changed]
    names = dict(unit.session.execute(select(Commune.id, Commune.name).where(Commune.id.in_(ids))).all())
    yield f"{'commune (most changed first)':<36}{'way':>8}{'door':>12}{'further':>12}{'legs':>10}{'days':>6}"
    for key, place in changed:
        yield (
            f"{names[key]:<36}{f'× {place.way:.2f}':>8}"
            f"{f'{STANDARD_SERVICE.door} → {place.service.door} s':>12}"
            f"{f'{STANDARD_SERVICE.further} → {place.service.further} s':>12}"
            f"{place.seen.legs:>10,}{place.seen.days:>6}{_unused(place.seen.days, least_days)}"
        )


def _apart(found: Calibration) -> Iterable[str]:
    if found.apart is None:
        yield "Plan and record were not compared: that takes routes of five days or more."
    else:
        yield (
            f"On the last days, which were kept out, plan and record differ by {found.apart.planned:.1f} minutes "
            f"a route (median of {found.apart.stretches}); with what was learned by {found.apart.learned:.1f}."
        )


def _unused(days: int, least_days: int) -> str:
    return "" if days >= least_days else f"  not used before {least_days} days"
