"""weights/fetch_data.py against mirrors on this machine that break off, lie, and cannot resume."""
import contextlib
import gzip
import hashlib
import http.server
import importlib.util
import io
import pathlib
import tarfile
import tempfile
import threading
import unittest

PROGRAM = pathlib.Path(__file__).resolve().parent.parent / "weights" / "fetch_data.py"
SPEC = importlib.util.spec_from_file_location("fetch_data", PROGRAM)
fetch_data = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(fetch_data)

FILES = {"one": bytes(range(256)) * 300, "two": b"two" * 1000}
ONE = gzip.compress(FILES["one"])


def tar():
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, content in FILES.items():
            member = tarfile.TarInfo("folder/" + name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


class Mirror:
    """Serves `content`; at most `most` bytes an answer; goes on in the middle only if it `resumes`."""

    def __init__(self, content, most=None, resumes=True):
        self.ranges = []  # that were asked for
        mirror = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                asked = self.headers.get("Range")
                mirror.ranges.append(asked)
                first = int(asked[6:-1]) if asked and resumes else 0
                if content is None:
                    return self.send_error(404)
                if first >= len(content):
                    return self.send_error(416)
                self.send_response(206 if first else 200)
                if first:
                    self.send_header("Content-Range",
                                     f"bytes {first}-{len(content) - 1}/{len(content)}")
                self.send_header("Content-Length", str(len(content) - first))
                self.end_headers()
                self.wfile.write(content[first:][:most])

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class FetchData(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.said = ""

    def mirror(self, *arguments, **named):
        mirror = Mirror(*arguments, **named)
        self.addCleanup(mirror.close)
        return mirror

    def fetch(self, *mirrors, archives=None):
        data_set = {"mirrors": [mirror.url for mirror in mirrors],
                    "archives": archives or {"one.gz": ["one"]},
                    "sha256": {k: hashlib.sha256(v).hexdigest() for k, v in FILES.items()}}
        said = io.StringIO()
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
            done = fetch_data.fetch(data_set, self.folder)
        self.said = said.getvalue()
        return done

    def names(self):
        return sorted(path.name for path in self.folder.iterdir())

    def test_writes_the_file_unpacked_and_nothing_else(self):
        self.assertTrue(self.fetch(self.mirror(ONE)))
        self.assertEqual(self.names(), ["one"])
        self.assertEqual((self.folder / "one").read_bytes(), FILES["one"])

    def test_takes_all_files_out_of_an_archive(self):
        self.assertTrue(self.fetch(self.mirror(tar()), archives={"all.tar.gz": ["one", "two"]}))
        self.assertEqual(self.names(), ["one", "two"])

    def test_asks_nobody_for_what_is_there_packed_or_not(self):
        mirror = self.mirror(ONE)
        (self.folder / "one.gz").write_bytes(ONE)
        self.assertTrue(self.fetch(mirror))
        self.assertEqual(mirror.ranges, [])

    def test_replaces_a_file_that_is_not_the_data_sets(self):
        (self.folder / "one").write_bytes(b"something else")
        self.assertTrue(self.fetch(self.mirror(ONE)))
        self.assertEqual((self.folder / "one").read_bytes(), FILES["one"])

    def test_goes_on_at_the_next_mirror_where_the_first_broke_off(self):
        first, second = self.mirror(ONE, most=100), self.mirror(ONE)
        self.assertTrue(self.fetch(first, second))
        self.assertIn("bytes early", self.said)
        self.assertEqual(second.ranges, ["bytes=100-"])

    def test_keeps_what_came_for_the_next_run_but_never_under_the_files_name(self):
        self.assertFalse(self.fetch(self.mirror(ONE, most=100)))
        self.assertEqual(self.names(), ["one.gz.part"])
        mirror = self.mirror(ONE)
        self.assertTrue(self.fetch(mirror))
        self.assertEqual(mirror.ranges, ["bytes=100-"])
        self.assertEqual(self.names(), ["one"])

    def test_needs_nothing_of_a_mirror_where_all_came_already(self):
        (self.folder / "one.gz.part").write_bytes(ONE)
        self.assertTrue(self.fetch(self.mirror(ONE)))

    def test_takes_the_whole_from_a_mirror_that_cannot_resume(self):
        (self.folder / "one.gz.part").write_bytes(ONE[:100])
        self.assertTrue(self.fetch(self.mirror(ONE, resumes=False)))

    def test_begins_again_if_the_beginning_was_of_something_else(self):
        (self.folder / "one.gz.part").write_bytes(b"x" * 100)
        mirror = self.mirror(ONE)
        self.assertTrue(self.fetch(mirror))
        self.assertEqual(mirror.ranges, ["bytes=100-", None])

    def test_refuses_another_file_a_web_page_and_a_missing_one_and_leaves_nothing(self):
        other = gzip.compress(b"other")
        for content in (other, b"<html>", ONE[:-9], None):
            self.assertFalse(self.fetch(self.mirror(content)))
            self.assertEqual(self.names(), [])
            self.assertEqual(len(self.said.splitlines()), 1)
        self.assertTrue(self.fetch(self.mirror(other), self.mirror(None), self.mirror(ONE)))

    def test_refuses_more_than_any_data_set_has(self):
        self.addCleanup(setattr, fetch_data, "MOST_FETCHED", fetch_data.MOST_FETCHED)
        fetch_data.MOST_FETCHED = 10
        self.assertFalse(self.fetch(self.mirror(ONE)))
        self.assertIn("more than 10 bytes", self.said)

    def test_says_so_of_a_mirror_that_is_not_there(self):
        gone = Mirror(ONE)
        gone.close()
        self.assertFalse(self.fetch(gone))
        self.assertIn("refused", self.said)


if __name__ == "__main__":
    unittest.main()
