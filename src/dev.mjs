// `npm run dev`: the control room of a demo workspace, started again after each change of a source. Workspace, home and build
// lie in one temporary folder. When the room is left, all that was started there ends and the folder is removed.
import { execFileSync, fork, spawn } from 'node:child_process';
import { on, once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const project = resolve(import.meta.dirname, '..');
if (!process.stdin.isTTY || !process.stdout.isTTY) {
  process.stderr.write(
    'npm run dev needs a terminal. Without one: npm run build && dist/orch-tui demo --headless\n',
  );
  process.exit(1);
}

// Short: the path of a socket has at most 107 bytes.
const place = realpathSync(mkdtempSync(join(tmpdir(), 'o-dev-')));
const [built, shop] = [join(place, 'dist'), join(place, 'shop')];
const env = ownEnvironment();
for (const folder of [env.HOME, env.XDG_RUNTIME_DIR, env.TMPDIR]) mkdirSync(folder, { mode: 0o700 });
// Bundles look for both beside their folder.
for (const name of ['node_modules', '.claude']) symlinkSync(join(project, name), join(place, name));

const ending = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']) process.on(signal, () => ending.abort());

let room = null;
let hostCode = null;
say('Building …');
const builder = fork(join(project, 'src/build.mjs'), [built, '--watch'], { cwd: project });
builder.once('exit', () => ending.abort());
try {
  for await (const [{ problem }] of on(builder, 'message', { signal: ending.signal })) {
    await endRoom();
    if (problem === null) await openRoom();
    else say(`${problem}The room opens when the next change builds; ctrl-c ends.`);
  }
} catch (error) {
  if (!ending.signal.aborted) throw error;
} finally {
  await clear();
}

/** Returns the environment of a person of its own: no settings, keys or sessions of whoever works here. */
function ownEnvironment() {
  const own = Object.entries(process.env).filter(([name]) => !/^(XDG|ORCH|GIT|npm)_/.test(name));
  return {
    ...Object.fromEntries(own),
    ...{ HOME: join(place, 'home'), XDG_RUNTIME_DIR: join(place, 'run'), TMPDIR: join(place, 'tmp') },
  };
}

function say(text) {
  process.stdout.write(`${text}\n`);
}

function program(...args) {
  return [join(built, 'orch-tui'), args, { cwd: existsSync(shop) ? shop : place, env }];
}

/**
 * Opens the room, whose controller starts with the new code. A host is kept with its workers as long as its code is the
 * same: names of chunks change with what they hold, so the entry file tells.
 */
async function openRoom() {
  const code = readFileSync(join(built, 'host.js'), 'utf8');
  if (hostCode !== null) stopDaemon('controller');
  if (hostCode !== null && hostCode !== code) stopDaemon('host');
  hostCode = code;
  const [file, args, options] = program('demo', shop);
  const opened = spawn(file, args, { ...options, stdio: 'inherit' });
  room = opened;
  opened.once('exit', (code) => {
    if (room !== opened) return;
    room = null;
    if (code === 0) ending.abort();
    else say('The room ended by a fault. It opens again after the next change; ctrl-c ends.');
  });
}

async function endRoom() {
  const open = room;
  room = null;
  if (!open) return;
  const ended = once(open, 'exit');
  open.kill('SIGTERM');
  await Promise.race([ended, wait(3_000, null, { ref: false })]);
  if (open.exitCode === null && open.signalCode === null) open.kill('SIGKILL');
}

/** Ends a daemon of the workspace by its own command, or by its lock where the code does not even do that. */
function stopDaemon(name) {
  try {
    const [file, args, options] = program(name, 'stop', ...(name === 'host' ? ['--yes'] : []));
    execFileSync(file, args, { ...options, stdio: 'ignore', timeout: 20_000 });
  } catch {
    const lock = join(shop, '.orch', `${name}.lock`);
    if (existsSync(lock)) kill(JSON.parse(readFileSync(lock, 'utf8')).pid);
  }
}

/** Kills a process, if it still is one that was started for the folder. */
function kill(pid) {
  try {
    const command = execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
    if (command.includes(place)) process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

async function clear() {
  await endRoom();
  builder.kill();
  for (const name of ['controller', 'host']) stopDaemon(name);
  rmSync(place, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  say(`All that was started is ended, and ${place} is removed.`);
}
