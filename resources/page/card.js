// The card of a row: what it is, its fields, numbers to call, and the rows that belong to it. Text is only ever text.

const by = id => document.getElementById(id);

function made(tag, name, text, ...within) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (text) element.textContent = text;
  element.append(...within);
  return element;
}

const TRAIL = [];

// The rows that belong to a row, by table: the people of a house, the posts of an organisation.
let BELONGING = null;

function belongingTo(name, row) {
  if (!BELONGING) {
    BELONGING = new Map();
    for (const [table, one] of Object.entries(DATA.tables)) {
      if (!one.home) continue;
      one.home[1].forEach((to, n) => {
        const key = one.home[0] + ' ' + to;
        if (!BELONGING.has(key)) BELONGING.set(key, new Map());
        const own = BELONGING.get(key);
        if (!own.has(table)) own.set(table, []);
        own.get(table).push(n);
      });
    }
  }
  return BELONGING.get(name + ' ' + row) || new Map();
}

function telephone(number) {
  const digits = number.replace(/[\s\-()（）]/g, '');
  if (!/^\+?\d{3,16}$/.test(digits)) return made('span', 'number', number);
  const link = made('a', 'call', number);
  link.href = 'tel:' + digits;
  link.setAttribute('aria-label', '拨打 ' + number);
  return link;
}

function placeText(table, row) {
  const village = at(table.in, row);
  return [table.title, village >= 0 && DATA.villages.length > 1 ? DATA.villages[village].name : ''].filter(Boolean).join(' · ');
}

function fieldsOf(table, row) {
  const groups = new Map(), tags = [];
  table.fields.forEach(([title, group, kind], n) => {
    const value = at(table.cells[n], row);
    if (!value) return;
    if (kind === 'tag') tags.push(title);
    else if (value !== at(table.names, row) || kind === 'tel') {
      if (!groups.has(group)) groups.set(group, []);
      groups.get(group).push([title, value, kind]);
    }
  });
  return { groups, tags };
}

function listed(name, row) {
  const table = DATA.tables[name], entry = made('li', 'entry');
  const open = made('button', 'open', '', made('b', '', at(table.names, row)), made('span', '', at(table.briefs, row)));
  open.type = 'button';
  open.addEventListener('click', () => openCard(name, row, true));
  entry.append(open);
  table.fields.forEach(([title, , kind], n) => {
    const value = kind === 'tel' && at(table.cells[n], row);
    if (value) entry.append(telephone(value));
  });
  return entry;
}

function cardOf(name, row) {
  const table = DATA.tables[name], card = document.createDocumentFragment();
  const { groups, tags } = fieldsOf(table, row), title = made('h2', '', at(table.names, row));
  title.id = 'card-title';
  card.append(made('p', 'kind', placeText(table, row)), title);
  if (tags.length) card.append(made('p', 'tags', '', ...tags.map(tag => made('span', 'tag', tag))));
  for (const [group, fields] of groups) {
    if (group && groups.size > 1) card.append(made('h3', '', group));
    const list = made('dl');
    for (const [title, value, kind] of fields) {
      list.append(made('dt', '', title), made('dd', '', '', kind === 'tel' ? telephone(value) : value));
    }
    card.append(list);
  }
  for (const [other, rows] of belongingTo(name, row)) {
    card.append(made('h3', '', DATA.tables[other].title, made('span', 'count', String(rows.length))));
    card.append(made('ul', 'entries', '', ...rows.map(n => listed(other, n))));
  }
  return card;
}

function listOf(name, rows) {
  const card = document.createDocumentFragment(), title = made('h2', '', DATA.tables[name].title);
  title.id = 'card-title';
  card.append(made('p', 'kind', '这里有 ' + rows.length + ' 处，请选一处'), title);
  card.append(made('ul', 'entries', '', ...rows.slice(0, 200).map(n => listed(name, n))));
  return card;
}

function show(content) {
  const text = by('card-text');
  text.textContent = '';
  text.append(content);
  by('card').hidden = false;
  by('card').scrollTop = text.scrollTop = 0;
  by('back').hidden = TRAIL.length < 2;
  document.body.classList.add('carded');
}

// Open the card of a row; `deeper` from another card, to which one may go back.
function openCard(name, row, deeper) {
  if (!deeper) TRAIL.length = 0;
  TRAIL.push(() => openRow(name, row));
  openRow(name, row);
  if (deeper) by('card-text').focus();
}

function openRow(name, row) {
  choose(placeOf(name, row));
  show(cardOf(name, row));
}

function openList(name, rows) {
  TRAIL.length = 0;
  TRAIL.push(() => show(listOf(name, rows)));
  choose(null);
  show(listOf(name, rows));
}

function closeCard() {
  if (by('card').hidden) return;
  by('card').hidden = true;
  document.body.classList.remove('carded');
  choose(null);
}

function startCards() {
  by('close').addEventListener('click', closeCard);
  by('back').addEventListener('click', () => {
    TRAIL.pop();
    TRAIL[TRAIL.length - 1]();
    by('back').hidden = TRAIL.length < 2;
  });
  document.addEventListener('keydown', event => { if (event.key === 'Escape') closeCard(); });
}

