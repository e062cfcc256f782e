import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { HostPort } from '../../../src/controller/edge/hostPort.ts';
import { typePrompt } from '../../../src/controller/edge/typing.ts';
import type { Message } from '../../../src/controller/update/messages.ts';
import { success } from '../../../src/domain/problem.ts';

const id = 'backend/auth';
const box = '────────\n❯ \n────────';
const question = 'Do you want to proceed?\n❯ 1. Yes\n  2. No';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** @param screens what is shown at one look after the other; the last one stays */
async function typedAt(screens: readonly string[], text = 'do it') {
  const told: Message[] = [];
  let typed = '';
  let looks = 0;
  const call = async (method: string, { text, submit }: { text?: string; submit?: boolean }) => {
    if (method === 'text') return success({ text: screens[Math.min(looks++, screens.length - 1)] });
    typed += `${text}${submit ? '⏎' : ''}`;
    return success(null);
  };
  const host = { find: async () => success(call) } as unknown as Pick<HostPort, 'find'>;
  const prompt = { type: 'type-prompt', id, key: 1, text, tries: 0 } as const;
  const done = typePrompt(host, (message) => told.push(message), prompt);
  await vi.runAllTimersAsync();
  await done;
  return { typed, told: told.map(({ type }) => type) };
}

test('a prompt is pasted, entered and told of', async () => {
  expect(await typedAt([box])).toEqual({ typed: 'do it⏎', told: ['prompt-typed'] });
  expect(await typedAt([box], '')).toEqual({ typed: '⏎', told: ['prompt-typed'] });
});

test('at a question nothing is typed', async () => {
  expect(await typedAt([question])).toEqual({ typed: '', told: ['prompt-held'] });
  expect(await typedAt([question], '')).toEqual({ typed: '', told: ['prompt-held'] });
});

test('a question that comes up behind the paste is not answered by its Enter', async () => {
  expect(await typedAt([box, question])).toEqual({ typed: 'do it', told: ['prompt-held'] });
});
