"""What the classes of each data set are called, by label; known without PyTorch, as the workflow asks."""

FIGURES = tuple("0123456789")
CLASSES = {
    "digits": FIGURES,
    "mnist": FIGURES,
    "fashion_mnist": (
        *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
        *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
    ),
    "cifar10": (
        *("airplane", "automobile", "bird", "cat", "deer"),
        *("dog", "frog", "horse", "ship", "truck"),
    ),
    "stl10": (),  # of the unlabeled split
    "lsun_church_outdoor": (),
    "lsun_tower": (),
}
