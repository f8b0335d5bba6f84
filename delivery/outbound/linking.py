"""Citizens' links: a token of 128 bits per item, found by its SHA-256 and sealed for later messages (contracts C28)."""

import hashlib
import secrets
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from delivery.store.base import new_id
from delivery.store.items import Item
from delivery.store.messages import Link
from delivery.store.work import Work
from delivery.vault import Reason, Vault

_COLUMN = "links.token"
_BYTES = 16


def digest_of(token: str) -> bytes:
    """What a token is looked up by; the token itself is in no index."""
    return hashlib.sha256(token.encode()).digest()


def mint(unit: Work, item: Item) -> str:
    """A new link to `item`, beside any that it has; returns its token of 22 characters."""
    token = secrets.token_urlsafe(_BYTES)
    link_id = new_id()
    sealed = Vault.of(unit).seal(item.addressee.subject, _COLUMN, link_id, token)
    unit.session.add(Link(id=link_id, item_id=item.id, digest=digest_of(token), token=sealed, created_at=unit.now))
    return token


def token_for(unit: Work, item: Item) -> str:
    """The token of the item's link, minted at the first call, the same in every message of that item.

    Two units that mint at once make two links, and both open. Refused when the addressee's data were erased.
    """
    return token_from(unit, item, links_of(unit, [item.id]).get(item.id))


def links_of(unit: Work, item_ids: Collection[UUID]) -> dict[UUID, Link]:
    """The oldest link in force of each item that has one, in one query."""
    links = unit.session.scalars(
        select(Link).where(Link.item_id.in_(item_ids), Link.expires_at.is_(None)).order_by(Link.id.desc())
    )
    return {link.item_id: link for link in links}


def token_from(unit: Work, item: Item, link: Link | None) -> str:
    """The token of `link`, which is the item's, or of a new one."""
    if link is None:
        return mint(unit, item)
    return Vault.of(unit).open(item.addressee.subject, _COLUMN, link.id, link.token, reason=Reason.MESSAGE)


def url(public_url: str, token: str) -> str:
    """The address that a message carries; `public_url` has no trailing slash."""
    return f"{public_url}/t/{token}"
