"""A room with walls and a remote: control states that lie in a dictionary, and an audit that is a list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final

from callbacks.remote import Desk, Press, desk_of, pressed
from callbacks.wall.reads import Remote
from data.access import Viewer
from data.wallplan import Change, Control, noted
from tests.support.wallboard import SCOPE, FakeWall

OPERATOR: Final = Viewer("li", "operator", SCOPE, "李敏")


@dataclass
class Room:
    """Walls whose control states lie in a dictionary."""

    viewer: Viewer = OPERATOR
    wall: FakeWall = field(default_factory=FakeWall)
    states: dict[str, Control] = field(default_factory=dict)
    audit: list[tuple[str, str, str, dict[str, Any]]] = field(default_factory=list)

    def remote(self) -> Remote:
        def change(scope: str, change: Change, how: Callable[[Control], Control]) -> Control:
            self.states[scope] = noted(how(self.states.get(scope, Control())), change)
            return self.states[scope]

        def audited(action: str, subject: str, result: Any, **detail: Any) -> None:
            self.audit.append((action, subject, result, detail))

        return Remote(
            self.wall.reads,
            lambda scope: self.states.get(scope, Control()),
            change,
            lambda scope, key: int(key) if key.isdigit() else None,
            audited,
        )

    def desk(self, scope: str | None = None) -> Desk:
        return desk_of(self.reads(), self.remote(), self.viewer, scope)

    def reads(self) -> Any:
        return replace(self.wall.city.reads(), viewer=lambda: self.viewer)

    def press(self, what: str, scope: str = SCOPE, **given: Any) -> Control:
        how, detail = pressed(self.desk(scope), Press(what, **given), "李敏", self.remote().find)
        return self.remote().change(scope, Change(self.wall.city.now, "李敏", what, detail), how)
