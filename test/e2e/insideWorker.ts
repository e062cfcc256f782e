import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ControllerApi } from '../../src/features/commands.ts';
import { connectDaemon } from '../../src/ipc/connect.ts';
import { version } from '../../src/ipc/version.ts';
import type { Shop } from './shop.ts';

/** What one command inside a worker came to. */
export interface Answer {
  readonly code: number;
  readonly text: string;
}

/** Lines of bash by a name of their own; each leaves its output in `$ANSWER`, and its exit code in `$ANSWER.code`. */
export type Tasks = Readonly<Record<string, string>>;

/** Milliseconds for all tasks together. */
const patience = 220_000;

/** An agent that runs lines of bash in its terminal, as a worker of the built program. */
export function standIn(root: string, env: Readonly<Record<string, string>>): object {
  const [tasks, answers] = [join(root, 'tasks.json'), join(root, 'answers')];
  return {
    command: [process.execPath, resolve('test/e2e/standIn.mjs')],
    speaks: 'none',
    env: { TASKS: tasks, ANSWERS: answers, ...env },
  };
}

/** Starts the stand-in and returns the answers of all tasks. */
export async function runInside(shop: Shop, tasks: Tasks): Promise<ReadonlyMap<string, Answer>> {
  const { root } = shop.place;
  const answers = join(root, 'answers');
  await mkdir(answers);
  const list = Object.entries(tasks).map(([id, line]) => ({ id, line }));
  await writeFile(join(root, 'tasks.json'), JSON.stringify(list));
  await shop.json('worker', 'start', 'backend', 'tester', '--agent', 'tester', '--yes');
  const deadline = Date.now() + patience;
  while (!existsSync(join(answers, 'all'))) {
    if (Date.now() > deadline) throw new Error(`Waited in vain for ${await missing(answers, tasks)}`);
    await new Promise((done) => setTimeout(done, 50));
  }
  const read = async (id: string): Promise<[string, Answer]> => {
    const text = await readFile(join(answers, id), 'utf8').catch(() => '');
    return [id, { text, code: Number(await readFile(join(answers, `${id}.code`), 'utf8').catch(() => -1)) }];
  };
  return new Map(await Promise.all(Object.keys(tasks).map(read)));
}

async function missing(answers: string, tasks: Tasks): Promise<string> {
  return Object.keys(tasks)
    .filter((id) => !existsSync(join(answers, `${id}.code`)))
    .join(', ');
}

/** Proposes workers and approves none, as the control room does. */
export async function propose(shop: Shop, repo: string, ...names: readonly string[]): Promise<void> {
  await shop.json('status');
  const link = await connectDaemon({
    root: shop.place.workspace,
    program: 'controller',
    version,
    role: 'client',
    approvalKey: shop.place.approvalKey,
  });
  if (!link.ok) throw new Error(link.problem.message);
  for (const task of names) {
    const proposed = await link.value.caller<ControllerApi>()('propose', {
      repo,
      task,
      brief: '',
      agent: null,
    });
    if (!proposed.ok) throw new Error(proposed.problem.message);
  }
  link.value.close();
}

/** Quotes a word for bash. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
