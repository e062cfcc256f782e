import { execFile } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import coerce from 'semver/functions/coerce.js';
import gte from 'semver/functions/gte.js';
import { untestedNote } from '../agents/claude/launch.ts';
import { agentEnvironment } from '../agents/launch.ts';
import { resolvePresets } from '../agents/presets.ts';
import { type FoundAgent, probeAgent } from '../agents/probe.ts';
import { readTrust, type Trust } from '../config/trust/trust.ts';
import { findUnknownSettings } from '../config/unknownSettings.ts';
import { openConfig, readConfig } from '../config/workspaceConfig.ts';
import { canLookForLeft, listLeft } from '../controller/effects/leftovers.ts';
import { logFile } from '../controller/log/log.ts';
import { damageText, logLines, noDamage, withLine } from '../controller/log/logLines.ts';
import { noProcText, processNames } from '../core/leftProcess.ts';
import { foreignStateProblem, isWhollyTrusted, untrustedProblem } from '../core/workspace.ts';
import { leftOutOf } from '../features/memory/service/memoryServer.ts';
import { credentialsFile, findToken, readCredentials } from '../features/notion/service/credentials.ts';
import { type GivenToken, isToken, NotionToken } from '../features/notion/service/token.ts';
import { runtimeFolder } from '../ipc/guard.ts';
import type { Problem, Result } from '../lib/result.ts';
import { plainLine } from '../lib/sanitize.ts';
import { alignColumns } from '../ui/format.ts';
import { exitCodes, type Output } from './output.ts';
import { readSettings, settingsFile } from './settings.ts';
import { findWorkspace } from './workspace.ts';

/** The oldest git with `merge-tree --stdin`, which checking worktrees against each other is built on. */
const oldestGit = '2.39.0';

/**
 * `doctor`: prints what was found, what is missing and what to do about it.
 * @param token of Notion, from the shell
 */
export async function runDoctor(out: Output, token: GivenToken | null): Promise<void> {
  const root = findWorkspace('.');
  const trust = root.ok ? readTrust(root.value) : null;
  // Before trust no process is started: in this folder even git could be another program.
  const mayRun = !trust || (trust.ok && trust.value.usable !== null);
  const findings: Finding[] = [
    { name: 'node', verdict: 'ok', text: `${process.versions.node} at ${process.execPath}` },
    mayRun ? await checkGit() : { name: 'git', verdict: 'warning', text: notChecked },
    ...(mayRun ? await checkGitSettings() : []),
    ...(mayRun ? await checkAgents(root.ok ? root.value : null) : []),
    checkPty(await loadPty()),
    checkSockets(root.ok ? root.value : '.'),
    checkTerminal(),
    checkUserSettings(),
    ...(await checkNotion(token, root.ok ? root.value : null)),
    ...(trust ? [checkTrust(trust), ...checkMemory(trust)] : []),
    ...(root.ok ? findUnknownSettings(root.value).map(unknownFinding) : []),
    ...(root.ok ? checkLog(logFile(root.value)) : []),
    ...(root.ok ? checkLeft(root.value) : []),
    root.ok
      ? { name: 'workspace', verdict: 'ok', text: root.value }
      : { name: 'workspace', verdict: 'warning', text: `${root.problem.message} ${root.problem.hint ?? ''}` },
  ];
  const marks = { ok: '✓', warning: '!', problem: '✕' };
  out.result(
    findings,
    alignColumns(findings.map(({ name, verdict, text }) => [`${marks[verdict]} ${name}`, text])),
  );
  if (findings.some((finding) => finding.verdict === 'problem')) process.exitCode = exitCodes.refused;
}

const notChecked = 'not looked for before you trust this workspace: orch-tui trust';

function checkTrust(trust: Result<Trust>): Finding {
  const name = 'trust';
  if (!trust.ok) return { name, verdict: 'problem', text: trust.problem.message };
  const { root, facts } = trust.value;
  if (isWhollyTrusted(facts)) return { name, verdict: 'ok', text: 'you trust this configuration' };
  const { message, hint } =
    facts.configuration === 'trusted' ? foreignStateProblem(root) : untrustedProblem(root, facts);
  return { name, verdict: 'warning', text: `${message} ${hint}` };
}

/** Warns of a memory server that searches leave out, because such a search looks like one without matches. */
function checkMemory(trust: Result<Trust>): Finding[] {
  if (!trust.ok || trust.value.server === null) return [];
  const { name, spec } = trust.value.server;
  const leftOut = leftOutOf({ memory: { server: spec } });
  if (leftOut === null) return [];
  return [{ name: 'memory', verdict: 'warning', text: `${plainLine(name)} of .mcp.json: ${leftOut}` }];
}

function unknownFinding({ message, hint }: Problem): Finding {
  return { name: 'configuration', verdict: 'warning', text: `${message} ${hint}` };
}

/** Lists processes of workers whose host was killed. */
function checkLeft(root: string): Finding[] {
  const name = 'left processes';
  if (!canLookForLeft) return [{ name, verdict: 'ok', text: noProcText }];
  return Object.entries(listLeft(root)).map(([id, left]) => ({
    name,
    verdict: 'warning',
    text: `processes of ${plainLine(id)} run without a host: ${processNames(left)}. Resume the worker to see and end them; or: kill ${left[0]?.pid}`,
  }));
}

/** Checks the whole log: elsewhere skipped lines are reported only once. */
function checkLog(file: string): Finding[] {
  const name = 'log';
  if (!existsSync(file)) return [];
  try {
    let damage = noDamage;
    for (const line of logLines(file)) damage = withLine(damage, line);
    return damage.count === 0 ? [] : [{ name, verdict: 'warning', text: damageText(file, damage) }];
  } catch (error) {
    return [{ name, verdict: 'problem', text: `${file} cannot be read: ${(error as Error).message}` }];
  }
}

/** Checks git settings in the environment; none without such settings. */
async function checkGitSettings(): Promise<readonly Finding[]> {
  const name = 'git settings';
  const { GIT_CONFIG_COUNT: count, GIT_CONFIG_PARAMETERS: parameters } = process.env;
  const findings: Finding[] = [];
  if (count !== undefined && count !== '') {
    const isRead = (await run('git', ['config', '--list', '--name-only'])) !== null;
    findings.push(
      isRead
        ? {
            name,
            verdict: 'ok',
            text: `${count} from your environment (GIT_CONFIG_COUNT); git gets them here, too`,
          }
        : {
            name,
            verdict: 'problem',
            text: 'git cannot read its settings: look at GIT_CONFIG_COUNT, GIT_CONFIG_KEY_… and GIT_CONFIG_VALUE_… in your environment',
          },
    );
  }
  if (parameters !== undefined)
    findings.push({
      name,
      verdict: 'warning',
      text: 'a git command that started this one has handed its -c down (GIT_CONFIG_PARAMETERS); that is not passed on. Use git config, or GIT_CONFIG_COUNT',
    });
  return findings;
}

async function checkGit(): Promise<Finding> {
  const said = await run('git', ['--version']);
  if (said === null)
    return { name: 'git', verdict: 'problem', text: 'was not found. Install git 2.39 or newer.' };
  if (gte(coerce(said) ?? '0.0.0', oldestGit)) return { name: 'git', verdict: 'ok', text: said };
  return { name: 'git', verdict: 'problem', text: `${said} is too old: 2.39 or newer is needed.` };
}

/** Checks the agents of the workspace; only the default one must be installed. */
async function checkAgents(root: string | null): Promise<Finding[]> {
  const opened = root === null ? null : openConfig(root);
  if (opened && !opened.ok)
    return [{ name: 'configuration', verdict: 'problem', text: opened.problem.message }];
  if (opened?.value.trust.configuration === 'changed')
    return [{ name: 'agents', verdict: 'warning', text: 'not looked for: the configuration changed' }];
  const presets = opened?.value.config.agents ?? resolved();
  const wanted = opened?.value.config.defaultAgent ?? 'claude';
  const untouched = resolved();
  const absent: string[] = [];
  const findings = await Promise.all(
    Object.entries(presets).map(async ([name, preset]): Promise<Finding | null> => {
      const found = await probeAgent(
        name,
        preset,
        agentEnvironment(process.env, preset),
        root ?? process.cwd(),
      );
      if (found.ok)
        return {
          name: `agent ${name}`,
          verdict: 'ok',
          text: describeAgent(found.value),
        };
      // Built-in agents that the workspace does not configure need no finding, except claude, which most people use.
      if (name !== wanted && name !== 'claude' && isDeepStrictEqual(preset, untouched[name])) {
        absent.push(name);
        return null;
      }
      const verdict = name === wanted && root !== null ? 'problem' : 'warning';
      return { name: `agent ${name}`, verdict, text: `${found.problem.message} ${found.problem.hint ?? ''}` };
    }),
  );
  const text = `also known, but not installed: ${absent.sort().join(', ')}`;
  const others: Finding[] = absent.length === 0 ? [] : [{ name: 'other agents', verdict: 'ok', text }];
  return [...findings.filter((finding) => finding !== null), ...others];
}

function describeAgent({ version, file }: FoundAgent): string {
  const found = [version, file].filter(Boolean).join(' at ');
  const note = untestedNote(version);
  return note === null ? found : `${found}. ${note}`;
}

function resolved() {
  const presets = resolvePresets(undefined);
  return presets.ok ? presets.value : {};
}

async function loadPty(): Promise<string | null> {
  try {
    await import('node-pty');
    return null;
  } catch (error) {
    return (error as Error).message.split('\n')[0] ?? 'unknown';
  }
}

function checkPty(fault: string | null): Finding {
  return fault === null
    ? { name: 'terminals', verdict: 'ok', text: 'node-pty loads' }
    : {
        name: 'terminals',
        verdict: 'problem',
        text: `node-pty does not load: ${fault}. Install orch-tui again, in a checkout with: npm ci`,
      };
}

function checkSockets(root: string): Finding {
  const folder = existsSync(root) ? runtimeFolder(root) : null;
  if (folder?.ok) return { name: 'sockets', verdict: 'ok', text: folder.value };
  return {
    name: 'sockets',
    verdict: 'problem',
    text: folder ? `${folder.problem.message} ${folder.problem.hint ?? ''}` : 'no folder',
  };
}

function checkTerminal(): Finding {
  const { TERM = 'unset', COLORTERM = 'unset', LANG = 'unset' } = process.env;
  const text = `TERM ${TERM}, COLORTERM ${COLORTERM}, LANG ${LANG}`;
  if (!process.stdout.isTTY) return { name: 'terminal', verdict: 'warning', text: `none here (${text})` };
  const { columns: cols, rows } = process.stdout;
  return { name: 'terminal', verdict: TERM === 'dumb' ? 'warning' : 'ok', text: `${cols}×${rows}, ${text}` };
}

function checkUserSettings(): Finding {
  const file = settingsFile();
  const { problems } = readSettings(file);
  if (problems.length > 0) return { name: 'settings', verdict: 'warning', text: problems.join(' ') };
  return {
    name: 'settings',
    verdict: 'ok',
    text: existsSync(file) ? file : `${file} (not there; the usual ones)`,
  };
}

/** Returns the trimmed output of a program; null if it cannot be run. */
function run(program: string, args: readonly string[]): Promise<string | null> {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: 5000 }, (error, stdout) => resolve(error ? null : stdout.trim()));
  });
}

/** The result of one check. */
interface Finding {
  readonly name: string;
  /** `warning`: something is missing that not all people need. */
  readonly verdict: 'ok' | 'warning' | 'problem';
  readonly text: string;
}

const name = 'notion';

/**
 * Reports the source of the Notion token and its last four characters, and problems of the credentials file, even of one
 * that is not in use. Sends no request to Notion.
 * @param own of the shell
 * @param root of the workspace, if there is one
 */
async function checkNotion(own: GivenToken | null, root: string | null): Promise<readonly Finding[]> {
  if (own && !isToken(own.token))
    return [{ name, verdict: 'warning', text: `What ${own.source} holds is no token of Notion.` }];
  const file = credentialsFile(process.env);
  const kept = await readCredentials(file);
  const unsafe = kept.ok ? [] : [warning(kept.problem)];
  // The variables were removed from the environment when this program started.
  const found = own ? new NotionToken(own.token, own.source) : await foundToken();
  if (found) return [{ name, verdict: 'ok', text: tokenText(found, file) }, ...unsafe];
  if (unsafe.length > 0) return unsafe;
  const isMissing = root !== null && isConnected(root);
  const text = isMissing
    ? 'connected, but there is no token. Give one: orch-tui notion connect'
    : 'no token (nothing is synced)';
  return [{ name, verdict: isMissing ? 'warning' : 'ok', text }];
}

async function foundToken(): Promise<NotionToken | null> {
  const found = await findToken({ env: process.env });
  // Problems of the file have a finding of their own.
  return found.ok ? found.value : null;
}

function tokenText({ source, lastFour }: NotionToken, file: string): string {
  const isFile = source === file && existsSync(file);
  const mode = isFile ? ` (mode ${(statSync(file).mode & 0o777).toString(8).padStart(4, '0')})` : '';
  return `token from ${source}${mode}, ending in …${lastFour}`;
}

function warning({ message, hint }: Problem): Finding {
  return { name, verdict: 'warning', text: [message, hint].filter(Boolean).join(' ') };
}

function isConnected(root: string): boolean {
  const config = readConfig(root);
  return config.ok && (config.value.notion?.board ?? config.value.notion?.invoices) !== undefined;
}
