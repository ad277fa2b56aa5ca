// A pad to draw on, white on black, with a pointer or with the keys; or a photograph lies on it.

const padSide = 280, padGrid = 28, inkWidth = 22;  // the grid is that on which the keys move the pen
const mostUndone = 20;
const mostSide = 8192, mostPixels = 2 ** 24;       // of a photograph, as in viz/pictures

function drawStroke(context, points, side) {
  const at = (i) => points[i].map((share) => side * share);
  context.lineWidth = side * inkWidth / padSide;
  context.beginPath();
  context.moveTo(...at(0));
  // Through the middles between the points, so that it has no corners that no hand drew.
  for (let i = 1; i + 1 < points.length; ++i) {
    const [x, y] = at(i), [u, v] = at(i + 1);
    context.quadraticCurveTo(x, y, (x + u) / 2, (y + v) / 2);
  }
  context.lineTo(...at(points.length - 1));
  context.stroke();
}

/// Draws strokes, lists of points in [0, 1], on black.
export function drawStrokes(canvas, strokes) {
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.fillStyle = '#000';
  context.fillRect(0, 0, canvas.width, canvas.height);
  Object.assign(context, { strokeStyle: '#fff', lineCap: 'round', lineJoin: 'round' });
  for (const points of strokes) drawStroke(context, points, canvas.width);
}

// The pixels of what can be drawn, on white paper where it is transparent.
function pixelsOf(source, { width, height }) {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.drawImage(source, 0, 0);
  return context.getImageData(0, 0, width, height);
}

/// A picture file -> its ImageData. Rejects with a line that names it.
export async function readPhotograph(file, name = file.name) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, { colorSpaceConversion: 'none' });
  } catch {
    throw new Error(`${name}: expected a picture that this browser can read`);
  }
  const { width, height } = bitmap;
  if (Math.max(width, height) > mostSide || width * height > mostPixels) {
    throw new Error(`${name}: expected a picture of at most ${mostSide} pixels a side and ${
      mostPixels.toLocaleString('en')} in all, found ${width} × ${height}`);
  }
  const pixels = pixelsOf(bitmap, bitmap);
  bitmap.close();
  return pixels;
}

export class Pad {
  #canvas = document.createElement('canvas');
  #pen = document.createElement('span');
  #words;
  #changed;
  #past = [];           // what undo goes back to: lists of strokes, or photographs
  #now = [];            // strokes, or {photograph, painted}
  #stroke = null;       // the one that is being drawn
  #cell = [14, 14];     // where the keys' pen is

  /// Puts a pad into `box`, says in `words` what the keys do, and calls `changed()` after each movement.
  constructor(box, words, changed) {
    this.#words = words;
    this.#changed = changed;
    Object.assign(this.#canvas, { className: 'pad', width: padSide, height: padSide, tabIndex: 0 });
    this.#canvas.setAttribute('role', 'application');
    this.#canvas.setAttribute('aria-label', box.dataset.label);
    this.#canvas.setAttribute('aria-describedby', words.id);
    Object.assign(this.#pen, { className: 'pen', hidden: true });
    box.append(this.#canvas, this.#pen);
    this.#canvas.addEventListener('pointerdown', (event) => this.#press(event));
    this.#canvas.addEventListener('pointermove', (event) => this.#move(event));
    for (const end of ['pointerup', 'pointercancel']) {
      this.#canvas.addEventListener(end, () => { this.#stroke = null; });
    }
    this.#canvas.addEventListener('keydown', (event) => this.#key(event));
    this.#canvas.addEventListener('blur', () => {
      this.#stroke = null;
      this.#pen.hidden = true;
    });
    this.#draw();
  }

  /// What lies on it: ImageData, `painted` if it is a network's own; or null.
  get picture() {
    if (this.#now.photograph) return this.#now;
    if (this.#now.length === 0) return null;
    const context = this.#canvas.getContext('2d', { willReadFrequently: true });
    return { photograph: context.getImageData(0, 0, padSide, padSide), painted: false };
  }

  /// Puts strokes or {photograph, painted} there, in place of what lies there.
  put(now) {
    this.#remember();
    this.#now = now;
    this.#draw();
    this.#changed();
  }
  clear() { this.put([]); }
  undo() {
    if (this.#past.length === 0) return;
    this.#now = this.#past.pop();
    this.#draw();
    this.#changed();
  }

  #remember() {
    this.#past.push(this.#now);
    if (this.#past.length > mostUndone) this.#past.shift();  // a photograph may have 64 MB
  }

  #begin(point) {
    this.#remember();
    this.#stroke = [point];
    this.#now = [...(this.#now.photograph ? [] : this.#now), this.#stroke];
    this.#draw();
    this.#changed();
  }

  #goOn(point) {
    this.#stroke.push(point);
    this.#draw();
    this.#changed();
  }

  #place({ clientX, clientY }) {
    const box = this.#canvas.getBoundingClientRect();
    return [(clientX - box.left) / box.width, (clientY - box.top) / box.height];
  }

  #press(event) {
    if (event.button !== 0 || !event.isPrimary) return;
    this.#canvas.setPointerCapture(event.pointerId);
    this.#pen.hidden = true;
    this.#begin(this.#place(event));
  }

  #move(event) {
    if (!this.#stroke || !event.isPrimary || !event.buttons) return;
    for (const one of event.getCoalescedEvents?.() ?? [event]) this.#stroke.push(this.#place(one));
    this.#draw();
    this.#changed();
  }

  #key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    const here = () => this.#cell.map((n) => (n + .5) / padGrid);
    if (by) {
      this.#cell = this.#cell.map((n, axis) => Math.min(padGrid - 1, Math.max(0, n + by[axis])));
      if (this.#stroke) this.#goOn(here());
    } else if (event.key === ' ') {
      if (this.#stroke) this.#stroke = null;
      else this.#begin(here());
    } else if (event.key === 'Backspace') {
      this.#stroke = null;
      this.undo();
    } else {
      return;
    }
    event.preventDefault();
    const [x, y] = here();
    this.#pen.hidden = false;
    this.#pen.classList.toggle('down', this.#stroke !== null);
    Object.assign(this.#pen.style, { left: `${100 * x}%`, top: `${100 * y}%` });
    this.#words.textContent = `Pen ${this.#stroke ? 'down' : 'up'}, column ${this.#cell[0] + 1}, row ${
      this.#cell[1] + 1} of ${padGrid}.`;
  }

  #draw() {
    if (!this.#now.photograph) {
      drawStrokes(this.#canvas, this.#now);
      return;
    }
    const { photograph } = this.#now, { width, height } = photograph;
    const source = new OffscreenCanvas(width, height);
    source.getContext('2d').putImageData(photograph, 0, 0);
    drawStrokes(this.#canvas, []);
    const context = this.#canvas.getContext('2d', { willReadFrequently: true });
    const scale = padSide / Math.max(width, height);
    context.imageSmoothingEnabled = scale < 1;
    context.imageSmoothingQuality = 'high';
    context.drawImage(source, (padSide - scale * width) / 2, (padSide - scale * height) / 2,
                      scale * width, scale * height);
  }
}
