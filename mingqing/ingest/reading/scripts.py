"""How likely a text is as Chinese, Japanese, Korean or an alphabet: what tells right decodings from wrong.

Each script is a table of log-probabilities by code point, in a few tiers: signs that fill everyday text, the
rest of the common set, the rare remainder. The common sets are those that national standards put first
(GB 2312, Big5 and JIS level 1, KS X 1001), so no list has to be carried. A wrong decoding of Chinese is made
of rare characters: some six nats a character less likely, so that a few characters decide.
"""

from collections.abc import Iterable
from functools import cache

import numpy as np
from numpy.typing import NDArray

Table = NDArray[np.float64]
Tiers = list[tuple[Iterable[str], float]]

_IMPOSSIBLE = -25.0  # private use, controls, unassigned: never typed by anyone
_ASCII = -4.2
_ODD_ASCII = -7.0  # the signs that trail bytes turn into
_SIZE = 0x10000

# What village registers, signs and names are mostly made of, in simplified and then in traditional writing.
EVERYDAY = (
    "的一是不了在人有我他这中大来上个国和也子时道说要就出会可以年生自到那里后去得多着过家小"
    "心天下能对然于学事没现看为主开手样起作用无方又如前所本见经头面公同三已老从动两长把你"
    "行分意关新之外路口水气打些间实话山高信电正法手机号码联系身份证姓名性别男女出日期月"
    "村镇乡县市省州区街道社组户主农房屋编号门牌地址坐落层数楼结构砖混木土石钢筋凝框架简易"
    "建筑面积平米建成年代份权属用途住宅空置危旧等级备注说明类型名称代码种植作物承包流转合同"
    "茶园林田山塘水库河溪渠沟桥隧坡崩滑泥流塌陷隐患点监测预警信号避灾转移路线安置容纳责任"
    "网格员支部书记委会党妇联民兵老协调解志愿者服务队长任职务单位帮扶困难残疾低保特困五保独居"
    "留守儿童孕产病重卧床行动能力需求措施成效走访周核实来源经度纬度坐标高程宽长材质沥青柏油混"
    "四五六七八九十百千万零〇东西南北左右内外新旧前后上下里坑坪岗岭坞源垟岸坳墩堰湖海岛"
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶"
    "程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛阎段雷侯龙史陶黎贺顾"
    "毛郝龚邵万钱严覃武戴莫孔向汤甄伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂华玉珍凤"
    "文建国红梅春花荣福根生德义仁忠良财发祥兴旺金银宝贵和美爱香莲菊琴云燕玲萍青松柏竹"
    "工厂企业合作社家庭场个体经营商店宾馆民宿学校院所站台卫生诊室幼园祠堂庙宇文化礼广播停车"
    "完全部分正常不详其他是否有无已未本户同上电力供自来消防栓物资仓库应急救援设备良好一般较差"
    "中心小学育基础政府办公室服中共产党员群众会议投票土地征收补偿费用元亩株棵头只羊牛猪鸡鸭鹅"
    "北京上天津重庆河山西辽吉黑龙江苏浙安徽福建江湖广海川贵云陕甘肃青台内蒙古宁夏新疆香港澳门"
    "丽松阳遂昌景云和庆元缙青田莲都衢州温金华杭绍嘉湖舟宋"
)
_TRADITIONAL = (
    "的一是不了在人有我他這中大來上個國和也子時道說要就出會可以年生自到那裡後去得多著過家小"
    "心天下能對然於學事沒現看為主開手樣起作用無方又如前所本見經頭面公同三已老從動兩長把你"
    "行分意關新之外路口水氣打些間實話山高信電正法機號碼聯繫身份證姓名性別男女日期月"
    "村鎮鄉縣市省州區街社組戶農房屋編門牌地址坐落層數樓結構磚混木土石鋼筋凝框架簡易"
    "建築面積平米成代權屬用途住宅空置危舊等級備註說明類型名稱碼種植作物承包流轉合同"
    "茶園林田塘水庫河溪渠溝橋隧坡崩滑泥流塌陷隱患點監測預警避災轉移線安置容納責任"
    "網格員支部書記委黨婦聯民兵協調解志願者服務隊長職單位幫扶困難殘疾低保獨居留守兒童"
    "四五六七八九十百千萬零東西南北左右內里坑坪崗嶺源岸湖海島臺灣灣"
    "王李張劉陳楊黃趙吳周徐孫馬朱胡郭何高林羅鄭梁謝宋唐許韓馮鄧曹彭曾蕭董袁潘蔣蔡余杜葉"
    "程蘇魏呂丁任沈姚盧姜崔鍾譚陸汪范金廖賈夏韋方白鄒孟熊秦邱江尹薛閻段雷侯龍史陶黎賀顧"
    "毛郝龔邵錢嚴武戴莫孔湯偉芳娜秀英敏靜麗強磊軍洋勇艷傑娟濤超蘭霞剛桂華玉珍鳳"
    "文紅梅春花榮福根德義仁忠良財發祥興旺銀寶貴美愛香蓮菊琴雲燕玲萍青松柏竹"
    "中文測試廣州香港澳門臺北高雄基隆新竹苗栗彰化南投嘉義屏東宜蘭蓮湖縣"
)
_CJK_SIGNS = "，。、；：？！（）《》〈〉“”‘’—…·～「」『』【】〔〕％℃㎡㎥№×±°Ⅰ①②③④⑤⑥⑦⑧⑨⑩　"
_FULL_WIDTH = "".join(map(chr, range(0xFF01, 0xFF5F)))


def score(text: str, script: str) -> float:
    """Log-likelihood of `text` in a script, in nats; comparable between decodings of the same bytes.

    Parameters
    ----------
    script : a key of `_TIERS`, or a single-byte codec, whose upper half is then the alphabet.
    """
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    within = points < _SIZE
    beyond = np.count_nonzero(~within) * -16.0  # the extension planes: rare, yet people are named so
    return float(_table_for(script)[points[within]].sum()) + beyond


def best_score(text: str, scripts: Iterable[str]) -> float:
    """Log-likelihood in the script that suits `text` best."""
    return max(score(text, script) for script in scripts)


def _one(codec: str, byte: int) -> str:
    try:
        return bytes([byte]).decode(codec)
    except UnicodeDecodeError:
        return ""


def _table(tiers: Tiers, *, rest: float) -> Table:
    """Log-probabilities by code point: each tier shares its weight among signs not in an earlier one."""
    table = np.full(_SIZE, rest)
    done: set[str] = set()
    for signs, weight in tiers:
        new = {s for s in signs if s > "\x9f"} - done
        done |= new
        table[[ord(s) for s in new]] = np.log(weight / max(len(new), 1))
    table[0x20:0x7F] = _ODD_ASCII
    table[[ord(c) for c in " ()-./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_:,#"]] = (
        _ASCII
    )
    table[[0x00, 0x09, 0x0A, 0x0D]] = _ASCII
    table[0xD800:0xF900] = _IMPOSSIBLE
    table[0xFFFD] = table[0xFFFE] = table[0xFFFF] = _IMPOSSIBLE
    return table


def _rows(codec: str, leads: range, trails: Iterable[int]) -> list[str]:
    pairs = (bytes([a, b]) for a in leads for b in trails)
    return [c for c in (p.decode(codec, "ignore") for p in pairs) if len(c) == 1]


def _range(first: int, end: int) -> list[str]:
    return [chr(point) for point in range(first, end)]


# What one byte in the lead and the trail place can be, by standard.
_GB = range(0xA1, 0xFF)
_BIG5 = [*range(0x40, 0x7F), *_GB]
_SJIS = [*range(0x40, 0x7F), *range(0x80, 0xFD)]
_SIGNS = _CJK_SIGNS + _FULL_WIDTH


@cache
def _gbk() -> list[str]:
    return _rows("gbk", range(0x81, 0xFF), [*range(0x40, 0x7F), *range(0x80, 0xFF)])


def _simplified() -> Tiers:
    level1, level2 = _rows("gb2312", range(0xB0, 0xD8), _GB), _rows("gb2312", range(0xD8, 0xF8), _GB)
    return [(EVERYDAY, 0.72), (_SIGNS, 0.06), (level1, 0.19), (level2, 0.025), (_gbk(), 0.004)]


def _traditional() -> Tiers:
    level1, level2 = _rows("big5", range(0xA4, 0xC7), _BIG5), _rows("big5", range(0xC9, 0xFA), _BIG5)
    return [(_TRADITIONAL, 0.62), (_SIGNS, 0.06), (level1, 0.29), (level2, 0.025), (_gbk(), 0.004)]


def _japanese() -> Tiers:
    level1, level2 = _rows("cp932", range(0x88, 0x99), _SJIS), _rows("cp932", range(0x99, 0xEB), _SJIS)
    kana, half_width = _range(0x3041, 0x30FF), _range(0xFF61, 0xFFA0)
    return [(kana, 0.45), (_SIGNS, 0.05), (level1, 0.47), (level2, 0.02), (half_width, 0.002)]


def _korean() -> Tiers:
    hangul, hanja = _rows("euc_kr", range(0xB0, 0xC9), _GB), _rows("euc_kr", range(0xCA, 0xFE), _GB)
    return [(hangul, 0.95), (_SIGNS, 0.03), (hanja, 0.005)]


def _latin() -> Tiers:
    return [("áàâäãåæçéèêëíìîïñóòôöõøœúùûüýßšžčćřěůłąęśżźńőű", 0.9), (_range(0xA0, 0x250), 0.1)]


def _cyrillic() -> Tiers:
    return [(_range(0x430, 0x450), 0.85), (_range(0x400, 0x460), 0.15)]


def _anything() -> Tiers:
    return [(_range(0xA0, 0xD7FF), 1.0)]


def _alphabet(codec: str) -> Tiers:
    """The upper half of a single-byte encoding as an alphabet: small letters, capitals, signs."""
    letters = [_one(codec, byte) for byte in range(0x80, 0x100)]
    lower = [c for c in letters if c.islower() or (c.isalpha() and c.upper() == c.lower())]
    upper = [c for c in letters if c.isalpha() and c not in lower]
    signs = [c for c in letters if c and not c.isalpha()]
    return [(lower, 0.85), (upper, 0.10), (signs, 0.05)]


_TIERS = {
    "hans": _simplified,
    "hant": _traditional,
    "ja": _japanese,
    "ko": _korean,
    "latin": _latin,
    "cyrillic": _cyrillic,
    "anything": _anything,
}


@cache
def _table_for(script: str) -> Table:
    """Log-probabilities by code point of a script, or of the alphabet of a single-byte codec."""
    if script in _TIERS:
        return _table(_TIERS[script](), rest=-18.0)
    return _table(_alphabet(script), rest=_IMPOSSIBLE)
