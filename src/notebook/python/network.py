import torch
from torch.nn import functional as F

from streams import Stream

ACTIVATIONS = {
    "relu": torch.relu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "leaky_relu": lambda z: F.leaky_relu(z, 0.01),
    "linear": lambda z: z,
    "gelu": F.gelu,
    "silu": F.silu,
}

# The variance of a layer's weights, by its inputs n and outputs m.
VARIANCES = {
    "he": lambda n, m: 2 / n,
    "lecun": lambda n, m: 1 / n,
    "xavier": lambda n, m: 1 / n,
    "glorot": lambda n, m: 2 / (n + m),
}


def first_weights(init, n, m, stream):
    """Weights before training, (n, m): a stream of standard normal numbers, scaled."""
    # if zeros:
    if init == "zeros":
        return torch.zeros(n, m)
    # end
    # if constant:
    if isinstance(init, dict) and "constant" in init:
        return torch.full((n, m), float(init["constant"]))
    # end
    # if normal:
    if isinstance(init, dict):
        return torch.tensor(init["normal"] * stream.normal(n * m).reshape(n, m), dtype=torch.get_default_dtype())
    # end
    sd = VARIANCES[init](n, m) ** 0.5
    return torch.tensor(sd * stream.normal(n * m).reshape(n, m), dtype=torch.get_default_dtype())


def widths(model):
    """The units of each hidden layer, whichever way they are set."""
    # if layers|units:
    if model.get("layers") is not None or model.get("units") is not None:
        depth, units = model.get("layers"), model.get("units")
        return [32 if units is None else units] * (1 if depth is None else depth)
    # end
    return model["hidden"]


# if batch_norm:
class BatchNorm(torch.nn.Module):
    """Normalizes weighted sums by the batch; predicts by corrected averages, with the variance divided by m.

    PyTorch's own averages m/(m - 1) of the variance and starts from 0 and 1.
    """

    def __init__(self, units, settings):
        super().__init__()
        self.gamma = torch.nn.Parameter(torch.ones(units))
        self.beta = torch.nn.Parameter(torch.zeros(units))
        self.settings, self.steps = settings, 0
        self.mean, self.variance = torch.zeros(units), torch.ones(units)
        self.averages = [torch.zeros(units), torch.zeros(units)]

    def forward(self, z):
        mean, variance = self.mean, self.variance
        if self.training or isinstance(self.settings["prediction"], dict):
            mean, variance = z.mean(0), z.var(0, correction=0)
            self.seen = [mean.detach(), variance.detach()]
        return (z - mean) / torch.sqrt(variance + self.settings["epsilon"]) * self.gamma + self.beta

    def observe(self):
        """Takes the moments of the last batch into the averages that prediction goes by."""
        if self.settings["prediction"] == "running":
            beta, self.steps = self.settings["average"], self.steps + 1
            self.averages = [beta * old + (1 - beta) * new for old, new in zip(self.averages, self.seen)]
            share = 1 - beta**self.steps if self.settings["bias_correction"] else 1
            self.mean, self.variance = [average / share for average in self.averages]


# end
class Network(torch.nn.Module):
    """Fully connected layers. Each draws its weights from a stream of its own; biases start at 0."""

    def __init__(self, model, inputs, outputs, seed):
        super().__init__()
        self.model = model
        self.activation = ACTIVATIONS[model["activation"]]
        sizes = [inputs, *widths(model), outputs]
        self.layers, self.norms = torch.nn.ModuleList(), torch.nn.ModuleList()
        for number, (n, m) in enumerate(zip(sizes, sizes[1:]), 1):
            hidden = number < len(sizes) - 1
            # if batch_norm:
            if hidden and model.get("batch_norm"):
                self.norms.append(BatchNorm(m, model["batch_norm"]))
            # end
            layer = torch.nn.Linear(n, m, bias=not (hidden and model.get("batch_norm")))
            with torch.no_grad():
                # PyTorch keeps weights as (outputs, inputs).
                layer.weight.copy_(first_weights(model["init"], n, m, Stream(seed, f"init/{number}")).T)
                if layer.bias is not None:
                    layer.bias.zero_()
            self.layers.append(layer)

    def weights(self):
        return [layer.weight for layer in self.layers]

    def hidden(self, x, masks=None):
        """What each layer gives: activations of the hidden layers, then the logits (or the predicted numbers)."""
        given = []
        for number, layer in enumerate(self.layers):
            # if keep_prob|dropout:
            if masks and masks[number] is not None:
                x = x * masks[number]
            # end
            x = layer(x)
            if number < len(self.layers) - 1:
                # if batch_norm:
                if len(self.norms):
                    x = self.norms[number](x)
                # end
                x = self.activation(x)
            given.append(x)
        # if keep_prob|dropout:
        if masks and masks[-1] is not None:
            given[-1] = given[-1] * masks[-1]
        # end
        return given

    def forward(self, x, masks=None):
        return self.hidden(x, masks)[-1]

    # if exact:
    @torch.no_grad()
    def settle(self, x):
        """Makes prediction go by the moments of all these rows, layer after layer."""
        self.eval()
        for layer, norm in zip(self.layers, self.norms):
            z = layer(x)
            norm.mean, norm.variance = z.mean(0), z.var(0, correction=0)
            x = self.activation(norm(z))

    # end


# if keep_prob|dropout:
def keep_probabilities(model):
    """The share that stays: of the input, of each hidden layer, of the logits."""
    count = len(widths(model)) + 2
    keep, drop = model.get("keep_prob"), model.get("dropout")
    shares = keep if keep is not None else drop if drop is not None else []
    if not isinstance(shares, list):
        shares = [None, *[shares] * (count - 2)]
    whole = [*shares, *[None] * (count - len(shares))]
    return [1 if share is None else share if keep is not None else 1 - share for share in whole]


class Masks:
    """Inverted dropout: what stays is divided by the share that stays. A stream for each place."""

    def __init__(self, network, seed):
        self.keep = keep_probabilities(network.model)
        self.widths = [w.shape[1] for w in network.weights()] + [network.weights()[-1].shape[0]]
        self.streams = [Stream(seed, f"dropout/{place}") for place in range(len(self.keep))]

    def draw(self, rows):
        if min(self.keep) == 1:
            return None
        return [
            torch.tensor(stream.kept(keep, rows * width).reshape(rows, width)) * torch.tensor(1 / keep)
            if keep < 1
            else None
            for stream, keep, width in zip(self.streams, self.keep, self.widths)
        ]


# end
