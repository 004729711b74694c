// Data as it comes in the page: columns, shapes in the world's square (0 to 1, east and south), and where rows lie.

const DATA = JSON.parse(document.getElementById('data').textContent);

// The value of a row in a column: written out, one for all, or numbers of values that repeat.
function at(column, row) {
  if (!column) return '';
  if (Array.isArray(column)) return column[row];
  return 'all' in column ? column.all : column.d[column.i[row]];
}

function worldX(lon) { return lon / 360 + 0.5; }

function worldY(lat) { return 0.5 - Math.log(Math.tan(Math.PI / 4 + lat * Math.PI / 360)) / (2 * Math.PI); }

// Turn [x, y, step, step, …] into coordinates of the world's square.
function unrolled(steps) {
  const made = new Float64Array(steps.length);
  let x = DATA.origin[0], y = DATA.origin[1];
  for (let i = 0; i < steps.length; i += 2) {
    x += steps[i];
    y += steps[i + 1];
    made[i] = worldX(x / DATA.unit);
    made[i + 1] = worldY(y / DATA.unit);
  }
  return made;
}

// A shape: its parts, and its box west, north, east, south.
function shapeOf(steps) {
  if (!steps) return null;
  const parts = (Array.isArray(steps[0]) ? steps : [steps]).map(unrolled);
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const part of parts) {
    for (let i = 0; i < part.length; i += 2) {
      box[0] = Math.min(box[0], part[i]);
      box[1] = Math.min(box[1], part[i + 1]);
      box[2] = Math.max(box[2], part[i]);
      box[3] = Math.max(box[3], part[i + 1]);
    }
  }
  return { parts, box };
}

// Shapes of a table are made ready when it is first drawn.
function shapesOf(table) {
  if (!table.ready) {
    table.ready = table.shapes.map(shapeOf);
    table.shapes = null;
    if (table.edges) table.edges = table.edges.map(shapeOf);
  }
  return table.ready;
}

function spotOf(table, row) {
  const x = table.spots[2 * row], y = table.spots[2 * row + 1];
  if (x === null || x === undefined) return null;
  return [worldX((DATA.origin[0] + x) / DATA.unit), worldY((DATA.origin[1] + y) / DATA.unit)];
}

// The row that shows on the map where this one is: itself, or the one it belongs to; null where there is none.
function placeOf(name, row) {
  const table = DATA.tables[name];
  if (table.spots && spotOf(table, row)) return { name, row };
  if (table.home && table.home[1][row] >= 0) return placeOf(table.home[0], table.home[1][row]);
  return null;
}

// The rows of every class of a look, made once.
function rowsOf(look) {
  if (!look.rows) {
    const digits = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
    look.rows = look.classes.map(() => []);
    for (let row = 0; row < look.of.length; row++) look.rows[digits.indexOf(look.of[row])].push(row);
  }
  return look.rows;
}

function inside(shape, x, y) {
  let within = false;
  for (const part of shape.parts) {
    for (let i = 0, j = part.length - 2; i < part.length; j = i, i += 2) {
      if (part[i + 1] > y !== part[j + 1] > y &&
          x < (part[j] - part[i]) * (y - part[i + 1]) / (part[j + 1] - part[i + 1]) + part[i]) within = !within;
    }
  }
  return within;
}

function distanceTo(shape, x, y, closed) {
  let least = Infinity;
  for (const part of shape.parts) {
    const n = part.length;
    if (n === 2) least = Math.min(least, Math.hypot(part[0] - x, part[1] - y));
    for (let i = closed ? 0 : 2; i < n; i += 2) {
      const j = (i - 2 + n) % n, ax = part[j], ay = part[j + 1], dx = part[i] - ax, dy = part[i + 1] - ay;
      const along = dx || dy ? Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy))) : 0;
      least = Math.min(least, Math.hypot(ax + along * dx - x, ay + along * dy - y));
    }
  }
  return least;
}

