"""Time one forward and backward pass of every loss. Run by `make bench`."""

import time

import torch

from lossstudy.losses import loss_names, make_loss

BATCH, CLASSES, HEIGHT, WIDTH = 4, 19, 256, 512
REPEATS = 5


def milliseconds(name: str, device: torch.device) -> float:
    """Return the best of `REPEATS` passes of a loss on random logits, after one to warm up."""
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(BATCH, CLASSES, HEIGHT, WIDTH, generator=generator)
    targets = torch.randint(CLASSES, (BATCH, HEIGHT, WIDTH), generator=generator).to(device)
    logits = logits.to(device).requires_grad_()
    criterion = make_loss(name, CLASSES).to(device)
    durations = []
    for _ in range(REPEATS + 1):
        logits.grad = None
        started = time.perf_counter()
        criterion(logits, targets).backward()
        if device.type == "cuda":
            torch.cuda.synchronize()
        durations.append(time.perf_counter() - started)
    return 1000 * min(durations[1:])


def main() -> None:
    """Print one line a loss."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    print(
        f"{BATCH}x{CLASSES}x{HEIGHT}x{WIDTH} logits, {device}, {torch.get_num_threads()} threads"
    )
    for name in loss_names():
        print(f"{name:24} {milliseconds(name, device):8.1f} ms")


if __name__ == "__main__":
    main()
