"""Reads a JUnit file with junitparser and prints what it understood as JSON.

Usage: junit_reader.py FILE
"""

import json
import sys
from xml.etree.ElementTree import ParseError

from junitparser import JUnitXml
from junitparser.junitparser import JUnitXmlError

NUMBERS = ("tests", "failures", "errors", "skipped")


def numbers(report):
    return [getattr(report, name) for name in NUMBERS]


def told(case):
    results = [
        {"kind": result._tag, "message": result.message, "type": result.type, "text": result.text}
        for result in case.result
    ]
    return {
        "name": case.name,
        "classname": case.classname,
        "results": results,
        "system_out": case.system_out,
    }


def read(path):
    report = JUnitXml.fromfile(path)
    said = numbers(report)
    cases = [told(case) for suite in report for case in suite]
    report.update_statistics()
    return {"told": said, "counted": numbers(report), "cases": cases}


def main():
    try:
        print(json.dumps(read(sys.argv[1])))
    except (JUnitXmlError, ParseError) as error:
        print(json.dumps({"refused": [str(error)]}))


main()
