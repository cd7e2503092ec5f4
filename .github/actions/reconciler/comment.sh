#!/usr/bin/env bash
# Keep one comment on the pull request for each environment that was planned, or one for all of many.
set -euo pipefail
# shellcheck source=patiently.sh
. "$(dirname "$0")/patiently.sh"

failed=0
shopt -s nullglob
files=("$RUNNER_TEMP"/kept/*/comment.md)
if [ "${#files[@]}" = 0 ]; then
  echo "There is nothing to comment on: no environment changes, or the plans could not be fetched."
fi
for file in "${files[@]}"; do
  name="$(basename "$(dirname "$file")")"
  # Each comment begins with a mark of its own, by which it is found again.
  MARKER="$(head -n 1 "$file")"
  if [[ "$MARKER" != "<!-- reconciler:"*" -->" ]]; then
    echo "::warning::The comment for $name has no mark, so it is not written; the job's summary has its plan."
    failed=1
    continue
  fi
  export MARKER
  mine='.[] | select(.user.login == "github-actions[bot]" and (.body | startswith(env.MARKER))) | .id'
  comments="repos/$REPOSITORY/issues/$NUMBER/comments"
  if ! ids="$(patiently gh api --paginate "$comments?per_page=100" --jq "$mine")"; then
    echo "::warning::The comments could not be listed; the job's summary has the plan of $name."
    failed=1
    continue
  fi
  id="$(head -n 1 <<< "$ids")"
  if [ -n "$id" ]; then
    send=(gh api --silent --method PATCH "repos/$REPOSITORY/issues/comments/$id" -F "body=@$file")
  else
    send=(gh api --silent --method POST "$comments" -F "body=@$file")
  fi
  if ! patiently "${send[@]}"; then
    echo "::warning::The comment for $name could not be written; the job's summary has its plan."
    failed=1
  fi
done
echo "exit-code=$failed" >> "$GITHUB_OUTPUT"
exit "$failed"
