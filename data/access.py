"""Who looks, what they may do, and the grid that bounds every figure they see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

Role = Literal["leader", "operator", "administrator", "auditor", "wall"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)
PERSONAL_ROLES: Final[tuple[Role, ...]] = tuple(role for role in ROLES if role != "wall")
"""The roles of people: a wall has a token and no account."""

Action = Literal[
    "read",
    "export",
    "unmask",
    "control_wall",
    "approve",
    "handle",
    "appeal",
    "assess",
    "administer",
    "audit",
]
ACTIONS: Final[tuple[Action, ...]] = get_args(Action)

MAY: Final[Mapping[Role, frozenset[Action]]] = {
    "leader": frozenset({"read", "export", "appeal"}),
    "operator": frozenset(
        {"read", "export", "unmask", "control_wall", "approve", "handle", "appeal", "assess"}
    ),
    "administrator": frozenset({"read", "control_wall", "administer"}),
    "auditor": frozenset({"read", "audit"}),
    "wall": frozenset({"read"}),
}
"""Who administers accounts cannot read the audit of what they did: no role watches itself. `handle` is to work on
warnings and tasks, `appeal` to object to a score, `assess` to enter scores and to decide appeals of others."""


@dataclass(frozen=True)
class Viewer:
    """Whoever looks. Every figure that they see lies within `scope`, the code of a grid.

    `name` is the account's, or the wall token's; `demo` marks the visitor of a demonstration, who has no account.
    `session` names the session in the audit and ties forms to it; it opens nothing.
    """

    name: str
    role: Role
    scope: str
    display_name: str = ""
    demo: bool = False
    session: str = ""
    language: str = "zh"

    @property
    def shown_name(self) -> str:
        """What a page calls them."""
        return self.display_name or self.name


def may(viewer: Viewer, action: Action) -> bool:
    """Whether the viewer's role allows the action, within their scope."""
    return action in MAY[viewer.role]
