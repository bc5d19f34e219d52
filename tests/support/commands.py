"""The command line run within the test's own process, on a database of the test's choice."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from app import cli

PACK = Path(__file__).parents[2] / "data/cities/boston"
EVENTS = PACK / "boston_311_2025-08_2026-02.csv.gz"

WHOLE = ("--from", "2025-08-01", "--to", "2026-03-01")
AS_OF = "2026-02-10T23:00:00Z"


@dataclass(frozen=True)
class Commands:
    """The command line with its settings: a database and a folder of its own."""

    url: str
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """The settings as environment variables."""
        return {"YIPING_DATABASE_URL": self.url, "YIPING_VAR_DIR": str(self.folder), "YIPING_CITY": str(PACK)}

    def run(self, *arguments: str | Path) -> Result:
        """What a command says and how it ends; an exception that no user could mend fails the test."""
        result = CliRunner(env=self.environment).invoke(cli, [str(argument) for argument in arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert "Traceback" not in result.output
        return result

    def good(self, *arguments: str | Path) -> str:
        """What a command prints that must end well."""
        result = self.run(*arguments)
        assert result.exit_code == 0, result.output
        return result.stdout

    def json(self, *arguments: str | Path) -> Any:
        """What a command answers to --json."""
        return json.loads(self.good(*arguments, "--json"))

    def refused(self, *arguments: str | Path) -> str:
        """The sentence of a command that must end with exit code 2 and print nothing else."""
        result = self.run(*arguments)
        assert (result.exit_code, result.stdout) == (2, ""), result.output
        return result.stderr


def load_boston(commands: Commands) -> Commands:
    """The same with Boston and its events loaded."""
    commands.good("city", "load", PACK)
    assert "added 5,473" in commands.good("import", EVENTS, "--mapping", "boston311")
    return commands
