# The exact theory and the smoothed landscape: no data, no training, no GPU.


rule tabulate_landscape:
    output:
        tables=[
            report(
                f"{RESULTS}/tables/{name}.html",
                category=CHAPTERS["landscape"],
                caption=f"../report/{name}.rst",
                labels={"item": title, "form": "table"},
            )
            for name, title in LANDSCAPE_TABLES.items()
        ],
        others=expand(
            "{folder}/{name}.{form}",
            folder=f"{RESULTS}/tables",
            name=LANDSCAPE_TABLES,
            form=("csv", "md", "tex"),
        ),
    log:
        f"{RESULTS}/logs/tabulate_landscape.log",
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        largest=LANDSCAPE["largest_n"],
    message:
        "Computing the exact landscape of few points"
    shell:
        "python -m ganscape landscape-tables --largest {params.largest}"
        " --output-directory $(dirname {output.tables[0]}) > {log} 2>&1"


rule draw_figure4:
    output:
        png=report(
            f"{RESULTS}/figures/figure4.png",
            category=CHAPTERS["landscape"],
            caption="../report/figure4.rst",
            labels={"item": "Figure 4", "form": "figure"},
        ),
        pdf=f"{RESULTS}/figures/figure4.pdf",
        csv=f"{RESULTS}/figures/figure4.csv",
    log:
        f"{RESULTS}/logs/draw_figure4.log",
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        options=options(SMOOTHING | {"resolution": LANDSCAPE["resolution"]}),
    message:
        "Drawing Figure 4, exact and smoothed"
    shell:
        "python -m ganscape figure4 {params.options} --output {output.png} > {log} 2>&1"


rule draw_barriers:
    output:
        png=report(
            f"{RESULTS}/figures/barriers.png",
            category=CHAPTERS["landscape"],
            caption="../report/barriers.rst",
            labels={"item": "Barriers", "form": "figure"},
        ),
        pdf=f"{RESULTS}/figures/barriers.pdf",
        csv=f"{RESULTS}/figures/barriers.csv",
    log:
        f"{RESULTS}/logs/draw_barriers.log",
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    message:
        "Drawing all basins of three points"
    shell:
        "python -m ganscape barriers --output {output.png} > {log} 2>&1"


rule draw_basin_depth:
    output:
        png=report(
            f"{RESULTS}/figures/basin_depth.png",
            category=CHAPTERS["landscape"],
            caption="../report/basin_depth.rst",
            labels={"item": "Basin depth", "form": "figure"},
        ),
        pdf=f"{RESULTS}/figures/basin_depth.pdf",
        csv=f"{RESULTS}/figures/basin_depth.csv",
    log:
        f"{RESULTS}/logs/draw_basin_depth.log",
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    message:
        "Drawing how deep mode collapse lies"
    shell:
        "python -m ganscape basin-depth --output {output.png} > {log} 2>&1"


rule find_minima:
    output:
        update(f"{RESULTS}/landscape/minima/{{loss}}.csv"),
    log:
        f"{RESULTS}/logs/find_minima/{{loss}}.log",
    benchmark:
        f"{RESULTS}/logs/find_minima/{{loss}}.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        options=options(
            {key: LANDSCAPE[key] for key in ("kernel_widths", "regularisations")}
        ),
    message:
        "Finding all local minima of the smoothed landscape of {wildcards.loss}"
    shell:
        "python -m ganscape find-minima --loss {wildcards.loss} {params.options} --output {output} > {log} 2>&1"


rule descend_landscape:
    output:
        update(f"{RESULTS}/landscape/descents/{{loss}}.csv"),
    log:
        f"{RESULTS}/logs/descend_landscape/{{loss}}.log",
    benchmark:
        f"{RESULTS}/logs/descend_landscape/{{loss}}.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        options=options(SMOOTHING | LANDSCAPE["descents"]),
    message:
        "Descending on the smoothed landscape of {wildcards.loss} from random starts"
    shell:
        "python -m ganscape descend --loss {wildcards.loss} {params.options} --output {output} > {log} 2>&1"


rule render_minima:
    input:
        MINIMA,
    output:
        html=report(
            f"{RESULTS}/tables/minima.html",
            category=CHAPTERS["landscape"],
            caption="../report/minima.rst",
            labels={"item": "Smoothed minima", "form": "table"},
        ),
        csv=f"{RESULTS}/tables/minima.csv",
        md=f"{RESULTS}/tables/minima.md",
        tex=f"{RESULTS}/tables/minima.tex",
    log:
        f"{RESULTS}/logs/render_minima.log",
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    message:
        "Tabulating the local minima of the smoothed landscapes"
    shell:
        "python -m ganscape minima-table --minima {input} --output-directory $(dirname {output.html})"
        " > {log} 2>&1"


rule draw_bad_minima:
    input:
        minima=MINIMA,
        descents=DESCENTS,
    output:
        png=report(
            f"{RESULTS}/figures/bad_minima.png",
            category=CHAPTERS["landscape"],
            caption="../report/bad_minima.rst",
            labels={"item": "Bad minima", "form": "figure"},
        ),
        pdf=f"{RESULTS}/figures/bad_minima.pdf",
        csv=f"{RESULTS}/figures/bad_minima.csv",
    log:
        f"{RESULTS}/logs/draw_bad_minima.log",
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    message:
        "Drawing where minimisations of the smoothed landscapes end"
    shell:
        "python -m ganscape bad-minima --minima {input.minima} --descents {input.descents}"
        " --output {output.png} > {log} 2>&1"
