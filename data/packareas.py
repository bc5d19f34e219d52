"""Areas that are drawn over the grids of a city pack and are none: counties beside the units that answer, zones."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from data.packfiles import LENGTHS, PackFiles

AREA_FILE = "areas.geojson"
AREA_COLUMNS = ("code", "name", "kind")

_WGS84 = "EPSG:4326"


def no_areas() -> gpd.GeoDataFrame:
    """Areas of a pack that has none."""
    columns = {column: pd.Series(dtype="str") for column in AREA_COLUMNS}
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([], crs=_WGS84), crs=_WGS84)


class AreaFiles(PackFiles):
    """Reads areas.geojson; what is wrong is noted."""

    def areas(self) -> gpd.GeoDataFrame:
        """code, name, kind and geometry (polygons, EPSG:4326), in file order; empty without the file."""
        path = self.folder / AREA_FILE
        if not path.is_file():
            return no_areas()
        try:
            frame = gpd.read_file(path)
        except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError, OSError) as error:
            self.fault(f"{AREA_FILE} cannot be read as GeoJSON: {str(error).strip().splitlines()[0]}")
            return no_areas()
        missing = [column for column in AREA_COLUMNS if column not in frame.columns]
        if missing or not isinstance(frame, gpd.GeoDataFrame):
            self.fault(
                f"{AREA_FILE} lacks {', '.join(missing) or 'shapes'}: each area needs code, name, kind and a shape"
            )
            return no_areas()
        if frame.crs is None or frame.crs.to_epsg() != 4326:
            self.fault(f"{AREA_FILE} must hold degrees on WGS-84, as GeoJSON does; found {frame.crs}")
            return no_areas()
        frame = frame[[*AREA_COLUMNS, "geometry"]].fillna(dict.fromkeys(AREA_COLUMNS, ""))
        frame = frame.astype(dict.fromkeys(AREA_COLUMNS, "str"))
        self._check(frame)
        return frame

    def _check(self, frame: gpd.GeoDataFrame) -> None:
        seen: set[str] = set()
        for number, area in enumerate(frame.itertuples(index=False), 1):
            where = f"{AREA_FILE} feature {number}"
            self.check_text(where, "code", area.code)
            self.check_text(where, "name", area.name)
            if not area.kind or len(area.kind) > LENGTHS["kind"]:
                self.fault(f"{where}: the kind must have 1 to {LENGTHS['kind']} characters")
            if area.code in seen:
                self.fault(f"{where}: the code {area.code} is listed twice")
            seen.add(area.code)
            shape = area.geometry
            if shape is None or shape.is_empty or shape.geom_type not in ("Polygon", "MultiPolygon"):
                self.fault(f"{where}: the shape of {area.code} must be a polygon")
            elif not shape.is_valid:
                self.fault(
                    f"{where}: the shape of {area.code} is not valid ({shapely.is_valid_reason(shape)}); "
                    'mend it with "Fix geometries" in QGIS'
                )
