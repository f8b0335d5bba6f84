"""HTTP as browsers and agencies' programs speak it: connections kept open, cookies kept by hand, forms with a token.

Cookies are kept by hand since the product marks them Secure: browsers accept that on loopback, Python's jars do not.
"""

import base64
import http.client
import json
import re
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

TIMEOUT = 60.0
_TOKEN = re.compile(r'name="csrf_token"[^>]*?value="([^"]+)"|value="([^"]+)"[^>]*?name="csrf_token"')
Fields = Sequence[tuple[str, str]]


class Unexpected(RuntimeError):
    """The product answered something that the demo's actors cannot go on with."""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An answer. `where` is its Location, "" when it has none."""

    method: str
    path: str
    status: int
    where: str
    body: bytes = field(repr=False)
    etag: str = ""

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode(errors="replace")

    def json(self) -> dict[str, object]:
        """The body as a JSON object; Unexpected when it is none."""
        try:
            read = json.loads(self.body)
        except ValueError:
            read = None
        if not isinstance(read, dict):
            raise Unexpected(f"{self.method} {self.path} did not answer with a JSON object: {self.text[:200]}")
        return read

    def wanted(self, *statuses: int) -> "Reply":
        """This reply, or Unexpected with what the product said when its status is none of these."""
        if self.status in statuses:
            return self
        raise Unexpected(f"{self.method} {self.path} answered {self.status}: {_said(self.text)}")


class Server:
    """The product at `127.0.0.1:port`, or another program there; each thread has its own connection."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.spent: dict[str, tuple[int, float]] = {}
        self._lines = threading.local()
        self._lock = threading.Lock()

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """One exchange. A kept connection that was closed meanwhile is opened once more."""
        began = time.perf_counter()
        reply = self._exchange(method, path, body, headers or {})
        self._note(f"{method} {_pattern(path)}", time.perf_counter() - began)
        return reply

    def slowest(self, most: int = 12) -> list[tuple[str, int, float]]:
        """Where the time went: (request, how often, seconds in all), the dearest first."""
        rows = [(name, count, seconds) for name, (count, seconds) in self.spent.items()]
        return sorted(rows, key=lambda row: -row[2])[:most]

    def _exchange(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Reply:
        line: http.client.HTTPConnection | None = getattr(self._lines, "line", None)
        if line is not None:
            try:
                return _ask(line, method, path, body, headers)
            except (ConnectionError, http.client.RemoteDisconnected, http.client.CannotSendRequest):
                line.close()
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
        self._lines.line = line
        return _ask(line, method, path, body, headers)

    def _note(self, name: str, seconds: float) -> None:
        with self._lock:
            count, before = self.spent.get(name, (0, 0.0))
            self.spent[name] = count + 1, before + seconds


class Browser:
    """One person's browser: their cookies and the forms' token."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._cookies: dict[str, str] = {}
        self._token = ""

    def get(self, path: str) -> Reply:
        """Open a page."""
        return self._send("GET", path, None, {})

    def post(self, path: str, fields: Fields | Mapping[str, str]) -> Reply:
        """Send a form of this site, with the token that its pages gave and a report id of its own."""
        pairs = list(fields.items() if isinstance(fields, Mapping) else fields)
        pairs += [("csrf_token", self._token), ("report_id", str(uuid.uuid4()))]
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._send("POST", path, urlencode(pairs).encode(), headers)

    def sign_in(self, login: str, password: str) -> None:
        """Sign in at the staff's door."""
        self.read_token(self.get("/login").wanted(200))
        self.post("/login", {"login": login, "password": password}).wanted(303)

    def read_token(self, page: Reply) -> None:
        """Keep the token of a page's forms."""
        found = _TOKEN.search(page.text)
        if found is None:
            raise Unexpected(f"{page.path} has no form token.")
        self._token = found[1] or found[2]

    def _send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Reply:
        if self._cookies:
            headers = headers | {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        return self._keep(self._server.send(method, path, body, headers))

    def _keep(self, reply: Reply) -> Reply:
        if isinstance(reply, _WithCookies):
            for text in reply.cookies:
                name, _, rest = text.partition("=")
                self._cookies[name.strip()] = rest.split(";", 1)[0]
        return reply


class Program:
    """An agency's program: OAuth 2 client credentials, JSON, and a key for everything it creates."""

    def __init__(self, server: Server, client: str, secret: str) -> None:
        self._server = server
        self._basic = base64.b64encode(f"{client}:{secret}".encode()).decode()
        self._bearer = ""

    def get(self, path: str) -> Reply:
        """Read something."""
        return self._send("GET", path, None, {})

    def post(self, path: str, content: object = None, *, lines: Sequence[object] | None = None, key: str = "") -> Reply:
        """Create or change something; `lines` go as JSON Lines. `key` repeats an earlier Idempotency-Key."""
        headers = {"Idempotency-Key": key or str(uuid.uuid4())}
        if lines is not None:
            body: bytes | None = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines).encode()
            headers["Content-Type"] = "application/jsonl"
        else:
            body = None if content is None else json.dumps(content, ensure_ascii=False).encode()
            headers |= {} if content is None else {"Content-Type": "application/json"}
        return self._send("POST", path, body, headers)

    def put(self, path: str, content: object, *, etag: str) -> Reply:
        """Change what was read with this ETag."""
        headers = {"Content-Type": "application/json", "If-Match": etag}
        return self._send("PUT", path, json.dumps(content, ensure_ascii=False).encode(), headers)

    def _send(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Reply:
        if not self._bearer:
            self._sign_in()
        reply = self._server.send(method, path, body, {**headers, "Authorization": f"Bearer {self._bearer}"})
        if reply.status == 401:
            self._sign_in()
            reply = self._server.send(method, path, body, {**headers, "Authorization": f"Bearer {self._bearer}"})
        return reply

    def _sign_in(self) -> None:
        headers = {"Authorization": f"Basic {self._basic}", "Content-Type": "application/x-www-form-urlencoded"}
        answer = self._server.send("POST", "/oauth/token", b"grant_type=client_credentials", headers).wanted(200)
        self._bearer = str(answer.json()["access_token"])


@dataclass(frozen=True, kw_only=True)
class _WithCookies(Reply):
    cookies: tuple[str, ...] = field(repr=False, default=())


def _ask(
    line: http.client.HTTPConnection, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
) -> Reply:
    line.request(method, path, body=body if method != "POST" else body or b"", headers=dict(headers))
    answer = line.getresponse()
    content = answer.read()
    return _WithCookies(
        method=method,
        path=path,
        status=answer.status,
        where=answer.getheader("Location") or "",
        body=content,
        etag=answer.getheader("ETag") or "",
        cookies=tuple(answer.headers.get_all("Set-Cookie") or ()),
    )


def _said(text: str) -> str:
    """What a page or a problem document says, without its tags, at most a few lines."""
    if text.lstrip().startswith("{"):
        return text[:600]
    main = text.partition("<main")[2] or text
    words = re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", main, flags=re.DOTALL)
    return " ".join(words.split())[:400]


def _pattern(path: str) -> str:
    """A path with its ids left out, for counting."""
    path = path.partition("?")[0]
    path = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}", "<id>", path)
    path = re.sub(r"/t/[^/]+", "/t/<token>", path)
    path = re.sub(r"/theo-doi/[^/]+", "/theo-doi/<name>", path)
    return re.sub(r"\b[A-Z]{2}\d{9}VN\b|\b[A-Z]{2}[0-9A-Z.-]{8,}\b", "<number>", path)
