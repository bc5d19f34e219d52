"""What poppler's tools see in a PDF."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tests.support.missing import MissingComponent

DPI = 200
_WORD = re.compile(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*)</word>')


def run(tool: str, *arguments: str) -> bytes:
    """The standard output of one of poppler's tools."""
    if shutil.which(tool) is None:
        raise MissingComponent("poppler-utils", f"no {tool} on the PATH")
    return subprocess.run([tool, *arguments], check=True, capture_output=True).stdout


def text(pdf: Path) -> str:
    """The text without any white space, because justified Chinese is full of it."""
    return re.sub(r"\s+", "", run("pdftotext", "-layout", str(pdf), "-").decode())


def fonts(pdf: Path) -> list[dict[str, str]]:
    """A row for each font: name, type, and whether it is embedded, a subset, and mapped to Unicode."""
    lines = run("pdffonts", str(pdf)).decode().splitlines()
    starts = [match.start() for match in re.finditer(r"-+", lines[1])]
    heads = ("name", "type", "encoding", "emb", "sub", "uni")
    return [
        {head: line[start:end].strip() for head, start, end in zip(heads, starts, starts[1:], strict=False)}
        for line in lines[2:]
    ]


def info(pdf: Path) -> dict[str, str]:
    """What pdfinfo says, by label."""
    pairs = (line.split(":", 1) for line in run("pdfinfo", str(pdf)).decode().splitlines() if ":" in line)
    return {label: value.strip() for label, value in pairs}


def image(pdf: Path) -> npt.NDArray[np.uint8]:
    """The first page as (row, column, red-green-blue) at DPI."""
    ppm = run("pdftoppm", "-r", str(DPI), "-f", "1", "-l", "1", str(pdf))
    head = re.match(rb"P6\s+(\d+)\s+(\d+)\s+255\s", ppm)
    assert head is not None
    width, height = int(head[1]), int(head[2])
    return np.frombuffer(ppm, np.uint8, offset=head.end()).reshape(height, width, 3)


def millimetres(pixels: int) -> float:
    """Pixels of `image` in millimetres."""
    return pixels * 25.4 / DPI


@dataclass(frozen=True)
class Word:
    """A run of text without white space; edges in mm from the page's upper left."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


def words(pdf: Path) -> list[list[Word]]:
    """The words of each page, in the order of the text."""
    pages: list[list[Word]] = []
    for line in run("pdftotext", "-bbox", str(pdf), "-").decode().splitlines():
        if line.strip().startswith("<page "):
            pages.append([])
        found = _WORD.search(line)
        if found is not None:
            left, top, right, bottom = (float(found[place]) * 25.4 / 72 for place in range(1, 5))
            pages[-1].append(Word(html.unescape(found[5]), left, top, right, bottom))
    return pages
