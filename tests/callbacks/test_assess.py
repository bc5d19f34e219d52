"""The page of the assessment without a database: what its viewers see, enter, object to and decide."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, TypeVar

import dash
import pytest
from flask.testing import FlaskClient

from callbacks import register_all
from callbacks.assessfaults import fault_text
from callbacks.assessview import Asked, asked
from callbacks.state import ViewState
from data.access import Role, Viewer
from data.assessment.appeals import Appeal, Correction, Decision
from data.assessment.arithmetic import Cases, Given, score
from data.assessment.entries import AssessmentError, Entry, Refusal, Taken, Wanted
from data.assessment.keeping import Board, FrozenMonth, Revision, Standing, ranked
from data.assessment.measuring import GridScore
from data.assessment.rules import DEFAULT, AssessmentRules
from data.clocks import DAY, HOUR
from data.words import speaking, word
from layouts import ids
from maps import style
from maps.scoremap import FOCUS_AT
from tests.support.fakes import NEIGHBOURHOODS, NOW, FakeCity, code_of
from tests.support.screens import links, run, texts

Answer = TypeVar("Answer")

MONTH, BEFORE, RUNNING = "2026-01", "2025-12", "2026-02"
ROXBURY, MATTAPAN, ALLSTON, DORCHESTER = (
    code_of(name) for name in ("Roxbury", "Mattapan", "Allston", "Dorchester")
)
RULES = replace(DEFAULT, depths=(1,))


def given(met: int, due: int, mark: int | None = None) -> dict[str, Given]:
    cases = Cases(met, due)
    peers = Cases(90, 100)
    found = {key: Given(cases, peers=peers) for key in ("acceptance", "handling", "completion", "rating")}
    return found | {"centre": Given(mark=None if mark is None else Fraction(mark))}


SCORED = {ROXBURY: given(46, 50, 88), MATTAPAN: given(50, 50), ALLSTON: given(4, 4)}


def board_of(month: str, scored: dict[str, dict[str, Given]], *, frozen: bool = True) -> Board:
    made = [
        GridScore(code, code.removeprefix("boston-").title(), 1, "", score(RULES, one))
        for code, one in scored.items()
    ]
    places = ranked(made)
    return Board(
        month,
        NOW - DAY,
        frozen,
        RULES,
        1,
        tuple(
            Standing(one.code, one.name, 1, "", one.score, *places[one.code], 1 if frozen else 0)
            for one in made
        ),
    )


@dataclass
class FakeDesk:
    """An assessment that notes what is asked of it."""

    frozen_ones: tuple[str, ...] = (MONTH, BEFORE)
    scored: dict[str, dict[str, Given]] = field(default_factory=lambda: dict(SCORED))
    marks: list[Entry] = field(default_factory=list)
    filed: list[Appeal] = field(default_factory=list)
    asked: list[Any] = field(default_factory=list)
    refuses: str = ""
    taken: Taken = field(default_factory=lambda: Taken(1, 0, ()))

    def rules(self, month: str) -> AssessmentRules:
        return RULES

    def months(self) -> tuple[str, ...]:
        return self.frozen_ones

    def running(self) -> str:
        return RUNNING

    def frozen(self, month: str) -> FrozenMonth | None:
        return FrozenMonth(month, NOW - DAY, NOW - DAY, RULES) if month in self.frozen_ones else None

    def board(self, scope: str, month: str, depth: int) -> Board:
        self.asked.append((scope, month, depth))
        found = {code: one for code, one in self.scored.items() if scope in ("boston", code)}
        if month == BEFORE:
            found = {code: one for code, one in found.items() if code == ROXBURY}
            found = {code: given(40, 50) for code in found}
        return board_of(month, found, frozen=month in self.frozen_ones)

    def history(self, code: str) -> Sequence[tuple[str, Standing]]:
        return [(month, self.board(code, month, 1).standings[0]) for month in reversed(self.frozen_ones)]

    def revisions(self, code: str, month: str) -> Sequence[Revision]:
        one = score(RULES, self.scored[code])
        return [Revision(1, NOW - DAY, "", None, one), Revision(2, NOW - HOUR, "centre", 7, one)]

    def entries(self, month: str, scope: str) -> Sequence[Entry]:
        return self.marks

    def enter(self, one: Wanted) -> Taken:
        return self._did(one, self.taken)

    def enter_file(self, name: str, content: bytes) -> Taken:
        return self._did((name, content), self.taken)

    def appeals(self, month: str | None, scope: str) -> Sequence[Appeal]:
        return self.filed

    def appeal(self, number: int) -> Appeal | None:
        return next((one for one in self.filed if one.id == number), None)

    def object_to(self, *told: str) -> int:
        return self._did(told, 9)

    def decide(self, number: int, allowed: bool, note: str, excused: str, mark: str) -> int | None:
        return self._did((number, allowed, note, excused, mark), 2 if allowed else None)

    def _did(self, what: object, answer: Answer) -> Answer:
        if self.refuses:
            raise AssessmentError(self.refuses)
        self.asked.append(what)
        return answer


def mark(value: int, at: int, row: int) -> Entry:
    return Entry(row, MONTH, ROXBURY, "centre", Fraction(value), "anna", "走访两次", "纪要17", at)


def appeal(number: int, author: str = "li", decision: Decision | None = None, **more: Any) -> Appeal:
    plain = Appeal(
        number, MONTH, ROXBURY, "handling", (3, 5), "道路封闭", "通告3", author, NOW - HOUR, decision
    )
    return replace(plain, **more)


@dataclass
class Screen:
    """The page on fakes, asked as a role."""

    desk: FakeDesk
    fake: FakeCity
    client: FlaskClient

    def get(self, output: str, search: str = "?", **more: Any) -> Any:
        shared = {f"{ids.URL}.pathname": "/assess", f"{ids.URL}.search": search, ids.ASSESS_TURN: 0}
        return run(self.client, output, **shared, **more)

    def press(self, button: str, search: str = "?", **values: Any) -> Any:
        """The answer to a press of a button."""
        return pressed(
            self.client, button, {f"{ids.URL}.pathname": "/assess", f"{ids.URL}.search": search, **values}
        )


def pressed(client: FlaskClient, button: str, values: dict[str, Any], prop: str = "n_clicks") -> Any:
    client.get("/")
    for one in client.get("/_dash-dependencies").get_json():
        if any((each["id"], each["property"]) == (button, prop) for each in one["inputs"]):
            break
    outputs = [name.rsplit(".", 1) for name in one["output"].strip(".").split("...")]

    def told(part: Any) -> Any:
        exact = f"{part['id']}.{part['property']}"
        default = 1 if (part["id"], part["property"]) == (button, prop) else None
        return part | {"value": values.get(exact, values.get(part["id"], default))}

    body = {
        "output": one["output"],
        "outputs": [{"id": name, "property": each} for name, each in outputs],
        "inputs": [told(part) for part in one["inputs"]],
        "state": [told(part) for part in one["state"]],
        "changedPropIds": [f"{button}.{prop}"],
    }
    answer = client.post("/_dash-update-component", json=body)
    return answer.get_json()["response"] if answer.status_code == 200 else None


def screen(role: Role = "operator", scope: str = "boston", desk: FakeDesk | None = None) -> Screen:
    fake, made = FakeCity(), desk or FakeDesk()
    app = dash.Dash("tests", assets_folder="assets", update_title="")
    reads = replace(fake.reads(), viewer=lambda: Viewer("me", role, scope))
    register_all(app, reads, assessing=made)
    return Screen(made, fake, app.server.test_client())


def test_the_board_has_every_rate_with_its_n_and_the_few_apart() -> None:
    found = screen().get(ids.ASSESS_BOARD)
    told = texts(found[ids.ASSESS_BOARD]["children"])
    assert not found[ids.ASSESS_BOARD]["hidden"]
    assert word("assess.frozen").split("{")[0] in told
    assert "default-2" in told
    # 46 of 50, evened by ten at 90 %: 55/60 = 91.67 in four dimensions of 80, and a mark of 88 for 10.
    assert "91.26" in told
    assert "92.00%\n46/50" in told
    assert f"88.00分\n{word('assess.mark_only')}" in told
    assert f"—\n{word('assess.short_not_entered')}" in told
    assert "90/100" in told
    assert "80/100" in told
    # 83.33 in the month before.
    assert "+9.59" in told
    few = told[told.index("未参加排名（1个）") :]
    assert "处置及时应完成4件，不足10件" in few
    assert "Allston" in few
    assert "Roxbury" not in few


def test_the_board_is_sorted_and_a_second_time_the_other_way() -> None:
    desk = screen()
    names = ["Roxbury", "Mattapan"]

    def order(search: str) -> list[str]:
        told = links(desk.get(ids.ASSESS_BOARD, search)[ids.ASSESS_BOARD]["children"])
        return [text for text, _, _ in told if text in names]

    assert order("?") == ["Mattapan", "Roxbury"]
    assert order("?sorted=name") == ["Mattapan", "Roxbury"]
    assert order("?sorted=-name") == ["Roxbury", "Mattapan"]
    assert order("?sorted=centre") == ["Roxbury", "Mattapan"], "what has no value comes last"
    assert order("?sorted=-centre") == ["Roxbury", "Mattapan"]
    heads = {
        text: href
        for text, href, _ in links(desk.get(ids.ASSESS_BOARD, "?sorted=score")[ids.ASSESS_BOARD]["children"])
    }
    assert heads[word("assess.score")] == "?sorted=-score"


def test_one_grid_is_worked_step_by_step() -> None:
    desk = FakeDesk(marks=[mark(88, NOW - 2 * DAY, 2), mark(60, NOW - 3 * DAY, 1)])
    found = screen(desk=desk).get(ids.ASSESS_SHEET, f"?grid={ROXBURY}")
    told = texts(found[ids.ASSESS_SHEET]["children"])
    for step in (
        "应完成50件，达标46件",
        "46 ÷ 50 = 92.00%",
        "90 ÷ 100 = 90.00%",
        "(46 + 10 × 90.00%) ÷ (50 + 10) = 91.67%",
        "91.67% → 91.67",
        "25 × 91.67 ÷ 100 = 22.92",
        "88.00分；anna ",
        "理由：走访两次；依据：纪要17",
        "可评权重 90；得分 = 82.13 ÷ 90 × 100 = 91.26",
        "91.26分 第2名（参加排名2个）",
        word("assess.why_not_entered"),
        "处置及时：若另外4件也达标",
        word("assess.revision_by").format(who="centre", number=7),
    ):
        assert step in told, step
    assert "60.00" not in told
    hrefs = [href for _, href, _ in links(found[ids.ASSESS_SHEET]["children"])]
    (events,) = [href for href in hrefs if href.startswith("/events?")]
    assert f"scope={ROXBURY}" in events
    assert "from=2026-01-01&to=2026-01-31" in events
    assert f"?part=appeals&grid={ROXBURY}" in hrefs


def test_a_mark_that_an_appeal_has_set_is_nobodys() -> None:
    desk = FakeDesk(marks=[mark(60, NOW - 3 * DAY, 1)])
    told = texts(screen(desk=desk).get(ids.ASSESS_SHEET, f"?grid={ROXBURY}")[ids.ASSESS_SHEET]["children"])
    assert word("assess.mark_appeal").format(mark="88.00") in told


@pytest.mark.parametrize("grid", ["nowhere", "boston"])
def test_a_grid_without_a_score_says_why(grid: str) -> None:
    found = screen().get(ids.ASSESS_SHEET, f"?grid={grid}")
    told = texts(found[ids.ASSESS_SHEET]["children"])
    assert not found[ids.ASSESS_SHEET]["hidden"]
    assert ("没有参加考核的网格" in told) == (grid == "boston")


def test_nothing_to_judge_is_no_score() -> None:
    desk = FakeDesk(frozen_ones=(), scored={ROXBURY: {}, MATTAPAN: {}})
    told = texts(screen(desk=desk).get(ids.ASSESS_BOARD)[ids.ASSESS_BOARD]["children"])
    assert word("assess.nothing").format(month=RUNNING) in told
    assert word("assess.provisional").split("{")[0] in told
    sheet = texts(screen(desk=desk).get(ids.ASSESS_SHEET, f"?grid={ROXBURY}")[ids.ASSESS_SHEET]["children"])
    assert word("assess.sheet_none") in sheet
    assert word("assess.why_unrecorded") in sheet


def test_without_a_city_the_page_says_so() -> None:
    page = screen()
    page.fake.loaded = False
    assert word("empty.title") in texts(page.get(ids.ASSESS_PLACE)[ids.ASSESS_NOTICE]["children"])
    assert page.get(ids.ASSESS_BOARD)[ids.ASSESS_BOARD]["hidden"]


def test_months_parts_and_levels_are_chosen() -> None:
    found = screen().get(ids.ASSESS_PLACE, "?month=2026-09&group=x&sorted=nothing")
    told = links(found[ids.ASSESS_CONTROLS]["children"])
    hrefs = {text: href for text, href, _ in told}
    assert hrefs[word("assess.month_open").format(month=RUNNING)] == f"?month={RUNNING}&group=x"
    assert word("assess.month_frozen").format(month=BEFORE) in hrefs
    assert hrefs[word("assess.part_rules")] == "?part=rules&month=2026-09&group=x"
    problems = texts(found[ids.ASSESS_NOTICE]["children"])
    assert word("assess.future").format(month="2026-09") in problems
    assert "sorted" in problems


def test_the_rules_in_plain_words() -> None:
    told = texts(screen().get(ids.ASSESS_RULES, "?part=rules")[ids.ASSESS_RULES]["children"])
    for part in ("default-2", "（达标数 + 10 × 同组达标率）", "不足10件", "评分占50%", "值班签到与人工评分"):
        assert part in told


@pytest.mark.parametrize(
    ("role", "search", "key"),
    [
        ("operator", "?part=marks", ""),
        ("leader", "?part=marks", "marks_role"),
        ("operator", f"?part=marks&month={MONTH}", "marks_frozen"),
    ],
)
def test_who_may_enter_what(role: Role, search: str, key: str) -> None:
    desk = FakeDesk(marks=[mark(88, NOW - 2 * DAY, 2), mark(60, NOW - 3 * DAY, 1)])
    found = screen(role, desk=desk).get(ids.ASSESS_MARKS, search)
    assert found[ids.ASSESS_MARK_FORM]["hidden"] == bool(key)
    if key:
        month = MONTH if MONTH in search else RUNNING
        assert word(f"assess.{key}").format(month=month) in texts(found[ids.ASSESS_MARK_STATE]["children"])
    told = texts(found[ids.ASSESS_MARKS]["children"])
    assert told.count(word("assess.earlier")) == 1
    assert told.index("88") < told.index(word("assess.earlier")), "the earlier one is the second"
    assert found[ids.ASSESS_TEMPLATE]["href"].startswith("/assess/template.csv?month=")


def test_a_mark_goes_to_the_desk_and_a_refusal_comes_back_in_words() -> None:
    page = screen()
    values = {
        ids.ASSESS_MARK_GRID: ROXBURY,
        ids.ASSESS_MARK_DIMENSION: "centre",
        ids.ASSESS_MARK_VALUE: "88",
        ids.ASSESS_MARK_REASON: "走访",
        ids.ASSESS_MARK_EVIDENCE: "纪要",
    }
    done = page.press(ids.ASSESS_MARK_SAVE, "?part=marks", **values)
    assert page.desk.asked[-1] == Wanted(RUNNING, ROXBURY, "centre", "88", "走访", "纪要")
    assert "已录入：Roxbury 中心实体化 88分" in str(done)
    page.desk.refuses = "expected a mark from 0 to 100 with at most two decimals, found '888'"
    wrong = page.press(ids.ASSESS_MARK_SAVE, "?part=marks", **values)
    assert word("assess.fault_mark").format(found="888") in str(wrong)
    assert (
        page.press(ids.ASSESS_MARK_SAVE, "?part=marks", **values, **{f"{ids.ASSESS_MARK_SAVE}.n_clicks": 0})
        is None
    )


def test_a_file_is_taken_row_by_row() -> None:
    page = screen(
        desk=FakeDesk(taken=Taken(3, 1, (Refusal(0, "expected a reason, found none: say it in a sentence"),)))
    )
    contents = "data:text/csv;base64," + base64.b64encode("月".encode()).decode()
    values = {
        f"{ids.ASSESS_UPLOAD}.contents": contents,
        f"{ids.ASSESS_UPLOAD}.filename": "marks.csv",
    }
    told = str(pressed(page.client, ids.ASSESS_UPLOAD, values, "contents"))
    assert page.desk.asked[-1] == ("marks.csv", "月".encode())
    assert "marks.csv：录入3条，没有变化1条，退回1条。" in told
    assert "第2行：请写明理由。" in told
    broken = values | {f"{ids.ASSESS_UPLOAD}.contents": "data:text/csv;base64,%%%"}
    assert word("assess.fault_csv") in str(pressed(page.client, ids.ASSESS_UPLOAD, broken, "contents"))


def test_appeals_with_their_trace_and_who_may_decide() -> None:
    decided = Decision(True, Correction(Cases(1, 2), Fraction(90)), "属实", "centre", NOW)
    desk = FakeDesk(filed=[appeal(2), appeal(1, decision=decided), appeal(3, author="me")])
    found = screen(desk=desk).get(ids.ASSESS_APPEALS, "?part=appeals&appeal=2")
    told = texts(found[ids.ASSESS_APPEALS]["children"])
    assert "共3件，待裁定2件" in told
    for part in ("道路封闭", "通告3", "#3", "属实", "剔除2件（其中达标1件）", "评分改为90.00分"):
        assert part in told
    hrefs = [
        href
        for text, href, _ in links(found[ids.ASSESS_APPEALS]["children"])
        if text == word("assess.decide")
    ]
    assert hrefs == ["?part=appeals&appeal=2"], "not the decided one, and not one's own"
    assert not found[ids.ASSESS_DECIDE]["hidden"]
    assert found[ids.ASSESS_DECIDE_MARKS]["hidden"], "the events are taken out, no number is asked"
    own = screen(desk=desk).get(ids.ASSESS_APPEALS, "?part=appeals&appeal=3")
    assert own[ids.ASSESS_DECIDE]["hidden"]
    assert word("assess.decide_by_other") in texts(own[ids.ASSESS_APPEAL_STATE]["children"])
    leader = screen("leader", desk=desk).get(ids.ASSESS_APPEALS, "?part=appeals&appeal=2")
    assert leader[ids.ASSESS_DECIDE]["hidden"]
    assert not leader[ids.ASSESS_APPEAL_FORM]["hidden"], "a leader may object"
    auditor = screen("auditor", desk=desk).get(ids.ASSESS_APPEALS, "?part=appeals")
    assert auditor[ids.ASSESS_APPEAL_FORM]["hidden"]
    open_month = screen(desk=desk).get(ids.ASSESS_APPEALS, f"?part=appeals&month={RUNNING}")
    assert open_month[ids.ASSESS_APPEAL_FORM]["hidden"]


def test_appeals_are_filed_and_decided() -> None:
    page = screen(desk=FakeDesk(filed=[appeal(2)]))
    values = {
        ids.ASSESS_APPEAL_GRID: ROXBURY,
        ids.ASSESS_APPEAL_DIMENSION: "handling",
        ids.ASSESS_APPEAL_EVENTS: "3, 5",
        ids.ASSESS_APPEAL_REASON: "道路封闭",
        ids.ASSESS_APPEAL_EVIDENCE: "通告3",
    }
    told = str(page.press(ids.ASSESS_APPEAL_SAVE, "?part=appeals", **values))
    assert page.desk.asked[-1] == (MONTH, ROXBURY, "handling", "3, 5", "道路封闭", "通告3")
    assert word("assess.appealed").format(number=9) in told
    values = {ids.ASSESS_DECIDE_NOTE: "属实", ids.ASSESS_DECIDE_EXCUSED: "2", ids.ASSESS_DECIDE_MARK: ""}
    search = "?part=appeals&appeal=2"
    assert "申诉2已准予，得分为第2次修订。" in str(page.press(ids.ASSESS_ALLOW, search, **values))
    assert page.desk.asked[-1] == (2, True, "属实", "2", "")
    assert "申诉2已驳回。" in str(page.press(ids.ASSESS_REFUSE, search, **values))
    assert page.desk.asked[-1] == (2, False, "属实", "", "")
    page.desk.refuses = "expected an appeal that is open, found 2 decided by anna: load the page anew"
    assert "申诉2已由anna裁定" in str(page.press(ids.ASSESS_ALLOW, search, **values))
    page.desk.asked.clear()
    assert page.press(ids.ASSESS_ALLOW, "?part=appeals", **values) is None
    assert page.desk.asked == []


def test_the_overview_names_the_first_and_the_last() -> None:
    desk = FakeDesk()
    found = run(screen(desk=desk).client, ids.ASSESS_BRIEF, **{ids.VIEW: {"search": "?"}})
    children = found[ids.ASSESS_BRIEF]["children"]
    told = texts(children)
    assert f"履职考核 {MONTH}" in told
    assert "参加排名2个" in told
    assert told.index("Mattapan") < told.index("Roxbury")
    assert "Allston" not in told, "it has no rank"
    assert f"/assess?grid={ROXBURY}" in [href for _, href, _ in links(children)]
    none = FakeDesk(frozen_ones=())
    told = texts(
        run(screen(desk=none).client, ids.ASSESS_BRIEF, **{ids.VIEW: {"search": "?"}})[ids.ASSESS_BRIEF][
            "children"
        ]
    )
    assert told == word("assess.brief_none")


def test_an_address_comes_back_as_it_was() -> None:
    found = Asked(ViewState(scope="x"), "appeals", MONTH, 2, "", "g", "handling", True, 4, shade="centre")
    again, problems = asked(found.search())
    assert (again, problems) == (found, ())
    _, problems = asked("?part=a&month=b&depth=9&sorted=c&appeal=-1&map=d")
    assert len(problems) == 6


@pytest.mark.parametrize(
    "said",
    [
        "expected one of the dimensions that are entered (centre, dispatching), found 'x'",
        "expected the code of a grid of your scope that is assessed, found 'x': see the list of grids",
        "expected a month that is not frozen, found 2026-01, whose scores stand: object to a score by an appeal",
        "expected at most 20000 rows, found more: split the file",
        "expected the events that should not count in handling, found none: name them by their numbers",
        "expected events that handling of 110101 counted in 2026-01, found 3, 4: take them out of the list",
        "expected from 0 to 3 missed cases of centre that are excused, found 7",
        "expected a reason of at most 500 characters, found 700: shorten it",
        "expected a whole number of missed cases that are excused, found 'two'",
        "expected somebody from above 1101 to give its mark, found one of the grid itself",
    ],
)
def test_a_refusal_is_said_in_the_viewers_language(said: str) -> None:
    told = fault_text(said)
    assert "expected" not in told
    assert said not in told
    with speaking("en"):
        assert fault_text(said) != told


def test_a_sentence_that_is_not_known_stands_as_it_was_said() -> None:
    assert "something else" in fault_text("something else")


def test_no_grid_marks_itself() -> None:
    page = screen(scope=ROXBURY)
    found = page.get(ids.ASSESS_MARKS, f"?part=marks&scope={ROXBURY}")
    assert found[ids.ASSESS_MARK_FORM]["hidden"]
    assert word("assess.marks_itself") in texts(found[ids.ASSESS_MARK_STATE]["children"])


def test_another_list_begins_with_its_first_page() -> None:
    found, problems = asked("?month=2026-01&page=3&grid=" + ROXBURY)
    assert (found.page, problems) == (3, ())
    assert "page=3" in found.search(grid="")
    for change in ({"month": "2025-12"}, {"sort": "name"}, {"group": "x"}, {"part": "marks"}, {"depth": 2}):
        assert "page" not in found.search(**change)
    for wrong in ("0", "-1", "1.5", "x", "１"):
        assert asked(f"?page={wrong}")[1], wrong


def graded(figure: Any) -> dict[str, tuple[int, list[str]]]:
    """Of each grid on the map the place of its colour, and what is told of it."""
    trace = figure["data"][1]
    rows = zip(trace["locations"], trace["z"], trace["customdata"], strict=True)
    return {code: (place, told) for code, place, told in rows}


def test_the_map_shows_the_scores_of_the_board() -> None:
    found = screen(desk=FakeDesk(scored={**SCORED, DORCHESTER: {}})).get(ids.ASSESS_MAP_GRAPH)
    assert not found[ids.ASSESS_MAP]["hidden"]
    figure = found[ids.ASSESS_MAP_GRAPH]["figure"]
    cells = graded(figure)
    # No score, no rank, the weaker and the stronger.
    assert [cells[code][0] for code in (DORCHESTER, ALLSTON, ROXBURY, MATTAPAN)] == [0, 1, 2, 3]
    colors = [color for _, color in figure["data"][1]["colorscale"]]
    light = style.MAP_THEMES["light"]
    assert colors == [light["none"], light["unranked"], light["diverging"][0], light["diverging"][-1]]
    assert cells[ROXBURY][1] == [
        "Roxbury",
        "得分 91.26",
        word("assess.sheet_rank_all").format(rank=2, ranked=2),
        "处置及时 92.00%（46/50）",
    ]
    assert cells[ALLSTON][1][2] == "未参加排名：处置及时应完成4件，不足10件"
    assert cells[DORCHESTER][1][1:] == ["没有得分：没有可评的维度", "", ""]
    assert set(figure["data"][0]["locations"]) == {code_of(name) for name in NEIGHBOURHOODS} - set(cells)
    assert figure["data"][2]["locations"] == []
    key = texts(found[ids.ASSESS_MAP_KEY]["children"])
    for part in ("未参加排名：1个", "没有得分：1个", "低于 ", " 及以上：1个", word("assess.map_classes")):
        assert part in key
    assert word("assess.map_open") not in key
    assert MONTH in found[ids.ASSESS_MAP_TITLE]["children"]


def test_the_map_shows_one_dimension_when_it_is_asked_to() -> None:
    page = screen()
    found = page.get(ids.ASSESS_MAP_GRAPH, f"?map=centre&theme=dark&grid={ROXBURY}")
    figure = found[ids.ASSESS_MAP_GRAPH]["figure"]
    cells = graded(figure)
    assert cells[ROXBURY][1][1:3] == [
        "中心实体化 88.00分",
        word("assess.map_marked").format(dimension="中心实体化"),
    ]
    assert cells[ROXBURY][1][3].startswith("得分 91.26 · ")
    assert (cells[MATTAPAN][0], cells[ALLSTON][0]) == (0, 0), "nobody gave them a mark"
    assert word("assess.why_not_entered") in cells[MATTAPAN][1][1]
    assert figure["data"][1]["colorscale"][0][1] == style.MAP_THEMES["dark"]["none"]
    assert figure["data"][2]["locations"] == [ROXBURY]
    key = texts(found[ids.ASSESS_MAP_KEY]["children"])
    assert "88.00：1个" in key
    assert "此项不评：2个" in key
    assert word("assess.map_classes") not in key, "one class is no scale"
    chosen = [(text, href) for text, href, on in links(found[ids.ASSESS_MAP_SHADES]["children"]) if on]
    assert chosen == [("中心实体化", f"?theme=dark&map=centre&grid={ROXBURY}")]
    rate = graded(page.get(ids.ASSESS_MAP_GRAPH, "?map=rating")[ids.ASSESS_MAP_GRAPH]["figure"])
    assert rate[ROXBURY][1][1:3] == ["群众评价 91.67分", "群众评价 92.00%（46/50）"]


def test_the_map_is_drawn_anew_only_where_it_looks_otherwise() -> None:
    page = screen()
    first = page.get(ids.ASSESS_MAP_GRAPH)
    seen = first[ids.ASSESS_MAP_SEEN]["data"]
    same = page.get(ids.ASSESS_MAP_GRAPH, "?sorted=name", **{ids.ASSESS_MAP_SEEN: seen})
    assert ids.ASSESS_MAP_GRAPH not in same
    assert ids.ASSESS_MAP_KEY not in same
    other = page.get(ids.ASSESS_MAP_GRAPH, f"?grid={ROXBURY}", **{ids.ASSESS_MAP_SEEN: seen})
    (change,) = other[ids.ASSESS_MAP_GRAPH]["figure"]["operations"]
    assert change["location"] == ["data", FOCUS_AT]
    assert change["params"]["value"]["locations"] == [ROXBURY]
    assert (
        "data"
        in page.get(ids.ASSESS_MAP_GRAPH, "?theme=dark", **{ids.ASSESS_MAP_SEEN: seen})[ids.ASSESS_MAP_GRAPH][
            "figure"
        ]
    )


@pytest.mark.parametrize("search", ["?part=marks", f"?scope={ROXBURY}", "?group=nobody"])
def test_what_is_no_map_is_hidden(search: str) -> None:
    assert screen().get(ids.ASSESS_MAP_GRAPH, search)[ids.ASSESS_MAP]["hidden"]


def test_a_month_without_any_score_is_a_map_without_colours() -> None:
    desk = FakeDesk(frozen_ones=(), scored={ROXBURY: {}, MATTAPAN: {}})
    found = screen(desk=desk).get(ids.ASSESS_MAP_GRAPH)
    assert {place for place, _ in graded(found[ids.ASSESS_MAP_GRAPH]["figure"]).values()} == {0}
    key = texts(found[ids.ASSESS_MAP_KEY]["children"])
    assert "没有得分：2个" in key
    assert word("assess.map_open") in key
    assert word("assess.map_classes") not in key


def test_without_a_city_there_is_no_map() -> None:
    page = screen()
    page.fake.loaded = False
    assert page.get(ids.ASSESS_MAP_GRAPH)[ids.ASSESS_MAP]["hidden"]


def test_of_a_group_the_map_shows_its_grids_alone_and_counts_those_without_an_outline() -> None:
    nowhere = "boston-nowhere"
    page = screen(desk=FakeDesk(scored={**SCORED, nowhere: given(40, 50)}))
    found = page.get(ids.ASSESS_MAP_GRAPH, "?group=-")
    assert nowhere not in graded(found[ids.ASSESS_MAP_GRAPH]["figure"])
    key = texts(found[ids.ASSESS_MAP_KEY]["children"])
    assert word("assess.map_group").format(group=word("assess.group_none")) in key
    assert word("assess.map_undrawn").format(n=1) in key
