"""The definitions in `layers/`: ours load, and a mistake is refused with file, key and reason."""

from pathlib import Path

import pytest

from mingqing.catalog.load import catalog, load_catalog
from mingqing.catalog.model import FieldType, GeometryKind, Privacy
from mingqing.catalog.topology import Severity, TopologyKind, TopologyRule
from mingqing.core.errors import DefinitionError
from mingqing.core.files import data_dir

COMMON = """
[[field]]
name = "village_code"
title = "村代码"
type = "text"

[[person_field]]
name = "keep_until"
title = "保存期限"
type = "date"

[[refuse]]
reason = "民族信息"
words = ["民族"]
exact = ["MZ"]

[codes.kind]
title = "类别"
codes = [["井", "1", "水井"], "泉"]
"""
LAYER = """
[layer]
code = "wells"
title = "水井图"
order = 7
draws = ["well", "owner:quiet"]

[[table]]
name = "well"
title = "水井"
geometry = ["point"]
keys = [["name"]]
title_field = "name"
feeds = ["owner"]

[[table.field]]
name = "name"
title = "名称"
type = "text"
required = true
arrives_as = ["井名"]

[[table.field]]
name = "kind"
title = "类别"
type = "code"
codes = "kind"

[[table.field]]
name = "depth_m"
title = "井深"
type = "number"
minimum = 0
maximum = 200

[[table]]
name = "owner"
title = "井主"
title_field = "name"
personal = true
located_at = ["well"]

[[table.field]]
name = "name"
title = "姓名"
type = "text"
privacy = "personal"

[[table.field]]
name = "well"
title = "水井"
type = "reference"
references = "well"
links = ["well.name"]

[style.well.normal]
label = { field = "name" }
symbols = [{ type = "marker", color = "#3366aa" }]

[style.owner.quiet]
symbols = []
"""


@pytest.fixture
def layers(tmp_path: Path) -> Path:
    (tmp_path / "common.toml").write_text(COMMON, encoding="utf-8")
    (tmp_path / "wells.toml").write_text(LAYER, encoding="utf-8")
    return tmp_path


def test_the_six_layers_and_the_base_load() -> None:
    assert [(t.code, t.title) for t in catalog().themes] == [
        ("household", "村情民情图"),
        ("industry", "产业发展图"),
        ("organisation", "组织体系图"),
        ("key_person", "重点人员图"),
        ("assistance", "结对帮扶图"),
        ("disaster", "防灾避险图"),
    ]
    assert set(catalog().layers) == {t.code for t in catalog().themes} | {"base"}
    assert {p.stem for p in data_dir("layers").glob("*.toml")} == {*catalog().layers, "common"}


def test_what_is_written_is_what_is_loaded(layers: Path) -> None:
    loaded = load_catalog(layers)
    well, owner = loaded.tables["well"], loaded.tables["owner"]
    assert well.geometry == {GeometryKind.POINT}
    assert well.column_names == ("village_code", "name", "kind", "depth_m")
    assert owner.column_names == ("village_code", "keep_until", "name", "well")
    assert (well.field_by_name["depth_m"].minimum, well.field_by_name["depth_m"].maximum) == (0, 200)
    assert well.field_by_name["kind"].type is FieldType.CODE
    assert loaded.codes["kind"].spellings == {"1": "井", "井": "井", "水井": "井", "泉": "泉"}
    assert (loaded.depth("well"), loaded.depth("owner")) == (0, 1)
    assert loaded.refusal("mz") is loaded.refusal("户主民族") is loaded.refusals[0]
    assert loaded.refusal("名称") is None


def test_a_field_is_open_unless_its_table_is_about_persons_and_then_as_open_as_it_says(layers: Path) -> None:
    tables = load_catalog(layers).tables
    kept = {name: {f.name: f.privacy for f in t.field_by_name.values()} for name, t in tables.items()}
    assert set(kept["well"].values()) == {Privacy.OPEN}
    assert kept["owner"] == {
        "village_code": Privacy.SENSITIVE,
        "keep_until": Privacy.SENSITIVE,
        "name": Privacy.PERSONAL,
        "well": Privacy.SENSITIVE,
    }


def test_what_shapes_must_keep_to_is_loaded_for_the_tables_that_have_such_shapes() -> None:
    tables = catalog().tables
    assert {name for name, table in tables.items() if table.shared_borders} == {
        "village",
        "grid",
        "plot",
        "land",
    }
    assert tables["village"].topology == (TopologyRule(TopologyKind.NO_OVERLAP, Severity.REFUSE),)
    assert tables["house"].topology[1] == TopologyRule(TopologyKind.INSIDE, of="village")
    assert tables["road"].topology == (TopologyRule(TopologyKind.ENDS_JOINED, within_m=5),)


MISTAKES = {
    "a default that the field cannot hold": (
        "maximum = 200",
        'maximum = 200\ndefault = "很深"',
        "table.well.depth_m.default",
        "不是数字",
    ),
    "rule about shapes that is none": (
        'geometry = ["point"]',
        'geometry = ["point"]\ntopology = [{ rule = "no_gaps" }]',
        "table.well.topology.rule",
        "no_gaps",
    ),
    "rule about shapes that the table has not": (
        'geometry = ["point"]',
        'geometry = ["point"]\ntopology = [{ rule = "no_overlap" }]',
        "table.well.topology.rule",
        "没有适用",
    ),
    "rule about shapes of a table without any": (
        "personal = true",
        'topology = [{ rule = "inside", of = "well" }]',
        "table.owner.topology.rule",
        "没有适用",
    ),
    "rule that lies inside nothing": (
        'geometry = ["point"]',
        'geometry = ["point"]\ntopology = [{ rule = "inside" }]',
        "table.well.topology.of",
        "缺少",
    ),
    "rule that lies inside points": (
        'geometry = ["point"]',
        'geometry = ["point"]\ntopology = [{ rule = "inside", of = "well" }]',
        "table.well.topology.of",
        "没有面图层",
    ),
    "rule that joins ends at any distance": (
        'geometry = ["point"]',
        'geometry = ["line"]\ntopology = [{ rule = "ends_joined", within_m = 0 }]',
        "table.well.topology.within_m",
        "大于 0",
    ),
    "rule of unknown severity": (
        'geometry = ["point"]',
        'geometry = ["polygon"]\ntopology = [{ rule = "no_overlap", severity = "shout" }]',
        "table.well.topology.severity",
        "shout",
    ),
    "rule with a key that is none": (
        'geometry = ["point"]',
        'geometry = ["polygon"]\ntopology = [{ rule = "no_overlap", of = "well" }]',
        "table.well.topology.of",
        "不认识",
    ),
    "shared borders of points": (
        'geometry = ["point"]',
        'geometry = ["point"]\nshared_borders = true',
        "table.well.shared_borders",
        "只有面",
    ),
    "unknown key of a layer": ("order = 7", "order = 7\nordre = 7", "layer.ordre", "不认识"),
    "layer without a title": ('title = "水井图"', "", "layer.title", "缺少"),
    "layer without an order": ("order = 7", "", "layer.order", "缺少"),
    "order that is no number": ("order = 7", 'order = "7"', "layer.order", "类型"),
    "order that is yes": ("order = 7", "order = true", "layer.order", "类型"),
    "unknown table of the file": ("[style.owner.quiet]", "[stile.owner.quiet]", "stile", "不认识"),
    "no layer": ("[layer]", "[laier]", "layer", "缺少"),
    "table without a name": ('name = "owner"', "", "table.name", "缺少"),
    "table with a Chinese name": ('name = "owner"', 'name = "井主"', "table.井主.name", "小写英文"),
    "table without a title": ('title = "井主"', "", "table.owner.title", "缺少"),
    "table twice": ('name = "owner"', 'name = "well"', "table.well", "重名"),
    "unknown key of a table": ("personal = true", "persnal = true", "table.owner.persnal", "不认识"),
    "geometry that is none": ('geometry = ["point"]', 'geometry = ["dot"]', "table.well.geometry", "dot"),
    "geometry that is no list": ('geometry = ["point"]', 'geometry = "point"', "table.well.geometry", "类型"),
    "key that is no field": ('keys = [["name"]]', 'keys = [["nmae"]]', "table.well.keys", "nmae"),
    "key that is no list": ('keys = [["name"]]', 'keys = ["name"]', "table.well.keys", "类型"),
    "key that is a number": ('keys = [["name"]]', "keys = [1]", "table.well.keys", "类型"),
    "title field that is none": (
        'title_field = "name"\nfeeds',
        'title_field = "nmae"\nfeeds',
        "table.well.keys/title_field",
        "nmae",
    ),
    "fed table that is none": ('feeds = ["owner"]', 'feeds = ["woner"]', "table.well.feeds", "woner"),
    "place that is no reference": (
        'located_at = ["well"]',
        'located_at = ["name"]',
        "table.owner.located_at",
        "name",
    ),
    "place without a shape": ('geometry = ["point"]', "geometry = []", "table.owner.located_at", "没有图形"),
    "spoke of two parts": (
        "personal = true",
        'spoke_from = ["well", "kind"]',
        "table.owner.spoke_from",
        "表",
    ),
    "spoke from a table that is none": (
        "personal = true",
        'spoke_from = ["wlel", "kind", "井"]',
        "table.owner.spoke_from",
        "wlel",
    ),
    "spoke by a field that is none": (
        "personal = true",
        'spoke_from = ["well", "knid", "井"]',
        "table.owner.spoke_from",
        "knid",
    ),
    "field without a type": (
        'title = "井深"\ntype = "number"',
        'title = "井深"',
        "table.well.depth_m.type",
        "缺少",
    ),
    "field of an unknown type": ('type = "number"', 'type = "numbr"', "table.well.depth_m.type", "numbr"),
    "field called id": ('name = "depth_m"', 'name = "id"', "table.well.id.name", "id"),
    "field in capitals": ('name = "depth_m"', 'name = "Depth"', "table.well.Depth.name", "小写英文"),
    "field twice": ('name = "depth_m"', 'name = "kind"', "table.well.field", "kind"),
    "field that every row has": (
        'name = "depth_m"',
        'name = "village_code"',
        "table.well.field",
        "village_code",
    ),
    "unknown key of a field": ("minimum = 0", "minumum = 0", "table.well.depth_m.minumum", "不认识"),
    "minimum that is text": ("minimum = 0", 'minimum = "0"', "table.well.depth_m.minimum", "类型"),
    "minimum above the maximum": ("minimum = 0", "minimum = 300", "table.well.depth_m.minimum", "大于"),
    "aliases that are no list": (
        'arrives_as = ["井名"]',
        'arrives_as = "井名"',
        "table.well.name.arrives_as",
        "类型",
    ),
    "alias that is a number": (
        'arrives_as = ["井名"]',
        "arrives_as = [1]",
        "table.well.name.arrives_as",
        "文字",
    ),
    "unknown privacy": ('privacy = "personal"', 'privacy = "private"', "table.owner.name.privacy", "private"),
    "unknown mask": (
        'privacy = "personal"',
        'privacy = "personal"\nmask = "nmae"',
        "table.owner.name.mask",
        "nmae",
    ),
    "code list that is none": ('codes = "kind"', 'codes = "knid"', "table.well.kind.codes", "knid"),
    "code field without a list": (
        'type = "code"\ncodes = "kind"',
        'type = "code"',
        "table.well.kind.codes",
        "代码表",
    ),
    "list for a text": ('type = "code"\ncodes', 'type = "text"\ncodes', "table.well.kind.codes", "代码表"),
    "reference to nothing": (
        'references = "well"',
        'references = "wlel"',
        "table.owner.well.references",
        "wlel",
    ),
    "reference without a table": ('references = "well"', "", "table.owner.well.references", "引用"),
    "link without a dot": ('links = ["well.name"]', 'links = ["name"]', "table.owner.well.links", "表.字段"),
    "link to no field": (
        'links = ["well.name"]',
        'links = ["well.nmae"]',
        "table.owner.well.links",
        "well.nmae",
    ),
    "draw without a style": ('"owner:quiet"', '"owner:loud"', "layer.draws", "loud"),
    "draw of no table": ('"owner:quiet"', '"woner"', "layer.draws", "woner"),
    "label of no field": ('field = "name" }', 'field = "nmae" }', "style.well.normal", "nmae"),
    "style of no table": ("[style.owner.quiet]", "[style.woner.quiet]", "style.woner", "woner"),
    "symbol of no type": (
        'type = "marker"',
        'type = "maker"',
        "style.well.normal.otherwise.symbols.type",
        "marker",
    ),
    "colour that is none": ("#3366aa", "#3366", "style.well.normal.otherwise.symbols.color", "#3366"),
    "style that is no table": (
        "[style.owner.quiet]\nsymbols = []",
        '[style]\nowner = "x"',
        "style.owner",
        "键值",
    ),
    "TOML that is none": ("[layer]", "[layer", "", "无法读取"),
}
COMMON_MISTAKES = {
    "spelling of two codes": ('"泉"]', '["泉", "2", "水井"]]', "codes.kind.codes", "水井"),
    "code that is a number": ('"泉"]', "3]", "codes.kind.codes", "值"),
    "code that is empty": ('"泉"]', "[]]", "codes.kind.codes", "值"),
    "list without a title": ('title = "类别"', "", "codes.kind.title", "缺少"),
    "unknown key of a refusal": ('exact = ["MZ"]', 'exakt = ["MZ"]', "refuse.exakt", "不认识"),
    "refusal without a reason": ('reason = "民族信息"', "", "refuse.reason", "缺少"),
    "unknown key": ("[[refuse]]", "[[refusal]]", "refusal", "不认识"),
    "TOML that is none": ("[[field]]", "[[field]", "", "无法读取"),
}


def _assert_refused(folder: Path, file: str, edit: tuple[str, str, str, str]) -> None:
    before, after, key, reason = edit
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert text.count(before) >= 1
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(DefinitionError) as refused:
        load_catalog(folder)
    sentence = str(refused.value)
    assert file in sentence
    assert key in sentence
    assert reason in sentence


@pytest.mark.parametrize("edit", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_in_a_layer_is_refused_with_file_key_and_reason(
    layers: Path, edit: tuple[str, str, str, str]
) -> None:
    _assert_refused(layers, "wells.toml", edit)


@pytest.mark.parametrize("edit", COMMON_MISTAKES.values(), ids=COMMON_MISTAKES)
def test_a_mistake_in_what_tables_share_is_refused_with_file_key_and_reason(
    layers: Path, edit: tuple[str, str, str, str]
) -> None:
    _assert_refused(layers, "common.toml", edit)


def test_a_layer_in_another_encoding_is_refused(layers: Path) -> None:
    (layers / "wells.toml").write_text(LAYER, encoding="gbk")
    with pytest.raises(DefinitionError, match=r"wells\.toml"):
        load_catalog(layers)


def test_a_missing_common_file_is_refused(layers: Path) -> None:
    (layers / "common.toml").unlink()
    with pytest.raises(DefinitionError, match=r"common\.toml"):
        load_catalog(layers)


def test_a_table_in_two_files_is_refused_with_both(layers: Path) -> None:
    again = LAYER.replace('code = "wells"', 'code = "xwells"')
    (layers / "xwells.toml").write_text(again, encoding="utf-8")
    with pytest.raises(DefinitionError, match=r"xwells\.toml.*well.*wells\.toml"):
        load_catalog(layers)


def test_two_layers_of_one_code_are_refused(layers: Path) -> None:
    second = '[layer]\ncode = "wells"\ntitle = "水井图"\norder = 8\n'
    (layers / "xwells.toml").write_text(second, encoding="utf-8")
    with pytest.raises(DefinitionError, match=r"xwells\.toml.*layer\.code.*wells"):
        load_catalog(layers)


def test_every_draw_of_ours_has_its_style_and_every_field_a_title() -> None:
    for layer in catalog().layers.values():
        for draw in layer.draws:
            assert draw.variant in catalog().styles[draw.table]
    assert all(f.title for t in catalog().tables.values() for f in t.fields)


def test_no_two_fields_of_a_table_leave_under_one_name() -> None:
    for table in catalog().tables.values():
        names = [f.leaves_as.upper() for f in table.field_by_name.values() if f.leaves_as]
        assert len(names) == len(set(names)), table.name
        assert all(len(n) <= 10 and n.isascii() for n in names), table.name
