"""The exercises as lecturers and students get them: files that say what the library says, a repository
without answers, and a grader that no cheat deceives.

    python3 tests/test_exercises.py BUILD

where BUILD is a folder in which the library was built.
"""

import csv
import difflib
import json
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from xml.etree import ElementTree as xml

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "docs/lecturers"))
from exercises import ROOT, all_exercises  # noqa: E402

BUILD = None
LECTURERS = ROOT / "docs/lecturers"


def run(program, *words):
    return subprocess.run([sys.executable, "-B", LECTURERS / program, *map(str, words)], capture_output=True,
                          text=True)


class HandedOut(unittest.TestCase):
    # Engine, Adam and batch normalisation are written otherwise than in the library, which is longer there.
    WRITTEN_OTHERWISE = {2, 10, 11, 16}
    # What a hole needs around it.
    OWN = {"returnTensor();", "Tensortotal;", "Tensorvalue,penalty;", "doubletotal=0;",
           "Tensory=Tensor::scalar(total);",
           "constStoragedx=Storage::zeros(inputs[0].shape.size());", "Tensorerror(constTensor&x)const{",
           "constdoublevariety=variety_weight(steps_,options_.steps);",
           "constdoubleweight=regulariser_weight(steps_,options_.steps);",
           "constautoloss=[&](constTensor&x,int=0)->Tensor{", "}"}

    @staticmethod
    def statements(source):
        """Its statements without white space; comments within, and what is not written yet, are holes."""
        source = re.sub(r"^\s*(///|#include).*\n", "", source, flags=re.MULTILINE)
        source = re.sub(r"^\s*//.*\n", "@;", source, flags=re.MULTILINE)
        source = re.sub(r"\s*//.*|\[\[maybe_unused\]\]", "", source)
        source = re.sub(r"throw NotImplemented\([^;]*;", "@;", source)
        return [s for s in re.split(r"(?<=[;{}])", re.sub(r"\s+", "", source)) if s]

    def test_a_stub_says_what_the_library_says_but_for_its_holes(self):
        compared = 0
        for e in all_exercises().values():
            for stub, library in zip(e.files, e.solutions):
                if library.startswith("tests/") or e.number in self.WRITTEN_OTHERWISE:
                    continue
                compared += 1
                of_library = [s for s in self.statements((ROOT / library).read_text()) if s != "@;"]
                of_stub = self.statements((ROOT / stub).read_text())
                changes = difflib.SequenceMatcher(None, of_library, of_stub, False)
                for kind, a, b, c, d in changes.get_opcodes():
                    if kind == "equal":
                        continue
                    with self.subTest(stub):
                        if of_library[a:b]:
                            self.assertIn("@;", of_stub[c:d], f"the library has {of_library[a:b]} here")
                        own = set(of_stub[c:d]) - {"@;"} - self.OWN
                        self.assertFalse(own, f"the library has none of this in {library}")
        self.assertGreater(compared, 8)


    def test_the_lecturers_page_says_what_each_is_worth(self):
        page = (LECTURERS / "README.md").read_text()
        notes = page[page.index("## Notes on the exercises"):]
        for e in all_exercises().values():
            test = (ROOT / e.folder / "test.cpp").read_text()
            points = len(re.findall(r"^TEST_CASE\(", test, re.MULTILINE))
            private = LECTURERS / f"private/{e.number:02}-{e.name}.cpp"
            if private.exists():
                points += sum(map(int, re.findall(r'"(\d+) points?: ', private.read_text())))
            self.assertIn(f"\n| {e.number} | {points} |", notes, e.title)


class Export(unittest.TestCase):
    def test_no_answer_is_left_and_what_is_left_compiles(self):
        with tempfile.TemporaryDirectory() as folder:
            students = Path(folder) / "students"
            chosen = "1,2,3,4,5,6,7,8,9,10,11,12,14,15,17,19,20"
            made = run("export.py", "--exercises", chosen, "-o", students)
            self.assertEqual(made.returncode, 0, made.stderr)
            self.assertRegex(made.stdout, r"none of \d{3} lines that answer them is left")
            for gone in ("tests", ".git", "docs/lecturers", "docs/exercises/16-wrong-boundary"):
                self.assertFalse((students / gone).exists(), gone)
            # What a reader would search for: loops, calls, and what essays quote of them.
            said = "\n".join(file.read_text() for file in students.rglob("*")
                             if file.suffix in {".cpp", ".hpp", ".md", ".txt"})
            for line in ("dx[xi] += w[wi] * dy[yi]", "grad[right] +=", "stack.push_back({creator})",
                         "m[i] = beta1", "return penalty - value / unit_", "served = yi", "slope = mean_of(",
                         "global_avg_pool2d(A.grad())"):
                self.assertFalse(line in said, line)
            # Exercise 1 runs linear and backward(): it comes when these are written.
            rows = re.findall(r"^\| (\d+) \|", (students / "README.md").read_text(), re.MULTILINE)
            self.assertEqual(rows[:4], ["2", "3", "4", "1"])
            self.check_pages(students)
            # Emptied and replaced files still compile, and CMake knows all that it needs.
            kernels, ops = students / "autograd/kernels", students / "autograd/ops"
            for source in [*kernels.rglob("*2d.cpp"), *kernels.rglob("*variation.cpp"),
                           kernels / "reference/softmax.cpp", ops / "leaky_relu.cpp",
                           ops / "adaptive_pool2d.cpp", ops / "layer_norm.cpp"]:
                words = ["-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-I", students]
                compiled = subprocess.run(["c++", *words, source], capture_output=True, text=True)
                self.assertEqual(compiled.returncode, 0, compiled.stderr)
            configured = subprocess.run(["cmake", "--preset", "exercises"], cwd=students, capture_output=True,
                                        text=True)
            self.assertEqual(configured.returncode, 0, configured.stderr)

    def check_pages(self, students):
        """Links lead to what is there, and presets that a page names exist."""
        pages = {page: page.read_text() for page in students.rglob("*.md")}
        headings = {page.resolve(): {re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
                                     for words in re.findall(r"^#+ (.*)$", text, re.MULTILINE)}
                    for page, text in pages.items()}
        presets = set(re.findall(r'"name": "([\w-]+)"', (students / "CMakePresets.json").read_text()))
        for page, text in pages.items():
            for target in re.findall(r"\]\(([^)\s:]+)\)", text):
                path, _, heading = target.partition("#")
                there = (page.parent / path).resolve() if path else page.resolve()
                self.assertTrue(there.exists(), f"{page}: {target}")
                if heading and there in headings:
                    self.assertIn(heading, headings[there], f"{page}: {target}")
            for name in re.findall(r"--preset ([\w-]+)", text):
                self.assertIn(name, presets | {"test-all"}, str(page))

    def test_what_a_test_reads_is_in_every_repository(self):
        for e in all_exercises().values():
            for name in re.findall(r'"([\w/-]+\.[ch]pp)"', (ROOT / e.folder / "test.cpp").read_text()):
                theirs = [o.number for o in all_exercises().values()
                          if o.number != e.number and (name in o.solutions or name.startswith(o.folder))]
                if (ROOT / name).suffix == ".cpp":
                    self.assertFalse(theirs, f"exercise {e.number} reads {name}, which these replace")

    def test_mistakes(self):
        with tempfile.TemporaryDirectory() as folder:
            for words, message in ((["99", "-o", folder + "/a"], "expected numbers from 1 to"),
                                   (["15,16", "-o", folder + "/a"], "16 shows most of what 15 asks for"),
                                   (["5", "-o", folder], "expected a folder that is not there yet")):
                made = run("export.py", "--exercises", *words)
                self.assertEqual(made.returncode, 2)
                self.assertIn(message, made.stderr)


class Grade(unittest.TestCase):
    LOOPS = """grads[0] = Storage::zeros(inputs[0].shape.size());
      const kernels::Window& g = window;
      for (Index n = 0; n < g.N; ++n) for (Index k = 0; k < g.K; ++k) for (Index p = 0; p < g.P; ++p)
      for (Index q = 0; q < g.Q; ++q) for (Index c = 0; c < g.C; ++c) for (Index r = 0; r < g.R; ++r)
      for (Index s = 0; s < g.S; ++s) {
        const Index h = p * g.stride.h + r - g.padding.h, v = q * g.stride.w + s - g.padding.w;
        if (h < 0 || h >= g.H || v < 0 || v >= g.W) continue;
        grads[0].mutable_data()[((n * g.C + c) * g.H + h) * g.W + v] +=
            w.data()[WEIGHT] * dy.data()[((n * g.K + k) * g.P + p) * g.Q + q];
      }"""

    def test_a_clone_is_a_folder(self):
        graded = run("grade.py", "--exercises", "5", "--seed", 3, __file__)
        self.assertEqual((graded.returncode, graded.stderr),
                         (3, f"{__file__}: expected a student's clone, a folder, found none\n"))

    def test_from_export_to_points(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            file = "docs/exercises/05-conv2d-dx/conv2d.cpp"
            self.assertEqual(run("export.py", "--exercises", "5", "-o", folder / "students").returncode, 0)
            stub = (folder / "students" / file).read_text()
            hole = 'throw NotImplemented("Exercise 5: conv2d, gradient to the input");'
            answers = {  # name -> what is written in the place of the hole
                "untouched": hole,
                "right": self.LOOPS.replace("WEIGHT", "((k * g.C + c) * g.R + r) * g.S + s"),
                "indices-swapped": self.LOOPS.replace("WEIGHT", "((c * g.K + k) * g.R + r) * g.S + 9 * s"),
                "kernel": "kernels::conv2d_dx(dy.data(), w.data(), grads[0].mutable_data(), window);",
                "endless": "for (volatile unsigned i = 0;; i = i + 1) {}",
                "writes": 'if (FILE* f = fopen("/tmp/answer", "w")) fputs("5", f);',
                "assembler": 'asm(".pushsection .rodata; .incbin \\"/etc/hostname\\"; .popsection");',
                "prose": "I did not understand this.",
                # Verdicts of its own, into every open file and by what it throws, and then an end.
                "verdicts": """const char* all = "  passes  1\\n  passes  2\\n  passes  3\\n3 of 3 pass.\\n";
                  for (FILE& to = *stdout; to._fileno < 9; ++to._fileno) fputs(all, stdout), fflush(stdout);
                  throw Error(all);""",
            }
            for name, answer in answers.items():
                mine = folder / "clones" / name / file
                mine.parent.mkdir(parents=True)
                mine.write_text("#include <cstdio>\n" + stub.replace(hole, answer))
            right = (folder / "clones/right" / file).read_text()
            judges = {"weak": "[[gnu::weak]] GradcheckResult gradcheck(const TensorFunction&, "
                              "const std::vector<Tensor>&, const GradcheckOptions&) { return {}; }",
                      "strong": "namespace grade { void check_equal(const std::string&, const Tensor&, "
                                "const Tensor&, double) {} }"}
            for name, judge in judges.items():
                mine = folder / "clones" / name / file
                mine.parent.mkdir(parents=True)
                mine.write_text(f'#include "autograd/gradcheck.hpp"\n{right}namespace glass {{ {judge} }}\n')
            (folder / "clones/includes" / file).parent.mkdir(parents=True)
            (folder / "clones/includes" / file).write_text(f'#include "{ROOT}/autograd/ops/conv2d.cpp"\n')
            (folder / "clones/nothing").mkdir()
            graded = run("grade.py", "--exercises", "5", "--seed", 3, "--build", BUILD, "--seconds", 2, "-o",
                         folder / "grades", *sorted((folder / "clones").iterdir()))
            self.assertEqual(graded.returncode, 0, graded.stdout + graded.stderr)
            summary = (folder / "grades/summary.csv").read_text()
            rows = {row[0]: row for row in csv.reader(summary.splitlines())}
            best = int(re.search(r"\((\d+)\)", rows["clone"][1])[1])
            self.assertEqual(int(rows["right"][1]), best, graded.stdout)
            self.assertLess(int(rows["indices-swapped"][1]), best / 2)
            for name, why in (("untouched", "is not written yet"), ("kernel", "calls .*conv2d_dx"),
                              ("prose", "does not compile"), ("endless", "takes longer than 2 s"),
                              ("writes", "calls fopen"), ("assembler", "contains assembler"),
                              ("weak", "defines .*gradcheck"),
                              ("strong", "defines .*check_equal"), ("verdicts", "passes"),
                              ("includes", "includes .*, which is no header"), ("nothing", "is not there")):
                self.assertEqual(rows[name][1], "0", name)
                self.assertRegex(rows[name][3], why)
            tests = json.loads((folder / "grades/indices-swapped/results.json").read_text())["tests"]
            self.assertEqual(sum(test["max_score"] for test in tests), best)
            self.assertTrue(any("AddressSanitizer" in test["output"] for test in tests))
            cases = xml.parse(folder / "grades/right/junit.xml").getroot().findall("testsuite/testcase")
            self.assertEqual(len(cases), len(tests))
            self.assertFalse(any(case.findall("failure") for case in cases))


if __name__ == "__main__":
    BUILD = sys.argv.pop(1)
    unittest.main()
