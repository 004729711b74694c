"""What GPS receivers record arrives as lines and points; a bad file is refused in one sentence."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from mingqing.core.errors import InputRefused
from mingqing.ingest.reading.gpx import tracks
from mingqing.ingest.reading.source import discover, read
from tests.ingest.reading.conftest import read_one

HEAD = '<?xml version="1.0" encoding="UTF-8"?><gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">'
TRACK = """<trk><name>　后山新路 </name><desc>走访时记的</desc>
<trkseg><trkpt lat="28.45" lon="119.48"><ele>300</ele><time>2024-05-01T10:00:00+08:00</time></trkpt>
<trkpt lat="28.451" lon="119.481"/><trkpt lat="28.452" lon="119.481"/></trkseg>
<trkseg><trkpt lat="28.46" lon="119.49"/></trkseg>{more}</trk>"""
ROUTE = '<rte><name>转移路线</name><rtept lat="28.4" lon="119.4"/><rtept lat="28.41" lon="119.4"/></rte>'
WAYPOINT = '<wpt lat="28.45" lon="119.48"><name>泉眼</name><time>2024-05-01T02:00:00Z</time></wpt>'


def _gpx(path: Path, body: str, head: str = HEAD) -> Path:
    path.write_text(f"{head}{body}</gpx>", encoding="utf-8")
    return path


def test_a_track_is_a_line_in_the_projects_metres(tmp_path: Path) -> None:
    (track,) = tracks(_gpx(tmp_path / "航迹.gpx", TRACK.format(more="")), 4549)
    assert (track.name, track.points) == ("后山新路", 3)
    assert track.line.geom_type == "LineString"
    assert track.line.coords[0] == pytest.approx((449063, 3148420), abs=5)
    assert track.line.length == pytest.approx(259, abs=2)
    assert track.time == datetime(2024, 5, 1, 2, tzinfo=UTC)


def test_a_recording_that_paused_is_one_line_of_two_parts(tmp_path: Path) -> None:
    more = '<trkseg><trkpt lat="28.5" lon="119.5"/><trkpt lat="28.501" lon="119.5"/></trkseg>'
    (track,) = tracks(_gpx(tmp_path / "a.gpx", TRACK.format(more=more)), 4549)
    assert (track.line.geom_type, track.points) == ("MultiLineString", 5)


def test_tracks_routes_and_waypoints_are_layers_of_their_own(tmp_path: Path) -> None:
    (source,) = discover([_gpx(tmp_path / "踏勘.gpx", WAYPOINT + ROUTE + TRACK.format(more=""))])
    layers = {layer.name: layer for layer in read(source)}
    assert set(layers) == {"踏勘 航迹", "踏勘 航线", "踏勘 航点"}
    points = layers["踏勘 航点"]
    assert points.columns["name"] == ["泉眼"]
    assert points.geometry is not None
    assert points.crs is not None
    assert points.geometry[0].coords[0] == (119.48, 28.45)
    assert points.crs.epsg == 4326


def test_the_only_kind_of_a_file_has_the_files_name(tmp_path: Path) -> None:
    assert read_one(_gpx(tmp_path / "水源.gpx", WAYPOINT)).name == "水源"


def test_positions_that_are_none_are_left_out_and_told(tmp_path: Path) -> None:
    bad = '<trkseg><trkpt lat="x" lon="119"/><trkpt lat="99" lon="119"/><trkpt lat="nan" lon="1"/></trkseg>'
    layer = read_one(_gpx(tmp_path / "a.gpx", TRACK.format(more=bad)))
    assert layer.notes == ("3 个点的经纬度读不出来，已略去",)
    assert layer.geometry is not None
    assert layer.geometry[0].geom_type == "LineString"


def test_prefixes_and_old_versions_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.gpx"
    path.write_text(
        '<g:gpx version="1.0" xmlns:g="http://www.topografix.com/GPX/1/0"><g:rte><g:rtept lat="28" lon="119"/>'
        '<g:rtept lat="28.1" lon="119"/></g:rte></g:gpx>',
        encoding="utf-8",
    )
    (track,) = tracks(path, 4549)
    assert (track.name, track.time) == ("a", None)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("", "没有航迹、航线或航点"),
        (WAYPOINT, "没有航迹或航线"),
        ("<trk><trkseg><trkpt", "读不出来"),
        ("<a>" * 200, "嵌套"),
        ("<trk><trkseg/></trk>", "没有航迹、航线或航点"),
    ],
)
def test_a_bad_file_is_refused_in_a_sentence_that_names_it(tmp_path: Path, body: str, why: str) -> None:
    with pytest.raises(InputRefused, match="航迹"):
        tracks(_gpx(tmp_path / "航迹.gpx", body), 4549)
    with pytest.raises(InputRefused, match=why):
        tracks(_gpx(tmp_path / "航迹.gpx", body), 4549)


def test_other_documents_entities_and_files_are_refused(tmp_path: Path) -> None:
    entity = '<!DOCTYPE gpx [<!ENTITY x SYSTEM "file:///etc/hostname">]><gpx>'
    for path, why in (
        (_gpx(tmp_path / "险.gpx", "&x;", head=entity), "DOCTYPE"),
        (_gpx(tmp_path / "网.gpx", "<b/>", head="<html><gpx>"), "不是 GPX"),
        (_gpx(tmp_path / "路.txt", TRACK), "不是 GPX"),
        (tmp_path / "没有.gpx", "打不开"),
    ):
        with pytest.raises(InputRefused, match=why):
            tracks(path, 4549)
