"""Bringing images to one size and number of channels."""

import numpy as np


def resample(images: np.ndarray, image_size: int, channels: int) -> np.ndarray:
    """Bring uint8 images (n, H, W, C) to (n, image_size, image_size, channels); C and channels are 1 or 3."""
    if images.shape[3] == 3 and channels == 1:
        images = _luminance(images)
    if images.shape[1:3] != (image_size, image_size):
        images = np.stack([_resize(image, image_size) for image in images])
    # Repeating once would copy value by value, which takes longer than to decode a photograph.
    return images if images.shape[3] == channels else np.repeat(images, channels, axis=3)


def described(size: int, image_size: int) -> str:
    """What was done to images of `size` pixels, in words."""
    if size == image_size:
        return "none"
    kind = "bilinear, antialiased" if image_size < size else "bilinear"
    return f"{kind}, {size}x{size} to {image_size}x{image_size} (Pillow)"


def _luminance(images: np.ndarray) -> np.ndarray:
    """ITU-R BT.601 luma, in the 16-bit fixed-point arithmetic of Pillow's mode "L"."""
    red, green, blue = np.moveaxis(images.astype(np.uint32), 3, 0)
    luma = (19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16
    return luma.astype(np.uint8)[..., np.newaxis]


def _resize(image: np.ndarray, image_size: int) -> np.ndarray:
    from PIL import Image  # here, so that reading prepared data does not pay for it

    flat = image[:, :, 0] if image.shape[2] == 1 else np.ascontiguousarray(image)
    resized = Image.fromarray(flat).resize((image_size, image_size), Image.Resampling.BILINEAR)
    return np.asarray(resized).reshape(image_size, image_size, -1)
