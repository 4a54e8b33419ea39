// WingMQ in tests: starts a broker, calls it, steers it.
import crypto from 'node:crypto';
import { launch } from './server.js';
import { WingMqError, request, sign } from './wire.js';

export { WingMqError, sign };

const servicePath = '/apiproxy/v3/queue/';
const operationsOfGet = new Set(['queryQueue', 'querySpecifyQueue', 'querySpecifyQueueAllConsumerGroup', 'queryQuota',
  'consumptionMessage', 'consumeDeadlettersMessage']);
const json = { 'Content-Type': 'application/json' };
const describedMax = 10;

/** Starts a broker of its own. Options: see index.d.ts. */
export async function start(options = {}) {
  const { queues = [], clock = 'real', args = [], log = false, binary, ...access } = options;
  const declared = queues.flatMap((queue) => ['--queue', owned(queue, { ...defaults, ...access })]);
  const server = await launch({ binary, log, options: ['--clock', clock, ...declared, ...args] });
  return new WingMq(server, access);
}

/** What a reply's envelope holds, or the reply itself when it has none. */
export function unwrap(reply) {
  if (reply.returnObj === undefined) return reply;
  return JSON.parse(reply.returnObj.returnObj ?? reply.returnObj);
}

const defaults = { accessKey: 'test', secretKey: 'test', regionId: 'cn-snxy1' };

/** A broker as one access key sees it: its own queues, its own faults. The clock is everybody's. */
export class WingMq {
  #server;

  constructor(server, access) {
    this.#server = server;
    Object.assign(this, defaults, access, { url: server.url, pid: server.pid });
    this.faults = new Faults(this);
  }

  /** Another access key, and with it another customer, on the same broker. */
  async tenant({ queues = [], accessKey = `tenant-${crypto.randomUUID()}`, secretKey = this.secretKey } = {}) {
    const tenant = new Tenant(this.#server, { accessKey, secretKey, regionId: this.regionId });
    for (const queue of queues) await tenant.declare(queue);
    return tenant;
  }

  /** A signed call of one of the operations: the reply as it came, or a WingMqError. */
  async call(operation, params = {}) {
    const path = servicePath + operation;
    const given = Object.entries(params).filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]);
    const headers = { ...sign({ ...this, path, values: given.map(([, text]) => text) }), 'Accept-Language': 'en' };
    const inHeaders = () => Object.fromEntries(given.map(([name, text]) => [name, headerText(text)]));
    const answer = await request(this.url, operationsOfGet.has(operation)
      ? { method: 'GET', path, headers: { ...headers, ...inHeaders() } }
      : { method: 'POST', path, headers: { ...headers, ...json }, body: JSON.stringify(params) });
    if (answer.body.statusCode === 800) return answer.body;
    throw new WingMqError({ status: answer.status, reply: answer.body, hint: hintOf(answer) });
  }

  /** A call of the control plane, its path without `/__admin`. */
  async admin(method, path, body) {
    const sent = body === undefined ? {} : { headers: json, body: JSON.stringify(body) };
    const answer = await request(this.url, { method, path: `/__admin${path}`, ...sent });
    if (answer.status < 400) return answer.body;
    throw new WingMqError({ status: answer.status, reply: answer.body });
  }

  /** Makes a queue of this key from the text of `--queue`; one that is there and the same is taken. */
  declare(queue) {
    return this.admin('POST', '/queues', { queue: owned(queue, this), if_missing: true });
  }

  /** `{regionId, queueId}`, with a group also `consumerGroupId`: what a call wants instead of names. */
  async ids(queue, group) {
    const found = await this.admin('GET', queuePath(this, queue));
    const ids = { regionId: found.region, queueId: found.id };
    if (group == null) return ids;
    const consumerGroupId = found.groups.find((each) => each.name === group)?.id;
    if (consumerGroupId === undefined) throw new Error(`${queue} has no group ${group}`);
    return { ...ids, consumerGroupId };
  }

  /** Moves the clock: '30s', milliseconds, or 'next' for the next thing that is due. */
  advance(by) {
    return this.admin('POST', '/clock/advance', by === 'next' ? { to: 'next' } : { by });
  }

  /** Waits until the conditions hold together: 'drained', 'available>=3' …; after the timeout a WingMqError. */
  wait(queue, group, until, timeout = '10s') {
    return this.admin('GET', `/wait${query(this, { queue, group, until, timeout })}`);
  }

  /** All messages, with a group as that group sees them, with a state only those in it. Changes nothing. */
  async peek(queue, group, state) {
    const messages = [];
    let after = null;
    do {
      const page = await this.admin('GET', queuePath(this, queue, '/messages', { group, state, limit: 1000, after }));
      messages.push(...page.messages);
      after = page.next;
    } while (after !== null);
    return messages;
  }

  /** Makes a group's dead letters available again, at most `max` of them. */
  redrive(queue, group, max) {
    const path = queuePath(this, queue, `/groups/${encodeURIComponent(group)}/redrive`);
    return this.admin('POST', path, max == null ? {} : { max });
  }

  /** Everything as after the start, for all keys. */
  reset() {
    return this.admin('POST', '/reset');
  }

  /** What to print when a test fails: this queue, or all of this key. */
  async describe(queue) {
    const { now } = await this.admin('GET', '/clock');
    const queues = queue == null ? (await this.admin('GET', `/queues${query(this)}`)).queues
      : [await this.admin('GET', queuePath(this, queue))];
    const lines = [];
    for (const each of queues) {
      lines.push(`queue ${each.name}: ${each.mode}, ${each.messages} messages`);
      for (const group of each.groups) lines.push(described(group), ...await this.#glimpse(each.id, group, now));
    }
    return lines.join('\n');
  }

  async #glimpse(queue, group, now) {
    const path = queuePath(this, queue, '/messages', { group: group.id, limit: describedMax });
    return (await this.admin('GET', path)).messages.map((each) => `  ${describedMessage(each, now)}`);
  }

  async stop() {
    await this.#server.stop();
  }
}

class Tenant extends WingMq {
  #queues = new Set();

  async declare(queue) {
    const made = await super.declare(queue);
    this.#queues.add(queue);
    return made;
  }

  /** The declared queues, made afresh, and no faults: for this key alone. */
  async reset() {
    await this.stop();
    for (const queue of this.#queues) await super.declare(queue);
  }

  /** Removes what is this key's; the broker goes on. */
  async stop() {
    if (this.faults.added) await this.faults.clear();
    const { queues } = await this.admin('GET', `/queues${query(this)}`);
    for (const { id } of queues) await this.admin('DELETE', queuePath(this, id));
  }
}

/** Faults for the calls of one access key. */
class Faults {
  #mq;
  added = false;

  constructor(mq) {
    this.#mq = mq;
  }

  add(rule) {
    this.added = true;
    return this.#mq.admin('POST', '/faults', { ...rule, match: { access_key: this.#mq.accessKey, ...rule.match } });
  }

  async list() {
    const { faults } = await this.#mq.admin('GET', '/faults');
    return faults.filter((each) => each.match?.access_key === this.#mq.accessKey);
  }

  remove(id) {
    return this.#mq.admin('DELETE', `/faults/${encodeURIComponent(id)}`);
  }

  async clear() {
    for (const { id } of await this.list()) await this.remove(id);
  }
}

function queuePath(mq, queue, rest = '', parameters = {}) {
  return `/queues/${encodeURIComponent(queue)}${rest}${query(mq, parameters)}`;
}

function query({ regionId, accessKey }, parameters = {}) {
  const all = Object.entries({ region: regionId, project: accessKey, ...parameters });
  const pairs = all.flatMap(([name, value]) => [value].flat().map((each) => [name, each]));
  return `?${new URLSearchParams(pairs.filter(([, value]) => value != null))}`;
}

/** The text of `--queue` for a queue of this key, unless the text says itself whose it is. */
function owned(queue, { accessKey, regionId }) {
  const query = queue.slice(queue.indexOf('?') + 1);
  const given = new Set(queue.includes('?') ? query.split('&').map((each) => each.split('=')[0]) : []);
  const added = Object.entries({ region: regionId, project: accessKey })
    .filter(([name]) => !given.has(name))
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return [queue, added.join('&')].filter(Boolean).join(queue.includes('?') ? '&' : '?');
}

// What the broker finds wrong with a signature says nothing about a call that was refused for something else.
function hintOf({ headers, body }) {
  return headers['x-wingmq-hint'] ?? (body.errorCode === 'WMQ.SIGNATURE' ? headers['x-wingmq-reason'] : null);
}

// Few clients can send more than ASCII in a header; the broker decodes what is percent-encoded.
function headerText(text) {
  return /^[\x20-\x24\x26-\x7e]*$/.test(text) ? text : encodeURIComponent(text);
}

function described({ name, consumed, available, in_flight: flying, dead_available: dead, dead_in_flight: deadFlying, parked }) {
  return `group ${name}: ${consumed} consumed, ${available} available, ${flying} of them in flight, ${dead + deadFlying} dead, `
    + `${parked} parked`;
}

function describedMessage({ partition, offset, state, failed_count: failed, lease_deadline: deadline, body }, now) {
  const left = deadline ? ` for ${deadline - now} ms more` : '';
  return `${partition}/${offset} ${state}${left}, failed ${failed}: ${JSON.stringify(body)}`;
}
