import struct

import numpy as np


def rotated(words, left):
    return words << left | words >> 32 - left


def blake3(message):
    """The BLAKE3 hash of at most 64 bytes, as eight words: one block of one chunk."""
    block = list(struct.unpack("<16I", message.ljust(64, b"\0")))
    start = [0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19]
    v = [*start, *start[:4], 0, 0, len(message), 1 | 2 | 8]
    for _ in range(7):
        for i, (a, b, c, d) in enumerate(QUARTERS):
            for word, (first, second) in zip(block[2 * i : 2 * i + 2], [(16, 12), (8, 7)]):
                v[a] = (v[a] + v[b] + word) % 2**32
                v[d] = rotated(v[d] ^ v[a], 32 - first) % 2**32
                v[c] = (v[c] + v[d]) % 2**32
                v[b] = rotated(v[b] ^ v[c], 32 - second) % 2**32
        block = [block[i] for i in [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8]]
    return [v[i] ^ v[i + 8] for i in range(8)]


# Each column of the four by four words, then each diagonal.
QUARTERS = [(0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15)]
QUARTERS += [(0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)]


def chacha8(key, first, blocks):
    """Words of ChaCha with 8 rounds and nonce 0, from a block on: 16 a block, all blocks at once."""
    counter = np.arange(first, first + blocks, dtype=np.uint64)
    start = np.zeros((16, blocks), np.uint32)
    start[:4] = np.array(struct.unpack("<4I", b"expand 32-byte k"), np.uint32)[:, None]
    start[4:12] = np.array(key, np.uint32)[:, None]
    start[12:14] = counter & np.uint64(0xFFFFFFFF), counter >> np.uint64(32)
    v = start.copy()
    for _ in range(4):
        for a, b, c, d in QUARTERS:
            for x, y, z, left in [(a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)]:
                v[x] += v[y]
                v[z] = rotated(v[z] ^ v[x], left)
    return (v + start).T.reshape(-1)


def normal_pairs(u, v):
    """Two standard normal numbers from each pair of uniform ones, side by side (Box and Muller)."""
    radius = np.sqrt(-2 * np.log(1 - u))
    angle = 2 * np.pi * v
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1)


def halves(words):
    """The numbers of 32 bits that some of 64 bits are made of."""
    return np.stack([words & np.uint64(0xFFFFFFFF), words >> np.uint64(32)], axis=1).astype(np.uint32).reshape(-1)


class Stream:
    """The random numbers of a seed for one purpose, named by text: the same name gives the same numbers."""

    def __init__(self, seed, purpose):
        self.key = blake3(struct.pack("<Q", seed) + purpose.encode())
        self.blocks = 0
        self.unused = np.empty(0, np.uint32)
        self.spare = np.empty(0)

    def words(self, count):
        """The next numbers of 32 bits."""
        if len(self.unused) < count:
            blocks = max(64, -(-(count - len(self.unused)) // 16))
            self.unused = np.concatenate([self.unused, chacha8(self.key, self.blocks, blocks)])
            self.blocks += blocks
        taken, self.unused = self.unused[:count], self.unused[count:]
        return taken

    def double_words(self, count):
        """Numbers of 64 bits, the low half first."""
        words = self.words(2 * count).astype(np.uint64)
        return words[1::2] << np.uint64(32) | words[0::2]

    def uniform(self, count):
        """Numbers in [0, 1), from the upper 53 bits."""
        return (self.double_words(count) >> np.uint64(11)) / 2.0**53

    def normal(self, count):
        """Standard normal numbers; the second of a pair waits for the next call."""
        pairs = max(0, -(-(count - len(self.spare)) // 2))
        u = self.uniform(2 * pairs)
        numbers = np.concatenate([self.spare, normal_pairs(u[0::2], u[1::2]).reshape(-1)])
        self.spare = numbers[count:]
        return numbers[:count]

    def below(self, bounds):
        """Whole numbers, each from 0 to below its bound. A word that would favour small ones is passed over."""
        bounds = np.asarray(bounds, np.uint64)
        most = np.uint64(2**64 - 1)
        found = []
        while len(bounds):
            words = self.double_words(len(bounds))
            fits = words < most - most % bounds
            good = len(bounds) if fits.all() else int(np.argmin(fits))
            found.append(words[:good] % bounds[:good])
            bounds = bounds[good:]
            if len(bounds):
                self.unused = np.concatenate([halves(words[good + 1 :]), self.unused])
        return np.concatenate([np.empty(0, np.uint64), *found]).astype(np.int64)

    def shuffle(self, items):
        """Puts a list in a random order, from its last item down (Fisher and Yates)."""
        places = self.below(np.arange(len(items), 1, -1)).tolist()
        for i, j in zip(range(len(items) - 1, 0, -1), places):
            items[i], items[j] = items[j], items[i]
        return items

    def kept(self, share, count):
        """Whether each of so many numbers is kept by dropout."""
        return self.words(count) < round(share * 2**32)
