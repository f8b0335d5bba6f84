"""Signed webhooks as Standard Webhooks asks, sent only to addresses that are not ours (contracts C17, C19).

The address is looked up and checked here, at subscription and again at each send, and the connection is made to the
address that was checked: a name that answers differently a moment later gains nothing. Redirects are not followed.
"""

import base64
import binascii
import hmac
import http.client
import ipaddress
import secrets
import socket
import ssl
import threading
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import SplitResult, urlsplit

from delivery.errors import Invalid

TIMEOUT = 15.0
"""Seconds for a whole delivery."""
RETRY_WAITS = tuple(
    timedelta(seconds=seconds) for seconds in (5, 5 * 60, 30 * 60, *(hours * 3600 for hours in (2, 5, 10, 14, 20, 24)))
)
"""Real time after each failed try until the next; the first try is at once, after the last the endpoint is disabled."""
JITTER = 0.1
"""Up to this share is added to a wait, so that many deliveries do not come back at one moment."""
LONGEST_URL = 2000

_PREFIX = "whsec_"
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def new_secret() -> str:
    """A signing secret of 32 bytes, as agencies are given it."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def signature(secret: str, webhook_id: str, at: datetime, body: bytes) -> str:
    """`v1,…` of one try. Raises ValueError for a secret that is not whsec_ and 24 to 64 bytes of base64."""
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        raise ValueError("A webhook secret is whsec_ and base64.") from None
    if not secret.startswith(_PREFIX) or not 24 <= len(key) <= 64:
        raise ValueError("A webhook secret is whsec_ and the base64 of 24 to 64 bytes.")
    signed = f"{webhook_id}.{int(at.timestamp())}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()


def signed_headers(keys: Sequence[str], webhook_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers of one try; `keys` are the endpoint's secrets, two during a rotation. `at` is the try's real time."""
    return {
        "Content-Type": "application/json",
        "User-Agent": "vn-result-delivery",
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signature(key, webhook_id, at, body) for key in keys),
    }


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where a delivery goes: the URL, and the address that its host had when it was checked."""

    url: SplitResult
    address: str
    port: int


def checked(url: str, *, loopback_allowed: bool) -> Target:
    """Look up the URL's host and make sure that none of its addresses is private, loopback or link-local.

    https only; http too where `loopback_allowed` and the host is this machine. Raises Invalid `webhook-url`.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise _refused("không phải là một địa chỉ web", "is not a web address") from None
    if parts.scheme not in ("https", "http") or not parts.hostname or len(url) > LONGEST_URL:
        raise _refused("phải bắt đầu bằng https://", "must begin with https://")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise _refused("không được chứa mật khẩu hoặc dấu #", "must hold no password and no fragment")
    addresses = _looked_up(parts.hostname, port)
    ours = loopback_allowed and all(address.is_loopback for address in addresses)
    if not ours:
        if parts.scheme != "https":
            raise _refused("phải bắt đầu bằng https://", "must begin with https://")
        if not all(_is_public(address) for address in addresses):
            raise _refused("trỏ tới một mạng nội bộ", "leads into a private network")
    return Target(url=parts, address=str(addresses[0]), port=port)


def _looked_up(host: str, port: int) -> list[_Address]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise _refused("có tên máy không tồn tại", "names a host that does not exist") from None
    return [ipaddress.ip_address(str(place[4][0]).partition("%")[0]) for place in found]


def _is_public(address: _Address) -> bool:
    """Whether an address belongs to the public internet, addresses wrapped in IPv6 included."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return _is_public(address.ipv4_mapped)
        if address.sixtofour is not None or address.teredo is not None:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def _refused(vi: str, en: str) -> Invalid:
    return Invalid("webhook-url", vi=f"Địa chỉ nhận thông báo {vi}.", en=f"The webhook's address {en}.", pointer="/url")


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What an endpoint answered. `status` is HTTP's, None when nobody answered in time; `retry_after` real time."""

    status: int | None
    retry_after: timedelta | None = None

    @property
    def is_taken(self) -> bool:
        """Any 2xx: the endpoint has it."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """410: the endpoint wants nothing more."""
        return self.status == http.HTTPStatus.GONE


def post(target: Target, headers: dict[str, str], body: bytes, *, now: datetime) -> Heard:
    """Post `body` once, to the checked address, within `TIMEOUT` seconds in all. `now` is real time."""
    kind = _SecureLine if target.url.scheme == "https" else _Line
    line = kind(target)
    path = (target.url.path or "/") + (f"?{target.url.query}" if target.url.query else "")
    deadline = threading.Timer(TIMEOUT, line.hang_up)
    deadline.daemon = True
    deadline.start()
    try:
        with closing(line):
            line.request("POST", path, body=body, headers=headers)
            reply = line.getresponse()
            return Heard(status=reply.status, retry_after=_retry_after(reply.getheader("Retry-After"), now))
    except (OSError, http.client.HTTPException, ValueError):
        return Heard(status=None)
    finally:
        deadline.cancel()


def _retry_after(header: str | None, now: datetime) -> timedelta | None:
    if header is None:
        return None
    if header.strip().isdecimal():
        return timedelta(seconds=min(int(header), 24 * 3600))
    try:
        at = parsedate_to_datetime(header)
    except ValueError:
        return None
    wait = (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
    return min(max(wait, timedelta()), timedelta(days=1))


class _Line(http.client.HTTPConnection):
    """A connection to an address that was checked; the host's name serves the Host header and the certificate."""

    def __init__(self, target: Target) -> None:
        super().__init__(target.url.hostname or "", target.port, timeout=TIMEOUT)
        self._target = target

    def connect(self) -> None:
        """Connect to the checked address, whatever the name says by now."""
        self.sock = socket.create_connection((self._target.address, self._target.port), TIMEOUT)

    def hang_up(self) -> None:
        """End the delivery from another thread: its reads fail at once."""
        sock = self.sock
        if sock is not None:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                return


class _SecureLine(_Line):
    default_port = http.client.HTTPS_PORT

    def connect(self) -> None:
        """Connect, then check the certificate against the host's name."""
        super().connect()
        context = ssl.create_default_context()
        self.sock = context.wrap_socket(self.sock, server_hostname=self._target.url.hostname)
