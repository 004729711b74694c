"""A program that edits a project until it is killed; forked anew for each round, for importing takes a second.

Every action writes a number into a house, its place and a resident: so what is half done can be told.
"""

import os
import random
import sys
from pathlib import Path

import shapely

from mingqing.core.sample import PASSWORD, USER
from mingqing.store.edit import Changed, edit
from mingqing.store.project import open_project
from mingqing.store.session import Session
from mingqing.store.undo import next_redo, next_undo, redo, undo

EAST, NORTH, VILLAGE = 500_000, 3_140_000, "331124204202"
_MOST = 12


def place(number: int) -> shapely.Polygon:
    return shapely.box(EAST + number, NORTH, EAST + number + 10, NORTH + 10)


def add(session: Session, number: int) -> Changed:
    with edit(session, f"新增 {number}") as e:
        e.add("house", {"village_code": VILLAGE, "house_no": str(number)}, place(number))
        e.add("resident", {"village_code": VILLAGE, "name": f"样{number}"})
    return e.changed


def change(session: Session, number: int) -> Changed:
    house, resident = pair(session, number)
    with edit(session, f"修改 {number}") as e:
        e.change("house", house, {"house_no": str(number)}, place(number))
        e.change("resident", resident, {"name": f"样{number}"})
    return e.changed


def remove(session: Session, number: int) -> Changed:
    house, resident = pair(session, number)
    with edit(session, f"删除 {number}") as e:
        e.remove("house", [house])
        e.remove("resident", [resident])
    return e.changed


def pair(session: Session, number: int) -> tuple[int, int]:
    houses = session.rows("house", ["id", "house_no"])
    house, name = houses[number % len(houses)]
    ((resident,),) = session.rows("resident", ["id"], where={"name": f"样{name}"})
    return house, resident


def act(session: Session, chance: random.Random) -> Changed:
    number, there = chance.randrange(1_000_000), session.counts()["house"]
    dice = chance.random()
    if there == 0 or (dice < 0.3 and there < _MOST):
        return add(session, number)
    if dice < 0.5 and next_undo(session):
        return undo(session)
    if dice < 0.7 and next_redo(session):
        return redo(session)
    return remove(session, number) if dice < 0.75 else change(session, number)


def work(path: Path, told: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - to be the same each time
    handle = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    with open_project(path, user=USER, password=PASSWORD) as session:
        while True:
            changed = act(session, chance)
            os.write(handle, f"{changed.seq} {changed.why}\n".encode())


if __name__ == "__main__":
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            work(Path(sys.argv[1]), Path(sys.argv[2]), int(line))
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)
