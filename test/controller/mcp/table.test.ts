import { describe, expect, test } from 'vitest';
import type { Role } from '../../../src/core/worker.ts';
import { agentCommands, commands, toolsOf } from '../../../src/features/commands.ts';
import type { FeatureCommand, SessionCommand } from '../../../src/features/define.ts';
import * as schemas from '../../../src/features/params.ts';
import { auth, bill, call, createSessions, orchestrator, ToolPlace } from './toolPlace.ts';

const asked: readonly SessionCommand[] = Object.values(agentCommands);
const ofClients: readonly FeatureCommand[] = Object.values(commands);
const all = toolsOf.orchestrator;
const callers: Readonly<Record<Role, string>> = { worker: auth, orchestrator };

/** Arguments that each tool takes. */
const samples: Readonly<Record<string, Record<string, unknown>>> = {
  report_progress: { summary: 'Half way' },
  report_blocked: { summary: 'No key' },
  report_done: { summary: 'All done' },
  list_updates: { limit: 3 },
  who_is_changing: { path: 'a.ts' },
  send_message: { to: bill, text: 'Hello' },
  memory_store: { content: 'We sign tokens' },
  memory_search: { query: 'tokens' },
  memory_update: { id: 'orch-1', content: 'We sign nothing' },
  memory_delete: { id: 'orch-1' },
  status: {},
  list_workers: {},
  worker_screen: { worker: auth },
  read_diff: { worker: auth },
  conflicts: { repo: 'web' },
  propose_worker: { repo: 'web', task: 'theme', brief: 'Make it dark.' },
  propose_finish: { worker: auth },
  git_log: { repo: 'web' },
  git_show: { repo: 'web', commit: 'HEAD' },
  board_show: { limit: 1 },
  board_add: { task: 'Limit the rates' },
  board_move: { card: 'ORC-1', column: 'Done' },
  board_edit: { card: 'ORC-1', priority: 'high' },
};

test('has a sample and a name of its own for each tool, and tools of agents’ commands alone', () => {
  expect(all.map(({ name }) => name)).toEqual(Object.keys(samples));
  for (const { command } of all) expect(command.by, command.name).toBe('agent');
  for (const command of asked) {
    expect(command.by, command.name).toBe('agent');
    expect(command.approves, command.name).toBeUndefined();
    // What is neither a tool nor a verb could not be asked for.
    expect(command.mcp ?? command.verbs, command.name).toBeDefined();
  }
  for (const { name, by, mcp } of ofClients) expect([name, by, mcp]).not.toContain('agent');
  expect(ofClients.filter((command) => 'mcp' in command)).toEqual([]);
});

test('gives workers no tool that is the orchestrator’s, and the orchestrator all', () => {
  expect(toolsOf.worker).toEqual(all.filter(({ has }) => has === 'everyone'));
  for (const { command } of all)
    if (command.mcp?.has === 'orchestrator' && command.decide) expect(command.what).toMatch(/^propose /);
});

describe.each(['worker', 'orchestrator'] as const)('a session of the role %s', (role) => {
  const own = toolsOf[role];
  const others = all.filter((tool) => !own.includes(tool));

  test('is served by every tool of its own, and starts, types, answers or ends nothing by any', async () => {
    await using place = new ToolPlace();
    const client = await place.client(callers[role]);
    const refused: string[] = [];
    for (const { name } of own) if ((await call(client, name, samples[name])).isError) refused.push(name);
    expect(refused).toEqual([]);
    const worldly = place.effects.filter((type) => !['reply', 'reply-proposal', 'plan'].includes(type));
    expect(worldly).toEqual([]);
    expect([...place.scene.state.busy]).toEqual([]);
    for (const proposal of place.scene.state.log.proposals.values()) expect(proposal.by).toBe('orchestrator');
  });

  test('is refused every tool of the other role, in words, and every name of a client’s request', async () => {
    await using place = new ToolPlace();
    const client = await place.client(callers[role]);
    for (const { name } of others)
      expect(await call(client, name, samples[name]), name).toMatchObject({
        isError: true,
        text: expect.stringContaining(`${name} is the orchestrator’s alone.`),
      });
    const known = new Set(own.map(({ name }) => name));
    for (const name of [...ofClients, ...asked].map((one) => one.name).filter((one) => !known.has(one)))
      expect(await call(client, name, { n: 1 }), name).toMatchObject({ isError: true });
    expect(place.effects).toEqual([]);
  });

  test('is told which field is wrong, for each field of each tool, and nothing is done', async () => {
    await using place = new ToolPlace();
    const client = await place.client(callers[role]);
    for (const { name, command } of own) {
      const input = command.params(schemas);
      expect(input.safeParse(samples[name]).success, name).toBe(true);
      const { properties = {} } = schemas.z.toJSONSchema(input, { io: 'input' });
      for (const field of Object.keys(properties)) {
        // No field takes a list of lists.
        const args = { ...samples[name], [field]: [[{ wrong: true }]] };
        const answer = await call(client, name, args);
        expect(answer, `${name}.${field}`).toMatchObject({
          isError: true,
          text: expect.stringMatching(new RegExp(`^Error: The arguments of ${name} are wrong\\.`)),
        });
        expect(answer.text, `${name}.${field}`).toContain(`→ at ${field}`);
      }
    }
    expect(place.effects).toEqual([]);
  });
});

describe('the loop', () => {
  test('lets a worker wish for nothing that is the orchestrator’s, whoever hands it over', () => {
    for (const { name, mcp, decide } of asked) {
      if (mcp?.has !== 'orchestrator' || !decide) continue;
      const scene = createSessions();
      scene.tell({
        type: 'session-asked',
        ticket: 1,
        id: auth,
        request: { do: name, ...samples[mcp.name ?? name] },
      });
      expect([name, scene.refusal]).toEqual([name, 'not_allowed']);
      expect(scene.events).toEqual([]);
    }
  });

  test('finds no request of clients for a session, whatever its name', () => {
    const own = new Set<string>(asked.filter(({ decide }) => decide).map(({ name }) => name));
    for (const name of [...ofClients.map((one) => one.name), 'constructor', '__proto__'])
      if (!own.has(name))
        for (const id of [auth, orchestrator]) {
          const scene = createSessions();
          const ask = () => scene.tell({ type: 'session-asked', ticket: 1, id, request: { do: name, n: 1 } });
          expect(ask, name).toThrow(`no session can wish for ${name}`);
        }
  });
});
