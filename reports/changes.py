"""What a revision of a bulletin changed, as sentences: each figure that is printed otherwise, the scope's own first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, TypeAlias

from data.indicators import INDICATORS, NO_DATA, shown
from data.tasks.states import KINDS
from data.words import speaking, word
from reports.wording import texts

MOST_TOLD: Final = 20
"""How many changed figures are told one by one; of the others their number."""

Json: TypeAlias = Mapping[str, Any]
Key: TypeAlias = tuple[str, str, str]
"""Where a figure stands: the block, the grid, channel or category ("" for the scope), and the indicator."""


def changes(old: Json, new: Json) -> tuple[str, ...]:
    """Sentences on the figures that two contents, as JSON, print otherwise, in the order of the new one; () where none
    does. Figures that only one of them has are told with a dash for the other."""
    language: Literal["zh", "en"] = "en" if new.get("language") == "en" else "zh"
    with speaking(language):
        before, after = dict(_printed(old)), dict(_printed(new))
        # The order of the new one, then what only the old one has.
        found = [key for key in dict.fromkeys((*after, *before)) if after.get(key) != before.get(key)]
        names = {**_names(old), **_names(new)}
        told = [_sentence(key, before.get(key), after.get(key), names) for key in found[:MOST_TOLD]]
        if len(found) > MOST_TOLD:
            told.append(
                texts.stopped(texts.capital(word("bulletin.revised_more").format(n=len(found) - MOST_TOLD)))
            )
        return tuple(told)


def _sentence(key: Key, before: str | None, after: str | None, names: Mapping[tuple[str, str], str]) -> str:
    block, code, indicator = key
    name = names.get((block, code), code)
    if block in ("cumulative", "before", "cumulative_before"):
        name = word(f"bulletin.revised_{block}")
    where = word("bulletin.revised_where").format(name=name) if name else ""
    text = word("bulletin.revised_figure").format(
        where=where, label=_label(block, indicator), before=before or NO_DATA, after=after or NO_DATA
    )
    return texts.stopped(texts.capital(text))


def _label(block: str, indicator: str) -> str:
    if block == "scores":
        return word(f"bulletin.revised_{indicator}")
    if block == "temporary":
        return word(f"bulletin.revised_task_{indicator}")
    return texts.label(indicator)


def _printed(content: Json) -> Iterator[tuple[Key, str]]:
    """Every figure as it is printed, by where it stands."""
    parts = content["parts"]
    for block in ("current", "cumulative", "before", "cumulative_before"):
        if parts.get(block):
            yield from _figures(block, "", parts[block]["figures"])
    assessment = parts.get("assessment")
    if assessment:
        for row in assessment["rows"]:
            yield ("scores", row["code"], "score"), _number(row["score"])
            yield ("scores", row["code"], "rank"), _place(row["rank"])
    yield from _tasks(parts.get("temporary"))
    groups = [*parts.get("groups", ()), *([parts["appendix"]] if parts.get("appendix") else ())]
    for group in groups:
        for row in group["rows"]:
            # The scope's own row is what is left of sums that are told themselves.
            if not row["own"]:
                yield from _figures("grids", row["code"], row["figures"])
    for block in ("channels", "categories"):
        for row in (parts.get(block) or {}).get("rows", ()):
            yield (block, row["code"], "received"), f"{row['count']:,}"


def _tasks(told: Json | None) -> Iterator[tuple[Key, str]]:
    if not told:
        return
    for one in told["tallies"]:
        if one["issued"]:
            yield ("temporary", one["kind"], "issued"), f"{one['issued']:,}"
        if one["due"]:
            yield ("temporary", one["kind"], "due"), f"{one['on_time']:,}/{one['due']:,}"
    if late := sum(len(one["grids"]) for one in told["late"]):
        yield ("temporary", "tasks", "late"), f"{late:,}"
    if told["owed"]:
        yield ("temporary", "duty", "duty"), f"{told['signed']:,}/{told['owed']:,}"


def _figures(block: str, code: str, figures: Json) -> Iterator[tuple[Key, str]]:
    for indicator, (numerator, denominator, value) in figures.items():
        text = shown(indicator, value)
        if INDICATORS[indicator].kind == "rate":
            text = word("bulletin.named").format(name=text, n=f"{numerator:,}/{denominator or 0:,}")
        yield (block, code, indicator), text


def _number(score: float | None) -> str:
    return NO_DATA if score is None else f"{score:.2f}"


def _place(rank: int | None) -> str:
    return NO_DATA if rank is None else str(rank)


def _names(content: Json) -> dict[tuple[str, str], str]:
    parts = content["parts"]
    groups = [*parts.get("groups", ()), parts.get("appendix") or {"rows": ()}]
    blocks = [("grids", row) for group in groups for row in group["rows"]]
    blocks += [("scores", row) for row in (parts.get("assessment") or {"rows": ()})["rows"]]
    for block in ("channels", "categories"):
        blocks += [(block, row) for row in (parts.get(block) or {"rows": ()})["rows"]]
    named = {(block, row["code"]): row["name"] for block, row in blocks}
    named |= {("temporary", kind): word(f"bulletin.task.{kind}") for kind in KINDS}
    return named | {("temporary", what): word(f"bulletin.revised_{what}") for what in ("tasks", "duty")}
