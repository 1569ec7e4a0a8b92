# Two clusters and mixtures of Gaussians, many seeds at once: no data, no GPU.


rule play_two_clusters:
    output:
        outcomes=update(f"{TWO_CLUSTERS}.csv"),
        trajectory=update(f"{TWO_CLUSTERS}.npz"),
    log:
        f"{TWO_CLUSTERS}.log",
    benchmark:
        f"{TWO_CLUSTERS}.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: RESOURCES["play_two_clusters"]["threads"]
    resources:
        mem_mb=RESOURCES["play_two_clusters"]["mem_mb"],
        runtime=runtime("play_two_clusters"),
    params:
        options=TWO_CLUSTERS_OPTIONS,
        shares=shares_options,
    message:
        "Playing two clusters with {wildcards.loss}, widths {wildcards.discriminator_width} and"
        " {wildcards.generator_width}, a share of {wildcards.share} at 0"
    shell:
        "python -m ganscape two-cluster --loss {wildcards.loss} {params.options} {params.shares}"
        " --discriminator-width {wildcards.discriminator_width} --generator-width {wildcards.generator_width}"
        " --output {output.outcomes} --trajectory {output.trajectory}"
        " --device cpu --threads {threads} > {log} 2>&1"


rule replay_two_clusters:
    input:
        lambda wildcards: f"{two_clusters(wildcards.loss)}.csv",
    output:
        REPLAY,
    log:
        f"{RESULTS}/logs/replay_two_clusters/{{loss}}-{{choice}}.log",
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        iterations=CLUSTERS["iterations"],
    message:
        "Playing the {wildcards.choice} seed of {wildcards.loss} again, everything kept"
    shell:
        "python -m ganscape replay --outcomes {input} --loss {wildcards.loss} --seed {wildcards.choice}"
        " --iterations {params.iterations} --output {output} --device cpu --threads {threads} > {log} 2>&1"


rule play_gaussians:
    output:
        looks=update(f"{GAUSSIANS}.csv"),
        drawn=update(f"{GAUSSIANS}.npz"),
    log:
        f"{GAUSSIANS}.log",
    benchmark:
        f"{GAUSSIANS}.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: RESOURCES["play_gaussians"]["threads"]
    resources:
        mem_mb=RESOURCES["play_gaussians"]["mem_mb"],
        runtime=runtime("play_gaussians"),
    params:
        options=GAUSSIANS_OPTIONS,
    message:
        "Playing the {wildcards.mixture} of Gaussians with {wildcards.loss}"
    shell:
        "python -m ganscape gaussians --mixture {wildcards.mixture} --loss {wildcards.loss} {params.options}"
        " --output {output.looks} --drawn {output.drawn} --device cpu --threads {threads} > {log} 2>&1"


rule draw_figure5:
    input:
        outcomes=f"{two_clusters('js')}.csv",
        js=REPLAY.format(loss="js", choice="typical"),
        rs=REPLAY.format(loss="rs", choice="typical"),
    output:
        png=report(
            f"{RESULTS}/figures/figure5.png",
            category=CHAPTERS["clusters"],
            caption="../report/figure5.rst",
            labels={"item": "Figure 5", "form": "figure"},
        ),
        pdf=f"{RESULTS}/figures/figure5.pdf",
        csv=f"{RESULTS}/figures/figure5.csv",
    log:
        f"{RESULTS}/logs/draw_figure5.log",
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=10,
    message:
        "Drawing Figure 5, how the generated points move"
    shell:
        "python -m ganscape figure5 --outcomes {input.outcomes} --js {input.js} --rs {input.rs}"
        " --output {output.png} > {log} 2>&1"


rule draw_figure6:
    input:
        js=f"{two_clusters('js')}.npz",
        rs=f"{two_clusters('rs')}.npz",
        js_typical=REPLAY.format(loss="js", choice="typical"),
        rs_typical=REPLAY.format(loss="rs", choice="typical"),
        js_stuck=REPLAY.format(loss="js", choice="stuck"),
    output:
        png=report(
            f"{RESULTS}/figures/figure6.png",
            category=CHAPTERS["clusters"],
            caption="../report/figure6.rst",
            labels={"item": "Figure 6", "form": "figure"},
        ),
        pdf=f"{RESULTS}/figures/figure6.pdf",
        csv=f"{RESULTS}/figures/figure6.csv",
    log:
        f"{RESULTS}/logs/draw_figure6.log",
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=10,
    message:
        "Drawing Figure 6, the discriminator's loss and the discriminator in a collapse"
    shell:
        "python -m ganscape figure6 --js {input.js} --rs {input.rs} --js-typical {input.js_typical}"
        " --rs-typical {input.rs_typical} --js-stuck {input.js_stuck} --output {output.png} > {log} 2>&1"


rule draw_escape:
    input:
        OUTCOMES["escape"],
    output:
        png=report(
            f"{RESULTS}/figures/escape.png",
            category=CHAPTERS["clusters"],
            caption="../report/escape.rst",
            labels={"item": "Escape times", "form": "figure"},
        ),
        pdf=f"{RESULTS}/figures/escape.pdf",
        csv=f"{RESULTS}/figures/escape.csv",
    log:
        f"{RESULTS}/logs/draw_escape.log",
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=10,
    params:
        iterations=CLUSTERS["iterations"],
    message:
        "Drawing how long seeds go without success"
    shell:
        "python -m ganscape escape --outcomes {input} --iterations {params.iterations}"
        " --output {output.png} > {log} 2>&1"


rule draw_width:
    input:
        OUTCOMES["width"],
    output:
        png=report(
            f"{RESULTS}/figures/width.png",
            category=CHAPTERS["clusters"],
            caption="../report/width.rst",
            labels={"item": "Width", "form": "figure"},
        ),
        pdf=f"{RESULTS}/figures/width.pdf",
        csv=f"{RESULTS}/figures/width.csv",
    log:
        f"{RESULTS}/logs/draw_width.log",
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=10,
    params:
        iterations=CLUSTERS["iterations"],
    message:
        "Drawing escape times against width"
    shell:
        "python -m ganscape width --outcomes {input} --iterations {params.iterations}"
        " --output {output.png} > {log} 2>&1"


rule draw_imbalance_clusters:
    input:
        OUTCOMES["imbalance_clusters"],
    output:
        png=report(
            f"{RESULTS}/figures/imbalance_clusters.png",
            category=CHAPTERS["imbalanced"],
            caption="../report/imbalance_clusters.rst",
            labels={"item": "Two clusters", "form": "figure"},
        ),
        pdf=f"{RESULTS}/figures/imbalance_clusters.pdf",
        csv=f"{RESULTS}/figures/imbalance_clusters.csv",
    log:
        f"{RESULTS}/logs/draw_imbalance_clusters.log",
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=10,
    message:
        "Drawing what becomes of unequal clusters"
    shell:
        "python -m ganscape imbalance-clusters --outcomes {input} --output {output.png} > {log} 2>&1"


rule draw_gaussians:
    input:
        looks=expand(f"{GAUSSIANS}.csv", mixture=["ring", "grid"], loss=COMPARED),
        ring_js=GAUSSIANS.format(mixture="ring", loss="js") + ".npz",
        ring_rs=GAUSSIANS.format(mixture="ring", loss="rs") + ".npz",
        grid_js=GAUSSIANS.format(mixture="grid", loss="js") + ".npz",
        grid_rs=GAUSSIANS.format(mixture="grid", loss="rs") + ".npz",
    output:
        png=report(
            f"{RESULTS}/figures/gaussians.png",
            category=CHAPTERS["clusters"],
            caption="../report/gaussians.rst",
            labels={"item": "Gaussians", "form": "figure"},
        ),
        pdf=f"{RESULTS}/figures/gaussians.pdf",
        csv=f"{RESULTS}/figures/gaussians.csv",
    log:
        f"{RESULTS}/logs/draw_gaussians.log",
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=10,
    message:
        "Drawing mixtures of Gaussians"
    shell:
        "python -m ganscape gaussians-figure --looks {input.looks} --ring-js {input.ring_js}"
        " --ring-rs {input.ring_rs} --grid-js {input.grid_js} --grid-rs {input.grid_rs}"
        " --output {output.png} > {log} 2>&1"


rule render_two_clusters:
    input:
        ALL_OUTCOMES,
    output:
        html=report(
            f"{RESULTS}/tables/two_clusters.html",
            category=CHAPTERS["clusters"],
            caption="../report/two_clusters.rst",
            labels={"item": "All seeds", "form": "table"},
        ),
        csv=f"{RESULTS}/tables/two_clusters.csv",
        md=f"{RESULTS}/tables/two_clusters.md",
        tex=f"{RESULTS}/tables/two_clusters.tex",
    log:
        f"{RESULTS}/logs/render_two_clusters.log",
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=10,
    message:
        "Tabulating what became of all seeds"
    shell:
        "python -m ganscape two-clusters-table --outcomes {input} --output-directory $(dirname {output.html})"
        " > {log} 2>&1"


rule animate_two_clusters:
    input:
        js=REPLAY.format(loss="js", choice="typical"),
        rs=REPLAY.format(loss="rs", choice="typical"),
    output:
        report(
            f"{RESULTS}/figures/two_clusters.gif",
            category=CHAPTERS["clusters"],
            caption="../report/two_clusters_gif.rst",
            labels={"item": "Animation", "form": "figure"},
        ),
    log:
        f"{RESULTS}/logs/animate_two_clusters.log",
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=10,
    params:
        frames=CLUSTERS["frames"],
    message:
        "Animating a JS-GAN and an RS-GAN side by side"
    shell:
        "python -m ganscape animate --js {input.js} --rs {input.rs} --frames {params.frames}"
        " --output {output} > {log} 2>&1"
