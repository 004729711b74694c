"""An atlas is made, gone on with, and made anew where data changed; what goes wrong is told and stops nothing else."""

import errno
import json
from pathlib import Path
from typing import Any

import pytest

from mingqing.access.audit import REFUSED, Act
from mingqing.core.errors import InputRefused, ProjectUnavailable
from mingqing.core.watch import Watch
from mingqing.printing.atlas import crew
from mingqing.printing.atlas.kept import FILE, Shelf, Written, estimate, waiting
from mingqing.printing.atlas.order import Binding, Format, Naming, Options
from mingqing.printing.atlas.run import LOCK, Failure, suitable_jobs
from mingqing.printing.wall.asked import Asked
from mingqing.store.edit import edit
from mingqing.store.holder import Hold
from mingqing.store.session import Session
from tests.inside import query

from . import fakes
from .conftest import THEMES, VILLAGES, Atlas, border

EVERY = {f"{village}_{theme}.pdf" for village in VILLAGES for theme in THEMES}
LEFT = {f"{village} {theme}" for village in VILLAGES for theme in THEMES}


def maps_in(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("*.pdf")}


def prints(session: Session) -> list[tuple[Any, ...]]:
    return query(
        session, f"SELECT target, outcome, detail FROM mq_audit WHERE act = '{Act.PRINT}' ORDER BY seq"
    )


def test_every_map_is_there_and_noted_down(atlas: Atlas, folder: Path) -> None:
    told: list[tuple[str, int, int]] = []
    outcome = atlas(watch=Watch(lambda *said: told.append(said)))
    assert maps_in(folder) == EVERY
    assert (outcome.maps, outcome.redrawn, outcome.failed, outcome.stopped) == (6, 6, (), "")
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)
    assert told[-1][1:] == (6, 6)
    assert any("上村" in text for text, *_ in told)
    assert waiting(folder) is None
    assert (found := estimate(folder, 12)) is not None
    assert found.seconds == pytest.approx(3.0)


def test_run_again_it_draws_what_changed_alone(atlas: Atlas, villages: Session, folder: Path) -> None:
    with edit(villages, "新增地块") as e:  # of the very first, every village is told that it has none
        e.add("plot", {"village_code": "331124001001"}, border(0).buffer(-400))
    atlas()
    assert atlas(fakes.NotStarting).redrawn == 0  # nothing is started for nothing
    with edit(villages, "新增地块") as e:
        e.add("plot", {"village_code": "331124001001"}, border(0).buffer(-300))
    before = {name: (folder / name).read_bytes() for name in EVERY}
    outcome = atlas()
    assert (outcome.maps, outcome.redrawn) == (6, 1)
    changed = {name for name in EVERY if (folder / name).read_bytes() != before[name]}
    assert changed == {"331124001001_industry.pdf"}


def test_one_failure_is_told_as_it_comes_and_the_rest_goes_on(atlas: Atlas, folder: Path) -> None:
    heard: list[Failure] = []
    outcome = atlas(fakes.Refusing, failing=heard.append)
    assert [(f.village, f.theme, f.sentence) for f in outcome.failed] == [
        ("下村", "村情民情图", "这个村没有村界"),
        ("下村", "产业发展图", "这个村没有村界"),
    ]
    assert tuple(heard) == outcome.failed
    assert maps_in(folder) == {name for name in EVERY if fakes.BAD not in name}
    left, _ = waiting(folder) or ((), None)
    assert [asked.village for asked in left] == [fakes.BAD] * 2
    outcome = atlas(maps=list(left))
    assert (outcome.maps, outcome.redrawn) == (2, 2)
    assert maps_in(folder) == EVERY


def test_a_bug_in_one_map_is_a_sentence(atlas: Atlas) -> None:
    outcome = atlas(fakes.Buggy)
    assert outcome.maps == 4
    assert "程序出错" in outcome.failed[0].sentence
    assert "no such key" in outcome.failed[0].sentence


def test_a_worker_that_dies_is_replaced_and_its_map_drawn(atlas: Atlas, folder: Path) -> None:
    outcome = atlas(fakes.DyingOnce)
    assert (outcome.maps, outcome.failed) == (6, ())
    assert len(fakes.noted("pid")) == 2


def test_a_map_that_ends_two_workers_is_given_up(atlas: Atlas, folder: Path) -> None:
    outcome = atlas(fakes.Dying)
    assert [(f.asked.village, f.asked.theme) for f in outcome.failed] == [(fakes.BAD, "industry")]
    assert "意外结束" in outcome.failed[0].sentence
    assert maps_in(folder) == EVERY - {f"{fakes.BAD}_industry.pdf"}


def test_workers_that_do_not_start_end_the_run_with_a_sentence(atlas: Atlas) -> None:
    outcome = atlas(fakes.NotStarting)
    assert (outcome.maps, outcome.redrawn) == (0, 0)
    assert "启动不了" in outcome.stopped


def test_a_worker_that_took_too_much_memory_is_followed_by_another(
    atlas: Atlas, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew, "_MOST_BYTES", 1)
    assert atlas().maps == 6
    assert len(fakes.noted("pid")) == len(VILLAGES)


def test_a_full_disk_keeps_what_is_there_and_is_gone_on_after(
    atlas: Atlas, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put, left = Written.put.__func__, [3]  # type: ignore[attr-defined]

    def limited(cls: type[Written], folder: Path, name: str, content: bytes) -> Written:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return put(cls, folder, name, content)

    monkeypatch.setattr(Written, "put", classmethod(limited))
    outcome = atlas()
    assert "磁盘满了" in outcome.stopped
    assert "3 张都在" in outcome.stopped
    assert len(maps_in(folder)) == outcome.redrawn == 3
    left[0] = 99
    outcome = atlas()
    assert (outcome.maps, outcome.redrawn, outcome.stopped) == (6, 3, "")


def test_on_a_full_disk_the_last_map_makes_room_for_the_note_of_the_others(
    atlas: Atlas, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save, most = Shelf.save, 4

    def limited(shelf: Shelf) -> None:
        if len(maps_in(folder)) > most:
            raise OSError(errno.ENOSPC, "No space left on device")
        save(shelf)

    put = Written.put.__func__  # type: ignore[attr-defined]

    def full(cls: type[Written], folder: Path, name: str, content: bytes) -> Written:
        if len(maps_in(folder)) > most:
            raise OSError(errno.ENOSPC, "No space left on device")
        return put(cls, folder, name, content)

    with monkeypatch.context() as small:
        small.setattr(Shelf, "save", limited)
        small.setattr(Written, "put", classmethod(full))
        outcome = atlas()
    assert "磁盘满了" in outcome.stopped
    assert f"{most} 张都在" in outcome.stopped
    assert len(maps_in(folder)) == outcome.redrawn == most
    outcome = atlas()
    assert (outcome.maps, outcome.redrawn, outcome.stopped) == (6, 2, "")


def test_a_folder_that_cannot_be_made_is_a_sentence(atlas: Atlas, folder: Path) -> None:
    folder.write_text("a file")
    with pytest.raises(ProjectUnavailable, match="写不进去"):
        atlas()


def test_nothing_reaches_the_folder_that_the_log_will_not_have(
    atlas: Atlas, villages: Session, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise ProjectUnavailable("磁盘已满，本次改动没有写入；请腾出空间后再试")

    monkeypatch.setattr(Session, "record", full)
    outcome = atlas()
    assert "磁盘已满" in outcome.stopped
    assert maps_in(folder) == set()


def test_the_log_has_an_entry_a_village(atlas: Atlas, villages: Session, folder: Path) -> None:
    atlas(fakes.Telling)
    told = f"A3横，1:{fakes.SCALE}，2 页，公开"
    themes = f"村情民情图（{told}）、产业发展图（{told}）"
    assert prints(villages) == [
        (f"图册：{name}", "done", f"{code}，{themes}，PDF 存到 {folder.name}")
        for code, name in VILLAGES.items()
    ]


def test_a_map_that_may_not_be_handed_out_is_in_the_log_as_refused(atlas: Atlas, villages: Session) -> None:
    outcome = atlas(fakes.Forbidden)
    assert len(outcome.failed) == 2
    refused = [(target, detail) for target, done, detail in prints(villages) if done == REFUSED]
    assert refused == [("村情民情图", f"下村{fakes.BAD}"), ("产业发展图", f"下村{fakes.BAD}")]


def test_a_second_run_in_the_same_folder_is_refused(atlas: Atlas, folder: Path) -> None:
    folder.mkdir()
    hold = Hold(folder, "张三", LOCK)
    with pytest.raises(InputRefused, match="张三 正在往这个文件夹出图"):
        atlas()
    hold.release()
    assert atlas().maps == 6


def test_nothing_wanted_is_refused(atlas: Atlas) -> None:
    with pytest.raises(InputRefused, match="没有选择"):
        atlas(maps=[])


def test_a_template_that_is_not_there_is_refused_before_anything_is_drawn(atlas: Atlas) -> None:
    with pytest.raises(InputRefused, match="没有名为“没有”的模板"):
        atlas(fakes.NotStarting, maps=[Asked("household", "331124001001", template="没有")])


def test_files_may_be_called_by_title_and_held_by_page(
    atlas: Atlas, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = Options(Format.PNG, Naming.TITLES, jobs=1)
    one = [Asked("household", "331124001001")]
    atlas(fakes.Pictures, maps=one, options=options)
    name = "331124001001_上村_村情民情图"
    assert {path.name for path in folder.glob("*.png")} == {f"{name}-0.png", f"{name}-1.png"}
    monkeypatch.setenv("ATLAS_TEST_PAGES", "1")
    (folder / f"{name}-1.png").unlink()
    atlas(fakes.Pictures, maps=one, options=options)
    assert {path.name for path in folder.glob("*.png")} == {f"{name}.png"}  # no sheet of before stays


def test_pictures_are_not_bound(atlas: Atlas) -> None:
    with pytest.raises(InputRefused, match="只有 PDF"):
        atlas(options=Options(Format.PNG, binding=Binding.WHOLE))


def test_a_map_asked_for_otherwise_is_drawn_again(atlas: Atlas, wanted: list[Asked]) -> None:
    atlas()
    assert atlas(maps=[asked.of(paper="A4") for asked in wanted]).redrawn == 6
    assert atlas(maps=[asked.of(paper="A4") for asked in wanted]).redrawn == 0


@pytest.mark.parametrize(
    "said", [b"", b"{", b"[]", b'{"format": 99}', b'{"format": 1, "maps": {"a": 3}}', b"[" * 9999]
)
def test_an_atlas_json_that_is_not_what_was_written_counts_for_nothing(
    atlas: Atlas, folder: Path, said: bytes
) -> None:
    folder.mkdir()
    (folder / FILE).write_bytes(said)
    assert Shelf.of(folder).maps == {}
    assert atlas(maps=[Asked("household", "331124001001")]).maps == 1
    assert json.loads((folder / FILE).read_bytes())["maps"]


def test_workers_are_at_least_one() -> None:
    assert suitable_jobs() >= 1
