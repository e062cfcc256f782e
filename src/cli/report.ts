import { inboxOf, postToInbox } from '../agents/inbox.ts';
import { demand, refuse } from '../core/verb.ts';
import type { Result } from '../lib/result.ts';
import { readInput } from './ask.ts';
import type { Output } from './output.ts';

interface ReportOptions {
  readonly status?: string;
  readonly done?: readonly string[];
  readonly next?: readonly string[];
  readonly blocker?: readonly string[];
  readonly percent?: number;
  readonly minutes?: number;
  readonly ready?: boolean;
  readonly block?: string;
}

/** The longest wait for the controller, in milliseconds. */
const timeoutMs = 10_000;

/** `report`: sends a report of an agent without our tools. The token in its environment identifies the worker. */
export async function reportUpdate(
  out: Output,
  summary: string | undefined,
  options: ReportOptions,
): Promise<void> {
  const inbox = inboxOf(process.env);
  if (!inbox) refuse('not_in_worker', 'This does not run inside a worker: there is nothing to report.');
  const { status, done, next, blocker: blockers, percent, minutes, ready } = options;
  if (options.block === undefined && summary === undefined)
    refuse('nothing_said', 'Say how far the task is.', 'orch-tui report "Tests pass" --percent 80');
  const block = options.block === '-' ? await readInput() : options.block;
  const fields = { summary, status, done, next, blockers, percent, minutes, ready_to_merge: ready };
  const report = block === undefined ? fields : { block };
  const url = new URL('/report', inbox.url).href;
  const answer = await postToInbox({ ...inbox, url }, JSON.stringify(report), timeoutMs).catch(
    (error: Error) => refuse('not_reported', `The report was not taken: ${error.message}.`),
  );
  const { result } = JSON.parse(answer) as { result?: Result<unknown> };
  if (!result) return out.result({ kept: true }, 'Kept; it is noted when the control room is back.');
  demand(result);
  out.result({ reported: true }, 'Noted.');
}
