import { resolve } from 'node:path';
import { keepCompiled } from '../cli/compileCache.ts';
import { takeToken } from '../features/notion/service/token.ts';
import { takeApprovalKey } from '../ipc/heldKey.ts';

/** Older versions cannot load the libraries. Node 20 and 22 still lose a child's last output at its exit. */
const oldestNode = [22, 12] as const;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const [first, ...rest] = process.argv.slice(2);

if (major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1])) {
  process.stderr.write(
    `orch-tui needs Node ${oldestNode.join('.')} or newer, this is ${process.versions.node}. Install Node 24, or run it from a checkout, which brings its own.\n`,
  );
  process.exitCode = 1;
} else {
  keepCompiled();
  // Before any child process could inherit them: git and its hooks, jobs, the daemons, a notifyCommand.
  const token = takeToken(process.env);
  takeApprovalKey(process.env);
  // Made absolute, because daemons have another working directory.
  if (process.env.ORCH_TRACE) process.env.ORCH_TRACE = resolve(process.env.ORCH_TRACE);
  // The room starts fastest when nothing else is loaded, and hooks run within tool calls.
  if (first === undefined || (rest.length === 0 && isFolder(first)))
    await (await import('../cli/room.ts')).openRoom(first ?? '.', token);
  else if (first === 'hook') await import('./hook.ts');
  else if (first === 'mcp' && rest.length === 0) await import('../agents/mcpRelay.ts');
  else await (await import('../cli/program.ts')).runCommand(process.argv.slice(2), token);
}

/** Reports whether an argument is a folder to open, such as `./shop`; a bare word is a command. */
function isFolder(argument: string): boolean {
  return !argument.startsWith('-') && /[./\\~]/.test(argument);
}
