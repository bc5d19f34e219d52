"""The callbacks of the page of one event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

import dash
import pandas as pd
from dash import Input, Output, State, ctx
from dash.exceptions import PreventUpdate

from callbacks import heads, navigation
from callbacks.reads import City, Reads
from callbacks.state import Scene, to_search
from data.access import may
from data.answers import Trace
from data.clocks import Instant
from data.grids import Tree
from data.indicators import NO_DATA
from data.queries.nearby import WITHIN_DAYS, WITHIN_METRES
from data.words import word
from layouts import event as page
from layouts import ids, rows, text
from layouts.event import EventFacts, Held, Near, Verdict
from maps.place import place_svg

_AROUND: Final = 40
"""So many outlines beside the event's own grid are drawn."""


def register(app: dash.Dash, reads: Reads) -> None:
    """Adds every callback of the page to the app."""
    failed = heads.register(app, reads, ids.EVENT_HEAD, _controls)

    @app.callback(
        Output(ids.EVENT_BODY, "children"),
        Output(ids.EVENT_ASKED, "hidden"),
        Output(ids.EVENT_REASON, "value"),
        Input(ids.EVENT_HEAD.view, "data"),
        Input(ids.URL, "pathname"),
        Input(ids.EVENT_UNMASK, "n_clicks"),
        State(ids.EVENT_REASON, "value"),
        prevent_initial_call=True,
        on_error=failed,
    )
    def shown(
        data: Mapping[str, Any] | None, pathname: str | None, clicks: int | None, reason: str | None
    ) -> tuple[Any, ...]:
        if not (pathname or "").startswith(navigation.EVENT):
            raise PreventUpdate
        city, tree, found = heads.met(reads, data)
        wanted = str(pathname).removeprefix(navigation.EVENT).strip("/")
        back = "/events" + to_search(found.view.opened(None))
        number = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 19 else None
        # A link from a list of a street opens an event wherever the viewer may look.
        trace = None if number is None else reads.trace(tree.root.code, number, found.as_of)
        if trace is None or number is None:
            return page.unknown(wanted[:20], back), True, ""
        said = word("one.masked")
        if ctx.triggered_id == ids.EVENT_UNMASK and clicks:
            plain = reads.unmask(tree.root.code, number, found.as_of, reason or "")
            said = word("one.unmask_needed") if plain is None else word("one.unmasked")
            trace = plain or trace
        made = facts(reads, city, tree, found, trace, said)
        return page.event_parts(made), not may(reads.viewer(), "unmask"), ""


def facts(reads: Reads, city: City, tree: Tree, found: Scene, trace: Trace, masked: str) -> EventFacts:
    """Everything that the page says of an event."""
    event, clock, as_of = trace.event, found.clock, found.as_of
    ended = event.get("closed_at") or event.get("withdrawn_at")
    started, until = int(event["reported_at"]), int(ended) if ended else as_of
    lines = rows.step_lines(trace, clock)
    spans = holders(trace, until)
    held = {
        span.step: Held(
            _held(reads, span, still=span.until is None, until=until), span.until is None and not ended
        )
        for span in spans
    }
    near = reads.nearby(tree.root.code, int(event["id"]), as_of)
    picture, note = _picture(reads, tree, event)
    name = str(event["grid_name"])
    return EventFacts(
        title=str(event.get("title") or event.get("category_name") or event.get("key")),
        key=str(event.get("key", "")),
        status=word(f"status.{event['status']}"),
        status_key=str(event["status"]),
        holder_label=word("one.holder_last" if ended else "one.holder_now"),
        holder=spans[-1].who if spans else NO_DATA,
        facts=rows.facts(trace, clock),
        verdicts=verdicts(event, as_of, lambda at: text.moment(clock, at)),
        clocks=[
            (word("one.clocks_elapsed"), text.length(until - started)),
            (word("one.clocks_working"), text.length(reads.worked(started, until))),
        ],
        clocks_note=word("one.clocks_note").format(
            hours=reads.sessions(),
            provisional=word("one.clocks_provisional") if event.get("due_provisional") else "",
        ),
        steps=[(line, held.get(place)) for place, line in enumerate(lines)],
        ratings=[
            f"{line.at} · " + " · ".join(told for _, told in line.details)
            for line in lines
            if line.kind == "rate"
        ],
        near=[
            Near(
                href=navigation.event_page(found.view, int(row["id"])),
                title=row["title"] or row["category_name"],
                key=row["key"],
                distance=word("one.metres").format(n=f"{row['metres']:,.0f}"),
                reported=text.moment(clock, int(row["reported_at"])),
                status=word(f"status.{row['status']}"),
            )
            for row in near.to_dict("records")
        ],
        near_note=word("one.nearby_none" if near.empty else "one.nearby_note").format(
            days=WITHIN_DAYS, metres=WITHIN_METRES, n=len(near)
        ),
        picture=picture,
        picture_note=word("one.place_note").format(grid=name, note=note)
        if picture and note
        else note or name,
        picture_alt=word("one.place_note").format(grid=name, note=""),
        map_href="/map" + to_search(found.view.within(str(event["grid"]))),
        back_href="/events" + to_search(found.view.opened(None)),
        masked=masked,
    )


class Span:
    """Who held the event from a step (its place in the trace) to an instant; `until` None where they hold it still."""

    def __init__(self, who: str, step: int, start: Instant, until: Instant | None) -> None:
        self.who, self.step, self.start, self.until = who, step, start, until


def holders(trace: Trace, until: Instant) -> list[Span]:
    """Who held the event one after the other: the intake until it was dispatched, then the unit that was named; a step
    that names another unit hands it on."""
    steps = trace.steps.to_dict("records")
    unit = str(trace.event.get("unit") or "")
    changes = [_changed_unit(step["detail"]) for step in steps]
    first = next((before for before, _ in filter(None, changes)), unit)
    who, spans = word("one.intake"), list[Span]()
    for place, (step, change) in enumerate(zip(steps, changes, strict=True)):
        if change is not None:
            now = change[1] or word("one.intake")
        elif step["kind"] in ("dispatch", "handle") and who == word("one.intake"):
            now = first or unit or who
        else:
            now = who
        at = int(step["at"])
        if not spans or now != who:
            if spans:
                spans[-1].until = at
            spans.append(Span(now, place, at, None))
        who = now
    if trace.event.get("closed_at") or trace.event.get("withdrawn_at"):
        for span in spans[-1:]:
            span.until = max(until, span.start)
    return spans


def _changed_unit(detail: Any) -> tuple[str, str] | None:
    found = detail.get("changes") if isinstance(detail, Mapping) else None
    pair = found.get("unit") if isinstance(found, Mapping) else None
    if isinstance(pair, Sequence) and len(pair) == 2:
        return str(pair[0] or ""), str(pair[1] or "")
    return None


def _held(reads: Reads, span: Span, *, still: bool, until: Instant) -> str:
    end = until if span.until is None else span.until
    return word("one.holding" if still else "one.held_by").format(
        who=span.who,
        elapsed=text.length(end - span.start),
        working=text.length(reads.worked(span.start, end)),
    )


def verdicts(event: Mapping[str, Any], as_of: Instant, moment: Any) -> list[Verdict]:
    """Both deadlines, when the thing was done, and how that is judged as of an instant."""
    made = []
    for name, due, done in (
        ("one.accept", "accept_due_at", "accepted_at"),
        ("one.handle", "handle_due_at", "handled_at"),
    ):
        due_at, done_at = _instant(event.get(due)), _instant(event.get(done))
        if name == "one.handle" and done_at is None:
            done_at = _instant(event.get("closed_at"))
        said, kind = NO_DATA, "open"
        if name == "one.handle" and _instant(event.get("exempted_at")) is not None:
            said = word("one.verdict_exempt")
        elif due_at is not None and done_at is not None:
            late = done_at > due_at
            said = (
                word("one.verdict_late").format(length=text.length(done_at - due_at))
                if late
                else word("one.verdict_on_time")
            )
            kind = "bad" if late else "good"
        elif due_at is not None and as_of > due_at:
            said, kind = word("one.verdict_overdue").format(length=text.length(as_of - due_at)), "bad"
        elif due_at is not None:
            said = word("one.verdict_left").format(length=text.length(due_at - as_of))
        made.append(
            Verdict(
                word(name),
                moment(due_at) if due_at is not None else NO_DATA,
                moment(done_at) if done_at is not None else NO_DATA,
                said,
                kind,
            )
        )
    return made


def _picture(reads: Reads, tree: Tree, event: Mapping[str, Any]) -> tuple[str, str]:
    """The picture of the place as an address, and what has to be said of it."""
    code = str(event["grid"])
    lon, lat = event.get("lon"), event.get("lat")
    point = None if lon is None or lat is None or pd.isna(lon) else (float(lon), float(lat))
    above = tree.get(code).parent
    beside = [] if above is None else [grid.code for grid in tree.children(above)][:_AROUND]
    shapes = reads.shapes([code, *[one for one in beside if one != code]])
    drawn = place_svg(shapes, code, point, str(event["grid_name"]))
    if drawn is None:
        return "", word("one.place_off")
    city = reads.city()
    told = [] if point is not None else [word("one.place_none")]
    told += [word("data.illustrative")] if city is not None and city.illustrative else []
    return "data:image/svg+xml;charset=utf-8," + quote(drawn), " ".join(told)


def _instant(value: Any) -> Instant | None:
    return None if value is None or pd.isna(value) else int(value)


def _controls(_city: City, _tree: Tree, _found: Scene) -> list[Any]:
    return []
