"""The faces of an official document, found among the fonts of this machine.

typst says nothing when a family is missing: it takes another one or leaves the text out. So the families are
looked up before anything is set. The accepted families stand in `fonts.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pylopdf_fonts_zh_cn
import typst

FACES_FILE = Path(__file__).with_name("fonts.toml")
PACKAGE = "pylopdf-fonts-zh-cn"
PACKAGE_DIR = Path(pylopdf_fonts_zh_cn.__file__).parent
SYSTEM = "the system's font folders"
REGULAR = 400


class FontError(RuntimeError):
    """A face that no installed family can stand for, or a font folder that is not there."""


@dataclass(frozen=True)
class Candidate:
    """A family that may stand for a face; `weight` is None where the family's own single weight will do."""

    family: str
    weight: int | None = None
    embolden: float = 0.0


@dataclass(frozen=True)
class Face:
    """One face of the format: `key` for the templates, `label` for people, candidates best first."""

    key: str
    label: str
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True)
class FaceTable:
    """What fonts.toml says: the faces, and the wide families that stand in for single missing characters."""

    faces: tuple[Face, ...]
    wide: tuple[str, ...]


@dataclass(frozen=True)
class Chosen:
    """The families of one face in the order in which typst tries them, with weight and thickening (em)."""

    families: tuple[str, ...]
    weight: int
    embolden: float


@dataclass(frozen=True)
class FontSet:
    """Loaded fonts with the choice made for each face."""

    fonts: typst.Fonts
    faces: Mapping[str, Chosen]

    def as_input(self) -> dict[str, dict[str, object]]:
        """The choices as the templates read them: {face: {"families", "weight", "embolden"}}."""
        return {
            key: {
                "families": list(chosen.families),
                "weight": chosen.weight,
                "embolden": chosen.embolden,
            }
            for key, chosen in self.faces.items()
        }


def read_faces(path: Path = FACES_FILE) -> FaceTable:
    """The table of faces in a fonts.toml."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    faces = tuple(
        Face(key, face["label"], tuple(Candidate(**candidate) for candidate in face["families"]))
        for key, face in table["faces"].items()
    )
    return FaceTable(faces, tuple(table["wide"]))


def choose(
    table: FaceTable, available: Iterable[tuple[str, int]], places: Iterable[str]
) -> dict[str, Chosen]:
    """The best available candidate of every face, by face key.

    `available` holds (family, weight) pairs; `places` only says in the message where they were looked for.
    Raises FontError naming every face without a family, what it accepts, the places and the remedy.
    """
    weights: dict[str, set[int]] = {}
    for family, weight in available:
        weights.setdefault(family, set()).add(weight)

    chosen: dict[str, Chosen] = {}
    missing: list[Face] = []
    for face in table.faces:
        best = next((c for c in face.candidates if _stands(c, weights)), None)
        if best is None:
            missing.append(face)
            continue
        others = (family for family in table.wide if family in weights and family != best.family)
        chosen[face.key] = Chosen((best.family, *others), best.weight or REGULAR, best.embolden)
    if missing:
        raise FontError(_complaint(missing, places))
    return chosen


def find_fonts(font_dir: Path | None = None, *, system: bool = True, package: bool = True) -> FontSet:
    """Load the fonts of `font_dir`, of the package and of the system, and choose a family for every face.

    `system` and `package` can be left out by tests. Raises FontError when the folder is missing or a face has
    no family.
    """
    if font_dir is not None and not font_dir.is_dir():
        raise FontError(f"the font folder {font_dir} does not exist: create it, or name another one, or none")
    folders = [folder for folder in (font_dir, PACKAGE_DIR if package else None) if folder is not None]
    fonts = typst.Fonts(
        include_system_fonts=system,
        include_embedded_fonts=False,
        font_paths=[str(folder) for folder in folders],
    )
    places = [str(folder) for folder in folders] + ([SYSTEM] if system else [])
    available = ((font.family, font.weight) for font in fonts.fonts())
    return FontSet(fonts, choose(read_faces(), available, places))


def _stands(candidate: Candidate, weights: Mapping[str, set[int]]) -> bool:
    found = weights.get(candidate.family)
    if found is None:
        return False
    return candidate.weight is None or candidate.weight in found


def _complaint(missing: Iterable[Face], places: Iterable[str]) -> str:
    lines = ["no font for the official document format:"]
    for face in missing:
        families = dict.fromkeys(candidate.family for candidate in face.candidates)
        lines.append(f"  {face.label} ({face.key}) accepts any of: {', '.join(families)}")
    lines.append(f"searched: {', '.join(places) or 'nowhere'}")
    lines.append(
        f"remedy: run: pip install {PACKAGE}; or install one of these families on the system "
        f"or in the font folder"
    )
    return "\n".join(lines)
