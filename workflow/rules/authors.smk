# The authors' released generators: verified, evaluated like ours, and shown beside Table 2.


if not AUTHORS["folder"]:

    rule fetch_authors_generator:
        output:
            # Its blob id fixes it. Kept if another download fails.
            update(authors_file("{generator}")),
        log:
            f"{RESULTS}/logs/fetch_authors_generator/{{generator}}.log",
        conda:
            "../../environment.yml"
        threads: 1
        resources:
            mem_mb=1000,
            runtime=60,
        params:
            addresses=lambda wildcards: repeated(
                "--url",
                [
                    address.replace("{file}", f"{wildcards.generator}.pth")
                    for address in AUTHORS["addresses"]
                ],
            ),
            blob=lambda wildcards: AUTHORS["generators"][f"{wildcards.generator}.pth"],
        message:
            "Downloading the authors' {wildcards.generator}"
        shell:
            "python -m ganscape fetch-weights {params.addresses} --git-blob {params.blob} --output {output:q}"
            " > {log} 2>&1"


rule evaluate_authors:
    input:
        generator=lambda wildcards: ancient(authors_file(wildcards.generator)),
        reference=lambda wildcards: (
            f"{RESULTS}/features/{authors_data(wildcards.generator)}-{EXTRACTOR}.npz"
        ),
        weights=lambda wildcards: extractor_weights(authors_data(wildcards.generator)),
    output:
        metrics=update(f"{AUTHORS_GENERATOR}/metrics.json"),
        grid=update(f"{AUTHORS_GENERATOR}/samples.png"),
    log:
        f"{AUTHORS_GENERATOR}/evaluation.log",
    benchmark:
        f"{AUTHORS_GENERATOR}/evaluation.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: RESOURCES["evaluate"]["threads"]
    resources:
        gpu=RESOURCES["evaluate"]["gpu"],
        mem_mb=RESOURCES["evaluate"]["mem_mb"],
        runtime=runtime("evaluate_authors"),
        device=DEVICE,
    params:
        blob=lambda wildcards: AUTHORS["generators"][f"{wildcards.generator}.pth"],
        extractor=EXTRACTOR,
        options=EVALUATION_OPTIONS,
    message:
        "Evaluating the authors' {wildcards.generator}"
    shell:
        "python -m ganscape evaluate-authors --generator {input.generator:q} --git-blob {params.blob}"
        " --reference {input.reference} --extractor {params.extractor} --weights {input.weights:q}"
        " {params.options} --device {resources.device} --threads {threads} --grid {output.grid}"
        " --output {output.metrics} > {log} 2>&1"


rule render_authors:
    input:
        lambda wildcards: so_far(AUTHORS_METRICS),
    output:
        html=report(
            f"{RESULTS}/tables/authors.html",
            category=CHAPTERS["authors"],
            caption="../report/authors.rst",
            labels={"item": "Released generators", "form": "table"},
        ),
        csv=f"{RESULTS}/tables/authors.csv",
        md=f"{RESULTS}/tables/authors.md",
        tex=f"{RESULTS}/tables/authors.tex",
    log:
        f"{RESULTS}/logs/render_authors.log",
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        names=AUTHORS_NAMES,
    message:
        "Rendering the authors' generators beside Table 2"
    shell:
        "python -m ganscape authors-table {params.names} --metrics {input}"
        " --output-directory $(dirname {output.html}) > {log} 2>&1"


rule draw_authors:
    input:
        lambda wildcards: so_far(AUTHORS_METRICS),
    output:
        png=report(
            f"{RESULTS}/figures/authors.png",
            category=CHAPTERS["authors"],
            caption="../report/authors.rst",
            labels={"item": "Released generators", "form": "samples"},
        ),
        pdf=f"{RESULTS}/figures/authors.pdf",
        csv=f"{RESULTS}/figures/authors.csv",
    log:
        f"{RESULTS}/logs/draw_authors.log",
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        names=AUTHORS_NAMES,
    message:
        "Drawing samples of the authors' generators"
    shell:
        "python -m ganscape authors-figure {params.names} --metrics {input} --output {output.png}"
        " > {log} 2>&1"
