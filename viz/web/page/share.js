// Keep and share: the command that paints the same, and a picture that says of itself how it was made.

import { find } from './dom.js';

async function copy(words, from) {
  from.dataset.words ??= from.textContent;  // a second click finds it changed
  try {
    await navigator.clipboard.writeText(words);
    from.textContent = 'Copied';
  } catch {
    from.textContent = 'Not allowed here';
  }
  setTimeout(() => { from.textContent = from.dataset.words; }, 1500);
}

/// A row for each network, {line, path}, `path` being what the command calls its description; `save(painter)`
/// follows a click.
export function offerRecipes(painters, save) {
  find('#recipes').replaceChildren(...painters.map((painter) => {
    const row = document.createElement('div');
    row.className = 'recipe';
    row.innerHTML = '<b></b> <button>Save picture</button> <button>Copy command</button><code></code>';
    const [line, saves, copies, command] = row.children;
    line.textContent = painter.line;
    saves.addEventListener('click', () => save(painter));
    copies.addEventListener('click', () => copy(command.textContent, copies));
    painter.recipe = row;
    return row;
  }));
}

/// What `viz` paints the same by; or, with `refused`, why it cannot.
export function showRecipe({ recipe: row }, words, { refused = false, begun }) {
  const [, saves, copies, command] = row.children;
  command.textContent = words;
  copies.disabled = refused;
  saves.disabled = refused || !begun;
}

/// Hands the browser the bytes of a PNG, to save under this name.
export function savePicture(png, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([png], { type: 'image/png' }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

find('#copy-address').addEventListener('click', ({ target }) => copy(location.href, target));
