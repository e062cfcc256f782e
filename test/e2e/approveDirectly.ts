import type { ControllerApi } from '../../src/features/commands.ts';
import { connectDaemon } from '../../src/ipc/connect.ts';
import { version } from '../../src/ipc/version.ts';

/**
 * `approveDirectly.ts ROOT`: approves proposal 1 past the command line and its own checks, so that the controller decides;
 * with the key of `$KEY`.
 */
const [root = ''] = process.argv.slice(2);
const approvalKey = process.env.KEY;
const link = await connectDaemon({
  root,
  program: 'controller',
  version,
  role: 'client',
  ...(approvalKey && { approvalKey }),
});
if (!link.ok) throw new Error(link.problem.message);
const call = link.value.caller<ControllerApi>();
const facts = await call('facts', {});
const digest = facts.ok ? facts.value.proposals.find(({ n }) => n === 1)?.plan?.digest : undefined;
const approved = await call('approve', { n: 1, digest: digest ?? '' });
process.stdout.write(JSON.stringify(approved.ok ? { approved: true } : { error: approved.problem }));
process.exitCode = approved.ok ? 0 : 1;
link.value.close();
