"""Whatever is typed is text: nothing in it is special, nothing in it breaks."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mingqing.search.find import Results
from tests.search.conftest import ids

Ask = Callable[[str], Results]


@pytest.mark.parametrize(
    "typed",
    [
        "%",
        "_",
        "张%国",
        "' OR 1=1 --",
        '"',
        "*",
        "张* OR 李*",
        "name:张",
        "^张.国$",
        "(",
        "[张",
        "\\",
        "NEAR(张 国)",
        "--",
        ";",
        "\0",
    ],
)
def test_characters_of_sql_and_patterns_are_plain_text(ask: Ask, typed: str) -> None:
    assert not any(hit.named for hit in ask(typed).hits if not ask(typed).loose)


def test_a_wildcard_is_a_wrong_character_and_no_more(ask: Ask) -> None:
    assert ask("张%国").loose
    assert ask("%").total == 0
    assert ask("_").total == 0


@pytest.mark.parametrize("typed", ["", "  ", "　", "\n\t"])
def test_nothing_typed_finds_nothing(ask: Ask, typed: str) -> None:
    assert ask(typed).total == 0


def test_full_width_and_mixed_spaces_are_read_as_meant(ask: Ask) -> None:
    assert ids(ask("　１３９１２３４５ "), "resident") == [301]
    assert ids(ask("独居老人　大竹溪村"), "key_person") == [401]
    assert 301 in ids(ask("ｚｊｇ"), "resident")


def test_emoji_and_rare_characters_are_looked_for_as_they_are(ask: Ask) -> None:
    assert ask("😀").total == 0
    assert 306 in ids(ask("李𠮷"), "resident")
    assert ask("\ud842").total == 0


def test_a_million_characters_are_cut_and_it_is_said(ask: Ask) -> None:
    results = ask("张建国" * 333_334)
    assert "输入太长" in results.notice
    assert "输入太长" in ask("张 建 国 张 建 国 张 建 国").notice
    assert not ask("张建国").notice


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=30) | st.text("张建国zjghan019 坑边号村大竹溪", max_size=14))
def test_any_text_has_an_answer(ask: Ask, typed: str) -> None:
    results = ask(typed)
    assert results.total >= len(results.hits)
    for hit in results.hits:
        for matched in hit.matched:
            assert 0 <= matched.begin <= matched.end <= len(matched.text)
