"""From a claim to an edition on the disk and in the store: whatever happens in between, exactly one."""

from __future__ import annotations

import errno
import json
import logging
import re
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from data.clocks import DAY, HOUR, MINUTE, Instant
from data.deliveries import deliveries
from data.editions import (
    LEASE,
    Edition,
    Owed,
    claim,
    claim_again,
    edition_of,
    editions,
    unfinished,
)
from data.jobworkers import edition_counts, starts, workers
from data.reference import reference
from data.settings import PROJECT
from data.store import Store
from reports import schedule
from reports.making import MakingError, Office, Round, Sheet, begin, make, path_of, tidy
from tests.support.bulletins import EVENING, STEPS, planned, simple
from tests.support.city import CITY, DISTRICT, OTHER_DISTRICT, open_city


class Clock:
    """A clock that stands until it is set."""

    def __init__(self, at: Instant) -> None:
        self.at = at

    def __call__(self) -> Instant:
        return self.at


@pytest.fixture
def store(sqlite_url: str) -> Iterator[Store]:
    with open_city(sqlite_url) as opened:
        yield opened


@pytest.fixture
def clock() -> Clock:
    return Clock(EVENING + MINUTE)


@pytest.fixture
def office(store: Store, tmp_path: Path, clock: Clock) -> Office:
    return Office(store, tmp_path / "bulletins", simple, clock, "here 1")


def claimed(store: Store, scope: str = CITY, at: Instant = EVENING) -> Edition:
    held = claim(store, Owed("evening", scope, "2026-11-27", EVENING, EVENING), "here 1", at)
    assert held is not None
    return held


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def run(role: str, url: str, folder: Path) -> object:
    folder.mkdir()
    ended = subprocess.run(
        [sys.executable, "-m", "tests.support.bulletins", role, url, str(folder)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def assert_whole(store: Store, folder: Path, count: int) -> None:
    """One issued edition for each day, its file as recorded, numbers without a gap, no other file."""
    found = editions(store, limit=100)
    assert Counter((one.period, one.revision, one.state) for one in found).most_common(1)[0][1] == 1
    assert len(found) == count
    assert {one.state for one in found} == {"issued"}
    assert {one.number for one in found} == {f"City晚报〔2026〕{number}号" for number in range(1, count + 1)}
    for one in found:
        content = (folder / one.path).read_bytes()
        assert sha256(content).hexdigest() == one.sha256
        assert content.decode().split() == ["evening", CITY, one.period, "1", one.number, str(one.fence)]
    tidy(store, folder)
    assert files(folder) == sorted([*(one.path for one in found), "sent.txt"])


def test_whoever_dies_at_any_step_leaves_exactly_one_of_each(database_url: str, tmp_path: Path) -> None:
    folder = tmp_path / "bulletins"
    open_city(database_url).close()
    told = run("dying", database_url, folder)
    assert told == {"steps": {step: ["killed", "0"] for step in STEPS}, "last": "0"}
    with Store.open(database_url) as store:
        assert_whole(store, folder, len(STEPS))
        sent = Counter(int(line) for line in (folder / "sent.txt").read_text().split())
        assert set(sent.values()) == {1}
        states = {one.edition_id: one.state for one in deliveries(store)}
        assert len(states) == len(STEPS)
        by_step = {step: states[number] for number, step in enumerate(STEPS, 1)}
        # Of these two nobody can say whether they went.
        unknown = {"before it is sent", "after it was sent"}
        assert by_step == {step: "unknown" if step in unknown else "sent" for step in STEPS}


def test_three_at_once_make_each_once(database_url: str, tmp_path: Path) -> None:
    folder = tmp_path / "bulletins"
    open_city(database_url).close()
    assert run("many", database_url, folder) == ["0", "0", "0"]
    with Store.open(database_url) as store:
        assert_whole(store, folder, 10)
        sent = (folder / "sent.txt").read_text().split()
        assert sorted(map(int, sent)) == sorted(one.id for one in editions(store, limit=100))
        assert {one.state for one in deliveries(store)} == {"sent"}


def test_a_made_edition_lies_where_its_row_says(store: Store, office: Office) -> None:
    held = claimed(store)
    assert make(office, held)
    found = edition_of(store, held.id)
    assert found.path == f"2026-11/{held.id}-f1-evening-2026-11-27-11-r1.pdf"
    assert files(office.folder) == [found.path]
    assert found.size == (office.folder / found.path).stat().st_size


def test_a_zombie_neither_records_nor_leaves_a_file(store: Store, office: Office, clock: Clock) -> None:
    zombie = claimed(store)

    def slowly(held: Edition, out: Path) -> Sheet:
        """Meanwhile its lease runs out, and somebody else makes the edition."""
        sheet = simple(held, out)
        clock.at += LEASE
        heir = claim_again(store, held.id, "there 2", clock.at)
        assert heir is not None
        assert make(office, heir)
        return sheet

    assert not make(replace(office, maker=slowly), zombie)
    found = edition_of(store, zombie.id)
    assert (found.fence, found.state) == (2, "issued")
    assert files(office.folder) == [found.path]


def test_what_takes_long_is_kept_alive_but_not_for_ever(store: Store, office: Office, clock: Clock) -> None:
    planned(store, {"depths": [0], "morning": {"on": False}, "month": {"on": False}})
    begin(store, reference(store), EVENING - MINUTE)
    seen: list[bool] = []

    def slowly(held: Edition, out: Path) -> Sheet:
        for _ in range(3):
            clock.at += 9 * MINUTE
            rounds.alive()
            seen.append(edition_of(store, held.id).again_at == clock.at + LEASE)
        clock.at += HOUR
        rounds.alive()
        seen.append(claim_again(store, held.id, "there 2", clock.at) is None)
        return simple(held, out)

    rounds = Round(replace(office, maker=slowly))
    assert rounds.work(lambda: False) == 0
    assert seen == [True, True, True, False]
    rounds.alive()
    assert edition_of(store, 1).worker == "there 2"


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            OSError(errno.ENOSPC, "No space left on device"),
            "there is no room left in .*: make room on its disk",
        ),
        (PermissionError(errno.EACCES, "Permission denied", "/x"), "/x: Permission denied"),
        (
            MakingError("there is no template 'daily': put it back"),
            "there is no template 'daily': put it back",
        ),
        (ZeroDivisionError(), "a fault of the program .ZeroDivisionError.: its log has the trace"),
    ],
)
def test_what_goes_wrong_stands_on_the_row_and_is_tried_again(
    store: Store,
    office: Office,
    clock: Clock,
    error: Exception,
    sentence: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    planned(store, {"depths": [0], "morning": {"on": False}, "month": {"on": False}})
    begin(store, reference(store), EVENING - MINUTE)
    faults = [error]

    def maker(held: Edition, out: Path) -> Sheet:
        out.write_text("half a fi")
        if faults:
            raise faults.pop()
        return simple(held, out)

    rounds = Round(replace(office, maker=maker))
    assert rounds.work(lambda: False) == 0
    (found,) = editions(store)
    assert found.state == "failed"
    assert re.match(sentence, found.fault)
    assert files(office.folder) == []
    assert rounds.work(lambda: False) == 0
    clock.at += MINUTE
    assert rounds.work(lambda: False) == 1
    (found,) = editions(store)
    assert (found.state, found.number, found.fault) == ("issued", "City晚报〔2026〕1号", "")
    assert files(office.folder) == [found.path]
    assert ("Traceback" in caplog.text) == isinstance(error, ZeroDivisionError)


def test_a_disk_that_is_full_when_the_file_is_moved(
    store: Store, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_path: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("reports.making._synced", full)
    held = claimed(store)
    assert not make(office, held)
    assert edition_of(store, held.id).fault.startswith("there is no room left")
    assert files(office.folder) == []


def test_owed_from_now_on_and_a_new_scope_from_when_it_is_seen(
    store: Store, office: Office, clock: Clock
) -> None:
    planned(store, {"depths": [0]})
    rounds = Round(office)
    assert rounds.owed() == []
    clock.at += DAY
    assert Counter(one.kind for one in rounds.owed()) == {"morning": 1, "evening": 1}
    planned(store, {"depths": [0, 1]})
    assert {one.scope for one in rounds.owed()} == {CITY}
    clock.at += DAY
    assert Counter(one.scope for one in rounds.owed()) == {CITY: 4, DISTRICT: 2, OTHER_DISTRICT: 2}
    assert {scope for _, scope in starts(store)} == {CITY, DISTRICT, OTHER_DISTRICT}


def test_a_demonstration_begins_with_the_last_of_each_kind(store: Store, office: Office) -> None:
    planned(store, {"depths": [0]}, demo=True)
    assert [(one.kind, one.period) for one in Round(office).owed()] == [
        ("month", "2026-10"),
        ("morning", "2026-11-27"),
        ("evening", "2026-11-27"),
    ]


def test_after_three_days_of_downtime_a_process_makes_what_was_missed_once(
    store: Store, office: Office, clock: Clock
) -> None:
    planned(store, {"depths": [0, 1]})
    assert Round(office).work(lambda: False) == 0
    clock.at += 3 * DAY
    assert Round(office).work(lambda: False) == 18
    # The clock is set back an hour, and another process looks.
    clock.at -= HOUR
    assert Round(office).work(lambda: False) == 0
    clock.at += HOUR
    assert Round(office).work(lambda: False) == 0
    assert edition_counts(store) == {"issued": 18}


def test_it_stops_between_two_editions(store: Store, office: Office, clock: Clock) -> None:
    planned(store, {"depths": [0, 1]})
    rounds = Round(office)
    rounds.owed()
    clock.at += DAY
    told: list[str] = []
    assert rounds.work(lambda: len(told) >= 2, told.append) == 2
    assert edition_counts(store) == {"issued": 2}


def test_files_that_belong_to_nobody_go_and_others_stay(store: Store, office: Office) -> None:
    lost, live = claimed(store), claimed(store, DISTRICT)
    heir = claim_again(store, lost.id, "there 2", EVENING + LEASE)
    assert heir is not None
    assert make(office, heir)
    folder = office.folder
    for held in (lost, live):
        (folder / path_of(held)).write_text("x")
        (folder / ".parts" / f"{held.id}-f{held.fence}.pdf").write_text("x")
        (folder / ".parts" / f".{held.id}-f{held.fence}.pdf.0123.part").write_text("x")
    (folder / "2026-11" / "notes.txt").write_text("mine")
    assert tidy(store, folder) == 3
    assert files(folder) == sorted(
        [
            f".parts/.{live.id}-f1.pdf.0123.part",
            f".parts/{live.id}-f1.pdf",
            edition_of(store, heir.id).path,
            path_of(live),
            "2026-11/notes.txt",
        ]
    )
    assert tidy(store, folder / "nowhere") == 0


def test_the_clockwork_makes_sends_and_stops(
    store: Store, office: Office, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    planned(store, {"depths": [0]})
    begin(store, reference(store), clock.at - DAY + MINUTE)
    stop, posted, seen = threading.Event(), threading.Event(), []

    def post(_stopped: object) -> None:
        seen.append(edition_counts(store))
        if len(seen) == 1:
            # A fault of one tick is told, and the next one comes.
            raise ZeroDivisionError
        posted.set()

    clockwork = threading.Thread(target=schedule.keep, args=(office, post, stop))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schedule, "LOOK_SECONDS", 0.2)
        patch.setattr(schedule, "SEND_SECONDS", 0.2)
        clockwork.start()
        assert posted.wait(30)
        for _ in range(600):
            if edition_counts(store) == {"issued": 2}:
                break
            stop.wait(0.05)
        assert [one.name for one in workers(store, clock.at)] == ["here 1"]
        stop.set()
        clockwork.join(30)
    assert not clockwork.is_alive()
    assert workers(store, clock.at) == []
    assert edition_counts(store) == {"issued": 2}
    assert "send: a fault of the program" in caplog.text


def test_a_clock_that_is_set_back_does_not_stop_the_ticks(
    store: Store, office: Office, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its next tick would be due when the clock has caught up; it comes at once instead."""
    planned(store, {"depths": [0]})
    stop = threading.Event()
    ticks: list[tuple[str, Instant]] = []
    looked = iter([EVENING, EVENING + MINUTE, EVENING + MINUTE - HOUR])

    class Scheduler:
        def reschedule_job(self, name: str, trigger: object) -> None:
            ticks.append((name, clock.at))
            stop.set()

    def now() -> Instant:
        clock.at = next(looked, clock.at)
        return clock.at

    monkeypatch.setattr(schedule, "_WATCH_SECONDS", 0.001)
    schedule._watch(replace(office, now=now), Scheduler(), stop, {"make": 10})
    assert ticks == [("make", EVENING + MINUTE - HOUR)]


def test_a_store_without_a_city_is_waited_for(
    sqlite_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Store.open(sqlite_url) as store:
        office = Office(store, tmp_path, simple, Clock(EVENING), "here 1")
        stop = threading.Event()
        with caplog.at_level(logging.DEBUG):
            schedule._guarded("make", lambda: Round(office).work(lambda: False), stop)()
        assert "holds no city yet" in caplog.text
        assert unfinished(store, EVENING) == []
