"""`import` and `features`."""

import codecs
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import shapely
import typer

from mingqing.access.audit import REFUSED, Act
from mingqing.access.policy import Column, Policy
from mingqing.access.roles import privacy_of
from mingqing.catalog.model import Catalog, Privacy, Table
from mingqing.catalog.values import Value, ValueRefusedError, parse
from mingqing.cli.common import (
    AsJson,
    ProjectPath,
    User,
    find_village,
    my_roles,
    open_session,
    print_json,
    print_table,
    require_seen,
    say,
    watching,
)
from mingqing.core.errors import InputRefused, NotAllowed, ProjectUnavailable
from mingqing.core.features import Features
from mingqing.core.files import is_writable, write_for_user
from mingqing.core.text import clean, tr
from mingqing.crs.transform import transform, transform_xy
from mingqing.ingest.prepare import Options
from mingqing.ingest.report import ImportReport, SourceReport
from mingqing.ingest.run import import_paths
from mingqing.store.session import Session

_EXCHANGE_EPSG = 4490
_EACH_FILE = 200  # up to so many files are listed one by one
_EACH_REASON = 5  # so many reasons why rows of a file were left out
_NUMBERS = ("读", "新增", "更新", "相同", "修复", "未导入")


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command("import")(import_)
    app.command("features")(features)


def find_table(catalog: Catalog, name: str) -> Table:
    """Return a table by its name or Chinese title.

    Raises
    ------
    InputRefused
        if there is none.
    """
    found = catalog.tables.get(name) or next((t for t in catalog.tables.values() if t.title == name), None)
    if found is None:
        names = "、".join(f"{t.name}（{t.title}）" for t in catalog.tables.values())
        raise InputRefused(tr("没有“{name}”这张表，可选：{names}").format(name=name, names=names))
    return found


def _crs(text: str | None) -> int | str | None:
    """The number of an EPSG code, anything else as it was written."""
    code = (text or "").upper().removeprefix("EPSG:")
    return int(code) if code.isascii() and code.isdigit() else text


def _check_readings(encoding: str | None, crs: int | str | None, epsg: int) -> None:
    """Refuse an encoding or a CRS that there is none of before any file is read."""
    if encoding is not None:
        try:
            codecs.lookup(encoding)
        except LookupError as error:
            raise InputRefused(
                tr("没有“{name}”这种编码，请填 GBK、UTF-8 或 Big5").format(name=encoding)
            ) from error
    if crs is not None:
        transform_xy(np.zeros((1, 2)), crs, epsg)


def _pairs(texts: list[str], option: str) -> dict[str, str]:
    """The FIELD=VALUE arguments of an option."""
    form = tr("字段=列名") if option == "--map" else tr("字段=值")
    pairs = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign:
            raise InputRefused(
                tr("{option} 请写成 {form}：{text}").format(option=option, form=form, text=text)
            )
        pairs[name.strip()] = value.strip()
    return pairs


def _field_name(table: Table, text: str, option: str) -> str:
    if text in table.field_by_name:
        return text
    found = next((f.name for f in (*table.fields, *table.common) if f.title == text), None)
    if found is None:
        raise InputRefused(
            tr("{option}：{table}没有“{name}”这个字段").format(option=option, table=table.title, name=text)
        )
    return found


def import_(  # noqa: PLR0913 - one option of CLI.md each
    project: ProjectPath,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help=tr("文件或整个文件夹"))],
    table: Annotated[str | None, typer.Option("--table", help=tr("全部导入到这张表"))] = None,
    encoding: Annotated[str | None, typer.Option("--encoding", help=tr("文字编码，如 GBK"))] = None,
    crs: Annotated[str | None, typer.Option("--crs", help=tr("文件的坐标系，如 EPSG:4528、GCJ-02"))] = None,
    mapping: Annotated[list[str] | None, typer.Option("--map", help=tr("字段=列名，可写多次"))] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=tr("只看结果，不写入"))] = False,
    report: Annotated[Path | None, typer.Option("--report", help=tr("把报告存成 JSON"))] = None,
    user: User = None,
    as_json: AsJson = False,
) -> None:
    """导入文件或整个文件夹：shp、gpkg、geojson、kml、gpx、csv、xlsx。"""
    if report is not None and (
        report.is_dir() or not report.name or not (report.parent.is_dir() and is_writable(report.parent))
    ):
        raise InputRefused(tr("报告不能存到 {path}，请换个已有的、能写入的文件夹").format(path=report))
    with open_session(project, user) as session:
        _require_editor(session)
        found = find_table(session.catalog, table) if table else None
        chosen = _pairs(mapping or [], "--map")
        if chosen and found is None:
            raise InputRefused(tr("使用 --map 时请同时用 --table 说明是哪张表"))
        fields = {_field_name(found, f, "--map"): column for f, column in chosen.items()} if found else {}
        _check_readings(encoding, _crs(crs), session.info.epsg)
        options = Options(
            table=found.name if found else None, encoding=encoding, crs=_crs(crs), mapping=fields
        )
        with watching(tr("导入")) as watch:
            result = import_paths(session, paths, options, dry_run=dry_run, watch=watch)
        catalog = session.catalog
    if report is not None:
        _store_report(report, result)
    if as_json:
        print_json(result.as_dict())
    elif len(result.sources) > 1 or any(s.error is None for s in result.sources):
        _print_report(result, catalog)
    if result.nothing_taken:
        raise InputRefused(_why_nothing(result))
    if not result.complete:
        raise typer.Exit(1)


def _require_editor(session: Session) -> None:
    """Refuse an import by who may edit nothing, before any file is read."""
    if not session.policy.edits:
        session.record(Act.IMPORT, outcome=REFUSED)
        raise NotAllowed(
            tr("您的角色（{roles}）不能修改数据，没有导入；请用编辑账号").format(roles=my_roles(session))
        )


def _store_report(path: Path, result: ImportReport) -> None:
    try:
        write_for_user(path, result.as_json().encode(), private=True)
    except OSError as error:
        print(result.summary())
        raise ProjectUnavailable(
            tr("数据已经导入，但报告没有存到 {path}：磁盘可能满了，请腾出空间后再导入一次，不会重复").format(
                path=path
            )
        ) from error


def _why_nothing(result: ImportReport) -> str:
    """One sentence about an import that took nothing."""
    if result.stopped is not None:
        return result.stopped
    if not result.sources:
        return tr(
            "没有找到能导入的数据，请核对文件夹，或看看文件是否是 shp、gpkg、geojson、kml、gpx、csv、xlsx"
        )
    source, more = result.sources[0], len(result.sources) - 1
    first = source.error or next(
        f"{source.path.name}：{x.reason}" for x in source.left_out if x.field is None
    )
    return first if not more else tr("{first}（另有 {n} 份也没有导入）").format(first=first, n=more)


def _print_each(sources: Sequence[SourceReport], catalog: Catalog) -> None:
    titles = [tr(t) for t in ("文件夹", "文件", "图层", "表", *_NUMBERS)]
    rows = [
        (
            s.path.parent.name,
            s.path.name,
            s.name,
            catalog.tables[s.table].title if s.table else "—",
            *_numbers(s),
        )
        for s in sources
    ]
    print_table(titles, rows)


def _print_sums(sources: Sequence[SourceReport], catalog: Catalog) -> None:
    """A line a table, since nobody reads thousands of lines: `--report` has them all."""
    by_table: dict[str | None, list[SourceReport]] = {}
    for s in sources:
        by_table.setdefault(s.table, []).append(s)
    rows = [
        (
            catalog.tables[table].title if table else "—",
            len(some),
            *map(sum, zip(*map(_numbers, some), strict=True)),
        )
        for table, some in by_table.items()
    ]
    print_table([tr("表"), tr("份数"), *(tr(t) for t in _NUMBERS)], rows)


def _numbers(s: SourceReport) -> tuple[int, ...]:
    changed = (s.added.total(), s.updated.total(), s.unchanged.total())
    return s.read, *changed, s.repaired, s.rows_left_out


def _print_report(result: ImportReport, catalog: Catalog) -> None:
    (_print_each if len(result.sources) <= _EACH_FILE else _print_sums)(result.sources, catalog)
    for s in result.sources:
        for note in s.notes:
            say(f"{s.path.name}：{note}")
        if s.unmatched:
            say(tr("{file}：没有认出的列：{names}").format(file=s.path.name, names="、".join(s.unmatched)))
        for column, reason in s.refused.items():
            say(
                tr("{file}：“{column}”一列涉及{reason}，本软件不保存").format(
                    file=s.path.name, column=column, reason=reason
                )
            )
        if s.error:
            say(s.error if s.path.stem in s.error else f"{s.path.name}：{s.error}")
        _say_left_out(s)
    print(result.summary())


def _say_left_out(s: SourceReport) -> None:
    """The first reasons why something was left out of a file; rows of other villages are one line."""
    elsewhere = len({x.row for x in s.left_out if x.elsewhere})
    if elsewhere:
        say(
            tr("{file}：{n} 行属于别的村，不在这个账号管辖的村里，没有导入").format(
                file=s.path.name, n=elsewhere
            )
        )
    rest: dict[tuple[str | None, str], list[int]] = {}
    for x in s.left_out:
        if not x.elsewhere:
            rest.setdefault((x.field, x.reason), []).append(x.row)
    # A line says one as well as that it is hidden.
    shown = list(rest.items())[: len(rest) if len(rest) == _EACH_REASON + 1 else _EACH_REASON]
    for (field, reason), rows in shown:
        where = tr("第 {row} 行").format(row=rows[0])
        where += tr("等 {n} 行").format(n=len(rows)) if len(rows) > 1 else ""
        say(f"{s.path.name}：{where}{f' {field}' if field else ''}：{reason}")
    hidden = sum(map(len, rest.values())) - sum(len(rows) for _, rows in shown)
    if hidden:
        say(tr("{file}：还有 {n} 条，用 --report 存下全部").format(file=s.path.name, n=hidden))


def features(
    project: ProjectPath,
    table: Annotated[str, typer.Argument(metavar="TABLE")],
    village: Annotated[str | None, typer.Option("--village", help=tr("村代码"))] = None,
    where: Annotated[list[str] | None, typer.Option("--where", help=tr("字段=值，可写多次"))] = None,
    user: User = None,
    as_json: AsJson = False,
) -> None:
    """列出一张表的记录，坐标为 EPSG:4490。"""
    with open_session(project, user) as session:
        definition = find_table(session.catalog, table)
        require_seen(session, Act.QUERY, definition.title, [definition.name])
        conditions = asked_values(definition, where or [], session.policy)
        shown = {n: session.policy.column(definition.name, n) for n in definition.column_names}
        names = [n for n, column in shown.items() if column is not Column.ABSENT]
        if village is not None and not re.fullmatch(r"\d{12}", village):
            village = find_village(session, village).code
        found = session.features(definition.name, columns=names, village=village, where=conditions)
        detail = "；".join(filter(None, (village, _described(definition, conditions, session.policy))))
        session.record(Act.QUERY, definition.title, rows=len(found.ids), detail=detail)
        geometry = transform(found.geometry, session.info.epsg, _EXCHANGE_EPSG)
    if not len(found.ids):
        say(tr("没有符合条件的记录"))
    if as_json:
        print_json({"features": _as_geojson(found, names, shapely.to_geojson(geometry))})
        return
    fields = [f for f in definition.fields if f.name in names]
    print_table(
        ["id", *(f.title for f in fields)],
        zip(found.ids, *(found.columns[f.name] for f in fields), strict=True),
    )


def _as_geojson(
    found: Features, names: Sequence[str], shapes: Sequence[str | None]
) -> list[dict[str, object]]:
    return [
        {
            "id": int(row_id),
            "properties": {name: found.columns[name][i] for name in names},
            "geometry": json.loads(shape) if shape else None,
        }
        for i, (row_id, shape) in enumerate(zip(found.ids, shapes, strict=True))
    ]


def asked_values(table: Table, texts: list[str], policy: Policy) -> dict[str, Value]:
    """Return the values asked for. A masked field is compared with what is shown of it, so nothing can be guessed."""
    conditions: dict[str, Value] = {}
    for name, text in _pairs(texts, "--where").items():
        field = _field_name(table, name, "--where")
        shown = policy.column(table.name, field)
        if shown is Column.ABSENT:
            why = policy.explain(table.name, field)
            raise NotAllowed(tr("--where {name}：{why}").format(name=name, why=why))
        try:
            conditions[field] = (
                clean(text) if shown is Column.MASKED else parse(table.field_by_name[field], text)
            )
        except ValueRefusedError as error:
            raise InputRefused(tr("--where {name}：{why}").format(name=name, why=error)) from error
    return conditions


def _described(table: Table, conditions: dict[str, Value], policy: Policy) -> str:
    """The conditions as the log has them: values of fields that are open to the policy, of others the names alone."""
    said = policy.catalog.tables[table.name].field_by_name
    return "，".join(
        f"{table.field_by_name[name].title}={value}"
        if name in said and privacy_of(said[name]) is Privacy.OPEN
        else table.field_by_name[name].title
        for name, value in conditions.items()
    )
