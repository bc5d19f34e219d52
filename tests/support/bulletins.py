"""Makers of bulletins that die at a step of one's choice, and several at once: in processes of their own.

`python -m tests.support.bulletins dying URL FOLDER` lets, for each of STEPS, one maker die there on the evening of a
day of its own, and another finish what it left; `... many URL FOLDER` lets three make the same days at once.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from functools import partial, wraps
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from sqlalchemy import select, text, update

from data import editions
from data.clocks import DAY, HOUR, MINUTE, SECOND, Instant
from data.deliveries import claim_delivery, lapse, owed_deliveries, record_sent
from data.editions import Edition
from data.reference import reference
from data.schema import city
from data.store import Store
from reports import making
from reports.making import Office, Round, Sheet, begin, worker_name

EVENING: Final = 1_795_780_800 * SECOND
"""2026-11-27 20:00 in Shanghai, the first evening that is owed."""

STEPS: Final = (
    "after the claim",
    "while it is made",
    "after it was made",
    "before it is moved",
    "after it was moved",
    "while it is recorded",
    "after it was recorded",
    "before it is marked as being sent",
    "before it is sent",
    "after it was sent",
    "after the sending was recorded",
)

PLAN: Final = {
    "depths": [0],
    "morning": {"on": False},
    "month": {"on": False},
    "recipients": [{"name": "duty", "by": "mail", "to": "duty@example.org", "scopes": ["11"]}],
}


def planned(store: Store, bulletins: Any, **more: Any) -> None:
    """Gives the city of a store its [bulletins]."""
    with store.keeping() as connection:
        config = json.loads(connection.execute(select(city.c.config)).scalar_one())
        config |= {"bulletins": bulletins, **more}
        connection.execute(update(city).values(config=json.dumps(config)))
        connection.execute(text("UPDATE store_state SET reference_version = reference_version + 1"))


def simple(held: Edition, out: Path) -> Sheet:
    """Makes a file that says what it is."""
    out.write_text(f"{held.kind} {held.scope} {held.period} {held.revision} {held.number} {held.fence}")
    return Sheet(f"{held.kind} {held.period}", {"scope": held.scope}, {"number": held.number}, 1)


def die() -> None:
    """As a machine does that loses its power."""
    os.kill(os.getpid(), signal.SIGKILL)


def before(call: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(call)
    def dying(*args: Any, **more: Any) -> Any:
        die()

    return dying


def after(call: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(call)
    def dying(*args: Any, **more: Any) -> Any:
        call(*args, **more)
        die()

    return dying


def patch(module: ModuleType, name: str, how: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    """Lets a function of a module die, in this process alone."""
    setattr(module, name, how(getattr(module, name)))


def post(store: Store, sink: Path, now: Instant, step: str) -> None:
    """Sends what is owed, a line in a file for each."""
    lapse(store, now, "whoever sent it died")
    for owed in owed_deliveries(store, now):
        if step == "before it is marked as being sent":
            die()
        held = claim_delivery(store, owed.id, now)
        if held is None:
            continue
        if step == "before it is sent":
            die()
        with sink.open("a") as file:
            file.write(f"{held.edition_id}\n")
        if step == "after it was sent":
            die()
        record_sent(store, held, now)
        if step == "after the sending was recorded":
            die()


def work(url: str, folder: Path, now: Instant, step: str = "") -> None:
    """Makes and sends what is owed at an instant, and dies at the step."""
    with Store.open(url, synchronous="OFF", pool_size=2) as store:
        maker = simple
        if step == "while it is made":

            def maker(held: Edition, out: Path) -> Sheet:
                out.write_text("half a fi")
                die()
                raise AssertionError

        elif step == "after it was made":
            maker = after(simple)
        elif step == "after the claim":
            patch(making, "claim", after)
        elif step == "before it is moved":
            patch(making, "_synced", before)
        elif step == "after it was moved":
            patch(making, "record", before)
        elif step == "while it is recorded":
            patch(editions, "owe", before)
        elif step == "after it was recorded":
            patch(making, "record", after)
        office = Office(store, folder, maker, lambda: now, worker_name())
        Round(office).work(lambda: False)
        post(store, folder / "sent.txt", now, step)


def forked(task: Callable[[], None]) -> int:
    """Starts a task in a process of its own; its number."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            task()
            code = 0
        except BaseException as error:
            print(repr(error), file=sys.stderr, flush=True)
        finally:
            os._exit(code)
    return child


def ended(child: int) -> str:
    """How a process ended: "killed" or its exit code."""
    _, status = os.waitpid(child, 0)
    return "killed" if os.WIFSIGNALED(status) else str(os.WEXITSTATUS(status))


def begun(url: str) -> None:
    """From a minute before the first evening on bulletins are owed."""
    with Store.open(url, synchronous="OFF", pool_size=2) as store:
        planned(store, PLAN)
        begin(store, reference(store), EVENING - MINUTE)


def main(role: str, url: str, folder: Path) -> None:
    """Does what the role says; prints how each process ended, as JSON."""
    ended(forked(lambda: begun(url)))
    if role == "dying":
        told = {}
        for number, step in enumerate(STEPS):
            at = EVENING + number * DAY + MINUTE
            first = ended(forked(partial(work, url, folder, at, step)))
            # Somebody else comes at once: who died is known to be dead on this machine.
            told[step] = [first, ended(forked(partial(work, url, folder, at + SECOND)))]
        # What was being sent is given up an hour later.
        last = ended(forked(lambda: work(url, folder, EVENING + len(STEPS) * DAY - HOUR)))
        print(json.dumps({"steps": told, "last": last}))
    else:
        at = EVENING + 9 * DAY + MINUTE
        children = [forked(lambda: work(url, folder, at)) for _ in range(3)]
        print(json.dumps([ended(child) for child in children]))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
