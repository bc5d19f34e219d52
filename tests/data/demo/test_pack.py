"""Built packs: made once, whole or not at all, from what the source says."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from data.citypack import PackError, read_pack
from data.demo.pack import built_pack
from data.demo.source import Source
from data.demo.tessellation.build import Tessellation, tessellate
from tests.data.demo.sources import ZHENGZHOU, part
from tests.data.importing.small import BOSTON


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of Zhengzhou's folder of which one county alone is read: it is built in a second."""
    folder = tmp_path / "source"
    shutil.copytree(ZHENGZHOU, folder, ignore=shutil.ignore_patterns("demo"))
    monkeypatch.setattr("data.demo.pack.read_source", lambda _: smaller())
    return folder


def smaller() -> Source:
    """The part, with as many people as it has room for."""
    return part(level3=400)


def test_an_ordinary_pack_is_used_as_it_is(tmp_path: Path) -> None:
    assert built_pack(BOSTON, tmp_path) == BOSTON
    assert built_pack(tmp_path / "nowhere", tmp_path) == tmp_path / "nowhere"
    assert list(tmp_path.iterdir()) == []


def test_a_built_pack_is_an_ordinary_one(small: Path, tmp_path: Path) -> None:
    told: list[tuple[str, float]] = []
    folder = built_pack(small, tmp_path / "var", 7, lambda what, share: told.append((what, share)))
    assert folder.parent == tmp_path / "var" / "cities"
    assert folder.name.startswith("source-7-")
    pack = read_pack(folder)
    assert (pack.code, pack.build["seed"], pack.demo) == ("410100", 7, True)
    assert built_pack(folder, tmp_path / "other") == folder
    assert {what for what, _ in told} == {
        "placing the grids",
        "drawing the grids",
        "joining the grids",
        "naming the grids",
        "writing the pack",
    }
    assert all(0 <= share <= 1 for _, share in told)


def test_it_is_built_once_for_each_seed_and_source(small: Path, tmp_path: Path) -> None:
    var_dir = tmp_path / "var"
    first = built_pack(small, var_dir, 1)
    stamp = (first / "grids.gpkg").stat().st_mtime_ns
    assert built_pack(small, var_dir, 1) == first
    assert (first / "grids.gpkg").stat().st_mtime_ns == stamp
    second = built_pack(small, var_dir, 2)
    assert second != first
    assert (second / "grids.gpkg").read_bytes() != (first / "grids.gpkg").read_bytes()
    with (small / "channels.csv").open("a", encoding="utf-8") as file:
        file.write("more,More\n")
    third = built_pack(small, var_dir, 1)
    assert third != first
    assert [channel.code for channel in read_pack(third).channels][-1] == "more"


def test_old_builds_go_but_the_newest_few_stay(small: Path, tmp_path: Path) -> None:
    cities = tmp_path / "var" / "cities"
    olds = [cities / name for name in ("source-1-aaaa", "source-1-bbbb", "source-1-cccc", "source-2-aaaa")]
    for age, old in enumerate(reversed(olds)):
        old.mkdir(parents=True)
        os.utime(old, (age, age))
    made = built_pack(small, tmp_path / "var", 1)
    assert {path.name for path in cities.iterdir()} == {
        made.name,
        "source-1-aaaa",
        "source-1-bbbb",
        "source-2-aaaa",
    }


def test_a_build_that_is_cut_off_leaves_nothing(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_off(_source: Source, _seed: int, _progress: object) -> Tessellation:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("data.demo.pack.tessellate", cut_off)
        with pytest.raises(KeyboardInterrupt):
            built_pack(small, tmp_path / "var")
    assert list((tmp_path / "var" / "cities").iterdir()) == []
    assert read_pack(built_pack(small, tmp_path / "var")).code == "410100"


def test_another_process_may_be_first(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While one builds, another finishes the same pack: theirs is taken."""
    rival: list[Path] = []

    def slow(source: Source, seed: int, progress: object) -> Tessellation:
        if not rival:
            rival.append(Path())
            rival[0] = built_pack(small, tmp_path / "var", seed)
        return tessellate(source, seed)

    monkeypatch.setattr("data.demo.pack.tessellate", slow)
    mine = built_pack(small, tmp_path / "var", 3)
    assert mine == rival[0]
    assert [path.name for path in mine.parent.iterdir()] == [mine.name]


def test_a_broken_source_is_told_in_a_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "source"
    shutil.copytree(ZHENGZHOU, folder, ignore=shutil.ignore_patterns("demo"))
    rules = (folder / "build.toml").read_text("utf-8").replace("level2 = 3530", "level2 = 30")
    (folder / "build.toml").write_text(rules, "utf-8")
    with pytest.raises(PackError, match=r"it cannot be built from its sources: .*expected at least"):
        built_pack(folder, tmp_path / "var")
