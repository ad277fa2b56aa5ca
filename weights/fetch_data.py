#!/usr/bin/env python3
"""Fetches the data sets that the shipped networks learned: nothing but Python is needed.

    python3 weights/fetch_data.py mnist fashion-mnist cifar10

writes a folder for each, for `train --data`. It asks one mirror after the other. A file gets its name
only when it is whole and its SHA-256 is that of the data set; what an interrupted run has fetched so
far, NAME.part, is where the next one goes on.
"""
import argparse
import gzip
import hashlib
import os
import pathlib
import sys
import tarfile
import urllib.error
import urllib.request
import zlib

IDX = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte",
       "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
BATCHES = ("data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin",
           "data_batch_5.bin", "test_batch.bin")

# Of each: mirrors, what lies there, the files in it and their SHA-256, unpacked: how a mirror packs
# them does not matter.
DATA_SETS = {
    "mnist": {
        "mirrors": ["https://ossci-datasets.s3.amazonaws.com/mnist/",
                    "https://storage.googleapis.com/cvdf-datasets/mnist/",
                    "http://yann.lecun.com/exdb/mnist/"],
        "archives": {name + ".gz": [name] for name in IDX},
        "sha256": dict(zip(IDX, (
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2")))},
    "fashion-mnist": {
        "mirrors": ["http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
                    "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/"],
        "archives": {name + ".gz": [name] for name in IDX},
        "sha256": dict(zip(IDX, (
            "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34")))},
    "cifar10": {
        "mirrors": ["https://www.cs.toronto.edu/~kriz/"],
        "archives": {"cifar-10-binary.tar.gz": list(BATCHES)},
        "sha256": dict(zip(BATCHES, (
            "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5",
            "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed",
            "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67",
            "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48",
            "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add",
            "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b")))},
}

MOST_FETCHED, MOST_UNPACKED = 1 << 28, 1 << 26  # bytes: no mirror may fill the disk or the memory
SECONDS = 30  # without a byte


class Unusable(Exception):
    """What a mirror gave is not the data set, or it gave nothing."""


def download(url, part):
    """Fetches what `part` lacks. Raises Unusable; what came until then is kept."""
    have = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            if not have or answer.headers.get("Content-Range", "").split("-")[0] != f"bytes {have}":
                have = 0  # the mirror cannot go on, and sends the whole
            missing = answer.headers.get("Content-Length")
            missing = int(missing) if missing else None
            with open(part, "r+b" if have else "wb") as file:
                file.seek(have)
                while block := answer.read(1 << 16):
                    have += file.write(block)
                    if missing is not None:
                        missing -= len(block)
                    if have > MOST_FETCHED:
                        raise Unusable(f"more than {MOST_FETCHED} bytes")
                if missing:
                    raise Unusable(f"the connection ended {missing} bytes early")
    except urllib.error.HTTPError as error:
        if error.code != 416:  # nothing is missing
            raise Unusable(f"{error.code} {error.reason}") from error
    except (OSError, ValueError) as error:  # URLError and timeouts among them
        raise Unusable(getattr(error, "reason", None) or error) from error


def unpack(part, names):
    """The bytes of the files in an archive, by their names. Raises Unusable."""
    found = {}
    try:
        if len(names) == 1:
            with gzip.open(part) as file:
                return {names[0]: file.read(MOST_UNPACKED)}
        with tarfile.open(part) as archive:
            for member in archive:
                name = pathlib.PurePosixPath(member.name).name
                if name in names and member.isreg():
                    found[name] = archive.extractfile(member).read(MOST_UNPACKED)
    except (OSError, EOFError, zlib.error, tarfile.TarError) as error:
        raise Unusable(f"damaged: {error}") from error
    return found


def is_there(folder, name, sha256):
    """Whether the file is there, as it is or gzipped, and the right one."""
    for path, opened in ((folder / name, open), (folder / (name + ".gz"), gzip.open)):
        try:
            with opened(path, "rb") as file:
                if hashlib.sha256(file.read(MOST_UNPACKED)).hexdigest() == sha256:
                    return True
        except (OSError, EOFError, zlib.error):
            pass
    return False


def write(path, content):
    """All or nothing."""
    part = path.with_name(path.name + ".part")
    with open(part, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)


def fetch_archive(url, archive, names, data_set, folder):
    """Fetches the archive from one mirror, and writes its files. Raises Unusable."""
    part = folder / (archive + ".part")
    resumed = part.exists()
    download(url, part)
    try:
        files = unpack(part, names)
        for name in names:
            if hashlib.sha256(files.get(name, b"")).hexdigest() != data_set["sha256"][name]:
                raise Unusable(f"{name}: SHA-256 differs from the data set's")
    except Unusable:
        part.unlink()
        if not resumed:
            raise
        return fetch_archive(url, archive, names, data_set, folder)  # its beginning was another's
    for name in names:
        write(folder / name, files[name])
    part.unlink()


def fetch(data_set, folder, mirrors=()):
    """Fetches what is missing of a data set into a folder. -> whether all is there then"""
    folder.mkdir(parents=True, exist_ok=True)
    complete = True
    for archive, names in data_set["archives"].items():
        if all(is_there(folder, name, data_set["sha256"][name]) for name in names):
            print(f"{folder / archive}: all of it is there", flush=True)
            continue
        for mirror in [*mirrors, *data_set["mirrors"]]:
            url = mirror.rstrip("/") + "/" + archive
            try:
                fetch_archive(url, archive, names, data_set, folder)
            except Unusable as error:
                print(f"fetch_data.py: {url}: {error}", file=sys.stderr, flush=True)
                continue
            print(f"{folder / archive}: from {mirror}", flush=True)
            break
        else:
            complete = False
    return complete


def main():
    parser = argparse.ArgumentParser(
        description="Fetches data sets for `train --data`, and checks their SHA-256.",
        epilog="Exit codes: 0 done, 2 usage, 4 input/output. Run again, it goes on where it was.")
    parser.add_argument("names", metavar="NAME", nargs="+", choices=DATA_SETS,
                        help="which: " + ", ".join(DATA_SETS))
    parser.add_argument("-o", "--out", metavar="FOLDER", type=pathlib.Path, default=pathlib.Path(),
                        help="folder in which each gets one of its name (default: here)")
    parser.add_argument("--mirror", metavar="URL", action="append", default=[],
                        help="ask here first; may be repeated")
    arguments = parser.parse_args()
    for url in arguments.mirror:
        if not url.startswith(("http://", "https://")):
            parser.error(f"--mirror {url}: expected http:// or https://")
    try:
        done = [fetch(DATA_SETS[name], arguments.out / name, arguments.mirror)
                for name in arguments.names]
    except OSError as error:
        print(f"fetch_data.py: {error}", file=sys.stderr)
        return 4
    except KeyboardInterrupt:
        return 130
    return 0 if all(done) else 4


if __name__ == "__main__":
    sys.exit(main())
