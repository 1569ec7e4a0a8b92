# What generators do over training: narrow networks, classes in unequal shares, a bad initial point.


rule draw_narrow:
    input:
        lambda wildcards: so_far(TRACES["narrow"]),
    output:
        png=report(
            f"{RESULTS}/figures/narrow.png",
            category=CHAPTERS["narrow"],
            caption="../report/narrow.rst",
            labels={
                "item": "Narrow networks on small images",
                "form": "FID over training",
            },
        ),
        pdf=f"{RESULTS}/figures/narrow.pdf",
        csv=f"{RESULTS}/figures/narrow.csv",
    log:
        f"{RESULTS}/logs/draw_narrow.log",
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        places=place_options("narrow"),
    message:
        "Drawing FID over the training of narrow networks"
    shell:
        "python -m ganscape narrow-figure --traces {input} {params.places} --output {output.png}"
        " > {log} 2>&1"


rule render_imbalanced:
    input:
        lambda wildcards: so_far(TRACES["imbalanced"]),
    output:
        html=report(
            f"{RESULTS}/tables/imbalanced.html",
            category=CHAPTERS["imbalanced"],
            caption="../report/imbalanced.rst",
            labels={"item": "Images", "form": "table"},
        ),
        csv=f"{RESULTS}/tables/imbalanced.csv",
        md=f"{RESULTS}/tables/imbalanced.md",
        tex=f"{RESULTS}/tables/imbalanced.tex",
    log:
        f"{RESULTS}/logs/render_imbalanced.log",
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        place=IMBALANCED_PLACE,
    message:
        "Rendering which classes are kept"
    shell:
        "python -m ganscape imbalanced-table --traces {input} {params.place} --output-directory $(dirname {output.html})"
        " > {log} 2>&1"


rule draw_imbalanced:
    input:
        lambda wildcards: so_far(TRACES["imbalanced"]),
    output:
        png=report(
            f"{RESULTS}/figures/imbalanced.png",
            category=CHAPTERS["imbalanced"],
            caption="../report/imbalanced.rst",
            labels={"item": "Images", "form": "class shares over training"},
        ),
        pdf=f"{RESULTS}/figures/imbalanced.pdf",
        csv=f"{RESULTS}/figures/imbalanced.csv",
    log:
        f"{RESULTS}/logs/draw_imbalanced.log",
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        place=IMBALANCED_PLACE,
    message:
        "Drawing class shares over training"
    shell:
        "python -m ganscape imbalanced-figure --traces {input} {params.place} --output {output.png}"
        " > {log} 2>&1"


rule render_bad_init:
    input:
        lambda wildcards: so_far(TRACES["bad_init"]),
    output:
        html=report(
            f"{RESULTS}/tables/bad_init.html",
            category=CHAPTERS["bad_init"],
            caption="../report/bad_init.rst",
            labels={"item": "Bad initial point", "form": "table"},
        ),
        csv=f"{RESULTS}/tables/bad_init.csv",
        md=f"{RESULTS}/tables/bad_init.md",
        tex=f"{RESULTS}/tables/bad_init.tex",
    log:
        f"{RESULTS}/logs/render_bad_init.log",
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        place=BAD_INIT_PLACE,
        factor=BAD_INIT["learning_rate_factor"],
    message:
        "Rendering FIDs from a bad initial point"
    shell:
        "python -m ganscape bad-init-table --traces {input} {params.place} --factor {params.factor}"
        " --output-directory $(dirname {output.html})"
        " > {log} 2>&1"


rule draw_bad_init:
    input:
        traces=lambda wildcards: so_far(TRACES["bad_init"]),
        values=lambda wildcards: so_far(BAD_START_VALUES),
    output:
        png=report(
            f"{RESULTS}/figures/bad_init.png",
            category=CHAPTERS["bad_init"],
            caption="../report/bad_init_figure.rst",
            labels={"item": "Bad initial point", "form": "FID over training"},
        ),
        pdf=f"{RESULTS}/figures/bad_init.pdf",
        csv=f"{RESULTS}/figures/bad_init.csv",
    log:
        f"{RESULTS}/logs/draw_bad_init.log",
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        place=BAD_INIT_PLACE,
    message:
        "Drawing the bad initial point and FID over training from there"
    shell:
        "python -m ganscape bad-init-figure --traces {input.traces} --values {input.values} {params.place}"
        " --output {output.png}"
        " > {log} 2>&1"


rule draw_bad_init_samples:
    input:
        lambda wildcards: so_far(TRACES["bad_init"]),
    output:
        png=report(
            f"{RESULTS}/figures/bad_init_samples.png",
            category=CHAPTERS["bad_init"],
            caption="../report/bad_init_samples.rst",
            labels={"item": "Bad initial point", "form": "samples"},
        ),
        pdf=f"{RESULTS}/figures/bad_init_samples.pdf",
        csv=f"{RESULTS}/figures/bad_init_samples.csv",
    log:
        f"{RESULTS}/logs/draw_bad_init_samples.log",
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        place=BAD_INIT_PLACE,
    message:
        "Drawing samples from a bad initial point"
    shell:
        "python -m ganscape bad-init-samples --traces {input} {params.place} --output {output.png}"
        " > {log} 2>&1"
