"""What a check of the rows finds, as plain values."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from mingqing.core.text import tr


class Kind(StrEnum):
    """What may be wrong with a row."""

    MISSING = "missing"  # a field that must be filled
    CODE = "code"  # a value that its list does not have
    VALUE = "value"  # a value that its field, or a rule of the table, does not allow
    REFERENCE = "reference"  # the row that it points to is not there
    DUPLICATE = "duplicate"
    SHAPE = "shape"  # an invalid shape, or none where there should be one
    TOPOLOGY = "topology"  # a rule of layers/*.toml about shapes among each other
    OUTSIDE = "outside"  # far from the county, or from the village that it says it is of

    @property
    def label(self) -> str:
        """What users read."""
        return _TITLES[self]


_TITLES = {
    Kind.MISSING: tr("必填未填"),
    Kind.CODE: tr("不在可选值里"),
    Kind.VALUE: tr("内容要核对"),
    Kind.REFERENCE: tr("关联有误"),
    Kind.DUPLICATE: tr("重复"),
    Kind.SHAPE: tr("图形有误"),
    Kind.TOPOLOGY: tr("图形之间有冲突"),
    Kind.OUTSIDE: tr("位置不对"),
}


class Level(StrEnum):
    """How bad it is: an error stops an export that asks for none; a warning is only told."""

    ERROR = "error"
    WARNING = "warning"

    @property
    def label(self) -> str:
        """What users read."""
        return tr("错误") if self is Level.ERROR else tr("提醒")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with one row.

    table, id, village : the row. field : None where it is no matter of one field.
    sentence : one clear Chinese sentence, without what the account may not see.
    at : x, y in the project's CRS, metres, where to look; None where the row has no place.
    """

    kind: Kind
    level: Level
    table: str
    id: int
    village: str | None
    field: str | None
    sentence: str
    at: tuple[float, float] | None = None


@dataclass(frozen=True)
class Quality:
    """What a check found.

    checked : rows looked at, by table.
    cut : how many findings more there are than are listed, by table: nobody reads a hundred thousand.
    """

    findings: tuple[Finding, ...]
    checked: Mapping[str, int]
    cut: Mapping[str, int]

    @cached_property
    def errors(self) -> int:
        """How many of the findings listed are errors."""
        return sum(f.level is Level.ERROR for f in self.findings)

    @cached_property
    def by_kind(self) -> Mapping[Kind, int]:
        """How many findings are listed, by what is wrong."""
        return Counter(f.kind for f in self.findings)

    @cached_property
    def counts(self) -> Mapping[tuple[str, Kind, Level], int]:
        """How many findings are listed, by table, what is wrong and how bad it is, in the order of the list."""
        return Counter((f.table, f.kind, f.level) for f in self.findings)
