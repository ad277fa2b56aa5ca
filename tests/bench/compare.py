#!/usr/bin/python3
"""Times `bench` beside other frameworks on the CPU: the same nets, the same work, task by task in turn.

    compare.py BENCH [--peers FOLDER]

prints the tables of docs/performance.md. FOLDER is what make_peers.sh has filled; Debian 12's own
PyTorch needs none. A peer that is not there is left out.
"""
import argparse
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

import learning

HERE = pathlib.Path(__file__).resolve().parent
PYTORCH = (HERE / "peer_pytorch.py").read_text()  # a string, since a chroot does not see the file
INFERENCE = {"infer_mnist_b256": "256,1,28,28", "infer_cifar_b256": "256,3,32,32"}
TASKS = ["am_mnist_b1", "am_mnist_b10", "am_cifar_b1", "am_cifar_b10", "am_vgg16_b1", "am_resnet18_b1",
         "am_mobilenet_b1", "train_mnist_b64", "train_cifar_b128", *INFERENCE, "sgemm_1024"]
KERNELS = ["reference", "im2col", "implicit_gemm", "fast"]
KERNEL_TASKS = ["am_mnist_b10", "am_cifar_b1", "infer_cifar_b256"]
PARTS = ["am_mnist_b1", "am_mnist_b10", "am_cifar_b10"]


def run(command, threads=1, given=None):
    """What `command` prints. Settings of BLAS that somebody made for another machine are not passed on."""
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith(("OPENBLAS_", "OMP_", "MKL_"))}
    environment.update(OMP_NUM_THREADS=str(threads), OPENBLAS_NUM_THREADS=str(threads))
    result = subprocess.run([str(word) for word in command], env=environment, capture_output=True,
                            input=given)
    if result.returncode != 0:
        raise RuntimeError(result.stderr.decode())
    return result.stdout.decode().strip()


class Glassgrad:
    def __init__(self, bench):
        self.bench = bench
        self.name = run([bench, "--version"])

    def seconds(self, task, threads, seconds, kernel="fast"):
        line = run([self.bench, "--json", "--threads", threads, "--seconds", seconds, "--kernel", kernel,
                    "--task", task], threads)
        return json.loads(line)["median_s"]


class PyTorch:
    tasks = TASKS

    def __init__(self, python, debian):
        self.command = [*python, "-c", PYTORCH]
        self.name = f"PyTorch {run([*self.command, 'version'])} (Debian {debian})"

    def seconds(self, task, threads, seconds):
        return float(run([*self.command, task, seconds], threads))

    def learn(self, recipe, images, threads):
        """Of each epoch the test accuracy in % and the seconds since the beginning."""
        lines = run([*self.command, "learn", json.dumps(recipe)], threads, images).splitlines()
        return [tuple(map(float, line.split())) for line in lines]

    def write_onnx(self, task, path):
        run([*self.command, task, path])


class OnnxRuntime:
    tasks = list(INFERENCE)

    def __init__(self, folder, nets):
        self.command, self.nets = ["node", HERE / "peer_onnxruntime.js", folder], nets
        self.name = f"ONNX Runtime {run([*self.command, 'version'])}"
        for task in self.tasks:
            PyTorch(["/usr/bin/python3"], 12).write_onnx(task, nets / f"{task}.onnx")

    def seconds(self, task, threads, seconds):
        return float(run([*self.command, self.nets / f"{task}.onnx", INFERENCE[task], threads, seconds],
                         threads))


def find_peers(wanted, folder, nets):
    """Those that are there; says how to get the others."""
    makers = {
        "bookworm": (lambda: PyTorch(["/usr/bin/python3"], 12),
                     "apt-get install -y python3-torch libopenblas0-pthread"),
        "trixie": (lambda: PyTorch(["unshare", "--fork", "--pid", "--mount-proc",
                                    f"--root={folder / 'trixie'}", "python3"], 13),
                   "as root: make_peers.sh FOLDER, and --peers FOLDER"),
        "onnxruntime": (lambda: OnnxRuntime(folder / "onnxruntime", nets),
                        "make_peers.sh FOLDER, and --peers FOLDER; its nets are written by Debian 12's "
                        "PyTorch"),
    }
    peers = []
    for name in wanted:
        make, advice = makers[name]
        try:
            peers.append(make())
        except (OSError, RuntimeError):
            print(f"{name} is left out; to have it: {advice}", file=sys.stderr)
    return peers


def table(*header):
    print("\n| " + " | ".join(header) + " |\n|---|" + "---:|" * (len(header) - 1))


def row(name, cells):
    print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


def milliseconds(seconds):
    return f"{1e3 * seconds:.3g}" if seconds < 0.1 else f"{1e3 * seconds:.0f}"


def processor():
    text = pathlib.Path("/proc/cpuinfo").read_text()
    name = re.search(r"^model name\s*: (.*)$", text, re.MULTILINE)
    return (name[1] if name else "an unknown processor") + " with AVX-512" * (" avx512f " in text)


def compare(ours, peers, args):
    everyone = [*peers, ours]
    print(f"Median milliseconds of {args.rounds} rounds in turn, {args.seconds:g} s each, on "
          f"{os.cpu_count()} cores of {processor()}.")
    for threads in args.threads:
        table(f"{threads} thread{'s' * (threads > 1)}", *(one.name for one in everyone),
              "best of the others / glassgrad")
        for task in args.task:
            able = [one for one in everyone if one is ours or task in one.tasks]
            times = {one: [] for one in able}
            for _ in range(args.rounds):
                for one in able:
                    times[one].append(one.seconds(task, threads, args.seconds))
            medians = {one: statistics.median(times[one]) for one in able}
            others = [medians[one] for one in peers if one in medians]
            row(task, [*(milliseconds(medians[one]) if one in medians else "–" for one in everyone),
                       f"{min(others) / medians[ours]:.2f}" if others else "–"])


def compare_kernels(ours, args):
    table("`--kernel`", *(f"{task}, ms" for task in KERNEL_TASKS))
    for kernel in KERNELS:
        row(f"`{kernel}`", ["–" if kernel == "reference" and task in INFERENCE  # minutes
                            else milliseconds(ours.seconds(task, 1, args.seconds, kernel))
                            for task in KERNEL_TASKS])


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench", metavar="BENCH", help="build/release/bin/bench")
    parser.add_argument("--peers", metavar="FOLDER", type=pathlib.Path, default=pathlib.Path("build/peers"),
                        help="what make_peers.sh has filled; without, build/peers")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--seconds", type=float, default=2, help="for each measurement")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--task", nargs="+", choices=TASKS, default=TASKS)
    parser.add_argument("--peer", nargs="*", choices=["bookworm", "trixie", "onnxruntime"],
                        default=["bookworm", "trixie", "onnxruntime"])
    parser.add_argument("--table", nargs="+", choices=["peers", "kernels", "scale", "parts", "learning"],
                        help="default: all, `learning` only with --data")
    parser.add_argument("--data", metavar="FOLDER", type=pathlib.Path,
                        help="has mnist and cifar10, for the table `learning`, which takes hours")
    parser.add_argument("--seeds", type=int, default=3, help="for `learning`")
    parser.add_argument("--learn", nargs="+", choices=learning.RECIPES, default=list(learning.RECIPES),
                        help="what `learning` learns")
    args = parser.parse_args()

    ours = Glassgrad(args.bench)
    args.table = args.table or ["peers", "kernels", "scale", "parts"] + ["learning"] * bool(args.data)
    if "learning" in args.table and not args.data:
        parser.error("the table learning needs --data")
    with tempfile.TemporaryDirectory() as nets:
        needed = "peers" in args.table or "learning" in args.table
        peers = find_peers(args.peer, args.peers, pathlib.Path(nets)) if needed else []
        if "peers" in args.table:
            compare(ours, peers, args)
        if "learning" in args.table:
            able = [peer for peer in peers if isinstance(peer, PyTorch)]
            learning.compare(pathlib.Path(args.bench).with_name("train"), able, args, row, table)
    if "kernels" in args.table:
        compare_kernels(ours, args)
    if "scale" in args.table:
        print("\n" + run([args.bench, "--scale", "--threads", 1, "--seconds", args.seconds]))
    for task in PARTS if "parts" in args.table else []:
        print("\n" + run([args.bench, "--parts", task, "--threads", 1, "--seconds", args.seconds]))


if __name__ == "__main__":
    main()
