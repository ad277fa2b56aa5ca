// Charts of a report: what lies on their axes, and how curves are drawn. A chart is drawn anew when the
// window changes; `show` moves only its cursor.

const find = (id) => document.getElementById(id);

function element(tag, className, text = '') {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

const stops = [...new Set([...data.frames, ...data.panels].flatMap((part) => part.x))];
stops.sort((a, b) => a - b);
const first = stops[0], last = stops.at(-1);

// The place in `sorted` of the value that is closest to x.
function nearest(sorted, x) {
  let best = 0;
  for (let i = 1; i < sorted.length; ++i) {
    if (Math.abs(sorted[i] - x) < Math.abs(sorted[best] - x)) best = i;
  }
  return best;
}

// ---- numbers and axes ----

function written(value, axis) {
  if (value === null) return '-';
  if (axis === 'share') return (100 * value).toFixed(1) + ' %';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return value.toExponential(2);
  return String(Number(value.toPrecision(4)));
}

// About `count` round numbers from low to high.
function roundNumbers(low, high, count) {
  const rough = (high - low) / count, unit = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((k) => k * unit).find((s) => s >= rough);
  const numbers = [];
  for (let k = Math.ceil(low / step); k * step <= high; ++k) numbers.push(k * step);
  return numbers.map((x) => Number(x.toPrecision(6)));
}

// Powers of ten; between less than two of them, other round numbers.
function roundPowers(low, high) {
  const from = Math.ceil(Math.log10(low)), to = Math.floor(Math.log10(high));
  if (to <= from) return roundNumbers(low, high, 4).filter((x) => x > 0);
  const every = Math.ceil((to - from) / 5), powers = [];
  for (let k = from; k <= to; k += every) powers.push(Number('1e' + k));
  return powers;
}

// How the values of a panel lie between its bottom (0) and its top (1). `at` is NaN where a value
// has no place.
function verticalAxis(panel) {
  const log = panel.axis === 'log';
  const values = panel.curves.flatMap((curve) => curve.values)
      .filter((v) => v !== null && !(log && v <= 0));
  let low = values.reduce((a, b) => Math.min(a, b), Infinity);
  let high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  if (panel.axis === 'share') [low, high] = [0, 1];
  if (low > high) [low, high] = [1, 2];  // nothing to show
  if (low === high) {
    const room = log ? low / 2 : Math.abs(low) / 2 || 1;
    [low, high] = [low - room, high + room];
  }
  const scale = (v) => log ? Math.log10(v) : v;
  return {
    low, high,
    at: (v) => v === null || (log && v <= 0) ? NaN
        : (scale(v) - scale(low)) / (scale(high) - scale(low)),
    ticks: panel.axis === 'share' ? [0, .25, .5, .75, 1]
        : log ? roundPowers(low, high) : roundNumbers(low, high, 4),
  };
}

function tickText(value, axis) {
  if (axis === 'share') return 100 * value + ' %';
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e5) ? value.toExponential() : String(value);
}

// How many digits an axis of strips needs to be read.
function axisText(panel, {low, high}) {
  const ends = `${written(low, panel.axis)} to ${written(high, panel.axis)}`;
  return panel.axis === 'log' ? ends + ', by the logarithm' : ends;
}

// ---- lines ----

// The curves of one chart differ in colour (Okabe and Ito 2008) and in their dashes.
const colours = ['var(--blue)', 'var(--orange)', 'var(--green)', 'var(--ink)'];
const dashes = ['', '7 4', '2 3', '9 3 2 3'];

// SVG is written as text: the parser of HTML knows it without being told its namespace.
const line = (x1, y1, x2, y2, name) =>
    `<line class="${name}" x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}"/>`;
const label = (x, y, anchor, words) =>
    `<text x="${x}" y="${y}" text-anchor="${anchor}">${words}</text>`;
const dot = (x, y, colour, radius) =>
    `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${radius}" fill="${colour}"/>`;

// A line through the points, lifted where one has no place. A point between two gaps is a dot.
function drawCurve(points, i) {
  const drawn = (k) => k >= 0 && k < points.length && Number.isFinite(points[k][1]);
  let path = '', dots = '';
  points.forEach(([x, y], k) => {
    if (!drawn(k)) return;
    path += (drawn(k - 1) ? 'L' : 'M') + x.toFixed(1) + ' ' + y.toFixed(1);
    const alone = !drawn(k - 1) && !drawn(k + 1);
    if (alone || points.length <= 30) dots += dot(x, y, colours[i], alone ? 3 : 2);
  });
  return `<path class="curve" d="${path}" stroke="${colours[i]}" stroke-dasharray="${dashes[i]}"/>` + dots;
}

// How curve i looks in a legend.
const sample = (i) => `<svg viewBox="0 0 26 12" aria-hidden="true"><path class="curve" d="M0 6H26" stroke="${
    colours[i]}" stroke-dasharray="${dashes[i]}"/></svg>`;

// ---- charts ----

// What charts have in common: curves within a frame that leaves room at its left, right and bottom.
// `background(x, y, width, height)` is drawn behind them.
function plot(place, panel, curves, axis, room, words, background) {
  const top = room.top;
  let width = 0, height = 0, x, y;
  const share = (step) => last > first ? (step - first) / (last - first) : .5;
  return {
    place,
    stepAt: (clientX) => first + (last - first) *
        (clientX - place.getBoundingClientRect().left - room.left) / (width - room.left - room.right),
    draw: () => {
      [width, height] = [place.clientWidth, place.clientHeight];
      const bottom = height - room.bottom;
      x = (step) => room.left + (width - room.left - room.right) * share(step);
      y = (value) => bottom - (bottom - top) * axis.at(value);
      const drawn = curves.map((curve, i) =>
          drawCurve(curve.values.map((v, k) => [x(panel.x[k]), y(v)]), i));
      place.innerHTML = `<svg viewBox="0 0 ${width} ${height}" height="${height}" role="img">` +
          background({x, y, left: room.left, right: width - room.right, top, bottom, width}) +
          drawn.join('') + '<g class="marks"></g></svg>';
      place.firstChild.setAttribute('aria-label', words);
    },
    show: (step, k) => {
      let marks = line(x(step), top, x(step), height - room.bottom, 'cursor');
      curves.forEach((curve, i) => {
        const at = y(curve.values[k]);
        if (Number.isFinite(at)) marks += dot(x(panel.x[k]), at, colours[i], 4);
      });
      place.querySelector('.marks').innerHTML = marks;
    },
  };
}

// A few curves with axes.
function makeChart(place, panel, axis) {
  const words = axis.ticks.map((v) => tickText(v, panel.axis));
  const room = {left: 12 + 7.5 * Math.max(...words.map((w) => w.length)), right: 14, top: 10, bottom: 38};
  const summary = `${panel.title}: ${panel.curves.map((c) => c.label).join(', ')} over the steps ${first} to ${last}`;
  return plot(place, panel, panel.curves, axis, room, summary, ({x, y, left, right, top, bottom, width}) => {
    let svg = `<rect class="frame" x="${left}" y="${top}" width="${right - left}" height="${bottom - top}"/>`;
    axis.ticks.forEach((v, i) => {
      svg += line(left, y(v), right, y(v), 'grid') + label(left - 6, y(v) + 4, 'end', words[i]);
    });
    const steps = last > first ? roundNumbers(first, last, Math.min(5, width / 90)) : [first];
    for (const v of steps) {
      svg += line(x(v), top, x(v), bottom, 'grid') + label(x(v), bottom + 16, 'middle', v);
    }
    return svg + label((left + right) / 2, bottom + 33, 'middle', 'step');
  });
}

// One curve of many, above its ground: all of a panel have the same axis, so that heights compare.
function makeStrip(place, panel, curve, axis) {
  const known = curve.values.filter((v) => v !== null);
  const summary = `${curve.label}: from ${written(known[0] ?? null, panel.axis)} to ${
      written(known.at(-1) ?? null, panel.axis)}`;
  const room = {left: 1, right: 5, top: 5, bottom: 2};
  return plot(place, panel, [curve], axis, room, summary, ({x, y, left, right, top, bottom}) => {
    const points = curve.values.map((v, k) => [x(panel.x[k]), Number.isFinite(y(v)) ? y(v) : bottom]);
    const path = points.map(([u, v]) => `L${u.toFixed(1)} ${v.toFixed(1)}`).join('');
    return `<rect class="frame" x="${left}" y="${top - 4}" width="${right + 4 - left}" height="${bottom + 4 - top}"/>` +
        `<path class="ground" d="M${points[0][0]} ${bottom}${path}L${points.at(-1)[0]} ${bottom}Z"/>`;
  });
}
