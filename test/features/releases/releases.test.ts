import { expect, test } from 'vitest';
import { startedText } from '../../../src/features/releases/releases.ts';

test('The commands that follow the start of a branch are quoted where a name or a path needs it', () => {
  const started = { kind: 'feature', name: "it's", branch: "feature/it's", base: 'develop' } as const;
  const text = startedText(
    { ...started, repo: 'shop', commit: 'a'.repeat(40), files: [], warnings: [] },
    { name: 'shop', path: '/my work/shop' },
  );
  expect(text.split('\n').slice(1)).toEqual([
    "Work on it:  git -C '/my work/shop' worktree add $'../shop-it\\'s' $'feature/it\\'s'",
    "Finish it:   orch-tui flow feature finish shop $'it\\'s'",
  ]);
});
