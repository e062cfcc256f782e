import { columns } from '../../../core/board.ts';
import { entryStatuses } from '../../../core/invoices.ts';
import type { PropertyType, SyncTable } from '../../../core/notion.ts';
import type { Lock } from './plan.ts';

/**
 * Kind of a field's values: `hours` are minutes here and hours in Notion, `money` cents here and units in
 * Notion.
 */
type Kind = 'text' | 'choice' | 'day' | 'hours' | 'money';

export interface FieldSpec {
  readonly field: string;
  readonly kind: Kind;
  /** Suitable types, the best first, which a new property gets. */
  readonly types: readonly PropertyType[];
  /** Common names; the first is our own. */
  readonly names: readonly string[];
}

/** One of our choices and its common names. */
interface ChoiceSpec {
  readonly choice: string;
  readonly names: readonly string[];
}

/** Description of a synced table. */
export interface TableSpec {
  readonly table: SyncTable;
  /** Title of a database that we create. */
  readonly title: string;
  readonly titleField: string;
  readonly choiceField: string;
  /** The first is the default for a page without one. */
  readonly choices: readonly ChoiceSpec[];
  readonly fields: readonly FieldSpec[];
  readonly lock: Lock | null;
}

/** Name of the property in databases that we create. */
export const idProperty = 'Orch ID';

const text: readonly PropertyType[] = ['rich_text', 'select'];

export const boardTable: TableSpec = {
  table: 'board',
  title: 'Sprint board',
  titleField: 'task',
  choiceField: 'column',
  choices: [
    {
      choice: columns[0],
      names: ['to do', 'todo', 'not started', 'backlog', 'open', 'planned', 'ready', 'next'],
    },
    { choice: columns[1], names: ['in progress', 'doing', 'started', 'wip', 'active', 'working', 'ongoing'] },
    { choice: columns[2], names: ['review', 'in review', 'code review', 'needs review', 'testing', 'qa'] },
    {
      choice: columns[3],
      names: ['done', 'completed', 'complete', 'finished', 'closed', 'shipped', 'merged'],
    },
  ],
  fields: [
    { field: 'task', kind: 'text', types: ['title'], names: ['Task', 'name', 'title'] },
    {
      field: 'column',
      kind: 'choice',
      types: ['select', 'status'],
      names: ['Status', 'column', 'state', 'stage', 'progress'],
    },
    { field: 'repo', kind: 'text', types: text, names: ['Repo', 'repository', 'project'] },
    { field: 'branch', kind: 'text', types: text, names: ['Branch', 'git branch', 'feature branch'] },
    {
      field: 'worker',
      kind: 'text',
      types: text,
      names: ['Worker', 'assignee', 'owner', 'assigned to', 'assigned', 'agent', 'who'],
    },
    {
      field: 'priority',
      kind: 'text',
      types: ['select', 'rich_text'],
      names: ['Priority', 'prio', 'importance'],
    },
    {
      field: 'pr',
      kind: 'text',
      types: ['rich_text', 'url'],
      names: ['PR', 'pull request', 'mr', 'merge request', 'github pull requests'],
    },
    {
      field: 'started',
      kind: 'day',
      types: ['date'],
      names: ['Started', 'start date', 'start', 'started on'],
    },
    {
      field: 'completed',
      kind: 'day',
      types: ['date'],
      names: ['Completed', 'completed on', 'finished', 'end date', 'done on', 'merged'],
    },
    { field: 'blockers', kind: 'text', types: text, names: ['Blockers', 'blocker', 'blocked by', 'blocked'] },
    { field: 'progress', kind: 'text', types: text, names: ['Progress', 'percent'] },
  ],
  lock: null,
};

export const invoiceTable: TableSpec = {
  table: 'invoices',
  title: 'Invoices',
  titleField: 'task',
  choiceField: 'status',
  choices: [
    { choice: 'pending', names: ['pending', 'open', 'to do', 'not started', 'draft', 'unbilled', 'new'] },
    { choice: 'invoiced', names: ['invoiced', 'billed', 'sent', 'in progress'] },
    { choice: 'paid', names: ['paid', 'done', 'settled', 'closed', 'complete'] },
  ],
  fields: [
    { field: 'task', kind: 'text', types: ['title'], names: ['Task', 'name', 'title', 'description'] },
    { field: 'worker', kind: 'text', types: text, names: ['Worker', 'assignee', 'owner', 'agent', 'who'] },
    { field: 'repo', kind: 'text', types: text, names: ['Repo', 'repository', 'project'] },
    { field: 'date', kind: 'day', types: ['date'], names: ['Date', 'day', 'worked on'] },
    { field: 'minutes', kind: 'hours', types: ['number'], names: ['Hours', 'time', 'duration', 'h'] },
    { field: 'rateCents', kind: 'money', types: ['number'], names: ['Rate', 'hourly rate', 'price'] },
    { field: 'amountCents', kind: 'money', types: ['number'], names: ['Amount', 'total', 'cost', 'sum'] },
    { field: 'currency', kind: 'text', types: ['select', 'rich_text'], names: ['Currency'] },
    {
      field: 'status',
      kind: 'choice',
      types: ['select', 'status'],
      names: ['Status', 'state', 'payment status', 'paid'],
    },
    { field: 'source', kind: 'text', types: ['select', 'rich_text'], names: ['Source'] },
  ],
  lock: { field: 'status', values: ['invoiced', 'paid'], order: entryStatuses },
};

export const specs: Readonly<Record<SyncTable, TableSpec>> = { board: boardTable, invoices: invoiceTable };
