"""Verifies a project's transparency log from its files alone, by the published formats and nothing of ours.

    python verify_log.py PROJECT

Formats: C2SP tlog-tiles (entry bundles, tiles), tlog-checkpoint and signed-note; RFC 6962 for hashes. Ends with status 1
and names the place when an entry, a tile, the root or the signature is wrong.
"""
import base64
import hashlib
import struct
import sys
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

WIDTH = 256


def number_path(number: int) -> str:
    """Writes a tile's number as C2SP does: groups of three digits, all but the last after an x."""
    groups = [f"{number % 1000:03d}"]
    while number >= 1000:
        number //= 1000
        groups.append(f"x{number % 1000:03d}")
    return "/".join(reversed(groups))


def tile_file(log: Path, level: str, number: int, width: int) -> Path:
    path = f"tile/{level}/{number_path(number)}"
    return log / (path if width == WIDTH else f"{path}.p/{width}")


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(hashes: list[bytes]) -> bytes:
    """The Merkle tree hash of RFC 6962, section 2.1, over leaf hashes."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return node_hash(root_of(hashes[:split]), root_of(hashes[split:]))


def widths(count: int) -> list[tuple[int, int]]:
    full, rest = divmod(count, WIDTH)
    return [(number, WIDTH) for number in range(full)] + ([(full, rest)] if rest else [])


def read_entries(log: Path, size: int) -> list[bytes]:
    entries = []
    for number, width in widths(size):
        path = tile_file(log, "entries", number, width)
        bundle, offset = path.read_bytes(), 0
        for _ in range(width):
            (length,) = struct.unpack_from(">H", bundle, offset)
            offset += 2
            if offset + length > len(bundle):
                sys.exit(f"{path}: ends within entry {len(entries)}")
            entries.append(bundle[offset : offset + length])
            offset += length
        if offset != len(bundle):
            sys.exit(f"{path}: {len(bundle) - offset} bytes too many")
    return entries


def check_tiles(log: Path, hashes: list[bytes]) -> int:
    level, checked = 0, 0
    while hashes:
        for number, width in widths(len(hashes)):
            path = tile_file(log, str(level), number, width)
            if path.read_bytes() != b"".join(hashes[number * WIDTH : number * WIDTH + width]):
                sys.exit(f"{path}: not the hashes of the entries")
            checked += 1
        full = len(hashes) // WIDTH
        hashes = [root_of(hashes[number * WIDTH : (number + 1) * WIDTH]) for number in range(full)]
        level += 1
    return checked


def check_checkpoint(checkpoint: str, key: str) -> tuple[int, bytes]:
    name, key_hash, encoded = key.strip().split("+", 2)
    body, signatures = checkpoint.split("\n\n", 1)
    raw = base64.b64decode(encoded)
    if raw[0] != 1:
        sys.exit("the key is not an Ed25519 key")
    expected = hashlib.sha256(f"{name}\n".encode() + raw).digest()[:4]
    if expected.hex() != key_hash:
        sys.exit("the key's hash is not that of the key")
    for line in signatures.splitlines():
        dash, signer, signature = line.split(" ")
        decoded = base64.b64decode(signature)
        if dash == "\u2014" and signer == name and decoded[:4] == expected:
            try:
                Ed25519PublicKey.from_public_bytes(raw[1:]).verify(decoded[4:], f"{body}\n".encode())
            except InvalidSignature:
                sys.exit("the checkpoint's signature is wrong")
            origin, size, root = body.split("\n")[:3]
            if origin != name:
                sys.exit(f"the checkpoint is of {origin}, the key of {name}")
            return int(size), base64.b64decode(root)
    sys.exit("the checkpoint is not signed by the key")


def main() -> None:
    data = Path(sys.argv[1]) / "data"
    log = data / "log"
    size, root = check_checkpoint((log / "checkpoint").read_text(), (data / "keys" / "log.pub").read_text())
    entries = read_entries(log, size)
    hashes = [leaf_hash(entry) for entry in entries]
    tiles = check_tiles(log, hashes)
    if root_of(hashes) != root:
        sys.exit("the root of the checkpoint is not that of the entries")
    print(f"{size} entries, {tiles} tiles, root {root.hex()[:16]}…: all as signed")


if __name__ == "__main__":
    main()
