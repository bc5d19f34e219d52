"""Geometry as a browser takes it: whole numbers, each the difference to the one before, in as few bytes as it needs."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

PER_DEGREE = 100_000
"""Whole numbers to a degree: places are kept to about a metre."""

Ints = NDArray[np.int64]


def quantised(outlines: Any) -> Any:
    """Outlines with every coordinate on the grid of whole numbers; shared borders stay shared."""
    return shapely.transform(outlines, lambda xy: np.round(xy * PER_DEGREE) / PER_DEGREE)


def varints(numbers: Ints) -> bytes:
    """Numbers in seven bits a byte, small ones in one; the sign stands in the lowest bit."""
    folded = ((numbers << 1) ^ (numbers >> 63)).astype(np.uint64)
    groups = np.stack([(folded >> np.uint64(7 * place)) & np.uint64(0x7F) for place in range(5)], axis=1)
    places = np.arange(5)
    wide = 1 + (folded[:, None] >= (np.uint64(1) << (7 * places[1:]).astype(np.uint64))).sum(axis=1)
    kept = places[None, :] < wide[:, None]
    groups |= np.where(places[None, :] < wide[:, None] - 1, np.uint64(0x80), np.uint64(0))
    packed_bytes: bytes = groups[kept].astype(np.uint8).tobytes()
    return packed_bytes


def differences(numbers: Ints) -> Ints:
    """Each number less the one before it; the first as it is."""
    return np.diff(numbers, prepend=np.zeros(1, dtype=np.int64))


def digest(body: bytes) -> str:
    """A name for this very content."""
    return hashlib.sha256(body).hexdigest()[:16]


def packed(header: Mapping[str, Any], body: bytes) -> bytes:
    """A header as JSON behind its length, filled up to a whole number of four bytes, then the body."""
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    return struct.pack("<I", len(text)) + text + body


def unpacked(data: bytes) -> tuple[dict[str, Any], bytes]:
    """Header and body of `packed` data."""
    (length,) = struct.unpack_from("<I", data)
    return json.loads(data[4 : 4 + length]), data[4 + length :]


def shortened(texts: Sequence[str], above: Sequence[str | None]) -> list[str]:
    """Texts that begin with the one above them as "+" and the rest, the others as "=" and all."""
    return [
        f"+{text[len(first) :]}" if first and text.startswith(first) else f"={text}"
        for text, first in zip(texts, above, strict=True)
    ]


def outline_numbers(outlines: Any) -> tuple[dict[str, int], list[Ints]]:
    """Outlines (polygons, multipolygons or None) as counts and number sequences, in this order.

    Parts of each outline, rings of each part, points of each ring (the closing one left out), differences of x, of y.
    """
    count = len(outlines)
    areal = np.where(np.isin(shapely.get_type_id(outlines), (3, 6)), outlines, None)
    parts, part_of = shapely.get_parts(areal, return_index=True)
    rings, ring_of = shapely.get_rings(parts, return_index=True)
    points, point_of = shapely.get_coordinates(rings, return_index=True)
    sizes = np.bincount(point_of, minlength=len(rings))
    # The last point of a ring is its first.
    closing = np.cumsum(sizes)[sizes > 0] - 1
    numbers = np.delete(np.round(points * PER_DEGREE).astype(np.int64), closing, axis=0)
    sequences = [
        np.bincount(part_of, minlength=count),
        np.bincount(ring_of, minlength=len(parts)),
        np.maximum(sizes - 1, 0),
        differences(numbers[:, 0]),
        differences(numbers[:, 1]),
    ]
    counts = {"parts": len(parts), "rings": len(rings), "points": len(numbers)}
    return counts, [sequence.astype(np.int64) for sequence in sequences]
