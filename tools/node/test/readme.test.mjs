// What README.md shows is a test that passes, as somebody would have it who installed the package.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const home = fileURLToPath(new URL('..', import.meta.url));

test('the example of README.md passes', (t) => {
  const [, example] = fs.readFileSync(path.join(home, 'README.md'), 'utf8').match(/^```js\n(.*?)^```$/ms);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'wingmq-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  fs.mkdirSync(path.join(folder, 'node_modules'));
  fs.symlinkSync(home, path.join(folder, 'node_modules/wingmq'));
  fs.writeFileSync(path.join(folder, 'example.test.mjs'), example);
  // Without the variable that tells a test runner that it is inside another one.
  const { NODE_TEST_CONTEXT, ...env } = process.env;
  const ran = spawnSync(process.execPath, ['--test', 'example.test.mjs'], { cwd: folder, env, encoding: 'utf8' });
  assert.equal(ran.status, 0, ran.stdout + ran.stderr);
  assert.match(ran.stdout, /pass 1\b/);
});
