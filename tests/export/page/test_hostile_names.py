"""Whatever people wrote stands on the page as they wrote it, and does nothing."""

from collections.abc import Callable
from pathlib import Path

from mingqing.export.page.data import as_script
from mingqing.export.page.write import write_page
from mingqing.store.session import Session
from tests.export.page.browser import look
from tests.export.page.conftest import ASKED, VILLAGE, data_of

HOSTILE = (
    "</script><script>window.hacked=1</script>",
    "</ScRiPt ><img src=x onerror=window.hacked=2>",
    "<!--<script>",
    "]]></style><svg onload=window.hacked=3>",
    "{{ 7*7 }}{% for x in y %}{#",
    "$title ${made} %s",
    "\"'`\\\\ & &lt; \u2028\u2029",
)


_SEARCHING = """
  const found = [], typed = document.getElementById('typed');
  for (const name of names) {
    typed.value = name;
    typed.dispatchEvent(new Event('input'));
    await wait(120);
    const hits = [...document.querySelectorAll('#hits .hit')];
    found.push(hits.map(hit => hit.querySelector('b').textContent));
    if (hits.length) hits[0].click();
  }
  await wait(200);
  return {
    hacked: window.hacked || 0, title: document.title, found, head: document.querySelector('h1').textContent,
    links: [...document.querySelectorAll('a[href]')].map(link => link.getAttribute('href')),
  };
"""


def _spoilt(session: Session) -> None:
    houses = [i for (i,) in session.rows("house", ("id",), village=VILLAGE)][: len(HOSTILE)]
    owners = [i for (i,) in session.rows("household", ("id",), village=VILLAGE)][: len(HOSTILE)]
    village = [i for (i,) in session.rows("village", ("id",), village=VILLAGE)]
    places = [i for (i,) in session.rows("place_name", ("id",), village=VILLAGE)][: len(HOSTILE)]
    with session.transaction("edit", "改名") as change:
        change.update("house", houses, {"address": list(HOSTILE)})
        change.update(
            "household",
            owners,
            {"householder": list(HOSTILE), "phone": ["javascript:alert(1)"] * len(owners)},
        )
        change.update("place_name", places, {"name": list(HOSTILE)})
        change.update("village", village, {"name": [HOSTILE[0]]})


def test_hostile_names_are_text(as_role: Callable[..., Session], tmp_path: Path) -> None:
    session, page = as_role("county_editor"), tmp_path / "page.html"
    _spoilt(session)
    write_page(session, ASKED, page)
    text = page.read_text(encoding="utf-8")
    assert "window.hacked=1</script>" not in text
    assert "\u2028" not in text
    known = data_of(text)
    names = known["tables"]["house"]["names"]
    assert [" ".join(n.split()) for n in names if n in HOSTILE]
    seen = look(page, f"const names = {as_script(list(HOSTILE))};{_SEARCHING}", tmp_path)
    said = seen.said
    assert said["hacked"] == 0
    assert said["title"] == said["head"] == HOSTILE[0]
    assert all(name in found for name, found in zip(HOSTILE, said["found"], strict=True))
    assert not [link for link in said["links"] if link.startswith("javascript")]
    assert seen.asked == []
    assert seen.console == []
