"""Random streams as `engine/src/numeric/stream.rs` defines them, written anew from that definition.

Of BLAKE3 it has what a name of at most 56 bytes needs: one block.
"""

import math
import struct

MASK = 0xFFFFFFFF
# The first words of SHA-256, from which BLAKE3 starts.
IV = [0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19]
PERMUTATION = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8]
# Each column of the four by four words, then each diagonal.
QUARTERS = [(0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15)]
QUARTERS += [(0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)]


def rotated(x, left):
    return (x << left | x >> 32 - left) & MASK


def blake3(message):
    """The hash of at most 64 bytes, as eight words."""
    block = list(struct.unpack("<16I", message.ljust(64, b"\0")))
    chunk_start, chunk_end, root = 1, 2, 8
    v = IV + IV[:4] + [0, 0, len(message), chunk_start | chunk_end | root]
    for _ in range(7):
        for i, (a, b, c, d) in enumerate(QUARTERS):
            for word, (first, second) in zip(block[2 * i : 2 * i + 2], [(16, 12), (8, 7)]):
                v[a] = (v[a] + v[b] + word) & MASK
                v[d] = rotated(v[d] ^ v[a], 32 - first)
                v[c] = (v[c] + v[d]) & MASK
                v[b] = rotated(v[b] ^ v[c], 32 - second)
        block = [block[i] for i in PERMUTATION]
    return [v[i] ^ v[i + 8] for i in range(8)]


def chacha8(key):
    """The words of ChaCha with 8 rounds, from block 0 and nonce 0."""
    counter = 0
    while True:
        start = [*struct.unpack("<4I", b"expand 32-byte k"), *key, counter & MASK, counter >> 32, 0, 0]
        v = list(start)
        for _ in range(4):
            for a, b, c, d in QUARTERS:
                for x, y, z, left in [(a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)]:
                    v[x] = (v[x] + v[y]) & MASK
                    v[z] = rotated(v[z] ^ v[x], left)
        yield from ((x + y) & MASK for x, y in zip(v, start))
        counter += 1


class Stream:
    def __init__(self, seed, purpose):
        self.words = chacha8(blake3(struct.pack("<Q", seed) + purpose.encode()))
        self.spare = None

    def double_word(self):
        low = next(self.words)
        return next(self.words) << 32 | low

    def uniform(self):
        return (self.double_word() >> 11) / 2**53

    def below(self, n):
        while True:
            x = self.double_word()
            if x < 2**64 - 2**64 % n:
                return x % n

    def normal(self):
        if self.spare is not None:
            z, self.spare = self.spare, None
            return z
        radius = math.sqrt(-2 * math.log(1 - self.uniform()))
        angle = 2 * math.pi * self.uniform()
        self.spare = radius * math.sin(angle)
        return radius * math.cos(angle)

    def shuffle(self, items):
        for i in range(len(items) - 1, 0, -1):
            j = self.below(i + 1)
            items[i], items[j] = items[j], items[i]

    def kept(self, share, count):
        """Whether each of so many is kept by dropout."""
        return [next(self.words) < round(share * 2**32) for _ in range(count)]
