"""The list of base maps stays with the project, for all its accounts, wherever project and files are moved together."""

import shutil
from pathlib import Path

import pytest

from mingqing.basemap.kept import KIND, keep, kept
from mingqing.basemap.model import BaseMap, Kind
from mingqing.core.errors import NotAllowed
from mingqing.core.sample import PASSWORD, USER
from mingqing.store.accounts import add_account
from mingqing.store.project import open_project
from mingqing.store.saved import save

VIEWER, OWN = "查阅员", "Lu8yan-qing6"


def maps(folder: Path) -> tuple[BaseMap, ...]:
    return (
        BaseMap(Kind.IMAGERY, folder / "影像" / "航片.tif", "航片", opacity=0.4),
        BaseMap(Kind.CONTOURS, Path("/盘/高程.tif"), "高程", visible=False),
    )


def test_a_list_comes_back_in_its_order(empty_project: Path) -> None:
    wanted = maps(empty_project.parent)
    with open_project(empty_project, user=USER, password=PASSWORD) as session:
        assert kept(session) == ()
        keep(session, wanted)
        keep(session, wanted[::-1])
    with open_project(empty_project, user=USER, password=PASSWORD) as session:
        assert kept(session) == wanted[::-1]


def test_files_beside_the_project_move_with_it(empty_project: Path, tmp_path: Path) -> None:
    with open_project(empty_project, user=USER, password=PASSWORD) as session:
        keep(session, maps(empty_project.parent))
    (tmp_path / "别处").mkdir()
    moved = Path(shutil.move(empty_project, tmp_path / "别处" / empty_project.name))
    with open_project(moved, user=USER, password=PASSWORD) as session:
        assert [b.path for b in kept(session)] == [moved.parent / "影像" / "航片.tif", Path("/盘/高程.tif")]


def test_who_may_only_look_sees_the_list_and_cannot_change_it(empty_project: Path) -> None:
    wanted = maps(empty_project.parent)
    with open_project(empty_project, user=USER, password=PASSWORD) as session:
        keep(session, wanted)
        add_account(session, VIEWER, ["viewer"], None, OWN)
    with open_project(empty_project, user=VIEWER, password=OWN) as session:
        assert kept(session) == wanted
        with pytest.raises(NotAllowed):
            keep(session, wanted[:1])
        assert kept(session) == wanted


@pytest.mark.parametrize(
    "value",
    [
        None,
        "底图",
        [1, None, {}],
        [{"kind": "fire", "path": "a.tif", "title": "a", "opacity": 1, "visible": True}],
        [{"kind": "imagery", "path": "a.tif", "title": "a", "opacity": 7, "visible": True}],
        [{"kind": "imagery", "path": "a.tif", "title": "a", "opacity": float("nan"), "visible": True}],
        [{"kind": "imagery", "path": 3, "title": "a", "opacity": 1, "visible": True}],
    ],
)
def test_a_list_written_by_something_else_is_not_believed(value: object, empty_project: Path) -> None:
    with open_project(empty_project, user=USER, password=PASSWORD) as session:
        save(session, KIND, "底图", value, shared=True)
        assert kept(session) == ()
