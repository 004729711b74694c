"""Households and the people in them, invented."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from .dice import dice, pick
from .identity import id_number, phone
from .names import child_of, person_name

TODAY = date(2026, 9, 30)


@dataclass
class Person:
    """Somebody who does not exist."""

    name: str
    sex: str
    birth: date
    relation: str
    id_number: str = ""
    phone: str = ""
    at_home: str = "在家"
    work: str = ""
    work_place: str = ""

    @property
    def age(self) -> int:
        """Whole years on the day the sample is drawn for."""
        before = (TODAY.month, TODAY.day) < (self.birth.month, self.birth.day)
        return TODAY.year - self.birth.year - before


@dataclass
class Household:
    """A family in a house.

    Attributes
    ----------
    number : 户号, unique in the village.
    house : index of the house in the village.
    group : 村民小组.
    """

    number: str
    house: int
    group: str
    phone: str
    members: list[Person] = field(default_factory=list)

    @property
    def head(self) -> Person:
        """户主."""
        return self.members[0]


def _born(rng: np.random.Generator, age: float) -> date:
    days = int(max(age, 0.1) * 365.25 + rng.integers(0, 360))
    return TODAY - timedelta(days=days)


def _family(rng: np.random.Generator, size: int) -> list[Person]:
    """Make up a family of `size`; its head comes first."""

    def someone(sex: str, age: float, relation: str, name: str = "") -> Person:
        return Person(name or person_name(rng), sex, _born(rng, age), relation)

    other = {"男": "女", "女": "男"}
    head_age = float(rng.uniform(62, 86) if size <= 2 and rng.random() < 0.62 else rng.uniform(36, 66))
    head = someone("男" if rng.random() < 0.8 else "女", head_age, "户主")
    people = [head]
    if size >= 2:
        people.append(someone(other[head.sex], head_age + rng.uniform(-4, 3), "配偶"))
    parents = 0
    if size >= 4 and head_age < 58:
        parents = int(rng.integers(0, min(2, size - 3) + 1))
    for i in range(parents):
        sex, relation = (("女", "母亲"), ("男", "父亲"))[i]
        name = child_of(rng, head.name) if sex == "男" else ""
        people.append(someone(sex, min(head_age + rng.uniform(21, 29), 95), relation, name))
    oldest = None
    while len(people) < size:
        sex = "男" if rng.random() < 0.52 else "女"
        if oldest is not None and oldest.age > 22 and head_age > 47 and rng.random() < 0.6:
            relation = "孙子" if sex == "男" else "孙女"
            people.append(
                someone(sex, max(oldest.age - rng.uniform(22, 30), 0.2), relation, child_of(rng, head.name))
            )
            continue
        child = someone(
            sex,
            max(head_age - rng.uniform(22, 33), 0.2),
            "儿子" if sex == "男" else "女儿",
            child_of(rng, head.name),
        )
        oldest = oldest or child
        people.append(child)
    return people


def _occupy(rng: np.random.Generator, person: Person) -> None:
    """Say where somebody is and what they live on."""
    age = person.age
    if age < 16:
        return
    if age > 66:
        person.work = "务农" if rng.random() < 0.35 and age < 76 else ""
        return
    away = 0.55 if age < 35 else 0.40 if age < 50 else 0.17
    if rng.random() < away:
        person.at_home = "外出"
        person.work = pick(rng, ["外出务工", "经商"], [0.88, 0.12])
        person.work_place = pick(
            rng, ["丽水市区", "杭州市", "温州市", "义乌市", "宁波市", "金华市", "上海市"]
        )
    else:
        person.work = pick(rng, ["务农", "本地务工", "创业", "经商"], [0.6, 0.28, 0.05, 0.07])
        person.work_place = "本村" if person.work == "务农" else pick(rng, ["本村", "乡集镇", "县城"])


def settle(seed: int, code: str, homes: list[tuple[int, str]], residents: int) -> list[Household]:
    """People the houses of a village.

    Parameters
    ----------
    homes : (house, group) of each house that is lived in, in the order of house numbers.
    residents : how many people in all, to the head.
    """
    rng = dice(seed, "people", code)
    sizes = np.array([pick(rng, [1, 2, 3, 4, 5, 6], [0.12, 0.24, 0.22, 0.22, 0.13, 0.07]) for _ in homes])
    while sizes.sum() != residents and len(sizes):
        step = 1 if sizes.sum() < residents else -1
        fits = np.flatnonzero((sizes + step >= 1) & (sizes + step <= 7))
        sizes[rng.choice(fits, min(len(fits), abs(int(sizes.sum()) - residents)), replace=False)] += step
    households, serial = [], 0
    for number, ((house, group), size) in enumerate(zip(homes, sizes, strict=True), start=1):
        family = Household(f"{code[-6:]}{number:04d}", house, group, phone(rng), _family(rng, int(size)))
        for person in family.members:
            serial += 1
            person.id_number = id_number(person.birth, person.sex, serial)
            _occupy(rng, person)
            if person.age >= 12:
                person.phone = phone(rng)
        family.head.phone = family.phone
        households.append(family)
    return households
