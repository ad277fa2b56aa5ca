// Curves that grow: one chart for each quantity, one line for each network.

const mostPoints = 2000;  // points; then every other one is left out

/// Numbers as people write them.
export function written(value) {
  if (!Number.isFinite(value)) return '-';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return value.toExponential(1);
  return String(Number(value.toPrecision(3)));
}

export class Curves {
  #canvas;
  #lines = [];  // of points [step, value], one for each network
  #options;

  /// `low` and `high` hold the axis open; `mark` is {value, label}, a level to compare with.
  constructor(canvas, options) {
    this.#canvas = canvas;
    this.#options = options;
  }

  clear(count) {
    this.#lines = Array.from({ length: count }, () => []);
    this.draw();
  }

  mark(mark) { this.#options.mark = mark; }

  add(line, step, value) {
    const points = this.#lines[line];
    points.push([step, value]);
    if (points.length > mostPoints) this.#lines[line] = points.filter((_, i) => i % 2 === 0);
  }

  draw() {
    const canvas = this.#canvas, ratio = devicePixelRatio || 1;
    const width = canvas.clientWidth, height = canvas.clientHeight;
    if (width === 0) return;
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    const context = canvas.getContext('2d');
    context.scale(ratio, ratio);
    const style = getComputedStyle(canvas), colour = (name) => style.getPropertyValue(name);
    const { low, high, mark } = this.#options;
    const points = this.#lines.flat(), values = points.map(([, value]) => value);
    if (mark) values.push(mark.value);
    let bottom = Math.min(low ?? Infinity, ...values), top = Math.max(high ?? -Infinity, ...values);
    if (!(bottom < top)) [bottom, top] = [bottom - 1 || -1, (top + 1) || 1];
    const last = Math.max(1, ...points.map(([step]) => step));
    const left = 2, right = width - 2, y0 = 16, y1 = height - 16;
    const x = (step) => left + (right - left) * step / last;
    const y = (value) => y1 - (y1 - y0) * (value - bottom) / (top - bottom);

    context.font = '12px system-ui, sans-serif';
    context.strokeStyle = colour('--line');
    context.fillStyle = colour('--quiet');
    for (const level of [bottom, top]) {
      context.beginPath();
      context.moveTo(left, y(level));
      context.lineTo(right, y(level));
      context.stroke();
    }
    context.textAlign = 'left';
    context.fillText(written(top), left, y0 - 4);
    context.fillText(written(bottom), left, height - 3);
    context.textAlign = 'right';
    context.fillText(`step ${last}`, right, height - 3);
    if (mark) {
      context.setLineDash([4, 4]);
      context.strokeStyle = colour('--quiet');
      context.beginPath();
      context.moveTo(left, y(mark.value));
      context.lineTo(right, y(mark.value));
      context.stroke();
      context.setLineDash([]);
      context.fillText(mark.label, right, y(mark.value) - 4);
    }
    this.#lines.forEach((line, i) => {
      context.strokeStyle = colour(i === 0 ? '--first' : '--second');
      context.setLineDash(i === 0 ? [] : [7, 3]);  // as the line under its picture: not by colour alone
      context.lineWidth = 2;
      context.beginPath();
      line.forEach(([step, value], p) => (p ? context.lineTo(x(step), y(value))
                                            : context.moveTo(x(step), y(value))));
      context.stroke();
    });
  }
}
