// One HTTP exchange with a broker, and the signature of a call.
import crypto from 'node:crypto';
import http from 'node:http';

/** What the broker refused, or a connection that it closed without a reply (status 0). */
export class WingMqError extends Error {
  constructor({ status, reply, hint, cause }) {
    const otherwise = cause ? `no reply: ${cause.message}` : `HTTP ${status}: ${reply}`;
    super(reply?.message ?? reply?.error ?? otherwise, cause && { cause });
    this.name = 'WingMqError';
    this.status = status;
    this.statusCode = reply?.statusCode ?? null;
    this.errorCode = reply?.errorCode ?? null;
    this.hint = reply?.hint ?? hint ?? null;
    this.reply = reply ?? null;
  }
}

/** The public headers of a call, whose values stand in the order in which they are sent. */
export function sign({ accessKey, secretKey, path, values, date = new Date().toUTCString() }) {
  const contentMD5 = crypto.createHash('md5').update(values.join('\n')).digest('base64');
  const signed = [contentMD5, date, path].join('\n');
  const Hmac = crypto.createHmac('sha1', secretKey).update(signed).digest('base64');
  return { accessKey, contentMD5, requestDate: date, Hmac, platform: '3' };
}

/** Each request has its own connection, so that a fault that closes one meets no other. */
export function request(url, { method, path, headers = {}, body }) {
  return new Promise((resolve, reject) => {
    const lost = (cause) => reject(new WingMqError({ status: 0, cause }));
    const sent = http.request(url + path, { method, headers, agent: false }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('error', lost);
      answer.on('end', () => resolve({
        status: answer.statusCode,
        headers: answer.headers,
        body: read(Buffer.concat(parts).toString(), answer.headers['content-type'] ?? ''),
      }));
    });
    sent.on('error', lost);
    sent.end(body);
  });
}

function read(text, type) {
  return type.startsWith('application/json') ? JSON.parse(text) : text;
}
