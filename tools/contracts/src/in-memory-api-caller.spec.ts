import { InMemoryApiCaller } from '../../twins/src/in-memory-api-caller.ts';
import { apiCallerContract } from './api-caller-contract.ts';

describe('InMemoryApiCaller', () => {
  apiCallerContract(async () => {
    const caller = new InMemoryApiCaller();
    const door = 'https://door.example';
    return {
      caller,
      nobody: 'https://nobody.example/',
      serve: (path, ...answers) => {
        caller.serve(`${door}${path}`, ...answers);
        return `${door}${path}`;
      },
      seen: () => caller.seen.map(({ url, headers }) => ({ path: url.slice(door.length), key: headers['key'] })),
    };
  });
});
