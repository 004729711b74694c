"""Which cells of the list are given what, from the text that a spreadsheet puts on the clipboard."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingqing.core.errors import InputRefused
from mingqing.desktop.bulk.pasting import MOST_CELLS, Pasted, Place, Spot, cells_of, emptied, placed

NAME, PHONE = (Spot(name, title, editable=True) for name, title in (("name", "姓名"), ("phone", "手机号")))
PLACE = Spot("village", "村", editable=False)
SPOTS = [NAME, PHONE, PLACE]


def paste(text: str, *, rows: list[int], marked: list[int] | None = None, across: int = 1) -> Pasted:
    return placed(cells_of(text), Place(rows, SPOTS, (marked or rows[:1], across), SPOTS))


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("a\tb\r\nc\td\r\n", [["a", "b"], ["c", "d"]]),
        ('"一\n二"\t"他说""好"""', [["一\n二", '他说"好"']]),
        ('"没有结尾\tb', [['"没有结尾', "b"]]),
        ("a\t\n\tb", [["a", ""], ["", "b"]]),
        ("a\n\nb", [["a"], [""], ["b"]]),
        ("'=1+1\t'-3\t'名", [["=1+1", "-3", "'名"]]),
        ("𠮷\t１", [["𠮷", "１"]]),
        ("", []),
    ],
)
def test_cells_are_divided_as_spreadsheets_divide_them(text: str, cells: list[list[str]]) -> None:
    assert cells_of(text) == cells


@given(
    st.lists(st.lists(st.text(st.characters(exclude_characters="\r\n\t\"'=+-@|")), min_size=1), min_size=1)
)
def test_what_a_spreadsheet_wrote_is_what_is_read(cells: list[list[str]]) -> None:
    text = "".join("\t".join(f'"{cell}"' for cell in line) + "\r\n" for line in cells)
    assert cells_of(text) == cells


def test_too_much_is_refused_with_advice() -> None:
    with pytest.raises(InputRefused, match="从表格补充"):
        cells_of("a\t" * (MOST_CELLS + 1))
    with pytest.raises(InputRefused, match="剪贴板里有 6,000,000 个字"):
        cells_of("a" * 6_000_000)


def test_a_block_fills_rows_downward_and_columns_to_the_right() -> None:
    assert paste("甄一\t1\n甄二\t2", rows=[7, 8, 9]).values == {
        7: {"name": "甄一", "phone": "1"},
        8: {"name": "甄二", "phone": "2"},
    }


def test_one_value_is_repeated_over_what_is_marked() -> None:
    found = paste("甄", rows=[7, 8, 9], marked=[7, 9], across=2)
    assert found.values == {i: {"name": "甄", "phone": "甄"} for i in (7, 9)}
    found = paste("甄\n样", rows=[1, 2, 3, 4], marked=[1, 2, 3, 4])
    assert [row["name"] for row in found.values.values()] == ["甄", "样", "甄", "样"]


def test_a_line_that_is_shorter_than_others_leaves_the_rest_alone() -> None:
    assert paste("甄一\t1\n甄二", rows=[7, 8]).values[8] == {"name": "甄二"}


def test_what_has_no_place_is_told() -> None:
    found = paste("a\tb\tc\td\n1\t2\t3\t4", rows=[7])
    assert found.values == {7: {"name": "a", "phone": "b"}}
    assert found.notes == (
        "右边多出的 1 列没有粘贴",
        "下面多出的 1 行没有粘贴：不能用粘贴增加记录",
        "这里不能改的没有粘贴：村",
    )


def test_a_first_line_of_titles_says_which_columns_are_meant() -> None:
    found = paste("手机号\t姓名\n1\t甄一", rows=[7, 8])
    assert found.values == {7: {"phone": "1", "name": "甄一"}}


def test_cells_that_may_not_be_changed_are_not_emptied() -> None:
    found = emptied([7, 8], [PHONE, PLACE])
    assert found.values == {7: {"phone": ""}, 8: {"phone": ""}}
    assert found.notes == ("这里不能改的没有清空：村",)
    assert not emptied([7], [PLACE]).values
