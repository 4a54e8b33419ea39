// Drives chromium for browser_test.sh: opens pages of three origins and has each of them try to use the broker; prints a line for each
// attempt.
//   node browser_pages.mjs PORT_OF_THE_BROKER PROFILE_FOLDER
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';

const [port, profile] = process.argv.slice(2);
const broker = `http://127.0.0.1:${port}`;

// --- The browser, over its debugging pipe -----------------------------------------------------------------------------------------

const chromium = spawn('chromium', ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-extensions', '--disable-dev-shm-usage',
  `--user-data-dir=${profile}`, '--host-resolver-rules=MAP rebound.example 127.0.0.1', '--remote-debugging-pipe', 'about:blank'],
{ stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
chromium.on('error', (error) => { console.log(`chromium does not start: ${error.message}`); process.exit(1); });
const ended = new Promise((done) => chromium.on('exit', done));
const answers = new Map();
let received = '';
chromium.stdio[4].setEncoding('utf8').on('data', (part) => {
  const messages = (received + part).split('\0');
  received = messages.pop();
  for (const { id, result, error } of messages.map((text) => JSON.parse(text))) answers.get(id)?.(error ? { error } : result);
});
let last = 0;
const order = (method, params = {}, sessionId = undefined) => new Promise((done) => {
  answers.set(++last, done);
  chromium.stdio[3].write(`${JSON.stringify({ id: last, method, params, sessionId })}\0`);
});
const later = (ms) => new Promise((done) => { setTimeout(done, ms); });

// open(URL): a function that evaluates an expression in the page there.
async function open(url) {
  const { targetId } = await order('Target.createTarget', { url });
  const { sessionId } = await order('Target.attachToTarget', { targetId, flatten: true });
  const evaluate = async (expression) => {
    const { result } = await order('Runtime.evaluate', { expression, awaitPromise: true }, sessionId);
    return result?.value;
  };
  while (await evaluate("location.href === 'about:blank' || document.readyState !== 'complete'")) await later(20);
  return evaluate;
}

// --- What pages try -----------------------------------------------------------------------------------------------------------------

const attempts = (target) => `(async () => {
  const lines = [];
  const tries = async (name, attempt) => {
    try { lines.push(name + ': ' + await attempt()); } catch (error) { lines.push(name + ': ' + error.name); }
  };
  const said = async (response) => response.type === 'opaque' ? 'opaque' : response.status + ' ' + (await response.text()).slice(0, 60);
  const json = { method: 'POST', headers: { 'Content-Type': 'application/json' } };
  const planted = '{"createQueueInfo":{"regionId":"cn-snxy1","name":"planted","description":""}}';
  for (const [path, body] of [['/__admin/reset', '{}'], ['/__admin/clock/advance', '{"by":"1h"}'], ['/apiproxy/v3/queue/createQueue', planted]]) {
    const url = '${target}' + path;
    await tries('text ' + path, async () => said(await fetch(url, { method: 'POST', mode: 'no-cors', body })));
    await tries('json ' + path, async () => said(await fetch(url, { ...json, body })));
    await tries('empty ' + path, async () => said(await fetch(url, { method: 'POST', mode: 'no-cors' })));
  }
  for (const path of ['/__admin/queues', '/metrics', '/livez']) {
    const url = '${target}' + path;
    await tries('read ' + path, async () => said(await fetch(url)));
    await tries('image ' + path, () => new Promise((done) => {
      const image = new Image();
      image.onload = () => done('shown');
      image.onerror = () => done('not shown');
      image.src = url;
    }));
    await tries('script ' + path, () => new Promise((done) => {
      const script = document.createElement('script');
      script.onload = () => done('run');
      script.onerror = () => done('not run');
      script.src = url;
      document.head.append(script);
    }));
  }
  await tries('read operation', async () => said(await fetch('${target}/apiproxy/v3/queue/queryQueue', { headers: { regionId: 'cn-snxy1', accessKey: 'test' } })));
  await tries('beacon', async () => navigator.sendBeacon('${target}/__admin/reset', '{}'));
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
    await tries('form ' + type, () => new Promise((done) => {
      const frame = document.createElement('iframe');
      frame.name = 'frame ' + type;
      const form = document.createElement('form');
      Object.assign(form, { method: 'POST', enctype: type, action: '${target}/__admin/reset', target: frame.name });
      const field = document.createElement('input');
      Object.assign(field, { name: '{"x":"', value: '"}' });
      form.append(field);
      document.body.append(frame, form);
      frame.onload = () => done('sent');
      form.submit();
    }));
  }
  return lines.join('\\n');
})()`;

// The page at / may run and fetch nothing; /livez is of the same origin, and says no such thing of itself.
const ownLinks = "[document.title, ...[...document.links].map((each) => each.pathname)].join(' ')";
const ownPage = (links) => `(async () => {
  const json = { method: 'POST', headers: { 'Content-Type': 'application/json' } };
  const moved = await fetch('/__admin/clock/advance', { ...json, body: '{"by":"30s"}' });
  const queues = await (await fetch('/apiproxy/v3/queue/queryQueue', { headers: { regionId: 'cn-snxy1', accessKey: 'test' } })).json();
  const text = await fetch('/__admin/reset', { method: 'POST', body: '{}' });
  const alive = await Promise.all(${JSON.stringify(links)}.map(async (link) => (await fetch(link)).status));
  return ['own acts:', moved.status, queues.queues[0].name, text.status, 'links', ...new Set(alive)].join(' ');
})()`;

// --- The visits ---------------------------------------------------------------------------------------------------------------------

const foreign = createServer((request, response) => response.setHeader('Content-Type', 'text/html').end('<!doctype html><body>'));
await new Promise((done) => { foreign.listen(0, '127.0.0.1', done); });
const indented = (name, text) => console.log(String(text).replace(/^/gm, `${name} `));
indented('foreign', await (await open(`http://127.0.0.1:${foreign.address().port}/`))(attempts(broker)));
indented('rebound', await (await open(`http://rebound.example:${port}/__admin/queues`))(attempts('')));
if (process.argv[4] === 'own') {
  const shown = await (await open(`http://localhost:${port}/`))(ownLinks);
  console.log(`own shows: ${shown}`);
  console.log(await (await open(`http://localhost:${port}/livez`))(ownPage(shown.split(' ').slice(2))));
}
await order('Browser.close');
await ended;
process.exit(0);
