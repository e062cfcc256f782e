import { type Card, cardFields, columns } from '../../../src/core/board.ts';
import type { Random } from '../../support/random.ts';

const names: Readonly<Record<string, readonly string[]>> = {
  id: ['ID', '#', 'Key'],
  task: ['Task', '**Title**', '📝 Task'],
  repo: ['Repo', 'Repository'],
  branch: ['Branch', '`Branch`'],
  worker: ['Worker', 'Assignee', 'Assigned to'],
  priority: ['Priority', 'prio'],
  pr: ['PR', 'Pull request'],
  started: ['Started', 'Since'],
  completed: ['Completed', 'Finished'],
  blockers: ['Blockers', 'Blocked by'],
  progress: ['Progress', '%'],
  own: ['Notes', 'Estimate'],
};

const texts = [
  ...[
    'a',
    'Fix it',
    'emoji 🚀 👩‍👩‍👧',
    'pipe \\| in it',
    '`code \\| span`',
    'two<br>lines',
    'ünïcödé',
    '<!-- not -->',
    '**bold**',
  ],
  ...[
    '',
    '-',
    '—',
    'x'.repeat(60),
    '[link](https://x.example/1)',
    'back\\\\slash',
    '~~old~~',
    '# no heading',
    '1. no list',
  ],
];

const noise = [
  ['Some words.', ''],
  ['```', '## To Do', '| Task | Worker |', '|--|--|', '| in code | x |', '```', ''],
  ['<!--', '| Task | Worker |', '|--|--|', '| in a comment | x |', '-->', ''],
  ['> | Task | Worker |', '> |--|--|', '> | in a quote | x |', ''],
  ['- a list', '- of two', ''],
  ['---', ''],
];

/** Returns a plausible board: dialect, padding, line ends, text between the tables and damage in them. */
export function randomBoard(random: Random): string {
  const lines: string[] = random.isTrue() ? ['# Board', '', 'Last synced: never', ''] : [];
  let id = 0;
  for (const column of columns) {
    if (random.below(6) === 0) continue;
    lines.push(`## ${random.pick(['', '📋 '])}${column}${random.pick(['', ' (2)'])}`, '');
    if (random.below(3) === 0) lines.push(...random.pick(noise));
    if (random.below(6) === 0) continue;
    const fields = ['task', ...Object.keys(names).filter((name) => name !== 'task' && random.isTrue())];
    if (fields.length < 2) fields.push('worker');
    if (random.isTrue()) fields.sort();
    const header = fields.map((field) => random.pick(names[field] ?? ['?']));
    const rows = Array.from({ length: random.below(5) }, () =>
      fields.map((field) => {
        if (field === 'id') return random.below(5) === 0 ? '' : `T-${++id}`;
        return field === 'task' ? random.pick(texts) || 'something' : random.pick(texts);
      }),
    );
    lines.push(...drawTable(random, header, rows), '');
    if (random.below(3) === 0) lines.push(...random.pick(noise));
  }
  const end = random.pick(['\n', '\r\n', '\r']);
  const text = lines.join(end);
  return (random.below(5) === 0 ? '\ufeff' : '') + (random.isTrue() ? text.trimEnd() : text + end);
}

function drawTable(
  random: Random,
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string[] {
  const style = random.pick(['spaced', 'aligned', 'tight', 'open'] as const);
  const widths = header.map((_, at) => Math.max(3, ...[header, ...rows].map((row) => row[at]?.length ?? 0)));
  const draw = (cells: readonly string[], fill = ' ') => {
    if (style === 'aligned')
      return `|${cells.map((cell, at) => ` ${cell.padEnd(widths[at] ?? 0, fill)} `).join('|')}|`;
    if (style === 'tight') return `|${cells.join('|')}|`;
    // Without pipes at the ends an empty cell is no cell.
    return style === 'spaced' ? `| ${cells.join(' | ')} |` : cells.map((cell) => cell || '-').join(' | ');
  };
  const isOpenSafe = (row: readonly string[]) => style !== 'open' || /^[\p{L}`*~]/u.test(row[0] ?? '');
  const drawn = rows.filter(isOpenSafe).map((row) => draw(random.below(12) === 0 ? row.slice(1) : row));
  return [
    draw(header),
    draw(
      header.map(() => '---'),
      '-',
    ),
    ...drawn,
  ];
}

/** Returns a text that a person may write into a cell. */
export function randomValue(random: Random): string {
  return random.pick([
    'b',
    'A | B',
    'line\nline',
    '🚀 up',
    'ends with \\',
    '`code`',
    'x'.repeat(80),
    '# 1',
    '- dash',
    '> quote',
    '<!--',
    '```',
    '|',
    'tab\there',
  ]);
}

export function isSound(card: Card): boolean {
  return card.problem === null && card.task !== '';
}

export const textFields = cardFields.filter((field) => field !== 'id' && field !== 'task');
