// Numbers as pictures.

/// Draws picture n of images[N,C,H,W] with values in [0, 1], a pixel a pixel; style.css enlarges it.
export function drawPicture(canvas, images, n, [C, H, W]) {
  canvas.width = W;
  canvas.height = H;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const pixels = context.createImageData(W, H);
  const area = H * W, first = n * C * area;
  for (let i = 0; i < area; ++i) {
    for (let c = 0; c < 3; ++c) {
      pixels.data[4 * i + c] = Math.round(255 * images[first + (C === 3 ? c : 0) * area + i]);
    }
    pixels.data[4 * i + 3] = 255;
  }
  context.putImageData(pixels, 0, 0);
}

/// Draws what one channel answers, map[H,W]: white at 0, orange above, blue below, all of `most` at full.
export function drawMap(canvas, map, [H, W], most) {
  canvas.width = W;
  canvas.height = H;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const pixels = context.createImageData(W, H);
  for (let i = 0; i < H * W; ++i) {
    const share = most > 0 ? Math.min(1, Math.abs(map[i]) / most) : 0;
    const [r, g, b] = map[i] > 0 ? [213, 94, 0] : [0, 114, 178];
    pixels.data[4 * i] = 255 + (r - 255) * share;
    pixels.data[4 * i + 1] = 255 + (g - 255) * share;
    pixels.data[4 * i + 2] = 255 + (b - 255) * share;
    pixels.data[4 * i + 3] = 255;
  }
  context.putImageData(pixels, 0, 0);
}
