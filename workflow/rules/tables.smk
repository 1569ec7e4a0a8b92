# Tables and figures from metrics, beside the figures in print. The report is Snakemake's own:
# `snakemake --report FILE.html`.


rule render_scores:
    input:
        lambda wildcards: so_far(METRICS[wildcards.study]),
    output:
        html=report(
            f"{RESULTS}/tables/{{study}}.html",
            category=chapter_of,
            caption="../report/scores.rst",
            labels=lambda wildcards: labels_of(wildcards, "as printed"),
        ),
        csv=report(
            f"{RESULTS}/tables/{{study}}.csv",
            category=chapter_of,
            caption="../report/scores_csv.rst",
            labels=lambda wildcards: labels_of(wildcards, "every figure, sortable"),
        ),
        details=report(
            f"{RESULTS}/tables/{{study}}_details.csv",
            category=chapter_of,
            caption="../report/scores_details.rst",
            labels=lambda wildcards: labels_of(
                wildcards, "further scores of every run"
            ),
        ),
        md=f"{RESULTS}/tables/{{study}}.md",
        tex=f"{RESULTS}/tables/{{study}}.tex",
    log:
        f"{RESULTS}/logs/render_scores/{{study}}.log",
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        study=study_options,
        halves=lambda wildcards: place_options(wildcards.study),
    message:
        "Rendering table {wildcards.study}"
    shell:
        "python -m ganscape score-table {params.study} --metrics {input} {params.halves}"
        " --output-directory $(dirname {output.html}) > {log} 2>&1"


rule draw_samples:
    input:
        lambda wildcards: so_far(metrics_of(wildcards.study, wildcards.place)),
    output:
        png=report(
            f"{RESULTS}/figures/{{study}}_samples_{{place}}.png",
            category=chapter_of,
            caption="../report/samples.rst",
            labels=lambda wildcards: {
                "item": STUDY_TITLES[wildcards.study],
                "data": wildcards.place,
            },
        ),
        pdf=f"{RESULTS}/figures/{{study}}_samples_{{place}}.pdf",
        csv=f"{RESULTS}/figures/{{study}}_samples_{{place}}.csv",
    log:
        f"{RESULTS}/logs/draw_samples/{{study}}-{{place}}.log",
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        study=study_options,
        place=lambda wildcards: f"--half {wildcards.place}={STUDIES[wildcards.study]['places'][wildcards.place]}",
    message:
        "Drawing samples of table {wildcards.study}, {wildcards.place}"
    shell:
        "python -m ganscape sample-sheet {params.study} --metrics {input} {params.place}"
        " --output {output.png} > {log} 2>&1"


rule render_ema:
    input:
        lambda wildcards: so_far(METRICS["table2"]),
    output:
        html=report(
            f"{RESULTS}/tables/ema.html",
            category=CHAPTERS["table2"],
            caption="../report/ema.rst",
            labels={"item": "EMA", "form": "table"},
        ),
        csv=f"{RESULTS}/tables/ema.csv",
        md=f"{RESULTS}/tables/ema.md",
        tex=f"{RESULTS}/tables/ema.tex",
    log:
        f"{RESULTS}/logs/render_ema.log",
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        halves=place_options("table2"),
    message:
        "Rendering raw beside EMA weights"
    shell:
        "python -m ganscape ema-table --metrics {input} {params.halves}"
        " --output-directory $(dirname {output.html}) > {log} 2>&1"


rule draw_ema:
    input:
        lambda wildcards: so_far(METRICS["table2"]),
    output:
        png=report(
            f"{RESULTS}/figures/ema.png",
            category=CHAPTERS["table2"],
            caption="../report/ema.rst",
            labels={"item": "EMA", "form": "figure"},
        ),
        pdf=f"{RESULTS}/figures/ema.pdf",
        csv=f"{RESULTS}/figures/ema.csv",
    log:
        f"{RESULTS}/logs/draw_ema.log",
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        halves=place_options("table2"),
    message:
        "Drawing FID against model size, raw and EMA weights"
    shell:
        "python -m ganscape ema-figure --metrics {input} {params.halves} --output {output.png}"
        " > {log} 2>&1"
