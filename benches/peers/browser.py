#!/usr/bin/env python3
"""The module of pages on Node beside PyTorch, one thread each, in turns: benches/peers/browser.py [SITE].

PyTorch's steps are those of peer_torch.py, the module's those of its epochs, without the losses that it measures after each. Needs
Node.js and a Python with torch (GRADBOOK_PEERS_VENV, or target/peers-venv)."""

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SITE = sys.argv[1] if len(sys.argv) > 1 else str(ROOT / "output")
PYTHON = Path(os.environ.get("GRADBOOK_PEERS_VENV", ROOT / "target/peers-venv")) / "bin/python"
BLOCK = "kind: train\nid: a\ndata: {data}\nsplit: {{train: TRAIN, dev: DEV, test: 0}}\nmodel: {{hidden: {hidden}}}\ntraining: {{epochs: EPOCHS, batch_size: {batch}, optimizer: adam}}\n"
CASES = [
    ([2, 16, 16, 2], 32, 640, "{name: moons, samples: 2048}", 1248, 800),
    ([64, 64, 32, 10], 64, 320, "{name: digits}", 1088, 700),
]
TURNS = 3


def flags():
    known = subprocess.run(["node", "--experimental-wasm-relaxed-simd", "--eval", "0"], capture_output=True).returncode == 0
    return ["--experimental-wasm-relaxed-simd"] if known else []


def torch_step(layers, batch, steps):
    asked = json.dumps({"do": "steps", "layers": layers, "batch": batch, "steps": steps, "optimizer": "adam"})
    answer = subprocess.run([PYTHON, HERE / "peer_torch.py", "1", "f32"], input=f"{asked}\n{asked}\n", text=True, capture_output=True, check=True, cwd=HERE)
    return min(float(line) for line in answer.stdout.splitlines()[1:]) * 1e6 / steps


def module_step(layers, batch, data, train, dev):
    block = BLOCK.format(data=data, hidden=layers[1:-1], batch=batch)
    answer = subprocess.run(["node", *flags(), HERE / "browser.mjs", SITE, block, str(train), str(dev), str(batch)], text=True, capture_output=True, check=True)
    return json.loads(answer.stdout)


print("| network, batch | module, relaxed SIMD | module, without | PyTorch |\n|---|--:|--:|--:|")
for layers, batch, steps, data, train, dev in CASES:
    turns = [(module_step(layers, batch, data, train, dev), torch_step(layers, batch, steps)) for _ in range(TURNS)]
    torch = statistics.median(torch for _, torch in turns)

    def cell(name):
        times = [(module[name], torch / module[name]) for module, torch in turns if name in module]
        return f"{statistics.median(t for t, _ in times):.1f} µs ({statistics.median(r for _, r in times):.1f}×)" if times else "–"

    print(f"| {'-'.join(map(str, layers))}, {batch}, Adam | {cell('relaxed')} | {cell('plain')} | {torch:.0f} µs |")
