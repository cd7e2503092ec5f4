# shellcheck shell=bash
# Sourced: `patiently COMMAND…` tries a call to GitHub four times, since its API limits rates.
patiently() {
  for pause in 5 30 90; do
    "$@" && return
    sleep "$pause"
  done
  "$@"
}
