"""Templates of cards, lists, plans and reports: what ours say, what of them a township may change, what it may not."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from mingqing.catalog.load import catalog
from mingqing.core.errors import DefinitionError, InputRefused
from mingqing.core.sample import PASSWORD, USER
from mingqing.printing.evacuation.card_pdf import cards_pdf
from mingqing.printing.evacuation.evacuees import Evacuee
from mingqing.printing.evacuation.roll import gather_roll
from mingqing.printing.evacuation.roll_pdf import print_roll
from mingqing.printing.evacuation.roll_xlsx import as_xlsx
from mingqing.printing.evacuation.village_plan import gather_plan
from mingqing.printing.evacuation.village_plan_pdf import plan_pdf
from mingqing.printing.paper.page import A5
from mingqing.printing.template.document import DOCUMENTS, words
from mingqing.printing.template.find import document, template, wall_names
from mingqing.printing.template.model import Figure
from mingqing.store.project import open_project
from mingqing.store.session import Session
from tests.printing.conftest import evacuees_of
from tests.printing.evacuation.test_card import blank, card
from tests.printing.pdf import Pdf, outside, overlapping
from tests.printing.template.conftest import Write

Keep = Callable[[bytes], Pdf]


# ── Ours ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", DOCUMENTS)
def test_each_document_has_a_template_that_says_what_it_is_for_and_who_may_see_it(name: str) -> None:
    found = document(None, name)
    assert found.title
    assert len(found.codes) >= 3
    assert found.secrecy == ("" if name == "card" else "内部使用")


def test_a_document_is_no_template_of_a_map() -> None:
    assert not set(DOCUMENTS) & set(wall_names(None))
    with pytest.raises(InputRefused, match="没有名为“card”的模板"):
        template(None, "card")


def test_there_is_advice_for_every_kind_of_hazard() -> None:
    kinds = {code.value for code in catalog().codes["hazard_kind"].codes}
    assert set(document(None, "card").advice) == kinds | {"other", "always"}


def test_no_template_takes_away_who_printed_it_and_when() -> None:
    said = replace(document(None, "roll"), secrecy="", footer="")
    assert said.foot("甄一一", datetime(2026, 5, 1, 8, 30)) == "民情地图 · 2026-05-01 08:30 由 甄一一 打印"  # noqa: DTZ001
    told = document(None, "roll").foot("甄一一", datetime(2026, 5, 1, 8, 30), "第 2 版")  # noqa: DTZ001
    assert told == "内部使用 · 第 2 版 · 2026-05-01 08:30 由 甄一一 打印 · 含个人信息，用后收回"


def test_words_are_a_day_as_people_write_it_and_the_place() -> None:
    assert words(date(2026, 3, 9), village="甲村")["date"] == "2026年3月9日"


# ── Changed ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_the_project_says_of_a_card_is_on_it_and_the_rest_stays(
    keep: Keep, project: Path, write: Write
) -> None:
    write(
        'title = "竹源乡避险卡"\nsubtitle = "{village} {year}"\ncopies = ["户主"]\nfooter = "以新卡为准"\n'
        'paper = "A5"\n'
        'sections = [["way", "怎么走"], "warning", ["danger", "灾害"]]\n'
        '[advice]\n"山洪" = "往高处跑。"\n',
        "card",
    )
    said = document(project, "card")
    assert said.sheet == A5
    assert said.heading("warning") == "预警"
    ours = document(None, "card").advice
    assert (said.advice["山洪"], said.advice["滑坡"]) == ("往高处跑。", ours["滑坡"])
    pdf = keep(cards_pdf([card()], blank, template=said))
    text = "".join(pdf.text().split())
    assert pdf.pages == 1
    assert all(t in text for t in ("竹源乡避险卡", f"小竹溪村{date.today().year}", "以新卡为准", "撤离路线"))  # noqa: DTZ011
    assert "手机扫一扫" not in text
    assert "户主签名" not in text
    assert text.index("撤离路线") < text.index("监测人") < text.index("灾害类型")
    assert overlapping(pdf.words()) == []


def test_a_long_title_of_a_card_grows_smaller_between_village_and_copy(
    keep: Keep, project: Path, write: Write
) -> None:
    write(f'title = "{"避险明白卡" * 6}"\nsubtitle = "{"村" * 150}"', "card")
    pdf = keep(cards_pdf([card()], blank, template=document(project, "card")))
    assert overlapping(pdf.words()) == []
    assert outside(pdf.words(), pdf.size, 10.0) == []
    assert "避险明白卡" * 6 in "".join(pdf.text(1).split())


@pytest.fixture
def session(sample_project: Path) -> Iterator[Session]:
    with open_project(sample_project, user=USER, password=PASSWORD) as session:
        yield session


@pytest.fixture
def evacuees(session: Session) -> list[Evacuee]:
    return evacuees_of(session)


def own(session: Session, name: str, text: str) -> None:
    folder = session.info.path / "print"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.toml").write_text(text, encoding="utf-8")


def test_the_roll_is_as_the_project_has_it_on_paper_and_in_the_workbook(
    keep: Keep, session: Session, evacuees: list[Evacuee]
) -> None:
    own(
        session,
        "roll",
        'title = "{village}转移名单"\nsubtitle = "带在身上"\nfooter = "阅后收回&销毁"\nnotes = ["{year}年印"]\n'
        'paper = "A4"\n'
        'sections = [["others", "能走的"], ["slow", "要扶的"], ["stranded", "没路的"]]\n',
    )
    text = "".join(keep(print_roll(session, evacuees)).text().split())
    assert all(t in text for t in ("转移名单", "带在身上", "阅后收回&销毁", f"{date.today().year}年印"))  # noqa: DTZ011
    assert text.index("能走的：") < text.index("要扶的：") < text.index("没路的：")
    roll = gather_roll(session, evacuees)
    sheet = load_workbook(BytesIO(as_xlsx(roll))).worksheets[0]
    assert sheet["A1"].value == "转移名单"
    assert sheet.page_setup.paperSize == 9
    assert "阅后收回&&销毁" in sheet.oddFooter.left.text


def test_the_plan_has_the_sections_of_its_template_in_their_order(
    keep: Keep, session: Session, evacuees: list[Evacuee]
) -> None:
    own(
        session,
        "village_plan",
        'title = "{village}预案"\nsections = [["shelters", "去哪儿"], "stranded"]\nnotes = ["请贴在村口。"]',
    )
    village = session.rows("house", ("village_code",))[0][0]
    plan = gather_plan(session, village, evacuees)
    text = keep(plan_pdf(plan, None, template=document(session, "village_plan"))).text()
    assert f"{plan.village}预案" in text
    assert text.index("一、去哪儿") < text.index("二、没有安全路线的住户") < text.index("请贴在村口。")
    assert "三、" not in text


def test_a_broken_template_of_one_document_stops_no_other(
    keep: Keep, session: Session, evacuees: list[Evacuee]
) -> None:
    own(session, "card", "title = ")
    with pytest.raises(DefinitionError, match=r"print/card\.toml 第 1 行"):
        document(session, "card")
    assert keep(print_roll(session, evacuees)).pages > 0


def test_the_report_says_its_figures_and_sections(project: Path, write: Write) -> None:
    write('figures = [["people", "户籍人口"]]\nsections = [["people", "人口"], "houses"]', "report")
    found = document(project, "report")
    assert found.figures == (Figure("people", "户籍人口"),)
    assert found.codes == ("people", "houses")


# ── Mistakes ─────────────────────────────────────────────────────────────────────────────────────────────────

MISTAKES = {
    "a card that does not say where to go": (
        "card",
        'sections = ["family", "danger", "warning"]',
        "sections",
        "“way”",
    ),
    "a roll without those who have no way": ("roll", 'sections = ["slow", "others"]', "sections", "stranded"),
    "a plan without those who have no way": (
        "village_plan",
        'sections = ["map"]',
        "sections",
        "stranded",
    ),
    "an unknown section": ("report", 'sections = ["peeple"]', "sections", "peeple"),
    "a section twice": ("report", 'sections = ["people", "people"]', "sections", "两遍"),
    "a heading that has no room": (
        "card",
        'sections = ["danger", "warning", ["way", "怎么走到避灾点"]]',
        "sections",
        "6",
    ),
    "a title that has no room": ("card", f'title = "{"卡" * 31}"', "title", "30"),
    "no title": ("roll", 'title = ""', "title", "不能为空"),
    "a card on a wall": ("card", 'paper = "A0"', "paper", "A4、A5"),
    "a report on a card": ("report", 'paper = "A5"', "paper", "A4"),
    "a way up that there is not": ("roll", 'orientation = "diagonal"', "orientation", "landscape"),
    "a place that a roll does not know": ("roll", 'title = "{township}"', "title", "township"),
    "ten copies": ("card", 'copies = ["甲"' + ', "甲"' * 9 + "]", "copies", "9"),
    "copies of a roll": ("roll", 'copies = ["甲"]', "copies", "不认识"),
    "figures of a roll": ("roll", 'figures = ["people"]', "figures", "不认识"),
    "advice on a kind that there is not": (
        "card",
        '\n[advice]\n"洪水猛兽" = "跑"',
        "advice.洪水猛兽",
        "不认识",
    ),
    "advice of a book": ("card", f'\n[advice]\n"山洪" = "{"跑" * 501}"', "advice.山洪", "500"),
}


@pytest.mark.parametrize("case", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_with_file_line_key_and_reason(
    project: Path, write: Write, case: tuple[str, str, str, str]
) -> None:
    name, text, key, reason = case
    write(f"# 甲\n{text}\n", name)
    with pytest.raises(DefinitionError) as refused:
        document(project, name)
    line = 1 + len(text.split("\n"))
    assert f"print/{name}.toml 第 {line} 行的 {key}" in str(refused.value)
    assert reason in str(refused.value)
