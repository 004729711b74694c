"""Whatever people wrote stands on the page as they wrote it, and does nothing."""

from collections.abc import Callable
from pathlib import Path

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
    script = """
      const found = [];
      for (const row of [0, 1, 2, 3, 4, 5, 6]) {
        document.getElementById('typed').value = %s[row];
        document.getElementById('typed').dispatchEvent(new Event('input'));
        await wait(120);
        const hit = document.querySelector('#hits .hit');
        found.push(hit ? hit.querySelector('b').textContent : null);
        if (hit) hit.click();
      }
      await wait(200);
      return { hacked: window.hacked || 0, title: document.title, found, h1: document.querySelector('h1').textContent,
        links: [...document.querySelectorAll('a[href]')].map(a => a.getAttribute('href')) };
    """ % [" ".join(h.split()) for h in ()]
    seen = look(
        page,
        script.replace("[][row]", "HOSTILE[row]").replace(
            "const found", f"const HOSTILE = {list(HOSTILE)!r}; const found"
        ),
        tmp_path,
    )
    said = seen.said
    assert said["hacked"] == 0
    assert said["title"] == said["h1"] == HOSTILE[0]
    assert said["found"][0] == HOSTILE[0]
    assert not [link for link in said["links"] if link.startswith("javascript")]
    assert seen.asked == []
    assert seen.console == []
