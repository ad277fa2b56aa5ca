#!/usr/bin/env python3
"""Makes a repository for students: some exercises, and nothing that answers them.

    python3 docs/lecturers/export.py --exercises 4,5,15 -o ../students

What is an answer becomes the student's file: where the library has its own conv2d.cpp, the repository for
students has a line that includes theirs. Kernels that would do the work are emptied, pages lose the code
that quotes an answer, and what only the project itself needs, its tests among it, stays away. At the end all
files are searched for lines of the answers. There is no history.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from exercises import ROOT, call, chosen, fail

# What students do not need, or must not have.
LEFT_OUT = ("tests/", "docs/lecturers/", "docs/performance.md", "docs/reliability.md", ".ci/", ".github/",
            "CONTRIBUTING.md", "CHANGELOG.md")
# The presets that do without the project's tests.
PRESETS = {"base", "release", "exercises", "gallery", "web", "look", "course", "look-course", "api",
           "package"}

# Exercises whose file shows the answer of another: not in the same repository.
SHOWS = {16: 15}

# Exercises whose test runs what others ask for, with a larger number: they stand behind these.
AFTER = {1: {2, 4}}

# Files of the library that are answers, too, where the solution is another file.
ALSO = {3: [f"autograd/ops/{name}.cpp" for name in ("unit_rows", "leaky_relu", "avg_pool2d", "mse")]}

# Functions of the library that do an exercise's work, in loops or by one call: file -> names. A call of the
# fast twin is handed out with the other exercise on conv2d.cpp, if that one is chosen.
REFERENCE = "autograd/kernels/reference/"
LOOPS = {REFERENCE + "conv2d.cpp": ["for_each_product", "conv2d", "conv2d_dx", "conv2d_dw"]}
VARIATION = {REFERENCE + "total_variation.cpp": ["for_each_pixel", "total_variation", "total_variation_dx"],
             "autograd/kernels/total_variation.cpp": ["total_variation", "total_variation_dx"]}
POOLING = ["max_pool2d", "max_pool2d_dx"]
ADAPTIVE = ["AdaptiveMaxPool2dNode::backward", "adaptive_max_pool2d"]
FUNCTIONS = {5: LOOPS, 6: LOOPS, 15: VARIATION, 16: VARIATION,
             8: {REFERENCE + "pool2d.cpp": POOLING, "autograd/kernels/pool2d.cpp": POOLING,
                 "autograd/ops/adaptive_pool2d.cpp": ADAPTIVE},
             9: {REFERENCE + "softmax.cpp": ["log_softmax"]},
             11: {"autograd/ops/layer_norm.cpp": ["LayerNormNode::backward"]}}
FAST_TWINS = {5: "conv2d_dx", 6: "conv2d_dw"}

# What is needed by others, in another form: the loss of training, probabilities, a network's last pooling.
INSTEAD = {"adaptive_max_pool2d": """{
  const Shape shape = pooled_shape("adaptive_max_pool2d", x.shape(), size);
  require(tiles(x.shape(), size), "adaptive_max_pool2d: ", x.shape(), " to ", shape,
          " is left out, as it answers exercise 8");
  return max_pool2d(x, {.kernel = {x.shape()[2] / size.h, x.shape()[3] / size.w}});
}
""", "log_softmax": """{
  for (Index i = 0; i < rows; ++i, x += columns, y += columns) {
    double total = x[0];  // log(e^a + e^b) = max(a, b) + log(1 + e^-|a - b|), one logit after the other
    for (Index j = 1; j < columns; ++j) {
      total = std::fmax(total, x[j]) + std::log1p(std::exp(-std::fabs(total - x[j])));
    }
    for (Index j = 0; j < columns; ++j) y[j] = static_cast<real>(x[j] - total);
  }
}
"""}

README = """# glassgrad: exercises

A deep-learning framework in C++20, written from scratch to be read. Some pieces of it are missing here, or
wrong: they are yours to write.

{table}

You need a compiler and a few libraries, on Debian as root:

```sh
{packages}
```

Then, once:

```sh
cmake --preset exercises
```

For each exercise: read its chapter of [the course](docs/README.md), write in the file that its page names,
and grade it, here the first one:

```sh
ctest --preset exercises -L exercise-{first}
```

Do them in this order. All programs are made of your files: a picture that needs another exercise is skipped
until that is solved. [More about the exercises](docs/exercises/README.md).

## viz

The commands of the course want a program `viz`, which is made of your files, too:

```sh
cmake --preset release && cmake --build --preset release
export PATH=$PWD/build/release/bin:$PATH
```

`viz` alone tells what to try first. After you have changed a file of yours, build it again.
"""


def tracked_files():
    """The files of this repository as they are now, without what git ignores."""
    try:
        listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-z"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        fail(f"{ROOT}: expected a clone of glassgrad, made by git, found none")
    names = listed.stdout.decode().split("\0")
    return [name for name in names if name and (ROOT / name).is_file()]


def is_left_out(path, exercises):
    if path.startswith(LEFT_OUT):
        return True
    parts = path.split("/")
    in_exercise = path.startswith("docs/exercises/") and len(parts) > 3
    return in_exercise and "/".join(parts[:3]) not in {e.folder for e in exercises}


# ---- C++ ----

def body_of(source, name):
    """Where the body of a function, or of a `Class::member`, begins and ends: its braces."""
    owner, _, name = name.rpartition("::")
    within = rf"^struct {owner} .*?" if owner else ""
    found = re.search(rf"{within}^(?P<margin> *)\w[^;{{}}]*?\b{name}\([^;{{}}]*\) [\w ]*"
                      r"(?P<body>\{\n.*?^(?P=margin)\}\n)", source, re.MULTILINE | re.DOTALL)
    return found and found.span("body")


def emptied(path, source, names, exercise):
    """The source without the bodies of these functions."""
    for name in names:
        place = body_of(source, name)
        if not place:
            fail(f"{path}: expected a function {name}(), which answers exercise {exercise}, found none", 1)
        nothing = f'{{\n  throw Error("{name}: left out, as it answers exercise {exercise}");\n}}\n'
        body = INSTEAD.get(name, nothing)
        source = source[:place[0]] + body + source[place[1]:]
    quiet = '#pragma GCC diagnostic ignored "-Wunused-{}"\n'
    return quiet.format("parameter") + quiet.format("function") + '#include "autograd/error.hpp"\n\n' + source


def code_lines(source):
    """The lines of a source that say something, without comments and indentation."""
    for line in source.splitlines():
        line = re.sub(r"\s*//.*", "", line).strip()
        if not line.startswith("#"):
            yield re.sub(r"\[\[maybe_unused\]\] ", "", line)


def telling(lines):
    return {line for line in lines if len(re.findall(r"\w", line)) >= 14}


class Answers:
    """The lines by which an answer is known: those that stand in no other file."""

    def __init__(self, exercises, files):
        self.sources = {path for e in exercises for path in e.solutions + tuple(ALSO.get(e.number, ()))}
        self.functions = {}  # path -> (exercise, names)
        numbers = {e.number for e in exercises}
        for number in sorted(numbers):
            for path, names in FUNCTIONS.get(number, {}).items():
                self.functions.setdefault(path, (number, names))
        for number, name in FAST_TWINS.items():
            if numbers & FAST_TWINS.keys() == {number}:
                self.functions["autograd/kernels/conv2d.cpp"] = (number, [name])
        lines, self.words = set(), set()  # words: "question: answer"
        for path in self.sources:
            text = (ROOT / path).read_text()
            if path.endswith(".cpp"):
                lines |= telling(code_lines(text))
            else:
                self.words |= {line for line in text.splitlines() if re.match(r"[^#:]+: *\S", line)}
        for path, (_, names) in self.functions.items():
            source = (ROOT / path).read_text()
            for name in names:
                place = body_of(source, name)
                lines |= telling(code_lines(source[slice(*place)])) if place else set()
        for path in files:
            if not path.endswith((".cpp", ".hpp")) or path.startswith(("tests/", "docs/examples/")):
                continue
            if is_left_out(path, exercises) or path in self.sources:
                continue
            source = (ROOT / path).read_text()
            if path in self.functions:  # what is left of it
                source = emptied(path, source, self.functions[path][1], 0)
            lines -= set(code_lines(source))
        self.lines = lines | self.words

    def quoted_in(self, text):
        """The first line of an answer in a text, or a statement of one, or None."""
        for line in map(str.strip, text.splitlines()):
            if line in self.lines or next(code_lines(line), "") in self.lines:
                return line
        return next((part for part in re.findall(r"`([^`\n]+)`", text) if self.has(part)), None)

    def has(self, statement):
        tells = statement.endswith(";") and telling([statement])
        return bool(tells) and any(statement in line for line in self.lines - self.words)


# ---- pages ----

def without_answers(page, answers):
    """A page without the code that quotes an answer: blocks, and words in a line."""
    def keep_or_cut(block):
        if not answers.quoted_in(block[0]):
            return block[0]
        return "*(Here the course shows code that is yours to write.)*\n"
    page = re.sub(r"(<!-- from: [^\n]*-->\n)?^```\w+\n.*?^```\n", keep_or_cut, page,
                  flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"`([^`\n]+)`", lambda code: "`...`" if answers.has(code[1]) else code[0], page)


def without_dead_links(page, path, exported):
    """A page whose links all lead to something: what they said stays, as words, but for rows of a table that
    began with such a link."""
    def leads_nowhere(goal):
        place = os.path.normpath(os.path.join(os.path.dirname(path), goal))
        return place not in exported and not any(name.startswith(place + "/") for name in exported)

    def target(link):
        goal = link[2].split("#")[0]
        if not goal or "://" in goal:
            return link[0]
        # A line that a page quotes by its number may have moved, or gone.
        shorter = f"[{link[1]}]({goal})" if re.search(r"#L\d", link[2]) else link[0]
        return link[1] if leads_nowhere(goal) else shorter
    page = re.sub(r"^\| \[[^\]]*\]\(([^)#\s]+)\) \|.*\n",
                  lambda row: "" if leads_nowhere(row[1]) else row[0], page, flags=re.MULTILINE)
    return re.sub(r"(?<!!)\[([^\]]*)\]\(([^)\s]+)\)", target, page)


def exercise_page(page):
    """An exercise's page does not point at the library's own solution."""
    return re.sub(r"\s*\b(?:Then c|C)ompare\s+(?:your\s+code\s+)?with\s.*?\.(?=\s)", "", page,
                  flags=re.DOTALL)


def in_order(exercises):
    """The order in which they can be solved."""
    chosen_ones = {e.number for e in exercises}

    def place(e):
        return max({e.number} | AFTER.get(e.number, set()) & chosen_ones), -e.number
    return sorted(exercises, key=place)


def sheet(page, exercises):
    """The table of exercises, and all that is said around it."""
    rows = re.findall(r"^\| \d+ \|.*\n", page, flags=re.MULTILINE)
    begin = page.index(rows[0])
    kept = [next(row for row in rows if row.startswith(f"| {e.number} |")) for e in in_order(exercises)]
    page = page[:begin] + "".join(kept) + page[begin + len("".join(rows)):]
    page = re.sub(r"^Some \w+ hours in all\..*\n\n", "", page, flags=re.MULTILINE)
    if 3 not in {e.number for e in exercises}:
        page = re.sub(r"^It computes in `float`\..*?\n\n", "", page, flags=re.MULTILINE | re.DOTALL)
    return page[:page.index("## For lecturers")].replace("#two-commands", "#viz").rstrip() + "\n"


def student_readme(exercises):
    page = sheet((ROOT / "docs/exercises/README.md").read_text(), exercises)
    table = [line.replace("](", "](docs/exercises/") for line in page.splitlines() if line.startswith("|")]
    packages = re.search(r"^(apt-get update .*?) && cmake", (ROOT / "README.md").read_text(), re.MULTILINE)
    first = f"{in_order(exercises)[0].number:02}"
    return README.format(table="\n".join(table), packages=packages[1], first=first)


# ---- the build ----

def build_file(text):
    """The project's CMakeLists.txt without tests."""
    text, options = re.subn(r"^option\(GLASS_TEST(?:S|_ALL) .*\n", "", text, flags=re.MULTILINE)
    text, folders = re.subn(r"^if\(GLASS_TESTS\)\n  add_subdirectory\(tests\)\nendif\(\)\n", "",
                            text, flags=re.MULTILINE)
    if (options, folders) != (2, 1):
        fail("CMakeLists.txt: expected the options GLASS_TESTS and GLASS_TEST_ALL, and a folder of tests", 1)
    return text


def presets(text):
    """The presets of which students can do something."""
    content = json.loads(text)
    for kind in [kind for kind in content if kind.endswith("Presets")]:
        content[kind] = [preset for preset in content[kind] if preset["name"] in PRESETS]
    for preset in content["buildPresets"]:
        if "targets" in preset:
            preset["targets"] = [target for target in preset["targets"] if target != "bench"]
    return json.dumps(content, indent=2) + "\n"


def exercises_build_file(text, exercises):
    """Only the chosen exercises."""
    numbers = {f"{e.number:02}" for e in exercises}
    text = call(None).sub(lambda match: match[0] if match[1][:2] in numbers else "", text)
    if "03" not in numbers:
        text = re.sub(r"^.*\(exercise-03-find .*\n", "", text, flags=re.MULTILINE)
    return text


def exported_text(path, text, exercises, answers, exported):
    """What the students' repository has in place of a file."""
    for e in exercises:
        replaced = [s for s in e.solutions if not s.startswith("tests/")] + ALSO.get(e.number, [])
        if path in replaced:
            mine = [f for f in e.files if Path(f).name == Path(path).name] or list(e.files)
            first = path == replaced[0] or len(e.files) > 1
            line = f'#include "{mine[0]}"\n' if first else ""
            return f"// Yours to write, in {mine[0]}: exercise {e.number}.\n{line}"
    if path in answers.functions:
        number, names = answers.functions[path]
        return emptied(path, text, names, number)
    if path == "CMakeLists.txt":
        return build_file(text)
    if path == "CMakePresets.json":
        return presets(text)
    if path == "docs/exercises/CMakeLists.txt":
        return exercises_build_file(text, exercises)
    if path == "README.md":
        return student_readme(exercises)
    if path == "docs/README.md":
        text = re.sub(r"^Who teaches it .*?\n\n", "", text, flags=re.MULTILINE | re.DOTALL)
    if path == "docs/core.md":
        text = re.sub(r"^The program `core_tests` .*?^```text\n.*?^```\n\n", "", text,
                      flags=re.MULTILINE | re.DOTALL)
    if path == "docs/exercises/README.md":
        text = sheet(text, exercises)
    elif path.startswith("docs/exercises/"):
        text = exercise_page(text) if path.endswith("README.md") else text
    if path.endswith(".md"):
        text = without_dead_links(without_answers(text, answers), path, exported)
    return text


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--exercises", required=True, metavar="4,5,15", help="their numbers")
    parser.add_argument("-o", "--output", required=True, metavar="DIR", help="a folder that is not there yet")
    arguments = parser.parse_args()
    exercises = chosen(arguments.exercises)
    numbers = {e.number for e in exercises}
    for shows, answer in SHOWS.items():
        if {shows, answer} <= numbers:
            fail(f"--exercises: {shows} shows most of what {answer} asks for: export {shows} by itself, once "
                 f"{answer} has been handed in", 2)
    output = Path(arguments.output)
    if output.exists():
        fail(f"{output}: expected a folder that is not there yet", 2)

    files = tracked_files()
    answers = Answers(exercises, files)
    exported = {path for path in files if not is_left_out(path, exercises)}
    contents, leaks = {}, []
    for path in sorted(exported):
        data = (ROOT / path).read_bytes()
        try:
            text = exported_text(path, data.decode(), exercises, answers, exported)
        except UnicodeDecodeError:
            contents[path] = data
            continue
        leak = answers.quoted_in(text)
        if leak:
            leaks.append(f"{path}: this line answers an exercise: {leak}")
        contents[path] = text.encode()
    if leaks:
        fail("\n".join(leaks), 1)
    unfinished = output.with_name(output.name + ".unfinished")
    try:
        for path, data in contents.items():
            place = unfinished / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
            place.chmod((ROOT / path).stat().st_mode & 0o777)
        unfinished.rename(output)
    except OSError as error:
        shutil.rmtree(unfinished, ignore_errors=True)
        fail(f"{error.filename}: {error.strerror}", 4)
    print(f"{output}: {len(contents)} files, exercises {', '.join(map(str, sorted(numbers)))}; none of "
          f"{len(answers.lines)} lines that answer them is left")


if __name__ == "__main__":
    main()
