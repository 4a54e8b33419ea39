// Compiled and never run: what the types allow, and what they must not.
import { start, unwrap, WingMqError } from '../index.js';

const mq = await start({ queues: ['orders?groups=g1'], clock: 'manual' });
const { consumerGroupId, ...queue } = await mq.ids('orders', 'g1');

await mq.call('sendSpecifyQueueMessage', { ...queue, messages: [{ body: { n: 1 }, tags: ['red'] }] });
const received = unwrap(await mq.call('consumptionMessage', { consumerQueueInfo: { ...queue, consumerGroupId, maxMsgs: 1 } }));
const handler: string = received[0].handler;
const confirmed = unwrap(await mq.call('confirmConsumedSpecifiedMessage',
  { ...queue, consumerGroupId, message: [{ handler, status: 'success' }] }));
const success: number = confirmed.success;
const id: string = unwrap(await mq.call('createQueue', { createQueueInfo: { regionId: 'r', name: 'q', description: '' } })).id;
const total: number = (await mq.call('queryQueue', { regionId: 'r' })).total;
const kind: string = (await mq.advance('30s')).fired[0].type;
const offset: number = (await mq.peek('orders', 'g1', 'dead'))[0].offset;
await mq.wait('orders', 'g1', ['drained', 'parked>=1'], '5s');
await mq.faults.add({ match: { operation: 'consumptionMessage' }, when: { times: 1 }, do: { type: 'lose_reply' } });
export const used = [success, id, total, kind, offset];

// @ts-expect-error There is no such operation.
await mq.call('sendMessage', {});
// @ts-expect-error The queue's id is missing.
await mq.call('querySpecifyQueue', { regionId: 'r' });
// @ts-expect-error A body is missing.
await mq.call('sendSpecifyQueueMessage', { ...queue, messages: [{}] });
// @ts-expect-error There is no such count.
await mq.wait('orders', 'g1', 'ready>=1');
// @ts-expect-error There is no such fault.
await mq.faults.add({ do: { type: 'explode' } });
// @ts-expect-error A name may be absent.
new WingMqError().hint.length;
