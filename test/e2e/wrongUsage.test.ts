import { mkdir } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Shop } from './shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await Shop.open();
});
afterAll(() => shop.close());

it.each([
  ['worke', "Unknown command 'worke'. Did you mean worker? See: orch-tui --help"],
  ['worker strt', "Unknown command 'strt'. Did you mean start? See: orch-tui worker --help"],
  ['help nope', "Unknown command 'nope'. See: orch-tui --help"],
  ['memory', 'Name a command of memory: search, store, correct, remove. See: orch-tui memory --help'],
  ['worker start', "Missing required argument 'repo'. See: orch-tui worker start --help"],
  [
    'worker start a b --yess',
    "Unknown option '--yess'. Did you mean --yes? See: orch-tui worker start --help",
  ],
  ['invoice add x', "Required option '--time <text>' not specified. See: orch-tui invoice add --help"],
  [
    'board move ORC-1 Doing',
    "Command-argument value 'Doing' is invalid for argument 'column'. There is no column \"Doing\". Known: To Do, In Progress, Review, Done. See: orch-tui board move --help",
  ],
  ['approve', 'Name proposals by their numbers, or say --all. See: orch-tui approve --help'],
  [
    'flow release start backend',
    'Either a version or --bump is wanted. See: orch-tui flow release start --help',
  ],
])('%s: one line says what is wrong and where to read more', async (line, told) => {
  expect(await shop.run(line.split(' '))).toEqual({ code: 2, stdout: '', stderr: `orch-tui: ${told}\n` });
});

it('a program that asks for JSON gets it on standard output', async () => {
  const { code, stdout, stderr } = await shop.run(['worker', 'list', 'extra', '--json']);
  expect([code, stderr]).toEqual([2, '']);
  expect(JSON.parse(stdout)).toEqual({
    error: {
      code: 'usage',
      message: "Too many arguments for 'list'. Expected 0 arguments but got 1: extra.",
      hint: 'See: orch-tui worker list --help',
    },
  });
});

it('a folder that is called by its bare name is told how to be opened', async () => {
  await mkdir(shop.path('attic'));
  expect((await shop.run(['attic'])).stderr).toBe(
    "orch-tui: Unknown command 'attic'. To open the folder: orch-tui ./attic; all commands: orch-tui --help\n",
  );
});

it.each(['--help', 'help', 'worker --help', 'help worker'])('%s is no wrong usage', async (line) => {
  const { code, stdout, stderr } = await shop.run(line.split(' '));
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^Usage: orch-tui/);
});
