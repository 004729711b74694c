"""Pictures of the web page as Chromium shows it: python -m docs.web_page."""

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from mingqing.core.files import data_dir
from mingqing.core.sample import PASSWORD, USER
from mingqing.export.asked import Asked, Format, Gate
from mingqing.export.run import export
from mingqing.ingest.run import import_paths
from mingqing.store.project import create_project

VILLAGE = "331124204202"
PICTURES = Path(__file__).parent / "screenshots"
SIZES = {"page-phone": ("390,844", 2), "page-desktop": ("1280,800", 1)}


def main() -> None:
    """Export a sample village as a page, and take its picture on a phone and on a desk."""
    browser = shutil.which("chromium") or sys.exit("chromium is not there")
    with TemporaryDirectory() as folder:
        place = Path(folder) / "村.html"
        with create_project(Path(folder) / "三村", "三村", user=USER, password=PASSWORD) as session:
            import_paths(session, [data_dir("data_samples") / "三村"])
            export(session, Asked(Format.HTML, villages=(VILLAGE,), gate=Gate.SKIP), place)
        for name, (size, scale) in SIZES.items():
            picture = PICTURES / f"{name}.png"
            options = [
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
                f"--user-data-dir={folder}/b",
            ]
            shape = [
                f"--window-size={size}",
                f"--force-device-scale-factor={scale}",
                "--virtual-time-budget=4000",
            ]
            subprocess.run(  # noqa: S603 - the browser that was found
                [browser, *options, *shape, f"--screenshot={picture}", place.as_uri()],
                check=True,
                stderr=subprocess.DEVNULL,
            )


if __name__ == "__main__":
    main()
