/**
 * Records the streams beside this file anew, all or those named, from real programs in real PTYs:
 * `node test/terminal/differential/record.ts [stream]…`. It happens in /tmp/x, so that they say nothing of the
 * machine; that folder must not exist and is removed afterwards.
 */
import { execFileSync } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { agentPrograms } from '../../../src/agents/launch.ts';
import { Pane } from '../../agents/pane.ts';
import { seedClaude } from '../../claude/claudePlace.ts';
import { FakeApi } from '../../claude/fakeApi.ts';
import { installClaude } from '../../claude/install.ts';

/** Names of streams; none for all. */
const wanted = process.argv.slice(2);
const root = '/tmp/x';
const shop = join(root, 'shop');
const size = { cols: 80, rows: 24 };
/** What a stream has beyond this is left out. */
const mostBytes = 60_000;

const env = {
  PATH: [dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(':'),
  HOME: join(root, 'home'),
  SHELL: '/bin/sh',
  TERM: 'xterm-256color',
  COLORTERM: 'truecolor',
  LANG: 'C.UTF-8',
  LESSHISTFILE: '-',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_DATE: '2026-03-01T12:00:00Z',
  GIT_COMMITTER_DATE: '2026-03-01T12:00:00Z',
};

const source = Array.from(
  { length: 60 },
  (_, n) => `/** Price ${n} of the shop. */
export function price${n}(count: number): string {
  if (count < ${n}) throw new RangeError(\`too few: \${count}\`);
  return 'für 日本 👩‍👧 ' + count * ${n}.5; // TODO
}
`,
).join('\n');

const longText = `## What I did

${Array.from({ length: 30 }, (_, n) => `${n + 1}. Counted **apples** of row \`${n}\` — ${'well and good, '.repeat(n % 7)}日本 👩‍👧`).join('\n')}

| fruit | count |
|---|---|
| apples | 12 |
| plums | 700 |

\`\`\`ts
${source.slice(0, 900)}
\`\`\`
`;

await mkdir(root);
try {
  await mkdir(env.HOME);
  await mkdir(shop);
  await writeFile(join(shop, 'prices.ts'), source);
  makeHistory();
  await record('git-log', [
    'git',
    '-c',
    'core.pager=cat',
    'log',
    '--graph',
    '--color=always',
    '--stat',
    '-p',
  ]);
  await record('less', ['less', '-R', 'prices.ts'], async (pane) => {
    await pane.shows('price3(');
    await answer(pane, '/price2[0-9]\r', 'price21');
    await answer(pane, 'nn  ', 'price2[3-9]');
    await answer(pane, 'G', 'price59');
    await answer(pane, '?price4\r', 'price49');
    await answer(pane, '-N\r', ' 2[0-9]{2} ');
    pane.write('q');
  });
  await record('vim', ['vim', '-u', 'NONE', '-i', 'NONE', '-n', '-N', 'prices.ts'], async (pane) => {
    await pane.shows('price1');
    await answer(pane, ':syntax on | set number hlsearch ruler\r', ' 10 ');
    await answer(pane, '/TODO\r', ' 4,\\d+');
    await answer(pane, 'ddOconst café = "日本語 👍🏽"; // new\x1b', 'café');
    await answer(pane, ':vsplit\r', '\\|');
    await answer(pane, '\x04\x04\x05\x05\x19', 'price[456]');
    await answer(pane, ':%s/count/amount/g\r', 'amount');
    await answer(pane, 'vjjjU>>u', 'amount');
    await answer(pane, ':wq\r:wq\r', '');
  });
  await record('top', ['sh', '-c', 'exec top -p $$ -d 0.2 -n 15'], async (pane) => {
    await pane.shows('COMMAND');
    // In colours.
    pane.write('z');
  });
  await record('htop', ['sh', '-c', 'exec htop --readonly -p $$ -d 3'], async (pane) => {
    await pane.shows('F10Quit');
    await answer(pane, 't', 'PID');
    await answer(pane, 'h', 'Process state');
    await answer(pane, ' ', 'F10Quit');
    await answer(pane, '\x1bOQ', 'Categories|Setup');
    pane.write('\x1b[21~');
    await answer(pane, '/sh', 'Search');
    pane.write('\x1b[21~q');
  });
  await recordMc();
  await recordDemo();
  await recordClaude();
} finally {
  await rm(root, { recursive: true, force: true, maxRetries: 5 });
}

function git(...args: string[]): void {
  execFileSync('git', args, { cwd: shop, env, stdio: 'ignore' });
}

/** Branches that part and meet. */
function makeHistory(): void {
  git('init', '-q', '-b', 'develop');
  git('config', 'user.name', 'Ada');
  git('config', 'user.email', 'ada@example.invalid');
  git('add', '-A');
  git('commit', '-qm', 'Open the shop');
  for (const [n, name] of ['apples', 'pears', 'plums', 'cafés'].entries()) {
    git('checkout', '-q', '-b', name, 'develop');
    execFileSync(
      'sh',
      ['-c', `echo "${name} 日本 ${n}" >> ${name}.txt; sed -i 's/price${n}0/cost/' prices.ts`],
      {
        cwd: shop,
        env,
      },
    );
    git('add', '-A');
    git('commit', '-qm', `Sell ${name}`);
    git('checkout', '-q', 'develop');
    git('commit', '-q', '--allow-empty', '-m', `Count ${name}`);
    git('merge', '-q', '--no-ff', '-m', `Merge ${name}`, name);
  }
}

async function answer(pane: Pane, keys: string, expected: string): Promise<void> {
  pane.write(keys);
  if (expected !== '') await pane.shows(new RegExp(expected));
}

/** Keeps what a program prints until it ends by itself, or until `act` is done where it would stay. */
async function record(
  name: string,
  command: readonly string[],
  act: (pane: Pane) => Promise<unknown> = async () => {},
  { more = {}, stays = false }: { more?: Readonly<Record<string, string>>; stays?: boolean } = {},
): Promise<void> {
  if (wanted.length > 0 && !wanted.includes(name)) return;
  await using pane = new Pane({ command, cwd: shop, env: { ...env, ...more }, ...size });
  await act(pane);
  if (!stays) await pane.exited;
  const bytes = Buffer.from(pane.printed).subarray(0, mostBytes);
  await writeFile(join(import.meta.dirname, 'streams', `${name}.bin`), bytes);
  console.log(`${name}: ${bytes.length} bytes`);
}

/** Midnight Commander, telling nothing of user, host and disk. */
async function recordMc(): Promise<void> {
  const config = join(env.HOME, '.config', 'mc');
  await mkdir(config, { recursive: true });
  await writeFile(
    join(config, 'ini'),
    '[Midnight-Commander]\nauto_save_setup=false\n[Layout]\nmessage_visible=false\nxterm_title=false\nfree_space=false\n',
  );
  await record('mc', ['mc', '-u', '.', env.HOME], async (pane) => {
    await pane.shows('prices.ts');
    // One function key at a time: mc takes what follows an escape at once for one key.
    await answer(pane, '\x1b[F\x1bOR', 'Raw');
    // To it a .ts file is a film.
    await answer(pane, '\x1b[19~', 'price1');
    await answer(pane, '\x1b[6~\x1b[6~', 'price[5-9]');
    await answer(pane, '\x1b[21~', 'Mkdir');
    await answer(pane, '\x1b[20~\r', 'Quick view');
    await answer(pane, '\x1bOC', 'View file');
    await answer(pane, '\x1bOC', 'Find file');
    await answer(pane, '\x1b\x1b', 'Mkdir');
    await answer(pane, '\x1b[18~', 'Create a new Directory');
    await answer(pane, 'f\u00e4cher\r', 'f.cher');
    await answer(pane, '\x1b[15~', 'Copy');
    await answer(pane, '\x1b\x1b', 'Mkdir');
    pane.write('\x1b[21~');
  });
}

async function recordDemo(): Promise<void> {
  const { node, demoAgent } = agentPrograms();
  const act = async (pane: Pane) => {
    await pane.shows('Do you want to proceed?');
    await answer(pane, '1', 'Ready for a look');
    pane.write('/exit\r');
  };
  const command = [node, demoAgent, '--name', 'shop/apples', 'Count the apples'];
  await record('demo', command, act, { more: { ORCH_DEMO_PACE: '0' } });
}

async function recordClaude(): Promise<void> {
  const program = await installClaude();
  if (program === null) return;
  await using api = await new FakeApi().open();
  api.turns.push(
    {
      text: 'A list of the apples.',
      tools: [
        { name: 'Write', input: { file_path: join(shop, 'apples.ts'), content: source.slice(0, 600) } },
      ],
    },
    { tools: [{ name: 'Bash', input: { command: 'touch counted.txt', description: 'Note it' } }] },
    { text: longText },
  );
  const preset = await seedClaude(root, program, api, [shop]);
  const act = async (pane: Pane) => {
    await pane.shows('Do you want to create');
    pane.write('\x1b[B\x1b[A\r');
    await pane.shows('Do you want to proceed');
    await answer(pane, '1', 'price[345]\\(.*[\\s\\S]*✻ \\S+ for');
    await answer(pane, '/', '/clear');
    await answer(pane, '\x7fDone? ', 'Done');
  };
  await record('claude', [...preset.command, 'Count the apples.'], act, { more: preset.env, stays: true });
}
