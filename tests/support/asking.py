"""Every request that a server can be sent, address by address and callback by callback, with what may stand in it.

An address, or a kind of property of a callback, that is not listed here fails: a new one is asked about here.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Final, get_args
from urllib.parse import quote

from data.clocks import DAY, iso
from layouts.parts.export import ExportKind
from tests.support.twins import NOW, Twins, parted

Ask = tuple[str, str, dict[str, Any]]
"""Method, address, and what is sent with it."""

HERE: Final = {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}
"""What a browser sends with a request of our own page."""

HTML: Final = {"headers": {"Accept": "text/html"}}


@dataclass(frozen=True)
class Asking:
    """What somebody may put into a request: views of the address, grids and events within the scope and beyond it."""

    twins: Twins
    random: Random

    @property
    def codes(self) -> list[str]:
        within, beyond = parted(self.twins.tree, self.twins.scope)
        return [
            self.twins.scope,
            self.random.choice(within),
            self.random.choice(beyond),
            "11",
            "nowhere",
            "' OR 1=1 --",
        ]

    @property
    def events(self) -> list[int]:
        return [
            self.random.choice(self.twins.inside_ids),
            self.random.choice(self.twins.outside_ids),
            999_999,
        ]

    @property
    def searches(self) -> list[str]:
        """Addresses of every kind of view, of one's own grids and others', now and then."""
        random = self.random
        made = [""]
        for code in self.codes:
            more = random.choice(
                [
                    "",
                    "&indicator=received&list=newest",
                    "&period=last_7_days&indicator=overdue_open&list=open",
                    f"&as_of={iso(NOW - random.randrange(10 * DAY))}&indicator=completion",
                    "&layers=overdue,newest,heat,areas&channel=hotline",
                    "&category=road&theme=dark&indicator=satisfaction",
                    f"&sort=name&other={quote(random.choice(self.codes))}",
                ]
            )
            made.append(f"?scope={quote(code)}{more}")
        made += [f"?edition={number}&below=1" for number in self.bulletins]
        made += [f"?warning={number}" for number in self.warnings]
        made += [
            f"?tab={tab}&scope={quote(random.choice(self.codes))}" for tab in ("due", "whistle", "recheck")
        ]
        made += [f"?task={number}&show=all" for number in self.tasks]
        made += [f"?show={show}&scope={quote(random.choice(self.codes))}&page=2" for show in ("all", "ended")]
        made += [f"?grid={quote(random.choice(self.codes))}&depth={depth}" for depth in (1, 2)]
        made += [f"?map={key}&scope={quote(random.choice(self.codes))}" for key in ("handling", "centre")]
        made += [f"?part={part}&scope={quote(random.choice(self.codes))}" for part in ("marks", "appeals")]
        # The first is within the scope, the second beyond it.
        made += [f"?part=appeals&appeal={number}" for number in (1, 2, 999_999)]
        return made + [f"?event={number}" for number in self.events]

    @property
    def warnings(self) -> list[int]:
        return [
            self.random.choice(self.twins.inside_warnings),
            self.random.choice(self.twins.outside_warnings),
            999_999,
        ]

    @property
    def tasks(self) -> list[int]:
        return [
            self.random.choice(self.twins.inside_tasks),
            self.random.choice(self.twins.outside_tasks),
            999_999,
        ]

    @property
    def bulletins(self) -> list[int]:
        return [
            self.random.choice(self.twins.inside_bulletins),
            self.random.choice(self.twins.outside_bulletins),
            999_999,
        ]


# Where an address has no figures of anybody, the sentence says why.
STATIC: Final[Mapping[str, str]] = {
    "static": "Flask's own folder, which is not there",
    "_dash_assets.static": "our scripts and styles",
    "/_dash-component-suites/<string:package_name>/<path:fingerprinted_path>": "Dash's scripts",
    "/_favicon.ico": "an icon",
    "/_reload-hash": "of Dash's development server",
    "yiping_library": "the library of the map",
    "yiping_face": "a face of Chinese characters",
}


def plain(*addresses: str) -> Callable[[Asking], list[Ask]]:
    """Addresses that are asked as they are."""
    return lambda _asking: [("GET", address, HTML) for address in addresses]


def viewed(address: str, more: str = "") -> Callable[[Asking], list[Ask]]:
    """An address that takes the view of a page."""
    return lambda asking: [
        ("GET", address + (f"{search}&{more}" if search else f"?{more}"), {}) for search in asking.searches
    ]


def of_the_map(kind: str) -> Callable[[Asking], list[Ask]]:
    """An address of the map, for every level."""
    return lambda asking: [
        ask for level in ("district", "street") for ask in viewed(kind, f"level={level}")(asking)
    ]


def by_code(address: str) -> Callable[[Asking], list[Ask]]:
    """An address that ends with the code of a grid."""
    return lambda asking: [("GET", address.format(quote(code)), HTML) for code in asking.codes]


ROUTES: Final[Mapping[str, Callable[[Asking], list[Ask]]]] = {
    "/": lambda asking: [("GET", f"/{search}", HTML) for search in asking.searches],
    "/<path:path>": lambda asking: (
        [("GET", f"{path}{search}", HTML) for path in ("/map", "/events") for search in asking.searches]
        + [("GET", f"/event/{number}", HTML) for number in asking.events]
    ),
    "/_dash-layout": plain("/_dash-layout"),
    "/_dash-dependencies": plain("/_dash-dependencies"),
    "yiping_active": lambda _asking: [("POST", "/active", {"headers": HERE})],
    "yiping_language": plain("/language/en?next=/map"),
    "yiping_sign_in": plain("/sign-in"),
    "yiping_first_password": plain("/sign-in/password"),
    "yiping_code": plain("/sign-in/code"),
    "yiping_sign_out": plain("/sign-out"),
    "yiping_wall_enter": plain("/wall/enter", "/wall/enter?token=guessed"),
    "yiping_account_overview": plain("/account"),
    "yiping_account_password": plain("/account/password"),
    "yiping_account_second": plain("/account/second"),
    "yiping_account_second_off": lambda _asking: [("POST", "/account/second/remove", {"headers": HERE})],
    "yiping_version": plain("/version"),
    "yiping_geometry": lambda asking: [
        ("GET", f"/geometry/{'0' * 16}/{quote(code)}.json{depth}", {})
        for code in asking.codes
        for depth in ("", "?depth=2", "?depth=x")
    ],
    "yiping_values": of_the_map("/values"),
    "yiping_figures": of_the_map("/figures"),
    "yiping_weights": of_the_map("/weights"),
    "yiping_points": lambda asking: [
        ask
        for kind in ("overdue", "newest")
        for ask in viewed("/points", f"level=district&kind={kind}")(asking)
    ],
    "yiping_manifest": plain("/geometry/manifest"),
    "yiping_level": plain("/geometry/district-0", "/geometry/areas-0"),
    "yiping_basemap": plain("/basemap/1/1/1.png"),
    "yiping_wall_page": plain("/wall"),
    "yiping_pulse": plain("/wall/pulse"),
    "yiping_panels": plain("/wall/panels", "/wall/panels?scope=11", "/wall/panels?known=nothing"),
    "yiping_audit_export": lambda asking: [
        ("GET", f"/audit/export.csv{search}", {}) for search in asking.searches
    ],
    "yiping_export": lambda asking: [
        ("GET", f"/export/{kind}.csv{search}", {})
        for kind in (*get_args(ExportKind), "nothing")
        for search in asking.random.sample(asking.searches, 3)
    ],
    "yiping_export_file": plain("/export/file/1", "/export/file/999"),
    "yiping_bulletin": lambda asking: [("GET", f"/bulletin/{number}", HTML) for number in asking.bulletins],
    "yiping_bulletin_file": lambda asking: [
        ("GET", f"/bulletin/{number}.{form}", {})
        for number in asking.bulletins
        for form in ("pdf", "docx", "exe")
    ],
    # What is within the scope would be made in the background: one of it has a test of its own.
    "yiping_bulletin_on_demand": lambda asking: [
        ("GET", f"/bulletin/on-demand?scope={quote(code)}&kind={kind}&period=2026-06-19", HTML)
        for code in (asking.random.choice(parted(asking.twins.tree, asking.twins.scope)[1]), "nowhere")
        for kind in ("day", "month", "week")
    ],
    "yiping_assess_template": lambda asking: [
        ("GET", f"/assess/template.csv?month={month}&scope={quote(code)}", {})
        for month in ("2026-05", "2026-06", "x")
        for code in asking.codes
    ],
    "yiping_live": plain("/health/live"),
    "yiping_ready": plain("/health/ready"),
    "yiping_health": plain("/health"),
}
"""What is asked of each endpoint; callbacks have their own table."""


def stored(asking: Asking) -> list[Any]:
    """What a browser keeps of a view, honest and forged."""
    kept: list[Any] = [
        {
            "search": search,
            "as_of": NOW - asking.random.choice((0, 3 * DAY)),
            "live": asking.random.random() < 0.5,
        }
        for search in asking.searches
    ]
    return [*kept, None, {}, {"search": 5}]


def no_clicks(_asking: Asking) -> list[Any]:
    return [1]


def file_of(text: str) -> str:
    """A file as a browser sends it."""
    return f"data:text/csv;base64,{base64.b64encode(text.encode()).decode()}"


VALUES: Final[Mapping[str, Callable[[Asking], list[Any]]]] = {
    "url.pathname": lambda asking: [
        *("/", "/map", "/rank", "/compare", "/events", "/hot", "/tasks", "/assess", "/bulletins"),
        *("/audit", "/admin", "/nowhere"),
        *(f"/grid/{code}" for code in asking.codes),
        *(f"/event/{number}" for number in asking.events),
    ],
    "url.search": lambda asking: list(asking.searches),
    "bulletins-pending.data": lambda asking: [
        [action, number] for action in ("approve", "retry", "try") for number in asking.bulletins
    ],
    "hot-held.data": lambda asking: [
        *({"id": number, "acts": 0} for number in asking.warnings),
        {"id": "1", "acts": None},
        [],
        None,
    ],
    "hot-turn.data": lambda _asking: [0, "x"],
    "hot-seen.data": lambda _asking: [None],
    "tasks-pending.data": lambda asking: [
        [action, number, code]
        for action in ("done", "return", "extend", "withdraw")
        for number in asking.tasks
        for code in (asking.codes[0], asking.codes[2])
    ],
    "assess-turn.data": lambda _asking: [0],
    "assess-map-seen.data": lambda _asking: [None, ["mark", "11"], 5],
    "assess-mark-grid.value": lambda asking: asking.codes,
    "assess-mark-dimension.value": lambda _asking: ["centre"],
    "assess-mark-value.value": lambda _asking: ["77"],
    "assess-appeal-grid.value": lambda asking: asking.codes,
    # A dimension that counts no events: what is refused of another depends on what was counted.
    "assess-appeal-dimension.value": lambda _asking: ["centre"],
    "assess-appeal-events.value": lambda asking: ["", *map(str, asking.events)],
    "assess-decide-excused.value": lambda _asking: [""],
    "assess-decide-mark.value": lambda _asking: ["66"],
    "assess-upload.contents": lambda asking: [
        file_of(
            "month,grid,dimension,mark,reason,evidence\n"
            + "".join(f"2026-06,{code},temporary,50,seen,log\n" for code in asking.codes[:3])
        )
    ],
    "assess-upload.filename": lambda _asking: ["marks.csv"],
    "tasks-turn.data": lambda _asking: [0],
    "tasks-seen.data": lambda _asking: [None],
    "tasks-duty-seen.data": lambda _asking: [None],
    "tasks-open-seen.data": lambda _asking: [None],
    "tasks-kind.value": lambda _asking: ["command"],
    "tasks-title.value": lambda _asking: ["a new task"],
    "tasks-grids.value": lambda asking: [
        [asking.codes[2]],
        [f"all:{asking.codes[2]}"],
        [asking.codes[1], asking.codes[2]],
        None,
    ],
    "tasks-grids.options": lambda _asking: [None],
    "tasks-due-day.value": lambda _asking: ["2026-06-25"],
    "tasks-due-time.value": lambda _asking: ["17:30"],
    "tasks-until-day.value": lambda _asking: ["2026-06-26"],
    "tasks-until-time.value": lambda _asking: ["17:30"],
    "tasks-file-duty.contents": lambda asking: [
        file_of(f"grid,at,who\n{code},2026-06-20 08:10,somebody\n") for code in asking.codes[:3]
    ],
    "tasks-file-done.contents": lambda asking: [
        file_of(f"task,grid,at\n{number},{code},2026-06-20 10:00\n")
        for number in asking.tasks
        for code in asking.codes[1:3]
    ],
    "bulletins-turn.data": lambda _asking: [0],
    "bulletins-seen.data": lambda _asking: [None],
    "version.data": lambda _asking: ["1.1"],
    "page.className": lambda _asking: [None, "at-grid"],
    "scale.data": lambda _asking: [1.0, None],
    "range-first.value": lambda _asking: ["2026-06-01", "x"],
    "range-last.value": lambda _asking: ["2026-06-20", None],
    "events-page.data": lambda asking: [
        None,
        {"of": [asking.codes[2], "overdue"], "rows": 25, "next": f"{NOW}.{asking.events[1]}"},
    ],
    "map-without-gl.data": lambda _asking: [True, None],
}
"""What is sent as some properties of components."""

KINDS: Final[Mapping[str, Callable[[Asking], list[Any]]]] = {
    "data": stored,
    "n_clicks": no_clicks,
    "n_intervals": no_clicks,
    "n_submit": no_clicks,
    "submit_n_clicks": no_clicks,
    "value": lambda asking: [
        None,
        "",
        "district",
        *asking.codes,
        *map(str, asking.events),
        f"grid:{asking.codes[2]}",
    ],
    "id": lambda _asking: ["x"],
    "search": lambda asking: list(asking.searches),
    "pathname": lambda _asking: ["/"],
    "children": lambda _asking: [None],
    "hidden": lambda _asking: [False],
    "className": lambda _asking: [None],
    "clickData": lambda asking: [None, {"points": [{"location": code} for code in asking.codes]}],
}
"""What is sent as a property of any other component."""

MOST_OF_A_CALLBACK: Final = 7

OWN_PAGE: Final = {
    "assess": ("part=", "grid=", "map="),
    "hot": ("warning=", "tab="),
    "tasks": ("task=", "show="),
    "bulletins": ("edition=",),
}
"""What the addresses of pages hold that no other page knows, by the beginning of their ids and of their address."""


def pool(asking: Asking, name: str) -> list[Any]:
    """What is sent as a property. A new kind of property is asked about here."""
    kind = name.rpartition(".")[2]
    assert name in VALUES or kind in KINDS, (
        f"expected values for {name} in VALUES or KINDS of this test: add them"
    )
    return (VALUES.get(name) or KINDS[kind])(asking)


def callback_asks(asking: Asking, callback: str, known: Mapping[str, Any]) -> Iterator[Ask]:
    """Requests of one callback, each value of each property at least once, as far as there is room."""
    parts = [*known["inputs"], *known["state"]]
    pools = [pool(asking, f"{part['id']}.{part['property']}") for part in parts]
    page = next((name for name in OWN_PAGE if f"{name}-" in callback), None)
    if page is not None:
        # Its callbacks answer at its own address alone, and the views that it knows come late in the list.
        pools = [
            [f"/{page}"] if part["property"] == "pathname" else own_first(asking, page, values)
            for part, values in zip(parts, pools, strict=True)
        ]
    for turn in range(min(max(len(values) for values in pools), MOST_OF_A_CALLBACK)):
        chosen = [values[turn] if turn < len(values) else asking.random.choice(values) for values in pools]
        told = [sent_as(asking, part, value) for part, value in zip(parts, chosen, strict=True)]
        first = told[0][0] if isinstance(told[0], list) else told[0]
        name = first["id"] if isinstance(first["id"], str) else json.dumps(first["id"], separators=(",", ":"))
        body = {
            "output": callback,
            "outputs": outputs_of(callback),
            "inputs": told[: len(known["inputs"])],
            "state": told[len(known["inputs"]) :],
            "changedPropIds": [f"{name}.{first['property']}"],
        }
        yield "POST", "/_dash-update-component", {"json": body, "headers": HERE}


ACTIONS: Final = ("sign_in", "sign_in", "done", "approve")
"""What buttons do, of which some need no second press."""


def own_first(asking: Asking, page: str, values: list[Any]) -> list[Any]:
    """The values in any order, those of a page's own views before the others."""
    drawn = asking.random.sample(values, len(values))
    own = [one for one in drawn if isinstance(one, str) and any(each in one for each in OWN_PAGE[page])]
    return [*own, *(one for one in drawn if one not in own)]


def sent_as(asking: Asking, part: Mapping[str, Any], value: Any) -> Any:
    """A property as a browser sends it; one of many components of a kind with made-up names of its own."""
    if not part["id"].startswith("{"):
        return {**part, "value": value}
    names = {
        name: (
            asking.random.choice([*asking.codes, "1", *(ACTIONS if name == "action" else ())])
            if isinstance(kind, list)
            else kind
        )
        for name, kind in json.loads(part["id"]).items()
    }
    return [{"id": names, "property": part["property"], "value": value}]


def outputs_of(callback: str) -> Any:
    """The outputs of a callback as a browser names them."""
    found = [
        {"id": name.rpartition(".")[0].replace("\\.", "."), "property": name.rpartition(".")[2]}
        for name in callback.strip(".").split("...")
    ]
    return found if callback.startswith("..") else found[0]


def every_ask(asking: Asking) -> Iterator[tuple[str, Ask]]:
    """Every request that is made, with the name of what it is made to."""
    app = asking.twins.first.app
    for rule in app.server.url_map.iter_rules():
        if rule.endpoint in STATIC or rule.endpoint == "/_dash-update-component":
            continue
        assert rule.endpoint in ROUTES, (
            f"expected every address in ROUTES of this test, found {rule.rule} ({rule.endpoint}): "
            "say what is asked of it"
        )
        for ask in ROUTES[rule.endpoint](asking):
            yield rule.endpoint, ask
    for callback, known in app.callback_map.items():
        if "callback" in known:
            for ask in callback_asks(asking, callback, known):
                yield callback, ask
