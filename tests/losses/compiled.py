"""Compile every loss in a process of its own and keep what came out: `compiled.py FILE`.

In the tests' own process the type checks sit between a loss and the compiler.
"""

import copy
import sys

import torch

from lossstudy.losses import loss_names
from tests.losses.contract import make, random_batch, value_and_gradient


def main(target):
    """Save `{loss: (eager, compiled)}`, each a value and its gradient."""
    outcomes = {}
    for name in loss_names():
        torch._dynamo.reset()
        loss = make(name)
        batch = random_batch(torch.Generator().manual_seed(0), size=(2, 8, 8))
        leaf = batch[0].clone().requires_grad_()
        value = torch.compile(copy.deepcopy(loss), fullgraph=True)(leaf, batch[1])
        value.backward()
        outcomes[name] = value_and_gradient(loss, *batch), (value.detach(), leaf.grad)
    torch.save(outcomes, target)


if __name__ == "__main__":
    main(sys.argv[1])
