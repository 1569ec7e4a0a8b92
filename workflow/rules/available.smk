# Of partial results: what the target `available` shows, the ledger and the tables and figures that can be made from what
# was computed so far. Included before the rules, whose inputs it chooses.
import sys


def targets():
    """What was asked for, once the rules have been read; nothing where that is the default, everything."""
    return workflow.dag_settings.targets if workflow.dag_settings else ()


def asked_for_available():
    if "available" in targets() and len(targets()) > 1:
        sys.exit(
            "available: ask for it alone; it shows what there is, of which other targets make more"
        )
    return "available" in targets()


def each_of(files):
    return [[file] for file in files]


# From what a table or figure is made: of each of these lists some file must be there.
MADE_FROM = {
    **dict.fromkeys(table_files("network_sizes"), []),
    # Of trained networks, the scores so far.
    **{
        file: [METRICS[study]]
        for study in STUDIES
        for file in [*table_files(study), f"{RESULTS}/tables/{study}_details.csv"]
    },
    **{
        file: [metrics_of(study, place)]
        for study in STUDIES
        for place in STUDIES[study]["places"]
        for file in figure_files(f"{study}_samples_{place}")
    },
    **dict.fromkeys(EMA, [METRICS["table2"]]),
    **dict.fromkeys(NARROW_RESULTS, [TRACES["narrow"]]),
    **dict.fromkeys(IMBALANCED_RESULTS, [TRACES["imbalanced"]]),
    **dict.fromkeys(BAD_INIT_RESULTS, [TRACES["bad_init"]]),
    **dict.fromkeys(figure_files("bad_init"), [TRACES["bad_init"], BAD_START_VALUES]),
    **dict.fromkeys(AUTHORS_RESULTS, [AUTHORS_METRICS]),
    # Of the landscape and of two clusters, all that was asked for.
    **dict.fromkeys(table_files("minima"), each_of(MINIMA)),
    **dict.fromkeys(figure_files("bad_minima"), each_of([*MINIMA, *DESCENTS])),
    **dict.fromkeys(table_files("two_clusters"), each_of(ALL_OUTCOMES)),
    **{
        file: each_of(outcomes)
        for name, outcomes in OUTCOMES.items()
        for file in figure_files(name)
    },
}


def existing(files):
    return [file for file in files if Path(file).exists()]


def can_be_shown(files):
    """Those that exist, or that can be made from what there is."""
    return [
        file
        for file in files
        if Path(file).exists()
        or (file in MADE_FROM and all(map(existing, MADE_FROM[file])))
    ]


def so_far(scores):
    """What a table or figure is made from: of its scores, for `available`, those that exist.

    All of them where none does: a table or figure that is there is left as it is.
    """
    return existing(scores) or scores if asked_for_available() else scores


def evidence_of_ledger(wildcards):
    return can_be_shown(EVIDENCE) if asked_for_available() else EVIDENCE


def results_of_provenance(wildcards):
    """What it waits for: everything that is asked for."""
    if targets() and not {"all", "available"} & set(targets()):
        return EVIDENCE
    judged = {*rules.tabulate_claims.output, *rules.tabulate_provenance.output}
    results = [file for file in rules.all.input if file not in judged]
    return can_be_shown(results) if asked_for_available() else results


def make_nothing_but_tables_and_figures():
    """Forget the other rules, so that nothing is trained, played or evaluated, whatever has changed."""
    shown = tuple(f"{RESULTS}/{folder}" for folder in ("tables", "figures", "claims"))
    for one in list(workflow.rules):
        if not all(file.startswith(shown) for file in one.output):
            del workflow._rules[one.name]
            workflow._localrules.discard(one.name)
