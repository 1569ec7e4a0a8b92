# Figures that the report shows. The report itself is Snakemake's: `snakemake --report FILE.html`.


rule draw_table2_samples:
    input:
        lambda wildcards: [f"{run}/metrics.json" for run in runs_of(wildcards.half)],
    output:
        png=report(
            f"{RESULTS}/figures/table2_samples_{{half}}.png",
            category="Samples",
            caption="../report/table2_samples.rst",
            labels={"item": "Samples", "half of Table 2": "{half}"},
        ),
        pdf=f"{RESULTS}/figures/table2_samples_{{half}}.pdf",
        csv=f"{RESULTS}/figures/table2_samples_{{half}}.csv",
    log:
        f"{RESULTS}/logs/draw_table2_samples/{{half}}.log",
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        half=lambda wildcards: f"--half {wildcards.half}={HALVES[wildcards.half]}",
    message:
        "Drawing samples of the {wildcards.half} half of Table 2"
    shell:
        "python -m ganscape sample-sheet --metrics {input} {params.half}"
        " --output {output.png} > {log} 2>&1"
