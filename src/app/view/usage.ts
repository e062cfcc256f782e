import { budgetState } from '../../domain/limits.ts';
import { noUsage, type Usage } from '../../domain/usage.ts';
import type { AppState } from '../../room/state.ts';
import { type Span, span, type Tone } from '../../room/text/line.ts';
import { moneyText, tokensText } from '../../room/text/words.ts';

const tones: Readonly<Record<ReturnType<typeof budgetState>, Tone>> = {
  fine: 'muted',
  nearly: 'warning',
  spent: 'bad',
};

/** What was used today, of how much; null while nothing was. */
export function usedToday({ facts }: Pick<AppState, 'facts'>): Span | null {
  const { usage } = facts ?? {};
  const today = usage?.days[usage.today];
  return today ? usedSpan(today, usage?.budget?.day, 'today') : null;
}

/** What a worker has used; null while nothing is known of that. */
export function usedBy({ facts }: Pick<AppState, 'facts'>, id: string): Span | null {
  const { usage } = facts ?? {};
  const used = usage?.workers[id] ?? noUsage;
  return used.dollars + used.output > 0 ? usedSpan(used, usage?.budget?.worker, '') : null;
}

/** `$1.20 of $5 · 45k`: money, where the agent tells of it, and tokens in and out but for those from a cache. */
function usedSpan(used: Usage, budget: number | undefined, when: string): Span {
  const tokens = used.input + used.cacheWrite + used.output;
  const money = budget === undefined ? moneyText(used.dollars) : `${moneyText(used.dollars)} of $${budget}`;
  const parts = [
    ...(used.dollars > 0 || budget !== undefined ? [money] : []),
    ...(tokens > 0 ? [tokensText(tokens)] : []),
  ];
  const text = parts.join(' · ');
  return span(when === '' ? text : `${text} ${when}`, tones[budgetState(used.dollars, budget)]);
}
