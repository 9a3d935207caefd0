"""Slow and plain versions of what the region losses have in common."""

import torch


def small_batch(generator, absent=(2,), num_classes=5):
    """Logits and targets in float64, with ignored pixels and classes that no pixel has."""
    logits = 2 * torch.randn(2, num_classes, 4, 6, generator=generator, dtype=torch.float64)
    present = torch.tensor([c for c in range(num_classes) if c not in absent])
    targets = present[torch.randint(0, len(present), (2, 4, 6), generator=generator)]
    targets[:, :, 0] = 255
    return logits.requires_grad_(), targets


def mean_over_classes(loss_of, logits, targets, classes="present", per="batch"):
    """Mean of `loss_of(p, own)` over classes, then over images or for the batch as one.

    `p` is the class's probability at each valid pixel, `own` where the class is the target.
    """
    probs = logits.softmax(1).movedim(1, -1)
    groups = [slice(None)] if per == "batch" else [slice(n, n + 1) for n in range(len(targets))]
    means = []
    for group in groups:
        valid = targets[group] != 255
        if not valid.any():
            continue
        p, labels = probs[group][valid], targets[group][valid]
        losses = [
            loss_of(p[:, c], labels == c)
            for c in range(p.shape[1])
            if classes == "all" or (labels == c).any()
        ]
        means.append(sum(losses) / len(losses))
    return sum(means) / len(means)


def batch_sums(logits, targets):
    """I, P, Y and the mask of present classes, over the batch."""
    valid = targets != 255
    probs = logits.detach().softmax(1).movedim(1, -1)[valid]
    one_hot = torch.nn.functional.one_hot(targets[valid], logits.shape[1]).double()
    target = one_hot.sum(0)
    return (probs * one_hot).sum(0), probs.sum(0), target, target > 0


def gradient_of(u_elsewhere, u_own, logits, targets):
    """p (u - sum u p) at each valid pixel, u being `u_own` for the pixel's class, else the other.

    Both are one number a class, or one a pixel and class.
    """
    valid = (targets != 255)[:, None]
    probs = logits.detach().softmax(1)
    own = torch.nn.functional.one_hot(targets.where(targets != 255, 0), logits.shape[1])
    shape = (1, -1, 1, 1)
    u_own, u_elsewhere = (u.view(shape) if u.ndim == 1 else u for u in (u_own, u_elsewhere))
    u = torch.where(own.movedim(-1, 1) == 1, u_own, u_elsewhere)
    return probs * (u - (u * probs).sum(1, keepdim=True)) * valid


def assert_same(ours, reference, logits):
    """Equal values and equal gradients with respect to `logits`."""
    torch.testing.assert_close(ours, reference)
    torch.testing.assert_close(
        torch.autograd.grad(ours, logits), torch.autograd.grad(reference, logits)
    )
