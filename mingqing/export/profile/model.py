"""How an office that takes our rows calls and codes them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from mingqing.catalog.model import Field, FieldType, Table


class Origin(StrEnum):
    """Where the values of a column that leaves come from."""

    FIELD = "field"
    ID = "id"  # the row's own, decimal: it does not fit into a DBF's or a spreadsheet's number
    REFERENCE = "reference"  # the id of the row that a field refers to, decimal
    NAMED = "named"  # what names that row
    VILLAGE = "village"  # the village's name
    AREA = "area"  # of the shape, m²
    LENGTH = "length"  # of the shape, m
    CONSTANT = "constant"


@dataclass(frozen=True)
class Out:
    """A column as it leaves.

    name : ASCII, at most 10 characters, unique in its table. title : Chinese, unique in its table.
    type : of the values as they leave: TEXT, INTEGER, NUMBER, DATE, or BOOLEAN.
    of : its field, where it is of one. codes : the stored value → what is written instead; empty for as it is.
    pad : one ASCII character with which values are filled up to `length` at their end; empty for none.
    length : of text, bytes in the encoding of the file; of a number, characters with its point; 0 for as long as it is.
    decimals : of numbers, or None.
    required : whether the taker insists on a value.
    """

    name: str
    title: str
    origin: Origin
    type: FieldType
    of: Field | None = None
    codes: Mapping[str, str] = field(default_factory=dict)
    constant: str = ""
    length: int = 0
    decimals: int | None = None
    pad: str = ""
    required: bool = False
    help: str = ""


@dataclass(frozen=True)
class Layout:
    """A table as it leaves. name : of the file or layer, ASCII. at_place : rows without a shape leave as points."""

    table: Table
    name: str
    title: str
    columns: tuple[Out, ...]
    at_place: bool = False


@dataclass(frozen=True)
class Profile:
    """One file of `resources/exchange/`.

    layouts : by our table's name; a table that is not here does not leave.
    epsg, encoding : what is assumed where nobody chooses; None and "" for the project's and UTF-8.
    formats : those the taker can read; empty for all.
    true, false : how a yes and a no are written where the type of the column is TEXT.
    """

    name: str
    title: str
    about: str
    layouts: Mapping[str, Layout]
    epsg: int | None = None
    encoding: str = ""
    formats: frozenset[str] = frozenset()
    true: str = "是"
    false: str = "否"
