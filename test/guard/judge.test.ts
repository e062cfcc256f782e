import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { WorkerRules } from '../../src/core/worker.ts';
import { judge } from '../../src/guard/judge.ts';
import type { ToolCall } from '../../src/guard/places.ts';
import { existsBelow, locate } from '../../src/host/inbox.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'orch-guard-')));
afterAll(() => rmSync(root, { recursive: true }));
const shop = join(root, 'shop');
const own = join(shop, '.worktrees', 'backend-door');
for (const folder of [
  join(own, 'src'),
  join(shop, 'backend'),
  join(shop, '.orch'),
  join(root, 'home'),
  join(root, 'scratch'),
])
  mkdirSync(folder, { recursive: true });
writeFileSync(join(own, '.git'), 'gitdir: elsewhere\n');
symlinkSync(join(shop, 'backend'), join(own, 'side'));
symlinkSync('../../..', join(own, 'up'));
symlinkSync('src', join(own, 'inner'));
symlinkSync('loop', join(own, 'loop'));
symlinkSync(own, join(root, 'home', 'mine'));

const rules: WorkerRules = {
  role: 'worker',
  worktree: own,
  branch: 'feature/door',
  workspace: shop,
  writable: [root, join(root, 'scratch')].slice(1),
  variables: { HOME: join(root, 'home'), TMPDIR: join(root, 'scratch') },
  allow: [],
};

function topicOf(
  call: Pick<ToolCall, 'tool' | 'input'>,
  cwd = own,
  changes: Partial<WorkerRules> = {},
): string | null {
  return judge({ ...call, cwd }, { ...rules, ...changes }, { locate, exists: existsBelow })?.topic ?? null;
}
const bash = (command: string, cwd = own, changes: Partial<WorkerRules> = {}) =>
  topicOf({ tool: 'Bash', input: { command } }, cwd, changes);
const write = (file_path: string, tool = 'Write') => topicOf({ tool, input: { file_path } });

describe('the file tools', () => {
  test.each([
    [`${own}/src/a.ts`],
    [`${own}/new/deep/a.ts`],
    ['src/a.ts'],
    [`${own}/inner/a.ts`],
    [`${own}/src/../b.ts`],
    [`${own}/..hidden`],
    [`${root}/scratch/notes.txt`],
    [`${root}/home/mine/src/a.ts`],
  ])('write %s', (path) => expect(write(path)).toBeNull());

  test.each([
    [`${shop}/backend/a.ts`],
    [`${own}/../backend-other/a.ts`],
    [`${own}/side/a.ts`],
    [`${own}/up/anything`],
    [`${own}/inner/../../../x`],
    [`${own}/side/../x.ts`],
    [`${own}/loop/x`],
    [`${own}-other/x.ts`],
    [`${shop}/.orch/config.json`],
    [`${root}/home/.claude/settings.json`],
    [`${own}/.git`],
    ['/etc/passwd'],
    ['../x.ts'],
    [`${own}/\0x`],
    [`${own}/${'x'.repeat(5000)}`],
  ])('do not write %j', (path) => expect(write(path)).toBe('outside'));

  test.each(['Edit', 'MultiEdit', 'SomethingNew'])('%s is judged like Write', (tool) =>
    expect(write('/etc/passwd', tool)).toBe('outside'),
  );
  test.each([
    ['~/.bashrc'],
    ['~'],
    ['~root/x'],
    [''],
    ['  '],
    [['/etc/x']],
    [[`${own}/a`, '/etc/x']],
    [{ path: '/etc/x' }],
    [7],
    [null],
    [`${own}/.GIT`],
    [`${own}/.Git`],
  ])('do not write %j, which is no path of the worktree', (file_path) =>
    expect(topicOf({ tool: 'Write', input: { file_path } })).toBe('outside'),
  );
  test.each(['path', 'paths', 'file_paths', 'target_file', 'destination'])(
    'a path may be called %s',
    (field) => {
      expect(topicOf({ tool: 'SomethingNew', input: { [field]: '/etc/x' } })).toBe('outside');
      expect(topicOf({ tool: 'SomethingNew', input: { [field]: [`${own}/a`] } })).toBeNull();
    },
  );
  test('a command that is no text is refused, and a list of words is one', () => {
    expect(topicOf({ tool: 'Bash', input: { command: 7 } })).toBe('outside');
    expect(topicOf({ tool: 'Bash', input: { command: ['git', 'push'] } })).toBe('push');
    expect(topicOf({ tool: 'Bash', input: { command: ['echo', 'git push'] } })).toBeNull();
  });
  test('a notebook has a path of its own', () =>
    expect(topicOf({ tool: 'NotebookEdit', input: { notebook_path: '/etc/x.ipynb' } })).toBe('outside'));
  test('reading is free', () => expect(write('/etc/passwd', 'Read')).toBeNull());
  test('what other servers offer is not ours to judge', () =>
    expect(topicOf({ tool: 'mcp__files__write', input: { file_path: '/etc/x' } })).toBeNull());
  test('a second worktree is refused', () => {
    expect(topicOf({ tool: 'EnterWorktree', input: {} })).toBe('worktrees');
    expect(topicOf({ tool: 'Agent', input: { isolation: 'worktree', prompt: 'x' } })).toBe('worktrees');
    expect(topicOf({ tool: 'Agent', input: { prompt: 'x' } })).toBeNull();
  });
});

describe('a command line is let through', () => {
  test.each([
    'npm test',
    'npm ci && npm run build 2>&1 | tee build.log',
    'echo hi > src/a.txt',
    'cat <<EOF > a.txt\nsome > ../text; git stash\nEOF',
    "cat <<'EOF' > a.txt\n$(git push)\nEOF",
    'cargo build > /dev/null 2>&1',
    'make 2>/dev/stderr >&2',
    'git status --short; git diff HEAD~1 -- src',
    'git add -A && git commit -m "Say git push > ../x; done"',
    'git commit -m "$(cat <<\'EOF\'\nAdd a door\n\ngit stash is not used\nEOF\n)"',
    'git stash list',
    'git checkout -- src/a.ts',
    'git checkout .',
    'git checkout --theirs package.json',
    'git checkout HEAD~1 src/a.ts',
    'git restore --staged .',
    'git branch --show-current && git branch -a',
    'git branch try-it',
    'git merge develop',
    'git rebase develop',
    'git rebase --onto develop old',
    'git reset --hard HEAD~1',
    'git reset --hard',
    'git reset --soft develop',
    'git fetch origin develop',
    'git fetch git@example.org:x/y.git',
    'git -C src log -1',
    `git -C ${own} commit -am x`,
    `git -C ${shop}/backend log --oneline -5`,
    `cd ${shop}/backend && git status && ls`,
    'git worktree list',
    'git tag -l',
    'git clone . inner-copy',
    'rm -rf node_modules dist',
    'cp ../../backend/.env .env',
    'mkdir -p src/new && touch src/new/a && mv src/new/a src/b',
    'sed -i s/a/b/ src/a.ts',
    'sed -n 1,5p ../../backend/README.md',
    'find . -name "*.tmp" -delete',
    'find .. -name "*.md" | xargs grep door',
    'python3 -c "print(1+1)"',
    "python3 -c \"open('src/x', 'w').write('y')\"",
    'for f in a b; do echo "$f" >> list.txt; done',
    'echo x > "$TMPDIR/log"',
    'D=$TMPDIR/x; mkdir -p $D && echo 1 > $D/one',
    'echo > "$(mktemp)"',
    'grep -rn "git push" docs # git push',
    'gh pr view 3 --comments && gh pr list && gh --version',
    'gh repo view o/r; gh run list; gh auth status',
    'gh api repos/o/r/pulls && gh api -X GET search/issues -f q=door',
    'glab mr list --repo o/r',
    'orch-tui status && orch-tui worker list --json && orch-tui report --done x',
    'npx orch-tui conflicts',
    'echo "unfinished',
    '',
    '((((',
    '<<',
  ])('%s', (command) => expect(bash(command)).toBeNull());
});

describe('a command line is refused', () => {
  test.each([
    ['stash', 'git stash'],
    ['stash', 'git stash pop'],
    ['stash', 'git   "stash" push -u'],
    ['stash', 'FOO=1 git -c core.pager=cat stash'],
    ['stash', '/usr/bin/git stash'],
    ['stash', 'npm test && git stash; ls'],
    ['stash', 'true || (cd src && git stash -q)'],
    ['stash', 'sh -c "git stash"'],
    ['stash', "bash -lc 'cd src; git stash'"],
    ['stash', 'eval "git stash"'],
    ['stash', 'echo $(git stash)'],
    ['stash', 'echo "`git stash`"'],
    ['stash', 'X=stash; git $X'],
    ['stash', 'env A=b timeout 10 git stash'],
    ['stash', 'if true; then git stash; fi'],
    ['stash', 'echo x | xargs -I {} git stash'],
    ['stash', 'find . -maxdepth 0 -exec git stash \\;'],
    ['stash', 'bash <<EOF\ngit stash\nEOF'],
    ['stash', 'cat <<EOF\n$(git stash)\nEOF'],
    ['stash', 'git st\\\nash'],
    ['switch', 'git switch develop'],
    ['switch', 'git checkout develop'],
    ['switch', 'git checkout -b other'],
    ['switch', 'git checkout -f main'],
    ['switch', 'git checkout -'],
    ['switch', 'git checkout --detach'],
    ['switch', 'git rebase develop feature/other'],
    ['switch', 'git symbolic-ref HEAD refs/heads/main'],
    ['switch', 'git -c alias.x=stash x'],
    ['switch', 'git config alias.x stash'],
    ['switch', 'python3 -c "import os; os.system(\'git checkout main\')"'],
    ['stash', "node -e \"require('child_process').execFileSync('git', ['stash'])\""],
    ['branches', 'git branch -D feature/other'],
    ['branches', 'git branch -fq develop HEAD'],
    ['branches', 'git branch --delete x'],
    ['branches', 'git branch -m develop old'],
    ['branches', 'git update-ref refs/heads/develop HEAD'],
    ['branches', 'git fetch origin develop:develop'],
    ['branches', 'git reflog expire --all'],
    ['branches', 'git tag -d v1'],
    ['push', 'git push'],
    ['push', 'git push origin HEAD --force'],
    ['push', `git -C ${shop}/backend push`],
    ['push', 'git lfs push origin feature/door'],
    ['push', 'git subtree push --prefix lib origin lib'],
    ['push', 'gh pr create --fill'],
    ['push', 'gh -R o/r pr merge 3 --squash'],
    ['push', 'cd src && gh pr --repo o/r create'],
    ['push', 'gh repo create shop --public --source .'],
    ['push', 'gh repo delete o/r --yes'],
    ['push', 'gh release create v1 --notes ""'],
    ['push', 'gh issue comment 4 --body done'],
    ['push', 'gh api repos/o/r/pulls -f title=x'],
    ['push', 'gh api -X DELETE repos/o/r'],
    ['push', 'gh api --method=PATCH repos/o/r'],
    ['push', 'glab mr create --fill'],
    ['push', 'env GLAB_X=1 glab mr merge 3'],
    ['switch', 'gh pr checkout 3'],
    ['worktrees', 'git worktree add ../x'],
    ['worktrees', 'git worktree remove --force ../backend-other'],
    ['reset', 'git reset --hard develop'],
    ['reset', 'git reset --hard origin/main'],
    ['outside', `git -C ${shop}/backend commit -am x`],
    ['outside', `git -C ${shop}/backend reset --hard HEAD~1`],
    ['outside', `cd ${shop}/backend && git commit -am x`],
    ['outside', `git --git-dir=${shop}/backend/.git commit --allow-empty -m x`],
    ['outside', `GIT_DIR=${shop}/backend/.git git commit --allow-empty -m x`],
    ['outside', `git clone . ${shop}/copy`],
    ['approve', 'orch-tui worker start backend more --yes'],
    ['approve', 'npx orch-tui approve 3'],
    ['approve', 'node /opt/dist/orch-tui.js --json worker finish backend/door --yes'],
    ['approve', 'orch-tui worker clean backend/door --yes'],
    ['approve', 'orch-tui run deploy backend'],
    ['approve', 'orch-tui worker go-on --all --yes'],
    ['approve', 'orch-tui worker leave-unfinished backend/door'],
    ['approve', 'git flow feature finish door'],
    ['outside', 'echo x > ../x'],
    ['outside', `echo x >> ${shop}/backend/README.md`],
    ['outside', 'echo x >| side/x'],
    ['outside', 'echo x &> up/x'],
    ['outside', 'make 2> ../errors'],
    ['outside', 'cd .. && echo x > x'],
    ['outside', `(cd ${shop} && echo x > x)`],
    ['outside', `cd ${shop}; cd backend; touch x`],
    ['outside', 'cd side && echo x > x'],
    ['outside', 'echo x > ~/x'],
    ['outside', 'echo x > $HOME/x'],
    ['outside', `P=${shop}; echo x > \${P}/x`],
    ['outside', 'echo x | tee ../x'],
    ['outside', 'cp src/a.ts ../../backend/'],
    ['outside', 'cp -t ../../backend src/a.ts'],
    ['outside', 'mv ../../backend/README.md .'],
    ['outside', `rm -rf ${shop}/backend`],
    ['outside', 'rm -rf ..'],
    ['outside', 'rm .git'],
    ['outside', `ln -s x ${shop}/y`],
    ['outside', `dd if=/dev/zero of=${shop}/x count=1`],
    ['outside', `sed -i s/a/b/ ${shop}/backend/README.md`],
    ['outside', `sed -i.bak -e 1d ${shop}/backend/README.md`],
    ['outside', `find ${shop}/backend -name x -delete`],
    ['outside', `find ${shop}/backend -exec rm {} +`],
    ['outside', `curl -o ${shop}/x http://127.0.0.1/`],
    ['outside', `tar xf a.tar -C ${shop}`],
    ['outside', `python3 -c "open('${shop}/x', 'w').write('y')"`],
    ['outside', `python3 - <<'EOF'\nopen('${shop}/x', 'w').write('y')\nEOF`],
    ['outside', `node -e "require('fs').writeFileSync('../x', '')"`],
    ['outside', 'sudo tee /etc/hosts'],
    ['outside', `sh -c "sh -c \\"sh -c 'touch ${shop}/x'\\""`],
  ])('for %s: %s', (topic, command) => expect(bash(command)).toBe(topic));

  test('when it begins outside', () => expect(bash('echo x > x', join(shop, 'backend'))).toBe('outside'));
  test('also in another tool with a command', () =>
    expect(topicOf({ tool: 'Monitor', input: { command: 'git stash' } })).toBe('stash'));
});

test('a workspace allows what it names', () => {
  expect(bash('git push', own, { allow: ['push'] })).toBeNull();
  expect(bash('gh pr create --fill', own, { allow: ['push'] })).toBeNull();
  expect(bash('git stash', own, { allow: ['push'] })).toBe('stash');
  expect(bash('npm publish', own, { allow: ['push'] })).toBeNull();
  expect(bash('gh pr checkout 3', own, { allow: ['switch'] })).toBeNull();
  expect(bash('git config alias.x log', own, { allow: ['switch'] })).toBeNull();
  expect(bash('git config core.hooksPath x', own, { allow: ['switch'] })).toBe('outside');
  expect(bash('npm i -g x', own, { allow: ['outside'] })).toBeNull();
  expect(bash('crontab jobs', own, { allow: ['outside'] })).toBeNull();
  expect(bash('echo > ../x', own, { allow: ['outside'] })).toBeNull();
  expect(bash('orch-tui approve 1', own, { allow: ['approve'] })).toBeNull();
  expect(bash(`echo > ${shop}/shared/x`, own, { writable: [join(shop, 'shared')] })).toBeNull();
});

test('unresolvable commands are refused whatever a workspace allows, because they could be anything', () => {
  for (const line of ['$UNSET x', 'git $UNSET', 'curl -s x | sh', 'x'.repeat(500_000)])
    expect(bash(line, own, { allow: ['outside', 'push', 'switch'] })).toBe('outside');
});

test('a folder for temporary files that holds the workspace does not open it', () => {
  expect(bash(`echo > ${root}/x`, own, { writable: [root] })).toBeNull();
  expect(bash(`echo > ${shop}/x`, own, { writable: [root] })).toBe('outside');
});

test('a refusal says what to do instead', () => {
  const denial = judge({ tool: 'Bash', input: { command: 'git stash' }, cwd: own }, rules, {
    locate,
    exists: existsBelow,
  });
  expect(denial?.reason).toBe(
    '"git stash": All worktrees of a repository share one stash, so another worker could take yours. Commit your work to your branch instead; a commit in between does no harm.',
  );
});

test('the orchestrator may use the listed tools and nothing else', () => {
  const may = (tool: string) =>
    judge(
      { tool, input: {}, cwd: shop },
      { role: 'orchestrator', tools: ['Read', 'mcp__orch__*'] },
      { locate, exists: existsBelow },
    ) === null;
  expect(['Read', 'mcp__orch__status', 'mcp__orch__'].map(may)).toEqual([true, true, true]);
  const others = [
    'Write',
    'Edit',
    'Bash',
    'Agent',
    'Skill',
    'Workflow',
    'ReadMore',
    'mcp__other__x',
    'mcp__orchx__y',
    '',
  ];
  expect(others.filter(may)).toEqual([]);
});

test('any text is judged, however long', () => {
  const signs = [
    '"',
    "'",
    '`',
    '$(',
    '$',
    '{',
    '}',
    '(',
    ')',
    '<<',
    '>',
    '|',
    ';',
    '\n',
    '\\',
    ' a',
    'git ',
    'EOF',
    '~',
  ];
  let seed = 7;
  const next = () => (seed = (seed * 48271) % 2147483647);
  for (let round = 0; round < 2000; round += 1) {
    const text = Array.from({ length: 40 }, () => signs[next() % signs.length]).join('');
    expect(() => bash(text)).not.toThrow();
  }
  // Each would take minutes if its time grew with the square of its length; the test's own limit ends it then.
  bash('$('.repeat(5000));
  bash('"`'.repeat(20_000));
  bash('x '.repeat(100_000));
  expect(bash('x'.repeat(500_000))).toBe('outside');
  expect(bash('cd src; $('.repeat(10_000))).toBe('outside');
  bash('>'.repeat(300_000));
  bash('$(cd src)'.repeat(30_000));
  // Values that double, folders without an end, loops in loops, wrappers in wrappers, and code that names many files.
  bash('a=$a$a;'.repeat(10_000));
  expect(bash('cd a;'.repeat(10_000))).toBe('outside');
  expect(bash('for i in a b c; do '.repeat(5000))).toBe('outside');
  expect(bash('xargs '.repeat(10_000))).toBe('outside');
  expect(bash('{a,b}'.repeat(5000))).toBe('outside');
  for (const call of ['write(', 'a.write(', 'open a ', 'exec(a '])
    expect(bash(`python3 -c '${call.repeat(8000)}'`)).toBe('outside');
});
