// SPDX-License-Identifier: Apache-2.0
// The timeline, the map of the media and the tree of folders. Each shows the findings that match the filter, and each
// can narrow the filter.
'use strict';

function colour(name) { return getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim(); }

// Sizes a canvas to the pixels of the screen; returns its context and size.
function prepared(canvas) {
  const scale = window.devicePixelRatio || 1, width = Math.max(canvas.clientWidth, 100), height = canvas.clientHeight || 96;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext('2d');
  context.scale(scale, scale);
  context.font = '10px system-ui, sans-serif';
  return { context, width, height };
}

// Dragging over a canvas selects a range of it, from 0 to 1.
function brushable(canvas, onMove, onDone) {
  let from = null;
  const at = (event) => { const box = canvas.getBoundingClientRect(); return Math.max(0, Math.min(1, (event.clientX - box.left) / box.width)); };
  canvas.addEventListener('pointerdown', (event) => { from = at(event); canvas.setPointerCapture(event.pointerId); });
  canvas.addEventListener('pointermove', (event) => { if (from !== null) onMove(Math.min(from, at(event)), Math.max(from, at(event))); });
  canvas.addEventListener('pointerup', (event) => {
    if (from === null) return;
    const range = [Math.min(from, at(event)), Math.max(from, at(event))];
    from = null;
    onDone(range[1] - range[0] > 0.004 ? range : null);
  });
}

function dateText(seconds, precise) {
  if (Math.abs(seconds) > 8.64e12) return 'year ' + Math.floor(1970 + seconds / 31556952);
  const iso = new Date(seconds * 1000).toISOString();
  return precise ? iso.slice(0, 16).replace('T', ' ') : iso.slice(0, 10);
}

class Timeline {
  constructor(canvas, parts) {
    this.canvas = canvas;
    Object.assign(this, parts); // timeOf, onBrush
    this.view = null;
    brushable(canvas, (a, b) => { this.brush = [a, b]; this.draw(); }, (range) => {
      this.brush = null;
      if (range) this.onBrush(this.timeAt(range[0]), this.timeAt(range[1])); else this.draw();
    });
    canvas.addEventListener('wheel', (event) => {
      if (!this.view) return;
      event.preventDefault();
      const box = canvas.getBoundingClientRect();
      this.zoom(event.deltaY < 0 ? 0.75 : 1.33, (event.clientX - box.left) / box.width);
    }, { passive: false });
  }

  timeAt(part) { return this.view[0] + part * (this.view[1] - this.view[0]); }

  zoom(factor, around = 0.5) {
    if (!this.view) return;
    const centre = this.timeAt(around), span = Math.max(60, Math.min(4e12, (this.view[1] - this.view[0]) * factor));
    this.view = [centre - span * around, centre + span * (1 - around)];
    this.draw();
  }

  // Fits the middle 99 % of the times, so that one outlier doesn't squeeze all others into one bar.
  fit(findings) {
    const times = [];
    for (const finding of findings) { const time = this.timeOf(finding); if (time !== null) times.push(time); }
    times.sort((a, b) => a - b);
    if (!times.length) { this.view = null; return; }
    const cut = times.length > 50 ? Math.floor(times.length * 0.005) : 0;
    const from = times[cut], to = times[times.length - 1 - cut], margin = Math.max((to - from) * 0.03, 1800);
    this.view = [from - margin, to + margin];
  }

  show(findings, range) { this.findings = findings; this.range = range; this.draw(); }

  draw() {
    const { context, width, height } = prepared(this.canvas), floor = height - 16;
    context.fillStyle = colour('dim');
    if (!this.view || !this.findings) { context.fillText('No findings have this time.', 6, 20); return; }
    const count = Math.max(20, Math.floor(width / 5)), bins = Array.from({ length: count }, () => [0, 0, 0, 0]);
    let outside = 0;
    for (const finding of this.findings) {
      const time = this.timeOf(finding);
      if (time === null) continue;
      const bin = Math.floor((time - this.view[0]) / (this.view[1] - this.view[0]) * count);
      if (bin >= 0 && bin < count) ++bins[bin][finding.weight]; else ++outside;
    }
    const most = Math.max(1, ...bins.map((bin) => bin[0] + bin[1] + bin[2] + bin[3]));
    const colours = WEIGHTS.map(colour);
    bins.forEach((bin, i) => {
      const total = bin[0] + bin[1] + bin[2] + bin[3];
      if (!total) return;
      // Square roots keep a single finding visible beside thousands.
      const tall = Math.max(3, (floor - 6) * Math.sqrt(total / most));
      let y = floor;
      for (const weight of [3, 2, 1, 0]) {
        const part = tall * bin[weight] / total;
        context.fillStyle = colours[weight];
        context.fillRect(i * width / count, y - part, Math.max(2, width / count - 1), part);
        y -= part;
      }
    });
    this.axis(context, width, floor, outside);
    const brush = this.brush || (this.range ? this.range.map((time) => (time - this.view[0]) / (this.view[1] - this.view[0])) : null);
    if (brush) {
      context.fillStyle = colour('accent');
      context.globalAlpha = 0.18;
      context.fillRect(brush[0] * width, 0, Math.max(1, (brush[1] - brush[0]) * width), floor);
      context.globalAlpha = 1;
    }
    this.canvas.setAttribute('aria-label', 'Number of findings over time, ' + dateText(this.view[0], true) + ' to ' + dateText(this.view[1], true) + ', most in one bar: ' + most);
  }

  axis(context, width, floor, outside) {
    context.fillStyle = colour('line');
    context.fillRect(0, floor, width, 1);
    context.fillStyle = colour('dim');
    const precise = this.view[1] - this.view[0] < 86400 * 12, ticks = Math.max(2, Math.floor(width / 150));
    for (let i = 0; i <= ticks; ++i) {
      context.textAlign = i === 0 ? 'left' : i === ticks ? 'right' : 'center';
      context.fillText(dateText(this.timeAt(i / ticks), precise), i * width / ticks, floor + 13);
    }
    context.textAlign = 'right';
    if (outside) context.fillText(grouped(outside) + ' outside the view', width - 4, 10);
    context.textAlign = 'left';
  }
}

class MediaMap {
  constructor(canvas, parts) {
    this.canvas = canvas;
    Object.assign(this, parts); // size, volumes, onBrush
    brushable(canvas, (a, b) => { this.brush = [a, b]; this.draw(); }, (range) => {
      this.brush = null;
      if (range) this.onBrush(range[0] * this.size, range[1] * this.size); else this.draw();
    });
  }

  show(findings, range) { this.findings = findings; this.range = range; this.draw(); }

  draw() {
    const { context, width, height } = prepared(this.canvas), top = 40, low = height - 18, size = Math.max(this.size, 1);
    context.fillStyle = colour('outside');
    context.fillRect(0, top, width, low - top);
    for (const volume of this.volumes) this.volume(context, volume, width / size, top, low);
    const count = Math.max(20, Math.floor(width / 4)), bins = Array.from({ length: count }, () => [0, 0, 0, 0]);
    let absent = 0;
    for (const finding of this.findings || []) {
      if (finding.media === null) { ++absent; continue; }
      ++bins[Math.max(0, Math.min(count - 1, Math.floor(finding.media / size * count)))][finding.weight];
    }
    const most = Math.max(1, ...bins.map((bin) => bin[0] + bin[1] + bin[2] + bin[3]));
    bins.forEach((bin, i) => {
      const total = bin[0] + bin[1] + bin[2] + bin[3];
      if (!total) return;
      const tall = Math.max(4, (top - 6) * Math.sqrt(total / most)), weight = bin.findIndex((number) => number > 0);
      context.fillStyle = colour(WEIGHTS[weight]);
      context.fillRect(i * width / count, top - 2 - tall, Math.max(2, width / count - 1), tall);
    });
    context.fillStyle = colour('dim');
    context.fillText('0', 0, height - 5);
    context.textAlign = 'right';
    context.fillText(humanSize(size), width, height - 5);
    if (absent) context.fillText(grouped(absent) + ' not on the media', width - 4, 10);
    context.textAlign = 'left';
    const brush = this.brush || (this.range ? this.range.map((at) => at / size) : null);
    if (brush) {
      context.fillStyle = colour('accent');
      context.globalAlpha = 0.2;
      context.fillRect(brush[0] * width, 0, Math.max(1, (brush[1] - brush[0]) * width), low);
      context.globalAlpha = 1;
    }
    this.canvas.setAttribute('aria-label', 'Map of the media: ' + this.volumes.map((volume) => 'volume ' + volume.locator + ' ' + volume.status).join(', ') + '; ' + grouped((this.findings || []).length - absent) + ' findings placed');
  }

  volume(context, volume, scale, top, low) {
    if (volume.offset === null) return;
    const x = Number(volume.offset) * scale, wide = Math.max(2, Number(volume.size) * scale);
    const swept = volume.status === 'swept';
    context.fillStyle = colour(swept ? 'swept' : 'unswept');
    context.fillRect(x, top, wide, low - top);
    if (!swept) {
      context.save();
      context.beginPath();
      context.rect(x, top, wide, low - top);
      context.clip();
      context.strokeStyle = colour('medium');
      context.globalAlpha = 0.5;
      for (let at = x - 60; at < x + wide; at += 6) { context.beginPath(); context.moveTo(at, low); context.lineTo(at + 60, top); context.stroke(); }
      context.restore();
    }
    if (volume.unreadable > 0) { context.fillStyle = colour('high'); context.fillRect(x, low - 3, wide, 3); }
    if (wide < 60) return;
    context.fillStyle = colour('text');
    context.fillText(volume.locator + '  ' + volume.filesystem + '  ' + humanSize(Number(volume.size)) + (swept ? '' : ', ' + volume.status) + (volume.unreadable > 0 ? ', ' + humanSize(volume.unreadable) + ' unreadable' : ''), x + 6, (top + low) / 2 + 4, wide - 10);
  }
}

// Opened one level at a time: a hostile volume can have very many folders, or very deep ones.
class FolderTree {
  constructor(list, onPick) { this.list = list; this.onPick = onPick; this.picked = null; this.open = new Set(['']); }

  show(findings) {
    const root = { name: '', path: '', count: 0, below: new Map() };
    const nodes = new Map();
    for (const finding of findings) {
      let node = nodes.get(finding.folderKey);
      if (!node) nodes.set(finding.folderKey, node = { folder: finding.folder, volume: finding.volume, count: 0 });
      ++node.count;
    }
    for (const { folder, volume, count } of nodes.values()) {
      let at = root;
      root.count += count;
      for (const name of [volume, ...folder.split('/').filter((part) => part !== '')]) {
        let next = at.below.get(name);
        if (!next) at.below.set(name, next = { name, path: at.path + name + '/', count: 0, below: new Map() });
        next.count += count;
        at = next;
      }
    }
    this.root = root;
    this.draw();
  }

  draw() {
    const volumes = [...this.root.below.values()];
    if (volumes.length === 1 && this.open.size === 1) this.open.add(volumes[0].path);
    this.list.replaceChildren(...this.items(this.root));
  }

  items(node) {
    const most = 200, below = [...node.below.values()].sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
    const items = below.slice(0, most).map((child) => this.item(child));
    if (below.length > most) items.push(element('li', { class: 'note' }, 'and ' + grouped(below.length - most) + ' more'));
    return items;
  }

  item(node) {
    const open = this.open.has(node.path), leaf = node.below.size === 0;
    const twist = leaf ? element('span', { class: 'twist' }) : element('button', { type: 'button', class: 'twist', 'aria-expanded': String(open), 'aria-label': 'Folders in ' + plainSafe(node.name).slice(0, 200) }, open ? '▾' : '▸');
    const name = element('button', { type: 'button', class: 'name', 'aria-pressed': String(this.picked === node.path), title: plainSafe(node.path).slice(0, 1000) }, safe(node.name.slice(0, 200)));
    const item = element('li', {}, element('div', { class: 'row' }, twist, name, element('span', { class: 'num' }, grouped(node.count))));
    if (open && !leaf) item.append(element('ul', {}, ...this.items(node)));
    if (!leaf) twist.addEventListener('click', () => {
      if (open) this.open.delete(node.path); else this.open.add(node.path);
      item.replaceWith(this.item(node));
    });
    name.addEventListener('click', () => { this.picked = this.picked === node.path ? null : node.path; this.onPick(this.picked); });
    return item;
  }
}
