"""Text messages through Twilio (API 2010-04-01): the only importer of its library.

Twilio's create has no idempotency key. So `send` never repeats a request by itself, and says `Unknown` whenever
the message may have been taken; the caller asks `find` before it sends again (contracts C21). Nothing here holds a
transaction, reads a setting or logs: phones and texts leave no trace but at the provider.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from http.cookiejar import DefaultCookiePolicy
from typing import Any, TypeVar
from urllib.parse import urlsplit

from requests import PreparedRequest, Request, RequestException, Session
from requests.adapters import HTTPAdapter
from requests.exceptions import ConnectTimeout, Timeout
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

_Read = TypeVar("_Read")

# A reply that is not what the library expects surfaces as one of these.
_UNREADABLE = (TwilioException, ValueError, TypeError, AttributeError, ArithmeticError)

# Twilio states times in whole seconds, by its own clock.
_CLOCK_SKEW = timedelta(minutes=1)
_CONNECTIONS = 32


class Verdict(StrEnum):
    """What an error code asks for."""

    PERMANENT = "permanent"
    """The phone cannot be reached: flag the item, take the next channel."""
    TEMPORARY = "temporary"
    """Try again, a bounded number of times."""
    PERSON = "person"
    """Neither a repeat nor another channel helps before a person has looked."""


@dataclass(frozen=True, kw_only=True)
class Verdicts:
    """The table of error codes (contracts C23). A code that stands in no column is temporary."""

    permanent: frozenset[int] = frozenset({21211, 21610, 21614, 30005, 30006})
    temporary: frozenset[int] = frozenset({20429, 30001, 30003, 30008})
    person: frozenset[int] = frozenset({21612, 30007})

    def __post_init__(self) -> None:
        doubled = (self.permanent & self.temporary) | (self.permanent & self.person) | (self.temporary & self.person)
        if doubled:
            raise ValueError(f"SMS error codes {sorted(doubled)} stand in two columns of the table of verdicts.")

    def of(self, code: int | None) -> Verdict:
        """The verdict on `code`; None is an error without a code."""
        if code in self.permanent:
            return Verdict.PERMANENT
        return Verdict.PERSON if code in self.person else Verdict.TEMPORARY


VERDICTS = Verdicts()


def verdict(error_code: int | None, table: Verdicts = VERDICTS) -> Verdict:
    """What a create reply's or a status callback's error code asks for."""
    return table.of(error_code)


# Our own words: Twilio's quote the phone number, and these may be stored and logged.
_WORDS: Mapping[int, tuple[str, str]] = {
    20003: ("Nhà cung cấp không chấp nhận tài khoản gửi tin.", "The provider does not accept our account."),
    20429: ("Gửi quá nhiều tin cùng lúc.", "Too many messages were sent at once."),
    21211: ("Số điện thoại không hợp lệ.", "This is not a valid phone number."),
    21610: ("Người nhận đã từ chối nhận tin nhắn.", "The recipient has opted out of messages."),
    21612: ("Không có đường gửi từ đầu số này đến người nhận.", "No route leads from this sender to the recipient."),
    21614: ("Đây không phải số di động.", "This is not a mobile number."),
    30001: ("Hàng đợi của nhà cung cấp đã đầy.", "The provider's queue is full."),
    30003: ("Điện thoại tắt máy hoặc ngoài vùng phủ sóng.", "The phone is switched off or out of coverage."),
    30005: ("Số điện thoại không tồn tại.", "This number is not in use."),
    30006: ("Số cố định hoặc nhà mạng không nhận tin nhắn.", "A landline, or a carrier that takes no messages."),
    30007: ("Nhà mạng đã chặn tin nhắn.", "The carrier filtered the message."),
    30008: ("Không gửi được, không rõ lý do.", "Not delivered, for a reason that is not known."),
}


def words_for(code: int | None, language: str = "vi") -> str:
    """A sentence for `code` in `language` ("vi" or "en"), without anyone's data."""
    vi, en = _WORDS.get(code or 0, ("Nhà cung cấp báo lỗi.", "The provider reported an error."))
    sentence = en if language == "en" else vi
    return sentence if code is None else f"{sentence} ({code})"


class Status(StrEnum):
    """Where a message stands at the provider, in Twilio's words."""

    ACCEPTED = "accepted"
    SCHEDULED = "scheduled"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    CANCELED = "canceled"
    READ = "read"

    @property
    def is_final(self) -> bool:
        """Whether nothing more can be reported."""
        return self in _FINAL

    @classmethod
    def reported(cls, words: str) -> "Status | None":
        """The status that a reply or callback names; None for one that we do not know, which changes nothing."""
        try:
            return cls(words)
        except ValueError:
            return None


_FINAL = frozenset({Status.DELIVERED, Status.UNDELIVERED, Status.FAILED, Status.CANCELED, Status.READ})
_ORDER = {status: place for place, status in enumerate(Status)}


def advance(current: Status, reported: Status) -> Status:
    """The status after a report: never earlier than before, and a final one stays as it is.

    So callbacks may come twice and in any order.
    """
    if current.is_final or _ORDER[reported] <= _ORDER[current]:
        return current
    return reported


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """The provider has the message. `price` is what it costs in `currency`, None until the provider knows."""

    sid: str
    status: Status
    segments: int
    price: Decimal | None = None
    currency: str | None = None
    error_code: int | None = None

    def __post_init__(self) -> None:
        if not self.sid:
            raise ValueError("An accepted message has a sid.")
        if self.segments < 0:
            raise ValueError(f"Message {self.sid}: {self.segments} segments.")


@dataclass(frozen=True, kw_only=True)
class Rejected:
    """The provider certainly does not have the message.

    `code` is Twilio's, else the HTTP status, else None (nobody could be reached). Neither `permanent` nor
    `needs_person`: try again later. `words` are Vietnamese; `words_for(code, "en")` for English.
    """

    code: int | None
    permanent: bool
    needs_person: bool
    words: str

    def __post_init__(self) -> None:
        if self.permanent and self.needs_person:
            raise ValueError(f"SMS error {self.code} cannot be both permanent and for a person.")


@dataclass(frozen=True, kw_only=True)
class Unknown:
    """The provider may or may not have the message. `why`: "timeout", "connection-lost" or "unreadable-reply"."""

    why: str


Outcome = Accepted | Rejected | Unknown


class ProviderSilent(Exception):
    """The provider could not be asked, so nothing is known; ask again later."""


class SmsGateway:
    """Sends messages and asks after them; one instance serves any number of threads.

    `sender` is a registered sender name, a number, or a messaging service (MG…). `base_url` is an origin that
    stands in for https://api.twilio.com, None for the real one. `timeout` is in seconds, for connecting and for
    each wait on the reply.
    """

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        sender: str,
        base_url: str | None = None,
        timeout: float = 10,
        *,
        verdicts: Verdicts = VERDICTS,
    ) -> None:
        for name, value in (("account sid", account_sid), ("auth token", auth_token), ("sender", sender)):
            if not value.strip():
                raise ValueError(f"The SMS gateway needs a Twilio {name}; it is empty.")
        self._verdicts = verdicts
        self._service = sender if sender.startswith("MG") and len(sender) == 34 else None
        self._sender = None if self._service else sender
        client = Client(
            account_sid,
            auth_token,
            http_client=_Line(base_url, timeout),
            # Without a mapping of its own the library would take region and edge from os.environ.
            environment={"TWILIO_REGION": ""},
        )
        self._messages: Any = client.messages

    def send(self, to: str, text: str, status_callback: str) -> Outcome:
        """Hand `text` to the provider for the phone `to` (E.164); its statuses go to the URL `status_callback`.

        Takes up to `timeout` seconds: call it with no transaction or row lock open.
        """
        sender = {"messaging_service_sid": self._service} if self._service else {"from_": self._sender}
        try:
            return _accepted(self._messages.create(to=to, body=text, status_callback=status_callback, **sender))
        except (TwilioRestException, TwilioServiceException) as error:
            return self._rejected(error.status, error.code)
        except ConnectTimeout:
            return self._rejected(None, None)
        except Timeout:
            return Unknown(why="timeout")
        except RequestException as error:
            return self._rejected(None, None) if _never_left(error) else Unknown(why="connection-lost")
        except _UNREADABLE:
            return Unknown(why="unreadable-reply")

    def find(self, to: str, since: datetime, text: str) -> Accepted | None:
        """The message `text` to the phone `to`, taken at `since` (aware, real time) or later; the earliest of several.

        The list shows a message only some time after it was taken: None means "not there" once that time is over.
        Raises `ProviderSilent` when the list cannot be read, which must not be taken for None.
        """
        if since.tzinfo is None:
            raise ValueError("`since` must carry its time zone.")
        # The library writes "Z" behind whatever it is given.
        first = since.astimezone(UTC) - _CLOCK_SKEW

        def matching() -> list[Any]:
            listed: Iterable[Any] = self._messages.stream(to=to, date_sent_after=first, page_size=200)
            return [found for found in listed if found.body == text and found.date_created >= first]

        found = self._ask(matching)
        return _accepted(min(found, key=lambda message: message.date_created)) if found else None

    def look_up(self, sid: str) -> Accepted | None:
        """The message `sid` as the provider sees it now, with its price once known; None if there is none.

        Raises `ProviderSilent` when the provider cannot be asked.
        """

        def fetched() -> Accepted | None:
            try:
                return _accepted(self._messages(sid).fetch())
            except TwilioRestException as error:
                if error.status == 404:
                    return None
                raise

        return self._ask(fetched)

    def _ask(self, question: Callable[[], _Read]) -> _Read:
        try:
            return question()
        except (RequestException, *_UNREADABLE) as error:
            # The cause holds the URL, and with it a phone number: it goes no further.
            raise ProviderSilent(f"The SMS provider could not be asked ({type(error).__name__}).") from None

    def _rejected(self, http_status: int | None, code: int | None) -> Rejected:
        overloaded = http_status is not None and (http_status >= 500 or http_status == 429)
        decided = Verdict.TEMPORARY if overloaded else self._verdicts.of(code)
        return Rejected(
            code=code,
            permanent=decided is Verdict.PERMANENT,
            needs_person=decided is Verdict.PERSON,
            words=words_for(code),
        )


def signature_is_valid(url: str, params: Mapping[str, str], signature: str, auth_token: str) -> bool:
    """Whether Twilio signed this form for `url`: the public address as Twilio knows it, query included.

    A MultiDict serves as `params` too.
    """
    if not signature:
        return False
    return bool(RequestValidator(auth_token).validate(url, params, signature))


class _Line(HttpClient):  # type: ignore[misc]  # the library has no types
    """The library's way to the network, rewritten for three reasons.

    Its own client returns `self._test_only_last_response`, so that two threads may get each other's replies; it
    keeps and logs requests, phones and texts included; and region and edge cannot point at another host.
    """

    def __init__(self, base_url: str | None, timeout: float) -> None:
        # Its debug lines and warnings quote the URL, and a list's URL holds a phone number.
        logging.getLogger("urllib3.connectionpool").setLevel(logging.ERROR)
        super().__init__(logging.getLogger(__name__), False, timeout)
        self._origin = _origin(base_url) if base_url else None
        self._session = Session()
        # A stand-in is reached directly, whatever proxy the environment names.
        self._session.trust_env = self._origin is None
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("https://", "http://"):
            # Never retried here: a request that was lost half-way may have been carried out.
            self._session.mount(scheme, HTTPAdapter(max_retries=0, pool_maxsize=_CONNECTIONS, pool_block=True))

    def request(
        self,
        method: str,
        uri: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """One request, one reply. Raises requests' exceptions."""
        address = uri if self._origin is None else self._origin + uri[uri.index("/", len("https://")) :]
        request = Request(method, address, params=params, data=data, headers=headers, auth=auth)
        prepared: PreparedRequest = self._session.prepare_request(request)
        around = self._session.merge_environment_settings(address, {}, None, None, None)
        reply = self._session.send(prepared, allow_redirects=allow_redirects, timeout=timeout or self.timeout, **around)
        return Response(reply.status_code, reply.text, reply.headers)


def _origin(base_url: str) -> str:
    parts = urlsplit(base_url)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path.strip("/") or parts.query:
        raise ValueError(f"The SMS base URL must be like http://127.0.0.1:8010, without a path: {base_url!r}.")
    return f"{parts.scheme}://{parts.netloc}"


def _never_left(error: RequestException) -> bool:
    """Whether the connection was refused, so that the provider cannot have read anything."""
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", None), NewConnectionError | ConnectTimeoutError)


def _accepted(message: Any) -> Accepted:
    return Accepted(
        sid=message.sid,
        status=Status.reported(message.status) or Status.ACCEPTED,
        segments=int(message.num_segments),
        price=abs(Decimal(message.price)) if message.price else None,
        currency=message.price_unit.upper() if message.price and message.price_unit else None,
        error_code=message.error_code,
    )
