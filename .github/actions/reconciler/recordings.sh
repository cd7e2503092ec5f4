#!/usr/bin/env bash
# Download the newest recording of each environment that an apply on the default branch kept, as of-run-RUN.gz.
#
# One artifact holds the recordings of all environments that one run applied, so the newest ones are opened in turn until
# each environment has been found.
set -euo pipefail

listed='.artifacts | map(select(
  (.expired | not)
  and .workflow_run.head_branch == env.BRANCH
  and (.workflow_run.head_repository_id | tostring) == env.REPOSITORY_ID
)) | sort_by(.created_at) | reverse | .[] | "\(.id) \(.workflow_run.id)"'

missing=("$@")
if ! found="$(gh api "repos/$REPOSITORY/actions/artifacts?name=recordings&per_page=100" --jq "$listed")"; then
  echo "::warning::The recordings could not be listed."
  exit 0
fi
while read -r id run && [ "${#missing[@]}" != 0 ]; do
  folder="$RUNNER_TEMP/downloaded/$id"
  mkdir -p "$folder"
  if ! gh api "repos/$REPOSITORY/actions/artifacts/$id/zip" > "$folder/recordings.zip" ||
    ! unzip -q -o "$folder/recordings.zip" -d "$folder"; then
    echo "::warning::The recordings of run $run could not be downloaded."
    continue
  fi
  rest=()
  for name in "${missing[@]}"; do
    if [ -e "$folder/$name.gz" ]; then
      mkdir -p "$RUNNER_TEMP/recordings/$name"
      mv "$folder/$name.gz" "$RUNNER_TEMP/recordings/$name/of-run-$run.gz"
    else
      rest+=("$name")
    fi
  done
  missing=("${rest[@]}")
done <<< "$found"
for name in "${missing[@]}"; do
  echo "::warning::There is no recording of $name yet: run the apply workflow once."
done
