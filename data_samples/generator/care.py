"""Whom the village looks after and reaches first, and who helps them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .dice import dice, pick
from .identity import phone
from .names import UNITS, person_name

if TYPE_CHECKING:
    import numpy as np

    from .people import Household, Person

NEEDS = {
    "独居老人": ["日常买药取药", "冬季取暖", "房屋漏雨", "一键呼叫设备"],
    "空巢老人": ["定期体检", "代购生活用品", "陪同就医"],
    "留守儿童": ["课后辅导", "假期看护", "心理关爱"],
    "残疾人": ["辅助器具", "无障碍改造", "康复训练"],
    "失能": ["上门护理", "护理床", "日间照料"],
    "重病患者": ["医疗费用", "陪同复诊", "大病救助"],
    "低保户": ["就业帮扶", "农产品销售", "子女学费"],
    "特困供养": ["日常照料", "房屋修缮"],
    "孕产妇": ["产检接送", "营养指导"],
    "优抚对象": ["节日慰问", "医疗优待"],
}


MEASURES = {
    "低保户": ["来料加工就业", "代销茶叶", "发放油茶苗", "助学"],
    "特困供养": ["危房修缮", "申请救助", "每周探望"],
    "残疾人": ["申请辅助器具", "无障碍改造", "来料加工就业"],
    "失能": ["送医上门", "联系护理服务", "配送护理用品"],
    "重病患者": ["申请大病救助", "送医上门", "陪同复诊"],
    "独居老人": ["每周探望", "安装呼叫设备", "代买药品", "危房修缮"],
}


@dataclass(frozen=True)
class KeyPerson:
    """Somebody to look after."""

    person: Person
    household: Household
    category: str
    need: str
    care: str
    disability: str
    mobility: str
    relative: Person | None
    contact: str
    contact_phone: str
    visit_every: str


def _category(rng: np.random.Generator, person: Person, family: Household) -> str:
    ages = [p.age for p in family.members]
    away = [p for p in family.members if p.at_home == "外出"]
    chances: list[tuple[str, bool, float]] = [
        ("失能", person.age > 76, 0.10),
        ("残疾人", person.age > 8, 0.022),
        ("重病患者", person.age > 35, 0.014),
        ("特困供养", person.age > 62 and len(ages) == 1, 0.16),
        ("独居老人", person.age >= 65 and len(ages) == 1, 0.85),
        ("空巢老人", person.age >= 68 and max(ages) - min(ages) < 16, 0.40),
        ("留守儿童", person.age < 16 and len(away) > 0, 0.62),
        ("孕产妇", person.sex == "女" and 22 <= person.age <= 37, 0.05),
        ("低保户", person.relation == "户主", 0.035),
        ("优抚对象", person.age > 60 and person.sex == "男", 0.03),
    ]
    for category, may, chance in chances:
        if may and rng.random() < chance:
            return category
    return ""


def key_people(
    seed: int, code: str, families: list[Household], workers: list[tuple[str, str]]
) -> list[KeyPerson]:
    """Choose the people to look after; `workers` are the grid workers (name, phone) who visit them."""
    rng = dice(seed, "care", code)
    found = []
    for family in families:
        for person in family.members:
            category = _category(rng, person, family)
            if not category:
                continue
            degree = pick(rng, ["一级", "二级", "三级", "四级"], [1, 2, 3, 3]) if category == "残疾人" else ""
            mobility = "自行"
            if category == "失能" or degree == "一级":
                mobility = "卧床" if rng.random() < 0.6 else "需搀扶"
            elif degree in {"二级", "三级"} or person.age > 79:
                mobility = "需搀扶"
            others = [p for p in family.members if p is not person and p.phone]
            name, number = workers[int(rng.integers(len(workers)))]
            relative = others[int(rng.integers(len(others)))] if others else None
            every = (
                "每周"
                if mobility == "卧床"
                else pick(rng, ["每周", "每半月", "每月", "每季度"], [2, 3, 4, 1])
            )
            care = pick(rng, ["已列入走访名单", "邻里结对照看", "已办理救助", "志愿者定期上门"])
            need = pick(rng, NEEDS[category])
            found.append(
                KeyPerson(
                    person, family, category, need, care, degree, mobility, relative, name, number, every
                )
            )
    return found


@dataclass(frozen=True)
class Help:
    """A helper and the household helped."""

    helper: str
    unit: str
    post: str
    phone: str
    household: Household
    need: str
    measure: str
    result: str
    started: str
    ended: str
    last_visit: str


def pair_up(seed: int, code: str, cared_for: list[KeyPerson]) -> list[Help]:
    """Give a helper to the households that need one most."""
    rng = dice(seed, "help", code)
    helpers = [
        (
            person_name(rng),
            pick(rng, UNITS),
            pick(rng, ["科员", "副主任", "站长", "教师", "医师", "主任"]),
            phone(rng),
        )
        for _ in range(7)
    ]
    families = list(dict.fromkeys(k.household.number for k in cared_for if k.category in MEASURES))[:26]
    first = {k.household.number: k for k in reversed(cared_for) if k.category in MEASURES}
    found = []
    for number in families:
        key = first[number]
        helper = pick(rng, helpers)
        year, month = int(rng.integers(2023, 2026)), int(rng.integers(1, 13))
        measure = pick(rng, MEASURES[key.category])
        result = pick(rng, ["已稳定增收", "正在落实", "已办结", "生活有改善"])
        ended = f"{year + 3}-{month:02d}-28" if rng.random() < 0.4 else ""
        visit = f"2026-{int(rng.integers(3, 10)):02d}-{int(rng.integers(1, 29)):02d}"
        found.append(
            Help(*helper, key.household, key.need, measure, result, f"{year}-{month:02d}-01", ended, visit)
        )
    return found
