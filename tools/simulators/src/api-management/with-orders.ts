import { SimulatedClient } from './simulated-client.ts';

/**
 * Gives each test of a suite an instance of its own that has the API `orders`, and fails a test that leaves complaints: what
 * Microsoft's description does not know.
 * @param use keeps the client, and adds what the suite needs besides.
 */
export function withOrders(use: (client: SimulatedClient) => unknown): void {
  let client: SimulatedClient;

  beforeEach(async () => {
    client = await SimulatedClient.start();
    await client.putOrders();
    await use(client);
  });

  afterEach(async () => {
    const complaints = client.takeComplaints();
    await client.stop();
    expect(complaints).toEqual([]);
  });
}
