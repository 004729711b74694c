"""The chain of the log: whole it says nothing; whatever is taken out, moved, altered or added is named."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mingqing.access.audit import Act, Entry, broken_links, entry_hash, title_of

Chain = list[tuple[Entry, bytes]]


def chain_of(length: int) -> Chain:
    chain: Chain = []
    previous = b""
    for seq in range(1, length + 1):
        entry = Entry(seq, f"2026-01-01T00:00:{seq:02}+08:00", "甲", Act.EDIT, "农房", seq, "done", "", "")
        previous = entry_hash(previous, entry)
        chain.append((entry, previous))
    return chain


def head_of(chain: Sequence[tuple[Entry, bytes]]) -> tuple[int, bytes]:
    return (chain[-1][0].seq, chain[-1][1]) if chain else (0, b"")


def problems(chain: Sequence[tuple[Entry, bytes]], head: tuple[int, bytes]) -> list[str]:
    return list(broken_links(chain, head))


@given(st.integers(0, 12))
def test_a_whole_log_has_nothing_wrong(length: int) -> None:
    chain = chain_of(length)
    assert problems(chain, head_of(chain)) == []


@given(st.integers(1, 12), st.data())
def test_entries_taken_out_are_named(length: int, data: st.DataObject) -> None:
    chain = chain_of(length)
    first = data.draw(st.integers(1, length))
    last = data.draw(st.integers(first, length))
    left = [(e, h) for e, h in chain if not first <= e.seq <= last]
    named = f"第 {first} 条被删除" if first == last else f"第 {first} 到第 {last} 条被删除"
    assert problems(left, head_of(chain)) == [named]


@given(st.integers(1, 8), st.data())
def test_an_altered_entry_is_named_with_what_it_says_now(length: int, data: st.DataObject) -> None:
    chain = chain_of(length)
    at = data.draw(st.integers(0, length - 1))
    entry, digest = chain[at]
    changes = {
        "at": "2020",
        "account": "乙",
        "act": "login",
        "target": "x",
        "rows": None,
        "outcome": "refused",
    }
    part, value = data.draw(st.sampled_from([*changes.items(), ("detail", "x"), ("proof", "x")]))
    chain[at] = (replace(entry, **{part: value}), digest)  # type: ignore[arg-type]
    (problem,) = problems(chain, head_of(chain))
    assert f"第 {entry.seq} 条被改动或调换过" in problem
    assert chain[at][0].account in problem


@given(st.integers(2, 8), st.data())
def test_entries_changed_about_are_named(length: int, data: st.DataObject) -> None:
    chain = chain_of(length)
    a, b = data.draw(st.lists(st.integers(0, length - 1), min_size=2, max_size=2, unique=True))
    moved = {a: b, b: a}
    swapped = [
        (replace(chain[moved.get(i, i)][0], seq=i + 1), chain[moved.get(i, i)][1]) for i in range(length)
    ]
    found = "".join(problems(swapped, head_of(chain)))
    assert f"第 {a + 1} 条被改动" in found
    assert f"第 {b + 1} 条被改动" in found


@given(st.integers(0, 8), st.integers(-1, 12))
def test_an_entry_added_without_the_head_is_noticed(length: int, seq: int) -> None:
    chain = chain_of(length)
    assume(seq not in range(1, length + 1))
    added = Entry(seq, "2026", "甲", Act.EDIT, "", 1, "done", "", "")
    previous = chain[-1][1] if seq > length and chain else b""
    with_it = sorted([*chain, (added, entry_hash(previous, added))], key=lambda link: link[0].seq)
    assert problems(with_it, head_of(chain)) != []


@given(st.integers(1, 8), st.binary(max_size=40))
def test_another_head_is_noticed(length: int, digest: bytes) -> None:
    chain = chain_of(length)
    assume(digest != chain[-1][1])
    assert problems(chain, (length, digest)) != []
    assert problems(chain, (length - 1, chain[-1][1])) != []


def test_a_part_moved_into_the_next_one_is_another_entry() -> None:
    entry = Entry(1, "2026", "甲", Act.EDIT, "ab", 1, "done", "c", "")
    assert entry_hash(b"", entry) != entry_hash(b"", replace(entry, target="a", detail="bc"))


@pytest.mark.parametrize("act", Act)
def test_every_act_has_a_chinese_name(act: Act) -> None:
    assert all("一" <= letter <= "鿿" for letter in act.caption)
    assert title_of(act.value) == act.caption


def test_an_act_of_a_newer_program_is_shown_as_it_is() -> None:
    assert title_of("teleport") == "teleport"
