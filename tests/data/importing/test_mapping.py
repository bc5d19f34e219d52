"""Mappings: what they may say, and what is told when they say something else."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from data.importing.mapping import MappingError, parse_mapping, read_mapping
from tests.data.importing.small import BOSTON, PLAIN, page_files, plain


def test_bostons_mapping_names_its_columns() -> None:
    mapping = read_mapping(BOSTON / "mappings" / "boston311.toml")
    assert mapping.name == mapping.source == "boston311"
    assert mapping.handle_due.empty == mapping.accept_due.empty == "none"
    assert mapping.grid.aliases == {"Longwood": "boston-longwood-medical-area"}
    assert mapping.columns()[0] == "case_id"
    assert len(set(mapping.columns())) == len(mapping.columns()) == 14


def test_the_documented_mapping_reads() -> None:
    mapping = parse_mapping("hotline", tomllib.loads(page_files()["mappings/hotline.toml"]))
    assert mapping.grid.names == ("区县", "街道")
    assert mapping.formats == ("iso", "%Y/%m/%d %H:%M")
    assert mapping.fields["rating"].values["基本满意"] == "3"
    assert mapping.point is not None
    assert mapping.point.datum == "gcj02"
    assert "-" in mapping.blanks


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"source": ""}, '"source" is missing'),
        ({"sources": "x"}, '"sources", which means nothing here'),
        ({"fields": {"key": "id"}}, '[fields] lacks "category"'),
        ({"fields": {**PLAIN["fields"], "titel": "x"}}, '"titel", which means nothing here'),
        ({"fields": {**PLAIN["fields"], "unit": {"columm": "x"}}}, "needs exactly one of column"),
        ({"fields": {**PLAIN["fields"], "unit": 3}}, "must be a column's name or a table"),
        ({"times": {"handled": "h"}}, '[times] lacks "reported"'),
        (
            {"times": {"reported": "r", "rated": "x"}},
            'needs both "rating" in [fields] and "rated" in [times]',
        ),
        ({"times": {"reported": "r", "zone": "Beijing"}}, "[times] zone must be a time zone"),
        ({"times": {"reported": "r", "formats": []}}, "formats is empty"),
        ({"due": {"handle": "never"}}, '[due] handle must be "limits"'),
        (
            {"due": {"handle": {"column": "due", "changed": "maybe"}}},
            "due.handle.changed must be one of refuse, keep",
        ),
        (
            {"grid": {"by": ["magic"]}},
            "[grid] by must list ways to find the grid out of code, name, point; found magic",
        ),
        ({"grid": {"by": ["code"]}}, "[grid] must say which column holds it"),
        (
            {"grid": {"by": ["point"]}, "point": {"lon": "x"}},
            "[point] must name the columns of both coordinates",
        ),
        (
            {"point": {"lon": "x", "lat": "y", "datum": "wgs72"}},
            "point.datum must be one of wgs84, gcj02, bd09",
        ),
        ({"file": {"encoding": "latin-1"}}, "file.encoding must be one of auto, utf-8, gb18030"),
        ({"file": {"delimiter": "::"}}, "file.delimiter must be one character"),
        ({"notes": {"rated": "x"}}, '[notes] has "rated", but [times] has no such fact'),
    ],
)
def test_a_fault_is_told_in_plain_words(changes: dict[str, object], said: str) -> None:
    with pytest.raises(MappingError) as caught:
        plain(**changes)
    assert said in str(caught.value)


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(MappingError) as caught:
        plain(source="", times={}, file={"encoding": "ebcdic"})
    assert len(caught.value.faults) == 3


def test_a_file_that_is_no_toml_is_told(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("source = \n", encoding="utf-8")
    with pytest.raises(MappingError, match="not valid TOML"):
        read_mapping(tmp_path / "bad.toml")
    with pytest.raises(MappingError, match="cannot be read"):
        read_mapping(tmp_path / "none.toml")
