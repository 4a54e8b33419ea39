import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { sign } from '../index.js';

const vectors = JSON.parse(fs.readFileSync(new URL('../../../tests/contract/data/signing.json', import.meta.url)))
  .filter(({ separator }) => separator === '\n');

for (const { accessKey, secretKey, requestDate: date, servicePath: path, values, contentMD5, Hmac } of vectors) {
  test(`${values.length} values at ${date} for ${secretKey}: ${values.join().slice(0, 40)}`, () => {
    assert.deepEqual(sign({ accessKey, secretKey, date, path, values }), { accessKey, contentMD5, requestDate: date, Hmac, platform: '3' });
  });
}

test('there are vectors', () => assert.ok(vectors.length >= 10));
