// What each network painted so far, beside each other.

import { find } from './dom.js';
import { drawPicture } from './picture.js';

/// A share, as people read it.
export const percent = (p) => `${(100 * p).toFixed(p > .9995 || p < .0005 ? 0 : 1)} %`;

/// The place of a network's pictures.
export function makeFigure(painter) {
  const figure = document.createElement('figure');
  figure.className = 'painter';
  figure.innerHTML =
    '<div class="tiles"></div><figcaption><b></b><output aria-live="off"></output></figcaption>';
  figure.querySelector('b').textContent = painter.line;
  find('#pictures').append(figure);
  return figure;
}

/// One tile for each of the painter's labels.
export function makeTiles(painter) {
  const tiles = painter.figure.querySelector('.tiles'), many = painter.labels.length > 1;
  tiles.className = many ? 'tiles many' : 'tiles';
  painter.tiles = painter.labels.map((words) => {
    const tile = document.createElement('div');
    tile.className = 'tile';
    tile.innerHTML = `<canvas role="img"></canvas>${many ? '<p><span></span><span></span></p>' : ''}`;
    tile.firstChild.setAttribute('aria-label', `${words}, by the network ${painter.network.name}`);
    if (many) tile.querySelector('span').textContent = words;
    return tile;
  });
  tiles.replaceChildren(...painter.tiles);
}

/// In their place, why this network cannot.
export function showRefusal(painter, why) {
  const box = document.createElement('p');
  box.className = 'refused';
  box.textContent = why;
  painter.figure.querySelector('.tiles').replaceChildren(box);
  painter.figure.querySelector('output').textContent = '';
}

/// Draws what a step made, and says how sure the network is. -> the mean probability
export function showPictures(painter, { images, probability = [] }) {
  const { tiles, labels, figure, network } = painter;
  tiles.forEach((tile, n) => {
    drawPicture(tile.firstChild, images, n, network.input);
    if (tiles.length > 1 && probability.length > 0) {
      tile.querySelector('span + span').textContent = percent(probability[n]);
    }
  });
  const mean = probability.reduce((a, b) => a + b, 0) / probability.length;
  const words = tiles.length > 1 ? `${percent(mean)} on average` : `${labels[0]}: ${percent(mean)}`;
  figure.querySelector('output').textContent = probability.length > 0 ? words : labels[0];
  return mean;
}
