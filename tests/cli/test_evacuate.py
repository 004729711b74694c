"""`mingqing evacuate`, as a script and as a planner would use it."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import shapely

from mingqing.core.sample import PASSWORD, USER
from mingqing.evacuation.saved.kept import load, plans
from mingqing.store.accounts import add_account
from mingqing.store.edit import edit
from mingqing.store.project import open_project
from tests.cli.conftest import OTHERS, Outcome, Run, RunAs

KEYS = {
    "objective",
    "households",
    "people",
    "assigned",
    "unreachable",
    "over_capacity",
    "person_minutes",
    "latest_minutes",
    "lower_bound",
    "gap",
    "shelters",
    "assignments",
    "seconds",
}
METRES_PER_MINUTE = 4000 / 60


def _rows(project: Path, table: str, columns: Sequence[str]) -> list[tuple[Any, ...]]:
    with open_project(project, user=USER, password=PASSWORD) as session:
        return session.rows(table, columns)


@pytest.fixture(scope="module")
def hazards(sample_project_once: Path) -> list[int]:
    """The hazards of the samples, by id."""
    return [row_id for (row_id,) in _rows(sample_project_once, "hazard", ["id"])]


def _planned(run: Run, project: Path, *options: str | Path) -> dict[str, Any]:
    told: Outcome = run("evacuate", project, *options, "--json")
    assert told.code == 0, told.err
    return dict(told.json)


def test_plan_is_one_object_as_documented(run: Run, sample_project: Path) -> None:
    plan = _planned(run, sample_project, "--all-hazards", "--walk-kmh", "4")
    assert set(plan) >= KEYS
    assert set(plan["seconds"]) == {"network", "paths", "assign"}
    assert plan["objective"] == "total"
    assert plan["over_capacity"] == 0
    assert plan["gap"] == pytest.approx(0, abs=1e-9)
    assert plan["lower_bound"] == pytest.approx(plan["person_minutes"])
    assert {k for each in plan["shelters"] for k in each} == {"id", "capacity", "people"}
    assert {k for each in plan["assignments"] for k in each} == {
        "house",
        "people",
        "shelter",
        "minutes",
        "metres",
    }


def test_figures_can_be_reckoned_from_the_assignments(run: Run, sample_project: Path) -> None:
    plan = _planned(run, sample_project, "--walk-kmh", "4")
    made = plan["assignments"]
    assert made
    assert sum(a["people"] * a["minutes"] for a in made) == pytest.approx(plan["person_minutes"])
    assert max(a["minutes"] for a in made) == pytest.approx(plan["latest_minutes"])
    assert all(a["minutes"] == pytest.approx(a["metres"] / METRES_PER_MINUTE) for a in made)
    load: Counter[int] = Counter()
    for each in made:
        load[each["shelter"]] += each["people"]
    assert {s["id"]: s["people"] for s in plan["shelters"]} == {
        s["id"]: load[s["id"]] for s in plan["shelters"]
    }
    assert all(s["people"] <= s["capacity"] for s in plan["shelters"])


def test_every_house_is_assigned_or_told_why_not(run: Run, sample_project: Path) -> None:
    plan = _planned(run, sample_project)
    going = [a["house"] for a in plan["assignments"]]
    left = [*plan["unreachable"], *plan["without_room"]]
    assert len(set(going) | set(left)) == len(going) + len(left)
    households = Counter(house for (house,) in _rows(sample_project, "household", ["house"]))
    assert sum(households[house] for house in going) == plan["assigned"]
    assert sum(households[house] for house in [*going, *left]) == plan["households"]
    assert sorted(reason["house"] for reason in plan["reasons"]) == sorted(left)
    assert all(reason["sentence"] for reason in plan["reasons"])


def test_those_leave_whose_house_a_hazard_meets(run: Run, sample_project: Path, hazards: list[int]) -> None:
    with open_project(sample_project, user=USER, password=PASSWORD) as session:
        houses, drawn = session.features("house"), session.features("hazard")
        lived_in = {house for (house,) in session.rows("household", ["house"])}
    which = drawn.ids.tolist().index(hazards[0])
    meet = shapely.intersects(houses.geometry, drawn.geometry[which])
    plan = _planned(run, sample_project, "--hazards", str(hazards[0]))
    told = {a["house"] for a in plan["assignments"]} | {*plan["unreachable"], *plan["without_room"]}
    assert told == {*houses.ids[meet].tolist()} & lived_in


def test_the_last_arrives_no_later_with_the_other_objective(run: Run, sample_project: Path) -> None:
    total = _planned(run, sample_project, "--walk-kmh", "4")
    latest = _planned(run, sample_project, "--walk-kmh", "4", "--objective", "latest")
    assert latest["objective"] == "latest"
    assert latest["latest_minutes"] <= total["latest_minutes"] + 1e-9
    assert latest["person_minutes"] >= total["person_minutes"] - 1e-9
    assert latest["lower_bound"] <= latest["latest_minutes"] + 1e-9


def test_villages_buffer_night_and_locks_are_heeded(run: Run, sample_project: Path) -> None:
    village = "小竹溪村"
    plain = _planned(run, sample_project, "--villages", village)
    wide = _planned(run, sample_project, "--villages", village, "--buffer", "20")
    dark = _planned(run, sample_project, "--villages", village, "--night")
    assert plain["households"] < wide["households"]
    assert dark["person_minutes"] > plain["person_minutes"]
    first = plain["assignments"][0]
    other = next(s["id"] for s in plain["shelters"] if s["id"] != first["shelter"])
    lock = f"{first['house']}={other}"
    locked = _planned(run, sample_project, "--villages", village, "--lock", lock)
    assert next(a["shelter"] for a in locked["assignments"] if a["house"] == first["house"]) == other


def test_a_drawn_flood_is_a_hazard(run: Run, sample_project: Path, tmp_path: Path) -> None:
    (house,) = run("features", sample_project, "house", "--json").json["features"][:1]
    around = shapely.from_geojson(json.dumps(house["geometry"])).buffer(1e-5)
    flood = tmp_path / "水.geojson"
    flood.write_text(shapely.to_geojson(around), encoding="utf-8")
    plan = _planned(run, sample_project, "--houses", str(house["id"]), "--flood", flood, "--hazards", "")
    assert house["id"] in {*(a["house"] for a in plan["assignments"]), *plan["unreachable"]}


def test_a_blocked_road_is_not_taken(run: Run, sample_project: Path, tmp_path: Path) -> None:
    out = tmp_path / "routes.geojson"
    _planned(run, sample_project, "--walk-kmh", "4", "--routes", out)
    roads = run("features", sample_project, "road", "--json").json["features"]
    ways = [shapely.from_geojson(json.dumps(f["geometry"])) for f in json.loads(out.read_text())["features"]]
    lines = [shapely.from_geojson(json.dumps(f["geometry"])) for f in roads]
    walked = [
        sum(way.intersection(line.buffer(1e-8)).length > line.length / 2 for way in ways) for line in lines
    ]
    busiest = walked.index(max(walked))
    _planned(run, sample_project, "--walk-kmh", "4", "--block", str(roads[busiest]["id"]), "--routes", out)
    after = [shapely.from_geojson(json.dumps(f["geometry"])) for f in json.loads(out.read_text())["features"]]
    near = lines[busiest].buffer(1e-8)
    assert max(walked) > 0
    assert not any(way.intersection(near).length > lines[busiest].length / 2 for way in after)


def test_routes_lead_from_house_to_shelter_in_degrees(run: Run, sample_project: Path, tmp_path: Path) -> None:
    out = tmp_path / "routes.geojson"
    plan = _planned(run, sample_project, "--routes", out)
    found = json.loads(out.read_text(encoding="utf-8"))
    assert found["type"] == "FeatureCollection"
    assert [f["properties"] for f in found["features"]] == plan["assignments"]
    places = {
        table: {
            f["id"]: shapely.from_geojson(json.dumps(f["geometry"])).centroid
            for f in run("features", sample_project, table, "--json").json["features"]
        }
        for table in ("house", "shelter")
    }
    for each in found["features"]:
        line = shapely.from_geojson(json.dumps(each["geometry"]))
        start, end = shapely.Point(line.coords[0]), shapely.Point(line.coords[-1])
        assert start.distance(places["house"][each["properties"]["house"]]) < 1e-7
        assert end.distance(places["shelter"][each["properties"]["shelter"]]) < 1e-7


def test_people_read_first_who_has_no_safe_way(run: Run, sample_project: Path) -> None:
    told = run("evacuate", sample_project)
    assert told.code == 0  # the plan is whole; whom it cannot help is what it says
    assert told.out.startswith("无安全路线：")
    assert "请" in told.out or "才能走" in told.out
    assert "容纳人数" in told.out
    assert "要转移" in told.out.splitlines()[-3]
    assert told.out.splitlines()[-1] == "已是最优"


def test_nobody_in_danger_is_said_and_is_no_failure(run: Run, sample_project: Path) -> None:
    told = run("evacuate", sample_project, "--hazards", "")
    assert (told.code, told.out.strip()) == (0, "没有需要转移的住户")


def test_an_empty_project_has_nobody_to_move(run: Run, empty_project: Path) -> None:
    told = run("evacuate", empty_project, "--json")
    assert told.code == 0
    assert (told.json["households"], told.json["assignments"]) == (0, [])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--hazards", "12"], "没有编号为 12 的隐患点"),
        (["--hazards", "滑坡"], "--hazards 请写编号"),
        (["--hazards", "1", "--all-hazards"], "只写一个"),
        (["--block", "12"], "没有编号为 12 的道路"),
        (["--block", "9" * 19], "--block 请写编号"),
        (["--houses", "12"], "没有编号为 12 的住户房屋"),
        (["--lock", "12"], "房屋编号=避灾点编号"),
        (["--villages", "没有村"], "没有村对应"),
        (["--villages", "331124204999"], "331124204999"),
        (["--objective", "cheapest"], "命令写得不对"),
        (["--walk-kmh", "0"], "命令写得不对"),
        (["--buffer", "-1"], "命令写得不对"),
        (["--flood", "没有.geojson"], "读不出来"),
        (["--routes", "没有/这个/文件夹/路线.geojson"], "没有存到"),
    ],
)
def test_what_cannot_be_done_is_refused_with_one_sentence(
    run: Run, sample_project: Path, options: list[str], said: str
) -> None:
    told = run("evacuate", sample_project, *options)
    assert (told.code, told.out) == (2, "")
    assert said in told.err.splitlines()[-1]


@pytest.mark.parametrize("text", ["{}", "[]", '{"type": "Point", "coordinates": [119, 28]}', "\x00"])
def test_a_file_without_an_area_is_no_flood(
    run: Run, sample_project: Path, tmp_path: Path, text: str
) -> None:
    flood = tmp_path / "水.geojson"
    flood.write_text(text, encoding="utf-8")
    told = run("evacuate", sample_project, "--flood", flood)
    assert (told.code, told.out) == (2, "")
    assert "水.geojson" in told.err


def test_planner_may_plan_and_viewer_may_not(run_as: RunAs, sample_project: Path) -> None:
    with open_project(sample_project, user=USER, password=PASSWORD) as session:
        for name, role in (("规划", "planner"), ("查阅", "viewer")):
            add_account(session, name, [role], None, OTHERS)
    assert run_as("规划", "evacuate", sample_project, "--json").code == 0
    told = run_as("查阅", "evacuate", sample_project, "--json")
    assert (told.code, told.out) == (2, "")
    assert "不能编制转移预案" in told.err


def test_the_log_has_that_a_plan_was_made_and_routes_were_taken_out(
    run: Run, sample_project: Path, tmp_path: Path
) -> None:
    _planned(run, sample_project, "--routes", tmp_path / "r.geojson")
    entries = run("audit", "list", sample_project, "--json").json["entries"][:4]
    assert {("query", "转移预案"), ("export", "转移路线")} <= {(e["act"], e["target"]) for e in entries}


def test_a_lock_that_cannot_be_kept_is_told(run: Run, sample_project: Path) -> None:
    plain = _planned(run, sample_project)
    lost, there = plain["unreachable"][0], plain["shelters"][0]["id"]
    assert any(
        str(lost) in note for note in _planned(run, sample_project, "--lock", f"{lost}={there}")["notes"]
    )


# ── What is kept and handed out ──────────────────────────────────────────────────────────────────────────────


def test_a_plan_is_kept_in_versions_and_with_everybody_in_it(run: Run, sample_project: Path) -> None:
    plan = _planned(run, sample_project, "--save", "汛期预案")
    told = run("evacuate", sample_project, "--save", "汛期预案", "--json")
    assert "汛期预案（第 2 版）" in told.err
    with open_project(sample_project, user=USER, password=PASSWORD) as session:
        first, second = sorted(plans(session), key=lambda kept: kept.version)
        who = load(session, first.number).evacuees
    assert (first.name, first.version, second.version) == ("汛期预案", 1, 2)
    going = {a["house"]: a["shelter"] for a in plan["assignments"]}
    assert dict(zip(who.houses.tolist(), who.shelters.tolist(), strict=True)) == going | dict.fromkeys(
        [*plan["unreachable"], *plan["without_room"]], 0
    )
    told_why = dict(zip(who.houses.tolist(), who.reasons, strict=True))
    told_way = dict(zip(who.houses.tolist(), who.ways, strict=True))
    assert all(bool(told_way[house]) != bool(told_why[house]) for house in told_why)
    assert all(told_way[house] for house in going)


def test_list_and_plans_are_written_for_each_village(run: Run, sample_project: Path, tmp_path: Path) -> None:
    told = run("evacuate", sample_project, "--villages", "小竹溪村", "--out", tmp_path / "发放")
    assert told.code == 0
    written = sorted((tmp_path / "发放").iterdir())
    assert {path.name for path in written} == {
        "转移人员清单.pdf",
        "转移人员清单.xlsx",
        "小竹溪村防灾避险预案.pdf",
    }
    assert all(path.read_bytes()[:2] in (b"%P", b"PK") for path in written)
    assert all(path.stat().st_mode & 0o077 == 0 for path in written)


def test_who_may_print_but_not_export_gets_the_paper_and_is_told(
    run_as: RunAs, sample_project: Path, tmp_path: Path
) -> None:
    with open_project(sample_project, user=USER, password=PASSWORD) as session:
        add_account(session, "规划", ["planner"], None, OTHERS)
        add_account(session, "网格", ["village_editor"], ["331124204203"], OTHERS)
    planned = run_as("规划", "evacuate", sample_project, "--villages", "横岗村", "--out", tmp_path / "规划")
    assert planned.code == 0
    assert (tmp_path / "规划" / "转移人员清单.xlsx").exists()
    told = run_as("网格", "evacuate", sample_project, "--villages", "横岗村", "--out", tmp_path / "发放")
    assert told.code == 1
    assert "不能导出" in told.err
    assert {path.name for path in (tmp_path / "发放").iterdir()} == {
        "转移人员清单.pdf",
        "横岗村防灾避险预案.pdf",
    }


def test_nobody_to_move_is_no_plan_to_keep(run: Run, sample_project: Path) -> None:
    told = run("evacuate", sample_project, "--hazards", "", "--save", "空")
    assert (told.code, told.out) == (2, "")
    assert "没有需要转移的住户" in told.err


def test_cards_are_one_page_a_household_of_the_plan_that_was_kept(
    run: Run, sample_project: Path, tmp_path: Path, hazards: list[int]
) -> None:
    plan = _planned(run, sample_project, "--hazards", str(hazards[0]), "--save", "小范围")
    told = run("cards", sample_project, tmp_path / "卡")
    assert told.code == 0
    assert "小范围（第 1 版）" in told.err
    assert f"{plan['households']} 户" in told.err
    files = [Path(line) for line in told.out.splitlines()]
    assert all(path.name.endswith("避险明白卡.pdf") for path in files)
    pages = sum(path.read_bytes().count(b"/Type /Page\n") for path in files)
    assert pages == plan["households"]


def test_cards_that_can_no_longer_follow_the_plan_say_so(
    run: Run, sample_project: Path, tmp_path: Path
) -> None:
    _planned(run, sample_project, "--save", "台风")
    with open_project(sample_project, user=USER, password=PASSWORD) as session:
        full = max(session.rows("evacuee", ["shelter", "people"]), key=lambda row: row[0] or 0)[0]
        with edit(session, "少住些") as made:
            made.change("shelter", full, {"capacity": "1"})
    told = run("cards", sample_project, tmp_path / "卡")
    assert told.code == 1
    assert "去处和预案不同" in told.err


def test_cards_of_what_is_not_there_are_refused(run: Run, sample_project: Path, tmp_path: Path) -> None:
    told = run("cards", sample_project, tmp_path / "卡", "--plan", "没有")
    assert (told.code, told.out) == (2, "")
    assert "没有叫“没有”的转移预案" in told.err
    told = run("cards", sample_project, tmp_path / "卡", "--village", "没有")
    assert (told.code, told.out) == (2, "")
    assert not (tmp_path / "卡").exists()


@pytest.mark.parametrize(
    ("lock", "said"),
    [
        ("7", "房屋编号=避灾点编号"),
        ("7=8,7=9", "给房屋 7 指定了两个避灾点"),
        ("7=x", "请写编号"),
    ],
)
def test_lock_that_says_nothing_or_two_things_is_refused(
    run: Run, sample_project: Path, lock: str, said: str
) -> None:
    told = run("evacuate", sample_project, "--lock", lock)
    assert (told.code, told.out) == (2, "")
    assert said in told.err


def test_disk_that_fills_up_keeps_what_was_written_and_says_so(
    run: Run, sample_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[Path] = []

    def full(path: Path, content: bytes, **how: Any) -> None:
        if written:
            raise OSError(28, "No space left on device")
        written.append(path)
        path.write_bytes(content)

    monkeypatch.setattr("mingqing.cli.common.write_for_user", full)
    told = run("evacuate", sample_project, "--out", tmp_path / "预案")
    assert told.code == 1
    assert "没有存到" in told.err
    assert [p.name for p in (tmp_path / "预案").iterdir()] == ["转移人员清单.pdf"]
