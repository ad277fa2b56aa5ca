// The knobs: the settings of `viz maximise`, by the same names.

import { find, findAll } from './dom.js';

// How a slider from 0 to 100 becomes a number. λ and the like go by powers of ten, with 0 at the left.
const powers = (low, high) => ({
  from: (s) => (s === 0 ? 0 : Number((low * (high / low) ** ((s - 1) / 99)).toPrecision(2))),
  to: (v) => (v <= 0 ? 0 : 1 + 99 * Math.log(v / low) / Math.log(high / low)),
});
const even = (low, high, digits) => ({
  from: (s) => Number((low + (high - low) * s / 100).toFixed(digits)),
  to: (v) => 100 * (v - low) / (high - low),
});

const knobs = {
  'tv': { label: 'λ, the weight of total variation', hint: 'neighbours are alike', ...powers(.01, 100) },
  'beta': { label: 'β, its exponent', hint: '1: sharp edges, 2: smooth', ...even(.5, 3, 1) },
  'jitter': { label: 'jitter', hint: 'it sees the picture moved by up to so many pixels', ...even(0, 8, 0) },
  'lr': { label: 'step size', hint: 'how far a pixel goes', ...powers(.001, 1) },
  'l2': { label: 'pull to the usual pixel', hint: 'l2', ...powers(.01, 100) },
  'rotate': { label: 'turned', hint: 'by up to so many degrees', ...even(0, 45, 0) },
  'zoom': { label: 'zoomed', hint: 'by up to this share', ...even(0, .5, 2) },
  'steps': { label: 'planned steps', hint: 'λ grows during the first half', ...powers(16, 4096) },
  'init-noise': { label: 'noise at the start', hint: 'its standard deviation', ...even(0, 1, 2) },
};
knobs.steps.from = ((from) => (s) => Math.max(16, Math.round(from(s))))(knobs.steps.from);
const first = ['tv', 'beta', 'jitter', 'lr'];

/// What is remembered of a run so that others see it: settings by name, each with a preset's words.
export const presets = [
  ['as recommended', {}],
  ['without a regulariser', { tv: 0, l2: 0, jitter: 0 }],
  ['λ too large', { tv: 30 }],
  ['β = 1', { beta: 1 }],
  ['β = 2', { beta: 2 }],
];

/// Draws the knobs; `changed(name, value)` follows each turn.
export function offerSettings(changed) {
  for (const [name, knob] of Object.entries(knobs)) {
    const box = document.createElement('label');
    box.className = 'setting';
    box.innerHTML = `<span>${knob.label}</span><output aria-live="off"></output>
      <input type="range" min="0" max="100" step="${name === 'jitter' ? 12.5 : 1}" data-setting="${name}">
      <small>${knob.hint}</small>`;
    find(first.includes(name) ? '#settings' : '#more-settings').append(box);
    box.querySelector('input').addEventListener('input', ({ target }) => {
      changed(name, knob.from(Number(target.value)));
    });
  }
}

/// Shows what counts: `settings` where they were turned, else what each of the networks recommends.
export function showSettings(settings, networks) {
  for (const input of findAll('[data-setting]')) {
    const name = input.dataset.setting, own = networks.map((n) => n.settings[name].value);
    const values = name in settings ? [settings[name]] : [...new Set(own)];
    const words = values.join(' and ');
    input.closest('label').querySelector('output').textContent = words;
    input.setAttribute('aria-valuetext', words);
    if (document.activeElement !== input || !(name in settings)) {
      input.value = knobs[name].to(values.at(-1));
    }
  }
}
