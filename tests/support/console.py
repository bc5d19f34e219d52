"""Examples of the documents: ```console blocks with commands and what they print."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PROMPT = "$ python app.py "
_ANYTHING = "…"


@dataclass(frozen=True)
class Example:
    """A command as its arguments and the output that the document shows; a line "…" stands for any lines."""

    arguments: tuple[str, ...]
    output: tuple[str, ...]

    def fits(self, printed: str) -> bool:
        """Whether the command printed what the document shows."""
        lines = [r"(?:.*\n)*?" if line == _ANYTHING else re.escape(line) + r"\n" for line in self.output]
        return re.fullmatch("".join(lines), printed) is not None


def examples(path: Path) -> Iterator[Example]:
    """The examples of a document, in their order."""
    for block in _BLOCK.findall(path.read_text(encoding="utf-8")):
        for part in block.split(_PROMPT)[1:]:
            command, *output = part.rstrip("\n").split("\n")
            yield Example(tuple(shlex.split(command)), tuple(output))
