"""A bad initial discriminator: the optimum of a mode collapse (paper, Section 6, "Bad initial point").

The paper does not say how its discriminator was found. *Our reading*: with the generator fixed at its random
start, the discriminator is trained to the optimum of a state in which the generated images are copies of one
class, by the JS-GAN loss. Both losses then start from that pair.
"""

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from ganscape.images.game import learning_rate_factor
from ganscape.images.pixels import to_batch
from ganscape.images.sampling import RealImages
from ganscape.objectives import objective
from ganscape.progress import progress_bar

LOSS = "js"
BETAS = (0.5, 0.999)
PASS = 500  # images through the discriminator at once when its values are taken


def collapsed_optimum(shares: np.ndarray, collapsed: int) -> np.ndarray:
    """sigmoid(f*) on each class where all generated images are copies of class `collapsed`.

    `shares` (classes,) are those of the real images. D* = p/(p + q) (Goodfellow et al., 2014) with p the
    shares and q the collapse: share/(share + 1) on the collapsed class, 1 on the others.
    """
    generated = np.zeros(len(shares))
    generated[collapsed] = 1
    with np.errstate(invalid="ignore"):
        return shares / (shares + generated)


def train_to_collapse(
    discriminator: nn.Module,
    real: RealImages,
    copies: RealImages,
    iterations: int,
    learning_rate: float,
) -> list[float]:
    """Train the discriminator in place, where it lies, against `copies`; returns the loss of each step.

    Adam, its learning rate falling to zero over the second half as in every training.
    """
    device = next(discriminator.parameters()).device
    optimiser = torch.optim.Adam(discriminator.parameters(), lr=learning_rate, betas=BETAS, fused=True)
    js = objective(LOSS)
    losses = []
    with progress_bar(iterable=range(iterations), desc="bad start", unit="it") as progress:
        for iteration in progress:
            optimiser.param_groups[0]["lr"] = learning_rate * learning_rate_factor(iteration, iterations)
            images = torch.cat((real.batch(iteration), copies.batch(iteration))).to(device)
            with parametrize.cached():
                real_logits, copy_logits = discriminator(images).chunk(2)
                loss = js.discriminator_loss(real_logits, copy_logits)
                optimiser.zero_grad()
                loss.backward()
            optimiser.step()
            losses.append(loss.detach())
    return torch.stack(losses).tolist()


def values_by_class(
    discriminator: nn.Module,
    images: np.ndarray,
    labels: np.ndarray,
    classes: tuple[str, ...],
    shares: np.ndarray,
    collapsed: int,
) -> pd.DataFrame:
    """Mean of sigmoid(f) on the images of each class, beside the optimum of the collapse.

    `images` uint8 (N, H, W, C), `labels` (N,); `shares` (classes,) are those in training. Columns: `class,
    collapsed, images, share, discriminator` (mean), `discriminator_std` (over images), `optimum`.
    """
    values = _values(discriminator, images)
    rows = [
        {
            "class": name,
            "collapsed": "yes" if label == collapsed else "no",
            "images": int((labels == label).sum()),
            "share": shares[label],
            "discriminator": values[labels == label].mean(),
            "discriminator_std": values[labels == label].std(),
            "optimum": optimum,
        }
        for label, (name, optimum) in enumerate(
            zip(classes, collapsed_optimum(shares, collapsed), strict=True)
        )
        if (labels == label).any()
    ]
    return pd.DataFrame(rows)


@torch.no_grad()
def _values(discriminator: nn.Module, images: np.ndarray) -> np.ndarray:
    device = next(discriminator.parameters()).device
    was_training = discriminator.training
    discriminator.eval()  # or spectral norm's power iteration would go on
    parts: list[Tensor] = []
    for start in range(0, len(images), PASS):
        batch = to_batch(images[start : start + PASS]).float() / 127.5 - 1
        parts.append(discriminator(batch.to(device)).sigmoid().cpu())
    discriminator.train(was_training)
    return torch.cat(parts).numpy()
