"""Text is read as it was written, or the reader says that it does not know."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mingqing.core.errors import InputRefused
from mingqing.ingest.reading.codec_names import codec_named
from mingqing.ingest.reading.encoding import Column, Declared, Encoding, EncodingUnclear, decode
from mingqing.ingest.reading.scripts import EVERYDAY

_COMMON = [bytes([a, b]).decode("gb2312") for a in range(0xB0, 0xD7) for b in range(0xA1, 0xFF)]
_BIG5 = [
    c
    for c in (bytes([a, b]).decode("big5", "ignore") for a in range(0xA4, 0xC6) for b in range(0xA1, 0xFF))
    if c
]
_WORD = st.text(
    st.sampled_from(EVERYDAY) | st.sampled_from(_COMMON) | st.sampled_from("0123456789号-A "), min_size=1
)
_GBK = Declared("gb18030", "", 25.0)


def _decode(cells: list[bytes], *declared: Declared, width: int | None = None) -> tuple[list[str], Encoding]:
    found = decode([Column(cells, width)], declared)
    return found.columns[0], found.encoding


@settings(deadline=None)
@given(st.lists(_WORD, min_size=1, max_size=30), st.sampled_from(["gb18030", "utf-8"]))
def test_chinese_is_read_back_exactly_or_asked_about(words: list[str], codec: str) -> None:
    try:
        texts, _ = _decode([w.encode(codec) for w in words])
    except EncodingUnclear:
        return
    assert texts == words


@settings(deadline=None)
@given(st.lists(st.text(st.sampled_from(_BIG5), min_size=1), min_size=1, max_size=30))
def test_traditional_chinese_is_read_back_exactly_or_asked_about(words: list[str]) -> None:
    try:
        texts, _ = _decode([w.encode("cp950") for w in words])
    except EncodingUnclear:
        return
    assert texts == words


# Not for any letters whatever: аждг in KOI8-R is, byte for byte, the two common characters 林那.
@pytest.mark.parametrize(
    "words",
    [
        "привет мир",
        "улица ленина",
        "москва",
        "деревня",
        "жилой дом",
        "население",
        "садовая дорога",
        "площадь участка",
    ],
)
@pytest.mark.parametrize("codec", ["cp1251", "koi8_r", "cp866"])
def test_words_of_an_alphabet_are_not_taken_for_chinese(words: str, codec: str) -> None:
    try:
        texts, _ = _decode([words.encode(codec)] * 5)
    except EncodingUnclear:
        return
    assert texts[0] == words


@pytest.mark.parametrize("codec", ["gb18030", "utf-8"])
def test_a_village_register_is_decided_without_asking(codec: str) -> None:
    cells = [f"大竹溪村{i}号，甄一一，砖混结构".encode(codec) for i in range(20)]
    texts, found = _decode(cells)
    assert texts[3] == "大竹溪村3号，甄一一，砖混结构"
    assert found.name == codec
    assert found.certain


def test_a_choice_resting_on_the_text_alone_shows_what_else_it_could_be() -> None:
    _, found = _decode(["大竹溪村甄一一的农房".encode("gbk")] * 3)
    assert not found.certain
    assert "大竹溪村" in found.sample
    assert found.alternatives
    assert all(a.sample for a in found.alternatives)


def test_evidence_is_found_however_far_down_it_lies() -> None:
    cells = [b"plain ASCII text"] * 20_000 + ["大竹溪村农房甄一一".encode("gbk")] * 3
    texts, found = _decode(cells)
    assert texts[-1] == "大竹溪村农房甄一一"
    assert "大竹溪村" in found.sample


def test_one_ambiguous_name_is_asked_about() -> None:
    with pytest.raises(EncodingUnclear) as caught:
        _decode(["一".encode("gbk")])
    assert {c.name for c in caught.value.candidates} >= {"gb18030"}


def test_valid_utf8_wins_over_a_wrong_declaration_and_says_so() -> None:
    texts = ["大竹溪村委会", "农房"]
    found = decode([Column([t.encode() for t in texts])], [_GBK])
    assert found.columns[0] == texts
    assert found.encoding.name == "utf-8"
    assert any("GBK" in note for note in found.notes)


def test_declaration_that_does_not_decode_falls_through_with_a_note() -> None:
    cells = ["大竹溪村农房甄一一".encode("gbk")] * 3
    found = decode([Column(cells)], [Declared("utf-8", " .cpg 文件", 25.0)])
    assert found.encoding.name == "gb18030"
    assert any(".cpg" in note for note in found.notes)


def test_latin_declaration_does_not_turn_chinese_into_accents() -> None:
    cells = ["大竹溪村农房甄一一砖混结构".encode("gbk")] * 5
    found = decode([Column(cells)], [Declared("cp1252", " .cpg 文件", 18.0)])
    assert found.columns[0][0] == "大竹溪村农房甄一一砖混结构"
    assert not found.encoding.certain


def test_declared_latin_text_stays_latin() -> None:
    texts, found = _decode(["México".encode("cp1252")], Declared("cp1252", " .cpg 文件", 18.0))
    assert texts == ["México"]
    assert found.certain


def test_declared_rare_characters_are_believed() -> None:
    texts, found = _decode(["㙍".encode("gb18030")], _GBK)
    assert texts == ["㙍"]
    assert found.certain


@pytest.mark.parametrize("codec", ["gb18030", "utf-8"])
def test_half_a_character_at_the_end_of_a_full_cell_is_dropped_and_said(codec: str) -> None:
    whole = "大竹溪村农房".encode(codec)
    found = decode([Column([whole, whole[:-1]], width=len(whole) - 1)], [Declared(codec, "", 25.0)])
    assert found.columns[0] == ["大竹溪村农房", "大竹溪村农"]
    assert found.cut == ((0, 1),)


def test_rare_characters_of_names_survive() -> None:
    texts = ["甄𠮷一", "甄㙍二", "大竹溪村农房"]
    assert _decode([t.encode("gb18030") for t in texts], _GBK)[0] == texts
    assert _decode([t.encode() for t in texts])[0] == texts


def test_chosen_encoding_is_followed_and_bad_cells_are_lost_singly() -> None:
    cells = ["农房".encode("gbk")] * 40 + [b"\xff\xff"]
    found = decode([Column(cells)], (), "GBK")
    assert found.columns[0][:2] == ["农房", "农房"]
    assert found.lost == ((0, 40),)


@pytest.mark.parametrize("chosen", ["UTF-8", "不存在"])
def test_chosen_encoding_that_does_not_fit_is_refused(chosen: str) -> None:
    with pytest.raises(InputRefused):
        decode([Column(["大竹溪村".encode("gbk")] * 5)], (), chosen)


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(EncodingUnclear):
        _decode([bytes(range(0x80, 0x100)) * 3])


@pytest.mark.parametrize(
    ("said", "codec"),
    [
        *[("UTF-8", "utf-8"), ("65001", "utf-8"), ("GB2312", "gb18030"), ("CP936", "gb18030")],
        *[("OEM 936", "gb18030"), ("Big5", "cp950"), ("1251", "cp1251"), ("ISO-8859-1", "cp1252")],
        *[("ISO 8859-2", "iso8859-2"), ("utf-16", None), ("rot13", None), ("hex", None), ("", None)],
    ],
)
def test_names_of_encodings_are_understood(said: str, codec: str | None) -> None:
    assert codec_named(said) == codec
