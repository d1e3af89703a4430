"""How much memory training on a file of MNIST's size takes, as the kernel counts it."""

import gzip
import random
import resource
import struct
import subprocess

ROWS, SIDE = 60_000, 28
LESSON = """---
title: Sixty thousand images
---

```yaml experiment
kind: softmax
id: images
data: {{file: {images}, labels: {labels}, normalize: minmax}}
split: {{train: 90%, dev: 10%}}
model: {{hidden: [512, 256]}}
training: {{epochs: 1, batch_size: 128}}
```
"""


def write_idx(folder, compressed):
    """Random images and labels in MNIST's format; their names."""
    ending, opener = (".gz", gzip.open) if compressed else ("", open)
    images, labels = f"images-idx3-ubyte{ending}", f"labels-idx1-ubyte{ending}"
    draw = random.Random(0)
    with opener(folder / images, "wb") as file:
        file.write(struct.pack(">IIII", 0x803, ROWS, SIDE, SIDE))
        file.write(draw.randbytes(ROWS * SIDE * SIDE))
    with opener(folder / labels, "wb") as file:
        file.write(struct.pack(">II", 0x801, ROWS))
        file.write(bytes(draw.choices(range(10), k=ROWS)))
    return images, labels


def measure(program, folder):
    size = ROWS * SIDE * SIDE * 4
    print(f"\n**Memory of training 784-512-256-10 on {ROWS:,} images** ({size / 1e6:.0f} MB in f32)\n")
    print("| file | most memory held | of the file in f32 |\n|---|---|---|")
    for compressed in [False, True]:
        course = folder / ("gzip" if compressed else "plain")
        course.mkdir()
        images, labels = write_idx(course, compressed)
        lesson = course / "images.md"
        lesson.write_text(LESSON.format(images=images, labels=labels))
        command = ["/usr/bin/time", "-f", "%M", program, "run", lesson, "--no-cache", "--quiet", "--jobs", "1"]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if done.returncode:
            print(f"| {images} | {done.stderr.strip()[-200:]} | |")
            continue
        held = int(done.stderr.split()[-1]) * 1024
        print(f"| {images} | {held / 1e6:.0f} MB | {held / size:.2f} times |", flush=True)
