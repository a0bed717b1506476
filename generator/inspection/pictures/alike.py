"""Pictures that look alike, found by a perceptual hash, so that they can stay in one split.

A difference hash (Krawetz 2013) says of a 9×8 thumbnail where it gets brighter from left to right: 64 bits that hardly
change when a picture is saved again, resized or made a little brighter. On small pictures equal hashes mean little, as
half of all handwritten ones share theirs, so the hash only proposes pairs. A pair counts where, in the prepared
pixels, the two are as bright and correlate at ENOUGH: a picture saved again as JPEG of quality 75 lies above 0.994, the
most similar two of 1,797 digits of 8×8 pixels at 0.9942, of 20,000 MNIST digits at 0.9874. What has no detail,
a plain sheet, is alike only to its exact copy.
"""

from hashlib import blake2b

import numpy as np

FACTS = np.dtype([("key", "<u8"), ("look", "<u8"), ("sum", "<i8"), ("squares", "<i8")])
SMALL = 32  # pixels a side; below, every difference counts for more
ENOUGH, ENOUGH_IF_SMALL = 0.99, 0.995  # correlation of the pixels
MOST_BITS = 10  # in which the hashes of a pair may differ
BRIGHTNESS = 24.0  # levels of 255 by which the means of a pair may differ
CONTRAST = 1.3  # times by which their deviations may differ
LEAST_DETAIL = 3.0  # levels of deviation, below which a picture is a plain sheet
STEP = 2.0  # levels that count as brighter, so that noise in a plain part changes no bit
NEIGHBOURS = 8  # pictures next in the order of the hashes that each is compared with
CHUNK = 32 << 20  # bytes of pictures compared at a time; only memory depends on it


def facts(images: np.ndarray) -> np.ndarray:
    """What is noted of each picture, (n,) FACTS: fingerprint, hash, sum and sum of squares of its pixels.

    images  (n, height, width, channels) bytes
    """
    noted = np.zeros(len(images), FACTS)
    flat = np.ascontiguousarray(images).reshape(len(images), -1)
    noted["key"] = [int.from_bytes(blake2b(row, digest_size=8).digest(), "little") for row in flat]
    noted["look"] = hashes(images)
    noted["sum"] = flat.sum(1, dtype=np.int64)
    noted["squares"] = np.einsum("np,np->n", flat, flat, dtype=np.int64, casting="unsafe")
    return noted


def hashes(images: np.ndarray) -> np.ndarray:
    """The difference hash of each picture, (n,) of 64 bits."""
    grey = images.mean(3, dtype=np.float32)  # (n, height, width)
    rows, columns = averages(grey.shape[1], 8), averages(grey.shape[2], 9)
    small = rows @ grey @ columns.T  # (n, 8, 9), thumbnails
    bits = np.diff(small, axis=2) > STEP  # (n, 8, 8)
    return np.packbits(bits.reshape(len(bits), 64), axis=1).view(">u8").reshape(-1).astype(np.uint64)


def averages(size: int, parts: int) -> np.ndarray:
    """The matrix that averages `size` pixels into `parts` of equal length, (parts, size)."""
    edges = np.linspace(0, size, parts + 1)
    pixel = np.arange(size)
    shares = np.minimum(edges[1:, None], pixel + 1) - np.maximum(edges[:-1, None], pixel)
    return (shares.clip(0) * (parts / size)).astype(np.float32)


def groups(images: np.ndarray, noted: np.ndarray) -> np.ndarray:
    """A group number for each picture, (n,): equal for pictures that are the same or look alike.

    Only pairs that stand near each other in one of four orders of the hashes are looked at, so the time grows with
    the number of pictures, not with its square.
    """
    joined = np.unique(noted["key"], return_inverse=True)[1].reshape(-1)
    first = np.unique(joined, return_index=True)[1]  # one of each set of equal pictures
    few = noted[first]
    group = np.arange(len(first))
    pixels = int(np.prod(images.shape[1:]))
    mean = few["sum"] / pixels
    spread = np.sqrt((few["squares"] / pixels - mean**2).clip(0))
    detailed = spread > LEAST_DETAIL
    for turn in range(0, 64, 16):
        turned = (few["look"] << np.uint64(turn)) | (few["look"] >> np.uint64((64 - turn) % 64))
        order = np.lexsort((few["sum"], turned))
        for distance in range(1, min(NEIGHBOURS + 1, len(order))):
            one, other = order[:-distance], order[distance:]
            near = np.bitwise_count(few["look"][one] ^ few["look"][other]) <= MOST_BITS
            near &= (np.abs(mean[one] - mean[other]) <= BRIGHTNESS) & detailed[one] & detailed[other]
            near &= np.maximum(spread[one], spread[other]) <= CONTRAST * np.minimum(spread[one], spread[other])
            near &= group[one] != group[other]
            one, other = one[near], other[near]
            same = correlate(images, first[one], first[other])
            group = union(group, one[same], other[same])
    return group[joined]


def correlate(images: np.ndarray, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Which pairs of rows show the same: their pixels, each channel about its mean, correlate."""
    enough = ENOUGH_IF_SMALL if min(images.shape[1:3]) < SMALL else ENOUGH
    step = max(1, CHUNK // (8 * int(np.prod(images.shape[1:]))))
    same = [np.zeros(0, bool)]
    for start in range(0, len(one), step):
        a, b = (centred(images[rows[start : start + step]]) for rows in (one, other))
        product, *squares = (np.einsum("ncp,ncp->n", x, y) for x, y in ((a, b), (a, a), (b, b)))
        same.append(product > enough * np.sqrt(squares[0] * squares[1]))
    return np.concatenate(same)


def centred(images: np.ndarray) -> np.ndarray:
    """Pixels about the mean of their channel, (n, channels, pixels) floats."""
    flat = np.moveaxis(images, 3, 1).reshape(len(images), images.shape[3], -1).astype(np.float32)
    flat -= flat.mean(2, keepdims=True)
    return flat


def union(group: np.ndarray, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Join the groups of the pairs; a group is named by its lowest member."""
    while len(one):
        lowest = np.minimum(group[one], group[other])
        if (group[one] == group[other]).all():
            break
        for ends in (group[one], group[other]):
            np.minimum.at(group, ends, lowest)
        group = group[group]
    return group
