"""Definition files tell where their mistakes are, and lie above one another."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingqing.core.definitions import Reader, Section, parse_toml, read_toml
from mingqing.core.errors import DefinitionError
from mingqing.core.lines import Source

TEXT = '''# [not] = a table
title = "a = b # [c]"   # title
lines = [   # ]
  "]", '[[x]]',
  { y = "=" },
]

"quoted.key" = """
[in] = a text """
long.dotted . key = 1
[table]
k = {a = 1, b = [1, 2]}
[table . "inner part"]
k = \'\'\'
[[array]]
\'\'\'
[[array]]
k = 1
[[array.sub]]
k = 2
[[array]]
k = 3
[array.sub2]
k = 4
'''

LINES = {
    ("title",): 2,
    ("lines",): 3,
    ("lines", 2, "y"): 5,
    ("lines", 1): 3,
    ("quoted.key",): 8,
    ("long", "dotted", "key"): 10,
    ("long",): 10,
    ("table",): 11,
    ("table", "k", "b"): 12,
    ("table", "inner part", "k"): 14,
    ("array", 0): 17,
    ("array", 0, "k"): 18,
    ("array", 0, "sub", 0, "k"): 20,
    ("array", 1, "k"): 22,
    ("array", 1, "sub2", "k"): 24,
    ("array", 1, "nothing"): 21,
    ("nothing",): None,
}


@pytest.mark.parametrize(("path", "line"), LINES.items(), ids=map(str, LINES))
def test_a_key_is_found_on_its_line(path: tuple[str | int, ...], line: int | None) -> None:
    tomllib.loads(TEXT)
    assert Source("x.toml", TEXT).line(path) == line


KEYS = st.from_regex(r"[a-z]{1,3}", fullmatch=True)
VALUES = st.one_of(
    st.integers(-9, 9).map(str),
    st.sampled_from(
        ['"#"', "'[x]'", '"""\n]\n"""', "[\n1,\n2]", "{ a = 1 }", '"\\""', "true", "'''\n[a]'''"]
    ),
)


@given(st.lists(st.tuples(st.one_of(KEYS), VALUES, st.integers(0, 2)), unique_by=lambda e: e[0]))
def test_whatever_stands_before_it_a_key_is_found_on_its_line(
    entries: list[tuple[str, str, int]],
) -> None:
    text, lines = "", {}
    for key, value, blank in entries:
        text += "\n" * blank
        lines[key] = text.count("\n") + 1
        text += f"{key} = {value} # = [\n"
    assert {key: Source("x", text).line((key,)) for key in lines} == lines


def test_windows_line_ends_count_once(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_bytes(b'a = 1\r\n\r\nb = "\xe7\x94\xb2"\r\n')
    reader = Reader("x.toml", "", read_toml(file))
    assert "x.toml 第 3 行的 b 有误" in str(reader.error("b", "不行"))


def test_a_reader_of_plain_values_says_no_line() -> None:
    assert str(Reader("表", "x", {}).error("k", "不行")) == "定义文件 表 的 x.k 有误：不行"


def test_a_key_that_is_missing_is_told_of_at_its_table() -> None:
    section = parse_toml("\n[[part]]\na = 1\n[[part]]\nb = 1\n", "x.toml")["part"][1]
    with pytest.raises(DefinitionError, match=r"x\.toml 第 4 行的 part\.a 有误：缺少这一项"):
        Reader("x.toml", "part", section).take("a", int)


def test_a_table_of_two_files_tells_of_each_value_where_it_was_said() -> None:
    below = parse_toml("a = 1\nb = 2\n[t]\nc = 3\nd = 4\n", "below.toml")
    above = parse_toml("\n\nb = 5\n\n[t]\nd = 6\n", "above.toml")
    both = above.over(below)
    assert both == {"a": 1, "b": 5, "t": {"c": 3, "d": 6}}
    assert both.place("a") == ("below.toml", 1)
    assert both.place("b") == ("above.toml", 3)
    assert both.place("t.c") == ("below.toml", 4)
    assert both.place("t.d") == ("above.toml", 6)
    assert Section(both, both.source) == both
    third = parse_toml("[t]\nc = 9", "third.toml").over(both)
    assert third["t"].place("c") == ("third.toml", 2)
    assert third["t"].place("d") == ("above.toml", 6)
    assert (below, above["t"]) == ({"a": 1, "b": 2, "t": {"c": 3, "d": 4}}, {"d": 6})


def test_what_a_table_says_covers_a_value_and_a_value_a_table() -> None:
    table, value = parse_toml("[a]\nb = 1", "t"), parse_toml("a = 2", "v")
    assert table.over(value) == {"a": {"b": 1}}
    assert value.over(table) == {"a": 2}
