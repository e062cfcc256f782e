import { expect, it } from 'vitest';
import { FuzzScene } from './fuzzScene.ts';

/** Total of all rounds; an exhaustive check uses `ORCH_NOTION_ROUNDS=2400`. */
const rounds = Number(process.env.ORCH_NOTION_ROUNDS ?? 200);
const firstSeed = Number(process.env.ORCH_NOTION_SEED ?? 1);
const perScene = 25;
const scenes = Math.ceil(rounds / perScene);

it(`loses, doubles and overwrites nothing in ${rounds} syncs that go wrong anywhere`, {
  timeout: 20_000 + rounds * 1000,
}, async () => {
  const total = { faults: 0, crashes: 0, conflicts: 0, writes: 0, rebuilds: 0 };
  for (let seed = firstSeed; seed < firstSeed + scenes; seed++) {
    const scene = await FuzzScene.make(seed);
    try {
      for (let i = 0; i < perScene; i++) await scene.round();
      expect(await scene.settle(), `seed ${seed}`).toEqual([]);
      for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += scene.counts[key];
    } finally {
      scene.dispose();
    }
  }
  console.log(`${rounds} rounds: ${JSON.stringify(total)}`);
  for (const count of Object.values(total)) expect(count).toBeGreaterThan(scenes / 4);
});
