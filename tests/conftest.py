"""What every test may use: no display needed, no thread left behind, the sample project, other people's files."""

import gc
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import settings
from PySide6.QtCore import QCoreApplication

from mingqing.access import keyring
from mingqing.access.policy import Policy
from mingqing.core.files import data_dir, user_dir
from mingqing.core.sample import PASSWORD, USER
from mingqing.ingest.run import import_paths
from mingqing.store.project import create_project, open_project
from mingqing.store.session import Session

ROOT = Path(__file__).resolve().parent.parent
_THREAD_ENDS_S = 3.0

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# A developer's run looks for new examples each time; on CI a change is judged by the same examples as the last one.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")


# Files of few tests that take long: begun last, one of them would keep one worker busy when the other has done.
_FIRST = {
    "test_architecture",
    "test_demo",
    "test_generator_is_deterministic",
    "test_hostile",
    "test_interrupted",
    "test_killed_while_editing",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.stem not in _FIRST)


def pytest_collection_finish() -> None:
    """Let what collecting made be: it lives to the end, and looking for garbage in it took a tenth of every test."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def settings_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What this user of the computer has chosen and seen stays out of the tests, and the tests out of it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MINGQING_SETTINGS", str(tmp_path_factory.mktemp("settings")))
        yield


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """Passwords that tests set take no time to check: every slot says itself what it costs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keyring, "_OPS", 1)
        patch.setattr(keyring, "_MEMORY", 8192)
        yield


@pytest.fixture(autouse=True)
def a_computer_that_has_seen_no_project() -> None:
    """Forget the projects of other tests: the next copy of the same one would count as put back to an older state."""
    (user_dir() / "seen.json").unlink(missing_ok=True)


@pytest.fixture(scope="session", autouse=True)
def one_application(qapp: QCoreApplication) -> QCoreApplication:
    """The one Qt application of this process: with widgets, before any test that only draws makes one without."""
    return qapp


@pytest.fixture(autouse=True)
def no_thread_left_behind() -> Iterator[None]:
    """Fail a test that returns while a thread it started still runs.

    Threads of wider fixtures were there before. Qt's own threads show up as dummies and are never unlisted.
    """
    before = set(threading.enumerate())
    yield
    end = time.monotonic() + _THREAD_ENDS_S
    while (left := _started_since(before)) and time.monotonic() < end:
        left[0].join(0.05)
    assert not left, f"threads left behind: {left}"


def _started_since(before: set[threading.Thread]) -> list[threading.Thread]:
    now = set(threading.enumerate()) - before
    return [t for t in now if t.is_alive() and not isinstance(t, threading._DummyThread)]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of other people's files, which are not part of this repository."""
    named = os.environ.get("MINGQING_SHARED")
    places = [Path(named)] if named else [p / "shared" / "data" for p in ROOT.parents]
    for place in places:
        if (place / "hostile").is_dir():
            return place
    pytest.skip("other people's files are absent: set MINGQING_SHARED to the folder that holds hostile/")


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of the three sample villages, to be read only."""
    return data_dir("data_samples") / "三村"


@pytest.fixture(scope="session")
def sample_project_once(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample villages imported once, for tests that only read. Account: `USER`, `PASSWORD` of `core.sample`."""
    path = tmp_path_factory.mktemp("samples") / "三村.mingqing"
    with create_project(path, "三村", user=USER, password=PASSWORD) as session:
        import_paths(session, [samples])
    return path


@pytest.fixture
def sample_project(sample_project_once: Path, tmp_path: Path) -> Path:
    """A copy of the sample project, to be written to or broken."""
    return shutil.copytree(sample_project_once, tmp_path / sample_project_once.name)


@pytest.fixture
def sample_session(sample_project_once: Path) -> Iterator[Session]:
    """A session of the sample project, for tests that only read."""
    with open_project(sample_project_once, user=USER, password=PASSWORD) as session:
        yield session


@pytest.fixture(scope="session")
def empty_project_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty project. Account as above."""
    path = tmp_path_factory.mktemp("empty") / "空项目.mingqing"
    create_project(path, "空项目", user=USER, password=PASSWORD).close()
    return path


@pytest.fixture
def empty_project(empty_project_once: Path, tmp_path: Path) -> Path:
    """A copy of the empty project, to be written to or broken."""
    return shutil.copytree(empty_project_once, tmp_path / empty_project_once.name)


@pytest.fixture
def session(empty_project: Path) -> Iterator[Session]:
    """A session of an empty project."""
    with open_project(empty_project, user=USER, password=PASSWORD) as opened:
        yield opened


@pytest.fixture
def display() -> Iterator[str]:
    """A screen of our own that nobody sees, by its X name; for a process that really opens a window."""
    server = shutil.which("Xvfb")
    if server is None:
        pytest.skip("Xvfb is not installed")
    reading, writing = os.pipe()
    process = subprocess.Popen(
        [server, "-displayfd", str(writing), "-screen", "0", "1366x768x24", "-nolisten", "tcp"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as stream:
            yield f":{stream.readline().strip()}"
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def as_role(sample_project: Path) -> Iterator[Callable[..., Session]]:
    """Open a copy of the sample project as somebody of a role, bound to villages where some are given."""
    opened = [open_project(sample_project, user=USER, password=PASSWORD)]

    def login(role: str, *villages: str) -> Session:
        info, catalog, login = opened[0].info, opened[0].catalog, opened[0].login
        policy = Policy.of((role,), villages or None, catalog)
        opened.append(Session(info, catalog, replace(login, policy=policy)))
        return opened[-1]

    yield login
    for session in opened:
        session.close()
