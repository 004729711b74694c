"""The values of a field on a line of numbers, where they can be cut, and how the pieces are called."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from mingqing.catalog.condition import Plain
from mingqing.catalog.model import Field, FieldType
from mingqing.core.text import tr

_DATE = re.compile(r"(\d{4})-(\d\d)")
_MONTHS = (1200, 600, 240, 120, 60, 24, 12, 6, 3, 1)
_YEAR = "年"


@dataclass(frozen=True, slots=True)
class Axis:
    """How values become numbers and back.

    unit : written after a number. whole : only whole numbers occur. dates : values are ISO dates, and the numbers
        months since the year 0.
    """

    unit: str = ""
    whole: bool = False
    dates: bool = False

    @classmethod
    def of(cls, field: Field) -> "Axis":
        """Return the axis of a number or date field."""
        dates = field.type is FieldType.DATE
        return cls(field.unit or "", field.type is FieldType.INTEGER or dates, dates)

    def numbers(self, values: Iterable[object]) -> NDArray[np.float64]:
        """Return the values that are there as numbers, sorted; whatever is no number is left out."""
        found = (self._number(value) for value in values)
        numbers = np.fromiter((n for n in found if n is not None), float)
        return np.sort(numbers[np.isfinite(numbers)])

    def _number(self, value: object) -> float | None:
        if self.dates:
            match = _DATE.match(str(value))
            return int(match[1]) * 12 + int(match[2]) - 1 if match else None
        return float(value) if isinstance(value, int | float) else None

    def stored(self, number: float) -> Plain:
        """Return a number as the file holds it."""
        if self.dates:
            return f"{int(number) // 12:04}-{int(number) % 12 + 1:02}-01"
        return int(number) if self.whole else number

    def steps(self, largest: float) -> Iterator[float]:
        """Yield how far apart round numbers lie, the roundest first; `largest` is of the numbers to be rounded."""
        if self.dates:
            return iter(map(float, _MONTHS))
        top = int(np.ceil(np.log10(max(largest, 1e-9))))
        exponents = range(top, 0 if self.whole else top - 9, -1)
        tens = ((10.0**e, 5 * 10.0 ** (e - 1), 2 * 10.0 ** (e - 1)) for e in exponents)
        return chain(chain.from_iterable(tens), (1.0,) if self.whole else ())

    def round(self, number: float, span: float) -> float:
        """Return the roundest number within half a `span` of one."""
        for step in self.steps(abs(number) + span):
            near = round(number / step) * step
            if abs(near - number) <= span / 2:
                return float(f"{near:.12g}")
        return float(round(number)) if self.whole else number

    def label(self, number: float) -> str:
        """Return a number with its unit."""
        if self.dates or (self.whole and self.unit == _YEAR):
            return self._moment(number)
        return self._with_unit(number if self.whole else float(f"{number:.3g}"))

    def title(self, low: float | None, high: float | None, least: float | None = None) -> str:
        """Return what the numbers from `low` up to, not including, `high` are called; None where there is no end.

        least : the smallest number there is, where it is known.

        Examples
        --------
        >>> axis = Axis("层", whole=True)
        >>> axis.title(None, 3), axis.title(3, 6), axis.title(6, 7), axis.title(7, None)
        ('2 层及以下', '3–5 层', '6 层', '7 层及以上')
        >>> Axis("平方米").title(50, 100), Axis("年", whole=True).title(None, 2000), Axis("%").title(None, 5)
        ('50–100 平方米', '2000 年以前', '不到 5%')
        """
        if self.dates or (self.whole and self.unit == _YEAR):
            return self._of_time(low, high)
        last = None if high is None else high - 1 if self.whole else high
        first = least if low is None and least is not None and last == least and self.whole else low
        if first is None and last is None:
            return tr("全部")
        if first is None:
            text = tr("{high}及以下") if self.whole else tr("不到 {high}")
        elif last is None:
            text = tr("{low}及以上")
        elif first == last:
            text = "{low}"
        else:
            return f"{_plain(first)}–{self._with_unit(last)}"
        return text.format(low=self._with_unit(first or 0), high=self._with_unit(last or 0))

    def _with_unit(self, number: float) -> str:
        return f"{_plain(number)}{'' if self.unit in {'', '%'} else ' '}{self.unit}"

    def _of_time(self, low: float | None, high: float | None) -> str:
        if low is None and high is None:
            return tr("全部")
        if high is None:
            return tr("{time}以来").format(time=self._moment(low or 0))
        if low is None:
            return tr("{time}以前").format(time=self._moment(high))
        whole_years = not self.dates or (low % 12 == 0 and high % 12 == 0)
        year = 12 if self.dates else 1
        if whole_years:
            first, last = int(low) // year, int(high) // year - 1
            return tr("{first} 年").format(first=first) if first == last else f"{first}–{last} {_YEAR}"
        last_month = high - 1
        return self._moment(low) if low == last_month else f"{self._moment(low)}–{self._moment(last_month)}"

    def _moment(self, number: float) -> str:
        if not self.dates:
            return f"{int(number)} {_YEAR}"
        year, month = int(number) // 12, int(number) % 12 + 1
        return f"{year} {_YEAR}" if month == 1 else tr("{year} 年 {month} 月").format(year=year, month=month)


def _plain(number: float) -> str:
    return f"{number:,.10g}"
