// Numbers as pictures.

// Channels without colours lie beside each other, each a grey tile, in a grid about as wide as high: as
// ../../pictures/image.cpp draws them.
const gap = 1;  // pixels between two
function drawTiles(context, values, [C, H, W]) {
  const columns = Math.ceil(Math.sqrt(C)), rows = Math.ceil(C / columns);
  Object.assign(context.canvas, { width: columns * (W + gap) - gap, height: rows * (H + gap) - gap });
  context.fillStyle = '#fafafa';  // paper
  context.fillRect(0, 0, context.canvas.width, context.canvas.height);
  for (let c = 0; c < C; ++c) {
    const tile = values.subarray(c * H * W, (c + 1) * H * W);
    context.putImageData(colours(context, tile, [1, H, W]), c % columns * (W + gap),
                         Math.floor(c / columns) * (H + gap));
  }
}

function colours(context, values, [C, H, W]) {
  const pixels = context.createImageData(W, H), area = H * W;
  for (let i = 0; i < area; ++i) {
    for (let c = 0; c < 3; ++c) {
      pixels.data[4 * i + c] = Math.round(255 * values[(C === 3 ? c : 0) * area + i]);
    }
    pixels.data[4 * i + 3] = 255;
  }
  return pixels;
}

/// Draws picture n of images[N,C,H,W] with values in [0, 1], a pixel a pixel; style.css enlarges it.
export function drawPicture(canvas, images, n, [C, H, W]) {
  const values = images.subarray(n * C * H * W, (n + 1) * C * H * W);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (C !== 1 && C !== 3) {
    drawTiles(context, values, [C, H, W]);
    return;
  }
  Object.assign(canvas, { width: W, height: H });
  context.putImageData(colours(context, values, [C, H, W]), 0, 0);
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
