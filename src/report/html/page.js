// SPDX-License-Identifier: Apache-2.0
// Reads the data of the page and ties table, charts and filter together. Nothing here uses the network or stores
// anything.
'use strict';

(() => {
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId('index').textContent);
  let detailLines = null;

  const TIMES = ['created ($SI)', 'modified ($SI)', 'record modified ($SI)', 'accessed ($SI)', 'created ($FN)', 'modified ($FN)', 'record modified ($FN)', 'accessed ($FN)', 'log record'];
  const volumeNames = new Map(data.volumes.map((volume) => [volume.id, volume.locator]));
  const findings = data.rows.map((row, i) => {
    const folder = data.folders[row[1]];
    const volume = volumeNames.get(row[0]) ?? String(row[0]);
    const last = row[2] + (row[3] ? ':' + row[3] : '') + (row[4] === null ? '' : ' > ' + row[4]);
    const made = { index: i, volume, folder, folderKey: volume + '\u0000' + folder, last, name: volume + ':' + folder + '/' + last, cause: data.causes[row[5]], causeAt: row[5], folderAt: row[1], placeAt: row[7], kindAt: row[8], score: row[6], weight: weightOf(row[6]),
      place: data.places[row[7]], kind: data.kinds[row[8]], allocated: (row[9] & 1) !== 0, exported: (row[9] & 2) !== 0, size: row[10], record: row[11], media: row[12] === null ? null : Number(row[12]), times: row.slice(13) };
    made.line = { finding: made };
    return made;
  });
  const state = { text: '', weights: [true, true, true, true], rule: '', place: '', allocated: '', folder: null, time: null, media: null, timeKind: 0, group: '', sort: { column: 'score', down: true }, closed: new Set() };
  // Begin with the kind of time that most findings have.
  const present = TIMES.map((_, kind) => findings.reduce((sum, finding) => sum + (finding.times[kind] === null ? 0 : 1), 0));
  state.timeKind = present.indexOf(Math.max(...present));
  const timeOf = (finding) => finding.times[state.timeKind];

  function details() { return detailLines ??= byId('details').textContent.split('\n'); }

  // Folders, rules and places recur. So a word is searched for once in each of these, and per finding only in its name.
  const folded = { folders: data.folders.map((text) => text.toLowerCase()), causes: data.causes.map((cause) => cause.name.toLowerCase()), places: data.places.map((text) => text.toLowerCase()), kinds: data.kinds };
  const foldedNames = new Array(findings.length);
  function nameOf(finding) { return foldedNames[finding.index] ??= finding.last.toLowerCase(); }

  function wordTest(word) {
    // Such a word can span folder and name, or volume and folder.
    if (/[/:]/.test(word)) return (f) => f.name.toLowerCase().includes(word);
    const [folders, causes, places, kinds] = ['folders', 'causes', 'places', 'kinds'].map((what) => folded[what].map((text) => text.includes(word)));
    const found = (f) => folders[f.folderAt] || causes[f.causeAt] || places[f.placeAt] || kinds[f.kindAt] || nameOf(f).includes(word);
    // Hashes are in the details; a word can be the beginning of one.
    return /^[0-9a-f]{8,64}$/.test(word) ? (f) => found(f) || details()[f.index].includes('":"' + word) : found;
  }

  function textTest() {
    const tests = state.text.toLowerCase().split(/\s+/).filter((word) => word !== '').map(wordTest);
    return tests.length === 0 ? null : tests.length === 1 ? tests[0] : (finding) => tests.every((test) => test(finding));
  }

  // Tests only what the filter asks for.
  function passes(leaveOut) {
    const tests = [], { folder, time, media } = state;
    if (state.rule !== '') { const cause = Number(state.rule); tests.push((f) => f.causeAt === cause); }
    if (!state.weights.every((on) => on)) tests.push((f) => state.weights[f.weight]);
    if (state.place !== '') tests.push((f) => f.place === state.place);
    if (state.allocated !== '') { const allocated = state.allocated === '1'; tests.push((f) => f.allocated === allocated); }
    if (time && leaveOut !== 'time') tests.push((f) => timeOf(f) !== null && timeOf(f) >= time[0] && timeOf(f) <= time[1]);
    if (media && leaveOut !== 'media') tests.push((f) => f.media !== null && f.media >= media[0] && f.media <= media[1]);
    if (folder && leaveOut !== 'folder') tests.push((f) => (f.volume + f.folder + '/').startsWith(folder.path) || (f.volume + '/' + f.folder + '/').startsWith(folder.path));
    const text = textTest();
    if (text) tests.push(text);
    return tests.length === 0 ? () => true : tests.length === 1 ? tests[0] : (f) => tests.every((test) => test(f));
  }

  const keys = {
    score: (f) => f.score ?? -1, rule: (f) => f.cause.name, path: (f) => f.name, place: (f) => f.place,
    time: (f) => timeOf(f) ?? -Infinity, size: (f) => Number(f.size),
  };
  // All findings in the chosen order. They are sorted again only if that changes; a filter keeps the order.
  let order = null, orderName = '';
  function ordered() {
    const name = state.sort.column + state.sort.down + state.timeKind;
    if (name === orderName) return order;
    const key = keys[state.sort.column], way = state.sort.down ? -1 : 1;
    const keyed = findings.map((finding) => [key(finding), finding]);
    keyed.sort((a, b) => (a[0] < b[0] ? -way : a[0] > b[0] ? way : a[1].index - b[1].index));
    orderName = name;
    return order = keyed.map((pair) => pair[1]);
  }

  const groupNames = {
    rule: (f) => f.cause.name, place: (f) => f.place || 'no place', folder: (f) => f.volume + ':' + (f.folder || '/'),
    day: (f) => (timeOf(f) === null ? 'no time' : dateText(timeOf(f), false)), volume: (f) => 'volume ' + f.volume,
  };
  function linesOf(list) {
    if (!state.group) return list.map((finding) => finding.line);
    const groups = new Map();
    for (const finding of list) {
      const name = groupNames[state.group](finding);
      if (!groups.has(name)) groups.set(name, []);
      groups.get(name).push(finding);
    }
    const titles = [...groups.entries()];
    titles.sort(state.group === 'day' ? (a, b) => (a[0] < b[0] ? 1 : -1) : (a, b) => b[1].length - a[1].length);
    const lines = [];
    for (const [title, members] of titles) {
      const open = !state.closed.has(title);
      lines.push({ title, count: members.length, open });
      if (open) for (const finding of members) lines.push(finding.line);
    }
    return lines;
  }

  const columns = [
    { name: 'score', title: 'Score', cell: (f) => [element('span', { class: 'dot ' + WEIGHTS[f.weight] }), f.score === null ? element('span', { class: 'folder' }, '–') : String(f.score), element('span', { class: 'hidden' }, ' ' + WEIGHTS[f.weight])] },
    { name: 'rule', title: 'Rule', text: (f) => f.cause.name, cell: (f) => [safe(f.cause.name.slice(0, 300))] },
    { name: 'path', title: 'Path', text: (f) => f.name, cell: (f) => [safe(f.last.slice(0, 300)), f.allocated ? null : element('span', { class: 'gone' }, ' deleted'), element('span', { class: 'folder' }, '  ', safe((f.volume + ':' + f.folder).slice(0, 300)))] },
    { name: 'place', title: 'Place', text: (f) => f.place, cell: (f) => [safe(f.place.slice(0, 100))] },
    { name: 'time', title: 'Time', cell: (f) => [timeOf(f) === null ? '' : dateText(timeOf(f), true)] },
    { name: 'size', title: 'Size', number: true, cell: (f) => [humanSize(Number(f.size))] },
  ];

  const detailPanel = byId('detail');
  const table = new FindingTable({
    viewport: byId('viewport'), head: byId('table-head'), body: byId('table-body'), table: byId('table'), columns,
    onSort: (name) => { state.sort = { column: name, down: state.sort.column === name ? !state.sort.down : name === 'score' || name === 'size' || name === 'time' }; update({ stay: true }); },
    onPick: (finding) => { if (finding) showDetail(detailPanel, finding, JSON.parse(details()[finding.index])); },
    onFold: (title) => { if (!state.closed.delete(title)) state.closed.add(title); table.show(linesOf(shown)); },
  });
  const timeline = new Timeline(byId('timeline'), { timeOf, onBrush: (from, to) => { state.time = [from, to]; update({}); } });
  const map = new MediaMap(byId('map'), { size: data.media, volumes: data.volumes, onBrush: (from, to) => { state.media = [from, to]; update({}); } });
  const tree = new FolderTree(byId('tree'), (path) => { state.folder = path === null ? null : { path }; update({ tree: false }); tree.draw(); });

  let shown = [], chartsWaiting = 0;
  function update({ stay = false, tree: redrawTree = true }) {
    shown = ordered().filter(passes(''));
    table.drawHead(state.sort);
    table.show(linesOf(shown), !stay);
    byId('empty').hidden = shown.length > 0;
    byId('count').textContent = shown.length === findings.length ? grouped(findings.length) + ' findings' : grouped(shown.length) + ' of ' + grouped(findings.length) + ' findings';
    showActive();
    // The charts follow after the table is painted, because the table is what the user waits for.
    clearTimeout(chartsWaiting);
    if (!stay) chartsWaiting = setTimeout(() => {
      timeline.show(state.time ? findings.filter(passes('time')) : shown, state.time);
      map.show(state.media ? findings.filter(passes('media')) : shown, state.media);
      if (redrawTree) tree.show(state.folder ? findings.filter(passes('folder')) : shown);
    }, findings.length > 5000 ? 60 : 0);
  }

  function showActive() {
    const line = byId('active');
    line.replaceChildren();
    const add = (text, clear) => line.append(element('button', { type: 'button', onclick: () => { clear(); update({}); } }, safe(text), ' ✕'));
    if (state.time) add(dateText(state.time[0], true) + ' to ' + dateText(state.time[1], true), () => { state.time = null; byId('time-from').value = byId('time-to').value = ''; });
    if (state.media) add('media ' + humanSize(state.media[0]) + ' to ' + humanSize(state.media[1]), () => { state.media = null; });
    if (state.folder) add('in ' + state.folder.path.slice(0, 120), () => { state.folder = null; tree.picked = null; });
    if (!line.firstChild) line.textContent = 'Drag over the timeline or the map to filter. In the table: arrow keys, Enter.';
  }

  function options(select, first, entries) {
    select.replaceChildren(element('option', { value: '' }, first), ...entries.map(([value, text]) => element('option', { value }, plainSafe(text).slice(0, 120))));
  }

  function prepareTools() {
    const numbers = [0, 0, 0, 0], perCause = data.causes.map(() => 0), perPlace = new Map();
    for (const finding of findings) {
      ++numbers[finding.weight];
      ++perCause[finding.causeAt];
      if (finding.place) perPlace.set(finding.place, (perPlace.get(finding.place) || 0) + 1);
    }
    WEIGHTS.forEach((name, weight) => {
      const box = element('input', { type: 'checkbox', id: 'weight-' + name });
      box.checked = true;
      box.addEventListener('change', () => { state.weights[weight] = box.checked; update({}); });
      if (numbers[weight]) byId('weights').append(element('label', {}, box, element('span', { class: 'dot ' + name }), name + ' ' + grouped(numbers[weight])));
    });
    options(byId('rule'), 'any rule', data.causes.map((cause, i) => [i, cause.name + ' (' + grouped(perCause[i]) + ')']).sort((a, b) => (a[1] < b[1] ? -1 : 1)));
    options(byId('place'), 'any place', [...perPlace.entries()].sort((a, b) => b[1] - a[1]).slice(0, 500).map(([place, count]) => [place, place + ' (' + grouped(count) + ')']));
    byId('time-kind').replaceChildren(...TIMES.map((name, kind) => element('option', { value: kind }, name)).filter((_, kind) => present[kind] > 0));
    byId('time-kind').value = String(state.timeKind);
    const bind = (id, field) => byId(id).addEventListener('change', (event) => { state[field] = event.target.value; update({}); });
    bind('rule', 'rule');
    bind('place', 'place');
    bind('state', 'allocated');
    bind('group', 'group');
    let waiting = 0;
    byId('search').addEventListener('input', (event) => { clearTimeout(waiting); waiting = setTimeout(() => { state.text = event.target.value; update({}); }, findings.length > 5000 ? 30 : 0); });
    byId('time-kind').addEventListener('change', (event) => { state.timeKind = Number(event.target.value); state.time = null; timeline.fit(findings); update({}); });
    byId('time-in').addEventListener('click', () => timeline.zoom(0.5));
    byId('time-out').addEventListener('click', () => timeline.zoom(2));
    byId('time-all').addEventListener('click', () => { state.time = null; timeline.fit(findings); update({}); });
    const typed = () => {
      const parse = (id, otherwise) => { const text = byId(id).value.trim().replace(' ', 'T'); const time = Date.parse(text + (text.length > 10 ? 'Z' : '')); return Number.isNaN(time) ? otherwise : time / 1000; };
      const from = parse('time-from', -Infinity), to = parse('time-to', Infinity);
      state.time = from === -Infinity && to === Infinity ? null : [Math.max(from, -1e13), Math.min(to, 1e13)];
      update({});
    };
    byId('time-from').addEventListener('change', typed);
    byId('time-to').addEventListener('change', typed);
    byId('reset').addEventListener('click', () => {
      Object.assign(state, { text: '', weights: [true, true, true, true], rule: '', place: '', allocated: '', folder: null, time: null, media: null, group: '', closed: new Set() });
      for (const id of ['search', 'rule', 'place', 'state', 'group', 'time-from', 'time-to']) byId(id).value = '';
      for (const box of byId('weights').querySelectorAll('input')) box.checked = true;
      tree.picked = null;
      timeline.fit(findings);
      update({});
    });
  }

  window.addEventListener('beforeprint', () => { table.whole = true; table.drawn = null; table.draw(); });
  window.addEventListener('afterprint', () => { table.whole = false; table.drawn = null; table.draw(); });
  const redraw = () => { timeline.draw(); map.draw(); };
  window.addEventListener('resize', redraw);
  window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);

  document.documentElement.classList.add('scripted');
  prepareTools();
  timeline.fit(findings);
  update({});
  document.documentElement.dataset.ready = '1';
  // Prepare in the background what a search needs.
  let ready = 0;
  const prepare = () => {
    const end = Math.min(ready + 2000, findings.length);
    for (; ready < end; ++ready) nameOf(findings[ready]);
    if (ready < findings.length) setTimeout(prepare, 0);
  };
  setTimeout(prepare, 200);
})();
