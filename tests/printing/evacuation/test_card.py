"""避险明白卡: everything one should know on one page, blanks where nothing is known, and a code that says the same."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from PIL import Image

from mingqing.access.audit import DONE, REFUSED, Act
from mingqing.core.errors import Cancelled, NotAllowed
from mingqing.core.watch import Watch
from mingqing.printing.evacuation import card_pdf
from mingqing.printing.evacuation.card import CardContent, Unit, advice, alone, gather_cards, in_short
from mingqing.printing.evacuation.card_pdf import cards_pdf, print_cards
from mingqing.printing.evacuation.evacuees import About, Contact, Evacuee, Person
from mingqing.printing.evacuation.sketch import Sketch
from mingqing.printing.paper.code import paint_qr, qr
from mingqing.printing.paper.page import A4, A5, Document
from mingqing.printing.template.find import document
from mingqing.render.scale import Viewport
from mingqing.render.scene import Scene
from mingqing.store.log import entries
from mingqing.store.session import Session
from tests.printing.conftest import WORDS
from tests.printing.pdf import Pdf, outside, overlapping, run

Keep = Callable[[bytes], Pdf]
TEMPLATE = document(None, "card")
ADVICE = TEMPLATE.advice


def card(**given: object) -> CardContent:
    plain = CardContent(
        *(1, "小竹溪村", "高石金", 3, "砖木 2层", "小竹溪村 小竹溪8号 1组"),
        tuple(Person(name, "女", 70) for name in ("高石金", "文马白")),
        *("小竹溪山洪", "山洪", "中型", "在隐患范围内", "强降雨", advice(iter(["山洪"]), ADVICE)),
        *(Contact("甄巧模", "00038209622"), "广播、手摇警报器"),
        *(Contact("拟大设", "00084961092"), Contact("贾六拟", "00019984648"), WORDS, 9.0, 545.0),
        *("小竹溪村学校避灾点", "竹源乡小竹溪村小竹溪", Contact("贾发仿", "00082013066"), False, Unit()),
        Unit("小竹溪村民委员会", Contact("拟大设", "00084961092")),
    )
    return replace(plain, **given)  # type: ignore[arg-type]


def blank(_card: CardContent, size_mm: tuple[float, float]) -> Sketch:
    view = Viewport((0.0, 0.0), 1.0, (round(size_mm[0]), round(size_mm[1])), 1.0)
    return Sketch(
        Scene(view, dark=False, ground=(), overlay=(), labels=(), legend=(), counts={}, feature_count=0)
    )


def one(keep: Keep, content: CardContent, **more: object) -> Pdf:
    return keep(cards_pdf([content], blank, copies=("户主留存",), **more))  # type: ignore[arg-type]


def test_card_tells_what_one_should_know_and_every_copy_for_whom_it_is(keep: Keep) -> None:
    pdf = keep(cards_pdf([card()], blank))
    assert pdf.pages == len(TEMPLATE.copies) == 3
    for number, copy in enumerate(TEMPLATE.copies, start=1):
        text = pdf.text(number)
        assert copy in text
        for known in (
            "高石金",
            "小竹溪8号",
            "山洪",
            "00038209622",
            "手摇警报器",
            "00082013066",
            "学校避灾点",
        ):
            assert known in text
        assert "".join(WORDS.split())[:30] in text


@pytest.mark.parametrize("paper", [A4, A5])
@pytest.mark.parametrize("members", [0, 1, 8, 12, 30])
def test_household_of_any_size_fits_on_one_page(keep: Keep, paper: object, members: int) -> None:
    people = tuple(Person(f"甄{n:02}人", "男", n) for n in range(members))
    pdf = one(keep, card(members=people, people=members), paper=paper)
    assert pdf.pages == 1
    text = pdf.text()
    assert all(person.name in text for person in people)
    assert overlapping(pdf.words()) == []
    assert outside(pdf.words(), pdf.size, 4.0) == []


def test_of_very_many_people_the_card_says_how_many(keep: Keep) -> None:
    pdf = one(keep, card(members=tuple(Person(f"甄{n:02}人", "男", n) for n in range(70))), paper=A5)
    assert pdf.pages == 1
    assert "甄38人" in pdf.text()
    assert "甄39人" not in pdf.text()
    assert "……共70人" in pdf.text()
    assert overlapping(pdf.words()) == []
    assert outside(pdf.words(), pdf.size, 4.0) == []


def test_long_names_and_rare_characters_stay_in_their_place(keep: Keep) -> None:
    long = card(
        householder="𠮷鑨㛃" * 8,
        address="竹源乡小竹溪村" * 14,
        members=tuple(Person("欧阳𠮷鑨" * 6, "女", 101) for _ in range(12)),
        monitor=Contact("阿卜杜热合曼·买买提" * 3, "0578-80601234转8001、13800138000"),
        way_in_words=WORDS * 9,
        shelter="中心小学避灾安置场所" * 6,
        trigger="持续强降雨、坡脚开挖、水库放水" * 4,
    )
    pdf = one(keep, long)
    assert pdf.pages == 1
    assert overlapping(pdf.words()) == []
    assert outside(pdf.words(), pdf.size, 10.0) == []


def test_what_is_not_known_is_left_blank(keep: Keep) -> None:
    nothing = CardContent(
        *(
            1,
            "",
            "",
            0,
            "",
            "",
            (),
            "",
            "",
            "",
            "",
            "",
            "",
            Contact(),
            "",
            Contact(),
            Contact(),
            "",
            None,
            None,
        ),
        *("", "", Contact(), False, Unit(), Unit()),
    )
    text = one(keep, nothing).text()
    assert "户主姓名" in text
    assert "户主签名" in text
    assert "None" not in text


def test_household_without_a_safe_way_is_told_so_outright(keep: Keep) -> None:
    content = card(stranded=True, way_in_words="", shelter="", minutes=None, metres=None)
    pdf = one(keep, content)
    assert "目前没有查到安全的路线。听到预警，马上打电话给贾六拟00019984648" in pdf.text()
    assert "不要自行涉水过河" in pdf.text()
    assert "尚未安排。请带队人当面商定去哪里、谁来接：" in pdf.text()
    assert "打电话给贾六拟 00019984648" in in_short(content)
    assert overlapping(pdf.words()) == []


def test_household_without_a_safe_way_calls_whom_one_can_call() -> None:
    nobody = Contact("无号码")
    content = card(stranded=True, leader=nobody)
    assert "打电话给拟大设 00084961092，" in alone(content)
    committee = replace(content, announcer=Contact(), issuer=Unit("村委会", Contact("", "0571")))
    assert "打电话给0571，" in alone(committee)
    assert "打电话给村委会，" in alone(replace(committee, issuer=Unit()))


def test_card_of_a_plan_says_of_no_household_why_it_has_no_way(
    sample_session: Session, evacuees: Sequence[Evacuee], keep: Keep
) -> None:
    lost = [e for e in evacuees if e.shelter is None][:2]
    text = keep(print_cards(sample_session, lost, copies=("户主留存",))).text()
    assert "目前没有查到安全的路线" in text
    assert "另修便桥" not in text


def test_map_of_a_household_without_a_safe_way_shows_what_bars_it(
    sample_session: Session, evacuees: Sequence[Evacuee], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[shapely.Geometry, ...]] = []
    monkeypatch.setattr(card_pdf, "draw_sketch", lambda *_, **given: seen.append(given["seen"]))
    lost = next(e for e in evacuees if e.shelter is None)
    home = gather_cards(sample_session, [lost])[0].home
    assert home is not None
    x, y = home.centroid.x, home.centroid.y
    valley, far = shapely.box(x - 9000, y + 50, x + 9000, y + 90), shapely.Point(x + 2000, y)
    print_cards(sample_session, [replace(lost, barred=bar) for bar in (valley, far)], copies=("户主留存",))
    assert all(len(each) == 2 + len(lost.hazards) for each in seen)
    near, led = (each[-1] for each in seen)
    assert near.within(valley)
    assert 300 < near.hausdorff_distance(home) < 500
    assert led.distance(home) == led.distance(far) == 0


def test_grade_by_people_in_danger_is_named_where_the_size_is_not_known(
    as_role: Callable[..., Session], evacuees: Sequence[Evacuee]
) -> None:
    planner, hazard = as_role("planner"), evacuees[0].hazards[0]
    before = gather_cards(planner, evacuees[:1])[0]
    assert "险情" not in before.scale
    with planner.transaction("edit", "登记") as change:
        change.update("hazard", [hazard], {"scale": [None], "level": ["大型"]})
    assert "险情等级大型" in gather_cards(planner, evacuees[:1])[0].scale


def test_card_says_at_its_foot_of_which_plan_and_day_it_is(
    sample_session: Session, evacuees: Sequence[Evacuee], keep: Keep
) -> None:
    about = About(edition="预案“台风”第 3 版，编制日期 2026-08-01")
    pdf = keep(print_cards(sample_session, evacuees[:2], about, copies=("户主留存",)))
    for page in range(1, pdf.pages + 1):
        assert "预案“台风”第3版，编制日期2026-08-01。换发新卡后，本卡作废。" in pdf.text(page)
    assert overlapping(pdf.words()) == []
    assert outside(pdf.words(), pdf.size, 10.0) == []


def test_code_says_the_way_the_shelter_and_whom_to_call_and_nothing_of_the_household() -> None:
    told = in_short(card())
    for known in (WORDS, "小竹溪村学校避灾点 贾发仿 00082013066", "甄巧模 00038209622", "拟大设 00084961092"):
        assert known in told
    for private in ("高石金", "文马白", "小竹溪8号"):
        assert private not in told


def test_code_stays_small_enough_for_a_phone() -> None:
    told = in_short(card(way_in_words=WORDS * 40))
    assert len(told.encode()) <= 900
    assert told.endswith("…")
    assert len(qr(told)) <= 4 * 25 + 17


def test_code_on_paper_is_the_code_of_the_text(tmp_path: Path, keep: Keep) -> None:
    told, side, dpi = in_short(card()), 60.0, 300
    with Document(A4, "码") as document:
        paint_qr(document.page(), 20.0, 30.0, side, told)
    run("pdftoppm", "-r", str(dpi), "-png", "-singlefile", keep(document.pdf).path, tmp_path / "page")
    page = np.asarray(Image.open(tmp_path / "page.png").convert("L")) < 128
    expected = np.array(qr(told))
    quiet = 4
    step = side / (len(expected) + 2 * quiet)
    middles = (np.arange(len(expected)) + quiet + 0.5) * step
    rows, columns = (((corner + middles) * dpi / 25.4).astype(int) for corner in (30.0, 20.0))
    assert (page[np.ix_(rows, columns)] == expected).all()


def test_advice_is_that_of_the_kinds_at_hand() -> None:
    assert "裂缝" in advice(iter(["滑坡"]), ADVICE)
    assert "涉水" in advice(iter(["山洪", "山洪"]), ADVICE)
    assert advice(iter([]), ADVICE) == advice(iter(["没有这一类"]), ADVICE)


def test_every_household_of_the_plan_has_its_card(
    sample_session: Session, evacuees: Sequence[Evacuee]
) -> None:
    cards = gather_cards(sample_session, evacuees)
    houses = {e.house for e in evacuees}
    heads = [h for h, house in sample_session.rows("household", ("householder", "house")) if house in houses]
    assert sorted(c.householder for c in cards if c.householder) == sorted(heads)
    assert {c.house for c in cards} == houses
    assert [c.village for c in cards] == sorted(
        (c.village for c in cards), key=[c.village for c in cards].index
    )
    stranded = {e.house for e in evacuees if e.shelter is None}
    assert {c.house for c in cards if c.stranded} == stranded
    assert all(c.way is not None and c.shelter_head.phone for c in cards if not c.stranded)
    assert all(c.issuer.name.endswith("村民委员会") for c in cards)


def test_issuer_and_rescue_are_those_given(sample_session: Session, evacuees: Sequence[Evacuee]) -> None:
    town, clinic = Unit("竹源乡人民政府", Contact("甲", "1")), Unit("竹源乡卫生院", Contact("乙", "2"))
    cards = gather_cards(sample_session, evacuees[:3], issuer=town, rescue=clinic)
    assert {(c.issuer.name, c.rescue.name) for c in cards} == {("竹源乡人民政府", "竹源乡卫生院")}


def test_planner_prints_names_and_phones_a_viewer_their_masks(
    as_role: Callable[..., Session], evacuees: Sequence[Evacuee]
) -> None:
    planned, viewed = (gather_cards(as_role(role), evacuees) for role in ("planner", "viewer"))
    assert all("*" not in c.householder + c.monitor.phone for c in planned)
    assert all("*" in c.householder for c in viewed if c.householder)
    assert all("*" in c.shelter_head.phone for c in viewed if not c.stranded)
    addresses = {a for (a,) in as_role("planner").rows("house", ("address",)) if a}
    assert all(any(a in c.address for a in addresses) for c in planned)
    assert not any(a in c.address for a in addresses for c in viewed)


def test_planner_has_sex_and_age_on_the_card_for_a_reason_that_the_log_keeps(
    as_role: Callable[..., Session], evacuees: Sequence[Evacuee]
) -> None:
    planner = as_role("planner")
    blank_cards = gather_cards(planner, evacuees[:5])
    cards = gather_cards(planner, evacuees[:5], reason="制作明白卡")
    assert {(m.sex, m.age) for c in blank_cards for m in c.members} == {("", None)}
    assert all(m.sex and m.age is not None for c in cards for m in c.members)
    last = entries(as_role("auditor"), limit=1)[0]
    assert (last.act, last.detail) == (Act.UNMASK, "性别、出生日期、与户主关系：制作明白卡")
    assert last.rows == sum(len(c.members) for c in cards)


def test_printing_is_in_the_log_before_it_is_done(
    as_role: Callable[..., Session], evacuees: Sequence[Evacuee], keep: Keep
) -> None:
    planner, auditor = as_role("planner"), as_role("auditor")
    assert keep(print_cards(planner, evacuees[:2], copies=("户主留存",))).pages >= 2
    last = entries(auditor, limit=1)[0]
    assert (last.act, last.target, last.outcome) == (Act.PRINT, "避险明白卡", DONE)
    assert last.rows == len(gather_cards(planner, evacuees[:2]))
    with pytest.raises(NotAllowed, match="避险明白卡"):
        print_cards(as_role("department"), evacuees)
    last = entries(auditor, limit=1)[0]
    assert (last.act, last.outcome) == (Act.PRINT, REFUSED)


def test_printing_can_be_followed_and_stopped(sample_session: Session, evacuees: Sequence[Evacuee]) -> None:
    seen: list[int] = []
    watch = Watch(lambda _text, done, _all: seen.append(done), lambda: len(seen) >= 2)
    with pytest.raises(Cancelled):
        print_cards(sample_session, evacuees[:5], watch=watch)
    assert seen == [0, 1]
