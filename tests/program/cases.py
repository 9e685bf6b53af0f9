# SPDX-License-Identifier: MIT
#
# cases.py - runs each function test_... of a script, in their order, and says
# of each what the tests in C say of theirs. One that returns a text was
# skipped for that reason; one that fails ends the script.


def run(names):
    for name, test in list(names.items()):
        if not name.startswith("test_"):
            continue
        print("[ RUN      ] " + name, flush=True)
        try:
            reason = test()
        except BaseException:
            print("[  FAILED  ] " + name, flush=True)
            raise
        if reason:
            print("[  REASON  ] " + reason, flush=True)
        print("[  SKIPPED ] " if reason else "[       OK ] ", name, sep="",
              flush=True)
