import type { CardFields, Column } from '../../core/board.ts';
import { isOrchestrator, type UpdateDraft, type Worker } from '../../core/worker.ts';
import type { DomainEvent } from '../log.ts';
import type { MessageOf } from '../messages.ts';
import { type Consequence, type ControllerState, type Moment, noConsequence } from '../state.ts';
import type { CardMove } from './boardState.ts';
/** Moves the card of a started worker. A resume changes nothing. */
export function cardOfStarted({ before }: Moment, { id }: MessageOf<'launched'>): Consequence {
  const worker = before.log.workers.get(id);
  if (!hasBoard(before) || !worker || isOrchestrator(worker) || worker.run > 1) return noConsequence;
  const fields = { worker: id, branch: worker.branch, repo: worker.repo };
  const from = ['To Do', 'Review'] as const;
  return moved({ worker, from, to: 'In Progress', fields, dated: 'started' });
}

type CardEvent = Extract<
  DomainEvent,
  { type: 'updated' | 'branch-renamed' | 'finished' | 'cleaned' | 'undone' }
>;

/**
 * Moves or changes the card of a worker after an event. The board is written afterwards, so a failure never
 * blocks a start or a finish.
 */
export function cardMoveFor({ before }: Moment, happening: CardEvent): Consequence {
  const worker = before.log.workers.get(happening.id) ?? before.log.gone.get(happening.id);
  if (!hasBoard(before) || !worker || isOrchestrator(worker)) return noConsequence;
  return moved(moveAfter(worker, happening));
}

/** Reports whether cards are maintained: on an existing board, or on one that may be created. */
function hasBoard({ config: { board }, documents }: ControllerState): boolean {
  return board !== false && (documents.board !== null || board?.autoAdd === true);
}

function moved(move: CardMove): Consequence {
  return { effects: [{ type: 'move-card', move }] };
}

function moveAfter(worker: Worker, happening: CardEvent): CardMove {
  const base = { worker, fields: {}, dated: null };
  switch (happening.type) {
    case 'updated':
      return { ...base, ...reported(worker, happening.update) };
    case 'branch-renamed':
      return { ...base, from: [], to: null, fields: { branch: happening.branch } };
    case 'finished':
      return {
        ...{ worker, from: beforeDone, to: 'Done', fields: { blockers: null }, dated: 'completed' },
        comment: [`${worker.branch} was merged into ${happening.into}.`, worker.update?.summary ?? '']
          .join(' ')
          .trim(),
      };
    case 'cleaned':
      // Its work was not merged, so the task is open again.
      return {
        ...base,
        from: ['In Progress', 'Review'],
        to: 'To Do',
        fields: { ...{ worker: null, branch: null, started: null }, ...clearedReport },
      };
    case 'undone':
      return { ...base, from: ['To Do', 'Done'], to: 'In Progress', fields: ownerOf(worker) };
  }
}

/** Clears the fields that a worker's reports had set. */
const clearedReport = { blockers: null, progress: null, pr: null, ready: null } as const;

const beforeDone: readonly Column[] = ['To Do', 'In Progress', 'Review'];

function ownerOf({ id, branch }: Worker): Partial<CardFields> {
  return { worker: id, branch, completed: null };
}

/** Returns the move after a report. A worker that reports work after it was done has got more to do. */
function reported(worker: Worker, update: UpdateDraft): Pick<CardMove, 'from' | 'to' | 'fields'> {
  const { status, readyToMerge, blockers, percent } = update;
  const isDone = status === 'done' || readyToMerge;
  const wasDone = worker.update !== null && (worker.update.status === 'done' || worker.update.readyToMerge);
  const hadBlockers = (worker.update?.blockers.length ?? 0) > 0;
  const fields = {
    ...(blockers.length > 0 ? { blockers: blockers.join('; ') } : hadBlockers ? { blockers: null } : {}),
    ...(percent !== null && { progress: `${percent}%` }),
    ...(isDone ? { ready: readyToMerge ? 'Yes' : 'No' } : wasDone ? { ready: null } : {}),
    ...pullRequestOf(update),
  };
  if (isDone) return { from: ['To Do', 'In Progress'], to: 'Review', fields };
  return { from: wasDone ? ['Review'] : [], to: wasDone ? 'In Progress' : null, fields };
}

/** Returns the pull request in a report: its address, else its number. */
function pullRequestOf({ summary, done, notes = '' }: UpdateDraft): Pick<Partial<CardFields>, 'pr'> {
  const text = [summary, ...done, notes].join('\n');
  const [url] = /https?:\/\/[^\s|<>()"'`]+\/(?:pulls?|merge_requests|pull-requests)\/\d+/.exec(text) ?? [];
  const [, number] = /\b(?:PR|MR|pull request|merge request)[\s:]*([#!]\d+)/i.exec(text) ?? [];
  const pr = url ?? number;
  return pr === undefined ? {} : { pr };
}
