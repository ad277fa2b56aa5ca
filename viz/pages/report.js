// A report. `data`, which viz/pages/report.cpp wrote, is
//
//     {frames_title, frames: [{x, pictures: [{caption, src}]}],
//      panels: [{title, note, axis: 'linear' | 'log' | 'share', ordered,
//                x: [...], curves: [{label, values: [number or null, ...]}]}],
//      manifest: {...}}        // may be missing
//
// The steps at which anything was recorded are the stops of the slider. Which of them it is at is
// the only state of the page: `show` makes everything else follow.

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

// ---- colours ----

// Kinds: seven colours that also the colour-blind can tell apart, then the same dashed. Ordered
// curves go from dark violet to gold.
const kinds = ['#0072b2', '#d55e00', '#007a5a', '#b5479b', '#1e1e1e', '#a87b00', '#3f9fd8'];
const way = [[68, 1, 84], [59, 82, 139], [33, 145, 140], [79, 174, 63], [222, 160, 0]];

function strokeOf(panel, i) {
  const count = panel.curves.length;
  if (!panel.ordered || count === 1) {
    const dashes = ['', '7 4', '2 3'][Math.floor(i / kinds.length) % 3];
    return {colour: kinds[i % kinds.length], dashes};
  }
  const place = i / (count - 1) * (way.length - 1), from = Math.min(Math.floor(place), way.length - 2);
  const mixed = way[from].map((a, c) => Math.round(a + (place - from) * (way[from + 1][c] - a)));
  return {colour: `rgb(${mixed})`, dashes: ''};
}

// ---- panels ----

// SVG is written as text: the parser of HTML knows it without being told its namespace.
const line = (x1, y1, x2, y2, name) =>
    `<line class="${name}" x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}"/>`;
const label = (x, y, anchor, words) =>
    `<text x="${x}" y="${y}" text-anchor="${anchor}">${words}</text>`;
const dot = (x, y, colour, radius) =>
    `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${radius}" fill="${colour}"/>`;

// A line through the points, lifted where one has no place. A point between two gaps is a dot.
function drawCurve(points, {colour, dashes}) {
  const drawn = (i) => i >= 0 && i < points.length && Number.isFinite(points[i][1]);
  let path = '', dots = '';
  points.forEach(([x, y], i) => {
    if (!drawn(i)) return;
    path += (drawn(i - 1) ? 'L' : 'M') + x.toFixed(1) + ' ' + y.toFixed(1);
    const alone = !drawn(i - 1) && !drawn(i + 1);
    if (alone || points.length <= 30) dots += dot(x, y, colour, 3);
  });
  return `<path class="curve" d="${path}" stroke="${colour}" stroke-dasharray="${dashes}"/>` + dots;
}

// Adds a panel to the page and returns the functions that keep it up to date.
function makePanel(panel) {
  const section = element('section', panel.curves.length > 8 ? 'row' : '');
  const chart = element('div', 'chart'), legend = element('ul', 'legend');
  section.append(element('h2', '', panel.title), chart, legend, element('p', 'note quiet', panel.note));
  find('panels').append(section);

  const strokes = panel.curves.map((curve, i) => strokeOf(panel, i));
  const readings = panel.curves.map((curve, i) => {
    const item = element('li', ''), value = element('span', 'number');
    const sample = drawCurve([[0, 6], [26, 6]], strokes[i]).replace(/<circle.*/, '');
    item.innerHTML = `<svg viewBox="0 0 26 12" aria-hidden="true">${sample}</svg>`;
    item.append(element('span', '', curve.label), value);
    legend.append(item);
    return value;
  });

  const axis = verticalAxis(panel);
  const words = axis.ticks.map((v) => tickText(v, panel.axis));
  const height = 190, top = 10, bottom = height - 38, right = 14;
  const left = 12 + 7.5 * Math.max(...words.map((w) => w.length));
  let width = 0, x, y;

  function draw() {
    width = chart.clientWidth;
    x = (step) => left + (width - left - right) * (last > first ? (step - first) / (last - first) : .5);
    y = (value) => bottom - (bottom - top) * axis.at(value);
    const edge = width - right;
    let svg = `<rect class="frame" x="${left}" y="${top}" width="${edge - left}" height="${bottom - top}"/>`;
    axis.ticks.forEach((v, i) => {
      svg += line(left, y(v), edge, y(v), 'grid') + label(left - 6, y(v) + 4, 'end', words[i]);
    });
    const steps = last > first ? roundNumbers(first, last, Math.min(5, width / 90)) : [first];
    for (const v of steps) {
      svg += line(x(v), top, x(v), bottom, 'grid') + label(x(v), bottom + 16, 'middle', v);
    }
    svg += label((left + edge) / 2, height - 5, 'middle', 'step');
    panel.curves.forEach((curve, i) => {
      svg += drawCurve(curve.values.map((v, k) => [x(panel.x[k]), y(v)]), strokes[i]);
    });
    const summary = `${panel.title}: ${panel.curves.length} curves over the steps ${first} to ${last}`;
    chart.innerHTML = `<svg viewBox="0 0 ${width} ${height}" height="${height}" role="img">${svg}` +
        '<g class="marks"></g></svg>';
    chart.firstChild.setAttribute('aria-label', summary);
  }

  function show(step) {
    const k = nearest(panel.x, step);
    let marks = line(x(step), top, x(step), bottom, 'cursor');
    panel.curves.forEach((curve, i) => {
      readings[i].textContent = written(curve.values[k], panel.axis);
      const at = y(curve.values[k]);
      if (Number.isFinite(at)) marks += dot(x(panel.x[k]), at, strokes[i].colour, 4);
    });
    chart.querySelector('.marks').innerHTML = marks;
  }

  // Pressing in a chart, or dragging through it, moves the slider.
  const seek = (event) => {
    if (!event.buttons) return;
    pause();
    const place = (event.clientX - chart.getBoundingClientRect().left - left) / (width - left - right);
    moveTo(nearest(stops, first + place * (last - first)));
  };
  chart.addEventListener('pointerdown', seek);
  chart.addEventListener('pointermove', seek);
  return {draw, show};
}

// ---- pictures ----

// The pictures of the frame that is nearest to the step.
function makeFrames() {
  const count = data.frames[0].pictures.length;
  const section = element('section', count > 1 ? 'row' : ''), heading = element('h2', '');
  const row = element('div', 'pictures');
  section.append(heading, row);
  find('panels').append(section);
  const figures = data.frames[0].pictures.map(() => {
    const figure = element('figure', ''), caption = element('figcaption', '');
    figure.append(element('img', ''), caption);
    row.append(figure);
    return figure;
  });
  const xs = data.frames.map((frame) => frame.x);
  return {
    draw: () => {},
    show: (step) => {
      const frame = data.frames[nearest(xs, step)];
      heading.textContent = `${data.frames_title} at step ${frame.x}`;
      frame.pictures.forEach(({caption, src}, i) => {
        figures[i].firstChild.src = src;
        figures[i].firstChild.alt = `${caption}, step ${frame.x}`;
        figures[i].lastChild.textContent = caption;
      });
    },
  };
}

// ---- the slider, the keys, the clock ----

const parts = [...(data.frames.length ? [makeFrames()] : []), ...data.panels.map(makePanel)];
const slider = find('slider'), play = find('play');
slider.max = stops.length - 1;

function show() {
  const step = stops[slider.value];
  find('step').textContent = `step ${step} / ${last}`;
  slider.setAttribute('aria-valuetext', `step ${step} of ${last}`);
  for (const part of parts) part.show(step);
}

function moveTo(place) {
  slider.value = Math.max(0, Math.min(stops.length - 1, place));
  show();
}

slider.addEventListener('input', () => { pause(); show(); });

// Everywhere else on the page the keys do what they do on the slider.
document.addEventListener('keydown', (event) => {
  if (event.target === slider || event.altKey || event.ctrlKey || event.metaKey) return;
  const to = {ArrowLeft: +slider.value - 1, ArrowRight: +slider.value + 1,
              Home: 0, End: stops.length - 1}[event.key];
  if (to === undefined) return;
  event.preventDefault();
  pause();
  moveTo(to);
});

// Play takes about ten seconds from the first to the last stop.
let clock = 0;
function pause() {
  clearInterval(clock);
  clock = 0;
  play.textContent = 'Play';
}
play.addEventListener('click', () => {
  if (clock) return pause();
  if (+slider.value === stops.length - 1) moveTo(0);
  const stride = Math.ceil(stops.length / 200), wait = Math.min(500, 10000 * stride / stops.length);
  clock = setInterval(() => {
    moveTo(+slider.value + stride);
    if (+slider.value === stops.length - 1) pause();
  }, wait);
  play.textContent = 'Pause';
});

// The end is what there is to see, unless the address says #step=120.
function openAddress() {
  const step = new URLSearchParams(location.hash.slice(1)).get('step');
  moveTo(step === null ? stops.length - 1 : nearest(stops, Number(step)));
}
window.addEventListener('hashchange', openAddress);

function drawAll() {
  for (const part of parts) part.draw();
}
window.addEventListener('resize', () => { drawAll(); show(); });

if (data.manifest) find('manifest').textContent = JSON.stringify(data.manifest, null, 2);
drawAll();
openAddress();
