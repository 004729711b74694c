"""A run is cancelled, paused, killed: what is done is kept, nobody is left behind, and the next one goes on."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from mingqing.core.watch import Watch
from mingqing.printing.atlas.kept import Shelf, waiting
from mingqing.printing.atlas.pace import Pace
from mingqing.printing.atlas.plan import State, plan
from mingqing.printing.wall.asked import Asked
from mingqing.store.session import Session

from . import fakes, killing
from .conftest import VILLAGES, Atlas

ROOT = Path(__file__).parents[3]
_GONE_S = 10.0


def test_a_run_that_is_cancelled_keeps_what_was_drawn(atlas: Atlas, folder: Path) -> None:
    done = [0]
    watch = Watch(lambda _text, n, _all: done.append(n), lambda: done[-1] >= 2)
    outcome = atlas(fakes.Slow, watch=watch)
    assert 2 <= outcome.maps < 6
    assert len(list(folder.glob("*.pdf"))) == outcome.maps
    assert outcome.stopped.startswith("已停下")
    left, _ = waiting(folder) or ((), None)
    assert len(left) == 6 - outcome.maps
    assert atlas().maps == 6
    assert waiting(folder) is None


def test_ctrl_c_is_a_cancel(atlas: Atlas, folder: Path) -> None:
    def interrupt(_text: str, done: int, _all: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    outcome = atlas(fakes.Slow, watch=Watch(interrupt))
    assert outcome.stopped.startswith("已停下")
    assert outcome.maps == len(list(folder.glob("*.pdf"))) == 2


def test_nothing_more_is_begun_while_it_is_paused(atlas: Atlas) -> None:
    told: list[str] = []
    asked = [0]

    def paused() -> bool:
        """From the first map on, for a while."""
        asked[0] += bool(fakes.noted("drawn"))
        return 0 < asked[0] < 30

    def progress(text: str, done: int, _all: int) -> None:
        told.append(text)
        if "已暂停" in text:
            assert done <= 2  # the village at hand is finished

    outcome = atlas(fakes.Slow, watch=Watch(progress), paused=paused)
    assert outcome.maps == 6
    assert any("已暂停" in text for text in told)
    assert "已暂停" not in told[-1]


def test_what_was_killed_is_gone_on_with(
    villages: Session, folder: Path, notes: Path, wanted: list[Asked], monkeypatch: pytest.MonkeyPatch
) -> None:
    """kill -9 at different moments; `atlas.json` is whole each time, and no worker goes on by itself."""
    command = [sys.executable, "-m", killing.__name__, villages.info.path, folder, *VILLAGES]
    for files in (0, 1, 4):
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            process.stdout.readline()
            _wait_for(lambda n=files: len(fakes.noted("drawn")) >= n)
            process.kill()
        _wait_for(lambda: not any(map(_runs, fakes.noted("pid"))))
        shelf = Shelf.of(folder)
        for each in plan(villages, wanted, shelf, shelf.options).maps:
            there = (folder / f"{each.name}.pdf").exists()
            assert each.state in ({State.CURRENT, State.ABSENT} if there else {State.ABSENT})
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert said.splitlines()[-1].startswith("6 ")
    assert not list(folder.glob(".*.tmp"))


def _runs(pid: str) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def _wait_for(condition: object) -> None:
    end = time.monotonic() + _GONE_S
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.02)


def test_the_time_that_is_left_is_told_from_what_was_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("mingqing.printing.atlas.pace.monotonic", lambda: now[0])
    told: list[tuple[str, int, int]] = []
    pace, watch = Pace(60, 40), Watch(lambda *said: told.append(said))
    pace.tell(watch, ["上村"], paused=False)
    for _ in range(20):
        now[0] += 10
        pace.one_done()
        pace.tell(watch, ["上村", "下村"], paused=False)
    assert told[0] == ("正在画：上村", 40, 100)
    assert told[-1] == ("正在画：上村、下村 · 还要约 7 分钟", 60, 100)
    now[0] += 100_000
    pace.tell(watch, [], paused=True)
    assert told[-1][0] == "已暂停"
    assert pace.remaining_s == pytest.approx(400)
