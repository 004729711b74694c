"""An unfinished figure survives what happens to the program, and goes with the edit that finishes it."""

from pathlib import Path

import pytest
import shapely

from mingqing.core.sample import PASSWORD, USER
from mingqing.store.draft import Draft, drop_draft, keep_draft, kept_draft
from mingqing.store.edit import edit
from mingqing.store.project import open_project
from mingqing.store.saved import save
from mingqing.store.session import Session

SQUARE = shapely.box(500_000, 3_140_000, 500_010, 3_140_010)
DRAFT = Draft("draw_polygon", "house", ((500_000.1234, 3_140_000.5), (500_010.0, 3_140_000.5)))


def test_the_last_figure_kept_is_there_when_the_project_is_opened_again(empty_project: Path) -> None:
    with open_project(empty_project, user=USER, password=PASSWORD) as session:
        assert kept_draft(session) is None
        keep_draft(session, Draft("draw_line", "road", ((1.0, 2.0),)))
        keep_draft(session, DRAFT)
    with open_project(empty_project, user=USER, password=PASSWORD) as session:
        assert kept_draft(session) == DRAFT
        drop_draft(session)
        assert kept_draft(session) is None
        drop_draft(session)


def test_it_knows_which_row_was_being_edited(session: Session) -> None:
    draft = Draft("split", "plot", ((1.0, 2.0), (3.0, 4.0)), row=2**62)
    keep_draft(session, draft)
    assert kept_draft(session) == draft


def test_it_is_gone_with_the_edit_that_finishes_it_and_stays_where_that_fails(session: Session) -> None:
    keep_draft(session, DRAFT)

    def fail() -> None:
        with edit(session, "新增农房") as e:
            e.add("house", {}, SQUARE)
            drop_draft(session)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert kept_draft(session) == DRAFT
    assert session.counts()["house"] == 0
    with edit(session, "新增农房") as e:
        e.add("house", {}, SQUARE)
        drop_draft(session)
    assert kept_draft(session) is None
    assert session.counts()["house"] == 1


@pytest.mark.parametrize(
    "value", [[], ["draw_line", "road", [["a", 1]], None], ["x", "no table", [[1, 2]], 1], 5]
)
def test_what_cannot_be_understood_is_no_figure(session: Session, value: object) -> None:
    save(session, "draft", "draft", value)
    assert kept_draft(session) is None
