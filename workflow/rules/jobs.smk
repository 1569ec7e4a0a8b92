# All jobs of the configuration, for the steps that estimate what they take and check it (estimate.smk).
import json
from functools import cache

from snakemake.iocontainers import Wildcards

# The studies of `all`, each a target.
STUDY_TARGETS = [
    "table2",
    "hinge",
    "least_squares",
    "ema",
    "narrow",
    "imbalanced",
    "bad_init",
    "lsun",
    "authors",
    "landscape",
    "clusters",
    *(["own_losses"] if OWN_LOSSES["losses"] else []),
]
# Wildcards that jobs of a rule may differ in and yet take the same time.
ALIKE = {"seed", "generator_learning_rate", "normalisation", "share", "choice"}


def walk(files):
    """Jobs that lead to `files`, from nothing, each after those it comes after: what those are, by job.

    A job is the name of a rule and its wildcards. Snakemake has the jobs only of the target that it was asked for.
    """
    producers = [one for one in workflow.rules if one.output]
    by_file, before = {}, {}

    def job_of(file):
        if file not in by_file:
            makers = (one for one in producers if one.is_producer(file))
            if maker := next(makers, None):
                by_file[file] = look(maker, maker.get_wildcards(file))
            else:
                by_file[file] = None  # given
        return by_file[file]

    def look(maker, wildcards):
        job = maker.name, tuple(sorted(wildcards.items()))
        if job not in before:
            inputs, *_ = maker.expand_input(wildcards)
            before[job] = {job_of(file) for file in inputs} - {None}
        return job

    for file in files:
        job_of(file)
    return before


def described(step, wildcards):
    """Data and network of jobs, as far as they have any."""
    named = dict(wildcards)
    if step in ("train_from_bad_start", "trace_bad_init", "find_bad_start"):
        named |= {"data": BAD_INIT_DATA, "architecture": "cnn"} | BAD_INIT
    if "generator" in named:
        named["data"] = authors_data(named["generator"])
    if "dataset" in named:
        named["data"] = named["dataset"]
    network = "-".join(
        str(named[key]) for key in ("architecture", "width") if key in named
    )
    network = named.get("generator", network)
    return {"data": named.get("data", ""), "network": network}


def records_of(step, wildcards):
    """Where jobs leave their times, those alike in one pattern, and how much of them that leaves out."""
    pattern = wildcards | dict.fromkeys(ALIKE & wildcards.keys(), "*")
    chosen = workflow.get_rule(step)
    if step in ("train_gan", "train_from_bad_start"):
        (record,) = chosen.output
        start = MODEL.start(place_of("train"))
        return {"records": record.apply_wildcards(pattern), "start": start}
    if chosen.benchmark:
        return {"records": chosen.expand_benchmark(pattern)}
    return {}


@cache
def jobs_of_all():
    """Groups of jobs that are alike and that the same studies need, as `ganscape.costs.jobs` reads them, in JSON."""
    before, studies = {}, {}
    for study in STUDY_TARGETS:
        for job, others in walk(getattr(rules, study).input).items():
            before[job] = others
            studies.setdefault(job, []).append(study)
    members = {}
    for job in before:
        step, wildcards = job
        alike = tuple(pair for pair in wildcards if pair[0] not in ALIKE)
        members.setdefault((step, alike, tuple(studies[job])), []).append(job)
    names = {
        job: f"{jobs[0][0]}-{index}"
        for index, jobs in enumerate(members.values())
        for job in jobs
    }
    groups = []
    for (step, _, needing), jobs in members.items():
        wildcards = dict(jobs[0][1])
        known = KNOWN.get(step, DRAWING)
        asked = RESOURCES.get(known.kind, {})
        on_gpu = known.kind is not None and place_of(known.kind).gpu
        group = {
            "name": names[jobs[0]],
            "step": step,
            "count": len(jobs),
            "seconds": known.seconds(Wildcards(fromdict=wildcards)),
            "gpus": asked["gpu"] if on_gpu else 0,
            "cores": asked.get("threads", 1),
            "after": sorted({names[other] for job in jobs for other in before[job]}),
            "studies": needing,
            "constant": known.constant,
            **described(step, wildcards),
            **records_of(step, wildcards),
        }
        groups.append(group)
    return json.dumps(groups)


MACHINES = (
    "gpus" if any(place_of(kind).gpu for kind in ("train", "evaluate")) else "cores"
)
