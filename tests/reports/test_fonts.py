from __future__ import annotations

from pathlib import Path

import pytest

from reports.fonts import FontError, choose, find_fonts, read_faces

PACKAGE_FONTS = [("Noto Serif SC", 400), ("Noto Sans SC", 400)]


def test_the_package_alone_has_every_face() -> None:
    found = find_fonts(system=False)
    assert {key: chosen.families[0] for key, chosen in found.faces.items()} == {
        "body": "Noto Serif SC",
        "plain": "Noto Serif SC",
        "title": "Noto Serif SC",
        "heading": "Noto Sans SC",
        "script": "Noto Serif SC",
    }


def test_only_a_face_that_would_not_be_told_from_the_text_is_thickened() -> None:
    light = choose(read_faces(), PACKAGE_FONTS, [])
    assert light["title"].embolden > 0
    assert [key for key, chosen in light.items() if chosen.embolden] == ["title", "script"]

    heavy = choose(read_faces(), [*PACKAGE_FONTS, ("Noto Serif SC", 700)], [])
    assert (heavy["title"].weight, heavy["title"].embolden) == (700, 0)


@pytest.mark.parametrize(
    ("face", "family"),
    [
        ("body", "FangSong_GB2312"),
        ("body", "FandolFang R"),
        ("body", "LXGW WenKai"),
        ("title", "FZXiaoBiaoSong-B05S"),
        ("heading", "SimHei"),
        ("script", "KaiTi_GB2312"),
        ("script", "FandolKai"),
        ("plain", "SimSun"),
    ],
)
def test_a_better_face_comes_before_the_package(face: str, family: str) -> None:
    chosen = choose(read_faces(), [*PACKAGE_FONTS, (family, 400)], [])
    assert chosen[face].families[0] == family
    assert "Noto Serif SC" in chosen[face].families[1:]


def test_the_licensed_face_comes_before_the_free_one() -> None:
    free_first = [("FandolFang R", 400), ("LXGW WenKai", 400), ("FangSong", 400), *PACKAGE_FONTS]
    assert choose(read_faces(), free_first, [])["body"].families[0] == "FangSong"


def test_a_missing_face_is_named_with_families_places_and_remedy() -> None:
    with pytest.raises(FontError) as caught:
        choose(read_faces(), [("Noto Serif SC", 400)], ["/one/place", "/another"])
    message = str(caught.value)
    heading = next(face for face in read_faces().faces if face.key == "heading")
    assert f"{heading.label} (heading)" in message
    assert all(candidate.family in message for candidate in heading.candidates)
    assert "/one/place, /another" in message
    assert "pip install pylopdf-fonts-zh-cn" in message
    assert "(body)" not in message


def test_without_any_font_every_face_is_named() -> None:
    with pytest.raises(FontError) as caught:
        find_fonts(system=False, package=False)
    assert all(f"({face.key})" in str(caught.value) for face in read_faces().faces)


def test_a_font_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FontError, match="fonts does not exist: create it"):
        find_fonts(tmp_path / "fonts")
