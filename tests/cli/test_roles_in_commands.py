"""Each role at each command: what it may not see is in no output, no error, no file."""

import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest
import shapely

from mingqing.access.masking import MASKS
from mingqing.access.policy import Column, Policy
from mingqing.access.roles import Action, mask_of, privacy_of
from mingqing.catalog.load import catalog
from mingqing.catalog.model import Field, FieldType, GeometryKind, Mask, Privacy, Table
from mingqing.cli.drawing import draw, extent_of, view_of
from mingqing.core.sample import PASSWORD, USER
from mingqing.store.accounts import add_account
from mingqing.store.geometry import encode
from mingqing.store.project import open_project
from mingqing.store.session import Session, Value
from tests.cli.conftest import OTHERS, Outcome, Run, RunAs, assert_one_sentence
from tests.files import VILLAGE, XY, write_shp

# No person has this number: 999999 is no place.
ID, NAME, PHONE = "99999919530719301X", "晁探针", "13912345678"
TEXT, DATE = "探针所述", "1953-07-19"
CANARIES = {"identity number": ID, "name": NAME, "phone": PHONE, "circumstances": TEXT, "date": DATE}
OF_MASK = {Mask.ID_NUMBER: ID, Mask.NAME: NAME, Mask.PHONE: PHONE}
SHAPES = {
    GeometryKind.POLYGON: shapely.box(XY[0], XY[1], XY[0] + 40, XY[1] + 40),
    GeometryKind.LINE: shapely.LineString([XY, (XY[0] + 90, XY[1] + 60)]),
    GeometryKind.POINT: shapely.Point(XY[0] + 20, XY[1] + 20),
}
DUTIES = ("system_admin", "security_admin", "auditor")
LITTLE = (*DUTIES, "department", "viewer")
BOUND = ("town_editor", "village_editor")
EVERYBODY = (*LITTLE, "planner", *BOUND, "county_editor")


def value_of(field: Field, ids: Mapping[str, int]) -> Value:
    """Something for a field to hold: a canary wherever it is about a person."""
    mask = mask_of(field)
    if mask is not None:
        return OF_MASK[mask]
    if field.references:
        return ids[field.references]
    if field.codes is not None:
        return field.codes.codes[0].value
    closed = privacy_of(field) is not Privacy.OPEN
    values: dict[FieldType, Value] = {
        FieldType.TEXT: TEXT if closed else "公开",
        FieldType.DATE: DATE if closed else "2020-01-01",
    }
    return values.get(field.type, 1)


def plant(session: Session) -> None:
    """Put one row with canaries into every table."""
    tables = catalog().tables
    ids = {name: number for number, name in enumerate(tables, 1)}
    with session.transaction("edit", "试") as change:
        for table in sorted(tables.values(), key=lambda t: catalog().depth(t.name)):
            row = {f.name: value_of(f, ids) for f in table.fields}
            row["village_code"] = VILLAGE
            if table.name == "village":
                row["code"] = VILLAGE
            change.insert(
                table.name, [ids[table.name]], {n: [v] for n, v in row.items()}, shape_of(table, session)
            )


def shape_of(table: Table, session: Session) -> list[bytes | None] | None:
    kind = next((k for k in SHAPES if k in table.geometry), None)
    return None if kind is None else encode(np.array([SHAPES[kind]]), session.info.epsg)


@pytest.fixture(scope="module")
def planted(empty_project_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with canaries in every table, and an account of each role, called after it."""
    path = shutil.copytree(empty_project_once, tmp_path_factory.mktemp("planted") / "项目.mingqing")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MINGQING_SETTINGS", str(tmp_path_factory.mktemp("computer")))
        with open_project(path, user=USER, password=PASSWORD) as session:
            plant(session)
            for role in EVERYBODY:
                add_account(session, role, [role], [VILLAGE] if role in BOUND else None, OTHERS)
    return path


@pytest.fixture
def project(planted: Path, tmp_path: Path) -> Path:
    return shutil.copytree(planted, tmp_path / planted.name)


def commands(project: Path, out: Path) -> Iterator[tuple[str | Path, ...]]:
    """Every command that an account may give, each in each form that prints something else."""
    tables, themes = catalog().tables, catalog().themes
    yield ("info", project)
    yield ("info", project, "--json")
    yield ("check", project, "--json")
    for table in tables.values():
        yield ("features", project, table.name, "--json")
        yield ("features", project, table.name, "--village", VILLAGE)
    for field, canary in (("name", NAME), ("phone", PHONE), ("id_number", ID), ("birth_date", DATE)):
        yield ("features", project, "resident", "--where", f"{field}={canary}", "--json")
    for canary in CANARIES.values():
        yield ("search", project, canary, "--json")
        yield ("search", project, canary[-4:])
    for theme in themes:
        yield ("render", project, out / f"{theme.code}.png", "--theme", theme.code, "--size", "300x200")
    yield ("quality", project, "--json")
    yield ("quality", project, "--report", out / "quality.json")
    yield ("quality", project, "--report", out / "quality.csv")
    yield ("backup", project, out)
    yield ("user", "list", project, "--json")
    yield ("role", "list", project, "--json")
    yield ("audit", "list", project, "--json", "--limit", "1000")
    yield ("audit", "verify", project)
    yield ("audit", "export", project, out / "log.csv")
    yield ("audit", "export", project, out / "log.json")


def everything(run_as: RunAs, role: str, project: Path, out: Path) -> tuple[str, list[Outcome]]:
    """What all commands print and write for a role, as one text."""
    out.mkdir()
    told = [run_as(role, *command) for command in commands(project, out)]
    files = [p.read_bytes().decode("utf-8", "ignore") for p in out.rglob("*") if p.is_file()]
    return "\n".join([*(t.out + t.err for t in told), *files]), told


@pytest.mark.parametrize("role", LITTLE)
def test_no_canary_reaches_a_role_that_sees_little(
    run_as: RunAs, project: Path, tmp_path: Path, role: str
) -> None:
    text, told = everything(run_as, role, project, tmp_path / "out")
    assert [what for what, canary in CANARIES.items() if canary in text] == []
    assert all(t.code in {0, 2} for t in told)
    assert "Traceback" not in text


def test_the_planner_sees_names_and_phones_but_no_identity_number(
    run_as: RunAs, project: Path, tmp_path: Path
) -> None:
    text, _ = everything(run_as, "planner", project, tmp_path / "out")
    assert NAME in text
    assert PHONE in text
    assert ID not in text


@pytest.mark.parametrize("role", BOUND)
def test_an_editor_sees_the_canaries_so_that_the_others_prove_something(
    run_as: RunAs, project: Path, tmp_path: Path, role: str
) -> None:
    text, _ = everything(run_as, role, project, tmp_path / "out")
    assert all(canary in text for canary in CANARIES.values())


@pytest.mark.parametrize("role", EVERYBODY)
def test_labels_on_the_map_are_what_the_role_sees(planted: Path, role: str) -> None:
    with open_project(planted, user=role, password=OTHERS) as session:
        bounds = extent_of(session, None)
        texts = [
            label.text
            for theme in catalog().themes
            for label in draw(session, theme.code, view_of(bounds, (600, 400)))[0].labels
        ]
    seen = {canary for canary in CANARIES.values() if any(canary in text for text in texts)}
    assert seen <= ({NAME} if role not in LITTLE else set())


# ── features ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("role", EVERYBODY)
def test_features_have_the_columns_of_the_role_and_no_others(run_as: RunAs, planted: Path, role: str) -> None:
    policy = Policy.of([role], [VILLAGE] if role in BOUND else None, catalog())
    for table in ("resident", "key_person", "house", "hazard"):
        told = run_as(role, "features", planted, table, "--json")
        if not policy.allowed(table, Action.SEE):
            assert (told.code, told.out) == (2, "")
            assert "可以查看的范围内" in told.err.splitlines()[-1]
            continue
        (feature,) = told.json["features"]
        shown = {n: policy.column(table, n) for n in catalog().tables[table].column_names}
        assert set(feature["properties"]) == {n for n, c in shown.items() if c is not Column.ABSENT}
        for name, value in feature["properties"].items():
            mask = mask_of(catalog().tables[table].field_by_name[name])
            if shown[name] is Column.MASKED and mask is not None:
                assert value == MASKS[mask].value(OF_MASK[mask])


def count(told: Outcome) -> int:
    return len(told.json["features"])


def test_a_masked_field_is_compared_with_its_mask_alone(run_as: RunAs, planted: Path) -> None:
    def found(value: str) -> Outcome:
        return run_as("viewer", "features", planted, "resident", "--where", f"phone={value}", "--json")

    assert count(found(MASKS[Mask.PHONE].value(PHONE) or "")) == 1
    assert count(found(PHONE)) == 0
    assert count(found("13900000000")) == 0


def test_asking_by_a_field_that_is_not_shown_is_refused_with_the_reason(run_as: RunAs, planted: Path) -> None:
    for value in (ID, "99999919530719302X", "没有"):
        told = run_as("viewer", "features", planted, "resident", "--where", f"身份证号={value}", "--json")
        assert (told.code, told.out) == (2, "")
        assert "因此不显示" in told.err
        assert value not in told.err


def test_another_village_is_not_there_for_who_is_bound_to_one(
    run_as: RunAs, run: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINGQING_NEW_PASSWORD", OTHERS)
    options = ("--role", "village_editor", "--villages", "331124999001")
    assert run("user", "add", project, "外村", *options).code == 0
    assert run_as("外村", "info", project, "--json").json["villages"] == 0
    rows = {t["rows"] for t in run_as("外村", "info", project, "--json").json["tables"].values()}
    assert rows == {0}
    for option in ((), ("--village", VILLAGE)):
        assert count(run_as("外村", "features", project, "house", *option, "--json")) == 0


# ── info, import, render ─────────────────────────────────────────────────────────────────────────────────────


def test_info_names_only_tables_of_the_role(run_as: RunAs, planted: Path) -> None:
    told = run_as("department", "info", planted)
    assert "农房" in told.out
    assert "重点人员" not in told.out
    as_json = run_as("department", "info", planted, "--json").json["tables"]
    assert set(as_json) == set(catalog().tables)
    assert (as_json["house"]["rows"], as_json["key_person"]["rows"]) == (1, 0)


@pytest.mark.parametrize("role", LITTLE)
def test_an_import_by_who_may_not_edit_reads_no_file(
    run_as: RunAs, project: Path, tmp_path: Path, role: str
) -> None:
    file = write_shp(tmp_path / "农房.shp", {"房屋编号": ["X1"]})
    file.write_bytes(b"")
    told = run_as(role, "import", project, file, "--report", tmp_path / "报告.json")
    assert (told.code, told.out) == (2, "")
    assert "不能修改数据" in told.err.splitlines()[-1]
    assert not (tmp_path / "报告.json").exists()


def test_who_must_sign_what_he_prints_signs_it_whatever_he_asks_for(
    run_as: RunAs, project: Path, tmp_path: Path
) -> None:
    options = ("--theme", "household", "--village", VILLAGE, "--no-footer")
    for role, signs in (("viewer", True), ("county_editor", False)):
        told = run_as(role, "print", project, tmp_path / f"{role}.svg", *options)
        assert told.code == 0, told.err
        drawn = (tmp_path / f"{role}.svg").read_text(encoding="utf-8")
        written = "".join(re.findall(r">([^<>]*)</text>", drawn)).replace(" ", "")
        assert (f"由{role}打印" in written) is signs
        assert ("必须注明打印人" in told.err) is signs


def test_a_map_that_may_not_be_printed_is_refused_and_the_log_says_so(
    run: Run, run_as: RunAs, project: Path, tmp_path: Path
) -> None:
    for role, theme in (("viewer", "key_person"), ("department", "organisation"), ("auditor", "household")):
        options = ("--theme", theme, "--village", VILLAGE)
        told = run_as(role, "print", project, tmp_path / "a.pdf", *options)
        assert (told.code, told.out) == (2, ""), role
        assert_one_sentence(told.err.splitlines()[-1] + "\n")
        last = run("audit", "list", project, "--json", "--act", "print").json["entries"][0]
        assert (last["account"], last["outcome"]) == (role, "refused")
    assert not list(tmp_path.glob("*.pdf"))


@pytest.mark.parametrize(("role", "theme"), [("viewer", "key_person"), ("auditor", "household")])
def test_a_map_of_which_nothing_may_be_seen_is_not_drawn(
    run_as: RunAs, planted: Path, tmp_path: Path, role: str, theme: str
) -> None:
    told = run_as(role, "render", planted, tmp_path / "a.png", "--theme", theme)
    assert (told.code, told.out) == (2, "")
    assert_one_sentence(told.err.splitlines()[-1] + "\n")
    assert list(tmp_path.glob("*.png")) == []
