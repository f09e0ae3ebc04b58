#!/usr/bin/env python3
"""Verifies a log in the layout of C2SP tlog-tiles. Shares no code with the log: Python's standard library alone.

usage: verify.py FOLDER VERIFYING_KEY

Reads the checkpoint, checks its Ed25519 signature (RFC 8032, written out below), reads every bundle of entries,
computes the root (RFC 6962) recursively and every full tile of hashes, and compares. Prints the size and the root
and ends with 0, or says what is wrong and ends with 1.
"""

import base64
import hashlib
import pathlib
import sys

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


class Wrong(Exception):
    pass


def demand(condition, message):
    if not condition:
        raise Wrong(message)


def recover_x(y, sign):
    demand(y < P, "a point is not reduced")
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P != 0:
        x = x * pow(2, (P - 1) // 4, P) % P
    demand((x * x - x2) % P == 0, "a point is not on the curve")
    return P - x if x & 1 != sign else x


def decode_point(data):
    number = int.from_bytes(data, "little")
    y = number & ((1 << 255) - 1)
    x = recover_x(y, number >> 255)
    return (x, y)


def add(a, b):
    (x1, y1), (x2, y2) = a, b
    product = D * x1 * x2 * y1 * y2 % P
    x3 = (x1 * y2 + x2 * y1) * pow(1 + product, P - 2, P) % P
    y3 = (y1 * y2 + x1 * x2) * pow(1 - product, P - 2, P) % P
    return (x3, y3)


def multiply(point, scalar):
    result = (0, 1)
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE = (recover_x(BASE_Y, 0), BASE_Y)


def is_signature_valid(public, message, signature):
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    if s >= ORDER:
        return False
    h = int.from_bytes(hashlib.sha512(r + public + message).digest(), "little") % ORDER
    return multiply(BASE, s) == add(decode_point(r), multiply(decode_point(public), h))


def read_key(text):
    name, key_hash, encoded = text.split("+", 2)
    key = base64.b64decode(encoded, validate=True)
    demand(len(key) == 33 and key[0] == 1, "not an Ed25519 key")
    expected = hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]
    demand(expected.hex() == key_hash, "the key's hash is wrong")
    return name, expected, key[1:]


def read_checkpoint(note, key):
    name, key_hash, public = read_key(key)
    text, signatures = note.split("\n\n", 1)
    text += "\n"
    for line in signatures.splitlines():
        dash, signer, encoded = line.split(" ")
        data = base64.b64decode(encoded, validate=True)
        if dash == "\u2014" and signer == name and data[:4] == key_hash:
            demand(is_signature_valid(public, text.encode(), data[4:]), "the checkpoint's signature is wrong")
            origin, size, root = text.splitlines()[:3]
            demand(origin == name, "the checkpoint is of another log")
            return int(size), base64.b64decode(root, validate=True)
    raise Wrong("the checkpoint has no signature by this key")


def tile_path(level, number, width):
    parts = [f"{number % 1000:03}"]
    while number >= 1000:
        number //= 1000
        parts.insert(0, f"x{number % 1000:03}")
    return f"tile/{level}/{'/'.join(parts)}" + (f".p/{width}" if width < 256 else "")


def read_entries(folder, size):
    entries = []
    while len(entries) < size:
        number = len(entries) // 256
        width = min(256, size - number * 256)
        path = tile_path("entries", number, width)
        data = (folder / path).read_bytes()
        at = 0
        for _ in range(width):
            length = int.from_bytes(data[at : at + 2], "big")
            entries.append(data[at + 2 : at + 2 + length])
            at += 2 + length
        demand(at == len(data), f"{path}: malformed")
    return entries


def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def tree_root(leaves):
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return node(tree_root(leaves[:split]), tree_root(leaves[split:]))


def check_tiles(folder, leaves):
    level, hashes = 0, leaves
    while hashes:
        for number in range((len(hashes) + 255) // 256):
            expected = hashes[number * 256 : (number + 1) * 256]
            path = tile_path(level, number, len(expected))
            demand((folder / path).read_bytes() == b"".join(expected), f"{path}: differs")
        full = len(hashes) // 256
        hashes = [tree_root(hashes[n * 256 : (n + 1) * 256]) for n in range(full)]
        level += 1


def main():
    folder, key = pathlib.Path(sys.argv[1]), sys.argv[2]
    size, root = read_checkpoint((folder / "checkpoint").read_text(encoding="utf-8"), key)
    leaves = [hashlib.sha256(b"\x00" + entry).digest() for entry in read_entries(folder, size)]
    demand(tree_root(leaves) == root, "the entries do not give the signed root")
    check_tiles(folder, leaves)
    print(size, base64.b64encode(root).decode())


if __name__ == "__main__":
    try:
        main()
    except (Wrong, OSError, ValueError) as error:
        print(f"verify.py: {error}", file=sys.stderr)
        sys.exit(1)
