"""Low-dimensional GANs, many seeds at once: the two clusters of the paper's Section 5 and Gaussian mixtures.

`games` says what a game is, `distributions` what it is played on; `simulation` plays it, on one of two
engines (`batched`, any game on any device, and `native`, small full-batch ones on a processor), which
`textbook` keeps honest. `two_clusters` and `gaussians` are the experiments. Imports `ganscape.objectives`,
nothing of the landscape or of images.
"""
