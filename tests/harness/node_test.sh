#!/usr/bin/env bash
# The Node harness.
#   node_test.sh PATH_TO_WINGMQ
set -euo pipefail

[[ $# -eq 1 && -x $1 ]] || { echo "usage: $0 PATH_TO_WINGMQ" >&2; exit 2; }
WINGMQ_BINARY=$(readlink -f "$1")
export WINGMQ_BINARY
node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)' || { echo "SKIPPED: node 18 is not installed"; exit 77; }
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../../tools/node"

version=$("$WINGMQ_BINARY" --version | sed -n '1s/^wingmq //p')
grep -q "\"version\": \"$version\"" package.json || { echo "FAILED: package.json has another version than $version"; exit 1; }
exec node --test test/*.test.mjs
