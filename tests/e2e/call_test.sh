#!/usr/bin/env bash
# End to end: `wingmq call` against a server that verifies, plain and over TLS.
#   call_test.sh PATH_TO_WINGMQ
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/checks.sh" "$@"

mkfifo "$dir/out"
"$wingmq" serve --listen 127.0.0.1:0 --tls auto --auth verify --credential 'ak:sk:alice' \
  --queue 'orders?groups=billing&project=alice' >"$dir/out" 2>"$dir/err" &
server=$!
pids+=("$server")
exec 3<"$dir/out"
read -r -t 20 ready <&3
port=$(sed -n 's/.*"port":\([0-9]*\).*/\1/p' <<<"$ready")
[ -n "$port" ] || { echo "FAILED: the server did not come up: $(cat "$dir/err")"; exit 1; }
until ca=$(grep -o '/.*/ca.pem' "$dir/err"); do :; done
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
  secret=wrong call queryQuota --param regionId=cn-snxy1 >/dev/null
  is "a wrong signature's exit code" 4 "$?"
  has "its reason" 'sig.hmac' "$(cat "$dir/said")"
  has "and where there is more" '/__admin/requests/' "$(cat "$dir/said")"
  has "the header, when asked for" 'HTTP/1.1 200 OK' "$(call queryQuota --param regionId=cn-snxy1 --include)"
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
  url=http://127.0.0.1:1 call queryQuota --param regionId=r >/dev/null
  is "no server" 1 "$?"
  has "what to do then" 'wingmq serve' "$(cat "$dir/said")"
}

test_a_message_on_its_way
test_tls
test_refusals
test_mistakes
finish
