"""The tables of scores: which configurations each has, and the figures that are printed for them."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import product

import pandas as pd

from ganscape.reporting.paper_figures import paper_figures

STUDIES = ("table2", "hinge", "least_squares", "narrow", "lsun", "own_losses")
DATASET_NAMES = {
    "cifar10": "CIFAR-10",
    "stl10": "STL-10",
    "fashion_mnist": "Fashion-MNIST",
    "mnist": "MNIST",
    "lsun_church_outdoor": "LSUN church",
    "lsun_tower": "LSUN tower",
}
NETWORK = ["architecture", "width", "spectral_norm"]
PRINTED = ["is_mean", "is_std", "fid"]


@dataclass(frozen=True)
class Half:
    """A part of a table, such as a half of Table 2: the data set `name` that it is about, and the prepared
    `data` that we used for it."""

    name: str
    data: str

    @property
    def stands_in(self) -> bool:
        return self.data.rsplit("-", 1)[0] != self.name

    @property
    def label(self) -> str:
        """As in the column `dataset`: the paper's name, or what stands in for it."""
        return f"{self.data} (stand-in for {self.name})" if self.stands_in else self.name

    @property
    def shown_name(self) -> str:
        """As a reader sees it."""
        name = DATASET_NAMES[self.name]
        return f"{self.data} (stand-in for {name})" if self.stands_in else name


@dataclass(frozen=True)
class Study:
    """A table of scores.

    name: of its files. short_title: before the data in a heading. printed_in: who prints figures for it,
    empty if no one does. tiles: how many samples across a grid are shown. configurations: columns
    `dataset, architecture, width, spectral_norm, loss, is_mean, is_std, fid, relative_size_percent`, in the
    order of the table.
    """

    name: str
    short_title: str
    title: str
    printed_in: str
    configurations: pd.DataFrame
    tiles: int = 8

    @property
    def sizes_printed(self) -> bool:
        """Whether the paper prints the relative sizes of these networks."""
        return bool(self.configurations["relative_size_percent"].notna().any())

    def of_half(self, half: Half) -> pd.DataFrame:
        """Its configurations on the data set of one half."""
        return self.configurations[self.configurations["dataset"] == half.name]


@cache
def study(name: str, own_losses: tuple[str, ...] = ()) -> Study:
    """One of `STUDIES`.

    `table2`: the paper's. `hinge`: the ResNets of the authors' talk, on CIFAR-10. `least_squares`: the same
    networks, for which no one prints figures. Their relative sizes are those of Table 2. `narrow`: small CNNs
    on small images, beyond the paper. `lsun`: the 256x256 images of which the paper prints samples alone.
    `own_losses`: JS-GAN and RS-GAN beside losses of one's own, on the networks of `hinge`.
    """
    table2 = paper_figures("table2")
    if name == "table2":
        title = "Table 2 of the paper: Inception score, FID and model size, ours beside the paper's"
        return Study(name, "Table 2", title, "Paper", table2)
    if name == "hinge":
        title = "Hinge losses: Hinge-GAN beside Rp-hinge-GAN, ours beside the figures of the authors' talk"
        rows = _other_losses(table2, {"js": "hinge", "rs": "rp-hinge"}, paper_figures("hinge"))
        return Study(name, "Hinge losses", title, "Talk", rows)
    if name == "least_squares":
        title = "Least-squares losses: LS-GAN beside Rp-LS-GAN (neither paper nor talk print figures)"
        rows = _other_losses(table2, {"js": "ls", "rs": "rp-ls"}, paper_figures("hinge"))
        return Study(name, "Least-squares losses", title, "", rows)
    if name == "narrow":
        title = "Narrow networks on small images: JS-GAN beside RS-GAN (beyond the paper)"
        rows = _unprinted(
            ("fashion_mnist", "mnist"), product(("yes", "no"), ("quarter", "eighth"), ("js", "rs"))
        )
        return Study(name, "Narrow networks", title, "", rows)
    if name == "lsun":
        title = "LSUN at 256x256: JS-GAN beside RS-GAN (the paper prints samples, no figures)"
        rows = _unprinted(("lsun_church_outdoor", "lsun_tower"), product(("yes",), ("full",), ("js", "rs")))
        return Study(name, "LSUN", title, "", rows, tiles=4)
    if name == "own_losses":
        title = "Losses of one's own beside JS-GAN and RS-GAN (beyond the paper)"
        rows = _with_own_losses(table2, own_losses)
        return Study(name, "Own losses", title, "", rows)
    raise ValueError(f"{name}: the tables of scores are {', '.join(STUDIES)}")


def _other_losses(table2: pd.DataFrame, losses: dict[str, str], printed: pd.DataFrame) -> pd.DataFrame:
    """The ResNets of Table 2 on CIFAR-10 with other losses, and the figures that are printed for those."""
    networks = table2[(table2["dataset"] == "cifar10") & (table2["architecture"] == "resnet")]
    rows = networks.drop(columns=PRINTED).assign(loss=networks["loss"].map(losses))
    merged = rows.merge(printed, how="left", on=["dataset", *NETWORK, "loss"], validate="one_to_one")
    return merged[list(table2.columns)]


def _with_own_losses(table2: pd.DataFrame, own_losses: tuple[str, ...]) -> pd.DataFrame:
    """The ResNets of Table 2 on CIFAR-10, each with JS-GAN, RS-GAN and one's own losses."""
    networks = table2[(table2["dataset"] == "cifar10") & (table2["architecture"] == "resnet")]
    rs = networks[networks["loss"] == "rs"]
    rows = [networks, *(rs.assign(loss=loss, **dict.fromkeys(PRINTED, float("nan"))) for loss in own_losses)]
    widths = list(dict.fromkeys(networks["width"]))
    return pd.concat(rows).sort_values("width", key=lambda names: names.map(widths.index), kind="stable")


def _unprinted(datasets: Iterable[str], networks: Iterable[tuple[str, str, str]]) -> pd.DataFrame:
    """CNNs (spectral norm, width, loss) after the real images of each data set; none are printed."""
    cnns = [
        {"architecture": "cnn", "width": width, "spectral_norm": spectral, "loss": loss}
        for spectral, width, loss in networks
    ]
    real = {"architecture": "real", "width": "", "spectral_norm": "", "loss": "real"}
    rows = [{"dataset": dataset, **row} for dataset in datasets for row in (real, *cnns)]
    return pd.DataFrame(rows).assign(**dict.fromkeys([*PRINTED, "relative_size_percent"], float("nan")))
