import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { sign, start } from '../index.js';

const vectors = JSON.parse(fs.readFileSync(new URL('../../../tests/contract/data/signing.json', import.meta.url)))
  .filter(({ separator }) => separator === '\n');

for (const { accessKey, secretKey, requestDate: date, servicePath: path, values, contentMD5, Hmac } of vectors) {
  test(`${values.length} values at ${date} for ${secretKey}: ${values.join().slice(0, 40)}`, () => {
    const headers = sign({ accessKey, secretKey, date, path, values });
    assert.deepEqual(headers, { accessKey, contentMD5, requestDate: date, Hmac, platform: '3' });
  });
}

test('there are vectors', () => assert.ok(vectors.length >= 10));

test('where signatures are verified, a tenant signs with its own secret', async (t) => {
  const mq = await start({ args: ['--auth', 'verify', '--credential', 'test:test', '--credential', 'alice:wonder'] });
  t.after(() => mq.stop());
  const quota = (secretKey) => mq.tenant({ accessKey: 'alice', secretKey })
    .then((tenant) => tenant.call('queryQuota', { regionId: 'r' }));
  assert.equal((await quota('wonder')).statusCode, 800);
  await assert.rejects(quota('wander'), { status: 200, statusCode: 900, errorCode: 'WMQ.SIGNATURE', hint: /^sig\.hmac/ });
});
