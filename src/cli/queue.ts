import { answersTo, type Choice, type QueueItem, type RequestAnswer } from '../core/queue.ts';
import { columns } from './describe/rows.ts';
import { demand, type Output } from './output.ts';
import { withController } from './session.ts';

/** What waits for the person, and the person's word about it. */

export async function showQueue(out: Output): Promise<void> {
  await withController('.', async (call) => {
    const { queue } = demand(await call('facts', {}));
    const text = queue.length === 0 ? 'Nothing needs you.' : columns(queue.map(rowOf));
    out.result(queue.map(itemJson), text);
  });
}

function rowOf({ kind, worker, since, text, request, proposal }: QueueItem): string[] {
  const name = request?.id ?? (proposal === undefined ? '' : `#${proposal}`);
  return [name, kind, worker, since, text];
}

/** With the answers that it takes from here. */
function itemJson(item: QueueItem): object {
  return item.request ? { ...item, answers: answersTo(item.request) } : item;
}

export async function answerRequest(out: Output, request: string, answer: RequestAnswer): Promise<void> {
  await withController('.', async (call) => {
    demand(await call('answer', { request, answer }));
    out.result({ request, answer }, answer.say === 'deny' ? 'Denied.' : 'Answered.');
  });
}

/**
 * @param said `allow`, `deny`, or numbers of options from 1 on: one for each question, such as `2`, or `1,3` where several
 * may be chosen. Null for anything else.
 */
export function readAnswer(said: readonly string[], why: string): RequestAnswer | null {
  const [first] = said;
  if (said.length === 1 && first === 'allow') return { say: 'allow' };
  if (said.length === 1 && first === 'deny') return { say: 'deny', why };
  if (said.every((word) => /^[1-9](,[1-9])*$/.test(word)))
    return { say: 'choose', options: said.map(choiceIn) };
  return null;
}

function choiceIn(word: string): Choice {
  const [first = 0, ...more] = word.split(',').map((number) => Number(number) - 1);
  return more.length === 0 ? first : [first, ...more];
}
