"""The page in Chromium, with no network at all: on a phone and on a desk, by finger, by search, by keyboard."""

from pathlib import Path

import pytest

from tests.export.page.browser import DESKTOP, PHONE, look

_TOUR = """
  const by = id => document.getElementById(id);
  const key = name => new KeyboardEvent('keydown', { key: name, bubbles: true });
  const seen = element => element.getClientRects().length > 0;
  const tall = () => [...document.querySelectorAll('button, select, #typed, .call, .leaflet-bar a')].filter(seen)
    .filter(e => e.getBoundingClientRect().height < 43.9).map(e => e.outerHTML);
  const colors = () => {
    const canvas = document.querySelector('canvas'), found = new Set(), copy = document.createElement('canvas');
    copy.width = canvas.width;
    copy.height = canvas.height;
    const ctx = copy.getContext('2d', { willReadFrequently: true });
    ctx.drawImage(canvas, 0, 0);
    const data = ctx.getImageData(0, 0, copy.width, copy.height).data;
    for (let i = 0; i < data.length; i += 4 * 97) found.add(data[i] + ',' + data[i + 1] + ',' + data[i + 2]);
    return found.size;
  };
  const said = { title: document.title, themes: [], colors: [], legends: [] };
  const [west, south, east, north] = JSON.parse(by('data').textContent).bounds;
  said.whole = map.getBounds().contains([[south, west], [north, east]]);
  said.wide = map.latLngToContainerPoint([south, east]).x - map.latLngToContainerPoint([south, west]).x;
  const tabs = [...document.querySelectorAll('#themes button')];
  for (const tab of tabs) {
    tab.click();
    await wait(20);
    said.themes.push([tab.textContent, tab.getAttribute('aria-selected'), by('about').textContent]);
    said.colors.push(colors());
    said.legends.push(by('layers').textContent);
  }
  said.chosen = document.querySelectorAll('#themes [aria-selected=true]').length;
  const before = colors();
  document.querySelectorAll('#layers input').forEach(box => box.click());
  await wait(20);
  said.off = [before, colors()];
  document.querySelectorAll('#layers input').forEach(box => box.click());
  const find = async typed => {
    by('typed').focus();
    by('typed').value = typed;
    by('typed').dispatchEvent(new Event('input'));
    await wait(120);
    return [...document.querySelectorAll('#hits .hit b')].map(b => b.textContent);
  };
  said.letters = await find('xzxcwhltbzd');
  said.none = (await find('没有这个')).length;
  said.hits = await find('小竹溪12号');
  by('typed').dispatchEvent(key('Enter'));
  await wait(50);
  said.card = by('card').hidden ? '' : by('card-text').textContent;
  said.zoom = map.getZoom();
  said.calls = [...document.querySelectorAll('#card a.call')].map(a => a.getAttribute('href'));
  said.low = tall();
  document.querySelector('#card .open').click();
  said.deeper = by('card-title').textContent;
  said.back = !by('back').hidden;
  by('back').click();
  said.again = by('card-title').textContent;
  document.dispatchEvent(key('Escape'));
  said.closed = by('card').hidden;
  map.fire('click', { latlng: map.getCenter().clone() });
  await wait(50);
  said.tapped = by('card').hidden;
  map.fire('click', { latlng: L.latLng(20, 100) });
  said.nowhere = by('card').hidden;
  const page = document.scrollingElement;
  said.scroll = [page.scrollWidth - innerWidth, page.scrollHeight - innerHeight];
  said.noticed = by('notice').textContent;
  return said;
"""


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
def test_a_village_head_finds_a_house_and_whom_to_call(
    page_once: Path, tmp_path: Path, size: tuple[int, int]
) -> None:
    seen = look(page_once, _TOUR, tmp_path, size)
    said = seen.said
    assert "error" not in said, said
    assert said["title"] == "小竹溪村"
    assert (said["whole"], said["wide"] > size[0] * 0.4) == (True, True)
    titles = ["村情民情图", "产业发展图", "组织体系图", "重点人员图", "结对帮扶图", "防灾避险图"]
    assert [t for t, selected, about in said["themes"] if selected == "true" and about] == titles
    assert said["chosen"] == 1
    assert min(said["colors"]) > 20
    assert "避灾点" in said["legends"][5]
    assert "避灾点" not in said["legends"][0]
    assert said["off"][1] == 1 < said["off"][0]
    assert said["letters"] == ["小竹溪村文化礼堂避灾点"]
    assert said["none"] == 0
    assert said["hits"][0] == "小竹溪12号"
    assert said["zoom"] >= 18
    assert all(word in said["card"] for word in ("农房", "小竹溪12号", "房屋结构", "住户", "平方米"))
    assert said["calls"]
    assert all(call.startswith("tel:") and call[4:].isdigit() for call in said["calls"])
    assert said["low"] == []
    assert (said["deeper"] != "小竹溪12号", said["back"], said["again"]) == (True, True, "小竹溪12号")
    assert (said["closed"], said["nowhere"]) == (True, True)
    assert max(said["scroll"]) <= 0
    assert said["noticed"] == "内部资料，含个人信息，请勿转发"
    assert seen.console == []
    assert seen.asked == []


def test_a_page_that_asks_for_something_is_noticed(tmp_path: Path) -> None:
    """The test above would see it."""
    page = tmp_path / "asks.html"
    page.write_text('<html><body><img src="https://example.invalid/a.png"></body></html>', encoding="utf-8")
    seen = look(page, "await wait(300); return 1;", tmp_path)
    assert seen.asked == ["https://example.invalid/a.png"]


def test_the_page_forbids_what_somebody_might_put_into_it(page_once: Path, tmp_path: Path) -> None:
    script = """
      const picture = new Image(), blocked = [];
      document.addEventListener('securitypolicyviolation', event => blocked.push(event.effectiveDirective));
      picture.src = 'https://example.invalid/b.png';
      try { await fetch('https://example.invalid/c'); } catch (error) { blocked.push('fetch'); }
      await wait(200);
      return blocked.sort();
    """
    seen = look(page_once, script, tmp_path)
    assert seen.said == ["connect-src", "fetch", "img-src"]
    assert seen.asked == []
