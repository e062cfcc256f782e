/** The demo agent: behaves like a coding agent in a terminal, without a model. */
import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import type { Problem } from '../../domain/problem.ts';
import { inboxOf } from '../inbox.ts';
import { McpClient, mcpOf } from '../mcpClient.ts';
import { DemoAgent } from './agent.ts';
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
  const agent = new DemoAgent({
    introduction: { name: printable(flags.name ?? basename(cwd)).replaceAll('\n', ' '), cwd, branch },
    pace: paceOf(process.env.ORCH_DEMO_PACE),
    hooks,
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
  void meetTools();
  await agent.start(printable(flags.brief));
}

/** Finds the control room's tools as a real agent does; it has no use for them. */
async function meetTools(): Promise<void> {
  const address = mcpOf(process.env);
  if (!address) return;
  const tools = new McpClient(address);
  const hello = {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'demo', version: '1' },
  };
  try {
    await tools.send({ jsonrpc: '2.0', id: 1, method: 'initialize', params: hello });
    await tools.send({ jsonrpc: '2.0', method: 'notifications/initialized' });
    await tools.send({ jsonrpc: '2.0', id: 2, method: 'tools/list' });
  } catch {
    // A demonstration goes on without.
  }
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
