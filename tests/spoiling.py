"""Spoiling single pages of a project's file, as a failing disk does."""

from pathlib import Path

from mingqing.store.owner import owner
from mingqing.store.project import open_project

PAGE = 8192


def spoil_pages(project: Path, *names: str, user: str, password: str, only: str = "leaf") -> None:
    """Spoil pages of the tables and indexes `names`: every leaf, with "internal" what holds them together.

    With "middle" one leaf in the middle of each.
    """
    with (
        open_project(project, user=user, password=password) as session,
        owner(session, spatial=False) as database,
    ):
        pages = []
        for name in names:
            kind = "leaf" if only == "middle" else only
            found = database.execute(
                "SELECT pageno - 1 FROM dbstat WHERE name = ? AND pagetype = ? ORDER BY path", (name, kind)
            ).fetchall()
            assert found
            pages += [found[len(found) // 2]] if only == "middle" else found
    raw = bytearray((project / "map.db").read_bytes())
    for (page,) in pages:
        raw[page * PAGE + 3000] ^= 0x5A
    (project / "map.db").write_bytes(raw)
