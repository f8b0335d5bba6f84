"""Made-up addressees: names, phones, and addresses in real wards, written in the many ways that people write them.

Nobody here exists: names are drawn from lists, phones and identity numbers are random digits.
"""

import math
import random
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from demo.twilio_outcomes import MAGIC
from demo.world import CITY_NAME, Unit, Ward

SURNAMES = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô")
MIDDLES = ("Văn", "Thị", "Hữu", "Minh", "Ngọc", "Thanh", "Quốc", "Thu", "Xuân", "Gia", "Kim", "Đức")
GIVEN = (
    "An", "Bình", "Châu", "Dũng", "Giang", "Hạnh", "Hòa", "Hương", "Khánh", "Lan", "Linh", "Long", "Mai", "Nam",
    "Nga", "Phúc", "Phương", "Quân", "Sơn", "Tâm", "Thảo", "Thủy", "Trang", "Tuấn", "Uyên", "Vinh", "Yến",
)  # fmt: skip
STREETS = (
    "Lê Lợi", "Nguyễn Đình Chiểu", "Trần Hưng Đạo", "Hai Bà Trưng", "Võ Thị Sáu", "Điện Biên Phủ", "Cách Mạng Tháng 8",
    "Nguyễn Thị Minh Khai", "Lý Thường Kiệt", "Phan Đình Phùng", "Hoàng Diệu", "Bạch Đằng", "Nguyễn Trãi", "Tôn Đản",
)  # fmt: skip
MOBILE_PREFIXES = ("032", "033", "034", "070", "076", "077", "081", "083", "090", "091", "093", "096", "097", "098")
SHORT = {"Phường": "P.", "Xã": "X.", "Đặc khu": "ĐK.", "Quận": "Q.", "Huyện": "H.", "Thị trấn": "TT."}

Spelling = Callable[[str, Sequence[str]], str]


@dataclass(frozen=True, kw_only=True)
class Addressee:
    """Who a result is for. `ward` is where they really live; `unclear` addresses do not say it.

    `door` is where a courier finds them, (lat, lon) in degrees, whether or not the agency knows it.
    """

    name: str
    phone: str
    identity_number: str
    ward: Ward
    address: Mapping[str, object]
    clear_address: str
    door: tuple[float, float]
    unclear: bool = False

    def entry(self) -> dict[str, object]:
        """The person as the agencies' API takes them."""
        return {
            "name": self.name,
            "phone": self.phone,
            "identity_number": self.identity_number,
            "address": dict(self.address),
        }


def invent(chance: random.Random, ward: Ward) -> Addressee:
    """Somebody who lives in `ward`, with an address that says so in one spelling or another."""
    street = _street(chance)
    address: dict[str, object] = _written(chance, ward, street)
    if chance.random() < 0.7:
        door = _near(chance, ward)
        address["location"] = {"lat": door[0], "lon": door[1]}
    else:
        door = _near(random.Random(f"{ward.id} {street}"), ward)
    return Addressee(
        name=f"{chance.choice(SURNAMES)} {chance.choice(MIDDLES)} {chance.choice(GIVEN)}",
        phone=mobile(chance),
        identity_number=f"079{chance.randrange(10**9):09d}",
        ward=ward,
        address=address,
        clear_address=f"{street}, {ward.name}, {CITY_NAME}",
        door=door,
    )


def housemate(chance: random.Random, of: Addressee) -> Addressee:
    """Somebody else at the very same address."""
    stranger = invent(chance, of.ward)
    return replace(stranger, address=of.address, clear_address=of.clear_address, door=of.door)


def unclear(chance: random.Random, person: Addressee, divided: Sequence[Unit]) -> Addressee:
    """The same person with an address that cannot be placed: no ward, an unknown one, or one that was divided."""
    street = _street(chance)
    ways = [f"{street}, {CITY_NAME}", f"{street}, phường Đông Sơn Hạ, {CITY_NAME}"]
    if divided:
        unit = chance.choice(divided)
        ways.append(f"{street}, {unit.ward}, {unit.district}, {unit.province}")
    clear = f"{street}, {person.ward.name}, {CITY_NAME}"
    return replace(person, address={"text": chance.choice(ways)}, clear_address=clear, unclear=True)


def with_phone(chance: random.Random, person: Addressee, kind: str) -> Addressee:
    """The same person with a telephone of `kind`: "mobile", "landline", or six digits that the stand-in knows."""
    if kind == "mobile":
        return person
    return replace(person, phone=landline(chance) if kind == "landline" else mobile_that_fails(chance, kind))


def mobile(chance: random.Random) -> str:
    """A mobile number whose messages arrive: no ending that the stand-in gives a meaning to."""
    while True:
        phone = f"{chance.choice(MOBILE_PREFIXES)}{chance.randrange(10**7):07d}"
        if not any(phone.endswith(ending) for ending in MAGIC):
            return phone


def mobile_that_fails(chance: random.Random, ending: str) -> str:
    """A mobile number whose messages meet the fate that the stand-in gives to `ending` (six digits)."""
    return f"{chance.choice(('0903', '0913', '0983', '0963'))}{ending}"


def landline(chance: random.Random) -> str:
    """A telephone of the city that gets no messages."""
    return f"028{chance.choice(('36', '37', '38', '39'))}{chance.randrange(10**6):06d}"


def phone_at(door: tuple[float, float], report: str) -> dict[str, str]:
    """What a courier's phone at a door tells with `report`, a few metres off, as the form's fields."""
    chance = random.Random(report)
    north, east = chance.gauss(0, 6), chance.gauss(0, 6)
    lat = door[0] + north / 110_574
    lon = door[1] + east / (111_320 * math.cos(math.radians(door[0])))
    return {"lat": f"{lat:.6f}", "lon": f"{lon:.6f}", "accuracy": str(chance.randrange(5, 25))}


def unmarked(text: str) -> str:
    """`text` without Vietnamese marks."""
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def shortened(name: str) -> str:
    """A unit's name as people abbreviate it."""
    if name == CITY_NAME:
        return "TP.HCM"
    for kind, short in SHORT.items():
        if name.startswith(kind + " "):
            return short + name.removeprefix(kind + " ")
    return name


def _near(chance: random.Random, ward: Ward) -> tuple[float, float]:
    """A place inside the ward: within half the radius of a circle of its area."""
    away = ward.radius_m * 0.5 * math.sqrt(chance.random())
    turn = chance.uniform(0, 2 * math.pi)
    lat = ward.lat + away * math.cos(turn) / 110_574
    lon = ward.lon + away * math.sin(turn) / (111_320 * math.cos(math.radians(ward.lat)))
    return round(lat, 6), round(lon, 6)


def _street(chance: random.Random) -> str:
    street = chance.choice(STREETS)
    house = chance.randrange(1, 400)
    return chance.choice(
        (
            f"{house} {street}",
            f"Số {house} đường {street}",
            f"{house}/{chance.randrange(1, 60)} {street}",
            f"{house}/{chance.randrange(1, 30)}/{chance.randrange(1, 9)} {street}",
            f"hẻm {house} {street}",
        )
    )


def _written(chance: random.Random, ward: Ward, street: str) -> dict[str, object]:
    unit = chance.choice(ward.old) if ward.old and chance.random() < 0.55 else None
    if chance.random() < 0.25:
        if unit is None:
            return {"street": street, "commune": ward.name, "province": CITY_NAME}
        return {"street": street, "commune": unit.ward, "district": unit.district, "province": unit.province}
    units = [ward.name, CITY_NAME] if unit is None else [unit.ward, unit.district, unit.province]
    return {"text": chance.choice(SPELLINGS)(street, units)}


def _commas(street: str, units: Sequence[str]) -> str:
    return ", ".join([street, *units])


def _dashes(street: str, units: Sequence[str]) -> str:
    return " - ".join([street, *units])


def _largest_first(street: str, units: Sequence[str]) -> str:
    return ", ".join([*reversed(units), street])


def _of_short(way: Spelling) -> Spelling:
    return lambda street, units: way(street, [shortened(unit) for unit in units])


def _of_unmarked(way: Spelling) -> Spelling:
    return lambda street, units: unmarked(way(street, units))


SPELLINGS: tuple[Spelling, ...] = (
    _commas,
    _dashes,
    _largest_first,
    _of_short(_commas),
    _of_short(_dashes),
    _of_unmarked(_commas),
    _of_unmarked(_dashes),
    _of_unmarked(_of_short(_commas)),
    lambda street, units: _commas(street, units).upper(),
    lambda street, units: _commas(street, units).lower(),
    lambda street, units: unicodedata.normalize("NFD", _commas(street, units)),
    lambda street, units: unmarked(_commas(street, units)).lower(),
)
"""Twelve ways to write street and units (smallest first) as one text."""
