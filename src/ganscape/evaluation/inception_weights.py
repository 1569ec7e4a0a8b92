"""Which file holds TensorFlow's Inception weights; torch-fidelity's release names it by its SHA-256."""

FILE = "weights-inception-2015-12-05-6726825d.pth"
SHA256_PREFIX = "6726825d"
