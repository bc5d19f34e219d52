"""The callbacks of the page of exports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dash
from dash import ALL, Input, Output, ctx
from dash.exceptions import PreventUpdate

from callbacks import heads
from callbacks.desk import Desk
from callbacks.reads import City, Reads
from callbacks.state import Scene
from data.clocks import ZoneClock
from data.exportjobs import Job
from data.grids import Tree
from data.words import word
from layouts import exports as page
from layouts import ids, text
from layouts.exports import JobLine


def register(app: dash.Dash, reads: Reads, desk: Desk) -> None:
    """Adds every callback of the page to the app."""
    failed = heads.register(app, reads, ids.EXPORTS_HEAD, _controls)

    @app.callback(
        Output(ids.EXPORTS_ROWS, "children"),
        Output(ids.EXPORTS_TICK, "disabled"),
        Input(ids.EXPORTS_HEAD.view, "data"),
        Input(ids.EXPORTS_TICK, "n_intervals"),
        Input(ids.export_cancel(ALL), "n_clicks"),
        prevent_initial_call=True,
        on_error=failed,
    )
    def listed(_data: Any, _ticks: int | None, ends: list[int | None]) -> tuple[Any, bool]:
        city = reads.city()
        if city is None:
            raise PreventUpdate
        trigger = ctx.triggered_id
        if isinstance(trigger, Mapping) and any(ends):
            desk.cancel(str(trigger["job"]))
        found = desk.exports()
        clock = ZoneClock.of(city.zone)
        busy = any(job.state in ("waiting", "running") for job in found)
        return page.jobs([line(job, clock) for job in found]), not busy


def line(job: Job, clock: ZoneClock) -> JobLine:
    """An export as text."""
    done, total = f"{job.rows_done:,}", job.rows_total
    paged = job.form == "pdf"
    progress = word(f"export.progress_{'pages' if paged else 'rows'}").format(done=done)
    if paged and job.state != "done":
        progress = ""
    if total and job.state in ("waiting", "running"):
        progress = word("export.progress_of").format(done=done, total=f"{total:,}")
    note = ""
    if job.state == "done" and job.size is not None:
        size = word("export.size").format(n=f"{job.size / 1e6:,.1f}")
        note = f"{size} · {word('export.expires').format(at=text.moment(clock, job.expires_at))}"
    elif job.state == "failed":
        note = word("export.fault")
    return JobLine(
        id=job.id,
        what=f"{word(f'export.kind_{job.kind}')} · {word(f'export.{job.form}')}"
        + (f" · {job.request['stem']}" if paged else ""),
        asked=text.moment(clock, job.asked_at),
        state=word(f"export.state_{job.state}"),
        state_key=job.state,
        progress=progress,
        share=min(1.0, job.rows_done / total) if total else None,
        href=f"/export/file/{job.id}" if job.state == "done" else "",
        note=note,
        ends=job.state in ("waiting", "running", "done"),
    )


def _controls(_city: City, _tree: Tree, _found: Scene) -> list[Any]:
    return []
