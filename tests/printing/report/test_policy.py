"""Every role: nothing is in a report or on a sheet that the role may not print, and the test would find it."""

from collections.abc import Callable
from io import BytesIO

import pytest
from openpyxl import load_workbook

from mingqing.access.roles import roles
from mingqing.core.errors import NotAllowed
from mingqing.printing.report.sheets import households_of, make
from mingqing.printing.report.village import Form
from mingqing.printing.report.village import make as make_report
from mingqing.store.session import Session
from tests.printing.pdf import Pdf
from tests.printing.report.conftest import VILLAGE
from tests.printing.test_policy_on_paper import texts, withheld

Keep = Callable[[bytes], Pdf]
SOME = 40


def logged_in(as_role: Callable[..., Session], role: str) -> Session:
    return as_role(role, *([VILLAGE] if roles()[role].bound_to_villages else []))


def found(secret: set[str], text: str) -> list[str]:
    return [each for each in secret if "".join(each.split()) in text]


def chosen(everything: Session) -> tuple[int, ...]:
    """Households that are helped, looked after and visited first."""
    helped = {h for (h,) in everything.rows("assistance", ("household",), village=VILLAGE)}
    ordered = sorted(households_of(everything, VILLAGE), key=lambda i: i not in helped)
    return tuple(ordered[:SOME])


@pytest.mark.parametrize("role", list(roles()))
def test_no_sheet_holds_what_the_role_may_not_print(
    as_role: Callable[..., Session], keep: Keep, role: str
) -> None:
    everything, session = as_role("county_editor"), logged_in(as_role, role)
    titles = {table.title for table in session.catalog.tables.values()}  # what is left out is named
    secret, wanted = withheld(everything, session) - titles, chosen(everything)
    if not session.policy.allowed("household", "print"):
        with pytest.raises(NotAllowed):
            make(session, wanted)
        return
    text = keep(make(session, wanted)).text()
    assert "住户信息表" in text
    assert not found(secret, text)


def test_who_may_print_names_finds_them_on_the_sheets(as_role: Callable[..., Session], keep: Keep) -> None:
    everything = as_role("county_editor")
    text = keep(make(everything, chosen(everything))).text()
    assert len(found(set(texts(everything, "resident", "name")), text)) > SOME
    assert found(set(texts(everything, "assistance", "helper")), text)
    assert not found(set(texts(everything, "resident", "id_number")), text)


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("role", list(roles()))
def test_no_report_names_anybody(as_role: Callable[..., Session], keep: Keep, role: str, form: Form) -> None:
    everything, session = as_role("county_editor"), logged_in(as_role, role)
    people = {
        text
        for table, field in (
            ("resident", "name"),
            ("resident", "phone"),
            ("resident", "id_number"),
            ("assistance", "helper"),
        )
        for text in texts(everything, table, field)
        if len(text) > 2
    }
    try:
        made = make_report(session, VILLAGE, form)
    except NotAllowed:
        assert not session.policy.allowed("house", "export" if form is Form.XLSX else "print")
        return
    if form is Form.PDF:
        text = keep(made).text()
    else:
        sheets = load_workbook(BytesIO(made)).worksheets
        text = "".join(str(c.value) for sheet in sheets for row in sheet.iter_rows() for c in row)
    assert "小竹溪村" in text
    assert not found(people, text)
