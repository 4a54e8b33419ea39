#!/usr/bin/env bash
# The program as a process: what it prints, where its settings come from, which signals it obeys, how it ends.
#   process_test.sh PATH_TO_WINGMQ
# Prints a line for each failed check and exits 1 when there was one. Needs bash and coreutils.
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/checks.sh" "$@"
# Whatever the caller's environment sets is not what is tested here.
for variable in ${!WINGMQ_*}; do unset "$variable"; done

cd "$dir" || exit 1

# refuses EXIT_CODE LINE ARGUMENT...: the program ends by itself, with this code and exactly this line on standard error,
# after its own name and that of the command.
refuses() {
  local code=$1 line=$2 name=wingmq
  shift 2
  [[ " serve call bench sign ${client_commands[*]} " != *" ${1:--} "* ]] || name="wingmq $1"
  timeout 10 "$wingmq" "$@" >refused.out 2>refused.err </dev/null
  is "wingmq $*: exit code" "$code" "$?"
  is "wingmq $*: standard error" "$name: $line" "$(cat refused.err)"
  is "wingmq $*: standard output" "" "$(cat refused.out)"
}

# --- the server -------------------------------------------------------------------------------------------------------

# launch OPTION...: starts a server; sets pid, event (the line of JSON) and port, or ends the test. What it logs is in `log`.
launch() {
  rm -f out
  mkfifo out
  "$wingmq" serve "$@" >out 2>log &
  pid=$!
  pids+=("$pid")
  exec 3<out
  event=
  second=
  read -r -t 20 event <&3
  read -r -t 20 second <&3
  port=$(sed -n 's/.*"port":\([0-9]*\).*/\1/p' <<<"$event")
  [ -n "$port" ] && return
  echo "FAILED: the server did not come up: stdout '$event', stderr: $(cat log)"
  exit 1
}

# ended: waits for the server to end by itself; sets exit_code.
ended() {
  timeout 20 tail --pid="$pid" -f /dev/null || fail "the server ends" "it still ran after 20 s"
  wait "$pid"
  exit_code=$?
  exec 3<&-
}

stop() {
  kill -TERM "$pid"
  ended
  is "exit code after SIGTERM" 0 "$exit_code"
}

# until_logged TEXT: until the log has it.
until_logged() {
  local begin=$SECONDS
  until grep -qF "$1" log; do
    ((SECONDS - begin < 20)) && continue
    fail "the log says: $1" "it says: $(cat log)"
    return
  done
}

# get PATH HEADER...: the reply to a GET request.
get() {
  local path=$1
  shift
  exec 4<>"/dev/tcp/127.0.0.1/$port"
  { printf 'GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\naccessKey: test\r\n' "$path"; printf '%s\r\n' "$@" ''; } >&4
  timeout 20 cat <&4
  exec 4<&-
}

quota() { get /apiproxy/v3/queue/queryQuota 'regionId: r' | sed -n 's/.*"quota":\([0-9]*\).*/\1/p'; }
queue_names() { get /__admin/queues | grep -o '"name":"[^"]*"' | cut -d '"' -f 4 | tr '\n' ' '; }

client_commands=(queues groups peek send recv confirm wait clock fault reset export import healthcheck)

# --- what it prints ---------------------------------------------------------------------------------------------------

test_help_and_version() {
  like "--version" $'wingmq 0\\.1\\.0\nrevision (unknown|[0-9a-f]{12}(-changed)?)\ncompiler (GCC|Clang) [0-9].*\nbuild    [A-Z][A-Za-z]+' \
    "$("$wingmq" --version)"
  like "--help" $'.*\n  serve .*' "$("$wingmq" --help)"
  local help option command
  help=$("$wingmq" serve --help)
  is "exit code of --help" 0 "$?"
  for option in profile listen tls tls-cert tls-key auth auth-skew credential queue threads memory-limit limit handlers \
    count-failures clock exit-with-parent log-level log-format config admin admin-token partitions; do
    like "serve --help explains --$option" ".*  --$option[ ].*" "$help"
  done
  is "help serve" "$help" "$("$wingmq" help serve)"
  is "help" "$("$wingmq" --help)" "$("$wingmq" help)"
  is "help help" "$("$wingmq" --help)" "$("$wingmq" help help)"
  for command in serve call bench sign "${client_commands[@]}"; do
    like "$command --help has examples" $'.*\nExamples:\n(  .*\n)*  wingmq '"$command .*" "$("$wingmq" "$command" --help)"
  done
  "$wingmq" >nothing.out 2>nothing.err
  is "without a command: exit code" 2 "$?"
  is "without a command: standard output" "" "$(cat nothing.out)"
  for command in serve call bench; do
    like "without a command: where to begin with $command" $'.*\n'"  wingmq $command .*" "$(cat nothing.err)"
  done
}

test_ready_lines() {
  launch --listen 127.0.0.1:0
  like "the first line" "\{\"event\":\"ready\",\"urls\":\[\"http://127\.0\.0\.1:$port\"\],\"port\":$port,\"pid\":$pid\}" "$event"
  is "the second line" "Ready." "$second"
  kill -TERM "$pid"
  is "nothing follows" "" "$(timeout 20 cat <&3)"
  ended
  [ -e /proc/sys/net/ipv6/conf/lo/disable_ipv6 ] && [ "$(cat /proc/sys/net/ipv6/conf/lo/disable_ipv6)" = 0 ] || return
  launch --listen '[0:0::1]:0' --listen 127.0.0.1:0
  like "two listeners, in their order" ".*\"urls\":\[\"http://\[::1\]:$port\",\"http://127\.0\.0\.1:[0-9]+\"\].*" "$event"
  stop
  launch --listen localhost:0
  is "localhost is both families, on one port" "\"urls\":[\"http://127.0.0.1:$port\",\"http://[::1]:$port\"]" \
    "$(grep -o '"urls":.*"\]' <<<"$event")"
  stop
}

test_logs() {
  launch --listen 127.0.0.1:0 --log-format json
  stop
  like "a log line in JSON" '.*\{"time":"[^"]*Z","level":"info","message":"SIGTERM: stopping"\}' "$(cat log)"
  launch --listen 127.0.0.1:0 --log-level error
  stop
  is "a quiet log" "" "$(cat log)"
}

test_what_it_says_at_the_start() {
  launch --listen 127.0.0.1:0 --queue orders --credential ak:hunter2 --admin-token hunter3
  stop
  like "one line about it" ".* info wingmq 0\.1\.0 on http://127\.0\.0\.1:$port: profile test, auth warn, clock real; set: queue=orders, admin-token=\(secret\), credential=\(secret\)"$'\n.* info SIGTERM: stopping' "$(cat log)"
}

test_a_line_for_each_request() {
  launch --listen 127.0.0.1:0 --log-level debug --credential ak:hunter2
  get '/livez?a=b' >/dev/null
  get /livez 'accessKey: hunter2' >/dev/null
  stop
  like "a request in the log" ".* debug GET /livez 200, 0 bytes in, 15 bytes out, [0-9.]+ ms, key test"$'\n.*' "$(cat log)"
  lacks "no secret in the log" hunter2 "$(cat log)"
  launch --listen 127.0.0.1:0 --log-level debug --log-format json
  get /livez >/dev/null
  stop
  like "a request in the log, as JSON" '.*"level":"debug","message":"request","method":"GET","path":"/livez","status":200,"received_bytes":0,"sent_bytes":15,"ms":[0-9.]+,"key":"test"\}.*' "$(cat log)"
  launch --listen 127.0.0.1:0
  get /livez >/dev/null
  stop
  lacks "none by default" livez "$(cat log)"
}

# Nobody learns the address then, but the server is there for who knows it.
test_standard_output_that_takes_nothing() {
  local where said
  for where in full closed; do
    if [ "$where" = full ]; then
      "$wingmq" serve --listen 127.0.0.1:0 >/dev/full 2>log &
      said='No space left on device'
    else
      "$wingmq" serve --listen 127.0.0.1:0 >&- 2>log &
      said='Bad file descriptor'
    fi
    pid=$!
    pids+=("$pid")
    until_logged "wingmq serve: standard output: $said"
    port=$(sed -n 's/.* on http:\/\/127.0.0.1:\([0-9]*\):.*/\1/p' log)
    like "it serves, standard output $where" '.*HTTP/1\.1 200 .*' "$(get /livez)"
    kill -TERM "$pid"
    wait "$pid"
    is "exit code, standard output $where" 0 "$?"
  done
}

# What somebody asked for and cannot read is not a success.
test_help_that_cannot_be_written() {
  local words said
  for words in --version --help 'help serve'; do
    # shellcheck disable=SC2086
    said=$("$wingmq" $words 2>&1 >/dev/full)
    is "$words, to a full standard output: exit code" 1 "$?"
    is "$words, to a full standard output" "wingmq: standard output: No space left on device" "$said"
  done
}

# --- what it refuses --------------------------------------------------------------------------------------------------

test_refused_command_lines() {
  refuses 2 '`sreve` is no command; did you mean `serve`?' sreve
  refuses 2 '`server` is no command; did you mean `serve`?' server
  refuses 2 '`srve` is no command; did you mean `serve`?' help srve
  refuses 2 '`serv` is no command; did you mean `serve`?' serv --help
  refuses 2 '`dance` is no command; there are serve, call, bench, sign, queues, groups, peek, send, recv, confirm, wait, clock, fault, reset, export, import, healthcheck' dance
  refuses 2 '`--hlep` is not an option; did you mean `--help`?' --hlep
  refuses 2 '`--listen` must follow a command: wingmq serve --listen …' --listen 127.0.0.1:0 serve
  refuses 2 '`--lisen` is not an option; did you mean `--listen`?' serve --lisen 127.0.0.1:0
  refuses 2 '`--secret` is not an option; `wingmq serve --help` lists them' serve --secret=hunter2
  refuses 2 '--threads: a value is missing; needed is --threads N' serve --threads
  refuses 2 '--threads: `0` is given, needed is a number of 1 to 256' serve --threads 0
  refuses 2 '--listen: `a\x0ab` is given, needed is an address and a port such as 127.0.0.1:9080, [::1]:9080, localhost:9080 or 9080' \
    serve --listen $'a\nb'
  refuses 2 '--listen: `127.0.0.1:65536` is given, needed is ADDR:PORT, and 65536 is no port, 0 to 65535' \
    serve --listen 127.0.0.1:65536
  refuses 2 '--limit: `payload_bytes=8G` is given, needed is payload_bytes=… with at most 1073741824 bytes' \
    serve --limit payload_bytes=8G
  refuses 2 '--exit-with-parent: `maybe` is given, needed is one of true, false' serve --exit-with-parent=maybe
  refuses 2 '--listen: whoever reaches 0.0.0.0 could use the open control plane: add --admin-token TOKEN, or --admin off' \
    serve --listen 0.0.0.0:0
  refuses 2 '--queue: `b` cannot be made: that would be queue 2 of 1 in its project; --limit queue_quota=2 allows it' \
    serve --limit queue_quota=1 --queue a --queue b
}

# Whatever is wrong, and whichever command is to blame: `wingmq COMMAND: OPTION: …`.
test_refusals_have_one_form() {
  local command
  for command in serve bench call sign "${client_commands[@]}"; do
    refuses 2 '`--hepl` is not an option; did you mean `--help`?' "$command" --hepl
  done
  for command in call sign; do
    refuses 2 'the OPERATION is missing, such as queryQueue' "$command"
  done
  refuses 2 '--url: `x` is given, needed is HOST:PORT, http://HOST:PORT or https://HOST:PORT' call queryQuota --url x
  refuses 2 '--url: `x` is given, needed is HOST:PORT, http://HOST:PORT or https://HOST:PORT' bench --url x
  refuses 2 '--url: `x` is given, needed is HOST:PORT, http://HOST:PORT or https://HOST:PORT' sign queryQuota --url x
  refuses 2 '--param: a value is missing; needed is --param NAME=VALUE' call queryQuota --param
  refuses 2 '--param: `x` is given, needed is NAME=VALUE or NAME=@FILE' sign queryQuota --param x
  refuses 2 '--timeout: `0` is given, needed is a span of time of 1s to 24h' call queryQuota --timeout 0
  refuses 2 '--timeout: `24h1ms` is given, needed is a span of time of 1s to 24h' call queryQuota --timeout 24h1ms
  refuses 2 '--language: `fr` is given, needed is one of en, zh' call queryQuota --language fr
  refuses 2 '--batch: `0` is given, needed is a number of 1 to 1000' bench --batch 0
  refuses 1 'http://127.0.0.1:1: cannot connect: Connection refused; `wingmq serve` starts a server' call queryQuota --url 127.0.0.1:1
}

test_refused_credentials() {
  refuses 2 '--credential: a bad value is given, needed is ACCESSKEY:SECRETKEY[:CUSTOMER][:delegate]' \
    serve --credential :hunter2
  refuses 2 '--credential: at least one is needed in profile prod' serve --profile prod
  refuses 2 '--clock: time cannot be moved in profile prod' serve --profile prod --credential a:b --clock manual
  WINGMQ_AUTH=off refuses 2 'WINGMQ_AUTH: only verify is safe in profile prod' serve --profile prod --credential a:b
}

test_refused_sources() {
  refuses 2 'the configuration file `none.toml` cannot be read: No such file or directory' serve --config none.toml
  printf 'threads = 1\nmemory_limits = "1G"\n' >bad.toml
  refuses 2 'bad.toml:2: no setting is called `memory_limits`; did you mean `memory_limit`?' serve --config bad.toml
  printf '\nlog_level = "loud"\n' >bad.toml
  refuses 2 'bad.toml:2: log_level: `loud` is given, needed is one of debug, info, warning, error' serve --config bad.toml
  WINGMQ_CONFIG=bad.toml WINGMQ_LOG_LEVEL=shrill \
    refuses 2 'WINGMQ_LOG_LEVEL: `shrill` is given, needed is one of debug, info, warning, error' serve
  WINGMQ_THREAD=1 refuses 2 'WINGMQ_THREAD: no setting has this variable; did you mean `WINGMQ_THREADS`?' serve
}

test_address_in_use() {
  launch --listen 127.0.0.1:0
  refuses 3 "cannot listen on 127.0.0.1:$port: Address already in use; --listen 127.0.0.1:0 takes any free port" \
    serve --listen 127.0.0.1:0 --listen "127.0.0.1:$port"
  stop
}

# --- where settings come from -----------------------------------------------------------------------------------------

test_precedence() {
  printf 'listen = "127.0.0.1:0"\nlimit = "queue_quota=7"\nqueue = ["one", "two?groups=g"]\n' >good.toml
  launch --config good.toml
  is "the file is read" 7 "$(quota)"
  is "an array of the file" "one two g " "$(queue_names)"
  stop
  export WINGMQ_CONFIG=good.toml WINGMQ_LIMIT='queue_quota=8 groups_per_queue=4' WINGMQ_QUEUE='three four'
  launch
  is "the environment beats the file, which it may name" 8 "$(quota)"
  is "values of the environment are separated by blanks" "three four " "$(queue_names)"
  stop
  launch --limit queue_quota=9
  is "the command line beats the environment" 9 "$(quota)"
  stop
  unset WINGMQ_CONFIG WINGMQ_LIMIT WINGMQ_QUEUE
  export WINGMQ_URL=http://x
  launch --listen 127.0.0.1:0
  stop
  unset WINGMQ_URL
  like "a variable of another program is remarked on" '.* warning WINGMQ_URL is no setting and changes nothing.*' "$(cat log)"
}

# --- how it ends ------------------------------------------------------------------------------------------------------

# A request of which the last byte is still to come, on descriptor 5. The server is known to have read its header.
begin_request() {
  local line
  exec 5<>"/dev/tcp/127.0.0.1/$port"
  printf 'POST /apiproxy/v3/queue/removeQueue HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n' >&5
  read -r -t 20 line <&5
  is "the server waits for the body" "HTTP/1.1 100 Continue" "${line%$'\r'}"
  printf '{' >&5
}

test_running_requests_are_finished() {
  launch --listen 127.0.0.1:0
  begin_request
  kill -INT "$pid"
  until_logged "SIGINT: stopping"
  printf '}' >&5
  like "a request that runs while the server stops is answered" '.*HTTP/1\.1 [0-9]+ .*"statusCode":.*' "$(timeout 20 cat <&5)"
  exec 5<&-
  ended
  is "exit code after SIGINT" 0 "$exit_code"
}

test_a_second_signal_ends_at_once() {
  launch --listen 127.0.0.1:0
  begin_request
  # Until one comes late enough to be a second wish; the request, which never ends, would hold the server much longer.
  while kill -TERM "$pid" 2>/dev/null; do :; done
  ended
  exec 5<&-
  is "exit code after many signals" 1 "$exit_code"
  like "the log tells" '.*wingmq serve: a second signal ended the program before it had stopped' "$(cat log)"
}

test_signals_that_come_together_are_one() {
  launch --listen 127.0.0.1:0
  begin_request
  kill -TERM "$pid"
  kill -INT "$pid"
  ended
  exec 5<&-
  is "exit code after two signals at once" 0 "$exit_code"
}

test_hangup_reads_credentials_again() {
  printf '[[credential]]\naccess_key = "a"\nsecret_key = "b"\n' >keys.toml
  launch --listen 127.0.0.1:0 --config keys.toml
  printf '[[credential]]\naccess_key = "c"\nsecret_key = "d"\n' >>keys.toml
  kill -HUP "$pid"
  until_logged "SIGHUP: 2 credentials in force"
  printf '[[credential]]\naccess_key = "only"\n' >keys.toml
  kill -HUP "$pid"
  until_logged "SIGHUP: nothing changed: keys.toml:1: credential: secret_key is missing"
  like "the server lives on" '.*HTTP/1\.1 200 .*' "$(get /livez)"
  stop
}

test_hangup_reads_the_credential_file_again() {
  printf '# keys\na:b\n' >keys
  export WINGMQ_CREDENTIAL_FILE=keys
  launch --listen 127.0.0.1:0
  unset WINGMQ_CREDENTIAL_FILE
  printf 'a:b\nc:d\n' >keys
  kill -HUP "$pid"
  until_logged "SIGHUP: 2 credentials in force"
  printf 'a:b\nhunter2\n' >keys
  kill -HUP "$pid"
  until_logged "SIGHUP: nothing changed: WINGMQ_CREDENTIAL_FILE: keys:2: needed is ACCESSKEY:SECRETKEY"
  lacks "no secret in the log" hunter2 "$(cat log)"
  stop
}

test_exit_with_parent() {
  rm -f out
  mkfifo out stdin
  "$wingmq" serve --listen 127.0.0.1:0 --exit-with-parent <stdin >out 2>log &
  pid=$!
  pids+=("$pid")
  exec 5>stdin 3<out
  read -r -t 20 event <&3
  echo "what is written does not matter" >&5
  port=$(sed -n 's/.*"port":\([0-9]*\).*/\1/p' <<<"$event")
  like "a server with a parent serves" '.*HTTP/1\.1 200 .*' "$(get /readyz)"
  exec 5>&-
  ended
  is "exit code after the parent is gone" 0 "$exit_code"
  like "the log tells why" '.*standard input closed: stopping' "$(cat log)"
}

test_missing_standard_streams() {
  timeout 20 "$wingmq" serve --listen 127.0.0.1:0 --exit-with-parent <&- >&- 2>&-
  is "no standard stream at all counts as a parent that is gone" 0 "$?"
}

test_help_and_version
test_ready_lines
test_logs
test_what_it_says_at_the_start
test_a_line_for_each_request
test_standard_output_that_takes_nothing
test_help_that_cannot_be_written
test_refused_command_lines
test_refusals_have_one_form
test_refused_credentials
test_refused_sources
test_address_in_use
test_precedence
test_running_requests_are_finished
test_a_second_signal_ends_at_once
test_signals_that_come_together_are_one
test_hangup_reads_credentials_again
test_hangup_reads_the_credential_file_again
test_exit_with_parent
test_missing_standard_streams

finish
