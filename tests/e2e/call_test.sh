#!/usr/bin/env bash
# End to end: `wingmq call` against a server that verifies, plain and over TLS.
#   call_test.sh PATH_TO_WINGMQ
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/checks.sh" "$@"

# start OPTION...: sets server and port
start() {
  local out=$dir/out.$RANDOM ready
  mkfifo "$out"
  "$wingmq" serve --listen 127.0.0.1:0 "$@" >"$out" 2>"$dir/err" &
  server=$!
  pids+=("$server")
  exec 3<"$out"
  read -r -t 20 ready <&3
  port=$(sed -n 's/.*"port":\([0-9]*\).*/\1/p' <<<"$ready")
  [ -n "$port" ] || { echo "FAILED: the server did not come up: $(cat "$dir/err")"; exit 1; }
}
start --tls auto --auth verify --credential 'ak:sk:alice' --queue 'orders?groups=billing&project=alice'
until ca=$(grep -o '/.*/ca.pem$' "$dir/err"); do :; done
plain=http://127.0.0.1:$port
call() { "$wingmq" call --access-key ak --secret-key "${secret:-sk}" --url "${url:-$plain}" "$@" 2>"$dir/said"; }
id() { grep -o '"id":"[^"]*' | head -n 1 | cut -d '"' -f 4; }
place() { printf '{"regionId":"cn-snxy1","queueId":"%s","consumerGroupId":"%s"}' "$queue" "$group"; }

test_a_message_on_its_way() {
  local delivery handler region=(--param regionId=cn-snxy1)
  queue=$(call queryQueue "${region[@]}" | id)
  group=$(call querySpecifyQueueAllConsumerGroup "${region[@]}" --param "queueId=$queue" | id)
  printf '[{"body":"it'"'"'s 订单"}]' >"$dir/messages"
  has "a send from a file" '"state":0' "$(call sendSpecifyQueueMessage "${region[@]}" --param "queueId=$queue" --param "messages=@$dir/messages")"
  has "and from standard input" '"state":0' "$(call sendSpecifyQueueMessage "${region[@]}" --param "queueId=$queue" --param messages=@- <"$dir/messages")"
  delivery=$(call consumptionMessage --param "consumerQueueInfo=$(place)")
  has "a consume" "it's 订单" "$delivery"
  handler=$(grep -o 'handler\\":\\"[^\\]*' <<<"$delivery" | head -n 1 | cut -d '"' -f 3)
  has "a confirmation" '\"success\":1' "$(call confirmConsumedSpecifiedMessage "${region[@]}" --param "queueId=$queue" \
    --param "consumerGroupId=$group" --param "message=[{\"handler\":\"$handler\",\"status\":\"success\"}]")"
  is "its exit code" 0 "$?"
}

test_values_from_files() {
  printf '{\n  "regionId": "cn-snxy1",\r\n\t"queueId": "%s",\n  "consumerGroupId": "%s", "timeWait": 1\n}\n' "$queue" "$group" >"$dir/place"
  has "JSON over several lines, in a header" '"succeed":true' "$(call consumptionMessage --param "consumerQueueInfo=@$dir/place")"
  printf '\n[\n  {"body": "three\\nlines"}\n]\n' >"$dir/messages"
  has "and in a body" '"state":0' "$(call sendSpecifyQueueMessage --param regionId=cn-snxy1 --param "queueId=$queue" \
    --param "messages=@$dir/messages")"
  echo cn-snxy1 >"$dir/region"
  has "text with a line end" '"statusCode":800' "$(call queryQuota --param "regionId=@$dir/region")"
  has "blanks around it" '"statusCode":800' "$(call queryQuota --param 'regionId= cn-snxy1 ')"
}

test_a_name_for_an_id() {
  call querySpecifyQueue --param regionId=cn-snxy1 --param queueId=orders >/dev/null
  is "a name is no id" 4 "$?"
  has "but it is told which" "hint: a queue of that name has the id $queue" "$(cat "$dir/said")"
}

test_output() {
  local expected
  expected=$(printf '{\n  "statusCode": 800,\n  "quotas": {\n    "resources": [\n      {\n        "type": "queue",')
  has "indented, when asked for" "$expected" "$(call queryQuota --param regionId=cn-snxy1 --pretty)"
  is "else one line" 1 "$(call queryQuota --param regionId=cn-snxy1 | wc -l)"
  call queryQuota --param regionId=cn-snxy1 >/dev/full
  is "nowhere to write to" 1 "$?"
  has "it is said" 'standard output' "$(cat "$dir/said")"
  has "a refusal in English" 'parameter createQueueInfo is missing' "$(call createQueue --language en)"
}

test_keys() {
  local asked=(--url "$plain" queryQuota --param regionId=cn-snxy1)
  has "keys from the environment" '"statusCode":800' "$(WINGMQ_ACCESS_KEY=ak WINGMQ_SECRET_KEY=sk "$wingmq" call "${asked[@]}")"
  has "the command line beats it" 'sig.key' "$(WINGMQ_ACCESS_KEY=ak WINGMQ_SECRET_KEY=sk "$wingmq" call "${asked[@]}" --access-key other 2>&1)"
  has "without a secret it goes unsigned" 'contentMD5' "$("$wingmq" call "${asked[@]}" --access-key ak 2>&1)"
  "$wingmq" sign queryQuota --access-key ak >"$dir/signed" 2>"$dir/said"
  is "nothing is signed without a secret" 2 "$?"
  is "nor printed" '' "$(cat "$dir/signed")"
}

test_tls() {
  local url=https://127.0.0.1:$port
  has "over TLS" '"statusCode":800' "$(call queryQuota --param regionId=cn-snxy1 --cacert "$ca")"
  has "without checking" '"statusCode":800' "$(call queryQuota --param regionId=cn-snxy1 --insecure)"
  call queryQuota --param regionId=cn-snxy1 >/dev/null
  is "an unknown certificate ends it" 1 "$?"
  has "and is named" 'certificate' "$(cat "$dir/said")"
}

test_refusals() {
  call queryQuota >"$dir/reply"
  is "a bad call's exit code" 4 "$?"
  has "its reply is printed" '"statusCode":400' "$(cat "$dir/reply")"
  has "and why is said" 'DMS.10540010' "$(cat "$dir/said")"
  call createQueue --param 'createQueueInfo={"regionId":"cn-snxy1","name":"a\"b","description":""}' >/dev/null
  has "all of it, also behind a quote" '“a"b”' "$(cat "$dir/said")"
  secret=wrong call queryQuota --param regionId=cn-snxy1 >/dev/null
  is "a wrong signature's exit code" 4 "$?"
  has "its reason" 'sig.hmac' "$(cat "$dir/said")"
  has "and where there is more" "$plain/__admin/requests/" "$(cat "$dir/said")"
  has "the header, when asked for" 'HTTP/1.1 200 OK' "$(call queryQuota --param regionId=cn-snxy1 --include)"
}

# A user with a terminal, and one who collects both streams in a file, read it once.
test_a_refusal_is_printed_once() {
  local text='parameter createQueueInfo is missing'
  call createQueue --language en >"$dir/reply"
  has "the body is for programs" "$text" "$(cat "$dir/reply")"
  has "standard error is for people" "$text" "$(cat "$dir/said")"
  "$wingmq" call createQueue --access-key ak --secret-key sk --url "$plain" --language en >"$dir/both" 2>&1
  has "in one file: the body" '"message":"' "$(cat "$dir/both")"
  is "and beside it only what it is called" "wingmq call: refused: HTTP 400 DMS.10540010" "$(grep refused "$dir/both")"
  command -v script >/dev/null || return
  WINGMQ_ACCESS_KEY=ak WINGMQ_SECRET_KEY=sk script -qec "$wingmq call createQueue --url $plain --language en" /dev/null >"$dir/shown" </dev/null
  is "on a terminal" "wingmq call: refused: HTTP 400 DMS.10540010: T" "$(tr -d '\r' <"$dir/shown" | sed 's/: The .*/: T/')"
}

test_the_language_of_the_environment() {
  local english='is missing' chinese='缺少'
  refusal() { env -u LC_ALL -u LC_MESSAGES -u LANG "$@" "$wingmq" call createQueue --access-key ak --secret-key sk --url "$plain" 2>&1 >/dev/null; }
  has "LANG" "$english" "$(refusal LANG=en_GB.UTF-8)"
  has "LC_MESSAGES beats it" "$chinese" "$(refusal LANG=en_GB.UTF-8 LC_MESSAGES=zh_CN.UTF-8)"
  has "LC_ALL beats that" "$english" "$(refusal LC_MESSAGES=zh_CN.UTF-8 LC_ALL=de_DE)"
  has "an empty one says nothing" "$chinese" "$(refusal LC_ALL= LANG=zh_TW)"
  has "nor does C" "$chinese" "$(refusal LC_ALL=C.UTF-8)"
  has "nor does nothing" "$chinese" "$(refusal)"
  has "--language beats all" "$english" "$(call createQueue --language en)"
}

test_a_refusal_before_the_end() {
  local url
  { printf '[{"body":"'; head -c 8000000 /dev/zero | tr '\0' a; printf '"}]'; } >"$dir/large"
  for url in "$plain" "https://127.0.0.1:$port"; do
    call sendSpecifyQueueMessage --cacert "$ca" --param regionId=cn-snxy1 --param "queueId=$queue" --param "messages=@$dir/large" >/dev/null
    is "a body that is too large, $url" 4 "$?"
    has "why, $url" 'HTTP 413 WMQ.BODY_TOO_LARGE' "$(cat "$dir/said")"
  done
}

test_mistakes() {
  call queryQuotas --param regionId=r >/dev/null
  is "an unknown operation" 2 "$?"
  has "the one that was meant" 'did you mean `queryQuota`' "$(cat "$dir/said")"
  call queryQuota --param regionId >/dev/null
  is "a parameter without a value" 2 "$?"
  call queryQuota --param "regionId=@$dir/nothing" >/dev/null
  is "a file that is not there" 2 "$?"
  has "it is named" "$dir/nothing" "$(cat "$dir/said")"
  call foo >/dev/null
  has "what there is instead" 'there are: sendSpecifyQueueMessage, ' "$(cat "$dir/said")"
  call queryQuota --param "regionId=@$dir" >/dev/null
  is "a folder instead of a file" 2 "$?"
  has "it is named too" "\`$dir\` cannot be read" "$(cat "$dir/said")"
  call queryQuota --param $'regionId=a\r\nX-Other: b' >/dev/null
  is "a second header in a value" 2 "$?"
  has "whose" 'regionId is sent as a header' "$(cat "$dir/said")"
  call createConsumeGroup --param regionId=@- --param groups=@- </dev/null >/dev/null
  is "standard input twice" 2 "$?"
  url=http://127.0.0.1:1 call queryQuota --param regionId=r >/dev/null
  is "no server" 1 "$?"
  has "what to do then" 'wingmq serve' "$(cat "$dir/said")"
}

test_a_server_that_is_silent() {
  kill -STOP "$server"
  call queryQuota --param regionId=r --timeout 1 >/dev/null
  is "no reply" 1 "$?"
  has "how long it waited" 'no reply came within 1s' "$(cat "$dir/said")"
  url=https://127.0.0.1:$port call queryQuota --param regionId=r --timeout 1 >/dev/null
  is "no handshake" 1 "$?"
  has "it is said" 'the server does not answer' "$(cat "$dir/said")"
  kill -CONT "$server"
}

test_a_server_that_only_warns() {
  local server port
  start
  url=http://127.0.0.1:$port secret=wrong call queryQuota --param regionId=r >/dev/null
  is "a wrong signature where that is no refusal" 0 "$?"
  has "is told" 'refused: sig.key' "$(cat "$dir/said")"
  "$wingmq" call --url "http://127.0.0.1:$port" queryQuota --param regionId=r >/dev/null 2>"$dir/said"
  is "the test key is as good as any" '' "$(cat "$dir/said")"
}

test_a_message_on_its_way
test_values_from_files
test_a_name_for_an_id
test_output
test_keys
test_tls
test_refusals
test_a_refusal_is_printed_once
test_the_language_of_the_environment
test_a_refusal_before_the_end
test_mistakes
test_a_server_that_is_silent
test_a_server_that_only_warns
finish
