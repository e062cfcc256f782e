import type { ProposalDraft } from '../../core/proposal.ts';
import { refuse } from '../../core/verb.ts';
import { defineServed, type VerbCall } from '../define.ts';
import type { NamedRequest } from '../messages.ts';

type Wish =
  | { readonly do: 'propose'; readonly draft: ProposalDraft }
  | { readonly do: 'propose-resume' | 'undo'; readonly id: string };

/** Reports whether a request would be refused at once, because of names or states; changes nothing. */
export const check = defineServed<null>()({
  name: 'check',
  by: 'person',
  what: 'propose anything',
  approves: true,
  params: ({ z, draft, text }) =>
    z.discriminatedUnion('do', [
      z.strictObject({ do: z.literal('propose'), draft }),
      z.strictObject({ do: z.literal('propose-resume'), id: text }),
      z.strictObject({ do: z.literal('undo'), id: text }),
    ]),
  handle: (services, wish) => {
    services.readConfig();
    return services.dryRun(requestFor(wish));
  },
});

/** Returns the request to check, which needs no session id. */
function requestFor(wish: Wish): NamedRequest {
  if (wish.do === 'undo') return wish;
  return wish.do === 'propose' ? { ...wish, ...{ sessionId: '' } } : { ...wish, do: 'proposeResume' };
}

/** Option of verbs that propose: the person's yes. */
export const approvesHere = { '--yes': 'approve it here and now' } as const;

/**
 * Refuses to start anything without a person's yes, which a script gives by `--yes` and a terminal asks for. Other
 * reasons to refuse are reported first, so that the next attempt does not fail for them.
 */
export async function demandPerson(
  call: VerbCall,
  { yes = false }: { readonly yes?: boolean },
  wish: Wish | null,
  command: string,
): Promise<void> {
  if (yes || call.canAsk) return;
  if (wish) await call.ask(check, wish);
  refuse(
    'approval_required',
    'Starting a worker needs your approval.',
    `Approve it here: orch-tui ${command} --yes`,
  );
}
