"""Keccak-256 as Ethereum uses it (the padding of 2011, not that of SHA-3, so hashlib has none). For EIP-55 alone."""

from __future__ import annotations

_MASK = (1 << 64) - 1
_RATE = 136
_ROTATIONS = (
    (0, 36, 3, 41, 18), (1, 44, 10, 45, 2), (62, 6, 43, 15, 61), (28, 55, 25, 21, 56), (27, 20, 39, 8, 14),
)  # fmt: skip


def keccak_256(message: bytes) -> bytes:
    """The 32-byte digest of `message`."""
    padded = bytearray(message)
    padded.append(0x01)
    padded += bytes(-len(padded) % _RATE)
    padded[-1] |= 0x80
    state = [[0] * 5 for _ in range(5)]
    for block in range(0, len(padded), _RATE):
        for lane in range(_RATE // 8):
            at = block + lane * 8
            state[lane % 5][lane // 5] ^= int.from_bytes(padded[at : at + 8], "little")
        state = _permute(state)
    return b"".join(state[lane % 5][lane // 5].to_bytes(8, "little") for lane in range(4))


def _permute(state: list[list[int]]) -> list[list[int]]:
    register = 1
    for _ in range(24):
        parity = [row[0] ^ row[1] ^ row[2] ^ row[3] ^ row[4] for row in state]
        shift = [parity[(x + 4) % 5] ^ _rotate(parity[(x + 1) % 5], 1) for x in range(5)]
        state = [[lane ^ shift[x] for lane in state[x]] for x in range(5)]
        moved = [[0] * 5 for _ in range(5)]
        for x in range(5):
            for y in range(5):
                moved[y][(2 * x + 3 * y) % 5] = _rotate(state[x][y], _ROTATIONS[x][y])
        state = [[moved[x][y] ^ (~moved[(x + 1) % 5][y] & moved[(x + 2) % 5][y]) for y in range(5)] for x in range(5)]
        for bit in range(7):
            register = (register << 1 ^ (register >> 7) * 0x71) & 0xFF
            if register & 2:
                state[0][0] ^= 1 << ((1 << bit) - 1)
    return state


def _rotate(lane: int, by: int) -> int:
    return ((lane << by) | (lane >> (64 - by))) & _MASK if by else lane
