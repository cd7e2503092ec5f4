#!/usr/bin/env bash
# Install the reconciler into a folder of its own, from the pinned, hashed requirements.txt of a checkout: of a settings
# repository, whose requirements name the program too, or of the program itself.
set -euo pipefail
root=$1

if [ -x "$RUNNER_TEMP/reconciler/bin/reconciler" ]; then
  exit 0 # by an earlier step of this job
fi
python -m venv "$RUNNER_TEMP/reconciler"
pip=("$RUNNER_TEMP/reconciler/bin/pip" install --quiet --disable-pip-version-check)
"${pip[@]}" --require-hashes -r "$root/requirements.txt"
if grep -qs '^name = "it-asset-reconciler"' "$root/pyproject.toml"; then
  "${pip[@]}" --no-deps --no-build-isolation "$root"
fi
echo "$RUNNER_TEMP/reconciler/bin" >> "$GITHUB_PATH"
