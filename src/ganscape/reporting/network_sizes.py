"""Table `network_sizes`: parameters of Table 2's networks at the paper's features, beside the printed sizes.

The networks are those of the authors' released code. Nothing is trained: the table is the same in every
preset.
"""

import pandas as pd
import torch

from ganscape.images.networks import build_discriminator, build_generator, count_parameters
from ganscape.reporting.paper_figures import paper_figures
from ganscape.reporting.rendering import Cell, Column, Section, Table, number
from ganscape.reporting.studies import DATASET_NAMES

IMAGE_SIZES = {"cifar10": 32, "stl10": 48}
COLUMNS = (
    *("dataset", "architecture", "width", "generator", "discriminator", "parameters", "released_parameters"),
    *("relative_size_percent", "paper_relative_size_percent"),
)
NETWORK = ["dataset", "architecture", "width"]
PRINTED_DIGITS = 1


def network_sizes() -> pd.DataFrame:
    """A row per network of Table 2, `COLUMNS`: trainable parameters of both players, those of the networks of
    the authors' released code, and how many per cent of those at full width they are, ours and as printed."""
    table2 = paper_figures("table2")
    networks = table2[table2["relative_size_percent"].notna()].drop_duplicates(NETWORK)
    released = paper_figures("released_sizes").set_index(NETWORK)
    rows = []
    for row in networks.itertuples():
        generator, discriminator = _parameters(row.architecture, row.dataset, row.width)
        whole = sum(_parameters(row.architecture, row.dataset, "full"))
        total = generator + discriminator
        theirs = int(released.loc[(row.dataset, row.architecture, row.width)].sum())
        figures = (generator, discriminator, total, theirs, 100 * total / whole, row.relative_size_percent)
        rows.append((row.dataset, row.architecture, row.width, *figures))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _parameters(architecture: str, dataset: str, width: str) -> tuple[int, int]:
    """Trainable parameters of generator and discriminator."""
    shape = (architecture, IMAGE_SIZES[dataset], 3, width)
    # Shapes alone. Spectral normalisation has no parameters of its own, and takes long without numbers.
    with torch.device("meta"):
        discriminator = build_discriminator(*shape, normalisation="none")
        return count_parameters(build_generator(*shape)), count_parameters(discriminator)


def network_sizes_table(sizes: pd.DataFrame) -> Table:
    """A section per data set; bold where the printed size is another."""
    sections = []
    for dataset, of_dataset in sizes.groupby("dataset", sort=False):
        rows = []
        for row in of_dataset.itertuples():
            ours = number(row.relative_size_percent, PRINTED_DIGITS)
            printed = number(row.paper_relative_size_percent, PRINTED_DIGITS)
            name = f"{row.architecture}, {row.width}"
            counts = (f"{count:,}" for count in (row.generator, row.discriminator, row.parameters))
            rows.append([Cell(name), *map(Cell, counts), Cell(ours), Cell(printed, printed != ours)])
        sections.append(Section(DATASET_NAMES[dataset], rows))
    notes = [
        "The networks of the authors' released code, at the paper's features. Bold: the paper prints another "
        "size than its own code has."
    ]
    columns = [
        Column("network"),
        *(Column(name, "Parameters") for name in ("generator", "discriminator", "both")),
        *(Column(name, "% of full width") for name in ("counted", "paper")),
    ]
    return Table("Sizes of the networks of Table 2", notes, columns, sections, "network_sizes")
