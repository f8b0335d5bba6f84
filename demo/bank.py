"""A bank that tells the post what it received: a notice signed as Standard Webhooks asks, posted to /hooks/bank."""

import base64
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from demo.client import Server

PATH = "/hooks/bank"


@dataclass(frozen=True, kw_only=True)
class Credit:
    """Money that arrived: whole đồng, what its payer wrote, and the bank's own reference for it."""

    reference: str
    amount: int
    content: str = field(repr=False)
    paid_at: datetime

    def body(self) -> bytes:
        """The notice as the post reads it."""
        told = {
            "reference": self.reference,
            "amount": self.amount,
            "content": self.content,
            "paid_at": self.paid_at.isoformat(),
        }
        return json.dumps(told, ensure_ascii=False).encode()


@dataclass(frozen=True, kw_only=True)
class Bank:
    """The bank of the post's account. `secret` is what both sides know: whsec_ and base64."""

    secret: str = field(repr=False)

    def headers(self, body: bytes, *, at: int | None = None) -> Mapping[str, str]:
        """The headers of one try, signed now or at Unix time `at`."""
        notice_id, stamp = f"msg_{uuid.uuid4().hex}", str(int(time.time()) if at is None else at)
        key = base64.b64decode(self.secret.removeprefix("whsec_"))
        digest = hmac.digest(key, f"{notice_id}.{stamp}.".encode() + body, hashlib.sha256)
        return {
            "Content-Type": "application/json",
            "webhook-id": notice_id,
            "webhook-timestamp": stamp,
            "webhook-signature": "v1," + base64.b64encode(digest).decode(),
        }

    def tell(self, server: Server, credit: Credit, *, at: int | None = None) -> str:
        """Post the notice, and say what the post made of it: matched, waiting or refund. Raises Unexpected."""
        body = credit.body()
        return str(server.send("POST", PATH, body, self.headers(body, at=at)).wanted(200).json()["state"])
