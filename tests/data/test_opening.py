"""Opening a store as the settings say, and filling an empty one."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from data.citypack import read_pack
from data.clocks import now
from data.importing.load import Summary
from data.importing.mapping import MappingError
from data.opening import fill, find_mapping, open_store, remarks
from data.queries.lists import freshness
from data.reference import reference
from data.settings import Settings
from data.store import Store, StoreError
from tests.support.commands import PACK, Commands


def settings_of(url: str, folder: Path, city: Path = PACK) -> Settings:
    given = Commands(url, folder).environment | {"YIPING_CITY": str(city)}
    return Settings.load(given, env_file=None)


def filled(store: Store, settings: Settings) -> list[Summary]:
    told: list[Summary] = []
    fill(store, settings, now(), told=lambda _, summary: told.append(summary))
    return told


def test_an_empty_store_is_filled_once(database_url: str, tmp_path: Path) -> None:
    settings = settings_of(database_url, tmp_path)
    with open_store(settings, create=True) as store:
        (summary,) = filled(store, settings)
        assert (summary.added, summary.rejected) == (5473, 0)
        version = store.version()
        assert filled(store, settings) == []
        assert (store.version(), store.state().counters_stale) == (version, False)


def test_what_was_mended_in_the_shapes_is_told(sqlite_url: str, tmp_path: Path) -> None:
    heard: list[str] = []
    with open_store(settings_of(sqlite_url, tmp_path), create=True) as store:
        fill(store, settings_of(sqlite_url, tmp_path), now(), remarked=heard.append)
    pack = read_pack(PACK)
    assert heard == list(remarks(pack))
    assert len(heard) == len(pack.repairs) + len(pack.warnings) > 0


def test_a_load_that_was_cut_off_is_finished(sqlite_url: str, tmp_path: Path) -> None:
    settings = settings_of(sqlite_url, tmp_path)
    with open_store(settings, create=True) as store:
        filled(store, settings)
        with store.writing() as connection:
            connection.execute(text("DELETE FROM rollup"))
            connection.execute(text("UPDATE store_state SET counters_stale = 1"))
        (summary,) = filled(store, settings)
        assert (summary.added, summary.unchanged) == (0, 5473)
        assert not store.state().counters_stale


def test_another_city_is_left_alone(sqlite_url: str, tmp_path: Path) -> None:
    mine = shutil.copytree(PACK, tmp_path / "mine")
    toml = (mine / "city.toml").read_text("utf-8").split("[[files]]")[0]
    (mine / "city.toml").write_text(toml, "utf-8")
    with open_store(settings_of(sqlite_url, tmp_path, mine), create=True) as store:
        assert filled(store, settings_of(sqlite_url, tmp_path, mine)) == []
        with store.writing() as connection:
            connection.execute(text("UPDATE city SET code = 'elsewhere'"))
            connection.execute(text("UPDATE store_state SET reference_version = reference_version + 1"))
        assert filled(store, settings_of(sqlite_url, tmp_path)) == []
        assert freshness(store).empty


def test_a_store_is_not_made_unasked(sqlite_url: str, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="found no such file"):
        open_store(settings_of(sqlite_url, tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_mapping_is_found_by_name_and_by_path(sqlite_url: str, tmp_path: Path) -> None:
    settings = settings_of(sqlite_url, tmp_path)
    with open_store(settings, create=True) as store:
        filled(store, settings)
        city = reference(store)
    assert find_mapping("boston311", city, settings).source == "boston311"
    path = PACK / "mappings/boston311.toml"
    assert find_mapping(str(path), city, settings).source == "boston311"
    elsewhere = replace(settings, city=tmp_path)
    assert find_mapping("boston311", city, elsewhere).source == "boston311"
    with pytest.raises(MappingError, match="found: boston311"):
        find_mapping("boston", city, elsewhere)
