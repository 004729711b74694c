"""What a value of each field type may look like, coming from a file, a form or a script, and how it is stored."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from itertools import product
from math import inf, isinf
from operator import mul

from mingqing.catalog.model import Field, FieldType
from mingqing.core.text import clean, tr

Value = str | int | float | None

# Digits are ASCII ones from here on: `clean` has made those of full width so, and others are nobody's numbers.
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|[-+]?\.\d+", re.ASCII)
# Whole numbers that 63 bits may hold; what is written otherwise goes through a float, which keeps 53 of them.
_WHOLE = re.compile(r"([-+]?)0*(\d{1,19})(?:\.0*)?", re.ASCII)
_EXACT = 2**53
_FULL_WIDTH_SIGNS = str.maketrans("．－＋", ".-+", ",，")
_DATE = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月?)?|年)?(?:[ T].*)?\Z", re.ASCII)
_TRUE = frozenset(
    {"是", "有", "对", "1", "y", "yes", "t", "true", "√", "✓", "空置", "危房", "已销号", "c级", "d级"}
)  # grades of 危房鉴定: C and D are dangerous
_FALSE = frozenset({"否", "无", "不是", "没有", "0", "n", "no", "f", "false", "×", "x", "a级", "b级"})
_PHONE = re.compile(
    r"(?!\+?(?:-?\d){17})\+?\d{3,4}(?:-?\d{3,8}){1,3}(?:转\d{1,6})?|\d{3,8}", re.ASCII
)  # 17 digits are two numbers run together
_BLANK = frozenset({"", "-", "--", "/", "\\", "无数据", "null", "none", "nan", "<null>", "<空>", "n/a"})
_LONGEST_BLANK = max(map(len, _BLANK))
# Every way of typing a blank, capitals and small letters mixed.
BLANKS_AS_TYPED = frozenset(
    "".join(letters) for word in _BLANK for letters in product(*({c, c.upper()} for c in word))
)
HUGE = 1e300
_NO_PHONE = frozenset({"无", "没有", "暂无", "无电话", "不详"})
ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999
ID_CHECKS = "10X98765432"
# Excel counts days from 1899-12-30; 1927 to 2118 is what a register can mean by such a number.
_EXCEL_EPOCH, _EXCEL_DAYS = date(1899, 12, 30), range(10_000, 80_000)


class ValueRefusedError(ValueError):
    """A value that the field cannot hold; its text is a Chinese sentence part that says why."""


def parse(field: Field, raw: object) -> Value:
    """Return what is stored for `raw`, None for blank.

    Raises
    ------
    ValueRefusedError
        if the field cannot hold it.

    Examples
    --------
    >>> storeys = Field("storeys", "层数", FieldType.INTEGER, unit="层", minimum=0)
    >>> parse(storeys, "３ 层"), parse(storeys, "")
    (3, None)
    """
    if isinstance(raw, str):
        raw = clean(raw)
        if len(raw) <= _LONGEST_BLANK and raw.lower() in _BLANK:
            return None
    elif raw is None or raw != raw:  # noqa: PLR0124 - NaN
        return None
    value = _PARSERS[field.type](field, raw)
    if isinstance(value, (int, float)) and field.type is not FieldType.BOOLEAN:
        _check_range(field, value)
    return value


def initial(field: Field) -> Value:
    """Return what a new row begins with in this field; None where its definition does not say.

    Raises
    ------
    ValueRefusedError
        if the definition says what the field cannot hold.

    Examples
    --------
    >>> initial(Field("kind", "类别", FieldType.TEXT, default="一般")), initial(Field("note", "备注", FieldType.TEXT))
    ('一般', None)
    """
    if field.type is FieldType.DATE and field.default == "today":
        return datetime.now().astimezone().date().isoformat()
    return parse(field, field.default)


def _check_range(field: Field, value: float) -> None:
    low, high = field.minimum, field.maximum
    if (low is None or value >= low) and (high is None or value <= high):
        return
    if low is not None and high is not None:
        limits = tr("应在 {low:g}–{high:g} 之间").format(low=low, high=high)
    else:
        limits = tr("不能大于 {n:g}").format(n=high) if low is None else tr("不能小于 {n:g}").format(n=low)
    raise ValueRefusedError(tr("{limits}，不是“{value:g}”").format(limits=limits, value=value))


_PHOTO_ID = re.compile(r"[0-9a-f]{32}")
MOST_PHOTOS = 30  # of one field: more would no longer be looked at


def photo_ids(value: object) -> tuple[str, ...]:
    """Return the pictures that a stored value of a photo field names, in order.

    Examples
    --------
    >>> photo_ids(None), len(photo_ids("0123456789abcdef0123456789abcdef、0f23456789abcdef0123456789abcdef"))
    ((), 2)
    """
    return tuple(_PHOTO_ID.findall(value)) if isinstance(value, str) else ()


def counted_photos(value: object) -> str:
    """Return how many pictures a stored value names, as a reader is told; empty for none."""
    count = len(photo_ids(value))
    return tr("有 {n} 张").format(n=count) if count else ""


def plain_text(raw: object) -> str:
    """Return a cleaned value as a person would have typed it: whole numbers without `.0`, dates as ISO."""
    if isinstance(raw, str):
        return raw
    if isinstance(raw, bool):
        return tr("是") if raw else tr("否")
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < 1e15:
        return str(int(raw))
    if isinstance(raw, datetime):
        return raw.date().isoformat() if raw.time() == datetime.min.time() else raw.isoformat(" ", "seconds")
    return str(raw)


def _text(field: Field, raw: object) -> str:
    text = plain_text(raw)
    if len(text) > field.max_length:
        raise ValueRefusedError(tr("超过 {n} 个字符：{text}").format(n=field.max_length, text=text[:20]))
    return text


def _number(field: Field, raw: object) -> float:
    if isinstance(raw, bool):
        return float(raw)
    if isinstance(raw, (int, float)):
        number = float(raw) if abs(raw) < HUGE else inf
    else:
        text = _numeral(field, raw)
        if not _NUMBER.fullmatch(text):
            raise ValueRefusedError(tr("不是数字：{text}").format(text=text[:20]))
        number = float(text)
    if isinf(number):
        raise ValueRefusedError(tr("数字太大"))
    return number


def _numeral(field: Field, raw: object) -> str:
    return _without_unit(field, plain_text(raw).translate(_FULL_WIDTH_SIGNS).strip())


def _without_unit(field: Field, text: str) -> str:
    if not text[-1:].isdigit():
        for unit in (field.unit or "", "㎡", "m2", "m", "米", "亩", "人", "户", "层", "年"):
            if unit and text.endswith(unit):
                return text[: -len(unit)].strip()
    return text


def _integer(field: Field, raw: object) -> int:
    if isinstance(raw, int):
        number = int(raw)
    elif isinstance(raw, str) and (whole := _WHOLE.fullmatch(_numeral(field, raw))):
        number = int(whole[1] + whole[2])
    else:
        number = _whole(_number(field, raw))
    if abs(number) >= 2**63:
        raise ValueRefusedError(tr("数字太大"))
    return number


def _whole(value: float) -> int:
    """The integer that a float means; an id of 63 bits that has been one is another row's by now."""
    if not value.is_integer():
        raise ValueRefusedError(tr("不是整数：{value:g}").format(value=value))
    if abs(value) >= _EXACT:
        raise ValueRefusedError(tr("数字太大，末几位可能已丢失，请把这一列设成“文本”格式，重新填写"))
    return int(value)


def _boolean(_field: Field, raw: object) -> int:
    if isinstance(raw, bool):
        return int(raw)
    text = plain_text(raw).lower()
    if text in _TRUE:
        return 1
    if text in _FALSE:
        return 0
    raise ValueRefusedError(tr("应为“是”或“否”：{text}").format(text=text[:20]))


def _date(_field: Field, raw: object) -> str:
    if isinstance(raw, datetime):
        return raw.date().isoformat()
    if isinstance(raw, date):
        return raw.isoformat()
    text = plain_text(raw).replace(" ", "") if not isinstance(raw, str) else raw.strip()
    digits = len(text) if text.isascii() and text.isdigit() else 0
    if digits == 8:
        text = f"{text[:4]}-{text[4:6]}-{text[6:]}"
    elif digits == 6:
        text = f"{text[:4]}-{text[4:]}"
    elif digits == 5 and int(text) in _EXCEL_DAYS:
        return (_EXCEL_EPOCH + timedelta(days=int(text))).isoformat()
    found = _DATE.match(text)
    refused = ValueRefusedError(tr("不是日期：{text}").format(text=text[:20]))
    if not found:
        raise refused
    year, month, day = (int(g) if g else None for g in found.groups())
    try:
        date(year or 0, month or 1, day or 1)
    except ValueError as error:
        raise refused from error
    return f"{year:04d}" + (f"-{month:02d}" if month else "") + (f"-{day:02d}" if day else "")


def _code(field: Field, raw: object) -> str:
    if field.codes is None:
        raise ValueRefusedError(field.name)
    text = plain_text(raw)
    value = field.codes.spellings.get(text) or field.codes.spellings.get(text.replace(" ", ""))
    if value is None:
        known = "、".join(code.value for code in field.codes.codes)
        sentence = tr("{title}没有“{text}”这一项；可填：{known}")
        raise ValueRefusedError(sentence.format(text=text[:20], title=field.codes.title, known=known))
    return value


def _phone(_field: Field, raw: object) -> str | None:
    text = re.sub(r"[\s()（）]", "", plain_text(raw)).replace("—", "-").replace("－", "-")
    if text in _NO_PHONE:
        return None
    parts = [p for p in re.split(r"[,，;；、/]", text) if p]
    if not parts or not all(_PHONE.fullmatch(p) for p in parts):
        raise ValueRefusedError(tr("不是电话号码：{text}").format(text=text[:20]))
    return "、".join(parts)


def id_check_character(first_17: str) -> str:
    """Return the check character of an 18-character 公民身份号码 (GB 11643-1999).

    Examples
    --------
    >>> id_check_character("99999919900307008")
    'X'
    """
    total = sum(map(mul, map(int, first_17), ID_WEIGHTS))
    return ID_CHECKS[total % 11]


def _id_number(_field: Field, raw: object) -> str:
    text = plain_text(raw).replace(" ", "").lstrip("'").upper()
    if isinstance(raw, float) and raw >= 1e15:
        raise ValueRefusedError(tr("被 Excel 存成了数字，末几位已丢失，请把这一列设成“文本”格式，重新填写"))
    if re.fullmatch(
        r"[0-9]{15}", text
    ):  # first generation: two-digit year of the 20th century, no check character
        text = text[:6] + "19" + text[6:]
        text += id_check_character(text)
    if not re.fullmatch(r"[0-9]{17}[0-9X]", text):
        raise ValueRefusedError(tr("身份证号应为 18 位"))
    if id_check_character(text[:17]) != text[17]:
        raise ValueRefusedError(tr("身份证号可能录错（最后一位对不上），请核对"))
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError as error:
        raise ValueRefusedError(tr("身份证号里的出生日期不存在")) from error
    return text


def _photo(_field: Field, raw: object) -> str | None:
    named = [each for each in re.split(r"[、\s]+", plain_text(raw)) if each]
    if not all(_PHOTO_ID.fullmatch(each) for each in named):
        raise ValueRefusedError(tr("不是本项目的照片，请从“添加照片”选取"))
    if len(set(named)) > MOST_PHOTOS:
        raise ValueRefusedError(tr("最多放 {n} 张照片").format(n=MOST_PHOTOS))
    return "、".join(dict.fromkeys(named)) or None


_PARSERS: Mapping[FieldType, Callable[[Field, object], Value]] = {
    FieldType.TEXT: _text,
    FieldType.INTEGER: _integer,
    FieldType.NUMBER: _number,
    FieldType.BOOLEAN: _boolean,
    FieldType.DATE: _date,
    FieldType.CODE: _code,
    FieldType.PHONE: _phone,
    FieldType.ID_NUMBER: _id_number,
    FieldType.REFERENCE: _integer,
    FieldType.PHOTO: _photo,
    FieldType.DATA: lambda _field, raw: plain_text(raw),
}
