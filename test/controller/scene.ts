import { update } from '../../src/controller/update/update.ts';
import type { StartPlan } from '../../src/core/proposal.ts';
import type { WorkspaceConfig } from '../../src/core/workspace.ts';
import type { ChangeRequest } from '../../src/features/commands.ts';
import { applyEvent, type DomainEvent, type LogEvent } from '../../src/features/log.ts';
import type { Message } from '../../src/features/messages.ts';
import { type ControllerState, type Effect, initialState } from '../../src/features/state.ts';
import type { TerminalRecord } from '../../src/ipc/hostApi.ts';
import type { Result } from '../../src/lib/result.ts';

export const config: WorkspaceConfig = {
  name: 'shop',
  root: '/w',
  repos: [
    { name: 'backend', path: '/w/backend' },
    { name: 'web', path: '/w/web' },
  ],
  agents: {
    claude: { command: ['claude'], env: {}, pass: [], speaks: 'claude' },
    plain: { command: ['cat'], env: {}, pass: [], speaks: 'none' },
  },
  defaultAgent: 'claude',
};

export function planFor(repo: string, task: string, agent = 'claude'): StartPlan {
  return {
    digest: `digest of ${repo}/${task}`,
    id: `${repo}/${task}`,
    agent,
    branch: `feature/${task}`,
    base: {
      branch: 'develop',
      commit: 'a'.repeat(40),
      subject: 'init',
      committedAt: '2026-11-22T10:00:00.000Z',
    },
    worktree: `/w/.worktrees/${repo}-${task}`,
    command: ['claude', '--', 'brief'],
    environment: ['PATH'],
    sessionId: 'session-1',
    warnings: [],
  };
}

export function terminal(id: string, changes: Partial<TerminalRecord> = {}): TerminalRecord {
  return {
    ...{
      id,
      pid: 7,
      cols: 80,
      rows: 24,
      title: '',
      progress: null,
      flowing: false,
      mouse: false,
      fullScreen: false,
      startedAt: '2026-11-22T10:00:00.000Z',
      exit: null,
    },
    ...changes,
  };
}

/** The loop without the world: what was told goes in, what came of it is kept. */
export class Scene {
  state: ControllerState = initialState(config);
  events: DomainEvent[] = [];
  effects: Effect[] = [];
  #ticket = 0;

  tell(message: Message): this {
    const decision = update(this.state, message);
    let log = decision.state.log;
    for (const happening of decision.events) {
      const event: LogEvent = { v: 1, seq: log.seq + 1, at: '2026-11-22T12:00:00.000Z', ...happening };
      log = applyEvent(log, event);
    }
    this.state = { ...decision.state, log };
    this.events = [...decision.events];
    this.effects = [...decision.effects];
    return this;
  }

  ask(request: ChangeRequest, person = true): this {
    this.#ticket += 1;
    return this.tell({ type: 'requested', ticket: this.#ticket, from: { person, pid: 42 }, request });
  }

  /** The refusal that was answered last. */
  get refusal(): string | undefined {
    const reply = this.effects.find((effect) => effect.type === 'reply');
    const result = reply?.type === 'reply' ? (reply.result as Result<unknown>) : undefined;
    return result && !result.ok ? result.problem.code : undefined;
  }

  /** What would be done, by name. */
  get done(): string[] {
    return this.effects.map((effect) => effect.type);
  }

  worker(id: string) {
    return this.state.log.workers.get(id);
  }

  proposed(task = 'auth', agent: string | null = null): this {
    this.ask({
      do: 'propose',
      draft: { repo: 'backend', task, brief: 'do it', agent },
      sessionId: 'session-1',
    });
    const n = this.state.log.lastProposal;
    const draft = this.state.log.proposals.get(n)?.draft;
    if (!draft) throw new Error(`not proposed: ${this.refusal}`);
    return this.tell({
      type: 'planned',
      n,
      draft,
      config: this.state.config,
      plan: { ok: true, value: planFor('backend', task, agent ?? 'claude') },
    });
  }

  started(task = 'auth', agent: string | null = null): this {
    this.proposed(task, agent);
    const n = this.state.log.lastProposal;
    this.ask({ do: 'approve', n, digest: `digest of backend/${task}`, cols: 80, rows: 24 });
    return this.tell({ type: 'launched', id: `backend/${task}`, ticket: this.#ticket });
  }

  /** Says yes to the open wish to resume a worker of that task. */
  resumed(task = 'auth'): this {
    const n = this.state.log.lastProposal;
    const draft = this.state.log.proposals.get(n)?.draft;
    if (!draft) throw new Error('nothing to resume');
    const plan = { ok: true, value: planFor('backend', task) } as const;
    this.tell({ type: 'planned', n, draft, config: this.state.config, plan });
    this.ask({ do: 'approve', n, digest: plan.value.digest, cols: 80, rows: 24 });
    return this.tell({ type: 'launched', id: `backend/${task}`, ticket: this.#ticket });
  }
}
