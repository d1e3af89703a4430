#!/usr/bin/env python3
"""How long builds take: from nothing, unchanged, and after a word of prose; mdBook on the same pages in the same run.

    benches/rebuild.py [--gradbook target/release/gradbook] [--rounds 5]

Two courses: the repository's own lessons three times over (experiments, all in the cache), and a thousand lessons of
prose. Times are medians of wall time and of processor time, which a busy machine disturbs less. mdBook is measured where
it is installed (`cargo install mdbook`)."""

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


def thirty(lessons):
    """The course's own lessons three times over, under slugs of their own."""
    files = sorted(path for path in (HERE / "lessons").rglob("*.md") if ".gradbook" not in path.parts)
    stems = [path.stem.split("-", 1)[1] for path in files]
    for copy in "abc":
        for path in files:
            text = path.read_text()
            for stem in stems:
                text = text.replace(f"-{stem}.md", f"-{stem}-{copy}.md")
                name = stem.replace("-", "_")
                text = text.replace("{{ " + name + ".", "{{ " + f"{name}_{copy}.")
            place = lessons / copy / path.relative_to(HERE / "lessons").parent
            place.mkdir(parents=True, exist_ok=True)
            (place / f"{path.stem}-{copy}.md").write_text(text)
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


def show(what, times):
    print(f"{what:<48} {times[0]:8.0f} ms wall {times[1]:8.0f} ms processor", flush=True)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--gradbook", default=HERE / "target/release/gradbook", type=Path)
    arguments.add_argument("--rounds", default=5, type=int)
    arguments.add_argument("--lessons", default=1000, type=int, help="of prose")
    options = arguments.parse_args()
    build = [options.gradbook.resolve(), "build", "--quiet"]

    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for name, make in [("30 lessons", thirty), (f"{options.lessons} of prose", lambda at: prose(at, options.lessons))]:
            course = folder / name.replace(" ", "-")
            lesson = make(course / "lessons")
            text = lesson.read_text()
            if name == "30 lessons":
                show(f"{name}: everything trained", timed(build, course, 1))

            def edit(round):
                lesson.write_text(text + f"\nOne word more, {round}.\n")

            def forget(_):
                shutil.rmtree(course / "output", ignore_errors=True)

            show(f"{name}: from nothing, runs cached", timed(build, course, options.rounds, forget))
            show(f"{name}: unchanged", timed(build, course, options.rounds))
            show(f"{name}: a word changed", timed(build, course, options.rounds, edit))
        if shutil.which("mdbook"):
            book(folder / "book", course / "lessons")
            clean = lambda _: shutil.rmtree(folder / "book/book", ignore_errors=True)
            show(f"mdBook, {options.lessons} of prose: from nothing", timed(["mdbook", "build"], folder / "book", options.rounds, clean))
        else:
            print("mdBook is not installed: `cargo install mdbook`")


if __name__ == "__main__":
    os.environ.pop("CI", None)
    main()
