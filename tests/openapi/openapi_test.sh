#!/usr/bin/env bash
# The description under /__admin/openapi.json, judged by tools that others use: Redocly's linter with its recommended rules and
# swagger-parser find nothing.
#   openapi_test.sh PATH_TO_WINGMQ FOLDER
# The tools come from npm, into FOLDER, and stay there for the next time.
set -euo pipefail

[[ $# -eq 2 && -x $1 ]] || { echo "usage: $0 PATH_TO_WINGMQ FOLDER" >&2; exit 2; }
wingmq=$(readlink -f "$1")
folder=$2
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true

for command in node npm curl; do
  command -v "$command" >/dev/null || { echo "SKIPPED: $command is not installed"; exit 77; }
done

node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' ||
  { echo "SKIPPED: the tools need node 20, this is $(node --version)"; exit 77; }

mkdir -p "$folder"
if ! cmp -s "$here/package-lock.json" "$folder/package-lock.json"; then
  cp "$here"/{package.json,.npmrc,validate.mjs} "$folder"
  cp "$here/package-lock.json" "$folder/wanted.json"
  if ! (cd "$folder" && cp wanted.json package-lock.json && timeout 120 npm ci --ignore-scripts >npm.log 2>&1); then
    rm -f "$folder/package-lock.json"
    echo "SKIPPED: npm cannot install the tools: $(grep -m 1 'npm error' "$folder/npm.log" || tail -n 1 "$folder/npm.log")"
    exit 77
  fi
fi
cp "$here/validate.mjs" "$folder"

exec 3< <(exec "$wingmq" serve --listen 127.0.0.1:0 2>"$folder/server.log")
server=$!
trap 'kill "$server" 2>/dev/null || true' EXIT
read -r -t 20 event <&3 || { echo "FAILED: the server did not come up: $(cat "$folder/server.log")"; exit 1; }
port=$(sed -n 's/.*"port":\([0-9]*\).*/\1/p' <<<"$event")
curl -sSf "http://127.0.0.1:$port/__admin/openapi.json" >"$folder/openapi.json"

cd "$folder"
failed=0
npx --no-install redocly lint --extends recommended --format json openapi.json >found.json 2>redocly.log || true
node -e '
  const problems = JSON.parse(require("fs").readFileSync("found.json", "utf8")).problems;
  for (const each of problems) console.log(`${each.severity} ${each.ruleId} ${each.location[0].pointer}: ${each.message}`);
  process.exit(problems.length > 0 ? 1 : 0);' || { failed=1; echo "FAILED: redocly finds the above"; }
node validate.mjs openapi.json || { failed=1; echo "FAILED: swagger-parser refuses it"; }
((failed == 0)) && echo "the description is well-formed"
exit "$failed"
