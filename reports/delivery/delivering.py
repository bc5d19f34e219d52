"""Sends what is owed: each issued bulletin to each of its recipients, at most once.

A delivery is marked as being sent before it is, and as sent after. Whatever happens in between, it is not sent again by
itself: a person who has asked the recipient does so.
"""

from __future__ import annotations

import logging
import ssl
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from data.clocks import Instant
from data.deliveries import (
    Delivery,
    claim_delivery,
    lapse,
    owed_deliveries,
    record_failed,
    record_sent,
    record_unknown,
)
from data.senders import Robot, mail_server, robots
from data.settings import Settings
from data.store import Store
from reports.delivery.mail import Mailer
from reports.delivery.packing import NotAsIssued
from reports.delivery.parcel import Outcome, Parcel, Result
from reports.delivery.robots import Caller

LAPSED: Final = (
    "whoever was sending it ended in the middle: ask the recipient whether it came, and send it again if not"
)

MOST: Final = 1_000
"""So many are looked through in a round: those of a server that is away must not hide the others."""

_log = logging.getLogger(__name__)

Send = Callable[[Parcel, str, Instant], Outcome]
"""Sends a parcel to an address, once."""

ParcelOf = Callable[[int], Parcel]
"""The parcel of an edition by its id. Whatever it raises is why the edition cannot be sent."""


@dataclass(frozen=True)
class Ways:
    """How bulletins leave the house: by e-mail, where there is a server, and by the robots by name."""

    mailer: Mailer | None = None
    robots: Mapping[str, Robot] = field(default_factory=dict)
    caller: Caller | None = None

    @classmethod
    def of(cls, settings: Settings, context: ssl.SSLContext | None = None) -> Ways:
        """Those of the settings. `context` decides whose certificates are trusted: those that the machine trusts."""
        trusted = context or ssl.create_default_context()
        mailer = None
        if settings.smtp_url and settings.mail_from:
            mailer = Mailer(mail_server(settings.smtp_url), settings.mail_from, trusted)
        return cls(mailer, robots(settings.webhooks), Caller(trusted))

    def send(self, held: Delivery, parcel: Parcel, now: Instant) -> Outcome:
        """Sends a delivery once; says what came of it, and never raises for the network."""
        if held.way == "mail":
            if self.mailer is None:
                told = "there is no mail server: set YIPING_SMTP_URL and YIPING_MAIL_FROM"
                return Outcome("later", told, away=True)
            return self.mailer.send(parcel, held.address)
        robot = self.robots.get(held.address)
        if robot is None or self.caller is None:
            return Outcome("later", f"there is no robot {held.address!r}: add it to YIPING_WEBHOOKS")
        if robot.kind != held.way:
            return Outcome(
                "refused",
                f"the robot {held.address!r} of YIPING_WEBHOOKS is for {robot.kind}, the city's plan says {held.way}",
            )
        return self.caller.send(robot, parcel, now)


def post(
    store: Store, ways: Ways, parcel_of: ParcelOf, now: Callable[[], Instant]
) -> Callable[[Callable[[], bool]], None]:
    """What sends everything that is owed, until nothing more can go now or it is told to stop."""

    def sent(stopped: Callable[[], bool]) -> None:
        while not stopped() and deliver(store, ways, parcel_of, now, stopped=stopped).get("sent"):
            pass

    return sent


def deliver(
    store: Store,
    ways: Ways,
    parcel_of: ParcelOf,
    now: Callable[[], Instant],
    limit: int = MOST,
    stopped: Callable[[], bool] = lambda: False,
) -> Mapping[Result, int]:
    """Sends what is owed by now, up to a limit, until it is told to stop; how many came to what. A way on which nobody
    can be reached is left for the next time after the first try, so that a server that is away holds up nothing
    else."""
    lapse(store, now(), LAPSED)
    came: Counter[Result] = Counter()
    parcels: dict[int, Parcel] = {}
    away: set[str] = set()
    for owed in owed_deliveries(store, now(), limit):
        if stopped():
            break
        if owed.way in away:
            continue
        try:
            parcel = parcels.get(owed.edition_id) or parcel_of(owed.edition_id)
        except NotAsIssued as error:
            outcome = Outcome("later", str(error))
            held = claim_delivery(store, owed.id, now())
        except Exception as error:
            _log.exception("The bulletin %d could not be made up for its recipients.", owed.edition_id)
            outcome = Outcome(
                "later", f"the bulletin could not be read ({type(error).__name__}): see the log"
            )
            held = claim_delivery(store, owed.id, now())
        else:
            # Few are kept: an attachment may be large, and most recipients of an edition follow each other.
            parcels = {owed.edition_id: parcel}
            # Marked before anything leaves the house; what is marked is sent by nobody else.
            held = claim_delivery(store, owed.id, now())
            if held is None:
                continue
            outcome = ways.send(held, parcel, now())
        if held is None:
            continue
        if outcome.away:
            away.add(held.way)
        came[outcome.result] += 1
        _recorded(store, held, outcome, now())
    return came


def _recorded(store: Store, held: Delivery, outcome: Outcome, now: Instant) -> None:
    told = f"bulletin {held.edition_id} to {held.name} by {held.way}"
    if outcome.result == "sent":
        record_sent(store, held, now)
        _log.info("Sent: %s.", told)
    elif outcome.result == "unknown":
        record_unknown(store, held, outcome.sentence, now)
        _log.warning("Not known whether sent: %s: %s", told, outcome.sentence)
    else:
        record_failed(store, held, outcome.sentence, now, again=outcome.result == "later")
        _log.warning("Not sent: %s: %s", told, outcome.sentence)
