"""A column read whole holds what `parse` says of each of its values."""

from collections.abc import Sequence
from datetime import date

from hypothesis import example, given
from hypothesis import strategies as st

from mingqing.catalog.columns import parse_column
from mingqing.catalog.load import catalog
from mingqing.catalog.model import Field, FieldType
from mingqing.catalog.values import Value, ValueRefusedError, parse

FIELDS = [
    Field("note", "备注", FieldType.TEXT, max_length=12),
    *(f for t in catalog().tables.values() for f in t.field_by_name.values()),
]
BY_TYPE = {f.type: f for f in FIELDS}

numbers = st.one_of(
    st.integers(-5, 3000),
    st.integers(),
    st.floats(),
    st.floats(-10, 3000),
)
texts = st.one_of(
    st.text(max_size=14),
    st.text(alphabet="甄一 号-/0ａ\t\n\u3000\x00nulN", max_size=6),
    st.text(alphabet="0123456789-+.", max_size=20),
    st.from_regex(r"\d{17}[\dX]|\d{3,4}-?\d{7,8}|\d{4}-\d\d-\d\d|\d{8}", fullmatch=True),
    st.dates().map(date.isoformat),
    st.sampled_from(
        ["99999919900307008X", "99999919900230001X", "13800000000", "1990-02-29", "NaN", "--", ""]
    ),
)
# Mostly of one kind, as columns are; a mixture now and then.
columns = st.one_of(
    *(st.lists(st.none() | kind, max_size=6) for kind in (st.integers(), st.floats(), numbers, texts)),
    st.lists(texts.filter(bool), min_size=1, max_size=3),
    st.lists(st.one_of(st.none(), st.booleans(), numbers, texts, st.dates(), st.datetimes()), max_size=6),
)


def one_by_one(field: Field, raws: Sequence[object]) -> tuple[list[Value], dict[int, str]]:
    values: list[Value] = []
    refused = {}
    for i, raw in enumerate(raws):
        try:
            values.append(parse(field, raw))
        except ValueRefusedError as error:
            values.append(None)
            refused[i] = str(error)
    return values, refused


@given(st.sampled_from(FIELDS), columns)
@example(BY_TYPE[FieldType.ID_NUMBER], ["99999919900307008X", "99999919900307008X"])
@example(BY_TYPE[FieldType.TEXT], ["甲", "乙 "])
@example(BY_TYPE[FieldType.TEXT], ["甲\n", "乙"])
@example(BY_TYPE[FieldType.INTEGER], [True, 1])
@example(BY_TYPE[FieldType.NUMBER], [1.5, float("nan"), 2.5])
@example(BY_TYPE[FieldType.NUMBER], [1e301])
@example(BY_TYPE[FieldType.INTEGER], [2**63])
def test_a_column_gives_what_each_value_gives(field: Field, raws: list[object]) -> None:
    values, refused = parse_column(field, raws)
    expected, reasons = one_by_one(field, raws)
    assert [(type(v), v) for v in values] == [(type(v), v) for v in expected]
    assert refused == reasons
