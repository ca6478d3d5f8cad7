"""How long the classroom page takes: to write, and to draw a change in a browser.

Run: python benchmarks/classroom.py     (needs Debian's chromium and chromium-driver, and selenium)

Sixty positions of a slider each: the median and the slowest of what a change takes from its event
to the finished picture, with all answers shown; beside the frame of 16 ms in which it must fit.
"""

import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

import dilemma

FRAME = 16.0  # milliseconds
MOVE = """
const [name, done] = arguments, slider = document.getElementById(`s-${name}`), times = [];
const [low, high] = [Number(slider.min), Number(slider.max)];
let k = 0;
const next = () => {
  if (k++ === 60) { done(times); return; }
  slider.value = low + (high - low) * k / 60;
  slider.dispatchEvent(new Event("input", { bubbles: true }));
  requestAnimationFrame(() => requestAnimationFrame(() => {
    times.push(Number(document.documentElement.dataset.milliseconds));
    next();
  }));
};
next();
"""


def main():
    begun = time.perf_counter()
    page = dilemma.classroom()
    print(
        f"written in {time.perf_counter() - begun:.1f} s, {len(page.html.encode()) / 1000:.0f} kB"
    )
    if not (shutil.which("chromium") and shutil.which("chromedriver")):
        sys.exit("chromium and chromedriver are not installed: nothing was drawn")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for switch in ("--headless=new", "--no-sandbox", "--disable-gpu"):
        options.add_argument(switch)
    service = webdriver.ChromeService(shutil.which("chromedriver"))
    with tempfile.TemporaryDirectory() as folder:
        file = page.save(Path(folder) / "page.html")
        browser = webdriver.Chrome(options=options, service=service)
        for name in page.models:
            browser.get("about:blank")
            browser.get(f"{file.as_uri()}#{name}/post_cold_war/replies+equilibria+kind")
            model = dilemma.load(name)
            asked = dict.fromkeys(q.moves for q in model.questions.values())
            other = next(p for p in reversed(model.parameters) if p not in asked)
            for parameter in (*asked, other):
                times = browser.execute_async_script(MOVE, parameter)
                middle = statistics.median(times)
                word = "ok" if middle < FRAME else "OVER"
                print(
                    f"{name:20s} {parameter:6s} median {middle:5.1f} ms, slowest {max(times):5.1f} ms"
                    f"   bound {FRAME:g} ms   {word}"
                )
        browser.quit()


if __name__ == "__main__":
    main()
