#!/usr/bin/python3
"""Builds the course and the documentation as a site: build_site.py OUTPUT [PAGE]

The pages are those of the repository, README.md and whatever it leads to: Markdown as it is, formulas by
KaTeX, each source file that a page links to as a page with numbered lines. MkDocs with the theme Material
makes the search, the menus and the dark mode. PAGE is the folder of the page that paints (build/web/site):
with it, each picture whose manifest and each command whose options the page knows gets a link that runs it
there. A link that leads nowhere, a formula that cannot be set: one line, and exit code 1.

Needs Debian's mkdocs-material and katex.
"""
import functools
import html
import json
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlencode, urlsplit

import yaml
from mkdocs.commands.build import build
from mkdocs.config import load_config

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PICTURES = {".png", ".svg", ".jpg"}


@functools.cache
def text_of(file):
    """What a page can show of a file: its text, or None."""
    try:
        return None if file.suffix in PICTURES else file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def fail(line):
    raise SystemExit(f"build_site.py: {line}")


# ---- from a command to the page that paints ----

# Options of `viz maximise` that the page has too, and those that change nothing of what is painted. What
# else was said must be as it is by itself.
SETTINGS = {"tv", "beta", "jitter", "lr", "l2", "rotate", "zoom", "steps", "init-noise"}
SILENT = {"output", "o", "width", "columns", "threads", "overwrite", "alpha", "blur-every", "init-count"}
USUAL = {"count": "1", "optimiser": "adam", "alpha-norm": "0", "blur": "0", "parametrisation": "pixel",
         "restarts": "1"}


def painting(model, options):
    """The part of the page's address that paints with `options`, by name; None where it cannot."""
    said = {"networks": Path(model).stem}
    if Path(model).parent.name != "weights" or not (ROOT / model).exists():
        return None
    label, objective = options.pop("class", None), options.pop("objective", "logit")
    if label is not None and objective == "logit":
        classes = json.loads(text_of(ROOT / model)).get("classes", [])
        if label in classes:
            said["objective"] = f"logit:index:{classes.index(label)}"
        elif label == "all" or label.isdecimal():
            said["objective"] = "logit:all" if label == "all" else f"logit:index:{label}"
        else:
            return None
    elif label is None and ":" in objective:
        said["objective"] = objective
    else:
        return None
    start, seed = options.pop("init", "noise"), options.pop("seed", "0")
    if start not in ("noise", "grey"):
        return None
    said |= {"start": start} if start != "noise" else {}
    said |= {"seed": seed} if seed != "0" else {}
    for name, value in options.items():
        if name in SETTINGS and isinstance(value, str):
            said[name] = value
        elif name not in SILENT and USUAL.get(name) != value:
            return None
    return urlencode(said)


def of_command(line):
    words = shlex.split(line.split("#")[0])
    if words[:2] != ["viz", "maximise"] or len(words) < 3:
        return None
    options, rest = {}, words[3:]
    while rest:
        name = rest.pop(0)
        if not name.startswith("-"):
            return None
        options[name.lstrip("-")] = rest.pop(0) if rest and not re.match(r"--?[a-z]", rest[0]) else ""
    return painting(words[2], options)


def of_picture(path):
    """By the manifest that viz wrote into the picture."""
    data, at = path.read_bytes(), 8
    while data[:4] == b"\x89PNG" and at < len(data):
        size, kind = int.from_bytes(data[at:at + 4], "big"), data[at + 4:at + 8]
        body, at = data[at + 8:at + 8 + size], at + 12 + size
        if kind != b"tEXt" or not body.startswith(b"glassgrad\0"):
            continue
        manifest = json.loads(body[10:])
        options = dict(manifest["options"])
        if manifest["command"] == "gallery":
            options["class"] = "all"
        elif manifest["command"] not in ("maximise", "process"):
            return None
        # The last network of a gallery is the robust one.
        models = [file["path"] for file in manifest["files"] if file["option"] == "MODEL"]
        return painting(models[-1], options) if models else None
    return None


# ---- from the repository's Markdown to MkDocs's ----

class Site:
    def __init__(self, staged, page):
        self.staged, self.page = staged, page
        self.formulas = {}  # TeX -> its number, and whether it has a line of its own
        self.waiting, self.seen = [ROOT / "README.md"], set()
        self.sources = set()  # addresses of pages that show a source file or a folder

    def token(self, formula, alone):
        place, before = self.formulas.get(formula, (len(self.formulas), False))
        self.formulas[formula] = place, alone or before
        return f"\n\n<div>FORMULA{place}D</div>\n\n" if alone else f"FORMULA{place}I"

    def run_here(self, of, address):
        if address is None or not self.page:
            return ""
        up = "../" * len(of.relative_to(ROOT).parent.parts)
        return f'<a class="run-here" href="{up}paint/index.html#{html.escape(address)}">Run it here</a>'

    def link(self, of, target):
        """What a link of page `of` to `target` is on the site; the file it leads to will be there."""
        path, _, anchor = target.partition("#")
        if re.match(r"[a-z]+:", target) or not path:
            return target
        file = (of.parent / unquote(path)).resolve()
        if not file.is_relative_to(ROOT) or not file.exists():
            fail(f"{of.relative_to(ROOT)}: no file '{target}'")
        if file.is_dir() and (file / "README.md").exists():
            file, path = file / "README.md", f"{path.rstrip('/')}/README.md"
        self.waiting.append(file)
        if file.suffix == ".md" or not (file.is_dir() or text_of(file)):
            return path + (f"#{anchor}" if anchor else "")
        name = f"{path.rstrip('/')}/folder.md" if file.is_dir() else f"{path}.md"
        return name + (f"#__codelineno-0-{anchor[1:]}" if re.fullmatch(r"L\d+", anchor) else "")

    def prose(self, of, text, told):
        def picture(match):
            words, target = match.groups()
            file = (of.parent / target).resolve()
            said = "" if told or file.suffix != ".png" else self.run_here(of, of_picture(file))
            return f"![{words}]({self.link(of, target)})" + (f"\n\n{said}" if said else "")
        kept = []  # code between backticks is nobody's formula, and has no links

        def keep(match):
            kept.append(match.group())
            return f"\0{len(kept) - 1}\0"
        text = re.sub(r"\$`(.+?)`\$", lambda m: self.token(m.group(1), False), text, flags=re.S)
        text = re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)", keep, text, flags=re.S)
        text = re.sub(r"!\[([^\]]*)\]\(([^)\s]+)\)", picture, text)
        text = re.sub(r"(?<!!)(\[(?:[^\[\]]|\[[^\]]*\])*\])\(([^)\s]+)\)",
                      lambda m: m.group() if m.group(2).endswith((".png", ".svg")) and "/" not in m.group(2)
                      else f"{m.group(1)}({self.link(of, m.group(2))})", text)
        return re.sub("\0(\\d+)\0", lambda m: kept[int(m.group(1))], text)

    def markdown(self, of):
        out, told = [], False  # told: by the command right above
        for i, part in enumerate(re.split(r"^(```.*?^```)$", of.read_text(), flags=re.S | re.M)):
            if i % 2 == 0:
                out.append(self.prose(of, part, told and part.lstrip().startswith("![")))
                told = False
                continue
            language, body = part[3:].split("\n", 1)
            if language == "math":
                out.append(self.token(body[:-3].strip(), True))
                continue
            out.append(part)
            if language == "sh":
                commands = body[:-3].replace("\\\n", " ").splitlines()
                said = [a for a in map(of_command, filter(None, commands)) if a]
                out += [f"\n\n{self.run_here(of, address)}\n" for address in said[:1]]
                told = bool(said)
        return "".join(out)

    def stage(self):
        while self.waiting:
            file = self.waiting.pop()
            if file in self.seen:
                continue
            self.seen.add(file)
            to = self.staged / file.relative_to(ROOT)
            to.parent.mkdir(parents=True, exist_ok=True)
            if file.is_dir():
                inside = sorted(f.name for f in file.iterdir() if f.is_file() and text_of(f))
                lines = "\n".join(f"- [`{name}`]({self.link(file / 'folder.md', name)})" for name in inside)
                to.mkdir(exist_ok=True)
                self.sources.add(f"{file.relative_to(ROOT)}/folder.html")
                (to / "folder.md").write_text(f"# `{file.relative_to(ROOT)}`\n\n{lines}\n")
            elif file.suffix == ".md":
                to.write_text(self.markdown(file))
            elif not text_of(file):
                shutil.copy(file, to)
            else:
                language = {".hpp": "cpp", ".cpp": "cpp", ".py": "python", ".mjs": "js", ".js": "js",
                            ".json": "json", ".sh": "sh"}.get(file.suffix, "text")
                ticks = "`" * 8
                self.sources.add(f"{file.relative_to(ROOT)}.html")
                to.with_name(f"{file.name}.md").write_text(
                    f"# `{file.relative_to(ROOT)}`\n\n"
                    f'{ticks}{{ .{language} linenums="1" }}\n{text_of(file)}\n{ticks}\n')

    def menu(self):
        """The order of the pages: that of docs/README.md."""
        text = (ROOT / "docs/README.md").read_text()

        def entries(pattern, part):
            return [{number + title.replace("`", ""): f"docs/{path}"}
                    for number, title, path in re.findall(pattern, part, re.M)]
        course, rest = text.split("## Programs to begin with")
        link = r"(\d+\. |)\[([^\]]+)\]\(([\w/-]+\.md)\)"
        return [{"Home": "README.md"}, {"The course": [
            {"Overview": "docs/README.md"}, *entries(rf"^(?=\d){link}", course),
            {"Exercises": "docs/exercises/README.md"}, {"Glossary": "docs/course/glossary.md"}]},
            {"Essays": entries(r"()\[([^\]]+)\]\((essays/[\w/-]+\.md)\)", course)},
            {"Reference": entries(rf"^\| {link}", rest)}]


# ---- what MkDocs made ----

def finish(output, formulas, sources):
    """Sets the formulas, and takes the source files out of the search."""
    alone = {formula: own_line for formula, (_, own_line) in formulas.items()}
    made = json.loads(subprocess.run(["node", HERE / "formulas.mjs"], input=json.dumps(alone), text=True,
                                     stdout=subprocess.PIPE, check=True).stdout)
    listed = list(formulas)
    for page in output.rglob("*.html"):
        text = page.read_text()
        page.write_text(re.sub(r"FORMULA(\d+)[DI]", lambda m: made[listed[int(m.group(1))]], text))
    index = output / "search/search_index.json"
    # What a search shows of a formula is its words: "frac partial y partial x_i".
    known = json.loads(re.sub(r"FORMULA(\d+)[DI]", lambda m: json.dumps(
        re.sub(r"\\\W|[\\{}]+", " ", listed[int(m.group(1))]))[1:-1], index.read_text()))
    known["docs"] = [entry for entry in known["docs"] if entry["location"].split("#")[0] not in sources]
    index.write_text(json.dumps(known))


class Links(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.ids, self.targets = set(), []
        self.feed(page.read_text())

    def handle_starttag(self, tag, attributes):
        said = dict(attributes)
        self.ids |= {said.get("id"), said.get("name")}
        self.targets += [said[name] for name in ("href", "src") if said.get(name)]


def dead_links(output):
    pages = {page: Links(page) for page in output.rglob("*.html")
             if page.relative_to(output).parts[0] != "paint"}
    for page, links in pages.items():
        for target in links.targets:
            url = urlsplit(target)
            if url.scheme in ("http", "https", "mailto", "data") or page.name == "404.html":
                continue
            file = (page.parent / unquote(url.path)).resolve() if url.path else page
            file = file / "index.html" if file.is_dir() else file
            known = pages.get(file)
            if not file.exists() or (known and url.fragment and unquote(url.fragment) not in known.ids):
                yield f"{page.relative_to(output)}: '{target}' leads nowhere"


def main(output, page=None):
    output = Path(output).resolve()
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder).resolve() / "pages", page)
        site.stage()
        shutil.copy(HERE / "site.css", site.staged)
        for part in ("fonts", "katex.min.css"):
            source, to = Path("/usr/share/javascript/katex") / part, site.staged / "katex" / part
            shutil.copytree(source, to) if source.is_dir() else shutil.copy(source, to)
        settings = yaml.safe_load((HERE / "mkdocs.yml").read_text())
        settings |= {"docs_dir": str(site.staged), "site_dir": str(output), "nav": site.menu()}
        settings["markdown_extensions"].append({"toc": {"permalink": True, "slugify": heading}})
        file = Path(folder) / "mkdocs.yml"
        file.write_text("site_name: glassgrad\n")
        build(load_config(str(file), strict=True, **settings))
    finish(output, site.formulas, site.sources)
    if page:
        shutil.copytree(page, output / "paint")
    dead = list(dead_links(output))
    if dead:
        fail("\n".join(dead))
    print(f"{output}/index.html")


def heading(words, separator):
    """A heading's anchor as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", html.unescape(re.sub("<[^>]*>", "", words)).lower()).replace(" ", separator)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
