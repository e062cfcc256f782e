import { answersTo, type QueueItem, type RequestAnswer } from '../domain/queue.ts';
import { columns } from './describe.ts';
import { demand, type Output, refuse } from './output.ts';
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

/** @param said `allow`, `deny`, or numbers of options from 1 on, one for each question */
export async function answerRequest(
  out: Output,
  request: string,
  said: readonly string[],
  why: string,
): Promise<void> {
  const answer = readAnswer(said, why);
  await withController('.', async (call) => {
    demand(await call('answer', { request, answer }));
    out.result({ request, answer }, answer.say === 'deny' ? 'Denied.' : 'Answered.');
  });
}

function readAnswer(said: readonly string[], why: string): RequestAnswer {
  const [first] = said;
  if (said.length === 1 && first === 'allow') return { say: 'allow' };
  if (said.length === 1 && first === 'deny') return { say: 'deny', why };
  if (said.every((word) => /^[1-9]$/.test(word)))
    return { say: 'choose', options: said.map((word) => Number(word) - 1) };
  return refuse(
    'bad_answer',
    `${JSON.stringify(said.join(' '))} is no answer.`,
    'Say allow, deny, or the numbers of options, one for each question.',
  );
}
