// One box over three images: dragged or moved by keys, hidden on those that the server names; sent while it moves, one
// at a time, so that the lists keep up.
const STEP = 0.05, LEAST = 0.04, PATIENCE = 2000;
const share = value => Math.min(1, Math.max(0, value));

class Brush {
  constructor(place) {
    this.place = place;
    this.frames = [];
    Object.assign(this, { box: null, from: null, sent: 0, changed: false });
  }

  // What the server knows: the images, on which of them the box hides, and the box that it was told last.
  set(data, send) {
    this.send = send;
    clearTimeout(this.waiting);
    this.waiting = null;
    if (!this.frames.length) {
      this.frames = data.images.map(() => this.figure());
      this.place.replaceChildren(...this.frames.map(one => one.figure));
    }
    this.frames.forEach((one, i) => this.fill(one, data.images[i]));
    this.frames.forEach((one, i) => { one.hides = data.hidden[i]; });
    if (this.changed) this.tell();
    else if (!this.from) this.box = data.box;
    this.draw();
  }

  figure() {
    const [figure, frame, image, box, caption, title, note] =
      ['figure', 'div', 'img', 'div', 'figcaption', 'b', 'span'].map(tag => document.createElement(tag));
    frame.className = 'frame';
    frame.tabIndex = 0;
    frame.setAttribute('role', 'application');
    box.className = 'box';
    caption.append(title, note);
    frame.append(image, box);
    figure.append(frame, caption);
    const on = (kind, what) => frame.addEventListener(kind, event => what.call(this, event, frame));
    on('pointerdown', this.pressed); on('pointermove', this.moved); on('pointerup', this.released);
    on('pointercancel', this.released); on('dblclick', this.cleared); on('keydown', this.typed);
    return { figure, frame, image, box, title, note, hides: true };
  }

  fill({ figure, frame, image, box, title, note }, told) {
    figure.className = told.kind;
    frame.setAttribute('aria-label', `${told.title}: drag or press an arrow key to hide a region`);
    if (image.src !== told.image) image.src = told.image;
    image.alt = `${told.title}, ${told.note}`;
    box.style.background = told.mean;
    title.textContent = told.title;
    note.textContent = told.note;
  }

  at(event, frame) {
    const place = frame.firstChild.getBoundingClientRect();
    return [share((event.clientY - place.top) / place.height), share((event.clientX - place.left) / place.width)];
  }

  pressed(event, frame) {
    if (event.button) return;
    frame.setPointerCapture(event.pointerId);
    this.from = this.at(event, frame);
  }

  moved(event, frame) {
    if (!this.from) return;
    const [top, left] = this.from, [bottom, right] = this.at(event, frame);
    const sides = [Math.min(top, bottom), Math.min(left, right), Math.max(top, bottom), Math.max(left, right)];
    if (sides[2] - sides[0] >= LEAST && sides[3] - sides[1] >= LEAST) this.change(sides);
  }

  released() { this.from = null; }

  cleared() { if (this.box) this.change(null); }

  typed(event) {
    const way = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!way && event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    if (!way) { this.cleared(); return; }
    const [top, left, bottom, right] = this.box ?? [.4, .33, .6, .67], [down, along] = way.map(one => one * STEP);
    if (!this.box) this.change([top, left, bottom, right]);
    else if (event.shiftKey) this.change([top, left, share(Math.max(top + STEP, bottom + down)), share(Math.max(left + STEP, right + along))]);
    else {
      const [y, x] = [Math.max(-top, Math.min(1 - bottom, down)), Math.max(-left, Math.min(1 - right, along))];
      this.change([top + y, left + x, bottom + y, right + x]);
    }
  }

  change(box) {
    this.box = box && box.map(one => Math.round(one * 1000) / 1000);
    this.changed = true;
    this.draw();
    if (!this.waiting) this.tell();
  }

  tell() {
    this.changed = false;
    this.waiting = setTimeout(() => { this.waiting = null; if (this.changed) this.tell(); }, PATIENCE);
    this.send('box', { sides: this.box, turn: ++this.sent });
  }

  draw() {
    for (const { box, hides } of this.frames) {
      box.hidden = !this.box || !hides;
      if (!this.box) continue;
      const [top, left, bottom, right] = this.box.map(one => `${100 * one}%`);
      Object.assign(box.style, { top, left, height: `calc(${bottom} - ${top})`, width: `calc(${right} - ${left})` });
    }
  }
}

const kept = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  const place = parentElement.querySelector('.images');
  if (!kept.has(place)) kept.set(place, new Brush(place));
  kept.get(place).set(data, setTriggerValue);
}
