// Tests that run at the same time on one broker: each has an access key of its own.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { start } from '../index.js';

const broker = await start({ queues: ['orders'] });
after(() => broker.stop());
const { calls } = await broker.admin('GET', '');
const offered = (path) => calls.some((each) => each.method === 'POST' && each.path === path);
const skip = offered('/__admin/queues') ? false : 'the broker has no POST /__admin/queues';

async function tenants(t, ...queues) {
  const both = await Promise.all([broker.tenant({ queues }), broker.tenant({ queues })]);
  t.after(() => Promise.all(both.map((each) => each.stop())));
  return both;
}

async function send(mq, body) {
  return mq.call('sendSpecifyQueueMessage', { ...await mq.ids('orders'), messages: [{ body }] });
}

test('nobody sees the queues of others, whatever their names', { skip }, async (t) => {
  const [one, other] = await tenants(t, 'orders?groups=g1');
  await send(one, 'mine');
  assert.equal((await one.peek('orders')).length, 1);
  assert.deepEqual(await other.peek('orders'), []);
  assert.deepEqual(await broker.peek('orders'), []);
  await assert.rejects(other.call('querySpecifyQueue', await one.ids('orders')), { errorCode: 'DMS.10240401' });
});

test('a reset and a stop concern their own key alone', { skip }, async (t) => {
  const [one, other] = await tenants(t, 'orders?groups=g1');
  await send(one, 'mine');
  await other.reset();
  assert.equal((await one.peek('orders')).length, 1);
  await other.stop();
  await assert.rejects(other.peek('orders'), { status: 404 });
  assert.equal((await one.peek('orders')).length, 1);
});

test('faults hit their own key alone', { skip: skip || (!offered('/__admin/faults') && 'no faults') }, async (t) => {
  const [one, other] = await tenants(t, 'orders?groups=g1');
  await one.faults.add({ match: { operation: 'sendSpecifyQueueMessage' }, do: { type: 'refuse', code: 'WMQ.FAULT' } });
  await assert.rejects(send(one, 'mine'), { errorCode: 'WMQ.FAULT' });
  await send(other, 'theirs');
  assert.deepEqual(await other.faults.list(), []);
  await other.faults.clear();
  assert.equal((await one.faults.list()).length, 1);
  await one.reset();
  await send(one, 'mine');
});
