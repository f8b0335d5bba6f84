"""A reader of QR codes for tests: from the picture's paths to its text, by ISO/IEC 18004, without error correction."""

import re
from collections.abc import Callable, Iterator
from xml.etree import ElementTree

Matrix = list[list[bool]]
SVG = "{http://www.w3.org/2000/svg}"
_ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
# Level M of the versions 4 to 7: data codewords of each block, and where alignment patterns stand.
_BLOCKS = {4: (32, 32), 5: (43, 43), 6: (27,) * 4, 7: (31,) * 4}
_ALIGNED = {4: (6, 26), 5: (6, 30), 6: (6, 34), 7: (6, 22, 38)}
_MASKS: tuple[Callable[[int, int], int], ...] = (
    lambda y, x: (y + x) % 2,
    lambda y, x: y % 2,
    lambda y, x: x % 3,
    lambda y, x: (y + x) % 3,
    lambda y, x: (y // 2 + x // 3) % 2,
    lambda y, x: y * x % 2 + y * x % 3,
    lambda y, x: (y * x % 2 + y * x % 3) % 2,
    lambda y, x: ((y + x) % 2 + y * x % 3) % 2,
)


def parsed(svg: str) -> ElementTree.Element:
    """The picture's elements."""
    return ElementTree.fromstring(svg)  # noqa: S314 - our own picture


def drawn(svg: str, quiet: int) -> Matrix:
    """The modules of a picture by segno, without its quiet zone; dark is True. Fails when something dark is in it."""
    root = parsed(svg)
    whole = int(root.attrib["viewBox"].split()[2])
    modules = [[False] * whole for _ in range(whole)]
    path = next(each for each in root.iter(f"{SVG}path") if each.get("stroke"))
    x = y = 0.0
    for command, given in re.findall(r"([Mmh])([^Mmh]+)", path.attrib["d"]):
        numbers = [float(number) for number in re.findall(r"-?[0-9.]+", given)]
        if command == "h":
            for step in range(int(numbers[0])):
                modules[int(y)][int(x) + step] = True
            x += numbers[0]
        else:
            x, y = numbers if command == "M" else (x + numbers[0], y + numbers[1])
    inner = range(quiet, whole - quiet)
    assert sum(map(sum, modules)) == sum(modules[row][column] for row in inner for column in inner)
    return [[modules[row][column] for column in inner] for row in inner]


def text_of(matrix: Matrix) -> str:
    """What the code says; its error level must be M and its version 4 to 7."""
    version = (len(matrix) - 17) // 4
    format_bits = [matrix[8][x] for x in (0, 1, 2, 3, 4, 5, 7, 8)]
    written = int("".join("01"[bit] for bit in format_bits[:5]), 2) ^ 0b10101
    assert written >> 3 == 0b00, "the error level is not M"
    mask = _MASKS[written & 0b111]
    bits = [matrix[y][x] ^ (mask(y, x) == 0) for y, x in _path(len(matrix), _ALIGNED[version])]
    codewords = [int("".join("01"[bit] for bit in bits[at : at + 8]), 2) for at in range(0, len(bits) - 7, 8)]
    blocks = _BLOCKS[version]
    data = [codewords[at * len(blocks) + block] for block in range(len(blocks)) for at in range(blocks[0])]
    return _said("".join(f"{codeword:08b}" for codeword in data))


def _path(size: int, aligned: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    """The data modules in reading order: pairs of columns from the right, up and down in turn."""
    last = size - 1
    up = True
    for right in (*range(last, 6, -2), *range(5, 0, -2)):
        for y in range(last, -1, -1) if up else range(size):
            for x in (right, right - 1):
                if not _reserved(y, x, size, aligned):
                    yield y, x
        up = not up


def _reserved(y: int, x: int, size: int, aligned: tuple[int, ...]) -> bool:
    if y == 6 or x == 6 or (y < 9 and x < 9) or (y < 9 and x >= size - 8) or (y >= size - 8 and x < 9):
        return True
    if size >= 45 and ((y < 6 and x >= size - 11) or (x < 6 and y >= size - 11)):
        return True
    corners = {(aligned[0], aligned[0]), (aligned[0], aligned[-1]), (aligned[-1], aligned[0])}
    return any(abs(y - cy) <= 2 and abs(x - cx) <= 2 for cy in aligned for cx in aligned if (cy, cx) not in corners)


def _said(bits: str) -> str:
    mode, rest = bits[:4], bits[4:]
    if mode == "0100":
        length = int(rest[:8], 2)
        return bytes(int(rest[8 + at : 16 + at], 2) for at in range(0, length * 8, 8)).decode()
    assert mode == "0010", f"mode {mode} is not read here"
    length, rest, said = int(rest[:9], 2), rest[9:], ""
    while length:
        wide = 11 if length > 1 else 6
        value, rest = int(rest[:wide], 2), rest[wide:]
        said += (_ALPHANUMERIC[value // 45] if wide == 11 else "") + _ALPHANUMERIC[value % 45]
        length -= 2 if wide == 11 else 1
    return said
