"""Money that arrived at the bank: what waits for a person, what goes back, and a statement to take in by hand."""

from collections.abc import Mapping
from uuid import UUID

from flask import flash, g, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from delivery.errors import Invalid, Refused, Trouble
from delivery.money import banking
from delivery.money.bank_statements import Imported, foresee_statement, take_statement
from delivery.money.matching import GIVEN_BACK, Why
from delivery.rules.bank_statements import read_statement
from delivery.store.queries import bank as read
from delivery.store.treasury import TransferState
from delivery.store.work import Work
from delivery.web.forms import act_once, shown_again
from delivery.web.treasury.blueprint import treasury, work

LARGEST_FILE = 300_000
"""Bytes that the page takes, about 2,500 rows; a longer statement is for `flask bank import`."""
_SHOWN = 200


@treasury.get("/bank")
def bank() -> str:
    """Everything at a glance. What payers wrote stays sealed here."""
    with work() as unit:
        count, amount = read.waiting_sum(unit)
        return render_template(
            "treasury/bank.html",
            waiting=read.waiting(unit),
            count=count,
            amount=amount,
            to_return=read.to_return(unit),
            settled=read.settled_lately(unit),
            why=why_words(),
        )


@treasury.get("/bank/<uuid:transfer_id>")
def bank_transfer(transfer_id: UUID) -> str | Response:
    """One transfer with what its payer wrote, opened for review; with ?number= what assigning it would do."""
    number = request.args.get("number", "").strip()
    try:
        return _transfer_page(transfer_id, number)
    except Trouble as trouble:
        if not number or (isinstance(trouble, Refused) and trouble.code == "person-erased"):
            raise
        return shown_again(trouble, lambda: _transfer_page(transfer_id, ""))


@treasury.post("/bank/<uuid:transfer_id>/assign")
def bank_assign(transfer_id: UUID) -> Response:
    """Take the transfer for the item or statement that was shown."""

    def act(unit: Work) -> str:
        done = banking.assign(unit, transfer_id, request.form.get("number", ""))
        words = why_words()[Why.PAID if done.why is None else done.why]
        flash(_("Đã ghi khoản tiền cho %(number)s: %(words)s", number=done.number, words=words))
        return url_for("treasury.bank")

    return act_once(act, again=lambda: _transfer_page(transfer_id, ""))


@treasury.post("/bank/<uuid:transfer_id>/give-back")
def bank_give_back(transfer_id: UUID) -> Response:
    """Decide that the transfer goes back, whole."""

    def act(unit: Work) -> str:
        done = banking.give_back(unit, transfer_id, _reason(request.form.get("why", "")))
        if done.number is None:
            flash(_("Khoản tiền sẽ trả lại người gửi. Một quản trị viên khác ghi nhận khi ngân hàng đã chuyển trả."))
        else:
            flash(_("Khoản tiền của %(number)s đã thành khoản phải hoàn, chờ người thứ hai duyệt.", number=done.number))
        return url_for("treasury.bank")

    return act_once(act, again=lambda: _transfer_page(transfer_id, ""))


@treasury.post("/bank/<uuid:transfer_id>/sent-back")
def bank_sent_back(transfer_id: UUID) -> Response:
    """A second person records that the bank returned it."""

    def act(unit: Work) -> str:
        banking.sent_back(unit, transfer_id, request.form.get("bank_reference", ""))
        flash(_("Đã ghi nhận ngân hàng chuyển trả người gửi."))
        return url_for("treasury.bank")

    return act_once(act, again=lambda: _transfer_page(transfer_id, ""))


@treasury.post("/bank/statement")
def bank_statement() -> str | Response:
    """Show what a statement would do, then do it. Sent twice it acts once: a credit is kept by its reference."""
    try:
        file = _file()
        statement = read_statement(file)
    except (Invalid, Refused) as trouble:
        return shown_again(trouble, bank)
    taken = "confirmed" in request.form
    imported = (take_statement if taken else foresee_statement)(work, statement)
    return render_template(
        "treasury/bank_statement.html",
        imported=imported,
        taken=taken,
        counts=_counts(imported),
        text="" if taken else _text(file),
        why=why_words(),
        most=_SHOWN,
    )


def why_words() -> Mapping[Why, str]:
    """Each reason in words, with what a person can do."""
    return {
        Why.PAID: _("đúng số phải thu."),
        Why.MORE_THAN_DUE: _("nhiều hơn số phải thu; phần thừa là khoản phải hoàn."),
        Why.PAID_ALREADY: _("đã trả trước đó; cả khoản là khoản phải hoàn."),
        Why.NO_REFERENCE: _("Nội dung không có số bưu gửi hay số bảng kê."),
        Why.UNKNOWN_NUMBER: _("Số trong nội dung không có trong hệ thống."),
        Why.SEVERAL_REFERENCES: _("Nội dung có nhiều số: chưa biết trả cho bưu gửi nào."),
        Why.LESS_THAN_DUE: _("Ít hơn số phải thu."),
        Why.NOT_ASKED_FOR: _("Bưu gửi đang chuyển hoàn, bị rút lại hoặc đang xác minh: chưa thu."),
        Why.NOT_ACCEPTED: _("Bưu gửi chưa được chấp nhận nên cước còn là ước tính."),
        Why.NOTHING_DUE: _("Bưu gửi này không phải thu gì của người nhận."),
        Why.ENDED: _("Bưu gửi đã kết thúc và không còn phải thu gì."),
        Why.NOT_LIVE: _("Bưu gửi thuộc môi trường thử, không nhận tiền thật."),
        Why.STATEMENT_PAID: _("Bảng kê đã được trả."),
        Why.STATEMENT_SUM: _("Khác số tiền của bảng kê."),
        Why.NOT_FOR_US: _("Chuyển nhầm, không phải trả cho bưu điện."),
        Why.SENDER_ASKED: _("Người gửi xin nhận lại."),
        Why.CANNOT_TELL: _("Không tìm ra trả cho việc gì."),
    }


def _transfer_page(transfer_id: UUID, number: str) -> str:
    with work() as unit:
        listed = read.transfer_of(unit, transfer_id)
        words = why_words()
        waits = listed.transfer.state is TransferState.WAITING
        seen = banking.foreseen(unit, listed.transfer, number) if number and waits else None
        return render_template(
            "treasury/bank_transfer.html",
            listed=listed,
            transfer=listed.transfer,
            content=banking.content_of(unit, listed.transfer),
            number=number or listed.item or "",
            seen=seen,
            given_back=[(why.value, words[why]) for why in GIVEN_BACK],
            why=words,
            by_me=listed.transfer.settled_by == f"staff:{g.staff.id}",
        )


def _reason(given: str) -> Why:
    for why in GIVEN_BACK:
        if given == why.value:
            return why
    raise Invalid("reason-unknown", vi="Chọn lý do trả lại.", en="Choose why the money goes back.", pointer="/why")


def _file() -> bytes:
    """The statement that was uploaded, or the one that the preview carried along."""
    upload = request.files.get("file")
    file = upload.read(LARGEST_FILE + 1) if upload is not None else request.form.get("text", "").encode()
    if not file:
        raise Invalid("file-missing", vi="Chọn tệp sao kê CSV.", en="Choose the CSV statement.", pointer="/file")
    if len(file) > LARGEST_FILE:
        raise Refused(
            "file-too-large",
            vi=f"Tệp lớn hơn {LARGEST_FILE // 1000} kB. Chia theo ngày, hoặc nhờ vận hành chạy “flask bank import”.",
            en=f"The file is larger than {LARGEST_FILE // 1000} kB. Part it by days, or have “flask bank import” run.",
        )
    return file


def _text(file: bytes) -> str:
    encoding = "utf-16" if file[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    return file.decode(encoding).replace("\0", "")


def _counts(imported: Imported) -> list[tuple[str, int]]:
    fresh = imported.fresh
    return [
        (_("trả đúng hoặc đủ cho bưu gửi, bảng kê"), fresh[TransferState.MATCHED]),
        (_("chờ người xử lý"), fresh[TransferState.WAITING]),
        (_("trả lần hai, phải hoàn"), fresh[TransferState.REFUND]),
        (_("đã có từ trước"), imported.known),
        (_("dòng không nhận được"), len(imported.faults) + len(imported.refused)),
        (_("dòng không phải báo có"), imported.others),
    ]
