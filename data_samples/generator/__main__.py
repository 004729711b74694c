"""Command line: ``python -m data_samples.generator [--villages 3] [--out DIR] [--seed 1124]``."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

SAMPLE_COUNT = 3


def main() -> None:
    """Write the sample villages, or a county of many."""
    parser = argparse.ArgumentParser(prog="data_samples.generator", description=__doc__)
    parser.add_argument("--villages", type=int, default=SAMPLE_COUNT, help="3: the samples; more: a county")
    parser.add_argument("--out", type=Path, default=None, help="folder to write to")
    parser.add_argument("--seed", type=int, default=1124, help="everything follows from it")
    parser.add_argument("--workers", type=int, default=2, help="processes for a county")
    chosen = parser.parse_args()
    started = time.perf_counter()
    if chosen.villages == SAMPLE_COUNT:
        from .three import write_three

        out = chosen.out or Path(__file__).parents[1] / "三村"
        write_three(out, chosen.seed)
    else:
        from .county import write_county

        out = chosen.out or Path("county")
        write_county(out, chosen.villages, chosen.seed, chosen.workers)
    print(f"{chosen.villages} villages in {time.perf_counter() - started:.1f} s: {out}")


if __name__ == "__main__":
    main()
