"""Agencies' programs: which client asks, and the short-lived bearer tokens it is given (contracts C5).

Secrets are long and random, so a plain SHA-256 keeps them; two may hold at once during a rotation. Tokens run on
real time: they do not end because a world's clock was moved.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import joinedload

from delivery.errors import Invalid
from delivery.store.agencies import AccessToken, ApiClient
from delivery.store.work import Work

SCOPES = ("items:write", "items:read", "items:cancel", "webhooks", "quotes")
TOKEN_LASTS = timedelta(minutes=30)


@dataclass(frozen=True, kw_only=True)
class Caller:
    """The program behind a request, the agency it speaks for, and the world its items live in."""

    client_id: str
    agency_id: UUID
    world_id: UUID
    scopes: frozenset[str]

    @property
    def actor(self) -> str:
        """The name under which its acts are recorded."""
        return f"client:{self.client_id}"


@dataclass(frozen=True, kw_only=True)
class Issued:
    """A new bearer token: `token` is kept nowhere else. `seconds` is how long it holds."""

    token: str = field(repr=False)
    seconds: int
    scopes: tuple[str, ...]


def authenticate(unit: Work, *, client_id: str, secret: str) -> ApiClient | None:
    """The client of that name when the secret is one of its secrets, else None: both cases take the same time."""
    client = unit.session.get(ApiClient, client_id) if client_id.isprintable() else None
    given = hashlib.sha256(secret.encode()).hexdigest()
    known = client.secret_hashes if client is not None else [hashlib.sha256(b"nobody").hexdigest()]
    matches = [hmac.compare_digest(given, one) for one in known]
    if client is None or not any(matches):
        return None
    client.last_used_at = unit.clock.real()
    return client


def issue(unit: Work, client: ApiClient, *, scopes: str = "") -> Issued:
    """Give a token for the scopes asked for (separated by spaces), or for all that the client has.

    Raises Invalid `invalid-scope` when it asks for one that it does not have.
    """
    wanted = scopes.split() or client.scopes
    beyond = sorted(set(wanted) - set(client.scopes))
    if beyond:
        raise Invalid(
            "invalid-scope",
            vi=f"Ứng dụng {client.id} không có quyền: {' '.join(beyond)[:200]}.",
            en=f"Client {client.id} does not have the scope {' '.join(beyond)[:200]}.",
        )
    granted = tuple(scope for scope in SCOPES if scope in wanted)
    real = unit.clock.real()
    unit.session.execute(delete(AccessToken).where(AccessToken.client_id == client.id, AccessToken.expires_at <= real))
    token = secrets.token_urlsafe(32)
    unit.session.add(
        AccessToken(digest=_digest(token), client_id=client.id, scopes=list(granted), expires_at=real + TOKEN_LASTS)
    )
    unit.session.flush()
    return Issued(token=token, seconds=int(TOKEN_LASTS.total_seconds()), scopes=granted)


def bearer(unit: Work, token: str) -> Caller | None:
    """Whose token it is, or None when it is unknown or over."""
    query = (
        select(AccessToken)
        .where(AccessToken.digest == _digest(token), AccessToken.expires_at > unit.clock.real())
        .options(joinedload(AccessToken.client))
    )
    found = unit.session.scalars(query).one_or_none()
    if found is None:
        return None
    return Caller(
        client_id=found.client_id,
        agency_id=found.client.agency_id,
        world_id=found.client.world_id,
        scopes=frozenset(found.scopes),
    )


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
