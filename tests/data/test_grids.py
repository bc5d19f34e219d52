from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.grids import Node, Tree, UnknownGrid, plant
from tests.support.city import CELL, CITY, COMMUNITY, DEDICATED, DISTRICT, OTHER_DISTRICT, STREET, small_nodes


def node(code: str, parent: str | None, kind: str | None = None) -> Node:
    return Node(code, code, parent, "level", kind)


@st.composite
def forests(draw: st.DrawFn) -> list[Node]:
    """The nodes of a random tree in random order."""
    size = draw(st.integers(1, 30))
    parents = [draw(st.integers(0, number - 1)) for number in range(1, size)]
    nodes = [node("g0", None)] + [
        node(f"g{number}", f"g{parent}", draw(st.sampled_from((None, "market"))))
        for number, parent in enumerate(parents, start=1)
    ]
    return draw(st.permutations(nodes))


@given(forests())
def test_a_tree_by_following_parents(nodes: list[Node]) -> None:
    tree = plant(nodes)
    above = {each.code: each.parent for each in nodes}

    def line(code: str) -> list[str]:
        parent = above[code]
        return [code] if parent is None else [*line(parent), code]

    assert len(tree) == len(nodes)
    assert [grid.id for grid in tree] == list(range(1, len(nodes) + 1))
    for grid in tree:
        ancestors = line(grid.code)[:-1]
        assert [each.code for each in tree.ancestors(grid.code)] == ancestors
        assert grid.depth == len(ancestors)
        assert grid.parent == above[grid.code]
        below = {code for code in above if grid.code in line(code)}
        assert {each.code for each in tree if grid.id <= each.id <= grid.last_id} == below
        assert {code for code in above if tree.contains(grid.code, code)} == below
        assert {child.code for child in tree.children(grid.code)} == {
            c for c, p in above.items() if p == grid.code
        }
        for depth in range(tree.max_depth + 2):
            at_depth = tree.at_depth(grid.code, depth)
            assert {each.code for each in at_depth} == {c for c in below if len(line(c)) == depth + 1}
            assert [each.id for each in at_depth] == sorted(each.id for each in at_depth)
            expected = line(grid.code)[min(depth, grid.depth)]
            assert tree.by_id(int(tree.ancestor_ids(depth)[grid.id])).code == expected
    assert tree.max_depth == max(len(line(code)) for code in above) - 1


@given(forests(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(nodes: list[Node], random: Random) -> None:
    shuffled = list(nodes)
    random.shuffle(shuffled)
    assert list(plant(shuffled)) == list(plant(nodes))


def test_children_stand_by_code_and_dedicated_grids_after_ordinary_ones() -> None:
    tree = plant([node("a", None), node("a1", "a", "market"), node("a3", "a"), node("a2", "a")])
    assert [grid.code for grid in tree.children("a")] == ["a2", "a3", "a1"]
    assert tree.children("a1") == ()


def test_the_small_city() -> None:
    tree = plant(small_nodes())
    assert tree.root.code == CITY
    assert [grid.code for grid in tree.ancestors(CELL)] == [CITY, DISTRICT, STREET, COMMUNITY]
    assert tree.get(DEDICATED).kind == "market"
    assert tree.get(DEDICATED).depth == tree.get(CELL).depth == tree.max_depth == 4
    assert not tree.contains(OTHER_DISTRICT, CELL)
    assert CELL in tree
    assert "nowhere" not in tree
    assert tree.ancestor_ids(9).tolist() == list(range(len(tree) + 1))
    assert tree.ancestor_ids(0).tolist() == [0] + [1] * len(tree)
    assert tree.ancestor_ids(1).dtype == np.int64


@pytest.mark.parametrize(
    ("nodes", "sentence"),
    [
        ([node("a", None), node("b", "a"), node("b", "a")], "a code comes twice"),
        ([node("a", None), node("b", "c")], "names the parent 'c', which no row has"),
        ([node("a", None), node("b", None)], "expected one grid without a parent .the city., found 2"),
        ([], "found 0"),
        ([node("a", None), node("b", "c"), node("c", "b")], "their parents name each other in a circle"),
        ([node("a", None), node("b", "b")], "in a circle"),
    ],
)
def test_what_is_no_tree(nodes: list[Node], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        plant(nodes)


def test_an_unknown_grid_is_a_plain_sentence() -> None:
    tree = plant(small_nodes())
    for ask in (
        tree.get,
        tree.ancestors,
        lambda code: tree.at_depth(code, 1),
        lambda code: tree.contains(code, CITY),
    ):
        with pytest.raises(UnknownGrid, match="expected the code of a grid of '11', found 'x'"):
            ask("x")


def test_a_store_without_a_city() -> None:
    empty = Tree(())
    with pytest.raises(UnknownGrid, match="holds no city yet"):
        _ = empty.root
    with pytest.raises(UnknownGrid, match="holds no city yet"):
        empty.get("x")
    assert len(empty) == empty.max_depth == 0


def test_a_deep_tree_is_planted_without_recursion() -> None:
    count = 3000
    tree = plant([node("g0", None)] + [node(f"g{n}", f"g{n - 1}") for n in range(1, count)])
    assert tree.max_depth == count - 1
    assert tree.get(f"g{count - 1}").id == tree.root.last_id == count


def test_a_bounded_tree_knows_its_grid_and_what_lies_below_and_nothing_else() -> None:
    """Ids, depths and columns stay those of the city; what lies beyond is unknown, and told of once it is asked for."""
    nodes = [Node("c", "C", None, "city")]
    nodes += [Node(f"c{d}", f"D{d}", "c", "district") for d in (1, 2)]
    nodes += [Node(f"c{d}{s}", f"S{d}{s}", f"c{d}", "street") for d in (1, 2) for s in (1, 2, 3)]
    city, asked = plant(nodes), list[str]()
    part = city.within("c2", asked.append)
    assert [grid.code for grid in part] == ["c2", "c21", "c22", "c23"]
    assert (part.root.code, part.root.parent, part.root.depth, len(part)) == ("c2", None, 1, 4)
    assert (part.bounded, city.bounded, part.places) == (True, False, len(city) + 1)
    assert all(part.get(grid.code).id == city.get(grid.code).id for grid in part)
    assert part.level("c2", 2).codes == city.level("c2", 2).codes
    assert part.ancestor_ids(2).tolist() == city.ancestor_ids(2).tolist()
    assert [grid.code for grid in part.ancestors("c22")] == ["c2"]
    assert part.by_id(city.get("c23").id).code == "c23"
    assert asked == []
    for code in ("c", "c1", "c11", "nowhere"):
        assert code not in part
        with pytest.raises(UnknownGrid, match="expected the code of a grid of 'c2'"):
            part.get(code)
        with pytest.raises(UnknownGrid):
            part.level(code, 2)
    assert set(asked) == {"c", "c1", "c11", "nowhere"}
    assert "" not in part
    assert "" not in asked
    for outside in ("c", "c1", "c13"):
        with pytest.raises(UnknownGrid):
            part.by_id(city.get(outside).id)
    with pytest.raises(UnknownGrid):
        part.within("c1")
    assert part.within("c22").root.code == "c22"
