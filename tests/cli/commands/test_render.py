"""`render` as CLI.md has it: a picture, its times, base maps, and one sentence where it is refused."""

from pathlib import Path

import pytest

from mingqing.basemap.kept import keep
from mingqing.basemap.model import BaseMap, Kind
from mingqing.catalog.load import catalog
from mingqing.core.sample import PASSWORD, USER
from mingqing.store.project import open_project
from tests.cli.conftest import Run, assert_refused


def test_render_writes_a_picture_and_times_it(run: Run, sample_project: Path, tmp_path: Path) -> None:
    options = ("--theme", "household", "--size", "320x200", "--repeat", "2", "--json")
    told = run("render", sample_project, tmp_path / "图" / "a.png", *options)
    assert (told.code, told.err) == (0, "")
    assert set(told.json) == {"ms", "features", "labels"}
    assert len(told.json["ms"]) == 2
    assert told.json["features"] > 0
    assert (tmp_path / "图" / "a.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "options",
    [
        ("--theme", "没有图"),
        ("--theme", "household", "--size", "0x10"),
        ("--theme", "household", "--size", "大"),
        ("--theme", "household", "--size", "999999x9"),
        ("--theme", "household", "--bbox", "1,2,3"),
        ("--theme", "household", "--bbox", "9,9,1,1"),
        ("--theme", "household", "--bbox", "nan,nan,nan,nan"),
        ("--theme", "household", "--bbox", "inf,0,1,1"),
        ("--theme", "household", "--bbox", "-inf,-inf,inf,inf"),
        ("--theme", "household", "--village", "没有村"),
        ("--theme", "household", "--repeat", "0"),
        (),
    ],
    ids=str,
)
def test_render_refuses_what_it_cannot_draw(
    run: Run, sample_project_once: Path, tmp_path: Path, options: tuple[str, ...]
) -> None:
    assert_refused(run("render", sample_project_once, tmp_path / "a.png", *options))
    assert list(tmp_path.iterdir()) == []


def test_render_lays_base_maps_under_the_map(
    run: Run, sample_project_once: Path, samples: Path, tmp_path: Path
) -> None:
    options = ("--theme", "household", "--size", "300x200")
    bare, shaded = tmp_path / "a.png", tmp_path / "b.png"
    assert run("render", sample_project_once, bare, *options).code == 0
    told = run("render", sample_project_once, shaded, *options, "--basemap", samples / "高程.tif")
    assert told.code == 0
    assert "底图" not in told.err
    assert bare.read_bytes() != shaded.read_bytes()


def test_render_shows_the_base_maps_of_the_project(
    run: Run, sample_project: Path, samples: Path, tmp_path: Path
) -> None:
    options = ("--theme", "household", "--size", "300x200")
    bare, shaded = tmp_path / "a.png", tmp_path / "b.png"
    assert run("render", sample_project, bare, *options).code == 0
    with open_project(sample_project, user=USER, password=PASSWORD) as session:
        keep(session, [BaseMap(Kind.HILLSHADE, samples / "高程.tif", "高程")])
    assert run("render", sample_project, shaded, *options).code == 0
    assert bare.read_bytes() != shaded.read_bytes()


def test_render_says_why_a_base_map_is_not_on_the_map(
    run: Run, sample_project: Path, samples: Path, tmp_path: Path
) -> None:
    elsewhere = ("--bbox", "520000,3200000,521000,3201000", "--basemap", samples / "高程.tif")
    told = run("render", sample_project, tmp_path / "a.png", "--theme", "household", *elsewhere)
    assert told.code == 0
    assert "底图“高程·晕渲”没有画" in told.err


def test_render_refuses_a_base_map_that_is_none(run: Run, sample_project: Path, tmp_path: Path) -> None:
    (tmp_path / "坏.tif").write_bytes(b"hello")
    out = tmp_path / "a.png"
    told = run("render", sample_project, out, "--theme", "household", "--basemap", tmp_path / "坏.tif")
    assert_refused(told, "坏.tif")
    assert not out.exists()


def test_render_says_which_size_is_too_large(run: Run, sample_project_once: Path, tmp_path: Path) -> None:
    options = ("--theme", "household", "--size", "20001x9")
    assert_refused(run("render", sample_project_once, tmp_path / "a.png", *options), "太大", "20000")


def test_a_map_is_named_by_its_title_too(run: Run, sample_project: Path, tmp_path: Path) -> None:
    theme = catalog().layers["disaster"].title
    drawn = run("render", sample_project, tmp_path / "a.png", "--theme", theme, "--size", "80x60")
    assert drawn.code == 0
    assert (tmp_path / "a.png").exists()


def test_render_of_an_empty_project_says_that_there_is_nothing(
    run: Run, empty_project: Path, tmp_path: Path
) -> None:
    assert_refused(run("render", empty_project, tmp_path / "a.png", "--theme", "household"), "还没有图形")


def test_render_says_what_text_could_not_be_drawn(
    run: Run, sample_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mingqing.render.fonts.notice", lambda _texts: "电脑上没有中文字体")
    done = run("render", sample_project, tmp_path / "map.png", "--theme", "household")
    assert done.code == 0
    assert "电脑上没有中文字体" in done.err
