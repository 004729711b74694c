"""Masks: what is shown of a name, a phone or an identity number to those who may not see it whole.

Each mask is written twice, side by side: for Python, and as an SQL expression, so that a view can mask inside
SQLite and the whole value never reaches the program. Tests hold the two equal. Whatever does not look like the thing
that the field should hold is hidden altogether; what is masked already, as in a work package, stays as it is.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mingqing.catalog.model import Mask

_HIDDEN = "****"
_SPACE = "\t\n\r \xa0\u3000"
_ID_NUMBER = re.compile(r"[0-9]{6}([0-9]{8}|\*{8})[0-9]{3}[0-9Xx]")
_OLD_ID_NUMBER = re.compile(r"[0-9]{6}([0-9]{5}|\*{5})[0-9]{4}")
_MOBILE = re.compile(r"1[0-9]{2}([0-9]{4}|\*{4})[0-9]{4}")

# The compound surnames still borne. One left out costs its second character, which is the safe side; one too many
# would show a character of a given name, so those that begin like common surnames with common names are left out.
COMPOUND_SURNAMES = (
    *(
        "欧阳",
        "上官",
        "诸葛",
        "司马",
        "司徒",
        "司空",
        "夏侯",
        "皇甫",
        "尉迟",
        "公孙",
        "慕容",
        "令狐",
        "宇文",
        "长孙",
    ),
    *(
        "端木",
        "东方",
        "东郭",
        "南宫",
        "西门",
        "闻人",
        "百里",
        "呼延",
        "轩辕",
        "淳于",
        "单于",
        "申屠",
        "太史",
        "澹台",
    ),
    *(
        "濮阳",
        "赫连",
        "独孤",
        "拓跋",
        "公冶",
        "公羊",
        "宗政",
        "鲜于",
        "闾丘",
        "亓官",
        "谷梁",
        "即墨",
        "漆雕",
        "乐正",
    ),
    *("壤驷", "颛孙", "巫马", "第五", "万俟", "钟离", "仲孙", "叔孙", "太叔", "夹谷"),
)


def mask_id_number(value: str) -> str:
    """Return an identity number with birth date and half the sequence hidden: 6 + 4 characters are left.

    Examples
    --------
    >>> mask_id_number("33112419500101123X"), mask_id_number("331124500101123"), mask_id_number("不详")
    ('331124********123X', '331124*****1123', '****')
    """
    text = value.strip(_SPACE)
    if not (_ID_NUMBER.fullmatch(text) or _OLD_ID_NUMBER.fullmatch(text)):
        return _HIDDEN if text else ""
    return text[:6] + "*" * (len(text) - 10) + text[-4:]


def mask_phone(value: str) -> str:
    """Return a mobile number with its middle hidden; any other number, and several at once, wholly hidden.

    Examples
    --------
    >>> mask_phone("13800001234"), mask_phone("0578-8060000"), mask_phone("")
    ('138****1234', '****', '')
    """
    text = value.strip(_SPACE)
    if not _MOBILE.fullmatch(text):
        return _HIDDEN if text else ""
    return text[:3] + _HIDDEN + text[-4:]


def mask_name(value: str) -> str:
    """Return the surname and two asterisks, however long the name is.

    Examples
    --------
    >>> mask_name("张三"), mask_name("欧阳一一"), mask_name("欧阳"), mask_name("张")
    ('张**', '欧阳**', '欧**', '**')
    """
    text = value.strip(_SPACE)
    if len(text) < 2:
        return "**" if text else ""
    kept = 2 if len(text) > 2 and text[:2] in COMPOUND_SURNAMES else 1
    return text[:kept].rstrip("*") + "**"


def _trimmed(column: str) -> str:
    """Return the SQL of a column as text without surrounding space."""
    return f"trim({column}, char({', '.join(str(ord(c)) for c in _SPACE)}))"


def _digits(count: int) -> str:
    return "[0-9]" * count


def _stars(count: int) -> str:
    return "[*]" * count


def _id_number_sql(column: str) -> str:
    text = _trimmed(column)
    return (
        f"CASE WHEN {text} GLOB '{_digits(17)}[0-9Xx]' THEN substr({text}, 1, 6) || '********' || substr({text}, -4)"
        f" WHEN {text} GLOB '{_digits(15)}' THEN substr({text}, 1, 6) || '*****' || substr({text}, -4)"
        f" WHEN {text} GLOB '{_digits(6)}{_stars(8)}{_digits(3)}[0-9Xx]' THEN {text}"
        f" WHEN {text} GLOB '{_digits(6)}{_stars(5)}{_digits(4)}' THEN {text}"
        f" WHEN {text} <> '' THEN '{_HIDDEN}' ELSE {text} END"
    )


def _phone_sql(column: str) -> str:
    text = _trimmed(column)
    return (
        f"CASE WHEN {text} GLOB '1{_digits(10)}' THEN substr({text}, 1, 3) || '{_HIDDEN}' || substr({text}, -4)"
        f" WHEN {text} GLOB '1{_digits(2)}{_stars(4)}{_digits(4)}' THEN {text}"
        f" WHEN {text} <> '' THEN '{_HIDDEN}' ELSE {text} END"
    )


def _name_sql(column: str) -> str:
    text = _trimmed(column)
    compound = ", ".join(f"'{name}'" for name in COMPOUND_SURNAMES)
    return (
        f"CASE WHEN length({text}) > 2 AND substr({text}, 1, 2) IN ({compound}) THEN substr({text}, 1, 2) || '**'"
        f" WHEN length({text}) > 1 THEN rtrim(substr({text}, 1, 1), '*') || '**'"
        f" WHEN {text} <> '' THEN '**' ELSE {text} END"
    )


@dataclass(frozen=True, slots=True)
class Masking:
    """One mask, for a value in Python and for a column in SQL. The SQL keeps NULL; `column` is quoted already."""

    value: Callable[[str], str]
    sql: Callable[[str], str]


MASKS: Mapping[Mask, Masking] = {
    Mask.NAME: Masking(mask_name, _name_sql),
    Mask.PHONE: Masking(mask_phone, _phone_sql),
    Mask.ID_NUMBER: Masking(mask_id_number, _id_number_sql),
}
