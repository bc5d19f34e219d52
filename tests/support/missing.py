"""What a test says when the machine lacks something: an error with the remedy, never a skip."""

from __future__ import annotations


class MissingComponent(RuntimeError):
    """A program that the tests need is not installed."""

    def __init__(self, component: str, looked: str) -> None:
        super().__init__(
            f"The tests need {component}, and it was not found ({looked}). "
            "`make test` installs it; by itself: bash tests/install.sh"
        )
