import { platform } from '../../../scratch-workspace/src/platform.ts';
import type { Say } from '../progress.ts';
import { Deployers } from '../run-deployer.ts';
import { Site } from '../site.ts';
import type { SoakWorkspace } from '../soak-workspace.ts';
import { DescribedBuilds } from './described-builds.ts';
import { DoorRounds, type DoorFigures, type DoorSizes } from './door-rounds.ts';
import { SimulatedDoor } from './simulated-door.ts';

/** Releases and rolls back a service behind the simulated API Management, while clients call it there. */
export async function door(soak: SoakWorkspace, sizes: DoorSizes, say: Say): Promise<DoorFigures> {
  const deployers = await Deployers.prepare();
  const instance = await SimulatedDoor.open(sizes.propagationMs);
  const { port } = new URL((await platform()).gateway);
  let site: Site | undefined;
  let rounds: DoorRounds | undefined;
  try {
    const builds = await DescribedBuilds.prepare(soak);
    const behind = (namespace: string) => ({ facade: instance.facade(`http://${namespace}.localhost:${port}`) });
    site = await Site.open('door', soak, deployers, behind);
    rounds = new DoorRounds(site, instance, builds, say);
    await rounds.begin();
    return await rounds.run(sizes);
  } finally {
    rounds?.abandon();
    await site?.close();
    await instance.close();
    deployers.remove();
  }
}
