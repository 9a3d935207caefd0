"""How much memory a step takes beyond what is there before it."""

import os
from collections.abc import Callable

import torch
from torch.autograd.profiler import profile

# torch's tracing library otherwise prints two lines of its own for each measurement
os.environ.setdefault("KINETO_LOG_LEVEL", "9")


def extra_peak(step: Callable[[], object], device: torch.device) -> int:
    """Return the most bytes that are allocated at once during a step, beyond those before it.

    On the CPU the profiler lists every allocation and release of torch's allocator, compiled code
    included; their running sum is followed to its peak. On CUDA the allocator counts by itself.
    What a step frees of what was there before it would be subtracted, so free that first.

    Args:
        step: What to measure; run before, so that nothing is made for the first time.
        device: Where it runs.
    """
    if device.type == "cuda":
        torch.cuda.synchronize(device)
        torch.cuda.reset_peak_memory_stats(device)
        before = torch.cuda.memory_allocated(device)
        step()
        torch.cuda.synchronize(device)
        return torch.cuda.max_memory_allocated(device) - before
    with profile(profile_memory=True) as recorded:
        step()
    assert recorded.kineto_results is not None
    events = [event for event in recorded.kineto_results.events() if event.name() == "[memory]"]
    held = peak = 0
    for event in sorted(events, key=lambda event: event.start_ns()):
        held += event.nbytes()
        peak = max(peak, held)
    return peak
