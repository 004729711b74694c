// Signs: pictures of the program's own markers; those that would hide one another side by side, or counted.

const PICTURES = DATA.pictures.map(urls => urls.map(url => {
  const picture = new Image();
  picture.src = url;
  return picture;
}));

const SIDE_BY_SIDE_TO = 6000, A_ROW = 4, STEP = 1.11, MIXED = ['#4f555e', '#656c76'];

function signsOf(sheet, layer) {
  const found = [];
  layer.look.classes.forEach((c, rank) => {
    for (const symbol of c.symbols) {
      if (symbol.t !== 'marker' || !symbol.n) continue;
      for (const row of layer.shown[rank]) {
        if (!symbol.on.includes(layer.table.kinds[row])) continue;
        const [x, y] = spotOf(layer.table, row);
        found.push({ rank, symbol, x: x * sheet.scale - sheet.left, y: y * sheet.scale - sheet.top, rows: [row] });
      }
    }
  });
  return found;
}

// Gather signs that stand within reach of one another; taken in an order that is fixed on the ground.
function crowdsOf(signs, reach) {
  const crowds = [], cells = new Map(), key = (i, j) => i + ',' + j;
  signs.sort((a, b) => Math.round((a.x - a.y) - (b.x - b.y)) || a.x - b.x || a.rank - b.rank || a.rows[0] - b.rows[0]);
  for (const sign of signs) {
    const i = Math.floor(sign.x / reach), j = Math.floor(sign.y / reach);
    let home = null;
    for (let di = -1; di <= 1; di++) for (let dj = -1; dj <= 1; dj++) {
      for (const crowd of cells.get(key(i + di, j + dj)) || []) {
        if (!home && Math.hypot(crowd[0].x - sign.x, crowd[0].y - sign.y) < reach) home = crowd;
      }
    }
    if (home) home.push(sign);
    else {
      const crowd = [sign];
      crowds.push(crowd);
      if (!cells.has(key(i, j))) cells.set(key(i, j), []);
      cells.get(key(i, j)).push(crowd);
    }
  }
  return crowds;
}

// One crowd becomes signs in rows around its middle, or one with their number.
function laidOut(sheet, crowd) {
  if (crowd.length === 1) return crowd;
  crowd.sort((a, b) => a.rank - b.rank || a.rows[0] - b.rows[0]);
  const mean = k => crowd.reduce((sum, s) => sum + s[k], 0) / crowd.length, x = mean('x'), y = mean('y');
  const symbol = crowd[0].symbol, most = sheet.denominator < SIDE_BY_SIDE_TO ? symbol.n : 1;
  if (crowd.length > most) {
    const one = crowd.every(s => s.symbol.c[0] === symbol.c[0]), rows = [].concat(...crowd.map(s => s.rows));
    return [{ rank: crowd[0].rank, symbol, x, y, rows, count: rows.length, color: one ? symbol.c : MIXED }];
  }
  const step = Math.max(...crowd.map(s => s.symbol.s)) * sheet.signs * STEP;
  const across = Math.min(A_ROW, crowd.length), down = Math.ceil(crowd.length / across);
  return crowd.map((s, n) => Object.assign({}, s, {
    x: x + (n % across - (across - 1) / 2) * step,
    y: y + (Math.floor(n / across) - (down - 1) / 2) * step,
  }));
}

// Where a crowd may move to, in shares of its own width and height, nearest first.
const AROUND = [[1, 0], [-1, 0], [0, 1], [0, -1], [1, 1], [-1, 1], [1, -1], [-1, -1]];
const MOVES = [[0, 0]].concat(...[0.35, 0.7, 1.05].map(share => AROUND.map(([x, y]) => [share * x, share * y])));

function boxOf(sheet, sign, trim) {
  const half = sign.symbol.s * sheet.signs / 2 * (sign.count ? 1.15 : 1) * trim;
  return [sign.x - half, sign.y - half, sign.x + half, sign.y + half];
}

function apart(boxes, others) {
  return boxes.every(b => others.every(o => b[2] <= o[0] || b[0] >= o[2] || b[3] <= o[1] || b[1] >= o[3]));
}

// Signs that would cover others move just beside them; where there is no room they stay. Those of one table may touch:
// a person's sign at the neighbour's house would mislead more.
function settled(sheet, signs, others, own) {
  const boxes = signs.map(s => boxOf(sheet, s, 1));
  const wide = Math.max(...boxes.map(b => b[2])) - Math.min(...boxes.map(b => b[0]));
  const high = Math.max(...boxes.map(b => b[3])) - Math.min(...boxes.map(b => b[1]));
  for (const [mx, my] of MOVES) {
    const dx = mx * wide, dy = my * high;
    const moved = boxes.map(b => [b[0] + dx, b[1] + dy, b[2] + dx, b[3] + dy]);
    const cores = signs.map(s => boxOf(sheet, Object.assign({}, s, { x: s.x + dx, y: s.y + dy }), 0.9));
    if (apart(moved, others) && apart(cores, own)) {
      return signs.map(s => Object.assign({}, s, { x: s.x + dx, y: s.y + dy }));
    }
  }
  return signs;
}

// The signs of the topmost table are set first, and drawn last.
function drawSigns(sheet, layers) {
  const others = [], drawn = [];
  for (const layer of layers.slice().reverse()) {
    const signs = signsOf(sheet, layer), own = [];
    if (!signs.length) continue;
    const share = sheet.denominator < SIDE_BY_SIDE_TO ? 0.75 : 1.6;
    const reach = share * Math.max(...signs.map(s => s.symbol.s)) * sheet.signs;
    for (const crowd of crowdsOf(signs, reach)) {
      own.push(...settled(sheet, laidOut(sheet, crowd), others, own.map(s => boxOf(sheet, s, 0.9))));
    }
    others.push(...own.map(sign => boxOf(sheet, sign, 0.96)));
    drawn.unshift(...own.map(sign => [layer, sign]));
  }
  for (const [layer, sign] of drawn) drawSign(sheet, layer, sign);
}

function drawSign(sheet, layer, sign) {
  const { ctx } = sheet, { symbol, x, y } = sign, size = symbol.s * sheet.signs * (sign.count ? 1.15 : 1);
  sheet.hits.push({ x, y, r: size / 2, table: layer.name, rows: sign.rows });
  if (sign.rows.some(row => isChosen(layer.name, row))) disc(ctx, x, y, size * 0.78, GLOW[night] + '59', GLOW[night], 2.4 * sheet.dpr);
  if (sign.count) {
    plate(ctx, sign, size, symbol.w * 2 * sheet.signs);
    ctx.fillStyle = symbol.sc[night];
    ctx.font = '600 ' + size * (sign.count > 99 ? 0.4 : 0.52) + 'px ' + FONT;
    ctx.textAlign = 'center';
    ctx.textBaseline = 'middle';
    ctx.fillText(sign.count, x, y + size * (symbol.p === 'triangle' ? 0.16 : 0.03));
    return;
  }
  const side = symbol.mm * sheet.signs, picture = PICTURES[symbol.i][night];
  if (picture.complete && picture.naturalWidth) ctx.drawImage(picture, x - side / 2, y - side / 2, side, side);
}

function plate(ctx, sign, size, outline) {
  const { x, y } = sign, half = size / 2;
  ctx.beginPath();
  if (sign.symbol.p === 'square') ctx.rect(x - half, y - half, size, size);
  else if (sign.symbol.p === 'triangle') {
    ctx.moveTo(x, y - 0.56 * size);
    ctx.lineTo(x + 0.6 * size, y + half);
    ctx.lineTo(x - 0.6 * size, y + half);
    ctx.closePath();
  } else ctx.arc(x, y, half, 0, 2 * Math.PI);
  ctx.lineJoin = 'round';
  ctx.lineWidth = outline;
  ctx.strokeStyle = sign.symbol.o ? sign.symbol.o[night] : 'transparent';
  if (outline) ctx.stroke();
  ctx.fillStyle = sign.color[night];
  ctx.fill();
}

