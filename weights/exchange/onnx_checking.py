"""Whether the written network computes what the ONNX file does.

Logits are compared with ONNX Runtime's, and pixel gradients, which it has none of, with finite
differences of our own logits, in double precision and along random directions: together they say
that the gradients are those of the network in the file.
"""
import json
import pathlib
import shutil
import subprocess
import tempfile

import torch

from . import checking, onnx_graph
from .checking import distance, noise, normalised
from .files import FileError
from .network import load

_SCRIPT = """
const [folder, model, input, shape] = process.argv.slice(2);
const runtime = require(require.resolve('onnxruntime-node', {paths: [folder]}));
const bytes = require('fs').readFileSync(input);
const numbers = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
runtime.InferenceSession.create(model, {logSeverityLevel: 3}).then(async session => {
  const given = new runtime.Tensor('float32', numbers, JSON.parse(shape));
  const found = await session.run({[session.inputNames[0]]: given});
  console.log(JSON.stringify(Array.from(found[session.outputNames[0]].data, Number)));
}).catch(error => { console.error(String(error)); process.exit(1); });
"""


def _runtime(folder, path, x):
    """ONNX Runtime's output for x, as the file takes it."""
    node = shutil.which("node") or shutil.which("nodejs")
    if node is None:
        raise FileError("--onnxruntime: needs node, Debian's package nodejs")
    with tempfile.TemporaryDirectory() as place:
        script, numbers = pathlib.Path(place, "run.js"), pathlib.Path(place, "input")
        script.write_text(_SCRIPT)
        numbers.write_bytes(x.contiguous().numpy().tobytes())
        places = [pathlib.Path(place).resolve() for place in (folder, path)]
        words = [node, script, *places, numbers, json.dumps(list(x.shape))]
        run = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False)
    if run.returncode:
        lines = [line for line in run.stderr.splitlines() if "Error" in line] or ["failed"]
        raise FileError(f"--onnxruntime: {lines[0].strip()}")
    return torch.tensor(json.loads(run.stdout))


def _directions(gradient):
    """Eight of length 1: random halves of the gradient, where most changes, and some noise."""
    generator = torch.Generator().manual_seed(0)
    for _ in range(8):
        noise = torch.randn(gradient.shape, generator=generator, dtype=torch.float64)
        size = gradient.norm() if gradient.any() else 1.0
        direction = gradient / size * (noise > 0) + 0.1 * noise / noise.norm()
        yield direction / direction.norm()


def _derivatives(function, pixels, directions):
    """Of a function along each direction, by central differences."""
    h = 1e-6
    return torch.stack([(function(pixels + h * v) - function(pixels - h * v)) / (2 * h)
                        for v in directions])


def differences(network, description):
    """The largest difference of a gradient's component from the quotient of differences.

    Of three pictures the best counts: a step over a kink errs in one, a mistake in all.
    """
    network = network.double()
    found = []
    for pixels in noise(description["input"]["shape"]):
        pixels = pixels.double()
        with torch.enable_grad():
            _, gradient, k = checking.answer(lambda x: network(normalised(x, description)), pixels)
        directions = torch.stack(list(_directions(gradient)))
        with torch.no_grad():
            quotients = _derivatives(lambda x: network(normalised(x, description)).flatten()[k],
                                     pixels, directions)
        found.append(distance((gradient * directions).sum((1, 2, 3, 4)), quotients))
    return min(found)


def compare(model, arguments, listing):
    """Lines for people; raises FileError if anything differs."""
    network, description = load(arguments.description)
    _, dims = onnx_graph.input_of(model)
    _, _, move = onnx_graph.layout(dims, listing.shape(listing.input))
    given = {"input": {"mean": arguments.mean, "std": arguments.std} if arguments.mean else {}}
    lines = []
    if arguments.onnxruntime:
        far = 0.0
        for pixels in noise(description["input"]["shape"]):
            theirs = _runtime(arguments.onnxruntime, arguments.onnx,
                              move(normalised(pixels, given)))
            with torch.no_grad():
                ours = network(normalised(pixels, description)).flatten()
            far = max(far, distance(ours, theirs))
        lines.append(f"by ONNX Runtime: outputs of noise differ by {far:.1e} of the largest")
        if not far <= checking.LOGITS:
            raise FileError(f"the files were written, but do not compute the same: {lines[-1]}")
    else:
        lines.append("no ONNX Runtime to compare with: --onnxruntime tells where it is")
    far = differences(network, description)
    lines.append(f"by finite differences in double: pixel gradients of noise differ by {far:.1e}")
    if not far <= checking.GRADIENTS:
        raise FileError(f"the gradients are not those of the network: {lines[-1]}")
    return lines
