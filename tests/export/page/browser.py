"""A page opened in Chromium without a display and without a network, and what a script finds in it."""

import html
import json
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

_LONGEST_S = 90
PHONE, DESKTOP = (390, 844), (1440, 900)
_QUIET = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-features=OptimizationHints,Translate,MediaRouter,NetworkTimeServiceQuerying",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--enable-logging=stderr",
    "--virtual-time-budget=8000",
)
# The window is never narrower than 500 px: the page stands in a frame of the size of a phone, and says by message
# what was found in it.
_FRAME = """<!DOCTYPE html><meta charset="utf-8"><body style="margin:0"><script>
addEventListener('message', function (event) {
  var said = document.createElement('pre'); said.id = 'said'; said.textContent = event.data;
  document.body.appendChild(said);
});
</script><iframe src="%s" width="%d" height="%d" style="border:0"></iframe>"""
_ASKING = """<script>addEventListener('load', function () { setTimeout(async function () {
  const wait = ms => new Promise(done => setTimeout(done, ms));
  const map = window[Object.keys(window).find(name => /^map_/.test(name))];
  let said;
  try { said = await (async () => { %s })(); } catch (error) { said = { error: String(error) }; }
  parent.postMessage(JSON.stringify(said), '*');
}, 500); });</script></body>"""


@dataclass(frozen=True)
class Seen:
    """What a script said, what stood in the console, and the addresses that were asked for."""

    said: Any
    console: Sequence[str]
    asked: Sequence[str]


def look(page: Path, script: str, folder: Path, size: tuple[int, int] = DESKTOP) -> Seen:
    """Open a copy of a page, run the body of an async function in it, and return what it returned."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no Chromium here: make test installs Debian's")
    copy, frame, log = folder / "copy.html", folder / "frame.html", folder / "net.json"
    text = page.read_text(encoding="utf-8")
    assert "</body>" in text
    copy.write_text(text.replace("</body>", _ASKING % script), encoding="utf-8")
    frame.write_text(_FRAME % (copy.name, *size), encoding="utf-8")
    command = [
        program,
        *_QUIET,
        f"--user-data-dir={folder / 'profile'}",
        f"--log-net-log={log}",
        f"--window-size={max(size[0], 500)},{size[1] + 140}",
        "--dump-dom",
        frame.as_uri(),
    ]
    dom, errors = _run(command)
    found = re.search(r'<pre id="said">(.*?)</pre>', dom, re.DOTALL)
    assert found, f"the page said nothing: {errors[-2000:]}"
    console = [line for line in errors.splitlines() if ":CONSOLE" in line]
    return Seen(json.loads(html.unescape(found[1])), console, _asked(log))


def _run(command: Sequence[str]) -> tuple[str, str]:
    """Return what a program wrote; whatever it started ends with it."""
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            return process.communicate(timeout=_LONGEST_S)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def _asked(log: Path) -> list[str]:
    """Return the addresses that the page asked for, from Chromium's own log of its network, a line an event.

    What the browser asks for by itself, its updates for one, is started by no page.
    """
    first, *lines = log.read_text(encoding="utf-8").splitlines()
    kinds = json.loads(first.rstrip(",") + "}")["constants"]["logEventTypes"]
    said = (line.rstrip(",") for line in lines if line.startswith("{"))
    events = (json.loads(line) for line in said if line.endswith("}"))
    started = [e.get("params", {}) for e in events if e["type"] == kinds["URL_REQUEST_START_JOB"]]
    return [p["url"] for p in started if p.get("initiator", "not an origin") != "not an origin"]
