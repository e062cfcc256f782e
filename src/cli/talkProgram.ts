import { type Command, InvalidArgumentError, Option } from 'commander';
import { memoryKinds } from '../domain/memory.ts';
import type { Output } from './output.ts';

type Describe = (parent: Command, usage: string, description: string) => Command;

/** Commands around what sessions report, write to each other and store. */
export function describeTalk(out: Output, command: Describe, program: Command): void {
  command(program, 'report [summary]', 'inside a worker: say where its task stands')
    .option('--status <word>', 'working, blocked or done')
    .option('--done <text...>', 'what has been finished')
    .option('--next <text...>', 'what comes next')
    .option('--blocker <text...>', 'what keeps it from going on')
    .option('--percent <n>', 'how much of the whole task is done', upTo(100))
    .option('--minutes <n>', 'worked since the last report', upTo(24 * 60))
    .option('--ready', 'ready to merge: everything is committed and checked')
    .option('--block <text>', 'a [WORKER UPDATE] block instead; - reads it from standard input')
    .action(async (summary, options) => (await import('./report.ts')).reportUpdate(out, summary, options));
  command(program, 'updates [id]', 'what workers reported, newest first')
    .option('--blocks', 'as [WORKER UPDATE] blocks')
    .action(async (id, options) => (await import('./talk.ts')).listUpdates(out, id, options));
  const messages = command(program, 'messages [id]', 'what sessions wrote to each other').action(async (id) =>
    (await import('./talk.ts')).listNotes(out, id),
  );
  command(messages, 'mute <id>', 'give a worker no messages of others').action(async (id) =>
    (await import('./talk.ts')).muteWorker(out, id, true),
  );
  command(messages, 'unmute <id>', 'give it its messages again').action(async (id) =>
    (await import('./talk.ts')).muteWorker(out, id, false),
  );
  const memory = program.command('memory').description('what sessions keep for each other');
  command(memory, 'search [query]', 'find what is stored; all of it without a query')
    .addOption(new Option('--kind <kind>', 'only this kind').choices(memoryKinds))
    .option('--limit <n>', 'at most so many', upTo(100))
    .action(async (query = '', options) => (await import('./talk.ts')).searchMemory(out, query, options));
  command(memory, 'store <text>', 'keep something for all sessions')
    .addOption(new Option('--kind <kind>', 'what it is').choices(memoryKinds).default('context'))
    .option('--tag <tag...>', 'words to find it by')
    .action(async (text, options) => (await import('./talk.ts')).storeMemory(out, text, options));
  // Listed for those who write configurations; it speaks a protocol and no language.
  program.command('mcp').description('inside a session: its tools over standard input and output');
}

function upTo(most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d{1,5}$/.test(text) || value > most) throw new InvalidArgumentError(`0 to ${most} is wanted.`);
    return value;
  };
}
