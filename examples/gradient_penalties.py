"""RS-GAN with gradient penalties on real and on generated images (R1 and R2), gamma = 1."""

from ganscape.objectives import PairedObjective, logistic
from ganscape.penalties import squared_gradient_norm


def on_real_and_generated(discriminator, real, fake, position):
    norms = [squared_gradient_norm(discriminator, images) for images in (real, fake)]
    return 0.5 * sum(norms)


LOSSES = [PairedObjective("rs-r1r2", h=logistic, penalty=on_real_and_generated)]
