"""The page of temporary matters and duty without a browser: what its viewers see, ask for, and may do."""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import dash
import pytest
from flask.testing import FlaskClient
from plotly.utils import PlotlyJSONEncoder

from callbacks import register_all, tasks
from callbacks.taskshown import options_of, picked
from callbacks.taskview import asked
from data.access import Role, Viewer
from data.clocks import DAY, HOUR, MINUTE, Instant
from data.grids import Node, Tree, plant
from data.tasks.duty import Board, Signed, SignIn, Watch
from data.tasks.dutyplan import Slot
from data.tasks.files import FileKind, Rejected, Taken
from data.tasks.keeping import Order
from data.tasks.listing import Standing, Task, TaskPage
from data.tasks.states import Kind, NotAllowed, Share, Step, TaskError
from data.words import speaking, word
from layouts import ids
from tests.support.fakes import NOW, FakeCity
from tests.support.screens import links, run

SHIFT = Slot(20494, "08:30", NOW - HOUR, NOW - MINUTE, NOW + 14 * MINUTE)
STEPS = (Step(1, "", "issued", NOW - DAY, NOW - DAY, NOW - HOUR, "anna"),)


def task(number: int = 7, **values: Any) -> Task:
    given = {"withdrawn_at": None, "withdrawn_by": "", "withdrawn_note": "", "yours": True, "as_of": NOW}
    given |= {"issued_at": NOW - DAY, "due_at": NOW - HOUR, "scope": "boston", "issued_by": "anna"}
    shares = (
        Share("boston-roxbury", NOW - HOUR, NOW - 2 * HOUR, "bela"),
        Share("boston-dorchester", NOW - HOUR),
        Share("boston-fenway", NOW - HOUR, NOW - MINUTE, "cleo", returned=2),
    )
    return Task(
        **{
            "id": number,
            "kind": "command",
            "title": "排查积水",
            "body": "逐点",
            "shares": shares,
            **given,
            **values,
        }
    )


@dataclass
class FakeTasks:
    """Tasks that note what is asked of them."""

    tree: Tree
    kept: list[Task] = field(default_factory=lambda: [task()])
    asked: list[Any] = field(default_factory=list)
    fails: Exception | None = None

    def tasks(
        self,
        scope: str,
        standing: Standing,
        kinds: Collection[Kind] | None,
        now: Instant,
        number: int,
        rows: int,
    ) -> TaskPage:
        self.asked.append((scope, standing, kinds, number))
        number = min(number, -(-len(self.kept) // rows)) or 1
        return TaskPage(tuple(self.kept[(number - 1) * rows : number * rows]), len(self.kept), number)

    def task(self, scope: str, number: int, now: Instant) -> tuple[Task, Sequence[Step]]:
        found = next((one for one in self.kept if one.id == number), None)
        if found is None:
            raise TaskError("none", "none")
        return found, STEPS

    def board(self, scope: str, now: Instant) -> Board:
        grids = [grid for grid in self.tree if grid.depth == 1]
        first = SignIn(grids[0].code, SHIFT, NOW - MINUTE, NOW - MINUTE, "值班员", "")
        return Board(
            SHIFT,
            (Watch(grids[0], "signed", first), *(Watch(grid, "waiting", None) for grid in grids[1:])),
        )

    def noted(self, *what: Any) -> Any:
        if self.fails is not None:
            raise self.fails
        self.asked.append(what)
        return True

    def issue(self, order: Order) -> int:
        self.noted("issue", order)
        return 8

    def done(self, number: int, grid: str, note: str, evidence: str) -> bool:
        return bool(self.noted("done", number, grid, note, evidence))

    def give_back(self, number: int, grid: str, note: str) -> None:
        self.noted("return", number, grid, note)

    def extend(self, number: int, due_at: Instant, note: str) -> None:
        self.noted("extend", number, due_at, note)

    def withdraw(self, number: int, note: str) -> None:
        self.noted("withdraw", number, note)

    def sign_in(self, grid: str) -> Signed:
        self.noted("sign_in", grid)
        return Signed(SignIn(grid, SHIFT, NOW, NOW, "mayor", ""), False)

    def take(self, kind: FileKind, content: bytes) -> Taken:
        self.noted("take", kind, content)
        return Taken(2, 1, tuple(Rejected(row, TaskError("x", "who")) for row in range(2, 42)))


def client_of(role: Role = "operator") -> tuple[FlaskClient, FakeTasks]:
    city = FakeCity()
    fake = FakeTasks(city.tree)
    app = dash.Dash("task-tests", assets_ignore=".*")
    reads = replace(city.reads(), viewer=lambda: Viewer("somebody", role, "boston"))
    register_all(app, reads)
    tasks.register(app, reads, fake)
    return app.server.test_client(), fake


def shown(client: FlaskClient, output: str, search: str = "", **more: Any) -> Mapping[str, Any]:
    at = {f"{ids.URL}.search": search, f"{ids.URL}.pathname": "/tasks"}
    told: Mapping[str, Any] = run(client, output, **{**at, **more})
    return told


def text_of(told: Any) -> str:
    return json.dumps(told, ensure_ascii=False)


def confirm(client: FlaskClient, pending: Any, **given: Any) -> Mapping[str, Any]:
    """What the page says after an act is confirmed."""
    (found,) = [
        one
        for one in json.loads(client.get("/_dash-dependencies").data)
        if [part["id"] for part in one["inputs"]] == [ids.TASKS_SURE]
    ]
    values = {ids.TASKS_PENDING: pending, ids.TASKS_SURE: 1, ids.TASKS_TURN: 3, **given}
    parts = {
        name: [one | {"value": values.get(one["id"])} for one in found[name]] for name in ("inputs", "state")
    }
    outputs = [
        dict(zip(("id", "property"), one.rsplit(".", 1), strict=True))
        for one in found["output"].strip(".").split("...")
    ]
    body = {
        "output": found["output"],
        "outputs": outputs,
        "changedPropIds": [f"{ids.TASKS_SURE}.n_clicks"],
        **parts,
    }
    answer = client.post("/_dash-update-component", json=body)
    return json.loads(answer.data)["response"] if answer.status_code == 200 else {}


def test_the_list_says_how_far_each_task_is() -> None:
    client, fake = client_of()
    told = text_of(shown(client, ids.TASKS_LIST, "?show=all&kind=command"))
    assert fake.asked == [("boston", "all", ("command",), 1)]
    for part in (
        "排查积水",
        "2/3 完成 · 其中逾期完成 1",
        "逾期未完成 1",
        "已过1小时",
        "?show=all&kind=command&task=7",
    ):
        assert part in told
    fake.kept = [task(withdrawn_at=NOW)]
    assert "已撤回" in text_of(shown(client, ids.TASKS_LIST))


def test_every_task_of_the_past_is_on_a_page() -> None:
    client, fake = client_of()
    fake.kept = [task(number) for number in range(1, 96)]
    seen: list[str] = []
    for page in (1, 2, 3):
        told = shown(client, ids.TASKS_LIST, f"?show=all&kind=command&page={page}")
        hrefs = links(told[ids.TASKS_LIST]["children"])
        assert [(text, on) for text, _, on in hrefs[:3]] == [
            ("1–40", page == 1),
            ("41–80", page == 2),
            ("81–95", page == 3),
        ]
        assert hrefs[0][1] == "?show=all&kind=command"
        assert hrefs[2][1] == "?show=all&kind=command&page=3"
        seen += [href.partition("task=")[2].partition("&")[0] for _, href, _ in hrefs[3:]]
        assert all(href.endswith(f"&page={page}") == (page > 1) for _, href, _ in hrefs[3:]), "it stays open"
    assert seen == [str(number) for number in range(1, 96)]
    assert "共 95 项" in text_of(shown(client, ids.TASKS_LIST))
    beyond = links(shown(client, ids.TASKS_LIST, "?page=9")[ids.TASKS_LIST]["children"])
    assert [text for text, _, on in beyond if on] == ["81–95"]


def test_another_list_of_tasks_begins_with_its_first_page() -> None:
    found, problems = asked("?show=all&page=3")
    assert (found.page, problems) == (3, ())
    assert "page=3" in found.search(task=9)
    for change in ({"show": "ended"}, {"kind": "command"}, {"view": found.view.within("x")}):
        assert "page" not in found.search(**change)
    assert asked("?page=x")[0].page == 1
    assert asked("?page=x")[1]


def test_an_empty_list_says_what_to_do() -> None:
    for role, hint in (("operator", "tasks.none_hint"), ("leader", "tasks.none_hint_reader")):
        client, fake = client_of(role)  # type: ignore[arg-type]
        fake.kept = []
        told = text_of(shown(client, ids.TASKS_LIST))
        assert word("tasks.none_open") in told
        assert word(hint) in told


def test_one_task_has_every_grid_and_what_may_be_done() -> None:
    client, _ = client_of()
    told = shown(client, ids.TASKS_OPEN, "?task=7")
    text = text_of(told)
    for part in ("Roxbury", "按时完成", "逾期未完成", "逾期完成", "退回 2 次", "下达，时限"):
        assert part in text
    assert text.count("标记完成：") == 1
    assert text.count("退回：") == 2
    assert told[ids.TASKS_BODY]["className"].endswith("has-task")
    assert word("tasks.gone") in text_of(shown(client, ids.TASKS_OPEN, "?task=99"))
    client, _ = client_of("leader")
    assert "task-do" not in text_of(shown(client, ids.TASKS_OPEN, "?task=7"))


def test_whoever_did_not_issue_it_may_only_mark_it() -> None:
    client, fake = client_of()
    fake.kept = [task(yours=False)]
    told = text_of(shown(client, ids.TASKS_OPEN, "?task=7"))
    assert "标记完成：" in told
    assert word("tasks.act_extend") not in told
    assert "退回：" not in told


def test_what_has_not_changed_is_not_drawn_again() -> None:
    client, fake = client_of()
    first = shown(client, ids.TASKS_LIST)
    mark = first[ids.TASKS_SEEN]["data"]
    assert ids.TASKS_LIST not in shown_or_nothing(client, ids.TASKS_LIST, **{ids.TASKS_SEEN: mark})
    fake.kept = [task(title="another")]
    assert "another" in text_of(shown(client, ids.TASKS_LIST, **{ids.TASKS_SEEN: mark}))


def shown_or_nothing(client: FlaskClient, output: str, **more: Any) -> Mapping[str, Any]:
    try:
        return shown(client, output, **more)
    except json.JSONDecodeError:
        return {}


def test_the_board_has_who_is_missing_first() -> None:
    client, _ = client_of()
    told = text_of(shown(client, ids.TASKS_DUTY))
    for part in ("08:30 班次", "已签到 1", "待签到 25", "签到：Back Bay"):
        assert part in told
    client, _ = client_of("leader")
    assert "task-do" not in text_of(shown(client, ids.TASKS_DUTY))
    with speaking("en"):
        assert "sign-in" not in word("tasks.duty")


@pytest.mark.parametrize(
    ("pending", "asked_for", "sentence"),
    [
        (["done", 7, "boston-fenway"], ("done", 7, "boston-fenway", "说明", "台账"), "Fenway：已标记完成。"),
        (["return", 7, "boston-fenway"], ("return", 7, "boston-fenway", "说明"), "已退回，须重新完成"),
        (["withdraw", 7, ""], ("withdraw", 7, "说明"), "已撤回"),
    ],
)
def test_an_act_is_confirmed(pending: Any, asked_for: tuple[Any, ...], sentence: str) -> None:
    client, fake = client_of()
    told = confirm(client, pending, **{ids.TASKS_NOTE: "说明", ids.TASKS_EVIDENCE: "台账"})
    assert fake.asked == [asked_for]
    assert sentence in text_of(told)
    assert told[ids.TASKS_ACT]["hidden"] is True
    assert told[ids.TASKS_TURN]["data"] == 4


def test_an_extension_needs_a_day_and_a_time() -> None:
    client, fake = client_of()
    given = {ids.TASKS_NOTE: "等待", ids.TASKS_UNTIL_DAY: "2026-02-12", ids.TASKS_UNTIL_TIME: "17:30"}
    told = confirm(client, ["extend", 7, ""], **given)
    assert "2026-02-12 17:30" in text_of(told)
    ((_, number, due_at, note),) = fake.asked
    assert (number, note, due_at - NOW) == (7, "等待", 47 * HOUR + 30 * MINUTE)
    for day, time in (("", "17:30"), ("2026-02-12", "25:00"), (None, None), ("12.2.2026", "17:30")):
        told = confirm(
            client, ["extend", 7, ""], **given | {ids.TASKS_UNTIL_DAY: day, ids.TASKS_UNTIL_TIME: time}
        )
        assert word("tasks.wrong_day") in text_of(told)
    assert len(fake.asked) == 1


def test_what_is_refused_is_said_and_the_form_stays_open() -> None:
    client, fake = client_of()
    for error, sentence in (
        (NotAllowed(), word("tasks.refused")),
        (TaskError("x", "withdrawn"), word("tasks.wrong_withdrawn")),
        (TaskError("x", "long", most=500), "最多 500 字"),
    ):
        fake.fails = error
        told = confirm(client, ["done", 7, "boston-fenway"])
        assert sentence in text_of(told)
        assert ids.TASKS_ACT not in told
    for forged in (None, "x", ["done"], ["destroy", 7, ""]):
        assert confirm(client, forged) == {}


def test_a_file_says_what_became_of_it() -> None:
    client, fake = client_of()
    contents = "data:text/csv;base64," + base64.b64encode(b"grid,at,who\n").decode()
    told = json.dumps(tasks.take(fake, "duty", contents), cls=PlotlyJSONEncoder, ensure_ascii=False)
    assert fake.asked == [("take", "duty", b"grid,at,who\n")]
    assert "新登记 2 行，已有 1 行，未采纳 40 行" in told
    with pytest.raises(TaskError):
        tasks.take(fake, "duty", "data:text/csv;base64,***")
    assert client


def test_addresses_that_are_not_understood_are_said() -> None:
    found, problems = asked("?show=never&kind=wish&task=x1")
    assert (found.show, found.kind, found.task) == ("open", "", None)
    assert len(problems) == 3
    again = asked("?scope=boston-fenway&show=all&kind=command&task=7")[0]
    assert asked(again.search())[0] == again


def test_options_stand_for_grids() -> None:
    nodes = [Node("c", "City", None, "city")]
    nodes += [Node(f"d{one}", f"District {one}", "c", "district") for one in (1, 2)]
    nodes += [
        Node(f"d{one}s{two}", f"Street {one}{two}", f"d{one}", "street") for one in (1, 2) for two in (1, 2)
    ]
    tree = plant(nodes)
    values = [one["value"] for one in options_of(tree, tree.root)]
    assert values == ["all:c", "all:d1", "all:d2", "d1s1", "d1s2", "d2s1", "d2s2"]
    assert picked(tree, ["all:d1", "d1s1", "d2s2"]) == ("d1s1", "d1s2", "d2s2")
    assert picked(tree, ["all:nowhere", 5, None]) == ("all:nowhere",)
    assert picked(tree, "all:c") == ()
    assert [one["value"] for one in options_of(tree, tree.get("d1s1"))] == ["d1s1"]
    flat = plant([Node("c", "City", None, "city"), Node("a", "A", "c", "part"), Node("b", "B", "c", "part")])
    assert [one["value"] for one in options_of(flat, flat.root)] == ["all:c", "a", "b"]
    assert picked(flat, ["all:c"]) == ("a", "b")


def test_every_reason_has_its_words() -> None:
    """Each reason that the data's sentences give is said in both languages, with the facts that they bring."""
    for key in (
        "none",
        "grid",
        "issuer",
        "withdrawn",
        "not_done",
        "time",
        "due",
        "kind",
        "title",
        "grids",
        "beyond",
    ):
        assert word(f"tasks.wrong_{key}")
    for key in ("note", "no_duty", "watch", "who", "future", "shift", "known", "encoding", "day"):
        assert word(f"tasks.wrong_{key}")
    for key, facts in (
        ("long", {"most": 5}),
        ("moment", {"found": "x"}),
        ("columns", {"wanted": "a", "found": "b"}),
        ("cells", {"row": 3}),
        ("csv", {"row": 3}),
        ("rows", {"most": "5"}),
        ("size", {"most": "2 MB"}),
    ):
        assert "{" not in tasks.told_of(TaskError("x", key, **facts))
