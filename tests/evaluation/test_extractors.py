import hashlib
from pathlib import Path

import pytest
import torch
import torch_fidelity
from small_images import CPU, resized_digits
from torch.utils.data import Dataset
from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3

from ganscape.errors import InputError
from ganscape.evaluation import metrics
from ganscape.evaluation.classifier import load_classifier
from ganscape.evaluation.extractors import create, create_classifier, create_inception
from ganscape.evaluation.features import load_reference
from ganscape.images.pixels import NonFiniteError, to_batch


class Images(Dataset):
    def __init__(self, images):
        self.images = images

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        return self.images[index]


def test_our_route_agrees_with_torch_fidelity_end_to_end(digits_extractor, classifier_weights):
    """The library, given the same images and the extractor that we registered, gives the same numbers."""
    images, _, train = resized_digits(32, 3)
    noise = torch.Generator().manual_seed(0)
    real, clean = to_batch(images[:train][:500]), to_batch(images[train:][:300])
    generated = (clean + torch.randint(0, 90, clean.shape, generator=noise)).clamp(max=255).to(torch.uint8)
    theirs = torch_fidelity.calculate_metrics(
        input1=Images(generated),
        input2=Images(real),
        isc=True,
        fid=True,
        kid=True,
        prc=True,
        feature_extractor=digits_extractor.name,
        feature_extractor_weights_path=str(classifier_weights),
        kid_subset_size=300,
        cuda=False,
        cache=False,
        save_cpu_ram=True,
        verbose=False,
    )
    features, logits = (part.numpy() for part in digits_extractor(generated))
    real_features = digits_extractor(real)[0].numpy()
    ours = dict(
        zip(
            ("inception_score_mean", "inception_score_std"),
            metrics.inception_score(logits, splits=10),
            strict=True,
        )
    )
    ours["frechet_inception_distance"] = metrics.frechet_distance(features, real_features)
    kid = metrics.kernel_distance(features, real_features)
    ours["kernel_inception_distance_mean"], ours["kernel_inception_distance_std"] = kid
    ours["precision"], ours["recall"] = metrics.precision_recall(features, real_features)
    assert ours["frechet_inception_distance"] > 0.1  # the noise shows
    for name, value in ours.items():
        # the library computes in float32, and a distance may fall on either side of a neighbour's ball
        tolerance = 2 / 300 if name in ("precision", "recall") else 1e-4
        assert value == pytest.approx(theirs[name], rel=1e-4, abs=tolerance), name


def test_classifier_extractor_is_named_after_its_data(
    digits_extractor, classifier_weights, digits_classifier
):
    assert digits_extractor.name == "digits-classifier"
    assert digits_extractor.weights_sha256 == hashlib.sha256(classifier_weights.read_bytes()).hexdigest()
    images = to_batch(resized_digits(48, 3)[0][:7])
    for ours, direct in zip(digits_extractor(images), digits_classifier(images), strict=True):
        assert torch.equal(ours, direct)
    create_classifier(classifier_weights, CPU)  # a second time in one process


def test_non_finite_features_are_noticed(classifier_weights):
    extractor = create_classifier(classifier_weights, CPU)
    extractor.module.classifier.head.bias[0] = float("nan")
    with pytest.raises(NonFiniteError):
        extractor(torch.zeros(2, 1, 32, 32, dtype=torch.uint8))


@pytest.fixture(scope="module")
def random_inception(tmp_path_factory):
    """Weights of torch-fidelity's Inception as they are initialised, in the format of its release."""
    with pytest.MonkeyPatch.context() as patch:
        # The class cannot be built without weights, so here it loads none.
        patch.setattr(
            "torch_fidelity.feature_extractor_inceptionv3.load_state_dict_from_url", lambda *_, **__: {}
        )
        patch.setattr(FeatureExtractorInceptionV3, "load_state_dict", lambda *_: None)
        torch.manual_seed(0)
        module = FeatureExtractorInceptionV3("inception-v3-compat", ["2048"])
    path = tmp_path_factory.mktemp("inception") / "inception.pth"
    torch.save(module.state_dict(), path)
    return path, module


def test_inception_features_and_logits(random_inception):
    path, module = random_inception
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    extractor = create_inception(path, CPU, sha256_prefix=digest[:8])
    assert extractor.name == "inception-v3-compat" and extractor.classes is None
    assert extractor.weights_sha256 == digest
    images = to_batch(resized_digits(32, 3)[0][:4])
    features, logits = extractor(images)
    assert features.shape == (4, 2048) and logits.shape == (4, 1008)
    assert torch.allclose(features, module(images)[0], atol=1e-6)
    assert torch.allclose(logits, features @ module.fc.weight.T, atol=1e-6)  # without the bias
    grey, _ = extractor(images[:1, :1])  # one channel becomes three equal ones
    assert torch.allclose(grey, features[:1], atol=1e-6)
    metrics.frechet_distance(features[:2].numpy()[:, :50], features[2:].numpy()[:, :50])


def test_inception_weights_that_are_absent_or_not_the_right_ones(tmp_path, random_inception):
    with pytest.raises(InputError) as absent:
        create("inception", tmp_path / "inception.pth", CPU)
    message = str(absent.value)
    assert "\n" not in message
    for part in ("inception.pth", "fetch-weights", "weights-inception-2015-12-05-6726825d.pth", "SHA-256"):
        assert part in message
    with pytest.raises(InputError, match=r"SHA-256 begins with .*; name another, or move it away"):
        create("inception", random_inception[0], CPU)


def test_inception_weights_of_another_network_or_no_weights_at_all(tmp_path):
    path = tmp_path / "inception.pth"
    torch.save({"weight": torch.zeros(2)}, path)
    with pytest.raises(InputError, match="does not hold torch-fidelity's Inception"):
        create_inception(path, CPU, sha256_prefix="")
    path.write_bytes(b"not a file of PyTorch")
    with pytest.raises(InputError, match="does not hold torch-fidelity's Inception"):
        create_inception(path, CPU, sha256_prefix="")


@pytest.mark.parametrize(
    "load", [lambda path: create("inception", path, CPU), load_classifier, load_reference]
)
def test_what_may_not_be_read_is_not_called_damaged(load, tmp_path, monkeypatch):
    def refuse(*arguments, **options):
        raise PermissionError(13, "Permission denied")

    (tmp_path / "given").touch()
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(InputError, match=r"cannot read .*/given: Permission denied$"):
        load(tmp_path / "given")


class Malicious:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


def test_code_in_a_weights_file_is_not_run(tmp_path):
    path, written = tmp_path / "inception.pth", tmp_path / "written"
    torch.save({"weight": Malicious(written)}, path)
    written.unlink(missing_ok=True)
    with pytest.raises(InputError, match="does not hold"):
        create_inception(path, CPU, sha256_prefix="")
    assert not written.exists()


def test_unknown_extractor():
    with pytest.raises(InputError, match="unknown feature extractor"):
        create("vgg", "weights", CPU)
