#!/usr/bin/env python3
"""gradbook beside PyTorch, JAX and scikit-learn: the same work in one run, on the same cores.

    benches/peers/measure.py [--quick] [--threads 1 2] [--only steps programs lessons growth memory]

Prints Markdown tables. Everybody takes turns, so that a busy machine slows all alike; a ratio is the median of the
ratios of each turn, and above 1 gradbook is faster. Compilation by JAX and the import of libraries are not counted,
but for the notebooks, where they are what a reader waits for.

The libraries come from PyPI into target/peers-venv, those of the notebooks only where lessons are measured;
GRADBOOK_PEERS_VENV names another environment that has them.
"""

import argparse
import itertools
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PACKAGES = ["torch", "jax", "scikit-learn"]
NOTEBOOKS = ["nbconvert", "ipykernel"]
SECTIONS = ["steps", "programs", "lessons", "growth", "memory"]
PEERS = ["torch", "jax", "sklearn"]
# Layers, batch, steps timed in a turn.
SHAPES = [([2, 16, 16, 2], 32, 640), ([64, 64, 32, 10], 64, 320), ([784, 256, 128, 10], 128, 32), ([784, 512, 256, 10], 128, 32)]


def environment(packages):
    """Goes on with a Python that has the packages."""
    venv = Path(os.environ.get("GRADBOOK_PEERS_VENV", ROOT / "target/peers-venv"))
    python = venv / "bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    if subprocess.run([python, "-m", "pip", "show", "--quiet", *packages], stderr=subprocess.DEVNULL).returncode:
        subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True)
    if Path(sys.prefix).resolve() != venv.resolve():
        os.execv(python, [python, __file__, *sys.argv[1:]])


def build(name, *arguments):
    """Builds in the release profile; the path of the program of that name."""
    command = ["cargo", *arguments, "--message-format=json-render-diagnostics"]
    lines = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    found = [line for line in map(json.loads, lines) if line.get("executable") and line["target"]["name"] == name]
    return found[-1]["executable"]


class Server:
    """A process that answers each line of JSON with how long its work took."""

    def __init__(self, *command):
        self.process = subprocess.Popen(list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=HERE)

    def time(self, **work):
        print(json.dumps(work), file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        return float(answer) if answer else float("nan")

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def peers(threads, precision):
    """Starts the peers, and waits until each has its libraries: while one imports, nobody is timed on the same cores."""
    servers = {peer: Server(sys.executable, HERE / f"peer_{peer}.py", threads, precision) for peer in PEERS}
    for peer, server in servers.items():
        if server.process.stdout.readline() != "ready\n":
            sys.exit(f"peer_{peer}.py does not start: run it by itself to see why")
    return servers


def in_turns(turns, contestants):
    """Seconds of each contestant, turn by turn, gradbook first."""
    return [{name: run() for name, run in contestants.items()} for _ in range(turns)]


def row(title, times, unit):
    middle = lambda values: statistics.median(values)
    scale = {"us": 1e6, "s": 1}[unit]
    ours = middle(turn["gradbook"] for turn in times)
    cells = [title, f"{ours * scale:.3g} {unit}"]
    for peer in list(times[0])[1:]:
        ratio = middle([turn[peer] / turn["gradbook"] for turn in times])
        cells.append(f"{middle(turn[peer] for turn in times) * scale:.3g} {unit} ({ratio:.3g}x)")
    print("| " + " | ".join(cells) + " |", flush=True)


def head(title, names):
    print(f"\n**{title}**\n\n| | " + " | ".join(names) + " |\n|---" * 1 + "|---" * len(names) + "|", flush=True)


def steps(quick, threads, ours):
    head("One training step, batch gathered", ["gradbook", *PEERS])
    for count, precision in itertools.product(threads, ["f32"] if quick else ["f32", "f64"]):
        with_cores(count)
        servers = peers(count, precision)
        own = Server(ours, "--serve")
        for (layers, batch, number), optimizer in itertools.product(SHAPES, ["adam", "sgd"]):
            work = {"do": "steps", "layers": layers, "batch": batch, "optimizer": optimizer, "steps": number}
            case = dict(layers=layers, batch=batch, optimizer=optimizer, precision=precision, threads=count, steps=4 * number)
            contestants = {"gradbook": lambda: own.time(**case) / 1e6}
            for peer, server in servers.items():
                contestants[peer] = lambda server=server: server.time(**work) / number
            times = in_turns(5 if quick else 11, contestants)
            name = "-".join(map(str, layers))
            row(f"{name}, batch {batch}, {optimizer}, {precision}, {count} thread{'s' * (count > 1)}", times, "us")
        [server.end() for server in [own, *servers.values()]]


def gradbook(program, threads, *arguments):
    """Seconds of a whole run of the program."""
    start = time.perf_counter()
    command = [program, *map(str, arguments), "--no-cache", "--quiet", "--jobs", str(threads)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def programs(quick, threads, program, course):
    head("Whole programs on digits", ["gradbook", *PEERS])
    titles = {"comparison": ("4 optimizers x 10 seeds, 30 epochs", "04-optimizers.md"), "search": ("a search of 60 trials, 20 epochs", "05-search.md")}
    for count in threads:
        with_cores(count)
        servers = peers(count, "f32")
        for work, (title, lesson) in titles.items():
            contestants = {"gradbook": lambda: gradbook(program, count, "run", course / lesson)}
            for peer, server in servers.items():
                contestants[peer] = lambda server=server: server.time(do=work)
            row(f"{title}, {count} thread{'s' * (count > 1)}", in_turns(1 if quick else 3, contestants), "s")
        [server.end() for server in servers.values()]


def against_notebooks(quick, threads, program, course, folder):
    import lessons

    head("Six lessons, beside six notebooks with PyTorch run by nbconvert", ["gradbook build", "nbconvert"])
    for count in threads:
        with_cores(count)
        notebooks = folder / f"notebooks-{count}"
        lessons.write_notebooks(notebooks, count)

        def execute():
            start = time.perf_counter()
            command = [sys.executable, "-m", "nbconvert", "--to", "html", "--execute", *sorted(notebooks.glob("*.ipynb"))]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            return time.perf_counter() - start

        own = lambda: gradbook(program, count, "build", course, "--output", folder / "site")
        row(f"{count} thread{'s' * (count > 1)}", in_turns(1 if quick else 3, {"gradbook": own, "nbconvert": execute}), "s")


def growth(ours):
    """How the time of an example grows with sizes, printed and drawn."""
    with_cores(1)
    print(flush=True)
    chart = ROOT / "target/growth.svg"
    subprocess.run([ours, "--growth", chart], check=True)
    print(f"\nDrawn in {chart}.")


def with_cores(count):
    """Holds this process, and those that it starts, to so many cores."""
    os.sched_setaffinity(0, sorted(CORES)[:count])
    for name in ["OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"]:
        os.environ[name] = str(count)


def cpu():
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    name = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.processor())
    return f"{name}, {len(CORES)} cores, Python {platform.python_version()}"


def versions():
    from importlib.metadata import version

    return ", ".join(f"{package} {version(package)}" for package in PACKAGES)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer turns, one thread, f32 only")
    parser.add_argument("--threads", type=int, nargs="+", help="1 2 if not given")
    parser.add_argument("--only", choices=SECTIONS, nargs="+", default=SECTIONS)
    return parser.parse_args()


def main(options):
    threads = options.threads or ([1] if options.quick else [1, 2])
    program = build("gradbook", "build", "--release", "--bin", "gradbook")
    ours = build("steps", "bench", "--bench", "steps", "--no-run")
    print(f"{cpu()}; {versions()}")
    with tempfile.TemporaryDirectory() as folder:
        import lessons

        folder = Path(folder)
        course = folder / "course"
        lessons.write_course(course)
        if "steps" in options.only:
            steps(options.quick, threads, ours)
        if "programs" in options.only:
            programs(options.quick, threads, program, course)
        if "lessons" in options.only:
            against_notebooks(options.quick, threads, program, course, folder)
        if "growth" in options.only:
            growth(ours)
        if "memory" in options.only:
            import memory

            memory.measure(program, folder)


if __name__ == "__main__":
    OPTIONS = arguments()
    environment(PACKAGES + NOTEBOOKS * ("lessons" in OPTIONS.only))
    CORES = os.sched_getaffinity(0)
    main(OPTIONS)
