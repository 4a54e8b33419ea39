#!/usr/bin/env bash
# End to end: what pages in a real browser (chromium) can do to a broker on the same machine (server.md, browsers). A foreign page comes
# from another port; a rebound one from a name of its own that leads to the broker; an own one from the broker.
#   browser_test.sh PATH_TO_WINGMQ
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/checks.sh" "$@"
needs chromium node curl
pages=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/browser_pages.mjs

mkfifo "$dir/ready"
"$wingmq" serve --listen 127.0.0.1:0 --clock manual --queue 'orders?groups=g1' >"$dir/ready" 2>"$dir/err" &
pids+=("$!")
exec 3<"$dir/ready"
read -r -t 20 ready <&3
port=$(sed -n 's/.*"port":\([0-9]*\).*/\1/p' <<<"$ready")
[ -n "$port" ] || { echo "FAILED: the server did not come up: $(cat "$dir/err")"; exit 1; }

state() { curl -s "http://127.0.0.1:$port/__admin/queues"; curl -s "http://127.0.0.1:$port/__admin/clock"; }

# visit [own]: what the pages said
visit() { timeout -k 5 50 node "$pages" "$port" "$dir/profile" "$@" 2>&1; }

# A page may not even learn whether what it sent was refused: the reply is of another origin.
test_a_foreign_page() {
  local path type
  for path in /__admin/reset /__admin/clock/advance; do
    has "JSON to $path asks first" "foreign json $path: TypeError" "$said"
    like "text to $path is sent in vain" ".*foreign text $path: (opaque|TypeError).*" "$said"
    like "nothing to $path is sent in vain" ".*foreign empty $path: (opaque|TypeError).*" "$said"
  done
  has "an operation is sent in vain" 'foreign text /apiproxy/v3/queue/createQueue: opaque' "$said"
  has "and cannot be read" 'foreign read operation: TypeError' "$said"
  for path in /__admin/queues /metrics /livez; do
    has "$path cannot be read" "foreign read $path: TypeError" "$said"
    has "nor shown" "foreign image $path: not shown" "$said"
    has "nor run" "foreign script $path: not run" "$said"
  done
  for type in text/plain application/x-www-form-urlencoded multipart/form-data; do
    has "a form of $type is sent in vain" "foreign form $type: sent" "$said"
  done
}

# To the browser it is the broker's own page, so it may send what it likes and reads each refusal.
test_a_rebound_page() {
  local path
  for path in /__admin/reset /__admin/clock/advance; do
    has "JSON to $path is refused" "rebound json $path: 403" "$said"
    has "text to $path is refused" "rebound text $path: 403" "$said"
    has "nothing to $path is refused" "rebound empty $path: 403" "$said"
  done
  has "an operation is refused" 'rebound json /apiproxy/v3/queue/createQueue: 403' "$said"
  has "a query as well" 'rebound read operation: 403' "$said"
  for path in /__admin/queues /metrics /livez; do has "$path is refused" "rebound read $path: 403" "$said"; done
  lacks "no queue is named" orders "$(grep '^rebound' <<<"$said")"
}

before=$(state)
said=$(visit)
test_a_foreign_page
test_a_rebound_page
is "nothing has changed" "$before" "$(state)"
rm -rf "$dir/profile"
said=$(visit own)
like "the broker shows what it is" 'own shows: WingMQ [0-9.]+ /livez .*/__admin/queues.*' "$(grep '^own shows' <<<"$said")"
is "its page may act, in JSON, and the links lead somewhere" 'own acts: 200 orders 415 links 200' "$(grep '^own acts' <<<"$said")"
finish
