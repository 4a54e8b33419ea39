#!/usr/bin/env bash
# The types of the Node harness, made from the program's own description, fit what a caller writes in TypeScript.
#   node_types_test.sh PATH_TO_WINGMQ FOLDER
# The tools come from npm, into FOLDER, and stay there for the next time.
set -euo pipefail

[[ $# -eq 2 && -x $1 ]] || { echo "usage: $0 PATH_TO_WINGMQ FOLDER" >&2; exit 2; }
WINGMQ_BINARY=$(readlink -f "$1")
export WINGMQ_BINARY
folder=$2
source=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../../tools/node
for command in node npm; do
  command -v "$command" >/dev/null || { echo "SKIPPED: $command is not installed"; exit 77; }
done

mkdir -p "$folder"
installed=$folder/installed.json
cp -r "$source/." "$folder"
if ! cmp -s "$source/package-lock.json" "$installed"; then
  rm -f "$installed"
  if ! (cd "$folder" && timeout 120 npm ci --ignore-scripts >npm.log 2>&1); then
    echo "SKIPPED: npm cannot install the tools: $(grep -m 1 'npm error' "$folder/npm.log" || tail -n 1 "$folder/npm.log")"
    exit 77
  fi
  cp "$source/package-lock.json" "$installed"
fi

cd "$folder"
rm -f api.d.ts
npm run --silent types
echo "the types fit"
