"""Makes the files of exports that wait, one after the other, in a thread of the server that ends when none is left."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

from data import exportjobs
from data.away import is_away
from data.clocks import Instant
from data.exportjobs import Job
from data.store import Store
from reports.sheets import ENDINGS as SHEETS
from reports.sheets import TYPES as SHEET_TYPES

_log = logging.getLogger(__name__)

ENDINGS: Final = {**SHEETS, "pdf": "pdf"}
TYPES: Final = {**SHEET_TYPES, "pdf": "application/pdf"}
"""What a file of each form is called, and its type: tables, and bulletins on demand."""

_BEAT_SECONDS: Final = 1.0


class Written(Protocol):
    """What a job's file is made from; `rows` is how much there is to write, None where nobody knows."""

    @property
    def rows(self) -> int | None:
        """How much there is to write."""
        ...

    def write(self, path: Path, form: str, told: Callable[[int], None]) -> int:
        """Writes the file, tells how far it is, and gives how much was written."""
        ...


class _Ended(Exception):
    """The export was ended while its file was made."""


class Exporter:
    """The files of exports in a folder, and the thread that makes them. `patient` opens a store in which a question may
    take long, `report` says what a job's file holds."""

    def __init__(
        self,
        folder: Path,
        patient: Callable[[], Store],
        report: Callable[[Store, Job], Written],
        now: Callable[[], Instant],
    ) -> None:
        self._folder = folder
        self._patient = patient
        self._report = report
        self._now = now
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def path(self, number: str, form: str) -> Path:
        """Where the file of an export lies; the id comes from the store, never from an address."""
        return self._folder / f"{number}.{ENDINGS[form]}"

    def part(self, name: str) -> Path:
        """A file of that name while it is made; the folder is there, for this user alone."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self._folder / f"{name}.part"

    def kick(self) -> None:
        """Sees to it that somebody makes what waits."""
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._work, name="exports", daemon=True)
                self._thread.start()

    def wait(self, seconds: float) -> None:
        """Waits until nothing is left to make, for so long at most."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)

    def _work(self) -> None:
        try:
            with self._patient() as store:
                while True:
                    self.sweep(store)
                    job = exportjobs.claim(store, self._now())
                    if job is None:
                        with self._lock:
                            self._thread = None
                        return
                    self._make(store, job)
        except Exception as error:
            if is_away(error):
                _log.warning("Exports wait, the database did not answer: %s", type(error).__name__)
            else:
                _log.exception("Exports could not be gone on with.")

    def sweep(self, store: Store) -> None:
        """Deletes the files of exports whose time is over, and such as belong to none."""
        for number in exportjobs.expire(store, self._now()):
            for ending in ENDINGS.values():
                (self._folder / f"{number}.{ending}").unlink(missing_ok=True)
        kept = exportjobs.known(store)
        for path in self._folder.glob("*") if self._folder.is_dir() else ():
            if path.name.split(".")[0] not in kept and path.is_file() and not path.name.startswith("now-"):
                path.unlink(missing_ok=True)

    def _make(self, store: Store, job: Job) -> None:
        part = self.part(job.id)
        last = time.monotonic()

        def told(rows: int) -> None:
            nonlocal last
            if time.monotonic() - last < _BEAT_SECONDS:
                return
            last = time.monotonic()
            if not exportjobs.beat(store, job.id, rows, self._now()):
                raise _Ended

        try:
            report = self._report(store, job)
            exportjobs.beat(store, job.id, 0, self._now(), report.rows)
            rows = report.write(part, job.form, told)
            part.replace(self.path(job.id, job.form))
            if not exportjobs.finish(
                store, job.id, rows, self.path(job.id, job.form).stat().st_size, self._now()
            ):
                self.path(job.id, job.form).unlink(missing_ok=True)
        except _Ended:
            part.unlink(missing_ok=True)
        except Exception as error:
            part.unlink(missing_ok=True)
            if is_away(error):
                # It counts as left lying, and is taken up again.
                raise
            _log.exception("The export %s could not be made.", job.id)
            exportjobs.fail(store, job.id, type(error).__name__, self._now())
