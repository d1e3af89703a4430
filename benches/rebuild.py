#!/usr/bin/env python3
"""How long builds take, by what is kept of the builds before; mdBook on the same pages in the same run.

    cargo build --release && benches/rebuild.py [--gradbook target/release/gradbook] [--rounds 9] [--trainings 3]

Two courses: the repository's own, and a thousand lessons of prose. A build keeps a cache (what each run left behind; the charts and
files of results drawn from that; notes of the output folder) and its output. Each row says which of them are there before the
build; `nothing` means that neither is. Beside it stands what the project wants to keep to. Times are medians of wall time and of
processor time, which a busy machine disturbs less. mdBook is installed from crates.io, outside of the repository,
where it is not yet."""

import argparse
import os
import resource
import shutil
import signal
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
MDBOOK = "0.5.4"


def course(lessons):
    """The repository's own course; returns its first lesson."""
    shutil.copytree(HERE / "lessons", lessons, ignore=shutil.ignore_patterns(".gradbook", "snapshots"))
    return min(lessons.glob("*/*.md"))


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


def served(program, place, lesson, rounds):
    """Where `serve` shows a course: the median from a word that is saved to the site with it, which waits 50 ms for further words, and
    the processor time of one, in milliseconds."""
    output = place / "output"
    command = [program, "serve", "--port", "0", "--watch", "native"]
    server = subprocess.Popen(command, cwd=place, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    next(line for line in server.stderr if line.startswith("built"))

    def work():
        fields = Path(f"/proc/{server.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    text, walls, began = lesson.read_text(), [], work()
    for round in range(rounds):
        old, start = output.stat().st_ino, time.perf_counter()
        lesson.write_text(text + f"\nOne word more, {round}.\n")
        while output.stat().st_ino == old:
            time.sleep(0.001)
        walls.append(time.perf_counter() - start)
        time.sleep(1)
    used = (work() - began) / rounds
    server.send_signal(signal.SIGINT)
    server.wait()
    lesson.write_text(text)
    return statistics.median(walls) * 1000, used * 1000


def show(course, kept, times, goal=""):
    print(f"| {course:<20} | {kept:<37} | {times[0]:6.0f} | {times[1]:6.0f} | {goal:<19} |", flush=True)


def rows(name, build, place, lesson, options, rounds, goals=("", "")):
    """The rows of one course, by what is kept: nothing (in `rounds` rounds) first. `goals` are of nothing and of everything."""
    output, cache = place / "output", place / "lessons/.gradbook/cache"
    text = lesson.read_text()

    def forget(*folders):
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)

    def keep_runs(_):
        forget(output, *(folder for folder in cache.iterdir() if folder.is_dir() and folder.name != "runs"))

    def edit(round):
        lesson.write_text(text + f"\nOne word more, {round}.\n")

    show(name, "nothing", timed(build, place, rounds, lambda _: forget(output, cache)), goals[0])
    if (cache / "runs").exists():
        show(name, "the cached runs", timed(build, place, options.rounds, keep_runs))
    show(name, "the cache", timed(build, place, options.rounds, lambda _: forget(output)))
    # What was written a moment ago is read once more, since a clock may not tell.
    time.sleep(3)
    timed(build, place, 1)
    unchanged = timed(build, place, options.rounds)
    show(name, "cache and output", unchanged, goals[1])
    edited = timed(build, place, options.rounds, edit)
    show(name, "the same, a word of prose changed", edited, f"< {unchanged[0] + 50:.0f}, 50 more")
    lesson.write_text(text)
    show(name, "served, from a saved word to its page", served(build[0], place, lesson, options.rounds))


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--gradbook", default=HERE / "target/release/gradbook", type=Path)
    arguments.add_argument("--rounds", default=9, type=int)
    arguments.add_argument("--trainings", default=3, type=int, help="rounds in which all experiments are trained")
    arguments.add_argument("--prose", default=1000, type=int, help="lessons of prose")
    caches = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    arguments.add_argument("--mdbook-root", default=caches / "gradbook-benches/mdbook", type=Path, help="where mdBook is installed")
    options = arguments.parse_args()
    options.mdbook_root.mkdir(parents=True, exist_ok=True)
    mdbook = installed(options.mdbook_root.resolve())
    build = [options.gradbook.resolve(), "build", "--quiet"]

    print(f"{os.cpu_count()} cores, milliseconds, medians of {options.rounds} builds, of {options.trainings} where all is trained\n")
    print("| course               | kept of the builds before             |   wall |    CPU | goal, wall          |")
    print("|---|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        trained = folder / "trained"
        lesson = course(trained / "lessons")
        name = f"the course, {len(list(lesson.parents[1].rglob('*.md')))} pages"
        rows(name, build, trained, lesson, options, options.trainings, ("", "< 100"))

        written = folder / "prose"
        lesson = prose(written / "lessons", options.prose)
        book(folder / "book", written / "lessons")
        name = f"{options.prose} of prose"
        rows(name, build, written, lesson, options, options.rounds, ("< 3000 on two cores", ""))
        made = folder / "book/book"
        times = timed([mdbook, "build"], folder / "book", options.rounds, lambda _: shutil.rmtree(made, ignore_errors=True))
        show(name, f"nothing: mdBook {MDBOOK}", times)


if __name__ == "__main__":
    os.environ.pop("CI", None)
    main()
