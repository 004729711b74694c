// Search: every word must begin or occur in what a row is called or found by, or be the first letters of its sounds.

const MOST_HITS = 30;
let INDEX = null, HITS = [], at_hit = -1;

function indexed() {
  if (INDEX) return INDEX;
  INDEX = [];
  for (const [name, table] of Object.entries(DATA.tables)) {
    const searched = table.fields.map((f, n) => f[3] ? table.cells[n] : null).filter(Boolean);
    if (!searched.length) continue;
    for (let row = 0; row < table.n; row++) {
      const texts = [at(table.names, row)].concat(searched.map(c => at(c, row))).filter(Boolean);
      INDEX.push({ name, row, texts: texts.map(t => t.toLowerCase()), letters: at(table.letters, row).split(' ') });
    }
  }
  return INDEX;
}

// How well a word fits: 0 not at all, most where it is the whole name.
function fit(entry, word) {
  let best = 0;
  entry.texts.forEach((text, n) => {
    const found = text.indexOf(word);
    if (found < 0) return;
    best = Math.max(best, (text === word ? 9 : found === 0 ? 6 : 4) + (n === 0 ? 1 : 0));
  });
  if (/^[a-z0-9]+$/.test(word)) {
    for (const letters of entry.letters) {
      if (letters && letters.includes(word)) best = Math.max(best, letters === word ? 5 : letters.startsWith(word) ? 3 : 2);
    }
  }
  return best;
}

function search(typed) {
  const words = typed.trim().toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return [];
  const found = [];
  for (const entry of indexed()) {
    let score = 0;
    for (const word of words) {
      const own = fit(entry, word);
      if (!own) { score = 0; break; }
      score += own;
    }
    if (score) found.push([score, entry]);
  }
  found.sort((a, b) => b[0] - a[0] || a[1].texts[0].length - b[1].texts[0].length);
  return found.slice(0, MOST_HITS).map(f => f[1]);
}

function showHits() {
  const list = by('hits'), typed = by('typed').value;
  HITS = search(typed);
  at_hit = -1;
  list.textContent = '';
  list.hidden = !typed.trim();
  by('typed').setAttribute('aria-expanded', String(!list.hidden));
  by('typed').removeAttribute('aria-activedescendant');
  HITS.forEach((hit, n) => {
    const table = DATA.tables[hit.name], found = made('span', 'why', whyFound(hit, typed));
    const item = made('li', 'hit', '', made('b', '', at(table.names, hit.row)), found,
      made('small', '', placeText(table, hit.row)));
    item.id = 'hit-' + n;
    item.setAttribute('role', 'option');
    item.addEventListener('mousedown', event => event.preventDefault());
    item.addEventListener('click', () => take(hit));
    list.append(item);
  });
  if (!HITS.length && typed.trim()) list.append(made('li', 'none', '没有找到，换个说法试试'));
}

// The field in which a row was found, where that is not its name; else the line below its name.
function whyFound(hit, typed) {
  const word = typed.trim().toLowerCase().split(/\s+/)[0], table = DATA.tables[hit.name];
  if (!at(table.names, hit.row).toLowerCase().includes(word)) {
    for (let n = 0; n < table.fields.length; n++) {
      const value = table.fields[n][3] ? at(table.cells[n], hit.row) : '';
      if (value && value.toLowerCase().includes(word)) return table.fields[n][0] + ' ' + value;
    }
  }
  return at(table.briefs, hit.row);
}

function take(hit) {
  by('hits').hidden = true;
  by('typed').setAttribute('aria-expanded', 'false');
  by('typed').blur();
  goTo(hit.name, hit.row);
  openCard(hit.name, hit.row);
  by('card-text').focus();
}

function moveTo(n) {
  const items = by('hits').querySelectorAll('.hit');
  if (!items.length) return;
  if (items[at_hit]) items[at_hit].removeAttribute('aria-selected');
  at_hit = (n + items.length) % items.length;
  items[at_hit].setAttribute('aria-selected', 'true');
  items[at_hit].scrollIntoView({ block: 'nearest' });
  by('typed').setAttribute('aria-activedescendant', items[at_hit].id);
}

function startSearch() {
  const typed = by('typed');
  let waiting = 0;
  typed.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(showHits, 80);
  });
  typed.addEventListener('focus', () => { if (typed.value.trim()) showHits(); });
  typed.addEventListener('blur', () => setTimeout(() => { by('hits').hidden = true; }, 150));
  typed.addEventListener('keydown', event => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      moveTo(event.key === 'ArrowDown' ? at_hit + 1 : Math.max(at_hit, 0) - 1);
      event.preventDefault();
    } else if (event.key === 'Enter') {
      clearTimeout(waiting);
      if (at_hit < 0) showHits();
      const hit = HITS[Math.max(at_hit, 0)];
      if (hit) take(hit);
    } else if (event.key === 'Escape' && !by('hits').hidden) {
      by('hits').hidden = true;
      event.stopPropagation();
    }
  });
}

