// The broker as a child process: how it starts, and that it never outlives its parent.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import readline from 'node:readline';
import { test } from 'node:test';
import { start, WingMqError } from '../index.js';
import { request } from '../wire.js';

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

test('peek gives all messages, also where they come in pages', async (t) => {
  const mq = await start({ queues: ['orders'] });
  t.after(() => mq.stop());
  const sent = Array.from({ length: 1001 }, (_, n) => ({ body: n }));
  const ids = await mq.ids('orders');
  await mq.call('sendSpecifyQueueMessage', { ...ids, messages: sent.slice(0, 600) });
  await mq.call('sendSpecifyQueueMessage', { ...ids, messages: sent.slice(600) });
  assert.deepEqual((await mq.peek('orders')).map(({ body }) => ({ body })), sent);
});

// A process that starts a broker and says where. Both hold its standard error, whose end tells that both are gone.
async function runner(t, ...lines) {
  const script = ["import { start } from './index.js';", 'const { url, pid } = await start({ log: true });',
    'console.log(JSON.stringify({ url, pid }));', ...lines].join('\n');
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { cwd: new URL('..', import.meta.url) });
  let gone = false;
  const allGone = once(child.stderr.resume(), 'close').then(() => { gone = true; });
  const [line] = await once(readline.createInterface({ input: child.stdout }), 'line');
  const broker = JSON.parse(line);
  t.after(() => gone || process.kill(broker.pid, 'SIGKILL'));
  return { child, allGone, livez: () => request(broker.url, { method: 'GET', path: '/livez' }) };
}

test('a killed runner leaves no broker behind', { timeout: 60_000 }, async (t) => {
  const { child, allGone, livez } = await runner(t, 'process.stdin.resume();');
  assert.equal((await livez()).status, 200);
  child.kill('SIGKILL');
  assert.deepEqual(await once(child, 'exit'), [null, 'SIGKILL']);
  await allGone;
  await assert.rejects(livez(), unreachable);
});

test('a runner that forgets stop() ends, and its broker with it', { timeout: 60_000 }, async (t) => {
  const { child, allGone, livez } = await runner(t);
  if (child.exitCode === null) await once(child, 'exit');
  assert.equal(child.exitCode, 0);
  await allGone;
  await assert.rejects(livez(), unreachable);
});

test('errors are of the class that is exported', async () => {
  const mq = await start();
  await mq.stop();
  await assert.rejects(mq.call('queryQueue', { regionId: 'r' }), WingMqError);
});
