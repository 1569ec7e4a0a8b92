# Table of contents: what can be asked for, and where the rules for it are. See README.md.
from snakemake.utils import min_version

min_version("9.0")


configfile: f"{workflow.basedir}/config.yaml"


# In which jobs run with --software-deployment-method apptainer; read where Snakemake runs.
container: "containers/ganscape.sif"


report: "workflow/report/workflow.rst"


include: "workflow/rules/configuration.smk"
include: "workflow/rules/common.smk"
include: "workflow/rules/kept.smk"
include: "workflow/rules/available.smk"
include: "workflow/rules/costs.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/train.smk"
include: "workflow/rules/evaluate.smk"
include: "workflow/rules/authors.smk"
include: "workflow/rules/landscape.smk"
include: "workflow/rules/clusters.smk"
include: "workflow/rules/tables.smk"
include: "workflow/rules/studies.smk"
include: "workflow/rules/claims.smk"
include: "workflow/rules/jobs.smk"
include: "workflow/rules/estimate.smk"
include: "workflow/rules/slurm.smk"


# Downloads, which need the network, and drawing and tabulating, which take seconds: where jobs go to a cluster,
# these run beside the workflow engine.
localrules:
    fetch_dataset,
    fetch_weights,
    fetch_authors_generator,
    draw_samples,
    draw_ema,
    draw_narrow,
    draw_imbalanced,
    draw_bad_init,
    draw_bad_init_samples,
    draw_authors,
    render_scores,
    render_ema,
    render_imbalanced,
    render_bad_init,
    render_authors,
    draw_figure5,
    draw_figure6,
    draw_escape,
    draw_width,
    draw_imbalance_clusters,
    draw_gaussians,
    render_two_clusters,
    animate_two_clusters,
    count_networks,
    tabulate_claims,
    tabulate_provenance,


rule table2:
    input:
        SCORES["table2"],


rule hinge:
    input:
        SCORES["hinge"],


rule least_squares:
    input:
        SCORES["least_squares"],


rule own_losses:
    input:
        scores_of_own_losses,


rule narrow:
    input:
        SCORES["narrow"],
        NARROW_RESULTS,


rule bad_init:
    input:
        BAD_INIT_RESULTS,


rule lsun:
    input:
        SCORES["lsun"],


rule authors:
    input:
        AUTHORS_RESULTS,


rule ema:
    input:
        EMA,


rule figure4:
    input:
        FIGURE4,


rule landscape:
    input:
        FIGURE4,
        LANDSCAPE_RESULTS,


rule figure5:
    input:
        FIGURE5,


rule figure6:
    input:
        FIGURE6,


rule imbalanced:
    input:
        IMBALANCED_CLUSTERS,
        IMBALANCED_RESULTS,


rule clusters:
    input:
        CLUSTERS_RESULTS,


rule claims:
    input:
        rules.tabulate_claims.output,
        rules.tabulate_provenance.output,


# The ledger, and with --report the report, of what has been computed so far.
rule available:
    input:
        rules.claims.input,
        lambda wildcards: can_be_shown(rules.all.input),


rule fetch:
    input:
        DOWNLOADS,


rule prepare:
    input:
        PREPARED,


rule train:
    input:
        TRAINED,


rule evaluate:
    input:
        list(METRICS.values()),
        list(TRACES.values()),


rule all:
    default_target: True
    input:
        rules.table2.input,
        rules.hinge.input,
        rules.least_squares.input,
        SCORES.get("own_losses", []),
        rules.ema.input,
        rules.narrow.input,
        rules.imbalanced.input,
        rules.bad_init.input,
        rules.lsun.input,
        rules.authors.input,
        rules.landscape.input,
        rules.clusters.input,
        rules.claims.input,


# Targets are known to Snakemake only after this. A report makes nothing, and says of everything how it was made.
if "available" in sys.argv and not any(
    word.startswith("--report") for word in sys.argv
):
    make_nothing_but_tables_and_figures()
