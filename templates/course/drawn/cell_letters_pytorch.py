"""An LSTM by hand, with the cell in the form that spec.json names."""

from spec import SPEC

import torch
from torch import nn
from torch.nn import functional as F

State = tuple[torch.Tensor, torch.Tensor]  # as in models/lstm.py


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
    def forward(self, tokens: torch.Tensor, state: State | None = None) -> tuple[torch.Tensor, State]:
        x, after = self.embedding(tokens), []  # (batch, length, width)
        zeros = x.new_zeros(self.memory.num_layers, len(x), self.memory.hidden_size)
        for number, (hidden, memory) in enumerate(zip(*(state or (zeros, zeros)), strict=True)):
            of_input, of_hidden, input_bias, hidden_bias = self.memory.all_weights[number]
            if number and self.training:
                x = F.dropout(x, self.memory.dropout)
            shown = []
            for sums in F.linear(x, of_input, input_bias).unbind(1):
                hidden, memory = cell(sums + F.linear(hidden, of_hidden, hidden_bias), memory)
                shown.append(hidden)
            x = torch.stack(shown, 1)  # (batch, length, width)
            after.append((hidden, memory))
        hidden, memory = (torch.stack(parts) for parts in zip(*after, strict=True))
        return self.head(self.dropout(x)), (hidden, memory)  # (batch, length, tokens)
