"""The wall's state machine as a table: an event a line, what is then to be done, and what the screen then says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.support.browser import watched_page
from tests.support.serving import ASSETS

T0 = 1_764_514_790_000
"""2025-11-30 22:59:50 in Shanghai, as the server's clock says when the browser's stands at 1000."""

DAY, NEXT = "2025-11-30", "2025-12-01"

_RUN = """([build, bound, reloaded, steps]) => {
  const { begin, step, told } = window.yiping.machine;
  let state = begin(build, bound, reloaded);
  return steps.map(([event, until, day]) => {
    const made = step(state, event);
    state = made.state;
    return { effects: made.effects, state, told: told(state, until ?? event.mono, day ?? state.day) };
  });
}"""


@dataclass
class Story:
    """Events on their way to the machine; `mono` is the browser's clock and `number` that of the last question."""

    mono: float = 1000.0
    number: int = 1
    steps: list[list[Any]] = field(default_factory=list)
    build: str = "b1"
    bound: int = 0
    reloaded: dict[str, float] = field(default_factory=dict)
    wall_off: float = 0.0

    def add(self, kind: str, *, until: float | None = None, day: str | None = None, **given: Any) -> Story:
        self.steps.append([{"type": kind, "mono": self.mono, **given}, until, day])
        return self

    def start(self) -> Story:
        return self.add("start")

    def panels(self, v: str = "v1", day: str = DAY, **given: Any) -> Story:
        at = T0 + self.mono - 1000
        told = {
            "boot": "one",
            "build": self.build,
            "asOf": at,
            "old": None,
            "mode": "normal",
            "changed": True,
        }
        return self._answer("panels", v, day=day, event_day=day, **(told | given))

    def pulse(self, v: str = "v1", **given: Any) -> Story:
        return self._answer("pulse", v, **given)

    def _answer(self, what: str, v: str, event_day: str = "", day: str | None = None, **given: Any) -> Story:
        event = {
            "what": what,
            "number": self.number,
            "sent": self.mono - 4,
            "v": v,
            "at": T0 + self.mono - 1000 - 2,
        }
        event |= {"day": event_day, "panels": {}} if what == "panels" else {}
        self.steps.append([{"type": "answer", "mono": self.mono, **event, **given}, None, day])
        return self

    def fails(self, status: int = 0) -> Story:
        return self.add("failure", number=self.number, status=status, dice=0.0)

    def tick(self, after: float, day: str = DAY, jump: float = 0.0) -> Story:
        """A tick `after` milliseconds; `jump` sets this machine's clock."""
        self.mono += after
        self.wall_off += jump
        self.steps.append(
            [
                {
                    "type": "tick",
                    "mono": self.mono,
                    "wall": self.mono + 5_000_000 + self.wall_off,
                    "day": day,
                },
                None,
                day,
            ]
        )
        return self

    def after(self, ms: float) -> Story:
        self.mono += ms
        return self

    def asked(self) -> Story:
        """The next question has been asked."""
        self.number += 1
        return self

    def run(self, page: Page) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = page.evaluate(_RUN, [self.build, self.bound, self.reloaded, self.steps])
        return found


@pytest.fixture(scope="module")
def machine(browser: Browser) -> Iterator[Page]:
    """A page with nothing but the machine, which keeps nothing: every story begins it anew."""
    with watched_page(browser) as (page, watch):
        page.goto("about:blank")
        page.add_script_tag(path=ASSETS / "wall" / "machine.js")
        yield page
        watch.verify()


def doing(found: dict[str, Any]) -> list[str]:
    return [
        f"{effect['do']} {effect.get('what', effect.get('reason', ''))}".strip()
        for effect in found["effects"]
    ]


def live() -> Story:
    """A wall that has its first panels and asks for the pulse every half second."""
    return Story().start().after(50).panels()


def test_it_starts_by_asking_for_everything_and_is_live_with_the_first_answer(machine: Page) -> None:
    first, second = live().run(machine)
    assert (doing(first), first["effects"][0]["known"], first["told"]["condition"]) == (
        ["ask panels"],
        "",
        "starting",
    )
    assert (doing(second), second["told"]["condition"], second["told"]["old"]) == (["draw"], "live", False)
    assert second["state"]["asking"] is None
    assert second["told"]["clock"] == pytest.approx(T0 + 50, abs=5)


def test_it_asks_for_the_pulse_twice_a_second_and_for_panels_only_when_they_changed(machine: Page) -> None:
    story = live().tick(400).tick(100)
    story.asked().after(5).pulse("v1").tick(200).tick(300)
    story.asked().after(5).pulse("v2")
    found = story.run(machine)
    assert [doing(one) for one in found[2:]] == [[], ["ask pulse"], [], [], ["ask pulse"], ["ask panels"]]
    assert found[-1]["effects"][0]["known"] == "v1"


def test_no_second_question_while_one_is_under_way(machine: Page) -> None:
    story = live().tick(500)
    for _ in range(8):
        story.tick(500)
    story.add("online").add("show")
    assert [doing(one) for one in story.run(machine)[3:]] == [[]] * 10


def test_an_answer_to_an_older_question_is_not_heard(machine: Page) -> None:
    found = live().tick(500).pulse("v9").run(machine)
    assert found[-1]["state"]["heard"] == "v1"
    assert found[-1]["state"]["asking"] == "pulse"


@pytest.mark.parametrize(
    ("dice", "waits"), [(0.0, (375, 750, 1500, 3000, 3750, 3750)), (1.0, (500, 1000, 2000, 4000, 5000, 5000))]
)
def test_failures_wait_longer_each_time_up_to_five_seconds(
    machine: Page, dice: float, waits: tuple[int, ...]
) -> None:
    story = live().tick(500).asked()
    for wait in waits:
        story.add("failure", number=story.number, status=0, dice=dice).tick(wait - 1).tick(1).asked()
    found = story.run(machine)[3:]
    assert [doing(one) for one in found] == [[], [], ["ask pulse"]] * len(waits)


def test_figures_are_old_after_three_seconds_without_a_word_and_say_their_age(machine: Page) -> None:
    story = live().tick(500).asked().fails().tick(2000).tick(499).tick(502)
    found = story.run(machine)
    assert [one["told"]["old"] for one in found[3:]] == [False, False, False, True]
    assert (found[3]["told"]["condition"], found[-1]["told"]["condition"]) == ("live", "reconnecting")
    assert found[-1]["told"]["age"] == pytest.approx(3501, abs=10)
    assert found[-1]["told"]["good"] == pytest.approx(T0 + 50, abs=10)


@pytest.mark.parametrize(
    ("status", "condition"),
    [(0, "reconnecting"), (500, "reconnecting"), (404, "reconnecting"), (503, "away")],
)
def test_what_keeps_failing_is_named(machine: Page, status: int, condition: str) -> None:
    story = live()
    for _ in range(4):
        story.tick(5000 - 1).asked().fails(status)
    found = story.run(machine)
    assert (found[-1]["told"]["condition"], found[-1]["told"]["old"]) == (condition, True)


def test_it_recovers_at_the_first_answer(machine: Page) -> None:
    story = live().tick(500).asked().fails(503).tick(4000).asked().after(20).pulse("v1")
    found = story.run(machine)
    assert found[-2]["told"]["condition"] == "away"
    assert (found[-1]["told"]["condition"], found[-1]["told"]["old"], found[-1]["state"]["failures"]) == (
        "live",
        False,
        0,
    )


def test_a_server_that_answers_with_old_figures_is_not_believed_to_be_live(machine: Page) -> None:
    story = live().tick(500).asked().after(5).pulse("v1.old").asked().after(5)
    story.panels("v1.old", old={"why": "x"}, asOf=T0 - 90_000)
    told = story.run(machine)[-1]["told"]
    assert (told["condition"], told["old"]) == ("away", True)
    assert told["age"] == pytest.approx(90_510 + 50, abs=60)
    story.tick(500).asked().after(5).pulse("v1.old")
    told = story.run(machine)[-1]["told"]
    assert (told["condition"], told["old"]) == ("away", True)
    assert told["age"] == pytest.approx(91_065, abs=60), "an unchanged pulse makes nothing younger"


def test_a_restarted_server_is_noticed(machine: Page) -> None:
    story = live().tick(500).asked().fails().tick(400).asked().after(5).pulse("w1").asked().after(5)
    found = story.panels("w1", boot="two").run(machine)
    assert doing(found[-2]) == ["ask panels"]
    assert (found[-1]["told"]["note"], found[-1]["told"]["condition"]) == ("restarted", "live")


def test_a_silent_source_is_said_while_the_figures_stay_current(machine: Page) -> None:
    found = Story().start().after(50).panels(silent=2).run(machine)[-1]["told"]
    assert (found["condition"], found["silent"], found["old"]) == ("stale", 2, False)


@pytest.mark.parametrize(("before", "after", "note"), [("2025-11-29", DAY, "midnight"), (DAY, NEXT, "month")])
def test_yesterdays_figures_are_old_from_midnight_until_todays_are_here(
    machine: Page, before: str, after: str, note: str
) -> None:
    story = Story().start().after(50).panels(day=before).tick(300, day=before).tick(100, day=after)
    story.asked().after(10).panels("v1", day=before)
    story.tick(500, day=after).asked().after(5).pulse("v1").tick(1500, day=after)
    story.asked().after(5).panels("v2", day=after).tick(10, day=after)
    found = story.run(machine)
    turned, early, again, fresh = found[3], found[4], found[7], found[8]
    assert (doing(turned), turned["effects"][0]["known"]) == (["ask panels"], "")
    assert (turned["told"]["condition"], turned["told"]["old"], turned["told"]["note"]) == (
        "turning",
        True,
        note,
    )
    assert doing(early) == ["draw"]
    assert (doing(again), again["effects"][0]["known"]) == (["ask panels"], ""), (
        "an answer of yesterday is not enough"
    )
    assert (fresh["told"]["condition"], fresh["told"]["old"]) == ("live", False)


def test_the_servers_clock_is_shown_whatever_this_machines_says(machine: Page) -> None:
    story = live().tick(300).tick(300, jump=-7_200_000)
    before = story.run(machine)
    assert doing(before[-1]) == ["ask pulse"], "a clock set back disturbs nothing"
    assert before[-1]["told"]["clock"] == pytest.approx(T0 + 650, abs=5)
    forward = live().tick(300).tick(300, jump=7_200_000).run(machine)[-1]
    assert forward["told"]["clock"] is None, "it may have slept: the clock is asked for before it is shown"
    assert doing(forward) == ["ask pulse"]


def test_a_jump_of_the_servers_clock_is_taken_over_and_said(machine: Page) -> None:
    story = live().tick(500).asked().after(5)
    story.pulse("v1", at=T0 + 3_600_000)
    told = story.run(machine)[-1]["told"]
    assert told["clock"] == pytest.approx(T0 + 3_600_002, abs=5)
    assert told["note"] == "clock"


def test_noise_of_the_way_does_not_move_the_clock(machine: Page) -> None:
    story = live().tick(500).asked().after(100)
    found = story.pulse("v1", sent=story.mono - 100, at=T0 + story.mono - 1000 + 80).run(machine)[-1]
    assert found["told"]["clock"] == pytest.approx(T0 + story.mono - 1000, abs=5)


def test_after_a_sleep_nothing_is_shown_as_current_until_the_server_has_answered(machine: Page) -> None:
    story = live().tick(400).tick(60_000)
    slept = story.run(machine)[-1]
    assert (slept["told"]["old"], slept["told"]["clock"], slept["told"]["note"]) == (True, None, "woken")
    assert doing(slept) == ["ask pulse"]
    woken = story.asked().asked().after(20).pulse("v1").run(machine)[-1]
    assert (woken["told"]["old"], woken["told"]["condition"]) == (False, "live")
    assert woken["told"]["clock"] == pytest.approx(T0 + story.mono - 1000, abs=10)


def test_a_hidden_tab_asks_nothing_and_wakes_up(machine: Page) -> None:
    story = live().add("hide").tick(700).tick(60_000).tick(60_000).add("show")
    found = story.run(machine)
    assert [doing(one) for one in found[2:]] == [[], [], [], [], ["ask pulse"]]
    assert found[-1]["told"]["old"]


def test_a_question_that_was_under_way_is_given_up_when_the_tab_wakes(machine: Page) -> None:
    found = live().tick(500).tick(60_000).run(machine)
    assert doing(found[-1]) == ["abort", "ask pulse"]


def test_a_cut_network_is_said_at_once_and_the_way_back_is_tried_at_once(machine: Page) -> None:
    story = live().add("offline")
    cut = story.run(machine)[-1]["told"]
    assert (cut["condition"], cut["old"]) == ("offline", False)
    story.after(3100).add("online")
    assert doing(story.run(machine)[-1]) == ["ask pulse"]


def test_an_answer_that_was_under_way_when_the_network_was_cut_does_not_mend_it(machine: Page) -> None:
    story = live().tick(500).asked().add("offline").after(2).pulse()
    story.tick(510).asked().fails()
    assert story.run(machine)[-1]["told"]["condition"] == "offline"
    story.after(400).tick(400).asked().after(5).pulse()
    assert story.run(machine)[-1]["told"]["condition"] == "live", (
        "a later answer shows that there is a network"
    )


@pytest.mark.parametrize("status", [401, 403])
def test_a_revoked_access_takes_the_figures_away_and_gives_them_back(machine: Page, status: int) -> None:
    story = live().tick(500).asked().fails(status)
    shut = story.run(machine)[-1]
    assert (doing(shut), shut["told"]["condition"], shut["told"]["old"]) == (["clear"], "denied", False)
    story.tick(5000).asked().after(5).panels("v3")
    found = story.run(machine)
    assert (doing(found[-2]), found[-2]["effects"][0]["known"]) == (["ask panels"], "")
    assert found[-1]["told"]["condition"] == "live"


def test_a_new_version_is_loaded_at_a_quiet_moment(machine: Page) -> None:
    story = live().tick(500).asked().after(5).pulse("v2").asked().after(5).panels("v2", build="b2")
    story.tick(400).tick(1000).tick(200)
    story.asked().after(5).pulse("v2").tick(300)
    found = story.run(machine)
    reloads = [doing(one) for one in found if "reload deployed" in doing(one)]
    assert reloads == [["reload deployed"]]
    assert found[-1]["effects"] == [{"do": "reload", "reason": "deployed", "hard": False}]


def test_where_it_never_gets_quiet_it_waits_no_longer_than_twenty_seconds(machine: Page) -> None:
    story = live().tick(500).asked().after(5).pulse("x0")
    for n in range(60):
        story.asked().after(5).panels(f"x{n}", build="b2").tick(500).asked().after(5).pulse(f"x{n + 1}")
    story.asked().after(5).panels("x60", build="b2").tick(400)
    found = story.run(machine)
    assert sum("reload deployed" in doing(one) for one in found) == 1


def test_memory_past_the_bound_is_given_back_once_and_then_the_hard_way(machine: Page) -> None:
    once = live()
    once.bound = 100
    once.after(2000).add("memory", used=101).tick(10)
    assert once.run(machine)[-1]["effects"] == [{"do": "reload", "reason": "memory", "hard": False}]
    below = live()
    below.bound = 100
    below.after(2000).add("memory", used=100).tick(10)
    assert doing(below.run(machine)[-1]) == ["ask pulse"]
    soon, later = live(), live()
    soon.bound = later.bound = 100
    soon.reloaded, later.reloaded = {"memory": -100_000}, {"memory": -400_000}
    soon.after(2000).add("memory", used=200).tick(10)
    later.after(2000).add("memory", used=200).tick(10)
    assert doing(soon.run(machine)[-1]) == ["ask pulse"]
    assert later.run(machine)[-1]["effects"][0]["hard"] is True


def test_an_unknown_event_is_a_mistake(machine: Page) -> None:
    with pytest.raises(Exception, match="expected one of start, tick"):
        Story().add("nonsense").run(machine)
