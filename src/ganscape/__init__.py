"""Towards a Better Global Loss Landscape of GANs (Sun, Fang, Schwing, NeurIPS 2020), reproducibly."""

__version__ = "0.1.0"
