from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.searching import blocks, positions_in, shard_of
from data.tokens import LONGEST, folded, holds, pairs, pairs_of_many, terms_of

texts = st.text(alphabet=st.sampled_from("占道经营井盖ABab１2 ，。-\n\x1e1234567"), max_size=30)


@given(st.lists(texts, min_size=1, max_size=8), st.text(alphabet="占道经营井盖ab", min_size=2, max_size=5))
def test_every_text_that_holds_a_term_has_its_pairs(many: list[str], term: str) -> None:
    found = pairs_of_many(many, np.arange(len(many), dtype=np.int64))
    held = {
        place
        for place in range(len(many))
        if all(((pair << 16) | place) in set(found.tolist()) for pair in pairs(term))
    }
    there = {place for place, text in enumerate(many) if holds(folded(text), [term])}
    assert there <= held
    if len(term) == 2:
        assert there == held


@given(st.lists(texts, min_size=1, max_size=8))
def test_a_block_gives_back_what_was_packed(many: list[str]) -> None:
    found = pairs_of_many(many, np.arange(len(many), dtype=np.int64))
    kept = dict(blocks(found))
    for token in np.unique(found >> 16).tolist():
        shard = int(shard_of(np.array([token]))[0])
        assert positions_in(kept[shard], token).tolist() == (found[found >> 16 == token] & 0xFFFF).tolist()
    assert all(len(positions_in(block, 1)) == 0 for block in kept.values())


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("占道", ("占道",)),
        ("占道 经营", ("占道", "经营")),
        ("占道，经营", ("占道", "经营")),
        ("ＡＢＣ", ("abc",)),
        ("Noise", ("noise",)),
        ("占道 占道", ("占道",)),
        ("路", ()),
        ("  ", ()),
    ],
)
def test_what_is_typed_becomes_terms(typed: str, terms: tuple[str, ...]) -> None:
    assert terms_of(typed).terms == terms


@pytest.mark.parametrize(
    "typed", ["13812345678", "138-1234-5678", "138 1234 5678", "占道 13812345678", "１３８１２３４５６７８"]
)
def test_a_personal_number_is_looked_for_by_nobody(typed: str) -> None:
    asked = terms_of(typed)
    assert asked.personal
    assert all(not term.isdigit() for term in asked.terms)
    assert "138" not in folded(f"电话{typed}")


def test_a_single_character_is_said_to_be_too_short() -> None:
    assert terms_of("路").short
    assert not terms_of("道路").short


def test_nothing_is_endless() -> None:
    assert len(terms_of("占道 " * 1000).terms) == 1
    assert sum(len(term) for term in terms_of("x" * 5000).terms) <= LONGEST


@given(st.text(max_size=60))
def test_any_text_is_folded(text: str) -> None:
    told = folded(text)
    assert all(one == " " or one.isalnum() for one in told)
    assert folded(told) == told
