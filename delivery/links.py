"""Looks citizens' links up, and keeps the sessions that opening one begins (contracts C28–C30).

A session and its end follow real time; a link ends by the clock of its item's world, a set time after the item's end.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import contains_eager

from delivery.outbound.linking import digest_of
from delivery.store.agencies import World, WorldKind
from delivery.store.items import Item
from delivery.store.messages import CitizenSession, CitizenSessionItem, Link
from delivery.store.work import Work

SESSION_LASTS = timedelta(hours=24)
LASTS_AFTER_END = timedelta(days=184)
"""Six months: as long as a loss or a delay may be complained of."""


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A link that was opened: `session` goes into the cookie and is kept nowhere else; `name` goes into the URL."""

    session: str = field(repr=False)
    name: str


@dataclass(frozen=True, kw_only=True)
class Reached:
    """The item behind a name of a session, the world it lives in, and who acts ("citizen:<start of the digest>")."""

    item_id: UUID
    world_id: UUID
    actor: str


@dataclass(frozen=True, kw_only=True)
class Listed:
    """An item that the session has opened, under the name that its URL shows."""

    name: str
    number: str


def open_link(unit: Work, token: str, *, session: str | None = None) -> Opened | None:
    """Let a browser see the item of this token; None, after the same one query, for one that is unknown or over.

    The browser's `session` goes on if it is in force, else a new one begins. Opened twice in one session, a link
    keeps its name.
    """
    found = unit.session.execute(_links().where(Link.digest == digest_of(token))).one_or_none()
    if found is None:
        return None
    link, world = found
    if _is_over(unit, link, world):
        return None
    digest, token_of_session = _session(unit, session)
    name = unit.session.scalars(
        select(CitizenSessionItem.name).where(
            CitizenSessionItem.session_digest == digest, CitizenSessionItem.link_id == link.id
        )
    ).first()
    if name is None:
        name = secrets.token_urlsafe(9)
        unit.session.add(CitizenSessionItem(session_digest=digest, name=name, link_id=link.id))
    return Opened(session=token_of_session, name=name)


def reach(unit: Work, *, session: str, name: str) -> Reached | None:
    """The item that `session` knows as `name`; None when it knows none, the session is over, or the link is."""
    digest = _digest(session)
    for link, world, _ in unit.session.execute(_of_session(unit, digest).where(CitizenSessionItem.name == name)):
        if not _is_over(unit, link, world):
            return Reached(item_id=link.item_id, world_id=world.id, actor=f"citizen:{digest.hex()[:16]}")
    return None


def listed(unit: Work, *, session: str) -> Sequence[Listed]:
    """The items that the session has opened, in the order of their numbers."""
    rows = unit.session.execute(_of_session(unit, _digest(session)).order_by(Item.number))
    return [Listed(name=name, number=link.item.number) for link, world, name in rows if not _is_over(unit, link, world)]


def _links() -> Select[Link, World]:
    return (
        select(Link, World)
        .join(Item, Item.id == Link.item_id)
        .join(World, World.id == Item.world_id)
        .options(contains_eager(Link.item))
    )


def _of_session(unit: Work, digest: bytes) -> Select[Link, World, str]:
    return (
        _links()
        .add_columns(CitizenSessionItem.name)
        .join(CitizenSessionItem, CitizenSessionItem.link_id == Link.id)
        .join(CitizenSession, CitizenSession.digest == CitizenSessionItem.session_digest)
        .where(CitizenSession.digest == digest, CitizenSession.expires_at > unit.clock.real())
    )


def _is_over(unit: Work, link: Link, world: World) -> bool:
    now = unit.clock.now(world.clock_offset, live=world.kind is WorldKind.LIVE)
    if link.expires_at is not None and link.expires_at <= now:
        return True
    return link.item.final_at is not None and link.item.final_at + LASTS_AFTER_END <= now


def _session(unit: Work, token: str | None) -> tuple[bytes, str]:
    """The digest and token of the session that goes on or begins; sessions that are over are cleared away."""
    real = unit.clock.real()
    unit.session.execute(delete(CitizenSession).where(CitizenSession.expires_at <= real))
    if token is not None and unit.session.get(CitizenSession, _digest(token)) is not None:
        return _digest(token), token
    fresh = secrets.token_urlsafe(32)
    unit.session.add(CitizenSession(digest=_digest(fresh), created_at=real, expires_at=real + SESSION_LASTS))
    unit.session.flush()
    return _digest(fresh), fresh


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
