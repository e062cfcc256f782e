import { type ChildProcess, spawn } from 'node:child_process';
import { writeSync } from 'node:fs';
import { findProgram } from '../probe.ts';

const signals = ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGCONT'] as const;

/**
 * Becomes the agent: the same process, where this Node can do that; else a child with our terminal and process group,
 * whose end is ours.
 */
export async function becomeAgent(command: readonly string[]): Promise<void> {
  const [program = '', ...args] = command;
  const file = await findProgram(program, process.env.PATH ?? '', process.cwd());
  if (file === null) {
    writeSync(1, `${program} was not found.\r\n`);
    process.exit(127);
  }
  if (process.execve) {
    // It says that it is an experiment; the agent's screen is no place for that.
    process.removeAllListeners('warning');
    process.execve(file, [program, ...args], process.env);
  }
  let agent: ChildProcess | null = null;
  for (const signal of signals)
    process.on(signal, () => {
      // The terminal tells the whole group of its keys by itself.
      if (signal !== 'SIGINT' && signal !== 'SIGQUIT') agent?.kill(signal);
    });
  const child = spawn(file, args, { stdio: 'inherit', argv0: program });
  agent = child;
  child.once('error', ({ message }) => {
    writeSync(1, `${message}\r\n`);
    process.exit(126);
  });
  child.once('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 0);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
