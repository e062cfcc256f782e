/** The demo agent: behaves like a coding agent in a terminal, without a model. */
import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import type { Problem } from '../../lib/result.ts';
import { inboxOf } from '../inbox.ts';
import { DemoAgent } from './agent.ts';
import { ControlTools } from './control.ts';
import { parseFlags } from './flags.ts';
import { Hooks } from './hooks.ts';
import { printable } from './text.ts';
import { whereami } from './tools.ts';
import { Transcript } from './transcript.ts';

/** Milliseconds of a beat: the sample story takes about eight seconds. */
const pleasantPace = 100;

const { stdin, stdout } = process;

async function main(): Promise<void> {
  const flags = parseFlags(process.argv.slice(2));
  if (flags.wantsVersion) return void stdout.write('orch-tui demo agent\n');
  if (!stdin.isTTY || !stdout.isTTY) throw new Error('The demo agent needs a terminal.');

  const cwd = process.cwd();
  const { branch, gitFolder } = await whereami(cwd);
  const opened = flags.resume
    ? Transcript.resume(gitFolder, flags.resume)
    : Transcript.create(gitFolder, flags.sessionId ?? randomUUID());
  if (!opened.ok) return refuse(opened.problem);
  const { transcript, entries, unfinished } =
    'transcript' in opened.value ? opened.value : { transcript: opened.value, entries: [], unfinished: null };

  const hooks = new Hooks(inboxOf(process.env), {
    session_id: transcript.sessionId,
    transcript_path: transcript.file ?? '',
    cwd,
  });
  const control = new ControlTools(process.env);
  const agent = new DemoAgent({
    introduction: { name: printable(flags.name ?? basename(cwd)).replaceAll('\n', ' '), cwd, branch },
    pace: paceOf(process.env.ORCH_DEMO_PACE),
    hooks,
    control,
    transcript,
    earlier: entries,
    unfinished,
    terminal: {
      write: (bytes) => void stdout.write(bytes),
      size: () => ({ cols: stdout.columns || 80, rows: stdout.rows || 24 }),
    },
    exit: (code) => process.exit(code),
  });
  stdin.setRawMode(true).setEncoding('utf8');
  stdin.on('data', (typed: string) => agent.type(typed));
  stdout.on('resize', () => agent.resize());
  process.on('SIGTERM', () => void agent.end('other', 143));
  process.on('SIGHUP', () => void agent.end('other', 129));
  void control.meet();
  await agent.start(printable(flags.brief));
}

function refuse(problem: Problem): void {
  process.stderr.write(`${problem.message}\n`);
  process.exitCode = 1;
}

function paceOf(text: string | undefined): number {
  const pace = Number(text ?? Number.NaN);
  return Number.isFinite(pace) && pace >= 0 ? pace : pleasantPace;
}

process.on('uncaughtException', (error: Error) => {
  if (stdin.isTTY) stdin.setRawMode(false);
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
await main();
