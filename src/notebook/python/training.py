import copy
import math

import torch
from torch.nn import functional as F

from augment import Augmenter
from network import Masks, Network
from optimizers import optimizer_of, scheduled, step
from prepare import Data
from streams import Stream

DTYPES = {"f32": torch.float32, "f64": torch.float64}


def mean_loss(output, logits, y):
    """The mean loss: cross-entropy of classes, squared error of numbers."""
    # if linear_output:
    if output == "linear":
        return F.mse_loss(logits[:, 0], y)
    # end
    # if sigmoid_output:
    if output == "sigmoid":
        return F.binary_cross_entropy_with_logits(logits[:, 0], y.to(logits.dtype))
    # end
    return F.cross_entropy(logits, y)


def penalty(training, network, rows):
    """What the penalties add to the loss; biases are not penalized."""
    added = 0.0
    # if l1:
    if training["l1"]:
        added = added + training["l1"] / rows * sum(w.abs().sum() for w in network.weights())
    # end
    # if l2:
    if training["l2"]:
        added = added + training["l2"] / (2 * rows) * sum((w**2).sum() for w in network.weights())
    # end
    return added


# if max_norm:
@torch.no_grad()
def shrink(network, bound):
    """Shrinks the weights into each unit to the bound."""
    for w in network.weights():
        norm = w.double().norm(dim=1, keepdim=True)
        w *= torch.where(norm > bound, bound / norm, 1.0).to(w.dtype)


# end
class Training:
    """One run, from the seed to its last epoch: what was measured after each, 0 before the first step."""

    def __init__(self, settings, seed):
        self.settings, self.seed = settings, seed
        training, model = settings["training"], settings["model"]
        torch.set_default_dtype(DTYPES[training["precision"]])
        self.data = Data(settings, seed, torch.get_default_dtype())
        self.x, self.y = self.data.parts["train"]
        usual = "softmax" if self.data.classes else "linear"
        self.output = usual if model["output"] == "auto" else model["output"]
        outputs = self.data.classes if self.output == "softmax" else 1
        self.network = Network(model, self.x.shape[1], outputs, seed)
        self.history = {}
        self.diverged_at = None
        self.set_backs = 0

    def loss(self, x, y, masks=None):
        """J on some rows, in training."""
        self.network.train()
        loss = mean_loss(self.output, self.network(x, masks), y)
        return loss + penalty(self.settings["training"], self.network, len(self.y))

    def run(self):
        training, rows = self.settings["training"], len(self.y)
        size = rows if training["batch_size"] == "full" else min(training["batch_size"], rows)
        optimizer, rate = optimizer_of(training, self.network.parameters())
        order, batches = list(range(rows)), Stream(self.seed, "batches")
        masks = None
        # if keep_prob|dropout:
        dropout = Masks(self.network, self.seed)
        # end
        # if augment:
        augmenter = None
        if training.get("augment"):
            augmenter = Augmenter(training["augment"], self.data, self.settings["data"].get("picture"), self.seed)
        # end
        # if steering:
        steering, factor, kept, last = training.get("steering"), 1.0, None, math.nan
        # end
        # if early_stopping:
        stopping, best = training.get("early_stopping"), (math.inf, 0, None)
        # end
        self.final_epoch = 0
        for epoch in range(training["epochs"] + 1):
            if epoch > 0:
                # Each epoch shuffles the order of the one before; a single batch keeps the rows in theirs.
                if size < rows:
                    batches.shuffle(order)
                for number, start in enumerate(range(0, rows, size)):
                    batch = order[start : start + size]
                    x, y = self.x[batch], self.y[batch]
                    # if augment:
                    if augmenter:
                        x = augmenter.change(x)
                    # end
                    # if keep_prob|dropout:
                    masks = dropout.draw(len(batch))
                    # end
                    optimizer.zero_grad()
                    self.loss(x, y, masks).backward()
                    # if batch_norm:
                    for norm in self.network.norms:
                        norm.observe()
                    # end
                    at = {"epoch": epoch - 1, "step": number, "steps": -(-rows // size), "epochs": training["epochs"]}
                    pace = scheduled(rate, training["schedule"], at)
                    # if steering:
                    pace = factor * pace
                    # end
                    step(optimizer, pace)
                    # if max_norm:
                    if training.get("max_norm"):
                        shrink(self.network, training["max_norm"])
                    # end
            self.measure()
            # if steering:
            if steering:
                seen = self.watched(steering)
                sound = self.is_finite() and math.isfinite(seen)
                if not sound or epoch % steering["every"] == 0:
                    if kept and (not sound or seen > (1 + steering["worse"]) * last):
                        # Back to the weights of the last look, and slower; the optimizer begins anew.
                        factor, self.set_backs = factor / steering["slower"], self.set_backs + 1
                        back, self.network = kept[0], copy.deepcopy(kept[1])
                        optimizer, _ = optimizer_of(training, self.network.parameters())
                        for name, values in self.history.items():
                            values[-1] = values[-1] if name == "steered_rate" else values[back]
                    elif sound:
                        factor *= steering["faster"] if epoch else 1
                        last, kept = seen, (epoch, copy.deepcopy(self.network))
                begins = {"epoch": epoch, "step": 0, "steps": -(-rows // size), "epochs": training["epochs"]}
                self.note("steered_rate", factor * scheduled(rate, training["schedule"], begins))
            # end
            self.final_epoch = epoch
            if not self.is_finite():
                self.diverged_at = epoch
                break
            # if early_stopping:
            if stopping:
                seen = self.watched(stopping)
                if seen < best[0]:
                    best = (seen, epoch, copy.deepcopy(self.network))
                if epoch - best[1] >= stopping["patience"]:
                    break
            # end
        # if early_stopping:
        if stopping and self.diverged_at is None:
            _, self.final_epoch, self.network = best
        # end
        return self

    @torch.no_grad()
    def measure(self):
        # if exact:
        if self.network.model.get("batch_norm") and self.network.model["batch_norm"]["prediction"] == "exact":
            self.network.settle(self.x)
        # end
        self.network.eval()
        scale = self.data.target_scale
        for part, (x, y) in self.data.parts.items():
            if len(y) == 0:
                continue
            logits = self.predict(x)
            self.note(f"{part}_loss", mean_loss(self.output, logits, y).item() * scale**2)
            if self.data.classes:
                answers = logits[:, 0] > 0 if self.output == "sigmoid" else logits.argmax(1)
                wrong = (answers != y).sum().item()
                self.note(f"{part}_error", wrong / len(y))
                self.note(f"{part}_accuracy", (len(y) - wrong) / len(y))
        norm = math.sqrt(sum((w.double() ** 2).sum().item() for w in self.network.weights()))
        # The weights of a line have the units of the target.
        self.note("weight_norm", norm * (scale if len(self.network.layers) == 1 else 1))
        added = float(penalty(self.settings["training"], self.network, len(self.y)))
        self.note("objective", self.history["train_loss"][-1] + added * scale**2)

    def predict(self, x):
        # if batch:
        norm = self.network.model.get("batch_norm")
        if norm and isinstance(norm["prediction"], dict):
            return torch.cat([self.network(rows) for rows in x.split(norm["prediction"]["batch"])])
        # end
        return self.network(x)

    # if early_stopping|steering:
    def watched(self, own):
        """The newest value of what is watched; without a dev part, of the training loss."""
        return self.history.get(own["metric"], self.history.get("dev_loss", self.history["train_loss"]))[-1]

    # end
    def note(self, name, value):
        self.history.setdefault(name, []).append(value)

    def is_finite(self):
        losses = [values[-1] for name, values in self.history.items() if name.endswith("_loss")]
        parameters = all(bool(p.isfinite().all()) for p in self.network.parameters())
        return all(math.isfinite(loss) for loss in losses) and parameters

    def metrics(self):
        """What was measured at the last epoch; with early stopping at the best one."""
        last = {name: values[self.final_epoch] for name, values in self.history.items()}
        if self.diverged_at is not None:
            last = {name: math.nan for name in self.history}
        # if steering:
        if self.settings["training"].get("steering"):
            last["set_backs"] = self.set_backs
        # end
        return {**last, "diverged_at": math.nan if self.diverged_at is None else self.diverged_at, **self.best()}

    def best(self):
        losses = self.history.get("dev_loss", [])
        finite = [loss for loss in losses if not math.isnan(loss)]
        return {"best_epoch": losses.index(min(finite)), "best_dev_loss": min(finite)} if finite else {}
