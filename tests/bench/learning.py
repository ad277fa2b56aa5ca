"""Seconds until a net has learned: `train` beside PyTorch, on the same data, by the same recipe.

compare.py --data FOLDER prints the table. FOLDER has `mnist` and `cifar10`, as `train --data` takes them.
Both train on all training images but the last 5,000, look at those and at the test images after each
epoch, and count until the accuracy of the test images reaches the goal; reading files does not count.
"""
import gzip
import json
import pathlib
import re
import statistics
import subprocess
import tempfile

WEIGHTS = pathlib.Path(__file__).resolve().parents[2] / "weights"
RECIPES = {
    "mnist": {"model": "mnist-cnn", "goal": 99, "epochs": 3, "batch": 64, "optimiser": "adam", "lr": 0.003,
              "weight-decay": 0, "label-smoothing": 0, "flip": False, "shift": 0},
    "cifar10": {"model": "cifar10-cnn", "goal": 90, "epochs": 24, "batch": 128, "optimiser": "sgd", "lr": 0.1,
                "weight-decay": 5e-4, "label-smoothing": 0.1, "flip": True, "shift": 4},
}
HELD_OUT = 5000


def seconds_to(goal, epochs):
    """Of (accuracy in %, seconds from the start) of each epoch, the time of the first that reaches it."""
    return next((seconds for accuracy, seconds in epochs if accuracy >= goal), None)


def train(program, threads, data, recipe, seed):
    """What our `train` takes."""
    augment = ",".join(["flip"] * recipe["flip"] + ["crop"] * (recipe["shift"] > 0))
    options = {name: recipe[name] for name in ("epochs", "batch", "optimiser", "lr", "weight-decay",
                                               "label-smoothing")}
    options |= {"data": data, "seed": seed, "threads": threads}
    if augment:
        options |= {"augment": augment, "shift": recipe["shift"]}
    with tempfile.TemporaryDirectory() as folder:
        words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        model = WEIGHTS / f"{recipe['model']}.json"
        log = subprocess.run([program, model, "-o", f"{folder}/net.json", *words],
                             capture_output=True, text=True, check=True).stdout
    epochs, seconds = [], 0
    for accuracy, took in re.findall(r"test ([\d.]+) %  ([\d.]+) s", log):
        seconds += float(took)
        epochs.append((float(accuracy), seconds))
    return seconds_to(recipe["goal"], epochs)


def plain(path):
    """The file's bytes, or those of the file with .gz behind its name, unpacked."""
    packed = path.with_name(path.name + ".gz")
    return path.read_bytes() if path.exists() else gzip.decompress(packed.read_bytes())


def read(data):
    """Pixels and labels of the training images and of the test images, a byte each."""
    if (data / "data_batch_1.bin").exists() or (data / "data_batch_1.bin.gz").exists():
        records = [b"".join(plain(data / f"data_batch_{i}.bin") for i in range(1, 6)),
                   plain(data / "test_batch.bin")]
        size = 1 + 3 * 32 * 32
        return [(b"".join(part[i + 1:i + size] for i in range(0, len(part), size)), part[::size])
                for part in records]
    return [(plain(data / f"{part}-images-idx3-ubyte")[16:], plain(data / f"{part}-labels-idx1-ubyte")[8:])
            for part in ("train", "t10k")]


def for_peers(data, recipe):
    """The recipe with what the description says of the data, and the bytes of the three parts."""
    told = json.loads((WEIGHTS / f"{recipe['model']}.json").read_text())["input"]
    (pixels, labels), test = read(data)
    size, most = len(pixels) // len(labels), len(labels) - HELD_OUT
    parts = [(pixels[:most * size], labels[:most]), (pixels[most * size:], labels[most:]), test]
    recipe = recipe | {"images": [len(part[1]) for part in parts], **told}
    return recipe, b"".join(pixels + labels for pixels, labels in parts)


def compare(program, peers, args, row, table):
    """A row for each recipe: the median of the seeds' seconds, and in brackets all of them."""
    threads, folder = max(args.threads), args.data
    table(f"to reach, with {threads} threads", *(peer.name for peer in peers), "glassgrad",
          "best of the others / glassgrad")
    for name in args.learn:
        recipe = RECIPES[name]
        told, images = for_peers(folder / name, recipe)
        times = [[] for _ in [*peers, "ours"]]
        for seed in range(args.seeds):
            for peer, of in zip(peers, times):
                of.append(seconds_to(recipe["goal"], peer.learn(told | {"seed": seed}, images, threads)))
            times[-1].append(train(program, threads, folder / name, recipe, seed))
        medians = [statistics.median(of) if None not in of else None for of in times]
        best = min((median for median in medians[:-1] if median), default=None)
        row(f"{recipe['goal']} % on {name}",
            [f"{median:.1f} s ({', '.join(f'{seconds:.1f}' for seconds in of)})" if median else "–"
             for median, of in zip(medians, times)]
            + [f"{best / medians[-1]:.2f}" if best and medians[-1] else "–"])
