"""From a keystroke to its results, against LIKE through the same session.

    python -m benchmarks.search [--project DIR] [--villages 401] [--role county_editor] [--texts 60] [--seed 1]

What is typed is taken from the data: names, their initials and pinyin, addresses, tails of telephones and identity
numbers, kinds with villages, and all of these with a slip. Every beginning of a text is a keystroke that is answered.
LIKE '%…%' is asked of the same fields, for whole texts that it can find, sorted by nothing. A project to take is opened
with the account in MINGQING_USER and MINGQING_PASSWORD, and seen as --role would see it.
"""

import argparse
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.county import account, county
from mingqing.access.policy import Policy
from mingqing.core.errors import StoreBug
from mingqing.search.find import find
from mingqing.search.gather import searched_fields, searched_tables
from mingqing.search.index import Index
from mingqing.search.sounds import sounds
from mingqing.store.project import open_project
from mingqing.store.session import Session

_MOST_MS, _LEAST_RATIO = 10.0, 20.0
_LIKED = 24  # so many of the texts are looked for by LIKE too: each takes half a second
_ROUNDS = 3


def main() -> None:
    """Measure, and print how long a keystroke takes and how many times as long LIKE does."""
    parser = argparse.ArgumentParser(prog="benchmarks.search", description=__doc__.splitlines()[0])
    parser.add_argument("--project", type=Path, help="a project to take instead of one that is generated")
    parser.add_argument("--villages", type=int, default=401, help="of the one that is generated")
    parser.add_argument("--role", default="county_editor")
    parser.add_argument("--texts", type=int, default=60, help="of each kind")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    known = account()
    with TemporaryDirectory(prefix="mingqing-benchmark-") as name:
        project = chosen.project or county(Path(name) / "county.mingqing", chosen.villages, known)
        with (
            open_project(project, user=known[0], password=known[1]) as owner,
            _as(chosen.role, owner) as session,
        ):
            _measure(session, _texts(owner, chosen.texts, random.Random(chosen.seed)))  # noqa: S311 - no secret


def _as(role: str, session: Session) -> Session:
    policy = Policy.of([role], None, session.catalog, session.login.known)
    return Session(session.info, session.catalog, replace(session.login, policy=policy))


def _measure(session: Session, texts: Mapping[str, Sequence[str]]) -> None:
    before = _held_mb()
    wall, started = time.perf_counter(), time.process_time()
    index = Index.build(session)
    cpu, wall = time.process_time() - started, time.perf_counter() - wall
    held = f"{index.size_bytes / 1e6:.0f} MB ({_held_mb() - before:.0f} MB more held)"
    print(f"{'index':22}{cpu:.2f} s of processor, {wall:.2f} s; {len(index):,} rows, {held}")
    west, south, east, north = session.extent() or (0, 0, 1, 1)
    near = (west + east) / 2, (south + north) / 2
    every: list[float] = []
    for kind, some in texts.items():
        taken = [_find_ms(index, each, near) for whole in some for each in _typed(whole)]
        every += taken
        print(f"{kind:22}{_spread(taken)}")
    print(f"{'every keystroke':22}{_spread(every)}  (at most {_MOST_MS:g} ms at p95)")
    liked = [each for kind in ("name", "address", "telephone tail", "identity tail") for each in texts[kind]]
    _compare(session, index, liked[:: max(len(liked) // _LIKED, 1)], near)


def _compare(session: Session, index: Index, texts: Sequence[str], near: tuple[float, float]) -> None:
    ours = [_find_ms(index, each, near) for each in texts]
    theirs = [_like_ms(session, each) for each in texts]
    ratio, told = median(theirs) / median(ours), f"{median(ours):.2f} ms, {median(theirs):.0f} ms"
    print(f"{'the same, LIKE':22}{_spread(theirs)}")
    print(f"LIKE takes {ratio:.0f} × as long: {told} (at least {_LEAST_RATIO:g} × is wanted)")


def _find_ms(index: Index, text: str, near: tuple[float, float]) -> float:
    return _best_ms(lambda: find(index, text, near=near))


def _like_ms(session: Session, text: str) -> float:
    return _best_ms(lambda: _like(session, text), rounds=1)


def _like(session: Session, text: str) -> int:
    """Look for a text by LIKE in every field that is searched; return how many rows have it."""
    if set(text) & set("%_"):
        raise StoreBug("LIKE would take this for a pattern")
    parts = [
        f'SELECT id FROM "{table.name}" WHERE {" OR ".join(f"{chr(34)}{name}{chr(34)} LIKE ?1" for name in fields)}'
        for table in searched_tables(session)
        if (fields := searched_fields(session.policy, table))
    ]
    return len(session.query(" UNION ALL ".join(parts), [f"%{text}%"]))


def _best_ms(work: Callable[[], object], rounds: int = _ROUNDS) -> float:
    """Return the least milliseconds of some rounds: what other programs of the machine take is not ours."""
    taken = []
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        taken.append((time.perf_counter() - started) * 1000)
    return min(taken)


def _spread(taken: Sequence[float]) -> str:
    p50, p95 = np.percentile(taken, [50, 95])
    return f"p50 {p50:7.2f} ms   p95 {p95:7.2f} ms   longest {max(taken):7.2f} ms   of {len(taken)}"


def _held_mb() -> float:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096 / 1e6


# ── What is typed ────────────────────────────────────────────────────────────────────────────────────────────


def _texts(session: Session, many: int, dice: random.Random) -> dict[str, list[str]]:
    """Return texts of each kind, taken from the data as its owner sees it."""
    names = _some(session, "resident", "name", many, dice)
    addresses = _some(session, "house", "address", many, dice)
    phones = _some(session, "resident", "phone", many, dice)
    numbers = _some(session, "resident", "id_number", many, dice)
    villages = [
        village.name for village in dice.sample(session.villages(), min(many, len(session.villages())))
    ]
    kinds = ["独居老人", "残疾人", "低保户", "危房", "党支部", "滑坡"]
    things = [
        *_some(session, "plot", "crop", many, dice)[:6],
        *_some(session, "organisation", "name", many // 3, dice),
        *_some(session, "hazard", "name", many // 3, dice),
        *_some(session, "shelter", "name", many // 3, dice),
    ]
    return {
        "name": names,
        "initials": [_initials(name) for name in names],
        "pinyin": [_pinyin(name) for name in names],
        "address": addresses,
        "address, initials": [_initials(address) for address in addresses],
        "telephone": phones,
        "telephone tail": [phone[-4:] for phone in phones],
        "identity number": numbers,
        "identity tail": [number[-dice.choice((4, 6)) :] for number in numbers],
        "kind and village": [f"{dice.choice(kinds)} {village}" for village in villages],
        "name and address": [
            f"{name} {address[:2]}" for name, address in zip(names, addresses, strict=False)
        ],
        "village": villages,
        "things": things,
        "one slip": [
            *(_slipped(name, dice) for name in names),
            *(_slipped(phone, dice) for phone in phones[: many // 3]),
        ],
    }


def _some(session: Session, table: str, field: str, many: int, dice: random.Random) -> list[str]:
    there = [row[0] for row in session.rows(table, [field]) if row[0]]
    return dice.sample(there, min(many, len(there)))


def _syllables(text: str) -> Iterator[str]:
    known = sounds()
    for char in text:
        number = int(known.first[min(ord(char), len(known.first) - 1)])
        yield known.syllables[number - 1] if number else char


def _initials(text: str) -> str:
    return "".join(syllable[0] for syllable in _syllables(text))


def _pinyin(text: str) -> str:
    return "".join(_syllables(text))


def _slipped(text: str, dice: random.Random) -> str:
    """Return a text with one character wrong."""
    at = dice.randrange(len(text))
    return text[:at] + dice.choice("0123456789" if text.isdigit() else "国建玉田光") + text[at + 1 :]


def _typed(text: str) -> Iterator[str]:
    """Yield what is in the box after each keystroke."""
    return (text[:length] for length in range(1, len(text) + 1))


if __name__ == "__main__":
    main()
