"""The tables that a village hands over: their columns in Chinese and as customary ASCII codes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import shapely

Value: TypeAlias = str | int | float

# Chinese title=customary ASCII code, in the order of the file.
_COLUMNS = """
村界: 村名=XZQMC 村代码=XZQDM 乡镇=XZ 类型=LX 户数=HS 人口=RK 面积=MJ 村支书=CZS 联系电话=LXDH
地名: 地名=DM 类别=LB
农房: 房屋编号=FWBH 门牌号=MPH 房屋结构=FWJG 层数=CS 建成年份=JCNF 建筑面积=JZMJ 危房=WF 用途=YT 空置=KZ
    户主=HZ 人口数=RKS 联系电话=LXDH
道路: 道路名称=DLMC 道路等级=DLDJ 路面宽度=LMKD 路面类型=LMLX 桥隧=QS
水系: 河流名称=HLMC 类型=LX 库容=KR
水面: 河流名称=HLMC 类型=LX 库容=KR
地类: 地类=DL 地类名称=DLMC 地类编码=DLBM 面积亩=MJM
资源: 资源名称=ZYMC 资源类型=ZYLX 类别=LB 说明=SM
产业地块: 地块编号=DKBM 承包户=CBH 种植作物=ZZZW 面积亩=SCMJ 承包合同=CBHTBM 流转=LZ
经营主体: 企业名称=QYMC 统一社会信用代码=XYDM 类型=LX 主营=ZY 从业人数=CYRS 年产值=NCZ 负责人=FZR
    联系电话=LXDH
组织: 组织名称=ZZMC 组织类型=ZZLX 上级组织=SJZZ 负责人=FZR 联系电话=LXDH
网格: 网格编号=WGBH 网格名称=WGMC 网格员=WGY 联系电话=LXDH 户数=HS
隐患点: 隐患编号=YHDBH 隐患点名称=YHDMC 灾害类型=YHDLX 规模等级=GMDJ 险情等级=XQDJ 诱发因素=YFYS
    监测手段=JCSD 预警信号=YJXH 监测人=JCR 监测电话=JCDH 责任人=ZRR 责任电话=ZRDH 威胁户数=WXHS
    威胁人数=WXRS 销号=XH
避灾点: 避灾点名称=BZDMC 类型=LX 容纳人数=RNRS 面积=MJ 负责人=FZR 联系电话=LXDH 地址=DZ
转移路线: 路线名称=LXMC 隐患点=YHDMC 起点=QD 终点=ZD 长度=CD 预计用时=YJYS
预警设备: 设备名称=SBMC 类型=LX 位置=WZ 责任人=ZRR 联系电话=LXDH
物资仓库: 仓库名称=CKMC 物资=WZ 数量=SL 管理人=GLR 联系电话=LXDH
"""


def _parse(text: str) -> dict[str, dict[str, str]]:
    tables: dict[str, dict[str, str]] = {}
    for word in text.split():
        if word.endswith(":"):
            columns = tables.setdefault(word[:-1], {})
        else:
            title, _, code = word.partition("=")
            columns[title] = code
    return tables


COLUMNS = _parse(_COLUMNS)


@dataclass
class Table:
    """A table with a geometry in every row.

    Attributes
    ----------
    title : key of `COLUMNS`.
    rows : values by Chinese column name.
    """

    title: str
    shapes: list[shapely.Geometry] = field(default_factory=list)
    rows: list[dict[str, Value]] = field(default_factory=list)

    def add(self, shape: shapely.Geometry, **values: Value) -> None:
        """Append a row."""
        self.shapes.append(shape)
        self.rows.append(values)


@dataclass
class Village:
    """All that is known of a village: tables for the map and the sheets of its registers."""

    name: str
    code: str
    township: str
    tables: dict[str, Table]
    sheets: dict[str, list[dict[str, Value]]]
