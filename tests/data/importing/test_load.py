"""Imports against a real store, on both databases: what is added, updated, unchanged and rejected."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from data import counters, events, loading
from data.clocks import HOUR, Instant, iso, parse_instant
from data.importing.load import Summary, import_file
from data.importing.mapping import Mapping, MappingError
from data.importing.readers import SourceError
from data.lifecycle import PLAIN_STAGES, Kind, Step
from data.loading import NULL
from data.reference import reference
from data.schema import category, event, event_past, event_step, grid
from data.store import Store
from tests.data.importing.small import (
    NOW,
    PLAIN,
    ROOT,
    csv_file,
    page_files,
    plain,
    rejected,
    row,
    small_pack,
    small_store,
)

MARCH_3 = "2026-03-03T09:00:00+08:00"
MARCH_4 = "2026-03-04T09:00:00+08:00"
MODES: tuple[Literal["bulk", "live"], ...] = ("bulk", "live")


@contextmanager
def _city(url: str, tmp_path: Path) -> Iterator[Store]:
    with small_store(url, tmp_path / "city") as store:
        yield store


def _counts(summary: Summary) -> tuple[int, int, int, int, int]:
    assert summary.read == summary.added + summary.updated + summary.unchanged + summary.rejected
    return summary.read, summary.added, summary.updated, summary.unchanged, summary.rejected


def _run(
    store: Store,
    tmp_path: Path,
    rows: list[dict[str, str]],
    mapping: Mapping | None = None,
    mode: Literal["auto", "bulk", "live"] = "auto",
    now: Instant = NOW,
) -> Summary:
    path = csv_file(tmp_path / "events.csv", rows)
    return import_file(store, path, mapping or plain(), now, mode=mode, fallback=tmp_path / "var")


def _rows(store: Store) -> dict[str, dict[str, Any]]:
    """Every event by key, with the codes of its grid and category."""
    found = (
        select(event, grid.c.code.label("grid"), category.c.code.label("category"))
        .join(grid, grid.c.id == event.c.grid_id)
        .join(category, category.c.id == event.c.category_id)
    )
    with store.reading() as connection:
        return {one["source_key"]: dict(one) for one in connection.execute(found).mappings()}


def _steps(store: Store, key: str) -> list[str]:
    with store.reading() as connection:
        return list(
            connection.execute(
                select(event_step.c.step_key)
                .join(event, event.c.id == event_step.c.event_id)
                .where(event.c.source_key == key)
                .order_by(event_step.c.seq)
            ).scalars()
        )


def _exact(store: Store) -> None:
    """The counters are what the events say."""
    with store.reading() as connection:
        _, differing, found = counters.differences(connection, reference(store).lifts)
    assert differing == 0, found
    assert not store.state().counters_stale


def _picture(store: Store) -> list[list[tuple[Any, ...]]]:
    """Everything that an import writes, apart from the numbers of rows and the time at which it was written."""
    names = {one.id: key for key, one in _ids(store).items()}
    with store.reading() as connection:
        told: list[list[tuple[Any, ...]]] = []
        for table in (event, event_step, event_past):
            rows = []
            for one in connection.execute(select(table)).mappings():
                values = {
                    k: v for k, v in one.items() if k not in ("id", "event_id", "recorded_at", "source_id")
                }
                rows.append(
                    (names[one.get("event_id", one.get("id"))], *(str(value) for value in values.values()))
                )
            told.append(sorted(rows))
    return told


def _ids(store: Store) -> dict[str, Any]:
    with store.reading() as connection:
        return {one.source_key: one for one in connection.execute(select(event.c.id, event.c.source_key))}


@pytest.mark.parametrize("mode", MODES)
def test_the_documented_file_is_imported(
    database_url: str, tmp_path: Path, mode: Literal["bulk", "live"]
) -> None:
    mapping = small_pack(tmp_path / "pack").mappings["hotline"]
    path = tmp_path / "hotline.csv"
    path.write_text(page_files()["hotline.csv"], encoding="gb18030")
    with _city(database_url, tmp_path) as store:
        assert _counts(import_file(store, path, mapping, NOW, mode=mode)) == (4, 4, 0, 0, 0)
        rows = _rows(store)
        assert [rows[key]["grid"] for key in sorted(rows)] == [
            "990102001",
            "990102002",
            "990102001",
            "990100",
        ]
        assert [rows[key]["category"] for key in sorted(rows)] == ["0101", "0301", "9900", "9900"]
        assert (rows["T001"]["rating"], rows["T001"]["solved"]) == (4, 1)
        assert _steps(store, "T001") == ["report", "accept", "handle", "close", "rate"]
        # The limits of the category for this channel, then the category's own, then the source's deadline.
        assert iso(rows["T001"]["accept_due_at"]) == "2026-03-02T01:30:00Z"
        assert iso(rows["T001"]["handle_due_at"]) == "2026-03-04T01:00:00Z"
        assert iso(rows["T002"]["handle_due_at"]) == "2026-03-02T08:00:00Z"
        assert iso(rows["T003"]["handle_due_at"]) == "2026-03-05T04:00:00Z"
        assert rows["T003"]["lon"] == pytest.approx(113.55, abs=0.001)
        assert _counts(import_file(store, path, mapping, NOW)) == (4, 0, 0, 4, 0)
        _exact(store)


@pytest.mark.parametrize("mode", MODES)
def test_a_second_run_changes_nothing(
    database_url: str, tmp_path: Path, mode: Literal["bulk", "live"]
) -> None:
    rows = [row("A1"), row("A2", closed=MARCH_3), row("A3", handled=MARCH_3, closed=MARCH_4, due=MARCH_4)]
    with _city(database_url, tmp_path) as store:
        assert _counts(_run(store, tmp_path, rows, mode=mode)) == (3, 3, 0, 0, 0)
        before = _picture(store)
        version = store.version()
        for again in MODES:
            assert _counts(_run(store, tmp_path, rows, mode=again, now=NOW + HOUR)) == (3, 0, 0, 3, 0)
        assert _picture(store) == before
        assert store.version() == version
        _exact(store)


def test_a_later_closing_is_applied_as_steps(database_url: str, tmp_path: Path) -> None:
    with _city(database_url, tmp_path) as store:
        _run(store, tmp_path, [row("A1"), row("A2")], mode="live")
        later = [row("A1", handled=MARCH_3, closed=MARCH_4), row("A2", closed=MARCH_4), row("A3")]
        assert _counts(_run(store, tmp_path, later)) == (3, 1, 2, 0, 0)
        assert _steps(store, "A1") == ["report", "handle", "close"]
        rows = _rows(store)
        assert rows["A2"]["handled_at"] == rows["A2"]["closed_at"] == parse_instant(MARCH_4)
        # An older file that does not know the closing yet says nothing against it.
        assert _counts(_run(store, tmp_path, [row("A1"), row("A2")])) == (2, 0, 0, 2, 0)
        _exact(store)


def test_another_grid_or_category_is_a_correction_and_people_have_the_last_word(
    database_url: str, tmp_path: Path
) -> None:
    with _city(database_url, tmp_path) as store:
        _run(store, tmp_path, [row("A1")], mode="live")
        moved = [row("A1", grid="990102002", kind="0301", closed=MARCH_3)]
        assert _counts(_run(store, tmp_path, moved)) == (1, 0, 1, 0, 0)
        found = _rows(store)["A1"]
        assert (found["grid"], found["category"]) == ("990102002", "0301")
        assert _steps(store, "A1") == ["report", "handle", "close", "correct-1"]
        assert _counts(_run(store, tmp_path, moved)) == (1, 0, 0, 1, 0)
        _exact(store)

        by_hand = Step(
            source="plain",
            key="A1",
            step_key="desk-7",
            kind=Kind.CORRECT,
            at=NOW - HOUR,
            data={"grid": "990103001"},
        )
        assert events.write(store, [by_hand], NOW)[0].status == "applied"
        assert _counts(_run(store, tmp_path, moved)) == (1, 0, 0, 1, 0)
        assert _rows(store)["A1"]["grid"] == "990103001"

        again = [row("A1", grid="990102001", kind="0301", closed=MARCH_3)]
        assert _counts(_run(store, tmp_path, again)) == (1, 0, 1, 0, 0)
        assert _rows(store)["A1"]["grid"] == "990102001"
        _exact(store)


def test_a_stand_in_never_corrects(database_url: str, tmp_path: Path) -> None:
    mapping = plain(
        grid={"by": ["code"], "code": "grid", "unlocated": "city"},
        fields={**PLAIN["fields"], "category": {"column": "kind", "default": "9900"}},
    )
    with _city(database_url, tmp_path) as store:
        _run(store, tmp_path, [row("A1"), row("A2", grid="", kind="")], mapping, mode="live")
        assert _counts(_run(store, tmp_path, [row("A1", grid="", kind="")], mapping)) == (1, 0, 0, 1, 0)
        assert _counts(_run(store, tmp_path, [row("A2")], mapping)) == (1, 0, 1, 0, 0)
        assert {one["grid"] for one in _rows(store).values()} == {"990102001"}


@pytest.mark.parametrize(
    ("cells", "field", "said"),
    [
        (
            {"closed": MARCH_4},
            "closed",
            "the time it was closed is 2026-03-04T01:00:00Z by this row, but 2026-03-03",
        ),
        (
            {"opened": "2026-03-01T09:00:00+08:00"},
            "reported",
            "the report is 2026-03-01T01:00:00Z by this row",
        ),
        ({"from": "patrol"}, "channel", "the channel is patrol by this row, but 12345 by what is recorded"),
        ({"due": "2026-03-09T09:00:00+08:00"}, "handle_due", "record an extension, or say changed"),
    ],
)
def test_a_contradiction_is_rejected_and_changes_nothing(
    database_url: str, tmp_path: Path, cells: dict[str, str], field: str, said: str
) -> None:
    with _city(database_url, tmp_path) as store:
        sound = {"handled": MARCH_3, "closed": MARCH_3, "due": MARCH_3}
        _run(store, tmp_path, [row("A1", **sound)], mode="live")
        before = _picture(store)
        summary = _run(store, tmp_path, [row("A1", **{**sound, **cells}, grid="990102002")])
        assert _counts(summary) == (1, 0, 0, 0, 1)
        assert summary.rejects_path is not None
        told = rejected(summary.rejects_path)[0]
        assert (told["row"], told["field"], told["id"]) == ("2", field, "A1")
        assert said in told["reason"]
        assert _picture(store) == before


def test_a_moved_deadline_may_be_kept(database_url: str, tmp_path: Path) -> None:
    mapping = plain(due={"handle": {"column": "due", "changed": "keep"}})
    with _city(database_url, tmp_path) as store:
        _run(store, tmp_path, [row("A1", due=MARCH_3)], mapping, mode="live")
        assert _counts(_run(store, tmp_path, [row("A1", due=MARCH_4, closed=MARCH_3)], mapping)) == (
            1,
            0,
            1,
            0,
            0,
        )
        assert _rows(store)["A1"]["handle_due_at"] == parse_instant(MARCH_3)


@pytest.mark.parametrize("mode", MODES)
def test_duplicates_within_a_file(database_url: str, tmp_path: Path, mode: Literal["bulk", "live"]) -> None:
    rows = [
        row("A1"),
        row("A1"),
        row("A1", closed=MARCH_3),
        row("A1", closed=MARCH_4),
        row("A1", grid="990102002"),
        row("A2", opened="soon"),
        row("A2"),
    ]
    with _city(database_url, tmp_path) as store:
        summary = _run(store, tmp_path, rows, mode=mode)
        assert _counts(summary) == (7, 2, 1, 1, 3)
        assert summary.rejects_path is not None
        told = rejected(summary.rejects_path)
        assert {one["row"] for one in told} == {"5", "6", "7"}
        by_row = {one["row"]: one["reason"] for one in told}
        assert "but 2026-03-03T01:00:00Z by what is recorded" in by_row["5"]
        assert by_row["6"] == "row 2 of this file has the same key and another grid"
        first = _picture(store)
        assert _counts(_run(store, tmp_path, rows, mode=mode)) == (7, 0, 0, 4, 3)
        assert _picture(store) == first
        _exact(store)


def test_a_later_rating_replaces_the_first_and_both_are_kept(database_url: str, tmp_path: Path) -> None:
    mapping = plain(
        fields={**PLAIN["fields"], "rating": "lon"},
        times={"reported": "opened", "closed": "closed", "rated": "handled"},
        point={"lon": "due", "lat": "due"},
        due={},
    )
    with _city(database_url, tmp_path) as store:
        _run(store, tmp_path, [row("A1", closed=MARCH_3)], mapping)
        for stamp, stars, expected in (
            (MARCH_3, "2", (1, 0, 1, 0, 0)),
            (MARCH_3, "2", (1, 0, 0, 1, 0)),
            (MARCH_3, "5", (1, 0, 0, 0, 1)),
            (MARCH_4, "4", (1, 0, 1, 0, 0)),
            (MARCH_3, "2", (1, 0, 0, 1, 0)),
        ):
            summary = _run(store, tmp_path, [row("A1", closed=MARCH_3, handled=stamp, lon=stars)], mapping)
            assert _counts(summary) == expected
        assert _steps(store, "A1") == ["report", "handle", "close", "rate", "rate-2"]
        assert _rows(store)["A1"]["rating"] == 4
        _exact(store)


def test_rejects_hold_the_row_as_it_came_without_formulas(sqlite_url: str, tmp_path: Path) -> None:
    rows = [row("A1"), row("=1+1", kind="@SUM(A1)", lon="-71.5", lat="+1", grid="-x")]
    with _city(sqlite_url, tmp_path) as store:
        summary = _run(store, tmp_path, rows)
        assert summary.rejects_path == tmp_path / "events.csv.rejects.csv"
        told = rejected(summary.rejects_path)
        assert len(told) == 1
        assert told[0]["row"] == "3"
        assert told[0]["field"] == "point; category; grid"
        assert [told[0][name] for name in ("id", "kind", "lon", "lat", "grid")] == [
            "'=1+1",
            "'@SUM(A1)",
            "-71.5",
            "+1",
            "'-x",
        ]
        assert list(tmp_path.glob(".*.part")) == []


def test_a_formula_cell_is_text(sqlite_url: str, tmp_path: Path) -> None:
    with _city(sqlite_url, tmp_path) as store:
        mapping = plain(
            fields={**PLAIN["fields"], "title": "lon"}, point={"lon": "due", "lat": "due"}, due={}
        )
        assert _counts(_run(store, tmp_path, [row("=1+1", lon="=HYPERLINK(1)")], mapping)) == (1, 1, 0, 0, 0)
        assert _rows(store)["=1+1"]["title"] == "=HYPERLINK(1)"


def test_a_mended_file_of_rejects_can_be_imported(sqlite_url: str, tmp_path: Path) -> None:
    with _city(sqlite_url, tmp_path) as store:
        path = _run(store, tmp_path, [row("A1"), row("A2", grid="nowhere")]).rejects_path
        assert path is not None
        path.write_text(
            path.read_text(encoding="utf-8-sig").replace(",nowhere,", ",990102002,"), encoding="utf-8"
        )
        assert _counts(import_file(store, path, plain(), NOW)) == (1, 1, 0, 0, 0)
        assert _rows(store)["A2"]["grid"] == "990102002"


def test_a_folder_that_cannot_be_written_sends_the_rejects_elsewhere(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Path.open

    def refusing(self: Path, *args: Any, **more: Any) -> Any:
        if self.parent == tmp_path and self.suffix == ".part":
            raise PermissionError("read-only")
        return opened(self, *args, **more)

    with _city(sqlite_url, tmp_path) as store:
        monkeypatch.setattr(Path, "open", refusing)
        summary = _run(store, tmp_path, [row("A1", grid="nowhere")])
        assert summary.rejects_path == tmp_path / "var" / "events.csv.rejects.csv"


def test_a_file_that_cannot_be_used_changes_nothing(sqlite_url: str, tmp_path: Path) -> None:
    with _city(sqlite_url, tmp_path) as store:
        path = tmp_path / "late.csv"
        path.write_text(
            csv_file(path, [row("A1")]).read_text(encoding="utf-8") + '"never closed', encoding="utf-8"
        )
        version = store.version()
        with pytest.raises(SourceError, match="line 3"):
            import_file(store, path, plain(), NOW)
        fields = {**PLAIN["fields"], "category": {"column": "kind", "default": "1234"}}
        mapping = plain(fields=fields)
        with pytest.raises(MappingError, match="which is no category of"):
            import_file(store, path, mapping, NOW)
        assert store.version() == version
        assert _rows(store) == {}


def test_an_event_that_somebody_else_reports_meanwhile_is_no_fault(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [row("A1", closed=MARCH_3), row("A2"), row("A3")]
    added = events.bulk_add

    def after_another(store: Store, histories: Any, now: Instant) -> Any:
        monkeypatch.setattr(events, "bulk_add", added)
        _run(store, tmp_path / "other", [row("A1"), row("A2")], mode="live")
        return added(store, histories, now)

    def overtaken(store: Store, histories: Any, now: Instant) -> Any:
        monkeypatch.setattr(events, "bulk_add", added)
        raise IntegrityError("insert", None, Exception("unique"))

    (tmp_path / "other").mkdir()
    with _city(database_url, tmp_path) as store:
        monkeypatch.setattr(events, "bulk_add", after_another)
        assert _counts(_run(store, tmp_path, rows, mode="bulk")) == (3, 1, 1, 1, 0)
        monkeypatch.setattr(events, "bulk_add", overtaken)
        more = [row("A1", closed=MARCH_3), row("A4")]
        assert _counts(_run(store, tmp_path, more, mode="bulk")) == (2, 1, 0, 1, 0)
        _exact(store)


def test_events_that_were_loaded_as_columns_take_news_like_any_other(
    database_url: str, tmp_path: Path
) -> None:
    with _city(database_url, tmp_path) as store:
        city = reference(store)
        opened = parse_instant("2026-03-02T09:00:00+08:00")
        numbers = {
            "grid_id": city.tree.get("990102001").id,
            "category_id": city.categories["0101"].id,
            "channel_id": city.channels["12345"].id,
            "reported_at": opened,
            "handled_at": parse_instant(MARCH_3),
        }
        names = {
            *numbers,
            *(stage[0] for stage in PLAIN_STAGES),
            "accept_due_at",
            "handle_due_at",
            "rating",
            "solved",
        }
        columns = {name: np.array([numbers.get(name, NULL)] * 2) for name in names}
        places = {"lon": np.full(2, np.nan), "lat": np.full(2, np.nan)}
        loading.load_histories(
            store, "plain", loading.Histories(["A1", "A2"], ["", ""], columns, places), NOW
        )
        rows = [row("A1", handled=MARCH_3, closed=MARCH_4), row("A2", handled=MARCH_3)]
        assert _counts(_run(store, tmp_path, rows)) == (2, 0, 1, 1, 0)
        assert _steps(store, "A1") == ["report", "handle", "close"]
        assert _counts(_run(store, tmp_path, rows)) == (2, 0, 0, 2, 0)
        assert _counts(_run(store, tmp_path, [row("A2", handled=MARCH_4)])) == (1, 0, 0, 0, 1)
        _exact(store)


def test_progress_is_told_up_to_the_end(sqlite_url: str, tmp_path: Path) -> None:
    told: list[tuple[str, float]] = []
    with _city(sqlite_url, tmp_path) as store:
        path = csv_file(tmp_path / "a.csv", [row(f"A{i}") for i in range(1200)])
        import_file(store, path, plain(), NOW, progress=lambda what, share: told.append((what, share)))
    shares = [share for what, share in told if what == "importing"]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len(shares) > 2


_CHILD = """
import sys
from pathlib import Path
from data.clocks import parse_instant
from data.importing import load
from data.store import Store
from tests.data.importing.small import plain
url, path, mode = sys.argv[1:]
load.BULK_BATCH = 1_000
with Store.open(url) as store:
    load.import_file(store, Path(path), plain(), parse_instant("2026-04-01T00:00:00Z"), mode=mode)
"""


@pytest.mark.parametrize("mode", MODES)
def test_an_import_that_was_killed_and_run_again_ends_as_one_clean_run(
    database_url: str, tmp_path: Path, mode: Literal["bulk", "live"]
) -> None:
    rows = [row(f"A{i}", closed=MARCH_3 if i % 3 else "", grid=f"99010200{1 + i % 2}") for i in range(6_000)]
    # Half of these agree with the first row of their key and close it; the other half name another grid.
    rows += [row(f"A{i}", closed=MARCH_4) for i in range(0, 1_500, 3)]
    path = csv_file(tmp_path / "events.csv", rows)
    command = [sys.executable, "-c", _CHILD, database_url, str(path), mode]
    with _city(database_url, tmp_path) as store:
        child = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE
        )
        deadline = time.monotonic() + 60
        while len(_ids(store)) < 1_000 and time.monotonic() < deadline:
            time.sleep(0.02)
        child.send_signal(signal.SIGKILL)
        child.communicate()
        killed_at = len(_ids(store))
        assert 1_000 <= killed_at <= 6_000
        summary = import_file(store, path, plain(), NOW, fallback=tmp_path)
        assert (summary.read, summary.added, summary.rejected) == (6_500, 6_000 - killed_at, 250)
        _exact(store)
        ended = _picture(store)
    with small_store(f"sqlite:///{tmp_path / 'clean.db'}", tmp_path / "clean") as clean:
        assert import_file(clean, path, plain(), NOW, mode="bulk").rejected == 250
        assert _picture(clean) == ended
