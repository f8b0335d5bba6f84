"""What stands before the commune in an address: house, alley, street and hamlet, kept apart."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from routing.wording import fold, key

_HAMLET = re.compile(
    r"\b(?:to dan pho|tdp|to dp|to|khu pho|kp|khu vuc|kv|khu dan cu|kdc|khu|ap|thon|xom|ban|buon|bon|khom|lang|cum"
    r"|phum|soc|khoi|doi)"
    r"\b\.?\s*(?:so\s*)?"
)
_ALLEY = re.compile(r"\b(?:hem|ngo|ngach|kiet|hxh)\b\.?\s*(?:so\s*)?(\d+[a-z]?(?:/\d+[a-z]?)*)")
_HOUSE = re.compile(
    r"^\s*(?:so nha|nha so|so|sn|nha)?\.?\s*"
    r"(\d+(?:\s?(?:bis|ter)|[a-z]{1,2})?(?:\s?[/-]\s?\d+(?:[a-z]{1,2})?)*)\b(?!\s*(?:thang|/))"
)
_STREET = re.compile(r"^\s*(?:duong so|duong|pho|d\.)\s*(?=\S)")

# Streets that nearly every town has, by key: the bare name, even if a ward has it too, is a street first.
EVERYWHERE = frozenset(
    map(
        key,
        re.split(
            ", ",
            "Lê Lợi, Trần Phú, Quang Trung, Hùng Vương, Nguyễn Huệ, Phan Đình Phùng, Trần Hưng Đạo, Lý Thường Kiệt, "
            "Hai Bà Trưng, Nguyễn Trãi, Lê Hồng Phong, Ngô Quyền, Điện Biên Phủ, Phan Chu Trinh, Phan Bội Châu, "
            "Lê Duẩn, Nguyễn Du, Nguyễn Công Trứ, Hoàng Văn Thụ, Nguyễn Thị Minh Khai, Lý Thái Tổ, Võ Thị Sáu, "
            "Bạch Đằng, Trưng Trắc, Trưng Vương, Nguyễn Văn Cừ, Nguyễn Văn Linh, Lê Thánh Tông, Đinh Tiên Hoàng, "
            "Ngô Gia Tự, Trường Chinh, Hồ Tùng Mậu, Tôn Đức Thắng, Võ Văn Kiệt, Phạm Văn Đồng, Nguyễn Bỉnh Khiêm, "
            "Lê Quý Đôn",
        ),
    )
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """What could be read, as it was written; None for what is not there."""

    house: str | None = None
    alley: str | None = None
    street: str | None = None
    hamlet: str | None = None


def read_place(pieces: Sequence[str]) -> Place:
    """Read the pieces of a (tidied) address that name no unit, in the order in which they stand."""
    house = street = None
    beside_house = False
    alleys: list[str] = []
    hamlets: list[str] = []
    for piece in pieces:
        rest = piece
        numbered = False
        if house is None and not _HAMLET.match(fold(rest).strip()):
            found = _HOUSE.match(fold(rest))
            if found:
                house = rest[found.start(1) : found.end(1)].replace(" ", "")
                rest = rest[found.end() :]
                numbered = True
        while found := _ALLEY.search(fold(rest)):
            alleys.append(rest[found.start() : found.end()].strip())
            rest = f"{rest[: found.start()]} {rest[found.end() :]}"
        found = _HAMLET.search(fold(rest))
        if found and (
            found.start() == 0 or not rest[: found.start()].strip(" .-") or rest[found.end() :][:1].isdigit()
        ):
            hamlets.append(rest[found.start() :].strip(" .-"))
            rest = rest[: found.start()]
        rest = rest.strip(" .-:()")
        named = _STREET.match(fold(rest))
        if named and not fold(rest).startswith("duong so"):
            rest = rest[named.end() :]
        # The street stands beside the house number; a building's name may come before both.
        if len(rest) > 1 and (street is None or (numbered and not beside_house)):
            street, beside_house = rest, numbered
    if house and "/" in house and not alleys:
        alleys.append(house.rpartition("/")[0])
    return Place(house=house, alley=", ".join(alleys) or None, street=street, hamlet=", ".join(hamlets) or None)
