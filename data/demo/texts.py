"""What is written of an event: titles, descriptions and addresses from the names of its grid and the words of its
category, put together when they are asked for, since millions of them would fill the memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import TypeAlias, overload

import numpy as np

from data.demo.chance import Ints
from data.demo.draws import uniform
from data.demo.handling import Cases
from data.demo.model import Model
from data.demo.places import Places

_AT_A_TIME = 50_000

_OPENING, _PLACE, _SAID = "{opening}", "{place}", "{said}"


_Words: TypeAlias = tuple[int, str, int]
"""A street's id, a name in it, and the kind of its place words."""


class Lazy(Sequence[str]):
    """Texts that are made when they are asked for; `make` gives those of a slice."""

    def __init__(self, length: int, make: Callable[[slice], list[str]]) -> None:
        self._length = length
        self._make = make

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[str]:
        for start in range(0, self._length, _AT_A_TIME):
            yield from self._make(slice(start, min(start + _AT_A_TIME, self._length)))

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return self._make(index)
        place = range(self._length)[index]
        return self._make(slice(place, place + 1))[0]


class Writer:
    """Writes for one city under a seed."""

    def __init__(self, seed: int, model: Model, places: Places) -> None:
        self.seed = seed
        self.model = model
        self.places = places

    def titles(self, cases: Cases) -> Lazy:
        """Titles: what is the matter, and where."""

        def make(part: slice) -> list[str]:
            some = cases.part(part)
            return [
                place + said
                for place, said in zip(self._take(self._labels, some), self._said(some), strict=True)
            ]

        return Lazy(len(cases), make)

    def descriptions(self, cases: Cases) -> Lazy:
        """Descriptions: a sentence in the manner of the channel."""

        def make(part: slice) -> list[str]:
            some = cases.part(part)
            template = self._template_of(some)
            heads = [
                self._heads[row][column] for row, column in zip(template, some.channel.tolist(), strict=True)
            ]
            places, said = self._take(self._labels, some), self._said(some)
            return [
                head + place + self._templates[row][2] + what + self._templates[row][3]
                for head, row, place, what in zip(heads, template, places, said, strict=True)
            ]

        return Lazy(len(cases), make)

    def addresses(self, cases: Cases) -> Lazy:
        """Addresses: district, street and place."""
        return Lazy(len(cases), lambda part: self._take(self._addresses, cases.part(part)))

    def units(self, cases: Cases) -> Lazy:
        """The units that answer."""

        def make(part: slice) -> list[str]:
            some = cases.part(part)
            tops = self._tops[some.happening].tolist()
            return [
                self._street_names[street] + self._holders[top]
                for street, top in zip(self.places.streets[some.leaf].tolist(), tops, strict=True)
            ]

        return Lazy(len(cases), make)

    def _template_of(self, cases: Cases) -> list[int]:
        """Which description each case has: those of visits come after the others."""
        visits = np.array([each.top_code in self.model.texts["visits"] for each in self.model.happenings])
        others = len(self.model.texts["descriptions"])
        count = np.where(visits[cases.happening], len(self._templates) - others, others)
        place = (uniform(self.seed, "description", cases.numbers) * count).astype(np.int64)
        found: list[int] = (place + np.where(visits[cases.happening], others, 0)).tolist()
        return found

    def _take(self, texts: list[str], cases: Cases) -> list[str]:
        kind = np.array([each.places in self.model.texts["homes"] for each in self.model.happenings])[
            cases.happening
        ].astype(np.int64)
        count = self._pattern_counts[self._pattern_kind[kind, cases.leaf]]
        pattern = (uniform(self.seed, "place", cases.words) * count).astype(np.int64)
        return [texts[place] for place in (self._first[kind, cases.leaf] + pattern).tolist()]

    def _said(self, cases: Cases) -> list[str]:
        counts = np.array([len(each.phrases) for each in self.model.happenings])[cases.happening]
        phrase = (uniform(self.seed, "said", cases.words) * counts).astype(np.int64)
        return [
            self.model.happenings[happening].phrases[place]
            for happening, place in zip(cases.happening.tolist(), phrase.tolist(), strict=True)
        ]

    @cached_property
    def _templates(self) -> list[tuple[str, str, str, str]]:
        """Each description cut at the opening, the place and what is said."""
        found = []
        for template in (*self.model.texts["descriptions"], *self.model.texts["visit_descriptions"]):
            before, rest = template.split(_OPENING)
            between, rest = rest.split(_PLACE)
            middle, end = rest.split(_SAID)
            found.append((before, between, middle, end))
        return found

    @cached_property
    def _heads(self) -> list[list[str]]:
        """What stands before the place, by template and channel."""
        return [
            [before + channel.opening + between for channel in self.model.channels]
            for before, between, _, _ in self._templates
        ]

    @cached_property
    def _patterns(self) -> tuple[list[str], ...]:
        texts = self.model.texts
        return texts["street_places"], texts["rural_places"], texts["dedicated_places"], texts["home_places"]

    @cached_property
    def _pattern_counts(self) -> Ints:
        return np.array([len(patterns) for patterns in self._patterns], dtype=np.int64)

    @cached_property
    def _pattern_kind(self) -> Ints:
        """Which place words each leaf has: for what happens anywhere, and for what happens at home."""
        dedicated = np.array([grid.kind is not None for grid in self.places.leaves])
        special = np.where(dedicated, 2, 1)
        ordinary = ~dedicated & ~self.places.rural
        return np.stack([np.where(ordinary, 0, special), np.where(ordinary, 3, special)]).astype(np.int64)

    @cached_property
    def _named(self) -> list[str]:
        """What each leaf is called in a sentence: its community, or the dedicated grid itself."""
        return [
            (grid if grid.kind is not None else self.places.community(grid)).name
            for grid in self.places.leaves
        ]

    @cached_property
    def _first(self) -> Ints:
        """Where each leaf's place words begin in the lists of labels and addresses; leaves of one name share them."""
        starts: dict[_Words, int] = {}
        found, place = [], 0
        for words in self._keys:
            if words not in starts:
                starts[words] = place
                place += len(self._patterns[words[2]])
            found.append(starts[words])
        return np.array(found, dtype=np.int64).reshape(2, -1)

    @cached_property
    def _keys(self) -> list[_Words]:
        streets = self.places.streets.tolist()
        return [
            words
            for kinds in self._pattern_kind.tolist()
            for words in zip(streets, self._named, kinds, strict=True)
        ]

    @cached_property
    def _labels(self) -> list[str]:
        return [
            self._joined(name, pattern)
            for _, name, kind in dict.fromkeys(self._keys)
            for pattern in self._patterns[kind]
        ]

    def _joined(self, name: str, pattern: str) -> str:
        numbers = name[-1:].isdigit() and pattern[:1].isdigit()
        joint: str = self.model.texts["joint"] if numbers else ""
        return name + joint + pattern

    @cached_property
    def _addresses(self) -> list[str]:
        template: str = self.model.texts["address"]
        district = dict(zip(self.places.streets.tolist(), self.places.districts.tolist(), strict=True))
        return [
            template.format(
                district=self.places.tree.by_id(district[street]).name,
                street=self._street_names[street],
                place=self._joined(name, pattern),
            )
            for street, name, kind in dict.fromkeys(self._keys)
            for pattern in self._patterns[kind]
        ]

    @cached_property
    def _street_names(self) -> dict[int, str]:
        return {street: self.places.tree.by_id(street).name for street in set(self.places.streets.tolist())}

    @cached_property
    def _holders(self) -> list[str]:
        return [self.model.holders.get(top, "") for top in self._top_codes]

    @cached_property
    def _top_codes(self) -> list[str]:
        return sorted({each.top_code for each in self.model.happenings})

    @cached_property
    def _tops(self) -> Ints:
        return np.array(
            [self._top_codes.index(each.top_code) for each in self.model.happenings], dtype=np.int64
        )
