"""The docs site: whole, without a network, with everything it promises to list."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

import trygghet as tg
from trygghet.cli import COMMANDS
from trygghet.messages import Words
from trygghet.workspace import Settings, Source, Wave

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
AT_MOST = 1_500_000


@pytest.fixture(scope="module")
def generated():
    """The pages made from the code, by path."""
    sys.path.insert(0, str(ROOT / "tools" / "docs"))
    try:
        from generated import pages

        return pages()
    finally:
        sys.path.remove(str(ROOT / "tools" / "docs"))


def test_every_rule_has_a_row_in_both_languages(generated):
    rules = {name for name in Words("sv").raw("faults") if name[0].isupper()}
    assert len(rules) > 150
    for page in ("referens/regler.md", "referens/rules.md"):
        assert set(re.findall(r'<span class="rule" id="([^"]+)"', generated[page])) == rules


def test_every_public_name_is_described(generated):
    index = generated["referens/funktioner/index.md"]
    listed = set(re.findall(r"`tg\.([\w.]+)`", index))
    modules = {name for name in tg.__all__ if isinstance(getattr(tg, name), type(tg))}
    assert set(tg.__all__) <= listed | modules
    assert {name.split(".")[0] for name in listed if "." in name} == modules
    targets = re.findall(r"\(([\w-]+\.md)#(trygghet\.[\w.]+)\)", index)
    assert len(targets) > 150
    for page, full in targets:
        assert f"{{#{full}}}" in generated[f"referens/funktioner/{page}"]


def test_every_command_is_described(generated):
    assert all(f"## trygghet {name} " in generated["referens/kommandon.md"] for name in COMMANDS)


@pytest.mark.parametrize("model", [Settings, Source, Wave])
def test_every_key_of_the_workspace_stands_among_the_files(model):
    page = (DOCS / "referens" / "filer.md").read_text(encoding="utf-8")
    keys = [field.alias or name for name, field in model.model_fields.items()]
    assert [key for key in keys if f"`{key}`" not in page] == []


def test_the_pictures_are_small():
    pictures = [path for path in (DOCS / "pictures").rglob("*") if path.suffix in (".png", ".webp")]
    assert len(pictures) >= 10
    assert sum(path.stat().st_size for path in pictures) < AT_MOST


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Path:
    """The built site."""
    if importlib.util.find_spec("material") is None:
        pytest.skip("mkdocs-material is not installed; the docs site is not tested")
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.slow
def test_the_site_builds_without_a_warning_and_fetches_nothing(site):
    pages = list(site.rglob("*.html"))
    assert len(pages) > 50
    fetched = re.compile(r'(?:<(?:script|img|iframe|source)[^>]*\bsrc|<link[^>]*\bhref)="(?:https?:)?//')
    assert [str(page.relative_to(site)) for page in pages if fetched.search(page.read_text(encoding="utf-8"))] == []
    styles = [path.read_text(encoding="utf-8") for path in site.rglob("*.css")]
    assert not any(re.search(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//", text) for text in styles)


@pytest.mark.slow
def test_formulas_are_made_when_the_site_is_built(site):
    page = (site / "metod" / "vikter.html").read_text(encoding="utf-8")
    assert page.count("<math ") >= 5
    assert "arithmatex" not in page and r"\frac" not in re.sub(r'alttext="[^"]*"', "", page)
