"""Bytes as a browser takes them: compressed in a way that it understands, as thoroughly as they are worth."""

from __future__ import annotations

import gzip
from typing import Literal, TypeAlias

import brotli
from flask import Request

Way: TypeAlias = Literal["br", "gzip"]
Effort: TypeAlias = Literal["quick", "good", "thorough"]
"""From what is sent once to what is sent for as long as the process lives."""

_WAYS: tuple[Way, ...] = ("br", "gzip")
_BROTLI: dict[Effort, int] = {"quick": 4, "good": 5, "thorough": 9}
_GZIP: dict[Effort, int] = {"quick": 3, "good": 6, "thorough": 9}


def way_of(asked: Request) -> Way | None:
    """The best way that the request accepts; None where it accepts neither."""
    named = asked.headers.get("Accept-Encoding", "")
    return next((way for way in _WAYS if way in named and asked.accept_encodings[way] > 0), None)


def pack(body: bytes, way: Way, effort: Effort) -> bytes:
    """The body compressed; equal bodies have equal bytes."""
    if way == "br":
        packed: bytes = brotli.compress(body, quality=_BROTLI[effort])
        return packed
    return gzip.compress(body, _GZIP[effort], mtime=0)
