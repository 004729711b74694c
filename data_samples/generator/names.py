"""Names: real ones for towns and the three sample villages, invented ones for everything and everyone else.

Codes and names of townships and of the three villages are public facts (statistical division codes, 松阳县).
Nothing that the generator says about those villages is: terrain, houses and people are invented.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .dice import pick

if TYPE_CHECKING:
    import numpy as np


def _words(text: str) -> list[str]:
    return text.split()


_TOWNSHIPS = _words("""
    331124001=西屏街道 331124002=水南街道 331124003=望松街道
    331124101=古市镇 331124102=玉岩镇 331124103=象溪镇
    331124104=大东坝镇 331124105=新兴镇 331124201=叶村乡
    331124202=斋坛乡 331124203=三都乡 331124204=竹源乡
    331124205=四都乡 331124206=赤寿乡 331124208=樟溪乡
    331124211=枫坪乡 331124212=板桥畲族乡 331124213=裕溪乡
    331124214=安民乡
""")
TOWNSHIPS = dict(pair.split("=") for pair in _TOWNSHIPS)
SAMPLE_VILLAGES = [("331124204202", "小竹溪村"), ("331124204203", "横岗村"), ("331124204200", "后畲村")]

# People who do not exist: every given name carries a character that says so (样 例 试 拟 仿 设 范 模:
# specimen, example, trial, imitation, model), and most family names do. None is taken from any register.
FAMILY_NAMES = list("甄贾范样例拟仿试佘甄贾范")
FIRST_GIVEN = list(
    "一二三四五六七八九大小阿春夏秋冬松竹梅兰山水田禾云雨风雪金银铜福禄寿喜有才来发财明亮光辉文武英秀美玉珍巧"
)
SECOND_GIVEN = list("样例试拟仿设范模")

VALLEY_HAMLETS = _words("""
    外垄 里垄 水口 樟树下 大畈 坑边 上洋 下洋 桥头 社屋下 垟头 溪滩 龙潭背 上坑 下坑
    横路 新屋 老屋基 塘后 大湾 小湾 石壁下 埠头 堰头
""")
SLOPE_HAMLETS = _words("""
    岭脚 岭头 竹坞 坳头 枫树湾 茶坪 后山背 对门山 黄泥岗 庵下 高坪 石仓 金竹坑 白岩
    半岭 旱田 大坪 凉亭下 岗背 上寮
""")
HILL_NAMES = _words("""
    大尖 白岩尖 鸡冠岩 牛背岗 笔架山 狮子头 马鞍岗 天堂岗 老鹰岩 茶山头 雷公尖 五指岗
    仙人岗 望溪尖 大岗顶 石门尖
""")
FIRST_OF_VILLAGE = "上下大小东西南北前后里外新高石金"
MIDDLE_OF_VILLAGE = "竹松樟枫茶桐梓桃李梅兰云龙白黄青"
LAST_OF_VILLAGE = "溪坑源岭坪岗坞畈湾塘田垄"
UNITS = _words("""
    乡卫生院 乡农业服务中心 乡中心小学 乡林业站 县示例局 县样本中心 县试用办 乡财政所
""")


def person_name(rng: np.random.Generator) -> str:
    """Invent a name of three characters, now and then of two."""
    family = pick(rng, FAMILY_NAMES)
    if rng.random() < 0.05:
        return family + pick(rng, SECOND_GIVEN)
    return family + pick(rng, FIRST_GIVEN) + pick(rng, SECOND_GIVEN)


def child_of(rng: np.random.Generator, name: str) -> str:
    """Invent a name with the family name of `name`."""
    return name[0] + pick(rng, FIRST_GIVEN) + pick(rng, SECOND_GIVEN)


def village_names(count: int) -> list[str]:
    """Return `count` different invented village names."""
    pairs = len(FIRST_OF_VILLAGE) * len(MIDDLE_OF_VILLAGE)
    names: list[str] = []
    for n in range(3 * pairs):  # the second and third time round with other endings
        i = n % pairs
        first = FIRST_OF_VILLAGE[i % len(FIRST_OF_VILLAGE)]
        middle = MIDDLE_OF_VILLAGE[(i // len(FIRST_OF_VILLAGE) + i) % len(MIDDLE_OF_VILLAGE)]
        names += [f"{first}{middle}{last}村" for last in LAST_OF_VILLAGE[(i + n // pairs) % 3 :: 3]]
    return list(dict.fromkeys(names))[:count]
