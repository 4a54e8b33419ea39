// The scenarios that the harnesses of all languages share: tests/harness/README.md describes the table.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, describe, test } from 'node:test';
import { start, unwrap } from '../index.js';

const scenarios = JSON.parse(fs.readFileSync(new URL('../../../tests/harness/scenarios.json', import.meta.url)));

const shared = await start({ clock: 'manual' });
after(() => shared.stop());
const { calls } = await shared.admin('GET', '');
const offered = new Set(calls.map(({ method, path }) => `${method} ${path}`));
const missing = (call) => call && !offered.has(call) && `the broker has no ${call}`;

const brokers = {
  'a broker of its own, which verifies': (queues) => start({ queues, clock: 'manual', args: ['--auth', 'verify'] }),
  'a tenant of a shared one': (queues) => shared.tenant({ queues }),
};
for (const [kind, open] of Object.entries(brokers)) {
  describe(kind, () => {
    for (const { name, needs, queues, steps } of scenarios) {
      const skip = missing(needs) || (kind.includes('tenant') && missing('POST /__admin/queues'));
      test(name, { skip }, async (t) => {
        const mq = await open(queues);
        t.after(() => mq.stop());
        await run(mq, steps);
      });
    }
  });
}

async function run(mq, steps) {
  const values = {};
  const pending = {};
  for (const [at, step] of steps.entries()) {
    const place = `step ${at + 1}: ${step.do ?? 'join'}`;
    const outcome = step.join ? pending[step.join] : settled(invoke(mq, step.do, filled(step.with ?? [], values)));
    if (step.later) pending[step.later] = outcome;
    else check(step, await outcome, values, place);
  }
}

function invoke(mq, method, values) {
  const [name, of = mq] = method.startsWith('faults.') ? [method.slice(7), mq.faults] : [method];
  return of[name](...values);
}

function settled(promise) {
  return promise.then((value) => ({ value }), (error) => ({ error }));
}

function check(step, { value, error }, values, place) {
  if (error && !step.refused) throw new Error(place, { cause: error });
  if (step.refused) assert.ok(error, `${place}: not refused`);
  const actual = error ?? (step.do === 'call' || step.join ? unwrap(value) : value);
  if (step.refused ?? step.returns !== undefined) match(actual, filled(step.refused ?? step.returns, values), place);
  for (const [name, path] of Object.entries(step.save ?? {})) values[name] = path.split('.').reduce((of, key) => of[key], actual);
}

function filled(pattern, values) {
  return JSON.parse(JSON.stringify(pattern), (_, value) => {
    if (typeof value !== 'string' || !value.startsWith('$')) return value;
    assert.ok(value.slice(1) in values, `${value} is not saved`);
    return values[value.slice(1)];
  });
}

function match(actual, expected, place) {
  if (expected === '*') {
    assert.ok(actual !== undefined && actual !== null, place);
  } else if (typeof expected === 'object' && expected !== null) {
    assert.ok(typeof actual === 'object' && actual !== null, place);
    if (Array.isArray(expected)) assert.equal(actual.length, expected.length, `${place}: ${JSON.stringify(actual)}`);
    for (const key of Object.keys(expected)) match(actual[key], expected[key], `${place}.${key}`);
  } else {
    assert.equal(actual, expected, place);
  }
}
