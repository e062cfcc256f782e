import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../src/cli/program.ts';
import { configFile, grantTrust, readTrust } from '../../src/config/trust/trust.ts';
import type { Facts } from '../../src/core/facts.ts';
import { commands } from '../../src/features/commands.ts';
import { serveDaemon } from '../../src/ipc/daemon.ts';
import { holdApprovalKey } from '../../src/ipc/heldKey.ts';
import { approvalKeyFile, createApprovalKey } from '../../src/ipc/keys.ts';
import type { Link } from '../../src/ipc/link.ts';
import { version } from '../../src/ipc/version.ts';
import { failure, type Result, success } from '../../src/lib/result.ts';

/** Answers by the request's name: a value, a refusal, or a sequence of them. */
export type Answers = Readonly<Record<string, unknown>>;

/** A refusal among the answers. */
export class Refused {
  readonly result: Result<never>;

  constructor(code: string, message: string, hint?: string) {
    this.result = failure(code, message, hint);
  }
}

/** Answers in sequence; the last one repeats. */
export class InTurn {
  readonly values: readonly unknown[];

  constructor(...values: readonly unknown[]) {
    this.values = values;
  }
}

/** A workspace with a controller that gives scripted answers, and the command line in it. */
export class StandInController {
  readonly root: string;
  #answers: Answers = {};
  #asked: string[] = [];
  readonly #end: () => Promise<void>;
  readonly #before = process.cwd();

  private constructor(root: string, end: () => Promise<void>) {
    this.root = root;
    this.#end = end;
  }

  static async open(): Promise<StandInController> {
    const root = realpathSync(mkdtempSync(join(tmpdir(), 'o-verbs-')));
    process.env.XDG_RUNTIME_DIR = join(root, 'run');
    mkdirSync(join(root, 'run'), { mode: 0o700 });
    mkdirSync(join(root, '.orch'));
    writeFileSync(configFile(root), JSON.stringify({ v: 1, name: 'shop', repos: [] }));
    const trust = readTrust(root);
    if (!trust.ok) throw new Error(trust.problem.message);
    grantTrust(root, trust.value.facts.hash);
    createApprovalKey();
    holdApprovalKey(readFileSync(approvalKeyFile(), 'utf8').trim());
    let serve: (link: Link) => void = () => {};
    const write = process.stderr.write;
    process.stderr.write = () => true;
    const daemon = await serveDaemon({
      root,
      program: 'controller',
      version,
      isNeeded: () => true,
      serveAlways: () => {},
      onLink: (link) => {
        serve(link);
        return success(null);
      },
      beforeEnd: async () => {},
    });
    process.stderr.write = write;
    if (!daemon.ok) throw new Error(daemon.problem.message);
    const self = new StandInController(root, () => daemon.value.end());
    serve = (link) => self.#serve(link);
    process.chdir(root);
    return self;
  }

  async close(): Promise<void> {
    process.chdir(this.#before);
    const write = process.stderr.write;
    process.stderr.write = () => true;
    await this.#end();
    process.stderr.write = write;
    rmSync(this.root, { recursive: true, force: true });
  }

  #serve(link: Link): void {
    const answer = (name: string, params: unknown): Result<unknown> => {
      // What a shell lends differs between machines; that it does is part of the verb.
      if (name === 'lendEnvironment') {
        this.#asked.push(name);
        return success(null);
      }
      this.#asked.push(`${name} ${JSON.stringify(params)}`);
      const said = this.#answers[name];
      const turn = this.#asked.filter((one) => one.startsWith(`${name} `)).length - 1;
      const value = said instanceof InTurn ? said.values[Math.min(turn, said.values.length - 1)] : said;
      if (value instanceof Refused) return value.result;
      return value === undefined ? failure('unanswered', `Nothing is said to ${name}.`) : success(value);
    };
    const handlers = Object.keys(commands).map((name) => [name, (params: unknown) => answer(name, params)]);
    link.serve(Object.fromEntries(handlers));
  }

  /** Runs a command. @returns its output, its requests to the controller, and its exit code */
  async run(argv: readonly string[], answers: Answers & { readonly facts?: Facts }): Promise<string> {
    this.#answers = answers;
    this.#asked = [];
    const printed: string[] = [];
    const streams = [process.stdout, process.stderr] as const;
    const writes = streams.map((stream) => stream.write);
    const listeners = streams.map((stream) => new Set(stream.listeners('error')));
    streams.forEach((stream, at) => {
      stream.write = ((chunk: string | Uint8Array) => {
        const text = String(chunk).replaceAll(this.root, '/ROOT');
        printed.push(
          ...text
            .trimEnd()
            .split('\n')
            .map((line) => `${at === 0 ? '|' : '!'} ${line}`.trimEnd()),
        );
        return true;
      }) as typeof stream.write;
    });
    try {
      await runCommand(argv, null);
    } finally {
      streams.forEach((stream, at) => {
        stream.write = writes[at] as typeof stream.write;
        // A process runs one command; this one would collect what each adds.
        for (const one of stream.listeners('error'))
          if (!listeners[at]?.has(one)) stream.off('error', one as () => void);
      });
    }
    const { exitCode = 0 } = process;
    process.exitCode = 0;
    const typed = argv.map((word) => (/^[\w./:-]+$/.test(word) ? word : JSON.stringify(word))).join(' ');
    return [
      `$ ${typed}${exitCode === 0 ? '' : `  [${exitCode}]`}`,
      ...this.#asked.map((one) => `> ${one}`.replaceAll(this.root, '/ROOT')),
      ...printed,
    ].join('\n');
  }
}
