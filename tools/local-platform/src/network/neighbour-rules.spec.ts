import { removalOf } from './packet-rules.ts';
import { componentPorts, hasNeighbourRules, neighbourRules, neighbourRulesInput } from './neighbour-rules.ts';

const facts = { cluster: true, wasRouter: false, registryUsers: [] };

/** Rules of others, and some that an earlier call put in. */
const saved = `*mangle
:PREROUTING ACCEPT [0:0]
:POC-OUTSIDE - [0:0]
:MINE - [0:0]
-A PREROUTING -j POC-OUTSIDE
-A PREROUTING -j MINE
-A POC-OUTSIDE -d 10.95.0.1/32 -j DROP
COMMIT
*filter
:POC-USERS - [0:0]
-A OUTPUT -j KUBE-ROUTER-OUTPUT
-A OUTPUT -d 127.0.0.0/8 -o lo -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j POC-USERS
COMMIT
`;

describe('neighbourRulesInput', () => {
  it('takes out what an earlier call put in, and nothing of others', () => {
    const input = neighbourRulesInput(saved, facts);
    expect(input).toContain('-D PREROUTING -j POC-OUTSIDE\n');
    expect(input).toContain('-X POC-USERS\n');
    expect(input).not.toMatch(/MINE|KUBE/);
    expect(input.startsWith(removalOf(saved, [neighbourRules]))).toBe(true);
  });

  it('looks at packets as they arrive, and again where kube-proxy has led them to', () => {
    const jumps = neighbourRulesInput('', facts).match(/^-I \S+ 1 -j POC-OUTSIDE$/gm);
    expect(jumps).toEqual(['PREROUTING', 'INPUT', 'FORWARD'].map((name) => `-I ${name} 1 -j POC-OUTSIDE`));
  });

  it('leaves a machine a router that was one before', () => {
    expect(neighbourRulesInput('', facts)).toContain('POC-ROUTER');
    expect(neighbourRulesInput('', { ...facts, wasRouter: true })).not.toContain('POC-ROUTER');
  });

  it('drops nothing for the addresses of a cluster that is not on this machine', () => {
    const input = neighbourRulesInput('', { ...facts, cluster: false });
    expect(input).not.toMatch(/10\.|POC-OUTSIDE|POC-USERS/);
    expect(input).toContain('-A POC-ROUTER -j DROP');
  });

  it('lets those use the registry who became root to bring it up', () => {
    const lines = neighbourRulesInput('', { ...facts, registryUsers: [1000] }).split('\n');
    const at = (text: string) => lines.findIndex((line) => line.includes(text));
    expect(at('--uid-owner 1000')).toBeGreaterThan(at('multiport'));
    expect(at('--dport 5000')).toBeGreaterThan(at('--uid-owner 1000'));
  });

  it('has no more ports than one rule takes', () => {
    expect(componentPorts.length).toBeLessThanOrEqual(15);
  });
});

describe('hasNeighbourRules', () => {
  const savedOf = (input: string) =>
    input.replace(/^-I (\S+) 1 /gm, '-A $1 ').replace(/^COMMIT$/gm, '-A FORWARD -j DOCKER-USER\nCOMMIT');

  it('finds its own, also beside those of others', () => {
    expect(hasNeighbourRules(savedOf(neighbourRulesInput('', facts)), facts)).toBe(true);
    expect(hasNeighbourRules('', facts)).toBe(false);
  });

  it.each(['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT'])('misses those of %s', (name) => {
    const lines = savedOf(neighbourRulesInput('', facts)).split('\n');
    expect(hasNeighbourRules(lines.filter((line) => !line.startsWith(`-A ${name} `)).join('\n'), facts)).toBe(false);
  });

  it('misses those of a chain of its own', () => {
    const lines = savedOf(neighbourRulesInput('', facts)).split('\n');
    expect(hasNeighbourRules(lines.filter((line) => !line.startsWith('-A POC-OUTSIDE')).join('\n'), facts)).toBe(false);
  });

  it('needs none of the cluster where only the engine is of the platform', () => {
    const engine = { ...facts, cluster: false };
    expect(hasNeighbourRules(savedOf(neighbourRulesInput('', facts)), engine)).toBe(true);
    expect(hasNeighbourRules('', { ...engine, wasRouter: true })).toBe(true);
  });
});
