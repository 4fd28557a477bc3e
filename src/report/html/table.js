// SPDX-License-Identifier: Apache-2.0
// A table of any length. Only the lines in view are in the page. Lines are findings or headings of groups.
'use strict';

class FindingTable {
  constructor(parts) {
    Object.assign(this, parts); // viewport, head, body, table, columns, onSort, onPick, onFold
    this.lines = [];
    this.picked = null;
    this.at = 0; // the line that has the focus
    this.lineHeight = 30;
    this.whole = false; // for printing
    this.viewport.addEventListener('scroll', () => { if (!this.waiting) { this.waiting = true; requestAnimationFrame(() => { this.waiting = false; this.draw(); }); } });
    new ResizeObserver(() => this.draw()).observe(this.viewport);
    this.viewport.addEventListener('keydown', (event) => this.onKey(event));
    this.table.setAttribute('aria-colcount', this.columns.length);
  }

  drawHead(sort) {
    const row = element('tr', { 'aria-rowindex': '1' });
    for (const column of this.columns) {
      const sorted = sort.column === column.name;
      const button = element('button', { type: 'button', tabindex: '0' }, column.title + (sorted ? (sort.down ? ' ▾' : ' ▴') : ''));
      button.addEventListener('click', () => this.onSort(column.name));
      row.append(element('th', { scope: 'col', class: 'c-' + column.name, 'aria-sort': sorted ? (sort.down ? 'descending' : 'ascending') : false }, button));
    }
    this.head.replaceChildren(row);
  }

  show(lines, fromTop) {
    this.lines = lines;
    this.at = fromTop ? 0 : Math.max(0, Math.min(this.at, lines.length - 1));
    if (fromTop) this.viewport.scrollTop = 0;
    else if (this.picked) this.at = Math.max(this.at, lines.indexOf(this.picked.line));
    this.table.setAttribute('aria-rowcount', lines.length + 1);
    this.drawn = null;
    this.draw();
  }

  draw() {
    const height = this.viewport.clientHeight || 600;
    let first = Math.max(0, Math.floor(this.viewport.scrollTop / this.lineHeight) - 8);
    let last = Math.min(this.lines.length, first + Math.ceil(height / this.lineHeight) + 16);
    if (this.whole) { first = 0; last = Math.min(this.lines.length, 1000); }
    const key = first + ' ' + last + ' ' + this.at;
    if (key === this.drawn) return;
    this.drawn = key;
    const focused = this.body.contains(document.activeElement);
    const rows = [this.gap(first)];
    for (let i = first; i < last; ++i) rows.push(this.line(i));
    rows.push(this.gap(this.whole ? 0 : this.lines.length - last));
    this.body.replaceChildren(...rows.filter((row) => row !== null));
    if (focused) this.body.querySelector('tr[tabindex="0"]')?.focus({ preventScroll: true });
  }

  gap(lines) {
    if (lines === 0) return null;
    const cell = element('td', { colspan: this.columns.length });
    cell.style.height = lines * this.lineHeight + 'px';
    return element('tr', { class: 'gap', 'aria-hidden': 'true' }, cell);
  }

  line(i) {
    const line = this.lines[i];
    const common = { 'aria-rowindex': i + 2, tabindex: i === this.at ? '0' : '-1' };
    let row;
    if (line.finding) {
      row = element('tr', { class: 'item', 'aria-selected': line.finding === this.picked ? 'true' : 'false', ...common });
      for (const column of this.columns) row.append(element('td', { class: column.number ? 'num' : null, title: column.text ? plainSafe(column.text(line.finding)).slice(0, 1500) : null }, ...column.cell(line.finding)));
    } else {
      row = element('tr', { class: 'head', 'aria-expanded': line.open ? 'true' : 'false', ...common },
        element('td', { colspan: this.columns.length }, line.open ? '▾ ' : '▸ ', safe(line.title.slice(0, 300)), element('small', {}, '  ' + grouped(line.count))));
    }
    row.addEventListener('click', () => { this.at = i; this.choose(i); });
    return row;
  }

  choose(i) {
    const line = this.lines[i];
    if (!line) return;
    if (line.finding) { this.picked = line.finding; this.onPick(line.finding); } else this.onFold(line.title);
    this.drawn = null;
    this.draw();
  }

  onKey(event) {
    const page = Math.max(1, Math.floor(this.viewport.clientHeight / this.lineHeight) - 2);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    if (event.target.tagName === 'BUTTON') return;
    if (event.key in steps) {
      this.go(Math.max(0, Math.min(this.lines.length - 1, this.at + steps[event.key])));
    } else if (event.key === 'Enter' || event.key === ' ') {
      this.choose(this.at);
    } else {
      return;
    }
    event.preventDefault();
  }

  go(i) {
    if (this.lines.length === 0) return;
    this.at = i;
    const y = i * this.lineHeight, headHeight = this.head.offsetHeight;
    if (y < this.viewport.scrollTop) this.viewport.scrollTop = y;
    else if (y + this.lineHeight > this.viewport.scrollTop + this.viewport.clientHeight - headHeight) this.viewport.scrollTop = y + this.lineHeight - this.viewport.clientHeight + headHeight;
    if (this.lines[i].finding) { this.picked = this.lines[i].finding; this.onPick(this.picked); }
    this.drawn = null;
    this.draw();
    this.body.querySelector('tr[tabindex="0"]')?.focus({ preventScroll: true });
  }
}
