"""What must never be in a repository, today or in its history: keys and passwords, and files that are too large."""

import math
import re
from collections import Counter
from collections.abc import Iterable

import runs
from checks import git
from checks.item import AUTO, Found, Item
from checks.repository import listed
from support.wording import words

SECRETS = re.compile(
    r"AKIA[0-9A-Z]{16}|\bgh[pousr]_[A-Za-z0-9]{36}|\bgithub_pat_\w{50,}|\bglpat-[\w-]{20}|\bxox[abprs]-[\w-]{10,}"
    r"|\bAIza[\w-]{35}|\bsk-[\w-]{32,}|\bhf_[A-Za-z]{30,}|\bsk_live_\w{20,}|-----BEGIN [A-Z ]*PRIVATE KEY-----"
)
ASSIGNED = re.compile(
    r"""(?:password|passwd|secret|token|api_?key)\w*["']?\s*[:=]\s*["']([^"'\s]{12,})["']""", re.IGNORECASE
)
LEAST_ENTROPY = 3.0  # bits per character: a word or a name has less than a random key
PRIVATE = re.compile(r"(^|/)(\.env(\.\w+)?|id_(rsa|ed25519|ecdsa)|.*\.(pem|p12|pfx|key)|credentials\.json)$")
MOST_BYTES = 50_000_000
DATA_LIKE = (".pt", ".pth", ".ckpt", ".safetensors", ".h5", ".keras", ".onnx", ".npz", ".npy", ".pkl", ".joblib")
DATA_LIKE += (".zip", ".tar", ".gz", ".7z", ".parquet")
STRAY_BYTES = 1_000_000  # of weights or packed data outside published/, data/ and demo/
HOMES = ("published/", "data/", "demo/")


def no_secrets() -> Found:
    places = [path for path in git.tracked() if PRIVATE.search(path) and not path.endswith(".env.example")]
    for path, lines in git.texts().items():
        places += [f"{path}:{number}" for number, line in enumerate(lines, 1) if is_secret(line)]
    if not places:  # what is there today was there before, and is named by its place today
        git.need_history()
        places = list(dict.fromkeys(past(git.git("log", "--all", "-p", "-U0", "--no-color", "--format=@@@%h", "."))))
    return not places, listed(places)


def past(log: str) -> Iterable[str]:
    """The commits, as `abc1234 path`, that added a secret."""
    commit = path = ""
    for line in log.splitlines():
        if line.startswith("@@@"):
            commit = line[3:]
        elif line.startswith("+++ "):
            path = line[4:].removeprefix("b/")
            if PRIVATE.search(path) and not path.endswith(".env.example"):
                yield f"{commit} {path}"
        elif line.startswith("+") and is_secret(line):
            yield f"{commit} {path}"


def is_secret(line: str) -> bool:
    """Whether a line holds a key of a known form, or a password with the randomness of one."""
    if SECRETS.search(line):
        return True
    return any(entropy(found) >= LEAST_ENTROPY and re.search(r"\d", found) for found in ASSIGNED.findall(line))


def entropy(text: str) -> float:
    """Bits per character, from how often each occurs."""
    shares = [count / len(text) for count in Counter(text).values()]
    return -sum(share * math.log2(share) for share in shares)


def no_huge_files() -> Found:
    sizes = {path: (runs.ROOT / path).stat().st_size for path in git.tracked()}
    stray = {path: size for path, size in sizes.items() if path.endswith(DATA_LIKE) and not path.startswith(HOMES)}
    bad = [path for path, size in sizes.items() if size > MOST_BYTES]
    bad += [path for path, size in stray.items() if size > STRAY_BYTES and path not in bad]
    if not bad:
        objects = git.git("rev-list", "--objects", "--all", "--", ".")
        each = git.git("cat-file", "--batch-check=%(objecttype) %(objectsize) %(rest)", given=objects).splitlines()
        blobs = [line.split(" ", 2) for line in each if line.startswith("blob ")]
        bad = [f"{path} ({words('found_in_history')})" for _, size, path in blobs if int(size) > MOST_BYTES]
    return not bad, listed(bad)


ITEMS = [
    Item("secrets", "repository", AUTO, True, no_secrets),
    Item("huge-files", "repository", AUTO, True, no_huge_files),
]
