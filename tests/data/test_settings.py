"""Settings: what is read from where, what is refused and how, and that no password is ever printed."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import URL, make_url

from data.settings import HIDDEN, PROJECT, SETTINGS, Settings, SettingsError, masked


def load(env_file: Path | None = None, /, **environ: str) -> Settings:
    return Settings.load(environ, env_file)


def faults(env_file: Path | None = None, /, **environ: str) -> list[str]:
    with pytest.raises(SettingsError) as refused:
        load(env_file, **environ)
    return str(refused.value).splitlines()


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / ".env"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_the_table_and_the_dataclass_name_the_same_settings() -> None:
    assert [setting.name for setting in SETTINGS] == [field.name for field in dataclasses.fields(Settings)]


def test_nothing_set_gives_the_defaults() -> None:
    settings = load()
    assert settings.database_url == "sqlite:///var/yiping.db"
    assert settings.var_dir == Path("var")
    assert (settings.host, settings.port) == ("127.0.0.1", 8050)
    assert settings.sqlite_synchronous == "FULL"


def test_the_process_environment_is_read_when_none_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YIPING_PORT", "9001")
    assert Settings.load(env_file=None).port == 9001


def test_the_default_database_follows_the_var_folder() -> None:
    url = load(YIPING_VAR_DIR="/srv/yiping").database_url
    assert make_url(url).database == "/srv/yiping/yiping.db"


def test_the_default_city_is_found_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load().city == PROJECT / "data/cities/zhengzhou"
    (tmp_path / "mine").mkdir()
    assert load(YIPING_CITY="mine").city == Path("mine")


def test_the_environment_goes_before_the_file_and_the_file_before_the_default(tmp_path: Path) -> None:
    path = written(tmp_path, "YIPING_PORT=9000\nYIPING_HOST=0.0.0.0\n")
    settings = load(path, YIPING_PORT="9001")
    assert (settings.port, settings.host, settings.threads) == (9001, "0.0.0.0", 8)


def test_an_empty_value_counts_as_not_set(tmp_path: Path) -> None:
    path = written(tmp_path, "YIPING_PORT=9000\nYIPING_HOST=\nYIPING_THREADS\n")
    settings = load(path, YIPING_PORT="  ")
    assert (settings.port, settings.host, settings.threads) == (9000, "127.0.0.1", 8)


def test_a_missing_file_is_no_fault(tmp_path: Path) -> None:
    assert load(tmp_path / ".env") == load()


def test_a_file_with_a_byte_order_mark_and_other_programs_names_is_read(tmp_path: Path) -> None:
    assert load(written(tmp_path, b"\xef\xbb\xbfYIPING_PORT=9000\r\nTZ=UTC\r\n")).port == 9000


def test_a_dollar_sign_in_the_file_stays_as_it_is(tmp_path: Path) -> None:
    path = written(tmp_path, "HOME_=x\nYIPING_DATABASE_URL='postgresql+psycopg://u:a${HOME_}b@h/d'\n")
    assert make_url(load(path).database_url).password == "a${HOME_}b"


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("YIPING_DATABSE_URL", "YIPING_DATABASE_URL"),
        ("YIPING_DB_URL", "YIPING_DATABASE_URL"),
        ("YIPING_TIMEOUT_SECONDS", "YIPING_STATEMENT_TIMEOUT_SECONDS"),
        ("yiping_port", "YIPING_PORT"),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest(name: str, nearest: str) -> None:
    assert faults(**{name: "1"}) == [
        f"{name} in the environment: there is no such setting. Did you mean {nearest}?"
    ]


def test_an_unknown_name_that_is_near_to_none_is_refused_with_the_list() -> None:
    (fault,) = faults(YIPING_Q="1")
    assert all(setting.variable in fault for setting in SETTINGS)


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("PORT", "80.5", "expected a whole number from 1 to 65535, found '80.5' in the environment."),
        ("PORT", "0", "expected a whole number from 1 to 65535, found '0' in the environment."),
        ("PORT", "65536", "expected a whole number from 1 to 65535, found '65536' in the environment."),
        (
            "SQLITE_SYNCHRONOUS",
            "ful",
            "expected FULL or NORMAL, found 'ful' in the environment. Did you mean FULL?",
        ),
        (
            "HOST",
            "http://0.0.0.0",
            "expected a host name or an IP address, found 'http://0.0.0.0' in the environment: "
            "leave out http:// and paths.",
        ),
    ],
)
def test_a_bad_value_says_what_was_expected_and_found(name: str, value: str, fault: str) -> None:
    assert faults(**{f"YIPING_{name}": value}) == [f"YIPING_{name}: {fault}"]


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("mysql://root@h/d", "there is no store on 'mysql'"),
        ("sqlite://", "name a file"),
        ("sqlite:///:memory:", "name a file"),
        ("var/yiping.db", "cannot be read as a URL"),
        ("postgresql+psycopg2://u:geheim@h/d", "there is no store on 'postgresql+psycopg2'"),
        ("postgresql://u:geheim@h:port/d", "cannot be read as a URL"),
    ],
)
def test_a_database_that_is_none_is_refused(url: str, reason: str) -> None:
    (fault,) = faults(YIPING_DATABASE_URL=url)
    assert reason in fault
    assert "geheim" not in fault


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_takes_the_installed_driver(scheme: str) -> None:
    url = load(YIPING_DATABASE_URL=f"{scheme}://u:p%40ss@h:5433/d").database_url
    assert url == "postgresql+psycopg://u:p%40ss@h:5433/d"


def test_small_letters_will_do_for_a_choice() -> None:
    assert load(YIPING_LOG_LEVEL="debug").log_level == "DEBUG"


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    path = written(tmp_path, "YIPING_THREADS=none\nYIPING_COLOUR=red\n")
    assert [fault.split(":")[0] for fault in faults(path, YIPING_PORT="x")] == [
        f"YIPING_COLOUR in {path}",
        "YIPING_PORT",
        "YIPING_THREADS",
    ]


def test_a_line_that_cannot_be_read_is_refused_with_its_number(tmp_path: Path) -> None:
    path = written(tmp_path, "YIPING_PORT=9000\nYIPING_HOST='0.0.0.0\n")
    assert faults(path) == [f"{path}, line 2: expected NAME=value, found something else. Mend or remove it."]


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (fault,) = faults(written(tmp_path, "YIPING_CITY=城市".encode("gb18030")))
    assert "expected a text file in UTF-8" in fault


def test_no_printed_form_holds_the_password() -> None:
    settings = load(YIPING_DATABASE_URL="postgresql+psycopg://u:geheim@h/d?sslpassword=geheim2")
    for text in (repr(settings), str(settings), str(settings.shown()), f"{settings}"):
        assert "geheim" not in text
        assert "postgresql+psycopg://u:***@h/d?sslpassword=***" in text
    assert make_url(settings.database_url).password == "geheim"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:geheim@h/d",
        "postgresql://u@corp:geheim@h/d",
        "postgresql://u:a@geheim@h/d",
        "postgresql://u:a/geheim@h/d",
        "postgresql://u:a:geheim@h/d",
        "postgresql://:geheim@h/d",
        "postgresql:///d?user=u&password=geheim",
        "postgresql:///d?PASSWORD=geheim&host=h",
    ],
)
def test_a_password_is_masked_however_it_is_written(url: str) -> None:
    assert "geheim" not in masked(url)
    assert HIDDEN in masked(url)


@pytest.mark.parametrize(
    "url", ["sqlite:///var/a@b.db", "postgresql+psycopg://u@h:5432/d", "sqlite:////srv/y.db"]
)
def test_a_url_without_a_password_is_shown_as_it_is(url: str) -> None:
    assert masked(url) == url


@given(st.text(min_size=8).filter(lambda password: HIDDEN not in password))
def test_any_password_is_masked(password: str) -> None:
    url = URL.create("postgresql+psycopg", "someone", password, "db.example", 5432, "events")
    text = url.render_as_string(hide_password=False)
    assert masked(text) == f"postgresql+psycopg://someone:{HIDDEN}@db.example:5432/events"
