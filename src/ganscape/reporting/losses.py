"""What readers call the losses, which belong together, and the colours that tell the two kinds apart."""

from ganscape.reporting.style import PAIRED, SEPARABLE

LOSS_NAMES = {
    "js": "JS-GAN",
    "hinge": "Hinge-GAN",
    "ls": "LS-GAN",
    "rs": "RS-GAN",
    "rp-hinge": "Rp-hinge-GAN",
    "rp-ls": "Rp-LS-GAN",
    "wgan-gp": "WGAN-GP",
}

PAIRED_WITH = {"rs": "js", "rp-hinge": "hinge", "rp-ls": "ls"}  # each paired loss and its separable twin


def loss_name(loss: str) -> str:
    """What readers call it; a loss of one's own by its own name."""
    return LOSS_NAMES.get(loss, loss)


def kind_of(loss: str) -> str:
    """`paired` or `separable`; WGAN-GP is paired with a linear h."""
    return "paired" if loss in {*PAIRED_WITH, "wgan-gp"} else "separable"


def colour_of(loss: str) -> str:
    """The colour of the loss's kind."""
    return PAIRED if kind_of(loss) == "paired" else SEPARABLE
