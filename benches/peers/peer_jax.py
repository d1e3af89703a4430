"""The work in JAX: an epoch is one compiled function that scans over the batches."""

import functools
import os
import sys

os.environ["XLA_FLAGS"] = f"--xla_cpu_multi_thread_eigen={'false' if sys.argv[1] == '1' else 'true'}"
import jax
import jax.numpy as jnp
import numpy as np

import work

jax.config.update("jax_platforms", "cpu")
jax.config.update("jax_enable_x64", sys.argv[2] == "f64")
DTYPE = {"f32": np.float32, "f64": np.float64}[sys.argv[2]]


def network(layers, seed):
    rng = np.random.default_rng(seed)
    draw = lambda i, o: jnp.asarray(rng.standard_normal((i, o)) * np.sqrt(2 / i), DTYPE)
    return [(draw(i, o), jnp.zeros(o, DTYPE)) for i, o in zip(layers, layers[1:])]


def logits(network, x):
    for weights, bias in network[:-1]:
        x = jax.nn.relu(x @ weights + bias)
    weights, bias = network[-1]
    return x @ weights + bias


def loss(network, x, y):
    right = jnp.take_along_axis(jax.nn.log_softmax(logits(network, x)), y[:, None], 1)
    return -right.mean()


def update(name, rate, decay, state, gradient):
    network, m, v, t = state
    each = jax.tree.map
    gradient = each(lambda g, w: g + decay * w, gradient, network)
    if name == "adam":
        t = t + 1
        m = each(lambda m, g: 0.9 * m + 0.1 * g, m, gradient)
        v = each(lambda v, g: 0.999 * v + 0.001 * g * g, v, gradient)
        a, c = rate / (1 - 0.9**t), 1 / (1 - 0.999**t)
        step = each(lambda m, v: a * m / (jnp.sqrt(v * c) + 1e-8), m, v)
    elif name == "sgd":
        step = each(lambda g: rate * g, gradient)
    else:
        m = each(lambda m, g: 0.9 * m + g, m, gradient)
        step = each(lambda m, g: rate * (0.9 * m + g if name == "nesterov" else m), m, gradient)
    return each(jnp.subtract, network, step), m, v, t


def start(layers, seed):
    first = network(layers, seed)
    zeros = jax.tree.map(jnp.zeros_like, first)
    return first, zeros, zeros, jnp.zeros((), DTYPE)


@functools.partial(jax.jit, static_argnames=["name", "batch"])
def epoch(state, key, x, y, rate, decay, *, name, batch):
    order = jax.random.permutation(key, len(y))

    def step(state, rows):
        gradient = jax.grad(loss)(state[0], x[rows], y[rows])
        return update(name, rate, decay, state, gradient), None

    whole = len(y) // batch * batch
    state, _ = jax.lax.scan(step, state, order[:whole].reshape(-1, batch))
    return step(state, order[whole:])[0] if whole < len(y) else state


@jax.jit
def measure(network, x, y):
    return loss(network, x, y), (logits(network, x).argmax(1) == y).mean()


def steps(asked):
    x, y = map(jnp.asarray, work.step_data(asked["layers"], asked["batch"], DTYPE))
    state, key = start(asked["layers"], 0), jax.random.PRNGKey(0)

    def run(steps=asked["steps"]):
        now = state
        for _ in range(steps // work.BATCHES):
            now = epoch(now, key, x, y, 0.001, 0.0, name=asked["optimizer"], batch=asked["batch"])
        jax.block_until_ready(now)

    return run, lambda: run(work.BATCHES)


def digits_run(seed, sizes, name, rate, l2):
    parts = [(jnp.asarray(x), jnp.asarray(y)) for x, y in work.digits(seed, DTYPE)]
    state = start([64, sizes["hidden"], 10], seed)
    for key in jax.random.split(jax.random.PRNGKey(seed), sizes["epochs"]):
        state = epoch(state, key, *parts[0], rate, l2 / len(parts[0][1]), name=name, batch=sizes["batch"])
        for part in parts:
            [float(found) for found in measure(state[0], *part)]


PROGRAMS = work.programs(digits_run)
work.serve(lambda asked: steps(asked) if asked["do"] == "steps" else PROGRAMS[asked["do"]])
