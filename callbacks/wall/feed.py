"""What the addresses of the wall answer with: one computation for each scope, scene and version, whoever asks.

Nothing runs while nobody asks. Whoever asks first gathers the fast facts of a new version; the slow ones are gathered
beside, by a thread that ends when it is done, and raise the version of the answer when they have changed.
"""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from threading import Lock, Thread
from typing import Any, Final
from zlib import crc32

from flask import json

from callbacks.wall.board import Picture, Setting, board, parts_of, picture, scene, setting
from callbacks.wall.facts import Part, Subject
from callbacks.wall.panels import Old, Pulse
from callbacks.wall.reads import WallReads
from callbacks.wall.rows import milliseconds
from callbacks.wall.watch import LOOK_SECONDS, Watch
from data.clocks import SECOND, Instant
from data.wallcontrol import Seen, Unreadable
from data.wallplan import Control, control_of
from data.words import Language, word

_log = logging.getLogger(__name__)

SLOT: Final = 5 * SECOND
"""Deadlines pass without a commit: an answer is made anew after so long."""

_TICK: Final = SECOND // 10
"""Walls that ask within so long share their bytes: the server's clock in them is as exact as that."""

_KEPT_SHELVES: Final = 64
_KEPT_SCOPES: Final = 64
_KEPT_TOKENS: Final = 240
_KEPT_BODIES: Final = 24
_LOAD: Final = 15
"""A part that takes a second is asked every so many seconds at the most."""

_PREPARE: Final = SLOT + 4 * SECOND
"""So long before a scene turns the facts of the next are gathered: a slot may pass between two looks."""

MAP_SECONDS: Final = 15
MAP_IDLE_SECONDS: Final = 300
"""How often the colours of the map are fetched at the most while events keep coming, and while none come."""

_RETRY_SECONDS: Final = 2.0
_SPARE_SECONDS: Final = 30
"""Slow facts that are older than three of their turns and this are never shown: they are asked first."""


@dataclass(frozen=True)
class Held:
    """A part's facts, with the store's version and the moment when they were asked for, and how long that took."""

    value: Any
    version: int
    ticks: float
    cost: float


@dataclass
class Shelf:
    """The facts of a subject on one day of one city. `generation` grows when a slow part has changed."""

    held: dict[str, Held] = field(default_factory=dict)
    generation: int = 0
    busy: bool = False
    checked: float = float("-inf")
    fast_of: tuple[int, int] | None = None
    stamp: tuple[int, float] | None = None


@dataclass(frozen=True)
class Frame:
    """A finished answer: its parts as JSON, and the digest of each panel."""

    token: str
    at: Instant
    front: Mapping[str, Any]
    panels: Mapping[str, bytes]
    digests: Mapping[str, bytes]


@dataclass
class Line:
    """What the walls of one scope and language were sent."""

    frame: Frame | None = None
    known: OrderedDict[str, Mapping[str, bytes]] = field(default_factory=OrderedDict)
    bodies: OrderedDict[tuple[str, str, Instant], bytes] = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)
    failed_ticks: float | None = None


@dataclass(frozen=True)
class Moment:
    """What holds at an instant: the versions, the picture (None without a city), and what is held of its subject.
    Time alone changes none of it before `until`."""

    scope: str
    version: int
    reference_version: int
    shown: Picture | None
    shelf: Shelf | None
    now: Instant
    until: Instant


@dataclass
class Corner:
    """What is kept for the walls of one scope: the city with its version, the control state with its text, the last
    moment with the look it was made from, and the lines by language."""

    given: tuple[int, Setting | None] | None = None
    control: tuple[str, Control] | None = None
    moment: tuple[Seen, Moment] | None = None
    lines: dict[Language, Line] = field(default_factory=dict)


@dataclass(frozen=True)
class Reply:
    """An answer's status and bytes; equal keys have equal bytes, "" is never kept."""

    status: int
    body: bytes
    key: str = ""


def _spawned(work: Callable[[], None]) -> None:
    Thread(target=work, daemon=True, name="wall").start()


@dataclass
class WallFeed:
    """Answers for every wall of a process. Safe for several threads.

    `wall(scope)` gives the reads of a scope, `watch` is the one look at the store that all share, `spawn` runs work
    beside.
    """

    wall: Callable[[str], WallReads]
    watch: Watch
    now: Callable[[], Instant]
    boot: str
    build: str
    ticks: Callable[[], float] = time.monotonic
    spawn: Callable[[Callable[[], None]], None] = _spawned
    _shelves: OrderedDict[tuple[str, Subject, int, int], Shelf] = field(default_factory=OrderedDict)
    _corners: OrderedDict[str, Corner] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def pulse(self, scope: str, language: Language) -> Reply:
        """The token of what `panels` would answer, or 503 while the store cannot be read."""
        now = self.now()
        try:
            moment = self._standing_still(scope, now) or self._standing(scope, now)
        except Unreadable:
            return self._away(scope, language, now)
        token = self._token(moment, language)
        told: Pulse = {"v": token, "at": milliseconds(now)}
        return Reply(200, json.dumps(told).encode())

    def panels(self, scope: str, language: Language, known: str) -> Reply:
        """The panels that differ from those of the token `known`."""
        line = self._line(scope, language)
        with line.lock:
            try:
                frame = self._frame(line, scope, language)
            except Unreadable:
                frame = None
            if frame is None:
                return self._old(line, scope, language, known)
            return self._reply(line, frame, known)

    def _standing_still(self, scope: str, now: Instant) -> Moment | None:
        """The last moment as long as neither the store nor the time has made another of it; None beyond."""
        held = self._corner(scope).moment
        if held is None or held[0] is not self.watch.seen() or not held[1].now <= now < held[1].until:
            return None
        self._beside(held[1])
        return held[1]

    def _standing(self, scope: str, now: Instant) -> Moment:
        seen = self.watch.seen()
        given = self._setting(scope, seen.reference_version)
        if given is None:
            return Moment(scope, seen.version, seen.reference_version, None, None, now, now)
        control = self._control(scope, seen.controls.get(scope))
        shown = picture(self.wall(scope), given, control, now)
        shelf = self._shelf(scope, shown, seen.reference_version)
        ends = [(now // SLOT + 1) * SLOT, shown.turns_at, shown.found.until]
        until = min(end for end in ends if end is not None)
        moment = Moment(scope, seen.version, seen.reference_version, shown, shelf, now, until)
        self._beside(moment)
        self._corner(scope).moment = (seen, moment)
        if shown.found.until is not None and shown.found.until - now < _PREPARE:
            coming = picture(self.wall(scope), given, control, shown.found.until)
            shelf = self._shelf(scope, coming, seen.reference_version)
            self._beside(Moment(scope, seen.version, seen.reference_version, coming, shelf, now, now))
        return moment

    def _setting(self, scope: str, version: int) -> Setting | None:
        corner = self._corner(scope)
        held = corner.given
        if held is None or held[0] != version or held[1] is None:
            try:
                held = corner.given = (version, setting(self.wall(scope)))
            except LookupError:
                # The city has no such grid (any more): its walls have nothing to show.
                held = corner.given = (version, None)
            except Exception as error:
                _log.warning("The city could not be read for its wall.", exc_info=True)
                raise Unreadable(str(error)) from error
        return held[1]

    def _control(self, scope: str, body: str | None) -> Control:
        if body is None:
            return Control()
        corner = self._corner(scope)
        held = corner.control
        if held is None or held[0] != body:
            held = corner.control = (body, control_of(json.loads(body)))
        return held[1]

    def _shelf(self, scope: str, shown: Picture, version: int) -> Shelf:
        """What is held of a subject; yesterday's facts are another's."""
        key = (scope, shown.subject, shown.asked.clock.day_number(shown.now), version)
        with self._lock:
            found = self._shelves.get(key)
            if found is None:
                found = self._shelves[key] = Shelf()
            self._shelves.move_to_end(key)
            while len(self._shelves) > _KEPT_SHELVES:
                self._shelves.popitem(last=False)
        return found

    def _corner(self, scope: str) -> Corner:
        with self._lock:
            found = self._corners.get(scope)
            if found is None:
                found = self._corners[scope] = Corner()
            self._corners.move_to_end(scope)
            while len(self._corners) > _KEPT_SCOPES:
                self._corners.popitem(last=False)
        return found

    def _line(self, scope: str, language: Language) -> Line:
        return self._corner(scope).lines.setdefault(language, Line())

    def _token(self, moment: Moment, language: Language) -> str:
        shown = moment.shown
        key = 0 if shown is None else crc32(shown.key.encode())
        generation = 0 if moment.shelf is None else moment.shelf.generation
        control = 0 if shown is None else shown.control.version
        numbers = (moment.version, moment.reference_version, control, key, generation, moment.now // SLOT)
        return f"{self.boot}.{language}." + ".".join(f"{number:x}" for number in numbers)

    def _frame(self, line: Line, scope: str, language: Language) -> Frame | None:
        """The newest frame, made when there is none of this moment; None when its facts could not be gathered."""
        moment = self._standing(scope, self.now())
        token = self._token(moment, language)
        if line.frame is not None and line.frame.token == token:
            return line.frame
        if line.failed_ticks is not None and self.ticks() - line.failed_ticks < _RETRY_SECONDS:
            return None
        try:
            made = self._made(moment, token)
        except Unreadable:
            raise
        except Exception:
            _log.exception("The wall's panels could not be made.")
            line.failed_ticks = self.ticks()
            return None
        line.failed_ticks = None
        line.frame = made
        line.known[token] = made.digests
        while len(line.known) > _KEPT_TOKENS:
            line.known.popitem(last=False)
        return made

    def _made(self, moment: Moment, token: str) -> Frame:
        shown = moment.shown
        front: dict[str, Any] = {"v": token, "boot": self.boot, "build": self.build}
        front |= {"as_of": milliseconds(moment.now), "old": None}
        if shown is None or moment.shelf is None:
            front |= {"notice": word("panel.no_city"), "mode": "normal", "scene": None}
            return Frame(token, moment.now, front, {}, {})
        facts = self._facts(moment, shown, moment.shelf)
        mode = "normal" if shown.control.response is None else "emergency"
        front |= {"notice": "", "mode": mode, "scene": scene(shown)}
        parts = {
            name: json.dumps(panel, ensure_ascii=False, separators=(",", ":")).encode()
            for name, panel in board(shown, facts, self._stamp(moment, moment.shelf)).items()
        }
        digests = {name: blake2b(body, digest_size=8).digest() for name, body in parts.items()}
        return Frame(token, moment.now, front, parts, digests)

    def _stamp(self, moment: Moment, shelf: Shelf) -> str:
        """Says when the map's colours are to be fetched: some time after a commit, and now and then without one."""
        ticks = self.ticks()
        if shelf.stamp is None or ticks - shelf.stamp[1] >= (
            MAP_SECONDS if shelf.stamp[0] != moment.version else MAP_IDLE_SECONDS
        ):
            shelf.stamp = (moment.version, ticks)
        return f"{shelf.stamp[0]:x}.{int(shelf.stamp[1]):x}"

    def _facts(self, moment: Moment, shown: Picture, shelf: Shelf) -> dict[str, Any]:
        """Every fact: the fast ones of this version, the slow ones as they are held, or asked now where they are too
        old to be shown."""
        current = (moment.version, moment.now // SLOT)
        ticks = self.ticks()
        for part in parts_of(shown.subject):
            held = shelf.held.get(part.name)
            if part.seconds == 0:
                if held is None or shelf.fast_of != current:
                    self._ask(part, shown, shelf, moment.version)
            elif held is None or ticks - held.ticks > 3 * part.seconds + _SPARE_SECONDS:
                self._ask(part, shown, shelf, moment.version)
        shelf.fast_of = current
        return {name: held.value for name, held in shelf.held.items()}

    def _ask(self, part: Part, shown: Picture, shelf: Shelf, version: int) -> bool:
        """Asks for a part now; True when its facts are others than before."""
        began = self.ticks()
        value = part.gather(shown.asked)
        before = shelf.held.get(part.name)
        shelf.held[part.name] = Held(value, version, began, self.ticks() - began)
        return before is None or before.value != value

    def _beside(self, moment: Moment) -> None:
        """Has the slow parts asked beside whose turn has come."""
        shown, shelf = moment.shown, moment.shelf
        if shown is None or shelf is None:
            return
        ticks = self.ticks()
        if ticks - shelf.checked < LOOK_SECONDS:
            return
        shelf.checked = ticks
        due = [part for part in parts_of(shown.subject) if _is_due(part, shelf, moment.version, ticks)]
        if not due:
            return
        with self._lock:
            if shelf.busy:
                return
            shelf.busy = True

        def work() -> None:
            try:
                changed = [self._ask(part, shown, shelf, moment.version) for part in due]
                shelf.generation += any(changed)
            except Exception:
                # What is too old is asked again by whoever wants to show it, and said to be old if that fails.
                _log.warning("Some of the wall's facts could not be gathered.", exc_info=True)
            finally:
                shelf.busy = False

        self.spawn(work)

    def _reply(self, line: Line, frame: Frame, known: str) -> Reply:
        before = line.known.get(known, {})
        at = self.now() // _TICK * _TICK
        key = (frame.token, known if before else "", at)
        body = line.bodies.get(key)
        if body is None:
            front = {**frame.front, "at": milliseconds(at)}
            body = line.bodies[key] = _body(front, frame, before)
            while len(line.bodies) > _KEPT_BODIES:
                line.bodies.popitem(last=False)
        return Reply(200, body, f"{frame.token}|{key[1]}|{at}")

    def _old(self, line: Line, scope: str, language: Language, known: str) -> Reply:
        """The last good answer, marked with its instant; 503 where there was none."""
        now, frame = self.now(), line.frame
        if frame is None:
            return self._away(scope, language, now)
        reason = "panel.unreadable" if line.failed_ticks is None else "panel.unreadable_part"
        old: Old = {
            "as_of": milliseconds(frame.at),
            "age": (now - frame.at) // SECOND,
            "why": word(reason),
        }
        token = f"{frame.token}.old"
        line.known[token] = frame.digests
        front = {**frame.front, "v": token, "at": milliseconds(now), "old": old}
        return Reply(200, _body(front, frame, line.known.get(known, {})))

    def _away(self, scope: str, language: Language, now: Instant) -> Reply:
        frame = self._line(scope, language).frame
        told = {
            "error": word("panel.unreadable"),
            "at": milliseconds(now),
            "good": None if frame is None else milliseconds(frame.at),
            "age": None if frame is None else (now - frame.at) // SECOND,
        }
        return Reply(503, json.dumps(told, ensure_ascii=False).encode())


def _is_due(part: Part, shelf: Shelf, version: int, ticks: float) -> bool:
    held = shelf.held.get(part.name)
    if part.seconds == 0:
        return False
    if held is None:
        return True
    passed = ticks - held.ticks
    turn = max(part.seconds, _LOAD * held.cost)
    return passed >= turn and (part.apart or held.version != version or passed >= max(turn, SLOT / SECOND))


def _body(front: Mapping[str, Any], frame: Frame, before: Mapping[str, bytes]) -> bytes:
    """The answer as JSON, with the panels whose digests differ from those of `before`."""
    sent = [
        b'"%s":%s' % (name.encode(), body)
        for name, body in frame.panels.items()
        if before.get(name) != frame.digests[name]
    ]
    opening = json.dumps(front, ensure_ascii=False, separators=(",", ":")).encode()
    return opening[:-1] + b',"panels":{' + b",".join(sent) + b"}}\n"
