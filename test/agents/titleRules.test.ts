import { expect, test } from 'vitest';
import { readTitleBy } from '../../src/agents/abilities.ts';
import { builtInPresets } from '../../src/agents/presets.ts';

const { codex, gemini, aider } = builtInPresets({ node: '/node', demoAgent: '/demo.js' });

test.each([
  [codex, '⠙ shop', 'working'],
  [codex, '[ ! ] Action Required | shop', 'asking'],
  [codex, 'shop', null],
  [gemini, '◇  Ready (shop)', 'resting'],
  [gemini, '✦  Working… (shop)', 'working'],
  [gemini, '✋  Action Required (shop)', 'asking'],
  [gemini, '', null],
  [aider, '⠙ anything', null],
] as const)('rules read titles: %#', ({ titles = {} }, title, says) => {
  expect(readTitleBy(titles, title)).toBe(says);
});
