"""The maps of an atlas are those that one prints by themselves."""

from pathlib import Path

import pytest

from mingqing.core.errors import NotAllowed
from mingqing.core.sample import PASSWORD, USER
from mingqing.printing.atlas.artist import WallArtist
from mingqing.printing.atlas.fingerprint import Fingerprints
from mingqing.printing.atlas.kept import Shelf
from mingqing.printing.atlas.order import PLAIN, Format, Options, every
from mingqing.printing.atlas.plan import State, plan
from mingqing.printing.atlas.run import run
from mingqing.printing.wall.asked import Asked
from mingqing.printing.wall.compose import sheets
from mingqing.store.edit import Referring, edit
from mingqing.store.project import open_project
from mingqing.store.session import Session
from mingqing.store.undo import undo
from tests.printing.pdf import Pdf

VILLAGE, NEIGHBOUR = "331124204202", "331124204203"


def test_a_run_draws_wall_maps_and_knows_when_they_are_out_of_date(
    sample_project: Path, tmp_path: Path
) -> None:
    folder, wanted = tmp_path / "图", every(Asked("", ""), ("household", "disaster"), [VILLAGE])
    with open_project(sample_project, user=USER, password=PASSWORD) as session:
        outcome = run(session, wanted, folder, Options(jobs=1))
        assert (outcome.maps, outcome.failed) == (2, ())
        pdf = Pdf(folder / f"{VILLAGE}_disaster.pdf")
        assert pdf.size == pytest.approx((297, 420), abs=1) or pdf.size == pytest.approx((420, 297), abs=1)
        assert "小竹溪村防灾避险图" in pdf.text()
        hazard = session.rows("hazard", ["id"], village=VILLAGE)[0][0]
        with edit(session, "修改隐患点") as e:
            e.change("hazard", hazard, {"name": "屋后新滑坡"})
        maps = plan(session, wanted, Shelf.of(folder), PLAIN).maps
        assert [each.state for each in maps] == [State.CURRENT, State.CHANGED]


def test_what_a_map_shows_of_the_ground_is_noted(sample_session: Session) -> None:
    asked = Asked("household", VILLAGE)
    drawn = WallArtist(sample_session, PLAIN).draw(asked)
    (wall,) = sheets(sample_session, asked)
    west, south, east, north = wall.scene.view.extent
    assert drawn.extents[0][0] < west < east < drawn.extents[0][2]
    assert drawn.extents[0][1] < south < north < drawn.extents[0][3]
    assert drawn.rows == wall.rows
    assert drawn.told.startswith("A3")
    assert drawn.told.endswith(f"，1:{wall.scale:,}")
    public = Asked("industry", VILLAGE, secrecy="公开", approval="浙S(2026)15号")
    assert WallArtist(sample_session, PLAIN).draw(public).told.endswith("，公开")
    assert drawn.pages[0].startswith(b"%PDF")


def test_pictures_are_one_a_sheet(sample_session: Session) -> None:
    artist = WallArtist(sample_session, Options(Format.PNG, dpi=40))
    drawn = artist.draw(Asked("household", VILLAGE, sections=True, scale=5000))
    assert len(drawn.pages) == len(drawn.extents) > 2
    assert all(page.startswith(b"\x89PNG") for page in drawn.pages)


def test_what_may_not_be_handed_out_is_not_drawn(sample_session: Session) -> None:
    with pytest.raises(NotAllowed, match="公开"):
        WallArtist(sample_session, PLAIN).draw(
            Asked("key_person", VILLAGE, secrecy="公开", approval="浙S(2026)15号")
        )


def test_a_map_whose_fingerprint_stays_is_the_same_picture(sample_project: Path) -> None:
    """Of every table a row of the village, or of its neighbour, is taken away: what is drawn otherwise is told."""
    wanted = [Asked(theme, VILLAGE, footer=False) for theme in ("household", "assistance", "disaster")]
    options, compared = Options(Format.PNG, dpi=30), 0
    with open_project(sample_project, user=USER, password=PASSWORD) as session:
        artist = WallArtist(session, options)
        before = {asked: artist.draw(asked) for asked in wanted}
        for n, table in enumerate(session.catalog.tables):
            rows = session.rows(table, ["id"], village=(VILLAGE, NEIGHBOUR)[n % 2])
            if not rows or table == "village":
                continue
            told = Fingerprints(session, wanted, options)
            with edit(session, "删除") as e:
                e.remove(table, [rows[len(rows) // 2][0]], Referring.ALONG)
            now, artist = Fingerprints(session, wanted, options), WallArtist(session, options)
            for asked, drawn in before.items():
                if now.of(asked, drawn.extents) == told.of(asked, drawn.extents):
                    assert artist.draw(asked).pages == drawn.pages, (table, asked.theme)
                    compared += 1
            undo(session)
    assert compared > 10
