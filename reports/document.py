"""What a bulletin says, as parts in their order: the same for the PDF, the Word file and the page in the browser.

Nothing here knows a font, a page or a database. Texts are final: numbers stand in them as they are printed. A document
turns into JSON and back without loss, so an edition that was issued can be set again in any form, to the same text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Literal, TypeAlias, get_args

from data.clocks import Instant

Language = Literal["zh", "en"]
Align = Literal["left", "center", "right"]


@dataclass(frozen=True)
class Heading:
    """A heading with its own number in the text ("一、总体情况"); level 1 is set in 黑体, level 2 in 楷体."""

    level: Literal[1, 2]
    text: str


@dataclass(frozen=True)
class Paragraph:
    """Running text; `lead` stands before it and is set apart from it."""

    text: str
    lead: str = ""


@dataclass(frozen=True)
class Column:
    """A column of a table; `width` is its share of the room left, 0 for as wide as what stands in it."""

    label: str
    align: Align = "right"
    width: float = 0.0


@dataclass(frozen=True)
class Table:
    """A table whose head repeats on every page; `strong` are the places of rows that stand out (sums), `size` "small"
    is for long appendices, `note` stands below. Every cell is text as printed."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    strong: tuple[int, ...] = ()
    size: Literal["normal", "small"] = "normal"


@dataclass(frozen=True)
class Series:
    """A line or a row of bars; None is no data, never zero."""

    name: str
    values: tuple[float | None, ...]
    muted: bool = False


@dataclass(frozen=True)
class Chart:
    """A chart to be drawn: "lines" over `labels`, or "bars", one for each label. `percent` shows values as shares.
    `alt` says in words what the picture shows."""

    title: str
    kind: Literal["lines", "bars"]
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    alt: str
    percent: bool = False
    unit: str = ""
    note: str = ""


@dataclass(frozen=True)
class GridMap:
    """A map to be drawn: grids by their codes with a value each (None: no data) and the classes they are coloured by.
    `scope` is the grid whose outline frames them."""

    title: str
    scope: str
    values: Mapping[str, float | None]
    names: Mapping[str, str]
    bounds: tuple[float, ...]
    class_labels: tuple[str, ...]
    alt: str
    no_data_label: str = ""
    note: str = ""


@dataclass(frozen=True)
class Drawing:
    """A picture that is drawn: a vector image as it goes into every form."""

    title: str
    svg: str
    width_mm: float
    height_mm: float
    alt: str
    note: str = ""


@dataclass(frozen=True)
class Break:
    """What follows begins on a new page."""


@dataclass(frozen=True)
class Signature:
    """Where issuer and date stand, before appendices; a document without this part has them after its last part."""


Part: TypeAlias = Heading | Paragraph | Table | Chart | GridMap | Drawing | Break | Signature
_PARTS: Final = {one.__name__: one for one in get_args(Part)}


@dataclass(frozen=True)
class Document:
    """A bulletin in full. `template` names the page it is set on: "daily" or "month". `title` stands on one line where
    it fits, else on a line for each part. `number` is the document number as printed, empty where there is none (yet);
    `marks` stand at the top left (demonstration, illustrative, draft, revision). `notes` are the small print at the
    end; `copies` says who else gets it (抄送), empty for nobody. `contents` asks for a table of contents."""

    template: Literal["daily", "month"]
    language: Language
    organisation: str
    number: str
    marks: tuple[str, ...]
    title: tuple[str, ...]
    subject: str
    addressee: str
    parts: tuple[Part, ...]
    date: str
    as_of: Instant
    notes_label: str
    notes: tuple[str, ...]
    copies: str = ""
    contents: bool = False


def to_json(document: Document) -> dict[str, Any]:
    """The document as JSON; each part says what it is under "part"."""
    made = {each.name: getattr(document, each.name) for each in fields(document)}
    return {**made, "parts": [{"part": type(one).__name__, **asdict(one)} for one in document.parts]}


def from_json(kept: Mapping[str, Any]) -> Document:
    """The document that `to_json` made, from JSON that was written and read. Raises ValueError for another."""
    try:
        parts = tuple(_part(one) for one in kept["parts"])
        return Document(**{**{name: _tuples(value) for name, value in kept.items()}, "parts": parts})
    except (KeyError, TypeError) as error:
        raise ValueError(
            f"expected a document as reports.document writes it, found another: {error}"
        ) from None


def _part(kept: Mapping[str, Any]) -> Part:
    known = _PARTS[kept["part"]]
    given = {name: _tuples(value) for name, value in kept.items() if name != "part"}
    if known is Table:
        given["columns"] = tuple(Column(**one) for one in kept["columns"])
    if known is Chart:
        given["series"] = tuple(
            Series(**{name: _tuples(value) for name, value in one.items()}) for one in kept["series"]
        )
    made: Part = known(**given)
    return made


def _tuples(value: Any) -> Any:
    return tuple(_tuples(one) for one in value) if isinstance(value, list) else value
