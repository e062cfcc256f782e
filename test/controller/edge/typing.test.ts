import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { HostPort } from '../../../src/controller/edge/hostPort.ts';
import { typePrompt } from '../../../src/controller/edge/typing.ts';
import { failure, type Result, success } from '../../../src/domain/problem.ts';
import type { Message } from '../../../src/features/messages.ts';

const id = 'backend/auth';
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** @param answer what the host says to it */
async function typedAt(answer: Result<null>, text = 'do it', own = '') {
  const told: Message[] = [];
  const asked: unknown[] = [];
  const call = async (method: string, params: unknown) => {
    asked.push([method, params]);
    return answer;
  };
  const host = { find: async () => success(call) } as unknown as Pick<HostPort, 'find'>;
  const prompt = { type: 'type-prompt', id, key: 1, text, own, tries: 0 } as const;
  const done = typePrompt(host, (message) => told.push(message), prompt);
  await vi.runAllTimersAsync();
  await done;
  return { asked, told: told.map(({ type }) => type) };
}

test('a prompt is typed with its Enter, or only the Enter once more, and told of', async () => {
  expect(await typedAt(success(null))).toEqual({
    asked: [['paste', { id, text: 'do it', submit: true, own: '' }]],
    told: ['prompt-typed'],
  });
  expect(await typedAt(success(null), '', 'do it')).toEqual({
    asked: [['paste', { id, text: '', submit: true, own: 'do it' }]],
    told: ['prompt-typed'],
  });
});

test.each(['asks', 'asks_meanwhile', 'not_at_prompt'])('is held where the host says %s', async (code) => {
  expect((await typedAt(failure(code, 'why'))).told).toEqual(['prompt-held']);
});

test('may be tried again where it was not read', async () => {
  expect((await typedAt(failure('not_reading', 'why'))).told).toEqual(['prompt-typed']);
});
