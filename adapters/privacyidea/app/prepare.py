"""Makes, once and when it is installed, what each run begins with: keys, empty tables, an
administrator. Making them anew for each run would take half a minute.
"""

import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def prepare(subject):
    state = os.path.join(subject, "state")
    os.makedirs(state)
    os.environ["PRIVACYIDEA_STATE"] = state
    os.environ["PRIVACYIDEA_CONFIGFILE"] = os.path.join(HERE, "pi.cfg")
    manage = os.path.join(subject, "bin", "pi-manage")
    for what in (
        ["setup", "create_enckey"],
        ["setup", "create_audit_keys"],
        ["setup", "create_tables"],
        ["admin", "add", "admin", "-e", "admin@portal.test", "-p", "adminpw"],
    ):
        subprocess.run([manage, *what], check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    prepare(sys.argv[1])
