"""Indicator cards: a value, what it was made from, how it moved, what it should be, and its formula when asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from data.indicators import INDICATORS, NO_DATA, Figure, shown
from data.words import word
from layouts.attributes import attributes
from layouts.text import Change, arrowed, change
from maps.choropleth import count_text

LEADING = (
    "received",
    "acceptance_timeliness",
    "handling_timeliness",
    "completion",
    "satisfaction",
    "overdue_open",
)
"""The cards of the first row; the others follow smaller."""


@dataclass(frozen=True)
class Card:
    """One indicator as a card: its figures, the city's target, the address that chooses it, and that of the list of the
    events behind it, None where there is none."""

    figure: Figure
    before: Figure | None
    last_year: Figure | None
    target: float | None
    href: str
    behind: str | None
    chosen: bool


def cards(found: Sequence[Card], before: str, last_year: str) -> list[Component]:
    """The leading cards and then the others; `before` and `last_year` say in words which periods they compare with."""
    leading = [card for card in found if card.figure.key in LEADING]
    others = [card for card in found if card.figure.key not in LEADING]
    return [
        html.Div(
            [_card(card, before, last_year, "card is-leading") for card in leading], className="cards-leading"
        ),
        html.Div([_card(card, before, last_year, "card") for card in others], className="cards-others"),
    ]


def _card(card: Card, before: str, last_year: str, name: str) -> Component:
    definition = INDICATORS[card.figure.key]
    no_data = card.figure.value is None
    classes = " ".join([name, *(["is-chosen"] if card.chosen else []), *(["is-blank"] if no_data else [])])
    tip = f"formula-{card.figure.key}"
    # The link of the label reaches over the whole card; that of the count lies above it.
    return html.Div(
        [
            html.A(
                definition.label,
                href=card.href,
                className="card-label",
                **attributes({"aria-describedby": tip} | ({"aria-current": "true"} if card.chosen else {})),
            ),
            html.Span(shown(definition.key, card.figure.value), className="card-value"),
            _n(card),
            _moved(definition.key, word("change.before"), change(definition.key, card.figure, card.before)),
            _moved(
                definition.key, word("change.last_year"), change(definition.key, card.figure, card.last_year)
            ),
            *_target(card),
            html.Span(
                "\n".join(
                    [
                        definition.formula,
                        _worked(card.figure),
                        _compared(definition.key, word("change.before"), before, card.before),
                        _compared(definition.key, word("change.last_year"), last_year, card.last_year),
                        word("card.source").format(source=definition.source),
                    ]
                ),
                id=tip,
                className="tip",
                role="tooltip",
            ),
        ],
        className=classes,
        **attributes({"data-indicator": definition.key}),
    )


def _n(card: Card) -> Component:
    told = _counted(card.figure)
    if card.behind is None or not (card.figure.numerator or card.figure.denominator):
        return html.Span(told, className="card-n")
    name = word("card.behind").format(label=INDICATORS[card.figure.key].label, n=told)
    return html.A(told, href=card.behind, className="card-n go", **attributes({"aria-label": name}))


def _counted(figure: Figure) -> str:
    if figure.denominator is None:
        return word("card.count")
    if figure.denominator == 0:
        return word("data.none")
    return count_text(figure.numerator, figure.denominator)


def _worked(figure: Figure) -> str:
    definition = INDICATORS[figure.key]
    if figure.denominator is None:
        return word("card.counted").format(n=f"{figure.numerator:,}")
    return word("card.worked").format(
        numerator=f"{figure.numerator:,}",
        denominator=f"{figure.denominator:,}",
        value=shown(definition.key, figure.value),
    )


def _compared(key: str, name: str, period: str, figure: Figure | None) -> str:
    if figure is None:
        return word("card.compared").format(name=name, period=period, value=NO_DATA)
    value = shown(key, figure.value)
    if figure.denominator:
        value = f"{value}（{count_text(figure.numerator, figure.denominator)}）"
    return word("card.compared").format(name=name, period=period, value=value)


def _moved(key: str, name: str, moved: Change) -> Component:
    return html.Span(
        [
            f"{name} ",
            html.Span(arrowed(key, moved), className="change-text", title=word(f"verdict.{moved.verdict}")),
        ],
        className=f"change is-{moved.verdict}",
    )


def _target(card: Card) -> list[Component]:
    if card.target is None:
        return []
    key = card.figure.key
    text = word("card.target").format(target=shown(key, card.target))
    if card.figure.value is None:
        return [html.Span(text, className="card-target")]
    met = (
        card.figure.value >= card.target
        if INDICATORS[key].better != "down"
        else card.figure.value <= card.target
    )
    verdict = html.Span(word("card.met") if met else word("card.missed"), className="target-verdict")
    return [html.Span([text, verdict], className="card-target is-met" if met else "card-target is-missed")]
