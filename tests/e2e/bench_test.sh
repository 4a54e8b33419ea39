#!/usr/bin/env bash
# `wingmq bench` against servers that it starts and against one that runs: whether its counts are true. Never how fast it is.
#   bench_test.sh PATH_TO_WINGMQ
# Needs bash and coreutils.
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/checks.sh" "$@"
for variable in ${!WINGMQ_*}; do unset "$variable"; done
cd "$dir" || exit 1

# bench OPTION...: a short run; its figures are in figures.json, what it printed in table, its exit code in code.
bench() {
  rm -f figures.json
  timeout 60 "$wingmq" bench --json figures.json "$@" >table 2>err
  code=$?
}

# of PART NAME: a number, or a word, of a line of figures.json.
of() { grep "^  \"$1\": " figures.json | grep -o "\"$2\":[^,}]*" | head -n 1 | cut -d : -f 2 | tr -d '"'; }
# operation NAME MEMBER
operation() { grep '^  "operations"' figures.json | grep -o "\"$1\":{[^}]*" | grep -o "\"$2\":[^,]*" | head -n 1 | cut -d : -f 2; }

# clean WHAT: it measured, and nothing went wrong.
clean() {
  is "$1: exit code" 0 "$code"
  is "$1: errors" 0 "$(of errors count)"
  is "$1: said on standard error" "" "$(cat err)"
  has "$1: the table" 'errors      none' "$(cat table)"
}

# counts WHAT SENT GROUPS: every message sent was delivered to each group, and confirmed.
counts() {
  clean "$1"
  is "$1: sent" "$2" "$(of totals sent)"
  is "$1: delivered" $(($2 * $3)) "$(of totals delivered)"
  is "$1: confirmed" $(($2 * $3)) "$(of totals confirmed)"
}

test_given_numbers_of_requests() {
  bench --requests 20 --warm-up 0
  counts "cycle of full batches" $((20 * 512)) 1
  is "cycle: one end to end for each batch" 20 "$(operation end_to_end count)"
  bench --requests 60 --warm-up 0 --batch 7 --message-size 100 --groups 3 --connections 5 --threads 2 --queues 2
  counts "cycle, three groups, two threads" $((60 * 7)) 3
  is "cycle: consumes" $((60 * 3)) "$(operation consume requests)"
  bench --requests 20 --warm-up 0 --batch 9 --content json
  counts "cycle of JSON" 180 1
  is "cycle of JSON: every delivery's time is found" 20 "$(operation end_to_end count)"
  bench --mode mix --requests 50 --warm-up 0 --batch 10 --groups 2 --consumers 2 --connections 3
  counts "mix" 500 2
  bench --mode send --requests 40 --warm-up 0 --batch 1 --message-size 1 --connections 4
  clean "send"
  is "send: messages" 40 "$(operation send messages)"
  is "send: nothing else" "" "$(operation consume requests)"
  bench --mode consume --requests 40 --warm-up 0 --batch 16 --backlog 64 --confirm
  clean "consume, the same messages again"
  is "consume: messages" 640 "$(operation consume messages)"
  is "consume: confirmed" 640 "$(operation confirm messages)"
}

test_given_times() {
  local mode
  for mode in send consume cycle mix; do
    bench --mode "$mode" --duration 1s --warm-up 100ms --batch 64 --rate 200 --connections 2
    clean "$mode at a rate"
    [ "$mode" = cycle ] && counts "cycle at a rate" "$(of totals sent)" 1
    [ "$mode" = mix ] && counts "mix at a rate" "$(of totals sent)" 1
    bench --mode "$mode" --duration 300ms --warm-up 0 --connections 2
    clean "$mode as fast as it goes"
    is "$mode: the server is known" 1 "$(grep -c '^  "server_pid"' figures.json)"
    [[ $(of server cpu_seconds) == 0E0 ]] && fail "$mode: the server's processor time" "it is 0"
  done
}

# The started server touches its memory before the load: what is resident then is no figure about messages.
test_reserved_memory() {
  local before
  bench --mode send --requests 5 --warm-up 0 --server-option memory-limit=64M --server-option prefault=32M
  before=$(of server resident_bytes_before)
  [ "${before:-0}" -ge $((32 << 20)) ] || fail "what was reserved before" "$before bytes, at least 32 MiB were wanted"
  [ "${before:-0}" -le "$(of server resident_bytes)" ] || fail "it is a part of what is resident" "$before"
  like "the table says so" $'.*\nserver .* MiB resident, [0-9.]+ of them reserved before the load\n.*' "$(cat table)"
}

test_signed_and_over_tls() {
  local keys=(--access-key ak --secret-key sk)
  bench "${keys[@]}" --tls --requests 20 --warm-up 0 --groups 2
  counts "signed, over TLS" $((20 * 512)) 2
  has "TLS" 'https://127.0.0.1:' "$(cat table)"
  bench "${keys[@]}" --mode mix --requests 20 --warm-up 0 --batch 3 --message-size 10 --consumers 2
  counts "signed mix" 60 1
  bench "${keys[@]}" --mode consume --requests 20 --warm-up 0 --batch 3 --backlog 9
  clean "signed consume"
  bench "${keys[@]}" --tls --mode send --requests 20 --warm-up 0
  clean "signed send"
}

test_ceiling_and_comparison() {
  bench --requests 20 --warm-up 0 --ceiling
  counts "with a ceiling" $((20 * 512)) 1
  has "ratios" '"operations.send.requests_per_second":' "$(grep '^  "of_ceiling"' figures.json)"
  has "the ceiling" '"totals":{"sent":10240,' "$(grep '^  "ceiling"' figures.json)"
  cp figures.json before.json
  bench --mode consume --duration 400ms --warm-up 0 --connections 3 --ceiling
  clean "a ceiling in turns"
  is "in turns: nobody waited for messages" 0 "$(of totals dry_consumes)"
  bench --requests 20 --warm-up 0 --batch 8 --compare before.json
  has "what differs is said" 'note: batch was 512 and is 8' "$(cat table)"
  like "compared" $'.*\noperations.send.latency_us.p99 .*' "$(cat table)"
  like "figures on standard output" $'\{\n.*"totals": \{"sent":8,.*' "$(timeout 60 "$wingmq" bench --json - --requests 1 --warm-up 0 --batch 8 2>&1)"
}

# --- A server that runs -----------------------------------------------------------------------------------------------

# launch OPTION...: sets server and url.
launch() {
  rm -f out
  mkfifo out
  "$wingmq" serve --listen 127.0.0.1:0 "$@" >out 2>log &
  server=$!
  pids+=("$server")
  exec 3<out
  local ready
  read -r -t 20 ready <&3
  port=$(sed -n 's/.*"port":\([0-9]*\).*/\1/p' <<<"$ready")
  [ -n "$port" ] || { echo "FAILED: the server did not come up: $(cat log)"; exit 1; }
  url=http://127.0.0.1:$port
}

queue_names() {
  exec 4<>"/dev/tcp/127.0.0.1/$port"
  printf 'GET /__admin/queues HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&4
  timeout 20 cat <&4 | grep -o '"name":"[^"]*"' | cut -d '"' -f 4 | grep -v '^g[0-9]$'
  exec 4<&-
}

test_a_running_server() {
  launch --auth verify --credential ak:sk --queue 'orders?groups=g1,g2'
  local keys=(--url "$url" --access-key ak --secret-key sk)
  bench "${keys[@]}" --requests 10 --warm-up 0 --groups 2
  counts "own queues" 5120 2
  is "the server's process is found" "$server" "$(sed -n 's/^  "server_pid": \([0-9]*\),$/\1/p' figures.json)"
  is "own queues are removed" orders "$(queue_names)"
  timeout 60 "$wingmq" bench --url "$url" --access-key ak --secret-key wrong >table 2>err
  is "a wrong secret: exit code" 1 "$?"
  has "a wrong secret" 'createQueue: 900 WMQ.SIGNATURE sig.hmac' "$(cat err)"
  timeout 60 "$wingmq" bench "${keys[@]}" --queue none >table 2>err
  has "an unknown queue" 'no queue `none`' "$(cat err)"
  # Interrupted while its queue is there.
  timeout 60 "$wingmq" bench "${keys[@]}" --duration 50s --warm-up 0 --json figures.json >table 2>err &
  local run=$!
  until [[ $(queue_names) == *bench-* ]]; do :; done
  kill -INT "$run"
  wait "$run"
  is "interrupted: its queue is removed" orders "$(queue_names)"
  has "interrupted: it says so" interrupted "$(cat table)"
  kill -TERM "$server"
  wait "$server"
}

test_errors_are_counted() {
  launch --memory-limit 2MiB --auth off --queue 'orders?groups=g1'
  bench --url "$url" --queue orders --mode send --keep --requests 50 --warm-up 0
  has "memory is full" 'send: 900 WMQ.MEMORY_FULL' "$(grep '^  "errors"' figures.json)"
  lacks "memory is full: not all is well" 'errors      none' "$(cat table)"
  kill -TERM "$server"
  wait "$server"
  bench --url "$url"
  is "nobody listens: exit code" 1 "$code"
  has "nobody listens" "$url: cannot connect" "$(cat err)"
}

test_bad_options() {
  local said
  said=$("$wingmq" bench --batch 513 2>&1)
  is "too large a batch" "2 wingmq bench: --batch: 513 messages of 1024 bytes are 525312 bytes, a request carries 524288; needed is a batch of at most 512" "$? $said"
  said=$("$wingmq" bench --mod send 2>&1)
  is "an unknown option" '2 wingmq bench: `--mod` is not an option; did you mean `--mode`?' "$? $said"
}

test_given_numbers_of_requests
test_given_times
test_reserved_memory
test_signed_and_over_tls
test_ceiling_and_comparison
test_a_running_server
test_errors_are_counted
test_bad_options

finish
