#!/usr/bin/env bash
# End to end: the real curl against the real program, over loopback.
#   curl_test.sh PATH_TO_WINGMQ
# Prints a line for each failed check and exits 1 when there was one. Needs bash, curl, coreutils and sed.
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/checks.sh" "$@"
needs curl
# How long a stop may take, in milliseconds (server.md: 2 s); raise it under a sanitizer.
stop_ms_max=${WINGMQ_E2E_STOP_MS:-2000}

# --- the server -------------------------------------------------------------------------------------------------------

# start OPTION...: starts a server on a free port; sets pid, port, base and ready (the line), or ends the test.
start() {
  local out=$dir/out.$RANDOM$RANDOM
  mkfifo "$out"
  "$wingmq" serve --listen 127.0.0.1:0 "$@" >"$out" 2>"$dir/stderr" &
  pid=$!
  pids+=("$pid")
  exec 3<"$out"
  ready=
  second=
  read -r -t 20 ready <&3
  read -r -t 20 second <&3
  port=$(sed -n 's/.*"port":\([0-9]*\).*/\1/p' <<<"$ready")
  base=http://127.0.0.1:$port
  if [ -z "$port" ]; then
    echo "FAILED: the server did not come up: stdout '$ready', stderr: $(cat "$dir/stderr")"
    exit 1
  fi
}

# stop: asks the server to stop; sets stopped_ms and exit_code.
stop() {
  local begin
  begin=$(date +%s%N)
  kill -TERM "$pid"
  timeout 20 tail --pid="$pid" -f /dev/null || fail "the server stops at all" "it still ran after 20 s"
  stopped_ms=$((($(date +%s%N) - begin) / 1000000))
  wait "$pid"
  exit_code=$?
  exec 3<&-
}

# --- calls ------------------------------------------------------------------------------------------------------------

q() { echo "$base/apiproxy/v3/queue/$1"; }
call() { curl -sS -m 90 -H 'accessKey: test' "$@" 2>&1; }
post() { local op=$1 body=$2; shift 2; call -H 'Content-Type: application/json' -d "$body" "$@" "$(q "$op")"; }
get() { local op=$1; shift; call "$@" "$(q "$op")"; }
# member NAME TEXT: a string member, embedded in a string or not; the first one.
member() { grep -o "\"$1\":\"[^\"]*\"" <<<"${2//\\/}" | head -1 | cut -d'"' -f4; }
info() { echo "{\"regionId\":\"cn-snxy1\",\"queueId\":\"$queue\",\"consumerGroupId\":\"$group\"$1}"; }
consume() { get consumptionMessage -H "consumerQueueInfo: $(info ",\"maxMsgs\":\"10\",\"timeWait\":\"${1:-1}\"")"; }
confirm() {
  post confirmConsumedSpecifiedMessage "$(info ",\"message\":[{\"handler\":\"$1\",\"status\":\"$2\"}]")"
}
send() { post sendSpecifyQueueMessage "{\"regionId\":\"cn-snxy1\",\"queueId\":\"$queue\",\"messages\":[{\"body\":$1}]}"; }

# A FIFO queue with dead letters and one group; sets queue and group.
create() {
  local answer
  answer=$(post createQueue "{\"createQueueInfo\":{\"regionId\":\"cn-snxy1\",\"name\":\"$1\",\"queueMode\":\"FIFO\",\"description\":\"测试\",\"redrivePolicy\":\"enable\",\"maxConsumeCount\":\"2\"}}")
  has "createQueue" '{"statusCode":800,"returnObj":"{\"project_id\":' "$answer"
  queue=$(member id "$answer")
  answer=$(post createConsumeGroup "{\"regionId\":\"cn-snxy1\",\"queueId\":\"$queue\",\"groups\":[{\"name\":\"g1\"}]}")
  has "createConsumeGroup" '"statusCode":800' "$answer"
  group=$(member consumerGroupId "$answer")
}

# --- one after the other ----------------------------------------------------------------------------------------------

test_ready_line() {
  has "the ready line" '{"event":"ready","urls":["http://127.0.0.1:' "$ready"
  has "the ready line names the process" "\"pid\":$pid}" "$ready"
  is "the second line" "Ready." "$second"
  is "livez" 200 "$(call -o /dev/null -w '%{http_code}' "$base/livez")"
  is "readyz" 200 "$(call -o /dev/null -w '%{http_code}' "$base/readyz")"
  is "metrics" 200 "$(call -o /dev/null -w '%{http_code}' "$base/metrics")"
  has "metrics are Prometheus text" "# TYPE " "$(call "$base/metrics")"
}

test_life_of_a_message() {
  local answer handler
  create life
  is "send" '{"statusCode":800,"messages":[{"error":null,"state":0,"error_code":null}]}' "$(send '{"n":1.50,"文":"字"}')"
  answer=$(consume)
  has "consume returns the body as it was" '\"message\":{\"body\":{\"n\":1.50,\"文\":\"字\"},\"attributes\":{},\"tags\":[]}' "$answer"
  handler=$(member handler "$answer")
  is "an unfinished batch blocks a FIFO group" '{"statusCode":800,"returnObj":{"returnObj":"[]","errorMessageString":"","errorMessageArray":[],"succeed":true}}' "$(consume)"
  has "fail" '"{\"success\":0,\"fail\":1}"' "$(confirm "$handler" fail)"
  answer=$(consume)
  handler=$(member handler "$answer")
  has "the second fail" '"{\"success\":0,\"fail\":1}"' "$(confirm "$handler" fail)"
  has "a dead handler" '"errorCode":"DMS.10542209"' "$(confirm "$handler" success)"
  answer=$(get consumeDeadlettersMessage -H "consumedMessageInfo: $(info ',"maxMsgs":"1","timeWait":"1"')")
  has "the dead letter" '{\"n\":1.50,' "$answer"
  handler=$(member handler "$answer")
  answer=$(post confirmConsumeDeadlettersMessage "{\"consumedMessageInfo\":$(info ",\"message\":[{\"handler\":\"$handler\",\"status\":\"success\"}]")}")
  has "the dead letter is confirmed" '"{\"success\":1,\"fail\":0}"' "$answer"
  send 2 >/dev/null
  handler=$(member handler "$(consume)")
  has "success" '"{\"success\":1,\"fail\":0}"' "$(confirm "$handler" success)"
}

test_queries() {
  local answer
  answer=$(get queryQueue -H 'regionId: cn-snxy1' -H 'includeDeadletter: true')
  has "queryQueue" '"name":"life","description":"测试","reservation":4320,' "$answer"
  has "queryQueue with dead letters" '"redrive_policy":"enable","max_consume_count":2' "$answer"
  has "querySpecifyQueue" "\\\"id\\\":\\\"$queue\\\"" "$(get querySpecifyQueue -H 'regionId: cn-snxy1' -H "queueId: $queue")"
  answer=$(get querySpecifyQueueAllConsumerGroup -H 'regionId: cn-snxy1' -H "queueId: $queue" -H 'includeDeadletter: true')
  has "counts of the group" '"produced_messages":2,"consumed_messages":1,"available_messages":0,"produced_deadletters":1,"available_deadletters":0' "$answer"
  has "queryQuota" '"quota":5,"used":1,"min":1,"max":20' "$(get queryQuota -H 'regionId: cn-snxy1')"
  is "content type" 'application/json; charset=utf-8' "$(get queryQuota -H 'regionId: cn-snxy1' -o /dev/null -w '%{content_type}')"
}

test_errors() {
  local answer
  answer=$(get queryQueue -w ' %{http_code}')
  has "a missing parameter" '"statusCode":400,' "$answer"
  has "a missing parameter by HTTP" '} 400' "$answer"
  has "a missing parameter is named" 'regionId' "$answer"
  answer=$(get queryQueue -H 'Accept-Language: en')
  is "English on request" "$answer" "$(tr -d '\200-\377' <<<"$answer")"
  has "a refusal is HTTP 200" '} 200' "$(get querySpecifyQueue -H 'regionId: cn-snxy1' -H 'queueId: nope' -w ' %{http_code}')"
  is "unknown path" 404 "$(call -o /dev/null -w '%{http_code}' "$base/apiproxy/v3/queue/nope")"
  is "wrong method" 400 "$(call -X PUT -o /dev/null -w '%{http_code}' "$(q queryQueue)")"
  is "invalid JSON" 400 "$(post removeQueue '{"regionId":' -o /dev/null -w '%{http_code}')"
  head -c 5000000 /dev/zero | tr '\0' ' ' >"$dir/large"
  answer=$(call -H 'Content-Type: application/json' -H 'Expect:' --data-binary "@$dir/large" -w ' %{http_code}' "$(q sendSpecifyQueueMessage)")
  has "a body over the limit" '413' "$answer"
  answer=$(get queryQueue -H "regionId: $(head -c 40000 /dev/zero | tr '\0' 'r')" -w ' %{http_code}')
  has "headers over the limit" '} 431' "$answer"
  has "the server lives on" '"statusCode":800' "$(get queryQuota -H 'regionId: cn-snxy1')"
}

test_http() {
  local answer body
  body="{\"regionId\":\"cn-snxy1\",\"queueId\":\"$queue\",\"messages\":[{\"body\":\"chunked\"}]}"
  has "chunked" '"state":0' "$(post sendSpecifyQueueMessage "$body" -H 'Transfer-Encoding: chunked')"
  answer=$(post sendSpecifyQueueMessage "$body" -H 'Expect: 100-continue' -v)
  has "Expect is answered" '100 Continue' "$answer"
  has "and the call too" '"state":0' "$answer"
  { printf '{"regionId":"cn-snxy1","queueId":"%s","messages":[{"body":"' "$queue"; head -c 400000 /dev/zero | tr '\0' 'x'; printf '"}]}'; } >"$dir/body"
  has "a large body in chunks" '"state":0' "$(call -H 'Content-Type: application/json' -H 'Transfer-Encoding: chunked' --data-binary "@$dir/body" "$(q sendSpecifyQueueMessage)")"
  answer=$(get queryQuota -H 'regionId: cn-snxy1' -o /dev/null -w '%{num_connects} ' "$(q queryQuota)" -o /dev/null)
  is "keep-alive: the second call opens no connection" '1 0 ' "$answer"
  answer=$(get queryQuota -H 'regionId: cn-snxy1' --http1.0 -w ' %{http_code}')
  has "HTTP/1.0" '} 200' "$answer"
  answer=$(get queryQuota -H 'regionId: cn-snxy1' -H 'Connection: close' -o /dev/null -w '%{num_connects} ' "$(q queryQuota)" -o /dev/null)
  is "Connection: close is honoured" '1 1 ' "$answer"
  answer=$(call --data-urlencode "regionId=cn-snxy1" --data-urlencode "queueId=$queue" --data-urlencode 'messages=[{"body":"a form & more"}]' "$(q sendSpecifyQueueMessage)")
  has "a form" '"state":0' "$answer"
  answer=$(consume)
  has "everything arrived" '\"a form & more\"' "$answer"
}

test_pipelining() {
  local request reply count
  request=$(printf 'GET /apiproxy/v3/queue/queryQuota HTTP/1.1\r\nHost: x\r\naccessKey: test\r\nregionId: cn-snxy1')
  exec 4<>"/dev/tcp/127.0.0.1/$port"
  printf '%s\r\n\r\n%s\r\n\r\n%s\r\nConnection: close\r\n\r\n' "$request" "$request" "$request" >&4
  reply=$(timeout 10 cat <&4)
  exec 4<&-
  count=$(grep -o '"statusCode":800' <<<"$reply" | wc -l)
  is "three pipelined calls get three replies" 3 "$count"
}

test_clock() {
  local answer waiting
  create clock
  send 1 >/dev/null
  consume >/dev/null
  consume 60 >"$dir/waiting" &
  waiting=$!
  until_parked 1
  answer=$(call -H 'Content-Type: application/json' -d '{"by":"30s"}' "$base/__admin/clock/advance")
  has "advance reports the expiry" '"type":"lease_expired"' "$answer"
  wait "$waiting"
  has "the parked consumer got the message" '\"body\":1' "$(cat "$dir/waiting")"
}

# Polls the control plane until so many consumers are parked.
until_parked() {
  local tries sum n
  for ((tries = 0; tries < 2000; ++tries)); do
    sum=0
    for n in $(call "$base/__admin/queues" | grep -o '"parked[a-z_]*":[0-9]*' | sed 's/.*://'); do sum=$((sum + n)); done
    [ "$sum" -ge "$1" ] && return
  done
  fail "$1 consumers park" "only $sum did"
}

test_stop_under_load() {
  local i load=() parked=()
  create stop
  create_count=20
  for ((i = 0; i < create_count; ++i)); do
    consume 60 >"$dir/parked.$i" &
    parked+=($!)
  done
  until_parked "$create_count"
  local idle=$queue busy
  busy=$(member id "$(post createQueue '{"createQueueInfo":{"regionId":"cn-snxy1","name":"busy","description":""}}')")
  for i in 1 2; do
    (queue=$busy; while send '"load"' 2>/dev/null | grep -q '"state":0'; do :; done) &
    load+=($!)
  done
  queue=$idle
  for ((i = 0; i < 20; ++i)); do get queryQuota -H 'regionId: cn-snxy1' >/dev/null; done
  stop
  is "exit code after SIGTERM" 0 "$exit_code"
  checks=$((checks + 1))
  [ "$stopped_ms" -le "$stop_ms_max" ] || fail "the server stops in time" "took $stopped_ms ms, $stop_ms_max are allowed"
  wait "${load[@]}" "${parked[@]}"
  for ((i = 0; i < create_count; ++i)); do
    is "parked consumer $i is answered" '{"statusCode":800,"returnObj":{"returnObj":"[]","errorMessageString":"","errorMessageArray":[],"succeed":true}}' "$(cat "$dir/parked.$i")"
  done
}

# refuses NAME EXIT_CODE PART OPTION...: the program must end by itself with this code and one line that has PART.
refuses() {
  local name=$1 code=$2 part=$3 output lines
  shift 3
  timeout 10 "$wingmq" "$@" >"$dir/refused.out" 2>"$dir/refused.err" </dev/null
  is "$name: exit code" "$code" "$?"
  output=$(cat "$dir/refused.err")
  has "$name: the problem is named" "$part" "$output"
  lines=$(wc -l <"$dir/refused.err")
  is "$name: one line on standard error" 1 "$lines"
  is "$name: nothing on standard output" "" "$(cat "$dir/refused.out")"
}

test_start_up_errors() {
  refuses "unknown option" 2 "no-such-option" serve --no-such-option
  refuses "bad address" 2 "nonsense" serve --listen nonsense
  refuses "port out of range" 2 "70000" serve --listen 127.0.0.1:70000
  refuses "bad size" 2 "memory-limit" serve --listen 127.0.0.1:0 --memory-limit lots
  refuses "unknown limit" 2 "no_such_limit" serve --listen 127.0.0.1:0 --limit no_such_limit=1
  refuses "bad limit" 2 "queue_quota" serve --listen 127.0.0.1:0 --limit queue_quota=many
  refuses "bad profile" 2 "profile" serve --listen 127.0.0.1:0 --profile none
  refuses "bad queue" 2 "LIFO" serve --listen 127.0.0.1:0 --queue 'orders?region=r&mode=LIFO'
  refuses "missing configuration file" 2 "no-such-file" serve --config "$dir/no-such-file.toml"
  echo 'no_such_key = 1' >"$dir/bad.toml"
  refuses "unknown key in the file" 2 "no_such_key" serve --config "$dir/bad.toml"
  echo 'threads = "many"' >"$dir/bad.toml"
  refuses "bad value in the file" 2 "threads" serve --config "$dir/bad.toml"
  WINGMQ_THREADS=many refuses "bad value in the environment" 2 "THREADS" serve --listen 127.0.0.1:0
  refuses "open to the network without a token" 2 "admin" serve --listen 0.0.0.0:0
  refuses "address in use" 3 "$port" serve --listen "127.0.0.1:$port"
}

test_declared_queue_and_precedence() {
  local answer
  printf 'threads = 3\n' >"$dir/good.toml"
  start --config "$dir/good.toml" --queue 'orders?region=cn-snxy1&mode=FIFO&groups=g1,g2&dlq=3'
  answer=$(call "$base/__admin/queues")
  has "the declared queue exists when the server is ready" '"orders"' "$answer"
  has "its groups too" '"g2"' "$answer"
  stop
  is "exit code of an idle server" 0 "$exit_code"
}

test_exit_with_parent() {
  mkfifo "$dir/stdin"
  "$wingmq" serve --listen 127.0.0.1:0 --exit-with-parent <"$dir/stdin" >"$dir/parent.out" 2>&1 &
  local child=$!
  pids+=("$child")
  exec 5>"$dir/stdin"
  local tries
  for ((tries = 0; tries < 5000; ++tries)); do grep -q '^Ready\.$' "$dir/parent.out" && break; done
  exec 5>&-
  timeout 20 tail --pid="$child" -f /dev/null || fail "closing standard input stops the server" "it still ran after 20 s"
  wait "$child"
  is "exit code after the parent is gone" 0 "$?"
}

start
test_ready_line
test_life_of_a_message
test_queries
test_errors
test_http
test_pipelining
test_clock
test_start_up_errors
test_stop_under_load
test_declared_queue_and_precedence
test_exit_with_parent

finish
