// Look inside: what the channels of a layer answer, and a click that makes one the objective.

import { find, goByArrows } from './dom.js';
import { drawMap } from './picture.js';

const mostChannels = 128;  // channels that are shown

let network, choose;

const layerAt = () => network.layers[Number(find('#layer').value)];

/// Offers the layers of a network; `choose(objective, label)` is called with what is clicked.
export function offerLayers(of, whenChosen) {
  [network, choose] = [of, whenChosen];
  const before = find('#layer').value;
  find('#layer').replaceChildren(...network.layers.map(({ name, type, shape }, i) =>
    new Option(`${name}: ${type}, ${shape.slice(1).join(' × ')}`, i)));
  const known = before !== '' && Number(before) < network.layers.length;
  find('#layer').value = known ? before
    : Math.max(0, network.layers.findLastIndex(({ type }) => type === 'Conv2d'));
  find('#channels').replaceChildren();
}

/// Which layer is looked at.
export const layerShown = () => Number(find('#layer').value);

/// Draws the layer's output, values[K,H,W], and marks the channel that the objective names.
export function showLayer({ shape: [K, H, W], values }, objective) {
  const flat = H === 1 && W === 1, count = Math.min(K, mostChannels), box = find('#channels');
  const { name } = layerAt();
  find('#channels-shown').textContent = K > count ? `The first ${count} of ${K} are shown.` : '';
  if (box.childElementCount !== count || box.dataset.layer !== name) {
    box.dataset.layer = name;
    box.className = flat ? 'flat' : '';
    box.replaceChildren(...Array.from({ length: count }, (_, k) => button(layerAt(), k, [H, W], flat)));
    box.firstChild.tabIndex = 0;
  }
  const [kind, of, unit] = objective.split(':');
  const marked = kind !== 'logit' && of === name ? parseInt(unit, 10) : -1;
  let peak = 0;
  for (const value of values) peak = Math.max(peak, Math.abs(value));
  for (let k = 0; k < count; ++k) {
    box.children[k].setAttribute('aria-pressed', k === marked);
    drawMap(box.children[k].firstChild, values.subarray(k * H * W, (k + 1) * H * W), [H, W], peak);
  }
}

function button({ name: layer, shape }, k, [H, W], flat) {
  const made = document.createElement('button'), canvas = document.createElement('canvas');
  made.setAttribute('aria-label', `${layer}, channel ${k}`);
  made.tabIndex = -1;
  made.append(canvas, String(k));
  made.addEventListener('click', ({ detail, clientX, clientY }) => {
    if (shape.length === 2) return choose(`neuron:${layer}:${k}`, `${layer} ${k}`);
    if (flat || find('input[name=unit]:checked').value === 'channel') {
      return choose(`channel:${layer}:${k}`, `${layer} channel ${k}`);
    }
    // Where it was clicked; by the keyboard, in the middle.
    const box = canvas.getBoundingClientRect();
    const place = (at, from, size, count) =>
      detail === 0 ? Math.floor(count / 2)
                   : Math.min(count - 1, Math.max(0, Math.floor((at - from) / size * count)));
    const y = place(clientY, box.top, box.height, H), x = place(clientX, box.left, box.width, W);
    choose(`neuron:${layer}:${k},${y},${x}`, `${layer} neuron ${k},${y},${x}`);
  });
  return made;
}

goByArrows(find('#channels'), 'button');
