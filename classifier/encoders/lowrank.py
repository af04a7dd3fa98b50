"""Low-rank additions inside a network: laid on its weights for reading, or learned beside them."""

from __future__ import annotations

import copy
import math
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import torch

from classifier.encoders.adapter import Additions
from domain.errors import MissingPart

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_LAYER = re.compile(r"(?:^|\.)(?:layer|layers)\.(\d+)\.")


def add(model: SentenceTransformer, additions: Additions, scale: float) -> SentenceTransformer:
    """A twin of `model` with W + scale · up · down in the place of each W that `additions` names.

    It shares all other weights with the model, which stays as it is. Raises MissingPart when the names or shapes are
    not the model's.
    """
    twin = _copy(model)
    linears = dict(_find_linears(twin))
    for name in sorted({name.rpartition(".")[0] for name in additions}):
        down, up = (torch.from_numpy(additions[f"{name}.{part}"].astype(np.float32)) for part in ("down", "up"))
        linear = linears.get(name)
        if linear is None or (up.shape[0], down.shape[1]) != tuple(linear.weight.shape):
            raise MissingPart(part="an adapter for this encoder", mend="tipstaff train --encoder")
        linear.weight = torch.nn.Parameter(linear.weight.detach() + scale * (up @ down), requires_grad=False)
    return twin


class LowRank(torch.nn.Module):
    """A linear layer with an addition that learns; the layer itself stays as it is."""

    def __init__(self, linear: torch.nn.Linear, rank: int, scale: float, dropout: float) -> None:
        super().__init__()
        self.linear = linear
        self.down = torch.nn.Parameter(torch.randn(rank, linear.in_features) / math.sqrt(linear.in_features))
        self.up = torch.nn.Parameter(torch.zeros(linear.out_features, rank))
        self.scale = scale
        self.dropout = torch.nn.Dropout(dropout)

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """The layer's own answer and the addition's, [..., inputs] → [..., outputs]."""
        answer: torch.Tensor = self.linear(states)
        addition: torch.Tensor = self.dropout(states) @ self.down.T @ self.up.T
        return answer + addition * self.scale


def learn_beside(
    model: SentenceTransformer, rank: int, scale: float, dropout: float
) -> tuple[SentenceTransformer, dict[str, LowRank]]:
    """A twin of `model` in which an addition learns beside each linear layer of the upper half, and these by name.

    All else is frozen. Raises MissingPart for a network that is not built of numbered layers.
    """
    twin = _copy(model).requires_grad_(requires_grad=False)
    linears = dict(_find_linears(twin))
    middle = (1 + max((_number(name) for name in linears), default=-1)) // 2
    upper = {name: linear for name, linear in linears.items() if _number(name) >= middle}
    if not upper:
        raise MissingPart(part="an encoder that can be tuned (a BERT or its kin)", mend="name another encoder")
    beside = {name: LowRank(linear, rank, scale, dropout) for name, linear in upper.items()}
    for name, added in beside.items():
        parent, _, last = name.rpartition(".")
        setattr(twin.get_submodule(parent), last, added)
    return twin, beside


def _copy(model: SentenceTransformer) -> SentenceTransformer:
    """The same network in modules of its own, with the weights and the tokenizer shared."""
    shared = [*model.parameters(), *model.buffers(), model.tokenizer]
    return copy.deepcopy(model, {id(one): one for one in shared})


def take_off(beside: dict[str, LowRank]) -> Additions:
    """What the additions have learned, as it is kept."""
    return {
        f"{name}.{part}": getattr(added, part).detach().numpy().astype(np.float16)
        for name, added in beside.items()
        for part in ("down", "up")
    }


def _find_linears(model: SentenceTransformer) -> Iterator[tuple[str, torch.nn.Linear]]:
    for name, module in model.named_modules():
        if isinstance(module, torch.nn.Linear) and _LAYER.search(name):
            yield name, module


def _number(name: str) -> int:
    found = _LAYER.search(name)
    return int(found.group(1)) if found else -1
