#!/usr/bin/env bash
# End to end, over TLS: calls signed by others than ourselves. openssl and curl, Node's standard library where it is installed, and
# `wingmq sign`, against a server that verifies.
#   signing_test.sh PATH_TO_WINGMQ
# Needs bash, curl, openssl and coreutils.
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/checks.sh" "$@"
needs curl openssl

mkfifo "$dir/out"
"$wingmq" serve --listen 127.0.0.1:0 --tls auto --tls only --auth verify \
  --credential 'test-key:test-secret:alice' >"$dir/out" 2>"$dir/err" &
server=$!
pids+=("$server")
exec 3<"$dir/out"
read -r -t 20 ready <&3
read -r -t 20 second <&3
port=$(sed -n 's/.*"port":\([0-9]*\).*/\1/p' <<<"$ready")
[ "$second" = Ready. ] || { echo "FAILED: the server did not come up: $(cat "$dir/err")"; exit 1; }
base=https://127.0.0.1:$port
until ca=$(grep -o '/.*/ca.pem$' "$dir/err"); do :; done
curl() { command curl --cacert "$ca" "$@"; }
secret=test-secret

# signed OPERATION VALUES CURL_OPTION...: a call signed with openssl alone
signed() {
  local path=/apiproxy/v3/queue/$1 md5 now hmac
  md5=$(printf '%s' "$2" | openssl dgst -md5 -binary | base64)
  now=$(date -u '+%a, %d %b %Y %H:%M:%S GMT')
  hmac=$(printf '%s\n%s\n%s' "$md5" "$now" "$path" | openssl dgst -sha1 -hmac "$secret" -binary | base64)
  curl -sS -i --max-time 10 -H 'accessKey: test-key' -H "contentMD5: $md5" -H "requestDate: $now" -H "Hmac: $hmac" \
    -H 'platform: 3' -H 'Accept-Language: en' "${@:3}" "$base$path"
}

test_openssl_and_curl() {
  local info='{"regionId":"cn-snxy1","name":"signed","description":"订单"}'
  has "a GET" '"statusCode":800' "$(signed queryQuota cn-snxy1 -H 'regionId: cn-snxy1')"
  has "a POST in JSON" '\"name\":\"signed\"' "$(signed createQueue "$info" --json "{\"createQueueInfo\":$info}")"
  has "a POST as a form" 'DMS.10240017' "$(signed createQueue "$info" --data-urlencode "createQueueInfo=$info")"
  has "two values" '"total":1' "$(signed queryQueue $'cn-snxy1\nfalse' -H 'regionId: cn-snxy1' -H 'includeDeadletter: false')"
}

test_wrong_signatures() {
  local answer
  answer=$(signed queryQuota cn-snxy2 -H 'regionId: cn-snxy1')
  has "another value is refused" 'WMQ.SIGNATURE' "$answer"
  has "and why is said" 'X-WingMQ-Reason: sig.md5' "$answer"
  secret=wrong
  has "another secret is refused" 'X-WingMQ-Reason: sig.hmac' "$(signed queryQuota cn-snxy1 -H 'regionId: cn-snxy1')"
  secret=test-secret
  has "an unsigned call is a bad one" 'HTTP/1.1 400' "$(curl -sS -i -H 'accessKey: test-key' -H 'regionId: cn-snxy1' "$base/apiproxy/v3/queue/queryQuota")"
  has "watching needs no signature" 'HTTP/1.1 200' "$(curl -sS -i "$base/readyz")"
}

test_own_signer() {
  local sign=("$wingmq" sign --access-key test-key --secret-key test-secret --url "$base" --curl)
  has "wingmq sign, GET" '"statusCode":800' "$("${sign[@]}" queryQuota --param regionId=cn-snxy1 | CURL_CA_BUNDLE=$ca sh)"
  has "wingmq sign, POST" '\"name\":\"own\"' "$("${sign[@]}" createQueue --param \
    'createQueueInfo={"regionId":"cn-snxy1","name":"own","description":"it'"'"'s"}' | CURL_CA_BUNDLE=$ca sh)"
  has "wingmq sign knows its operations" 'did you mean `queryQueue`' "$("$wingmq" sign queryQueu 2>&1)"
}

test_node() {
  command -v node >/dev/null || { echo "node is not installed: its part is left out"; return; }
  cat >"$dir/client.js" <<'JS'
const crypto = require('crypto'), fs = require('fs'), https = require('https');
const [port, caFile, ...values] = process.argv.slice(2);
const ca = fs.readFileSync(caFile);
const path = '/apiproxy/v3/queue/sendSpecifyQueueMessage';
const body = {regionId: values[0], queueId: values[1], messages: [{body: {text: '中文', n: 1.5}}]};
const texts = [body.regionId, body.queueId, JSON.stringify(body.messages)];
const contentMD5 = crypto.createHash('md5').update(texts.join('\n')).digest('base64');
const requestDate = new Date().toUTCString();
const Hmac = crypto.createHmac('sha1', 'test-secret').update([contentMD5, requestDate, path].join('\n')).digest('base64');
const headers = {accessKey: 'test-key', contentMD5, requestDate, Hmac, platform: '3', 'Content-Type': 'application/json'};
https.request({port, ca, host: '127.0.0.1', path, method: 'POST', headers}, reply => reply.pipe(process.stdout))
  .end(JSON.stringify(body));
JS
  local queue
  queue=$(signed queryQueue cn-snxy1 -H 'regionId: cn-snxy1' | grep -o '"id":"[^"]*' | head -n 1 | cut -d '"' -f 4)
  has "Node's standard library" '"state":0' "$(timeout 20 node "$dir/client.js" "$port" "$ca" cn-snxy1 "$queue")"
}

test_openssl_and_curl
test_wrong_signatures
test_own_signer
test_node

finish
