"""`features` as CLI.md has it: GeoJSON in degrees, of those asked for."""

from pathlib import Path

import pytest
import shapely

from mingqing.catalog.load import catalog
from mingqing.core.sample import PASSWORD, USER
from mingqing.store.ids import new_ids
from mingqing.store.project import open_project
from tests.cli.conftest import Run, assert_refused
from tests.files import VILLAGE, write_xlsx


@pytest.fixture
def filled(run: Run, empty_project: Path, village: Path) -> Path:
    assert run("import", empty_project, village).code == 0
    return empty_project


def test_features_are_geojson_in_degrees(run: Run, filled: Path) -> None:
    told = run("features", filled, "house", "--json")
    assert (told.code, told.err) == (0, "")
    (first, _) = told.json["features"]
    assert set(first) == {"id", "properties", "geometry"}
    assert isinstance(first["id"], int)
    assert set(first["properties"]) == set(catalog().tables["house"].column_names)
    shape = shapely.geometry.shape(first["geometry"])
    assert 119 < shape.centroid.x < 120
    assert 28 < shape.centroid.y < 29


def test_features_of_a_table_without_shapes_stand_at_their_house_or_nowhere(
    run: Run, filled: Path, village: Path
) -> None:
    run(
        "import",
        filled,
        write_xlsx(
            village / "人口.xlsx", {"人口": [["姓名", "户主"], ["无家", "无此人"], ["甄一一", "甄一一"]]}
        ),
    )
    features = run("features", filled, "resident", "--json").json["features"]
    kinds = {f["properties"]["name"]: f["geometry"] and f["geometry"]["type"] for f in features}
    assert kinds == {"无家": None, "甄一一": "Point"}


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        (("--where", "层数=3"), ["002"]),
        (("--where", "storeys=３层"), ["002"]),
        (("--where", "storeys=3", "--where", "house_no=001"), []),
        (("--village", VILLAGE), ["001", "002"]),
        (("--village", "999999999999"), []),
    ],
    ids=str,
)
def test_features_are_those_asked_for(
    run: Run, filled: Path, options: tuple[str, ...], numbers: list[str]
) -> None:
    features = run("features", filled, "农房", *options, "--json").json["features"]
    assert [f["properties"]["house_no"] for f in features] == numbers


def test_features_of_a_household_are_its_own_people_and_not_those_of_the_next_id(
    run: Run, empty_project: Path
) -> None:
    first, second = new_ids(2)
    with (
        open_project(empty_project, user=USER, password=PASSWORD) as session,
        session.transaction("edit", "两户") as change,
    ):
        village = {"village_code": [VILLAGE] * 2}
        change.insert("household", [first, second], {**village, "householder": ["甄一一", "贾二二"]})
        people = {**village, "name": ["甄一一", "贾二二"], "household": [first, second]}
        change.insert("resident", new_ids(2), people)
    for household, name in ((first, "甄一一"), (second, "贾二二")):
        told = run("features", empty_project, "resident", "--where", f"household={household}", "--json").json
        assert [f["properties"]["name"] for f in told["features"]] == [name]


@pytest.mark.parametrize(
    "arguments",
    [
        ("农房", "--village", "没有村"),
        ("没有表",),
        ("house", "--where", "没有=1"),
        ("house", "--where", "层数"),
        ("house", "--where", "层数=三"),
    ],
    ids=str,
)
def test_features_refuses_what_it_does_not_know(run: Run, filled: Path, arguments: tuple[str, ...]) -> None:
    assert_refused(run("features", filled, *arguments))


def test_features_say_where_nothing_was_found(run: Run, filled: Path) -> None:
    told = run("features", filled, "house", "--where", "层数=9", "--json")
    assert (told.code, told.json, told.err) == (0, {"features": []}, "没有符合条件的记录\n")
