"""The sentences of HTTP's own troubles and of wrong members, in both languages."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Words:
    """One sentence in both languages."""

    vi: str
    en: str

    def in_language(self, language: str) -> str:
        """The sentence in `language` ("vi" or "en"); anything else reads Vietnamese."""
        return self.en if language == "en" else self.vi


TITLES: Mapping[int, Words] = {
    400: Words(vi="Yêu cầu không đọc được", en="The request cannot be read"),
    401: Words(vi="Cần xác thực", en="Authentication is needed"),
    403: Words(vi="Không có quyền", en="Not allowed"),
    404: Words(vi="Không tìm thấy", en="Not found"),
    405: Words(vi="Phương thức không dùng được ở đây", en="This method does not work here"),
    409: Words(vi="Chưa thực hiện được lúc này", en="Not possible now"),
    412: Words(vi="Dữ liệu đã thay đổi", en="It has changed meanwhile"),
    413: Words(vi="Dữ liệu gửi lên quá lớn", en="Too much was sent"),
    415: Words(vi="Kiểu dữ liệu không dùng được", en="This content type is not understood"),
    422: Words(vi="Nội dung cần sửa", en="The content has to be mended"),
    428: Words(vi="Thiếu điều kiện", en="A condition is missing"),
    429: Words(vi="Quá nhiều yêu cầu", en="Too many requests"),
    500: Words(vi="Lỗi của hệ thống", en="An error of ours"),
    503: Words(vi="Tạm thời chưa phục vụ được", en="Out of service for a moment"),
}

HTTP_WORDS: Mapping[int, tuple[str, str]] = {
    400: (
        "Không đọc được yêu cầu. Hãy kiểm tra rồi gửi lại.",
        "The request cannot be read. Check it and send it again.",
    ),
    401: ("Hãy xác thực rồi gửi lại.", "Authenticate, then send again."),
    403: ("Bạn không có quyền làm việc này.", "You are not allowed to do this."),
    404: ("Không có gì ở địa chỉ này. Hãy kiểm tra đường dẫn.", "There is nothing at this address. Check the path."),
    405: (
        "Địa chỉ này không nhận phương thức đó: xem tiêu đề Allow.",
        "This address does not take that method: see the Allow header.",
    ),
    413: (
        "Dữ liệu gửi lên vượt quá giới hạn 24 MB. Hãy chia nhỏ rồi gửi từng phần.",
        "What was sent is above the limit of 24 MB. Split it and send the parts.",
    ),
    415: (
        "Kiểu dữ liệu này không dùng được ở đây: xem tài liệu về Content-Type.",
        "This content type is not understood here: the documentation names the Content-Type to send.",
    ),
    429: (
        "Quá nhiều yêu cầu. Hãy chờ số giây ghi ở Retry-After rồi gửi lại.",
        "Too many requests. Wait for the seconds in Retry-After, then send again.",
    ),
    500: (
        "Hệ thống gặp lỗi và chưa làm gì cả. Hãy thử lại; nếu vẫn vậy, hãy báo cho chúng tôi.",
        "Something went wrong here and nothing was done. Try again; if it stays so, tell us.",
    ),
    503: (
        "Cơ sở dữ liệu tạm thời không kết nối được. Chưa có gì thay đổi: hãy thử lại sau ít giây.",
        "The database cannot be reached at the moment. Nothing has changed: try again in a few seconds.",
    ),
}

NOT_STORABLE = Words(
    vi="Nội dung gửi lên có ký tự điều khiển hoặc số quá lớn, không lưu được. Chưa có gì thay đổi: "
    "hãy bỏ đi rồi gửi lại.",
    en="What was sent holds a control character or a number too large to keep. Nothing has changed: remove it and send "
    "again.",
)

# By pydantic's type of error; braces name members of its context.
_VALIDATION: Mapping[str, Words] = {
    "missing": Words(vi="Thiếu mục này.", en="This member is missing."),
    "extra_forbidden": Words(vi="Không có mục tên này.", en="There is no member of this name."),
    "string_type": Words(vi="Cần một chuỗi ký tự.", en="A string is needed."),
    "string_too_short": Words(vi="Cần ít nhất {min_length} ký tự.", en="At least {min_length} characters are needed."),
    "string_too_long": Words(vi="Nhiều nhất {max_length} ký tự.", en="At most {max_length} characters are allowed."),
    "string_pattern_mismatch": Words(vi="Không đúng dạng {pattern}.", en="It does not have the form {pattern}."),
    "int_type": Words(vi="Cần một số nguyên.", en="A whole number is needed."),
    "int_parsing": Words(vi="Cần một số nguyên.", en="A whole number is needed."),
    "int_from_float": Words(vi="Cần một số nguyên.", en="A whole number is needed."),
    "float_type": Words(vi="Cần một số.", en="A number is needed."),
    "finite_number": Words(vi="Cần một số hữu hạn.", en="A finite number is needed."),
    "bool_type": Words(vi="Cần true hoặc false.", en="true or false is needed."),
    "bool_parsing": Words(vi="Cần true hoặc false.", en="true or false is needed."),
    "greater_than_equal": Words(vi="Phải từ {ge} trở lên.", en="It must be {ge} or more."),
    "greater_than": Words(vi="Phải lớn hơn {gt}.", en="It must be more than {gt}."),
    "less_than_equal": Words(vi="Nhiều nhất là {le}.", en="It must be {le} or less."),
    "less_than": Words(vi="Phải nhỏ hơn {lt}.", en="It must be less than {lt}."),
    "literal_error": Words(vi="Chỉ nhận {expected}.", en="Only {expected} is understood."),
    "enum": Words(vi="Chỉ nhận {expected}.", en="Only {expected} is understood."),
    "list_type": Words(vi="Cần một danh sách.", en="A list is needed."),
    "too_short": Words(vi="Cần ít nhất {min_length} phần tử.", en="At least {min_length} entries are needed."),
    "too_long": Words(vi="Nhiều nhất {max_length} phần tử.", en="At most {max_length} entries are allowed."),
    "model_type": Words(vi="Cần một đối tượng JSON.", en="A JSON object is needed."),
    "model_attributes_type": Words(vi="Cần một đối tượng JSON.", en="A JSON object is needed."),
    "date_type": Words(vi="Cần một ngày dạng 2026-11-30.", en="A day such as 2026-11-30 is needed."),
    "date_parsing": Words(vi="Cần một ngày dạng 2026-11-30.", en="A day such as 2026-11-30 is needed."),
    "date_from_datetime_parsing": Words(vi="Cần một ngày dạng 2026-11-30.", en="A day such as 2026-11-30 is needed."),
    "json_invalid": Words(vi="Đây không phải JSON.", en="This is not JSON."),
    "one_line": Words(
        vi="Ghi trên một dòng, có ít nhất một ký tự nhìn thấy được và không có ký tự điều khiển.",
        en="Write one line with at least one visible character and no control characters.",
    ),
    "address_form": Words(
        vi="Ghi địa chỉ bằng text, hoặc bằng các mục rời có province, không cả hai.",
        en="Write the address as text, or as separate members with a province, not both.",
    ),
}
_OTHER = Words(vi="Giá trị này không dùng được.", en="This value cannot be used.")


def words_of_validation(kind: str, context: Mapping[str, object]) -> Words:
    """The sentence for one of pydantic's errors, by its type and context."""
    known = _VALIDATION.get(kind)
    if known is None:
        return _OTHER
    told = {name: str(value) for name, value in context.items()}
    # pydantic joins choices by an English word.
    told_vi = {name: value.replace("' or '", "' hoặc '") for name, value in told.items()}
    return Words(vi=known.vi.format_map(told_vi), en=known.en.format_map(told))
