"""Equation (1), the focal loss, as it is printed and as the text around it means it."""

import numpy as np
import numpy.typing as npt

Probs = float | npt.NDArray[np.float64]


def weight_as_printed(p_t: Probs, gamma: float, lam: float = 1.0) -> npt.NDArray[np.float64]:
    """Return the factor before -log(p_t) in equation (1) as printed: (λ - p_t) γ.

    Args:
        p_t: Probability of the true class.
        gamma: γ, here a factor.
        lam: λ.

    Example:
        >>> float(weight_as_printed(0.5, gamma=0.0))
        0.0
    """
    return np.asarray((lam - np.asarray(p_t)) * gamma)


def weight_as_meant(p_t: Probs, gamma: float, lam: float = 1.0) -> npt.NDArray[np.float64]:
    """Return the factor before -log(p_t) that the text describes: (λ - p_t)^γ.

    With γ = 0 it is 1, cross entropy, as the paper says; with λ = 1 it is the focal loss of Lin
    et al. (2017, equation 4).

    Args:
        p_t: Probability of the true class.
        gamma: γ, an exponent.
        lam: λ; the related work of the paper takes 2.

    Example:
        >>> float(weight_as_meant(0.5, gamma=0.0)), float(weight_as_meant(0.5, gamma=2.0))
        (1.0, 0.25)
    """
    return np.asarray((lam - np.asarray(p_t)) ** gamma)


def hard_over_easy(
    gamma: float, lam: float = 1.0, *, hard: float = 0.1, easy: float = 0.9, printed: bool = False
) -> float:
    """Return how many times the weight of an easy pixel a hard one gets; cross entropy: 1.

    Args:
        gamma: γ.
        lam: λ.
        hard: Probability of the true class at the hard pixel.
        easy: The same at the easy one.
        printed: Take equation (1) as printed rather than as meant.

    Example:
        >>> round(hard_over_easy(gamma=2.0)), round(hard_over_easy(gamma=2.0, printed=True))
        (81, 9)
    """
    weight = weight_as_printed if printed else weight_as_meant
    return float(weight(hard, gamma, lam) / weight(easy, gamma, lam))
