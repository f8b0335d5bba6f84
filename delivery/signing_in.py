"""Signing in and out: the password check, its throttle, and the server-side session (contracts C35).

Everything here runs on real time: a session or a lock does not end because a world's clock was moved.
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select
from sqlalchemy.orm import joinedload

from delivery.store.staff import Staff, StaffSession
from delivery.store.work import Work

TRIES = 5
"""Wrong passwords in a row before an account is locked."""
LOCKED_FOR = timedelta(minutes=15)
SESSION_LASTS = timedelta(hours=12)

_HASHER = PasswordHasher()
# Checked when no such account exists, so that the answer takes as long as for one that does.
_NOBODY = _HASHER.hash(secrets.token_urlsafe(16))


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """A new session: `token` goes into the cookie and is kept nowhere else."""

    staff: Staff
    token: str = field(repr=False)
    expires_at: datetime


def sign_in(unit: Work, *, login: str, password: str, former_token: str | None = None) -> SignedIn | None:
    """Open a session, or None when login or password is wrong or the account is locked or closed.

    The caller lets the unit commit in either case, since a wrong password is counted. The session that the browser had
    before is revoked, so that a token planted in it is worth nothing (rotation).
    """
    real = unit.clock.real()
    staff = unit.session.scalars(
        select(Staff).where(Staff.login == login.strip()).with_for_update(of=Staff)
    ).one_or_none()
    locked = staff is not None and staff.locked_until is not None and staff.locked_until > real
    right = _matches(staff.password_hash if staff else _NOBODY, password)
    if staff is None or locked or not staff.active:
        return None
    if not right:
        _count_failure(staff, real)
        return None
    staff.failed_logins, staff.locked_until = 0, None
    if former_token:
        sign_out(unit, token=former_token)
    unit.session.execute(delete(StaffSession).where(StaffSession.expires_at <= real))
    token = secrets.token_urlsafe(32)
    session = StaffSession(digest=_digest(token), staff_id=staff.id, created_at=real, expires_at=real + SESSION_LASTS)
    unit.session.add(session)
    return SignedIn(staff=staff, token=token, expires_at=session.expires_at)


def sign_out(unit: Work, *, token: str) -> None:
    """Revoke the session of this token; one that is unknown or over is no error."""
    unit.session.execute(delete(StaffSession).where(StaffSession.digest == _digest(token)))


def whose(unit: Work, *, token: str) -> Staff | None:
    """The person signed in with this token, office included; None when the session is over or the account closed."""
    session = unit.session.get(
        StaffSession, _digest(token), options=[joinedload(StaffSession.staff).joinedload(Staff.office)]
    )
    if session is None or session.expires_at <= unit.clock.real() or not session.staff.active:
        return None
    return session.staff


def _count_failure(staff: Staff, real: datetime) -> None:
    staff.failed_logins += 1
    if staff.failed_logins >= TRIES:
        staff.failed_logins, staff.locked_until = 0, real + LOCKED_FOR


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
