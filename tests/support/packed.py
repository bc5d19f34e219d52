"""Reads what a map's browser reads, in Python: levels, classes, figures and points as they travel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon

from maps.wire import unpacked


@dataclass(frozen=True)
class PackedLevel:
    """A level as a browser has it: texts in full, outlines in degrees (None where there is none)."""

    header: dict[str, Any]
    codes: list[str]
    names: list[str]
    above: list[int]
    spots: list[tuple[float, float]]
    rooms: list[float]
    outlines: list[Polygon | MultiPolygon | None]


def numbers(body: bytes) -> Iterator[int]:
    """Signed numbers of seven bits a byte."""
    value, shift = 0, 0
    for byte in body:
        value |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            yield -(value + 1) // 2 if value & 1 else value // 2
            value, shift = 0, 0
    assert shift == 0, "the last number is not whole"


def read_level(data: bytes, upper: PackedLevel | None = None) -> PackedLevel:
    """A level from its bytes; `upper` is the level above, from which texts are completed."""
    header, body = unpacked(data)
    read = numbers(body)
    count, unit = header["count"], header["perDegree"]

    def many(length: int) -> list[int]:
        return [next(read) for _ in range(length)]

    def sums(length: int) -> list[int]:
        return list(accumulate(many(length)))

    parts, rings, sizes = many(count), many(header["parts"]), many(header["rings"])
    x, y = sums(header["points"]), sums(header["points"])
    above, label_x, label_y, rooms = sums(count), sums(count), sums(count), many(count)
    assert next(read, None) is None
    places = iter(zip(x, y, strict=True))
    ring_sizes, ring_counts = iter(sizes), iter(rings)
    outlines: list[Polygon | MultiPolygon | None] = []
    for number in parts:
        polygons = []
        for _ in range(number):
            lines = [
                [(lon / unit, lat / unit) for lon, lat in (next(places) for _ in range(next(ring_sizes)))]
                for _ in range(next(ring_counts))
            ]
            polygons.append(Polygon(lines[0], lines[1:]))
        outlines.append(None if not polygons else polygons[0] if number == 1 else MultiPolygon(polygons))

    def whole(texts: list[str], first: list[str]) -> list[str]:
        return [
            (first[place] if text[0] == "+" else "") + text[1:]
            for text, place in zip(texts, above, strict=True)
        ]

    return PackedLevel(
        header,
        whole(header["codes"], upper.codes if upper else []),
        whole(header["names"], upper.names if upper else []),
        above,
        [(lon / unit, lat / unit) for lon, lat in zip(label_x, label_y, strict=True)],
        [room / unit for room in rooms],
        outlines,
    )


def read_classes(data: bytes) -> tuple[dict[str, Any], NDArray[np.uint8]]:
    """Header and class of each grid."""
    header, body = unpacked(data)
    return header, np.frombuffer(body, dtype=np.uint8)


def read_figures(data: bytes) -> tuple[dict[str, Any], NDArray[np.int32]]:
    """Header, and numerator, denominator and rank of each grid as three rows."""
    header, body = unpacked(data)
    return header, np.frombuffer(body, dtype="<i4").reshape(3, -1)
