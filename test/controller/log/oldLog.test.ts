import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openLog } from '../../../src/controller/log/log.ts';
import { applyEvent, emptyLogState } from '../../../src/features/log.ts';
import { need } from '../../support/need.ts';

/** Written by the program before its events moved to their features, in a run of the demo; paths and names of folders aside. */
const kept = join(import.meta.dirname, 'fixtures/demo-run.jsonl');

it('a log written before opens, says the same, and is left as it was', () => {
  const root = mkdtempSync(join(tmpdir(), 'old-log-'));
  try {
    mkdirSync(join(root, '.orch'));
    const file = join(root, '.orch/log.jsonl');
    copyFileSync(kept, file);
    let state = emptyLogState;
    const log = openLog(file, (event) => {
      state = applyEvent(state, event);
    });
    log.close();
    expect(log.problems).toEqual([]);
    expect(readFileSync(file, 'utf8')).toBe(readFileSync(kept, 'utf8'));
    expect(state.seq).toBe(readFileSync(kept, 'utf8').trim().split('\n').length);
    expect(state.ended.slice(0, 2).map(({ id, how }) => `${id} ${how}`)).toEqual(
      expect.arrayContaining(['backend/rate-limits finished', 'admin/dashboard cleaned']),
    );
    expect(state.gone.get('backend/rate-limits')).toMatchObject({ state: 'exited', run: 1, agent: 'demo' });
    expect(need(state.gone.get('backend/rate-limits')?.said).text).not.toBe('');
    expect([...state.proposals]).toEqual([]);
    expect(state.workTimes.get('backend/rate-limits')?.isOwed).toBe(true);
  } finally {
    rmSync(root, { recursive: true });
  }
});
