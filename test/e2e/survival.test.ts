import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { program, readAll, Shop } from './shop.ts';

let shop: Shop;
beforeEach(async () => {
  shop = await Shop.open();
});
afterEach(() => shop.close());

interface WorkerFacts {
  readonly id: string;
  readonly state: string;
  readonly sessionId: string;
  readonly asks: string | null;
}

const workers = () => shop.json<WorkerFacts[]>('worker', 'list');

/** The part of the screen that holds panes. */
function panes(screen: string): string {
  return screen
    .split('\n')
    .slice(1, -1)
    .map((line) => line.slice(32))
    .join('\n')
    .replace(/ \d+[smh] | <1m /g, ' ');
}

/** The agent that was started with this session. */
function pidOfSession(sessionId: string): number {
  const args = ['-ww', '-e', '-o', 'pid=,args='];
  const rows = execFileSync('ps', args, { encoding: 'utf8' }).split('\n');
  return Number.parseInt(rows.find((row) => row.includes(`--session-id ${sessionId}`)) ?? '', 10);
}

describe('kill -9', () => {
  it('of the control room: workers live on, and it shows the same again', async () => {
    await shop.start('backend', 'auth', 'say: Listen.\nask: May I go on?\nsay: Thanks.', 'waiting');
    const room = shop.room();
    // The question's last line and the count in the header: then all of it is drawn.
    const isWhole = (screen: string) => /1 waiting/.test(screen) && screen.includes('esc to stop');
    const before = await room.until(isWhole);
    room.kill('SIGKILL');
    await room.exited;
    const again = shop.room();
    const after = await again.until(isWhole);
    expect(panes(after)).toBe(panes(before));
    again.press('enter');
    await again.until('ctrl-q leaves');
    again.press('y');
    await again.until('Thanks.');
  });

  it('of the controller: the same facts after its restart, and no hook is lost', async () => {
    await shop.start('backend', 'auth', 'ask: First?\nsay: One.\nask: Second?\nsay: Two.', 'waiting');
    const before = await workers();
    const room = shop.room();
    await room.until('First?');
    process.kill(await shop.pidOf('controller'), 'SIGKILL');
    // The room starts a new one by itself.
    await room.until(/1 waiting/);
    expect(await workers()).toEqual(before);

    // Nobody is there to hear of it while the answer is given and the next question comes.
    room.press('q');
    await room.exited;
    process.kill(await shop.pidOf('controller'), 'SIGKILL');
    const attached = shop.place.terminal([program, 'worker', 'attach', 'backend/auth']);
    await attached.until('First?');
    attached.press('y');
    await attached.until('Second?');
    attached.press('ctrl-q');
    await attached.exited;
    // The new controller is handed what the host kept for it.
    await shop.until('the second question is known', async () => {
      const [worker] = (await workers()) as { state: string; asks: string | null }[];
      return worker?.state === 'waiting' && worker.asks?.includes('Second?') === true;
    });
    const log = readFileSync(shop.path('.orch/log.jsonl'), 'utf8');
    expect(log.match(/"type":"approved"/g)).toHaveLength(1);
  });

  it('of the host: workers are lost but resumable, and resuming brings the conversation back', async () => {
    await shop.start('backend', 'auth', 'say: Remember the blue door.');
    const [before] = await workers();
    const room = shop.room();
    await room.until('Remember the blue door.');
    process.kill(await shop.pidOf('host'), 'SIGKILL');
    await room.until(/auth\s+lost/);
    expect(await workers()).toMatchObject([
      { id: 'backend/auth', state: 'lost', sessionId: before?.sessionId },
    ]);

    room.press('r');
    await room.until('Resume backend/auth?');
    const card = await room.until('Session');
    expect(card).toContain(before?.sessionId ?? 'a session');
    await readAll(room);
    room.press('y');
    await room.until('Remember the blue door.');
    await room.until(/auth\s+idle/);
    expect((await workers())[0]?.sessionId).toBe(before?.sessionId);
  });

  it('of a worker: it is shown as exited and can be resumed from the command line', async () => {
    await shop.start('backend', 'auth', 'say: Hello.');
    const [before] = await workers();
    process.kill(pidOfSession(before?.sessionId ?? 'none'), 'SIGKILL');
    await shop.untilState('backend/auth', 'exited');
    const resumed = await shop.json('worker', 'resume', 'backend/auth', '--yes');
    expect(resumed).toMatchObject({ id: 'backend/auth', run: 2 });
    await shop.untilState('backend/auth', 'idle');
  });
});

describe('ended in order', () => {
  it('the controller leaves every worker as it is, and says when it ran in its log file', async () => {
    await shop.start('backend', 'auth', 'ask: First?\nsay: One.', 'waiting');
    const before = await workers();
    const { pid } = await shop.json<{ pid: number }>('controller', 'status');
    expect(await shop.json('controller', 'stop')).toEqual({ stopped: true });
    expect(await workers()).toEqual(before);
    expect(readFileSync(shop.path('.orch/log.jsonl'), 'utf8')).not.toContain('"lost"');
    const [folder] = readdirSync(join(shop.place.runtime, 'orch-tui'));
    const lines = readFileSync(join(shop.place.runtime, 'orch-tui', folder ?? '', 'controller.log'), 'utf8');
    expect(lines).toMatch(
      new RegExp(`^\\S+Z controller .* process ${pid}, .*\\n\\S+Z process ${pid} has ended`, 'm'),
    );
  });

  it('all workers by one key: their exits are on the record', async () => {
    await shop.start('backend', 'auth', 'say: hi');
    const room = shop.room();
    await room.until('hi');
    room.press('Q');
    await room.until('Stop everything and leave?');
    room.press('y');
    expect(await room.exited).toMatchObject({ exitCode: 0 });
    expect(await workers()).toMatchObject([{ id: 'backend/auth', state: 'exited', exitCode: 0 }]);
  });
});

describe('two control rooms', () => {
  it('both live: what one does the other shows', async () => {
    const [one, two] = [shop.room(), shop.room({ cols: 100, rows: 30 })];
    await Promise.all([one.until('No workers yet.'), two.until('No workers yet.')]);
    await shop.start('web', 'cart', 'say: In both rooms.');
    await Promise.all([one.until('In both rooms.'), two.until('In both rooms.')]);
    one.press('Q');
    await one.until('Stop everything and leave?');
    one.press('y');
    expect(await one.exited).toMatchObject({ exitCode: 0 });
  });
});
