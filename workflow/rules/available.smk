# Of partial results: what the target `available` shows, the ledger and the tables and figures that can be made from what
# was computed so far. Included before the rules, whose inputs it chooses.

# Of trained networks: the scores that a table or figure is made from. Some of them are enough for `available`.
MADE_FROM = {
    **{
        file: METRICS[study]
        for study in STUDIES
        for file in [*table_files(study), f"{RESULTS}/tables/{study}_details.csv"]
    },
    **{
        file: metrics_of(study, place)
        for study in STUDIES
        for place in STUDIES[study]["places"]
        for file in figure_files(f"{study}_samples_{place}")
    },
    **dict.fromkeys(EMA, METRICS["table2"]),
    **dict.fromkeys(NARROW_RESULTS, TRACES["narrow"]),
    **dict.fromkeys(IMBALANCED_RESULTS, TRACES["imbalanced"]),
    **dict.fromkeys(BAD_INIT_RESULTS, TRACES["bad_init"]),
    **dict.fromkeys(AUTHORS_RESULTS, AUTHORS_METRICS),
}


def asked_for_available():
    return bool(workflow.dag_settings) and "available" in workflow.dag_settings.targets


def existing(files):
    return [file for file in files if Path(file).exists()]


def can_be_shown(files):
    """Those that exist, or that some scores exist for."""
    return [
        file
        for file in files
        if Path(file).exists() or existing(MADE_FROM.get(file, []))
    ]


def so_far(scores):
    """What a table or figure is made from: of its scores, for `available`, those that exist."""
    return existing(scores) or scores if asked_for_available() else scores


def evidence_of_ledger(wildcards):
    return can_be_shown(EVIDENCE) if asked_for_available() else EVIDENCE
