"""Boundaries as municipalities have them: three formats, one map; and what is wrong with a file, line by line."""

from __future__ import annotations

import shutil
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

import trygghet as tg
from trygghet.errors import InputError
from trygghet.messages import Words
from trygghet.pages.place_areas import crime_counts, crime_map, residents
from trygghet.sources import read_boundaries

from .example_data import TOWN

LAYER = TOWN / "omraden.geojson"


@pytest.fixture
def town(tmp_path: Path):
    """A way to make the workspace with another map: the frame, or what it becomes, under a file name."""
    folder = tmp_path / "kristinehamn"
    shutil.copytree(TOWN, folder)
    settings = (folder / "workspace.yml").read_text(encoding="utf-8")

    def made(frame: gpd.GeoDataFrame, name: str, **options: object) -> tg.Workspace:
        frame.to_file(folder / name, **options)
        text = settings.replace("boundaries: omraden.geojson", f"boundaries: {name}")
        (folder / "workspace.yml").write_text(text, encoding="utf-8")
        return tg.Workspace.open(folder, year="2017")

    return made


def faults(ws: tg.Workspace) -> list[tuple[int, str, str]]:
    with pytest.raises(InputError) as caught:
        read_boundaries(ws)
    return [(f.row, f.column, f.rule) for f in caught.value.faults]


@pytest.mark.parametrize("name", ["omraden.gpkg", "omraden.shp"])
def test_every_format_gives_the_same_map(town, name):
    page = {}
    for ws in (tg.Workspace.open(TOWN, year="2017"), town(gpd.read_file(LAYER).to_crs(3006), name)):
        picture = tg.Picture(ws, "sv")
        page[len(page)] = crime_map(picture, crime_counts(picture), residents(picture))
    first, second = page.values()
    assert first is not None and second is not None
    assert (first.title, first.alt, first.table) == (second.title, second.alt, second.table)
    numbers = [np.array([float(x) for x in _numbers(figure.svg_wide)]) for figure in page.values()]
    np.testing.assert_allclose(*numbers, atol=0.02)  # px: the formats round the corners differently


def _numbers(svg: str) -> list[str]:
    import re

    return re.findall(r"(?<![\w#-])-?\d+(?:\.\d+)?", re.sub(r"(id|href|aria-labelledby|clip-path)=\"[^\"]*\"", "", svg))


def test_names_may_stand_for_ids_and_a_crossed_border_is_mended(town):
    frame = gpd.read_file(LAYER)[["name", "geometry"]].to_crs(3006)
    frame["name"] = frame["name"].str.upper()
    bow = shapely.Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])
    frame.loc[0, "geometry"] = shapely.transform(bow, lambda xy: xy + np.array([448_000, 6_575_000]))
    borders = read_boundaries(town(frame, "namn.gpkg"))
    assert borders is not None and borders.geometry.is_valid.all()
    assert list(borders.index) == list(tg.Workspace.open(TOWN).area_labels)


def test_unknown_areas_wrong_shapes_and_borders_elsewhere_are_named_at_once(town):
    frame = gpd.read_file(LAYER).to_crs(3006)
    frame.loc[0, "id"] = "okand"
    frame.loc[1, "geometry"] = frame.geometry.iloc[1].centroid
    frame.loc[2, "geometry"] = shapely.transform(frame.geometry.iloc[2], lambda xy: xy[:, ::-1])
    found = faults(town(frame, "fel.geojson"))
    assert found == [
        (1, "id", "S38-UNKNOWN-BORDER"),
        (2, "id", "S37-NOT-A-SURFACE"),
        (3, "id", "S39-BORDER-ELSEWHERE"),
        (0, "id", "S35-NO-BORDER"),
    ]
    for rule in {rule for _, _, rule in found}:
        assert Words("sv").has(f"faults.{rule}") and Words("en").has(f"faults.{rule}")


def test_a_map_without_a_coordinate_system_is_refused(town):
    metres = gpd.read_file(LAYER).to_crs(3006)
    ws = town(metres.set_crs(None, allow_override=True), "utan.shp")
    assert faults(ws) == [(0, "", "S36-NO-SYSTEM")]
    plain = gpd.GeoDataFrame(metres[["id"]], geometry=metres.geometry.to_numpy(), crs=None)
    assert faults(town(plain, "utan.geojson", driver="GeoJSON")) == [(0, "", "S36-NO-SYSTEM")]


def test_what_is_no_map_is_refused(town):
    ws = town(gpd.read_file(LAYER), "trasig.geojson")
    (ws.folder / "trasig.geojson").write_text("inte en karta", encoding="utf-8")
    assert faults(ws) == [(0, "", "S34-NOT-A-MAP")]
