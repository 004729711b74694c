"""Maps and tables made to do harm: none reads another file, asks a server, computes, or ends the program."""

import json
import sqlite3
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from mingqing.core.errors import InputRefused
from mingqing.ingest.reading.layer import SourceLayer
from mingqing.ingest.reading.source import discover, read
from mingqing.store.check import check_project
from mingqing.store.session import Session
from tests.files import cells, take, write_csv, write_shp
from tests.ingest.reading.conftest import dbf, write_houses

CANARY = "0x0金丝雀0x0"
POINT = '{"type": "Point", "coordinates": [119.4, 28.4]}'
PLACEMARK = "<Placemark><name>well</name><Point><coordinates>119.4,28.4</coordinates></Point></Placemark>"


def layers(path: Path) -> list[SourceLayer]:
    return [layer for source in discover([path]) for layer in read(source)]


def told(path: Path) -> tuple[list[SourceLayer], str]:
    """What a file gave, and why nothing, which is one sentence with its name."""
    try:
        return layers(path), ""
    except InputRefused as error:
        why = str(error)
    assert path.name in why
    assert "\n" not in why
    return [], why


def said(path: Path) -> str:
    """All that a file gave, or why nothing, as text."""
    found, why = told(path)
    return why + "\n".join(f"{x.name} {dict(x.columns)} {x.notes} {x.problems} {x.crs}" for x in found)


def refused(path: Path, match: str) -> None:
    with pytest.raises(InputRefused, match=match) as refusal:
        layers(path)
    assert path.name in str(refusal.value)


def text_file(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def kml(body: str, head: str = "") -> str:
    return f'<?xml version="1.0"?>{head}<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{body}</Document></kml>'


def geojson(geometry: str = POINT, properties: str = '{"名称": "井"}', more: str = "") -> str:
    feature = f'{{"type": "Feature", "properties": {properties}, "geometry": {geometry}}}'
    return f'{{"type": "FeatureCollection"{more}, "features": [{feature}]}}'


# ── Other files and servers ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A table that lies on this computer, and is nobody's business."""
    return write_csv(tmp_path / "工资.csv", [["姓名", "工资"], [CANARY, "1"]])


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    """A server of our own, by its address, and what it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listening.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{listening.server_port}", asked
    listening.shutdown()
    listening.server_close()
    thread.join()


@pytest.mark.parametrize("name", ["井.kml", "井.geojson", "井.json", "井.csv"])
def test_a_file_that_points_at_another_file_does_not_show_it(tmp_path: Path, secret: Path, name: str) -> None:
    points = (
        f'<OGRVRTDataSource><OGRVRTLayer name="工资"><SrcDataSource>{secret}</SrcDataSource></OGRVRTLayer>'
        "</OGRVRTDataSource>"
    )
    command = {"type": "gdal_streamed_alg", "command_line": f"gdal vector pipeline ! read {secret}"}
    for content in (points, f"{kml(PLACEMARK)}{points}", kml(f"<!-- {points} -->"), json.dumps(command)):
        assert CANARY not in said(text_file(tmp_path / name, content))


@pytest.mark.parametrize("suffix", [".kml", ".geojson"])
def test_a_file_that_points_at_a_server_asks_it_nothing(
    tmp_path: Path, server: tuple[str, list[str]], suffix: str
) -> None:
    address, asked = server
    contents = (
        f"<OGRWFSDataSource><URL>{address}/wfs</URL></OGRWFSDataSource>",
        kml(f"<NetworkLink><Link><href>{address}/n.kml</href></Link></NetworkLink>{PLACEMARK}"),
        kml(PLACEMARK.replace("<name>", f"<styleUrl>{address}/s.kml#a</styleUrl><name>")),
        kml(PLACEMARK, f'<!DOCTYPE kml SYSTEM "{address}/kml.dtd">'),
        geojson(more=f', "crs": {{"type": "link", "properties": {{"href": "{address}/crs"}}}}'),
        geojson(more=f', "crs": {{"type": "name", "properties": {{"name": "{address}/crs"}}}}'),
        geojson(more=f', "links": [{{"rel": "next", "href": "{address}/next"}}]'),
        f"{address}/井.geojson",
    )
    for content in contents:
        said(text_file(tmp_path / f"井{suffix}", content))
    assert asked == []


def test_a_crs_is_taken_by_its_number_alone(tmp_path: Path) -> None:
    named = ', "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4549"}}'
    (layer,) = layers(text_file(tmp_path / "井.geojson", geojson(more=named)))
    assert layer.crs is not None
    assert layer.crs.epsg == 4549


# ── Documents that grow ──────────────────────────────────────────────────────────────────────────────────────

_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
ENTITIES = {
    "billion laughs": (f'<!DOCTYPE kml [<!ENTITY l0 "a">{_LAUGHS}]>', "&l9;"),
    "quadratic": (f'<!DOCTYPE kml [<!ENTITY a "{"a" * 50_000}">]>', "&a;" * 50_000),
    "a file": ('<!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]>', "&x;"),
    "parameters": ('<!DOCTYPE kml [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>', "x"),
}


@pytest.mark.parametrize(("head", "name"), ENTITIES.values(), ids=ENTITIES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_kml_with_entities_of_its_own_is_refused(
    tmp_path: Path, head: str, name: str, encoding: str
) -> None:
    path = tmp_path / "笑.kml"
    path.write_bytes(kml(PLACEMARK.replace("well", name), head).encode(encoding))
    refused(path, "DOCTYPE")


@pytest.mark.parametrize("element", ["Folder", "MultiGeometry", "a"])
def test_a_kml_nested_without_end_is_refused(tmp_path: Path, element: str) -> None:
    body = f"<{element}>" * 100_000 + PLACEMARK + f"</{element}>" * 100_000
    refused(text_file(tmp_path / "深.kml", kml(body)), "嵌套")


def test_a_kml_of_folders_without_number_is_refused(tmp_path: Path) -> None:
    refused(text_file(tmp_path / "多.kml", kml(f"<Folder>{PLACEMARK}</Folder>" * 5_000)), "5000 个图层")


DEEP = 100_000
NESTED = {
    "collection": '{"type": "GeometryCollection", "geometries": [' * DEEP + POINT + "]}" * DEEP,
    "coordinates": '{"type": "Polygon", "coordinates": ' + "[" * DEEP + "]" * DEEP + "}",
}


@pytest.mark.parametrize("geometry", NESTED.values(), ids=NESTED)
def test_a_geojson_nested_without_end_is_refused(tmp_path: Path, geometry: str) -> None:
    refused(text_file(tmp_path / "深.geojson", geojson(geometry)), "读不出来")


@pytest.mark.parametrize("number", ["9" * 100_000, "1e999", "NaN", "-Infinity"])
def test_numbers_that_are_none_end_nothing(tmp_path: Path, number: str) -> None:
    text = geojson(f'{{"type": "Point", "coordinates": [{number}, 28]}}', f'{{"人口": {number}}}')
    path = text_file(tmp_path / "数.geojson", text)
    assert "读不出来" in said(path) or "图形已损坏" in said(path)


def test_half_characters_that_nobody_can_store_become_a_question_mark(
    session: Session, tmp_path: Path
) -> None:
    properties = r'{"名称\ud800": 1, "房屋编号": "001\udfff", "门牌号": ["\ud800"]}'
    report = take(session, text_file(tmp_path / "农房.geojson", geojson(properties=properties)))
    assert report.sources[0].error is None
    assert cells(session, "house", "house_no") == [("001?",)]


# ── Tables that are too wide, too long, too large ────────────────────────────────────────────────────────────

TABLES = {
    "one wide row": "name,no\n" + "," * 20_000 + "\na,1\n",
    "one wide row among many": "name,no\n" + "," * 500 + "\n" + "a\n" * 1_000,
    "rows of nothing": "name,no\n" + ",,,,,,,,,\n" * 10_000,
}


@pytest.mark.parametrize("content", TABLES.values(), ids=TABLES)
def test_a_text_table_larger_than_any_register_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    monkeypatch.setattr("mingqing.ingest.reading.bounds._MOST_CELLS", 100_000)
    refused(text_file(tmp_path / "宽.csv", content), "大得不正常")


def test_ten_thousand_columns_are_refused_whatever_the_format(tmp_path: Path) -> None:
    names = [f"c{n}" for n in range(10_000)]
    data = "".join(f'<Data name="{n}"><value>1</value></Data>' for n in names)
    wide = kml(PLACEMARK.replace("<name>", f"<ExtendedData>{data}</ExtendedData><name>"))
    refused(write_csv(tmp_path / "宽.csv", [names, ["1"] * len(names)]), "10000 列")
    refused(text_file(tmp_path / "宽.kml", wide), "10000 列|10001 列")
    refused(
        text_file(tmp_path / "宽.geojson", geojson(properties=json.dumps(dict.fromkeys(names, 1)))),
        "10000 列",
    )


def test_a_cell_longer_than_any_answer_is_left_out_and_said(session: Session, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "住户.csv", [["户主", "户号"], ["甄" * 100_000, "0101"], ["贾二二", "0102"]])
    (report,) = take(session, path).sources
    assert cells(session, "household", "householder") == [("贾二二",)]
    assert any("超过" in x.reason and len(x.reason) < 100 for x in report.left_out)


# ── Names that mean something to a database ──────────────────────────────────────────────────────────────────

NAMES = (
    'a"; DROP TABLE house;--',
    "b'); DELETE FROM house;--",
    "c\\u0000d",
    "]",
    "rowid",
    "geometry",
    "id",
    "",
)


def test_column_names_made_of_sql_are_names(session: Session, tmp_path: Path) -> None:
    properties = json.dumps(dict.fromkeys(NAMES, "1") | {"房屋编号": "001"}).replace("\\\\u", "\\u")
    path = text_file(tmp_path / "农房.geojson", geojson(properties=properties))
    report = take(session, path, mapping={"address": NAMES[0]})
    assert report.sources[0].error is None
    assert cells(session, "house", "house_no", "address") == [("001", "1")]
    assert check_project(session) == []


def test_names_of_tables_villages_and_files_made_of_sql_are_names(session: Session, tmp_path: Path) -> None:
    evil = "x'; DROP TABLE house;--村"
    take(session, write_csv(tmp_path / evil / "农房'; --.csv", [["房屋编号", "层数"], ["001", "2"]]))
    take(session, write_csv(tmp_path / "住户.csv", [["户主", "村名"], ["'; DROP TABLE house;--", evil]]))
    assert session.counts()["house"] == 1
    assert cells(session, "household", "householder") == [("'; DROP TABLE house;--",)]
    assert check_project(session) == []


# ── GeoPackages, which are databases ─────────────────────────────────────────────────────────────────────────

ENDLESS = "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c) SELECT i AS id, i AS x FROM c"
REGISTER = "INSERT INTO gpkg_contents(table_name, data_type, identifier, srs_id) VALUES('v', 'attributes', 'v', 4490)"
VIRTUAL = "CREATE VIRTUAL TABLE v USING VirtualOGR(''/etc/passwd'')"
COMPUTED = {
    "endless view": [f"CREATE VIEW v AS {ENDLESS}", REGISTER],
    "view that loads an extension": [
        "CREATE VIEW v AS SELECT 1 AS id, load_extension('x.so') AS x",
        REGISTER,
    ],
    "view that reads a file": ["CREATE VIEW v AS SELECT 1 AS id, readfile('/etc/passwd') AS x", REGISTER],
    "view that fills the memory": [
        "CREATE VIEW v AS SELECT 1 AS id, hex(zeroblob(900000000)) AS x",
        REGISTER,
    ],
    "list of layers that is a view": ["DROP TABLE gpkg_contents", f"CREATE VIEW gpkg_contents AS {ENDLESS}"],
    "generated column": [
        "CREATE TABLE v(id INTEGER PRIMARY KEY, x TEXT GENERATED ALWAYS AS (hex(zeroblob(9))))",
        "INSERT INTO v(id) VALUES(1)",
        REGISTER,
    ],
    "table of another file": [
        "PRAGMA writable_schema = ON",
        f"INSERT INTO sqlite_master VALUES('table', 'v', 'v', 0, '{VIRTUAL}')",
        REGISTER,
    ],
}


def altered(path: Path, statements: list[str]) -> Path:
    database = sqlite3.connect(path)
    for statement in statements:
        database.execute(statement)
    database.commit()
    database.close()
    return path


@pytest.mark.parametrize("statements", COMPUTED.values(), ids=COMPUTED)
def test_a_geopackage_that_computes_what_it_shows_is_refused_unread(
    tmp_path: Path, statements: list[str]
) -> None:
    refused(altered(write_houses(tmp_path / "农房.gpkg"), statements), "视图、虚拟表或计算列")


def test_a_trigger_of_a_geopackage_does_nothing(tmp_path: Path) -> None:
    path = write_houses(tmp_path / "农房.gpkg")
    acts = ("INSERT", "UPDATE", "DELETE")
    triggers = [
        f"CREATE TRIGGER t{a} BEFORE {a} ON 农房 BEGIN SELECT load_extension('x.so'); END" for a in acts
    ]
    before = altered(path, triggers).read_bytes()
    assert len(layers(path)[0]) == 5
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE sqlite_master SET sql = 'CREATE TABLE x(' WHERE name = '农房'",
        "DROP TABLE gpkg_spatial_ref_sys",
    ],
)
def test_a_geopackage_whose_schema_is_broken_is_read_or_refused(tmp_path: Path, damage: str) -> None:
    path = altered(write_houses(tmp_path / "农房.gpkg"), ["PRAGMA writable_schema = ON", damage])
    assert "农房" in said(path)


def test_a_geopackage_with_names_of_sql_is_read(session: Session, tmp_path: Path) -> None:
    path = altered(
        write_houses(tmp_path / "农房.gpkg"),
        [
            'CREATE TABLE "v""; DROP TABLE house;--"(id INTEGER PRIMARY KEY, "房屋编号" TEXT, "x""; --" TEXT)',
            "INSERT INTO \"v\"\"; DROP TABLE house;--\" VALUES(1, '009', 'y')",
            REGISTER.replace("'v'", "'v\"; DROP TABLE house;--'"),
        ],
    )
    take(session, path, table="house")
    assert ("009",) in cells(session, "house", "house_no")
    assert check_project(session) == []


# ── Headers that lie ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("at", "order"), [(24, "big"), (104, "big"), (144, "little"), (148, "little")])
@pytest.mark.parametrize("lie", [0x7FFFFFFF, 0xFFFFFFFF, 0])
def test_a_shapefile_that_lies_about_its_sizes_gives_whole_shapes_or_a_sentence(
    tmp_path: Path, at: int, order: str, lie: int
) -> None:
    path = write_shp(tmp_path / "农房.shp", {"房屋编号": ["001", "002", "003"]})
    data = bytearray(path.read_bytes())
    data[at : at + 4] = lie.to_bytes(4, order)  # type: ignore[arg-type] # the file's length, a record's, parts, points
    path.write_bytes(data)
    for layer in told(path)[0]:
        assert layer.geometry is not None
        assert all(g is None or g.area == pytest.approx(100) for g in layer.geometry)


@pytest.mark.parametrize(("at", "size"), [(4, 4), (8, 2), (10, 2), (48, 1)])
@pytest.mark.parametrize("lie", [0xFF, 0x00, 0x7F])
def test_a_dbf_that_lies_about_its_sizes_gives_its_rows_or_a_sentence(
    tmp_path: Path, at: int, size: int, lie: int
) -> None:
    data = bytearray(dbf([(b"NAME", "C", 8, 0)], [b" zhen    ", b" jia     "]))
    data[at : at + size] = bytes([lie]) * size
    path = tmp_path / "人口.dbf"
    path.write_bytes(data)
    assert len(said(path)) < 10_000
