"""Do the HTML, the text and the PDF of a report say the same?

    faces.py HTML TEXT PDFTEXT     one line for each thing that one lacks

Every run of text in the HTML must stand in the other two, and every word of
its tables; white space and the places where lines break are left out of it.
"""
import html.parser
import re
import sys

CELLS = {"td", "th"}
VOID = {"meta", "link", "input", "br", "col", "img", "rect", "path", "wbr"}
# The browser's own: contents, what leads past them, head and foot; the numbers
# behind figures stand elsewhere in the others.
SKIPPED = {"nav", "style", "title", "svg", "header", "footer", "details", "a"}


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open = []
        self.runs = []
        self.words = []

    def handle_starttag(self, tag, attributes):
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data):
        if SKIPPED & set(self.open):
            return
        if CELLS & set(self.open):
            self.words += data.split()
        else:
            self.runs.append(data)


def squeezed(text):
    return re.sub(r"[\s\u2066-\u2069\u00ad]+", "", text)


def read(path):
    with open(path, encoding="utf-8", errors="strict") as file:
        return file.read()


def without_furniture(text):
    """The text without what stands at the head or foot of every page."""
    pages = [page.splitlines() for page in text.split("\f")]
    alike = [{re.sub(r"\d+", "0", line) for line in page}
             for page in pages if page]
    common = set.intersection(*alike[1:]) if len(alike) > 2 else set()
    return "".join(line for page in pages for line in page
                   if re.sub(r"\d+", "0", line) not in common
                   and not re.search(r"[0-9a-f]{64}$", line))


def as_pdf(run):
    """Where no font has a sign, its number stands."""
    return re.sub(r"[\U00010000-\U0010ffff]",
                  lambda sign: f"[U+{ord(sign[0]):X}]", run)


def main(html_path, text_path, pdf_path):
    page = Page()
    page.feed(read(html_path))
    runs = {squeezed(run) for run in page.runs} | set(page.words)
    if len(runs) < 10:
        print(f"{html_path}: only {len(runs)} runs of text")
    for path, text, shown in (
            (text_path, read(text_path), str),
            (pdf_path, without_furniture(read(pdf_path)), as_pdf)):
        text = squeezed(text)
        for missing in sorted(r for r in runs if shown(r) not in text):
            print(f"{path}: not there: {missing}")


main(*sys.argv[1:])
