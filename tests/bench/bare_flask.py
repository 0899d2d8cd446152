"""The least that a page could cost with Flask: one route, one small template."""

from flask import Flask, render_template_string

_PAGE = """<!doctype html>
<html lang="en">
<title>{{ title }}</title>
<h1>{{ title }}</h1>
<ul>{% for name in names %}<li>{{ name }}</li>{% endfor %}</ul>
</html>"""

app = Flask(__name__)


@app.get("/")
def page() -> str:
    """A heading and ten lines."""
    return render_template_string(_PAGE, title="Bare", names=[f"Line {n}" for n in range(10)])
