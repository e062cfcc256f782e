import {
  adoptState,
  discardState,
  grantTrust,
  outsidePaths,
  readTrust,
  type Trust,
} from '../config/trust/trust.ts';
import { openConfig, readUntrusted } from '../config/workspaceConfig.ts';
import { logFile } from '../controller/log/log.ts';
import { logEvents } from '../controller/log/logLines.ts';
import { demand, Refusal, refuse } from '../core/verb.ts';
import { foreignStateProblem } from '../core/workspace.ts';
import type { ControllerApi } from '../features/commands.ts';
import { applyEvent, emptyLogState } from '../features/log.ts';
import { commonDirectory } from '../git/directories.ts';
import { adoptJournals, discardJournals } from '../git/finish/journal.ts';
import { Git } from '../git/run.ts';
import { connectDaemon } from '../ipc/connect.ts';
import type { DaemonName } from '../ipc/guard.ts';
import type { HostApi } from '../ipc/hostApi.ts';
import { version } from '../ipc/version.ts';
import { problemOf, whyOf } from '../lib/result.ts';
import { askText, askYes, canAsk } from './ask.ts';
import type { Output } from './output.ts';
import { trustText } from './trustGate.ts';
import { findWorkspace } from './workspace.ts';

interface TrustOptions {
  readonly yes?: boolean;
  readonly hash?: string;
  readonly state?: boolean;
  readonly discard?: boolean;
}

/** The person's decision about the configuration, and about state that was not written here. */
interface TrustDecision {
  readonly configuration: boolean;
  readonly state: 'adopt' | 'discard' | 'leave';
}

/** `trust`: shows the effects of a configuration, asks, and records the answer. */
export async function trustWorkspace(out: Output, options: TrustOptions): Promise<void> {
  if (options.discard && !options.state) refuse('usage', '--discard is about state. Say: --state --discard');
  if (options.yes && options.hash === undefined)
    refuse('usage', '--yes needs the hash of what is trusted. See it with: orch-tui trust');
  const trust = demand(readTrust(demand(findWorkspace('.'))));
  const done = await decideTrust(out, trust, options);
  if (!done) throw new Refusal(problemOf('not_confirmed', 'Nothing was trusted.'));
  const { facts } = demand(readTrust(trust.root));
  const state = facts.state === 'foreign' ? ` ${foreignStateProblem(trust.root).message}` : '';
  out.result({ workspace: trust.root, trust: facts }, `${trust.root} is trusted.${state}`);
}

/**
 * Asks for trust in whatever of a workspace is not trusted yet, and carries out the answer.
 * @returns true if its configuration is trusted now
 */
export async function decideTrust(out: Output, trust: Trust, options: TrustOptions = {}): Promise<boolean> {
  const { configuration, state } = trust.facts;
  const isSettled = configuration === 'trusted' && state !== 'foreign';
  const decision = isSettled ? null : options.yes ? given(trust, options) : await ask(out, trust, options);
  if (decision) await carryOutTrust(trust, decision);
  return isSettled || (decision?.configuration ?? false);
}

function given({ facts }: Trust, { state, discard, hash }: TrustOptions): TrustDecision {
  if (hash !== facts.hash)
    refuse(
      'trust_changed',
      `The configuration has the hash ${facts.hash}, not ${hash}.`,
      'Look at it again: orch-tui trust',
    );
  return { configuration: true, state: state ? (discard ? 'discard' : 'adopt') : 'leave' };
}

async function ask(
  out: Output,
  trust: Trust,
  { state, discard }: TrustOptions,
): Promise<TrustDecision | null> {
  const { root, facts } = trust;
  const isForeign = facts.state === 'foreign';
  if (!canAsk(out))
    throw new Refusal(
      problemOf(
        'confirmation_required',
        `${root} is trusted by a person, who has to see first what it can run (hash ${facts.hash}).`,
        `Look at it: orch-tui status. Then: orch-tui trust --yes --hash ${facts.hash}${isForeign ? ' --state' : ''}`,
      ),
    );
  const config = readUntrusted(root);
  const outside = config.ok ? outsidePaths(config.value.config) : [];
  out.say([root, '', trustText(facts, outside), ...(isForeign ? ['', stateText(root)] : []), ''].join('\n'));
  const isTrusted = facts.configuration === 'trusted';
  if (!isForeign) return yesTo('Trust this configuration?', { configuration: true, state: 'leave' });
  if (state)
    return yesTo(
      discard ? 'Trust this, and put that state aside?' : 'Trust this, and take over that state?',
      {
        configuration: true,
        state: discard ? 'discard' : 'adopt',
      },
    );
  const answer = await askText(
    `y ${isTrusted ? '' : 'trust it and '}take the state over, d put the state aside, l ${isTrusted ? '' : 'trust it and '}only look at the state, N nothing [y/d/l/N] `,
  );
  const choices = { y: 'adopt', d: 'discard', l: 'leave' } as const;
  const chosen = choices[answer.toLowerCase() as keyof typeof choices];
  return chosen ? { configuration: true, state: chosen } : null;
}

async function yesTo(question: string, decision: TrustDecision): Promise<TrustDecision | null> {
  return (await askYes(question)) ? decision : null;
}

/** Describes the state that was not written here, or why its log cannot be read; such a log is never used. */
function stateText(root: string): string {
  try {
    let state = emptyLogState;
    for (const event of logEvents(logFile(root))) state = applyEvent(state, event);
    const workers = [...state.workers.keys()];
    const open = [...state.proposals.values()].map(({ draft }) => `${draft.repo ?? ''}/${draft.task}`);
    return `State: ${workers.length} workers${listed(workers)}; ${open.length} open proposals${listed(open)}.`;
  } catch (error) {
    return `State: its log cannot be read (${whyOf(error)}).`;
  }
}

const mostListed = 10;

function listed(names: readonly string[]): string {
  if (names.length === 0) return '';
  const more = names.length > mostListed ? ` and ${names.length - mostListed} more` : '';
  return ` (${names.slice(0, mostListed).join(', ')}${more})`;
}

async function carryOutTrust(trust: Trust, { configuration, state }: TrustDecision): Promise<void> {
  const { root, facts } = trust;
  if (configuration) demand(grantTrust(root, facts.hash));
  if (state === 'leave') return refreshController(root);
  if (state === 'discard') await refuseRunningWorkers(root);
  // A running controller would keep the state that it has read.
  await stopController(root);
  const now = demand(readTrust(root));
  if (state === 'discard') demand(discardState(now));
  else demand(adoptState(now));
  const git = new Git();
  for (const repo of demand(openConfig(root)).config.repos) {
    const common = await commonDirectory(git, repo.path);
    if (common.ok) demand(await (state === 'discard' ? discardJournals : adoptJournals)(common.value));
  }
}

async function refuseRunningWorkers(root: string): Promise<void> {
  const link = await connectRunning(root, 'host');
  if (!link) return;
  try {
    const { running } = demand(await link.caller<HostApi>()('status', {}));
    if (running > 0)
      refuse(
        'workers_running',
        `${running} of its workers still run.`,
        'Stop them first: orch-tui host stop. Or take the state over: orch-tui trust --state',
      );
  } finally {
    link.close();
  }
}

async function stopController(root: string): Promise<void> {
  const link = await connectRunning(root, 'controller');
  if (!link) return;
  demand(await link.caller<ControllerApi>()('shutdown', {}));
  await link.closed;
}

/** Makes a running controller read what was trusted. */
async function refreshController(root: string): Promise<void> {
  const link = await connectRunning(root, 'controller');
  if (!link) return;
  await link.caller<ControllerApi>()('facts', {});
  link.close();
}

async function connectRunning(root: string, program: DaemonName) {
  const link = await connectDaemon({ root, program, version, role: 'client', anyVersion: true });
  return link.ok ? link.value : null;
}
