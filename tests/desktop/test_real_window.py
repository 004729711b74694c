"""One run in a real window on a real X server: it appears, takes keys and the wheel, and shows a map."""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from .conftest import PASSWORD, USER

SCRIPT = textwrap.dedent(
    """
    import json, sys
    from pathlib import Path
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QGuiApplication
    from PySide6.QtTest import QTest
    from mingqing.desktop.application import application, make_window

    project, user, password, shot = sys.argv[1:]
    def wait_until(true):
        for _ in range(400):
            if true():
                return
            QTest.qWait(50)
        sys.exit("waited in vain")

    app, window = application(), make_window()
    window.show()
    assert QTest.qWaitForWindowExposed(window)
    window.open_now(Path(project), user, password)
    canvas = window.explorer.canvas
    wait_until(lambda: window.session is not None and canvas.at_rest)
    before = canvas.view.scale
    QTest.keyClick(canvas, Qt.Key.Key_Plus)
    QTest.mouseClick(window.explorer.rail.button_of("disaster"), Qt.MouseButton.LeftButton)
    wait_until(lambda: canvas.at_rest)
    QTest.qWait(100)
    window.screen().grabWindow(0).save(shot)
    print(json.dumps({
        "platform": QGuiApplication.platformName(),
        "zoomed": canvas.view.scale < before,
        "theme": window.explorer.theme,
    }))
    window.close()
    """
)


@pytest.mark.window
def test_the_window_shows_a_map_on_a_real_display(display: str, project: Path, tmp_path: Path) -> None:
    shot = tmp_path / "screen.png"
    environment = {k: v for k, v in os.environ.items() if k not in {"QT_QPA_PLATFORM", "WAYLAND_DISPLAY"}}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, project, USER, PASSWORD, shot],
        env=environment | {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "MINGQING_SETTINGS": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    if "Could not load the Qt platform plugin" in done.stderr:
        pytest.skip("Qt's X11 libraries (libxcb-cursor0) are not installed")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"platform": "xcb", "zoomed": True, "theme": "disaster"}
    from PySide6.QtGui import QImage

    image = QImage(str(shot))
    colours = {image.pixel(x, y) for x in range(400, 1300, 9) for y in range(100, 700, 9)}
    assert image.width() == 1366
    assert len(colours) > 5
