"""`demo`: the sample villages, six maps, and a window only where one can be seen."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mingqing.cli.demo import has_display

_SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
_STAYS_OPEN_S = 6


def _demo(out: Path, **screens: str) -> "subprocess.Popen[str]":
    environment = {k: v for k, v in os.environ.items() if k not in _SCREENS}
    return subprocess.Popen(
        [sys.executable, "-m", "mingqing", "demo", "--out", out],
        env=environment | screens | {"PYTHONUNBUFFERED": "1", "MINGQING_SETTINGS": str(out)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_without_a_display_six_pictures_are_drawn_and_named(tmp_path: Path) -> None:
    running = _demo(tmp_path)
    printed, _ = running.communicate(timeout=120)
    assert running.returncode == 0
    assert "没有显示器" in printed
    pictures = [Path(line.strip()) for line in printed.splitlines() if line.endswith(".png")]
    assert len(pictures) == 6
    assert all(p.read_bytes().startswith(b"\x89PNG") for p in pictures)


@pytest.mark.window
def test_with_a_display_the_window_opens_and_stays(display: str, tmp_path: Path) -> None:
    running = _demo(tmp_path, DISPLAY=display)
    try:
        assert running.stdout is not None
        assert any("正在打开窗口" in line for line in running.stdout)
        with pytest.raises(subprocess.TimeoutExpired):
            running.wait(_STAYS_OPEN_S)
    finally:
        os.killpg(running.pid, signal.SIGTERM)
        running.communicate(timeout=20)


@pytest.mark.parametrize(
    ("screens", "shown"),
    [
        ({}, False),
        ({"DISPLAY": ":0"}, True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, True),
        ({"DISPLAY": ":0", "QT_QPA_PLATFORM": "offscreen"}, False),
    ],
)
def test_a_display_is_what_a_person_can_see(
    screens: dict[str, str], monkeypatch: pytest.MonkeyPatch, *, shown: bool
) -> None:
    for name in _SCREENS:
        monkeypatch.delenv(name, raising=False)
    for name, value in screens.items():
        monkeypatch.setenv(name, value)
    assert has_display() is shown
