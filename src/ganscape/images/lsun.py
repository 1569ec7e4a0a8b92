"""LSUN's scenes: where their images lie, as LSUN's own database or as a folder of image files.

They are not downloaded: the archives are large, their address has moved more than once, and there are no
published checksums to tell whether the right file arrived.
"""

import os
from pathlib import Path

from ganscape.errors import InputError
from ganscape.images.image_databases import FILE, ImageDatabase
from ganscape.images.image_folders import ImageFolder

SCENES = {"lsun_church_outdoor": "church_outdoor", "lsun_tower": "tower"}


def locate(dataset: str, downloads: str | os.PathLike) -> ImageDatabase | ImageFolder:
    """The images of a data set under `downloads/DATASET`.

    Either LSUN's database, unpacked (`SCENE_train_lmdb/data.mdb`, torchvision's layout), or image files
    below a folder `images`.
    Raises `InputError` if neither is there, or both, or one that is damaged or empty.
    """
    archive = f"{SCENES[dataset]}_train_lmdb"
    folder = Path(downloads, dataset)
    database, images = folder / archive, folder / "images"
    if database.exists() and images.exists():
        raise InputError(f"{database} and {images} are both there: keep one, and put the other elsewhere")
    if database.exists():
        return ImageDatabase(database)
    if images.exists():
        return ImageFolder(images)
    raise InputError(
        f"the images of {dataset} are to be put in place by hand: unpack LSUN's {archive}.zip "
        f"(https://github.com/fyu/lsun) so that {database / FILE} exists, or put image files into {images}"
    )
