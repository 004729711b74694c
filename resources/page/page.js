// The page: one map at a time, layers on and off, the legend, and what a tap on the map means.

const OFF = new Set(), TAP = 12;
let theme = 0, chosen = null, canvas = null;

function layersOf(which) {
  return DATA.themes[which].draws.map(([name, look, own]) => {
    const table = DATA.tables[name];
    return { name, table, look: DATA.looks[look], own, shapes: shapesOf(table), shown: [] };
  });
}

function isChosen(name, row) { return chosen !== null && chosen.name === name && chosen.row === row; }

function choose(place) {
  chosen = place;
  if (canvas) canvas.draw();
}

// A canvas over the map that Leaflet moves along while a finger drags or pinches; drawn anew when it rests.
const Canvas = L.Renderer.extend({
  options: { padding: 0.2 },

  _initContainer() {
    this._container = document.createElement('canvas');
    this._container.setAttribute('aria-hidden', 'true');
  },

  _destroyContainer() { L.DomUtil.remove(this._container); },

  _update() {
    if (this._map._animatingZoom && this._bounds) return;
    L.Renderer.prototype._update.call(this);
    const size = this._bounds.getSize(), dpr = Math.min(window.devicePixelRatio || 1, 3);
    this._dpr = size.x * size.y * dpr * dpr > 12e6 ? Math.min(dpr, 1.5) : dpr;
    L.DomUtil.setPosition(this._container, this._bounds.min);
    this._container.width = Math.round(size.x * this._dpr);
    this._container.height = Math.round(size.y * this._dpr);
    this._container.style.width = size.x + 'px';
    this._container.style.height = size.y + 'px';
    this.draw();
  },

  _updatePaths() {},

  draw() {
    if (!this._bounds) return;
    const ctx = this._container.getContext('2d'), corner = this._map.getPixelOrigin().add(this._bounds.min);
    const sheet = sheetOf(ctx, this._map, corner, this._container.width, this._container.height, this._dpr);
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.fillStyle = PAPER[night];
    ctx.fillRect(0, 0, sheet.width, sheet.height);
    this.layers = layersOf(theme).filter(layer => !OFF.has(layer.name));
    for (const layer of this.layers) {
      drawTable(sheet, layer);
      if (chosen && chosen.name === layer.name) glow(sheet, layer, chosen.row);
    }
    drawSigns(sheet, this.layers);
    drawLabels(sheet, this.layers);
    this.sheet = sheet;
  },

  // What lies at a point of the map: a sign, else the topmost shape there, else one a finger's width away.
  find(latlng) {
    const sheet = this.sheet, p = this._map.project(latlng, 0), x = p.x / 256, y = p.y / 256;
    const px = x * sheet.scale - sheet.left, py = y * sheet.scale - sheet.top, tap = TAP * sheet.dpr;
    const hits = sheet.hits.filter(h => Math.hypot(h.x - px, h.y - py) < h.r + 6 * sheet.dpr);
    if (hits.length) {
      hits.sort((a, b) => Math.hypot(a.x - px, a.y - py) - Math.hypot(b.x - px, b.y - py));
      return hits[0];
    }
    const top = this.layers.slice().reverse(), ground = top.filter(l => l.name === 'land' || l.name === 'village');
    const things = top.filter(l => !ground.includes(l));
    return this._within(things, x, y, 3 * sheet.dpr) || this._within(things, x, y, tap) || this._within(ground, x, y, 0);
  },

  _within(layers, x, y, reach) {
    const least = reach / this.sheet.scale;
    for (const layer of layers) {
      let best = null, near = least;
      for (const row of [].concat(...layer.shown)) {
        const shape = layer.shapes[row], kind = layer.table.kinds[row], box = shape.box;
        if (x < box[0] - least || x > box[2] + least || y < box[1] - least || y > box[3] + least) continue;
        const away = kind === 'p' && inside(shape, x, y) ? 0 : distanceTo(shape, x, y, kind === 'p');
        if (away < near || (away === 0 && !best)) { near = away; best = row; }
      }
      if (best !== null) return { table: layer.name, rows: [best] };
    }
    return null;
  },
});

let MAP = null;

function goTo(name, row) {
  const place = placeOf(name, row);
  if (!place) return;
  OFF.delete(place.name);
  if (!DATA.themes[theme].draws.some(d => d[0] === place.name)) {
    const other = DATA.themes.findIndex(t => t.draws.some(d => d[0] === place.name));
    if (other >= 0) switchTo(other);
  }
  const spot = spotOf(DATA.tables[place.name], place.row);
  const center = L.latLng((2 * Math.atan(Math.exp((0.5 - spot[1]) * 2 * Math.PI)) - Math.PI / 2) * 180 / Math.PI, (spot[0] - 0.5) * 360);
  MAP.setView(center, Math.max(MAP.getZoom(), 18), { animate: false });
  if (window.innerWidth < 720) MAP.panBy([0, Math.round(window.innerHeight * 0.22)], { animate: false });
  legend();
}

function switchTo(which) {
  theme = which;
  document.querySelectorAll('#themes button').forEach((button, n) => {
    button.setAttribute('aria-selected', String(n === which));
    button.tabIndex = n === which ? 0 : -1;
  });
  showTab();
  by('about').textContent = DATA.themes[which].about;
  document.body.dataset.theme = String(which);
  legend();
  if (canvas) canvas.draw();
}

function showTab() {
  const tabs = by('themes'), tab = tabs.children[theme];
  tabs.scrollLeft = tab.offsetLeft - (tabs.clientWidth - tab.offsetWidth) / 2;
}

function startThemes() {
  const tabs = by('themes');
  DATA.themes.forEach((one, n) => {
    const button = made('button', '', one.title);
    button.type = 'button';
    button.setAttribute('role', 'tab');
    button.addEventListener('click', () => { closeCard(); switchTo(n); });
    tabs.append(button);
  });
  tabs.addEventListener('keydown', event => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const next = (theme + step + DATA.themes.length) % DATA.themes.length;
    switchTo(next);
    tabs.children[next].focus();
    event.preventDefault();
  });
}

// The legend of the map that is shown: its own tables first, each with a switch.
function legend() {
  const layers = layersOf(theme).reverse();
  const box = by('layers');
  box.textContent = '';
  const own = layers.filter(l => l.own), base = layers.filter(l => !l.own);
  for (const layer of own.concat(base)) {
    if (layer === base[0]) box.append(made('p', 'ground', '底图'));
    const entries = layer.look.classes.concat(layer.look.marks).filter(c => c.swatch !== undefined && c.count);
    const single = entries.length === 1 && entries[0].title === layer.table.title;
    const toggle = made('input');
    toggle.type = 'checkbox';
    toggle.checked = !OFF.has(layer.name);
    toggle.addEventListener('change', () => {
      if (toggle.checked) OFF.delete(layer.name); else OFF.add(layer.name);
      canvas.draw();
    });
    const head = made('label', 'layer', '', toggle);
    if (single) head.append(swatch(entries[0]));
    head.append(made('span', 'title', layer.table.title), made('span', 'count', String(layer.table.n)));
    box.append(head);
    if (single) continue;
    const list = made('ul', 'classes');
    const titles = new Set();
    for (const entry of entries) {
      if (titles.has(entry.title)) continue;
      titles.add(entry.title);
      const count = entries.filter(e => e.title === entry.title).reduce((sum, e) => sum + e.count, 0);
      list.append(made('li', '', '', swatch(entry), made('span', 'title', entry.title), made('span', 'count', String(count))));
    }
    if (titles.size) box.append(list);
  }
}

function swatch(entry) {
  const picture = made('img', 'swatch');
  picture.src = DATA.pictures[entry.swatch][night];
  picture.alt = '';
  return picture;
}

function startVillages() {
  const places = DATA.villages.filter(v => v.box);
  if (places.length < 2) return;
  const select = by('village').querySelector('select');
  select.append(made('option', '', '全部 ' + places.length + ' 个村'));
  for (const place of places) select.append(made('option', '', place.name));
  select.addEventListener('change', () => {
    if (!select.selectedIndex) fitted(MAP);
    else fitTo(MAP, places[select.selectedIndex - 1].box, { padding: [12, 12], animate: false });
  });
  by('village').hidden = false;
}

// Room for what lies over the map, so that the villages are seen whole when the page opens.
function fitted(map) {
  const wide = window.innerWidth >= 720, head = by('head').getBoundingClientRect(), key = by('key').getBoundingClientRect();
  map.invalidateSize({ animate: false, pan: false });
  fitTo(map, DATA.bounds, {
    paddingTopLeft: wide ? [head.right + 12, 16] : [10, head.bottom + 8],
    paddingBottomRight: wide ? [Math.max(16, window.innerWidth - key.left + 12), 40] : [10, 110],
    animate: false,
  });
}

function fitTo(map, [west, south, east, north], how) {
  map.fitBounds([[south, west], [north, east]], how);
}

function startKey() {
  const fold = by('fold');
  const set = open => {
    fold.setAttribute('aria-expanded', String(open));
    by('key').classList.toggle('folded', !open);
  };
  fold.addEventListener('click', () => set(fold.getAttribute('aria-expanded') !== 'true'));
  set(window.innerWidth >= 1000);
}

// Make the maps on a Leaflet map; returns the layer that draws them.
window.mingqing = function (map) {
  MAP = map;
  night = dark.matches ? 1 : 0;
  const view = document.querySelector('meta[name=viewport]');
  if (view) view.content = 'width=device-width, initial-scale=1, viewport-fit=cover';
  canvas = new Canvas();
  startCards();
  startSearch();
  startThemes();
  startVillages();
  startKey();
  switchTo(0);
  map.getContainer().setAttribute('aria-label', '地图：方向键移动，加减号缩放');
  map.on('click', event => {
    const found = canvas.find(event.latlng);
    if (!found) closeCard();
    else if (found.rows.length > 1) openList(found.table, found.rows);
    else openCard(found.table, found.rows[0]);
  });
  const redraw = () => { night = dark.matches ? 1 : 0; TILES.clear(); legend(); canvas.draw(); };
  if (dark.addEventListener) dark.addEventListener('change', redraw);
  const loading = [].concat(...PICTURES).filter(p => !p.complete);
  let left = loading.length;
  for (const picture of loading) picture.addEventListener('load', () => { if (--left === 0) redraw(); });
  let moved = false;
  map.getContainer().addEventListener('pointerdown', () => { moved = true; }, { once: true });
  const fit = () => {
    showTab();
    if (!moved && !chosen) fitted(map);
  };
  setTimeout(fit, 0);
  window.addEventListener('resize', fit);
  window.addEventListener('beforeprint', () => map.invalidateSize({ animate: false }));
  return canvas;
};

