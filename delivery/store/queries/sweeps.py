"""Timed jobs' marks: who sweeps now, and up to what time a job has swept."""

from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert

from delivery.rules.states import OPEN
from delivery.store.agencies import LIVE, World, WorldKind
from delivery.store.items import Item
from delivery.store.messages import Sweep
from delivery.store.work import Work


def take_lease(unit: Work, job: str, lease: timedelta) -> bool:
    """Become the one who sweeps `job`, for `lease` of real time; False while somebody else is."""
    real = unit.clock.real()
    unit.session.execute(insert(Sweep).values(job=job).on_conflict_do_nothing())
    taken = (
        update(Sweep)
        .where(Sweep.job == job, or_(Sweep.lease_until.is_(None), Sweep.lease_until <= real))
        .values(lease_until=real + lease)
        .returning(Sweep.job)
    )
    return unit.session.execute(taken).first() is not None


def keep_lease(unit: Work, job: str, lease: timedelta) -> None:
    """Sweep on for another `lease` of real time."""
    unit.session.execute(update(Sweep).where(Sweep.job == job).values(lease_until=unit.clock.real() + lease))


def leave_lease(unit: Work, job: str) -> None:
    """Let others sweep."""
    unit.session.execute(update(Sweep).where(Sweep.job == job).values(lease_until=None))


def mark_swept(unit: Work, job: str) -> None:
    """Everything of `job` that was due by this unit's world time is done."""
    marked = insert(Sweep).values(job=job, swept_to=unit.now)
    unit.session.execute(marked.on_conflict_do_update(index_elements=[Sweep.job], set_={"swept_to": unit.now}))


def swept_to(unit: Work, job: str) -> datetime | None:
    """The world time up to which `job` has done everything that was due; None before its first sweep."""
    return unit.session.scalar(select(Sweep.swept_to).where(Sweep.job == job))


def worlds_at_work(unit: Work) -> list[World]:
    """The live world, and each test client's world that has an item on its way."""
    tests = unit.session.scalars(
        select(World)
        .where(
            World.kind == WorldKind.TEST,
            select(Item.id).where(Item.world_id == World.id, Item.state.in_(OPEN)).exists(),
        )
        .order_by(World.id)
    ).all()
    return [unit.session.get_one(World, LIVE), *tests]
