import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Core } from '../../src/controller/core.ts';
import { openLog } from '../../src/controller/log/log.ts';
import type { LogEvent } from '../../src/features/log.ts';
import { applyEvent, emptyLogState } from '../../src/features/log.ts';
import { initialState, selectFacts } from '../../src/features/state.ts';
import { noSmallDisk, SmallDisk } from '../lib/smallDisk.ts';
import { config, planFor, terminal } from './scene.ts';

const person = { person: true, pid: 42 };
const id = 'backend/auth';
const size = { cols: 80, rows: 24 };

describe.skipIf(noSmallDisk !== null)(
  `the loop on a full disk${noSmallDisk ? `: ${noSmallDisk}` : ''}`,
  () => {
    let disk: SmallDisk;
    let core: Core;
    let done: string[];

    const open = () => {
      let past = emptyLogState;
      const events: LogEvent[] = [];
      const log = openLog(join(disk.folder, 'log.jsonl'), (event) => {
        past = applyEvent(past, event);
        events.push(event);
      });
      core = new Core(initialState(config, past), log, ({ type }) => done.push(type));
      return events;
    };

    /** So full that not even the end of a process fits. */
    const fill = () => {
      for (let n = 0; n < 100; n++) {
        disk.fill();
        const before = readFileSync(join(disk.folder, 'log.jsonl')).length;
        core.dispatch({ type: 'backups-expired', repo: 'backend', refs: ['x'.repeat(10)] });
        if (core.isBehind) return before;
      }
      throw new Error('it never gets full');
    };

    beforeEach(async () => {
      disk = await SmallDisk.make(64);
      done = [];
      open();
      await core.ask(
        { do: 'propose', draft: { repo: 'backend', task: 'auth', brief: '', agent: null }, sessionId: 's' },
        person,
      );
      const draft = core.state.log.proposals.get(1)?.draft;
      if (!draft) throw new Error('not proposed');
      core.dispatch({
        type: 'planned',
        n: 1,
        draft,
        config,
        plan: { ok: true, value: planFor('backend', 'auth') },
      });
      void core.ask({ do: 'approve', n: 1, digest: `digest of ${id}`, ...size }, person);
      core.dispatch({ type: 'launched', id, ticket: 2 });
      core.dispatch({ type: 'terminal-changed', terminal: terminal(id, { flowing: true }) });
      done = [];
    });
    afterEach(() => {
      core.close();
      disk[Symbol.dispose]();
    });

    it('refuses every request, changes nothing for it, and begins nothing', async () => {
      fill();
      const draft = { repo: 'web', task: 'b', brief: '', agent: null };
      const update = { status: 'done' } as never;
      const before = core.state.log;
      const answers = [
        await core.ask({ do: 'propose', draft, sessionId: 't' }, person),
        await core.ask({ do: 'muteNotes', id, muted: true }, person),
        await core.ask({ do: 'remember', memory: { kind: 'fact', text: 'x' } as never }, person),
        await core.ask({ do: 'finish', id, tip: 't' }, person),
        await core.ask({ do: 'clean', id, tip: 't' }, person),
        await core.askForSession(id, { do: 'report', update }),
      ];
      for (const answer of answers)
        expect(answer).toMatchObject({
          problem: { code: 'log_not_written', message: expect.stringContaining('ENOSPC') },
        });
      expect(core.dryRun({ do: 'propose', draft, sessionId: 't' }, person)).toMatchObject({
        problem: { code: 'log_not_written' },
      });
      expect(core.state.log).toBe(before);
      expect(done).toEqual([]);
      expect(core.state.busy.size).toBe(0);
      expect(selectFacts(core.state).notices.map(({ code }) => code)).toEqual(['log_not_written']);
    });

    it('believes facts at once, does what follows only once they are recorded, and tells who waits', async () => {
      core.dispatch({
        type: 'signed',
        id,
        sign: { source: 'hook', report: { kind: 'prompted' } as never },
        sessionId: null,
      });
      done = [];
      fill();
      const stopping = core.ask({ do: 'stop', id }, person);
      expect(done).toEqual(['end-process']);
      const gone = terminal(id, { exit: { code: 3, signal: 0 } as never });
      const [ticket] = [3];
      core.dispatch({ type: 'process-ended', id, result: { ok: true, value: gone }, ticket });
      expect(await stopping).toMatchObject({ problem: { code: 'log_not_written' } });
      expect(core.state.log.workers.get(id)).toMatchObject({ state: 'exited', exitCode: 3 });
      expect(done).not.toContain('snapshot');
      disk.free();
      const recorded = new Promise<void>((resolve) => {
        core.onChange = ({ unrecordable }) => unrecordable === null && resolve();
      });
      await recorded;
      expect(core.isBehind).toBe(false);
      expect(selectFacts(core.state).notices).toEqual([]);
      core.close();
      const events = open();
      expect(events.at(-1)).toMatchObject({ type: 'exited', id, exitCode: 3, wanted: true });
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, n) => n + 1));
    });
  },
);
