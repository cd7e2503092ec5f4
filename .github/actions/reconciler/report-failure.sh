#!/usr/bin/env bash
# Keep one issue about failing applies: opened by the first failure, updated by the next, closed by the next success.
set -euo pipefail
# shellcheck source=patiently.sh
. "$(dirname "$0")/patiently.sh"

MARKER="<!-- reconciler:apply -->"
export MARKER
mine='.[] | select(.user.login == "github-actions[bot]" and ((.body // "") | startswith(env.MARKER))) | .number'
issues="repos/$REPOSITORY/issues"
echo "exit-code=0" >> "$GITHUB_OUTPUT"
numbers="$(patiently gh api --paginate "$issues?state=open&per_page=100" --jq "$mine")"
number="$(head -n 1 <<< "$numbers")"
if [ "$RESULT" = success ]; then
  if [ -n "$number" ]; then
    patiently gh api --silent --method POST "$issues/$number/comments" -f "body=Green again: $RUN"
    patiently gh api --silent --method PATCH "$issues/$number" -f state=closed -f state_reason=completed
  fi
  exit 0
fi
mkdir -p "$RUNNER_TEMP/kept"
body="$RUNNER_TEMP/kept/issue.md"
{
  echo "$MARKER"
  echo
  echo "The last apply failed: $RUN"
  echo
  # An issue holds 65,536 characters; each notice is short, and a fleet has many.
  { cat "$RUNNER_TEMP"/kept/*/notice.md 2> /dev/null || echo "It ended before it printed anything."; } | head -c 50000 |
    iconv -c -f UTF-8 -t UTF-8
  echo
  echo "This issue is kept up to date by the apply workflow, which closes it when an apply succeeds."
} > "$body"
if [ -n "$number" ]; then
  patiently gh api --silent --method PATCH "$issues/$number" -F "body=@$body"
else
  patiently gh api --silent --method POST "$issues" -f "title=An apply fails" -F "body=@$body"
fi
