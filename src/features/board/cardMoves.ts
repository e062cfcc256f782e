import type { CardFields, Column } from '../../domain/board.ts';
import { isOrchestrator } from '../../domain/role.ts';
import type { UpdateDraft } from '../../domain/update.ts';
import type { Worker } from '../../domain/worker.ts';
import type { Effect } from '../effects.ts';
import type { Happening } from '../events.ts';
import type { Message } from '../messages.ts';
import type { ControllerState, Decision } from '../state.ts';
import type { CardMove } from './cardMove.ts';

/**
 * Adds what happens to the cards of workers. It follows what has been done already, so a board that cannot be written
 * keeps nobody from starting or finishing.
 */
export function withCardMoves(before: ControllerState, message: Message, decision: Decision): Decision {
  const { board } = before.config;
  if (board === false || (!before.documents.board && !board?.autoAdd)) return decision;
  const moves = [
    ...(message.type === 'launched' ? launchedMoves(decision.state, message.id) : []),
    ...decision.happenings.flatMap((happening) => movesAfter(before, happening)),
  ];
  if (moves.length === 0) return decision;
  const effects = moves.map((move): Effect => ({ type: 'move-card', move }));
  return { ...decision, effects: [...decision.effects, ...effects] };
}

/** A resume changes nothing: the card stands where it stood. */
function launchedMoves({ log }: ControllerState, id: string): CardMove[] {
  const worker = log.workers.get(id);
  if (!worker || isOrchestrator(worker) || worker.run > 1) return [];
  const fields = { worker: id, branch: worker.branch, repo: worker.repo };
  return [{ worker, from: ['To Do', 'Review'], to: 'In Progress', fields, dated: 'started' }];
}

function movesAfter({ log }: ControllerState, happening: Happening): CardMove[] {
  if (!('id' in happening)) return [];
  const worker = log.workers.get(happening.id) ?? log.gone.get(happening.id);
  if (!worker || isOrchestrator(worker)) return [];
  const base = { worker, fields: {}, dated: null };
  switch (happening.type) {
    case 'updated':
      return [{ ...base, ...reported(worker, happening.update) }];
    case 'branch-renamed':
      return [{ ...base, from: [], to: null, fields: { branch: happening.branch } }];
    case 'finished':
      return [
        {
          ...{ worker, from: beforeDone, to: 'Done', fields: { blockers: null }, dated: 'completed' },
          comment: [`${worker.branch} was merged into ${happening.into}.`, worker.update?.summary ?? '']
            .join(' ')
            .trim(),
        },
      ];
    case 'cleaned':
      // Nothing of it was merged: the task is still to be done, by whoever comes next.
      return [
        {
          ...base,
          from: ['In Progress', 'Review'],
          to: 'To Do',
          fields: { worker: null, branch: null, started: null, blockers: null, progress: null },
        },
      ];
    case 'undone':
      return [{ ...base, from: ['To Do', 'Done'], to: 'In Progress', fields: ownerOf(worker) }];
    default:
      return [];
  }
}

const beforeDone: readonly Column[] = ['To Do', 'In Progress', 'Review'];

function ownerOf({ id, branch }: Worker): Partial<CardFields> {
  return { worker: id, branch, completed: null };
}

/** A worker that reports more after it was done has been given more to do. */
function reported(
  worker: Worker,
  { status, readyToMerge, blockers, percent }: UpdateDraft,
): Pick<CardMove, 'from' | 'to' | 'fields'> {
  const isDone = status === 'done' || readyToMerge;
  const wasDone = worker.update !== null && (worker.update.status === 'done' || worker.update.readyToMerge);
  const hadBlockers = (worker.update?.blockers.length ?? 0) > 0;
  const fields = {
    ...(blockers.length > 0 ? { blockers: blockers.join('; ') } : hadBlockers ? { blockers: null } : {}),
    ...(percent !== null && { progress: `${percent}%` }),
  };
  if (isDone) return { from: ['To Do', 'In Progress'], to: 'Review', fields };
  return { from: wasDone ? ['Review'] : [], to: wasDone ? 'In Progress' : null, fields };
}
