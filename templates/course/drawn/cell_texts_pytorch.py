"""An LSTM by hand, with the cell in the form that spec.json names."""

from spec import SPEC

import torch
from torch import nn
from torch.nn import functional as F


def cell(sums: torch.Tensor, memory: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """One step in the form of ASSIGNMENT.md: what is shown and the new memory, (batch, width) each.

    sums  (batch, 4 * width) of input, forget, new and output gate
    """
    form = SPEC["cell"]
    take, keep, new, show = sums.chunk(4, 1)  # (batch, width) each
    kept = form.get("keep", 1.0) * (keep + form.get("shift", 0.0)).sigmoid() * memory
    memory = (kept + take.sigmoid() * new.tanh()).clamp(-form.get("cap", 1e9), form.get("cap", 1e9))
    return show.sigmoid() * memory.tanh(), memory


class LSTM(nn.Module):
    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        padding = tokens.eq(0)
        padding[:, 0] = False  # the start of a text is there even where the text is not
        place = torch.arange(tokens.shape[1], device=tokens.device)
        last = (~padding).sum(1, keepdim=True) - 1
        from_end = torch.where(padding, place, last - place)  # (batch, words): reads words backwards, leaves padding
        x = self.dropout(self.embedding(tokens))  # (batch, words, width)
        both = []
        for layer, seen in ((self.forwards, x), (self.backwards, x.take_along_dim(from_end[..., None], 1))):
            hidden = memory = x.new_zeros(len(x), layer.hidden_size)
            shown = []
            for sums in F.linear(seen, layer.weight_ih_l0, layer.bias_ih_l0).unbind(1):
                hidden, memory = cell(sums + F.linear(hidden, layer.weight_hh_l0, layer.bias_hh_l0), memory)
                shown.append(hidden)
            both.append(torch.stack(shown, 1))
        x = torch.cat(both, 2).masked_fill(padding[..., None], -torch.inf).amax(1)  # (batch, 2 * width)
        return self.head(self.dropout(x))  # (batch, classes)
