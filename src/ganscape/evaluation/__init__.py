"""Scores of generated images: what is expensive (features) kept apart from what is cheap (metrics).

`extractors` names the network that sees the images, `features` runs it over them once, `metrics` turns
features into numbers, `scoring` puts the three together into one record per run.
"""
