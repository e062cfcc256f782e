import type { LogEvent } from '../features/log.ts';
import { memoryText } from '../ui/words.ts';
import { eventText } from './describe/event.ts';
import { proposalRows, proposalText } from './describe/proposal.ts';
import { reposText } from './describe/repos.ts';
import { timeText } from './describe/rows.ts';
import { operationText, workerJson, workersText, workerText } from './describe/worker.ts';
import { demand, type Output, refuse } from './output.ts';
import { demandWorker, withController, withTerminal } from './session.ts';

/** Commands that only look. */

export async function showStatus(out: Output, repo: string | undefined): Promise<void> {
  await withController('.', async (call) => {
    const facts = demand(await call('facts', { refresh: true }));
    const repos = facts.repos.filter((one) => repo === undefined || one.name === repo);
    if (repo !== undefined && repos.length === 0)
      refuse(
        'unknown_repo',
        `There is no repository ${JSON.stringify(repo)} here.`,
        `Known: ${facts.repos.map((one) => one.name).join(', ')}.`,
      );
    const workers = facts.workers.filter((one) => repo === undefined || one.repo === repo);
    const value = {
      workspace: facts.workspace.root,
      name: facts.workspace.name,
      trust: facts.trust ?? { configuration: 'trusted', state: 'own' },
      repos,
      workers: workers.map(workerJson),
      proposals: facts.proposals,
      operations: facts.operations ?? [],
      memory: facts.memory ?? null,
      usage: facts.usage ?? null,
      notices: facts.notices,
    };
    const waiting =
      facts.proposals.length === 0
        ? []
        : ['', 'Waiting for your yes; in full: orch-tui proposals', proposalRows(facts.proposals)];
    const operations = (facts.operations ?? []).map((one) => `… ${operationText(one)}`);
    const notices = facts.notices.map((notice) => `! ${notice.message}`);
    out.result(
      value,
      [
        `${facts.workspace.name}  ${facts.workspace.root}`,
        '',
        repos.length === 0 ? 'No repositories. Add them: orch-tui init' : reposText(repos),
        '',
        workersText(workers),
        ...waiting,
        ...(facts.memory ? ['', `Memory: ${memoryText(facts.memory)}`] : []),
        ...operations,
        ...notices,
      ].join('\n'),
    );
  });
}

export async function listWorkers(out: Output): Promise<void> {
  await withController('.', async (call) => {
    const { workers } = demand(await call('facts', {}));
    out.result(workers.map(workerJson), workersText(workers));
  });
}

export async function showWorker(out: Output, id: string): Promise<void> {
  await withController('.', async (call) => {
    const facts = demand(await call('facts', {}));
    const ended = facts.ended.findLast((one) => one.id === id);
    if (ended && !facts.workers.some((one) => one.id === id))
      return out.result(
        ended,
        `${id} was ${ended.how} at ${timeText(ended.at)}; its last commit is kept at ${ended.backup}.`,
      );
    const worker = demandWorker(facts, id);
    const aside = {
      lacks: facts.workspace.lacks?.[worker.agent] ?? [],
      undelivered: facts.undelivered?.includes(id) ?? false,
      usage: facts.usage?.workers[id] ?? null,
    };
    out.result({ ...workerJson(worker), ...aside }, workerText(worker, aside, Date.now()));
  });
}

export async function listProposals(out: Output): Promise<void> {
  await withController('.', async (call) => {
    const { proposals } = demand(await call('facts', {}));
    out.result(
      proposals,
      proposals.length === 0
        ? 'No open proposals.'
        : proposals.map((one) => proposalText(one, Date.now(), process.stdout.columns)).join('\n\n'),
    );
  });
}

export async function rejectProposal(out: Output, n: number, why: string): Promise<void> {
  await withController('.', async (call) => {
    demand(await call('reject', { n, why }));
    out.result({ n, rejected: true }, `Rejected #${n}.`);
  });
}

/** A worker's screen as text; `ansi` keeps its colours, `scrollback` adds lines above. */
export async function showScreen(
  out: Output,
  id: string,
  { ansi = false, scrollback = 0 }: { ansi?: boolean; scrollback?: number },
): Promise<void> {
  await withTerminal(id, async (call) => {
    const { text } = demand(await call('text', { id, ansi, scrollback }));
    out.screen({ id, text }, text);
  });
}

export async function sendText(
  out: Output,
  id: string,
  text: string,
  { command = false }: { command?: boolean },
): Promise<void> {
  await withController('.', async (call) => {
    demand(await call('send', { id, text, command }));
    out.result({ id, sent: text }, `Sent to ${id}.`);
  });
}

export async function showLog(out: Output, id: string): Promise<void> {
  await withController('.', async (call) => {
    const events = demand(await call('log', { id }));
    // A proposal that never became a worker has a log, too; only of nothing there is nothing to tell.
    if (events.length === 0) demandWorker(demand(await call('facts', {})), id);
    // The controller's own, of the same version.
    const lines = events.map((event) => `${timeText(event.at)}  ${eventText(event as LogEvent, id)}`);
    out.result(events, lines.join('\n'));
  });
}
