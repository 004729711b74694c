"""Prepared rows into the project: village, links, comparison with what is there, then insert or update."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path, PurePath

from mingqing.access.roles import Action
from mingqing.catalog.model import Field, FieldType, Table
from mingqing.catalog.values import Value
from mingqing.core.text import tr
from mingqing.ingest.far import leave_out_far
from mingqing.ingest.ids import Ids
from mingqing.ingest.link import Linker, Unlinked
from mingqing.ingest.merge import Plan, corrected, plan
from mingqing.ingest.prepare import Part, Prepared
from mingqing.ingest.report import LeftOut, SourceReport
from mingqing.ingest.settled import Keeper
from mingqing.ingest.villages import VillageFinder, village_named
from mingqing.ingest.within import keep_in_villages, keep_known_villages, keep_writable, refusal
from mingqing.store.changes import Transaction
from mingqing.store.ids import new_ids
from mingqing.store.session import Session, Stored


class Writer:
    """Writes prepared layers, one after another, through transactions that its caller opens."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._catalog, self._policy = session.catalog, session.policy
        editable = all(self._policy.allowed(name, Action.EDIT) for name in self._catalog.tables)
        self._everywhere = editable and self._policy.villages is None
        self._villages = VillageFinder(session)
        self._linker = Linker(session)
        self._settled = Keeper(session.settled())
        self._ids = Ids(session)

    def waits(self, prepared: Prepared) -> bool:
        """Whether a layer is better written after those that are yet to come."""
        return prepared.report.error is None and self._ids.waits(prepared)

    def write(self, change: Transaction, prepared: Prepared, source: PurePath) -> None:
        """Write one layer and complete its report.

        source : its path below the folder that was imported, kept with each row.
        """
        report = prepared.report
        if report.error is None and report.table is not None:
            report.error = refusal(self._policy, self._catalog.tables[report.table], report.name)
            report.not_theirs = report.error is not None
        if report.error is not None:
            return
        leave_out_far(prepared, self._session.info.epsg, self._villages.extent)
        given: dict[str, dict[int, int]] = {}
        gone: set[int] = set()
        returning: set[int] = set()
        for part in prepared.parts:
            table, own = self._catalog.tables[part.table], part.table == report.table
            if refusal(self._policy, table, report.name) is not None:
                continue  # of a table that is fed besides
            if gone:
                part.keep([i for i, row in enumerate(part.rows) if row not in gone])
            rows = part.rows
            self._ids.find(part)
            villages = self._place(change, part, source, given, report, own=own)
            villages = self._settled.without_erased(part, table, villages, report, returning, own=own)
            if own and len(part.rows) < len(rows):
                gone = set(rows) - set(part.rows)
            if dropped := keep_writable(part, table, self._policy.writable(table.name)):
                text = tr("您的角色不能修改{table}的“{fields}”，没有导入")
                report.notes.append(text.format(table=table.title, fields="”“".join(dropped)))
            given[part.table] = self._write_part(change, part, villages, source.as_posix(), report, own=own)
            self._link_to_own_kind(change, part, villages, given[part.table])

    def _place(
        self,
        change: Transaction,
        part: Part,
        source: PurePath,
        given: dict[str, dict[int, int]],
        report: SourceReport,
        *,
        own: bool,
    ) -> list[str | None]:
        """Find the village of each row and what it refers to; rows out of reach are dropped from the part.

        Those of other villages go before anything is compared: what is stored of them cannot be seen.
        """
        villages = self._find_villages(change, part, source, report)
        listed = report if own else None
        if part.table == "village":
            return keep_known_villages(self._policy, part, villages, self._villages.codes, listed)
        villages = keep_in_villages(self._policy, part, villages, listed, unknown=True)
        self._link(part, villages, given, report, own=own)
        return keep_in_villages(self._policy, part, villages, listed, unknown=False)

    def _find_villages(
        self, change: Transaction, part: Part, source: PurePath, report: SourceReport
    ) -> list[str | None]:
        table = self._catalog.tables[part.table]
        stated = part.columns.pop("village_code", None)
        if table.name == "village":
            self._keep_codes(part, report)
            codes = part.columns.setdefault("code", [None] * len(part.rows))
            names = part.columns.get("name", [None] * len(part.rows))  # with ids, they need not be said
            for i, code in enumerate(codes):
                if code is None:
                    codes[i] = self._villages.by_path(source) if len(codes) == 1 else None
                    codes[i] = codes[i] or names[i]
            if self._everywhere:
                self._settle_codes(change, names, codes, report)
            return [None if c is None else str(c) for c in codes]
        texts = None if stated is None else [None if s is None else str(s) for s in stated]
        found = self._villages.find(texts, source, part.geometry, len(part.rows))
        self._as_said(part, texts, found)
        if part.rows and part.ids is None and not any(found) and self._everywhere:
            named = self._named_by_folder(change, source)
            if named is not None:
                report.notes.append(tr("没有“{name}”的村界和区划代码，暂以村名代替").format(name=named))
                return [named] * len(part.rows)
        return found

    def _as_said(self, part: Part, texts: Sequence[str | None] | None, found: list[str | None]) -> None:
        """Leave rows that come back in the village that they had, or in none, whatever their folder or place says."""
        for i, said in enumerate(part.ids or ()):
            if said is None or (texts is not None and texts[i] is not None):
                continue
            if said in part.there:
                found[i] = part.there[said]
            elif texts is not None and self._policy.villages is None:
                found[i] = None

    @staticmethod
    def _keep_codes(part: Part, report: SourceReport) -> None:
        """Leave villages that come back their code: every row of theirs has it too."""
        codes = part.columns.setdefault("code", [None] * len(part.rows))
        for i, said in enumerate(part.ids or ()):
            before = None if said is None else part.there.get(said)
            if before is not None and codes[i] != before:
                if codes[i] is not None:
                    text = tr("区划代码 {code} 与项目里的 {before} 不同，没有改")
                    reason = text.format(code=codes[i], before=before)
                    report.left_out.append(LeftOut(part.rows[i], tr("区划代码"), reason))
                codes[i] = before

    def _settle_codes(
        self, change: Transaction, names: Sequence[Value], codes: Sequence[Value], report: SourceReport
    ) -> None:
        """Give villages that were entered by their folder's name the code that their boundary brings, rows and all."""
        for name, code in zip(names, codes, strict=True):
            old = self._villages.placeholder(str(name)) if name is not None else None
            if old is None or old == code:
                continue
            for table in self._catalog.tables:
                ids = [int(str(i)) for (i,) in self._session.rows(table, ["id"], village=old)]
                if ids:
                    columns = ["village_code", "code"] if table == "village" else ["village_code"]
                    change.update(table, ids, {column: [code] * len(ids) for column in columns})
            self._linker = Linker(self._session)
            report.notes.append(tr("“{name}”原来没有区划代码，已补上 {code}").format(name=name, code=code))

    def _named_by_folder(self, change: Transaction, source: PurePath) -> str | None:
        """A village known only by its folder's name, entered so that its rows are not taken for another's."""
        for folder in source.parents:
            name = village_named(folder.name)
            if name is not None:
                change.insert("village", new_ids(1), {"name": [name], "code": [name], "village_code": [name]})
                self._villages = VillageFinder(self._session)
                return name
        return None

    def _link(
        self,
        part: Part,
        villages: list[str | None],
        given: dict[str, dict[int, int]],
        report: SourceReport,
        *,
        own: bool,
    ) -> None:
        """Fill the references of a part, from rows written of the same layer, then from what the rows say."""
        missed: list[Unlinked] = []
        references = [f for f in self._catalog.tables[part.table].fields if f.type is FieldType.REFERENCE]
        for field in references:
            same_row = given.get(field.references or "")
            named = (
                field.name in part.links or field.name in part.targets
            ) and field.references != part.table
            if not named and same_row is None:
                continue
            ids: list[int | None] = [None] * len(part.rows)
            if named:
                ids, unlinked = self._resolve(part, field, villages)
                missed += unlinked
            if same_row is not None:  # what was written of the same row is better evidence than what it names
                ids = [same_row.get(row) or other for row, other in zip(part.rows, ids, strict=True)]
            part.columns[field.name] = list(ids)
        self._link_through(part, references)
        for i, code in enumerate(villages):
            if code is None and part.id_of(i) is None:
                villages[i] = self._village_by_link(part, references, i)
        still = [x for x in missed if part.columns[x.reference.name][x.index] is None]
        self._list_unlinked(part, still, report, own=own)

    def _resolve(
        self, part: Part, field: Field, villages: Sequence[str | None]
    ) -> tuple[list[int | None], list[Unlinked]]:
        """Return the row that each row points to: by its id where the file has it, else by what names it."""
        said = part.targets.get(field.name, [None] * len(part.rows))
        ids = self._ids.meant(field.references or "", said)
        lost = [i for i, target in enumerate(said) if target is not None and ids[i] is None]
        ids, missed = self._linker.resolve(part, field, villages, ids)
        named = {x.index for x in missed}
        reason = tr("没有找到所指的{what}").format(what=self._catalog.tables[field.references or ""].title)
        missed += [Unlinked(i, field, reason) for i in lost if ids[i] is None and i not in named]
        return ids, missed

    def _list_unlinked(
        self, part: Part, missed: Sequence[Unlinked], report: SourceReport, *, own: bool
    ) -> None:
        """List rows whose other row was not found; of a fed table once, since many rows say the same."""
        title = part.columns.get(self._catalog.tables[part.table].title_field, [None] * len(part.rows))
        said: set[tuple[Value, str]] = set()
        for x in missed:
            once = (title[x.index], x.reason)
            if own or once not in said:
                said.add(once)
                report.unlinked += 1
                if not x.reference.required:
                    report.left_out.append(LeftOut(part.rows[x.index], x.reference.title, x.reason))

    def _link_through(self, part: Part, references: Sequence[Field]) -> None:
        """Fill a reference that is open from one that is known and leads there: a person's house by the household."""
        for field in references:
            column = part.columns.get(field.name)
            if column is not None and all(v is not None for v in column):
                continue
            for other in references:
                known = part.columns.get(other.name)
                if other is field or known is None or not any(known):
                    continue
                ids = [v if isinstance(v, int) else None for v in known]
                found = self._linker.through(other.references or "", field.references or "", ids)
                if part.ids is not None:  # what comes back with its id was open on purpose
                    found = [f if said is None else None for f, said in zip(found, part.ids, strict=True)]
                if any(found):
                    before = column or [None] * len(found)
                    column = [b if b is not None else f for b, f in zip(before, found, strict=True)]
                    part.columns[field.name] = column

    def _link_to_own_kind(
        self, change: Transaction, part: Part, villages: Sequence[str | None], ids: Mapping[int, int]
    ) -> None:
        """Fill references to rows of the same table, once the rows themselves are in: an organisation's parent.

        What is not found is no fault of the row: the body above a village's is often not in its files.
        """
        for field in self._catalog.tables[part.table].fields:
            if field.references == part.table and (
                field.name in part.links or field.name in part.targets
            ):  # if it may be written, else it is gone
                found, _ = self._resolve(part, field, villages)
                wanted = {
                    ids[row]: above
                    for row, above in zip(part.rows, found, strict=True)
                    if above and row in ids
                }
                known = dict(self._session.values_of(part.table, field.name, wanted))
                new = {i: above for i, above in wanted.items() if known.get(i) != above and above != i}
                if new:
                    change.update(part.table, list(new), {field.name: list(new.values())})

    def _village_by_link(self, part: Part, references: Sequence[Field], i: int) -> str | None:
        for field in references:
            row = part.columns.get(field.name, [None] * (i + 1))[i]
            if isinstance(row, int):
                found = self._session.row(field.references or "", row)
                if found and found["village_code"]:
                    return str(found["village_code"])
        return None

    def _write_part(
        self,
        change: Transaction,
        part: Part,
        villages: Sequence[str | None],
        source: str,
        report: SourceReport,
        *,
        own: bool,
    ) -> dict[int, int]:
        """Write the rows village by village; return source row → id."""
        table = self._catalog.tables[part.table]
        rows = self._complete_rows(part, table, report, own=own)
        groups: dict[str | None, list[int]] = {}
        for (
            i
        ) in rows:  # a row that is there is compared where it is, though it may be said to be elsewhere now
            groups.setdefault(part.there.get(part.id_of(i) or 0, villages[i]), []).append(i)
        ids: dict[int, int] = {}
        writable = self._policy.writable(part.table)
        if "source" in writable:
            part.columns["source"] = [source] * len(part.rows)
        known_by = {name for key in (*table.keys, *table.weak_keys) for name in key}
        wanted = [name for name in writable if name in part.columns or name in known_by]
        for village, at in groups.items():
            stored = self._session.stored(part.table, wanted, village=village)
            made = plan(part, at, table, stored, source, self._ids.brought(part.table))
            self._settled.uphold(made, part, table, stored, village, report)
            moved = {
                i: villages[i] for i in (*made.update, *made.unchanged) if villages[i] not in {None, village}
            }
            made.update |= {i: made.unchanged.pop(i) for i in moved if i in made.unchanged}
            new = self._ids.for_new(part, made.insert)
            _insert(change, part, made.insert, new, village)
            pairs = list(made.update.items())
            _update(change, part, stored, pairs)
            became = dict(zip(made.insert, new, strict=True))
            became |= {i: stored.ids[j] for i, j in (*pairs, *made.unchanged.items())}
            if moved:
                change.update(part.table, [became[i] for i in moved], {"village_code": list(moved.values())})
            self._count(made, part, report, own=own)
            became |= {i: became[earlier] for i, earlier in made.same_as.items()}
            self._ids.became(part, became.items())
            ids |= {part.rows[i]: now for i, now in became.items()}
        if groups:
            self._linker.written(part.table)
        if part.table == "village":
            self._villages = VillageFinder(self._session)
        return ids

    @staticmethod
    def _count(made: Plan, part: Part, report: SourceReport, *, own: bool) -> None:
        report.added[part.table] += len(made.insert)
        report.updated[part.table] += len(made.update)
        report.unchanged[part.table] += len(made.unchanged)
        if own:  # rows of a fed table naturally name the same thing many times
            report.left_out += [LeftOut(part.rows[i], None, made.reasons[i]) for i in made.same_as]

    @staticmethod
    def _complete_rows(part: Part, table: Table, report: SourceReport, *, own: bool) -> list[int]:
        """Indices of the rows that have every reference the table requires."""
        missing: dict[int, Field] = {}
        for field in reversed([f for f in table.fields if f.required and f.references is not None]):
            column = part.columns.get(field.name, [None] * len(part.rows))
            missing |= {i: field for i, value in enumerate(column) if value is None}
        missing = {i: field for i, field in missing.items() if part.id_of(i) not in part.there}
        unsaid = _unsaid(part, table)
        if own:
            for i, field in sorted(missing.items(), key=lambda item: item[0]):
                reason = tr("没有找到它的{title}，请核对姓名、户号或房屋编号").format(title=field.title)
                report.left_out.append(LeftOut(part.rows[i], None, reason))
            report.left_out += [LeftOut(part.rows[i], None, why) for i, why in unsaid.items()]
        return [i for i in range(len(part.rows)) if i not in missing and i not in unsaid]


def _unsaid(part: Part, table: Table) -> dict[int, str]:
    """The rows that come with an id, are not there, and lack what the table requires; and why each is left out."""
    required = [f for f in table.fields if f.required and f.references is None]
    new = [i for i, said in enumerate(part.ids or ()) if said is not None and said not in part.there]
    return {
        i: tr("缺少{title}").format(title=field.title)
        for field in reversed(required)
        for column in (part.columns.get(field.name, [None] * len(part.rows)),)
        for i in new
        if column[i] is None
    }


def _insert(
    change: Transaction, part: Part, at: Sequence[int], ids: Sequence[int], village: str | None
) -> None:
    if not at:
        return
    whole = len(at) == len(part.rows)  # every row, in order
    columns = {n: v if whole else [v[i] for i in at] for n, v in part.columns.items()}
    columns["village_code"] = [village] * len(at)
    geometry = part.geometry if whole or part.geometry is None else [part.geometry[i] for i in at]
    change.insert(part.table, ids, columns, geometry)


def _update(change: Transaction, part: Part, stored: Stored, pairs: Sequence[tuple[int, int]]) -> None:
    if not pairs:
        return
    columns = {n: corrected(v, stored.columns[n], pairs) for n, v in part.columns.items()}
    geometry = None
    if part.geometry is not None and stored.geometry is not None:
        geometry = corrected(part.geometry, stored.geometry, pairs)
    change.update(part.table, [stored.ids[j] for _, j in pairs], columns, geometry)


def root_of(path: Path) -> Path:
    """Return the folder above the one that `path` is or lies in, so that a village's folder is always told."""
    folder = path.resolve() if path.is_dir() else path.resolve().parent
    return folder.parent


def source_name(path: Path, roots: Sequence[Path], layer: str) -> PurePath:
    """Return what a row remembers of where it came from: the path below a folder, and a sheet's name.

    roots : the folders above those that were imported, see `root_of`.
    """
    below = _below(path.parent, tuple(roots)) / path.name
    return below if layer == path.stem else below.with_name(f"{below.name}#{layer}")


@lru_cache(maxsize=4096)
def _below(folder: Path, roots: tuple[Path, ...]) -> PurePath:
    resolved = folder.resolve()
    return resolved.relative_to(next((r for r in roots if resolved.is_relative_to(r)), resolved))
