"""A village is found by the few letters a clerk types."""

import pytest

from mingqing.desktop.villages.matching import find, index
from mingqing.store.session import Village

NAMES = {
    "331124204202": ("小竹溪村", "竹源乡"),
    "331124204203": ("横岗村", "竹源乡"),
    "331124103207": ("大竹溪村", "大东坝镇"),
    "331124103211": ("横樟村", "大东坝镇"),
}
ENTRIES = index(Village(code, name, town, None) for code, (name, town) in NAMES.items())


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("横岗", "横岗村"),
        ("hg", "横岗村"),
        ("henggang", "横岗村"),
        ("hengg", "横岗村"),
        ("dzx", "大竹溪村"),
        ("dzhuxi", "大竹溪村"),
        ("DZX", "大竹溪村"),
        (" da zhu ", "大竹溪村"),
        ("204203", "横岗村"),
        ("331124103211", "横樟村"),
    ],
)
def test_characters_pinyin_initials_and_codes_find_a_village(typed: str, first: str) -> None:
    assert find(ENTRIES, typed)[0].name == first


def test_what_begins_so_comes_before_what_contains_it() -> None:
    assert [v.name for v in find(ENTRIES, "zx")] == ["大竹溪村", "小竹溪村"]
    assert find(ENTRIES, "竹溪")[0].name in {"大竹溪村", "小竹溪村"}


def test_a_township_finds_its_villages() -> None:
    assert {v.name for v in find(ENTRIES, "竹源")} == {"小竹溪村", "横岗村"}


def test_nothing_typed_lists_all_by_township() -> None:
    assert [v.township for v in find(ENTRIES, "")] == ["大东坝镇", "大东坝镇", "竹源乡", "竹源乡"]


def test_nonsense_finds_nothing() -> None:
    assert find(ENTRIES, "qqq") == []
