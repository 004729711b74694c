"""Templates of wall maps: what ours say, and how a mistake in one is told."""

import re
from pathlib import Path

import pytest

from mingqing.catalog.load import catalog
from mingqing.classify.statistics import statistics
from mingqing.core.errors import DefinitionError, InputRefused
from mingqing.printing.template.fill import WALL, filled, filled_each, mistake
from mingqing.printing.template.find import layers, template, template_of, templates
from mingqing.printing.template.model import Figure, Grid, Part, Side
from tests.printing.template.conftest import Write

THEMES = ("household", "industry", "organisation", "key_person", "assistance", "disaster")


# ── Ours ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("theme", THEMES)
def test_every_theme_has_a_template_of_its_own_that_says_how_to_read_the_map(theme: str) -> None:
    found = template_of(None, theme)
    assert (found.name, found.theme, found.secrecy) == (theme, theme, "内部使用")
    assert 2 <= len(found.notes) <= 4
    assert len(found.figures) >= 3
    assert set(found.landscape.parts) == set(found.portrait.parts) == set(Part)
    assert found.scales == ()


def test_a_township_finds_every_key_explained_in_the_file_that_it_copies_first() -> None:
    said = (Path("resources/print/household.toml")).read_text(encoding="utf-8")
    head = said[: said.index("\nfigures = ")]
    keys = {
        *layers(None, "common")[0],
        *layers(None, "household")[0],
        "side",
        "side_mm",
        "margin_mm",
        "title_mm",
    }
    assert [
        key for key in (*keys, *WALL, "parts", "shown", "lines", "corners", *Part, *Side) if key not in head
    ] == []


def test_the_page_for_townships_tells_of_every_number_that_a_table_may_have() -> None:
    page = Path("docs/templates.zh-CN.md").read_text(encoding="utf-8")
    for each in statistics().values():
        assert f"| `{each.code}` | {each.title} | {each.unit} |" in page


def test_what_the_page_for_townships_shows_is_a_template(project: Path, write: Write) -> None:
    page = Path("docs/templates.zh-CN.md").read_text(encoding="utf-8")
    [shown] = re.findall(r"```toml\n(.*?)```", page, re.S)
    write("\n".join(line.strip() for line in shown.split("\n")))
    assert template(project, "household").title == "{township}{village}家底图"


def test_templates_are_listed_in_the_order_of_the_maps() -> None:
    assert [t.name for t in templates(None)] == list(THEMES)


def test_a_map_without_a_template_has_what_all_have_in_common() -> None:
    assert template(None, "base").figures_title == "村情数据"


# ── Whose is taken ───────────────────────────────────────────────────────────────────────────────────────────


def test_what_the_projects_own_template_says_goes_before_ours_and_the_rest_stays(
    project: Path, write: Write
) -> None:
    write('title = "{village}家底"\n[landscape]\nside_mm = 70\n')
    found, ours = template(project, "household"), template(None, "household")
    assert (found.title, found.landscape.side_mm) == ("{village}家底", 70.0)
    assert (found.notes, found.portrait, found.landscape.parts) == (
        ours.notes,
        ours.portrait,
        ours.landscape.parts,
    )
    assert template(project, "disaster").title == ours.title


def test_what_a_project_says_of_all_maps_holds_where_a_theme_says_nothing(
    project: Path, write: Write
) -> None:
    write('secrecy = "秘密"\nfigures_title = "数据"\n', "common")
    assert template(project, "household").secrecy == "秘密"
    assert template(project, "disaster").figures_title == "防灾数据"


def test_a_second_template_of_a_theme_is_taken_by_name_and_says_only_what_differs(
    project: Path, write: Write
) -> None:
    write('theme = "disaster"\n[landscape]\ntitle_mm = 40\n', "防灾（大字）")
    found = template_of(project, "disaster", "防灾（大字）")
    assert (found.name, found.landscape.title_mm) == ("防灾（大字）", 40.0)
    assert found.figures == template(None, "disaster").figures
    assert [t.name for t in templates(project)] == [*THEMES, "防灾（大字）"]
    with pytest.raises(InputRefused, match="防灾避险图"):
        template_of(project, "household", "防灾（大字）")


def test_a_template_for_no_theme_serves_any(project: Path, write: Write) -> None:
    write('subtitle = "学校"', "学校")
    assert template_of(project, "industry", "学校").subtitle == "学校"


def test_a_template_that_was_changed_is_read_again(project: Path, write: Write) -> None:
    write('title = "一"')
    assert template(project, "household").title == "一"
    write('title = "一二三"')
    assert template(project, "household").title == "一二三"


def test_a_broken_template_leaves_the_others_usable(project: Path, write: Write) -> None:
    write("title = ", "disaster")
    write('title = "乙"', "乙")
    assert [t.name for t in templates(project)] == [*THEMES[:-1], "乙"]
    with pytest.raises(DefinitionError, match=r"print/disaster\.toml 第 1 行"):
        template(project, "disaster")


@pytest.mark.parametrize(
    "name", ["../household", "a/b", "..", ".hidden", "没有", "nul", "x" * 200, "household.toml"]
)
def test_a_name_that_is_none_of_a_template_is_refused_with_those_that_are(
    project: Path, write: Write, name: str
) -> None:
    (project / "household.toml").write_text("", encoding="utf-8")
    with pytest.raises(InputRefused, match="可用的有：household、industry"):
        template_of(project, "household", name)


def test_a_link_out_of_the_project_is_no_template(project: Path, write: Write, tmp_path: Path) -> None:
    (tmp_path / "secret.toml").write_text('title = "密"', encoding="utf-8")
    (project / "print" / "household.toml").symlink_to(tmp_path / "secret.toml")
    assert template(project, "household").title == "{village}{theme}"


# ── Every key ────────────────────────────────────────────────────────────────────────────────────────────────

ALL = """
title = "甲{village}"
subtitle = "乙{date}"
makers = "丙{year}"
secrecy = "公开"
approval = "浙S(2026)1号"
legend_title = "丁"
figures_title = "戊"
inset_title = "己{county}"
notes = ["庚 {scale} {crs}", "辛 {households} {people} {code}"]
figures = ["people", ["houses", "房"], "area_km2"]
scales = [1000, 3000]
fill = 0.5
sections_from = 7000
stale_months = 3
[grid]
shown = false
lines = false
corners = false
[landscape]
side = "left"
side_mm = 90
margin_mm = 12.5
title_mm = 30
parts = ["notes", "legend"]
[portrait]
side = "bottom"
side_mm = 100
margin_mm = 5
title_mm = 15
parts = []
"""


def test_every_key_is_read(project: Path, write: Write) -> None:
    write(ALL)
    found = template(project, "household")
    assert (found.title, found.subtitle, found.makers) == ("甲{village}", "乙{date}", "丙{year}")
    assert (found.secrecy, found.approval) == ("公开", "浙S(2026)1号")
    assert (found.legend_title, found.figures_title, found.inset_title) == ("丁", "戊", "己{county}")
    assert found.notes == ("庚 {scale} {crs}", "辛 {households} {people} {code}")
    assert found.figures == (Figure("people"), Figure("houses", "房"), Figure("area_km2"))
    assert (found.scales, found.fill) == ((1000, 3000), 0.5)
    assert (found.sections_from, found.stale_months, found.grid) == (7000, 3, Grid(*[False] * 3))
    wide, high = found.landscape, found.portrait
    assert (wide.side, wide.side_mm, wide.margin_mm, wide.title_mm) == (Side.LEFT, 90.0, 12.5, 30.0)
    assert (wide.parts, high.parts) == ((Part.NOTES, Part.LEGEND), ())
    assert (high.side, high.side_mm, high.margin_mm, high.title_mm) == (Side.BOTTOM, 100.0, 5.0, 15.0)


def test_numbers_of_a_table_of_ours_are_known(project: Path, write: Write) -> None:
    codes = ", ".join(f'"{code}"' for code in list(statistics())[:24])
    write(f"figures = [{codes}]")
    assert len(template(project, "household").figures) == 24


# ── Mistakes ─────────────────────────────────────────────────────────────────────────────────────────────────

HEAD = '# 甲\ntitle = """\\\n  {village}"""  # = [ "\nnotes = [\n  "a = 1",\n  "]",\n]\n'  # 7 lines
MISTAKES = {
    "unknown key": ('titel = "a"', 8, "titel", "不认识"),
    "number for text": ("subtitle = 3", 8, "subtitle", "类型"),
    "text for number": ('fill = "0.9"', 8, "fill", "类型"),
    "truth for number": ("fill = true", 8, "fill", "类型"),
    "unknown placeholder": ('subtitle = "{town}"', 8, "subtitle", "{town}"),
    "placeholder with format": ('subtitle = "{village:>9999999}"', 8, "subtitle", "花括号"),
    "placeholder with attribute": ('subtitle = "{village.__class__}"', 8, "subtitle", "花括号"),
    "open brace": ('subtitle = "{village"', 8, "subtitle", "花括号"),
    "placeholder in the stamp": ('secrecy = "{village}"', 8, "secrecy", "village"),
    "title of two lines": ('subtitle = "甲\\n乙"', 8, "subtitle", "换行"),
    "endless title": (f'subtitle = "{"长" * 201}"', 8, "subtitle", "200"),
    "endless stamp": (f'secrecy = "{"密" * 21}"', 8, "secrecy", "20"),
    "100,000 notes": ("makers = 1", 8, "makers", "类型"),
    "note that is a number": ("figures = [1]", 8, "figures", "代号"),
    "unknown figure": ('figures = ["people",\n"peeple"]', 8, "figures", "peeple"),
    "figure twice": ('figures = ["people", "people"]', 8, "figures", "两遍"),
    "a personal field as figure": ('figures = ["phone"]', 8, "figures", "phone"),
    "scales down": ("scales = [2000, 1000]", 8, "scales", "从小到大"),
    "scale of one": ("scales = [1]", 8, "scales", "整数"),
    "scale that is none": ("scales = [2000.5]", 8, "scales", "整数"),
    "scale without end": ("scales = [100000000000000]", 8, "scales", "整数"),
    "more than all": ("fill = 1.5", 8, "fill", "1.5"),
    "nothing": ("fill = 0", 8, "fill", "0.3"),
    "negative months": ("stale_months = -1", 8, "stale_months", "-1"),
    "section divided at nothing": ("sections_from = 0", 8, "sections_from", "500"),
    "another theme's name": ('theme = "disaster"', 8, "theme", "household"),
    "no theme": ('theme = "household2"', 8, "theme", "没有专题"),
    "grid that is none": ("grid = 1", 8, "grid", "类型"),
    "grid by halves": ("[grid]\nlines = 1", 9, "grid.lines", "类型"),
    "unknown side": ('[landscape]\nside = "top"', 9, "landscape.side", "top"),
    "column of 10 m": ("[landscape]\n\nside_mm = 10_000", 10, "landscape.side_mm", "420"),
    "negative column": ("[landscape]\nside_mm = -5", 9, "landscape.side_mm", "-5"),
    "column that leaves no map": (
        "[portrait]\nside = 'left'\nside_mm = 180",
        10,
        "portrait.side_mm",
        "留给地图",
    ),
    "margin larger than the page": ("[portrait]\nmargin_mm = 300", 9, "portrait.margin_mm", "60"),
    "margin of nothing": ("[portrait]\nmargin_mm = 0", 9, "portrait.margin_mm", "3"),
    "title over all": ("portrait.title_mm = 200", 8, "portrait.title_mm", "60"),
    "unknown part": ('[portrait]\nparts = ["legend", "logo"]', 9, "portrait.parts", "logo"),
    "part twice": ('[portrait]\nparts = ["legend", "legend"]', 9, "portrait.parts", "两遍"),
    "key in a table": ("[portrait]\nside_mm = 90\nside_cm = 1", 10, "portrait.side_cm", "不认识"),
    "table for text": ("[subtitle]\na = 1", 8, "subtitle", "类型"),
    "not a number": ("fill = nan", 8, "", "不是数"),
    "infinite": ("[grid]\n[portrait]\nside_mm = inf", 10, "", "不是数"),
    "huge": ("sections_from = 9" + "0" * 30, 8, "", "太大"),
    "key twice": ('subtitle = "a"\nsubtitle = "b"', 9, "", "两遍"),
    "table twice": ("[grid]\n[grid]", 9, "", "两遍"),
    "no quotes": ("subtitle = 大竹溪村", 8, "", "双引号"),
    "no equals": ('subtitle "a"', 8, "", "名字 = 值"),
    "open quote": ('subtitle = "a', 8, "", "引号"),
    "full-width quotes": ("subtitle = “a”", 8, "", "双引号"),
}


@pytest.mark.parametrize("case", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_in_one_sentence_with_file_line_key_and_reason(
    project: Path, write: Write, case: tuple[str, int, str, str]
) -> None:
    text, line, key, reason = case
    write(HEAD + text + "\n")
    with pytest.raises(DefinitionError) as refused:
        template(project, "household")
    said = str(refused.value)
    assert f"print/household.toml 第 {line} 行" in said
    assert key in said
    assert reason in said
    assert "\n" not in said
    assert len(said) < 500


def test_what_common_and_own_make_wrong_together_is_told_of_where_it_was_said_last(
    project: Path, write: Write
) -> None:
    write("[landscape]\nside_mm = 250\nmargin_mm = 40", "common")
    with pytest.raises(DefinitionError, match=r"print/common\.toml 第 2 行.*landscape\.side_mm"):
        template(project, "household")
    write("\n[landscape]\nside_mm = 230")
    with pytest.raises(DefinitionError, match=r"print/household\.toml 第 3 行.*landscape\.side_mm"):
        template(project, "household")


HOSTILE = {
    "100,000 notes": "notes = [" + '"a",\n' * 100_000 + "]",
    "13 notes": "notes = [" + '"a",\n' * 13 + "]",
    "a note of a book": f'notes = ["{"长" * 1_990}"]',
    "3 MB": "#" + "x\n#" * 1_500_000,
    "keys without end": ".".join("a" * 900) + " = 1",
    "brackets without end": "notes = " + "[" * 1_900,
    "many keys": "".join(f"{'.'.join(['a'] * 300)}.k{n} = 1\n" for n in range(300)),
    "a number of 5,000 digits": "fill = 0x" + "f" * 1_900,
    "a table in a note": 'notes = [{a = "b"}]',
    "a date": "title = 2026-11-22",
    "nothing but brackets": "]" * 100,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_template_is_refused_in_one_sentence(project: Path, write: Write, text: str) -> None:
    write(text)
    with pytest.raises(DefinitionError) as refused:
        template(project, "household").notes  # noqa: B018
    assert "household.toml" in str(refused.value)
    assert len(str(refused.value)) < 500


def test_a_template_saved_by_another_editor_is_read_or_told_of(project: Path, write: Write) -> None:
    file = project / "print" / "household.toml"
    file.write_bytes('\ufefftitle = "{village}"\r\nsubtitle = "b"\r\n'.encode())
    assert template(project, "household").subtitle == "b"
    file.write_bytes('title = "大竹溪村民情图"'.encode("gbk"))
    with pytest.raises(DefinitionError, match="UTF-8"):
        template(project, "household")


# ── Placeholders ─────────────────────────────────────────────────────────────────────────────────────────────


def test_every_placeholder_is_filled_and_what_it_stands_for_is_not_read_again() -> None:
    words = {name: f"<{name}>" for name in WALL} | {"village": "{theme}"}
    text = "".join(f"{{{name}}}" for name in WALL)
    assert mistake(text, WALL) is None
    assert filled(text, words) == "".join(words.values())


def test_a_note_about_what_is_not_known_is_left_out() -> None:
    notes = ("共 {people} 人", "{village}", "x")
    assert filled_each(notes, {"village": "甲"}) == ("甲", "x")


def test_no_note_of_ours_promises_a_number_or_a_phone() -> None:
    for each in templates(None):
        assert not any(c.isdecimal() for note in each.notes for c in note)


def test_every_figure_of_ours_counts_rows_that_there_are() -> None:
    tables = catalog().tables
    for each in statistics().values():
        fields = tables[each.table].field_by_name
        assert {each.of or "village_code", each.condition.field if each.condition else "village_code"} <= {
            *fields,
            "village_code",
        }
