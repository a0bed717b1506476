"""An LSTM by hand, with the cell in the form that spec.json names."""

from data import normalise
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
    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        seen, level, spread = normalise(inputs, self.meta)  # (batch, context), (batch, 1), (batch, 1)
        x = seen[:, :, None]  # (batch, context, 1)
        for number, (of_input, of_hidden, input_bias, hidden_bias) in enumerate(self.lstm.all_weights):
            if number and self.training:
                x = F.dropout(x, self.lstm.dropout)
            hidden = memory = x.new_zeros(len(x), self.lstm.hidden_size)
            shown = []
            for sums in F.linear(x, of_input, input_bias).unbind(1):
                hidden, memory = cell(sums + F.linear(hidden, of_hidden, hidden_bias), memory)
                shown.append(hidden)
            x = torch.stack(shown, 1)  # (batch, context, width)
        naive = seen[:, self.meta["naive"]]  # (batch, horizon), the last season again
        forecast = self.trust * naive + self.head(self.dropout(x[:, -1])).float()  # around the level
        return level + spread * forecast  # (batch, horizon)
