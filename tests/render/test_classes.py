"""Which class a row belongs to: by value, by words in it, by range, by conditions."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mingqing.catalog.condition import Condition, Relation
from mingqing.catalog.load import catalog
from mingqing.catalog.style import Style, StyleClass
from mingqing.core.features import Features
from mingqing.render.classify import classify
from mingqing.render.compose import build_scene
from mingqing.render.scale import Viewport
from mingqing.render.source import FeatureSource


def _style(*classes: StyleClass, class_by: str | None = None) -> Style:
    return Style(class_by, classes, StyleClass(()), ())


def _features(**columns: list[object]) -> Features:
    n = len(next(iter(columns.values())))
    return Features(np.arange(n), np.full(n, None, dtype=object), columns)


def _where(*conditions: tuple[str, Relation, object]) -> StyleClass:
    return StyleClass((), where=tuple(Condition(f, r, v) for f, r, v in conditions))


def test_a_value_goes_before_a_word_in_it_and_what_nobody_claims_is_otherwise() -> None:
    style = _style(StyleClass((), values=("蔬菜",)), StyleClass((), values=("高山蔬菜",)), class_by="crop")
    rows = _features(crop=["高山蔬菜", "露天蔬菜", None, "茶叶"])
    assert classify(rows, style).tolist() == [1, 0, 2, 2]


def test_a_range_holds_its_lower_end_and_not_its_upper() -> None:
    style = _style(
        _where(("n", Relation.LESS, 3)), _where(("n", Relation.AT_LEAST, 3), ("n", Relation.LESS, 6))
    )
    assert classify(_features(n=[2, 3, 5.9, 6, None]), style).tolist() == [0, 1, 1, 2, 2]


def test_of_two_rules_that_fit_the_first_counts() -> None:
    style = _style(_where(("storeys", Relation.MORE, 3)), _where(("use", Relation.IS, "居住")))
    assert classify(_features(storeys=[4, 2, 4], use=["居住", "居住", None]), style).tolist() == [0, 1, 0]


def test_dates_are_compared_as_dates() -> None:
    style = _style(_where(("on", Relation.AT_LEAST, "2000-01-01")))
    assert classify(_features(on=["1999-12-31", "2000-01-01", None]), style).tolist() == [1, 0, 1]


def test_a_column_the_account_does_not_see_leaves_every_row_without_a_class() -> None:
    style = _style(_where(("secret", Relation.IS, "x")), _where(("secret", Relation.LESS, 5)))
    assert classify(_features(other=[1, 2]), style).tolist() == [2, 2]


_VALUES = st.one_of(
    st.none(), st.integers(-5, 5), st.floats(-5, 5), st.sampled_from(["", "a", "ab", "2001-01-01"])
)
_CONDITIONS = st.builds(
    Condition,
    st.sampled_from(["a", "b"]),
    st.sampled_from([r for r in Relation if r is not Relation.AMONG]),
    st.one_of(st.integers(-5, 5), st.floats(-5, 5), st.sampled_from(["a", "b", "2000-01-01"])),
)


@given(
    st.lists(st.tuples(_VALUES, _VALUES), min_size=1, max_size=20),
    st.lists(st.lists(_CONDITIONS, min_size=1, max_size=3), max_size=4),
)
def test_all_rows_at_once_come_out_as_one_by_one(
    rows: list[tuple[object, object]], rules: list[list[Condition]]
) -> None:
    style = _style(*(StyleClass((), where=tuple(rule)) for rule in rules))
    expected = [
        next(
            (n for n, rule in enumerate(rules) if all(c.holds(row["ab".index(c.field)]) for c in rule)),
            len(rules),
        )
        for row in rows
    ]
    found = classify(_features(a=[r[0] for r in rows], b=[r[1] for r in rows]), style)
    assert found.tolist() == expected


def test_classes_of_one_title_are_one_line_of_the_legend(hamlet: FeatureSource) -> None:
    view = Viewport.at_scale((450_200.0, 3_140_150.0), 2_000, (800, 600))
    one, other = catalog().styles["house"]["normal"].classes[:2]
    by_use = Condition("use", Relation.IS, "居住")
    classes = (
        replace(one, values=(), title="同", where=(by_use, Condition("dangerous", Relation.IS, value=True))),
        replace(other, values=(), title="同", where=(by_use,)),
    )
    style = replace(catalog().styles["house"]["normal"], class_by=None, classes=classes, marks=())
    scene = build_scene(catalog(), hamlet, "household", view, styles={"house": style})
    entries = [(e.title, e.count) for e in scene.legend if e.table == "house"]
    assert entries == [("同", 11), ("其他或不详", 1)]
