"""Every table, column and code that the village dictionary (FIELDS) names is known to `layers/`."""

import pytest

from mingqing.catalog.load import catalog
from mingqing.catalog.model import Table
from mingqing.catalog.values import parse
from mingqing.ingest.match import match

COLUMNS = {
    "village": "村名 村名称 XZQMC 村代码 区划代码 XZQDM 乡镇 人口 户数 面积 村支书 主任 联系电话",
    "place_name": "地名",
    "house": "房屋编号 房屋编码 FWBH 门牌号 地址 住址 房屋结构 结构 FWJG 层数 楼层 CS 建成年份 建造年代 建筑面积 JZMJ"
    " 危房 用途 空置",
    "household": "户主 户主姓名 户号 组号 村民小组 人口数 家庭人数 联系电话 电话 手机号 房屋编号 门牌号",
    "resident": "姓名 身份证号 公民身份号码 性别 出生日期 与户主关系 手机号 在家/外出 房屋编号 户号",
    "road": "道路名称 道路等级 路面宽度 路面类型 桥/隧",
    "water": "河流名称 类别 库容",
    "land": "地类 DLBM DLMC 面积亩",
    "resource": "名称 资源类别",
    "plot": "地块编号 地块编码 DKBM 承包户 种植作物 作物 面积亩 面积 SCMJ 承包合同 CBHTBM 流转",
    "enterprise": "企业名称 名称 统一社会信用代码 类型 主营 从业人数 年产值 负责人 联系电话",
    "employment": "姓名 身份证号 从业类型 务工地 起始日期",
    "organisation": "组织名称 组织类型 上级组织 负责人 联系电话",
    "post": "组织名称 姓名 职务 任期 职责",
    "grid": "网格编号 网格名称 网格员 联系电话 户数",
    "key_person": "姓名 身份证号 房屋编号 类别 困难诉求 帮助情况 残疾等级 行动能力 联系亲属 亲属电话 联系人 走访周期",
    "assistance": "帮扶干部 帮扶责任人 帮扶单位 职务 联系电话 帮扶对象 户主 房屋编号 开始日期 结束日期 需求 帮扶措施"
    " 成效 最近走访",
    "visit": "走访对象 户主 房屋编号 走访日期 走访人 了解到的情况 走访内容 处理情况",
    "hazard": "编号 YHDBH 隐患点名称 YHDMC 灾害类型 YHDLX 规模等级 险情等级 XQDJ 诱发因素 监测手段 预警信号 监测人"
    " 监测人电话 防灾责任人 责任人电话 销号",
    "shelter": "避灾点名称 类型 容纳人数 面积 负责人 负责人电话 地址",
    "evacuation_route": "路线名称",
    "evacuation_plan": "预案名称",
    "evacuee": "序号 家庭转移人数 转移路线 预计用时 转移责任人 是否转移 转移时间",
    "warning_point": "名称 类型",
    "supply": "名称",
}
CODES = {
    "house_structure": "钢筋混凝土 砖混 砖混(砌体) 底框 砖木 土木 石木 钢 木(竹) 混杂 其他",
    "road_class": "国道 省道 县道 乡道 村道 巷道 步道",
    "road_surface": "沥青 水泥 砂石 土",
    "water_kind": "河 溪 渠 山塘 水库 湖",
    "land_kind": "山林 农田 园地 茶园 草地 水面 建设用地",
    "resource_kind": "自然资源 人文资源 古树 古建 景点 祠堂 非遗 矿泉",
    "enterprise_kind": "企业 合作社 家庭农场 个体户 厂房 民宿",
    "employment_kind": "务农 本地务工 外出务工 经商 创业",
    "organisation_kind": "村党支部 村民委员会 经济合作社 监督委员会 妇联 共青团 民兵连 老年人协会 调解委员会 志愿者队伍"
    " 网格服务团队",
    "duty": "监测巡查 预警转移 行政",
    "care_category": "独居老人 空巢老人 留守儿童 留守妇女 残疾人 失能 重病患者 低保户 低保边缘 特困供养 孕产妇 优抚对象"
    " 困境儿童 流动人员",
    "mobility": "自行 需搀扶 卧床",
    "hazard_kind": "滑坡 崩塌 泥石流 地面塌陷 地裂缝 地面沉降 不稳定斜坡 山洪 内涝 森林火灾 台风",
    "hazard_scale": "小型 中型 大型 特大型",
    "warning_level": "红 橙 黄 蓝",
    "warning_point_kind": "雨量站 水位站 广播 铜锣",
    "village_kind": "村 社区",
}
NEVER = (
    "民族 户主民族 MZ mz 族别 宗教 宗教信仰 宗教信 ZJXY 政治面貌 政治面 ZZMM zzmm 党派 入党时间 是否党员 信访 信访次数"
    " 上访人员 涉黑 吸毒 前科 稳控对象 重点管控 Ethnicity Religion PoliticalStatus"
)


def test_the_dictionary_names_every_table() -> None:
    assert set(COLUMNS) == set(catalog().tables)


@pytest.mark.parametrize(("table", "column"), [(t, c) for t, names in COLUMNS.items() for c in names.split()])
def test_a_column_of_the_dictionary_is_recognised(table: str, column: str) -> None:
    found = match(catalog(), catalog().tables[table], (column,))
    assert column in found.fields or any(w.column == column for ways in found.links.values() for w in ways)


@pytest.mark.parametrize(("codes", "values"), CODES.items(), ids=CODES)
def test_a_code_of_the_dictionary_is_taken(codes: str, values: str) -> None:
    field = next(
        f
        for t in catalog().tables.values()
        for f in t.fields
        if f.codes is not None and f.codes.name == codes
    )
    assert [parse(field, value) is not None for value in values.split()] == [True] * len(values.split())


@pytest.mark.parametrize("table", catalog().tables.values(), ids=catalog().tables)
def test_every_row_says_where_it_comes_from_and_people_why_they_are_kept(table: Table) -> None:
    assert {
        "village_code",
        "source",
        "verified_on",
        "created_by",
        "created_at",
        "updated_by",
        "updated_at",
    } <= set(table.column_names)
    people = {"household", "resident", "employment", "key_person", "assistance", "visit", "post", "evacuee"}
    kept = {"purpose", "legal_basis", "keep_until"} <= set(table.column_names)
    assert kept is (table.name in people)


@pytest.mark.parametrize("column", NEVER.split())
def test_a_column_that_must_never_be_kept_is_refused_for_every_table(column: str) -> None:
    for table in catalog().tables.values():
        found = match(catalog(), table, (column,), (("source", column),))
        assert list(found.refused) == [column]
        assert {**found.fields, **found.links, **found.feeds} == {}


def test_no_field_of_ours_bears_a_refused_name() -> None:
    for table in catalog().tables.values():
        for field in table.field_by_name.values():
            for name in (field.name, field.title, *field.arrives_as, field.leaves_as or ""):
                assert catalog().refusal(name) is None, f"{table.name}.{field.name}: {name}"
