"""Pages as a reader sees them, in a headless Chromium."""

import html
import json
import re
import shutil
import subprocess

import pytest

CHROMIUM = shutil.which("chromium")
in_a_browser = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")

LISTEN = "<script>window.errors = []; addEventListener('error', (e) => errors.push(e.message))</script>"
# Chromium has no window narrower than 500 pixels, a frame may be.
FRAME = """
<pre id="told"></pre>
<script>
addEventListener("message", (event) => { document.getElementById("told").textContent = event.data; });
</script>
<iframe src="page.html" style="width: {width}px; height: 800px; border: 0"></iframe>
"""


def told_by_browser(page, deeds, folder, width):
    """What JavaScript finds that acts as a reader on a page, in a window of this width.

    `deeds` is the body of an asynchronous function that runs when the page has been loaded and returns what
    it found; `errors` are those that the page and the deeds have raised.
    """
    script = f"""<script>addEventListener("load", async () => {{
      const told = await (async () => {{ {deeds} }})().catch((error) => {{ errors.push(String(error)); }});
      parent.postMessage(JSON.stringify({{width: innerWidth, errors: window.errors, ...told}}), "*");
    }});</script>"""
    (folder / "page.html").write_text(page.replace("<head>", f"<head>{LISTEN}", 1) + script, encoding="utf-8")
    (folder / "frame.html").write_text(FRAME.replace("{width}", str(width)))
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--dump-dom"]
    flags.append("--virtual-time-budget=20000")
    command = [CHROMIUM, *flags, f"--user-data-dir={folder / 'profile'}", f"file://{folder / 'frame.html'}"]
    found = subprocess.run(command, capture_output=True, text=True, timeout=300)
    told = re.search(r'<pre id="told">(.+?)</pre>', found.stdout, re.DOTALL)
    assert told, found.stdout[-500:] + found.stderr[-500:]
    return json.loads(html.unescape(told[1]))
