"""The old files again, after somebody had themselves erased, corrected, or kept longer."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from mingqing.store.owner import owner
from mingqing.store.people import correct, erase, erase_rows, keep_longer
from mingqing.store.session import Session
from tests.files import cells, take, take_one, write_village, write_xlsx
from tests.ingest.test_repeating import id_number

MAN, WIFE, OTHER = id_number(1), id_number(2, "19880506"), id_number(3, "19890506")
HEADER = ("姓名", "身份证号", "出生日期", "手机号", "户号", "户主姓名", "保存期限")
COUPLE = (
    ("例明远", MAN, "1987-05-06", "00013570001", "1", "例明远", "2020-01-01"),
    ("例秀兰", WIFE, "1988-05-06", "00013570002", "1", "例明远", "2020-01-01"),
    ("例独居", OTHER, "1989-05-06", "00013570003", "2", "例独居", "2020-01-01"),
)


@pytest.fixture
def folder(session: Session, tmp_path: Path) -> Path:
    """The folder of a village that is known, with a register that was imported."""
    write_village(tmp_path / "小竹溪村")
    take(session, tmp_path / "小竹溪村")
    take(session, register(tmp_path / "小竹溪村", *COUPLE))
    return tmp_path / "小竹溪村"


def register(folder: Path, *rows: Sequence[Any], name: str = "人口.xlsx") -> Path:
    return write_xlsx(folder / name, {"人口": [HEADER, *rows]})


def person(session: Session, name: str) -> int:
    return next(int(i) for i, n in session.rows("resident", ["id", "name"]) if n == name)


def everything(session: Session) -> str:
    return repr([list(session.rows(t, list(d.column_names))) for t, d in session.catalog.tables.items()])


def test_the_erased_do_not_come_back_with_the_old_file(session: Session, folder: Path) -> None:
    erase(session, person(session, "例明远"), "本人申请")
    report = take_one(session, register(folder, *COUPLE))
    assert report.added.total() == 0
    assert any("已按本人要求删除" in x.reason and x.row == 2 and x.field is None for x in report.left_out)
    assert "例明远" not in everything(session)
    assert MAN not in everything(session)
    assert "00013570001" not in everything(session)


@pytest.mark.parametrize(
    "row",
    [
        ("例独居", OTHER, None, None, None, None, None),
        ("例独居", None, "1989-05-06", None, None, None, None),
        ("例独居", None, None, "00013570003", None, None, None),
        ("例独居", None, None, None, "2", "例独居", None),
    ],
)
def test_the_erased_are_known_by_number_birth_or_telephone(
    session: Session, folder: Path, row: Sequence[Any]
) -> None:
    erase(session, person(session, "例独居"), "本人申请")
    take(session, register(folder, row, name="另一份人口.xlsx"))
    assert "例独居" not in everything(session)


def test_a_namesake_of_the_erased_is_taken(session: Session, folder: Path) -> None:
    erase(session, person(session, "例独居"), "本人申请")
    report = take_one(
        session,
        register(
            folder, ("例独居", id_number(9, "19590102"), "1959-01-02", "00013570009", "9", "例独居", None)
        ),
    )
    assert report.added["resident"] == 1
    assert report.left_out == []


def test_other_peoples_rows_are_taken_as_always_after_an_erasure(session: Session, folder: Path) -> None:
    erase(session, person(session, "例独居"), "本人申请")
    new = ("例新人", id_number(8, "20010506"), "2001-05-06", "00013570008", "1", "例明远", None)
    report = take_one(session, register(folder, *COUPLE, new))
    assert (report.added["resident"], report.unchanged["resident"]) == (1, 2)


def test_what_hangs_on_the_erased_does_not_come_back_without_them(session: Session, folder: Path) -> None:
    care = write_xlsx(
        folder / "重点人群.xlsx",
        {"重点人群": [["姓名", "身份证号", "类别"], ["例独居", OTHER, "残疾人"], ["例秀兰", WIFE, "残疾人"]]},
    )
    assert take_one(session, care).added["key_person"] == 2
    erase(session, person(session, "例独居"), "本人申请")
    take(session, care)
    assert "例独居" not in everything(session)
    assert cells(session, "key_person", "name") == [("例秀兰",)]


def test_an_erased_row_does_not_come_back(session: Session, folder: Path) -> None:
    care = write_xlsx(
        folder / "重点人群.xlsx",
        {"重点人群": [["姓名", "身份证号", "类别"], ["例独居", OTHER, "残疾人"], ["例秀兰", WIFE, "残疾人"]]},
    )
    take(session, care)
    (row,) = [i for i, n in session.rows("key_person", ["id", "name"]) if n == "例独居"]
    erase_rows(session, "key_person", [row], "到期")
    report = take_one(session, care)
    assert len(report.left_out) == 1
    assert cells(session, "key_person", "name") == [("例秀兰",)]


@pytest.mark.parametrize(
    ("field", "value"),
    [("phone", "00013579999"), ("name", "例民远"), ("id_number", id_number(7)), ("birth_date", "1987-06-06")],
)
def test_a_corrected_value_stays_and_the_report_says_so(
    session: Session, folder: Path, field: str, value: str
) -> None:
    one = person(session, "例明远")
    correct(session, "resident", one, {field: value}, "录错了")
    report = take_one(session, register(folder, *COUPLE))
    assert (session.row("resident", one) or {})[field] == value
    assert len(cells(session, "resident", "id")) == 3
    assert any("更正" in x.reason and x.row == 2 for x in report.left_out)
    assert any("更正" in note and "1 处" in note for note in report.notes)


def test_a_value_that_is_new_goes_in_after_a_correction(session: Session, folder: Path) -> None:
    one = person(session, "例明远")
    correct(session, "resident", one, {"phone": "00013579999"}, "录错了")
    take(session, register(folder, (*COUPLE[0][:3], "00013578888", *COUPLE[0][4:])))
    assert (session.row("resident", one) or {})["phone"] == "00013578888"


def test_an_extended_term_stays(session: Session, folder: Path) -> None:
    one = person(session, "例明远")
    until = date.today() + timedelta(days=400)  # noqa: DTZ011
    keep_longer(session, "resident", [one], until, "仍在帮扶")
    take(session, register(folder, *COUPLE))
    assert (session.row("resident", one) or {})["keep_until"] == until.isoformat()


def test_what_is_kept_of_the_erased_tells_nothing_of_them(session: Session, folder: Path) -> None:
    erase(session, person(session, "例独居"), "本人申请")
    with owner(session, spatial=False) as database:
        kept = [bytes(d) for (d,) in database.execute("SELECT digest FROM mq_settled")]
    assert kept
    assert {len(d) for d in kept} == {32}


def test_a_trial_import_leaves_the_same_out(session: Session, folder: Path) -> None:
    erase(session, person(session, "例独居"), "本人申请")
    report = take_one(session, register(folder, *COUPLE), dry_run=True)
    assert report.added.total() == 0
