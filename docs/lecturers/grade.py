#!/usr/bin/env python3
"""Grades many students' repositories: the exercise's own tests, and private ones with other numbers.

    python3 docs/lecturers/grade.py --exercises 4,5,15 --seed 2027 clones/*

Of each clone only the files of these exercises are read; they are compiled against this repository, whose
library is built once, and by whose right answers the tests are tried first. A file may use what the exercise
hands out and the standard library, but no kernel or operation that does its work. What does not compile,
breaks this rule, crashes, hangs or is not there gets no points, with the reason. Written are, for each clone,
OUTPUT/CLONE/results.json (as Gradescope reads it) and junit.xml, and OUTPUT/summary.csv.
"""

import argparse
import csv
import json
import os
import re
import resource
import secrets
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as xml

from exercises import ROOT, chosen, fail

# As students see it: what reads or writes where there is nothing, or overflows, ends the program.
SANITIZERS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"]
RUN_SETTINGS = {"ASAN_OPTIONS": "detect_leaks=0:hard_rss_limit_mb=2000:max_allocation_size_mb=2000"}

# Exercises that compose operations may use all of them; others none but those that their file has.
COMPOSING = {13, 14, 17, 19, 20}
# A function in a header that is an answer by itself.
ANSWERS = {7: re.compile("sliding_window")}
# The library's arithmetic: only as often as in the file that was handed out.
KERNELS = re.compile(r"kernels::(?!detail|threads)")
# What any file may use, by its name in the source ...
MATHEMATICS = (r"(abs|fabs|exp|exp2|expm1|log|log1p|log2|log10|pow|sqrt|cbrt|hypot|sin|cos|tan|tanh|sinh|"
               r"cosh|atan|atan2|fma|fmod|floor|ceil|round|lround|trunc|fmax|fmin|erf|copysign)[fl]?")
PLAIN = (rf"{MATHEMATICS}|mem(cpy|move|set|cmp)|str(len|cmp)|v?s?n?f?printf|f?puts|putchar|fwrite|fflush|"
         r"stdout|stderr|(?:\w[\w: ]* )?__gnu_cxx::.*|__libc_single_threaded|__pthread_key_create|"
         r"__\w+_chk|operator (new|delete).*|__cxa_\w+|__gxx_personality_v0|"
         r"_Unwind_\w+|__stack_chk_fail|__dso_handle|_GLOBAL_OFFSET_TABLE_|__(asan|ubsan)_\w+|__assert_fail|"
         r"(typeinfo|vtable|VTT|typeinfo name) for .*|__tls_get_addr")
# ... of the standard library what stays in memory, and of glassgrad the members of its classes.
OF_STD = re.compile(r"(?:\w[\w:<>, *&]* )?std::")
NOT_OF_STD = re.compile(r"filebuf|basic_file|fstream|filesystem|"
                        r"std::(j?thread|(quick_)?exit|this_thread|random_device)")
OF_CLASSES = re.compile(r"(non-virtual thunk to )?glass(_double)?::((nn|optim)::)?[A-Z]\w*(::|\()|"
                        r"glass(_double)?::(operator<<|kernels::(threads|detail::\w+)\(|"
                        r"nn::(default_init|check_\w+))")
# A layer is an operation in another dress: not for those who write operations.
LAYERS = re.compile(r"glass(_double)?::nn::[A-Z]")


@dataclass
class Outcome:
    """What came of one case."""
    points: int = 0
    message: str = ""


def printable(text):
    """Without what would command a terminal, or is no XML."""
    return re.sub(r"[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd]", "?", text)


class Refused(Exception):
    """An answer that gets no points, and why."""


def limited(command, seconds, of=(), **options):
    """Runs a command that may be anything, in a group of its own, with limits `of` further resources.

    -> (exit code, or None if it took too long, and what it printed)
    """
    def limit():
        for what, most in [(resource.RLIMIT_CPU, seconds), (resource.RLIMIT_CORE, 0), *of]:
            resource.setrlimit(what, (most, most))
    with tempfile.TemporaryFile() as printed:
        run = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=printed, stderr=subprocess.STDOUT,
                               preexec_fn=limit, start_new_session=True, **options)
        try:
            code = run.wait(timeout=6 * seconds)  # of the clock: the machine may be busy
        except subprocess.TimeoutExpired:
            code = None
        finally:
            try:
                os.killpg(run.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            run.wait()
        printed.seek(0)
        late = code in (-signal.SIGXCPU, -signal.SIGKILL)
        return (None if late else code), printable(printed.read(100_000).decode(errors="replace"))


class Build:
    """The library, built once, and how files are compiled and linked with it."""

    def __init__(self, folder, exercises):
        given = folder is not None
        self.folder = Path(folder or ROOT / "build/grading").resolve()
        libraries = ["glassgrad_double"] if any(e.double for e in exercises) else []
        if not all(e.double for e in exercises):
            libraries += ["glass_viz"]
        if not given:
            settings = ["-DCMAKE_BUILD_TYPE=Release", "-DGLASS_TESTS=OFF"]
            for command in (["cmake", "-G", "Ninja", "-S", ROOT, "-B", self.folder, *settings],
                            ["cmake", "--build", self.folder, "--target", *libraries]):
                if subprocess.run(command).returncode != 0:
                    fail(f"{self.folder}: the library cannot be built", 1)
        cache = self.folder / "CMakeCache.txt"
        if not cache.exists():
            fail(f"{self.folder}: expected a folder in which glassgrad was built, found no CMakeCache.txt")
        known = dict(re.findall(r"^(CMAKE_CXX_(?:COMPILER|FLAGS)):\w+=(.*)$", cache.read_text(),
                                re.MULTILINE))
        self.command = [known["CMAKE_CXX_COMPILER"], *shlex.split(known["CMAKE_CXX_FLAGS"]), "-std=c++20",
                        "-O0", "-g1", "-w"]
        self.objects = self.folder / "grading"
        self.headers = self.objects / "include"
        for room in ("autograd", "nn", "optim", "viz", "docs/exercises"):
            for header in (ROOT / room).rglob("*.hpp"):
                copy = self.headers / header.relative_to(ROOT)
                copy.parent.mkdir(parents=True, exist_ok=True)
                if not copy.exists() or copy.read_bytes() != header.read_bytes():
                    shutil.copyfile(header, copy)

    def libraries(self, double):
        names = ["glassgrad_double"] if double else ["glassgrad_viz", "glassgrad_data", "glassgrad"]
        found = [next(self.folder.glob(f"{place}/lib{name}.a"), None) for name, place in
                 zip(names, ["."] if double else ["viz", "nn/data", "."])]
        if None in found:
            fail(f"{self.folder}: expected lib{names[found.index(None)]}.a, found none; build it first")
        return [str(path) for path in found] + ([] if double else ["-lz"])

    def compile(self, source, into, double, headers, sanitize, seconds=120):
        """Compiles one file. -> (whether that succeeded, the messages)"""
        words = [*self.command, *(["-DGLASS_DOUBLE", "-Dglass=glass_double"] if double else []),
                 *(SANITIZERS if sanitize else []), "-I", str(headers), "-MMD",
                 "-S" if into.suffix == ".s" else "-c", str(source), "-o", str(into)]
        code, messages = limited(words, seconds, [(resource.RLIMIT_AS, 4 << 30)], cwd=Path(source).parent)
        return code == 0, messages if code is not None else f"the compiler takes longer than {seconds} s"

    def own(self, source, exercise, sanitize=False):
        """The object of a file of this repository, made again when it is older than what it includes."""
        name = str(Path(source).relative_to(ROOT)).replace("/", "+") + ".o"
        path = self.objects / f"{exercise.number:02}" / name
        made_of = path.with_suffix(".d")
        if path.exists() and made_of.exists():
            needed = re.findall(r"\S+", made_of.read_text().replace("\\\n", " ").split(":", 1)[1])
            if all(Path(n).exists() and Path(n).stat().st_mtime <= path.stat().st_mtime for n in needed):
                return str(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        ok, messages = self.compile(source, path, exercise.double, ROOT, sanitize)
        if not ok:
            fail(f"{source} does not compile:\n{messages}", 1)
        return str(path)

    def link(self, objects, program, double):
        code, messages = limited([*self.command, *SANITIZERS, "-pthread", *objects, *self.libraries(double),
                                  "-o", str(program)], 120)
        if code != 0:
            raise Refused(f"does not link:\n{shortened(messages)}")


def shortened(text, lines=20):
    kept = text.strip().splitlines()
    return "\n".join(kept[:lines] + ["..."] * (len(kept) > lines))


def symbols(objects, *which):
    """The mangled names that objects need or define, with their letters of nm."""
    listed = subprocess.run(["nm", "-P", "-g", *which, *objects], capture_output=True, text=True, check=True)
    return {(words[0], words[1]) for words in map(str.split, listed.stdout.splitlines()) if len(words) > 1}


def needed(objects):
    return {name for name, _ in symbols(objects, "--undefined-only")}


def defined(objects):
    return {name for name, _ in symbols(objects, "--defined-only")}


def strong(objects):
    return {name for name, letter in symbols(objects, "--defined-only") if letter not in "WVu"}


def uses(objects):
    """Symbol -> how often code refers to it."""
    listed = subprocess.run(["readelf", "-rW", *objects], capture_output=True, text=True, check=True)
    counts = {}
    for name in re.findall(r"R_\w+ +\w+ +(_Z\w+)", listed.stdout):
        counts[name] = counts.get(name, 0) + 1
    return counts


def in_words(names):
    """Mangled name -> as it stands in the source."""
    names = sorted(names)
    words = subprocess.run(["c++filt"], input="\n".join(names), capture_output=True, text=True, check=True)
    return dict(zip(names, words.stdout.splitlines()))


def short(words):
    """A function without its arguments, as students call it: "glass::kernels::gemm(...)"."""
    return re.sub(r"(?<!operator)\(.*", "(...)", words).replace("glass_double", "glass")


class Grader:
    """One exercise: its tests, tried by the right answer, and what an answer may use."""

    def __init__(self, exercise, build, seed, seconds, prefix):
        self.exercise, self.build, self.seconds, self.prefix = exercise, build, seconds, prefix
        self.environment = {**RUN_SETTINGS, "GLASS_SEED": str(seed), "PATH": "/usr/bin:/bin"}
        number = f"{exercise.number:02}"
        here = build.objects / number
        here.mkdir(parents=True, exist_ok=True)
        named = here / "exercise.cpp"
        words = [f"Exercise {exercise.number}: {exercise.title}", " and ".join(exercise.files),
                 f"docs/course/{exercise.chapter}.md"]
        text = ('#include "docs/exercises/exercise.hpp"\n'
                f"const Exercise exercise{{{', '.join(json.dumps(word) for word in words)}}};\n")
        if not named.exists() or named.read_text() != text:
            named.write_text(text)
        private = ROOT / f"docs/lecturers/private/{number}-{exercise.name}.cpp"
        tests = [ROOT / exercise.folder / "test.cpp"] + ([private] if private.exists() else [])
        sources = [*tests, *(ROOT / f"docs/exercises/{name}.cpp" for name in ("grade", "sanitized"))]
        self.tests = [build.own(source, exercise) for source in sources]
        named_object = here / "exercise.o"
        build.compile(named, named_object, exercise.double, ROOT, False)
        self.tests.append(str(named_object))
        self.cases = []  # (name, points), in the order of the program
        with tempfile.TemporaryDirectory() as folder:
            self.try_right_answer(Path(folder))

    def try_right_answer(self, folder):
        exercise = self.exercise
        program = folder / "right"
        if exercise.is_text:
            self.program = str(self.build.objects / f"{exercise.number:02}" / "program")
            program = self.program
            self.build.link(self.tests, program, exercise.double)
        else:
            right = [self.build.own(ROOT / s, exercise, True) for s in exercise.solutions]
            stub = [self.build.own(ROOT / s, exercise, True) for s in exercise.files]
            self.build.link([*self.tests, *right], program, exercise.double)
            handed_out, may_need = needed(stub), needed(stub) | needed(right)
            words = in_words(may_need)
            self.allowed = {n for n in may_need if n in handed_out or not KERNELS.search(words[n])}
            self.counts = {n: c for n, c in uses(stub).items() if KERNELS.search(words.get(n, ""))}
            self.may_define = strong(right) | strong(stub)
            others = [*self.tests, *self.build.libraries(exercise.double)]
            others = [o for o in others if o[0] != "-"]
            self.taken, self.strongly_taken = defined(others), strong(others)
        outcomes = self.run(program, ROOT / exercise.solutions[0])
        if not self.cases or any(outcome.message for outcome in outcomes):
            wrong = "; ".join(f"{case[0]}: {o.message}" for case, o in zip(self.cases, outcomes) if o.message)
            fail(f"exercise {exercise.number}: the right answer does not pass its tests: {wrong}", 1)

    def run(self, program, answers=""):
        """Runs all cases; one that ends the program ends only itself. `answers` is a text.

        -> an Outcome for each
        """
        environment = {**self.environment, "GLASS_ANSWERS": str(answers)}
        learning = not self.cases
        results = {}  # index of the case -> Outcome
        first = late = 0
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "report"
            while late < 2 and (first == 0 or first < len(self.cases)):
                report.write_text("")
                environment["GLASS_MARK"] = mark = secrets.token_hex(8)
                command = [*self.prefix, str(program), f"--out={report}", f"--first={first + 1}"]
                code, printed = limited(command, self.seconds, [(resource.RLIMIT_FSIZE, 64 << 20)], cwd=ROOT,
                                        env=environment)
                reported = printable(report.read_text(errors="replace"))
                said = re.findall(rf"^{mark}  (passes|fails )  (.*)\n((?:(?!{mark}|Stopped here: ).*\n)*)",
                                  reported, re.MULTILINE)
                if learning:
                    self.cases = [(name, points_of(name)) for _, name, _ in said]
                for i, (verdict, _, mistakes) in enumerate(said[:len(self.cases) - first]):
                    passes = verdict == "passes"
                    results[first + i] = Outcome(self.cases[first + i][1] if passes else 0,
                                                 "" if passes else mistakes.strip() or "fails")
                finished = re.search(rf"^{mark}\d+ of \d+ pass\.", reported, re.MULTILINE)
                first += len(said)
                if finished or learning:
                    break
                late += code is None
                if not said or said[-1][0] == "passes":  # the case after the last that was reported
                    why = f"takes longer than {self.seconds} s" if code is None else end_of(code, printed)
                    results[first] = Outcome(0, why)
                    first += 1
        skipped = Outcome(0, "did not run: two cases before it take too long")
        return [results.get(i, skipped) for i in range(len(self.cases))]

    def grade(self, clone):
        """-> an Outcome for each case"""
        try:
            with tempfile.TemporaryDirectory() as folder:
                return self.graded(Path(clone), Path(folder))
        except Refused as reason:
            return [Outcome(0, str(reason)) for _ in self.cases]

    def graded(self, clone, folder):
        copies = []
        for name in self.exercise.files:
            source, copy = clone / name, folder / Path(name).name
            if not source.is_file():
                raise Refused(f"{name} is not there")
            if source.resolve() != clone.resolve() / name:
                raise Refused(f"{name} is a link")
            if source.stat().st_size > 1 << 20:
                raise Refused(f"{name}: expected at most 1 MiB, found {source.stat().st_size} bytes")
            shutil.copyfile(source, copy)
            copies.append(copy)
        if self.exercise.is_text:
            return self.run(self.program, copies[0])
        objects = []
        for copy in copies:
            made, assembler = copy.with_suffix(".o"), copy.with_suffix(".s")
            ok, messages = self.build.compile(copy, assembler, self.exercise.double, self.build.headers, True)
            if not ok:
                messages = messages.replace(f"{folder}/", "")
                first = re.search(r"^.*error: .*", messages, re.MULTILINE)
                raise Refused(f"does not compile: {first[0] if first else ''}\n{shortened(messages)}")
            self.refuse_files(assembler.with_suffix(".d"), folder)
            if re.search("^ *#APP", assembler.read_text(errors="replace"), re.MULTILINE):
                raise Refused("contains assembler, which is not for an exercise to use")
            self.build.compile(assembler, made, self.exercise.double, self.build.headers, False)
            objects.append(str(made))
        self.refuse_symbols(objects)
        program = folder / "program"
        self.build.link([*self.tests, *objects], program, self.exercise.double)
        return self.run(program)

    def refuse_files(self, made_of, folder):
        """An answer includes headers of the library, those of the compiler, and no other file."""
        compiled = re.findall(r"\S+", made_of.read_text().replace("\\\n", " ").split(":", 1)[1])
        for name in compiled[1:]:
            path = os.path.realpath(os.path.join(folder, name))
            if not path.startswith(str(self.build.headers) + "/"):
                raise Refused(f"includes {name}, which is no header of the library")

    def refuse_symbols(self, objects):
        """An answer uses what it may, and takes the place of nothing else."""
        names = needed(objects) - self.allowed - strong(objects)
        for name, words in in_words(names).items():
            composes = self.exercise.number in COMPOSING and re.match(r"glass::(operator|\w+\()", words)
            free = OF_STD.match(words) and not NOT_OF_STD.search(words)
            member = OF_CLASSES.match(words) and not (self.exercise.double and LAYERS.search(words))
            if not (composes or free or re.fullmatch(PLAIN, words) or member):
                raise Refused(f"calls {short(words)}, which is not for this exercise to use")
        counts = uses(objects)
        answer = ANSWERS.get(self.exercise.number)
        for words in in_words(counts).values() if answer else ():
            if answer.search(words):
                raise Refused(f"calls {short(words)}, which is not for this exercise to use")
        for name, count in self.counts.items():
            if counts.get(name, 0) > count:
                words = short(in_words([name])[name])
                raise Refused(f"calls {words} more often than the file that was handed out")
        # What is strong takes the place of what is weak, and whatever is there that of what an archive has.
        own = strong(objects) - self.may_define
        others = {name for name in own if not name.startswith("_Z") or re.match("_Z(n[wa]|d[la])", name)}
        taken = own & self.taken | (defined(objects) - self.may_define) & self.strongly_taken
        for words in sorted(in_words(others | taken).values()):
            raise Refused(f"defines {short(words)}, which is not its to define")


def end_of(code, printed):
    """Why a program ended, in a line."""
    found = re.search(r"(ERROR: AddressSanitizer: .*|.*runtime error: .*|.*hard rss limit.*)", printed)
    if found:
        return re.sub(r" on (unknown )?address .*", "", found[1])
    if code is not None and code < 0:
        return f"ends by {signal.Signals(-code).name}"
    return f"ends with exit code {code}"


def points_of(name):
    """ "3 points: any shape" is worth three, and "any shape" one."""
    found = re.match(r"(\d+) points?: ", name)
    return int(found[1]) if found else 1


def write_results(folder, graded):
    """What graders read: `graded` is [(exercise, cases, outcomes)]."""
    tests, suites = [], xml.Element("testsuites")
    for exercise, cases, outcomes in graded:
        failures = sum(bool(outcome.message) for outcome in outcomes)
        suite = xml.SubElement(suites, "testsuite", name=f"exercise-{exercise.number:02}",
                               tests=str(len(cases)), failures=str(failures))
        for (name, points), outcome in zip(cases, outcomes):
            private = bool(re.match(r"\d+ points?: ", name))
            tests.append({"name": f"Exercise {exercise.number}: {name}", "score": outcome.points,
                          "max_score": points, "output": outcome.message,
                          "status": "failed" if outcome.message else "passed",
                          "visibility": "after_due_date" if private else "visible"})
            case = xml.SubElement(suite, "testcase", classname=suite.get("name"), name=name)
            properties = xml.SubElement(case, "properties")
            for key, value in (("points", outcome.points), ("max_points", points)):
                xml.SubElement(properties, "property", name=key, value=str(value))
            if outcome.message:
                failure = xml.SubElement(case, "failure", message=outcome.message.splitlines()[0])
                failure.text = outcome.message
    folder.mkdir(parents=True, exist_ok=True)
    total = sum(test["score"] for test in tests)
    (folder / "results.json").write_text(json.dumps({"score": total, "tests": tests}, indent=1) + "\n")
    xml.indent(suites)
    xml.ElementTree(suites).write(folder / "junit.xml", encoding="utf-8", xml_declaration=True)


def remark(outcomes):
    """The one reason why nothing counts, if there is one."""
    messages = [outcome.message for outcome in outcomes if not outcome.message.startswith("did not run")]
    return messages[0].splitlines()[0] if len(set(messages)) == 1 and messages[0] else ""


def without_network():
    """What starts a program that finds no network, where this machine can do that."""
    prefix = ["unshare", "--user", "--map-current-user", "--net", "--"]
    try:
        works = subprocess.run([*prefix, "true"], capture_output=True).returncode == 0
    except OSError:
        works = False
    if not works:
        print("no unshare on this machine: what is graded could reach the network", file=sys.stderr)
    return prefix if works else []


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--exercises", required=True, metavar="4,5,15", help="their numbers")
    parser.add_argument("--seed", required=True, type=int, help="of the private tests' numbers and shapes")
    parser.add_argument("-o", "--output", default="grades", metavar="DIR", help="where results go (grades)")
    parser.add_argument("--build", metavar="DIR", help="a build of this repository; else build/grading")
    parser.add_argument("--seconds", type=int, default=30, help="of the processor, for an exercise (30)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="clones at a time (a core each)")
    parser.add_argument("clones", nargs="+", metavar="CLONE", help="folders, one for each student")
    arguments = parser.parse_args()
    exercises = chosen(arguments.exercises)
    for clone in arguments.clones:
        if not Path(clone).is_dir():
            fail(f"{clone}: expected a student's clone, a folder, found none")
    clones = {Path(clone).resolve().name: Path(clone) for clone in arguments.clones}
    if len(clones) < len(arguments.clones):
        fail("CLONE: expected folders with different names, for results are written by these", 2)

    build = Build(arguments.build, exercises)
    prefix = without_network()
    graders = [Grader(exercise, build, arguments.seed, arguments.seconds, prefix) for exercise in exercises]
    output = Path(arguments.output)
    best = [sum(points for _, points in grader.cases) for grader in graders]
    header = ["clone", *(f"exercise {e.number} ({b})" for e, b in zip(exercises, best)),
              f"all ({sum(best)})", "why"]

    def of(name):
        graded = [(g.exercise, g.cases, g.grade(clones[name])) for g in graders]
        write_results(output / name, graded)
        points = [sum(o.points for o in outcomes) for _, _, outcomes in graded]
        why = [f"{e.number}: {remark(outcomes)}" for e, _, outcomes in graded if remark(outcomes)]
        return [name, *points, sum(points), "; ".join(why)]

    with ThreadPoolExecutor(max(1, arguments.jobs)) as pool:
        rows = list(pool.map(of, clones))
    with open(output / "summary.csv", "w", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    widths = [max(len(str(row[i])) for row in [header, *rows]) for i in range(len(header))]
    for row in [header, *rows]:
        print("  ".join(str(cell).ljust(width) for cell, width in zip(row, widths)).rstrip())
    print(f"{output}: results.json and junit.xml of {len(rows)} clones, summary.csv")


if __name__ == "__main__":
    main()
