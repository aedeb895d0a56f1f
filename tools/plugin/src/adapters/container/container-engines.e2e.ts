import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ImageRef } from '../../model/image/image-ref.ts';
import { HttpImageRegistry } from '../registry/http-image-registry.ts';
import { newBuildContext } from '../../../../contracts/src/build-context.ts';
import { containerEngineContract } from '../../../../contracts/src/container-engine-contract.ts';
import { chooseEngine, type EngineName } from './choose-engine.ts';
import { runTool } from './run-tool.ts';

/** A registry that the engines reach in plain http, and that may be written to. */
const registryHost = '127.0.0.1:5000';
const temp = mkdtempSync(join(tmpdir(), 'engines with spaces '));
const built: { engine: EngineName; image: ImageRef }[] = [];

jest.setTimeout(60_000);

// That it is one without encryption is for its user to tell podman.
const registriesOfPodman = join(temp, 'registries.conf');
writeFileSync(registriesOfPodman, `[[registry]]\nlocation = "${registryHost}"\ninsecure = true\n`);
process.env['CONTAINERS_REGISTRIES_CONF'] = registriesOfPodman;

afterAll(async () => {
  for (const { engine, image } of built) await runTool(engine, ['image', 'rm', '--force', image.tagged]);
  rmSync(temp, { recursive: true });
});

describe.each<EngineName>(['docker', 'podman'])('%s', (name) => {
  let count = 0;
  const newImage = (host: string) => {
    const image = ImageRef.of(`${host}/contract`, `${name}-${process.pid}`, `${Date.now()}-${++count}`);
    built.push({ engine: name, image });
    return image;
  };

  containerEngineContract(async () => ({
    engine: await chooseEngine(new HttpImageRegistry(), name),
    registry: new HttpImageRegistry(),
    newImage: () => newImage(registryHost),
    unreachableImage: () => newImage('127.0.0.1:9'),
    goodContext: async (text) => newBuildContext(temp, 'FROM scratch\nCOPY file /file\n', text),
    contextOn: async (base) => newBuildContext(temp, `ARG BASE=${base}\nFROM $BASE\nCOPY file /other\n`, 'on'),
    brokenContext: async () => newBuildContext(temp, 'FROM scratch\nCOPY missing /missing\n', ''),
  }));
});
