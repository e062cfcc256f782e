import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseUsage, TranscriptReader, transcriptOf } from '../../../src/agents/claude/files.ts';

const session = '11111111-1111-4111-8111-111111111111';
let folder = '';
let file = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'transcript-'));
  file = join(folder, `${session}.jsonl`);
});
afterEach(() => rm(folder, { recursive: true }));

function line(id: string, output: number, timestamp = '2026-11-22T12:00:00.000Z'): string {
  const usage = { input_tokens: 10, output_tokens: output, cache_read_input_tokens: 100 };
  return `${JSON.stringify({ type: 'assistant', timestamp, message: { id, usage } })}\n`;
}

test('a message is counted once, however many lines it has', async () => {
  await writeFile(file, `${line('m1', 5)}${line('m1', 5)}{"type":"user"}\n${line('m2', 7)}`);
  const days = await new TranscriptReader(file).count();
  expect(Object.values(days)).toEqual([{ input: 20, output: 12, cacheRead: 200, cacheWrite: 0 }]);
});

test('later lines are added, also after a read in the middle of a line', async () => {
  const reader = new TranscriptReader(file);
  expect(await reader.count()).toEqual({});
  const [head, tail] = [line('m2', 7).slice(0, 40), line('m2', 7).slice(40)];
  await writeFile(file, line('m1', 5) + head);
  expect(Object.values(await reader.count())).toMatchObject([{ output: 5 }]);
  await appendFile(file, tail);
  expect(Object.values(await reader.count())).toMatchObject([{ output: 12 }]);
});

test('subagents count, and every day has its own sum', async () => {
  await mkdir(join(folder, session, 'subagents'), { recursive: true });
  await writeFile(file, line('m1', 5, '2026-11-20T12:00:00.000Z'));
  await writeFile(join(folder, session, 'subagents', 'agent-a1.jsonl'), line('s1', 3));
  const days = await new TranscriptReader(file).count();
  expect(days).toMatchObject({ '2026-11-20': { output: 5 }, '2026-11-22': { output: 3 } });
});

test('a replaced file is read from its beginning, and nothing is counted twice', async () => {
  const reader = new TranscriptReader(file);
  await writeFile(file, line('m1', 5) + line('m2', 7));
  await reader.count();
  await writeFile(file, line('m2', 7));
  expect(Object.values(await reader.count())).toMatchObject([{ output: 12 }]);
});

test.each(['', 'null', '{"usage"', '{"usage":1}', '{"message":{"usage":{}}}', '["usage"]'])(
  'a line such as %j says nothing',
  (text) => {
    expect(parseUsage(text)).toBeNull();
  },
);

test.each([
  [{ session_id: session, transcript_path: `/home/ada/${session}.jsonl` }, true],
  [{ session_id: session, transcript_path: '/etc/passwd' }, false],
  [{ session_id: session, transcript_path: `${session}.jsonl` }, false],
  [{ session_id: 1, transcript_path: '/1.jsonl' }, false],
  [null, false],
])('only a file named by its conversation is read: %#', (body, isTaken) => {
  expect(transcriptOf(body) !== null).toBe(isTaken);
});
