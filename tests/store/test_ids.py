"""Row ids that two laptops never give twice."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingqing.store import ids
from mingqing.store.ids import new_ids


@given(st.lists(st.integers(0, 50), min_size=1, max_size=20))
def test_ids_of_one_process_rise_and_fit_in_63_bits(counts: list[int]) -> None:
    given_ids = [i for count in counts for i in new_ids(count)]
    assert given_ids == sorted(set(given_ids))
    assert all(0 < i < 2**63 for i in given_ids)


def test_a_clock_set_back_gives_no_id_again(monkeypatch: pytest.MonkeyPatch) -> None:
    (before,) = new_ids(1)
    monkeypatch.setattr(ids.time, "time_ns", lambda: 1_600_000_000_000_000_000)
    (after,) = new_ids(1)
    assert after == before + 1


def test_computers_whose_clock_stands_before_all_ids_share_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ids.time, "time_ns", lambda: 946_684_800 * 10**9)  # 2000: an empty battery
    found = set()
    for _ in range(20):
        monkeypatch.setattr(ids, "_last", 0)  # another computer, or the program started again
        found |= set(new_ids(3))
    assert len(found) == 60
    assert all(0 < i < 2**63 for i in found)


def test_ids_last_until_2089(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ids, "_last", 0)
    monkeypatch.setattr(ids.time, "time_ns", lambda: 3_750_000_000 * 10**9)  # October 2088
    assert new_ids(1)[0] < 2**63


def test_two_processes_that_start_together_share_no_id() -> None:
    code = "from mingqing.store.ids import new_ids\nprint([i for _ in range(20) for i in new_ids(3)])"
    running = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    one, two = (set(eval(process.communicate()[0])) for process in running)  # noqa: S307
    assert len(one | two) == 120
