# Tables from metrics, beside the paper's figures.


rule render_table2:
    input:
        TABLE2_METRICS,
    output:
        html=report(
            f"{RESULTS}/tables/table2.html",
            category="Table 2",
            caption="../report/table2.rst",
            labels={"item": "Table 2", "form": "as in the paper"},
        ),
        csv=report(
            f"{RESULTS}/tables/table2.csv",
            category="Table 2",
            caption="../report/table2_csv.rst",
            labels={"item": "Table 2", "form": "every figure, sortable"},
        ),
        details=report(
            f"{RESULTS}/tables/table2_details.csv",
            category="Table 2",
            caption="../report/table2_details.rst",
            labels={"item": "Table 2", "form": "further scores of every run"},
        ),
        md=f"{RESULTS}/tables/table2.md",
        tex=f"{RESULTS}/tables/table2.tex",
    log:
        f"{RESULTS}/logs/render_table2.log",
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        halves=HALF_OPTIONS,
    message:
        "Rendering Table 2"
    shell:
        "python -m ganscape table2 --metrics {input} {params.halves}"
        " --output-directory $(dirname {output.html}) > {log} 2>&1"
