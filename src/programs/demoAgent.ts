import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { inboxOf } from '../agents/inbox.ts';
import { DemoAgent, Transcript } from '../demo/agent.ts';
import { printable } from '../demo/text.ts';
import { ControlTools, Hooks, whereami } from '../demo/tools.ts';
import type { Problem } from '../lib/result.ts';

/** The demo agent: behaves like a coding agent in a terminal, without a model. */

/** Default milliseconds of a beat: the sample story takes about eight seconds. */
const defaultPace = 100;

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
  void control.connect();
  await agent.start(printable(flags.brief));
}

function refuse(problem: Problem): void {
  process.stderr.write(`${problem.message}\n`);
  process.exitCode = 1;
}

function paceOf(text: string | undefined): number {
  const pace = Number(text ?? Number.NaN);
  return Number.isFinite(pace) && pace >= 0 ? pace : defaultPace;
}

process.on('uncaughtException', (error: Error) => {
  if (stdin.isTTY) stdin.setRawMode(false);
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
await main();

/** Parsed flags of Claude Code. The flags for permissions and settings are accepted and ignored. */
export interface Flags {
  readonly sessionId: string | null;
  readonly resume: string | null;
  readonly name: string | null;
  readonly brief: string;
  readonly wantsVersion: boolean;
}

/** @throws Error that names the wrong flag */
function parseFlags(args: readonly string[]): Flags {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      'session-id': { type: 'string' },
      resume: { type: 'string' },
      name: { type: 'string', short: 'n' },
      settings: { type: 'string' },
      'mcp-config': { type: 'string' },
      allowedTools: { type: 'string' },
      disallowedTools: { type: 'string' },
      tools: { type: 'string' },
      'permission-mode': { type: 'string' },
      'strict-mcp-config': { type: 'boolean' },
      'plugin-dir': { type: 'string' },
      'append-system-prompt': { type: 'string' },
      version: { type: 'boolean', default: false },
    },
  });
  const ids = [values['session-id'], values.resume].filter((id) => id !== undefined);
  if (ids.length > 1) throw new Error('--session-id and --resume exclude each other');
  // The id becomes a file name.
  if (ids.some((id) => !/^[A-Za-z0-9-]{1,64}$/.test(id))) throw new Error('Invalid session ID');
  return {
    sessionId: values['session-id'] ?? null,
    resume: values.resume ?? null,
    name: values.name ?? null,
    brief: positionals.join(' '),
    wantsVersion: values.version,
  };
}
