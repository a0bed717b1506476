"""Where training stands, when it is over, and which epoch is kept."""

import math
from dataclasses import dataclass

import metrics
from cli import Fault
from config import Config


@dataclass
class Progress:
    """With weights and optimiser, all that a resumed run needs."""

    epoch: int = 1
    step: int = 0  # steps done of this epoch
    steps: int = 0  # steps done in all
    loss_sum: float = 0.0  # over this epoch's steps
    seconds: float = 0.0
    rate: float = 0.0  # the learning rate of the last step
    best_epoch: int = 0
    best_score: float = 0.0
    best_loss: float = 0.0
    finished: bool = False

    def share_done(self, config: Config, steps_per_epoch: int) -> float:
        """How much of training is done, 0 to 1: by the clock with --minutes, else by steps."""
        if config.minutes:
            return self.seconds / (60 * config.minutes)
        return self.steps / (config.epochs * steps_per_epoch)

    @property
    def loss(self) -> float:
        """The mean loss of this epoch's steps."""
        return self.loss_sum / max(self.step, 1)

    def check_loss(self, config: Config) -> None:
        """Stop a training whose loss is no number any more."""
        if not math.isfinite(self.loss):
            rate = config.learning_rate / 10
            raise Fault(f"the loss became {self.loss} in epoch {self.epoch}; try --learning-rate {rate:g}")

    def take(self, score: float, loss: float) -> bool:
        """Note an epoch's scores on valid; True if they are the best so far (of equal scores, the lower loss)."""
        sign = 1 if metrics.HIGHER_IS_BETTER else -1
        if self.best_epoch and (sign * score, -loss) <= (sign * self.best_score, -self.best_loss):
            return False
        self.best_epoch, self.best_score, self.best_loss = self.epoch, score, loss
        return True

    def end_epoch(self, config: Config) -> None:
        """Go on to the next epoch, or finish: after the last one, when time is up, or when valid stopped improving."""
        out_of_time = config.minutes and self.seconds >= 60 * config.minutes
        out_of_epochs = not config.minutes and self.epoch >= config.epochs
        self.finished = bool(out_of_time or out_of_epochs or self.epoch - self.best_epoch >= config.patience)
        self.epoch, self.step, self.loss_sum = self.epoch + 1, 0, 0.0
