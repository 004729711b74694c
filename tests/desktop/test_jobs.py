"""Work leaves the UI thread and comes back to it; nothing is left behind."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from mingqing.core.errors import Cancelled, InputRefused
from mingqing.desktop.jobs import DrawJob, Job, Jobs, ReadJob, WriteJob


class FakeSession:
    """Counts its clones and who closed."""

    def __init__(self, log: list[str], name: str = "master") -> None:
        self.log, self.name = log, name

    def clone(self) -> "FakeSession":
        return FakeSession(self.log, threading.current_thread().name)

    def close(self) -> None:
        self.log.append(f"{self.name} closed by {threading.current_thread().name}")


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[Jobs]:
    made = Jobs()
    yield made
    made.close()


def test_work_runs_elsewhere_and_its_result_arrives_on_the_ui_thread(qtbot: QtBot, jobs: Jobs) -> None:
    seen: list[Any] = []
    jobs.start(
        ReadJob(
            lambda _s, _j: threading.current_thread().name,
            done=lambda name: seen.append((name, threading.current_thread())),
        )
    )
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == [("mingqing-read", threading.main_thread())]


def test_lanes_do_not_wait_for_each_other(qtbot: QtBot, jobs: Jobs) -> None:
    seen: list[Any] = []
    gate = threading.Event()
    jobs.start(WriteJob(lambda _s, _j: gate.wait(10), done=lambda _: seen.append("write")))
    jobs.start(ReadJob(lambda _s, _j: None, done=lambda _: seen.append("read")))
    qtbot.waitUntil(lambda: seen == ["read"])
    gate.set()
    qtbot.waitUntil(lambda: seen == ["read", "write"])


def test_a_later_job_takes_the_place_of_the_one_before(qtbot: QtBot, jobs: Jobs) -> None:
    seen: list[Any] = []
    begun = threading.Event()

    def slow(_session: object, job: Job[Any]) -> str:
        begun.set()
        while not job.cancelled():
            pass
        return "old"

    jobs.start(DrawJob(slow, done=seen.append, topic="draw"))
    assert begun.wait(5)
    jobs.start(DrawJob(lambda _s, _j: "new", done=seen.append, topic="draw"))
    qtbot.waitUntil(lambda: not jobs.busy())
    qtbot.wait(20)
    assert seen == ["new"]


def test_a_refusal_goes_to_the_job_or_to_everyone(qtbot: QtBot, jobs: Jobs) -> None:
    seen: list[Any] = []

    def refuse(_session: object, _job: object) -> None:
        raise InputRefused("请换个文件")

    jobs.start(ReadJob(refuse, done=seen.append, failed=lambda e: seen.append(f"job: {e}")))
    qtbot.waitUntil(lambda: seen == ["job: 请换个文件"])
    with qtbot.waitSignal(jobs.refused) as signal:
        jobs.start(ReadJob(refuse, done=seen.append))
    assert [str(error) for error in signal.args] == ["请换个文件"]


def test_a_bug_is_reported_and_the_lane_goes_on(qtbot: QtBot, jobs: Jobs) -> None:
    with qtbot.waitSignal(jobs.crashed) as signal:
        jobs.start(ReadJob(lambda _s, _j: 1 // 0, done=lambda _: None))
    assert isinstance(signal.args[0], ZeroDivisionError)
    seen: list[Any] = []
    jobs.start(ReadJob(lambda _s, _j: "still here", done=seen.append))
    qtbot.waitUntil(lambda: seen == ["still here"])


@pytest.mark.parametrize("when", ["before it starts", "while it runs"])
def test_a_cancelled_job_says_so(qtbot: QtBot, jobs: Jobs, when: str) -> None:
    seen: list[Any] = []
    gate, begun = threading.Event(), threading.Event()

    def work(_session: object, job: Job[Any]) -> None:
        begun.set()
        while not job.cancelled():
            pass
        raise Cancelled("停")

    if when == "before it starts":
        jobs.start(WriteJob(lambda _s, _j: gate.wait(10), done=lambda _: None))
    job = jobs.start(WriteJob(work, done=seen.append, failed=lambda e: seen.append(type(e))))
    if when == "while it runs":
        assert begun.wait(5)
    job.cancel()
    gate.set()
    qtbot.waitUntil(lambda: seen == [Cancelled])


def test_progress_arrives_in_order(qtbot: QtBot, jobs: Jobs) -> None:
    seen: list[Any] = []

    def work(_session: object, job: Job[Any]) -> None:
        for n in range(3):
            job.progress("农房", n, 3)

    jobs.start(WriteJob(work, done=lambda _: seen.append("done"), progressed=lambda *args: seen.append(args)))
    qtbot.waitUntil(lambda: "done" in seen)
    assert seen == [("农房", 0, 3), ("农房", 1, 3), ("农房", 2, 3), "done"]


def test_each_lane_closes_its_own_session_when_the_project_changes(qtbot: QtBot, jobs: Jobs) -> None:
    log: list[str] = []
    jobs.use(FakeSession(log))
    names: list[str] = []
    for kind in (ReadJob, DrawJob):
        jobs.start(kind(lambda s, _j: s.name, done=names.append))
    qtbot.waitUntil(lambda: len(names) == 2)
    assert sorted(names) == ["mingqing-draw", "mingqing-read"]
    jobs.use(None)
    qtbot.waitUntil(lambda: len(log) == 3)
    assert sorted(log) == [
        "master closed by MainThread",
        "mingqing-draw closed by mingqing-draw",
        "mingqing-read closed by mingqing-read",
    ]


def test_closing_stops_what_is_under_way_and_drops_it(qtbot: QtBot) -> None:
    seen: list[Any] = []
    jobs, begun = Jobs(), threading.Event()

    def work(_session: object, job: Job[Any]) -> None:
        begun.set()
        while not job.cancelled():
            pass

    jobs.start(ReadJob(work, done=seen.append))
    assert begun.wait(5)
    jobs.close()
    qtbot.wait(20)
    assert seen == []
    assert not jobs.busy()


def test_nothing_begins_after_closing(qtbot: QtBot, jobs: Jobs) -> None:
    seen: list[Any] = []
    jobs.close()
    job = jobs.start(ReadJob(lambda _s, _j: "late", done=seen.append))
    qtbot.wait(20)
    assert job.cancelled()
    assert seen == []
