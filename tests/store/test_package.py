"""A work package holds what its role may see of its villages, and nothing else lies anywhere in its pages."""

from collections.abc import Collection
from pathlib import Path

import numpy as np
import pytest
import shapely

from mingqing.access import keyring
from mingqing.access.audit import Act
from mingqing.core.errors import InputRefused, NotAllowed, ProjectUnavailable
from mingqing.core.sample import USER
from mingqing.store import package as module
from mingqing.store.accounts import add_account
from mingqing.store.check import check_project
from mingqing.store.connection import connect
from mingqing.store.geometry import encode
from mingqing.store.ids import new_ids
from mingqing.store.log import entries
from mingqing.store.package import make_package
from mingqing.store.project import open_project
from mingqing.store.saved import save
from mingqing.store.session import Session

HERE, THERE = "331124204202", "331124204203"
GIVEN = "Zhu7ying-lin4"
EAST = 600_000.0  # metres; HERE lies west of it, THERE east
# What must not lie in a package of HERE for the role 查阅, in any page: whole values, whatever masks leave of them.
OTHER_VILLAGE = ["甄外一", "13811110001", "33112419500101111X", "外村路", "外村门牌", "外地名", "外村"]
PERSONAL = ["甄内一", "13822220002", "33112419600202222X", "1960-02-02", "内村门牌", "甄帮扶", "甄重病"]
OF_THE_SOURCE = ["甄一家.xlsx", "甄旧名", "记住的甄", "甄的书签", "甄的分类", USER]


@pytest.fixture
def source(session: Session) -> Session:
    """Two villages with a house, a household and a resident each, and traces of those who made them."""
    fill_village(session, THERE, "外", EAST + 500, "13811110001", "33112419500101111X", "1950-01-01")
    inside = fill_village(session, HERE, "内", EAST - 500, "13822220002", "33112419600202222X", "1960-02-02")
    with session.transaction("edit", "甄旧名改名") as change:
        change.update("resident", [inside], {"name": ["甄内一"]})
    session.remember("mapping", "记住的甄")
    save(session, "bookmark", "甄的书签", {"x": 1})
    save(session, "classification", "分类", "甄的分类", shared=True)
    return session


def fill_village(session: Session, code: str, mark: str, x: float, phone: str, number: str, born: str) -> int:
    box = encode(np.array([shapely.box(x, 3_150_000, x + 9, 3_150_009)]), 4549)
    house, household, resident = new_ids(3)
    with session.transaction("import", "导入 甄一家.xlsx") as change:
        row = {"village_code": [code], "source": ["甄一家.xlsx"]}
        change.insert("village", new_ids(1), row | {"name": [f"{mark}村"], "code": [code]}, box)
        change.insert("house", [house], row | {"address": [f"{mark}村门牌"], "storeys": [2]}, box)
        change.insert(
            "household",
            [household],
            row | {"householder": [f"甄{mark}一"], "phone": [phone], "house": [house]},
        )
        change.insert(
            "resident",
            [resident],
            row
            | {"name": ["甄旧名" if mark == "内" else f"甄{mark}一"], "id_number": [number], "phone": [phone]}
            | {"household": [household], "birth_date": [born]},
        )
        change.insert("key_person", new_ids(1), row | {"need": ["甄重病"], "resident": [resident]})
        change.insert("assistance", new_ids(1), row | {"helper": ["甄帮扶"], "household": [household]})
        point = encode(np.array([shapely.Point(x, 3_150_000)]), 4549)
        change.insert("place_name", new_ids(1), row | {"name": [f"{mark}地名"]}, point)
        change.insert("road", new_ids(1), row | {"name": [f"{mark}村路"]}, line(x))
    return resident


def line(x: float) -> list[bytes | None]:
    return encode(np.array([shapely.LineString([(x, 3_150_000), (x + 90, 3_150_000)])]), 4549)


def packed(source: Session, tmp_path: Path, role: str, villages: Collection[str] = (HERE,)) -> Session:
    path = make_package(source, tmp_path / "包", role, villages, user="收件人", password=GIVEN)
    return open_project(path, user="收件人", password=GIVEN)


def pages(opened: Session) -> bytes:
    """Every page of a project as it is behind its encryption, free ones too."""
    database = connect(opened.file, opened.login.key, read_only=True)
    try:
        return database.serialize("main")
    finally:
        database.close()


def found(raw: bytes, canaries: Collection[str]) -> set[str]:
    return {c for c in canaries if any(c.encode(code) in raw for code in ("utf-8", "utf-16-le", "gbk"))}


def boxes(opened: Session) -> list[tuple[float, ...]]:
    """The bounding boxes that lie in the spatial indexes themselves."""
    database = connect(opened.file, opened.login.key, read_only=True)
    try:
        names = [n for n, t in opened.catalog.tables.items() if t.has_geometry]
        return [r for n in names for r in database.execute(f'SELECT xmin, xmax FROM "idx_{n}_geometry"')]
    finally:
        database.close()


# ── What is in it ────────────────────────────────────────────────────────────────────────────────────────────


def test_the_canaries_are_in_the_source(source: Session) -> None:
    canaries = {*OTHER_VILLAGE, *PERSONAL, *OF_THE_SOURCE}
    assert found(pages(source), canaries) == canaries


def test_no_page_of_a_package_holds_what_its_role_may_not_see(source: Session, tmp_path: Path) -> None:
    with packed(source, tmp_path, "viewer") as opened:
        raw = pages(opened)
        assert found(raw, [*OTHER_VILLAGE, *PERSONAL, *OF_THE_SOURCE]) == set()
        assert found(raw, [THERE]) == set()
        assert found(raw, ["甄**", "138****0002", "内地名", "内村路"]) == {
            "甄**",
            "138****0002",
            "内地名",
            "内村路",
        }
        assert boxes(opened)
        assert all(xmax < EAST for _, xmax in boxes(opened))
        assert opened.counts() | {"key_person": 0, "assistance": 0, "house": 1} == opened.counts()


def test_what_is_masked_in_the_source_reads_the_same_in_the_package(source: Session, tmp_path: Path) -> None:
    add_account(source, "查阅甲", ["viewer"], [HERE], GIVEN)
    columns = ["id", "householder", "phone", "house", "village_code"]
    with (
        open_project(source.info.path, user="查阅甲", password=GIVEN) as viewer,
        packed(source, tmp_path, "viewer") as opened,
    ):
        assert opened.rows("household", columns) == viewer.rows("household", columns)
        assert opened.rows("household", ["phone"]) == [("138****0002",)]
        assert opened.extent() == viewer.extent()


@pytest.mark.parametrize("role", ["viewer", "planner", "department", "village_editor", "town_editor"])
def test_no_role_has_more_in_its_package_than_it_would_see_in_the_source(
    source: Session, tmp_path: Path, role: str
) -> None:
    add_account(source, "某人", [role], [HERE], GIVEN)
    with (
        open_project(source.info.path, user="某人", password=GIVEN) as there,
        packed(source, tmp_path, role) as opened,
    ):
        for name, table in opened.catalog.tables.items():
            kept = ["id", *(c for c in table.column_names if c not in {"source", "created_by", "updated_by"})]
            assert opened.rows(name, kept) == there.rows(name, kept)
            shapes = [shapely.to_wkb(each.features(name).geometry).tolist() for each in (opened, there)]
            assert shapes[0] == shapes[1]
        assert found(pages(opened), [*OTHER_VILLAGE, *OF_THE_SOURCE]) == set()


def test_what_a_role_could_ask_for_with_a_reason_is_not_in_its_package(
    source: Session, tmp_path: Path
) -> None:
    with packed(source, tmp_path, "planner") as opened:
        assert found(pages(opened), ["1960-02-02", "甄内一"]) == {"甄内一"}


def test_a_reference_to_what_does_not_come_is_empty(source: Session, tmp_path: Path) -> None:
    (house,) = source.rows("house", ["id"], village=THERE)[0]
    household = source.rows("household", ["id"], village=HERE)[0][0]
    with source.transaction("edit", "搬走") as change:
        change.update("household", [household], {"house": [house]})
    with packed(source, tmp_path, "village_editor") as opened:
        assert opened.rows("household", ["id", "house"]) == [(household, None)]
        assert check_project(opened) == []


def test_rows_of_no_village_stay_behind(source: Session, tmp_path: Path) -> None:
    with source.transaction("edit", "补路") as change:
        change.insert("road", new_ids(1), {"name": ["无主路"]}, line(EAST - 800))
    with packed(source, tmp_path, "village_editor") as opened:
        assert opened.rows("road", ["name"]) == [("内村路",)]


# ── That it is a project of its own ──────────────────────────────────────────────────────────────────────────


def test_a_package_has_its_own_key_identity_and_one_account(source: Session, tmp_path: Path) -> None:
    with packed(source, tmp_path, "village_editor") as opened:
        assert opened.login.key != source.login.key
        assert opened.login.account.must_change
        assert opened.login.account.roles == ("village_editor",)
        assert opened.login.account.villages == frozenset({HERE})
        rings = [keyring.Keyring.load(s.info.path / "keyring.json") for s in (opened, source)]
        assert rings[0].project != rings[1].project
        assert list(rings[0].slots) == ["收件人"]
        assert (opened.info.name, opened.info.epsg) == (source.info.name, source.info.epsg)


def test_an_editor_works_on_in_its_package_with_the_ids_of_the_source(
    source: Session, tmp_path: Path
) -> None:
    (house,) = source.rows("house", ["id"], village=HERE)
    with packed(source, tmp_path, "village_editor") as opened:
        with opened.transaction("edit", "走访") as change:
            change.update("house", house, {"storeys": [3]})
        assert opened.rows("house", ["id", "storeys"]) == [(*house, 3)]
        assert check_project(opened) == []


def test_a_package_carries_the_roles_of_its_source(
    source: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mingqing.store.roles.own_text", lambda: "role = []")
    with packed(source, tmp_path, "viewer") as opened:
        assert opened.login.known.keys() == source.login.known.keys()


# ── Who may, and what is left of it ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("roles", "villages", "said"),
    [
        (["viewer"], [HERE], "不能导出.*农房、住户、人口.*县级编辑"),
        (["village_editor"], [HERE], "不能导出.*行政村、.*农房、住户、人口.*县级编辑"),
        (["planner"], [HERE], "不能导出.*农房、住户、人口.*县级编辑"),
        (["town_editor"], [THERE], "不在您管辖的村里"),
    ],
)
def test_who_may_not_export_what_the_role_sees_makes_no_package_of_it(
    source: Session, tmp_path: Path, roles: list[str], villages: list[str], said: str
) -> None:
    add_account(source, "某人", roles, villages, GIVEN)
    weak = "12345678"  # which is not what is said first
    with (
        open_project(source.info.path, user="某人", password=GIVEN) as asking,
        pytest.raises(NotAllowed, match=said),
    ):
        make_package(asking, tmp_path / "包", "village_editor", [HERE], user="收件人", password=weak)
    assert [p.name for p in tmp_path.glob("*包*")] == []
    told = entries(source, acts=[Act.PACKAGE])
    assert [(e.account, e.outcome, e.target) for e in told] == [("某人", "refused", "包.mingqing")]


def test_a_town_editor_makes_packages_of_its_own_villages(source: Session, tmp_path: Path) -> None:
    add_account(source, "镇编", ["town_editor"], [HERE, THERE], GIVEN)
    with (
        open_project(source.info.path, user="镇编", password=GIVEN) as asking,
        packed(asking, tmp_path, "village_editor", [THERE]) as opened,
    ):
        assert opened.rows("house", ["address"]) == [("外村门牌",)]


@pytest.mark.parametrize(
    ("role", "villages", "password", "said"),
    [
        ("village_editor", [], GIVEN, "请指定"),
        ("security_admin", [HERE], GIVEN, "请换一个"),
        ("village_editor", [HERE], "12345678", "密码"),
        ("boss", [HERE], GIVEN, "没有名为“boss”的角色"),
    ],
)
def test_what_makes_no_sense_is_refused_and_leaves_nothing(
    source: Session, tmp_path: Path, role: str, villages: list[str], password: str, said: str
) -> None:
    with pytest.raises((InputRefused, NotAllowed), match=said):
        make_package(source, tmp_path / "包", role, villages, user="收件人", password=password)
    assert [p.name for p in tmp_path.glob("*包*")] == []


def test_the_log_of_the_source_says_who_got_what(source: Session, tmp_path: Path) -> None:
    path = make_package(source, tmp_path / "包", "viewer", [HERE], user="收件人", password=GIVEN)
    (entry,) = entries(source, acts=[Act.PACKAGE])
    assert (entry.account, entry.target, entry.outcome) == (USER, "包.mingqing", "done")
    assert entry.detail == f"查阅；{HERE}"
    assert entry.proof == module._sha256(path / "map.db")
    with open_project(path, user="收件人", password=GIVEN) as opened:
        assert entry.rows == sum(opened.counts().values())


def test_a_package_that_cannot_be_finished_leaves_nothing(
    source: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "insert_boxes", full)
    with pytest.raises(ProjectUnavailable, match="不能在"):
        make_package(source, tmp_path / "包", "viewer", [HERE], user="收件人", password=GIVEN)
    assert [p.name for p in tmp_path.glob("*包*")] == []
    assert entries(source, acts=[Act.PACKAGE]) == []


def test_what_is_there_already_is_left_as_it_is(source: Session, tmp_path: Path) -> None:
    (tmp_path / "包.mingqing").mkdir()
    with pytest.raises(InputRefused, match="已经存在"):
        make_package(source, tmp_path / "包", "viewer", [HERE], user="收件人", password=GIVEN)
    assert list((tmp_path / "包.mingqing").iterdir()) == []


def test_a_place_that_cannot_be_written_is_said(source: Session, tmp_path: Path) -> None:
    (tmp_path / "文件").write_bytes(b"")
    with pytest.raises(ProjectUnavailable, match="请检查磁盘空间和权限"):
        make_package(source, tmp_path / "文件" / "包", "viewer", [HERE], user="收件人", password=GIVEN)
