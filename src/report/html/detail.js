// SPDX-License-Identifier: Apache-2.0
// The details of one finding, built from text nodes only, so that nothing in a name is ever markup.
'use strict';

// Control, zero-width and bidirectional characters, which would hide or reorder the text around them.
const DECEPTIVE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\u061c]/g;

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key === 'onclick') made.addEventListener('click', value);
    else if (value !== null && value !== false) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

// Text with such characters shown as escapes that look different from text.
function safe(text) {
  const parts = document.createDocumentFragment();
  let from = 0;
  for (const found of String(text).matchAll(DECEPTIVE)) {
    parts.append(text.slice(from, found.index));
    parts.append(element('span', { class: 'esc' }, '\\u{' + found[0].codePointAt(0).toString(16) + '}'));
    from = found.index + found[0].length;
  }
  parts.append(String(text).slice(from));
  return parts;
}

function plainSafe(text) {
  return String(text).replace(DECEPTIVE, (c) => '\\u{' + c.codePointAt(0).toString(16) + '}');
}

function humanSize(bytes) {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];
  let unit = 0;
  while (bytes >= 1024 && unit + 1 < units.length) { bytes /= 1024; ++unit; }
  return (unit === 0 ? bytes : bytes.toFixed(1)) + ' ' + units[unit];
}

function grouped(number) { return String(number).replace(/\B(?=(\d{3})+(?!\d))/g, '\u202f'); }

function weightOf(score) { return score === null ? 3 : score >= 80 ? 0 : score >= 40 ? 1 : 2; }
const WEIGHTS = ['high', 'medium', 'low', 'unweighed'];

function copyButton(text, what) {
  const button = element('button', { type: 'button', 'aria-label': 'Copy ' + what }, 'Copy');
  const say = (word) => { button.textContent = word; setTimeout(() => { button.textContent = 'Copy'; }, 1200); };
  button.addEventListener('click', async () => {
    // Some browsers have no clipboard interface for file:// pages.
    if (navigator.clipboard) {
      try { await navigator.clipboard.writeText(text); return say('Copied'); } catch (refused) { /* try the old way below */ }
    }
    const field = element('textarea', { class: 'hidden', 'aria-hidden': 'true' });
    field.value = text;
    document.body.append(field);
    field.select();
    say(document.execCommand('copy') ? 'Copied' : 'Failed');
    field.remove();
    button.focus();
  });
  return button;
}

// 16 bytes a line, aligned to their offset: the match, marked, and the bytes around it. Unknown bytes are left blank.
function hexDump(offset, length, match, before, after) {
  const bytes = (hex) => hex.match(/../g) || [];
  const lead = bytes(before), shown = bytes(match), cut = BigInt(length) > BigInt(shown.length);
  const all = cut ? lead.concat(shown) : lead.concat(shown, bytes(after));
  const first = BigInt(offset) - BigInt(lead.length), skew = Number(first % 16n);
  const dump = element('pre', { class: 'hex', tabindex: '0', 'aria-label': 'Matched bytes and the bytes around them, in hex and as text' });
  const text = (b) => { const c = parseInt(b, 16); return c >= 32 && c < 127 ? String.fromCharCode(c) : '·'; };
  for (let line = 0; line < skew + all.length; line += 16) {
    const from = Math.max(line - skew, 0), to = Math.min(line - skew + 16, all.length);
    const open = Math.min(Math.max(lead.length, from), to), shut = Math.min(Math.max(lead.length + shown.length, from), to);
    const blank = Math.max(skew - line, 0), rest = 16 - blank - (to - from);
    const marked = (write, space) => [write(from, open), open > from && shut > open ? space : '',
      open < shut ? element('mark', {}, write(open, shut)) : '', shut > from && to > shut ? space : '', write(shut, to)];
    dump.append(element('span', { class: 'off' }, (first - BigInt(skew) + BigInt(line)).toString(16).padStart(8, '0') + '  '),
      '   '.repeat(blank), ...marked((a, b) => all.slice(a, b).join(' '), ' '), '   '.repeat(rest) + '  ' + ' '.repeat(blank), ...marked((a, b) => all.slice(a, b).map(text).join(''), ''), '\n');
  }
  if (cut) dump.append(element('span', { class: 'off' }, '… ' + grouped(BigInt(length) - BigInt(shown.length)) + ' more bytes matched'));
  return dump;
}

function headed(title, ...content) { return [element('h3', {}, title), ...content]; }

function timesTable(detail) {
  const names = ['created', 'modified', 'record modified', 'accessed'];
  const body = element('tbody', {});
  names.forEach((name, i) => body.append(element('tr', {}, element('th', { scope: 'row' }, name),
    element('td', { class: 'mono' }, safe(detail.si[i] || '–')), element('td', { class: 'mono' }, safe(detail.fn[i] || '–')))));
  return element('table', {}, element('thead', {}, element('tr', {}, element('td', {}), element('th', { scope: 'col' }, '$STANDARD_INFORMATION'), element('th', { scope: 'col' }, '$FILE_NAME'))), body);
}

function hashTable(detail) {
  const body = element('tbody', {});
  for (const [name, value] of [['MD5', detail.md5], ['SHA-1', detail.sha1], ['SHA-256', detail.sha256]]) {
    if (!value) continue;
    body.append(element('tr', {}, element('th', { scope: 'row' }, name), element('td', {}, element('code', {}, safe(value))), element('td', { class: 'copy' }, copyButton(value, name))));
  }
  return element('table', { class: 'hashes' }, body);
}

function rows(pairs) {
  const body = element('tbody', {});
  for (const [name, value] of pairs) if (value !== '' && value !== null) body.append(element('tr', {}, element('th', { scope: 'row' }, safe(name)), element('td', {}, safe(value))));
  return element('table', {}, body);
}

function matchList(detail) {
  const list = [];
  for (const [id, offset, length, media, data, before, after] of detail.matches) {
    list.push(element('p', {}, element('b', { class: 'mono' }, safe(id)), element('small', {}, ' offset ' + grouped(offset) + ', ' + grouped(length) + ' bytes' + (media === null ? ', not on the media in this form' : ', media ' + grouped(media)))));
    list.push(hexDump(offset, length, data, before, after));
  }
  if (detail.match_count > detail.matches.length) list.push(element('p', { class: 'note' }, 'and ' + grouped(detail.match_count - detail.matches.length) + ' more in the manifest'));
  return list;
}

function showDetail(panel, finding, detail) {
  const cause = finding.cause;
  const parts = [
    element('p', { class: 'verdict' }, element('span', { class: 'dot ' + WEIGHTS[finding.weight] }), element('b', {}, finding.score === null ? '–' : String(finding.score)),
      WEIGHTS[finding.weight] + (finding.place ? ', ' : ''), finding.place ? safe(finding.place) : null, finding.allocated ? null : element('span', { class: 'gone' }, ' deleted')),
    element('h2', {}, safe(cause.name)),
    cause.detail ? element('p', { class: 'note' }, safe(cause.detail)) : null,
    element('p', { class: 'path mono' }, safe(finding.name)),
  ];
  if (detail.notes.length) parts.push(...headed('Before you rely on it', element('ul', { class: 'notes' }, ...detail.notes.map((note) => element('li', {}, safe(note))))));
  if (detail.why.length) parts.push(...headed('Why this score', rows(detail.why.map(([reason, points]) => [(points > 0 ? '+' : '') + points, reason]))));
  if (detail.matches.length) parts.push(...headed('What matched', ...matchList(detail)));
  parts.push(...headed('Times (UTC)', timesTable(detail)));
  if (detail.md5 || detail.sha256) parts.push(...headed('Hashes', hashTable(detail)));
  if (detail.locate) parts.push(...headed('Locate without coldsweep', element('code', { class: 'locate' }, safe(detail.locate)), copyButton(detail.locate, 'the command')));
  const extents = detail.extents.map(([offset, media, length]) => grouped(offset) + ' → ' + (media === null ? 'not on the media' : grouped(media)) + ', ' + grouped(length) + ' bytes').join('\n');
  parts.push(...headed('Where it is', rows([
    ['volume', finding.volume], ['MFT record', finding.record === null ? '' : grouped(finding.record) + ', sequence ' + detail.sequence + ', attribute ' + detail.attribute], ['kind', finding.kind], ['size', grouped(finding.size) + ' bytes'],
    ['encoding', detail.encoding], ['owner', detail.owner], ['other names', detail.links.join(', ') + (detail.link_count > detail.links.length ? ' and ' + (detail.link_count - detail.links.length) + ' more' : '')],
    ['log line', detail.log_line === null ? '' : grouped(detail.log_line) + (detail.log_time ? ', ' + detail.log_time : '')], ['known as', detail.known],
    ['copy', finding.exported && detail.sha256 ? 'evidence/' + detail.sha256.slice(0, 2) + '/' + detail.sha256 : 'none']])));
  if (extents) parts.push(element('pre', { class: 'hex', tabindex: '0', 'aria-label': 'Extents: offset in the stream, offset on the media, length' }, extents + (detail.extent_count > detail.extents.length ? '\nand ' + (detail.extent_count - detail.extents.length) + ' more' : '')));
  parts.push(...headed('Rule', rows([['kind', cause.kind.replace('_', ' ')], ['namespace', cause.namespace], ['hash set', cause.set], ['file', cause.file], ['tags', cause.tags.join(' ')], ...cause.meta.filter(([name]) => name !== 'description')])));
  panel.replaceChildren(...parts.filter((part) => part !== null));
  panel.scrollTop = 0;
}
