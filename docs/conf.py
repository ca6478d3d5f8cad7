"""How the site is built: ``sphinx-build -W --keep-going -n docs build/site``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import dilemma

project = "dilemma"
author = "the authors of dilemma"
release = version = dilemma.__version__
html_title = "dilemma"
html_theme = "furo"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_math_renderer = "mathml"
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
language = "en"

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "numpydoc",
    "pages.making",
]
exclude_patterns = ["pages", "notebooks", "decisions/README.md", "_build"]

myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = "off"  # notebooks hold their outputs, and the tests run them
nb_ipywidgets_js: dict[str, dict[str, str]] = {}  # nothing from other hosts

numpydoc_show_class_members = False  # autodoc does
numpydoc_xref_param_type = False  # types are told in words
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the docstrings say what goes in and what comes out
autodoc_class_signature = "separated"
nitpicky = True
nitpick_ignore_regex = [
    ("py:.*", r"dilemma\.(exchange|study)\..*"),  # not public: no page
    ("py:class", r".*\bD('s |\[k\]).*"),  # how Python's own mappings describe themselves
]
