import { columns, proposalText, reposText, workerJson, workersText } from './describe.ts';
import { demand, type Output, refuse } from './output.ts';
import { withController, withHost } from './session.ts';

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
      workspace: facts.workspace,
      repos,
      workers: workers.map(workerJson),
      proposals: facts.proposals,
      notices: facts.notices,
    };
    const waiting = facts.proposals.length === 0 ? [] : ['', ...facts.proposals.map(proposalText)];
    const notices = facts.notices.map((notice) => `! ${notice.message}`);
    out.result(
      value,
      [
        `${facts.workspace.name}  ${facts.workspace.root}`,
        '',
        reposText(repos),
        '',
        workersText(workers),
        ...waiting,
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
    const worker = facts.workers.find((one) => one.id === id);
    const ended = facts.ended.findLast((one) => one.id === id);
    if (worker) {
      const shown = Object.entries(workerJson(worker)).map(([name, value]) => [
        name,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]);
      return out.result(workerJson(worker), columns(shown));
    }
    if (ended)
      return out.result(
        ended,
        `${id} was ${ended.how} at ${ended.at}; its last commit is kept at ${ended.backup}.`,
      );
    refuse('no_such_worker', `There is no worker ${JSON.stringify(id)}.`, 'See: orch-tui worker list');
  });
}

export async function listProposals(out: Output): Promise<void> {
  await withController('.', async (call) => {
    const { proposals } = demand(await call('facts', {}));
    out.result(
      proposals,
      proposals.length === 0 ? 'No open proposals.' : proposals.map(proposalText).join('\n'),
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
  options: { ansi?: boolean; scrollback?: number },
): Promise<void> {
  await withHost('.', async (call) => {
    const { text } = demand(await call('text', { id, ...options }));
    out.result({ id, text }, text);
  });
}

export async function sendText(out: Output, id: string, text: string): Promise<void> {
  await withController('.', async (call) => {
    demand(await call('send', { id, text }));
    out.result({ id, sent: text }, `Sent to ${id}.`);
  });
}

export async function showLog(out: Output, id: string): Promise<void> {
  await withController('.', async (call) => {
    const events = demand(await call('log', { id }));
    const line = ({ seq: _, at, type, v: __, id: ___, ...rest }: (typeof events)[number]) => [
      at,
      type,
      JSON.stringify(rest),
    ];
    out.result(events, events.length === 0 ? 'Nothing is logged.' : columns(events.map(line)));
  });
}
