#!/usr/bin/env python3
"""How long builds take: from nothing, unchanged, and after a word of prose; mdBook on the same pages in the same run.

    cargo build --release && benches/rebuild.py [--gradbook target/release/gradbook] [--rounds 9]

Two courses: the repository's own lessons, as often as makes about thirty (experiments, all in the cache), and a thousand
lessons of prose. Times are medians of wall time and of processor time, which a busy machine disturbs
less. mdBook is installed from crates.io, outside of the repository, where it is not yet."""

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
MDBOOK = "0.5.4"


def thirty(lessons):
    """The course's own lessons, as often as makes about thirty, under slugs of their own."""
    own = [path for path in (HERE / "lessons").rglob("*.*") if not {".gradbook", "snapshots"} & set(path.parts)]
    files = sorted(path for path in own if path.suffix == ".md")
    tables = [path for path in own if path.suffix in {".csv", ".npy", ".npz"}]
    stems = [path.stem.split("-", 1)[1] for path in files]
    for copy in "abcdefgh"[: max(1, round(30 / len(files)))]:
        for path in files:
            text = path.read_text()
            for stem in stems:
                text = text.replace(f"-{stem}.md", f"-{stem}-{copy}.md")
                name = stem.replace("-", "_")
                text = text.replace("{{ " + name + ".", "{{ " + f"{name}_{copy}.")
            place = lessons / copy / path.relative_to(HERE / "lessons").parent
            place.mkdir(parents=True, exist_ok=True)
            (place / f"{path.stem}-{copy}.md").write_text(text)
        for path in tables:
            shutil.copy(path, lessons / copy / path.relative_to(HERE / "lessons").parent)
    return lessons / "a" / files[0].relative_to(HERE / "lessons").parent / f"{files[0].stem}-a.md"


def prose(lessons, count):
    words = "a network learns by small steps and every step follows the slope of its loss on a batch of rows".split()

    def sentence(start, length):
        return " ".join(words[(start * 7 + i * (3 + start % 5)) % len(words)] for i in range(length)).capitalize() + "."

    lessons.mkdir(parents=True)
    for number in range(count):
        parts = [f"---\ntitle: Lesson {number}\n---\n"]
        for part in range(4):
            parts.append(f"## Part {part}\n\n{sentence(number + part, 80)} *{sentence(part, 4)}* `code`\n")
            parts.append(f"- {sentence(number, 12)}\n- {sentence(part, 12)}\n\n```python\nx = {part}\n```\n")
            parts.append(sentence(number * part, 60) + "\n")
        (lessons / f"{number:04}-lesson-{number}.md").write_text("\n".join(parts))
    return lessons / "0000-lesson-0.md"


def book(folder, lessons):
    """The same pages for mdBook, without the front matter."""
    source = folder / "src"
    source.mkdir(parents=True)
    (folder / "book.toml").write_text('[book]\ntitle = "Book"\n')
    names = sorted(path.name for path in lessons.glob("*.md"))
    (source / "SUMMARY.md").write_text("\n".join(f"- [{name}]({name})" for name in names))
    for name in names:
        (source / name).write_text((lessons / name).read_text().split("---\n", 2)[2])


def installed(root):
    """mdBook, built where it is not yet."""
    program = root / "bin/mdbook"
    if not program.exists():
        command = ["nice", "cargo", "install", "mdbook", "--version", MDBOOK, "--locked", "--root", root]
        subprocess.run(command, check=True, cwd=root.parent)
    return program


def timed(command, folder, rounds, before=lambda round: None):
    """Medians of wall and processor time, in milliseconds."""
    walls, works = [], []
    for round in range(rounds):
        before(round)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.perf_counter()
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        walls.append(time.perf_counter() - start)
        now = resource.getrusage(resource.RUSAGE_CHILDREN)
        works.append(now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime)
    return statistics.median(walls) * 1000, statistics.median(works) * 1000


def show(course, build, times):
    print(f"| {course:<24} | {build:<28} | {times[0]:7.0f} | {times[1]:7.0f} |", flush=True)


def remove(folder):
    return lambda _: shutil.rmtree(folder, ignore_errors=True)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--gradbook", default=HERE / "target/release/gradbook", type=Path)
    arguments.add_argument("--rounds", default=9, type=int)
    arguments.add_argument("--lessons", default=1000, type=int, help="of prose")
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    arguments.add_argument("--mdbook-root", default=cache / "gradbook-benches/mdbook", type=Path, help="where mdBook is installed")
    options = arguments.parse_args()
    options.mdbook_root.mkdir(parents=True, exist_ok=True)
    mdbook = installed(options.mdbook_root.resolve())
    build = [options.gradbook.resolve(), "build", "--quiet"]

    print(f"{os.cpu_count()} cores, medians of {options.rounds} runs, milliseconds\n")
    print("| course                   | build                        |    wall |     CPU |")
    print("|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        trained = folder / "trained"
        lesson = thirty(trained / "lessons")
        text = lesson.read_text()
        name = f"{len(list((trained / 'lessons').rglob('*.md')))} lessons"

        def edit(round):
            lesson.write_text(text + f"\nOne word more, {round}.\n")

        def forget(_):
            for gone in ["output", "lessons/.gradbook"]:
                shutil.rmtree(trained / gone, ignore_errors=True)

        show(name, "everything trained", timed(build, trained, 1, forget))
        show(name, "from nothing, runs cached", timed(build, trained, options.rounds, remove(trained / "output")))
        # What was written a moment ago is read once more, since a clock may not tell.
        time.sleep(3)
        timed(build, trained, 1)
        show(name, "unchanged", timed(build, trained, options.rounds))
        show(name, "a word of prose changed", timed(build, trained, options.rounds, edit))

        written = folder / "prose"
        prose(written / "lessons", options.lessons)
        book(folder / "book", written / "lessons")
        name = f"{options.lessons} of prose"
        both = [(build, written, "output"), ([mdbook, "build"], folder / "book", "book")]
        for (command, place, output), whose in zip(both, ["gradbook", "mdBook " + MDBOOK]):
            show(name, f"from nothing: {whose}", timed(command, place, options.rounds, remove(place / output)))
        time.sleep(3)
        timed(build, written, 1)
        show(name, "unchanged: gradbook", timed(build, written, options.rounds))


if __name__ == "__main__":
    os.environ.pop("CI", None)
    main()
