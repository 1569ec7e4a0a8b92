"""Seconds that each kind of job takes, from what it does and the constants of `costs` in config.yaml."""

from dataclasses import dataclass

from ganscape.costs.operations import (
    PAIRED,
    PENALISED,
    Network,
    Work,
    discriminator_step,
    generator_pass,
    generator_step,
)

GENERATORS_OF_A_RUN = 2  # raw and EMA weights


@dataclass(frozen=True)
class Place:
    """Where a job's networks run: on one GPU, or on the `cores` that the job has in any case."""

    gpu: bool
    cores: int

    @property
    def units(self) -> int:
        """How many of what rates are per: GPUs or cores."""
        return 1 if self.gpu else self.cores


@dataclass(frozen=True)
class Protocol:
    """How many images are scored, and how many of them by distances between features."""

    extractor: str
    samples: int
    fid_samples: int


class Model:
    """The constants of both machines, and what follows from them.

    Args:
        constants: `costs` of the configuration; times in seconds, rates per second and GPU or core.
        precision: of trainings; everything else is in float32.
    """

    def __init__(self, constants: dict, precision: str) -> None:
        self.processor = constants["cpu"]
        self.machines = {True: constants["gpu"], False: constants["cpu"]}
        self.precision = precision

    def start(self, place: Place) -> float:
        """Until a job's first iteration or image."""
        return self.machines[place.gpu]["start"]

    def training(
        self,
        place: Place,
        network: Network,
        loss: str,
        batch_size: int,
        iterations: int,
        discriminator_steps: int,
    ) -> float:
        """One generator step and `discriminator_steps` of the discriminator in each iteration."""
        work = generator_step(network, loss in PAIRED)
        work += discriminator_steps * discriminator_step(network, loss in PENALISED)
        steps = (1 + discriminator_steps) * self._training(place)["step"]
        return self.start(place) + iterations * (steps + self._computing(place, batch_size * work))

    def bad_start(self, place: Place, network: Network, batch_size: int, iterations: int) -> float:
        """Discriminator steps alone."""
        work = batch_size * discriminator_step(network, penalised=False)
        seconds = self._training(place)["step"] + self._computing(place, work)
        return self.start(place) + iterations * seconds

    def evaluation(self, place: Place, network: Network, protocol: Protocol, generators: int) -> float:
        """All scores of so many generators."""
        sampling = protocol.samples * self._sampling(place, network)
        return self.start(place) + generators * (sampling + self._scoring(place, protocol))

    def real_evaluation(self, place: Place, protocol: Protocol) -> float:
        """All scores of as many real images."""
        return self.start(place) + self._scoring(place, protocol)

    def trace(self, place: Place, network: Network, protocol: Protocol, snapshots: int) -> float:
        """FID and, by a classifier, class shares of the generators of so many moments."""
        image = self._sampling(place, network) + self._looking(place, protocol.extractor)
        if protocol.extractor != "classifier":  # which looks at images anew
            image += self._sampling(place, network) + self._looking(place, "classifier")
        distance = self.processor["metrics"][protocol.extractor]["fid"] / place.cores
        each = protocol.samples * image + distance
        return self.start(place) + GENERATORS_OF_A_RUN * snapshots * each

    def features(self, place: Place, extractor: str, images: int) -> float:
        """Of real images."""
        return self.start(place) + images * self._looking(place, extractor)

    def classifier(self, cores: int, dataset: str, epochs: int) -> float:
        """The classifier's training, on a processor."""
        return self.processor["start"] + epochs * self.processor["classifier_epoch"][dataset] / cores

    def two_clusters(self, cores: int, seeds: int, iterations: int, widths: tuple[int, int]) -> float:
        """All seeds of a setting; `widths` are those of two hidden layers, the discriminator's first."""
        weights = sum(width * (width + 2) for width in widths)
        constants = self.processor["two_clusters"]
        each = constants["iteration"] + weights * constants["weight"]
        return self.processor["start"] + seeds * iterations * each / cores

    def gaussians(self, seeds: int, iterations: int) -> float:
        """All seeds of a mixture and loss, played together on one core."""
        constants = self.processor["gaussians"]
        return self.processor["start"] + iterations * (constants["iteration"] + seeds * constants["seed"])

    def preparing(self, dataset: str) -> float:
        """One array of a data set's images."""
        return self.processor["preparing"][dataset]

    def constant(self, kind: str) -> float:
        """Jobs that take about the same time whatever the configuration says."""
        return self.processor["constant"][kind]

    def _training(self, place: Place) -> dict:
        return self.machines[place.gpu]["training"][self.precision]

    def _computing(self, place: Place, work: Work, precision: str | None = None) -> float:
        rates = self.machines[place.gpu]["training"][precision or self.precision]
        seconds = work.operations / rates["operations"] + work.values / rates["values"]
        return seconds / place.units

    def _sampling(self, place: Place, network: Network) -> float:
        """One generated image."""
        forward = self._computing(place, generator_pass(network).all, "float32")
        return self.machines[place.gpu]["sampling"] * forward

    def _looking(self, place: Place, extractor: str) -> float:
        """Features of one image."""
        return 1 / (self.machines[place.gpu]["images"][extractor] * place.units)

    def _scoring(self, place: Place, protocol: Protocol) -> float:
        """Features of all images, on the machine, and metrics of them, on the processor."""
        constants = self.processor["metrics"][protocol.extractor]
        metrics = constants["fid"] + constants["others"] + constants["pair"] * protocol.fid_samples**2
        return protocol.samples * self._looking(place, protocol.extractor) + metrics / place.cores
