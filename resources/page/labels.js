// Names: the most important first, each where it covers no other name and no sign.

const FONT = '"PingFang SC","HarmonyOS Sans SC","MiSans","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC","Source Han Sans SC",sans-serif';

function wanted(sheet, layers) {
  const found = [];
  layers.forEach((layer, depth) => {
    layer.look.classes.forEach((c, n) => {
      const label = c.label;
      if (!label || !isShown(label, sheet.denominator)) return;
      for (const row of layer.shown[n]) {
        const text = at(layer.table.labels[label.of], row);
        if (text) found.push({ layer, row, label, forms: text.split('\n'), first: label.first || 0, depth });
      }
    });
  });
  return found.sort((a, b) => b.first - a.first || b.depth - a.depth || a.row - b.row);
}

function isFree(sheet, boxes, taken) {
  return boxes.every(b => b[0] > 0 && b[1] > 0 && b[2] < sheet.width && b[3] < sheet.height &&
    taken.every(t => b[2] <= t[0] || b[0] >= t[2] || b[3] <= t[1] || b[1] >= t[3]));
}

function drawLabels(sheet, layers) {
  const taken = sheet.hits.map(h => [h.x - h.r, h.y - h.r, h.x + h.r, h.y + h.r]), said = new Map();
  let left = 1500;
  for (const want of wanted(sheet, layers)) {
    if (left-- <= 0) break;
    const size = sheet.text(want.label.s);
    const key = want.label.p === 'line' && want.forms[0];
    const near = key && said.get(key);
    const placed = PLACES[want.label.p](sheet, want, size, taken, near || []);
    if (!placed) continue;
    const room = 0.3 * size;  // names so close that they read as one
    taken.push(...placed.boxes.map(b => [b[0] - room, b[1] - room / 3, b[2] + room, b[3] + room / 3]));
    if (key) said.set(key, (near || []).concat([placed.middle]));
    write(sheet, want.label, size, placed.runs);
  }
}

function fontOf(label, size) { return (label.b ? '600 ' : '400 ') + size + 'px ' + FONT; }

function write(sheet, label, size, runs) {
  const { ctx } = sheet;
  ctx.font = fontOf(label, size);
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  ctx.lineJoin = 'round';
  ctx.lineWidth = 2 * (label.hw || 0.4) * PX_PER_MM * sheet.dpr * 0.8;
  for (const [fill, style] of [[false, label.h], [true, label.c]]) {
    ctx[fill ? 'fillStyle' : 'strokeStyle'] = style[night];
    for (const run of runs) {
      ctx.save();
      ctx.translate(run.x, run.y);
      if (run.angle) ctx.rotate(run.angle);
      if (fill) ctx.fillText(run.text, 0, 0); else ctx.strokeText(run.text, 0, 0);
      ctx.restore();
    }
  }
}

function isChinese(c) { return c > '\u2e7f'; }

function widthOf(text, size) {
  let width = 0;
  for (const c of text) width += isChinese(c) ? size : 0.58 * size;
  return width;
}

// The characters of a line of text beside one another, their middle at x, y.
function spaced(text, x, y, size, gap) {
  const chars = gap && isChinese(text[0]) ? Array.from(text) : [text];
  const width = widthOf(text, size) + gap * size * (chars.length - 1);
  let from = x - width / 2;
  return chars.map(c => {
    const own = widthOf(c, size), run = { text: c, x: from + own / 2, y };
    from += own + gap * size;
    return run;
  });
}

function inTwoLines(text) {
  if (text.length <= 9 || !isChinese(text[0])) return [text];
  let best = 2, least = Infinity;
  for (let n = 2; n < text.length - 1; n++) {
    const cost = Math.abs(text.length - 2 * n) - ('县乡镇村路街坊'.includes(text[n - 1]) ? 3.5 : 0);
    if (cost < least) { least = cost; best = n; }
  }
  return [text.slice(0, best), text.slice(best)];
}

function block(lines, x, y, size, gap) {
  const wide = Math.max(...lines.map(t => widthOf(t, size) + gap * size * Math.max(0, t.length - 1)));
  const high = size * 1.15, tall = high * lines.length;
  const runs = lines.map((t, n) => spaced(t, x, y + (n - (lines.length - 1) / 2) * high, size, gap));
  return { runs: [].concat(...runs), boxes: [[x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2]], wide, tall };
}

// Where a name in an area may stand, in shares of its own width and height from the middle.
const NEAR = [[0, 0]].concat(...[1.4, 2.8, 4.2].map(k => [[0, -k], [0, k], [-k / 3, -k / 2], [k / 3, -k / 2], [-k / 3, k / 2],
  [k / 3, k / 2]]), [[-0.6, 0], [0.6, 0]]);

const PLACES = {
  // Beside what stands there: right, left, below, above; on the spot where nothing does.
  point(sheet, want, size, taken) {
    const [wx, wy] = spotOf(want.layer.table, want.row);
    const x = wx * sheet.scale - sheet.left, y = wy * sheet.scale - sheet.top;
    const sign = sheet.hits.find(h => h.table === want.layer.name && h.rows.includes(want.row));
    if (sign && sign.rows.length > 1) return null;
    const own = sign ? sign.r + 0.18 * size : 0, cx = sign ? sign.x : x, cy = sign ? sign.y : y;
    for (const form of want.forms) {
      const lines = inTwoLines(form), { wide, tall } = block(lines, 0, 0, size, want.label.gap || 0);
      const spots = own ? [[own + wide / 2, 0], [-own - wide / 2, 0], [0, own + tall / 2], [0, -own - tall / 2]] :
        [[0, 0], [0, tall * 0.8], [0, -tall * 0.8]];
      for (const [dx, dy] of spots) {
        const made = block(lines, cx + dx, cy + dy, size, want.label.gap || 0);
        if (isFree(sheet, made.boxes, taken)) return made;
      }
    }
    return null;
  },

  // Within an area, where it has room: in its middle, else near it.
  area(sheet, want, size, taken) {
    const shape = want.layer.shapes[want.row], [wx, wy] = spotOf(want.layer.table, want.row);
    const room = (shape.box[2] - shape.box[0]) * sheet.scale, high = (shape.box[3] - shape.box[1]) * sheet.scale;
    for (const form of want.forms) {
      for (const gap of [want.label.gap || 0, 0.08]) {
        const lines = inTwoLines(form), { wide, tall } = block(lines, 0, 0, size, gap);
        if (wide > room * 0.8 || tall > high * 0.9) continue;
        for (const [across, down] of NEAR) {
          const x = wx * sheet.scale + across * wide, y = wy * sheet.scale + down * tall;
          const within = [-0.4, 0, 0.4].every(k => inside(shape, (x + k * wide) / sheet.scale, y / sheet.scale));
          const made = block(lines, x - sheet.left, y - sheet.top, size, gap);
          if ((within || !(across || down)) && isFree(sheet, made.boxes, taken)) return made;
        }
      }
    }
    return null;
  },

  // Along a line, character by character, where it is straight enough to be read.
  line(sheet, want, size, taken, near) {
    const apart = (want.label.every || 90) * sheet.mm, gap = want.label.gap || 0;
    const aside = (want.label.off || 0) * sheet.mm;
    const shape = want.layer.shapes[want.row], parts = want.layer.table.kinds[want.row] === 'p' ? [] : shape.parts;
    for (const part of parts) {
      const line = inPixels(sheet, part);
      for (const form of want.forms) {
        const chars = Array.from(form), long = widthOf(form, size) + gap * size * (chars.length - 1);
        if (line.length < long * 1.15) continue;
        const tries = Math.min(9, Math.max(1, Math.floor(line.length / (long * 0.6))));
        for (let n = 0; n < tries; n++) {
          const k = n % 2 ? -Math.ceil(n / 2) : n / 2;
          const start = (line.length - long) / 2 + k * (line.length - long) / (tries + 1);
          const made = along(line, chars, start, size, gap, aside);
          if (made && near.every(p => Math.hypot(p[0] - made.middle[0], p[1] - made.middle[1]) > apart) &&
              isFree(sheet, made.boxes, taken)) return made;
        }
      }
    }
    return null;
  },
};

// Set characters along a line from `start`; nothing where it turns too much. Flat stretches are read from left to
// right, steep ones downwards.
function along(line, chars, start, size, gap, aside) {
  const end = start + chars.reduce((sum, c) => sum + widthOf(c, size), 0) + gap * size * (chars.length - 1);
  if (start < 0 || end > line.length) return null;
  const a = line.at(start), b = line.at(end), dx = b[0] - a[0], dy = b[1] - a[1];
  if (Math.hypot(dx, dy) < 0.9 * (end - start)) return null;
  const steep = Math.abs(dy) > Math.abs(dx) * 1.1, back = steep ? dy < 0 : dx < 0;
  const runs = [];
  let d = back ? end : start, last = null;
  for (const c of chars) {
    const wide = widthOf(c, size), middle = d + (back ? -1 : 1) * wide / 2, reach = Math.max(wide, size);
    const p = line.at(Math.max(0, middle - reach)), q = line.at(Math.min(line.length, middle + reach));
    const sense = back ? -1 : 1;
    let angle = Math.atan2(sense * (q[1] - p[1]), sense * (q[0] - p[0]));
    const nx = -Math.sin(angle), ny = Math.cos(angle);
    if (last !== null && Math.abs(Math.atan2(Math.sin(angle - last), Math.cos(angle - last))) > 0.42) return null;
    last = angle;
    if (steep && isChinese(c)) angle -= Math.PI / 2;
    const here = line.at(middle), side = aside + (aside ? size * 0.6 : 0);
    runs.push({ text: c, x: here[0] - nx * side, y: here[1] - ny * side, angle });
    d += (back ? -1 : 1) * (wide + gap * size);
  }
  const half = size * 0.56;
  return { runs, boxes: runs.map(r => [r.x - half, r.y - half, r.x + half, r.y + half]), middle: line.at((start + end) / 2) };
}

