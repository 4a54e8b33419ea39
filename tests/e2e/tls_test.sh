#!/usr/bin/env bash
# End to end: TLS with curl and openssl as clients.
#   tls_test.sh PATH_TO_WINGMQ
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/checks.sh" "$@"
needs curl openssl
server=

# certificate NAME: a certificate for localhost with its own key, $dir/NAME.pem and $dir/NAME.key
certificate() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$1" \
    -addext 'subjectAltName=DNS:localhost,IP:127.0.0.1' -keyout "$dir/$1.key" -out "$dir/$1.pem" 2>/dev/null
}

# start OPTION...: sets port and ready
start() {
  local out=$dir/out.$RANDOM
  mkfifo "$out"
  "$wingmq" serve --listen 127.0.0.1:0 --queue 'orders?groups=g1' "$@" >"$out" 2>"$dir/err" &
  server=$!
  pids+=("$server")
  exec 3<"$out"
  read -r -t 20 ready <&3
  port=$(sed -n 's/.*"port":\([0-9]*\).*/\1/p' <<<"$ready")
  [ -n "$port" ] || { echo "FAILED: the server did not come up: $(cat "$dir/err")"; exit 1; }
}
stop() {
  kill -TERM "$server"
  wait "$server"
  has "exit code" 0 "$?"
  server=
  exec 3<&-
}

# until_logged TEXT
until_logged() {
  local tries
  for ((tries = 0; tries < 20000; ++tries)); do grep -q "$1" "$dir/err" && return; done
  has "the log" "$1" "$(cat "$dir/err")"
}

test_both_on_one_port() {
  certificate one
  start --tls-cert "$dir/one.pem" --tls-key "$dir/one.key"
  has "the ready line names both" "\"http://127.0.0.1:$port\",\"https://127.0.0.1:$port\"" "$ready"
  has "plain" '{"status":"ok"}' "$(curl -sS "http://127.0.0.1:$port/livez")"
  has "TLS" '{"status":"ok"} 1.1' "$(curl -sS --cacert "$dir/one.pem" -w ' %{http_version}' "https://localhost:$port/livez")"
  has "TLS 1.2 is enough" '"ok"' "$(curl -sS --tls-max 1.2 --cacert "$dir/one.pem" "https://localhost:$port/livez")"
  has "TLS 1.1 is not" 'alert' "$(curl -sS --tls-max 1.1 --ciphers 'ALL:@SECLEVEL=0' --cacert "$dir/one.pem" "https://localhost:$port/livez" 2>&1)"
  # Which suites TLS 1.2 may use: each alone, as openssl names them.
  local suite
  for suite in ECDHE-ECDSA-AES128-GCM-SHA256 ECDHE-ECDSA-AES256-GCM-SHA384 ECDHE-ECDSA-CHACHA20-POLY1305; do
    has "$suite" "Cipher is $suite" "$(openssl s_client -connect "127.0.0.1:$port" -tls1_2 -cipher "$suite" </dev/null 2>&1)"
  done
  for suite in ECDHE-ECDSA-AES128-SHA256 ECDHE-ECDSA-AES256-SHA384 ECDHE-ECDSA-AES128-SHA ECDHE-ECDSA-AES256-CCM; do
    has "no $suite" "handshake failure" "$(openssl s_client -connect "127.0.0.1:$port" -tls1_2 -cipher "$suite:@SECLEVEL=0" </dev/null 2>&1)"
  done
  has "ALPN" 'ALPN protocol: http/1.1' "$(openssl s_client -connect "127.0.0.1:$port" -alpn h2,http/1.1 </dev/null 2>&1)"
  has "HTTP/2 alone is refused" 'alert' "$(openssl s_client -connect "127.0.0.1:$port" -alpn h2 </dev/null 2>&1)"
}

test_messages_over_tls() {
  local call=(curl -sS --cacert "$dir/one.pem" -H 'accessKey: test' -H 'regionId: cn-snxy1') api queue group
  api=https://localhost:$port/apiproxy/v3/queue
  id() { grep -o '"id":"[^"]*' | head -n 1 | cut -d '"' -f 4; }
  queue=$("${call[@]}" "$api/queryQueue" | id)
  group=$("${call[@]}" -H "queueId: $queue" "$api/querySpecifyQueueAllConsumerGroup" | id)
  {
    printf '{"regionId":"cn-snxy1","queueId":"%s","messages":[{"body":"' "$queue"
    head -c 500000 /dev/zero | tr '\0' x
    printf '"}]}'
  } >"$dir/body"
  has "a large send" '"state":0' "$("${call[@]}" -H 'Content-Type: application/json' --data-binary "@$dir/body" "$api/sendSpecifyQueueMessage")"
  # The longest run: a handler is random text, and may hold an x of its own.
  is "a large consume" 500000 "$("${call[@]}" -H "consumerQueueInfo: {\"regionId\":\"cn-snxy1\",\"queueId\":\"$queue\",\"consumerGroupId\":\"$group\"}" \
    "$api/consumptionMessage" | tr -cs x '\n' | wc -L)"
}

test_reload() {
  certificate two
  cp "$dir/two.pem" "$dir/one.pem.new" && cp "$dir/two.key" "$dir/one.key"
  mv "$dir/one.pem.new" "$dir/one.pem"
  kill -HUP "$server"
  until_logged 'certificate read again'
  has "the new certificate is served" 'CN = two' "$(openssl s_client -connect "127.0.0.1:$port" </dev/null 2>&1)"
  echo broken >"$dir/one.pem"
  kill -HUP "$server"
  until_logged 'the old certificate stays'
  has "a broken file changes nothing" 'CN = two' "$(openssl s_client -connect "127.0.0.1:$port" </dev/null 2>&1)"
  stop
}

test_only() {
  start --tls auto --tls only
  has "the ready line names one" "\"urls\":[\"https://127.0.0.1:$port\"]" "$ready"
  has "plain HTTP is told so" 'https' "$(curl -sS -H 'Accept-Language: en' "http://127.0.0.1:$port/livez")"
  until_logged 'ca.pem'
  has "the made certificate is good" '"ok"' "$(curl -sS --cacert "$(grep -o '/.*/ca.pem$' "$dir/err")" "https://127.0.0.1:$port/livez")"
  stop
}

# What the server prints is to be copied: it works as it stands.
test_printed_commands() {
  local command
  start --tls auto
  until_logged 'Node:'
  command=$(sed -n 's/.* info try: //p' "$dir/err")
  has "the curl line" '"ok"' "$(bash -c "$command" 2>&1)"
  command=$(sed -n 's/.* info Node: //p' "$dir/err")
  printf 'fetch("https://localhost:%s/livez").then(async (r) => console.log(await r.text()), (e) => console.log(e.cause));' "$port" >"$dir/your-client.js"
  if command -v node >/dev/null; then has "the Node line" '"ok"' "$(cd "$dir" && bash -c "$command" 2>&1)"; fi
  stop
}

test_bad_settings() {
  local said
  said=$("$wingmq" serve --tls-cert x 2>&1)
  has "a certificate without its key" "2 wingmq serve: --tls-cert: --tls-key is needed as well" "$? $said"
  said=$("$wingmq" serve --tls only 2>&1)
  has "only without a certificate" "2 wingmq serve: --tls: only needs a certificate" "$? $said"
  said=$("$wingmq" serve --tls-cert "$dir/none" --tls-key "$dir/none" 2>&1)
  has "a missing file" "2 wingmq serve: certificate \`$dir/none\`" "$? $said"
  said=$("$wingmq" serve --tls maybe 2>&1)
  has "another word" '2 wingmq serve: --tls: `maybe` is given, needed is only' "$? $said"
}

test_both_on_one_port
test_messages_over_tls
test_reload
test_only
test_printed_commands
test_bad_settings

finish
