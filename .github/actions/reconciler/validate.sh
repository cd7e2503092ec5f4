#!/usr/bin/env bash
# Check the settings of every environment, and run their cases; problems are annotated on the lines that they stand on.
set -euo pipefail
unset GH_TOKEN # settings of a pull request are read here, and need none

failed=0
reconciler validate --format github || failed=1
shopt -s nullglob
for folder in environments/[!_]*/; do
  reconciler test "$(basename "$folder")" || failed=1
done
echo "exit-code=$failed" >> "$GITHUB_OUTPUT"
exit "$failed"
