// The map drawn on one canvas as the program draws it: sizes are millimetres at 1:2,000 that follow the scale.

const PX_PER_MM = 96 / 25.4;
const FACTORS = [[500, 1.25], [2000, 1], [10000, 0.72], [50000, 0.45], [200000, 0.3]];
const PAPER = ['#fbf9f2', '#151719'], GLOW = ['#ff9500', '#ffc04d'];
const dark = window.matchMedia ? window.matchMedia('(prefers-color-scheme: dark)') : { matches: false };
let night = 0;

function sizeFactor(denominator) {
  const last = FACTORS.length - 1;
  if (denominator <= FACTORS[0][0]) return FACTORS[0][1];
  if (denominator >= FACTORS[last][0]) return FACTORS[last][1];
  const n = FACTORS.findIndex(f => f[0] >= denominator), [d0, f0] = FACTORS[n - 1], [d1, f1] = FACTORS[n];
  return f0 + (f1 - f0) * Math.log(denominator / d0) / Math.log(d1 / d0);
}

// What is being drawn on: pixels are the device's; (x * scale - left, y * scale - top) brings the world's square there.
function sheetOf(ctx, map, corner, width, height, dpr) {
  const zoom = map.getZoom(), scale = 256 * Math.pow(2, zoom) * dpr;
  const metres = 40075016.686 * Math.cos(map.getCenter().lat * Math.PI / 180) / (256 * Math.pow(2, zoom));
  const denominator = metres * 1000 * PX_PER_MM, factor = sizeFactor(denominator);
  const text = factor > 1 ? factor : Math.cbrt(factor);
  return {
    ctx, scale, width, height, dpr, denominator,
    left: corner.x * dpr, top: corner.y * dpr,
    mm: PX_PER_MM * factor * dpr,
    signs: PX_PER_MM * Math.sqrt(factor) * dpr,
    text: size => Math.max(size * PX_PER_MM * text, 11) * dpr,
    perMetre: dpr / metres,
    hits: [],
  };
}

function isShown(what, denominator) {
  return (what.from || 0) <= denominator && denominator < (what.to || Infinity);
}

function isSeen(sheet, shape, margin) {
  const box = shape.box, m = margin * sheet.dpr;
  return box[2] * sheet.scale - sheet.left > -m && box[0] * sheet.scale - sheet.left < sheet.width + m &&
    box[3] * sheet.scale - sheet.top > -m && box[1] * sheet.scale - sheet.top < sheet.height + m;
}

// Add a shape to the current path; vertices less than a third of a pixel from the one before are left out.
function trace(sheet, shape, closed) {
  const { ctx, scale, left: x0, top: y0 } = sheet;
  const box = shape.box;
  if (closed && (box[2] - box[0]) * scale < 1 && (box[3] - box[1]) * scale < 1) {
    ctx.rect(Math.floor(box[0] * scale - x0), Math.floor(box[1] * scale - y0), 1, 1);
    return;
  }
  for (const part of shape.parts) {
    let lastX = Infinity, lastY = Infinity;
    for (let i = 0; i < part.length; i += 2) {
      const x = part[i] * scale - x0, y = part[i + 1] * scale - y0;
      if (i === 0) ctx.moveTo(x, y);
      else if (Math.abs(x - lastX) + Math.abs(y - lastY) > 0.35 || i === part.length - 2) ctx.lineTo(x, y);
      else continue;
      lastX = x;
      lastY = y;
    }
    if (closed) ctx.closePath();
  }
}

// Paint shapes some at a time: one path of thousands takes many times as long.
const AT_ONCE = 48;

function paintAll(sheet, layer, rows, on, least, paint) {
  let some = 0;
  sheet.ctx.beginPath();
  for (const row of rows) {
    const shape = layer.shapes[row], kind = layer.table.kinds[row];
    if (kind === 'o' || !on.includes(kind)) continue;
    if (least && Math.max(shape.box[2] - shape.box[0], shape.box[3] - shape.box[1]) * sheet.scale < least) continue;
    trace(sheet, shape, kind === 'p');
    if (++some % AT_ONCE === 0) {
      paint();
      sheet.ctx.beginPath();
    }
  }
  paint();
}

function lineWidth(sheet, symbol) {
  return Math.max((symbol.w || 0) * sheet.mm, (symbol.g || 0) * sheet.perMetre, 0.5 * sheet.dpr);
}

function strokeLine(sheet, symbol, layer, rows, casing) {
  const { ctx } = sheet, width = lineWidth(sheet, symbol);
  ctx.lineWidth = casing ? width + 2 * symbol.b * sheet.mm : width;
  ctx.strokeStyle = (casing ? symbol.bc : symbol.c)[night];
  ctx.lineJoin = 'round';
  ctx.lineCap = symbol.flat || (symbol.d && !casing) ? 'butt' : 'round';
  ctx.setLineDash(symbol.d && !casing ? symbol.d.map(d => Math.max(d * sheet.mm, 0.4)) : []);
  if (symbol.once && layer.table.edges) {
    ctx.beginPath();
    for (const edge of layer.table.edges) if (edge && isSeen(sheet, edge, 20)) trace(sheet, edge, false);
    ctx.stroke();
  } else {
    paintAll(sheet, layer, rows, symbol.on, 2.5 * sheet.dpr, () => ctx.stroke());
  }
  ctx.setLineDash([]);
}

// A tile of lines at an angle, as wide and high as it takes them to meet their own repetition.
function ruled(sheet, symbol) {
  const angle = symbol.a * Math.PI / 180, gap = symbol.mm * sheet.mm;
  const width = Math.max(2, Math.round(gap / Math.max(Math.abs(Math.sin(angle)), 1e-3)));
  const height = Math.max(2, Math.round(gap / Math.max(Math.abs(Math.cos(angle)), 1e-3)));
  const tile = document.createElement('canvas'), w = Math.min(width, 512), h = Math.min(height, 512);
  tile.width = w;
  tile.height = h;
  const ctx = tile.getContext('2d');
  ctx.strokeStyle = symbol.c[night];
  ctx.lineWidth = Math.max(symbol.w * sheet.mm, 0.4);
  const rises = Math.tan(angle) > 0;
  ctx.beginPath();
  for (const k of [-1, 0, 1]) {
    if (rises || symbol.x) { ctx.moveTo(k * w - w, 2 * h); ctx.lineTo(k * w + 2 * w, -h); }
    if (!rises || symbol.x) { ctx.moveTo(k * w - w, -h); ctx.lineTo(k * w + 2 * w, 2 * h); }
  }
  ctx.stroke();
  return tile;
}

function strewn(sheet, symbol) {
  const side = Math.max(2, Math.round(symbol.mm * sheet.mm)), tile = document.createElement('canvas');
  tile.width = tile.height = side;
  const picture = PICTURES[symbol.i][night];
  if (picture.complete && picture.naturalWidth) tile.getContext('2d').drawImage(picture, 0, 0, side, side);
  return tile;
}

const TILES = new Map();

function tileOf(sheet, symbol) {
  const key = JSON.stringify([symbol, night, sheet.mm.toFixed(3)]);
  if (!TILES.has(key)) {
    if (TILES.size > 60) TILES.clear();
    TILES.set(key, (symbol.i === undefined ? ruled : strewn)(sheet, symbol));
  }
  return TILES.get(key);
}

// Patterns hang on the ground: what is filled is shifted by the part of a tile at which the sheet begins.
function fillPattern(sheet, symbol, layer, rows) {
  const { ctx } = sheet, tile = tileOf(sheet, symbol);
  const dx = sheet.left % tile.width, dy = sheet.top % tile.height;
  ctx.save();
  ctx.translate(-dx, -dy);
  ctx.fillStyle = ctx.createPattern(tile, 'repeat');
  paintAll(Object.assign({}, sheet, { left: sheet.left - dx, top: sheet.top - dy }), layer, rows, 'p', 0, () => ctx.fill());
  ctx.restore();
}

function drawArrows(sheet, symbol, layer, rows) {
  const { ctx } = sheet, size = symbol.mm * sheet.mm, gap = symbol.w * sheet.mm;
  ctx.fillStyle = symbol.c[night];
  for (const row of rows) {
    if (layer.table.kinds[row] !== 'l') continue;
    for (const part of layer.shapes[row].parts) {
      const line = inPixels(sheet, part), length = line.length;
      for (let d = length - gap / 2; d > size / 2; d -= gap) arrowHead(ctx, line, d, size);
    }
  }
}

function arrowHead(ctx, line, d, size) {
  const here = line.at(d), a = line.at(d - size / 2), b = line.at(d + size / 2);
  ctx.save();
  ctx.translate(here[0], here[1]);
  ctx.rotate(Math.atan2(b[1] - a[1], b[0] - a[0]));
  ctx.beginPath();
  ctx.moveTo(0.5 * size, 0);
  ctx.lineTo(-0.4 * size, 0.42 * size);
  ctx.lineTo(-0.15 * size, 0);
  ctx.lineTo(-0.4 * size, -0.42 * size);
  ctx.fill();
  ctx.restore();
}

// A line in pixels that can be asked where it is after so many of them.
function inPixels(sheet, part) {
  const n = part.length / 2, xs = new Float64Array(n), ys = new Float64Array(n), far = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    xs[i] = part[2 * i] * sheet.scale - sheet.left;
    ys[i] = part[2 * i + 1] * sheet.scale - sheet.top;
    if (i) far[i] = far[i - 1] + Math.hypot(xs[i] - xs[i - 1], ys[i] - ys[i - 1]);
  }
  return {
    xs, ys, far, length: far[n - 1],
    at(d) {
      let low = 0, high = n - 1;
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        if (far[middle] <= d) low = middle; else high = middle;
      }
      const share = far[high] > far[low] ? (d - far[low]) / (far[high] - far[low]) : 0;
      return [xs[low] + share * (xs[high] - xs[low]), ys[low] + share * (ys[high] - ys[low])];
    },
  };
}

function disc(ctx, x, y, radius, fill, stroke, width) {
  ctx.beginPath();
  ctx.arc(x, y, radius, 0, 2 * Math.PI);
  ctx.fillStyle = fill;
  ctx.fill();
  ctx.lineWidth = width;
  ctx.strokeStyle = stroke;
  ctx.stroke();
}

function drawSpokes(sheet, symbol, layer, rows) {
  const { ctx } = sheet, radius = symbol.k / 2 * sheet.signs, hubs = new Map();
  for (const row of rows) {
    const line = layer.shapes[row].parts[0], n = line.length;
    const x0 = line[0] * sheet.scale - sheet.left, y0 = line[1] * sheet.scale - sheet.top;
    const x1 = line[n - 2] * sheet.scale - sheet.left, y1 = line[n - 1] * sheet.scale - sheet.top;
    ctx.beginPath();
    ctx.moveTo(x0, y0);
    ctx.quadraticCurveTo((x0 + x1) / 2 + symbol.bend * (y1 - y0), (y0 + y1) / 2 - symbol.bend * (x1 - x0), x1, y1);
    ctx.lineWidth = Math.max(symbol.w * sheet.mm, 0.8 * sheet.dpr);
    ctx.strokeStyle = symbol.c[night];
    ctx.stroke();
    if (n > 2) hubs.set(x0 + ',' + y0, [x0, y0]);
    sheet.hits.push({ x: x1, y: y1, r: radius + 4 * sheet.dpr, table: layer.name, rows: [row] });
  }
  for (const hit of sheet.hits) {
    if (hit.table === layer.name) disc(ctx, hit.x, hit.y, radius, symbol.s[night], symbol.o[night], radius * 0.3);
  }
  for (const [x, y] of hubs.values()) {
    disc(ctx, x, y, radius * symbol.hub / symbol.k, symbol.o[night], symbol.s[night], radius * 0.5);
  }
}

// Markers that stay where they are, such as the small square of a house of which only a point is known.
function drawStill(sheet, symbol, layer, rows) {
  for (const row of rows) {
    if (!symbol.on.includes(layer.table.kinds[row])) continue;
    const [x, y] = spotOf(layer.table, row), side = symbol.mm * sheet.signs;
    const picture = PICTURES[symbol.i][night];
    if (picture.complete && picture.naturalWidth) {
      sheet.ctx.drawImage(picture, x * sheet.scale - sheet.left - side / 2, y * sheet.scale - sheet.top - side / 2, side, side);
    }
  }
}

const DRAWN = {
  fill(sheet, symbol, layer, rows) {
    sheet.ctx.fillStyle = symbol.c[night];
    paintAll(sheet, layer, rows, 'p', 0, () => sheet.ctx.fill());
  },
  hatch: fillPattern,
  line: (sheet, symbol, layer, rows) => strokeLine(sheet, symbol, layer, rows, false),
  arrows: drawArrows,
  spoke: drawSpokes,
  marker(sheet, symbol, layer, rows) {
    if (!symbol.n) drawStill(sheet, symbol, layer, rows);
  },
};

// One table: borders of all its lines, then the first symbols of all classes, then the second, and marks.
function drawTable(sheet, layer) {
  const { look } = layer, seen = row => layer.shapes[row] && isSeen(sheet, layer.shapes[row], 30);
  layer.shown = look.classes.map((c, n) => isShown(c, sheet.denominator) ? rowsOf(look)[n].filter(seen) : []);
  const order = look.classes.map((c, n) => n).reverse();
  const symbols = (n, level) => look.classes[n].symbols[level];
  const drawn = (symbol, n, rows) => symbol && rows.length && isShown(symbol, sheet.denominator) &&
    DRAWN[symbol.t](sheet, symbol, layer, rows);
  for (const n of order) {
    for (const s of look.classes[n].symbols) {
      if (s.b && layer.shown[n].length && isShown(s, sheet.denominator)) strokeLine(sheet, s, layer, layer.shown[n], true);
    }
  }
  const levels = Math.max(0, ...look.classes.map(c => c.symbols.length));
  for (let level = 0; level < levels; level++) for (const n of order) drawn(symbols(n, level), n, layer.shown[n]);
  for (const mark of look.marks) {
    if (!isShown(mark, sheet.denominator)) continue;
    if (!mark.has) mark.has = new Set(mark.rows);
    for (const n of order) {
      const own = layer.shown[n].filter(row => mark.has.has(row));
      for (const symbol of mark.symbols) {
        const fitted = fittedTo(symbol, look.classes[n]);
        if (own.length && fitted.b) strokeLine(sheet, fitted, layer, own, true);
        drawn(fitted, n, own);
      }
    }
  }
}

// A mark's line without width is the line that it marks, with the mark's border.
function fittedTo(symbol, marked) {
  if (symbol.t !== 'line' || symbol.w) return symbol;
  const own = marked.symbols.find(s => s.t === 'line') || symbol;
  return Object.assign({}, own, { b: symbol.b, bc: symbol.bc, flat: symbol.flat });
}

function glow(sheet, layer, row) {
  const { ctx } = sheet, shape = layer.shapes[row], kind = layer.table.kinds[row];
  if (!shape || kind === 'o') return;
  ctx.beginPath();
  trace(sheet, shape, kind === 'p');
  ctx.lineJoin = ctx.lineCap = 'round';
  for (const [width, color] of [[6, night ? '#000000' : '#ffffff'], [3.4, GLOW[night]]]) {
    ctx.lineWidth = width * sheet.dpr;
    ctx.strokeStyle = color;
    ctx.stroke();
  }
}

