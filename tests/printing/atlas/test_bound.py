"""Maps bound together: in order, with bookmarks, and pages whose numbers lead where they say."""

from pathlib import Path

import pikepdf
import pytest

from mingqing.core.watch import Watch
from mingqing.printing.atlas import bound
from mingqing.printing.atlas.contents import Contents, Goal, Line
from mingqing.printing.atlas.order import Binding, Options
from mingqing.store.session import Session
from tests.inside import query
from tests.printing.pdf import Pdf

from . import fakes
from .conftest import VILLAGES, Atlas

WHOLE, TOWNSHIPS = (Options(jobs=1, binding=binding) for binding in (Binding.WHOLE, Binding.TOWNSHIPS))


def outline(book: pikepdf.Pdf) -> list[tuple[str, list[tuple[str, list[str]]]]]:
    with book.open_outline() as found:
        return [
            (town.title, [(v.title, [m.title for m in v.children]) for v in town.children])
            for town in found.root
        ]


def rows(pdf: Pdf) -> list[list[str]]:
    """Return what stands in each line of the first page, from left to right."""
    found: dict[int, list[tuple[float, str]]] = {}
    for word in pdf.words():
        if word.page == 1:
            found.setdefault(round((word.box[1] + word.box[3]) / 8), []).append((word.box[0], word.text))
    return [[text for _, text in sorted(found[y])] for y in sorted(found)]


def test_one_book_has_every_map_behind_a_page_that_leads_to_them(atlas: Atlas, folder: Path) -> None:
    outcome = atlas(fakes.Paper, options=WHOLE)
    assert [path.name for path in outcome.bound] == ["图册_空项目.pdf"]
    pdf = Pdf(outcome.bound[0])
    assert pdf.pages == 1 + 8  # two of the maps have two pages
    text = pdf.text(1)
    assert "空项目图册" in text
    assert "3个村，6张图" in text
    assert [row for row in rows(pdf) if "村" in row[0]][1:] == [
        ["上村", "2", "3"],
        ["下村", "4", "6"],
        ["外村", "8", "9"],
    ]
    assert [next(v for v in VILLAGES if v in pdf.text(n)) for n in range(2, 10)] == [
        v for v, n in zip(VILLAGES, (2, 4, 2), strict=True) for _ in range(n)
    ]
    with pikepdf.open(outcome.bound[0]) as book:
        themes = ["村情民情图", "产业发展图"]
        assert outline(book) == [
            ("目录", []),
            ("乡001", [("上村", themes), ("下村", themes)]),
            ("乡002", [("外村", themes)]),
        ]
        pages = [page.objgen for page in book.pages]
        links = [pages.index(link.Dest[0].objgen) + 1 for link in book.pages[0].Annots]
    assert links == [2, 3, 4, 6, 8, 9]


def test_a_book_a_township_and_a_page_that_leads_to_the_books(atlas: Atlas, folder: Path) -> None:
    outcome = atlas(fakes.Paper, options=TOWNSHIPS)
    assert [path.name for path in outcome.bound] == ["图册目录.pdf", "图册_乡001.pdf", "图册_乡002.pdf"]
    assert [Pdf(path).pages for path in outcome.bound] == [1, 7, 3]
    with pikepdf.open(outcome.bound[0]) as book:
        links = [(str(a.A.F.UF), int(a.A.D[0])) for a in book.pages[0].Annots]
    assert links == [
        *(("图册_乡001.pdf", page) for page in (1, 2, 3, 5)),
        *(("图册_乡002.pdf", page) for page in (1, 2)),
    ]


def test_what_is_too_large_is_bound_in_parts(atlas: Atlas, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bound, "_MOST_BYTES", 1)
    outcome = atlas(fakes.Paper, options=WHOLE)
    assert [path.name for path in outcome.bound[1:]] == [f"图册_空项目_{n}.pdf" for n in (1, 2, 3)]
    assert "第2册" in Pdf(outcome.bound[2]).text(1)


def test_the_same_maps_are_not_bound_again(
    atlas: Atlas, villages: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = atlas(fakes.Paper, options=WHOLE)
    before = first.bound[0].stat().st_ino
    monkeypatch.setattr(bound, "_work", None)  # nothing that could be started
    again = atlas(fakes.Paper, options=WHOLE)
    assert again.bound == first.bound
    assert again.bound[0].stat().st_ino == before
    entries = query(villages, "SELECT detail FROM mq_audit WHERE act = 'print' AND target = '图册'")
    assert entries == [("合订本 1 册，地图 6 张",)]


def test_a_book_that_is_gone_is_bound_again(atlas: Atlas) -> None:
    first = atlas(fakes.Paper, options=WHOLE)
    first.bound[0].unlink()
    assert atlas(fakes.Paper, options=WHOLE).bound[0].exists()


def test_maps_that_failed_are_left_out_of_the_book(atlas: Atlas) -> None:
    class_ = fakes.RefusingPaper
    outcome = atlas(class_, options=WHOLE)
    assert len(outcome.failed) == 2
    assert "下村" not in Pdf(outcome.bound[0]).text(1)


def test_binding_can_be_cancelled(atlas: Atlas, folder: Path) -> None:
    told: list[str] = []
    watch = Watch(lambda text, *_: told.append(text), lambda: bool(told) and "装订" in told[-1])
    outcome = atlas(fakes.Paper, options=WHOLE, watch=watch)
    assert outcome.maps == 6
    assert outcome.stopped.startswith("已停下")
    assert outcome.bound == ()
    assert list(folder.glob("图册*")) == []


def test_maps_that_are_no_pdf_end_the_binding_with_a_sentence(atlas: Atlas) -> None:
    outcome = atlas(fakes.Quick, options=WHOLE)
    assert outcome.maps == 6
    assert "装订" in outcome.stopped


def test_contents_go_on_overleaf_and_no_heading_stands_alone(tmp_path: Path) -> None:
    lines = [Line(f"乡{n}") if n % 37 == 36 else Line(f"村{n}", (Goal(n),)) for n in range(120)]
    contents = Contents("图册", "", ("村情民情图",), tuple(lines))
    pdf, links = contents.drawn()
    (tmp_path / "a.pdf").write_bytes(pdf)
    made = Pdf(tmp_path / "a.pdf")
    assert made.pages == contents.pages > 2
    assert [link.goal.page for link in links] == [n for n in range(120) if n % 37 != 36]
    headings = {w.text: w.page for w in made.words() if w.text.startswith("乡")}
    after = {f"乡{n}": next(w.page for w in made.words() if w.text == f"村{n + 1}") for n in (36, 73, 110)}
    assert headings == after
