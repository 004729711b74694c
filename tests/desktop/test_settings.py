"""What the window remembers survives a restart, a broken file and a full disk."""

from pathlib import Path

import pytest

from mingqing.desktop.look.theme import Appearance
from mingqing.desktop.settings import Recent, Settings


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MINGQING_SETTINGS", str(tmp_path))
    return tmp_path


def test_settings_are_read_back_as_written(folder: Path) -> None:
    project = folder / "竹源乡.mingqing"
    project.mkdir()
    settings = Settings.load()
    settings.appearance = "dark"
    settings.opened(project, "甄一一")
    settings.visited(project, "331124204203")
    again = Settings.load()
    assert again.look is Appearance.DARK
    assert again.existing_recent() == [Recent(project, "甄一一", "331124204203")]


def test_opening_again_keeps_the_village_and_comes_first(folder: Path) -> None:
    settings = Settings.load()
    settings.opened(folder / "一", "甲")
    settings.visited(folder / "一", "331124204203")
    settings.opened(folder / "二", "乙")
    assert settings.opened(folder / "一", "丙") == Recent(folder / "一", "丙", "331124204203")
    assert [r.path.name for r in settings.recent] == ["一", "二"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"appearance": "dark"}', '{"recent": 3}'])
def test_a_broken_file_is_forgotten(folder: Path, text: str) -> None:
    (folder / "window.json").write_text(text, encoding="utf-8")
    assert Settings.load().recent == []


def test_a_folder_that_cannot_be_written_is_no_reason_to_stop(folder: Path) -> None:
    blocked = folder / "file"
    blocked.write_text("", encoding="utf-8")
    settings = Settings(path=blocked / "window.json")
    settings.opened(folder, "甲")
    assert settings.recent[0].user == "甲"


def test_an_unknown_appearance_follows_the_system(folder: Path) -> None:
    assert Settings(appearance="sepia").look is Appearance.SYSTEM
