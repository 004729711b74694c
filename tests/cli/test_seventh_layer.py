"""A seventh layer is one new TOML file: schema, import, info, features and map work with no code."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import shapely

from mingqing.catalog import load
from mingqing.catalog.load import catalog
from mingqing.core.files import data_dir
from mingqing.core.sample import PASSWORD, USER
from mingqing.store.check import check_project
from mingqing.store.project import open_project
from tests.cli.conftest import Run
from tests.files import XY, write_shp

LAYER = """
[layer]
code = "wells"
title = "水井图"
order = 7
draws = ["village", "well"]

[[table]]
name = "well"
title = "水井"
geometry = ["point"]
keys = [["name"]]
title_field = "name"
recognised_by = ["水井", "古井"]

[[table.field]]
name = "name"
title = "井名"
type = "text"
required = true

[[table.field]]
name = "depth_m"
title = "井深"
type = "number"
unit = "米"
minimum = 0
arrives_as = ["深度", "JS"]

[style.well.normal]
label = { field = "name" }
symbols = [{ type = "marker", color = "#3366aa" }]
"""


@pytest.fixture
def seventh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The program's layers and one more."""
    layers = shutil.copytree(data_dir("layers"), tmp_path / "layers")
    (layers / "wells.toml").write_text(LAYER, encoding="utf-8")
    monkeypatch.setattr(load, "data_dir", lambda _: layers)
    catalog.cache_clear()
    yield layers
    catalog.cache_clear()


def wells(folder: Path) -> Path:
    points = [shapely.Point(XY), shapely.Point(XY[0] + 50, XY[1])]
    return write_shp(folder / "水井.shp", {"井名": ["龙井", "虎井"], "JS": ["12 米", "8"]}, points)


@pytest.mark.usefixtures("seventh")
def test_a_new_project_has_the_layer_and_everything_works_on_it(run: Run, tmp_path: Path) -> None:
    project = tmp_path / "新.mingqing"
    assert run("new", project, "--name", "新").code == 0
    assert run("import", project, wells(tmp_path / "资料")).code == 0
    assert run("info", project, "--json").json["tables"]["well"] == {"rows": 2, "layer": "wells"}
    found = run("features", project, "水井", "--where", "井深=12米", "--json").json["features"]
    assert [(f["properties"]["name"], f["properties"]["depth_m"]) for f in found] == [("龙井", 12)]
    drawn = run("render", project, tmp_path / "a.png", "--theme", "wells", "--size", "300x200", "--json")
    assert (drawn.json["features"], drawn.json["labels"]) == (2, 2)


def test_an_old_project_gains_the_layer_when_it_is_opened(
    run: Run, empty_project: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    assert "well" not in run("info", empty_project, "--json").json["tables"]
    request.getfixturevalue("seventh")
    assert run("import", empty_project, wells(tmp_path / "资料")).code == 0
    assert run("info", empty_project, "--json").json["tables"]["well"]["rows"] == 2
    with open_project(empty_project, user=USER, password=PASSWORD) as session:
        assert check_project(session) == []


def test_a_project_made_with_the_layer_opens_without_it_and_keeps_its_rows(
    run: Run, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    layers: Path = request.getfixturevalue("seventh")
    project = tmp_path / "新.mingqing"
    run("new", project, "--name", "新")
    run("import", project, wells(tmp_path / "资料"))
    (layers / "wells.toml").rename(layers / "wells.aside")
    catalog.cache_clear()
    assert "well" not in run("info", project, "--json").json["tables"]
    assert run("check", project).code == 0
    (layers / "wells.aside").rename(layers / "wells.toml")
    catalog.cache_clear()
    assert run("info", project, "--json").json["tables"]["well"]["rows"] == 2
