import type { Role } from '../../core/worker.ts';
import { boardTools } from './boardTools.ts';
import { historyTools } from './historyTools.ts';
import { memoryTools } from './memoryTools.ts';
import { orchestratorTools } from './orchestratorTools.ts';
import type { Tool } from './tool.ts';
import { workerTools } from './workerTools.ts';

const everybodys = [...workerTools, ...memoryTools];

/** What a session is offered, by its role. None of it starts, types, merges or approves. */
export const toolsOf: Readonly<Record<Role, readonly Tool[]>> = {
  worker: everybodys,
  orchestrator: [...everybodys, ...orchestratorTools, ...historyTools, ...boardTools],
};
