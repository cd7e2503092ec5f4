#!/usr/bin/env bash
# Plan each environment that a pull request changes, from the newest recording: no secret, no store, no call to Microsoft.
# For each one: comment.md, plan.json, impact.json and report.html in $RUNNER_TEMP/plans/ENVIRONMENT.
set -euo pipefail
MANY=2 # so many environments have a comment of their own

base="$(git rev-parse --verify --quiet 'HEAD^1')"
# Without renames: an environment that is renamed is one that goes and one that comes.
changed="$(git diff --no-renames --name-only -z "$base" HEAD -- environments/ | tr '\0' '\n' |
  { grep -E '^environments/[A-Za-z0-9._-]+/' || true; } | cut -d / -f 2 | sort -u)"
if grep -q '^_' <<< "$changed"; then
  # Shared settings: every environment may change.
  changed="$(printf '%s\n' "$changed" environments/[!_]*/ | sed 's|^environments/||; s|/$||' | { grep -v '^_' || true; } | sort -u)"
fi
mapfile -t names < <(printf '%s' "$changed")
mkdir -p "$RUNNER_TEMP/plans" "$RUNNER_TEMP/recordings"
if [ "${#names[@]}" != 0 ]; then
  bash "$(dirname "$0")/recordings.sh" "${names[@]}"
fi
unset GH_TOKEN # from here on settings of a pull request are read, which need none

failed=0 worst=0 counts="" verdict="No environment changes."
for name in "${names[@]}"; do
  folder="$RUNNER_TEMP/plans/$name"
  mkdir -p "$folder"
  recording="$(find "$RUNNER_TEMP/recordings/$name" -name 'of-run-*.gz' -print -quit 2> /dev/null || true)"
  code=0
  if [ -z "$recording" ] && [ -d "environments/$name" ]; then
    echo "There is no recording of $name, so nothing can be planned from it. Run the apply workflow once;" \
      "it uploads one, which is kept for a few days." > "$folder/errors.txt"
  else
    plan=(reconciler plan "$name" --base "$base" --recording "$recording")
    "${plan[@]}" --format markdown -o "$folder/comment.md" --impact "$folder/impact.json" 2> "$folder/errors.txt" || code=$?
    if [ -e "$folder/comment.md" ]; then
      "${plan[@]}" --format html -o "$folder/report.html" 2> /dev/null || true
      "${plan[@]}" --format json -o "$folder/plan.json" 2> /dev/null || true
    fi
  fi
  case "$code" in
    0 | 2) ;;
    3) echo "::warning::The plan of $name is over a limit: its apply will need --allow and --because." ;;
    5) echo "::warning::Part of the plan of $name is unknown." ;;
    *)
      # A pull request may delete an environment: there is nothing to plan, and its comment says so.
      if [ -d "environments/$name" ]; then
        echo "::error::$name cannot be planned; its comment and the log say why."
        failed=1
      fi
      ;;
  esac
  if [ ! -e "$folder/comment.md" ]; then
    {
      echo "<!-- reconciler:plan:${name//[^A-Za-z0-9_]/-} -->"
      echo
      echo "### No plan for \`$name\`"
      echo
      # Indented it may grow fivefold, and a comment holds 65,536 characters.
      head -c 12000 "$folder/errors.txt" | iconv -c -f UTF-8 -t UTF-8 | sed 's/^/    /'
    } > "$folder/comment.md"
  fi
  cat "$folder/errors.txt" >&2
  cat "$folder/comment.md" >> "$GITHUB_STEP_SUMMARY"
  if [ "$code" -gt "$worst" ]; then worst=$code; fi
  counts="$counts${counts:+, }\"$name\": $code"
  verdict="$(grep -m 1 -vE '^(<!--|$)' "$folder/comment.md" || true)"
done
if [ "${#names[@]}" -gt "$MANY" ]; then
  # One comment for all of them; each one's own page stays with the artifact. What is deleted has no plan, only a comment.
  fleet="$RUNNER_TEMP/fleet" all="$RUNNER_TEMP/plans/_all" selected=()
  mkdir -p "$fleet" "$all"
  for name in "${names[@]}"; do
    if [ -d "environments/$name" ]; then
      selected+=(--select "$name")
      mv "$RUNNER_TEMP/plans/$name/comment.md" "$RUNNER_TEMP/plans/$name/details.md"
      find "$RUNNER_TEMP/recordings/$name" -name 'of-run-*.gz' -exec ln -sf {} "$fleet/$name.rec.gz" \; 2> /dev/null || true
    fi
  done
  reconciler fleet plan "${selected[@]}" --base "$base" --recordings "$fleet" --format markdown > "$all/comment.md" || true
  verdict="$(grep -m 1 -vE '^(<!--|$)' "$all/comment.md" || true)"
fi
{
  echo "exit-code=$worst"
  echo "counts={$counts}"
  echo "verdict=$verdict"
} >> "$GITHUB_OUTPUT"
exit "$failed"
