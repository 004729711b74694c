"""Pictures in a form and on a card: taken in from files, drops and the clipboard, seen small and large, taken away."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from mingqing.catalog.values import MOST_PHOTOS
from mingqing.core.errors import InputRefused
from mingqing.desktop.conditions.relations import relations
from mingqing.desktop.jobs import Jobs
from mingqing.desktop.photos.album import decoded
from mingqing.desktop.photos.field import PhotoField
from mingqing.desktop.photos.strip import TILE, PhotoStrip
from mingqing.desktop.photos.viewer import PhotoViewer
from mingqing.desktop.table.columns import Column
from mingqing.desktop.window import MainWindow
from mingqing.store import attachments
from mingqing.store.bulk import changeable
from mingqing.store.edit import edit
from mingqing.store.project import open_project
from mingqing.store.session import Session
from tests.pictures import HERE, picture, shot

from .conftest import PASSWORD, USER


@pytest.fixture
def jobs(session: Session, qtbot: QtBot) -> Iterator[Jobs]:
    made = Jobs()
    made.use(session.clone())
    yield made
    made.close()


@pytest.fixture
def field(jobs: Jobs, session: Session, qtbot: QtBot) -> Iterator[PhotoField]:
    """The field of a house that is not saved yet, in a window of its own."""
    window = QWidget()
    window.resize(500, 400)
    made = PhotoField(jobs, session.catalog.tables["house"].field_by_name["photos"], window)
    made.resize(500, 400)
    qtbot.addWidget(window)
    window.show()
    made.show_row("house", None, None)
    yield made
    window.close()  # held until here


def files(folder: Path, *contents: bytes) -> list[Path]:
    made = [folder / f"照片{number}.jpg" for number in range(len(contents))]
    for file, content in zip(made, contents, strict=True):
        file.write_bytes(content)
    return made


def taken_in(field: PhotoField, qtbot: QtBot) -> tuple[str, ...]:
    qtbot.waitUntil(lambda: not field.busy)
    return field.strip.names


# ── Taking in ────────────────────────────────────────────────────────────────────────────────────────────────


def test_pictures_from_files_are_kept_and_shown_in_their_order(
    field: PhotoField, session: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(field.changed):
        field.add_files(files(tmp_path, picture(1), picture(2)))
    names = taken_in(field, qtbot)
    assert names == (attachments.photo_id(shot(1).jpeg), attachments.photo_id(shot(2).jpeg))
    assert field.value == "、".join(names)
    assert all(tile.filled for tile in field.strip.tiles)
    with attachments.opened(session) as database:
        assert attachments.names_in(database) == set(names)


def test_what_is_no_picture_is_said_and_the_others_are_taken(
    field: PhotoField, tmp_path: Path, qtbot: QtBot
) -> None:
    field.add_files(files(tmp_path, b"", picture(1), b"\0\0\0\x18ftypheic" + bytes(40)))
    assert len(taken_in(field, qtbot)) == 1
    assert "照片0.jpg 是空文件" in field.said
    assert "HEIC" in field.said
    field.add_files(files(tmp_path, picture(2)))
    taken_in(field, qtbot)
    assert field.said == ""


def test_the_same_picture_twice_is_there_once(field: PhotoField, tmp_path: Path, qtbot: QtBot) -> None:
    field.add_files(files(tmp_path, picture(1), picture(1)))
    assert len(taken_in(field, qtbot)) == 1
    assert "已经有了" in field.said


def test_no_more_pictures_than_there_may_be(field: PhotoField, tmp_path: Path, qtbot: QtBot) -> None:
    field.add_files(files(tmp_path, *(picture(n) for n in range(MOST_PHOTOS + 2))))
    assert len(taken_in(field, qtbot)) == MOST_PHOTOS
    assert "最多放 30 张" in field.said
    assert not field.adding.isEnabled()


def test_a_screenshot_is_pasted_and_files_are_dropped(
    field: PhotoField, tmp_path: Path, qtbot: QtBot
) -> None:
    image = QImage(300, 200, QImage.Format.Format_RGB32)
    image.fill(QColor("red"))
    QApplication.clipboard().setImage(image)
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert len(taken_in(field, qtbot)) == 1
    dropped = QMimeData()
    dropped.setUrls([QUrl.fromLocalFile(str(f)) for f in files(tmp_path, picture(1), picture(2))])
    assert field.paste(dropped)
    assert len(taken_in(field, qtbot)) == 3
    text = QMimeData()
    text.setText("不是照片")
    assert not field.paste(text)


def test_another_row_gets_nothing_of_what_was_still_under_way(
    field: PhotoField, jobs: Jobs, tmp_path: Path, qtbot: QtBot
) -> None:
    field.add_files(files(tmp_path, picture(1), picture(2), picture(3)))
    field.show_row("house", None, None)
    qtbot.waitUntil(lambda: not jobs.busy())
    assert field.strip.names == ()
    assert field.value is None


def test_a_form_that_is_gone_is_not_called_back(
    field: PhotoField, jobs: Jobs, tmp_path: Path, qtbot: QtBot
) -> None:
    crashed: list[Exception] = []
    jobs.crashed.connect(crashed.append)
    field.add_files(files(tmp_path, picture(1), picture(2)))
    field.deleteLater()
    qtbot.waitUntil(lambda: not jobs.busy())
    assert crashed == []


# ── The row ──────────────────────────────────────────────────────────────────────────────────────────────────


def with_house(session: Session, *seeds: int) -> tuple[int, str]:
    names = "、".join(attachments.put(session, shot(n).jpeg, shot(n).thumbnail) for n in seeds)
    house = int(str(session.rows("house", ["id"], where={"house_no": "0F0"})[0][0]))
    with edit(session, "添加照片") as e:
        e.change("house", house, {"photos": names})
    return house, names


def test_the_pictures_of_a_row_are_shown_and_one_is_taken_away(
    field: PhotoField, session: Session, qtbot: QtBot
) -> None:
    house, names = with_house(session, 1, 2, 3)
    field.show_row("house", house, names)
    qtbot.waitUntil(lambda: all(tile.filled for tile in field.strip.tiles))
    remover = field.strip.tiles[1].findChild(QToolButton)
    assert remover is not None
    with qtbot.waitSignal(field.changed):
        remover.click()
    first, _, third = names.split("、")
    assert field.value == f"{first}、{third}"


def test_a_picture_that_is_lost_is_shown_as_lost(field: PhotoField, session: Session, qtbot: QtBot) -> None:
    house, names = with_house(session, 1, 2)
    attachments.forget(session, [names.split("、")[0]])
    field.show_row("house", house, names)
    qtbot.waitUntil(lambda: field.strip.tiles[1].filled)
    assert not field.strip.tiles[0].filled
    assert "不在项目里" in field.strip.tiles[0].toolTip()


def test_the_place_where_a_picture_was_taken_is_offered_with_its_distance(
    field: PhotoField, tmp_path: Path, qtbot: QtBot
) -> None:
    east = HERE[0] + 12 / (111_320 * 0.881)  # 12 m at 28.25° N
    field.show_row("house", None, None, (east, HERE[1]))
    field.add_files(files(tmp_path, picture(1, lonlat=HERE)))
    taken_in(field, qtbot)
    assert not field.offer.isHidden()
    assert "离现在的位置 12 米" in field._where.text()
    with qtbot.waitSignal(field.located) as located:
        field.using.click()
    assert located.args == [pytest.approx(HERE, abs=1e-6)]
    assert field.offer.isHidden()


def test_nothing_is_offered_of_a_picture_that_says_no_place_or_is_taken_away_again(
    field: PhotoField, tmp_path: Path, qtbot: QtBot
) -> None:
    field.add_files(files(tmp_path, picture(1)))
    taken_in(field, qtbot)
    assert field.offer.isHidden()
    field.add_files(files(tmp_path, picture(2, lonlat=HERE)))
    taken_in(field, qtbot)
    assert field._where.text() == "照片里有拍摄位置"
    field.strip.removed.emit(1)
    assert field.offer.isHidden()


# ── Seen large ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def viewer(qtbot: QtBot) -> Iterator[PhotoViewer]:
    window = QWidget()
    window.resize(800, 600)
    qtbot.addWidget(window)
    window.show()
    images = {name: QImage(400 + n, 300, QImage.Format.Format_RGB32) for n, name in enumerate("甲乙")}

    def bring(name: str, done: object, failed: object) -> None:
        if name in images:
            done(images[name])  # type: ignore[operator]
        else:
            failed(InputRefused("这张照片已经不在项目里"))  # type: ignore[operator]

    yield PhotoViewer(window, ["甲", "乙", "丙"], 0, bring)
    window.close()  # held until here


def width_of(viewer: PhotoViewer) -> int:
    return 0 if viewer.image is None else viewer.image.width()


def test_arrows_turn_to_the_next_and_round_to_the_first(viewer: PhotoViewer, qtbot: QtBot) -> None:
    assert width_of(viewer) == 400
    qtbot.keyClick(viewer, Qt.Key.Key_Right)
    assert (width_of(viewer), viewer._count.text()) == (401, "2 / 3")
    qtbot.keyClick(viewer, Qt.Key.Key_Right)
    assert (width_of(viewer), viewer._said.text()) == (0, "这张照片已经不在项目里")
    qtbot.keyClick(viewer, Qt.Key.Key_Right)
    assert width_of(viewer) == 400
    viewer.previous.click()
    assert viewer.at == 2


@pytest.mark.parametrize("way", ["escape", "beside", "button"])
def test_it_is_closed_and_keeps_nothing_of_what_it_showed(
    viewer: PhotoViewer, qtbot: QtBot, way: str
) -> None:
    window = viewer.window()
    qtbot.mouseClick(viewer, Qt.MouseButton.LeftButton, pos=viewer.rect().center())
    assert viewer.isVisible()  # a click on the picture itself does nothing
    if way == "escape":
        qtbot.keyClick(viewer, Qt.Key.Key_Escape)
    elif way == "button":
        viewer.away.click()
    else:
        qtbot.mouseClick(viewer, Qt.MouseButton.LeftButton, pos=QPoint(5, 300))
    assert viewer.image is None
    qtbot.waitUntil(lambda: not window.findChildren(PhotoViewer))


def test_it_stays_as_large_as_its_window(viewer: PhotoViewer) -> None:
    viewer.window().resize(1000, 700)
    assert viewer.size() == viewer.window().size()


def test_tiles_fill_as_many_lines_as_they_need(qtbot: QtBot) -> None:
    strip = PhotoStrip()
    qtbot.addWidget(strip)
    strip.show_names([str(n) for n in range(5)])
    strip.resize(3 * TILE + 40, 300)
    strip.show()
    qtbot.wait(1)
    assert [t.y() for t in strip.tiles] == [0, 0, 0, TILE + 8, TILE + 8]
    strip.resize(TILE, 900)
    qtbot.wait(1)
    assert len({t.y() for t in strip.tiles}) == 5


# ── In the window ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_card_shows_thumbnails_and_one_of_them_large(
    opened: MainWindow, session: Session, settle: Callable[[], None], qtbot: QtBot
) -> None:
    house, _ = with_house(session, 1, 2)
    guide = opened.explorer.guide
    guide.show_row("house", house)
    settle()
    (strip,) = opened.explorer.card.strips.values()
    assert [tile.filled for tile in strip.tiles] == [True, True]
    strip.tiles[1].click()
    settle()
    assert guide.viewer is not None
    assert (guide.viewer.at, guide.viewer.size()) == (1, opened.size())
    assert guide.viewer.image == decoded(shot(2).jpeg)
    opened.explorer.conceal()  # as a window that is locked does
    assert guide.viewer is None
    qtbot.waitUntil(lambda: not opened.findChildren(PhotoViewer))


def test_a_project_that_is_closed_leaves_no_picture_on_screen(
    opened: MainWindow, session: Session, settle: Callable[[], None], qtbot: QtBot
) -> None:
    house, _ = with_house(session, 1)
    opened.explorer.guide.show_row("house", house)
    settle()
    next(iter(opened.explorer.card.strips.values())).tiles[0].click()
    settle()
    opened.close_project()
    qtbot.waitUntil(lambda: not opened.findChildren(PhotoViewer))


def test_who_does_not_see_the_pictures_of_a_house_is_shown_none(
    enter: Callable[[str], MainWindow], staffed: Path, settle: Callable[[], None]
) -> None:
    with open_project(staffed, user=USER, password=PASSWORD) as editing:
        house = int(str(editing.rows("house", ["id"])[0][0]))
        with edit(editing, "添加照片") as e:
            e.change("house", house, {"photos": attachments.put(editing, shot(1).jpeg, shot(1).thumbnail)})
    for name, seen in (("查阅员", 0), ("规划员", 0), ("部门员", 0)):
        window = enter(name)
        window.explorer.guide.show_row("house", house)
        settle()
        assert window.explorer.guide.key == ("house", house)
        assert len(window.explorer.card.strips) == seen


def test_a_list_says_how_many_there_are(session: Session) -> None:
    field = session.catalog.tables["house"].field_by_name["photos"]
    column = Column(field, "", copied=True, shown_at_first=True)
    assert (column.text("a" * 32 + "、" + "b" * 32), column.text(None)) == ("有 2 张", "")


def test_pictures_are_asked_about_by_whether_there_are_any_and_never_typed(session: Session) -> None:
    house = session.catalog.tables["house"]
    photos = house.field_by_name["photos"]
    assert {relation.text for relation in relations(photos)} == {"为空", "不为空"}
    assert photos not in changeable(session.policy, house)
    assert house.field_by_name["structure"] in changeable(session.policy, house)
