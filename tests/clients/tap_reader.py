"""Reads a TAP file with tap.py and prints what it understood as JSON.

Usage: tap_reader.py FILE
"""

import json
import sys

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


def main():
    path = sys.argv[1]
    document = outer(Parser().parse(open(path, encoding="utf-8", newline="\n")))
    json.dump({"document": document, "subtests": subtests(path)}, sys.stdout)


main()
