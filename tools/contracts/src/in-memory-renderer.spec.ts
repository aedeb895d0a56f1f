import { InMemoryRenderer } from '../../twins/src/in-memory-renderer.ts';
import { manifestRendererContract } from './manifest-renderer-contract.ts';

describe('InMemoryRenderer', () => {
  manifestRendererContract(async () => new InMemoryRenderer());
});
