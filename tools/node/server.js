// A broker as a child process that ends with this one, however this one ends.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import readline from 'node:readline';

const logLengthMax = 16384;

/** Starts `wingmq serve` with these options on a free port; resolves when it is ready. */
export async function launch({ binary = process.env.WINGMQ_BINARY || 'wingmq', options, log }) {
  const all = ['serve', '--listen', '127.0.0.1:0', '--exit-with-parent', ...options];
  const child = spawn(binary, all, { stdio: ['pipe', 'pipe', log ? 'inherit' : 'pipe'] });
  let said = '';
  child.stderr?.on('data', (part) => { said = (said + part).slice(-logLengthMax); });
  child.stdin.on('error', () => {});
  const ended = new Promise((resolve) => child.once('close', resolve));
  const line = await firstLine(child, binary);
  if (line === undefined) {
    await ended;
    throw new Error(`wingmq did not start: ${said.trim() || 'see its log above'}`);
  }
  const { urls, pid } = JSON.parse(line);
  letGo(child);
  return { url: urls[0], pid, stop: () => stop(child, ended) };
}

async function firstLine(child, binary) {
  const failed = once(child, 'error').then(([cause]) => {
    throw new Error(`${binary} cannot be started: set WINGMQ_BINARY, or put wingmq on the PATH`, { cause });
  });
  const lines = readline.createInterface({ input: child.stdout });
  const line = once(lines, 'line').then(([text]) => text);
  const closed = once(lines, 'close').then(() => undefined);
  return Promise.race([line, closed, failed]);
}

// A test that forgets stop() may end all the same; the broker then sees its standard input close.
function letGo(child) {
  for (const each of [child, child.stdin, child.stdout, child.stderr]) each?.unref();
}

async function stop(child, ended) {
  for (const each of [child, child.stdout, child.stderr]) each?.ref();
  child.stdin.end();
  await ended;
}
