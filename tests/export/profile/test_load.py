"""A mistake in a profile is told with file, line, key and reason; what is right says what leaves."""

import re
from pathlib import Path

import pytest

from mingqing.access.roles import privacy_of
from mingqing.catalog.load import catalog
from mingqing.catalog.model import FieldType, Privacy
from mingqing.core.errors import DefinitionError, InputRefused
from mingqing.export.profile.find import profile, profiles
from mingqing.export.profile.model import Origin
from tests.export.profile.conftest import Write

HEAD = 'title = "县局"\n[[table]]\ntable = "house"\n'


def house(*lines: str, more: str = "") -> str:
    """A profile of one table, whose fields stand from line 6 on."""
    body = "".join(f"  {line},\n" for line in lines)
    return f"{HEAD}name = 'FW'\nfields = [\n{body}]\n{more}"


MISTAKES = {
    "field": ('{ field = "house_nr" }', "第 6 行", "没有字段“house_nr”，可用的有 house_no"),
    "never leaves": ('{ field = "created_by" }', "第 6 行", "不导出"),
    "picture": ('{ field = "photos" }', "第 6 行", "不导出"),
    "key": ('{ field = "house_no", lenght = 4 }', "lenght", "不认识这一项，可用的有 length"),
    "key instead of another": ('{ feild = "house_no" }', "feild", "不认识这一项，可用的有 field"),
    "pad of no length": ('{ field = "house_no", pad = "0" }', "fields.pad", "只有写了 length"),
    "long pad": ('{ field = "house_no", length = 9, pad = "00" }', "fields.pad", "只能是一个"),
    "pad of codes": (
        '{ field = "use", length = 9, codes = "exchange", pad = "0" }',
        "fields.pad",
        "没有写 codes",
    ),
    "pad of a constant": (
        '{ constant = "1", name = "A", title = "甲", length = 3, pad = "0" }',
        "fields.pad",
        "文字字段",
    ),
    "chinese name": ('{ field = "house_no", name = "房号" }', "fields.name", "不能做字段名"),
    "long name": ('{ field = "house_no", name = "ABCDEFGHIJK" }', "fields.name", "最多 10 个"),
    "digit first": ('{ field = "house_no", name = "1A" }', "fields.name", "字母开头"),
    "reserved": ('{ field = "house_no", name = "Select" }', "fields.name", "不是保留字"),
    "refused": ('{ constant = "", name = "A", title = "民族" }', "fields.title", "民族信息不采集"),
    "refused name": ('{ constant = "", name = "MZ", title = "备注" }', "fields.name", "民族信息不采集"),
    "no name": ('{ constant = "1", title = "要素代码" }', "fields.name", "缺少这一项"),
    "no title": ('{ constant = "1", name = "YSDM" }', "fields.title", "缺少这一项"),
    "empty title": ('{ field = "house_no", title = "a\\nb" }', "fields.title", "不能换行"),
    "neither": ('{ name = "A", title = "甲" }', "fields.origin", "缺少这一项"),
    "origin": ('{ origin = "arae", name = "A", title = "甲" }', "fields.origin", "不认识“arae”"),
    "origin of what": ('{ origin = "reference", name = "A", title = "甲" }', "fields.origin", "哪个 field"),
    "no reference": ('{ field = "house_no", origin = "named" }', "fields.origin", "不能这样取值"),
    "no length": ('{ origin = "length", name = "A", title = "甲" }', "fields.origin", "可量"),
    "type": ('{ field = "house_no", type = "integer" }', "fields.type", "不能写成这个类型"),
    "number": ('{ constant = "1", type = "number", name = "A", title = "甲" }', "fields.type", "只能留空"),
    "boolean": ('{ constant = "", type = "boolean", name = "A", title = "甲" }', "fields.type", "只能是"),
    "no codes": ('{ field = "house_no", codes = "exchange" }', "fields.codes", "没有代码表“exchange”"),
    "codes of what": ('{ field = "storeys", codes = { "1" = "2" } }', "fields.codes", "不是代码"),
    "code": ('{ field = "use", codes = { "居主" = "1" } }', "fields.codes", "没有“居主”"),
    "codes missing": ('{ field = "use", codes = { "居住" = "1" } }', "fields.codes", "没有写 生产经营"),
    "codes numbers": ('{ field = "use", codes = { "居住" = 1 } }', "fields.codes", "双引号"),
    "length": ('{ field = "house_no", length = 5000 }', "fields.length", "1 到 4000"),
    "too short": ('{ constant = "12345", name = "A", title = "甲", length = 4 }', "fields.length", "放不下"),
    "decimals": ('{ field = "house_no", decimals = 2 }', "fields.decimals", "只有数"),
    "many decimals": ('{ field = "floor_area_m2", decimals = 99 }', "fields.decimals", "0 到 9"),
}


@pytest.mark.parametrize(("line", "where", "why"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_in_a_line_is_told(project: Path, write: Write, line: str, where: str, why: str) -> None:
    write(house(line))
    with pytest.raises(DefinitionError) as told:
        profile("county", project)
    assert "county.toml 第 6 行" in str(told.value)
    assert where in str(told.value)
    assert why in str(told.value)


def test_the_line_told_is_that_of_the_field(project: Path, write: Write) -> None:
    write(house('{ field = "house_no" }', '{ field = "storeys" }', '{ field = "use", name = "fwbh" }'))
    with pytest.raises(
        DefinitionError, match=r"第 8 行的 table\.house\.fields\.name 有误：字段名“fwbh”用了两次"
    ):
        profile("county", project)


OTHERS = {
    "no title": ("other_tables = true", "title"),
    "no tables": ('title = "a"', "一张表也没有"),
    "no fields": (HEAD, "一个字段也没有"),
    "table": ('title = "a"\n[[table]]\ntable = "hause"', "没有表“hause”，可用的有 house"),
    "table twice": (
        house('{ field = "use" }', more='[[table]]\ntable = "house"\nother_fields = true'),
        "前面已经",
    ),
    "layer twice": (
        house('{ field = "use" }', more='[[table]]\ntable = "plot"\nname = "fw"\nother_fields = true'),
        "会与图层“FW”重名",
    ),
    "layer as a part": (
        house('{ field = "use" }', more='[[table]]\ntable = "plot"\nname = "FW_area"\nother_fields = true'),
        "会与图层“FW”重名",
    ),
    "layer": (HEAD + 'name = "农房"\nother_fields = true', "英文字母"),
    "title twice": (house('{ field = "use" }', '{ field = "house_no", title = "用途" }'), "“用途”用了两次"),
    "title of the others": (
        house('{ field = "use", name = "A", title = "层数" }', more="other_fields = true"),
        "“层数”用了两次",
    ),
    "place": (HEAD + "at_place = true\nother_fields = true", "位置"),
    "no such crs": ("epsg = 123\n" + HEAD, "没有代码是 123 的坐标系"),
    "old crs": ("epsg = 2360\n" + HEAD, "西安80"),
    "encoding": ('encoding = "Big5"\n' + HEAD, "UTF-8、GBK"),
    "format": ('formats = ["doc"]\n' + HEAD, "不认识“doc”"),
    "yes is no": ('true = "1"\nfalse = "1"\nother_tables = true\n' + HEAD + "other_fields = true", "一样"),
    "table misspelt": (
        HEAD.replace("table = ", "tabel = "),
        "table.tabel 有误：不认识这一项，可用的有 table",
    ),
    "title misspelt": ("tilte" + HEAD[5:], "tilte 有误：不认识这一项，可用的有 title"),
    "unknown": ("colour = 1\n" + HEAD + "other_fields = true", "不认识这一项"),
    "codes": (house('{ field = "use" }', more="[codes]\na = 1"), "codes.a"),
    "no such codes": (house('{ field = "use", codes = "yt" }'), "没有代码表“yt”，可用的有 exchange"),
    "not toml": ("title = ", "无法读取"),
}


@pytest.mark.parametrize(("text", "why"), OTHERS.values(), ids=OTHERS)
def test_any_other_mistake_is_told(project: Path, write: Write, text: str, why: str) -> None:
    write(text)
    with pytest.raises(DefinitionError, match=r"county\.toml") as told:
        profile("county", project)
    assert why in str(told.value)


def test_a_profile_says_what_leaves_and_in_which_order(project: Path, write: Write) -> None:
    write(
        'epsg = 4528\nencoding = "GBK"\nformats = ["shp"]\ntrue = "Y"\nfalse = "N"\n'
        + house(
            '{ constant = "2003", name = "YSDM", title = "要素代码", length = 10 }',
            '{ field = "structure", name = "JG", codes = "exchange" }',
            '{ field = "use", codes = "yt" }',
            '{ origin = "area", name = "JZMJ_M2", title = "图上面积" }',
            '{ field = "dangerous", type = "boolean", required = true, help = "鉴定为 C、D 级" }',
            '{ field = "source" }',
            more='[codes.yt]\n"居住" = "1"\n"生产经营" = "2"\n"公共服务" = "3"\n"附属用房" = ""\n"其他" = "9"\n',
        )
    )
    found = profile("county", project)
    assert (found.name, found.title, found.epsg, found.encoding) == ("county", "县局", 4528, "GBK")
    assert (found.formats, found.true, found.false) == (frozenset({"shp"}), "Y", "N")
    layout = found.layouts["house"]
    assert (layout.name, layout.title, list(found.layouts)) == ("FW", "农房", ["house"])
    code, structure, use, area, danger, source = layout.columns
    assert (code.origin, code.constant, code.length) == (Origin.CONSTANT, "2003", 10)
    assert (structure.name, structure.title, structure.codes["砖混"]) == ("JG", "房屋结构", "4")
    assert (use.name, use.codes["居住"], use.codes["附属用房"]) == ("FWYT", "1", "")
    assert (area.origin, area.type, area.of) == (Origin.AREA, FieldType.NUMBER, None)
    assert (danger.type, danger.required, danger.help) == (FieldType.BOOLEAN, True, "鉴定为 C、D 级")
    assert source.name == "LY"


def test_the_rest_of_a_tables_fields_may_follow(project: Path, write: Write) -> None:
    write(house('{ field = "use", name = "YT" }', more="") + "other_fields = true\n")
    names = [c.name for c in profile("county", project).layouts["house"].columns]
    plain = [c.name for c in profile("plain").layouts["house"].columns]
    assert names == ["YT", *(n for n in plain if n != "FWYT")]


def test_both_columns_of_a_reference_may_be_asked_for(project: Path, write: Write) -> None:
    lines = (
        '{ field = "house", origin = "named", name = "FWMC" },\n{ field = "house" },\n{ origin = "village" }'
    )
    write(f'title = "a"\n[[table]]\ntable = "household"\nfields = [\n{lines}\n]')
    columns = profile("county", project).layouts["household"].columns
    assert [(c.name, c.title, c.origin) for c in columns] == [
        ("FWMC", "农房", Origin.NAMED),
        ("FWID", "农房标识", Origin.REFERENCE),
        ("CUNMC", "村名", Origin.VILLAGE),
    ]


def test_a_projects_own_profile_wins_over_the_programs(project: Path, write: Write) -> None:
    file = write(house('{ field = "use" }'), "plain")
    assert list(profiles(project)) == list(profiles())
    assert profiles(project)["plain"].title == profile("plain", project).title == "县局"
    assert profile("plain").title == "通用"
    file.write_text(house('{ field = "use" }').replace("县局", "县局二"), encoding="utf-8")
    assert profile("plain", project).title == "县局二"


def test_a_broken_one_is_not_offered_nor_replaced_by_the_programs(project: Path, write: Write) -> None:
    write("title = 1", "plain")
    write(house('{ field = "use" }'))
    assert "plain" not in profiles(project)
    assert "county" in profiles(project)
    with pytest.raises(DefinitionError):
        profile("plain", project)


def test_a_name_that_there_is_not_is_refused_with_those_there_are(project: Path) -> None:
    with pytest.raises(InputRefused, match="没有交换格式“x”，可用的有：plain、"):
        profile("x", project)


@pytest.mark.parametrize("name", ["../plain", "/etc/passwd", "plain.toml", ""])
def test_a_name_leads_nowhere_else(project: Path, name: str) -> None:
    with pytest.raises(InputRefused):
        profile(name, project)


def test_the_programs_own_are_whole() -> None:
    found = profiles()
    assert next(iter(found)) == "plain"
    assert {"land_survey", "disaster"} < set(found)
    assert set(found["plain"].layouts) == set(catalog().tables)


def test_a_land_survey_gets_names_lengths_and_codes_of_its_standards() -> None:
    found = profile("land_survey")
    names = {t: [c.name for c in layout.columns] for t, layout in found.layouts.items()}
    assert names["land"][:8] == ["BSM", "YSDM", "TBYBH", "TBBH", "DLBM", "DLMC", "QSXZ", "QSDWDM"]
    assert names["village"][:6] == ["BSM", "YSDM", "ZLDWDM", "ZLDWMC", "DCMJ", "JSMJ"]
    assert names["plot"][:6] == ["BSM", "YSDM", "DKBM", "DKMC", "SYQXZ", "DKLB"]
    land = {c.name: c for c in found.layouts["land"].columns}
    assert (land["DLMC"].of, land["DLMC"].codes["0302"]) == (land["DLBM"].of, "竹林地")
    assert (land["TBMJ"].origin, land["QSXZ"].constant) == (Origin.AREA, "")
    house = {c.name: c for c in found.layouts["house"].columns}
    assert (house["FWJG"].codes["钢筋混凝土"], house["FWJG"].codes["木(竹)"]) == ("3", "6")


def test_a_land_survey_says_nothing_about_persons() -> None:
    layouts = profile("land_survey").layouts.values()
    fields = [c.of for layout in layouts for c in layout.columns if c.of is not None]
    assert [f.name for f in fields if privacy_of(f) is not Privacy.OPEN] == []
    assert not any(layout.table.personal for layout in layouts)


def test_the_page_for_townships_shows_a_profile_and_tells_every_key(project: Path, write: Write) -> None:
    page = Path("docs/exchange.zh-CN.md").read_text(encoding="utf-8")
    [shown] = re.findall(r"```toml\n(.*?)```", page, re.S)
    write(shown)
    found = profile("county", project)
    assert (found.title, found.layouts["house"].columns[3].codes["附属用房"]) == ("县大数据局", "11")
    assert [name for name in profiles() if f"`{name}` {profiles()[name].title}" not in page] == []
    keys = set(re.findall(r'(?:take|maybe|strings|text|read_codes)\(\s*\w+\.?,? ?"(\w+)"', _loader()))
    keys |= set(re.findall(r'reader\.(?:take|maybe|strings)\("(\w+)"', _loader()))
    assert {"title", "field", "codes", "decimals"} <= keys
    assert [key for key in sorted(keys) if f"`{key}" not in page] == []


def _loader() -> str:
    return "".join(Path(f"mingqing/export/profile/{name}.py").read_text() for name in ("load", "column"))


def test_the_other_page_shows_a_profile_too(project: Path, write: Write) -> None:
    [shown] = re.findall(r"```toml\n(.*?)```", Path("docs/exchange.md").read_text(encoding="utf-8"), re.S)
    write(shown)
    assert list(profile("county", project).layouts) == ["house"]
