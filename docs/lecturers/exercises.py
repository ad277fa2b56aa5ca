"""What docs/exercises/CMakeLists.txt says of each exercise, for export.py and grade.py."""

import re
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Exercise:
    number: int
    name: str  # conv2d-dx
    title: str
    chapter: str  # the file in docs/course, without .md
    files: tuple[str, ...]  # what the student writes in, as seen from the project's root
    solutions: tuple[str, ...]  # what these become when they are right
    double: bool

    @property
    def folder(self):
        return f"docs/exercises/{self.number:02}-{self.name}"

    @property
    def is_text(self):
        """Whether it is answered in a text, and nothing is compiled."""
        return self.files[0].endswith(".txt")


def fail(message, code=3):
    """Ends the program with one line."""
    print(message, file=sys.stderr)
    sys.exit(code)


def call(number):
    """A pattern that matches what CMakeLists.txt says of one exercise, or of any."""
    return re.compile(rf"^exercise\(({number or '[0-9][0-9]'} .*?)\)\n", re.MULTILINE | re.DOTALL)


def all_exercises():
    """number -> Exercise"""
    found = {}
    for match in call(None).finditer((ROOT / "docs/exercises/CMakeLists.txt").read_text()):
        number, name, title, *words = shlex.split(match[1])
        values = {}
        for word in words:
            if word in ("CHAPTER", "FILE", "SOLUTION", "PICTURE", "DOUBLE"):
                values[word] = into = []
            else:
                into.append(word)
        folder = f"docs/exercises/{number}-{name}/"
        found[int(number)] = Exercise(
            int(number), name, title, values["CHAPTER"][0], tuple(folder + f for f in values["FILE"]),
            tuple(values["SOLUTION"]), "DOUBLE" in values)
    return found


def chosen(words):
    """The exercises of "4,5,15", in order."""
    known = all_exercises()
    wanted = []
    for word in words.split(","):
        if not word.strip().isdecimal() or int(word) not in known:
            fail(f"--exercises {words}: expected numbers from 1 to {max(known)}, such as 4,5,15, "
                 f"found '{word}'", 2)
        wanted.append(int(word))
    return [known[number] for number in sorted(set(wanted))]
