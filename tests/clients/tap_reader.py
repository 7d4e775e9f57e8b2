"""Reads a TAP file with tap.py and prints what it understood as JSON.

Usage: tap_reader.py FILE
"""

import json
import sys

from tap.loader import Loader
from tap.parser import Parser


def told(line):
    if line.category == "version":
        return {"version": line.version}
    if line.category == "plan":
        return {"plan": line.expected_tests, "skip": line.skip}
    if line.category == "test":
        return {
            "ok": line.ok,
            "number": line.number,
            "description": line.description,
            "skip": line.skip,
            "todo": line.todo,
            "directive": line.directive.text,
            "yaml": line.yaml_block,
        }
    return {line.category: str(line)}


def outer(lines):
    """The document without its subtests, which tap.py calls unknown."""
    return [told(line) for line in lines if line.category != "unknown"]


def subtests(path):
    """Each subtest as a document of its own."""
    documents, current = [], None
    for line in open(path, encoding="utf-8", newline="\n"):
        if line.startswith("    ") and current is not None:
            current.append(line[4:])
        elif line.startswith("# Subtest"):
            current = []
            documents.append(current)
        else:
            current = None
    return [outer(Parser().parse_text("".join(document))) for document in documents]


def refused(path):
    """What is wrong with the document as a whole: tap.py adds a nameless failure for it."""
    suite = Loader().load_suite_from_file(path)
    return [test._line.description for test in suite if test._line.number is None]


def main():
    path = sys.argv[1]
    document = outer(Parser().parse(open(path, encoding="utf-8", newline="\n")))
    read = {"refused": refused(path), "document": document, "subtests": subtests(path)}
    json.dump(read, sys.stdout)


main()
