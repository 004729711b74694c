"""Importing: sources read in parallel, written by one process, whole files at a time."""

import gc
import os
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from multiprocessing import get_context, parent_process
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Thread

import numpy as np
import shapely

from mingqing.catalog.model import Catalog
from mingqing.core.errors import Cancelled, InputRefused, MingqingError
from mingqing.core.memory import no_looking_for_cycles
from mingqing.core.text import tr
from mingqing.core.watch import Watch
from mingqing.crs.transform import transform_xy
from mingqing.crs.zones import zone_for
from mingqing.ingest.match import plain_name
from mingqing.ingest.memory import remembered
from mingqing.ingest.prepare import Options, Prepared, crs_of, prepare, recognise
from mingqing.ingest.reading.source import Kind, SourceFile, discover, read
from mingqing.ingest.report import ImportReport, SourceReport
from mingqing.ingest.write import Writer, root_of, source_name
from mingqing.store.changes import Transaction
from mingqing.store.session import Session

# A transaction is whole files up to about this many rows: a crash costs a second's work.
_ROWS_A_BATCH = 20_000
# Below this many files, starting worker processes takes longer than they save.
_FILES_WORTH_WORKERS = 200
_FILES_A_TASK = 4  # handing over a file costs as much as reading a small one
_TASKS_AHEAD = 32  # read ahead of the writer, so that memory stays bounded
_SPATIAL = {Kind.SHAPEFILE, Kind.GEOPACKAGE, Kind.FILEGDB, Kind.SPATIALITE, Kind.GEOJSON, Kind.KML, Kind.GPX}
_WGS84 = 4326


class _NothingKept(Exception):
    """Ends a trial's transaction, so that it is rolled back."""


def import_paths(
    session: Session,
    paths: Sequence[Path],
    options: Options | None = None,
    *,
    dry_run: bool = False,
    watch: Watch | None = None,
) -> ImportReport:
    """Import files and folder trees.

    Every transaction holds whole files. A file that cannot be taken is reported and the rest goes in. When the
    user stops, or the disk is full, the files of finished transactions stay and the report says why it ended.

    Raises
    ------
    ProjectUnavailable
        if the project may only be read.
    """
    session.require_writable()
    options, watch = remembered(session, options), watch or Watch()
    sources = in_order(session, discover(paths))
    report = ImportReport(dry_run=dry_run)
    run = _Run(session, sources, options, watch, report, [root_of(p) for p in paths])
    try:
        with no_looking_for_cycles():
            run.trial() if dry_run else run.through()
    except (Cancelled, KeyboardInterrupt):
        report.stopped = tr("已取消，此前完成的文件已经导入")
    except MingqingError as error:
        report.stopped = str(error)
    return report


@dataclass
class _Run:
    """One import under way."""

    session: Session
    sources: Sequence[SourceFile]
    options: Options
    watch: Watch
    report: ImportReport
    roots: Sequence[Path]
    done: list[SourceFile] = field(default_factory=list)
    later: list[Prepared] = field(default_factory=list)

    def trial(self) -> None:
        """Do everything in one transaction, and roll it back."""
        info = self.session.info
        try:
            with self.session.transaction("import", tr("试导入")) as change:
                settle_crs(self.session, self.sources, self.options)
                writer = Writer(self.session)
                with closing(self._prepared()) as stream:
                    self.report.sources += self._write(writer, change, stream, most=sys.maxsize)
                raise _NothingKept
        except _NothingKept:
            pass
        finally:
            self.session.info = info
        self._stop_if_asked()

    def through(self) -> None:
        """Write whole files, transaction by transaction; what one holds is reported once it is safely in."""
        settle_crs(self.session, self.sources, self.options)
        writer = Writer(self.session)
        with closing(self._prepared()) as stream:
            while self._has_more():
                with self.session.transaction("import", tr("导入")) as change:
                    reports = self._write(writer, change, stream, most=_ROWS_A_BATCH)
                    taken = [
                        r.path.name for r in reports if r.error is None
                    ]  # a refused name is kept nowhere
                    if taken:
                        change.why = tr("导入 {name} 等 {n} 份数据").format(name=taken[0], n=len(taken))
                self.report.sources += reports
                self._stop_if_asked()

    def _write(
        self,
        writer: Writer,
        change: Transaction,
        stream: Iterator[tuple[SourceFile, list[Prepared]]],
        most: int,
    ) -> list[SourceReport]:
        """Write files as they come, until `most` rows are reached or the user stops; return their reports.

        Files are written while the next are read: a transaction is open for as long as its files take to come.
        """
        reports: list[SourceReport] = []
        rows = 0
        for source, layers in stream:
            for one in layers:
                if writer.waits(one):
                    self.later.append(one)
                else:
                    reports.append(self._write_one(writer, change, one))
                    rows += one.report.read
            self.done.append(source)
            self.watch.progress(
                f"{source.path.parent.name}/{source.path.name}", len(self.done), len(self.sources)
            )
            if rows >= most or self.watch.cancelled():
                break
        else:
            depth = self.session.catalog.depth
            waiting = sorted(self.later, key=lambda one: depth(one.report.table) if one.report.table else 0)
            reports += [self._write_one(writer, change, one) for one in waiting]
            self.later.clear()
        return reports

    def _write_one(self, writer: Writer, change: Transaction, one: Prepared) -> SourceReport:
        writer.write(change, one, source_name(one.report.path, self.roots, one.report.name))
        return one.report

    def _has_more(self) -> bool:
        return len(self.done) < len(self.sources) or bool(self.later)

    def _stop_if_asked(self) -> None:
        if self.watch.cancelled() and self._has_more():
            raise Cancelled

    def _prepared(self) -> Generator[tuple[SourceFile, list[Prepared]], None, None]:
        """Yield every source with its layers, in order, read ahead in worker processes where that pays."""
        job = partial(prepare, options=self.options, epsg=self.session.info.epsg)
        yield from _in_workers(job, self.sources)


def _in_workers(
    job: Callable[[SourceFile], list[Prepared]], sources: Sequence[SourceFile]
) -> Iterator[tuple[SourceFile, list[Prepared]]]:
    if len(sources) < _FILES_WORTH_WORKERS:
        for source in sources:
            yield source, job(source)
        return
    workers = max(1, min(os.cpu_count() or 1, 8))
    # Spawned, not forked: a forked copy of an open SQLite connection or of Qt's threads would be unsound.
    pool = ProcessPoolExecutor(workers, get_context("spawn"), initializer=_begin_worker)
    try:
        pending: list[tuple[Sequence[SourceFile], Future[list[list[Prepared]]]]] = []
        rest = iter([sources[i : i + _FILES_A_TASK] for i in range(0, len(sources), _FILES_A_TASK)])
        while True:
            some = islice(rest, _TASKS_AHEAD - len(pending))
            pending += [(files, pool.submit(_each, job, files)) for files in some]
            if not pending:
                return
            files, future = pending.pop(0)
            yield from zip(files, future.result(), strict=True)
    finally:
        pool.shutdown(cancel_futures=True)


def _begin_worker() -> None:
    """Prepare a worker process: no search for cycles, and an end when the program that started it is killed."""
    gc.disable()
    parent = parent_process()
    if parent is not None:
        Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


def _each(job: Callable[[SourceFile], list[Prepared]], sources: Sequence[SourceFile]) -> list[list[Prepared]]:
    return [job(source) for source in sources]


def in_order(session: Session, sources: Sequence[SourceFile]) -> list[SourceFile]:
    """Return the sources so that what others refer to comes first: villages, houses, …, registers last.

    Which table a file is, is guessed from its name alone; a register with an unknown name comes before those
    that are known to refer to people.
    """
    catalog = session.catalog
    referred = {f.references for t in catalog.tables.values() for f in t.fields}
    ranks: dict[str, float] = {}
    for table in catalog.tables.values():
        depth = catalog.depth(table.name) - (0.5 if table.name in referred else 0)
        names = (*table.recognised_by, table.title, table.name)
        ranks.update({plain_name(name): -1 if table.name == "village" else depth for name in names})

    def rank(source: SourceFile) -> tuple[bool, float]:
        stem = plain_name(source.path.stem)
        named = [alias for alias in ranks if alias in stem]
        spatial = source.kind in _SPATIAL
        unknown = len(catalog.tables) if spatial else 0
        return not spatial, ranks[max(named, key=len)] if named else unknown

    return sorted(sources, key=rank)  # stable: within a rank the natural order of the paths


def settle_crs(session: Session, sources: Sequence[SourceFile], options: Options) -> None:
    """Give an empty project whose CRS nobody chose the zone in which its first data lies.

    An account bound to villages does not: it may see an empty project where there is none.
    """
    if session.policy.villages is not None or session.info.epsg_chosen or session.extent() is not None:
        return
    for source in sources:
        if source.kind in _SPATIAL:
            lon = _longitude(source, options, session.catalog)
            if lon is not None:
                session.choose_crs(zone_for(lon))
                return


def _longitude(source: SourceFile, options: Options, catalog: Catalog) -> float | None:
    """Degrees east of the middle of a source's first layer that will be taken and has a known CRS; else None."""
    try:
        for layer in read(source, encoding=options.for_file(source.path).encoding):
            if recognise(layer, options, catalog) is None:
                continue
            crs = crs_of(layer, options)
            if layer.geometry is None or not len(layer.geometry) or crs is None:
                continue
            bounds = shapely.bounds(layer.geometry)
            bounds = bounds[np.isfinite(bounds).all(axis=1)]
            if not len(bounds):
                continue
            xmin, ymin, xmax, ymax = np.median(bounds, axis=0)  # not the mean: one shape may be far off
            lon = transform_xy(np.array([[(xmin + xmax) / 2, (ymin + ymax) / 2]]), crs, _WGS84)[0, 0]
            if np.isfinite(lon):
                return float(lon)
    except InputRefused:
        return None
    return None
