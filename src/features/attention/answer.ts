import type { Choice, RequestAnswer } from '../../core/queue.ts';
import type { Printed } from '../../core/verb.ts';
import { defineCommand, type VerbCall } from '../define.ts';
import { answer as answerHeld } from './holding.ts';

/** What a person says to an agent that waits; `request` as named in the queue. Each is answered once. */
export const answer = defineCommand<null>()({
  name: 'answer',
  by: 'person',
  what: 'answer agents',
  approves: true,
  onForeignState: true,
  params: ({ z, text, answer }) => z.strictObject({ request: text, answer }),
  decide: (state, told, message) => answerHeld(state, message, told),
  verbs: [
    {
      usage: 'answer <request> <answer...>',
      about: 'say allow, deny or the number of an option to an agent',
      options: { '--why <text>': { about: 'what it is told when it is denied', fallback: '' } },
      run: answerRequest,
    },
  ],
});

async function answerRequest(
  call: VerbCall,
  [request, said]: readonly [string, readonly string[]],
  { why }: { readonly why: string },
): Promise<Printed> {
  const read =
    readAnswer(said, why) ??
    call.misused(
      'say allow, deny, or the numbers of options, one for each question, or 1,3 where several may be chosen',
    );
  await call.ask(answer, { request, answer: read });
  return { value: { request, answer: read }, text: read.say === 'deny' ? 'Denied.' : 'Answered.' };
}

/**
 * Reads `allow`, `deny`, or numbers of options from 1 on: one for each question, such as `2`, or `1,3` where several
 * may be chosen. Returns null for anything else.
 */
function readAnswer(said: readonly string[], why: string): RequestAnswer | null {
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
