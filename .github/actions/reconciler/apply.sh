#!/usr/bin/env bash
# Apply each environment in turn; one that fails never stops another. Recordings go to $RUNNER_TEMP/recordings, what was
# printed and an HTML report to $RUNNER_TEMP/report.
set -euo pipefail
unset GH_TOKEN # nothing here calls GitHub

report="$RUNNER_TEMP/report" recordings="$RUNNER_TEMP/recordings"
mkdir -p "$report" "$recordings"
if [ -n "$ENVIRONMENTS" ]; then
  read -r -a names <<< "$ENVIRONMENTS"
else
  shopt -s nullglob
  names=()
  for folder in environments/[!_]*/; do
    names+=("$(basename "$folder")")
  done
fi

options=()
if [ "$SCHEDULED" = true ]; then
  options+=(--scheduled)
fi
for each in $ALLOW; do
  options+=(--allow "$each")
done
if [ -n "$BECAUSE" ]; then
  options+=(--because "$BECAUSE")
fi

# From the least to the worst, as exit codes are ordered.
order=(0 2 5 3 4 1 64 130)
rank() {
  for place in "${!order[@]}"; do
    if [ "${order[$place]}" = "$1" ]; then
      echo "$place"
      return
    fi
  done
  echo "${#order[@]}"
}

worst=0 counts="" verdict=""
for name in "${names[@]}"; do
  mkdir -p "$report/$name"
  code=0
  reconciler apply "$name" --yes --record "$recordings/$name.gz" "${options[@]}" \
    > "$report/$name/report.txt" 2> "$report/$name/errors.txt" || code=$?
  cat "$report/$name/report.txt"
  cat "$report/$name/errors.txt" >&2
  {
    echo "### Apply of \`$name\`: exit code $code"
    echo
    tail -n 20 "$report/$name/errors.txt" | cut -c 1-500 | sed 's/^/    /'
    echo
  } > "$report/$name/notice.md"
  cat "$report/$name/notice.md" >> "$GITHUB_STEP_SUMMARY"
  if [ "$code" = 0 ]; then rm "$report/$name/notice.md"; fi
  if [ -e "$recordings/$name.gz" ]; then
    reconciler plan "$name" --recording "$recordings/$name.gz" --format html -o "$report/$name/report.html" || true
  fi
  if [ "$(rank "$code")" -gt "$(rank "$worst")" ]; then worst=$code; fi
  counts="$counts${counts:+, }\"$name\": $code"
  verdict="$verdict${verdict:+; }$name: exit code $code"
done
{
  echo "exit-code=$worst"
  echo "counts={$counts}"
  echo "verdict=$verdict"
} >> "$GITHUB_OUTPUT"
exit "$worst"
