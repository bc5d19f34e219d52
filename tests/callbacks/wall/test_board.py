"""The wall's panels from a city that does not exist."""

from __future__ import annotations

import json
import types
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict

import pytest

from callbacks.wall import panels
from tests.support.wallboard import CASES, EXAMPLES, examples

REMEDY = "run `python -m tests.support.wallboard` and look at what has changed"


def mismatches(value: Any, kind: Any, where: str = "") -> list[str]:
    """Where a value is not of a type of callbacks/wall/panels.py."""
    origin = get_origin(kind)
    if is_typeddict(kind):
        if not isinstance(value, dict):
            return [f"{where} is {value!r}, expected {kind.__name__}"]
        hints = get_type_hints(kind)
        missing = kind.__required_keys__ - set(value)
        found = [f"{where}.{name} is missing" for name in sorted(missing)]
        found += [f"{where}.{name} is no key" for name in sorted(set(value) - set(hints))]
        for name in set(value) & set(hints):
            found += mismatches(value[name], hints[name], f"{where}.{name}")
        return found
    if origin is list:
        return [one for item in value for one in mismatches(item, get_args(kind)[0], f"{where}[]")]
    if origin is dict:
        return [one for item in value.values() for one in mismatches(item, get_args(kind)[1], f"{where}{{}}")]
    if origin in (Union, types.UnionType):
        tried = [mismatches(value, option, where) for option in get_args(kind)]
        return min(tried, key=len)
    if origin is Literal:
        return [] if value in get_args(kind) else [f"{where} is {value!r}, expected one of {get_args(kind)}"]
    if kind is float:
        kind = (int, float)
    right = (
        value is None
        if kind is type(None)
        else isinstance(value, kind) and not (isinstance(value, bool) and kind is not bool)
    )
    return [] if right else [f"{where} is {value!r}, expected {kind}"]


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return examples()


def test_the_examples_are_what_the_program_sends(made: dict[str, str]) -> None:
    kept = {path.stem: path.read_text(encoding="utf-8") for path in EXAMPLES.glob("*.json")}
    assert sorted(kept) == sorted(made), REMEDY
    assert [name for name in kept if kept[name] != made[name]] == [], REMEDY


def test_every_answer_is_of_the_types_that_the_browser_is_written_for(made: dict[str, str]) -> None:
    assert [one for body in made.values() for one in mismatches(json.loads(body), panels.Answer)] == []


def test_the_types_are_held_against_what_they_say() -> None:
    """The check itself finds a missing key, a strange one, a wrong type and a wrong word."""
    scene = json.loads(examples()["overview"])["scene"]
    bad = {key: value for key, value in scene.items() if key != "title"}
    bad |= {"strange": 1, "index": "1", "kind": "party"}
    assert len(mismatches(bad, panels.Scene)) == 4


def test_every_kind_of_scene_has_an_example(made: dict[str, str]) -> None:
    kinds = {json.loads(made[name])["scene"]["kind"] for name in CASES}
    assert kinds == set(get_args(get_type_hints(panels.Scene)["kind"]))


def test_an_example_holds_every_panel(made: dict[str, str]) -> None:
    every = set(get_type_hints(panels.Panels))
    assert [name for name in CASES if set(json.loads(made[name])["panels"]) != every] == []


def test_english_walls_have_no_chinese_but_names(made: dict[str, str]) -> None:
    told = json.loads(made["overview.en"])
    assert told["panels"]["cards"]["title"] == "Today"
    assert told["panels"]["cards"]["rates"][0]["label"] == "Acceptance timeliness"
