"""What the page of warnings may ask for and do; app.py gives it a store's, tests a made-up one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import pandas as pd

from data.alerting.keeping import Alert, AlertKind, AlertStep
from data.alerting.looks import Looks
from data.clocks import Instant


class Lookout(Protocol):
    """The warnings within the scope of whoever asks, of the kinds that they may see. What changes anything raises
    Refused where the viewer may not, and AlertError where there is nothing to be done or somebody was faster."""

    def kinds(self) -> Sequence[AlertKind]:
        """The kinds that the viewer may see: what is to be checked once more is not for everybody."""
        ...

    def standing(self, scope: str) -> Sequence[Alert]:
        """Every warning of a grid that is not closed, the highest step and the latest first."""
        ...

    def closed(self, scope: str) -> Sequence[Alert]:
        """The warnings of a grid that were closed last."""
        ...

    def one(self, number: int) -> tuple[Alert, Sequence[AlertStep]] | None:
        """A warning and what was done with it; None for one that is not there, or not for the viewer."""
        ...

    def stamp(self, scope: str) -> str:
        """Changes when a warning of a grid is opened, seen again, or worked on."""
        ...

    def looks(self) -> Looks:
        """When the city was looked at last."""
        ...

    def events(self, ids: Sequence[int], as_of: Instant) -> pd.DataFrame:
        """The events of these numbers that the viewer may see (EVENT_COLUMNS), in this order."""
        ...

    def acknowledge(self, number: int, seen: int) -> None:
        """Says that somebody has seen it; `seen` is how many acts of people the viewer knows of."""
        ...

    def assign(self, number: int, to: str, note: str, seen: int) -> None:
        """Gives it to a unit or a person."""
        ...

    def close(self, number: int, note: str, seen: int) -> None:
        """Closes it with a note on what came of it."""
        ...
