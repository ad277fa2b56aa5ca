// A report. `data`, which viz/pages/report.cpp wrote, is
//
//     {frames_title, frames: [{x, pictures: [{caption, src}]}],
//      panels: [{title, note, axis: 'linear' | 'log' | 'share', ordered,
//                x: [...], curves: [{label, values: [number or null, ...]}]}],
//      manifest: {...}}        // may be missing
//
// The steps at which anything was recorded are the stops of the slider. Which of them it is at is
// the only state of the page: `show` makes everything else follow.

// ---- panels ----

// More curves than this cannot be told apart in one chart: each gets a strip of its own.
const together = 4;

// Adds a panel to the page and returns the functions that keep it up to date.
function makePanel(panel) {
  const strips = panel.ordered || panel.curves.length > together;
  const section = element('section', strips && panel.curves.length > 8 ? 'row' : '');
  const axis = verticalAxis(panel), body = element('div', strips ? 'strips' : 'together');
  section.append(element('h2', '', panel.title), body);
  if (strips) section.append(element('p', 'note quiet', `From bottom to top of each: ${axisText(panel, axis)}.`));
  section.append(element('p', 'note quiet', panel.note));
  find('panels').append(section);

  const readings = panel.curves.map(() => element('span', 'number'));
  const charts = [];
  if (strips) {
    panel.curves.forEach((curve, i) => {
      const strip = element('div', 'strip'), chart = element('div', 'chart');
      strip.append(element('span', 'label', curve.label), chart, readings[i]);
      body.append(strip);
      charts.push(makeStrip(chart, panel, curve, axis));
    });
  } else {
    const chart = element('div', 'chart'), legend = element('ul', 'legend');
    body.append(chart, legend);
    panel.curves.forEach((curve, i) => {
      const item = element('li', '');
      item.innerHTML = sample(i);
      item.append(element('span', 'label', curve.label), readings[i]);
      legend.append(item);
    });
    charts.push(makeChart(chart, panel, axis));
  }
  for (const chart of charts) {
    // Pressing in a chart, or dragging through it, moves the slider.
    const seek = (event) => {
      if (!event.buttons) return;
      pause();
      moveTo(nearest(stops, chart.stepAt(event.clientX)));
    };
    chart.place.addEventListener('pointerdown', seek);
    chart.place.addEventListener('pointermove', seek);
  }
  return {
    draw: () => charts.forEach((chart) => chart.draw()),
    show: (step) => {
      const k = nearest(panel.x, step);
      panel.curves.forEach((curve, i) => {
        readings[i].textContent = written(curve.values[k], panel.axis);
      });
      charts.forEach((chart) => chart.show(step, k));
    },
  };
}

// ---- pictures ----

// The pictures of the frame that is nearest to the step.
function makeFrames() {
  const count = data.frames[0].pictures.length;
  const section = element('section', count > 1 ? 'row' : 'single'), heading = element('h2', '');
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
