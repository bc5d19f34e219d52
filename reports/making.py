"""From a claim to an edition that is recorded: made to a file of its own, moved into its place, written down.

A file's name carries the fence of its claim, so nobody can write over what another one made. The file is on the disk
before the row says so; whoever dies in between leaves a file that nobody knows, which `tidy` takes away.
"""

from __future__ import annotations

import errno
import logging
import os
import re
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from sqlalchemy.exc import SQLAlchemyError

from data.bulletinplan import KINDS, BulletinKind, centres
from data.clocks import Instant
from data.editions import (
    Edition,
    Made,
    Owed,
    claim,
    claim_again,
    editions_by_id,
    failed,
    listed,
    plan,
    record,
    release,
    renew,
    unfinished,
    workers_at_work,
)
from data.jobworkers import start, starts
from data.owing import due, latest_due
from data.reference import NoCity, Reference, reference
from data.store import Store

FOLDER: Final = "bulletins"
"""The folder, below that of the settings, that keeps the files of editions."""

_PARTS = ".parts"
_NAME = re.compile(r"\.?(\d+)-f(\d+)[-.]")

_log = logging.getLogger(__name__)


class MakingError(RuntimeError):
    """An edition that could not be made; the message says why and what to do, in a sentence."""


@dataclass(frozen=True)
class Sheet:
    """What a maker gives beside the file: the title, the figures and the document (JSON), the number of pages, and what
    a revision has changed, a sentence each."""

    title: str
    figures: Mapping[str, Any]
    document: Mapping[str, Any]
    pages: int
    changes: tuple[str, ...] = ()


Maker = Callable[[Edition, Path], Sheet]
"""Makes the PDF of a claimed edition and leaves it at the path."""


@dataclass(frozen=True)
class Office:
    """Where bulletins are made: the whole city's store, the folder of their files, who makes them and under what name,
    the clock, and which errors of making are sentences for whoever mends them."""

    store: Store
    folder: Path
    maker: Maker
    now: Callable[[], Instant]
    worker: str
    mendable: tuple[type[Exception], ...] = (MakingError,)


def worker_name() -> str:
    """Names this process: its machine and its number."""
    return f"{socket.gethostname()[:80]} {os.getpid()}"


def make(office: Office, held: Edition) -> bool:
    """Makes a claimed edition and records it. False when it failed, which then stands on its row, or when somebody else
    has taken it up meanwhile."""
    part = office.folder / _PARTS / f"{held.id}-f{held.fence}.pdf"
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        sheet = office.maker(held, part)
        if not renew(office.store, held, office.now()):
            return False
        return _recorded(office, held, sheet, part)
    except Exception as error:
        sentence = _sentence(error, office)
        _log.warning("bulletin %s %s %s: %s", held.kind, held.scope, held.period, sentence)
        with suppress(SQLAlchemyError):
            failed(office.store, held, sentence, office.now())
        return False
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _recorded(office: Office, held: Edition, sheet: Sheet, part: Path) -> bool:
    path = path_of(held)
    place = office.folder / path
    content = part.read_bytes()
    place.parent.mkdir(parents=True, exist_ok=True)
    _synced(part)
    part.replace(place)
    _synced(place.parent)
    made = Made(
        path=path,
        sha256=sha256(content).hexdigest(),
        pages=sheet.pages,
        size=len(content),
        title=sheet.title,
        figures=sheet.figures,
        document=sheet.document,
        changes=sheet.changes,
    )
    if record(office.store, held, made, office.now()):
        return True
    place.unlink(missing_ok=True)
    return False


def path_of(held: Edition) -> str:
    """Where the file of a claim goes, below the folder of bulletins: nobody else's claim has the same."""
    scope = re.sub(r"[^A-Za-z0-9_-]", "", held.scope)
    month = held.period[:7]
    return f"{month}/{held.id}-f{held.fence}-{held.kind}-{held.period}-{scope}-r{held.revision}.pdf"


def _synced(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sentence(error: Exception, office: Office) -> str:
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"there is no room left in {office.folder}: make room on its disk; it is tried again by itself"
    if isinstance(error, OSError):
        return f"{error.filename or office.folder}: {error.strerror or error}"
    if isinstance(error, (*office.mendable, NoCity)):
        return str(error)
    if isinstance(error, SQLAlchemyError):
        return "the database did not answer meanwhile; it is tried again by itself"
    # Nobody but us can mend it: the trace is for the log.
    _log.exception("a fault of the program")
    return f"a fault of the program ({type(error).__name__}): its log has the trace; report it"


@dataclass
class Round:
    """One process's work on what is owed. It remembers until when nothing is missing, so that each look is short."""

    office: Office

    def __post_init__(self) -> None:
        self._complete: dict[BulletinKind, Instant] = {}
        self._held: Edition | None = None

    def alive(self) -> None:
        """Renews the lease of the edition in hand, from another thread; not for ever, lest one that hangs keeps it."""
        held, present = self._held, self.office.now()
        if held is not None and present - held.claimed_at < _LONGEST:
            renew(self.office.store, held, present)

    def owed(self) -> list[Owed]:
        """What is owed now; a scope that is seen for the first time is owed from now on."""
        store, present = self.office.store, self.office.now()
        city = reference(store)
        begin(store, city, present)
        since = {
            (kind, scope): max(at, self._complete.get(kind, at))
            for (kind, scope), at in starts(store).items()
        }
        made = {
            key
            for kind in KINDS
            if (first := min((at for (own, _), at in since.items() if own == kind), default=None)) is not None
            for key in listed(store, kind, first)
        }
        found = due(present, made, since, plan(city), city.tree, city.calendar)
        for kind in KINDS:
            missing = min((one.due_at for one in found if one.kind == kind), default=present)
            # A clock may be set back, and a day's holiday be moved: the last days are looked at again.
            self._complete[kind] = min(missing, present - _LOOKED_AT_AGAIN)
        return found

    def work(self, stopped: Callable[[], bool], told: Callable[[str], None] = lambda _doing: None) -> int:
        """Makes everything that is owed and can be made, until it is told to stop; how many editions were made."""
        made = 0
        left = self._left()
        while left and not stopped():
            looked_at = self.office.now()
            for claimed in left:
                if stopped() or self.office.now() - looked_at > _LOOK_AGAIN:
                    break
                if (held := claimed()) is not None:
                    told(f"{held.kind} {held.period} {held.scope}")
                    self._held = held
                    made += make(self.office, held)
                    self._held = None
            else:
                break
            left = self._left()
        return made

    def _left(self) -> list[Callable[[], Edition | None]]:
        store, office = self.office.store, self.office
        release_dead(store, office.now())
        again = [self._again(one.id) for one in unfinished(store, office.now())]
        return again + [self._new(one) for one in self.owed()]

    def _again(self, number: int) -> Callable[[], Edition | None]:
        return lambda: claim_again(self.office.store, number, self.office.worker, self.office.now())

    def _new(self, owed: Owed) -> Callable[[], Edition | None]:
        return lambda: claim(self.office.store, owed, self.office.worker, self.office.now())


_LOOKED_AT_AGAIN: Final = 3 * 86_400_000_000
_LONGEST: Final = 3_600_000_000
_LOOK_AGAIN: Final = 60_000_000
"""What comes due or is approved while hundreds are made waits no longer."""


def begin(store: Store, city: Reference, now: Instant) -> None:
    """From now on the city's bulletins are owed to every scope that has a centre and was not there before. A
    demonstration is owed the last of each kind too, so that there is something to look at."""
    how = plan(city)
    known = starts(store)
    kinds = [kind for kind in KINDS if how.of(kind).on]
    wanted = [(kind, scope) for kind in kinds for scope in centres(how, city.tree)]
    new = [one for one in wanted if one not in known]
    if not new:
        return
    since = dict.fromkeys(kinds, now)
    if city.config.get("demo"):
        since = {kind: latest_due(now, kind, how, city.calendar) or now for kind in kinds}
    start(store, new, since)


def release_dead(store: Store, now: Instant) -> int:
    """Lets go of what processes of this machine held that are there no more; how many editions there were."""
    host, _, own = worker_name().rpartition(" ")
    dead = {
        name
        for name in workers_at_work(store, now)
        if name.rpartition(" ")[0] == host
        and (number := name.rpartition(" ")[2]) != own
        and not _alive(int(number))
    }
    return release(store, dead, now) if dead else 0


def _alive(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def tidy(store: Store, folder: Path) -> int:
    """Takes away files that belong to no edition: of claims that were lost, and drafts that were set anew. How many."""
    found = [path for path in folder.glob("*/*") if path.is_file() and _NAME.match(path.name)]
    claims = {path: tuple(map(int, match.groups())) for path in found if (match := _NAME.match(path.name))}
    known = editions_by_id(store, {number for number, _ in claims.values()})
    gone = 0
    for path, (number, fence) in claims.items():
        one = known.get(number)
        if one is None or path == folder / one.path:
            continue
        if one.fence > fence or one.state in ("draft", "issued"):
            path.unlink(missing_ok=True)
            gone += 1
    return gone
