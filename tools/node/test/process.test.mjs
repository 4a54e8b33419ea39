// The broker as a child process: how it starts, and that it never outlives its parent.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import readline from 'node:readline';
import { test } from 'node:test';
import { start, WingMqError } from '../index.js';

const unreachable = { name: 'WingMqError', status: 0, message: /ECONNREFUSED/ };

test('after stop() nobody answers', async () => {
  const mq = await start({ queues: ['orders'] });
  assert.deepEqual(await mq.peek('orders'), []);
  await mq.stop();
  await assert.rejects(mq.peek('orders'), unreachable);
});

test('a broker that refuses its options says why', async () => {
  await assert.rejects(start({ args: ['--lisen', 'x'] }), /`--lisen` is not an option; did you mean `--listen`/);
});

test('a binary that is not there is named', async () => {
  await assert.rejects(start({ binary: '/nowhere/wingmq' }), /\/nowhere\/wingmq cannot be started: set WINGMQ_BINARY/);
});

test('a queue may belong to another key or region than the broker\'s own', async (t) => {
  const mq = await start({ queues: ['mine?groups=g1', 'theirs?project=bob', 'far?region=moon'], accessKey: 'alice' });
  t.after(() => mq.stop());
  const { queues } = await mq.admin('GET', '/queues');
  assert.deepEqual(queues.map((each) => `${each.name} ${each.customer} ${each.region}`).sort(),
    ['far alice moon', 'mine alice cn-snxy1', 'theirs bob cn-snxy1']);
  assert.equal((await mq.call('queryQueue', { regionId: 'cn-snxy1' })).total, 1);
});

// The broker inherits standard error. Its end is told when the last process that holds it is gone, and not before.
function runner(...lines) {
  const script = ["import { start } from './index.js';", ...lines].join('\n');
  const child = spawn(process.execPath, ['--input-type=module', '-e', script],
    { cwd: new URL('..', import.meta.url), stdio: ['pipe', 'pipe', 'pipe'] });
  child.stderr.resume();
  return { child, allGone: once(child.stderr, 'close') };
}

async function firstLine(child) {
  const [line] = await once(readline.createInterface({ input: child.stdout }), 'line');
  return JSON.parse(line);
}

async function assertGone({ url, pid }) {
  const still = new URL('/livez', url);
  await assert.rejects(fetch(still), (error) => error.cause?.code === 'ECONNREFUSED', `process ${pid} still serves`);
}

test('a killed runner leaves no broker behind', { timeout: 60_000 }, async () => {
  const { child, allGone } = runner('const { url, pid } = await start({ log: true });',
    'console.log(JSON.stringify({ url, pid }));', 'process.stdin.resume();');
  const broker = await firstLine(child);
  assert.equal((await fetch(new URL('/livez', broker.url))).status, 200);
  child.kill('SIGKILL');
  assert.deepEqual(await once(child, 'exit'), [null, 'SIGKILL']);
  await allGone;
  await assertGone(broker);
});

test('a runner that forgets stop() ends, and its broker with it', { timeout: 60_000 }, async () => {
  const { child, allGone } = runner('const { url, pid } = await start({ log: true });', 'console.log(JSON.stringify({ url, pid }));');
  const broker = await firstLine(child);
  assert.deepEqual(await once(child, 'exit'), [0, null]);
  await allGone;
  await assertGone(broker);
});

test('errors are of the class that is exported', async () => {
  const mq = await start();
  await mq.stop();
  await assert.rejects(mq.call('queryQueue', { regionId: 'r' }), (error) => error instanceof WingMqError && error instanceof Error);
});
