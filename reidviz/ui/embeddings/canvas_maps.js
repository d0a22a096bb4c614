// Two maps of points on canvases: lasso, click, zoom, and a mark in both for the point under the mouse.
const DWELL = 220, NEAR = 9, EDGE = 14;
const SIGNS = { circle: '●', 'circle-open': '○', diamond: '◆', square: '■', 'triangle-up': '▲', cross: '✚', star: '★', x: '✖', hexagon: '⬢' };

const numbers = (text, Kind) => new Kind(Uint8Array.from(atob(text), c => c.charCodeAt(0)).buffer);

function path(context, symbol, r) {
  context.beginPath();
  const corners = (n, turn, inner = 1) => {
    for (let i = 0; i < n; i++) {
      const a = turn + 2 * Math.PI * i / n, s = i % 2 ? r * inner : r;
      context.lineTo(s * Math.cos(a), s * Math.sin(a));
    }
    context.closePath();
  };
  if (symbol === 'diamond') corners(4, 0);
  else if (symbol === 'square') corners(4, Math.PI / 4);
  else if (symbol === 'triangle-up') corners(3, -Math.PI / 2);
  else if (symbol === 'hexagon') corners(6, 0);
  else if (symbol === 'star') corners(10, -Math.PI / 2, .45);
  else if (symbol === 'cross' || symbol === 'x') {
    const turn = symbol === 'x' ? Math.PI / 4 : 0;
    for (const a of [0, Math.PI / 2]) {
      const c = r * Math.cos(a + turn), s = r * Math.sin(a + turn);
      context.moveTo(-c, -s); context.lineTo(c, s);
    }
  } else context.arc(0, 0, r, 0, 2 * Math.PI);
}

class MapView {
  constructor(name, send, tell) {
    Object.assign(this, { name, send, tell, zoom: 1, middle: [.5, .5], stretch: null, at: -1, marked: [], rings: [], sprites: new Map() });
    this.canvas = document.createElement('canvas');
    this.canvas.tabIndex = 0;
    this.canvas.view = this;
    this.canvas.setAttribute('role', 'img');
    const on = (kind, what, options) => this.canvas.addEventListener(kind, what.bind(this), options);
    on('pointerdown', this.pressed); on('pointermove', this.moved); on('pointerup', this.released);
    on('pointerleave', this.left); on('dblclick', this.reset); on('keydown', this.typed);
    on('wheel', this.wheeled, { passive: false });
    new ResizeObserver(() => this.draw()).observe(this.canvas);
  }

  set(told, colours) {
    this.colours = colours;
    if (told.points !== this.told?.points) {
      this.plane = numbers(told.points, Float32Array);
      [this.zoom, this.middle] = [1, [.5, .5]];
    }
    this.told = told;
    this.canvas.setAttribute('aria-label', told.label);
    this.groups = told.groups.map(one => ({ ...one, rows: numbers(one.rows, Int32Array) }));
    this.sizes = told.sizes ? numbers(told.sizes, Float32Array) : null;
    this.selected = new Set(numbers(told.selected, Int32Array));
    this.rings = [];
    this.sprites.clear();
    this.draw();
  }

  place(row) {
    const side = Math.min(this.wide, this.high) - 2 * EDGE;
    return [this.wide / 2 + (this.plane[2 * row] - this.middle[0]) * side * this.zoom,
      this.high / 2 - (this.plane[2 * row + 1] - this.middle[1]) * side * this.zoom];
  }

  sprite(symbol, shade, size) {
    const key = symbol + shade + size;
    if (this.sprites.has(key)) return this.sprites.get(key);
    const image = document.createElement('canvas'), half = Math.ceil(size * this.dpr / 2 + 2 * this.dpr);
    image.width = image.height = 2 * half;
    const context = image.getContext('2d');
    context.translate(half, half);
    context.scale(this.dpr, this.dpr);
    path(context, symbol, size / 2);
    const open = symbol.endsWith('-open') || symbol === 'x' || symbol === 'cross';
    context.strokeStyle = open ? shade : this.colours.edge;
    context.lineWidth = open ? 1.8 : .7;
    if (!open) { context.fillStyle = shade; context.fill(); }
    context.stroke();
    this.sprites.set(key, image);
    return image;
  }

  draw() {
    if (!this.groups || !this.canvas.clientWidth) return;
    this.dpr = window.devicePixelRatio || 1;
    [this.wide, this.high] = [this.canvas.clientWidth, this.canvas.clientHeight];
    [this.canvas.width, this.canvas.height] = [this.wide * this.dpr, this.high * this.dpr];
    const context = this.canvas.getContext('2d');
    const faded = this.selected.size > 0;
    for (const bright of faded ? [false, true] : [true]) {
      context.globalAlpha = bright ? .9 : .16;
      for (const group of this.groups) group.rows.forEach((row, i) => {
        if (faded && this.selected.has(row) !== bright) return;
        const size = this.sizes ? Math.round(this.sizes[row]) : 7, [x, y] = this.place(row);
        if (x < -20 || y < -20 || x > this.wide + 20 || y > this.high + 20) return;
        const image = this.sprite(group.symbol, group.shades.length > 1 ? group.shades[i] : group.shades[0], size);
        context.drawImage(image, x * this.dpr - image.width / 2, y * this.dpr - image.height / 2);
      });
    }
    context.globalAlpha = 1;
    context.scale(this.dpr, this.dpr);
    for (const [pairs, shade, dash] of this.told.links) {
      context.strokeStyle = shade; context.setLineDash(dash); context.lineWidth = 1.8;
      for (const [one, other] of pairs) {
        context.beginPath(); context.moveTo(...this.place(one)); context.lineTo(...this.place(other)); context.stroke();
      }
    }
    context.setLineDash([]);
    for (const row of this.rings) this.ring(context, row, 7, 1.5);
    if (this.at >= 0) this.ring(context, this.at, 9, 2.5);
    for (const [x, y] of this.told.uploaded) {
      const [left, top] = this.place2(x, y);
      context.save(); context.translate(left, top); path(context, 'star', 11);
      context.fillStyle = '#B87F00'; context.fill(); context.strokeStyle = this.colours.text; context.stroke(); context.restore();
    }
    if (this.stretch?.path.length > 1) {
      context.beginPath(); this.stretch.path.forEach(p => context.lineTo(...p)); context.closePath();
      context.strokeStyle = this.colours.text; context.lineWidth = 1.2; context.stroke();
      context.globalAlpha = .08; context.fillStyle = this.colours.text; context.fill(); context.globalAlpha = 1;
    }
  }

  place2(x, y) {
    const side = Math.min(this.wide, this.high) - 2 * EDGE;
    return [this.wide / 2 + (x - this.middle[0]) * side * this.zoom, this.high / 2 - (y - this.middle[1]) * side * this.zoom];
  }

  ring(context, row, r, width) {
    const [x, y] = this.place(row);
    context.beginPath(); context.arc(x, y, r, 0, 2 * Math.PI);
    context.strokeStyle = this.colours.text; context.lineWidth = width; context.stroke();
  }

  near(x, y) {
    let best = -1, least = NEAR * NEAR;
    for (const group of this.groups) for (const row of group.rows) {
      const [left, top] = this.place(row), d = (left - x) ** 2 + (top - y) ** 2;
      if (d < least) { least = d; best = row; }
    }
    return best;
  }

  pressed(event) {
    hide();
    this.canvas.setPointerCapture(event.pointerId);
    this.stretch = { pans: event.shiftKey || event.button === 1, from: [event.offsetX, event.offsetY], path: [[event.offsetX, event.offsetY]] };
  }

  moved(event) {
    const [x, y] = [event.offsetX, event.offsetY];
    if (!this.stretch) return this.rest(this.near(x, y), event.clientX, event.clientY);
    if (this.stretch.pans) {
      const side = (Math.min(this.wide, this.high) - 2 * EDGE) * this.zoom, last = this.stretch.path.at(-1);
      this.middle = [this.middle[0] - (x - last[0]) / side, this.middle[1] + (y - last[1]) / side];
      this.stretch.path = [[x, y]];
    } else this.stretch.path.push([x, y]);
    this.draw();
  }

  rest(row, x, y) {
    if (row === this.at) return;
    this.point(row);
    clearTimeout(this.timer);
    hide();
    if (row >= 0) this.timer = setTimeout(() => document.dispatchEvent(
      new CustomEvent('rv-map-rest', { detail: { row: `${this.name} ${row}`, x, y } })), DWELL);
  }

  point(row) {
    this.at = row; this.rings = [];
    this.draw();
    this.tell(this, row);
  }

  released(event) {
    const stretch = this.stretch;
    this.stretch = null;
    if (!stretch || stretch.pans) return this.draw();
    const [x, y] = [event.offsetX, event.offsetY];
    if (Math.hypot(x - stretch.from[0], y - stretch.from[1]) < 3 && stretch.path.length < 6) {
      const row = this.near(x, y);
      if (row >= 0) this.choose([row]);
      return this.draw();
    }
    const inside = [];
    for (const group of this.groups) for (const row of group.rows) if (within(stretch.path, this.place(row))) inside.push(row);
    if (inside.length) this.choose(inside);
    this.draw();
  }

  choose(rows) {
    this.selected = new Set(rows);
    this.draw();
    this.send('rows', { side: this.name, rows });
  }

  left() { if (!this.stretch) { clearTimeout(this.timer); hide(); this.point(-1); } }

  reset() { this.zoom = 1; this.middle = [.5, .5]; this.draw(); }

  wheeled(event) {
    event.preventDefault();
    const factor = Math.exp(-event.deltaY / 400), side = (Math.min(this.wide, this.high) - 2 * EDGE) * this.zoom;
    const dx = (event.offsetX - this.wide / 2) / side, dy = (this.high / 2 - event.offsetY) / side;
    const zoom = Math.min(60, Math.max(1, this.zoom * factor)), change = 1 - this.zoom / zoom;
    this.middle = [this.middle[0] + dx * change, this.middle[1] + dy * change];
    this.zoom = zoom;
    this.draw();
  }

  typed(event) {
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (event.key === 'Enter' && this.at >= 0) { event.preventDefault(); return this.choose([this.at]); }
    const way = ways[event.key];
    if (!way) return;
    event.preventDefault(); event.stopPropagation();
    const [x, y] = this.at < 0 ? [this.wide / 2, this.high / 2] : this.place(this.at);
    let best = this.at, least = Infinity;
    for (const group of this.groups) for (const row of group.rows) {
      const [left, top] = this.place(row), ahead = (left - x) * way[0] + (top - y) * way[1];
      const aside = Math.abs((left - x) * way[1]) + Math.abs((top - y) * way[0]);
      if (ahead > 1 && ahead + 2 * aside < least) { least = ahead + 2 * aside; best = row; }
    }
    const box = this.canvas.getBoundingClientRect(), [left, top] = best < 0 ? [0, 0] : this.place(best);
    this.rest(best, box.left + left, box.top + top);
  }
}

function within(path, [x, y]) {
  let inside = false;
  for (let i = 0, j = path.length - 1; i < path.length; j = i++) {
    const [xi, yi] = path[i], [xj, yj] = path[j];
    if ((yi > y) !== (yj > y) && x < (xj - xi) * (y - yi) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

function hide() { document.dispatchEvent(new CustomEvent('rv-map-leave')); }

function showLegend(place, told) {
  place.replaceChildren();
  const lines = told.groups.filter(one => one.name).map(one => [SIGNS[one.symbol] ?? '●', one.shades[0], one.name]);
  for (const [pairs, shade, , name] of told.links) if (pairs.length) lines.push(['—', shade, name]);
  if (told.uploaded.length) lines.push(['★', '#B87F00', 'your image']);
  for (const [sign, shade, name] of lines) {
    const line = document.createElement('span'), mark = document.createElement('i');
    mark.textContent = sign; mark.style.color = shade;
    line.append(mark, name);
    place.append(line);
  }
}

const kept = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  const place = parentElement.querySelector('.maps');
  let views = kept.get(place);
  if (!views) {
    // The mark of the point under the mouse in both maps: rows of one are rows of the other by `same`.
    const tell = (from, row) => {
      for (const other of views) if (other !== from) {
        const there = row < 0 ? -1 : other.told.same ? row : from.told.over?.[row] ?? -1;
        if (other.at !== there) { other.at = there; other.rings = []; other.draw(); }
      }
    };
    views = data.maps.map(one => new MapView(one.name, setTriggerValue, tell));
    place.append(...views.map(one => one.canvas));
    kept.set(place, views);
  }
  const theme = getComputedStyle(parentElement.host ?? parentElement);
  const text = theme.getPropertyValue('--st-text-color').trim() || '#222';
  const colours = { text, edge: theme.getPropertyValue('--st-border-color') ? text + '99' : 'rgba(128,128,128,.6)' };
  views.forEach((one, i) => { one.send = setTriggerValue; one.set(data.maps[i], colours); });
  showLegend(parentElement.querySelector('.legend'), data.maps[0]);
  const ringed = event => views.forEach(one => { one.rings = event.detail[one.name] ?? []; one.draw(); });
  document.addEventListener('rv-map-neighbours', ringed);
  return () => document.removeEventListener('rv-map-neighbours', ringed);
}
