"""The classroom page in a real browser: Chromium without a window, driven by selenium."""

import json
import os
import re
import shutil
import time
from pathlib import Path

import pytest

import dilemma
from classroom_page import SHOWN, about, page

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.skipif(
        not (shutil.which("chromium") and shutil.which("chromedriver")),
        reason="Chromium and its driver are not installed (Debian: chromium, chromium-driver)",
    ),
]
ALL = "replies+equilibria+kind"
SIZES = [(1280, 800), (390, 844)]


@pytest.fixture(scope="module")
def browser():
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for switch in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"):
        options.add_argument(switch)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    service = webdriver.ChromeService(shutil.which("chromedriver"))
    driver = webdriver.Chrome(options=options, service=service)
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    written = tmp_path_factory.mktemp("classroom") / "page.html"
    written.write_text(page(), encoding="utf-8")
    return written


@pytest.fixture
def opened(browser, file):
    """Open the page at a model, an era and what is shown; every text is drawn by then."""

    def open_at(name="abandonment", era="post_cold_war", shows="", size=(1280, 800)):
        metrics = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        browser.get("about:blank")
        browser.get(f"{file.as_uri()}#{name}/{era}/{shows}")
        settle(browser)
        return browser

    return open_at


def settle(browser):
    browser.execute_async_script(
        "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done()));"
    )


def text(browser, selector):
    return browser.find_element("css selector", selector).text


def press(browser, selector):
    browser.execute_script("document.querySelector(arguments[0]).click()", selector)
    settle(browser)


def put(browser, name, value):
    browser.execute_script(
        "const s = document.getElementById(`s-${arguments[0]}`); s.value = arguments[1];"
        "s.dispatchEvent(new Event('input', {bubbles: true}));",
        name,
        value,
    )
    settle(browser)


def type_in(field, number):
    field.send_keys("\ue009a\ue009")  # control and a: what is there is marked
    field.send_keys(number)


def test_answers_are_hidden_until_they_are_asked_for(opened):
    browser = opened()
    assert "Hidden" in text(browser, "#equilibria")
    assert "stag hunt" not in text(browser, "main")
    assert not browser.find_elements(
        "css selector", "td.equilibrium, .best, [data-is]:not([data-is=box])"
    )
    press(browser, "#show-replies")
    assert browser.find_elements("css selector", ".best")
    assert not browser.find_elements("css selector", "td.equilibrium")
    press(browser, "#show-equilibria")
    assert len(browser.find_elements("css selector", "td.equilibrium")) == 2
    press(browser, "#show-kind")
    assert "stag hunt" in text(browser, "#kind")


@pytest.mark.parametrize("name", SHOWN)
@pytest.mark.parametrize("era", ["cold_war", "post_cold_war"])
def test_an_era_shows_the_equilibria_that_solve_finds(opened, name, era):
    browser = opened(name, era, ALL)
    found = dilemma.solve(dilemma.load(name), era)
    shown = [e.text for e in browser.find_elements("css selector", "#equilibria > ol > li > b")]
    assert sorted(shown) == sorted(found.names)


def test_a_slider_moves_the_game_across_a_border(opened):
    """Japan leaves the stag hunt for harmony where it is dragged into fewer wars (m_J = 2/15)."""
    browser = opened(shows=ALL)
    put(browser, "m_J", "0.14")
    assert "stag hunt" in text(browser, "#kind").split("United States")[0]
    put(browser, "m_J", "0.13")
    assert "harmony" in text(browser, "#kind").split("United States")[0]
    assert "m_J = 0.13" in text(browser, "#moved")


def test_pressing_an_era_goes_back_to_its_centre(opened):
    browser = opened(shows=ALL)
    put(browser, "m_J", "0.13")
    press(browser, "[data-era=cold_war]")
    assert text(browser, "#moved") == "At the centre of the era: Cold War."
    assert browser.find_element("id", "s-m_J").get_property("value") == "0.02"
    assert (
        browser.find_element("css selector", "[data-era=cold_war]").get_attribute("aria-pressed")
        == "true"
    )


def test_a_number_can_be_typed(opened):
    browser = opened(shows=ALL)
    field = browser.find_element("id", "n-m_J")
    type_in(field, "0.1")
    settle(browser)
    assert "harmony" in text(browser, "#kind").split("United States")[0]


def test_the_keyboard_moves_a_slider(opened):
    browser = opened(shows=ALL)
    slider = browser.find_element("id", "s-m_J")
    before = float(slider.get_property("value"))
    slider.send_keys("\ue012")  # arrow to the left
    settle(browser)
    after = float(slider.get_property("value"))
    assert after < before
    assert f"m_J = {after:g}" in text(browser, "#moved")


@pytest.mark.parametrize("name", SHOWN)
def test_questions_take_their_parameter_to_the_centre_and_put_the_cursor_on_it(opened, name):
    browser = opened(name)
    for k, question in enumerate(dilemma.load(name).questions.values()):
        press(browser, f"[data-question='{k}']")
        assert text(browser, "#asks") == question.asks
        slider = browser.switch_to.active_element
        assert slider.get_attribute("id") == f"s-{question.moves}"
        centre = dilemma.load(name).eras[question.era].values[question.moves].central
        assert float(slider.get_property("value")) == pytest.approx(float(centre))
        assert (
            browser.find_element("css selector", f"[data-era={question.era}]").get_attribute(
                "aria-pressed"
            )
            == "true"
        )


def test_a_tie_is_shown_as_the_continuum_that_it_is(opened, abandonment):
    """Payoffs of Japan tie against a weak partner where s_J makes up for what it fears and pays."""
    browser = opened(shows=ALL)
    values = abandonment.values("post_cold_war")
    gap = next(v for s, v in values.items() if s.name == "D0_J")
    s_J = next(v for s, v in values.items() if s.name == "s_J") - gap
    field = browser.find_element("id", "n-s_J")
    browser.execute_script("arguments[0].closest('details').open = true", field)
    type_in(field, str(float(s_J)))
    settle(browser)
    assert "continuum" in text(browser, "#equilibria")
    assert browser.find_elements("css selector", "[data-is=continuum]")


def test_the_self_test_passes(opened):
    browser = opened()
    press(browser, "#test")
    cases = sum(len(about(page(), name)["golden"]) for name in SHOWN)
    assert (
        text(browser, "#said")
        == f"Self-test passed: all {cases} cases agree with the exact solver."
    )


def test_texts_of_a_model_are_texts_and_nothing_else(browser, tmp_path, abandonment):
    evil = '<meta http-equiv="refresh" content="0;url=about:blank"><img src=x onerror=alert(1)>'
    document = {
        "parameters": {"m_J": {"unit": evil, "means": evil}},
        "definitions": {"D0_J": {"means": evil, "unit": evil}},
        "outcomes": {"support_us": {"means": evil, "unit": evil}},
        "players": {"japan": {"title": evil, "unit": evil}},
        "eras": {"cold_war": {"title": evil, "m_J": {"source": evil}}},
    }
    model = abandonment.replace(name="evil", title=evil, reads=evil, **document)
    path = dilemma.classroom([model]).save(tmp_path / "evil.html")
    browser.get(f"{path.as_uri()}#evil/cold_war/{ALL}")
    settle(browser)
    assert browser.current_url.startswith(path.as_uri())
    assert not browser.find_elements("css selector", "body meta, body img")
    assert "strong" in text(browser, "#equilibria")


def test_details_stay_open_while_a_slider_moves(opened):
    browser = opened(shows=ALL)
    browser.execute_script("document.querySelector('#equilibria details').open = true")
    put(browser, "kap_J", "0.56")
    assert browser.find_element("css selector", "#equilibria details").get_property("open")


def test_a_parameter_cannot_be_on_both_axes(opened):
    browser = opened(shows=ALL)
    browser.execute_script(
        "const s = document.querySelector('[data-chooses=y]'); s.value = 'm_J';"
        "s.dispatchEvent(new Event('change', {bubbles: true}));"
    )
    settle(browser)
    chosen = [
        browser.find_element("css selector", f"[data-chooses={k}]").get_property("value")
        for k in "xy"
    ]
    assert chosen == ["kap_J", "m_J"]


def test_every_number_says_where_it_is_from(opened, abandonment):
    browser = opened()
    for name, parameter in abandonment.eras["post_cold_war"].values.items():
        told = browser.execute_script(
            "return document.getElementById(arguments[0]).textContent", f"d-{name}"
        )
        assert parameter.grade in told
        assert parameter.source in told


@pytest.mark.parametrize(
    ("what", "begins"),
    [("tex", "% Abandonment"), ("nfg", "NFG 1 R"), ("csv", "what,name"), ("svg", "<svg")],
)
def test_what_is_saved_arrives(opened, tmp_path, what, begins):
    browser = opened(shows=ALL)
    where = {"behavior": "allow", "downloadPath": str(tmp_path)}
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", where)
    press(browser, f"[data-saves={what}]")
    file = tmp_path / f"abandonment_post_cold_war.{what}"
    assert text(browser, "#said") == f"Saved {file.name}."
    for _ in range(100):
        if file.exists():
            break
        time.sleep(0.05)
    assert file.read_text(encoding="utf-8").startswith(begins)


def test_no_request_leaves_the_page_and_nothing_is_refused(opened):
    browser = opened()
    browser.get_log("performance"), browser.get_log("browser")
    for name in SHOWN:
        browser = opened(name, "cold_war", ALL)
        press(browser, "[data-era=post_cold_war]")
    sent = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = {
        m["params"]["request"]["url"] for m in sent if m["method"] == "Network.requestWillBeSent"
    }
    assert asked
    assert all(re.match(r"(file:///|data:|about:)", url) for url in asked)
    assert not browser.get_log("browser")


def test_a_screen_reader_is_told_what_is_drawn(opened):
    browser = opened(shows=ALL)
    for picture in browser.find_elements("css selector", "#pictures svg"):
        assert picture.get_attribute("role") == "img"
        assert len(picture.get_attribute("aria-label")) > 20
    cell = browser.execute_script(
        "return document.querySelector('td.equilibrium .spoken').textContent"
    )
    assert "best reply" in cell
    assert "an equilibrium" in cell
    browser.execute_script(
        "document.querySelectorAll('details').forEach((d) => { d.open = true; })"
    )
    for field in browser.find_elements("css selector", "input, select"):
        assert field.accessible_name


@pytest.mark.parametrize("size", SIZES, ids=lambda s: "x".join(map(str, s)))
@pytest.mark.parametrize("name", SHOWN)
def test_nothing_is_wider_than_the_screen(opened, name, size):
    browser = opened(name, shows=ALL, size=size)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= size[0]


@pytest.mark.parametrize("size", SIZES, ids=lambda s: "x".join(map(str, s)))
@pytest.mark.parametrize("era", ["cold_war", "post_cold_war"])
@pytest.mark.parametrize("name", SHOWN)
def test_screenshots_can_be_taken(opened, name, era, size, tmp_path):
    """DILEMMA_SCREENSHOTS names a folder in which to keep them; docs/classroom shows some."""
    folder = Path(os.environ.get("DILEMMA_SCREENSHOTS", tmp_path))
    browser = opened(name, era, ALL, size)
    path = folder / f"{name}-{era}-{size[0]}x{size[1]}.png"
    assert browser.save_screenshot(str(path))
    assert path.stat().st_size > 20_000


@pytest.mark.parametrize("size", SIZES, ids=["desk", "telephone"])
@pytest.mark.parametrize("name", SHOWN)
def test_the_first_screen_says_what_the_game_is_about_and_who_chooses_what(opened, name, size):
    driver = opened(name, "", "", size)
    model = about(page(), name)
    told = driver.find_element("id", "about")
    assert told.text == model["about"][0]
    below = driver.execute_script(
        "return ['about', 'chosen'].map((id) => document.getElementById(id).getBoundingClientRect().bottom)"
    )
    assert max(below) < size[1]
    chosen = driver.find_element("id", "chosen").text
    for choice in model.get("choices", ()):
        assert not choice["player"] or choice["means"] in chosen
