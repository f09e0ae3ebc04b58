"""Runs a command that prints one JSON object, and prints it with the command's own seconds and peak of memory.

    python timed.py COMMAND ARGUMENT…
"""
import json
import resource
import subprocess
import sys
import time

began = time.time()
found = subprocess.run(sys.argv[1:], check=True, stdout=subprocess.PIPE)
report = json.loads(found.stdout)
report["total"] = time.time() - began
report["peak_rss_bytes"] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
print(json.dumps(report))
