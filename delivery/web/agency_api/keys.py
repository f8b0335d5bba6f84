"""Idempotency-Key: a POST that is sent again answers as the first time and creates nothing (contracts C6)."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime
from hmac import compare_digest

from sqlalchemy import delete

from delivery.store.agencies import IdempotencyKey
from delivery.store.work import Work, try_lock
from delivery.vault import Vault
from delivery.web.problems import Problem

KEPT_FOR = timedelta(hours=48)
_BARE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,80}")


@dataclass(frozen=True)
class Reply:
    """A reply as it was given."""

    status: int
    body: str
    headers: Mapping[str, str]


def read(header: str | None) -> str:
    """The key, sent bare or as a quoted string. Raises Problem 400 when it is missing or malformed."""
    if header is None:
        raise Problem(
            400,
            "idempotency-key-missing",
            vi="Thiếu tiêu đề Idempotency-Key: gửi một mã riêng cho mỗi yêu cầu tạo mới, giữ nguyên khi gửi lại.",
            en="Idempotency-Key is missing: send a value of its own for each creation, and the same one on a retry.",
        )
    bare = header.strip()
    if len(bare) >= 2 and bare[0] == bare[-1] == '"':
        bare = bare[1:-1]
    if not _BARE.fullmatch(bare):
        raise Problem(
            400,
            "idempotency-key-malformed",
            vi="Idempotency-Key gồm 1 đến 80 ký tự ASCII in được, không có dấu cách, nháy kép và gạch chéo ngược.",
            en="Idempotency-Key is 1 to 80 printable ASCII characters without space, double quote and backslash.",
        )
    return bare


def kept_reply(unit: Work, client_id: str, key: str, digest: bytes) -> Reply | None:
    """The reply kept under the key, or None when this unit is the first; it then holds the key until it ends.

    Raises Problem 409 while another request with the key still runs, 422 when the key came with another content.
    """
    # A second INSERT would wait for the first transaction instead of answering, hence the lock.
    if not try_lock(unit.session, f"idempotency:{client_id}:{key}"):
        raise Problem(
            409,
            "request-running",
            vi="Yêu cầu với Idempotency-Key này đang được xử lý. Hãy gửi lại sau ít giây.",
            en="The request with this Idempotency-Key is still running. Send it again in a few seconds.",
            headers={"Retry-After": "2"},
        )
    row = unit.session.get(IdempotencyKey, (client_id, key))
    if row is None:
        return None
    if row.expires_at <= unit.clock.real():
        unit.session.delete(row)
        unit.session.flush()
        return None
    if not compare_digest(row.request_digest, digest):
        raise Problem(
            422,
            "idempotency-key-reused",
            vi="Idempotency-Key này đã dùng cho một yêu cầu khác. Hãy dùng mã mới cho nội dung mới.",
            en="This Idempotency-Key came with another request before. Use a new one for new content.",
        )
    text = Vault.of(unit).open_apart("idempotency_keys.reply", f"{client_id}:{key}", row.reply)
    stored = json.loads(text)
    return Reply(row.status, stored["body"], stored["headers"])


def keep(unit: Work, client_id: str, key: str, digest: bytes, reply: Reply) -> dict[str, str]:
    """Keep the reply, sealed, in the transaction of what it tells of; gives the header that says until when."""
    real = unit.clock.real()
    expires = real + KEPT_FOR
    told = {"Idempotency-Key-Expires": format_datetime(expires, usegmt=True)}
    unit.session.execute(
        delete(IdempotencyKey).where(IdempotencyKey.client_id == client_id, IdempotencyKey.expires_at <= real)
    )
    text = json.dumps({"body": reply.body, "headers": {**reply.headers, **told}}, ensure_ascii=False)
    unit.session.add(
        IdempotencyKey(
            client_id=client_id,
            key=key,
            request_digest=digest,
            status=reply.status,
            reply=Vault.of(unit).seal_apart("idempotency_keys.reply", f"{client_id}:{key}", text),
            expires_at=expires,
        )
    )
    return told
