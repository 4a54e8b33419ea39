#!/usr/bin/env bash
# End to end: the commands that ask a server, as a person at a terminal and as a script use them.
#   client_test.sh PATH_TO_WINGMQ
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/checks.sh" "$@"

# start OPTION...: sets server and WINGMQ_URL
start() {
  local out=$dir/out.$RANDOM ready
  mkfifo "$out"
  "$wingmq" serve --listen 127.0.0.1:0 --clock manual "$@" >"$out" 2>"$dir/err" &
  server=$!
  pids+=("$server")
  exec 3<"$out"
  read -r -t 20 ready <&3
  export WINGMQ_URL=127.0.0.1:$(sed -n 's/.*"port":\([0-9]*\).*/\1/p' <<<"$ready")
  [ "$WINGMQ_URL" != 127.0.0.1: ] || { echo "FAILED: the server did not come up: $(cat "$dir/err")"; exit 1; }
}
# wmq WORD...: in the language of $locale if there is one; its output, with the ids and handlers of this run replaced by their names; sets code
wmq() {
  env LC_ALL="${locale:-C}" "$wingmq" "$@" >"$dir/printed" 2>"$dir/said"
  code=$?
  shown=$(sed -E 's/(g-)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/ID/g; s/A[Qg][A-Za-z0-9_-]{22}/HANDLER/g' "$dir/printed")
}
handlers() { grep -oE '^A[Qg][A-Za-z0-9_-]{22}' "$dir/printed"; }
start --queue 'orders?groups=g1,g2&dlq=2'

test_a_look_around() {
  wmq queues
  is "queues" "$(printf '%s\n' 'name    mode    messages  size  groups  dead after  customer  region    id' \
    'orders  NORMAL         0   0 B  g1,g2            2  test      cn-snxy1  ID')" "$shown"
  wmq queues --json
  has "for programs, as it came" '{"queues":[{"id":"ID","name":"orders"' "$shown"
  wmq groups orders
  has "groups" 'g1           0         0          0          0' "$shown"
  wmq peek orders
  is "peek, where nothing is" 'no messages' "$shown"
  wmq clock
  like "clock" '[0-9-]+ [0-9:.]+ UTC, manual' "$(head -n 1 <<<"$shown")"
  wmq healthcheck --wait 10s
  is "healthcheck" 'ready' "$shown"
}

test_messages_on_their_way() {
  wmq send orders hello
  is "send" 'sent to orders' "$shown"
  wmq send orders '{"n":1}'
  wmq send orders 订单
  printf 'two\nlines\n' | "$wingmq" send orders >/dev/null
  printf '{"n":1.50}\n' >"$dir/body"
  wmq send orders "@$dir/body" --json-body --tag red,blue --attribute trace=a1
  is "send from a file" 'sent to orders' "$shown"
  wmq send orders -- -5
  wmq peek orders
  is "bodies arrive as they were sent" "$(printf '%s\n' hello '{"n":1}' 订单 'two\x0alines' '{"n":1.50}' -5)" \
    "$(tail -n +2 <<<"$shown" | sed -E 's/^ *[0-9]+ +[0-9]+ +[0-9-]+ [0-9:.]+ +//; s/.*}  \{/{/')"
  wmq peek orders --json
  has "text is text, JSON is JSON" '"body":"{\"n\":1}"' "$shown"
  has "with the spelling of its numbers" '"body":{"n":1.50}' "$shown"
  wmq recv orders g1
  is "recv takes one" "$(printf '%s\n' 'handler                   failed  body' 'HANDLER       0  hello')" "$shown"
  wmq confirm orders g1 "$(handlers)"
  is "confirm" '1 confirmed, 0 failed' "$shown"
  wmq recv orders g1 -n 10 --confirm
  has "recv and confirm" $'red,blue  {"trace":"a1"}  {"n":1.50}' "$shown"
  has "it says so" '5 confirmed, 0 failed' "$shown"
  wmq recv orders g1 --wait 1s
  is "nothing is left: exit code" 5 "$code"
  is "and it is said" 'wingmq recv: nothing came within 1s' "$(cat "$dir/said")"
}

test_a_message_dies() {
  wmq reset --keep-queues
  is "reset" 'all messages are gone; 1 queue stayed' "$shown"
  wmq send orders poison
  wmq recv orders g1
  wmq clock advance 30s
  has "a lease ends" '+30s  lease_expired  orders  g1         1' "$shown"
  wmq recv orders g1
  has "the failure is counted" 'HANDLER       1  poison' "$shown"
  wmq confirm orders g1 --fail "$(handlers)"
  is "a failure is what was asked for" 0 "$code"
  wmq peek orders -g g1 --state dead
  has "it is dead" 'dead' "$shown"
  wmq recv orders g1 --dead --confirm
  has "and comes as a dead letter" 'poison' "$shown"
  has "which can be confirmed" '1 confirmed, 0 failed' "$shown"
  wmq confirm orders g1 AQAAAAAAAAAAAPOSeqXKTbV7
  is "a handler of nobody" 4 "$code"
  wmq reset
  is "reset of everything" 'everything is gone; 1 queue made anew' "$shown"
}

test_refusals() {
  wmq peek ordrs
  is "no such queue" 4 "$code"
  has "what there is" 'hint: Queues here: orders' "$(cat "$dir/said")"
  wmq recv orders g3
  has "no such group" 'hint: did you mean `g1`?' "$(cat "$dir/said")"
  locale=en_GB.UTF-8 wmq confirm orders g1 x
  has "in English" 'A handler cannot be read' "$(cat "$dir/said")"
  locale=zh_CN.UTF-8 wmq confirm orders g1 x
  lacks "in Chinese" 'A handler' "$(cat "$dir/said")"
  locale=zh_CN.UTF-8 wmq confirm orders g1 x --language en
  has "--language beats it" 'A handler' "$(cat "$dir/said")"
  wmq send orders '{x' --json-body
  is "no JSON" 2 "$code"
  wmq clock advance soon
  is "no span of time" 2 "$code"
  WINGMQ_URL=127.0.0.1:1 wmq healthcheck
  is "nobody listens" 1 "$code"
  has "what to do then" '`wingmq serve` starts a server' "$(cat "$dir/said")"
  "$wingmq" queues >/dev/full 2>"$dir/said"
  is "nowhere to write to" 1 "$?"
}

test_colours_are_for_terminals() {
  command -v script >/dev/null || return
  on_terminal() { script -qec "$wingmq groups orders" /dev/null </dev/null; }
  has "on a terminal" $'\e[' "$(TERM=xterm on_terminal)"
  lacks "not with NO_COLOR" $'\e[' "$(TERM=xterm NO_COLOR=1 on_terminal)"
  lacks "nor where the terminal has none" $'\e[' "$(TERM=dumb on_terminal)"
}

test_two_customers_with_one_name() {
  start --queue 'orders?groups=g1&project=alice' --queue 'orders?groups=g1&project=bob' --queue 'bills?groups=g1&project=bob'
  wmq groups orders
  is "a name of two queues" 4 "$code"
  has "how to tell them apart" '--project alice --region cn-snxy1' "$(cat "$dir/said")"
  wmq groups orders --project bob
  is "told apart" 0 "$code"
  wmq send orders hello --access-key alice
  is "a key names its owner's queue" 0 "$code"
  wmq recv bills g1
  has "another one's queue" 'hint: the queue is of the customer `bob`' "$(cat "$dir/said")"
}

test_without_a_control_plane() {
  start --admin off --auth verify --credential ak:sk --queue 'orders?groups=g1&project=ak'
  export WINGMQ_ACCESS_KEY=ak WINGMQ_SECRET_KEY=sk
  wmq queues
  has "queues" 'orders  NORMAL         0' "$shown"
  wmq send orders hello
  is "send" 'sent to orders' "$shown"
  wmq recv orders g1 --confirm
  has "recv" 'hello' "$shown"
  wmq groups orders
  has "groups" 'g1           1         1          0' "$shown"
  wmq send ordrs x
  has "another name" 'hint: did you mean `orders`?' "$(cat "$dir/said")"
  wmq clock
  is "what only the control plane can" 4 "$code"
  has "says why" 'the control plane is switched off' "$(cat "$dir/said")"
  WINGMQ_SECRET_KEY=wrong wmq queues
  has "a wrong signature" 'sig.hmac' "$(cat "$dir/said")"
  unset WINGMQ_ACCESS_KEY WINGMQ_SECRET_KEY
}

test_a_token() {
  start --admin-token T
  wmq clock
  is "without it" 4 "$code"
  WINGMQ_ADMIN_TOKEN=T wmq clock
  is "with it" 0 "$code"
}

test_a_look_around
test_messages_on_their_way
test_a_message_dies
test_refusals
test_colours_are_for_terminals
test_two_customers_with_one_name
test_without_a_control_plane
test_a_token
finish
